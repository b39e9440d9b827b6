"""Everything that can go wrong, as one tree::

    RunbookError
    ├── UsageError              2   the command line asks for something impossible
    ├── SettingsError          78   a setting is missing, unknown or malformed
    │   ├── FieldRefused       78   the org refused the value of a field
    │   └── SaveRefused        78   the org refused to create or to save, and named no field
    ├── UnexpectedPage         65   a page that the tool does not know
    │   ├── ElementNotFound    65   a control was not there, or not alone
    │   └── ReadBackDiffers    65   the org does not hold what was set
    ├── OrgUnavailable         69   the org or its login page can't be reached or does not answer
    ├── TryAgainLater          75   a temporary condition
    │   ├── NotPropagatedYet   75   the org does not know the new key yet
    │   ├── SessionLost        75   the org ended the session during the run
    │   ├── PageTrouble        75   a page of the org failed to load or to answer
    │   ├── OrgBusy            75   maintenance, refresh or rate limit
    │   └── AnotherRun         75   another run holds the lock of this org
    ├── NotPermitted           77   the org does not let this user do it
    │   ├── LoginRefused       77   username or password refused, user locked or frozen
    │   ├── ForeignHost        77   the browser was led to a host that is not the org's
    │   ├── ProductionRefused  77   a production org that was not confirmed
    │   └── ProofFailed        77   the token endpoint refused the new pair for a lasting reason
    ├── PersonNeeded           77   a person has to act or decide
    │   ├── VerificationNeeded 77   no configured method can complete this verification
    │   └── AmbiguousApp       77   an existing app may or may not be the configured one
    ├── DeliveryFailed          1   the credentials work but could not be delivered
    └── Interrupted           130   interrupted by the user

Each class says in ``recovery`` what to do next, in one sentence; a raise may replace it by a better one.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple


class Sought(NamedTuple):
    """A control that was looked for by role and label, and the names of that role that were there, closest first."""

    role: str
    label: str
    there: tuple[str, ...] = ()

    def __str__(self) -> str:
        closest = ", ".join(f'"{name}"' for name in self.there)
        return f'No {self.role} labelled "{self.label}"; {f"closest matches: {closest}" if closest else "none is there"}.'


class RunbookError(Exception):
    """Any failure that is reported to the operator.

    Args:
        message: what happened and where, in one sentence without a secret.
        next: what to do next; the class's ``recovery`` when left out.
        evidence: path of a file or folder that shows it, if there is one.
        sought: what a label file could name differently; the evidence has a file with suggestions.
    """

    kind: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    recovery: ClassVar[str] = "Run again with -v and check the evidence in the run folder."
    restart: ClassVar[bool] = False
    """Whether starting over at step 1.1 may fix it; every step reads first, so that is always safe."""

    def __init__(
        self, message: str, *, next: str | None = None, evidence: str | None = None, sought: tuple[Sought, ...] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.next = next or self.recovery
        self.evidence = evidence
        self.sought = sought
        self.step: str | None = None  # filled in by the engine when the error leaves a step


class UsageError(RunbookError):
    """The command line asks for something impossible."""

    kind = "usage"
    exit_code = 2
    recovery = "See --help."


class SettingsError(RunbookError):
    """A setting is missing, unknown or malformed; raised before a browser starts."""

    kind = "settings"
    exit_code = 78
    recovery = "Correct the setting in .env, the environment or the command line; .env.example explains each."


class FieldRefused(SettingsError):
    """The org refused the value of a field."""

    kind = "field_refused"
    recovery = "Correct the value that the org refused and run again; nothing was saved by this step."


class SaveRefused(SettingsError):
    """The org refused to create or to save and named no field; a read-back showed that nothing was saved."""

    kind = "save_refused"
    recovery = "Read the org's message; if it names a value, correct that setting, otherwise run again."
    restart = True


class UnexpectedPage(RunbookError):
    """A page that the tool does not know; never treated as success."""

    kind = "unexpected_page"
    exit_code = 65
    recovery = "Check the evidence; if Salesforce renamed a label, update your label file (LABELS_FILE) and run again."


class ElementNotFound(UnexpectedPage):
    """A control was not there, or there was more than one."""

    kind = "element_not_found"


class ReadBackDiffers(UnexpectedPage):
    """The org does not hold what was set."""

    kind = "read_back_differs"
    recovery = "Compare the app in Setup with the report; run again to set what differs."


class OrgUnavailable(RunbookError):
    """The org or its login page can't be reached or returned an unusable response."""

    kind = "org_unavailable"
    exit_code = 69
    recovery = "Check SF_LOGIN_URL, the proxy settings and the org's status, then run again."


