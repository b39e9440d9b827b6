"""A form or a tab is read in one round trip where it is clear; what is not clear is looked up, so that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright._impl import connection
from playwright.sync_api import Page

from flows.app.values import AppValues
from flows.pages.app_fields import AppFields
from flows.pages.labels import Labels

pytestmark = pytest.mark.browser

FORM = """<label>*External Client App Name <input value="Board  Sync"></label>
<label>API Name <input value="Board_Sync" readonly></label>
<label><abbr title=required>*</abbr>Contact Email <input placeholder="Enter an email" value="a@b.example"></label>
<label id=d>Distribution State</label><button role=combobox aria-labelledby=d aria-haspopup=listbox>Local</button>
<label>Callback URL <textarea>https://a.example/1
https://a.example/2</textarea></label>
<ul role=listbox aria-label="Available OAuth Scopes"><li role=option>Full access (full)</li></ul>
<ul role=listbox aria-label="Selected OAuth Scopes"><li role=option>Datos por API (api)</li></ul>
<label><input type=checkbox checked>Enable Client Credentials Flow</label>
<label><input type=checkbox>Enable Device Flow</label>
<label><input type=checkbox checked disabled>Require secret for Web Server Flow</label>"""


@contextmanager
def round_trips(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The methods of the browser that are called meanwhile."""
    called: list[str] = []
    send = connection.Connection.send_message_to_server

    def noting(self: Any, target: Any, method: str, params: Any, options: Any) -> Any:
        called.append(method)
        return send(self, target, method, params, options)

    with monkeypatch.context() as patched:
        patched.setattr(connection.Connection, "send_message_to_server", noting)
        yield called


@pytest.mark.parametrize("where", ["light", "shadow"])
def test_all_fields_are_read_at_once(where: str, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    page.set_content("<main></main>")
    page.evaluate(
        "([html, open]) => { const main = document.querySelector('main');"
        "(open ? main : main.attachShadow({mode: 'open'})).innerHTML = html }",
        [FORM, where == "light"],
    )
    labels = Labels()
    with round_trips(monkeypatch) as called:
        values = AppValues.read(AppFields(page, labels, 1))
    assert values == AppValues(
        name="Board Sync",
        api_name="Board_Sync",
        contact_email="a@b.example",
        distribution_state="Local",
        callback_url="https://a.example/1 https://a.example/2",
        scopes=(labels["scopes.api"],),
        client_credentials=True,
        secret_web_server=True,
        secret_refresh_token=None,
        pkce=None,
        other_flows=(),
    )
    assert [method for method in called if method != "__waitInfo__"] == ["ariaSnapshot"]


def test_what_the_one_look_leaves_out_is_looked_up(page: Page) -> None:
    """A value that equals its label, one that is empty, and a text beside a label."""
    page.set_content(
        "<label>API Name <input value='API Name'></label><label>Contact Email <input></label>"
        "<dl><dt>Callback URL</dt><dd>https://a.example</dd></dl>"
    )
    values = AppValues.read(AppFields(page, Labels(), 1))
    assert (values.api_name, values.contact_email, values.callback_url) == ("API Name", "", "https://a.example")
    assert (values.name, values.scopes) == (None, None)
