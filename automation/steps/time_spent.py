"""Where the time of a run went: waiting for the org, work in the browser, own work.

Measured in a simple way that needs nothing of Playwright's inside:

- *org*: at least one request to the org was under way (from the browser or our own), or a code or the propagation of
  a new key was waited for. The clock is read when the event reaches this process, so it is off by one round trip.
- *own*: processor time of this thread outside of that, Playwright's client included.
- *browser*: all the rest: rendering, scripts of the page, the round trips to the browser, and what else kept the
  machine busy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # nothing of a browser is loaded where only our own requests are measured
    from playwright.sync_api import BrowserContext, Page, Request

    from automation.steps import Step, StepResult

NOT_A_WAIT: Final = ("websocket", "eventsource", "ping", "media", "cspviolationreport")
"""Kinds of requests that nobody waits for."""

LONG_POLL: Final = "/cometd/"
"""Path of the streaming channel that a Lightning page keeps open all the time."""


@dataclass(frozen=True)
class Spent:
    """Seconds of a step or of a run; see the module for what each means."""

    org: float = 0.0
    browser: float = 0.0
    own: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.org + other.org, self.browser + other.browser, self.own + other.own)

    @property
    def whole(self) -> float:
        """Wall time."""
        return self.org + self.browser + self.own


@dataclass
class TimeSpent:
    """Measures each step; an `Observer`.

    Attributes:
        steps: step id to what its last attempt took.
        total: all steps of all attempts.
        wall, processor: clocks in seconds; replaced in tests.
    """

    wall: Callable[[], float] = time.monotonic
    processor: Callable[[], float] = time.thread_time
    steps: dict[str, Spent] = field(default_factory=dict)
    total: Spent = field(default_factory=Spent)
    _open: dict[object, object] = field(default_factory=dict)
    """What is waited for, and the page it belongs to."""
    _since: float = 0.0
    _waited: float = 0.0
    _begun: tuple[float, float] | None = None

    def attach(self, context: BrowserContext) -> None:
        """Follow the requests of all pages of a context."""
        self._open.clear()
        context.on("request", self._requested)
        context.on("requestfinished", self.ended)
        context.on("requestfailed", self.ended)
        context.on("page", lambda page: page.on("close", self._closed))

    def step_started(self, step: Step) -> None:
        self._begun = (self.wall(), self.processor())
        self._open.pop("own request", None)  # it broke off without an answer
        self._since, self._waited = self._begun[0], 0.0
        _current.set(self)

    def step_ended(self, result: StepResult) -> None:
        if self._begun is None:
            return  # a step that was not reached was never begun
        wall, own = self.wall() - self._begun[0], self.processor() - self._begun[1]
        org = min(wall, self._waited + (self.wall() - self._since if self._open else 0.0))
        own = min(own, wall - org)
        spent = Spent(round(org, 3), round(wall - org - own, 3), round(own, 3))
        self.steps[result.id] = spent
        self.total += spent
        self._begun = None
        _current.set(_NOBODY)

    def began(self, what: object, page: object = None) -> None:
        """The org is waited for from now on, until each begun thing has ended."""
        if not self._open:
            self._since = self.wall()
        self._open[what] = page

    def ended(self, what: object) -> None:
        """One thing is no longer waited for."""
        if self._open.pop(what, NOT_A_WAIT) is not NOT_A_WAIT and not self._open:
            self._waited += self.wall() - self._since

    def _requested(self, request: Request) -> None:
        if request.resource_type not in NOT_A_WAIT and LONG_POLL not in request.url:
            self.began(request, _page_of(request))

    def _closed(self, page: Page) -> None:
        """A closed page does not report how its requests ended."""
        for what in [what for what, of in self._open.items() if of is page]:
            self.ended(what)


_NOBODY: Final = TimeSpent()
"""Whose time is not asked for: outside of a step."""
_current: ContextVar[TimeSpent] = ContextVar("time_spent", default=_NOBODY)


@contextmanager
def waiting_for_org() -> Iterator[None]:
    """For waits outside of the browser: our own requests, codes on their way, a key that propagates."""
    meter, what = _current.get(), object()
    meter.began(what)
    try:
        yield
    finally:
        meter.ended(what)


def hooks() -> dict[str, list[Callable[..., Any]]]:
    """Event hooks of an httpx client, by which its requests count as waiting for the org."""
    own = "own request"
    return {"request": [lambda _: _current.get().began(own)], "response": [lambda _: _current.get().ended(own)]}


def _page_of(request: Any) -> object:
    from playwright.sync_api import Error as PlaywrightError

    try:
        return request.frame.page
    except PlaywrightError:
        return None  # of a service worker, or of a page that is only coming up
