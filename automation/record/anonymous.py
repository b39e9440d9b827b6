"""From a tape to a recording that may be shared: everything replaced, and checked before it is written.

What names an org, its people and its secrets is replaced by fakes of the same form, the same one each time. A fake depends on the
order in which values were met and never on the value, so nothing can be worked back from it.
"""

from __future__ import annotations

import random
import re
import string
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from automation.errors import RunbookError
from automation.record.file import RecordedStep, Recording
from automation.record.lookups import Lookup
from automation.record.tape import Tape
from automation.salesforce.ids import is_id, to_18
from automation.secrets import holds_secret, known_secrets, scrub
from automation.settings import Settings
from automation.settings.app_spec import AppSpec
from flows.app.state import OrgState
from flows.pages.labels import Labels, languages

_CLOUD = (
    r"(?:salesforce|force|salesforce-setup|salesforce-sites|salesforce-experience|site|crmforce|documentforce|visualforce)"
    r"\.(?:com|mil)"
)
_HOST = re.compile(rf"(?<![\w.-])([a-z0-9][a-z0-9-]*+)(?>((?:\.[a-z0-9-]+)*\.{_CLOUD}))(?![\w.-]*\w\.)", re.IGNORECASE)
"""Every host of an org begins with its My Domain name (evidence: org-access 0). What was matched is not tried in other ways:
that would take time with the square of a long word.
"""
_SHARED = frozenset({"login", "test", "www", "help", "developer", "trailhead", "status", "trust", "appexchange"})
"""Hosts that all orgs have in common."""
_URL_HOST = re.compile(r"(?<=://)([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_OF_CLOUD = re.compile(rf"\.{_CLOUD}$", re.IGNORECASE)
_LOCAL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~•●-]"
_EMAIL = re.compile(rf"(?<!{_LOCAL}){_LOCAL}++@[A-Za-z0-9*•●-]++(?:\.[A-Za-z0-9*•●-]++)+")
"""Usernames have the form of email addresses; pages of verification show them with asterisks or dots."""
_ID = re.compile(r"(?<![A-Za-z0-9])([0-9a][A-Za-z0-9]{2}(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{12})((?:[A-Z0-5]{3})?)(?![A-Za-z0-9])")
"""A record id of 15 or 18 characters. Words of that form that are none are replaced too, which does no harm."""


@dataclass
class Fakes:
    """The replacements of one recording.

    Attributes:
        given: what was replaced, with its fake; never written anywhere.
        kinds: how many of each kind, for the review page.
    """

    given: dict[str, str] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    _words: dict[str, str] = field(default_factory=dict)

    def name(self, text: str, kind: str = "name") -> None:
        """Replace ``text``, wherever it occurs as a whole word, by ``Name 1`` and so on."""
        if len(text.strip()) > 2 and text not in self._words and text not in self.given:
            self._words[text] = self._fake(text, kind, f"{kind.capitalize()} {self.kinds[kind] + 1}")

    def company(self, host: str, spared: Collection[str] = ()) -> None:
        """Replace the names in an org's host also where they occur alone, as in the org's name.

        ``spared``: words, in small letters, that are not replaced where they occur alone, as labels hold them.
        """
        label = host.split(".", maxsplit=1)[0]
        for part, fake in zip(label.split("--"), self._my_domain(label).split("--"), strict=False):
            if len(part) > 3 and fake != part and part not in spared:
                self._words |= dict.fromkeys((part, part.capitalize(), part.upper()), fake)

    def secret(self, value: str) -> None:
        """Replace a secret by one of the same form. Its rarer encodings are left to the check before writing."""
        if len(value) > 3 and value not in self._words and value not in self.given:
            fake = self._same_form(value)
            self._words[value] = self._fake(value, "secret", fake)
            self._words.setdefault(value.encode().hex(), fake.encode().hex())

    def replaced(self, text: str) -> str:
        """``text`` with everything replaced."""
        if self._words:
            forms = sorted(self._words, key=len, reverse=True)
            text = re.sub("|".join(map(_bounded, forms)), lambda found: self._words[found.group()], text)
        text = _EMAIL.sub(lambda found: self._email(found.group()), text)
        text = _HOST.sub(lambda found: self._my_domain(found.group(1)) + found.group(2), text)
        text = _URL_HOST.sub(lambda found: self._foreign_host(found.group()), text)
        return _ID.sub(lambda found: self._id(found.group(1)) if not found.group(2) else to_18(self._id(found.group(1))), text)

    def _fake(self, value: str, kind: str, fake: str) -> str:
        self.kinds[kind] += 1
        self.given[value] = fake
        return fake

    def _known(self, value: str, kind: str, form: str) -> str:
        """The fake of a value; ``form`` holds ``{}`` for its number."""
        if value in self.given.values():
            return value  # it is a fake already, as in a text that is replaced twice
        if value not in self.given:
            self._fake(value, kind, form.format(self.kinds[kind] + 1))
        return self.given[value]

    def _my_domain(self, label: str) -> str:
        """``acme--dev`` is a company's name and a sandbox's; both are replaced, and stay two."""
        company, dashes, sandbox = label.lower().partition("--")
        if company in _SHARED:
            return label
        return self._known(company, "host", "org{}") + dashes + (self._known(sandbox, "host", "box{}") if sandbox else "")

    def _foreign_host(self, host: str) -> str:
        if _OF_CLOUD.search(host):
            return host
        return self._known(host.lower(), "host", "host{}.example")

    def _email(self, address: str) -> str:
        masked = re.search(r"[*•●]", address)
        return self._known(address.lower(), "email", "u*****{}@people.example" if masked else "user{}@people.example")

    def _id(self, record_id: str) -> str:
        return self._known(record_id, "record id", record_id[:3] + "{:012d}") if is_id(record_id) else record_id

    def _same_form(self, value: str) -> str:
        """Letters for letters and digits for digits; the public beginning of a consumer key stays."""
        dice = random.Random(len(self.given))  # noqa: S311  a fake has to be the same each time
        start = "3MVG9" if value.startswith("3MVG9") else ""
        return start + "".join(_like(character, dice) for character in value[len(start) :])


