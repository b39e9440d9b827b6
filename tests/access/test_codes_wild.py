"""Emails, seeds and program output as strangers, gateways and authenticator apps write them."""

from __future__ import annotations

import hashlib
import tracemalloc
from datetime import UTC, datetime
from email.utils import format_datetime

import pyotp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.access.codes import CodeRequest, Method
from automation.access.codes.command import CodeCommand
from automation.access.codes.mail import HEADER_LIMIT, Verdict, judge
from automation.access.codes.mail_text import BODY_LIMIT, as_lines, html_text
from automation.access.codes.source import NoCodeYet
from automation.access.codes.totp import Authenticator
from automation.errors import SettingsError, VerificationNeeded
from automation.secrets import Secret
from automation.settings.otpauth import read_seed
from automation.settings.rules import command_line, totp_seed
from tests.access.whole_email import code_in

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
REQUEST = CodeRequest(Method.EMAIL, sandbox=True, username="admin@acme.example.dev", address="a***n@acme.example")
FROM = "Salesforce <noreply@salesforce.com>"
SUBJECT = "Sandbox: Verify your identity in Salesforce"
TEXT = "\n\nVerification Code: 123456\n"


def mail(body: str = TEXT, *, sender: str | None = FROM, subject: str = SUBJECT, more: str = "") -> bytes:
    """An email; ``body`` begins with its own Content-Type, or with an empty line."""
    lines = [f"From: {sender}"] if sender is not None else []
    lines += ["To: admin@acme.example", f"Subject: {subject}", f"Date: {format_datetime(NOW)}", "MIME-Version: 1.0"]
    return ("\n".join(lines + ([more] if more else [])) + "\n" + body.removeprefix("\n")).encode("utf-8", "surrogateescape")


def read(raw: bytes, request: CodeRequest = REQUEST) -> str | None:
    code = code_in(raw, request, NOW)
    return code.reveal() if code else None


STRANGERS = [
    "<@@@>,:;[", "(c):", "noreply@salesforce.com <x@evil.example>", "<noreply@salesforce.com>x@evil.example",
    "noreply@salesforce.com)x@evil.example", "noreply@salesforce.com, x@evil.example", "x@evil.example, noreply@salesforce.com",
    "Salesforce: noreply@salesforce.com;", "<@evil.example:noreply@salesforce.com>", "noreply@salesforce.com (x@evil.example)",
    '"noreply@salesforce.com" <x@evil.example>', "noreply@\u017falesforce.com", "noreply@sale\u00adsforce.com",
    "a\0 <noreply@salesforce.com>", "<noreply@salesforce.com> <x@evil.example>", "noreply@salesforce.com.evil.example",
    "noreply@evilsalesforce.com", "", "(" * 5000, "<" * 5000, '"' * 5001, "=?utf-8?q?noreply=40salesforce.com?= <x@evil.example>",
    f"{FROM}\nFrom: x@evil.example", f"x@evil.example\nFrom: {FROM}", f"{FROM}\nno field\nFrom: x@evil.example",
    f"{FROM},{' ' * HEADER_LIMIT}\n x@evil.example", "Salesforce via Codes <codes@acme.example>",
]  # fmt: skip


@pytest.mark.parametrize("sender", STRANGERS)
def test_a_sender_that_is_not_exactly_salesforce_is_a_strangers(sender: str) -> None:
    """Groups, lists, comments, two fields, look-alikes: none of ours, and none of them raises (H3, M13, F7)."""
    assert read(mail(sender=sender)) is None


def test_no_sender_is_a_strangers() -> None:
    assert read(mail(sender=None)) is None


def test_a_hidden_second_sender_is_not_missed() -> None:
    """A lone carriage return ends a line for Python, and not for a mail server."""
    assert (
        read(mail().replace(b"From: Salesforce", b"To: x\rFrom: noreply@salesforce.com\r\rX: y\nFrom: x@evil.example\nX: ")) is None
    )


@pytest.mark.parametrize(
    "sender",
    [
        "noreply@salesforce.com",
        "<noreply@salesforce.com>",
        '"noreply@salesforce.com" <noreply@salesforce.com>',
        "NoReply@Salesforce.com",
        '"Salesforce, Inc." <noreply@salesforce.com>',
        "=?utf-8?q?Salesforce?= <noreply@mail.salesforce.com>",
        "noreply@salesforce.com (Salesforce)",
        "Salesforce\n <noreply@salesforce.com>",
    ],
)
def test_forms_of_salesforces_address(sender: str) -> None:
    """One address of Salesforce, however it is written."""
    assert read(mail(sender=sender)) == "123456"


