"""What follows Create and Save: a confirmation with the known words is answered, any other dialog is quoted word by word."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from automation.browser.race import Outcome
from flows.pages.app_page import AppNotLoaded, AppPage, AppTab
from flows.pages.base import Timeouts
from flows.pages.commit import Answer, Commit
from flows.pages.labels import Labels
from flows.pages.policies_tab import PoliciesTab
from flows.pages.setup_page import SetupPage
from tests.e2e.conftest import NewOrg, Runbook
from tests.faults.wanted import make_app
from tests.first_contact.test_confirmations import SENTENCE

pytestmark = pytest.mark.browser

PAGE = """<button id=save>Save</button><p id=done hidden>Saved</p><script>
save.onclick = () => { const d = document.createElement('section'); d.role = 'dialog'; d.ariaModal = %(modal)s;
d.innerHTML = `<h2>%(title)s</h2><p>%(text)s</p><button>Cancel</button><button>%(yes)s</button>`; document.body.append(d);
if (!%(modal)s) done.hidden = false;
d.querySelectorAll('button')[1].onclick = () => { d.remove(); done.hidden = false } }</script>"""

SWALLOW = """words => document.addEventListener('click', event => {
  event.stopImmediatePropagation(); event.preventDefault();
  document.body.insertAdjacentHTML('beforeend', `<section role=dialog aria-modal=true
    style="position:fixed;inset:20%;background:white;z-index:99999"><p>${words}</p><button>Discard</button></section>`);
}, {capture: true, once: true})"""
"""The next click leads to a dialog and to nothing else."""


def _answer(page: Page, **words: Any) -> Answer:
    page.set_content(PAGE % {"modal": "true", "title": "Note", "text": SENTENCE, "yes": "OK", **words})
    commit = Commit(page, Labels(), Timeouts(action=2, save=2))
    commit.remember()
    page.get_by_role("button", name="Save").click()
    done = Outcome("saved", element=page.locator("#done"))
    return commit.answer(SetupPage(page, Labels(), Timeouts()), "the answer", done)


@pytest.mark.parametrize(
    ("yes", "text"),
    [
        ("OK", SENTENCE),
        ("Enable", SENTENCE),
        ("Continue", "Changes can take up to 10 minutes to take effect. Do you want to save?"),
    ],
)
def test_a_known_confirmation_is_answered(yes: str, text: str, page: Page) -> None:
    assert _answer(page, yes=yes, text=text) == Answer(done=True)


def test_an_unknown_dialog_is_reported_and_left_alone(page: Page) -> None:
    answer = _answer(page, title="Unsaved work", text="Discard it?", yes="OK")

    (said,) = answer.page_errors
    assert not answer.done
    assert '"Unsaved work Discard it?' in said
    assert '"Cancel", "OK"' in said
    assert page.get_by_role("dialog").is_visible()


def test_an_error_toast_without_a_role_is_read(page: Page) -> None:
    page.set_content("""<button id=save>Save</button><script>save.onclick = () => document.body.insertAdjacentHTML("beforeend",
        "<div class='slds-notify forceToastMessage toast error'><span class=toastMessage>This name is taken.</span></div>")
        </script>""")
    commit = Commit(page, Labels(), Timeouts(action=2, save=2))
    commit.remember()
    page.get_by_role("button", name="Save").click()
    answer = commit.answer(SetupPage(page, Labels(), Timeouts()), "the answer", Outcome("saved", element=page.locator("#done")))
    assert not answer.done
    assert answer.page_errors == ("This name is taken.",)


def test_a_field_error_counts_although_the_page_looks_saved(page: Page) -> None:
    page.set_content("""<button id=save>Save</button><p id=done hidden>Saved</p><script>save.onclick = () => { done.hidden = false;
        document.body.insertAdjacentHTML("beforeend", "<div class='slds-form-element slds-has-error'><label>API Name</label>"
        + "<div class=slds-form-element__help>This name is taken.</div></div>") }</script>""")
    commit = Commit(page, Labels(), Timeouts(action=2, save=2))
    commit.remember()
    page.get_by_role("button", name="Save").click()
    answer = commit.answer(SetupPage(page, Labels(), Timeouts()), "the answer", Outcome("saved", element=page.locator("#done")))
    assert (answer.done, answer.field_errors) == (False, ('"API Name": This name is taken.',))


CREATE_ERRORS = {
    "bare": "<div><h2>{0}</h2><p>{1}</p></div>",
    "alert": "<div role=alert><h2>{0}</h2><p>{1}</p></div>",
    "toast": "<div class='slds-notify forceToastMessage error'><span class=toastMessage>{0} {1}</span></div>",
    "component": "<x-e><template shadowrootmode=open><h2>{0}</h2><p>{1}</p></template></x-e>",
}


@pytest.mark.parametrize("shape", CREATE_ERRORS)
def test_the_words_below_the_heading_of_a_failed_create_are_read(shape: str, page: Page) -> None:
    """Nobody reported what is around the heading and the words in brackets."""
    html = CREATE_ERRORS[shape].format("Failed to create an External Client App", "[Some reason]")
    page.set_content("<button>Create</button><main></main>")
    commit = Commit(page, Labels(), Timeouts(action=2, save=2))
    commit.remember()
    page.evaluate("html => document.querySelector('main').setHTMLUnsafe(html)", html)
    answer = commit.answer(SetupPage(page, Labels(), Timeouts()), "the answer", Outcome("made", element=page.locator("#done")))
    assert answer.page_errors == ("Failed to create an External Client App [Some reason]",)


@pytest.mark.parametrize("words", ["We couldn't load the external client app.", "Something went wrong"])
def test_an_error_in_place_of_the_app_is_known(words: str, page: Page) -> None:
    page.set_content(f"<h1>Manage External Client Apps</h1><p>{words}</p>")
    app = AppPage(page, Labels(), Timeouts(page=2))
    assert app.comes(1)
    with pytest.raises(AppNotLoaded, match=words.rstrip(".")):
        app.wait()


TAB = """%s<div id=d><button onclick="d.innerHTML = '<button>Edit</button>'">Save</button></div>"""


def test_a_confirmation_of_what_was_done_before_is_answered_before_the_save(page: Page) -> None:
    dialog = f"<section role=dialog><p>{SENTENCE}</p><button onclick='this.parentElement.remove()'>OK</button></section>"
    page.set_content(TAB % dialog)
    tab = PoliciesTab(page, Labels(), Timeouts(action=2, save=2))
    assert tab.save() == Answer(done=True)
    assert not tab.editing()
    assert page.get_by_role("dialog").count() == 0


def test_a_tab_that_a_person_has_saved_is_not_saved_again(page: Page) -> None:
    page.set_content("<button>Edit</button>")
    assert PoliciesTab(page, Labels(), Timeouts(action=2, save=2)).save() == Answer(done=True)


def test_a_dialog_that_blocks_nothing_is_no_answer(page: Page) -> None:
    assert _answer(page, modal="false", text="See what is new", yes="Next") == Answer(done=True)


@pytest.mark.usefixtures("signed_in")
def test_a_dialog_at_save_is_named_by_the_run(quick_org: NewOrg, run: Runbook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a bare timeout: the message has the dialog's words and buttons."""
    org = quick_org(cc_confirm="none")
    make_app(org, policies=False)
    usable = "flows.pages.app_page.AppTab._usable_save"

    def and_then_a_dialog(tab: AppTab) -> Locator:
        tab.page.evaluate(SWALLOW, "Somebody else has changed this app.")
        return tab.save_buttons.first

    monkeypatch.setattr(usable, and_then_a_dialog)
    result = run(org, {"TIMEOUT_SAVE": "2"}, first="2.1", restarts=0)

    assert result.error is not None
    assert result.error.kind == "save_refused"
    assert "Somebody else has changed this app." in result.error.message
    assert '"Discard"' in result.error.message
