"""Notifications about how a run ended, what they say and when: ``webhook:``, ``command:``, or any service that Apprise knows.

A target is ``webhook:URL``, ``webhook:REFERENCE``, ``apprise:REFERENCE`` (to an Apprise URL such as ``slack://...``,
``workflows://...`` for Teams or ``mailtos://...``; extra ``notify``) or ``command:PROGRAM`` (JSON on its standard input). The URLs
of chats are secrets, so they are given by reference. A target that does not work is noted and never fails the run.
"""

from __future__ import annotations

import importlib.util
import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from automation.errors import RunbookError, UsageError
from automation.fleet import references
from automation.fleet.pool import Pool, TimeIsUp, kill_all, next_done
from automation.fleet.progress import summary_line
from automation.secrets import Secret, scrub
from automation.secrets.child_environment import child_environment, command_environment

if TYPE_CHECKING:
    from automation.fleet.outcome import OrgOutcome
    from automation.settings import Settings

TIMEOUT: Final = 15.0
"""Seconds that all targets may take together; they are notified at the same time."""
LAST: Final = 5.0
"""The same when the job is being stopped."""

TITLE: Final = "External Client Apps"
EVENTS: Final = ("failure", "change", "always")
KINDS: Final = ("webhook", "apprise", "command")
LOCAL: Final = ("127.0.0.1", "localhost", "::1")
SENDER: Final = (sys.executable, "-m", "automation.fleet.apprise_sender")


@dataclass(frozen=True)
class Message:
    """``event``: failure, change or always; ``text`` is for people, ``tree`` for machines."""

    event: str
    title: str
    text: str
    tree: Mapping[str, Any]


def wanted(in_file: Iterable[tuple[str, str]], given: Iterable[str]) -> list[tuple[str, str]]:
    """(event, target) of the orgs file and of ``--notify``. Raises UsageError for a malformed one of the latter."""
    found = list(in_file)
    for text in given:
        event, equals, target = text.partition("=")
        if not equals or event not in EVENTS:
            event, target = "failure", text
        problem = check(target)
        if problem is not None:
            raise UsageError(f"--notify: {problem}.")
        found.append((event, target))
    return found


def due(event: str, outcomes: Sequence[OrgOutcome]) -> bool:
    """Whether an event has happened. A failure is a change that people want to know, so ``change`` covers it."""
    failed = any(outcome.failed for outcome in outcomes)
    return event == "always" or failed or (event == "change" and any(outcome.changed for outcome in outcomes))


def message(event: str, outcomes: Sequence[OrgOutcome], run: int, seconds: float) -> Message:
    """Each org on which something happened, with outcome, cause and fix."""
    shown = [outcome for outcome in outcomes if outcome.word != "unchanged"]
    failed = sum(outcome.failed for outcome in outcomes)
    summary = summary_line(list(outcomes), len(outcomes), seconds)
    title = f"{TITLE}: {failed} of {len(outcomes)} orgs failed" if failed else f"{TITLE}: {summary}"
    text = "\n".join([summary, "", *(line for outcome in shown for line in _lines(outcome))])
    tree = {"schema": 1, "event": event, "run": run, "summary": summary, "orgs": [_short(outcome) for outcome in shown]}
    return Message(event, title, text, tree)


def _lines(outcome: OrgOutcome) -> list[str]:
    host = outcome.line["org"]["host"]
    if outcome.error:
        return [f"{outcome.org} ({host}): {outcome.word}: {outcome.error['message']}", f"  Next: {outcome.error['next']}"]
    return [f"{outcome.org} ({host}): {outcome.word}: {outcome.why}"]


def _short(outcome: OrgOutcome) -> dict[str, Any]:
    keys = ("outcome", "org", "app", "credentials", "error", "seconds")
    return {"name": outcome.org, "found": outcome.found, "why": outcome.why, **{key: outcome.line[key] for key in keys}}


class NotSent(Exception):
    """Why a notification failed, in words without a secret."""


def check(target: str) -> str | None:
    """What is wrong with a target, in one sentence; None when it is right. Nothing is sent or looked up."""
    kind, _, rest = target.partition(":")
    if kind not in KINDS or not rest.strip():
        return f"{kind!r} begins no known target; there are {', '.join(f'{one}:' for one in KINDS)}"
    try:
        _check(kind, rest.strip())
    except ValueError as error:
        return f"{kind}: {error}"
    return None


