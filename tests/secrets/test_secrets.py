"""Secrets never show, and the scrubber finds them in every form in which they travel."""

from __future__ import annotations

import base64
import copy
import html
import json
import pickle
import re
import time
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from automation.errors import RunbookError, UnexpectedPage
from automation.secrets import MASK, Secret, holds_secret, known_secrets, private, scrub, secret
from tests.forgetting import only_own

VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=6, max_size=40).filter(lambda v: not v.isdigit())


def test_a_secret_shows_in_no_form_of_printing() -> None:
    secret = Secret("hunter2-hunter2")
    shown = [str(secret), repr(secret), f"{secret}", f"{secret:>20}", "%s" % secret, str([secret]), str({"a": secret})]  # noqa: UP031
    assert not any("hunter2" in text for text in shown)
    assert secret.reveal() == "hunter2-hunter2"


def test_a_secret_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Secret("hunter2-hunter2"))


def test_copies_stay_secret() -> None:
    secret = Secret("hunter2-hunter2")
    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret]) == [secret]


def test_equal_secrets_are_equal_and_differ_from_their_text() -> None:
    assert Secret("abcdef") == Secret("abcdef")
    assert Secret("abcdef") != "abcdef"
    assert len({Secret("abcdef"), Secret("abcdef")}) == 1
    assert not Secret("")


FORMS: dict[str, Callable[[str], str]] = {
    "raw": lambda v: v,
    "quoted": lambda v: urllib.parse.quote(v, safe=""),
    "form": urllib.parse.quote_plus,
    "json": lambda v: json.dumps({"value": v}),
    "json in json": lambda v: json.dumps(json.dumps({"value": v})),
    "html": html.escape,
    "base64": lambda v: base64.b64encode(v.encode()).decode(),
    "basic authorization": lambda v: base64.b64encode(f"me:{v}".encode()).decode(),
    "hex": lambda v: v.encode().hex(),
}


@pytest.mark.parametrize("form", FORMS)
@given(value=VALUES)
@example(value='a"b\\c&d<e>f/g h+i%20')
def test_every_encoding_of_a_secret_is_scrubbed(form: str, value: str) -> None:
    with only_own():
        Secret(value)
        text = f"before {FORMS[form](value)} after"
        assert MASK in scrub(text)
        assert not holds_secret(scrub(text))


def test_base64_is_found_at_every_alignment() -> None:
    value = "a-secret-that-is-long-enough"
    Secret(value)
    for pad in range(6):
        encoded = base64.b64encode(b"x" * pad + value.encode() + b"yy").decode()
        assert encoded != scrub(encoded), pad


def test_what_is_no_secret_stays() -> None:
    Secret("hunter2-hunter2")
    assert scrub("2026-11-24T10:20:30Z step 1.7 took 0.41 s") == "2026-11-24T10:20:30Z step 1.7 took 0.41 s"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("code 123456, time 99123456789", f"code {MASK}, time 99123456789"),
        ("The code is 123456.", f"The code is {MASK}."),
        ("emc=123456&x=1", f"emc={MASK}&x=1"),
        ('{"value":"123456"}', f'{{"value":"{MASK}"}}'),
        ('{"startTime":123456.789,"endTime":9.123456}', '{"startTime":123456.789,"endTime":9.123456}'),
        ('{"size":123456,"all":[123456,123456]}', '{"size":0,"all":[0,0]}'),
        ('{"size": 123456}', '{"size": 0}'),
    ],
)
def test_a_code_is_masked_but_not_inside_longer_numbers_and_json_stays_json(text: str, shown: str) -> None:
    Secret("123456")
    assert scrub(text) == shown
    if text.startswith("{"):
        json.loads(shown)


def test_very_short_values_are_not_searched_for() -> None:
    Secret("abc")
    assert scrub("abc") == "abc"


def test_only_the_hidden_part_of_an_address_is_searched_for() -> None:
    Secret("http://me:proxy-password@proxy.acme.com:3128", hides="proxy-password")
    assert scrub("http://me:proxy-password@proxy.acme.com:3128") == f"http://me:{MASK}@proxy.acme.com:3128"
    assert "http://me:proxy-password@proxy.acme.com:3128" not in known_secrets()


@pytest.mark.parametrize(
    "text",
    [
        "sid=00D5g000004ABCD!AQEAQJx.abcdefghijklmnopqrstuvwx",
        "sid=00D5g000004ABCD%21AQEAQJx.abcdefghijklmnopqrstuvwx",
        "https://acme.my.salesforce.com/secur/frontdoor.jsp?otp=abc&startURL=x",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJlLWhlcmU",
    ],
)
def test_session_ids_one_time_links_and_tokens_are_known_by_their_shape(text: str) -> None:
    assert MASK in scrub(text)
    assert "AQEAQJx" not in scrub(text)
    assert "otp=abc" not in scrub(text)


@pytest.mark.parametrize("error", [PlaywrightError("fill('hunter2')"), PlaywrightTimeout("hunter2"), AssertionError("hunter2")])
def test_a_private_phase_lets_no_text_of_a_browser_error_out(error: Exception) -> None:
    with pytest.raises(UnexpectedPage) as caught, private("typing the password"):
        raise error
    assert "hunter2" not in str(caught.value)
    assert "typing the password" in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_private_phase_passes_our_own_errors_on() -> None:
    with pytest.raises(RunbookError, match="our own"), private("anything"):
        raise RunbookError("our own")


