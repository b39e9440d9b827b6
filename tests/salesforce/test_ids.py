"""Record ids in both their forms."""

from __future__ import annotations

import pytest

from automation.salesforce.ids import is_id, same_id, to_18


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("00D000000000062", "00D000000000062EAA"),
        ("001A0000006Vm9u", "001A0000006Vm9uIAC"),
    ],
)
def test_short_ids_get_their_checksum(short: str, long: str) -> None:
    """The three characters that make an id safe where letters lose their case. Ids with known checksums."""
    assert to_18(short) == long
    assert to_18(long) == long
    assert same_id(short, long)


def test_ids_that_differ_in_case_are_different() -> None:
    """``a`` and ``A`` are different records."""
    assert not same_id("001A0000006Vm9u", "001a0000006Vm9u")


def test_an_unknown_id_is_the_same_as_none() -> None:
    """Nothing is proven by comparing unknown with unknown."""
    assert not same_id(None, None)
    assert not same_id("acme", "acme")


@pytest.mark.parametrize("text", ["", "00D00000000006", "00D0000000000622", "00D-00000000062"])
def test_other_texts_are_no_ids(text: str) -> None:
    """Only 15 or 18 letters and digits are an id."""
    assert not is_id(text)
    with pytest.raises(ValueError, match="not a Salesforce record id"):
        to_18(text)


def test_a_prefix_names_the_kind() -> None:
    """``00D`` is an org, ``005`` a user."""
    assert is_id("00D000000000062", "00D")
    assert not is_id("005000000000062", "00D")
