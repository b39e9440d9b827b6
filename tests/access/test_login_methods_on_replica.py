"""Login methods on the replica: real host names, real TLS, a real mailbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from automation.access.login_methods import LoginMethodFailed
from automation.errors import (
    ForeignHost,
    LoginRefused,
    NotPermitted,
    OrgBusy,
    PersonNeeded,
    RunbookError,
    SettingsError,
)
from automation.replica import OrgHandle, Replica
from automation.salesforce import hosts
from automation.secrets import known_secrets
from flows.app.state import OrgState
from flows.log_in import note_org
from tests.access.entering import Entering, NewOrg, get_in

__all__ = ["get_in"]

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("login_page", "language"),
    [
        ("one_step", "en"),
        ("username_first", "en"),
        ("one_step", "ja"),
        ("username_first", "ja"),
        ("one_step", "es"),
        ("username_first", "es"),
    ],
)
def test_password_and_emailed_code(new_org: NewOrg, get_in: Entering, login_page: str, language: str) -> None:
    """Both forms of the login page, in each language, lead to Setup with one password and one code; the org's id is read."""
    org = new_org(login_page=login_page, language=language)
    page = get_in(org)
    assert hosts.parse_url(page.url).host == hosts.setup_host(f"{org.my_domain}.my.salesforce.com")
    assert len(org.events("password accepted")) == 1
    assert len(org.events("code sent")) == 1
    assert not org.events("wrong code")
    state = OrgState(get_in.settings.host)
    note_org(page, get_in.settings, state)
    assert org.org_id.startswith(state.org_id or "?")
    assert all(cookie["value"] in known_secrets() for cookie in page.context.cookies() if cookie["name"] == "sid")


def test_generic_host(new_org: NewOrg, get_in: Entering) -> None:
    """A login at test.salesforce.com ends in the user's own org."""
    org = new_org()
    page = get_in(org, SF_LOGIN_URL="https://test.salesforce.com")
    assert hosts.my_domain_of(hosts.parse_url(page.url).host) == f"{org.my_domain}.my.salesforce.com"


def test_wrong_password(new_org: NewOrg, get_in: Entering) -> None:
    """A wrong password is tried once."""
    org = new_org()
    with pytest.raises(LoginRefused, match="Please check your username and password") as caught:
        get_in(org, SF_PASSWORD="Not-The-Password-1")
    assert len(org.events("login page")) <= 2
    assert "Not-The-Password-1" not in str(caught.value)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("milliseconds", [60, 250, 400])
def test_wipe(milliseconds: int, new_org: NewOrg, get_in: Entering) -> None:
    """A page whose scripts empty the form after its load is filled in again, before anything was sent."""
    org = new_org(late_wipe_ms=milliseconds)
    get_in(org)
    assert len(org.events("logged in")) == 1
    assert not [event for event in org.events("login page") if event["error"]]


def test_saved_session(new_org: NewOrg, get_in: Entering, tmp_path: Path) -> None:
    """A saved session is used without a login; one that ended gives way to the password."""
    org = new_org()
    saved = tmp_path / "session.json"
    get_in(org).context.storage_state(path=saved)
    get_in(org, SF_STORAGE_STATE=str(saved), SF_PASSWORD="", SF_USERNAME="")
    assert "saved session" in get_in.method.name
    assert len(org.events("password accepted")) == 1
    org.expire_sessions()
    get_in(org, SF_STORAGE_STATE=str(saved))
    assert get_in.method.name == "username and password"


def test_ended_session_alone(new_org: NewOrg, get_in: Entering, tmp_path: Path) -> None:
    """An ended session without another login method is an error that says so."""
    org = new_org()
    saved = tmp_path / "session.json"
    saved.write_text(json.dumps({"cookies": [], "origins": []}))
    with pytest.raises(LoginRefused, match="asks for username and password"):
        get_in(org, SF_STORAGE_STATE=str(saved), SF_PASSWORD="", SF_USERNAME="")
    saved.write_text("{")
    with pytest.raises(RunbookError, match="no JSON"):
        get_in(org, SF_STORAGE_STATE=str(saved), SF_PASSWORD="", SF_USERNAME="")


