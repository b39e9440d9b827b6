"""The job without browsers: limits, order of decisions, exit codes, and what people see."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from automation.errors import LoginRefused, OrgBusy, OrgUnavailable, TryAgainLater
from automation.fleet import repair, runner
from automation.fleet.check import CheckResult
from automation.fleet.history import REFUSALS, History
from automation.fleet.options import FleetOptions
from automation.fleet.orgs_file import OrgsFile
from automation.fleet.outcome import OrgOutcome, line_of, of_check, of_error, of_run
from automation.fleet.progress import Progress
from automation.fleet.repair import Repairs
from automation.fleet.runner import Job
from automation.refresh_sandboxes import exit_code
from automation.report.json_result import OUTCOMES, outcome_words

SHARED = """
[defaults]
login_url = "https://acme--{name}.sandbox.my.salesforce.com"
username = "admin@acme.com"
password = "env:X"
imap_url = "imaps://mail.acme.com/INBOX"
imap_username = "admin@acme.com"
imap_password = "env:Y"
[defaults.app]
contact_email = "admin@acme.com"
callback_url = "https://acme.example/oauth"
run_as = "sync@acme.com"
"""

Made = Callable[..., tuple[Job, Progress]]


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    """``job({"a": "app_missing", "b": "up_to_date"}, outcomes={"a": ...})``: checks and runs answer as given."""
    monkeypatch.chdir(tmp_path)
    opened = []

    def make(found: dict[str, Any], outcomes: dict[str, OrgOutcome] | None = None, **more: Any) -> tuple[Job, Progress]:
        limits = more.pop("limits", "")
        Path("orgs.toml").write_text(SHARED + "".join(f"[orgs.{name}]\n" for name in found) + f"[limits]\n{limits}\n")
        fleet = OrgsFile.read(Path("orgs.toml"))

        def check(org: Any, *_: object) -> CheckResult:
            word = found[org.name]
            error = word if isinstance(word, Exception) else None
            return CheckResult(org, "failed" if error else word, str(word), error)  # type: ignore[arg-type]

        def run(_self: Repairs, seen: CheckResult) -> OrgOutcome:
            return (outcomes or {}).get(seen.org.name) or of_run(
                seen.org, seen.found, seen.why, line_of(seen.org) | {"outcome": "created"}, 0
            )

        monkeypatch.setattr(repair, "check_org", check)
        monkeypatch.setattr(Repairs, "run", run)
        history = History(tmp_path / "h.sqlite3")
        opened.append(history)
        progress = Progress(more.pop("verbosity", 0), json=True, stream=io.StringIO(), data=io.StringIO())
        return Job(fleet, fleet.orgs, history, progress, FleetOptions(**more)), progress

    yield make
    for history in opened:
        history.__exit__(None, None, None)


def words(job: Job) -> dict[str, str]:
    return {outcome.org: outcome.word for outcome in job.outcomes}


def test_only_orgs_with_work_get_a_browser(job: Made) -> None:
    """The others are reported as they were found."""
    made, progress = job({"a": "app_missing", "b": "up_to_date", "c": "drifted", "d": OrgBusy("busy"), "e": OrgUnavailable("no")})
    made.run()
    assert words(made) == {"a": "created", "b": "unchanged", "c": "created", "d": "waiting", "e": "failed"}
    assert [outcome.browser for outcome in made.outcomes if outcome.word == "created"] == [True, True]
    assert len(progress.data.getvalue().splitlines()) == 5  # type: ignore[attr-defined]


def test_a_fault_of_the_tool_fails_its_org_alone(job: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever happens on one org, the others are done."""
    made, _ = job({"a": "up_to_date", "b": "up_to_date"})
    good: Callable[..., CheckResult] = vars(repair)["check_org"]

    def check(org: Any, *rest: Any) -> CheckResult:
        if org.name == "a":
            raise KeyError("what nobody foresaw")
        return good(org, *rest)

    monkeypatch.setattr(repair, "check_org", check)
    made.run()
    assert words(made) == {"a": "failed", "b": "unchanged"}
    assert next(outcome for outcome in made.outcomes if outcome.failed).error["kind"] == "fault"


