"""Identity verification at the reveal: every means that passes it at login passes it there.

The app is there, and the runs begin at section 4; `test_whole_run` and the orgs of `variants` come to the reveal from 1.1.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from automation.replica import OrgHandle
from tests.e2e.conftest import Runbook
from tests.faults.wanted import lacking, make_app

NewOrg = Callable[..., OrgHandle]

WAYS: dict[str, dict[str, Any]] = {
    "email in a new tab": {"reveal_method": "email"},
    "email in the same tab": {"reveal_method": "email", "reveal": "same_tab"},
    "late mail among old ones": {"reveal_method": "email", "mail_delay_seconds": 1.0, "decoy_mails": 2},
    "authenticator": {"reveal_method": "totp"},
    "a choice": {"reveal_method": "choose", "choices": ["push", "email"]},
    "a login page first": {"login_first_at_reveal": True},
}


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize("way", WAYS)
def test_passed(way: str, quick_org: NewOrg, run: Runbook) -> None:
    """The run ends with proven and delivered credentials, and no code was wrong."""
    org = quick_org(verification="asked", **WAYS[way])
    make_app(org)
    result = run(org, {"SF_TOTP_SECRET": org.admin.totp_secret}, first="4.1")
    assert result.error is None, result.error
    assert result.state.proof.token
    assert lacking(org, run.delivered) == []
    assert not org.events("wrong code")


def test_passkey(quick_org: NewOrg, run: Runbook, tmp_path: Path) -> None:
    """A passkey made at login with consent passes the reveal, without a mailbox or seed."""
    org = quick_org(after_password=["enrol_passkey"], verification="asked", reveal_method="passkey")
    make_app(org)
    no_mail = {"SF_IMAP_URL": "", "SF_IMAP_USERNAME": "", "SF_IMAP_PASSWORD": ""}
    result = run(org, {"SF_PASSKEY_FILE": str(tmp_path / "keys.json"), **no_mail}, enrol_passkey=True, first="4.1")
    assert result.error is None, result.error
    assert len(org.events("passkey used")) == 1


STOPS: dict[str, tuple[dict[str, Any], str, int]] = {
    "push": ({"reveal_method": "push"}, "Salesforce Authenticator", 77),
    "text message": ({"reveal_method": "sms"}, "text message", 77),
    "passkey": ({"reveal_method": "passkey"}, "passkey", 77),
    "problem": ({"reveal_method": "problem"}, "can't verify", 77),
    "lost mails": ({"reveal_method": "email", "mail_lost": 9}, "No verification email", 77),
    "timed out": ({"reveal_method": "email", "verification_timeout_seconds": 0.0}, "timed out", 75),
}

AS_AT_LOGIN = ("text message", "problem")
"""Screens that are understood at the reveal in the way of the two beside them, and every time at the login: ``tests/access``."""


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize("case", [pytest.param(name, marks=[pytest.mark.slow] if name in AS_AT_LOGIN else []) for name in STOPS])
def test_stopped(case: str, quick_org: NewOrg, run: Runbook) -> None:
    """What can't be passed stops the run at step 4.6 with its cause; the app stays, and nothing is delivered."""
    variants, words, code = STOPS[case]
    org = quick_org(verification="asked", **variants)
    make_app(org)
    result = run(org, {"TIMEOUT_CODE": "2"}, first="4.1")
    assert result.error is not None
    assert words in result.error.message
    assert (result.error.step, result.error.exit_code) == ("4.6", code)
    assert len(org.truth()["apps"]) == 1
    assert not run.delivered.exists()


def test_a_mailbox_that_refuses_is_reported_before_anything_is_made(quick_org: NewOrg, run: Runbook) -> None:
    """No code is asked for here, so the run goes on; but a later code would have stopped it with the app half done."""
    org = quick_org()
    make_app(org)
    result = run(org, {"SF_IMAP_PASSWORD": "wrong-word"}, last="1.7")
    assert result.error is None, result.error
    (note,) = [one for one in result.state.notes if "Should the org ask for a code later" in one]
    assert "refused username or password" in note
    assert run.printed.getvalue().index(note[:40]) < run.printed.getvalue().index("1.2 ")
