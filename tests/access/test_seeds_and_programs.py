"""Authenticator seeds and program output as apps and people write them."""

from __future__ import annotations

import hashlib

import pyotp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.access.codes import CodeRequest, Method
from automation.access.codes.command import CodeCommand
from automation.access.codes.source import NoCodeYet
from automation.access.codes.totp import Authenticator
from automation.errors import SettingsError, VerificationNeeded
from automation.secrets import Secret
from automation.settings.otpauth import read_seed
from automation.settings.rules import command_line, totp_seed

REQUEST = CodeRequest(Method.EMAIL)
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.mark.parametrize(
    "text",
    [
        f"otpauth://totp/Salesforce:a?secret={SEED}&issuer=login.salesforce.com",
        f"OTPAUTH://TOTP/x?secret={SEED}",
        f"  otpauth://totp/x?secret={SEED}",
        f"otpauth://totp/x?secret={SEED}&algorithm=sha1",
        f"otpauth://totp/x?secret={SEED}&algorithm=SHA-1",
        f"otpauth://totp/x?secret={SEED}%3D%3D",
        f"otpauth://totp/x?secret={SEED[:16]}%20{SEED[16:]}",
        f"otpauth://totp/x?secret={SEED}&period=30.0",
        f"otpauth://totp/Acme #1?secret={SEED.lower()}",
        f"otpauth://totp/x?issuer=y&amp;secret={SEED}&amp;digits=6",
        f"\ufeff{SEED}",
        f"otpauth://totp/x?secret={SEED}&image=https%3A%2F%2Fx",
    ],
)
def test_seeds_as_authenticators_export_them(text: str) -> None:
    """What every authenticator app reads is read (F32), by the settings' check too."""
    code = Authenticator(Secret(totp_seed(text)), lambda: 1_800_000_000.0).code(CodeRequest(Method.TOTP), 1)
    assert code.reveal() == pyotp.TOTP(SEED).at(1_800_000_000)


def test_digits_period_and_algorithm_count() -> None:
    seed = read_seed(f"otpauth://totp/x?secret={SEED}&digits=8&period=60&algorithm=SHA256")
    assert (seed.digits, seed.interval, seed.digest) == (8, 60, hashlib.sha256)
    assert SEED not in repr(seed)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"otpauth://totp/x?secret={SEED}&encoder=steam", "Steam"),
        (f"otpauth://hotp/x?secret={SEED}&counter=1", "HOTP"),
        (f"otpauth://totp/x?secret={SEED}&algorithm=md5", "algorithm"),
        (f"otpauth://totp/x?secret={SEED}&period=0", "period"),
        (f"otpauth://totp/x?secret={SEED}&digits=99", "digits"),
        (f"otpauth://totp/x?secret={SEED}&period=nan", "period"),
        ("otpauth://totp/x", "without a secret"),
        ("otpauth-migration://offline?data=CjEK", "several accounts"),
        ("otpauth:", "can be read"),
        (SEED[:16], "at least 23"),
        (f"{SEED}A", "too many"),
    ],
)
def test_a_seed_that_is_refused_has_its_reason_at_start(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        totp_seed(text)
    assert SEED not in str(caught.value)


@settings(max_examples=100)
@given(st.one_of(st.text(max_size=80), st.text(max_size=60).map(lambda tail: f"otpauth://totp/x?secret={SEED}&{tail}")))
def test_any_seed_is_read_or_refused(text: str) -> None:
    """Fuzz: what the settings' check takes, the authenticator takes."""
    try:
        checked = totp_seed(text)
    except ValueError:
        return
    assert Authenticator(Secret(checked), lambda: 0.0).code(CodeRequest(Method.TOTP), 1).reveal().isdigit()


def test_a_clock_set_back_does_not_hold_the_run() -> None:
    """After a code an hour ahead, the code of the right time comes at once (L9)."""
    clock = iter([1_800_003_600.0] * 2 + [1_800_000_000.0] * 2)
    waited: list[float] = []
    source = Authenticator(Secret(SEED), lambda: next(clock), waited.append)
    assert source.code(CodeRequest(Method.TOTP), 10) != source.code(CodeRequest(Method.TOTP), 10)
    assert waited == []


def test_a_used_window_is_not_waited_for_beyond_the_timeout() -> None:
    """A clock that stands still: the wait ends, and the message names the clock."""
    waited: list[float] = []
    source = Authenticator(Secret(SEED), lambda: 1_800_000_000.0, waited.append)
    source.code(CodeRequest(Method.TOTP), 10)
    with pytest.raises(NoCodeYet) as caught:
        source.code(CodeRequest(Method.TOTP), 100)
    assert sum(waited) <= 100
    assert "clock" in caught.value.next


@pytest.mark.parametrize("text", ["\\377\\376 445566", "\\357\\273\\277445566", "\\355\\240\\200:445566", "\\0 445566"])
def test_output_that_is_no_utf_8_is_replaced(text: str) -> None:
    """A Windows code page, a BOM, half a character: the digits count (F12, L7)."""
    assert CodeCommand(f"printf '{text}'").code(REQUEST, 10).reveal() == "445566"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("yes 1", "printed more than"),
        ("sh -c 'exec >&-; exec sleep 30'", "did not answer"),
        ("sh -c 'sleep 3 | cat'", "did not answer"),
    ],
)
def test_a_program_without_end_is_ended(line: str, words: str) -> None:
    """Its output has a limit, and a child that keeps stdout open is not waited for."""
    with pytest.raises(VerificationNeeded, match=words):
        CodeCommand(line).code(REQUEST, 0.3 if "more" not in words else 20)


@pytest.mark.parametrize("line", ["'x", '"', "x \\", "''"])
def test_a_command_line_that_is_none_is_refused_at_start(line: str) -> None:
    """An open quote passed the settings and ended the run at the first code (L7)."""
    with pytest.raises((ValueError, SettingsError)):
        command_line(line)


def test_an_open_quote_is_ours_without_the_settings_too() -> None:
    with pytest.raises(SettingsError, match="SF_CODE_COMMAND"):
        CodeCommand("'x")
