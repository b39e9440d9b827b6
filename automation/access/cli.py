"""The Salesforce CLI as a login method: ``sf org open --url-only --json`` prints a one-time link.

Facts: plugin-org (``org open``), forcedotcom/cli #3249 (the link works once) and #3560 (secrets are replaced by a
sentinel that starts with ``[REDACTED]`` since 2.136.8; ``org open`` is not among the commands that do so).
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from automation.access.login_methods import ENTRANCE, LoginMethod, LoginMethodFailed
from automation.access.named_org import NamedOrg
from automation.secrets import Secret, scrub
from automation.secrets.child_environment import SALESFORCE_CLI, child_environment
from automation.secrets.programs import Ended, ProgramFailed, run

if TYPE_CHECKING:
    from automation.settings import Settings

SENTINEL: Final = "[REDACTED]"
TIMEOUT: Final = 120.0
"""Seconds; the CLI starts slowly and may refresh its token first."""

MOST: Final = 1_000_000
"""Characters that are looked at; an answer has about a thousand."""
OBJECTS: Final = 50
"""Places that look like the beginning of an object and are tried."""

_COLOURS: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_BEGIN: Final = re.compile(r'\{\s*"')
"""Of an object with something in it. What Node prints of its own objects has names without quotes."""


class CliLogin(LoginMethod):
    """The org that the Salesforce CLI knows by an alias."""

    def __init__(self, alias: str, settings: Settings) -> None:
        super().__init__(settings)
        self.name = f'the Salesforce CLI org "{alias}"'  # the alias is no secret
        self._alias = alias

    def url(self) -> str:
        """A fresh one-time link.

        Raises:
            LoginMethodFailed: the CLI is missing, too old, not logged in to that org, or prints no link.
            ForeignHost: the link does not lead to the org that SF_LOGIN_URL names, or not to Salesforce at all.
        """
        result = self._answer(self._run())
        link = Secret(str(result.get("url") or ""))
        if not link or SENTINEL in link.reveal():
            raise LoginMethodFailed(
                f"{self.name}: this version of the CLI does not print the link.",
                next="Update the CLI (sf update); if that does not help, use SF_FRONTDOOR_URL or username and password.",
            )
        NamedOrg(self._settings.host).require_link(link.reveal(), f"The link of {self.name}")
        return link.reveal()

    def _run(self) -> Ended:
        program = shutil.which("sf")
        if program is None:
            old = " (sfdx, its predecessor, is there but too old)" if shutil.which("sfdx") else ""
            raise LoginMethodFailed(
                f"SF_CLI_ORG is set, but the program sf is not on the PATH{old}.",
                next="Install the Salesforce CLI (npm install --global @salesforce/cli), or use another login method.",
            )
        argv = [program, "org", "open", "--url-only", "--json", "--target-org", self._alias, "--path", ENTRANCE]
        try:
            return run(argv, self._environment(), TIMEOUT, most=MOST)
        except ProgramFailed as error:
            raise LoginMethodFailed(f"{self.name}: sf org open {error}.") from None

    def _environment(self) -> dict[str, str]:
        """What the CLI needs, with the network settings that may come from ``.env``; no colours, no update notes."""
        extra = {"SF_AUTOUPDATE_DISABLE": "true", "SF_SKIP_NEW_VERSION_CHECK": "true", "FORCE_COLOR": "0"}
        if self._settings.https_proxy:
            extra["HTTPS_PROXY"] = self._settings.https_proxy.reveal()
            # Behind a proxy this machine may not resolve outside names at all; the CLI would give up ("org cannot be found").
            extra["SF_DISABLE_DNS_CHECK"] = extra["SFDX_DISABLE_DNS_CHECK"] = "true"
        if self._settings.sf_ca_file:
            extra["NODE_EXTRA_CA_CERTS"] = str(self._settings.sf_ca_file)
        return child_environment(*SALESFORCE_CLI, values=extra)

    def _answer(self, done: Ended) -> dict[str, Any]:
        printed, complaints = (text.decode("utf-8", "replace") for text in (done.out, done.err))
        answer = answer_in(printed)
        if answer is None:
            crash = crash_of_node(complaints)
            said = crash or first_line(printed) or first_line(complaints)
            quoted = f': "{said}"' if said else ""
            raise LoginMethodFailed(
                f"{self.name}: sf org open printed no JSON (exit code {done.exit_code}){quoted}.", next=_NODE if crash else _UPDATE
            )
        result = answer.get("result")
        if done.exit_code == 0 and isinstance(result, dict):
            return result
        raise self._refusal(str(answer.get("name") or "error"), str(answer.get("message") or ""))

    def _refusal(self, kind: str, message: str) -> LoginMethodFailed:
        first = scrub(" ".join(message.split()).removesuffix("See more help with --help").strip()[:200] or "no message")
        if "nonexistent flag" in first.lower():
            return LoginMethodFailed(f"{self.name}: this CLI is too old: {first}", next=_UPDATE)
        return LoginMethodFailed(
            f"{self.name}: sf org open says {kind}: {first}",
            next=f"Log in again with: sf org login web --alias {self._alias} (after a sandbox refresh this is always needed).",
        )


_UPDATE: Final = "Update the Salesforce CLI: sf update, or npm install --global @salesforce/cli@latest."
_NODE: Final = "Update Node.js (current versions of the Salesforce CLI need 22.15 or newer), or put a newer one first on the PATH."


def answer_in(printed: str) -> dict[str, Any] | None:
    """The CLI's answer among lines of other things (updates, warnings, plugins): the object with a result, else with a message."""
    found = list(_objects(_plain(printed)))
    for key, kinds in (("result", dict), ("message", object), ("status", object)):
        for one in found:
            if key in one and isinstance(one[key], kinds):
                return one
    return None


def first_line(printed: str) -> str:
    """The first line that says something, as it may be shown."""
    lines = (" ".join(line.split()) for line in _plain(printed).splitlines())
    return scrub(next((line for line in lines if line), ""))[:200]


def crash_of_node(printed: str) -> str | None:
    """What Node printed last when it crashed: its error and version. That is what a CLI does that needs a newer Node."""
    text = _plain(printed)
    version = re.search(r"^Node\.js (v\d[\w.-]*)\s*\Z", text, re.MULTILINE)
    error = re.search(r"^(\w*Error\b.*)$", text, re.MULTILINE)
    if version is None or error is None:
        return None
    return scrub(f"it crashed under Node.js {version[1]}: {error[1].strip()}")[:200]


def _plain(printed: str) -> str:
    """Without colours, byte order marks and control characters."""
    text = _COLOURS.sub("", printed[:MOST])
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]", " ", text)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder, at = json.JSONDecoder(), 0
    for _ in range(OBJECTS):
        begin = _BEGIN.search(text, at)
        if begin is None:
            return
        try:
            value, at = decoder.raw_decode(text, begin.start())
        except (ValueError, RecursionError):
            at = begin.end()
        else:
            yield value
