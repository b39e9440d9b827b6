"""The look for a pair that was delivered earlier, before anything is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from automation.delivery import Pending, Target, parse_target, same_pair
from automation.errors import (
    DeliveryFailed,
    OrgUnavailable,
    RunbookError,
    SettingsError,
)
from automation.secrets import Secret
from automation.secrets.credentials import Credentials
from flows.app.delivered_pair import check_files
from flows.retrieve_client_credentials import copy_credentials
from tests.org_api.org_double import (
    HOST,
    KEY,
    ORG_18,
    RUN_AS,
    SECRET,
    given,
    pair,
    records,
    refused,
)
from tests.org_api.section_5 import SPEC, Bench, bench, settings_for, target_of

__all__ = ["bench"]


def delivered(bench: Bench, **changes: Any) -> Credentials:
    """Put a pair where an earlier run would have delivered it."""
    held = pair(**{"org_id": ORG_18, **changes})
    target_of(bench).write(held)
    bench.fresh()
    return held


def test_nothing_delivered_is_nothing_found(bench: Bench) -> None:
    """And no request is made."""
    bench.fresh()
    assert not bench.looks()
    assert bench.org.requests == []


@pytest.mark.parametrize(
    "refusal",
    [
        ("invalid_client_id", "client identifier invalid"),
        ("invalid_client", "invalid client credentials"),
        ("OAUTH_EC_APP_NOT_FOUND", "External client app is not installed in this org"),
    ],
)
def test_a_dead_pair_is_revealed_again(bench: Bench, refusal: tuple[str, str]) -> None:
    """It is remarked and not used."""
    delivered(bench)
    bench.org.tokens = [refused(*refusal)]
    assert not bench.looks()
    assert bench.state.credentials is None
    assert bench.state.delivered_unproven is None
    assert "not valid any more" in bench.state.notes[0]


def test_a_pair_behind_a_broken_policy_is_kept_in_mind(bench: Bench) -> None:
    """The pair may be good: section 5 proves it once the policies are fixed."""
    held = delivered(bench)
    bench.org.tokens = [refused("invalid_grant", "no client credentials user enabled")]
    assert not bench.looks()
    assert bench.state.delivered_unproven == held
    assert [one.result for one in bench.run(plan=True)] == ["changed"] * 3
    bench.org.tokens = [httpx.Response(200, json=given())]
    assert [one.result for one in bench.run()] == ["changed", "unchanged", "unchanged"]


def test_a_pair_of_the_org_before_the_refresh_is_not_even_sent(bench: Bench) -> None:
    """The browser has seen the new org's id."""
    delivered(bench, org_id="00DWs000000OldXAAA"[:15])
    bench.state.org_id = ORG_18
    assert not bench.looks()
    assert bench.org.requests == []
    assert "which a refresh has replaced" in bench.state.notes[0]


def test_an_edited_token_url_gets_no_pair(bench: Bench) -> None:
    """The host in a delivered file decides nothing by itself."""
    bench.settings = settings_for(bench.settings.credentials_to[0].name.replace("dotenv:", "json:"))
    delivered(bench, token_url="https://evil.example/services/oauth2/token")
    assert not bench.looks()
    assert bench.org.requests == []
    assert "was not sent" in bench.state.notes[0]


def test_an_org_that_does_not_answer_ends_the_run(bench: Bench) -> None:
    """Revealing would prove nothing either."""
    delivered(bench)
    bench.org.tokens = [httpx.ConnectError("refused")]
    with pytest.raises(OrgUnavailable):
        bench.looks()


def test_a_target_with_the_pair_of_another_app_stops_before_anything(bench: Bench) -> None:
    """Rather than after everything was done."""
    delivered(bench, app="Other_App")
    with pytest.raises(SettingsError, match="holds the pair of Other_App of"):
        bench.looks()


def test_a_file_of_another_app_is_refused_before_a_browser_starts(bench: Bench) -> None:
    """Files are looked at first; on a host of all orgs nobody knows yet whose they should be."""
    check_files(bench.settings, SPEC)
    delivered(bench, app="Other_App")
    with pytest.raises(SettingsError, match="holds the pair of Other_App of"):
        check_files(bench.settings, SPEC)
    check_files(replace(bench.settings, sf_login_url="https://test.salesforce.com"), SPEC)


def test_an_unreadable_target_is_a_note(bench: Bench, tmp_path: Path) -> None:
    """The next one may have the pair."""
    (tmp_path / "blocked.env").mkdir()
    bench.settings = settings_for(f"dotenv:{tmp_path}/blocked.env", f"json:{tmp_path}/pair.json")
    parse_target(f"json:{tmp_path}/pair.json").write(pair(org_id=ORG_18))
    bench.fresh()
    assert bench.looks()
    assert any("blocked.env" in note for note in bench.state.notes)


