"""Steps 5.1 to 5.3: prove, read back, deliver."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from automation.delivery import Pending
from automation.errors import (
    DeliveryFailed,
    NotPermitted,
    NotPropagatedYet,
    OrgBusy,
    ProofFailed,
    ReadBackDiffers,
    UsageError,
)
from automation.org_api import Reading
from automation.secrets import Secret
from tests.org_api.org_double import (
    HOST,
    KEY,
    ORG_18,
    RUN_AS,
    SECRET,
    app_rows,
    given,
    pair,
    records,
    refused,
    rest_error,
)
from tests.org_api.section_5 import SPEC, Bench, bench, target_of

__all__ = ["bench"]


def test_a_new_pair_is_proven_compared_and_delivered(bench: Bench) -> None:
    """With one token, given back at the end."""
    assert [one.result for one in bench.run()] == ["changed", "unchanged", "changed"]
    assert (bench.asked, bench.revoked) == (1, 1)
    assert bench.state.proof.token
    assert bench.state.proof.read_back
    assert bench.state.proof.run_as == RUN_AS
    assert bench.state.proof.scopes == ("id", "api")
    assert bench.state.delivered_to == bench.state.delivered_to[:1] == [target_of(bench).name]
    held = target_of(bench).read()
    assert held is not None
    assert (held.client_id, held.client_secret, held.org_id) == (Secret(KEY), Secret(SECRET), ORG_18)


def test_no_sentence_holds_a_secret(bench: Bench) -> None:
    """Neither titles nor notes nor the state's text."""
    reported = f"{bench.run()} {bench.state}"
    assert KEY not in reported
    assert SECRET not in reported


def test_a_second_run_finds_the_pair_and_does_nothing(bench: Bench) -> None:
    """One token request shows that all is up to date; nothing is delivered again."""
    bench.run()
    before = bench.asked
    bench.fresh()
    assert bench.looks()
    assert bench.state.delivered_before is not None
    assert bench.state.org_id == ORG_18
    assert [one.result for one in bench.run()] == ["unchanged", "unchanged", "unchanged"]
    assert bench.asked == before + 1
    assert bench.revoked == bench.asked


def test_a_plan_of_a_finished_app_changes_nothing(bench: Bench) -> None:
    """And says so."""
    bench.run()
    bench.fresh()
    bench.looks()
    assert [one.result for one in bench.run(plan=True)] == ["unchanged", "unchanged", "unchanged"]


def test_a_plan_without_a_pair_shows_what_would_follow(bench: Bench) -> None:
    """And asks the org for nothing."""
    bench.fresh()
    results = bench.run(plan=True)
    assert [one.result for one in results] == ["changed"] * 3
    assert all(one.note.startswith("would: ") for one in results)
    assert bench.org.requests == []


def test_without_a_pair_nothing_is_pretended(bench: Bench) -> None:
    """A run that left section 4 out says what is missing."""
    bench.fresh()
    with pytest.raises(UsageError, match="No credentials to continue with"):
        bench.run()


def test_a_token_for_the_wrong_user_is_no_proof(bench: Bench) -> None:
    """And is given back; nothing is delivered."""
    bench.org.queries["FROM User "] = records({"Username": "somebody@else.com"})
    with pytest.raises(ProofFailed, match=f"for somebody@else.com, not for {RUN_AS}"):
        bench.run()
    assert bench.revoked == 1
    assert target_of(bench).read() is None
    assert not bench.state.proof.token


@pytest.mark.parametrize("comes", [True, False], ids=["comes into force", "never does"])
def test_a_run_as_saved_just_now_may_not_be_in_force_yet(bench: Bench, comes: bool) -> None:
    """The org then gives a token for the user from before: it is given back and asked for again, and never a lasting fault."""
    bench.state.policies_saved = True
    bench.org.queries["FROM User "] = records({"Username": "old@acme.com.dev"})
    bench.settings = replace(bench.settings, timeout_propagation=30.0)
    reported: list[str] = []

    def report(text: str) -> None:
        reported.append(text)
        if comes and len(reported) == 2:
            bench.org.queries["FROM User "] = records({"Username": RUN_AS})

    bench.state.notify = report
    if comes:
        assert [one.result for one in bench.run()] == ["changed", "unchanged", "changed"]
        assert (bench.asked, bench.revoked) == (3, 3)
    else:
        with pytest.raises(NotPropagatedYet, match="not in force yet"):
            bench.run()
        assert bench.revoked == bench.asked > 3
        assert target_of(bench).read() is None
    assert "for old@acme.com.dev, not for" in reported[0]


def test_a_token_of_another_org_is_no_proof(bench: Bench) -> None:
    """The browser was elsewhere."""
    bench.state.org_id = "00DWs000000Other"[:15]
    with pytest.raises(ProofFailed, match="the app was made in org"):
        bench.run()
    assert bench.revoked == 1


