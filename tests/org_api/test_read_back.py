"""What the org holds, and how it is compared with what was wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from automation.org_api import Reading, compare, extra_scopes, open_proof, read_back
from automation.org_api.read_back import quoted
from automation.settings.app_spec import AppSpec
from tests.org_api.org_double import RUN_AS, USER_18, Answer, Clock, OrgDouble, app_rows, pair, records, rest_error

SPEC = AppSpec(
    name="Service Board",
    api_name="Service_Board",
    contact_email="admin@acme.com",
    callback_url="https://acme.example/oauth",
    run_as=RUN_AS,
)
TOKEN_SCOPES = ("id", "api")
APP_ID = "0xIWs0000000001"


def read(org: OrgDouble, app_id: str | None = None) -> Reading | None:
    """Read the app from the double."""
    with open_proof(org.client(), pair(), Clock().patience(1)) as session:
        return read_back(session.rest, "Service_Board", app_id)


def good() -> Reading:
    """A reading that is as configured."""
    reading = read(OrgDouble(queries=app_rows()))
    assert reading is not None
    return reading


def test_everything_is_read_and_nothing_differs() -> None:
    """With and without the app's id, which saves one round trip."""
    for app_id in (None, APP_ID):
        reading = read(OrgDouble(queries=app_rows()), app_id)
        assert reading is not None
        assert compare(reading, SPEC, TOKEN_SCOPES) == []
        assert reading.missing(SPEC, TOKEN_SCOPES) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"MasterLabel": "Other"}, "External Client App Name: Other -> Service Board"),
        ({"DeveloperName": "Other"}, "API Name: Other -> Service_Board"),
        ({"ContactEmail": "x@acme.com"}, "Contact Email: x@acme.com -> admin@acme.com"),
        ({"DistributionState": "Packaged"}, "Distribution State: Packaged -> Local"),
        ({"IsClientCredentialsFlowEnabled": False}, "Enable Client Credentials Flow (Policies): off -> on"),
        ({"ClientCredentialsFlowUser": "x@acme.com"}, f"Run As (Username): x@acme.com -> {RUN_AS}"),
        ({"ClientCredentialsFlowUser": "005Ws00000Other"}, f"Run As (Username): 005Ws00000Other -> {RUN_AS}"),
        ({"IpRelaxationPolicyType": "Enforce"}, "IP Relaxation: Enforce -> Bypass"),
    ],
)
def test_each_drifted_field_is_named(change: dict[str, Any], said: str) -> None:
    """Exactly that one, with what is and what was wanted."""
    reading = read(OrgDouble(queries=app_rows(**change)), APP_ID)
    assert reading is not None
    assert [str(one) for one in compare(reading, SPEC, TOKEN_SCOPES, USER_18)] == [said]


@pytest.mark.parametrize("held", [RUN_AS.upper(), USER_18, USER_18[:15]])
def test_run_as_may_be_held_as_name_or_id(held: str) -> None:
    """``ClientCredentialsFlowUser`` holds a username or an id; which, nobody documents."""
    reading = replace(good(), run_as=held)
    assert compare(reading, SPEC, TOKEN_SCOPES, USER_18) == []


def test_white_space_that_no_page_shows_is_no_difference() -> None:
    """A run could not fix it: in Setup such a name looks as configured."""
    assert compare(replace(good(), name=f" {SPEC.name.replace(' ', '  ')} "), SPEC, TOKEN_SCOPES, USER_18) == []


def test_a_missing_scope_is_a_difference() -> None:
    """Whether the objects or the token say it."""
    reading = replace(good(), scopes=(), scopes_reported=frozenset({"api"}))
    assert [str(one) for one in compare(reading, SPEC, ("id",))] == ["OAuth Scopes: id -> id api"]
    read_on_pages = replace(good(), scopes=("api",), scopes_reported=None)
    assert [str(one) for one in compare(read_on_pages, SPEC)] == ["OAuth Scopes: api -> id api"]


def test_a_scope_nobody_reports_is_unread_not_missing() -> None:
    """No field is known for the scope ``id``: a token that does not list it leaves the question open."""
    assert compare(good(), SPEC, ("api",)) == []
    assert good().missing(SPEC, ("api",)) == ("OAuth Scopes",)


def test_scopes_beyond_the_configured_ones_are_reported() -> None:
    """The parts that the scope ``id`` is made of are not beyond it."""
    reading = replace(good(), scopes=("api", "full"))
    assert extra_scopes(reading, SPEC, ("id", "profile", "email", "address", "phone", "api", "chatter_api")) == (
        "chatter_api",
        "full",
    )
    assert compare(reading, SPEC, TOKEN_SCOPES) == []


def test_nothing_readable_is_none() -> None:
    """An integration user usually may not see these objects."""
    assert read(OrgDouble()) is None
    assert read(OrgDouble(), APP_ID) is None
    assert read(OrgDouble(queries={"FROM ExternalClientApplication ": records()})) is None


def test_what_is_partly_readable_is_partly_read() -> None:
    """Objects are asked one by one."""
    rows = app_rows()
    rows = {"FROM ExtlClntAppOauthPlcyCnfg": rest_error("INVALID_TYPE"), **rows}
    reading = read(OrgDouble(queries=rows), APP_ID)
    assert reading is not None
    assert reading.missing(SPEC, TOKEN_SCOPES) == (
        "Enable Client Credentials Flow (Policies)",
        "Run As (Username)",
        "IP Relaxation",
    )


def test_a_field_that_a_release_lacks_costs_only_itself() -> None:
    """The object's own description says which fields there are."""
    org = _without_contact_email()
    reading = read(org, APP_ID)
    assert reading is not None
    assert reading.name == "Service Board"
    asked = [one.url.params["q"] for one in org.requests if "FROM ExternalClientApplication " in one.url.params.get("q", "")]
    assert ["ContactEmail" in soql for soql in asked] == [True, False]


def _without_contact_email() -> OrgDouble:
    rows: dict[str, Answer] = {"ContactEmail": rest_error("INVALID_FIELD", "No such column"), **app_rows()}
    names = ("Id", "DeveloperName", "MasterLabel", "DistributionState")
    described = httpx.Response(200, json={"fields": [{"name": name} for name in names]})
    return OrgDouble(queries=rows, paths={"/services/data/v67.0/sobjects/ExternalClientApplication/describe": described})


def test_pages_fill_in_what_rest_could_not_read() -> None:
    """What REST said stays; scopes of both are taken together."""
    pages = Reading(name="From the page", run_as=RUN_AS, scopes=("id", "api"))
    rest = Reading(name="By REST", scopes=("api",), scopes_reported=frozenset({"api"}))
    both = rest.filled_from(pages)
    assert (both.name, both.run_as, both.scopes, both.scopes_reported) == ("By REST", RUN_AS, ("api", "id"), None)
    assert Reading().filled_from(Reading()) == Reading()


def test_text_in_a_query_is_quoted() -> None:
    """A name can't end the string that it is in."""
    assert quoted("it's \\ here") == "it\\'s \\\\ here"
