"""Our own HTTP goes where the browser's does."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx
import pytest
import trustme

from automation.errors import SettingsError
from automation.network.http import bypasses_proxy, client, no_proxy_patterns, ssl_context
from automation.settings import load_settings


def _goes_through_proxy(used: httpx.Client, url: str) -> bool:
    transport = used._transport_for_url(httpx.URL(url))
    return type(transport._pool).__name__ == "HTTPProxy"  # type: ignore[attr-defined]


def test_without_a_proxy_requests_go_directly_whatever_the_environment_says(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://elsewhere:1")
    with client(load_settings(environment)) as used:
        assert not _goes_through_proxy(used, "https://acme.my.salesforce.com")
        assert used.follow_redirects is False


@pytest.mark.parametrize(
    ("no_proxy", "host", "proxied"),
    [
        ("", "acme.my.salesforce.com", True),
        ("localhost,.acme.internal", "acme.my.salesforce.com", True),
        (".acme.internal", "store.acme.internal", False),
        ("acme.internal", "store.acme.internal", False),
        ("acme.internal", "acme.internal", False),
        ("acme.internal", "notacme.internal", True),
        ("*", "acme.my.salesforce.com", False),
        ("*.salesforce.com", "acme.my.salesforce.com", False),
    ],
)
def test_hosts_of_no_proxy_are_reached_directly(no_proxy: str, host: str, proxied: bool, environment: dict[str, str]) -> None:
    settings = load_settings({**environment, "HTTPS_PROXY": "http://proxy.acme.com:3128", "NO_PROXY": no_proxy})
    with client(settings) as used:
        assert _goes_through_proxy(used, f"https://{host}/x") is proxied
    assert bypasses_proxy(no_proxy, host) is not proxied


def test_a_proxy_that_speaks_tls_is_accepted(environment: dict[str, str]) -> None:
    with client(load_settings({**environment, "HTTPS_PROXY": "https://me:word@proxy.acme.com:3128"})) as used:
        assert _goes_through_proxy(used, "https://acme.my.salesforce.com")


def test_patterns_cover_the_host_and_what_is_below_it() -> None:
    assert no_proxy_patterns("a.b, .c.d,*.e.f") == ["a.b", "*.a.b", "c.d", "*.c.d", "e.f", "*.e.f"]


def test_an_own_ca_is_trusted_besides_the_systems(tmp_path: Path) -> None:
    trustme.CA(organization_name="Acme").cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl_context(tmp_path / "ca.pem")
    subjects = [str(authority["subject"]) for authority in context.get_ca_certs()]
    assert any("Acme" in subject for subject in subjects)
    assert len(subjects) > 50
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_file_that_is_no_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n")
    with pytest.raises(SettingsError, match="holds no certificate that can be read"):
        ssl_context(tmp_path / "ca.pem")
