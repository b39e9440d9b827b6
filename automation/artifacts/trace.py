"""Removing secrets from a Playwright trace, so that it can be shared.

What a trace holds was measured: parameters and results of calls, request and response bodies, headers and cookies,
page snapshots, and images. Texts are scrubbed; images can't be, so they are dropped as soon as a text had to be.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Final

from automation.secrets import holds_secret, scrub

IMAGES: Final = (".jpeg", ".jpg", ".png", ".webp", ".gif")

HEADERS: Final = "set-cookie|cookie|authorization|proxy-authorization|x-sfdc-request-token|x-csrf-token"
"""Headers whose values are removed whatever they are."""

_HEADER = re.compile(rf'("name":\s*"(?:{HEADERS})",\s*"value":\s*")(?:[^"\\]|\\.)*"', re.IGNORECASE)
_LISTS = re.compile(r'("(?:cookies|queryString)":\s*)\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]')
"""Cookies, and the parameters of URLs: the URL itself is scrubbed, but a one-time link is not known by its parts."""
_AURA_TOKEN = re.compile(r"((?:aura\.token|csrfToken|_CONFIRMATIONTOKEN)(?:=|\\*\"\s*:\s*\\*\"|%22%3A%22))[^&\\\"%\s]{8,}")


def scrub_trace(source: Path, target: Path) -> bool:
    """Copy a trace without its secrets.

    Args:
        source: zip as Playwright writes it.
        target: is written with mode 0600; may be the same path.

    Returns:
        whether images were dropped, because a page that was recorded held a secret.
    """
    with zipfile.ZipFile(source) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    texts = {name: data.decode("utf-8", "surrogateescape") for name, data in members.items() if not _is_image(name)}
    shown = any(holds_secret(without_headers(text)) for text in texts.values())
    cleaned = {name: _AURA_TOKEN.sub(r"\1***", scrub(without_headers(text))) for name, text in texts.items()}
    images = {} if shown else {name: data for name, data in members.items() if _is_image(name)}
    target.touch(mode=0o600)
    target.chmod(0o600)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in members:
            data = cleaned[name].encode("utf-8", "surrogateescape") if name in cleaned else images.get(name)
            if data is not None:
                archive.writestr(name, data, zipfile.ZIP_STORED if _is_image(name) else None)  # a JPEG is packed already
    return shown


def without_headers(text: str) -> str:
    """``text`` of a trace without cookies, lists of parameters, and the headers that carry secrets."""
    text = _HEADER.sub(r'\1***"', text)
    return _LISTS.sub(r"\1[]", text)


def _is_image(name: str) -> bool:
    return name.lower().endswith(IMAGES)
