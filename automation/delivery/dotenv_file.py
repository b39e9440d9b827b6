"""``dotenv:PATH``: the four names that Service Board's System Settings ask for, in a file of ``NAME=value`` lines."""

from __future__ import annotations

import re
from io import StringIO
from typing import Final

from automation.delivery.files import FileTarget, read_text, write_text
from automation.delivery.unit import Held
from automation.errors import DeliveryFailed
from automation.salesforce import hosts
from automation.secrets import Secret
from automation.secrets.credentials import Credentials

ID: Final = "SALESFORCE_CLIENT_ID"
SECRET: Final = "SALESFORCE_CLIENT_SECRET"  # noqa: S105 - the name of a variable
TOKEN_URL: Final = "SALESFORCE_TOKEN_URL"  # noqa: S105 - the name of a variable
ORG_ID: Final = "SALESFORCE_ORG_ID"
NAMES: Final = (ID, SECRET, TOKEN_URL, ORG_ID)
BOM: Final = "\ufeff"
"""What Windows editors may put before the text; it stays."""

_MARK: Final = re.compile(
    r"^# External Client App (?P<app>\S+) of (?P<host>\S+), read (?P<created_at>\S*)[ \t]*(?:\r?\n|\Z)", re.MULTILINE
)
"""The comment line that says which app's pair it is; the four names alone do not."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:@%+,=!-]+")
"""Values that need no quotes: read alike by python-dotenv, shells, Docker's --env-file and systemd."""


class DotenvFile(FileTarget):
    """A dotenv file. Other lines, comments and line ends stay as they are."""

    kind = "dotenv"

    def _held(self) -> Held:
        text = (read_text(self.path) or "").removeprefix(BOM)
        values = _values(text)
        taken = [name for name in NAMES if values.get(name)]
        pair = _pair(text, values)
        other = f"{', '.join(taken)} without the rest of a pair" if taken and pair is None else None
        return Held(pair, other=other or _another_kind(text))

    def _put(self, credentials: Credentials, held: Held) -> None:
        values = {
            ID: credentials.client_id.reveal(),
            SECRET: credentials.client_secret.reveal(),
            TOKEN_URL: credentials.token_url,
            ORG_ID: credentials.org_id or "",
        }
        mark = f"# External Client App {credentials.app} of {credentials.host}, read {credentials.created_at}"
        text = read_text(self.path) or ""
        bom = BOM if text.startswith(BOM) else ""
        write_text(self.path, bom + with_values(text.removeprefix(BOM), values, mark))


def _another_kind(text: str) -> str | None:
    """What the file is in words when no line of it sets a name, as in JSON or a certificate: lines of ours would break it."""
    values = [value for _, name, value in _pieces(text) if name is not None]
    return "text that is no dotenv file" if values and all(value is None for value in values) else None


def _pair(text: str, values: dict[str, str]) -> Credentials | None:
    """The whole pair that the file sets, and the app of its mark; a mark of another host is not believed."""
    if not all(values.get(name) for name in (ID, SECRET, TOKEN_URL)):
        return None
    host = hosts.parse_url(values[TOKEN_URL]).host
    mark = _MARK.search(text)
    app, created_at = (mark["app"], mark["created_at"]) if mark and mark["host"] == host else ("", "")
    return Credentials(
        client_id=Secret(values[ID]),
        client_secret=Secret(values[SECRET]),
        token_url=values[TOKEN_URL],
        instance_url=f"https://{host}",
        org_id=values.get(ORG_ID) or None,
        host=host,
        app=app,
        created_at=created_at,
    )


def with_values(text: str, values: dict[str, str], mark: str) -> str:
    """``text`` with the given names set: each in its old place, new ones at the end; ``mark`` goes before the first.

    Raises DeliveryFailed when a value can't be written so that it is read back as it was.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    left = {name: f"{name}={_quoted(value)}{end}" for name, value in values.items()}
    all_of_them = len(left)
    pieces: list[str] = []
    for original, name, _ in _pieces(_MARK.sub("", text)):
        if name not in values:
            pieces.append(original)
        elif name in left:  # a second line of the same name would win over the first, so it goes
            head = f"{mark}{end}" if len(left) == all_of_them else ""
            pieces.append(_in_place(original, head, left.pop(name)))
    if pieces and not pieces[-1].endswith("\n"):
        pieces.append(end)
    if len(left) == all_of_them:
        pieces.append(f"{mark}{end}")
    new = "".join([*pieces, *left.values()])
    if any(_values(new).get(name, "") != value for name, value in values.items()):
        raise DeliveryFailed(
            "The dotenv file could not be changed so that it reads back; it was left as it was.",
            next="Check it for an open quote, or name a separate file.",
        )
    return new


def _pieces(text: str) -> list[tuple[str, str | None, str | None]]:
    """The pieces of a dotenv text, in order: (as written, name, value). Comments and unreadable lines have no name."""
    from dotenv.parser import parse_stream

    return [(one.original.string, one.key, one.value) for one in parse_stream(StringIO(text))]


def _in_place(original: str, head: str, line: str) -> str:
    """``line`` instead of ``original``, keeping blank lines before it and a leading ``export``."""
    stripped = original.lstrip()
    blank = original[: len(original) - len(stripped)]
    blank = blank[: blank.rfind("\n") + 1]
    export = "export " if stripped.startswith("export") and not stripped.startswith("export=") else ""
    return f"{blank}{head}{export}{line}"


def _values(text: str) -> dict[str, str]:
    """What the text sets; the last line of a name wins, and ``${...}`` is not expanded."""
    return {name: value or "" for _, name, value in _pieces(text) if name is not None}


def _quoted(value: str) -> str:
    if not value or _PLAIN.fullmatch(value):
        return value
    if "\n" in value or "\r" in value:
        raise DeliveryFailed("A value holds a line break and can't be put in a dotenv file.")
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
