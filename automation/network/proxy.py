"""The proxy of HTTPS_PROXY and the hosts of NO_PROXY, read once and in one way for browser, HTTP, handshake and doctor."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

FORM: Final = "give http://host:port or http://user:password@host:port"
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Proxy:
    """A proxy. Username and password are decoded; ``tls``: the connection to the proxy itself is encrypted."""

    tls: bool
    host: str
    port: int
    username: str | None = None
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, text: str) -> Proxy:
        """``[http[s]://][user:password@]host[:port]``; without a port 80, or 443 for https.

        Raises ValueError, which does not repeat the text: a part of it may be a password.
        """
        try:
            parts = urlsplit(text if "://" in text else f"http://{text}")
            port, host = parts.port, (parts.hostname or "").encode("idna").decode()
        except ValueError:  # covers names that IDNA does not allow
            raise ValueError(f"is not a proxy URL that can be read; {FORM}") from None
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError(
                f"has more than host and port; {FORM}. In a password write / as %2F, ? as %3F, # as %23; "
                "the URL of a .pac file is no proxy"
            )
        if parts.scheme not in _PORTS or not re.fullmatch(r"[\w.:-]+", host) or port == 0 or re.search(r"\s", text):
            raise ValueError(f"is not a proxy URL; {FORM}")
        username = unquote(parts.username) if parts.username is not None else None
        return cls(parts.scheme == "https", host, port or _PORTS[parts.scheme], username, unquote(parts.password or ""))

    @property
    def name(self) -> str:
        """``host:port``, with brackets around an IPv6 address; holds no secret."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The proxy without username and password."""
        return f"{'https' if self.tls else 'http'}://{self.name}"


def no_proxy_entries(no_proxy: str | None) -> list[str]:
    """The entries of NO_PROXY in one form: lower case, ASCII, without leading ``*`` and dots; ``*`` alone stays.

    Entries are separated by commas, semicolons or blanks, as curl, Windows and people write them. An IPv6 address gets
    brackets. What can't be a host is left as it is: it matches nothing.
    """
    entries = (_entry(text) for text in re.split(r"[,;\s]+", no_proxy or ""))
    return list(dict.fromkeys(filter(None, entries)))


def _entry(text: str) -> str:
    if text.strip("*.") == "":
        return "*" if "*" in text else ""
    name = text.lower().lstrip("*").strip(".")
    if name.count(":") > 1 and not name.startswith("[") and "/" not in name:
        return f"[{name}]"
    try:
        return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return name


def bypasses_proxy(no_proxy: str | None, host: str, port: int = 443) -> bool:
    """Whether ``host`` is reached without the proxy: an entry names it or a domain above it, and no other port."""
    entries, name = no_proxy_entries(no_proxy), _entry(host)
    return "*" in entries or any(one == entry or one.endswith(f".{entry}") for one in (name, f"{name}:{port}") for entry in entries)


def browser_bypass(no_proxy: str | None) -> str:
    """NO_PROXY in Playwright's words, for which ``acme.com`` covers that host alone and ``.acme.com`` what is below it."""
    return ",".join(rule for entry in no_proxy_entries(no_proxy) for rule in _rules(entry))


def _rules(entry: str) -> tuple[str, ...]:
    alone = entry == "*" or entry.startswith("[") or "/" in entry or re.fullmatch(r"[\d.]+(:\d+)?", entry)
    return (entry,) if alone else (entry, f".{entry}")
