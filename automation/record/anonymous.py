"""From a tape to a recording that may be shared: everything replaced, and checked before it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from automation.errors import RunbookError
from automation.record.fakes import Fakes
from automation.record.file import RecordedStep, Recording
from automation.record.lookups import Lookup
from automation.record.tape import Tape
from automation.secrets import holds_secret, known_secrets, scrub
from automation.settings import Settings
from automation.settings.app_spec import AppSpec
from flows.app.state import OrgState
from flows.pages.labels import Labels, languages


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
