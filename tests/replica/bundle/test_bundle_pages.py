"""The Setup pages behave as the evidence says, and every page variant changes just what it names.

Evidence: setup-ui sections 2 to 7 and 14; variants: automation/replica/variants.py.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Dialog, expect

from tests.replica.bundle.hand import API_SECTION, MANAGER, Pages, make_app

pytestmark = pytest.mark.browser

PKCE = "Require Proof Key for Code Exchange (PKCE) extension for Supported Authorization Flows"
SUPPORT = "To change this required setting, contact Support."
WARNING = "Anyone with the consumer key and consumer secret can access your org on behalf of the selected user."


@pytest.mark.parametrize("follows", ["blur", "input"])
def test_the_api_name_follows_the_name_until_it_is_typed_into(pages: Pages, follows: str) -> None:
    """On blur or while typing (guess); spaces become underscores (evidence)."""
    hand = pages(api_name_follows=follows)
    hand.new()
    hand.box("External Client App Name").fill("My Community")
    expect(hand.box("API Name")).to_have_value("My_Community" if follows == "input" else "")
    hand.page.keyboard.press("Tab")
    expect(hand.box("API Name")).to_have_value("My_Community")
    hand.box("API Name").fill("Mine")
    hand.box("External Client App Name").fill("Another")
    hand.page.keyboard.press("Tab")
    expect(hand.box("API Name")).to_have_value("Mine")


def test_creating_opens_the_apps_page_on_policies(pages: Pages) -> None:
    """After Create the detail page opens, its Policies tab first and read-only."""
    hand = pages()
    hand.new()
    hand.fill_form()
    hand.button("Create").click()

    expect(hand.tab("Policies")).to_have_attribute("aria-selected", "true")
    expect(hand.main.get_by_role("heading", level=1)).to_have_text("My Community")
    expect(hand.page).to_have_url(re.compile(rf"{MANAGER}/0xI\w{{12}}/detail$"))
    expect(hand.button("Save")).to_have_count(0)


def test_what_is_missing_is_said_at_the_field_and_nothing_is_sent(pages: Pages) -> None:
    hand = pages()
    hand.new()
    hand.button("Create").click()

    expect(hand.main.get_by_text("Complete this field.").first).to_be_visible()
    expect(hand.main.get_by_role("alert").filter(has_text="Review the errors on this page.")).to_be_visible()
    assert hand.org.events("createApp") == []


def test_what_the_server_refuses_is_said_at_its_field(pages: Pages) -> None:
    hand = pages()
    make_app(hand.org)
    hand.new()
    hand.fill_form()
    hand.button("Create").click()

    expect(hand.main.get_by_text("This API Name already exists").first).to_be_visible()
    expect(hand.main.get_by_role("alert").first).to_be_visible()
    hand.box("API Name").fill("Another")
    hand.button("Create").click()
    expect(hand.tab("Policies")).to_be_visible()


@pytest.mark.parametrize(
    ("sections", "opened"), [("default", ["true", "false"]), ("open", ["true"] * 2), ("collapsed", ["false"] * 2)]
)
def test_sections_start_as_the_variant_says(pages: Pages, sections: str, opened: list[str]) -> None:
    """Basic Information open, the OAuth section collapsed (evidence); all open or all closed (guess)."""
    hand = pages(sections=sections)
    hand.open()
    hand.button("New External Client App").click()
    for name, state in zip(["Basic Information", API_SECTION], opened, strict=True):
        expect(hand.button(name)).to_have_attribute("aria-expanded", state)


@pytest.mark.parametrize(
    ("variants", "state"),
    [({}, "locked"), ({"pkce": "editable"}, "free"), ({"pkce": "absent"}, "absent"), ({"look": "winter26"}, "free"),
     ({"look": "winter26", "pkce": "locked"}, "locked")],
)  # fmt: skip
def test_pkce_is_locked_free_or_absent(pages: Pages, variants: dict[str, Any], state: str) -> None:
    """Since 2026 checked, grey, with the sentence about Support; before, and in some orgs, free."""
    hand = pages(**variants)
    hand.new()
    hand.fill_form()
    if state == "absent":
        expect(hand.tick(PKCE)).to_have_count(0)
        return
    expect(hand.tick(PKCE)).to_be_checked()
    expect(hand.tick(PKCE)).to_be_enabled(enabled=state == "free")
    expect(hand.main.get_by_text(SUPPORT)).to_have_count(
        (3 if not variants else 1) if state == "locked" else (2 if "pkce" in variants else 0)
    )


def test_run_as_appears_only_after_the_tick(pages: Pages) -> None:
    hand = pages()
    hand.detail()
    hand.edit_policies()
    expect(hand.box("Run As (Username)")).to_have_count(0)
    hand.tick().press("Space")
    expect(hand.box("Run As (Username)")).to_be_visible()


def test_the_tick_stays_grey_until_the_flow_has_propagated(pages: Pages) -> None:
    hand = pages(flow_propagation_seconds=600)
    hand.detail()
    hand.edit_policies()
    expect(hand.tick()).to_be_disabled()


def test_without_a_flow_policies_say_so(pages: Pages) -> None:
    """The sentence has a curly apostrophe (LUSI)."""
    hand = pages()
    hand.detail(flow=False)
    hand.expand("OAuth Policies")
    expect(
        hand.main.get_by_text("When you enable flows in this external client app’s settings, they show up here.")
    ).to_be_visible()
    expect(hand.tick()).to_have_count(0)


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("kind", ["native", "modal"])
@pytest.mark.parametrize("place", ["create", "policies"])
def test_the_tick_asks_first(pages: Pages, kind: str, place: str, accepted: bool) -> None:
    """OK ticks, Cancel leaves it unticked; the sentence is the evidence's."""
    hand = pages(cc_confirm=kind, cc_confirm_at=place)
    seen: list[str] = []

    def answer(dialog: Dialog) -> None:
        seen.append(dialog.message)
        dialog.accept() if accepted else dialog.dismiss()

    hand.page.once("dialog", answer) if kind == "native" else None
    if place == "create":
        hand.new()
        hand.fill_form()
    else:
        hand.detail()
        hand.edit_policies()
    hand.tick().press("Space")
    if kind == "modal":
        expect(hand.page.get_by_text(WARNING)).to_be_visible()
        hand.page.get_by_role("button", name="OK" if accepted else "Cancel", exact=True).last.click()
        expect(hand.page.get_by_text(WARNING)).to_have_count(0)
    expect(hand.tick()).to_be_checked(checked=accepted)
    assert seen == ([WARNING] if kind == "native" else [])


