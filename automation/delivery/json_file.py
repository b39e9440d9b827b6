"""``json:PATH``: the unit as one JSON object in a file of its own."""

from __future__ import annotations

import os
from typing import ClassVar

from automation.delivery import files, unit
from automation.delivery.target import Target
from automation.delivery.unit import Held
from automation.secrets.credentials import Credentials
from automation.secrets.text_files import home_expanded


class FileTarget(Target):
    """A target that is a file. ``kind``: the word before the colon."""

    kind: ClassVar[str]

    def __init__(self, path: str) -> None:
        self.path = home_expanded(path)
        if "\0" in path:
            raise ValueError("a path can't hold a NUL character")
        self.name = f"{self.kind}:{self.path}"

    @property
    def place(self) -> str:
        return f"file:{os.path.realpath(self.path)}"


class JsonFile(FileTarget):
    """A JSON file. It holds the unit, and keys of the user's beside it, which stay."""

    kind = "json"

    def _held(self) -> Held:
        return unit.held_in_text(files.read_text(self.path) or "")

    def _put(self, credentials: Credentials, held: Held) -> None:
        files.write_text(self.path, unit.to_text(credentials, held.rest, indent=2) + "\n")
