"""What the org accepts on create, Policies and Settings, and what it says when it does not."""

from __future__ import annotations

from typing import Any

import pytest

from automation.replica.org import rules
from tests.replica.conftest import Visit
from tests.replica.visitor import APP, Visitor


def _fields(answer: dict[str, Any]) -> dict[str, str]:
    assert answer["state"] == "ERROR"
    fields: dict[str, str] = answer["error"]["fields"]
    return fields


@pytest.mark.parametrize("name", ["1st", "with space", "ends_", "two__underscores", "dot.ted", "ümlaut", "_first"])
def test_a_bad_api_name_is_refused_at_its_field(admin: Visitor, name: str) -> None:
    """Letters, digits, single underscores; starts with a letter; no underscore at the end."""
    assert _fields(admin.aura("createApp", app=APP | {"developerName": name})) == {"developerName": rules.API_NAME_RULE}


def test_api_names_are_unique_without_regard_to_case(admin: Visitor) -> None:
    """A second app of the same API name is refused, and there is still one."""
    admin.create_app()
    again = admin.aura("createApp", app=APP | {"developerName": APP["developerName"].upper()})
    assert _fields(again) == {"developerName": rules.API_NAME_TAKEN}
    assert len(admin.org.truth()["apps"]) == 1


@pytest.mark.parametrize("field", ["label", "developerName", "contactEmail", "distributionState"])
def test_basic_information_is_required(admin: Visitor, field: str) -> None:
    """Complete this field."""
    assert _fields(admin.aura("createApp", app=APP | {field: ""})) == {field: "Complete this field."}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"callbackUrl": ""}, "oauth.callbackUrl"),
        ({"callbackUrl": "http://acme.example/oauth"}, "oauth.callbackUrl"),
        ({"callbackUrl": "https://good.example\njavascript:alert(1)"}, "oauth.callbackUrl"),
        ({"scopes": []}, "oauth.scopes"),
        ({"scopes": ["api", "everything"]}, "oauth.scopes"),
    ],
)
def test_oauth_needs_a_safe_callback_and_a_scope(admin: Visitor, change: dict[str, Any], field: str) -> None:
    """As soon as OAuth is on, also for client credentials alone."""
    assert list(_fields(admin.aura("createApp", app=APP | {"oauth": APP["oauth"] | change}))) == [field]


@pytest.mark.parametrize(
    "url", ["http://localhost:1717/x", "https://a.example/oauth", "myapp://callback", "https://a.example\nhttps://b.example"]
)
def test_several_kinds_of_callback_are_accepted(admin: Visitor, url: str) -> None:
    """https, plain http on localhost, custom schemes, several lines."""
    assert admin.aura("createApp", app=APP | {"oauth": APP["oauth"] | {"callbackUrl": url}})["state"] == "SUCCESS"


def test_an_app_without_oauth_needs_no_callback(admin: Visitor) -> None:
    """OAuth off: nothing of its part is checked."""
    assert admin.aura("createApp", app=APP | {"oauth": {"enabled": False}})["state"] == "SUCCESS"


def test_the_policies_tick_is_off_although_the_settings_tick_is_on(admin: Visitor) -> None:
    """Two switches with one name."""
    app = admin.aura("getApp", id=admin.create_app())["value"]
    assert app["oauth"]["flows"]["clientCredentials"] is True
    assert app["policies"]["clientCredentialsEnabled"] is False
    assert app["policies"]["clientCredentialsAvailable"] is True


@pytest.mark.parametrize(
    ("who", "text"),
    [("", "Complete this field."), ("nobody@acme.example", rules.BAD_RUN_AS), ("Service Board Sync", rules.BAD_RUN_AS)],
)
def test_run_as_is_the_username_of_a_user_here(admin: Visitor, who: str, text: str) -> None:
    """Not empty, not unknown, not a display name."""
    assert _fields(admin.set_policies(admin.create_app(), runAs=who)) == {"policies.runAs": text}


@pytest.mark.parametrize("short", ["former"])
def test_run_as_must_be_active(admin: Visitor, short: str) -> None:
    """A deactivated user is refused."""
    answer = admin.set_policies(admin.create_app(), runAs=admin.org.user(short).username)
    assert _fields(answer) == {"policies.runAs": rules.BAD_RUN_AS}


def test_an_email_is_no_run_as(admin: Visitor) -> None:
    """Unless the knob says so (see the token tests)."""
    answer = admin.set_policies(admin.create_app(), runAs=admin.org.user("sync").email)
    assert _fields(answer) == {"policies.runAs": rules.BAD_RUN_AS}


def test_api_only_can_be_demanded_of_run_as(visit: Visit) -> None:
    """Whether the page does so is open: a knob."""
    visitor = visit(run_as_api_only="enforced")
    visitor.log_in()
    app = visitor.create_app()
    assert _fields(visitor.set_policies(app, runAs=visitor.org.admin.username)) == {"policies.runAs": rules.BAD_RUN_AS}
    assert visitor.set_policies(app)["state"] == "SUCCESS"


@pytest.mark.parametrize("value", ["Enforce", "Enforce_RelaxRefresh", "Bypass_2factor", "Bypass"])
def test_all_four_ip_relaxations_are_kept(admin: Visitor, value: str) -> None:
    """By their API values."""
    saved = admin.set_policies(admin.create_app(), ipRelaxation=value)
    assert saved["value"]["policies"]["ipRelaxation"] == value


