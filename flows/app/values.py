"""What an app's settings are, how they differ from the configured ones (steps 1.4 to 1.6), and the same in REST's words (5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from automation.org_api import Reading
from automation.settings.app_spec import AppSpec
from automation.steps import Difference
from flows.pages.app_fields import AppFields
from flows.pages.labels import Labels
from flows.pages.policies_tab import IP_LABELS, PolicyValues


@dataclass(frozen=True)
class AppValues:
    """The documented settings as a page shows them. None: not shown, or not readable in this mode."""

    name: str | None
    api_name: str | None
    contact_email: str | None
    distribution_state: str | None
    callback_url: str | None
    scopes: tuple[str, ...] | None
    client_credentials: bool | None
    secret_web_server: bool | None
    secret_refresh_token: bool | None
    pkce: bool | None
    other_flows: tuple[str, ...] = field(default=())

    @classmethod
    def read(cls, fields: AppFields) -> AppValues:
        """Read all documented fields, in one round trip where the page is clear; their sections must be open."""
        fields = fields.as_seen()
        scopes = fields.scopes
        return cls(
            name=fields.name.value(),
            api_name=fields.api_name.value(),
            contact_email=fields.contact_email.value(),
            distribution_state=fields.distribution_state.value(),
            callback_url=fields.callback_url.value(),
            scopes=tuple(scopes.chosen()) if scopes.there() else None,
            client_credentials=fields.client_credentials.state(),
            secret_web_server=fields.secret_web_server.state(),
            secret_refresh_token=fields.secret_refresh_token.state(),
            pkce=fields.pkce.state(),
            other_flows=tuple(key for key, box in fields.other_flows.items() if box.state()),
        )

    @property
    def readable(self) -> bool:
        """Whether everything that the document sets could be read (the PKCE box may be absent)."""
        texts = (self.name, self.api_name, self.contact_email, self.distribution_state, self.callback_url)
        return None not in (*texts, self.scopes, self.client_credentials)


def field_differences(values: AppValues, spec: AppSpec, labels: Labels) -> dict[str, Difference]:
    """Step 1.4: fields of Basic Information and OAuth settings that differ from the configuration, by attribute."""
    pairs = {
        "name": ("create.name", values.name, spec.name),
        "contact_email": ("create.contact_email", values.contact_email, spec.contact_email),
        "callback_url": ("create.callback_url", "\n".join(_urls(values.callback_url)), wanted_callbacks(values, spec)),
    }
    found = {
        attribute: Difference(labels[key], before, after)
        for attribute, (key, before, after) in pairs.items()
        if (before or "").split() != after.split() and not (attribute == "contact_email" and same_email(before, after))
    }
    state, shown = f"create.distribution_{spec.distribution_state.lower()}", values.distribution_state
    if shown is not None and not labels.same(state, shown):
        found["distribution_state"] = Difference(labels["create.distribution_state"], shown, labels[state])
    return found


def wanted_callbacks(values: AppValues, spec: AppSpec) -> str:
    """The callback URLs that the app is to have, one per line: those of other integrations stay, unless ``--exact``."""
    wanted, there = _urls(spec.callback_url), _urls(values.callback_url)
    kept = [url for url in there if url in wanted or not spec.exact]
    return "\n".join([*kept, *(url for url in wanted if url not in there)])


def extra_callbacks(values: AppValues, spec: AppSpec) -> list[str]:
    """Callback URLs of the app that are not configured."""
    return [url for url in _urls(values.callback_url) if url not in _urls(spec.callback_url)]


def _urls(text: str | None) -> list[str]:
    """One per line in the field; a page that shows it as plain text may have joined the lines."""
    return (text or "").split()


def same_email(one: str | None, other: str) -> bool:
    """Whether two email addresses are the same: an org may keep them in lower case."""
    return (one or "").strip().casefold() == other.strip().casefold()


def missing_scopes(values: AppValues, spec: AppSpec, labels: Labels) -> list[str]:
    """Texts of configured scopes that are not selected."""
    return [text for text in wanted_scopes(spec, labels) if text not in (values.scopes or ())]


def extra_scopes(values: AppValues, spec: AppSpec, labels: Labels) -> list[str]:
    """Texts of selected scopes that are not configured."""
    return [text for text in values.scopes or () if text not in wanted_scopes(spec, labels)]


def wanted_scopes(spec: AppSpec, labels: Labels) -> list[str]:
    """Texts of the configured scopes in the org's language."""
    return [labels[f"scopes.{token}"] for token in spec.scopes]


def reading_of(settings: AppValues, policies: PolicyValues, spec: AppSpec, labels: Labels) -> Reading:
    """The values of the tabs Settings and Policies, independent of the page's language: what REST does not show this user."""
    return Reading(
        name=settings.name,
        api_name=settings.api_name,
        contact_email=settings.contact_email,
        distribution_state=_api_value(_DISTRIBUTION, settings.distribution_state, labels),
        scopes=None if settings.scopes is None else _scopes(settings.scopes, spec, labels),
        client_credentials=policies.client_credentials,
        run_as=policies.run_as,
        ip_relaxation=_api_value(IP_LABELS, policies.ip_relaxation, labels),
    )


_DISTRIBUTION = {"Local": "create.distribution_local", "Packaged": "create.distribution_packaged"}


def _api_value(keys: Mapping[str, str], shown: str | None, labels: Labels) -> str | None:
    return next((value for value, key in keys.items() if labels.same(key, shown)), shown)


def _scopes(shown: tuple[str, ...], spec: AppSpec, labels: Labels) -> tuple[str, ...]:
    """Tokens of the configured scopes; others stay the texts that the page shows."""
    tokens = {labels[f"scopes.{token}"]: token for token in spec.scopes}
    return tuple(tokens.get(text, text) for text in shown)