HTML = "Content-Type: text/html; charset=utf-8\n\n"
INLINE = "Content-Type: multipart/mixed; boundary=x\n\n"
PLAIN_PART = "--x\nContent-Type: text/plain\n\n{}\n"
HTML_PART = "--x\nContent-Type: text/html\n\n{}\n"
IN_HTML = "<p>Verification Code: <b>123456</b></p>"
BODIES = {
    "empty plain part": INLINE.replace("mixed", "alternative") + PLAIN_PART.format("") + HTML_PART.format(IN_HTML) + "--x--\n",
    "plain part that wants HTML": INLINE + PLAIN_PART.format("This email needs HTML.") + HTML_PART.format(IN_HTML) + "--x--\n",
    "footer behind": INLINE + HTML_PART.format(IN_HTML) + PLAIN_PART.format("Confidential. Call 555 0199.") + "--x--\n",
    "banner before": INLINE + HTML_PART.format("<p>CAUTION: external</p>") + PLAIN_PART.format(TEXT) + "--x--\n",
    "forwarded inside": INLINE + "--x\nContent-Type: message/rfc822\n\nSubject: y\n" + TEXT + "--x--\n",
    "numeric entity": HTML + "Verification Code:&#160;123456",
    "hex entity": HTML + "Verification Code:&#xA0;123456",
    "colon as entity": HTML + "Verification Code&#58; 123456",
    "invisible characters": HTML + "Verification&zwnj; Code:&zwnj; 123&zwnj;456&#8203;",
    "style before": HTML + "<style>.code{margin:99999px}<!-- Verification Code: 999999 --></style><i>Verification Code:</i> 123456",
    "comment": HTML + "<!-- Verification Code: 999999 --><td>Verification Code:</td>\n<td>123456</td>",
    "digits in spans": HTML + "Verification Code: <span>123</span><span>456</span>",
    "uppercase, broken": HTML + "<P>Verification Code: <B>123456<P",
    "stars of forwarding": "\n\n*Verification Code:* 123456\n",
    "stars around both": "\n\n*Verification Code: 123456*\n",
    "two groups": "\n\nVerification Code: 123 456\n",
    "with a hyphen": "\n\nVerification Code: 123-456\n",
    "bare": "\n\nHello,\nCode: 123 456\n",
    "next line": "\n\nVerification Code:\n\n123456\n",
    "code and a year": "\n\nVerification Code: 123456\n2026 Salesforce, Inc.\n",
    "unknown charset": "Content-Type: text/plain; charset=x-none\n" + TEXT,
    "charset that raises": "Content-Type: text/plain; charset=undefined\n" + TEXT,
    "charset that is slow": "Content-Type: text/plain; charset=punycode\n" + TEXT,
    "wide digits": "\n\nVerification Code：１２３４５６\n",
    "broken base64 beside": INLINE + PLAIN_PART.format(TEXT) + "--x\nContent-Transfer-Encoding: base64\n\n!!\n--x--\n",
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_the_code_is_found_in_any_inline_part(name: str) -> None:
    """Gateways put banners, footers and parts around it (F8, field case 18)."""
    assert read(mail(BODIES[name])) == "123456"


NO_CODE = {
    "attached": INLINE + "--x\nContent-Disposition: attachment\n" + TEXT + "--x--\n",
    "three groups": "\n\nVerification Code: 123 456 789\n",
    "too long": "\n\nVerification Code: 1234567890\n",
    "postal code": "\n\nSan Francisco, postal code: 94105\n",
    "in a script": HTML + "<script>Verification Code: 123456</script>",
    "another user": "\n\n*Username:* admin@acme.example.uat\nVerification Code: 123456\n",
}


@pytest.mark.parametrize("name", NO_CODE)
def test_other_numbers_are_no_code(name: str) -> None:
    assert read(mail(NO_CODE[name])) is None


@pytest.mark.parametrize("before", ["", "[EXTERNAL] ", "Fwd: ", "WG: [EXT] ", "RE: *SPAM* ", "=?utf-8?q?[External]?= "])
def test_a_sandboxes_email_is_known_behind_other_marks(before: str) -> None:
    """A production run leaves it alone (F9)."""
    raw = mail(subject=f"{before}{SUBJECT}")
    assert read(raw) == "123456"
    assert read(raw, CodeRequest(Method.EMAIL, sandbox=False)) is None


@pytest.mark.parametrize(
    "subject", ["Sandboxes: Verify your identity", "My sandbox is: Verify your identity", "Verify your identity (Sandbox: no)"]
)
def test_other_words_are_no_mark(subject: str) -> None:
    assert read(mail(subject=subject), CodeRequest(Method.EMAIL, sandbox=False)) == "123456"


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.FITS),
        ({"sender": "codes@acme.example"}, Verdict.STRANGER),
        ({"subject": "Bestätigen Sie Ihre Identität"}, Verdict.OTHER_SUBJECT),
        ({"more": "Subject: another one"}, Verdict.OTHER_SUBJECT),
        ({"sender": "news@acme.example", "subject": "News"}, Verdict.OTHER),
    ],
)
def test_why_an_email_does_not_fit_is_known(changes: dict[str, str], verdict: Verdict) -> None:
    """For the message when no code came (field cases 14 and 17)."""
    assert judge(mail("\n", **changes), REQUEST, NOW) is verdict


