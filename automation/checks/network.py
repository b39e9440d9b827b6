"""The way to the org's host: proxy, name, certificate, answer, and the clocks of both sides."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from automation.checks.check import Check, failed, from_error, passed, skipped, warned
from automation.errors import OrgBusy, OrgUnavailable, RunbookError, SettingsError
from automation.vouching import certificate_cure

if TYPE_CHECKING:
    import httpx

    from automation.settings import Settings

SECONDS: Final = 10.0
"""For one connection."""
SKEW: Final = 20.0
"""Seconds that the clocks may differ: an authenticator's code lives 30 s, and the org takes its neighbours at best."""
FAR_OFF: Final = 300.0
"""Seconds from which on even signed requests and certificates suffer."""


def examine(settings: Settings) -> Iterator[Check]:
    """Proxy first, then the org's host through it, then the clock."""
    proxy = _proxy(settings)
    yield proxy
    if proxy.result == "failed":
        yield skipped("network.host", "the proxy comes first")
        yield skipped("network.clock", "the proxy comes first")
        return
    answer = _answer(settings)
    if isinstance(answer, Check):
        yield answer
        yield skipped("network.clock", "the host comes first")
        return
    yield _host(settings, answer)
    yield clock(settings, answer.headers.get("Date"))


def _proxy(settings: Settings) -> Check:
    from automation.http import bypasses_proxy

    if settings.https_proxy is None or bypasses_proxy(settings.no_proxy, settings.host):
        return passed("network.proxy", f"no proxy is used for {settings.host}")
    parts = urlsplit(settings.https_proxy.reveal())
    name = f"{parts.hostname}:{parts.port or 80}"
    try:
        socket.create_connection((parts.hostname or "", parts.port or 80), SECONDS).close()
    except OSError as error:
        cure = "Check HTTPS_PROXY and that the proxy runs and can be reached from this machine."
        return failed("network.proxy", f"Nothing answers at the proxy {name}: {_reason(error)}.", cure, OrgUnavailable.exit_code)
    return passed("network.proxy", f"the proxy {name} can be reached")


def _answer(settings: Settings) -> httpx.Response | Check:
    """The org's own list of API versions, which it shows to anybody."""
    import httpx

    from automation.http import client

    try:
        with client(settings) as browserless:
            return browserless.get(f"https://{settings.host}/services/data/", timeout=SECONDS)
    except RunbookError as error:
        return from_error("network.host", error)
    except httpx.HTTPError as error:
        return _unreachable(settings, error)


def _host(settings: Settings, answer: httpx.Response) -> Check:
    """Every org lists its API versions to anybody; what answers otherwise is no org, or not now."""
    from automation.org_api.rest import newest_version

    host, status = settings.host, answer.status_code
    if status == 503:
        cure = "Try again later; status.salesforce.com tells of maintenance. A sandbox that is being refreshed answers so, too."
        return failed("network.host", f"{host} is not available now (HTTP 503).", cure, OrgBusy.exit_code)
    if status != 200 or newest_version(_json(answer)) is None:
        cure = "Check the My Domain in SF_LOGIN_URL, and that the sandbox was not deleted."
        return failed("network.host", f"No org answers at {host} (HTTP {status}).", cure, OrgUnavailable.exit_code)
    return passed("network.host", f"{host} answers, with a certificate that is trusted")


def _json(answer: httpx.Response) -> object:
    try:
        return answer.json()
    except ValueError:
        return None


def _unreachable(settings: Settings, error: httpx.HTTPError) -> Check:
    import httpx

    host = settings.host
    causes = list(_causes(error))
    code = OrgUnavailable.exit_code
    untrusted = next((one for one in causes if isinstance(one, ssl.SSLCertVerificationError)), None)
    if untrusted is not None:
        cure = certificate_cure(host, settings.sf_ca_file)
        return failed("network.certificate", f"The certificate of {host} is not trusted: {untrusted.verify_message}.", cure, code)
    if isinstance(error, httpx.ProxyError):
        said = str(error)[:100]
        if "407" in said:
            cure = "Put user name and password into HTTPS_PROXY: http://user:password@host:port."
            return failed("network.proxy", "The proxy asks for user name and password.", cure, SettingsError.exit_code)
        cure = (
            "Check the My Domain in SF_LOGIN_URL; if it is right, have the proxy allow *.salesforce.com and *.salesforce-setup.com."
        )
        return failed("network.host", f"The proxy does not connect to {host}: {said}.", cure, code)
    if any(isinstance(one, socket.gaierror) for one in causes):
        cure = "Check the My Domain in SF_LOGIN_URL; where names resolve at a proxy only, set HTTPS_PROXY."
        return failed("network.host", f"There is no host {host}.", cure, code)
    cure = "Check the network of this machine, and whether it needs a proxy (HTTPS_PROXY)."
    return failed("network.host", f"{host} does not answer: {type(error).__name__}.", cure, code)


def _causes(error: BaseException) -> Iterator[BaseException]:
    one: BaseException | None = error
    while one is not None:
        yield one
        one = one.__cause__ or one.__context__


def clock(settings: Settings, date: str | None) -> Check:
    """How far this machine's clock is from the org's (its ``Date`` header)."""
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:
        return skipped("network.clock", "the org did not tell its time")
    off = (now() - theirs).total_seconds()
    said = f"This machine's clock is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} the org's."
    cure = "Set the clock (for example: timedatectl set-ntp true)."
    if abs(off) > FAR_OFF or (abs(off) > SKEW and settings.sf_totp_secret is not None):
        return failed("network.clock", said, f"{cure} Authenticator codes depend on it.", SettingsError.exit_code)
    if abs(off) > SKEW:
        return warned("network.clock", said, cure)
    return passed("network.clock", "the clock agrees with the org's")


def now() -> datetime:
    """The time here; a test may set it otherwise."""
    return datetime.now(UTC)


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
