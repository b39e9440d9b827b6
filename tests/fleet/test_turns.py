"""Turns at a mailbox: one run at a time from the look into the box until the verification is over."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from automation.access.codes import CodeSources, Method
from automation.access.codes.sources import Turn, mailbox_key
from automation.errors import AnotherRun


class Box:
    """A code source that notes when it is looked into."""

    name = "the box"
    methods = tuple(Method)

    def __init__(self, notes: list[str]) -> None:
        self.notes = notes

    def prepare(self) -> None:
        self.notes.append("looked")

    def code(self, request: object, timeout: float) -> object:
        raise AssertionError

    def close(self) -> None: ...


def sources(notes: list[str], patience: float = 30.0) -> CodeSources:
    return CodeSources([Box(notes)], Turn("box", patience))  # type: ignore[list-item]


def test_the_second_looks_only_when_the_first_is_done() -> None:
    """So emails that were sent for the first count as old for the second."""
    first_notes: list[str] = []
    second_notes: list[str] = []
    first, second = sources(first_notes), sources(second_notes)
    first.prepare()
    first.prepared()
    second.prepare()
    assert (first_notes, second_notes) == (["looked"], [])
    first.done()
    second.prepared()
    assert second_notes == ["looked"]
    first.close()
    second.close()


def test_a_turn_is_given_back_at_the_end_whatever_happened() -> None:
    """A run that fails before its verification is over keeps nobody waiting."""
    first = sources([])
    first.prepare()
    first.close()
    second = sources([], patience=5.0)
    second.prepare()
    second.prepared()
    second.close()


def test_who_waits_too_long_tries_later() -> None:
    """It is nobody's fault: exit code 75, and closing still works."""
    first, second = sources([]), sources([], patience=0.2)
    first.prepare()
    first.prepared()
    second.prepare()
    with pytest.raises(AnotherRun):
        second.prepared()
    second.close()
    first.close()


def test_a_killed_run_gives_its_turn_back() -> None:
    """The operating system sees to that; also between processes."""
    script = (
        "from automation.access.codes.sources import Turn; import os\n"
        "turn = Turn('box'); turn.take(); print('taken', flush=True); os.read(0, 1); os.kill(os.getpid(), 9)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "taken\n"
    with pytest.raises(AnotherRun):
        Turn("box", 0.1).take()
    taken = threading.Event()
    turn = Turn("box", 30.0)

    def wait() -> None:
        turn.take()
        taken.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    process.stdin.write("x")
    process.stdin.flush()
    assert taken.wait(30)
    process.wait()
    process.stdin.close()
    process.stdout.close()
    waiting.join()
    turn.give_back()


def test_a_mailbox_is_known_by_address_and_user() -> None:
    """However it is spelt; two boxes on one server are two."""
    assert mailbox_key("imaps://Mail.acme.com/INBOX", "A@acme.com") == mailbox_key("imaps://mail.acme.com/INBOX/", "a@acme.com")
    assert mailbox_key("imaps://mail.acme.com/INBOX", "a@acme.com") != mailbox_key("imaps://mail.acme.com/INBOX", "b@acme.com")
