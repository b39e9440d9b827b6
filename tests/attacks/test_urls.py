"""URLs that look like the org's, at every place that decides by one: nothing is typed, opened or believed there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from automation.access.named_org import NamedOrg
from automation.errors import ForeignHost
from automation.salesforce import hosts
from automation.settings.urls import frontdoor_url, login_url
from tests.attacks.conftest import Attacks

HOST = "acme--dev.sandbox.my.salesforce.com"
OTHERS = ("evil-dev-ed.develop.my.salesforce.com", "acme.my.salesforce.com", "acme--uat.sandbox.my.salesforce.com")
"""Hosts of Salesforce, but of another org."""

TRICKS = (
    *(f"http://{HOST}/", f"ftp://{HOST}/", f"ws://{HOST}/", f"wss://{HOST}/", f"//{HOST}/", HOST, f"/{HOST}", f"https:/{HOST}/"),
    *(f"https:{HOST}/", f"https:///{HOST}/", f"HTTP://{HOST}/", f"javascript://{HOST}/%0aalert(1)", f"data:text/html,{HOST}"),
    *(f"blob:https://{HOST}/x", f"view-source:https://{HOST}/", f"file:///{HOST}", f"filesystem:https://{HOST}/temporary/"),
    *(f"https://user@{HOST}/", f"https://user:word@{HOST}/", f"https://:@{HOST}/", f"https://@{HOST}/", f"https://{HOST}@evil.example/"),
    *(f"https://{HOST}:443@evil.example/", f"https://evil.example#@{HOST}/", f"https://evil.example?@{HOST}/"),
    *(f"https://evil.example\\@{HOST}/", f"https://evil.example\\.{HOST}/", f"https://evil.example/.{HOST}/"),
    *(f"https://evil.example%2f.{HOST}/", f"https://evil.example%23.{HOST}/", f"https://evil.example%00.{HOST}/"),
    *(f"https://evil.example\0.{HOST}/", f"https://evil.example\t.{HOST}/", f"https://evil.example\n.{HOST}/"),
    f"https://evil .{HOST}/",
    *(f"https://{HOST}.evil.example/", f"https://{HOST}..evil.example/", f"https://{HOST}-evil.example/", f"https://{HOST}evil.example/"),
    *(f"https://{HOST}:8443/", f"https://{HOST}:80/", f"https://{HOST}:0/", f"https://{HOST}:99999/", f"https://{HOST}:²/"),
    *(f"https://{HOST}:443:443/", f"https://[{HOST}]/", "https://[::1]/", "https://127.0.0.1/", "https://2130706433/"),
    *("https://.my.salesforce.com/", "https://my.salesforce.com/", "https://..my.salesforce.com/", "https://-.my.salesforce.com/"),
    *("https://evilmy.salesforce.com/", "https://acme.evilmy.salesforce.com/", "https://acme.my.salesforce.com.cn/"),
    *("https://acme.my.salesforce.co/", "https://acme.my.sa1esforce.com/", "https://acme.my.salesforce.corn/"),
    *("https://acme.my.ѕalesforce.com/", "https://acme.my.saleſforce.com/", "https://acme.my.ｓalesforce.com/", "https://acme。my.salesforce.com.evil.example/"),
    *("https://xn--alesforce-9ie.com/", "https://acme--dev.sandbox.my.salesforce.com\u200b/", "https://acme--dev\u2044x.my.salesforce.com/"),
    *("https://acme.my.site.com/", "https://acme.my.salesforce-sites.com/", "https://acme.force.com/", "https://acme.secure.force.com/"),
    *("https://acme.lightning.force.com.evil.example/", "https://acme.my.salesforce-setup.com.evil.example/"),
    *("https://sub.login.salesforce.com/", "https://login.salesforce.com.evil.example/", "https://login-salesforce.com/"),
    *("https://evil.example/", "https://evil.example/login.salesforce.com", f"https://evil.example/?x={HOST}", f"https://evil.example/#{HOST}"),
    *("", " ", "about:blank", "chrome-error://chromewebdata/", "https://", "https://?", "https://#", "https:///", "\x00", "https://%"),
)  # fmt: skip
"""URLs on which nothing may be typed. Those that no browser can open are among them."""

FOREIGN = tuple(url for url in TRICKS if "evil" in url and url.startswith(("https://", "http://")) and "evilmy" not in url)
"""Those of them that a browser can be led to, on a stranger's host."""


def _takes(url: str) -> bool:
    return NamedOrg(HOST).takes_password(url)


def _any_org_takes(url: str) -> bool:
    return hosts.is_password_host(url)


def _opens(url: str) -> bool:
    try:
        NamedOrg(HOST).require_link(url, "The link")
    except ForeignHost:
        return False
    return True


def _setting(rule: Callable[[str], str]) -> Callable[[str], bool]:
    def trusts(url: str) -> bool:
        try:
            return hosts.parse_url(rule(url)).host not in ("", HOST)
        except ValueError:
            return False

    return trusts


JUDGES: dict[str, Callable[[str], bool]] = {
    "typing a password": _takes,
    "typing where no org is named": _any_org_takes,
    "opening a link": _opens,
    "SF_LOGIN_URL": _setting(login_url),
    "SF_FRONTDOOR_URL": _setting(frontdoor_url),
}


@pytest.mark.parametrize("judge", JUDGES)
def test_a_trick_is_not_trusted(judge: str, attacks: Attacks) -> None:
    def holds(url: str) -> None:
        assert not JUDGES[judge](url)

    attacks.each({ascii(url): url for url in TRICKS}, holds)


def test_a_page_of_a_stranger_is_foreign(attacks: Attacks) -> None:
    """Wherever in the run it turns up; one that no browser can read as a page is nobody's."""

    def holds(url: str) -> None:
        assert NamedOrg(HOST).is_foreign(url) or hosts.parse_url(url).host == ""

    attacks.each({ascii(url): url for url in FOREIGN}, holds)


def test_another_orgs_page_is_not_the_orgs(attacks: Attacks) -> None:
    def holds(url: str) -> None:
        assert not _takes(url)
        assert not _opens(url)
        assert NamedOrg(HOST).is_foreign(url)

    paths = ("/", "/secur/frontdoor.jsp?otp=x", ":443/", "./")
    attacks.each({f"{host}{path}": f"https://{host}{path}" for host in OTHERS for path in paths}, holds)
