"""What whole runs leave: traces with a group per step, reports of the published form, and no secret in any file."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from dotenv import dotenv_values
from filelock import FileLock
from jsonschema import Draft202012Validator

from automation.report.files import read_report
from automation.secrets import secret as secrets
from automation.secrets.encodings import encodings
from flows.procedure import all_steps
from tests.e2e.conftest import Runbook
from tests.forgetting import only_own

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

    from automation.replica import OrgHandle, Replica

pytestmark = pytest.mark.browser


@dataclass
class Finished:
    """A run that ended: its folder, the traces in it, and every secret that it met."""

    folder: Path
    traces: list[Path]
    secrets: list[str]

    @classmethod
    def kept(cls, facts: Path) -> Finished:
        """What `keep` wrote, in whichever process."""
        known = json.loads(facts.read_text())
        return cls(Path(known["folder"]), [Path(path) for path in known["traces"]], known["secrets"])

    def keep(self, facts: Path) -> None:
        facts.write_text(json.dumps(asdict(self), default=str))


@pytest.fixture(scope="session")
def perform(
    browser: Browser, replica: Replica, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Callable[..., Finished]:
    """Makes a run once for all test processes: the first that needs it performs it, and the others read the same folder."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent

    def run(name: str, settings: dict[str, str] | None = None, **options: Any) -> Finished:
        home = base / f"finished-{name}"
        with FileLock(f"{home}.lock"):
            if not (home / "facts").exists():
                home.mkdir()
                _perform(replica, Runbook(browser, home), f"acme--{name}.sandbox", settings, options).keep(home / "facts")
        return Finished.kept(home / "facts")

    return run


def _perform(replica: Replica, book: Runbook, my_domain: str, settings: dict[str, str] | None, options: dict[str, Any]) -> Finished:
    org: OrgHandle = replica.new_org(my_domain)
    for call in ("createApp", "savePolicies"):
        org.fault("delay", kind="aura", action=call, seconds=SAVING)
    with only_own(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(book.folder / "state"))  # a session's fixture begins before `_own_machine`
        before = secrets.known_secrets()
        result = book(org, settings, **options)
        met = set(secrets.known_secrets() - before)
    delivered = dotenv_values(book.delivered) if book.delivered.exists() else {}
    met |= {str(delivered[name]) for name in ("SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET") if name in delivered}
    met |= {org.environment()[name] for name in ("SF_PASSWORD", "SF_IMAP_PASSWORD")}
    assert result.artifacts is not None
    return Finished(result.artifacts, list(result.traces), sorted(met))


SAVING = 1.0
"""Seconds that the org takes to answer what saves something."""

LATE = 0.5
"""Seconds by which a busy machine may read a clock late. The sums are exact in the tests of the clock itself."""

SAVES = {step.id for step in all_steps() if step.commits}


@pytest.fixture(scope="session")
def good(perform: Callable[..., Finished]) -> Finished:
    """A run that created everything, with all that can be recorded."""
    return perform("recorded", tracing="on", screenshot="on")


@pytest.fixture(scope="session")
def bad(perform: Callable[..., Finished]) -> Finished:
    """A run that the org stopped at a field, with the defaults."""
    return perform("refused", {"ECA_RUN_AS": "nobody@acme.example"}, tracing="retain-on-failure", screenshot="on")


@pytest.fixture(params=["good", "bad"])
def finished(request: pytest.FixtureRequest, good: Finished, bad: Finished) -> Finished:
    return good if request.param == "good" else bad


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a run folder, and every member of every trace."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                yield from ((f"{path.name}!{name}", archive.read(name)) for name in archive.namelist())
        elif path.is_file():
            yield path.name, path.read_bytes()


def test_no_file_of_a_run_holds_a_secret(finished: Finished) -> None:
    assert len(finished.secrets) >= 4, "password, mailbox password, code, session"
    forms = {form.encode() for secret in finished.secrets for form in encodings(secret)}
    leaks = [(name, form[:4]) for name, data in contents(finished.folder) for form in forms if holds(data, form)]
    assert not leaks


