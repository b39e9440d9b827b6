"""The confirmation on ticking the flow is answered in any form, early or late, whether or not the tick waits for it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from flows.app.save import tick_with_confirmation
from flows.pages.base import Timeouts
from flows.pages.checkbox import Checkbox
from flows.pages.confirmation import Confirmation
from flows.pages.labels import Labels

pytestmark = pytest.mark.browser

PAGE = """<label><input type=checkbox>Enable Client Credentials Flow</label><script>
const box = document.querySelector('input'); box.onchange = () => { if (!box.checked) return; box.checked = !%(undo)s;
setTimeout(() => { const d = document.createElement('div'); d.role = 'dialog'; d.innerHTML = `<p>%(text)s</p>
<button>Cancel</button><button>%(yes)s</button>`; document.body.append(d);
d.querySelectorAll('button')[1].onclick = () => { box.checked = true; d.remove() } }, %(delay)d) }</script>"""
SENTENCE = "Anyone with the consumer key and consumer secret can access your org on behalf of the selected user."


def _tick(page: Page, *, undo: bool = False, delay: int = 0, yes: str = "OK", text: str = SENTENCE) -> str:
    page.set_content(PAGE % {"undo": str(undo).lower(), "delay": delay, "yes": yes, "text": text})
    confirmation = Confirmation(page, Labels(), Timeouts(action=2))
    return tick_with_confirmation(Checkbox(page, Labels(), "create.client_credentials", 2), confirmation)


@pytest.mark.parametrize("delay", [0, 900])
def test_a_tick_that_comes_only_with_the_answer_is_waited_for(delay: int, page: Page) -> None:
    assert "confirmed" in _tick(page, undo=True, delay=delay)
    assert page.get_by_role("checkbox").is_checked()


@pytest.mark.parametrize("yes", ["Ok", "Confirm", "Continue", "Enable", "Yes", "Save"])
def test_other_words_for_ok_count_beside_the_known_sentence(yes: str, page: Page) -> None:
    assert "confirmed" in _tick(page, yes=yes)
    assert page.get_by_role("dialog").count() == 0


def test_other_words_do_not_count_in_a_dialog_about_something_else(page: Page) -> None:
    assert "confirmed" not in _tick(page, yes="Continue", text="Delete this app?")
    assert page.get_by_role("dialog").is_visible()


def test_one_that_comes_later_still_does_not_get_the_keys_meant_for_the_page(page: Page) -> None:
    """A box beside it is toggled by a key, and a dialog that is up would take that key as an answer to itself."""
    page.clock.install()
    assert "confirmed" not in _tick(page, delay=60_000)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<label><input type=checkbox>Other</label>')")
    page.clock.run_for(60_000)
    assert page.get_by_role("dialog").is_visible()

    page.get_by_role("checkbox", name="Other").press("Space")

    assert page.get_by_role("dialog").count() == 0
    assert page.get_by_role("checkbox", name="Other").is_checked()
    assert page.get_by_role("checkbox", name="Enable").is_checked()


def test_a_modal_is_known_by_its_class_where_it_has_no_role(page: Page) -> None:
    with_class = PAGE.replace("d.role = 'dialog'", "d.className = 'slds-modal'")
    page.set_content(with_class % {"undo": "false", "delay": 0, "yes": "OK", "text": SENTENCE})
    confirmation = Confirmation(page, Labels(), Timeouts(action=2))
    assert "a modal was confirmed" in tick_with_confirmation(Checkbox(page, Labels(), "create.client_credentials", 2), confirmation)
