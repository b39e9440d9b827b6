"""Answering a verification page that asks for a code, and noticing when it asks again and again."""

from __future__ import annotations

from collections import Counter

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from automation.access.codes import CodeRequest, CodeSource, CodeSources, Method
from automation.access.codes.command import CodeCommand
from automation.access.codes.source import NoCodeYet
from automation.access.keyboard import type_secret
from automation.access.named_org import NamedOrg
from automation.access.navigation import Navigation
from automation.browser.race import Outcome
from automation.errors import VerificationNeeded
from automation.salesforce import hosts
from automation.secrets import Secret
from automation.settings import Settings
from automation.steps.time_spent import waiting_for_org
from flows.pages.identity import IdentityPage
from flows.verification.first_of import first_of

TRIES = 2
"""Codes that are tried at one verification. Ten wrong ones lock the user for an hour (`org-access` 1.3)."""

ROUNDS = 2
"""Codes of one method that Salesforce may accept in one verification flow: a session that ends meanwhile is verified again. One
that asks for a third is in a loop (`update-2026-11-28` 1.13)."""

SECOND_EMAIL = 10.0
"""Seconds to wait for another email after a refused code, before a new code is asked for: the right one may be late."""


class CodeEntry:
    """Enters codes on the verification pages of one verification flow; counts the tries.

    Args:
        page: where the verification page is.
        identity: the same page's locators.
        settings: username and time limits.
        sources: where codes come from.
        org: the org of the run; a code is typed on its pages alone.
    """

    def __init__(self, page: Page, identity: IdentityPage, settings: Settings, sources: CodeSources, org: NamedOrg) -> None:
        self._org = org
        self._page = page
        self._identity = identity
        self._settings = settings
        self._sources = sources
        self._tried = 0
        self._typed_for = Method.EMAIL
        self._taken: Counter[Method] = Counter()

    def can_answer(self, method: Method) -> bool:
        """Whether a source for such codes is configured."""
        return self._sources.answering(method) is not None

    def enter(self, method: Method, navigation: Navigation) -> None:
        """Get a code, type it and send it; comes back when the page answered.

        Raises:
            VerificationNeeded: no source, no code, `TRIES` codes were refused, or `ROUNDS` were taken without effect.
        """
        source = self._sources.answering(method)
        if source is None:
            what = f"Salesforce asks for the {method.value}, and no source for it is configured"
            raise VerificationNeeded(f"{what} ({hosts.parse_url(self._page.url).shown}).", next=_ADVICE[method])
        if self._tried and self._identity.error_text() is None:
            self._tried = 0  # the page has no complaint: the last code was taken, and this is another verification
            self._taken[self._typed_for] += 1
        if self._taken[method] >= ROUNDS:
            raise loop(method.value, ROUNDS)
        if self._tried >= TRIES:
            raise VerificationNeeded(
                f"Salesforce refused {TRIES} codes ({method.value}, from {source.name}); stopped before the user would be locked.",
                next=_WRONG_PROGRAM if isinstance(source, CodeCommand) else _WRONG[method],
            )
        with waiting_for_org():
            code = self._code(source, method, navigation)
        self._tried += 1
        self._typed_for = method
        type_secret(self._page, self._identity.code, code, self._settings.timeout_action, self._org)
        before = navigation.commits
        self._identity.verify.click(timeout=self._settings.timeout_action * 1000)
        answered = Outcome("an answer to the code", fact=lambda: navigation.commits > before)
        complaint = Outcome("a complaint about the code", fact=lambda: self._identity.error_text() is not None)
        first_of([answered, complaint], navigation, "the answer to the verification code", self._settings.timeout_page)

    def _code(self, source: CodeSource, method: Method, navigation: Navigation) -> Secret:
        """A code, asking Salesforce for another one once when none comes."""
        request = self._request(method)
        limit = self._settings.timeout_code
        first = min(SECOND_EMAIL, limit) if self._tried else limit / 2
        try:
            return source.code(request, first)
        except NoCodeYet:
            if not self._resend(navigation):
                return source.code(request, limit - first)
        return source.code(request, limit - first)

    def _resend(self, navigation: Navigation) -> bool:
        """Click "Resend Code" where the page offers it."""
        link = self._identity.resend
        if link.count() != 1:
            return False
        before = navigation.commits
        link.click(timeout=self._settings.timeout_action * 1000)
        again = Outcome("the verification page", fact=lambda: navigation.commits > before and self._identity.code.count() == 1)
        first_of([again], navigation, "the page after Resend Code", self._settings.timeout_page)
        return True

    def _request(self, method: Method) -> CodeRequest:
        my_domain = hosts.my_domain_of(hosts.parse_url(self._page.url).host)
        address = None
        if method is Method.EMAIL:
            try:
                address = self._identity.masked_address()
            except PlaywrightError:  # only makes the choice of the email less strict
                address = None
        sandbox = hosts.is_sandbox(my_domain) if my_domain else None
        return CodeRequest(method, sandbox, self._settings.sf_username, address)


def loop(what: str, rounds: int) -> VerificationNeeded:
    """The error for a verification that Salesforce accepts, and asks for again."""
    return VerificationNeeded(
        f"Salesforce accepted the {what} {rounds} times and asked for it again each time: the verification is in a loop.",
        next=LOOP_ADVICE,
    )


LOOP_ADVICE = (
    "What helped others: a clean session (leave SF_STORAGE_STATE out; with SF_CLI_ORG or SF_FRONTDOOR_URL take a fresh link), or "
    "another verification method (SF_TOTP_SECRET, SF_PASSKEY_FILE, a temporary code of an administrator by SF_CODE_COMMAND). If "
    "key and secret can't be seen by hand either, check whether the user may view all External Client Apps and their settings."
)
_ADVICE = {
    Method.EMAIL: "Set SF_IMAP_URL, SF_IMAP_USERNAME and SF_IMAP_PASSWORD (or SF_CODE_COMMAND), or run with --headed.",
    Method.TOTP: "Set SF_TOTP_SECRET (or SF_CODE_COMMAND), or run with --headed.",
    Method.SMS: "Set SF_CODE_COMMAND to a program that gets the text message, or run with --headed.",
    Method.TEMPORARY: "Set SF_CODE_COMMAND to a program that prints the administrator's code, or run with --headed.",
}
_WRONG_PROGRAM = "Run the program of SF_CODE_COMMAND by hand and compare; it must print the newest code, for SF_CODE_USERNAME."
_WRONG = {
    Method.EMAIL: "Check that the mailbox is that of this user, and that no other run uses it at the same time.",
    Method.TOTP: "Check SF_TOTP_SECRET (a sandbox refresh makes it invalid) and this machine's clock.",
    Method.SMS: "Type the newest message's code; an older one does not count.",
    Method.TEMPORARY: "Ask for a new temporary code; it is good for 1 to 24 hours.",
}
