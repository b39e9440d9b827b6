"""Settings that are URLs: which hosts and forms are right. See `rules` for how a rule answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, parse_qs, parse_qsl, unquote, urlsplit

from automation.network.proxy import Proxy
from automation.salesforce.hosts import LOGIN_HOSTS, NAME, is_my_domain, my_domain_of
from automation.settings.rules import visible

_LOCAL: Final = ("localhost", "127.0.0.1", "::1")

SHORTEST_TOKEN: Final = 6
"""Characters; a shorter part of a browser's URL is taken for a word."""


def login_url(value: str) -> str:
    """The URL of an org's login page, cut to ``https://host``; only hosts on which a password may be typed.

    A ``?login`` stays: where an org sends users to single sign-on, that is Salesforce's way to the login form.
    """
    host = _host(value, "https://acme--dev.sandbox.my.salesforce.com")
    if host not in LOGIN_HOSTS and not _plain_my_domain(host):
        my_domain = my_domain_of(host)
        hint = f": https://{my_domain}" if my_domain else ", or https://login.salesforce.com or https://test.salesforce.com"
        raise ValueError(
            f"{host} is not a Salesforce login host; give the org's My Domain URL, which ends in .my.salesforce.com{hint}"
        )
    past_sso = "login" in parse_qs(_split(value).query, keep_blank_values=True)
    return f"https://{host}/?login" if past_sso else f"https://{host}"


def _host(value: str, example: str) -> str:
    parts = _split(value)
    if parts.scheme == "http":
        raise ValueError(f"starts with http:, which is not encrypted; give https, for example {example}")
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError(f"is not an https URL; give one such as {example}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("holds a username before the host; give only https and the host")
    if parts.port not in (None, 443):
        raise ValueError(f"names port {parts.port}; Salesforce answers on the usual https port only")
    return parts.hostname.rstrip(".").lower()


def _split(value: str) -> SplitResult:
    """The parts of a URL; a malformed port is noticed here and not later, and so are characters that browsers drop."""
    if re.search(r"[\x00-\x1f\x7f\\]", value.strip()):
        raise ValueError("holds a character that no URL has")
    visible(value.strip())
    try:
        parts = urlsplit(value.strip())
        _ = parts.port
    except ValueError:
        raise ValueError("is not a URL that can be read") from None
    return parts


def _plain_my_domain(host: str) -> bool:
    """A My Domain host spelt in plain letters: no look-alike letters of other scripts."""
    return is_my_domain(host) and NAME.fullmatch(host) is not None


def frontdoor_url(value: str) -> str:
    """A one-time link into an org; its host must be a My Domain host."""
    host = _host(value, "https://<My Domain>.my.salesforce.com/secur/frontdoor.jsp?...")
    if not _plain_my_domain(host):
        raise ValueError("is not on a My Domain host (ending in .my.salesforce.com)")
    return value.strip()


def callback_url(value: str) -> str:
    """One callback URL: https, or http on localhost, as the create form accepts."""
    parts = _split(value)
    local = parts.hostname in _LOCAL
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise ValueError(f"{value!r} is not an https URL; give for example https://<your_tenant_domain>/oauth")
    if re.search(r"\s|[,;]https?:", value):
        raise ValueError("holds a space, a line break or a second URL; give one URL")
    if parts.username is not None or parts.password is not None:
        raise ValueError("holds a username before the host; give the URL without")
    if re.search(r"[<>{}]", value):
        raise ValueError(f"{value!r} still holds a placeholder; replace it with your tenant's host")
    return value


@dataclass(frozen=True)
class ImapServer:
    """Where a mailbox is."""

    host: str
    port: int
    tls: bool
    folder: str


def imap_url(value: str) -> str:
    """The URL of a mailbox; see `imap_server`."""
    imap_server(value)
    return value


def imap_server(value: str) -> ImapServer:
    """``imaps://host[:port][/mailbox]``; plain ``imap`` only on this machine, as a password goes over it."""
    parts = _split(value)
    local = parts.hostname in _LOCAL
    if not parts.hostname or not (parts.scheme == "imaps" or (parts.scheme == "imap" and local)):
        raise ValueError("is not a mailbox URL; give imaps://host[:port]/INBOX (imap: only on localhost)")
    if parts.password is not None or parts.username is not None:
        raise ValueError("holds a username or password; give these as SF_IMAP_USERNAME and SF_IMAP_PASSWORD")
    tls = parts.scheme == "imaps"
    return ImapServer(parts.hostname, parts.port or (993 if tls else 143), tls, unquote(parts.path.strip("/")) or "INBOX")


def proxy_url(value: str) -> str:
    """``http://host:port`` of a proxy; https proxies too. See `Proxy.parse`."""
    Proxy.parse(visible(value))
    if "\\" in value:  # of a domain\user; to browsers and to Node it is a slash
        raise ValueError("holds a backslash; write it as %5C, as in http://domain%5Cuser:password@host:port")
    return value if "://" in value else f"http://{value}"


def browser_url(value: str) -> str:
    """URL of a remote browser: wss or https; ws and http only on this machine, as passwords and sessions go over it."""
    parts = _split(value)
    if parts.scheme not in ("ws", "wss", "http", "https") or not parts.hostname:
        raise ValueError("is not the URL of a browser; give wss://host:port/... or https://host:port")
    if parts.scheme in ("ws", "http") and not _on_this_machine(parts.hostname):
        raise ValueError(
            f"starts with {parts.scheme}:, which is not encrypted: the password would be readable on the way to "
            f"{parts.hostname}; give {parts.scheme}s:, or a tunnel to localhost"
        )
    return value


def _on_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


_NO_SECRET: Final = frozenset({"browser", "chrome", "chromium", "devtools", "firefox", "msedge", "playwright", "session", "webkit"})
"""Words in paths of browser servers that are no tokens."""


def secret_parts(value: str) -> tuple[str, ...]:
    """What of a proxy's or browser's URL is secret: its password, as written and decoded, tokens in its path and its query.

    Playwright's own servers have the token as the path, others as a parameter.
    """
    parts = _split(value if "://" in value else f"http://{value}")
    path = [one for one in parts.path.split("/") if len(one) >= SHORTEST_TOKEN and one.lower() not in _NO_SECRET]
    values = [one for _, one in parse_qsl(parts.query) if len(one) >= SHORTEST_TOKEN]
    found = (parts.password, unquote(parts.password or ""), parts.query, *values, *path, *map(unquote, path))
    return tuple(dict.fromkeys(filter(None, found)))
