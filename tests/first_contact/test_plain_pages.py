"""Controls that are built otherwise than Lightning's are understood too: nobody published the source of these pages."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from automation.app_spec import AppSpec
from flows.app_policies import AppPolicies
from flows.pages.app_manager import AppManager
from flows.pages.base import Timeouts
from flows.pages.create_form import CreateForm
from flows.pages.dual_list import DualList
from flows.pages.labels import Labels
from flows.pages.run_as import RunAsField
from flows.pages.sections import open_section
from flows.pages.settings_tab import SettingsTab

pytestmark = pytest.mark.browser

SECONDS = 2.0
API = "Manage user data via APIs (api)"
FLIP = """<div id=inside hidden>it</div><script>document.querySelector('button').onclick = (click) => {
const open = inside.hidden; click.currentTarget.ariaExpanded = open; inside.hidden = !open }</script>"""

SECTIONS = {
    "titled button": f"<h3><button aria-expanded=false>OAuth Settings</button></h3>{FLIP}",
    "chevron only": f"<h3><button aria-expanded=false title='Toggle OAuth Settings'></button>OAuth Settings</h3>{FLIP}",
    "details": "<details><summary>OAuth Settings</summary><div id=inside>it</div></details>",
}


@pytest.mark.parametrize("kind", SECTIONS)
def test_a_closed_section_is_opened_once_whatever_opens_it(kind: str, page: Page) -> None:
    page.set_content(SECTIONS[kind])
    for _ in range(2):
        assert open_section(page, Labels(), "detail.oauth_section", SECONDS)
        assert page.locator("#inside").is_visible()


def test_the_form_is_there_although_its_sections_are_of_an_unknown_kind(page: Page) -> None:
    page.set_content("<div>Basic Information</div><footer><button>Cancel</button><button>Create</button></footer>")
    CreateForm(page, Labels(), Timeouts(page=SECONDS)).wait()


BUTTONS = {
    "documented name": ["Move selection to Selected OAuth Scopes", "Move selection to Available OAuth Scopes"],
    "unknown name": ["Shift over", "Shift back"],
    "signs": ["▶", "◀"],
    "with an order": ["Right", "Left", "Up", "Down"],
}
LISTS = """<button>Add</button><div><p>*OAuth Scopes <button>Help</button></p><div>
<span id=a>Available OAuth Scopes</span><ul role=listbox aria-labelledby=a>
<li role=option>{api}</li></ul>
{buttons}<span id=s>Selected OAuth Scopes</span><ul role=listbox aria-labelledby=s></ul></div></div>
<script>const [from, to] = document.querySelectorAll('ul');
document.querySelectorAll('.move')[0].onclick = () => to.append(from.querySelector('li'));
document.querySelectorAll('.move')[1].onclick = () => from.append(to.querySelector('li'));</script>"""


@pytest.mark.parametrize("names", BUTTONS)
def test_scopes_are_moved_by_buttons_of_any_name(names: str, page: Page) -> None:
    buttons = "".join(f"<button class=move>{name}</button>" for name in BUTTONS[names])
    page.set_content(LISTS.format(api=API, buttons=buttons))
    scopes = DualList(page, Labels(), SECONDS)
    scopes.add(API)
    assert scopes.chosen() == [API]
    scopes.remove(API)
    assert scopes.chosen() == []


LOOKUP = """<label for=r>Run As (Username)</label><input id=r role=combobox aria-expanded=false>
<div id=l role=listbox></div><script>
let taken = ''; const names = ['int@acme.com.dev2', 'int@acme.com.dev'];
r.oninput = () => { taken = ''; l.replaceChildren(...names.map(n => { const o = document.createElement('div'); o.role = 'option';
  o.textContent = 'Integration User ' + n; o.onmousedown = () => { taken = r.value = n; l.replaceChildren() }; return o })) };
r.onblur = () => { r.value = taken; l.replaceChildren() }</script>"""


def test_run_as_is_set_in_a_box_that_keeps_only_what_was_suggested(page: Page) -> None:
    page.set_content(LOOKUP)
    run_as = RunAsField(page, Labels(), "policies.run_as", SECONDS)
    run_as.set("int@acme.com.dev")
    assert run_as.value() == "int@acme.com.dev"


def _spec(**changes: Any) -> AppSpec:
    values: dict[str, Any] = {
        "name": "Sync",
        "api_name": "Sync",
        "contact_email": "a@acme.com",
        "callback_url": "https://acme.com/oauth",
        "run_as": "int@acme.com.dev",
    }
    return AppSpec(**{**values, **changes})


EDITABLE = """<ul role=tablist><li role=tab aria-selected=true>Policies</li></ul>
<div role=tabpanel><button onclick="edit()">Edit</button><button aria-expanded=true>OAuth Policies</button>
<div>Enable Client Credentials Flow <img alt=Checked src="data:,"></div>
<div><span>Run As (Username)</span><span>int@acme.com.dev</span></div>
<div><span>IP Relaxation</span><span>Relax IP restrictions</span></div></div>
<script>function edit() { document.querySelector('[role=tabpanel]').innerHTML = `<button>Save</button><button>Cancel</button>
<label><input type=checkbox checked>Enable Client Credentials Flow</label>
<label>Run As (Username)<input value="int@acme.com.dev"></label>
<label>IP Relaxation<select><option>Relax IP restrictions</select></label>` }</script>"""


def test_a_tick_that_view_mode_shows_as_a_picture_is_read_in_edit_mode(page: Page) -> None:
    page.set_content(EDITABLE)
    assert AppPolicies(page, Labels(), Timeouts(SECONDS, SECONDS, SECONDS)).differences(_spec()) == {}


def test_a_user_that_comes_up_after_the_tick_in_edit_mode_is_waited_for(page: Page) -> None:
    field = '<label>Run As (Username)<input value="int@acme.com.dev"></label>'
    late = f"; setTimeout(() => later.innerHTML = `{field}`, 600)"
    page.set_content(EDITABLE.replace(field, "<div id=later></div>").replace("</label>` }", f"</label>`{late} }}"))
    assert AppPolicies(page, Labels(), Timeouts(SECONDS, SECONDS, SECONDS)).differences(_spec()) == {}


def test_the_button_to_key_and_secret_may_say_that_it_opens_a_tab(page: Page) -> None:
    page.set_content(
        "<button aria-expanded=true>OAuth Settings</button><a href='#'>Consumer Key and Secret<i>Opens in a new tab</i></a>"
    )
    tab = SettingsTab(page, Labels(), Timeouts(SECONDS, SECONDS, SECONDS))
    tab.open_oauth_section()
    assert tab.key_and_secret_button().is_visible()


ROWS = """<h1><span>SETUP</span><span>External Client App Manager</span></h1><button>New External Client App</button>
<p>0 items</p><script>setTimeout(() => document.body.insertAdjacentHTML('beforeend',
  '<table><tr><th scope=row><a href="#">Sync</a></th></tr></table>'), 800)</script>"""


def test_a_list_that_says_nothing_is_there_before_it_has_its_rows_is_waited_for(page: Page) -> None:
    page.route("https://setup.example/**", lambda route: route.fulfill(body=ROWS, content_type="text/html"))
    manager = AppManager(page, Labels(), Timeouts(page=15))
    manager.open("https://setup.example")
    assert manager.find("Sync") == 1
