"""Several targets, failing ones, and the pair that waits for the next run."""

from __future__ import annotations

import stat
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from automation.delivery import Held, Pending, Target, deliver, lacking, parse_target, read_all
from automation.delivery.deliver import Receipts
from automation.errors import DeliveryFailed
from automation.secrets import Secret
from automation.secrets.credentials import Credentials


class Shelf(Target):
    """A target in memory."""

    def __init__(self, name: str, held: Credentials | None = None) -> None:
        self.name, self.pair, self.writes = name, held, 0

    def _held(self) -> Held:
        return Held(self.pair)

    def _put(self, credentials: Credentials, held: Held) -> None:
        self.writes += 1
        self.pair = credentials


class Broken(Shelf):
    """A target that refuses."""

    def _put(self, credentials: Credentials, held: Held) -> None:
        raise DeliveryFailed("permission denied", next="Ask the owner.")


class Unreadable(Broken):
    """A target that can't even be reached."""

    def _held(self) -> Held:
        raise DeliveryFailed("no route to host", next="Plug in the cable.")


class Forgetful(Shelf):
    """A target that takes and does not keep."""

    def _put(self, credentials: Credentials, held: Held) -> None:
        self.writes += 1


class Slot(Shelf):
    """A target that only takes."""

    can_read: ClassVar[bool] = False

    def _held(self) -> Held:
        return Held()


def missing(targets: list[Target], pair: Credentials) -> list[Target]:
    """The targets that lack the pair."""
    return lacking(read_all(targets), pair)


def test_all_targets_get_the_pair(pair: Credentials, pending: Pending) -> None:
    """Nothing waits afterwards."""
    shelves = [Shelf("a"), Shelf("b")]
    assert deliver(shelves, pair) == ["a", "b"]
    assert [shelf.pair for shelf in shelves] == [pair, pair]
    assert not pending.waits()


def test_who_has_the_pair_is_not_written_to(pair: Credentials) -> None:
    """A second run delivers nothing; a read at another time is the same pair."""
    shelf = Shelf("a", replace(pair, created_at="earlier"))
    assert missing([shelf], pair) == []
    assert deliver([shelf], pair) == ["a"]
    assert shelf.writes == 0


@pytest.mark.parametrize(
    "changes",
    [{"client_secret": Secret("rotated-secret")}, {"client_id": Secret("new-key")}, {"org_id": "00DWs000000NewX"}],
    ids=["secret", "key", "org"],
)
def test_another_pair_is_replaced(pair: Credentials, changes: dict[str, object]) -> None:
    """After a refresh the host is the same, the pair and the org are not."""
    shelf = Shelf("a", replace(pair, **changes))  # type: ignore[arg-type]
    assert missing([shelf], pair) == [shelf]
    assert deliver([shelf], pair) == ["a"]
    assert shelf.pair == pair


def test_one_failing_target_stops_no_other(pair: Credentials, pending: Pending) -> None:
    """The error names who failed and why, who got it, and where the pair waits."""
    good = Shelf("good")
    with pytest.raises(DeliveryFailed) as caught:
        deliver([Broken("bad"), Unreadable("far"), good], pair)
    assert good.pair == pair
    assert caught.value.message == (
        f"Not delivered to bad: permission denied; far: no route to host. Delivered to good. The pair is kept in {pending.path}."
    )
    assert caught.value.next == "Ask the owner. Plug in the cable."
    assert caught.value.exit_code == 1


def test_what_can_not_be_read_is_not_overwritten(pair: Credentials) -> None:
    """It may hold the pair of another app, and nobody could know what was written."""

    class Blind(Shelf):
        def _held(self) -> Held:
            raise DeliveryFailed("may be written and not read")

    blind = Blind("blind")
    with pytest.raises(DeliveryFailed, match="may be written and not read"):
        deliver([blind], pair)
    assert blind.writes == 0


def test_the_kept_pair_is_private_and_whole(pair: Credentials, pending: Pending) -> None:
    """0600, and the next run reads it as it was."""
    with pytest.raises(DeliveryFailed):
        deliver([Broken("bad")], pair)
    assert stat.S_IMODE(pending.path.stat().st_mode) == 0o600
    assert pending.read() == pair


def test_the_next_run_delivers_and_forgets_it(pair: Credentials, pending: Pending) -> None:
    """What waited is gone from this machine once it has arrived."""
    pending.keep(pair)
    shelf = Shelf("was broken")
    deliver([shelf], pending.read() or pair)
    assert shelf.pair == pair
    assert not pending.waits()


def test_when_even_keeping_fails_the_message_says_so(pair: Credentials, pending: Pending) -> None:
    """The pair is then read from the org again; nothing is lost."""
    pending.path.parent.write_text("a file in place of the folder")
    with pytest.raises(DeliveryFailed, match="could not be kept") as caught:
        deliver([Broken("bad")], pair)
    assert "read from the org again" in caught.value.next


def test_what_does_not_read_back_was_not_delivered(pair: Credentials, pending: Pending) -> None:
    """Taking is no proof of keeping."""
    with pytest.raises(DeliveryFailed, match="does not read back"):
        deliver([Forgetful("a")], pair)
    assert pending.read() == pair


