"""Attacks on the login: a copy of its pages on a look-alike host, by redirect or in a frame, gets no key pressed."""

from __future__ import annotations

import pytest

from automation.errors import ForeignHost, LoginRefused, RunbookError
from automation.replica import Replica
from automation.salesforce import hosts
from tests.access.entering import Entering, NewOrg, get_in

__all__ = ["get_in"]

pytestmark = pytest.mark.browser

CODE_PATH = "/_ui/identity/verification/method/EmailVerificationFinishUi/e"
TRICKS: dict[str, tuple[str, dict[str, str], type[RunbookError]]] = {
    "before anything is typed": ("https://{host}.evil.example/", {"login_redirects_when": "load"}, ForeignHost),
    "to a host that ends otherwise": ("https://{md}.my.site.com/login", {"login_redirects_when": "load"}, ForeignHost),
    "while the username is typed": ("https://{host}.evil.example/", {"login_redirects_when": "input"}, ForeignHost),
    "between username and password": (
        "https://{host}.evil.example/?step=password",
        {"login_redirects_when": "after_username", "login_page": "username_first"},
        ForeignHost,
    ),
    "instead of the page for a code": (
        "https://{host}.evil.example" + CODE_PATH,
        {"login_redirects_when": "after_password"},
        ForeignHost,
    ),
    "the same host without TLS": (  # the browser goes to https by itself, and so to the beginning of the login
        "http://{host}/",
        {"plain_http": "login_page", "login_redirects_when": "after_username", "login_page": "username_first"},
        LoginRefused,
    ),
}
"""When the login leads away: the attacker's address, what the org has to be like, and what the run makes of it."""


@pytest.mark.parametrize("trick", TRICKS)
def test_nothing_secret_is_typed_after_any_trick(new_org: NewOrg, get_in: Entering, replica: Replica, trick: str) -> None:
    """Wherever in the login the page is led away, neither password nor code is typed where it leads."""
    lure, knobs, kind = TRICKS[trick]
    org = new_org()
    org.set(login_redirects_to=lure.format(host=hosts.parse_url(org.login_url).host, md=org.my_domain), **knobs)
    before = len(replica.attacker())
    with pytest.raises(kind):
        get_in(org)
    seen = replica.attacker()[before:]
    assert seen or lure.startswith("http:"), "the attacker's page was opened"
    assert not [event for event in seen if event["what"] == "typed"]
    assert bool(org.events("password accepted")) is (knobs["login_redirects_when"] == "after_password")
    assert not org.events("logged in")


@pytest.mark.parametrize("login_page", ["one_step", "username_first"])
@pytest.mark.parametrize("look_alike", ["https://{md}.my.salesforce.com.evil.example/", "https://{md}.my.site.com/"])
def test_frame_of_a_look_alike(new_org: NewOrg, get_in: Entering, replica: Replica, look_alike: str, login_page: str) -> None:
    """An attacker's login form in a frame beside the real one gets nothing; the real one is used."""
    org = new_org(login_page=login_page)
    org.set(login_frame_from=look_alike.format(md=org.my_domain))
    before = len(replica.attacker())
    get_in(org)
    seen = replica.attacker()[before:]
    assert seen, "the attacker's frame was opened"
    assert not [event for event in seen if event["what"] == "typed"]


@pytest.mark.parametrize("when", ["load", "input", "after_username"])
def test_another_org_gets_nothing(new_org: NewOrg, get_in: Entering, when: str) -> None:
    """Salesforce serves the login page of another org too, and its owner would see who tried to log in: nothing is typed there."""
    org, other = new_org(login_page="username_first" if when == "after_username" else "one_step"), new_org()
    org.set(login_redirects_to=f"{other.login_url}/", login_redirects_when=when)
    with pytest.raises(ForeignHost, match=hosts.parse_url(other.login_url).host):
        get_in(org)
    assert not other.events("login refused")
    assert not other.events("password accepted")
