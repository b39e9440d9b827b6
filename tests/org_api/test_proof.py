"""Waiting for propagation, whom a token speaks for, and giving the token back."""

from __future__ import annotations

import gc

import httpx
import pytest

from automation.errors import NotPropagatedYet, OrgBusy, OrgUnavailable, ProofFailed, UnexpectedPage
from automation.network.backoff import Patience
from automation.org_api import ProofSession, check_org, is_user, open_proof
from automation.org_api.proof import Identity, begin_proof
from automation.org_api.rest import OLD_VERSION
from automation.org_api.token import NoToken
from tests.org_api.org_double import (
    HOST,
    ORG_15,
    ORG_18,
    RUN_AS,
    TOKEN,
    USER_18,
    Clock,
    OrgDouble,
    app_rows,
    given,
    pair,
    records,
    refused,
)

UNKNOWN = refused("invalid_client_id", "client identifier invalid")
GIVEN = httpx.Response(200, json=given())


def test_a_new_key_is_waited_for() -> None:
    """Delays grow by half each; every try is reported."""
    org, clock, reported = OrgDouble([UNKNOWN, UNKNOWN, UNKNOWN, GIVEN]), Clock(), list[str]()
    with open_proof(org.client(), pair(), clock.patience(900), reported.append):
        assert clock.waits == [0.5, 0.75, 1.125]
        assert len(reported) == 3
        assert "does not know this consumer key (yet)" in reported[0]


def test_delays_stop_growing() -> None:
    """After ten minutes one try in twenty seconds is still made, not one in five minutes."""
    org, clock = OrgDouble([UNKNOWN]), Clock()
    with pytest.raises(NotPropagatedYet, match="Tried"):
        open_proof(org.client(), pair(), clock.patience(900))
    assert max(clock.waits) == 20
    assert clock.now == pytest.approx(900)


def test_the_last_try_is_made_at_the_limit() -> None:
    """The last delay is cut, so the whole time allowed is used and none beyond it."""
    org, clock = OrgDouble([UNKNOWN]), Clock()
    with pytest.raises(NotPropagatedYet, match="Tried 4 times in 2 s"):
        open_proof(org.client(), pair(), clock.patience(2))
    assert clock.waits == pytest.approx([0.5, 0.75, 0.75])
    assert len(org.sent("/services/oauth2/token")) == 4


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused("inactive_org", "org is locked, closed, or suspended"), OrgBusy),
        (httpx.Response(503), OrgUnavailable),
        (httpx.ConnectError("refused"), OrgUnavailable),
    ],
    ids=["inactive org", "503", "no connection"],
)
def test_an_org_out_of_reach_is_waited_for(answer: httpx.Response | Exception, kind: type[Exception]) -> None:
    """A refresh, a restart or a dropped line ends by itself; when it does not in time, its own error is raised."""
    with open_proof(OrgDouble([answer, GIVEN]).client(), pair(), Clock().patience(10)) as session:
        assert session.token.org_id == ORG_18
    with pytest.raises(kind):
        open_proof(OrgDouble([answer]).client(), pair(), Clock().patience(10))


def test_an_org_out_of_reach_is_given_up_sooner_than_a_new_key() -> None:
    """Two minutes are enough for a restart; a new key may need half an hour."""
    clock = Clock()
    with pytest.raises(OrgUnavailable):
        open_proof(OrgDouble([httpx.ConnectError("refused")]).client(), pair(), clock.patience(900))
    assert clock.now == pytest.approx(120)


def test_a_wrong_secret_is_never_tried_again() -> None:
    """Repeating it may lock the user or use up the hour's logins."""
    org, clock = OrgDouble([refused("invalid_client", "invalid client credentials"), GIVEN]), Clock()
    with pytest.raises(ProofFailed):
        open_proof(org.client(), pair(), clock.patience(900))
    assert clock.waits == []
    assert len(org.sent("/services/oauth2/token")) == 1


NO_USER = refused("invalid_grant", "no client credentials user enabled")


def test_policies_saved_a_moment_ago_get_time_to_take_effect() -> None:
    org, clock = OrgDouble([NO_USER, NO_USER, GIVEN]), Clock()
    with open_proof(org.client(), pair(), clock.patience(900, policy_limit=180)):
        assert clock.waits == [0.5, 0.75]


def test_policies_that_nobody_saved_now_are_refused_at_once() -> None:
    org, clock = OrgDouble([NO_USER, GIVEN]), Clock()
    with pytest.raises(ProofFailed, match="no usable Run As user"):
        open_proof(org.client(), pair(), clock.patience(900))
    assert clock.waits == []


def test_saved_policies_that_never_take_effect_are_reported_with_their_cause() -> None:
    org, clock = OrgDouble([NO_USER]), Clock()
    with pytest.raises(ProofFailed, match=r"no usable Run As user.*Tried"):
        open_proof(org.client(), pair(), clock.patience(900, policy_limit=10))
    assert clock.now == pytest.approx(10)


def test_retry_after_lengthens_a_delay() -> None:
    """An org that asks for seven seconds gets them."""
    org, clock = OrgDouble([httpx.Response(503, headers={"retry-after": "7"}), GIVEN]), Clock()
    open_proof(org.client(), pair(), clock.patience(900)).close()
    assert clock.waits == [7]


