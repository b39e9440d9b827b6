"""Files that we read ourselves may hold anything: settings, secrets, state, sessions, passkeys, reports, recordings."""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from automation.access.login_methods import SessionLogin
from automation.access.passkey_store import PasskeyStore
from automation.artifacts.run_folder import make_run_folder
from automation.delivery import Pending
from automation.delivery.deliver import Receipts
from automation.errors import RunbookError, UnexpectedPage
from automation.fleet import references
from automation.fleet.history import History
from automation.fleet.orgs_file import OrgsFile
from automation.record import file as recording
from automation.report.files import rebuild
from automation.report.json_result import as_report
from automation.run.guards import org_lock
from automation.secrets.files import state_folder
from automation.secrets.scratch import scratch_folder
from automation.settings import load_settings
from automation.settings.app_spec import AppFile
from automation.settings.rules import pem_file
from flows.pages.labels import Labels
from tests.attacks.conftest import Attacks
from tests.attacks.nearly_right import nearly_right
from tests.attacks.test_programs import SETTINGS
from tests.attacks.texts import BYTES, ours_or_value
from tests.report.samples import failed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, modes, forks and scripts of POSIX")

HOST, APP = "acme--dev.sandbox.my.salesforce.com", "Service_Board"
Read = Callable[[Path], Any]


def _report(path: Path) -> Any:
    report = path.with_name("report.json")
    path.rename(report)
    return rebuild(report.parent)


def _state(kind: type[Pending | Receipts], path: Path) -> Any:
    one = kind(HOST, APP)
    one.path.parent.mkdir(parents=True, mode=0o700)
    path.rename(one.path)
    return one.read() if isinstance(one, Pending) else one._all()


def _journal(path: Path) -> Any:
    folder = path.parent / "mine"
    folder.mkdir(mode=0o700)
    path.rename(folder / "journal.jsonl")
    return make_run_folder(HOST, folder)


def _history(path: Path) -> None:
    with History(path):
        pass


READERS: dict[str, Read] = {
    ".env": lambda path: load_settings({}, path),
    "secret file": lambda path: load_settings({"SF_PASSWORD_FILE": str(path)}, None),
    "token file": lambda path: load_settings({"SF_PRODUCTION_TOKEN_FILE": str(path)}, None),
    "Google key file": lambda path: load_settings({"SF_IMAP_GOOGLE_KEY_FILE": str(path)}, None),
    "certificates": lambda path: pem_file(str(path)),
    "app file": AppFile.read,
    "orgs file": OrgsFile.read,
    "label file": lambda path: Labels("en", path),
    "reference": lambda path: references.resolve(f"file:{path}"),
    "passkeys": lambda path: PasskeyStore(path).find(HOST, "admin@acme.com"),
    "storage state": lambda path: SessionLogin(path, load_settings(SETTINGS, None))._cookies(),
    "pending pair": lambda path: _state(Pending, path),
    "receipts": lambda path: _state(Receipts, path),
    "journal": _journal,
    "history": _history,
    "report": _report,
    "recording": recording.read,
}


INSIDE = {"certificates": (ValueError,)}
"""What else a reader may raise, as its caller turns it into ours."""


