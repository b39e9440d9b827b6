"""Step 5.2 where the Run As user may not see the app over REST: what its pages show, in the words of REST."""

from __future__ import annotations

from automation.org_api.read_back import Reading
from automation.settings.app_spec import AppSpec
from flows.app.values import AppValues
from flows.pages.labels import Labels
from flows.pages.policies_tab import IP_LABELS, PolicyValues


def reading_of(settings: AppValues, policies: PolicyValues, spec: AppSpec, labels: Labels) -> Reading:
    """The values of the tabs Settings and Policies, independent of the page's language."""
    return Reading(
        name=settings.name,
        api_name=settings.api_name,
        contact_email=settings.contact_email,
        distribution_state=_distribution(settings.distribution_state, labels),
        scopes=None if settings.scopes is None else _scopes(settings.scopes, spec, labels),
        client_credentials=policies.client_credentials,
        run_as=policies.run_as,
        ip_relaxation=_ip_relaxation(policies.ip_relaxation, labels),
    )


def _distribution(shown: str | None, labels: Labels) -> str | None:
    names = ("Local", "Packaged")
    return next((name for name in names if labels.same(f"create.distribution_{name.lower()}", shown)), shown)


def _scopes(shown: tuple[str, ...], spec: AppSpec, labels: Labels) -> tuple[str, ...]:
    """Tokens of the configured scopes; others stay the texts that the page shows."""
    tokens = {labels[f"scopes.{token}"]: token for token in spec.scopes}
    return tuple(tokens.get(text, text) for text in shown)


def _ip_relaxation(shown: str | None, labels: Labels) -> str | None:
    return next((value for value, key in IP_LABELS.items() if labels.same(key, shown)), shown)
