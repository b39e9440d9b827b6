"""Which secrets a run had to do with, by the replica's own truth, and the search for them in everything that was kept.

Nothing of the product's own scrubber is used here: what it does not know it could not find either.
"""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import re
import urllib.parse
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from automation.replica.org.sessions import Session

if TYPE_CHECKING:
    from automation.replica import OrgHandle
    from automation.replica.org.orgs import Org

Made = TypeVar("Made", Session, str)

PICTURES = (".png", ".jpg", ".jpeg", ".webp")


class Ledger:
    """Collects an org's secrets over its life: sessions end and links are used up, so each is noted when it is made."""

    def __init__(self, org: OrgHandle) -> None:
        self._org = org
        self._seen: dict[str, str] = {}
        org.do(self._watch)

    def _watch(self, org: Org) -> None:
        org.open_session = self._noting(org.open_session, "session id")  # type: ignore[method-assign]
        org.make_link = self._noting(org.make_link, "one-time link")  # type: ignore[method-assign]
        org.tokens = _Remembering(self._seen, org.tokens)

    def _noting(self, make: Callable[..., Made], name: str) -> Callable[..., Made]:
        def noted(*given: Any, **named: Any) -> Made:
            made = make(*given, **named)
            self._seen[str(getattr(made, "sid", made))] = name
            return made

        return noted

    def secrets(self) -> dict[str, str]:
        """Value to what it is: of this org, until now."""
        login, truth = self._org.admin, self._org.truth()
        found = {
            **self._seen,
            login.password: "password",
            login.totp_secret: "authenticator seed",
            login.mailbox_password: "mailbox",
        }
        for app in truth["apps"]:
            found |= {app["key"]: "consumer key", app["secret"]: "consumer secret"}
        for mail in self._org.mail():
            for code in re.findall(r"\b\d{6}\b", mail["text"]):
                found[code] = "emailed code"
        return {value: name for value, name in found.items() if value}


class _Remembering(dict[str, Any]):
    """Access tokens by their value; each is noted."""

    def __init__(self, seen: dict[str, str], items: Mapping[str, Any]) -> None:
        super().__init__(items)
        self._seen = seen
        seen.update(dict.fromkeys(items, "access token"))

    def __setitem__(self, key: str, value: Any) -> None:
        self._seen[key] = "access token"
        super().__setitem__(key, value)


def forms(value: str) -> set[bytes]:
    """The value in every encoding in which it may travel."""
    once = json.dumps(value)[1:-1]
    texts = {value, once, json.dumps(once)[1:-1], html.escape(value), html.escape(value, quote=False), value.encode().hex()}
    texts |= {urllib.parse.quote(value, safe=""), urllib.parse.quote(value), urllib.parse.quote_plus(value)}
    found = {text.encode() for text in texts} | {value.encode("utf-16-le")}
    return found | set(_base64(value.encode()))


def _base64(raw: bytes) -> Iterator[bytes]:
    """What of the base64 text is the same whatever stands around the value, at each of the three alignments."""
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            whole = encode(b"\0" * shift + raw + b"\0" * (-(shift + len(raw)) % 3))
            sure = whole[(0, 2, 3)[shift] : len(whole) - (0, 2, 3)[(-(shift + len(raw)) % 3)]]
            if len(sure) >= 10:
                yield sure


def pattern(secrets: Iterable[str]) -> re.Pattern[bytes]:
    """One expression for all secrets; a short number counts only where no further digit or letter stands beside it."""
    parts: list[bytes] = []
    for value in secrets:
        if value.isdigit() and len(value) <= 8:
            parts.append(rb"(?<![0-9A-Za-z.])" + value.encode() + rb"(?![0-9A-Za-z]|\.[0-9])")
        else:
            parts += [re.escape(form) for form in forms(value)]
    parts.sort(key=len, reverse=True)
    return re.compile(b"|".join(parts))


def leaks(places: Mapping[str, bytes], secrets: Mapping[str, str]) -> list[str]:
    """``<place>: <what>`` for each secret in one of the places; the secret itself is not in the answer."""
    search = pattern(secrets)
    return sorted({f"{place}: {_named(hit, secrets)}" for place, data in places.items() for hit in search.findall(data)})


def _named(hit: bytes, secrets: Mapping[str, str]) -> str:
    return next((name for value, name in secrets.items() if hit == value.encode() or hit in forms(value)), "a secret, encoded")


def files(folder: Path, *, but: Iterable[Path] = ()) -> dict[str, bytes]:
    """All files below a folder, names included, with the members of archives unpacked; pictures are left to `pictures`."""
    left_out = {path.resolve() for path in but}
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.resolve() not in left_out:
            name = str(path.relative_to(folder))
            found[name] = name.encode() + b"\n" + path.read_bytes()
            found |= _unpacked(name, path.read_bytes())
    return found


def _unpacked(name: str, data: bytes) -> dict[str, bytes]:
    if data[:2] == b"\x1f\x8b":
        return {f"{name} (unpacked)": gzip.decompress(data)}
    if data[:2] != b"PK":
        return {}
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.namelist():
            inner = archive.read(member)
            found[f"{name}!{member}"] = member.encode() + b"\n" + inner
            found |= _unpacked(f"{name}!{member}", inner)
    return found


def pictures(folder: Path) -> list[str]:
    """Pictures as files of their own; those inside traces are members of archives."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.suffix in PICTURES)
