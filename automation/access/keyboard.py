"""The only place where a secret is typed into a page.

The rule of `NamedOrg.takes_password` is enforced here, at the keyboard, on the very document that gets the keys: the
field is taken as a handle first, which dies with its document. So a page that navigates between check and typing gets
nothing, and neither does a field in a frame.
"""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import ElementHandle, Locator, Page
from playwright.sync_api import Error as PlaywrightError

from automation.access.named_org import ANY_ORG, NEXT, NamedOrg
from automation.errors import ForeignHost, UnexpectedPage
from automation.salesforce import hosts
from automation.secrets import Secret, private

LEFT = 2_000
"""Milliseconds in which a page that left the field has to be somewhere else."""
ATTEMPTS = 5
"""How often a field is filled again when the page's own scripts wipe it (Salesforce's login page does at load)."""


def require_password_host(page: Page, org: NamedOrg = ANY_ORG) -> None:
    """Raise ForeignHost unless secrets may be typed on the page that is open now."""
    if not hosts.is_password_host(page.url):
        raise ForeignHost(f"A login or verification page is open on {_where(page)}, which is not a Salesforce login host.")
    if org is not ANY_ORG and not org.takes_password(page.url):
        whose = org.host or org.login_host
        raise ForeignHost(f"A login or verification page is open on {_where(page)}, and the run is for {whose}.", next=NEXT)


def type_secret(page: Page, locator: Locator, secret: Secret, timeout: float, org: NamedOrg = ANY_ORG) -> ElementHandle:
    """Fill a field with a secret, only in the top frame of a page on a Salesforce login host.

    Args:
        timeout: seconds until the field has to hold it.
        org: the org of the run; by default that is not known, and any org's login page will do.

    Returns:
        the field, which is gone when its document is.

    Raises:
        ForeignHost: the page is not Salesforce's or another org's, or the field sits in a frame; no key was pressed there.
        UnexpectedPage: the field did not take or did not keep the value.
    """
    return _type(page, locator, secret.reveal(), "typing a secret", timeout, org)


def type_username(page: Page, locator: Locator, username: str, timeout: float, org: NamedOrg = ANY_ORG) -> ElementHandle:
    """As `type_secret`, for the username: no secret, but no business of a stranger's page either."""
    return _type(page, locator, username, "typing the username", timeout, org)


def _type(page: Page, locator: Locator, text: str, what: str, timeout: float, org: NamedOrg) -> ElementHandle:
    for _ in range(ATTEMPTS):
        try:
            field = _filled(page, locator, text, what, timeout, org)
        except UnexpectedPage:
            with suppress(PlaywrightError):  # the event of a page that has left comes before this answer
                page.locator("html").wait_for(state="attached", timeout=LEFT)
            require_password_host(page, org)  # then that is the cause
            raise
        require_password_host(page, org)
        if field is not None:
            return field
    raise UnexpectedPage(f"While {what}: the page emptied the field {ATTEMPTS} times.")


def _filled(page: Page, locator: Locator, text: str, what: str, timeout: float, org: NamedOrg) -> ElementHandle | None:
    """Fill the field once; answers it if it kept the text. The page's scripts run before this answer comes."""
    with private(what):
        field = locator.element_handle(timeout=timeout * 1000)
        _require_trusted(page, field, org)
        field.fill(text, timeout=timeout * 1000)
        return field if field.input_value(timeout=timeout * 1000) == text else None


def _require_trusted(page: Page, field: ElementHandle, org: NamedOrg) -> None:
    """Raise ForeignHost unless ``field`` belongs to the top frame's document and that is on a trusted host."""
    frame = field.owner_frame()
    if frame is None or frame != page.main_frame:
        raise ForeignHost(f"The field sits in a frame of {_where(page)}; secrets are typed in the top frame alone.")
    require_password_host(page, org)


def _where(page: Page) -> str:
    url = hosts.parse_url(page.url)
    return f"{url.scheme}://{url.host}" if url.host else "a page without a host"
