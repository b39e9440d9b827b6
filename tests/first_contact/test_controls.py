"""Controls in forms that no screenshot shows, on small pages of their own."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from automation.access.named_org import ANY_ORG, HostWatch
from automation.browser.page_loads import Losses
from automation.errors import ElementNotFound, UnexpectedPage
from automation.steps import Step, unchanged
from automation.steps.runner import explain
from flows.attempt import Attempt
from flows.pages.base import Timeouts, find
from flows.pages.checkbox import Checkbox
from flows.pages.choice import Choice
from flows.pages.dual_list import DualList
from flows.pages.fields import TextField
from flows.pages.labels import Labels, exactly
from flows.pages.overlays import Overlays
from flows.pages.policies_tab import RunAsField
from flows.procedure import all_steps

pytestmark = pytest.mark.browser

LOOKUP = """
<label>Run As (Username) <input role="combobox" aria-expanded="false"></label><ul role="listbox"></ul>
<script>
  const box = document.querySelector('input'), list = document.querySelector('ul');
  box.addEventListener('input', () => {
    list.innerHTML = %s.filter(user => user.includes(box.value)).map(user => `<li role="option">${user}</li>`).join('');
  });
  list.addEventListener('click', event => {
    box.value = event.target.textContent.split(' ')[0]; list.innerHTML = ''; picked = true;
  });
  let picked = false;
</script>"""

LISTS = """
<div role="group">
  <ul role="listbox" aria-label="Disponibles" id="from"><li role="option">Otra cosa (openid)</li>
    <li role="option">Datos del usuario por API (api)</li></ul>
  <button aria-label="Mover a Seleccionados" onclick="to.append(from.querySelector('[aria-selected=true]'))">&gt;</button>
  <ul role="listbox" aria-label="Ámbitos de OAuth seleccionados" id="to" style="min-height: 9px"></ul>
</div>
<script>
  document.addEventListener('click', event => event.target.role === 'option' && event.target.setAttribute('aria-selected', 'true'));
</script>"""


def lookup(page: Page, *users: str) -> RunAsField:
    page.set_content(LOOKUP % list(users))
    return RunAsField(page, Labels(), "policies.run_as", 2)


def test_a_lookup_gets_the_suggestion_for_exactly_this_user(page: Page) -> None:
    """A username is often the beginning of another one."""
    field = lookup(page, "sync@acme.com.dev · Sync (dev)", "sync@acme.com · Sync", "no-sync@acme.com · Other")
    field.set("sync@acme.com")
    assert field.value() == "sync@acme.com"
    assert page.evaluate("picked")


def test_a_lookup_without_the_user_keeps_the_text(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.pages.policies_tab.SUGGESTIONS", 0.2)
    field = lookup(page, "sync@acme.com.dev · Sync (dev)")
    field.set("sync@acme.com")
    assert field.value() == "sync@acme.com"
    assert not page.evaluate("picked")


def test_two_suggestions_for_one_username_are_not_guessed_between(page: Page) -> None:
    field = lookup(page, "sync@acme.com · Sync", "sync@acme.com · Sync, too")
    with pytest.raises(ElementNotFound, match="suggests 2 users"):
        field.set("sync@acme.com")


def test_scopes_are_known_by_their_token_whatever_the_words(page: Page) -> None:
    """Spanish scopes were not documented; the token in parentheses is the API's own."""
    page.set_content(LISTS.replace("Mover a Seleccionados", "Agregar"))
    labels = Labels("es")
    scopes = DualList(page, labels, 2)
    scopes.add(labels["scopes.api"])
    assert scopes.chosen() == [labels["scopes.api"]]


def test_an_option_may_carry_any_text_of_its_label(page: Page) -> None:
    page.set_content("<label>IP 制限の緩和 <select><option>IP 制限を適用</option><option>IP 制限の緩和</option></select></label>")
    choice = Choice(page, Labels("ja"), "policies.ip_relaxation", 2)
    choice.choose("policies.ip_bypass")
    assert choice.value() == "IP 制限の緩和"


def test_a_word_of_another_language_is_not_taken_for_a_label_that_is_there(page: Page) -> None:
    """A mixed page: the user's language comes first, whatever else a text means in another one."""
    page.set_content(
        "<button>Guardar</button><button>Save</button><label>Nombre de API <input value=other></label>"
        "<label>API Name <input value=mine></label><p><i>IP 制限の緩和</i> <b>no</b></p><p><i>IP Relaxation</i> <b>yes</b></p>"
        "<label>Activar flujo de credenciales de cliente <input type=checkbox></label>"
    )
    labels = Labels()
    save = find(page, "button", labels.pattern("detail.save"), labels["detail.save"], 1)
    assert save.inner_text() == "Save"
    name = TextField(page, labels, "create.api_name", 1)
    assert name.value() == "mine"
    name.set("new")
    assert page.get_by_label("Nombre de API").input_value() == "other"
    assert Choice(page, labels, "policies.ip_relaxation", 1).value() == "yes"
    flow = Checkbox(page, labels, "create.client_credentials", 1)
    flow.make(True)
    assert flow.state() is True


def test_several_matches_are_distinguished_by_where_they_are(page: Page) -> None:
    page.set_content(
        '<nav><button>Edit</button></nav><main><div role="dialog" aria-label="Old one"><button>Edit</button></div></main>'
    )
    with pytest.raises(ElementNotFound) as caught:
        find(page, "button", exactly("Edit"), "Edit", 2)
    assert 'are labelled "Edit": in navigation; in dialog "Old one" of main' in caught.value.message


