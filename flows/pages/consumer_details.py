"""The page with key and secret, usually classic and in a new tab (step 4.7).

Values are read by the labels of their rows: ids of this page are not documented for External Client Apps. Nothing
here may end up in an exception, so no ``expect`` is used and callers hold a private phase open.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from playwright.sync_api import Frame, Locator, Page

from automation.browser.race import Outcome, race
from automation.errors import UnexpectedPage
from automation.salesforce.hosts import is_org_host, parse_url
from automation.secrets import Secret
from flows.pages.base import PageObject
from flows.pages.copied import CopyButtons, can_copy
from flows.pages.labels import written_as

PATH = "/ecapp/externalClientAppManageConsumer.apexp"
"""A Visualforce page of My Domain (evidence: update-2026-11-28 1.1, a bookmark of a production org)."""
TOKEN = re.compile(r"[A-Za-z0-9._=+/\-]{16,}")
"""A key (``3MVG9...``) or a secret: one run of at least 16 such characters. Guess: no shorter ones were seen."""
COPY_AFTER = 2.0
"""Seconds in which values are shown by themselves; after that, ``Copy`` is pressed where there is such a button."""
MAX_CLIMB = 6
"""How many levels above the label its value may be."""

IDS = {"consumer.key": "[id$='consumerKey']", "consumer.secret": "[id$='consumerSecret']"}
"""How the ids of the connected apps' page end (HARDIS): for a page that shows values without these labels."""

AROUND = """(labels, levels) => {
  const skipped = "button, a, [role=button], script, style, input[type=button], input[type=submit], input[type=hidden]";
  const text = (root) => {
    const found = [];
    const walk = (node) => {
      if (node.nodeType === Node.TEXT_NODE) return found.push(node.data);
      if (node.nodeType === Node.ELEMENT_NODE) {
        if (node.matches(skipped) || node.checkVisibility?.() === false) return;
        if (node.matches("wbr")) return found.push("\\0");
        if (node.matches("input, textarea")) return found.push(node.value);
        if (node.shadowRoot) walk(node.shadowRoot);
      }
      node.childNodes.forEach(walk);
    };
    if (root) walk(root);
    return found.join("\\n").replaceAll("\\n\\0\\n", "");
  };
  return labels.map(label => {
    const around = [];
    for (let at = label; at && around.length < levels; at = at.parentElement ?? at.getRootNode().host)
      around.push([text(at.nextElementSibling), text(at)]);
    return around;
  });
}"""
"""Of each label the texts beside and in it, and beside and in each element around it, without what can be clicked.

Goes through shadow roots in both directions; what is read as one word belongs together (``<wbr>`` only lets it break).
"""


def consumer_url(host: str, app_id: str) -> str:
    """The page's URL on the My Domain ``host``, for the 15-character id of an app.

    Guess: it also opens without the ``retURL`` that the button adds, an Aura call which is no page and is never followed
    (variant ``consumer_without_ret_url``).
    """
    return f"https://{host}{PATH}?ecAppId={app_id}"


