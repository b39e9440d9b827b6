"""A mail server may say anything, or nothing, or never end: only our errors leave, by the deadline, within bounds of memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.access.codes import CodeRequest, Method, imap_connection
from automation.access.codes import mailbox as mailbox_module
from automation.access.codes.mailbox import Mailbox
from automation.access.codes.source import NoCodeYet
from automation.errors import VerificationNeeded
from automation.secrets import Secret
from tests.mailbox.wild_server import SELECTED, serve, usual

REQUEST = CodeRequest(Method.EMAIL)
HEADER = b"From: noreply@salesforce.com\r\nSubject: Verify your identity in Salesforce\r\n\r\n"


def literal(text: bytes) -> bytes:
    return b"{%d}\r\n%s" % (len(text), text)


def fetched(uid: int, body: bytes) -> Callable[[bytes, str], bytes]:
    """Answers to FETCH: a fitting header, and what a test says of the body."""

    def answer(line: bytes, tag: str) -> bytes:
        if b"FETCH" not in line:
            return usual(line, tag)
        name = b"BODY[HEADER.FIELDS (FROM SUBJECT)]<0> " + literal(HEADER)
        about = name if b"HEADER" in line else body
        return b"* 1 FETCH (UID %d RFC822.SIZE 100 %s)\r\n%s OK done\r\n" % (uid, about, tag.encode())

    return answer


def replaced(command: bytes, text: bytes) -> Callable[[bytes, str], bytes]:
    """The usual server, but for the untagged answer to one command."""

    def answer(line: bytes, tag: str) -> bytes:
        return text + f"{tag} OK done\r\n".encode() if command in line.upper() else usual(line, tag)

    return answer


def always(text: bytes) -> Callable[[bytes, str], bytes]:
    """The same to each command."""

    def answer(line: bytes, tag: str) -> bytes:
        return text

    return answer


RIGHT = b"BODY[]<0> " + literal(HEADER + b"Verification Code: 424242\r\n")
HARMLESS = {
    "BODY[] NIL": fetched(5, b"BODY[] NIL"),
    "about another email": fetched(9, RIGHT),
    "no answer: moved away": replaced(b"FETCH", b""),
    "unsolicited": replaced(b"FETCH", b"* 1 FETCH (FLAGS (\\Seen))\r\n* 3 EXPUNGE\r\n"),
    "header NIL": replaced(b"FETCH", b"* 1 FETCH (UID 5 BODY[HEADER.FIELDS (FROM)] NIL)\r\n"),
    "size is no number": replaced(b"FETCH", b"* 1 FETCH (UID 5 RFC822.SIZE NIL)\r\n"),
    "nothing new": replaced(b"SEARCH", b"* SEARCH\r\n"),
    "no SEARCH line": replaced(b"SEARCH", b""),
}
GARBLED = {
    "SEARCH with words": replaced(b"SEARCH", b"* SEARCH five\r\n"),
    "SEARCH beyond ASCII": replaced(b"SEARCH", b"* SEARCH \xff\r\n"),
    "SEARCH of endless digits": replaced(b"SEARCH", b"* SEARCH " + b"9" * 9000 + b"\r\n"),
    "FETCH not closed": replaced(b"FETCH", b"* 1 FETCH (UID 5\r\n"),
    "FETCH nested": replaced(b"FETCH", b"* 1 FETCH " + b"(" * 5000 + b")" * 5000 + b"\r\n"),
    "FETCH uneven": replaced(b"FETCH", b"* 1 FETCH (UID)\r\n"),
    "no protocol": always(b"HTTP/1.1 200 OK\r\n\r\n"),
    "tag of nobody": always(b"ZZZ9 OK done\r\n"),
    "BYE": always(b"* BYE over\r\n"),
    "no line end": always(b"* OK" + b"x" * 100),
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short limits: the login has half a second, the last exchange a fifth."""
    monkeypatch.setattr(mailbox_module, "LOGIN_LIMIT", 0.5)
    monkeypatch.setattr(mailbox_module, "GRACE", 0.2)
    monkeypatch.setattr(imap_connection, "GRACE", 0.05)


def outcome(box: Mailbox, timeout: float = 0) -> str:
    """The code, or the kind of our error; anything else fails the test."""
    try:
        said = box.prepare()
        return f"not prepared: {said}" if said else box.code(REQUEST, timeout).reveal()
    except NoCodeYet:
        return "no code yet"
    except VerificationNeeded as error:
        return f"unusable: {error.message}"
    finally:
        box.close()


def box_at(url: str) -> Mailbox:
    return Mailbox(url, "me", Secret("mail-word-wild"))


def test_the_usual_server_gives_the_code() -> None:
    """So that the cases below fail for their own reason."""
    with serve(fetched(5, RIGHT)) as url:
        assert outcome(box_at(url)) == "424242"


@pytest.mark.parametrize("name", HARMLESS)
def test_emails_that_vanish_are_passed_over(name: str) -> None:
    with serve(HARMLESS[name]) as url:
        assert outcome(box_at(url)) == "no code yet"


@pytest.mark.parametrize("name", GARBLED)
def test_a_garbled_server_is_named(name: str, impatient: None) -> None:
    with serve(GARBLED[name]) as url:
        assert "can't be read" in outcome(box_at(url))