SPECIAL = "Pä$$ w/o~rd'\"<&>\\+=%?!;#[x]{y}|^`*()"
TOKEN = "00DAa000000BcDeF!AQ4AQx.yz_123-456"


def _mapped(form: str, *, all_of_it: bool = False) -> Callable[[str], str]:
    return lambda text: "".join(one if one.isascii() and one.isalnum() and not all_of_it else form.format(ord(one)) for one in text)


def _quoted(safe: str, *, small: bool = False) -> Callable[[str], str]:
    def quote(text: str) -> str:
        quoted = urllib.parse.quote(text, safe=safe)
        return re.sub("%..", lambda found: found.group().lower(), quoted) if small else quoted

    return quote


USUAL: dict[str, Callable[[str], str]] = {
    **{
        f"percent {safe!r} {small}": _quoted(safe, small=small)
        for safe in ("", "/", "~!'()*", "~!'()*;/?:@&=+$,#")
        for small in (False, True)
    },
    "form of a browser": lambda v: urllib.parse.quote_plus(v, safe="*").replace("~", "%7E"),
    "form, small": lambda v: re.sub(
        "%..", lambda found: found.group().lower(), urllib.parse.quote_plus(v, safe="*").replace("~", "%7E")
    ),
    "percent, all of it": lambda v: "".join(f"%{byte:02X}" for byte in v.encode()),
    "percent, all of it, small": lambda v: "".join(f"%{byte:02x}" for byte in v.encode()),
    "percent twice": lambda v: urllib.parse.quote(urllib.parse.quote(v, safe=""), safe=""),
    "json": json.dumps,
    "json, not ascii": lambda v: json.dumps(v, ensure_ascii=False),
    "json, slashes escaped": lambda v: json.dumps(v).replace("/", "\\/"),
    "json in json": lambda v: json.dumps(json.dumps(v)),
    "json in json, slashes escaped": lambda v: json.dumps(json.dumps(v).replace("/", "\\/")),
    "json of percent": lambda v: json.dumps(urllib.parse.quote(v, safe="")),
    "json of html": lambda v: json.dumps(html.escape(v)),
    "u escapes": _mapped("\\u{:04x}"),
    "U escapes": _mapped("\\u{:04X}"),
    "u escapes, all of it": _mapped("\\u{:04x}", all_of_it=True),
    "x escapes": _mapped("\\x{:02x}"),
    "html": html.escape,
    "html, decimal": lambda v: html.escape(v).replace("&#x27;", "&#39;"),
    "html, Jinja": lambda v: html.escape(v).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
    "html, apos": lambda v: html.escape(v).replace("&#x27;", "&apos;"),
    "html, numbers": _mapped("&#{};"),
    "html, hexadecimal": _mapped("&#x{:X};"),
    "html, all of it": _mapped("&#{};", all_of_it=True),
    "hex": lambda v: v.encode().hex(),
    "HEX": lambda v: v.encode().hex().upper(),
    "base64": lambda v: base64.b64encode(v.encode()).decode(),
    "base64, for addresses, without padding": lambda v: base64.urlsafe_b64encode(v.encode()).decode().rstrip("="),
    "base64 behind a name": lambda v: base64.b64encode(b"me:" + v.encode()).decode(),
}


@pytest.mark.parametrize("form", USUAL)
@pytest.mark.parametrize("value", [SPECIAL, TOKEN, "a/b-c:d", "plain-word"])
def test_all_usual_encodings_are_found(form: str, value: str) -> None:
    """As Python, JavaScript, Chromium, Jinja and servers write them, in small and capital letters."""
    Secret(value)
    shown = USUAL[form](value)
    assert MASK in scrub(f"before {shown} after")
    assert holds_secret(shown)


def test_the_cost_does_not_grow_with_the_secrets_met() -> None:
    """A long job meets thousands of tokens: a line takes as long afterwards as it did before."""
    text = "2026-11-28T10:20:30Z step 1.7 Create took 0.41 s at https://acme.my.salesforce.com/lightning/setup?x=00DAa00\n" * 200
    few, many = _with_tokens(30, text), _with_tokens(3_000, text)
    assert many < 4 * few


def _with_tokens(number: int, text: str) -> float:
    with only_own(empty=True):
        for one in range(number):
            Secret(f"00DAa000000BcDeF!AQ4AQ{one:06d}.{one * 7919:020d}")
        return min(_seconds(text) for _ in range(3))


def _seconds(text: str) -> float:
    began = time.thread_time()
    scrub(text)
    return time.thread_time() - began


def test_a_value_without_end_costs_no_more_than_itself() -> None:
    """An answer may name megabytes as its token; it is masked, but not in a hundred forms."""
    Secret("long token " * 20_000)
    assert sum(len(form) for form in secret._known["long token " * 20_000]) == 220_000
    assert scrub("x" + "long token " * 20_000) == "x***"


def test_no_secret_is_known_in_an_empty_context_and_all_are_again_afterwards() -> None:
    Secret("hunter2-hunter2")
    with only_own(empty=True):
        assert scrub("hunter2-hunter2") == "hunter2-hunter2"
        Secret("other-secret")
    assert scrub("hunter2-hunter2 other-secret") == f"{MASK} other-secret"
