"""One reading of HTTPS_PROXY and NO_PROXY for everybody who uses them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.network.proxy import Proxy, browser_bypass, bypasses_proxy, no_proxy_entries

ORG = "acme--dev.sandbox.my.salesforce.com"


@pytest.mark.parametrize(
    ("no_proxy", "host", "direct"),
    [
        ("", ORG, False),
        (None, ORG, False),
        ("*", ORG, True),
        ("localhost, *", ORG, True),
        (ORG, ORG, True),
        (ORG.upper(), ORG, True),
        (f"{ORG}:443", ORG, True),
        (f"{ORG}:8443", ORG, False),
        (f"{ORG}.", ORG, True),
        (".my.salesforce.com", ORG, True),
        ("*.my.salesforce.com", ORG, True),
        ("my.salesforce.com:443", ORG, True),
        ("y.salesforce.com", ORG, False),
        ("localhost .my.salesforce.com", ORG, True),
        ("localhost\t.my.salesforce.com\n", ORG, True),
        ("localhost;.my.salesforce.com", ORG, True),
        (",, ,", ORG, False),
        ("localhost,127.0.0.1,::1", ORG, False),
        ("::1", "::1", True),
        ("[::1]", "::1", True),
        ("[::1]:443", "::1", True),
        ("::1,[::1]:8080,fd00::/8,10.0.0.0/8,fe80::1%eth0", ORG, False),
        ("10.0.0.1", "10.0.0.1", True),
        ("bücher.example", "xn--bcher-kva.example", True),
        ("bücher.example", "www.bücher.example", True),
        ("http://[", ORG, False),
        ("..,a..b,-,%", ORG, False),
        ("ü" * 70, ORG, False),
    ],
)
def test_every_usual_form_of_no_proxy_is_honoured_or_ignored(no_proxy: str | None, host: str, direct: bool) -> None:
    """As curl reads it: a name covers itself and what is below it."""
    assert bypasses_proxy(no_proxy, host) is direct


def test_the_browser_gets_the_same_hosts_in_playwrights_words() -> None:
    reported = browser_bypass("localhost .Acme.internal,*.e.f:443,::1,10.0.0.0/8,10.0.0.1")
    assert reported == "localhost,.localhost,acme.internal,.acme.internal,e.f:443,.e.f:443,[::1],10.0.0.0/8,10.0.0.1"
    assert browser_bypass("a,*") == "a,.a,*"
    assert browser_bypass(" ,") == ""


TEXTS = st.text(alphabet=st.sampled_from("a.*:[]/%,; \tü\0\u3002\u200b1-@"), max_size=20)


@settings(max_examples=100)
@given(TEXTS, st.sampled_from([ORG, "::1", "10.0.0.1", ""]))
def test_no_text_of_no_proxy_raises(no_proxy: str, host: str) -> None:
    bypasses_proxy(no_proxy, host)
    assert all(entry and "," not in entry for entry in no_proxy_entries(no_proxy))
    browser_bypass(no_proxy)


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("proxy:3128", Proxy(tls=False, host="proxy", port=3128)),
        ("http://proxy", Proxy(tls=False, host="proxy", port=80)),
        ("http://Proxy.Acme.com:3128/", Proxy(tls=False, host="proxy.acme.com", port=3128)),
        ("https://proxy", Proxy(tls=True, host="proxy", port=443)),
        ("http://dom%5Cuser:p%40ss%23@proxy:3128", Proxy(False, "proxy", 3128, "dom\\user", "p@ss#")),
        ("http://user@proxy:3128", Proxy(False, "proxy", 3128, "user")),
        ("http://[::1]:3128", Proxy(tls=False, host="::1", port=3128)),
        ("http://pröxy.example:1", Proxy(tls=False, host="xn--prxy-6qa.example", port=1)),
    ],
)
def test_a_proxy_is_taken_apart(text: str, proxy: Proxy) -> None:
    assert Proxy.parse(text) == proxy


def test_a_proxy_has_a_name_without_its_password() -> None:
    proxy = Proxy.parse("http://me:word77@[fd00::1]:3128")
    assert (proxy.name, proxy.url) == ("[fd00::1]:3128", "http://[fd00::1]:3128")
    assert "word77" not in repr(proxy)


@pytest.mark.parametrize(
    "text",
    [
        "http://user:12#34@proxy:3128",
        "http://user:12/34@proxy:3128",
        "http://user:12?34@proxy:3128",
        "http://user:geheim#34@proxy:3128",
        "http://intranet/proxy12.pac",
        "http://proxy:3128/?x=1234",
        "socks5://proxy:1234",
        "http://",
        "http://:1234",
        "http://proxy:0",
        "http://proxy:123456",
        "http://pro xy:1234",
        "http://pro\nxy:1234",
        "http://[::1:1234",
        "http://a..b:1234",
    ],
)
def test_what_is_no_proxy_is_refused_without_its_text(text: str) -> None:
    """A part of it may be a password that was not percent-encoded."""
    with pytest.raises(ValueError, match="give http://host:port") as caught:
        Proxy.parse(text)
    assert not any(part in str(caught.value) for part in ("12", "geheim", "xy:", "intranet"))


@settings(max_examples=100)
@given(st.text(alphabet=st.sampled_from("http:/@[]%#? \\ü\0a1.\u200b"), max_size=20))
def test_no_text_of_a_proxy_raises_anything_else(text: str) -> None:
    with suppress(ValueError):
        proxy = Proxy.parse(text)
        assert proxy.host
        assert 0 < proxy.port < 65536
