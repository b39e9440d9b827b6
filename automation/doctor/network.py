"""The way to the org's host (proxy, name, certificate, answer, and the clocks of both sides), and the mailbox for emailed codes."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from automation.doctor import Check, failed, from_error, passed, skipped, warned
from automation.errors import OrgBusy, OrgUnavailable, RunbookError, SettingsError
from automation.network.failures import Failure, Kind
from automation.network.http import decoded, send

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
    proxy = settings.network.proxy_for(settings.host)
    if proxy is None:
        return passed("network.proxy", f"no proxy is used for {settings.host}")
    try:
        socket.create_connection((proxy.host, proxy.port), SECONDS).close()
    except OSError as error:
        fix = "Check HTTPS_PROXY and that the proxy runs and can be reached from this machine."
        message = f"Nothing answers at the proxy {proxy.name}: {error.strerror or type(error).__name__}."
        return failed("network.proxy", message, fix, OrgUnavailable.exit_code)
    return passed("network.proxy", f"the proxy {proxy.name} can be reached")


def _answer(settings: Settings) -> httpx.Response | Check:
    """The org's own list of API versions, which it shows to anybody."""
    try:
        with settings.network.client(SECONDS) as client:
            answer = send(client, "GET", f"https://{settings.host}/services/data/")
    except RunbookError as error:
        return from_error("network.host", error)
    return _unreachable(settings.host, answer) if isinstance(answer, Failure) else answer


def _host(settings: Settings, answer: httpx.Response) -> Check:
    """Every org lists its API versions to anybody; any other answer is no org, or not now."""
    from automation.org_api.rest import newest_version

    host, status = settings.host, answer.status_code
    if status == 503:
        fix = "Try again later; status.salesforce.com shows maintenance. A sandbox that is being refreshed answers the same way."
        return failed("network.host", f"{host} is not available now (HTTP 503).", fix, OrgBusy.exit_code)
    if status != 200 or newest_version(decoded(answer)) is None:
        fix = "Check the My Domain in SF_LOGIN_URL, and that the sandbox was not deleted."
        return failed("network.host", f"No org answers at {host} (HTTP {status}).", fix, OrgUnavailable.exit_code)
    return passed("network.host", f"{host} answers, with a certificate that is trusted")


def _unreachable(host: str, failure: Failure) -> Check:
    name, sentence = _WHERE.get(failure.kind, ("network.host", "{host} does not answer: {text}."))
    code = SettingsError.exit_code if failure.kind == "proxy login" else OrgUnavailable.exit_code
    return failed(name, sentence.format(host=host, text=failure.text), failure.next, code)


_WHERE: Final[Mapping[Kind, tuple[str, str]]] = {
    "certificate": ("network.certificate", "The certificate of {host} is not accepted: {text}."),
    "proxy login": ("network.proxy", "The proxy asks for a username and password."),
    "proxy": ("network.host", "The proxy does not connect to {host}: {text}."),
    "name": ("network.host", "There is no host {host}."),
}
"""Check and sentence for each kind of failure."""


def clock(settings: Settings, date: str | None) -> Check:
    """How far this machine's clock is from the org's (its ``Date`` header)."""
    try:
        theirs = parsedate_to_datetime(date or "")
        off = (now() - theirs).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return skipped("network.clock", "the org did not send its time")
    message = f"This machine's clock is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} the org's."
    fix = "Set the clock (for example: timedatectl set-ntp true)."
    if abs(off) > FAR_OFF or (abs(off) > SKEW and settings.sf_totp_secret is not None):
        return failed("network.clock", message, f"{fix} Authenticator codes depend on it.", SettingsError.exit_code)
    if abs(off) > SKEW:
        return warned("network.clock", message, fix)
    return passed("network.clock", "the clock agrees with the org's")


def now() -> datetime:
    """The time here; replaced in tests."""
    return datetime.now(UTC)


def mailbox(settings: Settings) -> Check:
    """Log in and read the newest email's time; no email is opened or marked."""
    from automation.access.codes.mailbox import mailbox_from

    try:
        box = mailbox_from(settings)
        if box is None:
            return skipped("mailbox", "no mailbox is set (SF_IMAP_URL)")
        newest = box.newest()
        box.close()
    except RunbookError as error:
        return from_error("mailbox", error)
    seen = f"its newest email came {newest:%Y-%m-%d %H:%M} UTC" if newest is not None else "it is empty"
    how = "" if settings.sf_imap_auth == "password" else f" with a token ({settings.sf_imap_auth})"
    return passed("mailbox", f"the mailbox of {settings.sf_imap_username} opens{how}; {seen}")
