"""Lists of apps that load, move and lie: the wanted app is looked for in all of it before anything is made or refused."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from automation.errors import AmbiguousApp
from flows.app.app_in_org import AppInOrg
from flows.app.state import OrgState
from flows.pages import app_manager, long_list
from flows.pages.app_manager import AppManager, RowsMissing
from flows.pages.base import Timeouts
from flows.pages.labels import Labels

pytestmark = pytest.mark.browser

HOST = "https://acme--dev.sandbox.my.salesforce-setup.com"
HEAD = "<h1>External Client App Manager</h1><button>New External Client App</button>"

# Rows load near the end of the list. While an answer is on its way the list is drawn again from its top, and forgets
# every second answer, as a component does that was replaced meanwhile.
MOVING = (
    HEAD
    + """<p>%(says)s items</p><div id=box style="height: 200px; overflow: auto"></div><script>
const all = [...Array(%(has)s).keys()].map(n => n === 57 ? "Sync" : "App " + n); let shown = 20, calls = 0, busy = false;
const draw = () => { box.innerHTML = "<table>" + all.slice(0, shown).map(n =>
  `<tr style="height: 40px"><th scope=row><a href="/${n}">${n}</a></th></tr>`).join("") + "</table>" };
box.onscroll = () => {
  if (busy || box.scrollTop + 260 < box.scrollHeight || shown >= all.length) return;
  busy = true; const lost = ++calls %% 2;
  setTimeout(() => { box.innerHTML = ""; box.scrollTop = 0; draw() }, 100);
  setTimeout(() => { busy = false; if (!lost) { shown += 20; draw() } }, 100 + 100 * (calls %% 8));
}; draw()</script>"""
)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_list, "MORE_ROWS", 1.0)


def manager(page: Page, *answers: str) -> AppManager:
    """The list, with one answer for each load, the last one from then on."""
    left = list(answers)

    def answer(route: Route) -> None:
        route.fulfill(body=left.pop(0) if len(left) > 1 else left[0], content_type="text/html")

    page.route(f"{HOST}/**", answer)
    opened = AppManager(page, Labels(), Timeouts(page=10, action=3))
    opened.open(HOST)
    return opened


def test_a_list_that_is_drawn_again_while_it_loads_is_looked_through(page: Page) -> None:
    listed = manager(page, MOVING % {"says": 70, "has": 70})
    assert listed.find("Sync") == ("Sync", "/Sync", 0)


FEW = HEAD + "<p>3 items</p><table>%s</table>"


def rows(*names: str) -> str:
    """Rows with one link each; the URL is the name's last word."""
    return "".join(f'<tr><th scope=row><a href="/{name}">{name.split()[0]}</a></th></tr>' for name in names)


def test_a_list_that_shows_fewer_rows_than_it_says_is_loaded_again_once(page: Page) -> None:
    listed = manager(page, FEW % rows("A", "B"), FEW % rows("A", "B", "Sync"))
    assert listed.find("Sync") == ("Sync", "/Sync", 0)


def test_a_list_that_goes_on_lying_is_named(page: Page) -> None:
    listed = manager(page, FEW % rows("A", "B"))
    with pytest.raises(RowsMissing, match="The list says 3 items but showed only 2 apps"):
        listed.find("Sync")


class Apps:
    """Stands for the pages of the apps: each click on the list opens one, whose API name is its URL's."""

    def __init__(self, listed: AppManager) -> None:
        self.opened: list[str] = []
        self.page = SimpleNamespace(
            timeouts=listed.timeouts, comes=lambda _: True, wait=lambda: None, app_id=lambda: "0xI", app_url=lambda: "x"
        )
        nothing: Callable[[], None] = lambda: None  # noqa: E731  three of them
        self.settings = SimpleNamespace(select=nothing, open_basic_section=nothing, api_name=lambda: self.opened[-1])
        listed.open_app = lambda app: self.opened.append(app.url.strip("/"))  # type: ignore[method-assign]

    def find(self, listed: AppManager, api_name: str) -> bool:
        """`AppInOrg.find` for an app named Sync."""
        spec: Any = SimpleNamespace(name="Sync", api_name=api_name)
        state = OrgState(host="acme--dev.sandbox.my.salesforce.com")
        page: Any = self.page
        settings: Any = self.settings
        confirmation: Any = None
        return AppInOrg(page, listed, settings, confirmation, spec, state).find()


TWO = (
    HEAD
    + """<p>40 items</p><div id=box style="height: 200px; overflow: auto"></div><script>
const all = [...Array(40).keys()].map(n => n === 2 ? ["Sync", "/Other"] : n === 35 ? ["Sync", "/Wanted"] : ["App " + n, "/" + n]);
let shown = 10; const draw = () => { box.innerHTML = "<table>" + all.slice(0, shown).map(([name, url]) =>
  `<tr style="height: 40px"><th scope=row><a href="${url}">${name}</a></th></tr>`).join("") + "</table>" };
box.onscroll = () => { if (box.scrollTop + 260 > box.scrollHeight && shown < 40) setTimeout(() => { shown += 10; draw() }, 50) };
draw()</script>"""
)


def test_of_two_apps_of_one_name_the_wanted_one_is_found_far_down_the_list(page: Page) -> None:
    listed = manager(page, TWO)
    apps = Apps(listed)
    assert apps.find(listed, "Wanted")
    assert apps.opened == ["Other", "Wanted"]


def test_only_once_the_whole_list_was_seen_it_is_ambiguous(page: Page) -> None:
    listed = manager(page, TWO)
    with pytest.raises(AmbiguousApp, match="its API name is Other, Wanted and not Third"):
        Apps(listed).find(listed, "Third")


def test_apps_of_one_name_without_a_url_of_their_own_are_distinguished_by_their_order(page: Page) -> None:
    same = '<tr><th scope=row><a href="#">Sync</a></th></tr>'
    listed = manager(page, FEW % (same + same + rows("B")))
    first = listed.find("Sync")
    assert first is not None
    assert listed.find("Sync", [first]) == ("Sync", "#", 1)
    assert listed.find("Sync", [first, app_manager.App("Sync", "#", 1)]) is None
