"""What counts as a difference of an app's settings: further callback URLs are kept as further scopes and flows are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.settings.app_spec import AppSpec
from flows.app.values import AppValues, extra_callbacks, field_differences
from flows.pages.labels import Labels

OURS, FIRST, SECOND = "https://acme.example/oauth", "https://one.example/a", "myapp://callback"
SPEC = AppSpec("Sync", "Sync", "ada@acme.example", OURS, "sync@acme.example")
VALUES = AppValues("Sync", "Sync", "ada@acme.example", "Local", OURS, (), True, True, True, None)


def _callbacks(there: str, **spec: Any) -> str | None:
    """What the field is set to, or None when it is left alone."""
    found = field_differences(replace(VALUES, callback_url=there), replace(SPEC, **spec), Labels())
    return found["callback_url"].after if "callback_url" in found else None


@pytest.mark.parametrize(
    ("there", "exact", "after"),
    [
        (OURS, False, None),
        (f"{FIRST}\n{OURS}\n{SECOND}", False, None),
        (f"  {FIRST}\r\n\n {OURS} ", False, None),
        (f"{FIRST}\n{SECOND}", False, f"{FIRST}\n{SECOND}\n{OURS}"),
        ("", False, OURS),
        (f"{FIRST}\n{OURS}\n{SECOND}", True, OURS),
        (FIRST, True, OURS),
        (OURS, True, None),
        (f"{OURS}/", False, f"{OURS}/\n{OURS}"),
    ],
)
def test_the_callback_url_is_added_and_others_go_only_with_exact(there: str, exact: bool, after: str | None) -> None:
    assert _callbacks(there, exact=exact) == after


def test_several_wanted_callbacks_may_be_there_in_any_order() -> None:
    assert _callbacks(f"{SECOND}\n{OURS}", callback_url=f"{OURS}\n{SECOND}", exact=True) is None


def test_callbacks_beyond_are_named() -> None:
    assert extra_callbacks(replace(VALUES, callback_url=f"{FIRST}\n{OURS}\n{SECOND}"), SPEC) == [FIRST, SECOND]


@settings(max_examples=60)
@given(st.lists(st.sampled_from([OURS, FIRST, SECOND, "https://two.example"]), unique=True))
def test_no_callback_is_lost_without_exact(there: list[str]) -> None:
    after = (_callbacks("\n".join(there)) or "\n".join(there)).splitlines()
    assert set(after) == {*there, OURS}
    assert after[: len(there)] == there


@pytest.mark.parametrize(
    ("shown", "wanted", "after"),
    [("Local", "Local", None), ("Packaged", "Local", "Local"), ("Local", "Packaged", "Packaged"), (None, "Local", None)],
)
def test_a_distribution_state_that_differs_is_a_difference_like_others(shown: str | None, wanted: str, after: str | None) -> None:
    found = field_differences(replace(VALUES, distribution_state=shown), replace(SPEC, distribution_state=wanted), Labels())
    assert [one.after for one in found.values()] == ([after] if after else [])