def test_an_email_to_another_address_is_known() -> None:
    assert judge(mail("\n").replace(b"admin@acme", b"bob@acme"), REQUEST, NOW) is Verdict.OTHER_RECIPIENT


@pytest.mark.parametrize(
    "date", ["", "x", "Thu, 99 Foo 2026 99:99:99 +9999", "1 Jan 99999999999999999999", "(" * 2000, "24 Nov 2026 12:00 -0000"]
)
def test_a_date_that_is_none_does_no_harm(date: str) -> None:
    assert read(mail().replace(format_datetime(NOW).encode(), date.encode())) == "123456"


SLOW = [
    "<",
    "<!--",
    "<a",
    "</",
    "<style>",
    "<!",
    "<?",
    "&#",
    "&",
    "<a b=",
    " ",
    "*",
    "username:",
    "username: a",
    "verification code ",
    "\u0301",
]


@pytest.mark.parametrize("piece", SLOW)
def test_text_takes_time_that_grows_with_its_size(piece: str) -> None:
    """160 kB of `<` took 25 seconds, 160 kB of `<!--` with html.parser 12 (M7); all of these together take one."""
    assert read(mail(HTML + piece * (BODY_LIMIT // len(piece)))) is None


def test_wild_structures_are_none_of_ours() -> None:
    """2,000 nested parts raise RecursionError in the email package; thousands of boundaries take it minutes."""
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n" for level in range(2000))
    for body in (nested, "Content-Type: message/rfc822\n\n" * 3000, INLINE + "--x\n\n" * 20_000, nested[:800] + "\n" * BODY_LIMIT):
        assert read(mail(body)) is None


@pytest.mark.parametrize("end", ["\n", "\n ", "\r "])
@pytest.mark.parametrize("parameters", [";", '; x="' + ";" * 99, "; a=b", "; x*0*=a"])
def test_a_field_of_many_parameters_is_none_of_ours(parameters: str, end: str) -> None:
    """On one line or on many, of the email or of a part; 250 kB took 36 seconds."""
    field = "Content-Type: text/plain" + (parameters + end * (end != "\n")) * (100_000 // len(parameters))
    part = "Content-Type: multipart/mixed; boundary=x\n\n--x\n"
    for body in (f"{field}{TEXT}", f"{part}{field}{TEXT}--x--\n"):
        assert read(mail(body)) is None


def test_only_the_begin_of_an_email_is_read() -> None:
    raw = mail() + b"x" * 40_000_000
    tracemalloc.start()
    assert read(raw) == "123456"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


@settings(max_examples=100)
@given(
    st.binary(max_size=400), st.sampled_from(["From", "Subject", "Date", "To", "Content-Type", "Content-Transfer-Encoding", "body"])
)
def test_any_field_is_read_without_raising(value: bytes, name: str) -> None:
    """Fuzz: one field, or the body, is replaced by anything."""
    fields = {b"From": FROM.encode(), b"Subject": SUBJECT.encode(), b"To": b"admin@acme.example", name.encode(): value}
    body = fields.pop(b"body", TEXT.encode())
    read(b"".join(key + b": " + text + b"\r\n" for key, text in fields.items()) + b"\r\n" + body)


@settings(max_examples=100)
@given(st.text(alphabet="<>!-/ab &#;x1\"'= \n", max_size=200))
def test_any_markup_becomes_lines(source: str) -> None:
    """Fuzz: no tag is left open in the text, and no line is empty."""
    assert all(line.strip() == line and line for line in as_lines(html_text(source)).splitlines())


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
