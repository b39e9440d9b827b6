"""Key and secret are read from every plausible shape of the page that shows them; nobody published its source."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from automation.errors import UnexpectedPage
from flows.pages.base import Timeouts
from flows.pages.consumer_details import ConsumerDetails
from flows.pages.labels import Labels

pytestmark = pytest.mark.browser

KEY, SECRET = "3MVG9" + "k" * 80, "5EC2E7" + "A0" * 29
HEAD = "<span>External Client App Name</span><h1>ServiceMax_Service_Board_Sync</h1><h3>Consumer Details</h3>"
ROW = "<div><span>{0}</span></div><div><span>{1}</span><button>Copy</button></div>"

SHAPES = {
    "table": "<table><tr><td>{0}</td><td><span>{1}</span><br><input type=button value=Copy></td></tr></table>",
    "button right behind": "<dl><dt>{0}</dt><dd>{1}<button>Copy</button></dd></dl>",
    "text behind the label": "<p><b>{0}</b> {1} <a href='#'>Copy</a></p>",
    "colon": "<p><b>{0}:</b> <code>{1}</code></p>",
    "read-only box": "<div><label for='{0}'>{0}</label><input id='{0}' readonly value='{1}'><button>Copy</button></div>",
    "box in its label": "<label>{0} <input readonly value='{1}'></label>",
    "cell between": "<table><tr><td><label>{0}</label></td><td>&nbsp;</td><td><pre>{1}</pre></td></tr></table>",
    "component": f"<x-row><template shadowrootmode=open>{ROW}</template></x-row>",
    "breaks allowed": "<div><div>{0}</div><div>{1}</div></div>",
}


def _page(page: Page, *rows: str) -> ConsumerDetails:
    page.goto("about:blank")
    page.evaluate("html => document.body.setHTMLUnsafe(html)", HEAD + "".join(rows))  # also attaches declared shadow roots
    return ConsumerDetails(page, Labels(), Timeouts(action=1))


@pytest.mark.parametrize("shape", SHAPES)
def test_key_and_secret_are_read_from_any_shape(shape: str, page: Page) -> None:
    key = KEY[:40] + "<wbr>" + KEY[40:] if shape == "breaks allowed" else KEY
    details = _page(page, SHAPES[shape].format("Consumer Key", key), SHAPES[shape].format("Consumer Secret", SECRET))
    assert details.marks.first.is_visible()
    assert [one.reveal() for one in details.read()] == [KEY, SECRET]


@pytest.mark.parametrize(
    ("address", "read"),
    [("https://acme--dev.sandbox.my.salesforce.com/details", True), ("https://elsewhere.example/details", False)],
)
def test_a_frame_counts_when_it_is_the_orgs(address: str, read: bool, page: Page) -> None:
    """Setup shows classic pages inside one; what a stranger's frame shows is not taken for key and secret."""
    rows = "".join(SHAPES["table"].format(*row) for row in (("Consumer Key", KEY), ("Consumer Secret", SECRET)))
    page.route("**/*", lambda route: route.fulfill(content_type="text/html", body=HEAD + rows))
    details = _page(page, f"<iframe src='{address}'></iframe>")
    page.frame_locator("iframe").get_by_text("Consumer Secret").wait_for()
    assert details.marks.count() == 0
    assert details.shown() is read
    if read:
        assert [one.reveal() for one in details.read()] == [KEY, SECRET]
    else:
        with pytest.raises(UnexpectedPage):
            details.read()


def test_a_frame_without_an_address_is_its_pages_own(page: Page) -> None:
    rows = "".join(SHAPES["cell between"].format(*row) for row in (("Consumer Key", KEY), ("Consumer Secret", SECRET)))
    framed = f'<iframe srcdoc="{HEAD}{rows}"></iframe>'
    page.route("**/*", lambda route: route.fulfill(content_type="text/html", body=framed))
    page.goto("https://acme--dev.sandbox.my.salesforce.com/details")
    page.frame_locator("iframe").get_by_text("Consumer Secret").wait_for()
    assert [one.reveal() for one in ConsumerDetails(page, Labels(), Timeouts(action=1)).read()] == [KEY, SECRET]


