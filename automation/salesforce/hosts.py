"""Which host is Salesforce's, and how an org's hosts belong together.

All rules work on the parsed host, never on the text of a URL: ``https://login.salesforce.com@evil.example/`` and
``https://acme.my.salesforce.com.evil.example/`` are foreign. Sources: forcedotcom/sfdx-core ``src/util/sfdcUrl.ts``
(clouds and their Lightning hosts), sfdx-browserforce-plugin and sfdx-hardis (the Setup host).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

LOGIN_HOSTS: Final = frozenset({"login.salesforce.com", "test.salesforce.com"})
"""The two hosts that serve the login page of every org."""

NAME: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+")
"""A host name of letters, digits, hyphens and dots; anything else in a URL is a trick."""

_TRICKS: Final = re.compile(r"[\x00-\x20\x7f\\]")

PARTITIONS: Final = ("sandbox", "develop", "scratch", "demo", "patch", "free", "trailblaze")
"""Labels before ``.my.salesforce.com`` that mark an org as no production org."""

_COUNTERPARTS: Final = {
    ".my.salesforce.com": (".my.salesforce-setup.com", ".lightning.force.com"),
    ".my.salesforce.mil": (".my.salesforce-setup.mil", ".lightning.crmforce.mil"),
    ".my.sfcrmproducts.cn": (".my.sfcrmproducts-setup.cn", ".lightning.sfcrmapps.cn"),
}
"""My Domain suffix -> (Setup suffix, Lightning suffix): commercial, United States government and China clouds. The leading dots are
part of the rule.

Evidence covers the Setup host of the commercial cloud and all three Lightning hosts. The two other Setup suffixes are a
guess by analogy; where they are wrong, Setup is reached by redirect and its host is read from the URL.
"""
MY_DOMAIN_SUFFIXES: Final = tuple(_COUNTERPARTS)


@dataclass(frozen=True)
class Url:
    """The parts of a URL that decide whether it is trusted. ``path`` has no query."""

    scheme: str
    host: str
    port: int | None
    has_user: bool
    path: str
    query: str

    @property
    def shown(self) -> str:
        """The URL as it may be shown: without query and fragment, which can hold one-time links."""
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}://{self.host}{port}{self.path}"


_NOBODYS: Final = Url("", "", None, has_user=False, path="", query="")


def parse_url(url: str) -> Url:
    """Split a URL; one that can't be parsed, or that a browser reads differently, has an empty host, and so is nobody's.

    Browsers take a backslash for a slash, and drop tabs and line breaks (WHATWG URL): with one behind ``evil.example``, that is
    the host, whatever follows.
    """
    if _TRICKS.search(re.split(r"[?#]", url, maxsplit=1)[0]):
        return _NOBODYS
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return _NOBODYS
    host = (parts.hostname or "").rstrip(".")
    return Url(parts.scheme, host, port, parts.username is not None, parts.path, parts.query)


def is_password_host(url: str) -> bool:
    """Whether a password or a code may be typed on a page of this URL.

    https only; exactly ``login.`` or ``test.salesforce.com``, or a My Domain host; no username in the URL; no port
    but 443. Salesforce never serves a login page on another port, so a page that does is not Salesforce's.
    """
    parts = parse_url(url)
    if parts.scheme != "https" or parts.has_user or parts.port not in (None, 443) or not NAME.fullmatch(parts.host):
        return False
    return parts.host in LOGIN_HOSTS or is_my_domain(parts.host)


def is_my_domain(host: str) -> bool:
    """Whether ``host`` is a My Domain host such as ``acme--dev.sandbox.my.salesforce.com``."""
    return _my_domain_suffix(host) is not None


def is_sandbox(host: str) -> bool:
    """Whether this My Domain host names itself as a sandbox: ``<My Domain>--<name>.sandbox.my.salesforce.com``."""
    return _partition(host) == "sandbox"


def is_scratch(host: str) -> bool:
    """Whether this My Domain host names itself as a scratch org's: ``<My Domain>.scratch.my.salesforce.com``."""
    return _partition(host) == "scratch"


def is_production(host: str) -> bool:
    """Whether this host may be a production org's: any host that no partition marks as something else."""
    return host != "test.salesforce.com" and _partition(host) not in PARTITIONS


def sandbox_name(host: str) -> str | None:
    """``dev`` for ``acme--dev.sandbox.my.salesforce.com``; None for a host that is no sandbox's."""
    company, _, name = host.split(".", maxsplit=1)[0].rpartition("--")
    return name if is_sandbox(host) and company and name else None


def setup_host(my_domain: str) -> str:
    """``acme.my.salesforce.com`` -> ``acme.my.salesforce-setup.com``. Raises ValueError for any other host."""
    return _counterpart(my_domain, 0)


def lightning_host(my_domain: str) -> str:
    """``acme.my.salesforce.com`` -> ``acme.lightning.force.com``. Raises ValueError for any other host."""
    return _counterpart(my_domain, 1)


def my_domain_of(host: str) -> str | None:
    """The My Domain host that belongs to a My Domain, Setup or Lightning host; None for any other host."""
    for suffix, others in _COUNTERPARTS.items():
        for known in (suffix, *others):
            if host.endswith(known) and len(host) > len(known):
                return host.removesuffix(known) + suffix
    return None


def is_org_host(host: str) -> bool:
    """Whether ``host`` is one on which an org or its login page is served."""
    return host in LOGIN_HOSTS or my_domain_of(host) is not None


def _my_domain_suffix(host: str) -> str | None:
    return next((suffix for suffix in MY_DOMAIN_SUFFIXES if host.endswith(suffix) and len(host) > len(suffix)), None)


def _partition(host: str) -> str | None:
    """``sandbox`` for ``acme--dev.sandbox.my.salesforce.com``, None where there is only one label."""
    my_domain = my_domain_of(host) or host
    suffix = _my_domain_suffix(my_domain)
    if suffix is None:
        return None
    labels = my_domain.removesuffix(suffix).split(".")
    return labels[-1] if len(labels) > 1 else None


def _counterpart(my_domain: str, index: int) -> str:
    suffix = _my_domain_suffix(my_domain)
    if suffix is None:
        raise ValueError(f"{my_domain} is not a My Domain host")
    return my_domain.removesuffix(suffix) + _COUNTERPARTS[suffix][index]
