"""``json:PATH``: the unit as one JSON object in a file of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar

from automation.credentials import Credentials
from automation.delivery import unit
from automation.delivery.files import read_private, write_private
from automation.errors import DeliveryFailed


class JsonFile:
    """A JSON file, mode 0600. The file is ours alone; one that holds something else is left as it is."""

    can_read: ClassVar[bool] = True

    def __init__(self, path: str) -> None:
        self.path = Path(path).expanduser()

    @property
    def name(self) -> str:
        return f"json:{self.path}"

    def read(self) -> Credentials | None:
        text = read_private(self.path)
        return None if text is None else unit.from_text(text)

    def write(self, credentials: Credentials) -> None:
        text = read_private(self.path)
        if text is not None and text.strip() and unit.from_text(text) is None:
            raise DeliveryFailed(
                f"{self.path} holds something other than a delivered pair and was left as it is.",
                next="Name another file in CREDENTIALS_TO, or move that one away.",
            )
        write_private(self.path, json.dumps(unit.to_object(credentials), indent=2, ensure_ascii=False) + "\n")
