"""Step 5.2 where the Run As user may not see the app over REST: what its pages show, loaded afresh."""

from __future__ import annotations

from automation.org_api import Reading
from automation.settings.app_spec import AppSpec
from flows.app.open import open_afresh
from flows.app.policies import AppPolicies
from flows.app.settings import AppSettings
from flows.app.state import OrgState
from flows.pages.app_manager import AppManager
from flows.pages.app_page import AppPage
from flows.pages.labels import Labels
from flows.pages.policies_tab import IP_LABELS
from flows.pages.settings_tab import SettingsTab


def read_pages(page: AppPage, manager: AppManager, tab: SettingsTab, spec: AppSpec, state: OrgState) -> Reading:
    """The app as its pages show it; an empty reading when the run did not come to its page, or finds it no more.

    The page is loaded again, so that what the org holds is read and not what the page remembers.
    """
    if not state.app_exists or not open_afresh(page, manager, tab, spec, state):
        return Reading()
    labels = page.labels
    policies = AppPolicies(page.page, labels, page.timeouts).values()
    if not open_afresh(page, manager, tab, spec, state):  # also leaves edit mode, which reading the policies may have needed
        return Reading()
    settings = AppSettings(page.page, labels, page.timeouts).values()
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
    """Tokens of the wanted scopes; others stay the texts that the page shows."""
    tokens = {labels[f"scopes.{token}"]: token for token in spec.scopes}
    return tuple(tokens.get(text, text) for text in shown)


def _ip_relaxation(shown: str | None, labels: Labels) -> str | None:
    return next((value for value, key in IP_LABELS.items() if labels.same(key, shown)), shown)
