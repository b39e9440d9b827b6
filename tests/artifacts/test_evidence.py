"""Evidence of a page on which secrets were typed or shown holds an outline, and nothing else."""

from __future__ import annotations

import pytest

from automation.artifacts.evidence import masked, outline
from tests.growth import growth

TREE = """\
- banner:
  - link "Salesforce":
    - /url: /home
- heading "Verify Your Identity" [level=2]
- alert: Please check your username and password.
- paragraph: We sent a code to a***@acme.com
- textbox "Verification Code": "483921"
- textbox "Password": hunter2-hunter2
- combobox "Method": Email
- 'button "Verify: now"'
- row "Consumer Key 3MVG9lKcPoNINVBJSoQsNCD.HHDdbugPsNXwwyFbgb47KWa_PTv":
  - cell "3MVG9lKcPoNINVBJSoQsNCD.HHDdbugPsNXwwyFbgb47KWa_PTv"
- text: 45A9C1E2D3F4
"""


def test_the_outline_still_says_which_page_it_was() -> None:
    kept = outline(TREE)
    for part in ('heading "Verify Your Identity"', 'textbox "Verification Code"', "check your username", 'button "Verify: now"'):
        assert part in kept


@pytest.mark.parametrize("secret", ["483921", "hunter2", "3MVG9", "45A9C1", "a***@acme.com"])
def test_the_outline_holds_no_value_key_or_code(secret: str) -> None:
    assert secret not in outline(TREE)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("abcdefghijklmnop1 x", "*** x"),
        ("abcdefghijklmnop x", "abcdefghijklmnop x"),
        ("abcdefghijklmnop:1", "***:1"),
        ("1:abcdefghijklmnop", "1:abcdefghijklmnop"),
        ('"3MVG9lKcPoNINVBJSoQsNCD" code 483921', '"***" code ***'),
    ],
)
def test_long_words_with_digits_and_short_numbers_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize("word", ["a", "a.", "a(", "1("])
def test_masking_takes_time_in_proportion_to_the_text(word: str) -> None:
    """A word ten times as long takes about ten times as long; with a quadratic pattern it was a hundred times."""
    assert growth(masked, word * 20_000, word * 200_000) < 40
