"""The page with key and secret, usually classic and in a new tab (step 4.7).

Values are read by the labels of their rows: ids of this page are not documented for External Client Apps. Nothing
here may end up in an exception, so no ``expect`` is used and callers hold a private phase open.
"""

from __future__ import annotations

import re

from playwright.sync_api import Locator

from automation.errors import UnexpectedPage
from automation.secrets import Secret
from flows.pages.base import PageObject
from flows.pages.labels import exactly

TOKEN = re.compile(r"[A-Za-z0-9._=+/\-]{16,}")
"""A key (``3MVG9...``) or a secret: one run of at least 16 such characters. Guess: no shorter ones were seen."""
MAX_CLIMB = 5
"""How many levels above the label its value may be."""


class ConsumerDetails(PageObject):
    """``Consumer Details``: rows ``Consumer Key`` and ``Consumer Secret``, each with a ``Copy`` button."""

    @property
    def marks(self) -> Locator:
        """Visible row labels, by which the page is recognised."""
        return self._label("consumer.secret")

    def read(self) -> tuple[Secret, Secret]:
        """Key and secret. Raises UnexpectedPage when a row or its value is not clearly there."""
        key, secret = self._value("consumer.key"), self._value("consumer.secret")
        if key == secret:
            raise UnexpectedPage("Consumer key and consumer secret read the same; the page was not understood.")
        return key, secret

    def _label(self, key: str) -> Locator:
        texts = self.labels.label(key).texts
        return self.page.get_by_text(exactly(*texts, *(f"{text}:" for text in texts))).filter(visible=True)

    def _value(self, key: str) -> Secret:
        label = self._label(key)
        if label.count() != 1:
            raise UnexpectedPage(f'Found {label.count()} rows "{self.labels[key]}" on the consumer page instead of one.')
        holder = label
        for _ in range(MAX_CLIMB):
            beside = self._tokens(holder.locator("xpath=following-sibling::*[1]"))
            if len(beside) == 1:
                return Secret(beside.pop())
            holder = holder.locator("xpath=..")
            if len(self._tokens(holder)) > 1:
                break
        raise UnexpectedPage(f'The row "{self.labels[key]}" of the consumer page shows no single value.')

    def _tokens(self, holder: Locator) -> set[str]:
        """What in this part of the page looks like a key or a secret, in text or in read-only boxes."""
        texts = [*holder.locator("*").all_inner_texts(), *holder.all_inner_texts()]
        texts += [box.input_value() for box in holder.locator("input:visible, textarea:visible").all()]
        return {token for text in texts for line in text.split() for token in TOKEN.findall(line) if token == line}