def test_unknown_org(new_org: NewOrg, get_in: Entering) -> None:
    """A host that the proxy does not reach is unavailable, with the advice to look at name and proxy."""
    org = new_org()
    with pytest.raises(RunbookError) as caught:
        get_in(org, SF_LOGIN_URL="https://nobody--here.sandbox.my.salesforce.com")
    assert caught.value.exit_code in (69, 75)


NO_PASSWORD = {"SF_USERNAME": "", "SF_PASSWORD": ""}


def test_frontdoor_link(new_org: NewOrg, get_in: Entering) -> None:
    """A one-time link leads in and on to Setup, and is used once; a second use says what is wrong."""
    org = new_org()
    link = org.one_time_link()
    page = get_in(org, SF_FRONTDOOR_URL=link, **NO_PASSWORD)
    assert "/lightning/setup/" in page.url
    assert not org.events("password accepted")
    with pytest.raises(LoginMethodFailed, match="used already") as caught:
        get_in(org, SF_FRONTDOOR_URL=link, **NO_PASSWORD)
    assert "otp" not in str(caught.value)


def test_dead_frontdoor_link(new_org: NewOrg, get_in: Entering) -> None:
    """A link that the org does not take ends on its login page: an error alone, the password's turn otherwise."""
    org = new_org()
    dead = f"{org.login_url}/secur/frontdoor.jsp?otp=nothing"
    with pytest.raises(LoginRefused, match="asks for username and password"):
        get_in(org, SF_FRONTDOOR_URL=dead, **NO_PASSWORD)
    get_in(org, SF_FRONTDOOR_URL=dead + "2")
    assert get_in.method.name == "username and password"


def test_link_is_no_way_around_verification(new_org: NewOrg, get_in: Entering) -> None:
    """Screens after a one-time link are passed or reported like those after a password."""
    org = new_org(after_frontdoor=["email"])
    get_in(org, SF_FRONTDOOR_URL=org.one_time_link(), SF_PASSWORD="")
    org = new_org(after_frontdoor=["enrol_passkey"])
    with pytest.raises(PersonNeeded, match="register a passkey"):
        get_in(org, SF_FRONTDOOR_URL=org.one_time_link(), SF_PASSWORD="")


def test_link_to_another_org(new_org: NewOrg, get_in: Entering) -> None:
    """A login method that leads to another org than the named one is refused."""
    org, other = new_org(), new_org()
    with pytest.raises(ForeignHost, match=f"leads to {other.my_domain}"):
        get_in(org, SF_FRONTDOOR_URL=other.one_time_link(), **NO_PASSWORD)
    assert not other.events("frontdoor"), "it was not opened"
    page = get_in(other)
    with pytest.raises(ForeignHost, match=f"led to {other.my_domain}"):
        note_org(page, replace(get_in.settings, sf_login_url=org.login_url), OrgState(hosts.parse_url(org.login_url).host))


SSO = {"redirect": "leads to sso.acme-idp.example", "buttons": "no fields for username and password"}


@pytest.mark.parametrize("how", SSO)
def test_single_sign_on_is_passed_by_the_documented_parameter(
    new_org: NewOrg, get_in: Entering, replica: Replica, how: str
) -> None:
    """The login form is asked for once with ``?login``; nothing is typed at the identity provider."""
    org = new_org(single_sign_on=how)
    before = len(replica.attacker())
    get_in(org)
    assert len(org.events("single sign-on")) == 1
    assert not [event for event in replica.attacker()[before:] if event["what"] == "typed"]


@pytest.mark.parametrize("how", SSO)
def test_where_that_does_not_help_single_sign_on_is_named(new_org: NewOrg, get_in: Entering, how: str) -> None:
    """With the login methods that remain."""
    org = new_org(single_sign_on=how, login_parameter="ignored")
    with pytest.raises(NotPermitted, match=SSO[how]) as caught:
        get_in(org)
    assert len(org.events("single sign-on")) == 2
    for part in ("single sign-on alone", "SF_CLI_ORG", "--headed"):
        assert part in caught.value.next