def test_values_without_labels_are_known_by_the_ids_of_the_connected_apps_page(page: Page) -> None:
    ids = "setupForm:consumerDetails:oauthConsumerSection:"
    details = _page(page, f"<span id='{ids}consumerKey'>{KEY}</span>", f"<span id='{ids}consumerSecret'>{SECRET}</span>")
    assert [one.reveal() for one in details.read()] == [KEY, SECRET]


def test_values_that_come_after_their_labels_are_waited_for(page: Page) -> None:
    details = _page(page, "<p><b>Consumer Key</b> <i></i></p>", "<p><b>Consumer Secret</b> <i></i></p>")
    page.evaluate(
        "pair => setTimeout(() => document.querySelectorAll('i').forEach((e, n) => { e.textContent = pair[n] }), 300)",
        [KEY, SECRET],
    )
    assert [one.reveal() for one in details.read()] == [KEY, SECRET]


@pytest.mark.parametrize(
    "rows",
    [
        "<table><tr><td>Consumer Key</td><td>Consumer Secret</td></tr><tr><td>" + KEY + "</td><td>" + SECRET + "</td></tr></table>",
        "<p><b>Consumer Key</b> </p><p><b>Consumer Secret</b> " + SECRET + "</p>",
        "<p><b>Consumer Key</b></p><p><b>Consumer Secret</b></p>",
    ],
    ids=["columns", "no key", "no values"],
)
def test_a_pair_that_is_not_clear_is_refused_without_its_text(rows: str, page: Page) -> None:
    with pytest.raises(UnexpectedPage) as caught:
        _page(page, rows).read()
    assert SECRET not in str(caught.value)


WAYS = {
    "navigator.clipboard": "navigator.clipboard.writeText(value)",
    "navigator.clipboard, a moment later": "setTimeout(() => navigator.clipboard.writeText(value), 150)",
    "items": "navigator.clipboard.write([new ClipboardItem({'text/plain': new Blob([value], {type: 'text/plain'})})])",
    "a box of its own": "const box = document.createElement('textarea'); box.value = value; document.body.append(box); "
    "box.select(); document.execCommand('copy'); box.remove()",
    "what it hands over": "document.addEventListener('copy', (event) => { event.clipboardData.setData('text/plain', value); "
    "event.preventDefault() }, {once: true}); document.execCommand('copy')",
    "shown then": "this.previousElementSibling.textContent = value; navigator.clipboard.writeText(value)",
}
COPY_ROW = """<tr><td>{0}</td><td><span>••••••••</span>
<button title="Copy to clipboard" onclick="const value = '{1}'; {2}">Copy</button></td></tr>"""


@pytest.mark.parametrize("way", WAYS)
def test_values_that_only_copy_gives_are_taken_before_they_reach_the_clipboard(
    way: str, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guess (document, step 4.7: Copy). The system's clipboard holds what it held."""
    monkeypatch.setattr("flows.pages.consumer_details.COPY_AFTER", 0.1)
    rows = "".join(COPY_ROW.format(*row, WAYS[way]) for row in (("Consumer Key", KEY), ("Consumer Secret", SECRET)))
    host = "https://acme--dev.sandbox.my.salesforce.com"
    page.route(f"{host}/**", lambda route: route.fulfill(content_type="text/html", body=f"{HEAD}<table>{rows}</table>"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=host)
    page.goto(f"{host}/ecapp/x")
    page.evaluate("() => navigator.clipboard.writeText('before')")

    assert [one.reveal() for one in ConsumerDetails(page, Labels(), Timeouts(action=2)).read()] == [KEY, SECRET]
    page.goto(f"{host}/ecapp/y")
    assert page.evaluate("() => navigator.clipboard.readText()") == "before"


def test_a_copy_button_that_copies_something_else_gives_nothing(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.pages.consumer_details.COPY_AFTER", 0.1)
    rows = (COPY_ROW.format(label, "no key", WAYS["a box of its own"]) for label in ("Consumer Key", "Consumer Secret"))
    with pytest.raises(UnexpectedPage, match="shows no single value"):
        _page(page, f"<table>{''.join(rows)}</table>").read()