@pytest.mark.parametrize(
    "validity", [b"", b"[UIDVALIDITY x]", b"[UIDVALIDITY -1]", b"[UIDVALIDITY " + b"9" * 9000 + b"]", b"[UIDNEXT x]"]
)
def test_a_garbled_folder_is_ours(validity: bytes) -> None:
    """Whatever EXAMINE says, no exception that is not ours leaves; `prepare` never raises."""
    with serve(replaced(b"EXAMINE", b"* OK %s x\r\n" % validity)) as url:
        assert outcome(box_at(url)).startswith(("no code yet", "not prepared"))


@pytest.mark.parametrize("greeting", [b"", b"* BYE busy\r\n", b"HTTP/1.1 400 Bad Request\r\n", b"\xff" * 100 + b"\r\n"])
def test_a_wrong_greeting_is_ours(greeting: bytes, impatient: None) -> None:
    with serve(usual, greeting=greeting) as url:
        assert outcome(box_at(url)).startswith("not prepared: The mailbox at 127.0.0.1")


@pytest.mark.parametrize("command", [b"SEARCH", b"FETCH"])
def test_a_dripping_server_is_left_at_the_deadline(command: bytes, impatient: None) -> None:
    """Each byte comes in time; the whole does not: without a deadline for the whole this takes minutes."""
    slow = replaced(command, b"* SEARCH" + b" 1" * 10_000 + b"\r\n")
    with serve(slow, drip=0.001) as url:
        assert "did not answer in time" in outcome(box_at(url), 0.1)


def test_a_dripping_greeting_ends_too(impatient: None) -> None:
    with serve(usual, greeting=b"* OK " + b"x" * 100_000, drip=0.01) as url:
        assert "did not answer in time" in outcome(box_at(url))


def test_a_huge_email_is_not_read() -> None:
    """A literal of 400 MB is refused before memory for it is reserved, and an endless one ends."""
    huge = replaced(b"FETCH", b"* 1 FETCH (UID 5 BODY[HEADER.FIELDS (FROM)]<0> {400000000}\r\n" + b"x" * 1000)
    tracemalloc.start()
    with serve(huge) as url:
        assert "sends more than" in outcome(box_at(url))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000


def test_an_endless_line_ends() -> None:
    with serve(replaced(b"NOOP", b"* OK " + b"x" * 9_000_000)) as url:
        assert "sends more than" in outcome(box_at(url))


@pytest.mark.parametrize(("size", "expected"), [(b"400000000", "no code yet"), (b"NIL", "424242")])
def test_a_large_email_is_not_opened(size: bytes, expected: str) -> None:
    """Judged by RFC822.SIZE before its body is asked for; a server that gives no size is read within the limit."""

    def answer(line: bytes, tag: str) -> bytes:
        return fetched(5, RIGHT)(line, tag).replace(b"RFC822.SIZE 100", b"RFC822.SIZE " + size)

    with serve(answer) as url:
        assert outcome(box_at(url)) == expected


def test_fifty_thousand_emails_are_no_matter() -> None:
    """The newest thousand are looked at, in batches."""
    asked: list[bytes] = []

    def answer(line: bytes, tag: str) -> bytes:
        if b"SEARCH" in line:
            return b"* SEARCH " + b" ".join(b"%d" % uid for uid in range(1, 50_001)) + f"\r\n{tag} OK done\r\n".encode()
        if b"FETCH" in line:
            asked.append(line)
        return usual(line, tag)

    with serve(answer) as url:
        assert outcome(box_at(url)) == "no code yet"
    assert len(asked) == 1000 / mailbox_module.BATCH


def test_a_user_beyond_ascii_without_plain_is_refused_with_the_reason() -> None:
    """No UnicodeError: the server has no AUTHENTICATE PLAIN."""
    with serve(usual) as url:
        said = Mailbox(url, "jörg@acme.example", Secret("mail-word-wild")).prepare()
    assert "characters beyond ASCII" in str(said)


def test_other_senders_with_the_right_subject_are_counted() -> None:
    """A Google Group rewrites From: the message says that such an email came (field case 14)."""
    rewritten = HEADER.replace(b"noreply@salesforce.com", b"'Salesforce' via Codes <codes@acme.example>")

    def answer(line: bytes, tag: str) -> bytes:
        about = b"* 1 FETCH (UID 5 RFC822.SIZE 9 BODY[HEADER.FIELDS (FROM)]<0> " + literal(rewritten) + b")\r\n"
        return (about if b"FETCH" in line else b"") + usual(line, tag)

    with serve(answer) as url:
        box = box_at(url)
        box.prepare()
        with pytest.raises(NoCodeYet, match="1 new email had the subject of a verification email, but another sender") as caught:
            box.code(REQUEST, 0)
        box.close()
    assert "within 0 s" in caught.value.message


@settings(max_examples=60)
@given(
    st.lists(
        st.one_of(st.binary(max_size=60), st.sampled_from([SELECTED, b"* SEARCH 5\r\n", RIGHT, b"+ \r\n", b"* BYE\r\n"])),
        max_size=4,
    )
)
def test_any_answers_are_ours(pieces: list[bytes]) -> None:
    """Fuzz: after the login the server sends anything, then ends the command properly or hangs up."""
    text = b"".join(pieces)

    def answer(line: bytes, tag: str) -> bytes:
        return usual(line, tag) if b"CAPABILITY" in line or b"LOGIN" in line else text + f"\r\n{tag} OK done\r\n".encode()

    with pytest.MonkeyPatch.context() as patched, serve(answer) as url:
        patched.setattr(mailbox_module, "LOGIN_LIMIT", 0.1)
        patched.setattr(mailbox_module, "GRACE", 0.02)
        patched.setattr(imap_connection, "GRACE", 0.02)
        outcome(box_at(url))
