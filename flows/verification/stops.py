"""Screens that this tool does not pass by itself: what each means, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from automation.access.codes import Method
from automation.errors import LoginRefused, PersonNeeded, RunbookError, TryAgainLater, VerificationNeeded
from flows.pages.screens import Screen


class VerificationTimedOut(TryAgainLater):
    """The time of a code was over when it was typed, as when its email came late; a new one may be in time."""


_PASSKEY = (
    "Have the org's owner agree to a software passkey, set SF_PASSKEY_FILE and run once with --enrol-passkey; or have an "
    "administrator make a temporary code (SF_CODE_COMMAND); or run with --headed."
)
_KINDS: Final[dict[Screen, tuple[type[RunbookError], str, str | None]]] = {
    Screen.LOGIN: (
        LoginRefused,
        "The org asks for username and password",
        "Set SF_USERNAME and SF_PASSWORD, or renew the login method that was used.",
    ),
    Screen.PUSH: (
        VerificationNeeded,
        "Salesforce waits for a tap in Salesforce Authenticator on the user's phone",
        "Give this user a verification method that needs no person (authenticator code, mailbox, passkey), or run with --headed.",
    ),
    Screen.PASSKEY: (VerificationNeeded, "Salesforce asks for a passkey, and none is configured", _PASSKEY),
    Screen.CHOOSE: (
        VerificationNeeded,
        "None of the verification methods that Salesforce offers is configured",
        None,
    ),
    Screen.ENROL_PASSKEY: (
        PersonNeeded,
        "Salesforce requires the user to register a passkey now, and the page can't be skipped",
        _PASSKEY,
    ),
    Screen.ENROL_TOTP: (
        PersonNeeded,
        "Salesforce requires the user to connect an authenticator app",
        'Connect it by hand once, and put its key ("I Can\'t Scan the QR Code") into SF_TOTP_SECRET.',
    ),
    Screen.PROBLEM: (
        VerificationNeeded,
        "Salesforce can't verify this user: no method is registered, or the email address is not valid",
        "In Setup, check the user's email address (.invalid after a refresh) and verification methods.",
    ),
    Screen.LOCKED: (
        LoginRefused,
        "The user is locked: too many wrong verification codes",
        "Wait an hour, or have an administrator unlock the user; then find out who enters wrong codes.",
    ),
    Screen.TIMED_OUT: (VerificationTimedOut, "Salesforce says that the verification attempt has timed out", None),
    Screen.CHANGE_PASSWORD: (
        PersonNeeded,
        "The user's password has expired and must be changed",
        "Change it by hand, and set SF_PASSWORD to the new one.",
    ),
    Screen.CONSENT: (PersonNeeded, "Salesforce asks whether an app may have access", "Decide by hand, or run with --headed."),
    Screen.LOGIN_FLOW: (
        PersonNeeded,
        "A login flow of the org (such as a limit of concurrent sessions) asks something",
        "Answer it by hand once, exempt the user from the login flow, or run with --headed.",
    ),
    Screen.ROBOT: (
        PersonNeeded,
        "The page shows a CAPTCHA",
        "This tool does not solve it: run with --headed and solve it there, or use another login method.",
    ),
}

ENDS: Final = frozenset({Screen.LOCKED, Screen.TIMED_OUT, Screen.PROBLEM, Screen.ROBOT})
"""Screens on which another verification method does not help."""


def explained(screen: Screen, where: str) -> RunbookError:
    """The error for a screen that stops the run.

    Args:
        screen: what is open.
        where: its URL, as it may be shown.
    """
    kind, what, advice = _KINDS[screen]
    return kind(f'{what} (screen "{screen.value}", {where}).', next=advice)


def method_keys(can_answer: Callable[[Method], bool], *, passkey: bool) -> list[str]:
    """Label keys of the choices that can be answered, the strongest first."""
    keys = {Method.TOTP: "identity.choice_totp", Method.EMAIL: "identity.choice_email", Method.SMS: "identity.choice_sms"}
    codes = [key for method, key in keys.items() if can_answer(method)]
    return ["identity.choice_passkey", *codes] if passkey else codes
