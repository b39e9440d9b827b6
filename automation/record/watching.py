"""Following the page objects while a run goes on: each look they take is reported, with the page it was taken at.

The methods named in `looks` are wrapped for the time of a recording. So the flows need not know that they are recorded.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Protocol

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page

from automation.errors import ElementNotFound, RunbookError
from automation.record.looks import CALLERS_OF_SECTIONS, EDIT, SECTION, WATCHES, Kind, Watch
from flows.pages.app_page import AppTab
from flows.pages.base import Region, by_role, the_only

Redo = Callable[[], Any]


class Listener(Protocol):
    """Who gets the looks."""

    def looked(self, kind: Kind, name: str, on: Any, arguments: tuple[Any, ...], redo: Redo, value: Any, error: str | None) -> None:
        """A look was taken.

        Args:
            on: the page object or field, or for a section the triple of region, labels and key.
            redo: takes the same look again, untold.
            error: the kind of error that it ended with.
        """


class Following:
    """Reports the outermost looks: what a page object asks on the way to an answer is part of it.

    Only on the way to a page, what is found to be clicked is reported too.
    """

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.inside: Kind | None = None

    def report(self, kind: Kind, name: str, on: Any, arguments: tuple[Any, ...], look: Redo) -> Any:
        """Take the look, report it, and pass on its answer or its error."""
        before = self.inside
        if before is not None and (before, kind) != ("arrive", "find"):
            return look()
        self.inside = kind
        try:
            value = look()
        except RunbookError as error:
            self._told(kind, name, on, arguments, look, None, error.kind)
            raise
        else:
            self._told(kind, name, on, arguments, look, value, None)
            return value
        finally:
            self.inside = before

    def _told(self, kind: Kind, name: str, on: Any, arguments: tuple[Any, ...], look: Redo, value: Any, error: str | None) -> None:
        """A page that goes away meanwhile is not worth a recorded look, and no reason to fail the run."""
        self.inside = "read"
        with suppress(PlaywrightError):
            if kind != "shown" or value.count() == 1:
                self.listener.looked(kind, name, on, arguments, look, value, error)


@contextmanager
def watching(listener: Listener) -> Iterator[None]:
    """Report to ``listener`` every look that page objects take in this process until the end."""
    following = Following(listener)
    with ExitStack() as undo:
        for watch in WATCHES:
            _replace(undo, watch.owner, watch.name, _followed(watch, following))
        _replace(undo, AppTab, "edit", _edit(following))
        for module in CALLERS_OF_SECTIONS:
            _replace(undo, module, "open_section", _section(module.open_section, following))
        yield


def _replace(undo: ExitStack, owner: Any, name: str, new: Any) -> None:
    undo.callback(setattr, owner, name, vars(owner)[name])
    setattr(owner, name, new)


def _followed(watch: Watch, following: Following) -> Any:
    original = vars(watch.owner)[watch.name]
    if isinstance(original, property):
        return property(lambda self: following.report(watch.kind, watch.name, self, (), lambda: original.__get__(self)))

    @functools.wraps(original)
    def followed(self: Any, *arguments: Any, **named: Any) -> Any:
        return following.report(watch.kind, watch.name, self, arguments, lambda: original(self, *arguments, **named))

    return followed


def _edit(following: Following) -> Callable[[AppTab], None]:
    original = AppTab.edit

    def edit(self: AppTab) -> None:
        if not self.editing():
            label = self.labels["detail.edit"]
            seek = functools.partial(the_only, self.edit_button, "button", label, self.page, self.timeouts.action)
            following.report("find", EDIT, self, (), seek)
        original(self)

    return edit


def _section(original: Callable[..., bool], following: Following) -> Callable[..., bool]:
    """A section without a button is no failure in a run, yet the look for it is kept: its label may be what changed."""

    def open_section(region: Region, labels: Any, key: str, content: Locator, timeout: float) -> bool:
        button = by_role(region, "button", labels.pattern(key))

        def look() -> None:
            if not content.count() and not _comes(button, timeout):
                raise ElementNotFound(key)

        with suppress(ElementNotFound):
            following.report("find", SECTION, (region, labels, key), (), look)
        return original(region, labels, key, content, timeout)

    return open_section


def _comes(button: Locator, timeout: float) -> bool:
    try:
        button.first.wait_for(state="visible", timeout=timeout * 1000)
    except PlaywrightError:
        return False
    return True


def page_of(on: Any) -> Page:
    """The page that a page object, a field, or a section's triple belongs to."""
    region = on[0] if isinstance(on, tuple) else getattr(on, "region", None) or on.page
    return region if isinstance(region, Page) else region.page
