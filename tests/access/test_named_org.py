"""The one org of a run: which pages are its, where a password may be typed, and which links lead to it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from automation.access.named_org import HostWatch, NamedOrg
from automation.errors import ForeignHost
from tests.access.fake_salesforce import MY_DOMAIN, ORG, SETUP, FakeSalesforce, to

OTHER = "https://evil-dev-ed.develop.my.salesforce.com"
GENERIC = "https://test.salesforce.com/"


@pytest.mark.parametrize(
    ("login_host", "url", "typed"),
    [
        (MY_DOMAIN, f"{ORG}/?login", True),
        (MY_DOMAIN, f"{OTHER}/", False),
        (MY_DOMAIN, GENERIC, False),
        (MY_DOMAIN, f"https://{SETUP}/", False),
        ("test.salesforce.com", GENERIC, True),
        ("test.salesforce.com", "https://login.salesforce.com/", True),
        ("test.salesforce.com", f"{ORG}/", True),
        ("test.salesforce.com", f"{ORG}.evil.example/", False),
    ],
)
def test_where_a_password_is_typed(login_host: str, url: str, typed: bool) -> None:
    """On the My Domain that SF_LOGIN_URL names, or on a host of all logins where it names that, and the org behind it."""
    assert NamedOrg(login_host).takes_password(url) is typed


def test_the_org_that_was_reached_is_the_one_from_then_on() -> None:
    org = NamedOrg("test.salesforce.com")
    org.host = MY_DOMAIN
    assert org.takes_password(f"{ORG}/")
    assert not org.takes_password(f"{OTHER}/")
    assert org.is_foreign(f"{OTHER}/lightning/setup/x")


@pytest.mark.parametrize(
    ("url", "foreign"),
    [
        (f"https://{SETUP}/lightning/setup/x", False),
        ("https://acme--dev.sandbox.lightning.force.com/one/one.app", False),
        ("https://acme--dev--c.sandbox.vf.force.com/apex/x", False),
        ("https://status.salesforce.com/", False),
        ("https://login.salesforce.com/", False),
        ("about:blank", False),
        ("chrome-error://chromewebdata/", False),
        (f"http://{MY_DOMAIN}/", True),
        (f"{OTHER}/", True),
        ("https://other--c.vf.force.com/", True),
        ("https://acme--dev.sandbox.my.site.com/", True),
        (f"{ORG}.evil.example/", True),
        ("https://sso.example/", True),
    ],
)
def test_which_pages_are_foreign(url: str, foreign: bool) -> None:
    """Those of other orgs as well as of strangers; Salesforce's own, and the browser's, are not."""
    assert NamedOrg(MY_DOMAIN).is_foreign(url) is foreign


PATH = "/secur/frontdoor.jsp?otp=SECRET"
TRICKS = [
    f"https://evil.example\\x.my.salesforce.com{PATH}",
    f"https://evil.example\\@{MY_DOMAIN}{PATH}",
    f"https://evil.example\t/.{MY_DOMAIN}{PATH}",
    f"https:\\\\evil.example\\.{MY_DOMAIN}{PATH}",
    f"https://me@{MY_DOMAIN}{PATH}",
    f"https://{MY_DOMAIN}:8443{PATH}",
    f"https://{MY_DOMAIN}%2eevil.example{PATH}",
    f"https://{MY_DOMAIN.replace('s', 'ſ')}{PATH}",
    f"{OTHER}{PATH}",
    f"http://{MY_DOMAIN}{PATH}",
    f"https://{MY_DOMAIN}.evil.example{PATH}",
    "javascript:alert(1)",
    "",
]


@pytest.mark.parametrize("link", TRICKS)
def test_a_link_that_leads_elsewhere_is_not_taken(link: str) -> None:
    """Read as a browser reads it; the message names a host and no part of the link besides."""
    with pytest.raises(ForeignHost) as caught:
        NamedOrg(MY_DOMAIN).require_link(link, "The link")
    assert "SECRET" not in caught.value.message


def test_a_link_to_the_org_is_taken() -> None:
    NamedOrg(MY_DOMAIN).require_link(f"https://{MY_DOMAIN}:443{PATH}", "The link")
    NamedOrg("test.salesforce.com").require_link(f"{OTHER}{PATH}", "The link")


@pytest.mark.browser
def test_a_foreign_page_that_was_only_passed_was_met(page: Page, salesforce: FakeSalesforce) -> None:
    """Unless a person acts in the window: then the page that is there now counts."""
    salesforce.on(f"{ORG}/", to("https://evil.example/"))
    salesforce.on("https://evil.example/", to(f"{ORG}/back"))
    salesforce.on(f"{ORG}/back", "<title>back</title>")
    alone, attended = HostWatch(NamedOrg(MY_DOMAIN)), HostWatch(NamedOrg(MY_DOMAIN), attended=True)
    with alone.following(page), attended.following(page):
        page.goto(f"{ORG}/")
        page.wait_for_url(f"{ORG}/back")
    assert alone.met == "evil.example"
    assert attended.met == ""
    assert "evil.example" in alone.error().message