def test_a_target_that_only_takes_is_served_once(pair: Credentials, receipts: Receipts) -> None:
    """A receipt without a secret remembers; a new pair is a new delivery."""
    slot = Slot("command:put")
    assert deliver([slot], pair) == ["command:put"]
    again = replace(pair, created_at="later")
    assert deliver([slot], again) == ["command:put"]
    assert slot.writes == 1
    assert deliver([slot], replace(pair, client_secret=Secret("rotated"))) == ["command:put"]
    assert slot.writes == 2
    text = receipts.path.read_text()
    assert "CONSUMERSECRET" not in text
    assert "3MVG9" not in text


@pytest.mark.parametrize("text", ["", "[]", "no json"])
def test_a_damaged_receipt_counts_as_none(pair: Credentials, receipts: Receipts, text: str) -> None:
    """Delivering twice does no harm, not delivering does."""
    receipts.path.parent.mkdir(parents=True)
    receipts.path.write_text(text)
    assert not receipts.has("command:put", pair)


@pytest.mark.parametrize(
    ("changes", "foreign"),
    [
        ({"host": "acme--uat.sandbox.my.salesforce.com"}, "Service_Board of acme--uat.sandbox.my.salesforce.com"),
        ({"app": "Other_App"}, "Other_App of acme--dev.sandbox.my.salesforce.com"),
        ({"app": ""}, "an unnamed app of acme--dev.sandbox.my.salesforce.com"),
        ({"host": "ACME--dev.sandbox.my.salesforce.com"}, None),
    ],
)
def test_the_pair_of_another_app_is_not_replaced(pair: Credentials, changes: dict[str, str], foreign: str | None) -> None:
    """Somebody may depend on it. The message says how to allow it, and then it is done."""
    held = replace(pair, client_id=Secret("another-key"), **changes)  # type: ignore[arg-type]
    shelf = Shelf("a:b", held)
    if foreign is not None:
        with pytest.raises(DeliveryFailed, match="was left as it is") as caught:
            deliver([shelf], pair)
        assert foreign in caught.value.message
        assert "a:b?replace=yes" in caught.value.next
        assert shelf.pair == held
        shelf.replaces = True
    deliver([shelf], pair)
    assert shelf.pair == pair


def test_a_pair_without_a_mark_is_ours_by_its_key(pair: Credentials) -> None:
    """Somebody copied it by hand: the consumer key belongs to one app alone."""
    shelf = Shelf("a", replace(pair, app="", client_secret=Secret("rotated")))
    deliver([shelf], pair)
    assert shelf.pair == pair


@pytest.mark.parametrize(
    "error", [KeyError("data"), RecursionError(), UnicodeError("x"), OSError(28, "No space left"), MemoryError()]
)
@pytest.mark.parametrize("method", ["_held", "_put"])
def test_whatever_one_target_raises_the_others_are_served_and_the_pair_is_kept(
    pair: Credentials, pending: Pending, monkeypatch: pytest.MonkeyPatch, error: Exception, method: str
) -> None:
    """Client libraries, servers and file systems raise what they like."""
    bad, good = Shelf("bad"), Shelf("good")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(bad, method, fail)
    with pytest.raises(DeliveryFailed, match=type(error).__name__):
        deliver([bad, good], pair)
    assert (good.pair, pending.read()) == (pair, pair)


def test_a_target_that_never_answers_is_left_behind(pair: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked keyring may wait for a person for ever."""
    stuck, good, released = Shelf("stuck"), Shelf("good"), threading.Event()
    monkeypatch.setattr(stuck, "_held", lambda: released.wait(60))
    monkeypatch.setattr(Shelf, "limit", 0.05)
    with pytest.raises(DeliveryFailed, match=r"no answer within 0\.05 s"):
        deliver([stuck, good], pair)
    released.set()
    assert good.pair == pair


def test_of_two_writers_of_one_place_one_is_refused(pair: Credentials, tmp_path: Path) -> None:
    """At the same moment, with the pairs of two orgs: they can't both say that it was delivered."""
    other = replace(pair, host="acme--uat.sandbox.my.salesforce.com")
    begin, delivered = threading.Barrier(2), []

    def run(mine: Credentials, path: str) -> None:
        begin.wait(10)
        with suppress(DeliveryFailed):
            deliver([parse_target(f"json:{path}")], mine)
            delivered.append(mine)

    for round_ in range(10):
        delivered.clear()
        paths = [f"{tmp_path}/{round_}.json", f"{tmp_path}/./{round_}.json"]
        threads = [threading.Thread(target=run, args=one) for one in zip((pair, other), paths, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert delivered == [parse_target(f"json:{paths[0]}").read()]


def test_two_programs_with_other_arguments_are_two_places(pair: Credentials) -> None:
    """They have the same name in the report, and each gets the pair."""
    targets = [parse_target("command:true one"), parse_target("command:true two")]
    assert deliver(targets[:1], pair) == ["command:true"]
    assert missing(targets, pair) == targets[1:]
    assert deliver(targets, pair) == ["command:true", "command:true"]
    assert missing(targets, pair) == []


def test_real_files_end_to_end(tmp_path: Path, pair: Credentials, pending: Pending) -> None:
    """A folder in the way of one target; fixed, the next delivery completes."""
    (tmp_path / "blocked.env").mkdir()
    targets = [parse_target(f"dotenv:{tmp_path}/blocked.env"), parse_target(f"json:{tmp_path}/pair.json")]
    with pytest.raises(DeliveryFailed, match=r"blocked\.env"):
        deliver(targets, pair)
    (tmp_path / "blocked.env").rmdir()
    assert missing(targets, pair) == targets[:1]
    assert deliver(targets, pair) == [target.name for target in targets]
    assert not pending.waits()
