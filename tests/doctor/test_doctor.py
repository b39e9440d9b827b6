"""The doctor names the right culprit, with its fix, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from automation.doctor import Check, network
from automation.doctor import __main__ as doctor
from automation.settings import load_settings
from tests.doctor.broken import CASES, Case, SetUp

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from automation.replica import OrgHandle

NewOrg = Callable[..., "OrgHandle"]
QUICK = {"TIMEOUT_PAGE": "20", "TIMEOUT_ACTION": "8", "TIMEOUT_CODE": "20"}


@pytest.fixture
def set_up(new_org: NewOrg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., SetUp]:
    """A machine on which all is well, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def make(**variants: object) -> SetUp:
        org = new_org(**variants)
        return SetUp(org, tmp_path, {**org.environment(), **QUICK})

    return make


def examined(it: SetUp, browser: Browser | None = None, *, login: bool = True) -> list[Check]:
    return list(doctor.examine(it.environment, it.dotenv, login=login, browser=browser))


def first_failed(checks: list[Check]) -> Check:
    return next(check for check in checks if check.result == "failed")


def expect_culprit(case: Case, checks: list[Check]) -> None:
    culprit = first_failed(checks)
    assert culprit.id == case.culprit, [doctor.line(check) for check in checks]
    assert doctor.exit_code(checks) == case.exit_code
    for part in case.says:
        assert part in f"{culprit.message} {culprit.fix}"
    assert culprit.fix


@pytest.mark.parametrize("case", [case for case in CASES if not case.browser], ids=lambda case: case.name)
def test_the_culprit_is_named_without_a_browser(case: Case, set_up: Callable[..., SetUp], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_in_a_browser", lambda *_, **__: iter(()))
    it = set_up(**case.variants)
    case.breaking(it)
    expect_culprit(case, examined(it))


@pytest.mark.browser
@pytest.mark.parametrize("case", [case for case in CASES if case.browser], ids=lambda case: case.name)
def test_the_culprit_is_named_with_a_browser(case: Case, set_up: Callable[..., SetUp], browser: Browser) -> None:
    it = set_up(**case.variants)
    case.breaking(it)
    own = case.culprit.startswith("machine.browser")
    expect_culprit(case, examined_in(it, None if own else browser))


def examined_in(it: SetUp, browser: Browser | None) -> list[Check]:
    """With the tests' browser; a Playwright of its own can't be started beside the tests'."""
    if browser is not None:
        return examined(it, browser)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(examined, it).result()


@pytest.mark.browser
def test_a_set_up_without_fault_passes_every_check_and_leaves_the_org_as_it_was(
    set_up: Callable[..., SetUp], browser: Browser
) -> None:
    it = set_up()
    before = it.org.truth()["apps"]
    checks = examined(it, browser)

    assert [check.id for check in checks if check.result != "ok"] == [], [doctor.line(check) for check in checks]
    assert {"org.login", "org.language", "org.permission", "org.run_as", "mailbox", "network.clock"} <= {one.id for one in checks}
    assert it.org.truth()["apps"] == before
    assert it.org.truth()["sessions"] == []  # its own session is ended
    assert [path.name for path in it.folder.iterdir() if path.name != "state"] == []  # where a run keeps its locks


@pytest.mark.browser
def test_a_language_of_guesses_is_a_warning(set_up: Callable[..., SetUp], browser: Browser) -> None:
    checks = {check.id: check for check in examined(set_up(language="ja"), browser)}
    assert checks["org.language"].result == "warning"
    assert "English" in checks["org.language"].fix
    assert checks["org.permission"].result == "ok"


@pytest.mark.browser
def test_a_one_time_link_is_left_for_the_run(set_up: Callable[..., SetUp], browser: Browser) -> None:
    it = set_up()
    it.environment.pop("SF_PASSWORD")
    it.environment.pop("SF_USERNAME")
    it.environment["SF_FRONTDOOR_URL"] = f"{it.org.login_url}/secur/frontdoor.jsp?otp=once"
    checks = {check.id: check for check in examined(it, browser)}
    assert checks["org.login"].result == "skipped"
    assert "works once" in checks["org.login"].message


@pytest.mark.parametrize(
    ("seconds", "with_seed", "result"), [(0, True, "ok"), (45, False, "warning"), (45, True, "failed"), (900, False, "failed")]
)
def test_a_wrong_clock_matters_more_where_codes_depend_on_it(
    seconds: int, with_seed: bool, result: str, set_up: Callable[..., SetUp], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(set_up().environment, None)
    seed = settings.sf_password if with_seed else None
    monkeypatch.setattr(network, "now", lambda: datetime(2026, 11, 24, tzinfo=UTC) + timedelta(seconds=seconds))
    check = network.clock(replace(settings, sf_totp_secret=seed), "Tue, 24 Nov 2026 00:00:00 GMT")
    assert check.result == result


def test_what_another_check_depends_on_comes_first(set_up: Callable[..., SetUp]) -> None:
    it = set_up()
    it.environment.pop("ECA_RUN_AS")
    skipped = [check for check in examined(it) if check.result == "skipped"]
    assert {check.message for check in skipped} == {"the settings come first"}


def test_no_line_holds_a_secret(set_up: Callable[..., SetUp], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_in_a_browser", lambda *_, **__: iter(()))
    it = set_up()
    it.environment["SF_IMAP_PASSWORD"] = "wrong-mail-password"
    text = json.dumps(doctor.as_json(examined(it)))
    for secret in (it.environment["SF_PASSWORD"], "wrong-mail-password"):
        assert secret not in text


def test_the_command_prints_lines_for_people_and_json_for_programs(
    set_up: Callable[..., SetUp], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    it = set_up()
    for name, value in it.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("ECA_RUN_AS")
    code = doctor.main(["--json", "--no-login"])
    out, err = capsys.readouterr()
    said = json.loads(out)
    assert code == said["exit_code"] == 78
    assert any(check["id"] == "settings.values" and check["result"] == "failed" for check in said["checks"])
    assert "FAILED  settings.values: ECA_RUN_AS" in err


def test_the_json_names_what_ended_the_command_early(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A program that reads the object gets one in any case."""
    code = doctor.main(["--json", "--app", str(tmp_path / "missing.toml")])
    printed = json.loads(capsys.readouterr().out)
    assert (printed["exit_code"], printed["checks"], printed["error"]["kind"]) == (code, [], "settings")
    assert "missing.toml" in printed["error"]["message"]
