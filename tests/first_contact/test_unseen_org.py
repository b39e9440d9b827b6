"""What made a run stop, or say the wrong thing, on an imitation of an org that was written from the evidence alone."""

from __future__ import annotations

from contextlib import nullcontext
from unittest.mock import Mock

import pytest
from playwright.sync_api import Page

from automation.errors import ElementNotFound, NotPermitted, RunbookError, UnexpectedPage
from flows.app.reveal import Reveal
from flows.pages.app_manager import AppManager
from flows.pages.base import Timeouts
from flows.pages.checkbox import Checkbox
from flows.pages.choice import Choice
from flows.pages.consumer_details import ConsumerDetails
from flows.pages.dual_list import DualList
from flows.pages.labels import Labels
from flows.pages.messages import Messages
from flows.pages.settings_tab import SettingsTab

pytestmark = pytest.mark.browser

SETUP = "https://acme--dev.sandbox.my.salesforce-setup.com"
SHORT = Timeouts(page=4, action=1)

SWITCH = """<span id=n>Enable OAuth</span><button role=switch aria-checked=false aria-labelledby=n onclick="this.ariaChecked =
this.ariaChecked !== 'true'"></button>"""


def test_a_switch_is_ticked_like_a_box(page: Page) -> None:
    page.set_content(SWITCH)
    box = Checkbox(page, Labels(), "create.enable_oauth", 1)
    assert (box.state(), box.enabled(), box.there()) == (False, True, True)
    box.make(True)
    assert box.state() is True


COMBOBOX = """<div id=place></div><script>
let drawn = 0;
const draw = () => {
  place.innerHTML = `<label for=b>Distribution State</label><button id=b role=combobox aria-expanded=false>None</button>
    <div role=listbox></div>`;
  b.onclick = () => {
    if (drawn++ === 0) return draw();
    b.ariaExpanded = b.ariaExpanded !== 'true';
    document.querySelector('[role=listbox]').innerHTML = b.ariaExpanded === 'true' ? '<div role=option>Local</div>' : '';
    document.querySelector('[role=option]')?.addEventListener('click', () => { b.textContent = 'Local' });
  };
}; draw()</script>"""


def test_a_list_that_closed_as_the_page_was_drawn_again_is_opened_again(page: Page) -> None:
    page.set_content(COMBOBOX)
    choice = Choice(page, Labels(), "create.distribution_state", 1)
    choice.choose("create.distribution_local")
    assert choice.value() == "Local"


HEAD = "<h1>External Client App Manager</h1><button>New External Client App</button>"


def manager(page: Page, rows: str) -> AppManager:
    page.route(f"{SETUP}/**", lambda route: route.fulfill(body=HEAD + rows, content_type="text/html"))
    opened = AppManager(page, Labels(), SHORT)
    opened.open(SETUP)
    return opened


NAMES = """<table><thead><tr><th scope=col><a href="javascript:void(0)" role=button>External Client App Name</a></th>
<th scope=col><a href="javascript:void(0)" role=button>Contact Email</a></th></tr></thead><tbody>{}</tbody></table>"""
BY_BUTTON = "<tr><th scope=row><button>{0}</button></th><td><button aria-haspopup=true>Show actions</button></td></tr>"
BY_LINK = "<tr><th scope=row><a href='/{0}'>{0}</a></th><td>a@acme.com</td></tr>"


@pytest.mark.parametrize("row", [BY_BUTTON, BY_LINK], ids=["button", "link"])
def test_apps_are_the_rows_of_the_list_and_not_its_head(row: str, page: Page) -> None:
    """Links of the head, which sort, would count as apps, so that the end of a long list was never read."""
    page.set_content(HEAD + NAMES.format(row.format("Other") + row.format("Sync")))
    apps = AppManager(page, Labels(), SHORT)
    assert apps.rows.all_inner_texts() == ["Other", "Sync"]
    found = apps.find("Sync")
    assert found is not None
    apps.open_app(found)


def test_a_list_of_an_unknown_kind_is_not_said_to_lack_its_heading(page: Page) -> None:
    with pytest.raises(UnexpectedPage, match="for the rows of the External Client App Manager") as caught:
        manager(page, "<p>2 items</p><ul><li><button>Sync</button></li><li><button>Other</button></li></ul>")
    assert "No heading" not in caught.value.message


SECTION = """<div role=tab aria-selected=true>Settings</div><button>Edit</button><button aria-expanded=true>OAuth Settings</button>
<label>Callback URL<textarea readonly>https://acme.com</textarea></label><button disabled>Disable OAuth</button>"""


