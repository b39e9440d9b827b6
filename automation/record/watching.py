"""Following the page objects while a run goes on: each lookup is reported, with the page it was made on.

The methods named in `lookups` are wrapped for the time of a recording. So the flows need not know that they are recorded.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page

from automation.errors import ElementNotFound, RunbookError
from automation.record.lookups import CALLERS_OF_SECTIONS, READING_AT_ONCE, SECTION, WATCHES, Kind, Watch
from flows.pages.base import Region, by_role
from flows.pages.fields import Field
from flows.pages.labels import Labels


@dataclass(frozen=True)
class Call:
    """A call of a followed method: of what kind, its name, the page object or field, its arguments, and a way to repeat it."""

    kind: Kind
    name: str
    on: Any
    arguments: tuple[Any, ...]
    redo: Callable[[], Any]

    @property
    def page(self) -> Page:
        """The page that it is made on."""
        region: Region = getattr(self.on, "region", None) or self.on.page
        return region if isinstance(region, Page) else region.page


Listener = Callable[[Call, Any, str | None], None]
"""Takes a call, its value, and the kind of the error that it ended with."""


class Following:
    """Reports the outermost calls: what a page object asks on the way to an answer is part of it.

    Only on the way to a page, what is found to be clicked is reported too.
    """

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.inside: Kind | None = None

    def follow(self, call: Call) -> Any:
        """Make the call, report it, and pass on its answer or its error."""
        before = self.inside
        if before is not None and (before, call.kind) != ("arrive", "find"):
            return call.redo()
        self.inside = call.kind
        try:
            value = call.redo()
        except RunbookError as error:
            self._report(call, None, error.kind)
            raise
        else:
            self._report(call, value, None)
            return value
        finally:
            self.inside = before

    def _report(self, call: Call, value: Any, error: str | None) -> None:
        """A page that goes away meanwhile is not worth a recorded lookup, and no reason to fail the run."""
        self.inside = "read"
        with suppress(PlaywrightError):
            if call.kind != "shown" or value.count() == 1:
                self.listener(call, value, error)


@contextmanager
def watching(listener: Listener) -> Iterator[None]:
    """Report to ``listener`` every lookup that page objects make in this process until the end."""
    following = Following(listener)
    with ExitStack() as undo:
        for watch in WATCHES:
            _replace(undo, watch.owner, watch.name, _followed(watch, following))
        for module in CALLERS_OF_SECTIONS:
            _replace(undo, module, "open_section", _section(module.open_section, following))
        for module in READING_AT_ONCE:
            _replace(undo, module, "take", lambda _: None)  # each field is read by itself, and can be read again
        yield


def _replace(undo: ExitStack, owner: Any, name: str, new: Any) -> None:
    undo.callback(setattr, owner, name, vars(owner)[name])
    setattr(owner, name, new)


def _followed(watch: Watch, following: Following) -> Any:
    original = vars(watch.owner)[watch.name]
    if isinstance(original, property):
        return property(lambda self: following.follow(Call(watch.kind, watch.name, self, (), lambda: original.__get__(self))))

    @functools.wraps(original)
    def followed(self: Any, *arguments: Any, **named: Any) -> Any:
        return following.follow(Call(watch.kind, watch.name, self, arguments, lambda: original(self, *arguments, **named)))

    return followed


def _section(original: Callable[..., bool], following: Following) -> Callable[..., bool]:
    """A section without a button is no failure in a run, yet its lookup is kept: its label may be what changed."""

    def open_section(region: Region, labels: Labels, key: str, content: Locator, timeout: float) -> bool:
        button = by_role(region, "button", labels.pattern(key))

        def look() -> None:
            if not content.count():
                try:
                    button.first.wait_for(state="visible", timeout=timeout * 1000)
                except PlaywrightError:
                    raise ElementNotFound(key) from None

        with suppress(ElementNotFound):
            following.follow(Call("find", SECTION, Field(region, labels, key, timeout), (), look))
        return original(region, labels, key, content, timeout)

    return open_section