def _like(character: str, dice: random.Random) -> str:
    for letters in (string.digits, string.ascii_lowercase, string.ascii_uppercase):
        if character in letters:
            return dice.choice(letters)
    return character


def _bounded(form: str) -> str:
    """A name, or a short number, counts only where no further letter or digit is beside it."""
    return rf"(?<![A-Za-z0-9]){re.escape(form)}(?![A-Za-z0-9])" if len(form) < 16 else re.escape(form)


class SecretLeft(RunbookError):
    """A recording still held a secret or a name of the org, so it was not written."""

    kind = "secret_left"
    recovery = "Nothing was written. Name what has to be replaced with --replace, or report this with the kind of page it was on."


def fakes_for(settings: Settings, spec: AppSpec, state: OrgState, tape: Tape, also: Iterable[str] = ()) -> Fakes:
    """The replacements for all that is known of the org and for further names, in an order that is the same in each run."""
    fakes = Fakes()
    spared = set(re.findall(r"\w+", " ".join((spec.name, *all_texts())).lower()))
    for host in dict.fromkeys((settings.host, state.host)):
        fakes.company(host, spared)
    if state.credentials is not None:
        fakes.secret(state.credentials.fingerprint)
    for text in (settings.sf_username, spec.run_as, spec.contact_email, state.username, *also):
        if text and "@" not in text:
            fakes.name(text)
    for row in _rows(tape.lookups):
        if row != spec.name:
            fakes.name(row, "app")
    for word in dict.fromkeys(word for page in tape.copies.values() for word in page.words):
        fakes.secret(word)
    for secret in sorted(known_secrets() - set(fakes.given)):
        if "://" not in secret:  # of a secret URL the query is cut and the host replaced
            fakes.secret(secret)
    return fakes


def all_texts() -> list[str]:
    """The texts of all labels in all languages: what a page is found by has to stay as it is."""
    spoken = [Labels(language) for language in languages()]
    return [text for labels in spoken for key in labels.keys() for text in labels.label(key).texts]  # noqa: SIM118  no mapping


def _rows(lookups: Iterable[Lookup]) -> list[str]:
    """Names of all apps in the list: those of others are the company's own business."""
    return list(dict.fromkeys(row[0] for one in lookups if one.name == "_read_rows" for row in one.value or ()))


def anonymous(tape: Tape, fakes: Fakes, *, name: str, language: str, outcome: str) -> Recording:
    """The recording of a tape, with everything replaced."""

    def clean(text: str) -> str:
        return scrub(fakes.replaced(text))

    pages = tuple(
        replace(page, url=clean(page.url), title=clean(page.title), html=clean(page.html), tree=clean(page.tree), words=())
        for page in tape.copies.values()
    )
    seen = {lookup.step for lookup in tape.lookups}  # other steps have no page, and their notes name files of this machine
    results = [one for one in tape.results.values() if one.id in seen]
    steps = tuple(RecordedStep(one.id, one.title, one.result, clean(one.note)) for one in results)
    lookups = tuple(replace(one, value=_deep(one.value, clean), arguments=tuple(map(clean, one.arguments))) for one in tape.lookups)
    return Recording(name, language, outcome, steps, lookups, pages, dict(fakes.kinds))


def _deep(value: Any, clean: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    return [_deep(one, clean) for one in value] if isinstance(value, list) else value


def require_clean(files: Mapping[str, str], names: Iterable[str]) -> None:
    """Refuse texts that hold a known secret, in any encoding, or one of ``names``.

    Raises:
        SecretLeft: it says in which file, never which value.
    """
    wanted = [name.casefold() for name in names if len(name) > 3]
    for file, text in files.items():
        if holds_secret(text):
            raise SecretLeft(f"{file} of the recording still held a known secret.")
        folded = text.casefold()
        if any(name in folded for name in wanted):
            raise SecretLeft(f"{file} of the recording still held a host, a user or an id of the org.")
