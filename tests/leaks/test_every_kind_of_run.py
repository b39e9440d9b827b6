"""The command with known secrets, ended in every way: nothing that it wrote or printed holds one of them."""

from __future__ import annotations

import json
import os
import signal
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.conftest import NewOrg
from tests.faults.processes import Command, command, set_trap
from tests.faults.wanted import make_app
from tests.leaks.search import Ledger, files, leaks, pictures

if TYPE_CHECKING:
    from automation.replica import OrgHandle

pytestmark = pytest.mark.browser

LOUD = ("--tracing", "on", "-v", "--json", "--screenshot", "on")
"""Everything that a run can write and print."""

PRIVATE_STEPS = ("4.5", "4.6")
"""Steps that end while a private phase goes on; 1.1 and 4.7 end after theirs (see `test_screenshots`)."""
SHOWN_AT = ("password accepted", "code sent", "screen passed", "consumer button", "reveal")
"""Events of the org at which a page with a secret on it, or about to be, is open. An empty login page is none: an org that ends a
session leads to it in the middle of a recording."""


@dataclass(frozen=True)
class Way:
    """A way in which a run ends, with its exit code (negative: a signal)."""

    code: int
    faults: tuple[dict[str, Any], ...] = ()
    variants: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    signal_at: tuple[str, int, signal.Signals] | None = None
    arguments: tuple[str, ...] = LOUD
    made: bool = False
    """The app is there before the run, as what matters comes later."""


def at(event: str, nth: int, how: signal.Signals) -> tuple[str, int, signal.Signals]:
    """The moment of a signal."""
    return event, nth, how


WRONG_CODE = {"preset": "wrong_code_first", "times": 0}
REFUSED_FIELD = {"effect": "error", "kind": "aura", "action": "savePolicies", "fields": {"policies.runAs": "No."}}
BROKEN_PAGE = {"effect": "status", "kind": "consumer", "times": 0}
CODE = {"TIMEOUT_CODE": "4", "TIMEOUT_ACTION": "6"}

WAYS: dict[str, Way] = {
    "success": Way(0),
    "success, same tab": Way(0, variants={"reveal": "same_tab"}),
    "success, authenticator": Way(0, variants={"after_password": ["totp"], "reveal_method": "totp"}),
    "success, quiet": Way(0, arguments=("-q",)),
    "plan": Way(0, arguments=("--plan", *LOUD)),
    "wrong password": Way(77, settings={"SF_PASSWORD": "not-the-right-one-77"}),
    "code refused at the login": Way(77, (WRONG_CODE,), settings=CODE),
    "code refused at the reveal": Way(77, (WRONG_CODE,), {"after_password": []}, CODE),
    "field refused": Way(78, (REFUSED_FIELD,)),
    "field refused, quiet": Way(78, (REFUSED_FIELD,), arguments=("-q",)),
    "page not understood at the login": Way(65, variants={"after_password": ["unknown"]}),
    "page broken at the reveal": Way(69, (BROKEN_PAGE,)),
    "page broken at the reveal, quiet": Way(69, (BROKEN_PAGE,), arguments=("-q",)),
    "new tab blocked": Way(0, variants={"popup_blocked": True}, settings={"TIMEOUT_ACTION": "4"}),
    "new tab blocked for good": Way(
        65, variants={"popup_blocked": True, "consumer_without_ret_url": "refused"}, settings={"TIMEOUT_ACTION": "4"}
    ),
    "session gone for good": Way(75, ({"effect": "expire_all", "kind": "aura", "action": "getApp", "times": 0},)),
    "switched off": Way(77, variants={"eca_enabled": False}),
    "key not known": Way(75, variants={"propagation_seconds": 900.0}, settings={"TIMEOUT_PROPAGATION": "2"}),
    "proof refused": Way(77, variants={"rest_secret_access": True}, settings={"ECA_IP_RELAXATION": "Enforce"}),
    "not delivered": Way(1, settings={"CREDENTIALS_TO": "dotenv:/proc/nowhere/delivered.env"}),
    "Ctrl-C at the login": Way(130, signal_at=at("code sent", 1, signal.SIGINT)),
    "Ctrl-C at the reveal": Way(130, signal_at=at("reveal", 1, signal.SIGINT)),
    "killed at the login": Way(-9, signal_at=at("code sent", 1, signal.SIGKILL)),
    "killed at Save": Way(-9, signal_at=at("savePolicies", 1, signal.SIGKILL)),
    "killed at the reveal": Way(-9, signal_at=at("reveal", 1, signal.SIGKILL), made=True),
    "killed at the proof": Way(-9, signal_at=at("token given", 1, signal.SIGKILL)),
}
FAST = ("success", "killed at the reveal")


