"""A copy of a page looks the same to locators, and holds nothing that was typed on a page of secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from automation.record.file import PageCopy
from automation.record.tape import copy_page
from tests.replay.replay import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

URL = "https://org1.my.salesforce-setup.com/lightning/setup/x"

PAGE = """<!DOCTYPE html><html lang="en"><title>A page</title><style>
.gone { display: none } .unseen { visibility: hidden } .caps { text-transform: uppercase } .must::before { content: "* " }
.none { width: 0; height: 0; overflow: hidden; display: block }</style>
<h1 class="caps">External Client Apps</h1><x-host></x-host>
<label class="must">Name <input name=n></label><label><input type=checkbox> PKCE</label><label>Notes<textarea></textarea></label>
<label>Kind <select><option>One<option>Two</select></label>
<button class="gone">Save</button><div class="unseen"><button>Save</button></div><button class="none"></button><button>Save</button>
<a href="/app?sid=00D8c0000001AbC!xyz" onclick="go()"><svg><title>Open</title><path d="M0 0"/></svg></a>
<script>
  const root = document.querySelector('x-host').attachShadow({mode: 'open'});
  root.innerHTML = '<style>p{display:none}</style><button>Inside</button><p>hidden</p><slot></slot>';
  document.querySelector('[name=n]').value = 'typed';
  document.querySelector('[type=checkbox]').checked = true;
  document.querySelector('textarea').value = 'two\\nlines';
  document.querySelector('select').selectedIndex = 1;
</script></html>"""

SECRETS = """<!DOCTYPE html><title>Consumer Details</title><input value="left here"><input type=password value=pw123456>
<table><tr><th>Consumer Key<td>3MVG9aB1.x_aB1.x_aB1.x_</table><p>code 817263, seed JBSW Y3DP EHPK 3PXP, other ABCDEFGHIJKLMNOP</p>
<a href="/next?vir=abc&n=true">Next</a>"""


def copied(browser: Browser, html: str, *, private: bool) -> PageCopy:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(URL + "?otp=12345")
    try:
        return copy_page(page, {}, private=private)
    finally:
        context.close()


def test_a_copy_has_the_same_accessible_tree_values_and_visibility(closed_browser: Browser) -> None:
    copy = copied(closed_browser, PAGE, private=False)
    with opened(closed_browser, copy) as page:
        assert page.locator("body").aria_snapshot().replace("/url: /app\n", "") == copy.tree.replace(
            "/url: /app?sid=00D8c0000001AbC!xyz\n", ""
        )
        assert page.title() == "A page"
        assert page.get_by_role("button", name="Inside").is_visible()
        assert page.get_by_role("button", name="Save").filter(visible=True).count() == 1
        assert page.get_by_role("textbox", name="Name").input_value() == "typed"
        assert page.get_by_role("textbox", name="Notes").input_value() == "two\nlines"
        assert page.get_by_role("checkbox").is_checked()
        assert page.locator("select").input_value() == "Two"
        assert page.locator("h1").inner_text() == "EXTERNAL CLIENT APPS"


def test_a_copy_has_no_scripts_and_no_queries(closed_browser: Browser) -> None:
    copy = copied(closed_browser, PAGE, private=False)
    assert copy.url == URL
    assert not any(left in copy.html for left in ("<script", "onclick", "sid=", "00D8c", "attachShadow", "otp"))


def test_on_a_page_of_secrets_fields_are_emptied_and_all_that_may_be_a_secret_is_noted(closed_browser: Browser) -> None:
    copy = copied(closed_browser, SECRETS, private=True)
    assert not any(left in copy.html for left in ("left here", "pw123456", "vir=abc"))
    assert "n=true" in copy.html, "by it the link past the registration of a phone is known"
    assert set(copy.words) == {"3MVG9aB1.x_aB1.x_aB1.x_", "817263", "JBSW Y3DP EHPK 3PXP", "ABCDEFGHIJKLMNOP"}
    assert not any(word in copy.tree for word in copy.words)
