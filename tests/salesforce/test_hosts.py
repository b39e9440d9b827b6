"""The host rule, on every trick that is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.salesforce import hosts

TRUSTED = [
    "https://login.salesforce.com/",
    "https://test.salesforce.com/?startURL=x",
    "https://acme.my.salesforce.com",
    "https://ACME--dev.sandbox.my.salesforce.com/",
    "https://acme.my.salesforce.com:443/",
    "https://acme.my.salesforce.com./",
    "https://acme.my.salesforce.mil/",
    "https://acme.my.sfcrmproducts.cn/",
]
FOREIGN = [
    "http://login.salesforce.com/",
    "https://login.salesforce.com.evil.example/",
    "https://acme.my.salesforce.com.evil.example/",
    "https://evilmy.salesforce.com/",
    "https://acme.evilmy.salesforce.com/",
    "https://.my.salesforce.com/",
    "https://my.salesforce.com/",
    "https://login.salesforce.com@evil.example/",
    "https://evil.example\\@login.salesforce.com/",
    "https://user@login.salesforce.com/",
    "https://login.salesforce.com:8443/",
    "https://acme.my.salesforce.com:80/",
    "https://evil.example/#.my.salesforce.com",
    "https://evil.example/?x=.my.salesforce.com",
    "https://evil.example/login.salesforce.com",
    "https://acme.lightning.force.com/",
    "https://acme.my.salesforce-setup.com/",
    "https://acme.my.site.com/",
    "https://acme.my.salesforce-sites.com/",
    "https://xn--lgin-salesforce-com.example/",
    "https://login.salesforce.co/",
    "https://sub.login.salesforce.com/",
    "https://ac me.my.salesforce.com/",
    "https://evil.example%2f.my.salesforce.com/",
    "https://[::1]/",
    "https://login.salesforce.com:99999/",
    "javascript:alert(1)//login.salesforce.com",
    "data:text/html,https://login.salesforce.com/",
    "about:blank",
    "chrome-error://chromewebdata/",
    "file:///login.salesforce.com",
    "",
]


@pytest.mark.parametrize("url", TRUSTED)
def test_trusted(url: str) -> None:
    """A password may be typed on Salesforce's login hosts and on My Domain hosts."""
    assert hosts.is_password_host(url)


@pytest.mark.parametrize("url", FOREIGN)
def test_foreign(url: str) -> None:
    """It may be typed nowhere else, however much the address looks like it."""
    assert not hosts.is_password_host(url)


@given(st.from_regex(r"[a-z0-9.-]{1,30}", fullmatch=True), st.sampled_from(hosts.MY_DOMAIN_SUFFIXES))
def test_a_suffix_in_the_middle_counts_for_nothing(tail: str, suffix: str) -> None:
    """What decides is how the host ends."""
    host = f"acme{suffix}.{tail}"
    expected = host.rstrip(".").endswith(hosts.MY_DOMAIN_SUFFIXES) and hosts.NAME.fullmatch(host.rstrip(".")) is not None
    assert hosts.is_password_host(f"https://{host}/") == expected


@pytest.mark.parametrize(
    ("host", "sandbox", "production"),
    [
        ("acme--dev.sandbox.my.salesforce.com", True, False),
        ("acme--dev.sandbox.my.salesforce-setup.com", True, False),
        ("acme.my.salesforce.com", False, True),
        ("acme-dev-ed.develop.my.salesforce.com", False, False),
        ("sandbox.my.salesforce.com", False, True),
        ("login.salesforce.com", False, True),
        ("test.salesforce.com", False, False),
        ("evil.example", False, True),
    ],
)
def test_kind_of_org(host: str, sandbox: bool, production: bool) -> None:
    """A sandbox says so in its host; whatever does not say what it is may be production."""
    assert (hosts.is_sandbox(host), hosts.is_production(host)) == (sandbox, production)


def test_counterparts() -> None:
    """My Domain, Setup and Lightning hosts of an org lead to each other."""
    my_domain = "acme--dev.sandbox.my.salesforce.com"
    assert hosts.setup_host(my_domain) == "acme--dev.sandbox.my.salesforce-setup.com"
    assert hosts.lightning_host(my_domain) == "acme--dev.sandbox.lightning.force.com"
    for host in (my_domain, hosts.setup_host(my_domain), hosts.lightning_host(my_domain)):
        assert hosts.my_domain_of(host) == my_domain
    assert hosts.my_domain_of("login.salesforce.com") is None
    with pytest.raises(ValueError, match="not a My Domain"):
        hosts.setup_host("login.salesforce.com")


def test_shown_address() -> None:
    """An address is shown without query and fragment: they may hold a one-time link."""
    assert hosts.parse_url("https://acme.my.salesforce.com/secur/frontdoor.jsp?otp=1#x").shown == (
        "https://acme.my.salesforce.com/secur/frontdoor.jsp"
    )