def test_a_key_proven_before_is_waited_for_less_long() -> None:
    """A key that was known and is not any more belongs to an app that is gone."""
    org, clock = OrgDouble([UNKNOWN]), Clock()
    answer = begin_proof(org.client(), pair(), clock.patience(900, unknown_key_limit=2))
    assert isinstance(answer, NoToken)
    assert answer.about == "key"
    assert clock.now == 2


def test_the_default_wait_is_a_real_one() -> None:
    """Without a clock of its own a patience waits on an event, and ends."""
    with open_proof(OrgDouble([UNKNOWN, GIVEN]).client(), pair(), Patience(5, first=0.001)) as session:
        assert session.is_open


def test_the_user_is_known_by_name() -> None:
    """By SOQL as the user itself."""
    with open_proof(OrgDouble(queries=_user({"Username": RUN_AS})).client(), pair(), Clock().patience(1)) as session:
        assert session.identity() == Identity(ORG_18, USER_18, RUN_AS)


def test_userinfo_names_the_user_where_soql_may_not() -> None:
    """An integration user may not be allowed to read users."""
    info = httpx.Response(200, json={"user_id": USER_18, "preferred_username": RUN_AS})
    org = OrgDouble(paths={"/services/oauth2/userinfo": info})
    with open_proof(org.client(), pair(), Clock().patience(1)) as session:
        assert session.identity().username == RUN_AS


def test_a_user_nobody_names_stays_unnamed() -> None:
    """Neither way may be open; then the name is None, not a guess."""
    with open_proof(OrgDouble().client(), pair(), Clock().patience(1)) as session:
        assert session.identity() == Identity(ORG_18, USER_18, None)


def test_a_token_for_nobody_proves_nothing() -> None:
    """Without org and user in the answer there is no proof, and the token is given back."""
    org = OrgDouble([httpx.Response(200, json=given(id=""))])
    with (
        open_proof(org.client(), pair(), Clock().patience(1)) as session,
        pytest.raises(UnexpectedPage, match="does not name its org"),
    ):
        session.identity()
    assert org.forms("/services/oauth2/revoke") == [{"token": [TOKEN]}]


def test_the_org_has_to_be_the_one_of_the_browser() -> None:
    """A refresh in the middle of a run changes the org behind the host."""
    identity = Identity(ORG_18, USER_18, RUN_AS)
    check_org(identity, ORG_15, HOST)
    check_org(identity, None, HOST)
    with pytest.raises(ProofFailed, match="but the app was made in org 00DWs000000Other"):
        check_org(identity, "00DWs000000Other", HOST)


@pytest.mark.parametrize(
    ("username", "wanted", "verdict"),
    [
        (RUN_AS, RUN_AS.upper(), True),
        (RUN_AS, "other@acme.com.dev", False),
        (None, RUN_AS, None),
        (None, USER_18[:15], True),
    ],
)
def test_run_as_is_compared_by_name_or_id(username: str | None, wanted: str, *, verdict: bool | None) -> None:
    """Without regard to case; None when it is not known."""
    assert is_user(Identity(ORG_18, USER_18, username), wanted) is verdict


def test_the_token_is_given_back_once() -> None:
    """Closing twice revokes once and closes the connection."""
    org = OrgDouble()
    client = org.client()
    session = open_proof(client, pair(), Clock().patience(1))
    session.close()
    session.close()
    assert len(org.sent("/services/oauth2/revoke")) == 1
    assert client.is_closed
    assert not session.is_open


def test_a_forgotten_token_is_given_back_too() -> None:
    """A run that stops between 5.1 and 5.2 leaves no usable token behind."""
    org = OrgDouble()
    session: ProofSession | None = open_proof(org.client(), pair(), Clock().patience(1))
    assert session is not None
    session = None
    gc.collect()
    assert len(org.sent("/services/oauth2/revoke")) == 1


def test_without_a_token_the_connection_is_closed() -> None:
    """No path leaves a connection open."""
    client = OrgDouble([refused("invalid_client", "invalid client credentials")]).client()
    with pytest.raises(ProofFailed):
        open_proof(client, pair(), Clock().patience(1))
    assert client.is_closed


def test_the_api_version_costs_no_extra_time() -> None:
    """It is asked for beside the token and used by the first query."""
    org = OrgDouble(queries=app_rows())
    with open_proof(org.client(), pair(), Clock().patience(1)) as session:
        assert session.rest.version == "67.0"
    assert len(org.sent("/services/data/")) == 1


def test_an_org_that_hides_its_versions_is_asked_again_when_needed() -> None:
    """The early question may fail without failing the proof; asked again in vain, an old version does."""
    org = OrgDouble(paths={"/services/data/": httpx.Response(200, json={"no": "list"})})
    with open_proof(org.client(), pair(), Clock().patience(1)) as session:
        assert session.rest.version == OLD_VERSION
    assert len(org.sent("/services/data/")) == 2


def _user(row: dict[str, str]) -> dict[str, httpx.Response | Exception]:
    return {"FROM User ": records({"Id": USER_18, **row})}
