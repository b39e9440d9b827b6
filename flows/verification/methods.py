"""Passing the screens between the browser and a page of the org: at login, and before key and secret.

All known screens are raced, by URL and marks, until the expected page is open. What the settings can answer is
answered; what needs a person ends the run at once, or, with a visible browser, waits for the person and continues.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page

from automation.access.codes import CodeSources
from automation.access.named_org import HostWatch, NamedOrg
from automation.access.navigation import Navigation
from automation.access.passkeys import Passkeys
from automation.browser.race import Outcome
from automation.errors import OrgUnavailable, TryAgainLater, UnexpectedPage
from automation.secrets import private
from automation.settings import Settings
from flows.pages.labels import Labels
from flows.verification.passage import VerificationFlow

log = logging.getLogger(__name__)

HIDES_THE_CAUSE = (UnexpectedPage, TryAgainLater, OrgUnavailable)
"""Errors about an unexpected page: where it is a foreign host's page, that is what is reported."""


@dataclass
class IdentityVerification:
    """What a run can answer. One object serves login and reveal: it remembers which codes were used.

    Attributes:
        settings: user, password, time limits.
        labels: texts of the screens.
        codes: where codes come from.
        person: whether somebody sits before a visible browser and can act.
        notify: shows a message to that person.
        passkeys: the user's software passkey, when a file for it is set.
        org: the org of the run: the one that SF_LOGIN_URL names, else the one that was reached.
        own_session: whether the session was made by this run's own login with a password.
    """

    settings: Settings
    labels: Labels
    codes: CodeSources
    person: bool = False
    notify: Callable[[str], None] = log.warning
    passkeys: Passkeys | None = None
    org: NamedOrg = field(init=False)
    own_session: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.org = NamedOrg(self.settings.host)

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        labels: Labels,
        *,
        person: bool = False,
        notify: Callable[[str], None] = log.warning,
        enrol_passkey: bool = False,
    ) -> IdentityVerification:
        """With the code sources that the settings name, and the passkey.

        Raises:
            SettingsError: a setting is malformed, or ``enrol_passkey`` lacks the settings that it needs.
        """
        passkeys = Passkeys.from_settings(settings, enrol=enrol_passkey)
        return cls(settings, labels, CodeSources.from_settings(settings), person, notify, passkeys)

    def prepare(self) -> None:
        """Begin to note what is in the mailbox now, in the background; call it, and `prepared`, before a code is sent."""
        self.codes.prepare()

    def prepared(self) -> None:
        """Wait until that is done. Call it right before the click that may make the org send a code."""
        self.codes.prepared()

    def until(self, page: Page, done: Outcome, *, first: Callable[[], None] | None = None, types_password: bool = True) -> None:
        """Pass all screens until ``done`` has happened. Must run while nothing is recorded.

        Args:
            page: where the screens come up.
            done: the expected page is open.
            first: opens the first page; left out when it is open.
            types_password: whether a login page may be answered.

        Raises:
            VerificationNeeded, PersonNeeded: a screen that the settings can't answer.
            LoginRefused: password refused, user locked, or a login page where ``types_password`` is False.
            ForeignHost: a page that is neither the org's nor Salesforce's own was met, whatever came of it.
            OrgBusy, OrgUnavailable, TryAgainLater: maintenance, errors, a verification that timed out.
            UnexpectedPage: a page that is none of the known ones.
        """
        if self.passkeys is not None:
            self.passkeys.install(page.context)
        watch = HostWatch(self.org)
        try:
            with private("passing the login and verification pages"), watch.following(page), Navigation(page) as navigation:
                VerificationFlow(self, page, navigation, watch, done, types_password).run(first)
        except HIDES_THE_CAUSE:
            if watch.met:
                raise watch.error() from None
            raise
        finally:
            self.codes.done()

    def note_org(self, my_domain: str, org_id: str | None) -> None:
        """Note which org was reached: the run stays with it, and knows its passkey from that of an earlier org on this host."""
        self.org.host = my_domain
        if self.passkeys is not None and org_id is not None:
            self.passkeys.belongs_to(my_domain, org_id)

    def close(self) -> None:
        """Close the code sources' connections."""
        self.codes.close()