def test_drifted_run_as_is_proven_again(bench: Bench) -> None:
    """The pair is good, its user is not the wanted one: a plan reports it, a run proves again after the repair."""
    delivered(bench)
    bench.org.queries["FROM User "] = records({"Username": "old@acme.com.dev"})
    assert bench.looks()
    with pytest.raises(RunbookError, match=r"for old@acme\.com\.dev"):
        bench.run()
    bench.org.queries["FROM User "] = records({"Username": RUN_AS})
    bench.fresh()
    assert bench.looks()
    assert bench.run()[0].result == "unchanged"


class Shown:
    """A page that shows key and secret; leaving it fails as ``trouble`` says."""

    def __init__(self, trouble: BaseException | None = None) -> None:
        self.trouble = trouble

    def read(self) -> tuple[Secret, Secret]:
        return Secret(KEY), Secret(SECRET)

    def end(self) -> None:
        if self.trouble is not None:
            raise self.trouble


def copy(bench: Bench, shown: Shown) -> None:
    """Step 4.7."""
    attempt: Any = SimpleNamespace(reveal=shown, spec=SPEC, state=bench.fresh())
    act = copy_credentials(attempt).act
    assert act is not None
    act()


@pytest.mark.parametrize("trouble", [KeyError("x"), httpx.InvalidURL("port"), KeyboardInterrupt(), OSError(28, "full")])
def test_whatever_comes_after_the_reveal_the_pair_is_kept(bench: Bench, trouble: BaseException) -> None:
    """0600, from the moment it is read; the next run proves and delivers it and reveals nothing."""
    with pytest.raises(type(trouble)):
        copy(bench, Shown(trouble))
    pending = Pending(HOST, SPEC.api_name)
    assert pending.path.stat().st_mode & 0o777 == 0o600
    bench.fresh()
    assert bench.looks()
    assert [one.result for one in bench.run()] == ["unchanged", "unchanged", "changed"]
    assert same_pair(target_of(bench).read(), pair())
    assert not pending.waits()


def test_a_pair_that_can_not_be_kept_is_delivered_all_the_same(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk of the state folder is full: the report says so."""

    def full(*_: object) -> None:
        raise DeliveryFailed("No space left on device")

    monkeypatch.setattr(Pending, "keep", full)
    copy(bench, Shown())
    assert [one.result for one in bench.run()] == ["changed", "unchanged", "changed"]
    assert same_pair(target_of(bench).read(), pair())
    assert "could not be kept on this machine until its delivery: No space left" in bench.state.notes[0]


@pytest.mark.parametrize(("minutes", "kept"), [(5, True), (60, False)])
def test_a_new_pair_that_waits_may_not_be_known_yet(bench: Bench, minutes: int, kept: bool) -> None:
    """A run was killed while it waited for propagation: the next one waits on with the same pair, but not for ever."""
    read_at = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat(timespec="seconds")
    Pending(HOST, SPEC.api_name).keep(pair(created_at=read_at))
    bench.org.tokens = [refused("invalid_client_id", "client identifier invalid")]
    bench.fresh()
    assert not bench.looks()
    assert (bench.state.delivered_unproven is not None) == kept


@pytest.mark.parametrize(
    "text", ["SALESFORCE_CLIENT_ID=a\nSALESFORCE_CLIENT_SECRET=b\n", "SALESFORCE_TOKEN_URL=https://acme.my.salesforce.com/x\n"]
)
def test_a_file_of_somebody_else_is_refused_before_a_browser_starts(bench: Bench, tmp_path: Path, text: str) -> None:
    """With how to allow it, which then is enough."""
    (tmp_path / "acme.env").write_text(text)
    with pytest.raises(SettingsError, match="holds SALESFORCE_") as caught:
        check_files(bench.settings, SPEC)
    assert caught.value.next.endswith("acme.env?replace=yes")
    check_files(settings_for(f"dotenv:{tmp_path}/acme.env?replace=yes"), SPEC)


def test_what_is_no_file_is_refused_before_a_browser_starts(bench: Bench, tmp_path: Path) -> None:
    """Whatever org the login leads to."""
    settings = replace(settings_for(f"json:{tmp_path}"), sf_login_url="https://test.salesforce.com")
    with pytest.raises(SettingsError, match="Is a directory"):
        check_files(settings, SPEC)


def test_each_target_is_read_once_when_nothing_is_to_do(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store elsewhere is asked once in a run."""
    bench.run()
    reads: list[str] = []
    held = Target.held

    def counted(self: Target) -> object:
        reads.append(self.name)
        return held(self)

    monkeypatch.setattr(Target, "held", counted)
    bench.fresh()
    assert bench.looks()
    bench.run()
    assert reads == [target_of(bench).name]


def test_progress_is_reported_while_waiting(bench: Bench) -> None:
    """Whoever watches sees why nothing happens."""
    reported: list[str] = []
    bench.state.notify = reported.append
    bench.org.tokens = [refused("invalid_client_id", "client identifier invalid"), httpx.Response(200, json=given())]
    bench.run()
    assert "Trying again in" in reported[0]
