"""The list, the shell around the pages, languages, toasts, and the faults that only a page can show."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.replica.bundle.hand import MANAGER, Hand, Pages, make_app

pytestmark = pytest.mark.browser


def saved(hand: Hand) -> None:
    hand.detail()
    hand.button("Edit").click()
    hand.button("Save").first.click()


def test_the_list_is_the_documented_one(pages: Pages) -> None:
    """Status line, columns, row header as a link, row menu with two entries."""
    hand = pages()
    make_app(hand.org)
    hand.open()
    expect(hand.main.get_by_text("1 items · Sorted by None")).to_be_visible()
    row = hand.main.get_by_role("row").filter(has=hand.page.get_by_role("rowheader", name="My Community", exact=True))
    cells = [row.get_by_role("gridcell", name=text, exact=True) for text in ("ada@acme.example", "Local", "Enabled")]
    for cell in cells:
        expect(cell).to_be_visible()
    row.get_by_role("button", name="Show actions").click()
    expect(hand.page.get_by_role("menuitem")).to_have_text(["Edit Settings", "Edit Policies"])
    hand.page.get_by_role("menuitem", name="Edit Settings").click()
    expect(hand.tab("Settings")).to_have_attribute("aria-selected", "true")
    expect(hand.button("Save").first).to_be_visible()


def test_an_empty_list_says_so(pages: Pages) -> None:
    hand = pages()
    hand.open()
    expect(hand.main.get_by_text("Nothing to show yet")).to_be_visible()


def test_a_name_in_the_list_opens_the_app(pages: Pages) -> None:
    hand = pages()
    made = make_app(hand.org)
    hand.open()
    hand.main.get_by_role("link", name="My Community", exact=True).click()
    expect(hand.tab("Policies")).to_be_visible()
    expect(hand.page).to_have_url(re.compile(rf"{MANAGER}/{made}/detail$"))
    hand.page.go_back()
    expect(hand.main.get_by_role("link", name="My Community", exact=True)).to_be_visible()


@pytest.mark.parametrize("paging", ["all", "infinite", "virtual"])
def test_long_lists_come_at_once_in_parts_or_in_a_window(pages: Pages, paging: str) -> None:
    """What a real org does with hundreds of apps is unknown: the last app is reached by scrolling in all three."""
    hand = pages(list_size=150, list_paging=paging)
    if paging == "infinite":  # a page whose styles come late asks for the second part at once
        hand.org.fault("delay", kind="aura", action="listApps", k=2, seconds=1.0)
    make_app(hand.org, label="Zz Last", developerName="Zz_Last")
    hand.open()
    expect(hand.main.get_by_text("151 items · Sorted by None")).to_be_visible()
    rows = hand.main.get_by_role("rowheader")
    last = hand.main.get_by_role("rowheader", name="Zz Last", exact=True)
    expect(rows.nth(20)).to_be_attached()
    assert (last.count() == 1) == (paging == "all")
    scroll_to(hand, last)
    if paging == "virtual":
        assert rows.count() < 60


@pytest.mark.parametrize("rows", [31, 34])
def test_a_window_of_rows_reaches_the_end_of_a_list_little_longer_than_it(pages: Pages, rows: int) -> None:
    """It moves by some rows at a time, and at either end by as many as are left."""
    hand = pages(list_size=rows - 1, list_paging="virtual")
    make_app(hand.org, label="Zz Last", developerName="Zz_Last")
    hand.open()
    scroll_to(hand, hand.main.get_by_role("rowheader", name="Zz Last", exact=True))


def scroll_to(hand: Hand, row: Locator) -> None:
    """Turn the wheel over the list until the row is drawn, at most as far as any list here is long."""
    hand.main.get_by_role("link").first.hover()
    for _ in range(60):
        if row.count():
            break
        hand.page.mouse.wheel(0, 1000)
        hand.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(row).to_be_attached()


@pytest.mark.parametrize(("paging", "button"), [("pages", "Next"), ("more", "Load More")])
def test_long_lists_come_by_a_button(pages: Pages, paging: str, button: str) -> None:
    """Where nobody scrolls: a page after the other, or more of the same page."""
    hand = pages(list_size=120, list_paging=paging)
    hand.open()
    rows = hand.main.get_by_role("rowheader")
    expect(rows).to_have_count(50)
    hand.main.get_by_role("button", name=button, exact=True).click()
    expect(rows).to_have_count(50 if paging == "pages" else 100)
    hand.main.get_by_role("button", name=button, exact=True).click()
    expect(rows).to_have_count(20 if paging == "pages" else 120)
    expect(hand.main.get_by_role("button", name=button, exact=True)).to_have_count(1 if paging == "pages" else 0)
    if paging == "pages":
        expect(hand.main.get_by_role("button", name=button, exact=True)).to_be_disabled()
        hand.main.get_by_role("button", name="Previous", exact=True).click()
        expect(rows).to_have_count(50)


@pytest.mark.parametrize(("variants", "path"), [({}, "/home"), ({"url_after_new": "new"}, "/new")])
def test_the_address_after_new(pages: Pages, variants: dict[str, Any], path: str) -> None:
    hand = pages(**variants)
    hand.new()
    expect(hand.page).to_have_url(re.compile(rf"{MANAGER}{path}$"))


def test_without_the_permission_there_is_no_new_button(pages: Pages) -> None:
    hand = pages(new_button=False)
    hand.open()
    expect(hand.button("Help for this Page")).to_be_visible()
    expect(hand.button("New External Client App")).to_have_count(0)


@pytest.mark.parametrize(("tree", "shown"), [("expanded", 1), ("collapsed", 0)])
def test_the_setup_tree_and_quick_find(pages: Pages, tree: str, shown: int) -> None:
    hand = pages(tree=tree)
    hand.open()
    entry = hand.page.get_by_role("navigation").get_by_role("link", name="External Client App Manager")
    expect(hand.page.get_by_role("treeitem", name="Apps", exact=True)).to_be_visible()
    expect(entry).to_have_count(shown)
    hand.page.get_by_placeholder("Quick Find").fill("external client app m")
    expect(entry).to_be_visible()
    hand.page.get_by_placeholder("Quick Find").fill("no such entry")
    expect(hand.page.get_by_text("Try using Global Search.")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "heading", "new"),
    [("ja", "外部クライアントアプリケーションマネージャー", "新規外部クライアントアプリケーション"),
     ("es", "Gestor de aplicaciones cliente externas", "Nueva aplicación cliente externa")],
)  # fmt: skip
def test_the_pages_speak_the_users_language(pages: Pages, language: str, heading: str, new: str) -> None:
    hand = pages(language=language)
    hand.open()
    expect(hand.main.get_by_role("heading", name=heading, level=1)).to_be_visible()
    expect(hand.button(new)).to_be_visible()
    expect(hand.page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize(("kind", "selector"), [("lightning", "lightning-toast"), ("aura", ".forceToastMessage"), ("none", "")])
def test_toasts_after_save(pages: Pages, kind: str, selector: str) -> None:
    hand = pages(toast=kind)
    saved(hand)
    if kind == "none":
        expect(hand.button("Edit")).to_be_visible()
        expect(hand.page.get_by_role("alert")).to_have_count(0)
    else:
        expect(hand.page.locator(selector).get_by_text("was saved")).to_be_visible()


def test_run_as_may_be_a_lookup_with_suggestions(pages: Pages) -> None:
    hand = pages(run_as_widget="lookup")
    made = hand.detail()
    hand.edit_policies()
    hand.tick().press("Space")
    hand.choice("Run As (Username)").press_sequentially(hand.org.run_as[:6])
    hand.page.get_by_role("option").filter(has_text=hand.org.run_as).click()
    hand.button("Save").first.click()
    expect(hand.button("Edit")).to_be_visible()
    assert hand.org.app(made).doc["policies"]["runAs"] == hand.org.run_as


@pytest.mark.parametrize("asks", [True, False])
def test_cancel_asks_about_unsaved_changes_or_not(pages: Pages, asks: bool) -> None:
    hand = pages(cancel_confirms=asks, save_buttons="footer")
    hand.detail()
    hand.edit_policies()
    hand.tick().press("Space")
    hand.button("Cancel").click()
    if asks:
        hand.page.get_by_role("button", name="OK", exact=True).click()
    expect(hand.button("Edit")).to_be_visible()
    expect(hand.tick()).not_to_be_checked()


@pytest.mark.parametrize("panels", ["keep", "drop"])
def test_a_left_tabs_content_stays_hidden_or_goes(pages: Pages, panels: str) -> None:
    hand = pages(inactive_panels=panels)
    hand.detail()
    hand.tab("Settings").click()
    expect(hand.button("Basic Information")).to_be_visible()
    expect(hand.main.get_by_text("App Policies", exact=True)).to_have_count(1 if panels == "keep" else 0)
    expect(hand.button("Edit")).to_have_count(1)


def test_small_variants_of_the_form(pages: Pages) -> None:
    hand = pages(distribution_default="empty", email_prefilled=True, trial_banner=True)
    hand.new()
    expect(hand.choice("Distribution State")).to_have_text("Select an Option")
    expect(hand.box("Contact Email")).to_have_value(hand.org.admin.email)
    expect(hand.page.get_by_text("Days left in trial")).to_be_visible()


def test_quick_settings_covers_setup_until_it_is_closed(pages: Pages) -> None:
    hand = pages(quick_settings=True)
    hand.open()
    panel = hand.page.get_by_role("dialog", name="Quick Settings")
    expect(panel.get_by_role("button", name="Open Advanced Setup")).to_be_visible()
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_have_count(0)


def test_policies_may_open_on_edit(pages: Pages) -> None:
    hand = pages(policies_open_on_edit=True)
    hand.detail()
    hand.button("Edit").click()
    expect(hand.tick()).to_be_visible()


def test_a_lost_session_leads_to_the_login_page(pages: Pages) -> None:
    hand = pages()
    hand.detail()
    hand.button("Edit").click()
    hand.org.expire_sessions()
    hand.button("Save").first.click()
    expect(hand.page.locator("#username")).to_be_visible()


def test_a_page_that_can_not_be_loaded_says_so(pages: Pages) -> None:
    hand = pages()
    made = make_app(hand.org)
    hand.org.fault(preset="load_error")
    hand.open(f"/{made}/detail")
    expect(hand.main.get_by_role("alert")).to_contain_text("We couldn't load the external client app.")
    expect(hand.tab("Policies")).to_have_count(0)


def test_a_broken_answer_is_an_error_box_and_the_form_stays(pages: Pages) -> None:
    hand = pages()
    hand.new()
    hand.fill_form()
    hand.org.fault(preset="create_500")
    hand.button("Create").click()
    expect(hand.main.get_by_role("alert").filter(has_text="Sorry to interrupt.")).to_be_visible()
    expect(hand.box("External Client App Name")).to_have_value("My Community")


def test_page_faults(pages: Pages) -> None:
    """A spinner that never ends, an error toast after a good save, and elements that are replaced."""
    hand = pages()
    hand.org.fault(preset="rerender")
    hand.org.fault(preset="error_after_save")
    saved(hand)
    expect(hand.page.locator("lightning-toast").get_by_text("Something went wrong.")).to_be_visible()
    hand.org.fault(preset="endless_spinner")
    hand.button("Edit").click()
    hand.button("Save").first.click()
    expect(hand.page.locator("lightning-spinner").first).to_be_visible()
    assert len(hand.org.events("savePolicies")) == 2


def test_a_blocked_new_tab_leaves_only_a_hint(pages: Pages) -> None:
    hand = pages(popup_blocked=True)
    hand.detail()
    hand.tab("Settings").click()
    hand.expand("OAuth Settings")
    hand.button("Consumer Key and Secret").click()
    expect(hand.main.get_by_role("alert")).to_have_text("Your browser blocked the new tab.")
    assert len(hand.page.context.pages) == 1
