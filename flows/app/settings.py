"""Steps 1.4 to 1.7 for an app that exists already: compare its Settings tab with the configuration, edit what differs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from automation.errors import FieldRefused, UnexpectedPage
from automation.settings.app_spec import AppSpec
from automation.steps import Difference, Finding, needed, unchanged
from flows.app.save import save_and_read, tick_with_confirmation
from flows.app.values import AppValues, extra_callbacks, extra_scopes, field_differences, missing_scopes
from flows.pages.app_fields import AppFields
from flows.pages.base import PageObject
from flows.pages.checkbox import Checkbox
from flows.pages.settings_tab import SettingsTab

if TYPE_CHECKING:
    from flows.app.app_in_org import AppInOrg


class AppSettings(PageObject):
    """The Settings tab as steps see it: read once, edited field by field, saved once."""

    _values: AppValues | None = None
    _edits: tuple[Difference, ...] = ()

    def __init__(self, app: AppInOrg) -> None:
        super().__init__(app.page.page, app.page.labels, app.page.timeouts)
        self.app, self.spec = app, app.spec

    @cached_property
    def _locked(self) -> set[str]:
        """Boxes that were seen to be locked, by attribute of `AppFields`."""
        return set()

    @cached_property
    def tab(self) -> SettingsTab:
        return SettingsTab(self.page, self.labels, self.timeouts)

    @property
    def flow_off(self) -> bool:
        """Whether the client credentials flow was read to be off in Settings, and nothing has changed that yet."""
        return self._values is not None and not self._values.client_credentials

    def values(self) -> AppValues:
        """The settings as the org shows them; edit mode is entered only when view mode can't be read."""
        if self._values is None:
            self._values = self._read()
        return self._values

    def _read(self) -> AppValues:
        tab = self.tab
        tab.select()
        tab.open_basic_section()
        tab.open_oauth_section()
        values = AppValues.read(tab.fields)
        if values.readable or tab.editing():
            return values
        self._edit()
        return AppValues.read(tab.fields)

    def _edit(self) -> AppFields:
        tab = self.tab
        if not tab.editing():
            tab.edit()
            tab.open_basic_section()
            tab.open_oauth_section()
        return tab.fields

    def _needed(self, note: str, differences: list[Difference], act: Callable[[], None]) -> Finding:
        self._edits += tuple(differences)
        return needed(note, *differences, act=act)

    def basics(self) -> Finding:
        """Step 1.4."""
        values = self.values()
        found = field_differences(values, self.spec, self.labels)
        add = missing_scopes(values, self.spec, self.labels)
        extra = extra_scopes(values, self.spec, self.labels)
        remove = extra if self.spec.exact else []
        scope_differences = _scope_differences(values, add, remove, self.labels["create.scopes_selected"])
        differences = [*found.values(), *scope_differences]
        kept = {"scopes": extra, "callback URLs": extra_callbacks(values, self.spec)} if not self.spec.exact else {}
        beyond = "".join(
            f"; beyond the configured {what}: {', '.join(some)} (kept without --exact)" for what, some in kept.items() if some
        )
        if not differences:
            return unchanged(f"Basic Information and OAuth settings are already as configured{beyond}")

        def edit() -> None:
            fields = self._edit()
            for attribute, difference in found.items():
                if attribute == "distribution_state":
                    self._choose_state(fields, difference)
                else:
                    getattr(fields, attribute).set(difference.after)
            scopes = fields.scopes
            for text in add:
                scopes.add(text)
            for text in remove:
                scopes.remove(text)

        return self._needed(", ".join(map(str, differences)) + beyond, differences, edit)

    def _choose_state(self, fields: AppFields, difference: Difference) -> None:
        """Evidence: it can be edited (update-2026-11-28 1.7). Raises FieldRefused where this org does not let it be changed."""
        try:
            fields.distribution_state.choose(f"create.distribution_{self.spec.distribution_state.lower()}")
        except UnexpectedPage:
            raise FieldRefused(
                f'"{difference.what}" is {difference.before}; this org does not let it be changed to {difference.after} on an '
                "existing app.",
                next="Set ECA_DISTRIBUTION_STATE to what the app has, or delete the app and run again.",
            ) from None

    def flow(self) -> Finding:
        """Step 1.5."""
        values, label = self.values(), self.labels["create.client_credentials"]
        others = [self.labels[key] for key in values.other_flows]
        beyond = f"; also on: {', '.join(others)}" + ("" if self.spec.exact else " (kept without --exact)") if others else ""
        differences = [] if values.client_credentials else [Difference(label, "cleared", "ticked")]
        if self.spec.exact:
            differences += [Difference(other, "ticked", "cleared") for other in others]
        if not differences:
            return unchanged(f"{label} is already ticked{beyond}")

        def edit() -> None:
            fields = self._edit()
            if not values.client_credentials:
                tick_with_confirmation(fields.client_credentials, self.app.confirmation)
            for key in values.other_flows if self.spec.exact else ():
                fields.other_flows[key].make(False)

        return self._needed(", ".join(map(str, differences)), differences, edit)

    def security(self) -> Finding:
        """Step 1.6. In view mode a locked box may look like any other, so one that is wrong is checked in edit mode."""
        self.values()
        if not self.tab.editing() and self._wrong_boxes(self.tab.fields, editing=False)[0]:
            self._edit()
        finding = self.boxes(self.tab.fields, editing=self.tab.editing())
        self._edits += finding.differences
        return finding

    def boxes(self, fields: AppFields, *, editing: bool) -> Finding:
        """Compare the boxes of the Security card with the configured ones, on the create form and on the Settings tab."""
        wrong, notes = self._wrong_boxes(fields, editing=editing)
        known = self.app.state.notes
        known.extend(note for note in notes if note not in known)
        if not wrong:
            return unchanged("; ".join(["the Security boxes are already as configured", *notes]))

        def edit() -> None:
            current = fields if editing else self._edit()
            for name, want in _wanted_boxes(self.spec).items():
                if name in wrong:
                    getattr(current, name).make(want)

        return needed("; ".join([*map(str, wrong.values()), *notes]), *wrong.values(), act=edit)

    def _wrong_boxes(self, fields: AppFields, *, editing: bool) -> tuple[dict[str, Difference], list[str]]:
        """Boxes that can and have to be changed, by attribute, and notes about those that can't."""
        fields = fields.as_seen()
        wrong: dict[str, Difference] = {}
        notes: list[str] = []
        for name, want in _wanted_boxes(self.spec).items():
            box: Checkbox = getattr(fields, name)
            is_on = box.state()
            if is_on is None:
                notes.append(f'"{box.label}" is not offered by this org')
            elif is_on != want and (name in self._locked or box.locked(editing=editing)):
                self._locked.add(name)
                notes.append(f'"{box.label}" is locked by Salesforce; it does not concern the client credentials flow')
            elif is_on != want:
                wrong[name] = Difference(box.label, _tick(is_on), _tick(want))
        return wrong, notes

    def save(self) -> Finding:
        """Step 1.7 for an existing app: one Save when something was edited, none otherwise."""
        if not self._edits:
            self.tab.cancel()
            return unchanged("the app exists already; nothing to save")

        press = partial(save_and_read, self.tab, "settings", self.app, self._still_different)
        return needed("settings saved", *self._edits, act=press)

    def _still_different(self) -> list[str]:
        values = self._values = self._read()
        wrong = [str(one) for one in field_differences(values, self.spec, self.labels).values()]
        wrong += missing_scopes(values, self.spec, self.labels)
        wrong += map(str, self._wrong_boxes(self.tab.fields, editing=self.tab.editing())[0].values())
        if not values.client_credentials:
            wrong.append(self.labels["create.client_credentials"])
        if self.spec.exact:
            wrong += [*extra_scopes(values, self.spec, self.labels), *(self.labels[key] for key in values.other_flows)]
        return wrong


def _wanted_boxes(spec: AppSpec) -> dict[str, bool]:
    """The boxes of the Security card, by attribute of `AppFields`."""
    return {
        "pkce": spec.pkce,
        "secret_web_server": spec.require_secret_web_server,
        "secret_refresh_token": spec.require_secret_refresh_token,
    }


def _scope_differences(values: AppValues, add: list[str], remove: list[str], label: str) -> list[Difference]:
    if not add and not remove:
        return []
    before = list(values.scopes or ())
    after = [text for text in before if text not in remove] + add
    return [Difference(label, "; ".join(before), "; ".join(after))]


def _tick(on: bool) -> str:
    return "ticked" if on else "cleared"