def test_a_control_that_is_not_there_is_reported_with_the_nearest_names(page: Page) -> None:
    page.set_content("<button>Cancel</button><button>Save Changes</button><button>Help</button>")
    with pytest.raises(ElementNotFound) as caught:
        find(page, "button", exactly("Save"), "Save", 0.2)
    assert 'No button labelled "Save"; closest matches: "Save Changes"' in caught.value.message
    (wanted,) = caught.value.sought
    assert wanted.there == ("Save Changes", "Cancel", "Help")


OVER = "style='position: fixed; inset: 0; background: #eee'"
CLOSE = "<button title='Close panel' onclick='this.parentNode.remove()'>x</button>".replace("title=", "aria-label=")
HARMLESS = {
    "dialog with a name": f"<div role=dialog aria-label='Quick Settings' {OVER}>{CLOSE}</div>",
    "docked panel with a heading": f"<div class='slds-panel slds-panel_docked' {OVER}><h2>Setup with Agentforce</h2>{CLOSE}</div>",
    "complementary part": f"<aside aria-label='Agentforce' {OVER}>{CLOSE}</aside>",
    "in-app prompt": f"<section class='slds-popover slds-popover_prompt' role=dialog {OVER}><h2>What is new?</h2>{CLOSE}</section>",
    "session warning": f"""<section role=alertdialog aria-modal=true class=slds-modal {OVER}><h2>Your session is about to end</h2>
      <button>Log Out</button><button onclick='this.parentNode.remove()'>Continue Working</button></section>""",
}
GO = "<main><h1>External Client App Manager</h1><button onclick=\"this.textContent = 'done'\">Go</button></main>"


@pytest.mark.parametrize("kind", HARMLESS)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_known_overlay_is_closed_when_it_is_in_the_way(kind: str, language: str, page: Page) -> None:
    page.set_content(GO + HARMLESS[kind])
    Overlays(page, Labels(language), Timeouts()).close_when_in_the_way()
    page.get_by_role("button", name="Go").click(timeout=3000)
    assert page.get_by_role("button", name="done").count() == 1


def covered(page: Page, *, private: bool = False) -> UnexpectedPage:
    """The error of a run that clicks a button under an overlay."""
    Overlays(page, Labels(), Timeouts()).close_when_in_the_way()
    with pytest.raises(PlaywrightError) as caught:
        page.get_by_role("button", name="Go").click(timeout=500)
    error = explain(caught.value, Step("1.3", "New External Client App", "", lambda: unchanged("")))
    error.step = next(step.id for step in all_steps() if step.login)
    parts = {"recorder": SimpleNamespace(recording_allowed=not private), "losses": Losses(page), "watch": HostWatch(ANY_ORG)}
    attempt: Any = SimpleNamespace(page=page, **parts)
    attempt._with_cover = partial(Attempt._with_cover, attempt)
    explained = Attempt.explained(attempt, error)
    assert isinstance(explained, UnexpectedPage)
    assert "Log in by hand as this user" in explained.next
    assert "update your label file" not in explained.next
    return explained


UNKNOWN = {
    "by name": f"<div role=dialog aria-label='Terms of Use' {OVER}>Read me <button>Close</button></div>",
    "by heading": f"<div class=x7 {OVER}><div class=y><h2>Terms  of Use</h2><p>Read me</p><button>Close</button></div></div>",
    "by the id of its title": f"<div id=o aria-labelledby=t {OVER}><b id=t>Terms of Use</b></div>",
    "in a shadow root": f"<x-terms id=o {OVER}></x-terms><script>o.attachShadow({{mode: 'open'}}).innerHTML ="
    "'<div><h2>Terms of Use</h2><p>Read me</p></div>'</script>",
    "one of its parts": f"<div><h2>Terms of Use</h2><div id=o {OVER}><p>Read me</p></div></div>",
}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_an_unknown_overlay_is_named_by_its_title_and_left_alone(kind: str, page: Page) -> None:
    """It may say something that a person has to read. Never by its tag, which says nothing to anybody."""
    page.set_content(GO + UNKNOWN[kind])
    assert 'it is covered by "Terms of Use".' in covered(page).message
    assert page.get_by_role("button", name="done").count() == 0


def test_an_overlay_without_a_title_is_no_tag_and_not_the_page(page: Page) -> None:
    page.set_content(f"{GO}<div class=backdrop {OVER}></div>")
    assert "it is covered by something without a title." in covered(page).message


@pytest.mark.parametrize("private", [False, True])
def test_what_a_covering_dialog_says_is_reported_unless_it_is_private(private: bool, page: Page) -> None:
    """What lies over the page is often the dialog's backdrop, which has no name."""
    page.set_content(f"{GO}<dialog open>Welcome  to Setup <button>Next</button></dialog><div {OVER}></div>")
    assert ('A dialog is open: "Welcome to Setup Next".' in covered(page, private=private).message) is not private


def test_a_combobox_may_have_its_value_in_its_name(page: Page) -> None:
    """As on record pages; another field whose label begins alike is another field."""
    page.set_content(
        "<select aria-label='IP Relaxation - Current Selection: Enforce'><option>Enforce</option></select>"
        "<select aria-label='IP Relaxation Notes'><option>Other</option></select>"
    )
    assert Choice(page, Labels(), "policies.ip_relaxation", 2).value() == "Enforce"