def test_the_policies_tick_waits_for_the_flow_to_propagate(visit: Visit) -> None:
    """Until then the box is disabled and a save does not set it."""
    visitor = visit(flow_propagation_seconds=600)
    visitor.log_in()
    app = visitor.create_app()
    assert visitor.aura("getApp", id=app)["value"]["policies"]["clientCredentialsAvailable"] is False
    assert visitor.set_policies(app)["value"]["policies"]["clientCredentialsEnabled"] is False
    visitor.org.replica.advance(601)
    assert visitor.set_policies(app)["value"]["policies"]["clientCredentialsEnabled"] is True


@pytest.mark.parametrize(
    ("knobs", "locked", "pkce"),
    [
        ({"look": "winter27"}, True, True),
        ({"look": "summer26"}, True, True),
        ({"look": "winter26"}, False, False),
        ({"look": "summer25"}, False, False),
        ({"look": "winter27", "pkce": "editable"}, False, False),
        ({"look": "winter26", "pkce": "locked"}, True, True),
    ],
)
def test_locked_boxes_keep_their_value(visit: Visit, knobs: dict[str, Any], locked: bool, pkce: bool) -> None:
    """Clearing PKCE works where it is not locked, and changes nothing where it is."""
    visitor = visit(**knobs)
    visitor.log_in()
    oauth = APP["oauth"] | {"security": {"pkce": False}}
    app = visitor.aura("getApp", id=visitor.create_app(oauth=oauth))["value"]
    assert ("pkce" in app["oauth"]["locked"]) is locked
    assert app["oauth"]["security"]["pkce"] is pkce


@pytest.mark.parametrize(
    ("knobs", "secrets", "pkce", "locked"),
    [
        ({"security_defaults": "editable"}, True, True, []),
        ({"security_defaults": "off"}, True, False, []),
        ({"security_defaults": "secrets_off", "look": "winter26"}, False, True, ["pkce"]),
    ],
)
def test_the_security_defaults_of_the_orgs_that_were_seen(
    visit: Visit, knobs: dict[str, Any], secrets: bool, pkce: bool, locked: list[str]
) -> None:
    """April 2026, June 2026 (Developer Edition) and a partner's trial kit of 2026: the form starts with them."""
    visitor = visit(**knobs)
    visitor.log_in()
    start = visitor.aura("bootstrap")["value"]
    assert (start["security"]["secretForWebServer"], start["security"]["secretForRefreshToken"]) == (secrets, secrets)
    assert start["security"]["pkce"] is pkce
    assert start["locked"] == locked


@pytest.mark.parametrize(("edit", "state"), [("editable", "Packaged"), ("fixed", "Local")])
def test_settings_can_change_all_but_the_api_name(visit: Visit, edit: str, state: str) -> None:
    """The distribution state too, as on the screenshot of Settings in edit mode; guess: fixed."""
    admin = visit(after_password=[], distribution_edit=edit)
    admin.log_in()
    app = admin.create_app()
    wanted = {"label": "New Name", "developerName": "Other", "distributionState": "Packaged", "oauth": {"scopes": ["api"]}}
    saved = admin.aura("saveSettings", id=app, app=wanted)["value"]
    assert (saved["label"], saved["developerName"], saved["distributionState"]) == ("New Name", APP["developerName"], state)
    assert saved["oauth"]["scopes"] == ["api"]


def test_an_org_may_refuse_to_change_the_distribution_state(visit: Visit) -> None:
    admin = visit(after_password=[], distribution_edit="refused")
    admin.log_in()
    refused = admin.aura("saveSettings", id=admin.create_app(), app={"distributionState": "Packaged"})
    assert _fields(refused) == {"distributionState": rules.STATE_FIXED}


def test_create_answers_in_a_scratch_org_as_it_was_seen(visit: Visit) -> None:
    """Verbatim (forcedotcom/mcp-hosted issue 8); no field is named, and nothing is made."""
    admin = visit(my_domain="acme-dream.scratch", after_password=[])
    admin.log_in()
    assert admin.aura("createApp", app=APP)["error"] == {"message": rules.SCRATCH_CREATE, "fields": {}}
    assert admin.org.truth()["apps"] == []


def test_a_long_id_is_cut_to_fifteen_characters(admin: Visitor) -> None:
    """The detail page takes both forms."""
    app = admin.create_app()
    assert admin.aura("getApp", id=app + "2AS")["value"]["id"] == app


def test_who_may_not_create_gets_no_button_and_no_app(visit: Visit) -> None:
    """A viewer sees the list only."""
    visitor = visit(after_password=[])
    user = visitor.org.user("viewer")
    visitor.sign_in("/lightning/setup/SetupOneHome/home", user.username, user.password)
    assert visitor.aura("bootstrap")["value"]["permissions"] == {"create": False, "policies": False}
    assert visitor.aura("createApp", app=APP)["state"] == "ERROR"
    assert visitor.aura("listApps", offset=0, limit=10)["state"] == "SUCCESS"


def test_an_org_may_have_external_client_apps_switched_off(visit: Visit) -> None:
    """No list, no button."""
    visitor = visit(eca_enabled=False)
    visitor.log_in()
    assert visitor.aura("listApps")["state"] == "ERROR"
    assert visitor.aura("bootstrap")["value"]["permissions"]["create"] is False


def test_long_lists_come_in_pages(visit: Visit) -> None:
    """300 apps, sorted by name, offset and limit."""
    visitor = visit(list_size=300)
    visitor.log_in()
    page = visitor.aura("listApps", offset=290, limit=50)["value"]
    assert (page["total"], len(page["apps"])) == (300, 10)


def test_no_page_answer_holds_key_or_secret(ready: Visitor) -> None:
    """Only the consumer page shows them."""
    app = ready.org.truth()["apps"][0]
    answers = str([ready.aura(action, id=app["id"]) for action in ("bootstrap", "listApps", "getApp", "consumerDetailsUrl")])
    assert app["key"] not in answers
    assert app["secret"] not in answers