@pytest.mark.parametrize("reader", READERS)
def test_any_content_is_read_or_refused(reader: str, attacks: Attacks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By us, with cause and fix."""
    folders = (tmp_path / str(number) for number in count())

    def holds(content: bytes) -> None:
        path = next(folders) / "file"
        path.parent.mkdir()
        monkeypatch.setenv("XDG_STATE_HOME", str(path.parent / "state"))
        path.write_bytes(content)
        path.chmod(0o600)
        ours_or_value(lambda: READERS[reader](path), *INSIDE.get(reader, ()))

    attacks.each(BYTES, holds)


def _recording_of(manifest: Any) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(recording.MANIFEST, json.dumps(manifest))
        archive.writestr("pages/001.html", "<p>")
        archive.writestr("pages/001.aria.yml", "- text")
    return packed.getvalue()


def _unpacked(path: Path) -> Any:
    path.write_bytes(_recording_of(json.loads(path.read_bytes())))
    return recording.read(path)


COOKIE = {"name": "sid", "value": "x", "domain": HOST, "path": "/", "expires": -1, "secure": True, "sameSite": "None"}
PAIR = {
    "client_id": "k", "client_secret": "s", "token_url": f"https://{HOST}/services/oauth2/token",
    "instance_url": f"https://{HOST}", "org_id": "00D", "host": HOST, "app": APP, "created_at": "2026",
}  # fmt: skip
PASSKEY = {
    "host": HOST, "username": "admin@acme.com", "org_id": "00D", "rp_id": HOST, "id": "YQ==", "user_handle": "YQ==",
    "private_key": "YQ==", "public_key": "YQ==", "sign_count": 1, "created_at": "2026",
}  # fmt: skip
MANIFEST = {
    "schema": 1, "language": "en", "outcome": "created", "replaced": {"host": 1},
    "steps": [{"id": "1.1", "title": "Log in", "result": "changed", "note": "x"}], "looks": [],
    "pages": [{"number": 1, "address": "https://x", "title": "x", "private": False}],
}  # fmt: skip
REPORT = as_report(failed(Path(), UnexpectedPage("it says", next="do")))


def _rebuilt(path: Path) -> Any:
    """A whole report, but for these parts."""
    parts = json.loads(path.read_bytes())
    path.write_text(json.dumps({**REPORT, **parts} if isinstance(parts, dict) else parts))
    return _report(path)


RIGHT: dict[str, tuple[Read, Any]] = {
    "report": (_rebuilt, {"seconds": 1.0, "steps": REPORT["steps"][:1], "time": REPORT["time"]}),
    "recording": (_unpacked, MANIFEST),
    "pending pair": (READERS["pending pair"], PAIR),
    "passkeys": (READERS["passkeys"], {"version": 1, "passkeys": [PASSKEY]}),
    "storage state": (READERS["storage state"], {"cookies": [COOKIE], "origins": []}),
}


@pytest.mark.parametrize("reader", RIGHT)
def test_what_is_nearly_right_is_read_or_refused(reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the file of another version, or of somebody who edited it. (Counted once.)"""
    read, right = RIGHT[reader]
    for number, tree in enumerate([right, *nearly_right(right)]):
        path = tmp_path / str(number) / "file"
        path.parent.mkdir()
        monkeypatch.setenv("XDG_STATE_HOME", str(path.parent / "state"))
        path.write_text(json.dumps(tree))
        path.chmod(0o600)
        found = ours_or_value(lambda path=path: read(path))  # type: ignore[misc]
        assert number or not isinstance(found, RunbookError), "the tree itself is right"


def _folder(path: Path) -> None:
    path.mkdir(mode=0o700)


KINDS: dict[str, Callable[[Path], None]] = {
    "folder": _folder,
    "pipe": lambda path: os.mkfifo(path, 0o600),
    "endless device": lambda path: path.symlink_to("/dev/zero"),
    "empty device": lambda path: path.symlink_to("/dev/null"),
    "link to itself": lambda path: path.symlink_to(path),
    "link to nothing": lambda path: path.symlink_to(path.with_name("nothing")),
    "no rights": lambda path: path.touch(0),
}


@pytest.mark.parametrize("reader", [name for name in READERS if name not in ("pending pair", "receipts", "journal", "report")])
def test_what_is_no_file_is_refused(reader: str, attacks: Attacks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a pipe without a writer, or reads a device without end."""
    monkeypatch.setattr("automation.secrets.text_files.PATIENCE", 0.2)
    paths = (tmp_path / str(number) for number in count())

    def holds(make: Callable[[Path], None]) -> None:
        path = next(paths)
        make(path)
        ours_or_value(lambda: READERS[reader](path), *INSIDE.get(reader, ()))

    attacks.each(KINDS, holds)


def _locked(path: Path) -> None:
    place = state_folder() / "locks" / f"{HOST}.lock"
    place.parent.mkdir(mode=0o700, exist_ok=True)
    path.rename(place)
    with org_lock(HOST):
        pass


def _scratch(path: Path) -> None:
    left = state_folder() / "tmp" / "left"
    left.mkdir(parents=True, exist_ok=True)
    path.rename(left / "in-use.lock")
    with scratch_folder() as folder:
        assert list(folder.parent.glob("left")) == []


@pytest.mark.parametrize("use", [_locked, _scratch])
def test_what_is_in_the_place_of_a_lock_is_no_bug(
    use: Callable[[Path], None], attacks: Attacks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run is refused with the reason; leftovers are removed."""
    paths = (tmp_path / str(number) for number in count())

    def holds(make: Callable[[Path], None]) -> None:
        path = next(paths)
        monkeypatch.setenv("XDG_STATE_HOME", f"{path}-state")
        make(path)
        ours_or_value(lambda: use(path))

    attacks.each(KINDS, holds)


def test_a_pipe_that_a_secret_is_passed_by_is_read(tmp_path: Path) -> None:
    """As a shell makes one with ``<(...)``."""
    there, here = os.pipe()
    os.write(here, b"from-a-pipe\n")
    os.close(here)
    try:
        assert references.resolve(f"file:/dev/fd/{there}") == "from-a-pipe"
    finally:
        os.close(there)


def test_the_state_folder_of_somebody_else_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Somebody who made it first, as is possible in /tmp, could exchange what is in it."""
    state_folder()
    monkeypatch.setattr("os.geteuid", lambda: os.getuid() + 7)
    monkeypatch.setattr("pathlib.Path.stat", _owned_by(1234))
    with pytest.raises(RunbookError, match="another user's"):
        state_folder()


STAT = Path.stat


def _owned_by(uid: int) -> Callable[..., os.stat_result]:
    def stat(path: Path, **_: Any) -> os.stat_result:
        found = list(STAT(path))
        found[4] = uid
        return os.stat_result(found)

    return stat


def test_everybodys_right_to_write_to_the_state_is_taken_away() -> None:
    """The folder is made by us alone."""
    folder = state_folder()
    folder.chmod(0o777)
    assert state_folder().stat().st_mode & 0o777 == 0o700