@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if name in FAST else [pytest.mark.slow]) for name in WAYS])
def test_nothing_that_was_written_or_printed_holds_a_secret(name: str, new_org: NewOrg, tmp_path: Path) -> None:
    """Run folder, state folder, temporary folder, what was printed, file names, archives; the delivery itself left out."""
    way, folder = WAYS[name], tmp_path / "here"
    org = new_org(propagation_seconds=way.variants.get("propagation_seconds", 0.0), **_without_propagation(way.variants))
    if way.made:
        make_app(org)
    ledger = Ledger(org)
    for fault in way.faults:
        org.fault(**fault)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    settings = {"SF_TOTP_SECRET": org.admin.totp_secret, "TMPDIR": str(temporary), **way.settings}
    with command(org, folder, *way.arguments, settings=settings) as running:
        lines = _arguments_at(org, running, way)
        code = running.ended()
        running.all_gone()
        printed = running.printed
    assert code == way.code, printed.decode()

    secrets = {**ledger.secrets(), **{way.settings[key]: key for key in ("SF_PASSWORD",) if key in way.settings}}
    assert {"password", "session id"} <= set(secrets.values()) or name == "wrong password"
    places = {**files(tmp_path, but=_delivered(tmp_path)), "printed": printed, "arguments of processes": b"\n".join(lines)}
    assert leaks(places, secrets) == []
    _nothing_recorded_meanwhile(org, folder / "run")
    _modes_are_narrow(folder / "run")


def _without_propagation(variants: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in variants.items() if name != "propagation_seconds"}


def _delivered(folder: Path) -> list[Path]:
    """The delivery, and the place where an undelivered pair waits on purpose."""
    return [folder / "here" / "delivered.env", *(folder / "state").rglob("pending/*.json")]


def _arguments_at(org: OrgHandle, running: Command, way: Way) -> list[bytes]:
    """Set the way's trap; the arguments of all processes of the run, as they are at the moment of the trap or the reveal."""
    lines: list[bytes] = []

    def look() -> None:
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if os.getsid(int(path.name)) == running.process.pid:
                    lines.append((path / "cmdline").read_bytes())
            except OSError:
                continue
        if way.signal_at is not None:
            os.kill(running.process.pid, way.signal_at[2])

    event, nth = way.signal_at[:2] if way.signal_at is not None else ("reveal", 1)
    set_trap(org, event, look, nth)
    return lines


def _nothing_recorded_meanwhile(org: OrgHandle, folder: Path) -> None:
    """No recording was going on while a secret was on screen, and no screenshot was taken under a private step."""
    offset = org.replica.world.offset
    moments = [event["at"] - offset for event in org.events() if event["name"] in SHOWN_AT]
    for part in sorted(folder.glob("trace-*.zip")):
        for begun, ended in _recorded(part):
            assert [moment for moment in moments if begun <= moment <= ended] == [], part.name
    assert [name for name in pictures(folder / "screenshots") if name.startswith(PRIVATE_STEPS)] == []


def _recorded(part: Path) -> list[tuple[float, float]]:
    """From when to when a trace was recorded: seconds since the epoch."""
    spans = []
    with zipfile.ZipFile(part) as archive:
        for member in archive.namelist():
            if not member.endswith(".trace"):
                continue
            lines = [json.loads(line) for line in archive.read(member).decode("utf-8", "replace").splitlines() if line]
            head = next(line for line in lines if line["type"] == "context-options")
            times = [line[key] for line in lines for key in ("endTime", "startTime", "timestamp", "time") if line.get(key)]
            last = max(times, default=head["monotonicTime"])
            spans.append((head["wallTime"] / 1000, (head["wallTime"] + last - head["monotonicTime"]) / 1000))
    return spans


def _modes_are_narrow(folder: Path) -> None:
    """Folders 0700, files 0600."""
    for path in [folder, *folder.rglob("*")] if folder.exists() else []:
        assert path.stat().st_mode & 0o077 == 0, path
