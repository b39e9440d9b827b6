"""Emails as strangers and gateways write them."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.access.codes import CodeRequest, Method
from automation.access.codes.mail import HEADER_LIMIT, Verdict, judge
from automation.access.codes.mail_text import BODY_LIMIT, as_lines, html_text
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