def test_a_login_parameter_of_the_settings_is_kept(new_org: NewOrg, get_in: Entering) -> None:
    org = new_org(single_sign_on="redirect")
    get_in(org, SF_LOGIN_URL=f"{org.login_url}/?login=true")
    assert not org.events("single sign-on")


FAULTS: dict[str, dict[str, Any]] = {
    "login page 500": {"effect": "status", "kind": "login", "status": 500},
    "login page 503": {"effect": "status", "kind": "login", "status": 503},
    "login page reset": {"effect": "reset_before", "kind": "login", "times": 2},
    "password not taken": {"effect": "status", "kind": "login", "method": "POST"},
    "password's answer lost": {"effect": "reset_after", "kind": "login", "method": "POST"},
    "code's answer lost": {"effect": "reset_after", "kind": "verify", "method": "POST"},
    "door reset": {"effect": "reset_before", "kind": "door"},
    "Setup 500": {"effect": "status", "kind": "page", "status": 500},
}


@pytest.mark.parametrize("preset", FAULTS)
def test_lost_answers(new_org: NewOrg, get_in: Entering, preset: str) -> None:
    """An answer that is lost during the login, at the login page or after the password, is no reason to give up."""
    org = new_org()
    org.fault(**FAULTS[preset])
    get_in(org)
    assert org.events("logged in")


def test_long_outage(new_org: NewOrg, get_in: Entering) -> None:
    """An org that keeps answering 503 is a matter of time."""
    org = new_org()
    org.fault("status", kind="login", status=503, times=0)
    with pytest.raises(OrgBusy, match="not available now"):
        get_in(org)


@pytest.fixture
def production(replica: Replica) -> Callable[[OrgHandle, str], dict[str, str]]:
    """Settings of the production org as login method for a sandbox, with a token of a user and scopes."""

    def make(sandbox: OrgHandle, scope: str = "refresh_token api web") -> dict[str, str]:
        company = sandbox.my_domain.partition("--")[0]
        org = replica.new_org(company)
        return {"SF_PRODUCTION_URL": org.login_url, "SF_PRODUCTION_TOKEN": org.cli_token("admin", scope)} | NO_PASSWORD

    return make


def test_production_login(new_org: NewOrg, get_in: Entering, production: Callable[..., dict[str, str]]) -> None:
    """Production opens its sandbox without a password of the sandbox; a second run does too."""
    org = new_org("opened--dev.sandbox")
    access = production(org)
    get_in(org, **access)
    get_in(org, **access)
    assert "production" in get_in.method.name
    assert not org.events("password accepted")


def test_sandbox_is_not_ready(new_org: NewOrg, get_in: Entering, production: Callable[..., dict[str, str]]) -> None:
    """A sandbox that is still being copied is a matter of time."""
    org = new_org("copied--dev.sandbox")
    access = production(org)
    org.refresh(not_ready=600)
    with pytest.raises(OrgBusy, match="can't be signed in to yet"):
        get_in(org, **access)


def test_production_refuses(new_org: NewOrg, get_in: Entering, production: Callable[..., dict[str, str]]) -> None:
    """An unknown or hidden token, and a sandbox of another company, are distinguished."""
    org, other = new_org("refused--dev.sandbox"), new_org("stranger--dev.sandbox")
    access = production(org)
    with pytest.raises(LoginMethodFailed, match="refuses SF_PRODUCTION_TOKEN"):
        get_in(org, **access | {"SF_PRODUCTION_TOKEN": "00D-dead-token"})
    with pytest.raises(SettingsError, match="the Salesforce CLI shows in place of a token"):
        get_in(org, **access | {"SF_PRODUCTION_TOKEN": "[REDACTED] Use 'sf org auth show-access-token' to view"})
    with pytest.raises(RunbookError) as caught:
        get_in(other, **access)
    assert caught.value.kind in ("foreign_host", "login_method_failed")
