"""The file of a recording: one zip with a manifest, the pages and a page for people to review."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from automation.errors import UsageError
from automation.record import SUFFIX
from automation.record.lookups import Lookup
from automation.secrets import quoted
from automation.secrets.files import write_private
from automation.secrets.text_files import json_value, read_bytes

SCHEMA: Final = 1
"""Version of the manifest's form; a reader refuses a newer one."""
MANIFEST: Final = "manifest.json"
REVIEW: Final = "review.html"
LARGEST: Final = 256 * 2**20
"""Bytes of all members, unpacked; a recording of a whole run has a tenth of it."""
_BEGINNING: Final = (1980, 1, 1, 0, 0, 0)
"""Time stamp of all members: the same pages make the same file."""


@dataclass(frozen=True)
class RecordedStep:
    """A step as it went: ``result`` as in `StepResult`, and its sentence."""

    id: str
    title: str
    result: str
    note: str


@dataclass(frozen=True)
class PageCopy:
    """A page, as it was and later anonymous.

    Attributes:
        number: from 1, in the order in which pages were met.
        url: without query and fragment, which can hold one-time links.
        html: one whole document; shadow roots are declarative.
        tree: the accessibility tree as an aria snapshot; of a page of secrets only its outline.
        private: whether the page was one of secrets, so that its fields were emptied.
        words: on a page of secrets, what is there and may be a key, a token or a code; never written.
    """

    number: int
    url: str
    title: str
    html: str
    tree: str
    private: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recording:
    """A recording, anonymous. ``replaced``: kind of value to how many different ones were replaced."""

    name: str
    language: str
    outcome: str
    steps: tuple[RecordedStep, ...]
    lookups: tuple[Lookup, ...]
    pages: tuple[PageCopy, ...]
    replaced: Mapping[str, int] = field(default_factory=dict)

    def page(self, number: int) -> PageCopy:
        """A page by its number, from 1."""
        return self.pages[number - 1]

    def lookups_of(self, step: str) -> list[Lookup]:
        """The lookups of one step, in order."""
        return [lookup for lookup in self.lookups if lookup.step == step]

    @property
    def recorded_steps(self) -> list[RecordedStep]:
        """The steps that looked at pages."""
        return [step for step in self.steps if self.lookups_of(step.id)]


def members(recording: Recording, review: str) -> dict[str, str]:
    """Name to text of everything that the file will hold."""
    manifest = {
        "schema": SCHEMA,
        "language": recording.language,
        "outcome": recording.outcome,
        "replaced": dict(recording.replaced),
        "steps": [vars(step) for step in recording.steps],
        "looks": [lookup.as_json() for lookup in recording.lookups],
        "pages": [
            {"number": page.number, "address": page.url, "title": page.title, "private": page.private} for page in recording.pages
        ],
    }
    files = {MANIFEST: json.dumps(manifest, indent=1, ensure_ascii=False), REVIEW: review}
    for page in recording.pages:
        files[f"pages/{page.number:03}.html"] = page.html
        files[f"pages/{page.number:03}.aria.yml"] = page.tree
    return files


def write(files: Mapping[str, str], path: Path) -> Path:
    """Write the zip, mode 0600, in one step. The same texts make the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name, _BEGINNING)
            info.external_attr = 0o600 << 16
            archive.writestr(info, text.encode(), zipfile.ZIP_DEFLATED, 9)
    return write_private(path, packed.getvalue())


def read(path: Path) -> Recording:
    """Read a recording. Raises UsageError: it is none, or it was made by a newer version."""
    try:
        with zipfile.ZipFile(io.BytesIO(read_bytes(path, LARGEST // 8))) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST:
                raise UsageError(f"{path} unpacks to more than {LARGEST // 2**20} MB, so it is no recording.")
            manifest = json_value(archive.read(MANIFEST))
            if manifest["schema"] > SCHEMA:
                raise UsageError(f"{path.name} has form {manifest['schema']}; this version reads forms up to {SCHEMA}.")
            return _recording(path, manifest, tuple(_page(archive, page) for page in manifest["pages"]))
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, LookupError, ValueError) as error:
        raise UsageError(f"{path} is no recording: {quoted(error)}.") from None
    except (TypeError, AttributeError, NotImplementedError, RuntimeError):  # other types; packed or encrypted in another way
        raise UsageError(f"{path} is no recording: its content has another form.") from None


def _recording(path: Path, manifest: dict[str, Any], pages: tuple[PageCopy, ...]) -> Recording:
    return Recording(
        name=path.name.removesuffix(SUFFIX),
        language=manifest["language"],
        outcome=manifest["outcome"],
        steps=tuple(RecordedStep(**step) for step in manifest["steps"]),
        lookups=tuple(Lookup.from_json(lookup) for lookup in manifest["looks"]),
        pages=pages,
        replaced=dict(manifest["replaced"]),
    )


def _page(archive: zipfile.ZipFile, page: dict[str, Any]) -> PageCopy:
    html, tree = (archive.read(f"pages/{page['number']:03}.{ending}").decode() for ending in ("html", "aria.yml"))
    return PageCopy(page["number"], page["address"], page["title"], html, tree, page["private"])