@pytest.mark.parametrize(("buttons", "saves", "cancels"), [("top", 1, 0), ("footer", 1, 1), ("both", 2, 1)])
def test_edit_mode_has_the_save_buttons_of_the_variant(pages: Pages, buttons: str, saves: int, cancels: int) -> None:
    hand = pages(save_buttons=buttons)
    hand.detail()
    hand.button("Edit").click()
    expect(hand.button("Save")).to_have_count(saves)
    expect(hand.button("Cancel")).to_have_count(cancels)
    hand.button("Save").last.click()
    expect(hand.button("Edit")).to_be_visible()


def test_saved_policies_reach_the_org(pages: Pages) -> None:
    hand = pages()
    made = hand.detail()
    hand.edit_policies()
    hand.tick().press("Space")
    hand.box("Run As (Username)").fill("nobody@nowhere.example")
    hand.choice("IP Relaxation").click()
    hand.page.get_by_role("option", name="Relax IP restrictions", exact=True).click()
    hand.button("Save").first.click()
    expect(hand.main.get_by_role("alert").first).to_be_visible()
    expect(hand.main.get_by_text("Enter a valid execution user").first).to_be_visible()
    hand.box("Run As (Username)").fill(hand.org.run_as)
    hand.button("Save").first.click()
    expect(hand.button("Edit")).to_be_visible()

    policies = hand.org.app(made).doc["policies"]
    assert (policies["clientCredentialsEnabled"], policies["runAs"], policies["ipRelaxation"]) == (True, hand.org.run_as, "Bypass")


def test_settings_are_edited_in_place(pages: Pages) -> None:
    hand = pages()
    made = hand.detail()
    hand.tab("Settings").click()
    hand.main.get_by_role("button", name="Edit", exact=True).click()
    hand.box("Contact Email").fill("new@acme.example")
    hand.expand("OAuth Settings")
    hand.box("Callback URL").fill("https://new.example/cb")
    hand.button("Save").first.click()
    expect(hand.button("Edit")).to_be_visible()

    doc = hand.org.app(made).doc
    assert (doc["contactEmail"], doc["oauth"]["callbackUrl"]) == ("new@acme.example", "https://new.example/cb")


@pytest.mark.parametrize("mode", ["readonly_text", "disabled", "output"])
def test_read_only_fields_look_as_the_variant_says(pages: Pages, mode: str) -> None:
    """Text boxes bare and read-only, the rest grey (screenshots); all grey, or terms and definitions (guesses)."""
    hand = pages(view_mode=mode)
    hand.detail()
    hand.tab("Settings").click()
    if mode == "output":
        expect(hand.main.get_by_role("term").filter(has_text="API Name").first).to_be_visible()
        expect(hand.box("API Name")).to_have_count(0)
        return
    expect(hand.box("API Name")).to_have_value("My_Community")
    expect(hand.box("API Name")).to_be_editable(editable=False)
    expect(hand.box("API Name")).to_be_enabled(enabled=mode == "readonly_text")
    expect(hand.choice("Distribution State")).to_be_disabled()


@pytest.mark.parametrize("how", ["window_open", "link", "same_tab"])
def test_consumer_key_and_secret_opens_on_my_domain(pages: Pages, how: str) -> None:
    hand = pages(reveal=how)
    hand.detail()
    hand.tab("Settings").click()
    hand.expand("OAuth Settings")
    opener = hand.main.get_by_role("link" if how == "link" else "button", name="Consumer Key and Secret")
    if how == "same_tab":
        opener.click()
        page = hand.page
    else:
        with hand.page.expect_popup() as popup:
            opener.click()
        page = popup.value
    expect(page).to_have_url(re.compile(r"^https://[^/]+\.my\.salesforce\.com/"))


def test_the_lightning_consumer_page_shows_the_pair(pages: Pages) -> None:
    """A guess for Winter '27; by default the page is classic."""
    hand = pages(consumer_page="lightning", verification="not_asked", reveal="same_tab")
    made = hand.detail()
    hand.tab("Settings").click()
    hand.expand("OAuth Settings")
    hand.button("Consumer Key and Secret").click()
    expect(hand.main.get_by_role("heading", name="Consumer Details")).to_be_visible()
    expect(hand.main.get_by_text(hand.org.app(made).secret, exact=True)).to_be_visible()