def test_a_plan_only_shows(job: Made) -> None:
    """Which orgs need work, and why; exit code 3 where that was asked for."""
    made, _ = job({"a": "app_missing", "b": "up_to_date"}, plan=True)
    made.run()
    assert words(made) == {"a": "planned", "b": "unchanged"}
    assert exit_code(made.outcomes, plan_exit_code=True) == 3
    assert exit_code(made.outcomes) == 0


def test_force_goes_through_the_procedure_everywhere(job: Made) -> None:
    """But not where the org can't be worked on."""
    made, _ = job({"a": "up_to_date", "b": OrgBusy("busy")}, force=True)
    made.run()
    assert words(made) == {"a": "created", "b": "waiting"}


def test_after_so_many_failures_nothing_more_is_begun(job: Made) -> None:
    """What was not begun is tried later; the job as a whole has failed."""
    failed = {name: of_error(_blank(), LoginRefused("no")) for name in "abcdef"}
    made, _ = job(dict.fromkeys("abcdef", "app_missing"), failed, jobs=1, max_failures=2)
    made.run()
    assert [outcome.word for outcome in made.outcomes] == ["failed"] * 2 + ["waiting"] * 4
    assert exit_code(made.outcomes) == 1


def _blank(deadline: float = 1.0, name: str = "x") -> Any:
    from automation.fleet.orgs import Org

    return Org(name, f"acme--{name}.sandbox.my.salesforce.com", {}, {}, deadline)


def test_a_refused_login_is_left_alone_until_somebody_names_the_org(job: Made) -> None:
    """A job that runs hourly would lock the user of a wrong password; other orgs and failures go on as ever."""
    errors = {"a": LoginRefused("no"), "b": OrgUnavailable("down")}
    refusals = {name: of_error(_blank(name=name), error, browser=True) for name, error in errors.items()}
    for _ in range(REFUSALS):  # somebody may have corrected the password meanwhile
        tried, _ = job(dict.fromkeys(errors, "app_missing"), refusals)
        tried.run()
        assert all(outcome.browser for outcome in tried.outcomes)
    made, _ = job(dict.fromkeys(errors, "app_missing"))
    made.run()
    assert words(made) == {"a": "failed", "b": "created"}
    (left,) = [outcome for outcome in made.outcomes if outcome.failed]
    assert (left.error["kind"], left.browser) == ("login_refused", False)
    assert "--only a" in left.error["next"]
    named, _ = job({"a": "app_missing"}, only=["a"])
    named.run()
    assert words(named) == {"a": "created"}


def test_a_mailbox_gets_no_more_emails_than_allowed(job: Made) -> None:
    """Two per run; the rest waits for a later run, also over several runs."""
    made, _ = job(dict.fromkeys("abc", "app_missing"), limits="emails_per_hour = 4")
    made.run()
    assert sorted(words(made).values()) == ["created", "created", "waiting"]
    assert exit_code(made.outcomes) == 75
    again, _ = job({"d": "app_missing"}, limits="emails_per_hour = 4")
    again.run()
    assert words(again) == {"d": "waiting"}


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([], 0),
        ([TryAgainLater("x")], 75),
        ([TryAgainLater("x"), LoginRefused("x")], 1),
        ([OrgUnavailable("x")], 1),
    ],
)
def test_the_exit_code_distinguishes_failures_from_waits(errors: list[Any], code: int) -> None:
    """One failed org makes 1; only waits make 75."""
    outcomes = [of_error(_blank(), error) for error in errors]
    assert exit_code(outcomes) == code
    assert exit_code(outcomes, interrupted=True) == 130