def test_a_refused_pair_is_not_delivered(bench: Bench) -> None:
    """The error names the cause; the report shows the steps that were not reached."""
    bench.org.tokens = [refused("invalid_grant", "ip restricted or invalid login hours")]
    with pytest.raises(ProofFailed, match="may not log in from this IP address") as caught:
        bench.run()
    assert "IP Relaxation" in caught.value.next
    assert [one.result for one in bench.results] == ["failed", "skipped", "skipped"]


def test_what_differs_fails_by_name(bench: Bench) -> None:
    """And nothing is delivered; a plan only reports it."""
    bench.org.queries = app_rows(Username=RUN_AS, IpRelaxationPolicyType="Enforce")
    with pytest.raises(ReadBackDiffers, match="IP Relaxation: Enforce -> Bypass"):
        bench.run()
    assert bench.revoked == 1
    assert target_of(bench).read() is None


def test_what_rest_hides_is_read_from_the_pages(bench: Bench) -> None:
    """The integration user often may not see External Client Apps."""
    bench.org.queries = {"FROM User ": records({"Username": RUN_AS})}
    bench.on_pages = Reading(
        "Service Board", "Service_Board", "admin@acme.com", "Local", ("id", "api"), None, True, RUN_AS, "Bypass"
    )
    assert bench.run()[1].result == "unchanged"
    assert bench.state.proof.read_back


def test_the_pages_can_differ_too(bench: Bench) -> None:
    """Then it is reported as if REST had."""
    bench.org.queries = {"FROM User ": records({"Username": RUN_AS})}
    bench.on_pages = Reading("Other")
    with pytest.raises(ReadBackDiffers, match="External Client App Name: Other -> Service Board"):
        bench.run()


def test_what_nobody_can_read_is_not_claimed(bench: Bench) -> None:
    """The step is skipped with what could not be seen, and the proof says that nothing was read back."""
    bench.org.queries = {"FROM User ": records({"Username": RUN_AS})}
    result = bench.run()[1]
    assert result.result == "skipped"
    assert "IP Relaxation" in result.note
    assert not bench.state.proof.read_back


def test_a_user_without_a_name_is_compared_on_the_page(bench: Bench) -> None:
    """The org holds an id and names nobody: only the page can say whose it is."""
    bench.org.queries = app_rows(ClientCredentialsFlowUser=given()["id"].rpartition("/")[2])
    bench.org.queries["FROM User "] = rest_error("INVALID_TYPE")
    bench.on_pages = Reading(run_as="x@y.z")
    with pytest.raises(ReadBackDiffers, match=r"Run As \(Username\): x@y.z"):
        bench.run()


def test_a_token_that_stays_good_is_a_note(bench: Bench) -> None:
    """Nothing else changes."""
    bench.org.paths["/services/oauth2/revoke"] = httpx.Response(403)
    assert [one.result for one in bench.run()] == ["changed", "unchanged", "changed"]
    assert any("could not be revoked" in note for note in bench.state.notes)


def test_lacking_rights_are_a_note(bench: Bench) -> None:
    """One line for a package that is not there; the run goes on."""
    bench.run()
    assert bench.state.rights is not None
    assert any("no object of package SVMXC" in note for note in bench.state.notes)


def test_rights_that_can_not_be_checked_are_a_note(bench: Bench) -> None:
    """A proven pair is delivered all the same; where rights are required, not knowing is a failure."""
    bench.org.paths["/services/data/v67.0/sobjects"] = rest_error("REQUEST_LIMIT_EXCEEDED", status=403)
    assert bench.run()[1].result == "unchanged"
    assert any("could not be checked: " in note for note in bench.state.notes)
    bench.fresh().rights_required = True
    bench.looks()
    with pytest.raises(OrgBusy):
        bench.run()


def test_lacking_rights_fail_where_they_are_required(bench: Bench) -> None:
    """With the same words, before delivery."""
    bench.state.rights_required = True
    with pytest.raises(NotPermitted, match="lacks rights that the integration needs: no object of package SVMXC"):
        bench.run()
    assert bench.revoked == 1
    assert target_of(bench).read() is None


def test_a_failed_delivery_waits_and_the_next_run_completes_it(bench: Bench) -> None:
    """Without revealing anything: the kept pair is proven and delivered."""
    path = Path(bench.settings.credentials_to[0].name.partition(":")[2])
    path.mkdir()
    with pytest.raises(DeliveryFailed, match="The pair is kept in"):
        bench.run()
    path.rmdir()
    bench.fresh()
    assert bench.looks()
    assert [one.result for one in bench.run()] == ["unchanged", "unchanged", "changed"]
    assert target_of(bench).read() is not None
    assert not Pending(HOST, SPEC.api_name).waits()


def test_a_pair_that_waits_needlessly_is_dropped(bench: Bench) -> None:
    """A crash after the last delivery leaves it; the next run tidies up."""
    bench.run()
    Pending(HOST, SPEC.api_name).keep(pair(org_id=ORG_18))
    bench.fresh()
    bench.looks()
    bench.run()
    assert not Pending(HOST, SPEC.api_name).waits()