def _check(kind: str, rest: str) -> None:
    if kind == "command":
        shlex.split(rest)
    elif kind == "apprise":
        references.check(rest)
        if importlib.util.find_spec("apprise") is None:
            raise ValueError("needs a package that is not installed: pip install 'external-client-app-runbook[notify]'")
    elif not references.is_reference(rest):
        parts = urlsplit(rest)
        plain = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)
        if parts.username is not None or parts.query:
            Secret(rest)
            raise ValueError(f"a URL with a secret in it is refused; say where it is: {references.FORMS}")
        if not plain:
            raise ValueError("give an https URL")


def send(wanted: Sequence[tuple[str, Message]], settings: Callable[[], Settings], seconds: float = TIMEOUT) -> list[str]:
    """Notify all targets at the same time; answers a sentence for each that failed. Raises nothing, an interruption included.

    Args:
        wanted: targets, and what each is sent.
        settings: the machine's, for proxy and certificates.
        seconds: what is not done by then is given up, and its programs are ended.
    """
    pool = Pool(len(wanted), "notify")
    programs: list[subprocess.Popen[bytes]] = []
    running: dict[Future[None], str] = {}
    for target, message in wanted:
        kind, _, rest = target.partition(":")
        running[pool.submit(seconds, partial(_send, kind, rest.strip(), message, settings, programs))] = kind
    left = set(running)
    try:
        while left:  # each ends at its deadline
            left -= next_done(left, pool)
    except KeyboardInterrupt:
        with suppress(KeyboardInterrupt):
            _last_moments(left, pool)
    for program in programs:
        kill_all(program)
    return [trouble for future, kind in running.items() if (trouble := _trouble(future, kind)) is not None]


def _last_moments(left: set[Future[None]], pool: Pool) -> None:
    """Wait a little for what is still being sent."""
    ends = time.monotonic() + LAST
    while left and (seconds := ends - time.monotonic()) > 0:
        left -= next_done(left, pool, within=seconds)


def _trouble(future: Future[None], kind: str) -> str | None:
    error = future.exception() if future.done() else TimeIsUp("interrupted")
    if error is None:
        return None
    known = isinstance(error, NotSent | RunbookError | TimeIsUp)
    return scrub(f"The notification by {kind} failed: {error if known else type(error).__name__}")


def _send(
    kind: str, rest: str, message: Message, settings: Callable[[], Settings], programs: list[subprocess.Popen[bytes]]
) -> None:
    if kind == "command":
        _run(shlex.split(rest), json.dumps(message.tree, ensure_ascii=False), command_environment(), programs)
    elif kind == "apprise":
        given, machine = {"url": references.resolve(rest), "title": scrub(message.title), "body": scrub(message.text)}, settings()
        given |= {"ca_file": str(machine.sf_ca_file)} if machine.sf_ca_file is not None else {}
        proxy = {"HTTPS_PROXY": machine.https_proxy.reveal(), "NO_PROXY": machine.no_proxy or ""} if machine.https_proxy else {}
        _run(SENDER, json.dumps(given), child_environment("PYTHONPATH", values=proxy), programs, secret=True)
    else:
        _post(references.resolve(rest) if references.is_reference(rest) else rest, message, settings())


def _post(url: str, message: Message, settings: Settings) -> None:
    import httpx

    content = scrub(json.dumps(message.tree, ensure_ascii=False)).encode(errors="replace")
    headers = {"Content-Type": "application/json"}
    try:
        with settings.network.client() as client, client.stream("POST", url, content=content, headers=headers) as answer:
            status = answer.status_code  # its body is nothing to us
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotSent(type(error).__name__) from None  # its text holds the URL
    if not 200 <= status < 300:
        raise NotSent(f"it answered {status}")


def _run(
    command: Sequence[str],
    text: str,
    environment: Mapping[str, str] | None,
    programs: list[subprocess.Popen[bytes]],
    *,
    secret: bool = False,
) -> None:
    """Run a program with ``text`` on its standard input. Whoever started it ends it when its time is up."""
    data = (text if secret else scrub(text)).encode(errors="replace")
    try:
        program = subprocess.Popen(
            command, env=environment, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        raise NotSent(f"the program could not be started ({getattr(error, 'strerror', None) or type(error).__name__})") from None
    programs.append(program)
    with suppress(OSError):  # it need not read
        program.communicate(data)
    if program.wait() != 0:
        raise NotSent(f"the program ended with {program.returncode}")