class TryAgainLater(RunbookError):
    """Temporary condition; it is safe to retry later."""

    kind = "try_again_later"
    exit_code = 75
    recovery = "Run the same command again later; it resumes where it stopped."


class NotPropagatedYet(TryAgainLater):
    """The token endpoint does not know the new key yet (usually 2 to 10, at most 30 minutes)."""

    kind = "not_propagated"


class SessionLost(TryAgainLater):
    """The org ended the session during the run, and logging in again did not help."""

    kind = "session_lost"
    restart = True


class PageTrouble(TryAgainLater):
    """A page of the org failed to load, or its response to a click was lost."""

    kind = "page_trouble"
    restart = True


class OrgBusy(TryAgainLater):
    """Maintenance, a sandbox refresh, or a rate limit."""

    kind = "org_busy"


class AnotherRun(TryAgainLater):
    """Another run holds the lock of this org."""

    kind = "another_run"
    recovery = "Wait for the other run to end, then run again."


class NotPermitted(RunbookError):
    """The org does not let this user do it."""

    kind = "not_permitted"
    exit_code = 77
    recovery = "Give the user the permission named above, or use another user."


class LoginRefused(NotPermitted):
    """Username or password refused, or the user is locked or frozen; never retried."""

    kind = "login_refused"
    recovery = "Log in by hand once with the configured username and password, and correct them; too many failures lock the user."


class ForeignHost(NotPermitted):
    """The browser was led to a host that is not the org's, or a link would have; nothing was typed there."""

    kind = "foreign_host"
    recovery = "Do not log in there. Check SF_LOGIN_URL and what redirects to that host."


class ProductionRefused(NotPermitted):
    """A production org that was not confirmed with --allow-production."""

    kind = "production_refused"
    recovery = "If you do mean production, confirm its host with --allow-production HOST."


class ProofFailed(NotPermitted):
    """The token endpoint refused the new pair for a reason that waiting does not fix."""

    kind = "proof_failed"
    recovery = "Fix the cause named above in the org, then run again."


class PersonNeeded(RunbookError):
    """A person has to act or decide."""

    kind = "person_needed"
    exit_code = 77
    recovery = "Do by hand what the page asks, or run with --headed and do it there."


class VerificationNeeded(PersonNeeded):
    """No configured method can complete this identity verification."""

    kind = "verification_needed"
    recovery = "Configure a method that this user has registered (mailbox, authenticator, passkey, command), or run with --headed."


class AmbiguousApp(PersonNeeded):
    """An existing app may or may not be the configured one; the tool does not guess."""

    kind = "ambiguous_app"
    recovery = "Decide which app is meant: set ECA_NAME and ECA_API_NAME to it, or rename or delete the other one."


class DeliveryFailed(RunbookError):
    """The credentials work but could not be delivered; the pair was kept or can be read again."""

    kind = "delivery_failed"
    recovery = "Fix the delivery target and run again; the pair is delivered without changing the org."


class Interrupted(RunbookError):
    """Interrupted (Ctrl-C or SIGTERM)."""

    kind = "interrupted"
    exit_code = 130
    recovery = "Run the same command again; it resumes where it stopped."
