"""What a page can answer: racing all known outcomes of a click.

A click that can end in several ways is followed by `race`, which knows them all by name. What matches none of them
within the time limit is an `UnexpectedPage`, never success.

Each check of an element is a round trip to the browser, and a search through the whole page. So a wait looks once, and then
waits in the page itself for a change before it looks again. At first only what is hoped for is looked for, as it is what
comes nearly always; then all elements at once, and only when one of them shows it is asked which.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from automation.errors import UnexpectedPage

HOPED_FOR = 0.25
"""Seconds in which only the first outcome is looked for."""
FIRST_PAUSE, LONGEST_PAUSE = 0.025, 0.5
"""Seconds between a change and the next look: a page that changes all the time is not looked at all the time."""
PAUSE_PART = 0.2
"""In between, this part of the time since it began to change: so a look comes at most so much too late."""
STILL = 0.25
"""Seconds without a change after which the next one is a beginning."""
UNNOTICED, LONGEST_UNNOTICED = 1.0, 2.0
"""Seconds after which a page is looked at again although no change was noticed, as of the text in an input or of a frame; in
between, half of what was waited."""
HANDLERS_EVERY, HANDLERS_FOR = 2.0, 0.1
"""Seconds between two waits of Playwright's own, and of one: they let its handlers close what covers the page."""

LOOK_OR_WAIT: Final = """(all, [there, longest, pause, about]) => {
  if ((all.length > 0) === there || (there && (%s)(about))) return true;
  return new Promise(resolve => {
    const end = () => { changes.disconnect(); resolve(false); };
    const changes = new MutationObserver(() => setTimeout(end, pause));
    const roots = [document];
    for (const root of roots) {
      changes.observe(root, {attributes: true, characterData: true, childList: true, subtree: true});
      for (const one of root.querySelectorAll("*")) if (one.shadowRoot) roots.push(one.shadowRoot);
    }
    setTimeout(end, longest);
  });
}"""
"""Script: whether the elements are there, or are not, as asked, or a sign is. If not, it ends once the page has changed."""


@dataclass(frozen=True)
class Sign:
    """A script of the page, and its argument, without which a fact can't be: so it need not be asked for at each look."""

    script: str = "() => false"
    about: Any = None


@dataclass(frozen=True)
class Outcome:
    """A named end of an action: an element that becomes visible, or a fact that becomes true, perhaps after a sign of it."""

    name: str
    element: Locator | None = None
    fact: Callable[[], bool] | None = None
    sign: Sign | None = None

    def happened(self) -> bool:
        """Whether it is so now; a page in mid-navigation counts as not yet."""
        try:
            if self.fact is not None and self.fact():
                return True
            return self.element is not None and self.element.filter(visible=True).count() > 0
        except PlaywrightError:
            return False


def race(page: Page, waiting_for: str, outcomes: Sequence[Outcome], timeout: float, event: str | None = None) -> Outcome:
    """Wait until one of ``outcomes`` has happened and return it; earlier ones in the list win a tie.

    The first one is what is hoped for: while it is an element, the others are not looked at for `HOPED_FOR` seconds.

    Args:
        page: where the elements are; its events are dispatched while waiting.
        waiting_for: what the wait is for, for the error message.
        timeout: seconds; 0 checks once.
        event: one of the page's context that is waited for, in place of changes of the page.

    Raises:
        UnexpectedPage: none happened in time.
        PlaywrightError: the page was closed or crashed, so that nothing will happen any more.
    """
    hoped_for, watch = outcomes[0], _Watch(page, timeout, event, patient=event is not None or outcomes[0].element is not None)
    if timeout and _comes(hoped_for, watch):
        return hoped_for
    elements = [outcome.element for outcome in outcomes if outcome.element is not None]
    sign = next((outcome.sign for outcome in outcomes if outcome.sign is not None), Sign())
    shown = False
    while True:
        over = watch.left <= 0
        shown = over or watch.until(elements, there=None if shown else True, sign=sign)
        for outcome in outcomes:
            if (shown or (outcome.fact is not None and outcome.sign is None)) and outcome.happened():
                return next(one for one in outcomes if one is outcome or one.happened())  # the page may have changed meanwhile
        if over:
            expected = ", ".join(outcome.name for outcome in outcomes)
            raise UnexpectedPage(f"Waited {timeout:g} s for {waiting_for}; none of these appeared: {expected}.")


def gone(element: Locator, timeout: float) -> bool:
    """Wait until an element is no longer shown; whether it went in ``timeout`` seconds."""
    watch = _Watch(element.page, timeout)
    while watch.left > 0:
        if watch.until([element], there=False):
            return True
    return False


def _comes(hoped_for: Outcome, watch: _Watch) -> bool:
    """Whether an outcome has happened, or its element shows soon."""
    if hoped_for.element is None or hoped_for.fact is not None:
        return hoped_for.happened()
    while (seconds := min(HOPED_FOR - watch.waited, watch.left)) > 0:
        if watch.until([hoped_for.element], seconds):
            return True
    return False


class _Watch:
    """Looks at a page, and waits for its next change; the more was waited already, the more patiently.

    Args:
        event: of the page's context; by default it is waited for changes of the page.
        patient: most changes that matter are noticed, as elements are waited for.
    """

    def __init__(self, page: Page, timeout: float, event: str | None = None, *, patient: bool = True) -> None:
        self._page = page
        self._timeout = timeout
        self._event = event
        self._patient = patient
        self._began = self._handled = self._changing = time.monotonic()

    @property
    def waited(self) -> float:
        return time.monotonic() - self._began

    @property
    def left(self) -> float:
        return self._timeout - self.waited

    def until(
        self,
        elements: Sequence[Locator],
        longest: float = LONGEST_UNNOTICED,
        *,
        there: bool | None = True,
        sign: Sign = Sign(),
    ) -> bool:
        """Whether one of the elements shows (or none does). If not so, comes back when that may have changed.

        Args:
            elements: what is looked for.
            longest: seconds.
            there: what is asked; None looks at nothing, and only waits.
            sign: counts as one of the elements.

        Raises:
            PlaywrightError: the page was closed or crashed.
        """
        looked_for = reduce(Locator.or_, elements or [self._page.locator("html")]).filter(visible=True)
        now = time.monotonic()
        pause = min(max(FIRST_PAUSE, PAUSE_PART * (now - self._changing)), LONGEST_PAUSE)
        unnoticed = min(max(UNNOTICED, self.waited / 2), LONGEST_UNNOTICED) if self._patient else pause
        seconds = max(0.0, min(longest, unnoticed, self.left))
        try:
            if elements and there and not self._event and now - self._handled >= HANDLERS_EVERY:
                looked_for.first.wait_for(state="visible", timeout=HANDLERS_FOR * 1000)
                return True
            if self._event:
                if there and looked_for.count():
                    return True
                self._page.context.wait_for_event(self._event, timeout=max(0.001, min(seconds, LONGEST_PAUSE)) * 1000)
                return False
            asked = there if elements else None
            script = LOOK_OR_WAIT % sign.script
            return bool(looked_for.evaluate_all(script, [asked, seconds * 1000, pause * 1000, sign.about]))
        except PlaywrightTimeout:
            self._handled = time.monotonic()
        except PlaywrightError as error:
            if self._page.is_closed() or "crashed" in error.message:
                raise
            with suppress(PlaywrightTimeout):  # in mid-navigation
                self._page.wait_for_event("domcontentloaded", timeout=pause * 1000)
        finally:
            if time.monotonic() - now > pause + STILL:
                self._changing = time.monotonic()
        return False