def holds(data: bytes, form: bytes) -> bool:
    """A code is only found where no further digit or letter stands beside it: six digits may occur in any number."""
    if len(form) > 8:
        return form in data
    return re.search(rb"(?<![0-9A-Za-z.])" + re.escape(form) + rb"(?![0-9A-Za-z]|\.[0-9])", data) is not None


def test_the_report_has_the_published_form(finished: Finished) -> None:
    schema = json.loads((files("automation.report") / "schema" / "report-1.schema.json").read_text())
    Draft202012Validator(schema).validate(read_report(finished.folder))


def test_the_time_of_the_steps_is_shown_by_what_it_was_spent_on(good: Finished) -> None:
    report = read_report(good.folder)
    for step in report["steps"]:
        assert sum(step["time"].values()) == pytest.approx(step["seconds"], abs=LATE), step
    by_id = {step["id"]: step["time"] for step in report["steps"]}
    for number in ("1.7", "3.5"):  # each sends what it saves
        assert by_id[number]["org"] >= SAVING - LATE, number
    assert by_id["1.1"]["org"] > 0
    assert by_id["1.5"]["org"] < LATE, "a tick asks the org for nothing"
    assert sum(report["time"].values()) == pytest.approx(report["seconds"], abs=LATE)


def test_every_step_that_saves_has_its_screenshot(good: Finished) -> None:
    report = read_report(good.folder)
    seen = [step["id"] for step in report["steps"] if step["screenshot"]]
    assert seen == [step["id"] for step in report["steps"] if step["result"] == "changed" and step["id"] in SAVES] != []
    assert (good.folder / "report.html").read_text().count("data:image/jpeg;base64") == len(seen)


def test_a_failed_run_shows_the_page_and_what_to_do(bad: Finished) -> None:
    report = read_report(bad.folder)
    error = report["error"]
    assert error is not None
    page = (bad.folder / "report.html").read_text()
    failed = next(step for step in report["steps"] if step["result"] == "failed")
    assert failed["id"] == error["step"]
    assert failed["screenshot"]
    assert error["message"].split(":")[0] in page
    assert "url: https://" in page, "the evidence is part of the page"


def groups(trace: Path) -> list[str]:
    """Titles of a trace's groups."""
    with zipfile.ZipFile(trace) as archive:
        events = [json.loads(line) for line in archive.read("trace.trace").splitlines()]
    return [event["title"] for event in events if event.get("method") == "tracingGroup"]


def test_traces_have_one_group_per_step_outside_of_private_phases(good: Finished) -> None:
    found = [title for trace in good.traces for title in groups(trace)]
    ids = [title.split(" ")[0] for title in found]
    expected = [f"{step.id} {step.title}" for step in all_steps()]
    assert [title for title in found if title not in expected] == []
    assert list(dict.fromkeys(ids)) == [step.id for step in all_steps() if step.id != "4.6"]


def test_a_failed_run_keeps_its_trace_by_default(bad: Finished) -> None:
    assert bad.traces
    assert groups(bad.traces[-1])[-1].startswith(read_report(bad.folder)["error"]["step"])


def test_playwrights_own_viewer_opens_the_traces(bad: Finished, playwright: Playwright, tmp_path: Path) -> None:
    from playwright._impl._driver import compute_driver_executable, get_driver_env

    def viewer(*arguments: str) -> str:
        program = [*compute_driver_executable(), "trace", *arguments]
        done = subprocess.run(program, cwd=tmp_path, env=get_driver_env(), capture_output=True, text=True, check=True)
        return done.stdout

    *done, failed = bad.traces
    viewer("open", str(done[-1].resolve()))
    assert "1.2 Open Setup" in viewer("actions")
    viewer("close")
    viewer("open", str(failed.resolve()))
    assert "aria" in viewer("actions").lower()
    viewer("close")
