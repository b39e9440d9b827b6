"""What is read out of an aria snapshot: only what it shows without doubt."""

from __future__ import annotations

from typing import Final

import pytest

from flows.pages.labels import Labels
from flows.pages.snapshot import Snapshot

TEXT: Final = """- tabpanel "Settings":
  - button "Save"
  - text: "*External Client App Name"
  - textbox "*External Client App Name": Board Sync
  - textbox "*Contact Email":
    - /placeholder: Enter an email address...
    - text: admin@acme.example
  - 'textbox "Callback URL"': "https://a.example/x: \\"1\\""
  - textbox "API Name"
  - combobox "IP Relaxation - Current Selection: Enforce": Enforce IP restrictions
  - combobox "Distribution State":
    - option "Local" [selected]
    - option "Packaged"
  - listbox "Available OAuth Scopes":
    - option "Full access (full)"
  - listbox "Selected OAuth Scopes":
    - option "Manage user data via APIs (api)" [selected]
    - option "Access the identity URL service (id, profile)"
  - checkbox "Enable OAuth" [checked]
  - checkbox "Enable Device Flow" [checked=mixed]
  - 'checkbox "Require Proof Key for Code Exchange (PKCE) extension for Supported Authorization Flows" [checked] [disabled]'
  - paragraph: To change this required setting, contact Support.
  - checkbox "Enable Client Credentials Flow"
  - textbox "API 参照名": 別
  - textbox "API Name": mine"""


@pytest.fixture
def snapshot() -> Snapshot:
    return Snapshot(TEXT)


@pytest.mark.parametrize(
    ("key", "role", "value"),
    [
        ("create.name", "textbox", "Board Sync"),
        ("create.contact_email", "textbox", "admin@acme.example"),
        ("create.callback_url", "textbox", 'https://a.example/x: "1"'),
        ("policies.ip_relaxation", "combobox", "Enforce IP restrictions"),
        ("create.distribution_state", "combobox", "Local"),
    ],
)
def test_values_are_read_in_all_their_forms(snapshot: Snapshot, key: str, role: str, value: str) -> None:
    assert [node.value for node in snapshot.named(Labels(), key, role)] == [value]


def test_a_field_without_a_text_has_no_clear_value_and_the_users_language_comes_first(snapshot: Snapshot) -> None:
    assert [node.value for node in snapshot.named(Labels(), "create.api_name", "textbox")] == [None, "mine"]
    assert [node.value for node in snapshot.named(Labels("ja"), "create.api_name", "textbox")] == ["別"]


@pytest.mark.parametrize(
    ("key", "ticked", "enabled"),
    [
        ("create.enable_oauth", True, True),
        ("create.device", None, True),
        ("create.pkce", True, False),
        ("create.client_credentials", False, True),
    ],
)
def test_boxes_have_a_state(snapshot: Snapshot, key: str, ticked: bool | None, enabled: bool) -> None:
    assert [(node.ticked, node.enabled) for node in snapshot.named(Labels(), key, "checkbox")] == [(ticked, enabled)]


def test_what_follows_a_box_belongs_to_it_and_to_no_other(snapshot: Snapshot) -> None:
    def locked(key: str) -> bool:
        (box,) = snapshot.named(Labels(), key, "checkbox")
        return "contact Support" in snapshot.until_next(box)

    assert (locked("create.pkce"), locked("create.device"), locked("create.client_credentials")) == (True, False, False)


def test_the_options_of_a_list_are_its_own(snapshot: Snapshot) -> None:
    chosen = ["Manage user data via APIs (api)", "Access the identity URL service (id, profile)"]
    assert snapshot.options(Labels(), "create.scopes_selected") == chosen
    assert Snapshot('- listbox "Selected"\n- listbox "Selected"').options(Labels(), "create.scopes_selected") is None


def test_a_label_that_is_nowhere_is_not_mentioned(snapshot: Snapshot) -> None:
    assert snapshot.mentions(Labels(), "create.name")
    assert not snapshot.mentions(Labels(), "policies.run_as")


def test_a_label_of_several_elements_is_mentioned() -> None:
    """As where a mark of its own is around a part of it."""
    split = Snapshot('- term:\n  - text: Run\n  - strong: As\n  - text: "(Username)"\n- definition: admin@acme.example')
    assert split.mentions(Labels(), "policies.run_as")
    assert not split.mentions(Labels(), "policies.ip_relaxation")
