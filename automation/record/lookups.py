"""What page objects look for and read, as data, and which of their methods are followed for it.

A lookup names a class, a method and, for a field, its label key; so a replay goes through the very code that the run went
through, with the labels that are in force then.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from automation.secrets import Secret
from flows.pages import app_fields, create_form, policies_tab, settings_tab
from flows.pages.app_manager import AppManager
from flows.pages.app_page import AppPage, AppTab
from flows.pages.checkbox import Checkbox
from flows.pages.choice import Choice
from flows.pages.confirmation import Confirmation
from flows.pages.consumer_details import ConsumerDetails
from flows.pages.create_form import CreateForm
from flows.pages.dual_list import DualList
from flows.pages.fields import Field, TextField
from flows.pages.identity import IdentityPage
from flows.pages.login import LoginPage
from flows.pages.policies_tab import PoliciesTab
from flows.pages.settings_tab import SettingsTab

Kind = Literal["read", "find", "shown", "arrive"]
"""A value that is read; one control that is to be found; one that may be there; a page that is to be recognised."""


@dataclass(frozen=True)
class Watch:
    """A method, or a property, that is followed."""

    owner: type
    name: str
    kind: Kind


WATCHES: Final = (
    *(Watch(owner, "value", "read") for owner in (TextField, Choice)),
    Watch(Checkbox, "state", "read"),
    Watch(DualList, "chosen", "read"),
    Watch(AppManager, "count", "read"),
    Watch(AppManager, "_read_rows", "read"),
    Watch(AppPage, "is_open", "read"),
    Watch(ConsumerDetails, "read", "read"),
    Watch(IdentityPage, "screen", "read"),
    Watch(Field, "_find", "find"),
    Watch(Choice, "_option", "find"),
    Watch(DualList, "_list", "find"),
    Watch(DualList, "_button", "find"),
    Watch(AppManager, "require_new_button", "find"),
    Watch(CreateForm, "create_button", "find"),
    Watch(SettingsTab, "key_and_secret_button", "find"),
    Watch(AppTab, "require_edit_button", "find"),
    Watch(AppTab, "_usable_save", "find"),
    *(Watch(LoginPage, name, "shown") for name in ("user_name", "password", "submit")),
    *(Watch(IdentityPage, name, "shown") for name in ("code", "verify")),
    Watch(Confirmation, "modal_ok", "shown"),
    Watch(AppManager, "open", "arrive"),
    Watch(AppPage, "wait", "arrive"),
    Watch(CreateForm, "wait", "arrive"),
    Watch(AppTab, "select", "arrive"),
    Watch(PoliciesTab, "open_oauth_section", "arrive"),
    Watch(SettingsTab, "open_oauth_section", "arrive"),
)

SECTION: Final = "section button"
"""The lookup of the button of a section; it comes before the click, so it is followed where pages call the function."""
READING_AT_ONCE: Final = (app_fields, policies_tab)
"""Where all fields are read from one snapshot of the page."""
CALLERS_OF_SECTIONS: Final = (create_form, policies_tab, settings_tab)

SOUGHT: Final = "sought"
"""A lookup made up from a failure whose own one was not followed: what it sought by role and label."""


@dataclass(frozen=True)
class Lookup:
    """One control that was looked for, or one value that was read, on a page.

    Attributes:
        owner, name: class and method; ``key`` is the label of a field or a section.
        panel: whether it was made inside the visible tab panel.
        value: what was read, in a form that JSON has.
        failed: kind of the error that it ended with in the run.
    """

    step: str
    page: int
    kind: Kind
    owner: str
    name: str
    key: str | None = None
    panel: bool = False
    arguments: tuple[str, ...] = ()
    value: Any = None
    failed: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For the manifest, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value not in (None, (), False) or name == "value"}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Lookup:
        """From the manifest. Raises TypeError for one that is not of this form."""
        return cls(**{**data, "arguments": tuple(data.get("arguments", ()))})

    def __str__(self) -> str:
        key = f'"{self.key}"' if self.key else ""
        return " ".join(filter(None, (self.owner, key, self.name.strip("_"), *self.arguments)))


def plain(value: Any) -> Any:
    """A value that was read, as JSON has it. Secrets are opened: they are replaced before anything is written."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, str):
        return value.split("?")[0] if value.startswith(("/", "http")) and "\n" not in value else value
    return value if value is None or isinstance(value, bool | int | float) else str(getattr(value, "name", value))