@pytest.mark.parametrize(
    ("button", "error"),
    [("", NotPermitted), ("<button>Consumer Keys and Secrets</button>", ElementNotFound)],
    ids=["hidden", "renamed"],
)
def test_a_hidden_button_is_a_missing_right_and_a_renamed_one_a_label(button: str, error: type[RunbookError], page: Page) -> None:
    """Without the rights the button is not shown (update-2026-11-28 2.5)."""
    page.set_content(SECTION + button)
    with pytest.raises(error) as caught:
        SettingsTab(page, Labels(), SHORT).key_and_secret_button()
    assert ("log the user out and in again" in caught.value.next) is (error is NotPermitted)


REFUSING = (
    SECTION
    + """<button id=k>Consumer Key and Secret</button><script>k.onclick = () => document.body.insertAdjacentHTML("beforeend",
"<div role=alert>Insufficient Privileges</div>")</script>"""
)


def test_a_click_that_setup_refuses_is_a_missing_right(page: Page) -> None:
    page.set_content(REFUSING)
    reveal = Reveal(page, Labels(), SHORT)
    reveal.begin(Mock(nothing_recorded=nullcontext))
    with pytest.raises(NotPermitted, match="insufficient privileges"):
        reveal.open(lambda: None)


MENU = """<header><button aria-haspopup=menu>Setup</button></header><h1>External Client App Manager</h1>
<button aria-haspopup=true id=m>Show more actions</button><div role=menu hidden><a role=menuitem href="#new">{}</a></div>
<table><tr><th scope=row><a href="#">Other</a></th><td><button aria-haspopup=true>Show actions</button></td></tr></table>
<script>m.onclick = () => {{ m.nextElementSibling.hidden = !m.nextElementSibling.hidden }}</script>"""


def test_new_may_be_in_the_menu_of_a_narrow_header(page: Page) -> None:
    """Else it counts as a missing right."""
    page.set_content(MENU.format("New External Client App"))
    AppManager(page, Labels(), SHORT).require_new_button().click()
    assert page.url.endswith("#new")
    page.set_content(MENU.format("Printable View"))
    with pytest.raises(NotPermitted):
        AppManager(page, Labels(), SHORT).require_new_button()


def test_an_empty_list_in_unknown_words_is_a_list_also_where_actions_have_little_time(page: Page) -> None:
    page.route(f"{SETUP}/**", lambda route: route.fulfill(body=HEAD + "<p>No items to display.</p>", content_type="text/html"))
    apps = AppManager(page, Labels(), Timeouts(page=20, action=4))
    apps.open(SETUP)
    assert apps.find("Sync") is None


FORGETS = """<div role=group><ul role=listbox aria-label="Available OAuth Scopes"><li role=option>{0}</li></ul>
<button>Add</button><button>Remove</button><ul role=listbox aria-label="Selected OAuth Scopes"></ul></div><script>
let chosen, drawn = 0; const [from, to] = document.querySelectorAll('ul');
from.onclick = (click) => {{ chosen = click.target; if (!drawn++) {{ chosen = null; from.innerHTML += '' }} }};
document.querySelector('button').onclick = () => {{ if (chosen) to.append(chosen) }}</script>"""


def test_a_scope_whose_choice_was_forgotten_is_chosen_again(page: Page) -> None:
    """As by a page that is drawn again a moment after something else was typed."""
    api = "Manage user data via APIs (api)"
    page.set_content(FORGETS.format(api))
    scopes = DualList(page, Labels(), 1)
    scopes.add(api)
    assert scopes.chosen() == [api]


MASKED = """<tr><td>{0}</td><td><span>••••••••</span><button aria-label="Show {0}"
onclick="this.previousElementSibling.textContent = '{1}'">Show</button></td></tr>"""


def test_values_behind_a_show_button_are_shown(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.pages.consumer_details.COPY_AFTER", 0.1)
    pair = ["3MVG9" + "k" * 80, "5EC2E7" + "A0" * 29]
    rows = (MASKED.format(*row) for row in zip(("Consumer Key", "Consumer Secret"), pair, strict=True))
    page.set_content(f"<table>{''.join(rows)}</table>")
    assert [one.reveal() for one in ConsumerDetails(page, Labels(), SHORT).read()] == pair


@pytest.mark.parametrize("refers", ["aria-describedby", "aria-errormessage"])
def test_an_error_that_only_its_field_refers_to_is_read(refers: str, page: Page) -> None:
    """Else a refused Save is waited for until its time is over, and the org's words are lost."""
    words = "Enter a valid execution user for the OAuth client credentials flow."
    page.set_content(
        f"<label for=r><abbr>*</abbr>Run As (Username)</label><input id=r aria-invalid=true {refers}=e><div id=e>{words}</div>"
    )
    messages = Messages(page, Labels(), SHORT)
    assert not messages.quiet(messages.sign())
    assert messages.field_errors() == [f'"Run As (Username)": {words}']