def test_a_job_without_work_loads_no_browser_library() -> None:
    """Importing Playwright takes longer than a check."""
    import subprocess
    import sys

    code = "import sys; import automation.fleet.runner, automation.fleet.check; print('playwright' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_people_read_lines_and_machines_objects(job: Made) -> None:
    """Orgs that are up to date are only counted, unless more is asked for."""
    made, progress = job({"a": "app_missing", "b": "up_to_date"})
    made.run()
    progress.summary(made.outcomes, 12.34)
    shown = progress.stream.getvalue()  # type: ignore[attr-defined]
    assert "a: app missing: app_missing" in shown
    assert "b:" not in shown
    assert "2 orgs: 1 created, 1 up to date (12.3 s, 1 browser started)" in shown
    lines = [json.loads(line) for line in progress.data.getvalue().splitlines()]  # type: ignore[attr-defined]
    assert {line["name"]: line["found"] for line in lines} == {"a": "app_missing", "b": "up_to_date"}


def test_a_terminal_shows_a_live_table() -> None:
    """Orgs with work, what is going on at the moment, and the counts."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    progress = Progress(0, stream=Terminal(), data=io.StringIO())
    progress.began(3)
    progress.queued("dev", CheckResult(_blank(), "app_missing", "the key is unknown"))
    progress.event("dev", {"event": "step", "id": "1.7", "title": "Create"})
    from rich.console import Console

    out = io.StringIO()
    Console(file=out, width=120).print(progress._table())
    progress.ended(of_error(_blank(), LoginRefused("refused")))
    progress.close()
    assert "app missing" in out.getvalue()
    assert "1.7 Create" in out.getvalue()
    assert "0 of 3 orgs done" in out.getvalue()
    assert "x: failed: refused" in progress.stream.getvalue()  # type: ignore[attr-defined]


def test_the_line_has_the_published_form() -> None:
    """The object of an org without a browser run is no other than that of a run, with the words of the job beside it."""
    schema = json.loads(Path(runner.__file__).parents[1].joinpath("report/schema/report-1.schema.json").read_text())
    form, org = Draft202012Validator(schema), _blank()
    assert set(line_of(org)) == set(schema["required"])
    shown = [
        of_check(CheckResult(org, "up_to_date", "the delivered pair got a token")),
        of_check(CheckResult(org, "undelivered", "still to be delivered"), "delivered"),
        of_check(CheckResult(org, "busy", "a refresh runs", OrgBusy("a refresh runs"))),
        of_error(org, LoginRefused("refused"), browser=True),
        of_run(org, "app_missing", "the key is unknown", line_of(org) | {"outcome": "created"}, 0),
    ]
    for outcome in shown:
        form.validate(json.loads(outcome.json()))
    assert [outcome.word for outcome in shown] == ["unchanged", "delivered", "waiting", "failed", "created"]


@pytest.mark.parametrize(("to", "step", "word", "sentence"), [
    (["json:there"], "changed", "delivered", "The org was up to date; the credentials work and were delivered."),
    (["json:there"], "unchanged", "unchanged", "Nothing to do; the credentials work."),
    ([], "changed", "unchanged", "Nothing to do; the credentials work."),
])  # fmt: skip
def test_a_run_that_delivered_alone_is_not_one_with_nothing_to_do(to: list[str], step: str, word: str, sentence: str) -> None:
    """The org has the app already, and a target did not have its pair: people are notified of that change."""
    org = _blank()
    line = line_of(org) | {"steps": [{"result": step}], "proof": {"token": True}, "credentials": {"delivered_to": to}}
    outcome = of_run(org, "not_set_up", "no pair of this app is delivered", line, 0)
    assert (outcome.word, outcome.changed) == (word, word == "delivered")
    assert outcome_words(line) == (OUTCOMES[word][0], sentence)


class TestWorker:
    """`Repairs` and real processes, with a stand-in for the worker's module."""

    @pytest.fixture
    def repairs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[Repairs, list[dict[str, Any]]]]:
        """``repairs(script)``: workers run this Python text."""
        import subprocess
        import sys

        events: list[dict[str, Any]] = []
        real = subprocess.Popen

        def make(script: str) -> tuple[Repairs, list[dict[str, Any]]]:
            def popen(_command: list[str], **options: Any) -> Any:
                return real([sys.executable, "-c", script], **options)

            monkeypatch.setattr(subprocess, "Popen", popen)
            return Repairs(tmp_path / "orgs.toml", tmp_path, threading.Semaphore(1), lambda _, event: events.append(event)), events

        return make

    def test_events_and_the_end_come_through(self, repairs: Any) -> None:
        """As the worker writes them, line by line."""
        line = json.dumps({"event": "end", "line": line_of(_blank()) | {"outcome": "created"}, "exit_code": 0})
        made, events = repairs(f"""print('{{"event": "step", "id": "1.1", "title": "Log in"}}'); print({line!r})""")
        outcome = made.run(CheckResult(_blank(), "app_missing", "why"))
        assert (outcome.word, outcome.exit_code, outcome.browser) == ("created", 0, True)
        assert [event["event"] for event in events] == ["step", "end"]

    def test_a_worker_that_dies_fails_its_org(self, repairs: Any) -> None:
        """With the signal and its last words."""
        made, _ = repairs("import os, sys; print('out of memory', file=sys.stderr, flush=True); os.kill(os.getpid(), 9)")
        outcome = made.run(CheckResult(_blank(), "app_missing", "why"))
        assert outcome.error["kind"] == "worker_lost"
        assert "killed by signal 9: out of memory" in outcome.error["message"]

    def test_a_deadline_is_kept(self, repairs: Any) -> None:
        """The worker is asked to end, and its org fails with the reason."""
        from dataclasses import replace

        made, _ = repairs("import time; time.sleep(60)")
        outcome = made.run(CheckResult(replace(_blank(), deadline=0.3), "app_missing", "why"))
        assert (outcome.error["kind"], outcome.failed) == ("deadline", True)

    def test_the_place_for_logins_is_free_once_logged_in(self, repairs: Any) -> None:
        """Not only when the run is over."""
        script = """print('{"event": "step_ended", "id": "1.1", "result": "unchanged", "login": true}', flush=True); input()"""
        made, events = repairs(script)
        thread = threading.Thread(target=made.run, args=(CheckResult(_blank(), "app_missing", "why"),))
        thread.start()
        while not events:
            threading.Event().wait(0.01)
        assert made.logins.acquire(timeout=20)
        made.stop()
        thread.join(20)
        assert not thread.is_alive()

    def test_a_worker_that_does_not_end_is_killed_when_the_job_is_stopped(
        self, repairs: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And is no failure of its org."""
        monkeypatch.setattr(repair, "LAST", 0.3)
        script = (
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
            """print('{"event": "waiting", "text": "for ever"}', flush=True); time.sleep(60)"""
        )
        made, events = repairs(script)
        ended: list[OrgOutcome] = []
        thread = threading.Thread(target=lambda: ended.append(made.run(CheckResult(_blank(60.0), "app_missing", "why"))))
        thread.start()
        while not events:
            threading.Event().wait(0.01)
        made.stop()
        thread.join(20)
        assert (ended[0].error["kind"], ended[0].failed) == ("interrupted", False)

    def test_a_program_that_outlives_its_worker_holds_nobody(self, repairs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Although it keeps the worker's output open, in which other things stand too."""
        monkeypatch.setattr(repair, "DRAIN", 0.2)
        line = json.dumps({"event": "end", "line": line_of(_blank()) | {"outcome": "created"}, "exit_code": 0})
        script = (
            f"import subprocess; print('no event'); print('[1]'); print({line!r}, flush=True); subprocess.Popen(['sleep', '3'])"
        )
        made, events = repairs(script)
        assert made.run(CheckResult(_blank(60.0), "app_missing", "why")).word == "created"
        assert [event["event"] for event in events] == ["end"]