class ConsumerDetails(PageObject):
    """``Consumer Details``: rows ``Consumer Key`` and ``Consumer Secret``, each with a ``Copy`` button."""

    @property
    def marks(self) -> Locator:
        """Visible row labels or values, by which the page is recognised."""
        return self._label("consumer.secret", self.page).or_(self._by_id("consumer.secret", self.page))

    def framed(self) -> bool:
        """Whether a frame of the page shows them, as Setup does with classic pages (setup-ui 15; for this page a guess)."""
        key = "consumer.secret"
        return any(self._label(key, frame).or_(self._by_id(key, frame)).count() > 0 for frame in self._frames())

    def shown(self) -> bool:
        """Whether key and secret are there, in the page or in a frame."""
        return self.marks.count() > 0 or self.framed()

    def _frames(self) -> list[Frame]:
        """Frames of the org's own hosts."""
        return [frame for frame in self.page.frames[1:] if is_org_host(parse_url(_origin(frame)).host)]

    def read(self) -> tuple[Secret, Secret]:
        """Key and secret. Raises UnexpectedPage when a row or its value is not clearly there."""
        pair = self._within(min(COPY_AFTER, self.timeouts.action)) or self._by_copying() or self._by_showing()
        key, secret = pair or self._values()  # which says what is missing
        if key == secret:
            raise UnexpectedPage("Consumer key and consumer secret read the same; the page was not understood.")
        return key, secret

    def _within(self, seconds: float) -> tuple[Secret, Secret] | None:
        """Both values, once they are shown."""
        found: list[tuple[Secret, Secret]] = []

        def read() -> bool:
            with suppress(UnexpectedPage):
                found.append(self._values())
            return bool(found)

        with suppress(UnexpectedPage):
            race(self.page, "key and secret", [Outcome("values", fact=read)], seconds)
        return found[0] if found else None

    def _values(self) -> tuple[Secret, Secret]:
        return self._value("consumer.key"), self._value("consumer.secret")

    def _by_copying(self) -> tuple[Secret, Secret] | None:
        """Where no value is shown: press the ``Copy`` buttons, after which it may be, and else take what they copy."""
        places: list[Page | Frame] = [self.page, *self._frames()]
        place = next((one for one in places if can_copy(one, self.labels)), None)
        if place is None:
            return None
        copies = CopyButtons(place, self.labels, {key: self._marked(key) for key in IDS}, self.timeouts.action)
        found = [self._copied(copies, key) for key in IDS]
        if self._is_readable() or not all(len(one) == 1 for one in found):
            return None
        return found[0].pop(), found[1].pop()

    def _by_showing(self) -> tuple[Secret, Secret] | None:
        """Press what shows a value, if there is such a button (a guess: every screenshot has them in clear text), and wait."""
        name = self.labels.beginning("consumer.show")
        places: list[Page | Frame] = [self.page, *self._frames()]
        for place in places:
            for button in place.get_by_role("button", name=name).filter(visible=True).all()[: len(IDS)]:
                button.click(timeout=self.timeouts.action * 1000)
        return self._within(self.timeouts.action)

    def _copied(self, copies: CopyButtons, key: str) -> set[Secret]:
        """What the button of a row copies, unless it shows the value; it may take a moment."""
        copied: set[Secret] = set()

        def came() -> bool:
            copied.update(Secret(text) for text in copies.taken() if TOKEN.fullmatch(text))
            return bool(copied) or self._is_readable(key)

        if copies.press(key):
            with suppress(UnexpectedPage):
                race(self.page, "what is copied", [Outcome("copied", fact=came)], self.timeouts.action)
        return copied

    def _is_readable(self, *keys: str) -> bool:
        try:
            return all(self._value(key) for key in keys or IDS)
        except UnexpectedPage:
            return False

    def _label(self, key: str, place: Page | Frame) -> Locator:
        texts = self.labels.label(key).all_texts
        return place.get_by_text(written_as(*texts, *(f"{text}:" for text in texts))).filter(visible=True)

    def _by_id(self, key: str, place: Page | Frame) -> Locator:
        return place.locator(IDS[key]).filter(visible=True)

    def _marks(self, key: str) -> list[Locator]:
        """In each place the row's label, and its value by id."""
        places: list[Page | Frame] = [self.page, *self._frames()]
        return [mark for place in places for mark in (self._label(key, place), self._by_id(key, place))]

    def _marked(self, key: str) -> Locator:
        """The row's label, or its value by id, where there is one."""
        return next((mark for mark in self._marks(key) if mark.count()), self._label(key, self.page))

    def _value(self, key: str) -> Secret:
        rows: list[Any] = next(filter(None, (mark.evaluate_all(AROUND, MAX_CLIMB) for mark in self._marks(key))), [])
        if len(rows) != 1:
            raise UnexpectedPage(f'Found {len(rows)} rows "{self.labels[key]}" on the consumer page instead of one.')
        for level, (beside, inside) in enumerate(rows[0]):
            for found in (_tokens(inside) if level == 0 or self._is_row(key, inside) else set(), _tokens(beside)):
                if len(found) == 1:
                    return Secret(found.pop())
            if len(_tokens(inside)) > 1:
                break
        raise UnexpectedPage(f'The row "{self.labels[key]}" of the consumer page shows no single value.')

    def _is_row(self, key: str, text: str) -> bool:
        """Whether a part of the page is this row alone: it begins with its label and does not hold another row's."""
        others = [other for other in IDS if other != key]
        begins = self.labels.containing(key).match(text.strip()) is not None
        return begins and not any(self.labels.containing(other).search(text) for other in others)


def _origin(frame: Frame) -> str:
    """The URL that a frame's content is from: one without a URL of its own is written by the page around it."""
    while frame.url.startswith("about:") and frame.parent_frame is not None:
        frame = frame.parent_frame
    return frame.url


def _tokens(text: str) -> set[str]:
    """The words that look like a key or a secret."""
    return {word for word in text.split() if TOKEN.fullmatch(word)}
