"""Controls that are built otherwise than Lightning's are understood too: nobody published the source of these pages."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page

from automation.errors import UnexpectedPage
from automation.settings.app_spec import AppSpec
from flows.app.policies import AppPolicies
from flows.app.save import tick_with_confirmation
from flows.pages.app_manager import AppManager
from flows.pages.app_page import AppPage
from flows.pages.base import Timeouts
from flows.pages.checkbox import Checkbox
from flows.pages.confirmation import Confirmation
from flows.pages.create_form import CreateForm
from flows.pages.dual_list import DualList
from flows.pages.fields import TextField
from flows.pages.labels import Labels
from flows.pages.policies_tab import RunAsField
from flows.pages.sections import open_section
from flows.pages.settings_tab import SettingsTab

pytestmark = pytest.mark.browser

SECONDS = 2.0
API = "Manage user data via APIs (api)"
TELLING = "click.currentTarget.ariaExpanded = open;"


def flip(opener: str, telling: str = TELLING) -> str:
    """A closed section, and the script by which a click on ``opener`` opens or closes it."""
    return f"""<div id=inside hidden>it</div><script>document.querySelector('{opener}').onclick = (click) => {{
    const open = inside.hidden; {telling} inside.hidden = !open }}</script>"""


SECTIONS = {
    "titled button": f"<h3><button aria-expanded=false>OAuth Settings</button></h3>{flip('button')}",
    "chevron only": f"<h3><button aria-expanded=false title='Toggle OAuth Settings'></button>OAuth Settings</h3>{flip('button')}",
    "chevron without a state": f"<h3><button title='Toggle OAuth Settings'></button>OAuth Settings</h3>{flip('button', '')}",
    "chevron without a state, of a general name": f"<p><button title=Expand></button><b>OAuth Settings</b></p>{flip('button', '')}",
    "chevron without state and name": f"<p><button><svg/></button><b>OAuth Settings</b></p>{flip('button', '')}",
    "chevron of a general name": "<div><p><button aria-expanded=false>Toggle section</button></p><h3>OAuth Settings</h3></div>"
    + flip("button"),
    "link": f"<a href='#' aria-expanded=false>OAuth Settings</a>{flip('a')}",
    "button that does not show its state": f"<button>OAuth Settings</button>{flip('button', '')}",
    "button that names its content": f"<button aria-controls=inside>OAuth Settings</button>{flip('button', '')}",
    "heading that takes clicks": f"<h3>OAuth Settings</h3>{flip('h3', '')}",
    "open, and its content is slow": f"<button>OAuth Settings</button>{flip('button', '')}"
    "<script>setTimeout(() => { inside.hidden = false }, 600)</script>",
    "details": "<details><summary>OAuth Settings</summary><div id=inside>it</div></details>",
}


@pytest.mark.parametrize("kind", SECTIONS)
def test_a_closed_section_is_opened_once_whatever_opens_it(kind: str, page: Page) -> None:
    page.set_content(SECTIONS[kind])
    for _ in range(2):
        assert open_section(page, Labels(), "detail.oauth_section", page.locator("#inside"), SECONDS)
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


@pytest.mark.parametrize("event", ["oninput", "onkeyup"])
def test_run_as_is_set_in_a_box_that_keeps_only_what_was_suggested(event: str, page: Page) -> None:
    page.set_content(LOOKUP.replace("oninput", event))
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


def _policies(page: Page) -> AppPolicies:
    app: Any = SimpleNamespace(page=SimpleNamespace(page=page, labels=Labels(), timeouts=Timeouts(SECONDS, SECONDS, SECONDS)))
    app.spec = _spec()
    return AppPolicies(app)


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
    assert _policies(page).differences() == {}


def test_a_user_that_comes_up_after_the_tick_in_edit_mode_is_waited_for(page: Page) -> None:
    field = '<label>Run As (Username)<input value="int@acme.com.dev"></label>'
    late = f"; setTimeout(() => later.innerHTML = `{field}`, 600)"
    page.set_content(EDITABLE.replace(field, "<div id=later></div>").replace("</label>` }", f"</label>`{late} }}"))
    assert _policies(page).differences() == {}


def test_the_button_to_key_and_secret_may_say_that_it_opens_a_tab(page: Page) -> None:
    page.set_content(
        "<button aria-expanded=true>OAuth Settings</button><a href='#'>Consumer Key and Secret<i>Opens in a new tab</i></a>"
    )
    tab = SettingsTab(page, Labels(), Timeouts(SECONDS, SECONDS, SECONDS))
    tab.open_oauth_section()
    assert tab.key_and_secret_button().is_visible()


SETUP = "https://acme--dev.sandbox.my.salesforce-setup.com"
ROWS = """<h1><span>SETUP</span><span>External Client App Manager</span></h1><button>New External Client App</button>
<p>0 items</p><script>setTimeout(() => document.body.insertAdjacentHTML('beforeend',
  '<table><tr><th scope=row><a href="#">Sync</a></th></tr></table>'), 800)</script>"""


def test_a_list_that_says_nothing_is_there_before_it_has_its_rows_is_waited_for(page: Page) -> None:
    page.route(f"{SETUP}/**", lambda route: route.fulfill(body=ROWS, content_type="text/html"))
    manager = AppManager(page, Labels(), Timeouts(page=15))
    manager.open(SETUP)
    assert manager.find("Sync") == ("Sync", "#", 0)


BY_BUTTON = """<h1>External Client App Manager</h1><button>New External Client App</button><p>5{plus} items</p>
<table id=rows></table><div role=dialog><button>Next</button></div><button id=b>{button}</button><script type=module>
const all = ["A", "B", "C", "D", "Sync"]; let first = 0, last = 2;
const row = (name) => `<tr><th scope=row><a href="/${{name}}">${{name}}</a></th></tr>`;
const draw = () => {{ rows.innerHTML = all.slice(first, last).map(row).join(""); b.disabled = last >= 5 }};
b.onclick = () => {{ {turn}; last += 2; b.disabled = true; setTimeout(draw, 200) }}; draw()</script>"""


@pytest.mark.parametrize(
    ("button", "turn"),
    [("Next", "first = last; rows.innerHTML = ''"), ("Load More", "")],
    ids=["pages", "more"],
)
@pytest.mark.parametrize("plus", ["", "+"], ids=["total", "open end"])
def test_a_list_that_comes_by_the_button_is_looked_through(button: str, turn: str, plus: str, page: Page) -> None:
    """The app on the last page is found and shown; where the list shows its length, an app that it lacks is not."""
    page.set_content(BY_BUTTON.format(button=button, turn=turn, plus=plus))
    manager = AppManager(page, Labels(), Timeouts(page=SECONDS, action=SECONDS))
    app = manager.find("Sync")
    assert app is not None
    assert manager.shows(app)
    if not plus:
        page.set_content(BY_BUTTON.format(button=button, turn=turn, plus=plus))
        assert manager.find("Nobody") is None
        assert manager.more_button.count() == 0


@pytest.mark.parametrize(("path", "own"), [("0xI000000000001/detail", True), ("home", False), ("new", False)])
def test_an_app_that_is_shown_under_the_lists_address_has_none_of_its_own(path: str, own: bool, page: Page) -> None:
    address = f"{SETUP}/lightning/setup/ManageExternalClientApplication/{path}"
    page.route(f"{SETUP}/**", lambda route: route.fulfill(body="<p>", content_type="text/html"))
    page.goto(address + "?a=b")
    assert AppPage(page, Labels(), Timeouts()).app_url() == (address if own else None)


LATE_NAME = """<ul role=tablist><li role=tab aria-selected=true>Settings</li></ul><div role=tabpanel><button>Edit</button>
<button aria-expanded=true>Basic Information</button><div id=body></div></div><script>setTimeout(() => {
body.innerHTML = "<div><span>* API Name</span><div>Board_Sync</div></div>" }, 700)</script>"""


def test_an_api_name_that_comes_late_is_waited_for(page: Page) -> None:
    page.set_content(LATE_NAME)
    assert SettingsTab(page, Labels(), Timeouts(action=SECONDS)).api_name() == "Board_Sync"


SHADOW = """<div><span><abbr>*</abbr> API Name</span><button>API Name Help</button><div><x-text></x-text></div></div><script>
document.querySelector("x-text").attachShadow({mode: "open"}).innerHTML = "<b>Board_Sync</b><style>b {}</style>"</script>"""


@pytest.mark.parametrize(
    "html",
    [
        SHADOW,
        "<dl><dt>API Name</dt><dd>Board_Sync</dd></dl>",
        "<p>* API Name <span>Board_Sync</span><i hidden>other</i></p>".replace("* API Name", "<i>* API Name</i>"),
    ],
    ids=["shadow root", "definition list", "one line"],
)
def test_a_value_is_read_as_text_beside_its_label(html: str, page: Page) -> None:
    page.set_content(html)
    assert TextField(page, Labels(), "create.api_name", SECONDS).value() == "Board_Sync"


DRAWN_ANEW = """<div id=form></div><script>
let times = 0; const draw = () => { form.innerHTML = "<label>API Name <input></label>" }; draw();
form.addEventListener("input", () => { if (++times <= %d) draw() })</script>"""


@pytest.mark.parametrize(("times", "kept"), [(1, True), (2, True), (3, False)])
def test_a_field_that_is_replaced_while_it_is_filled_is_filled_again(times: int, kept: bool, page: Page) -> None:
    page.set_content(DRAWN_ANEW % times)
    field = TextField(page, Labels(), "create.api_name", SECONDS)
    with nullcontext() if kept else pytest.raises(UnexpectedPage, match="did not keep"):
        field.set("Board_Sync")
    assert (page.get_by_role("textbox").input_value() == "Board_Sync") is kept


TICK_DRAWN_ANEW = """<div id=form></div><script>
let times = 0; const draw = () => { form.innerHTML = "<label>Enable Client Credentials Flow <input type=checkbox></label>" };
draw(); form.addEventListener("click", () => { if (++times <= %d) draw() })</script>"""


@pytest.mark.parametrize(("times", "kept"), [(1, True), (2, False)])
@pytest.mark.parametrize("confirmed", [True, False])
def test_a_box_that_is_replaced_is_ticked_once_more(times: int, kept: bool, confirmed: bool, page: Page) -> None:
    page.set_content(TICK_DRAWN_ANEW % times)
    box = Checkbox(page, Labels(), "create.client_credentials", 1.0)
    with nullcontext() if kept else pytest.raises(UnexpectedPage, match="did not stay ticked"):
        if confirmed:
            tick_with_confirmation(box, Confirmation(page, Labels(), Timeouts()))
        else:
            box.make(True)
    assert page.get_by_role("checkbox").is_checked() is kept
