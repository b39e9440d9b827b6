"""Telling people how a run ended: webhook, Slack, Teams, mail or a program.

A target is ``webhook:URL``, ``slack:REFERENCE``, ``teams:REFERENCE``, ``mail:ADDRESS?server=smtps://HOST[:PORT]&from=...``
``[&username=...&password=REFERENCE]`` or ``command:PROGRAM`` (JSON on its standard input). Addresses of Slack and Teams are
secrets, so they are given by reference; so may the one of a webhook be. A target that does not work is remarked and never
fails the run.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from automation.child_environment import command_environment
from automation.errors import RunbookError
from automation.fleet import references
from automation.fleet.mail import MailTarget
from automation.secrets import Secret, scrub

if TYPE_CHECKING:
    import httpx

TIMEOUT: Final = 15.0
"""Seconds that one target may take."""

KINDS: Final = ("webhook", "slack", "teams", "mail", "command")
LOCAL: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Message:
    """What is told. ``event``: failure, change or always; ``text`` is for people, ``tree`` for machines."""

    event: str
    title: str
    text: str
    tree: Mapping[str, Any]


class NotTold(Exception):
    """Why a target could not be told, in words without a secret."""


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
    if kind == "mail":
        MailTarget.parse(rest)
    elif kind == "command":
        shlex.split(rest)
    elif not references.is_reference(rest):
        parts = urlsplit(rest)
        plain = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)
        if kind != "webhook" or parts.username is not None or parts.query:
            Secret(rest)
            raise ValueError(f"its address is a secret; say where it is: {references.FORMS}")
        if not plain:
            raise ValueError("give an https address")


def tell(targets: Iterable[str], message: Message, client: Callable[[], httpx.Client]) -> list[str]:
    """Tell all targets; answers a sentence for each one that could not be told. Raises nothing.

    Args:
        client: makes an HTTP client with the machine's proxy and certificates.
    """
    troubles = []
    for target in targets:
        kind, _, rest = target.partition(":")
        try:
            _tell(kind, rest.strip(), message, client)
        except (NotTold, RunbookError, ValueError, OSError) as error:
            troubles.append(scrub(f"{kind} could not be told: {error}"))
    return troubles


def _tell(kind: str, rest: str, message: Message, client: Callable[[], httpx.Client]) -> None:
    if kind == "command":
        _run(rest, message)
    elif kind == "mail":
        MailTarget.parse(rest).send(scrub(message.title), scrub(message.text), TIMEOUT)
    else:
        _post(_address(rest), _body(kind, message), client)


def _address(rest: str) -> str:
    return references.resolve(rest) if references.is_reference(rest) else rest


def _body(kind: str, message: Message) -> Mapping[str, Any]:
    if kind == "slack":
        return {"text": f"*{message.title}*\n{message.text}"}
    if kind == "teams":
        return {"type": "message", "attachments": [_card(message)]}
    return message.tree


def _card(message: Message) -> dict[str, Any]:
    """An Adaptive Card, the form that Teams' workflow webhooks take."""
    lines = [{"type": "TextBlock", "text": line, "wrap": True, "spacing": "Small"} for line in message.text.splitlines() if line]
    title = {"type": "TextBlock", "text": message.title, "weight": "Bolder", "size": "Medium", "wrap": True}
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [title, *lines],
    }
    return {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}


def _post(address: str, body: Mapping[str, Any], make: Callable[[], httpx.Client]) -> None:
    import httpx

    content = scrub(json.dumps(body, ensure_ascii=False)).encode()
    try:
        with make() as client:
            answer = client.post(
                address, content=content, headers={"Content-Type": "application/json"}, timeout=TIMEOUT, follow_redirects=False
            )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        trouble = type(error).__name__  # its text holds the address
    else:
        if answer.is_success:
            return
        trouble = f"it answered {answer.status_code}"
    raise NotTold(trouble)


def _run(line: str, message: Message) -> None:
    try:
        done = subprocess.run(
            shlex.split(line),
            env=command_environment(),
            input=scrub(json.dumps(message.tree, ensure_ascii=False)).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotTold(f"the program did not end within {TIMEOUT:g} s") from None
    except OSError as error:
        raise NotTold(f"the program could not be started ({error.strerror})") from None
    if done.returncode != 0:
        raise NotTold(f"the program ended with {done.returncode}")
