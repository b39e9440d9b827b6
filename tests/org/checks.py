"""What each documented step must leave, looked up in the org: on its pages, and over REST with a token of the new pair."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from automation.delivery import same_pair
from automation.network.backoff import Patience
from automation.org_api import ProofSession, Reading, compare, open_proof, read_back
from automation.salesforce import hosts
from flows.app.app_in_org import AppInOrg
from flows.app.policies import AppPolicies
from flows.app.reveal import Reveal
from flows.app.settings import AppSettings
from flows.app.values import AppValues, field_differences, missing_scopes
from flows.pages.app_manager import AppManager
from flows.pages.app_page import AppPage, AppTab
from flows.pages.base import by_role
from flows.pages.create_form import CreateForm
from flows.pages.policies_tab import IP_LABELS, PoliciesTab
from flows.pages.settings_tab import SettingsTab
from flows.pages.setup_page import SetupPage
from tests.org.session import OrgSession

TOKEN_WITHIN = 60.0
"""Seconds in which a pair that step 5.1 has just proven gets another token."""

CHECKS: Final[dict[str, Callable[[OrgSession], None]]] = {}
"""Step to its check; a check raises AssertionError, or the error of ours that says what is missing."""


def leaves(*ids: str) -> Callable[[Callable[[OrgSession], None]], Callable[[OrgSession], None]]:
    """Register the check of these steps."""

    def register(check: Callable[[OrgSession], None]) -> Callable[[OrgSession], None]:
        CHECKS.update(dict.fromkeys(ids, check))
        return check

    return register


@leaves("1.1")
def signed_in_to_the_named_org(org: OrgSession) -> None:
    host = hosts.parse_url(org.attempt.page.url).host
    assert hosts.my_domain_of(host) == org.state.host, f"the browser is on {host}"
    assert org.settings.host in {org.state.host, *hosts.LOGIN_HOSTS}
    assert not org.tool(SetupPage).is_login()


@leaves("1.2")
def the_list_offers_a_new_app(org: OrgSession) -> None:
    org.tool(AppManager).require_new_button()


@leaves("1.3")
def the_form_or_the_app_is_open(org: OrgSession) -> None:
    shown = org.tool(AppPage).is_open() if org.state.app_exists else org.tool(CreateForm).fields.name.there()
    assert shown, "neither the form of a new app nor the app's page is open"


@leaves("1.4")
def the_fields_hold_what_is_configured(org: OrgSession) -> None:
    values, labels = _values(org), org.tool(AppPage).labels
    assert not field_differences(values, org.spec, labels)
    assert not missing_scopes(values, org.spec, labels)


@leaves("1.5")
def the_flow_is_enabled_in_the_settings(org: OrgSession) -> None:
    assert _values(org).client_credentials is True


@leaves("1.6")
def the_security_boxes_are_as_configured(org: OrgSession) -> None:
    existing = org.tool(AppSettings)
    fields = existing.tab.fields if org.state.app_exists else org.tool(CreateForm).fields
    editing = existing.tab.editing() if org.state.app_exists else True
    assert not existing.boxes(fields, editing=editing).differences


@leaves("1.7")
def the_org_has_exactly_this_app(org: OrgSession) -> None:
    """The list is loaded again, the app is opened from it, and its settings are read afresh."""
    page = org.tool(AppPage)
    assert org.tool(AppInOrg).find_in_list(), "the list does not have the app"
    found = AppSettings(org.attempt.app).values()
    assert not field_differences(found, org.spec, page.labels)
    assert not missing_scopes(found, org.spec, page.labels)
    assert found.client_credentials is True


@leaves("2.1", "2.2", "4.1", "4.2")
def the_app_is_open(org: OrgSession) -> None:
    assert org.tool(AppPage).is_open(), "the app's page is not open"


@leaves("2.3")
def the_policies_can_be_edited_or_need_no_edit(org: OrgSession) -> None:
    policies = org.tool(AppPolicies)
    assert _is_selected(org, PoliciesTab)
    assert policies.tab.editing() or not policies.differences()


@leaves("2.4")
def the_flow_is_enabled_in_the_policies(org: OrgSession) -> None:
    assert org.tool(AppPolicies).tab.client_credentials.state() is True


@leaves("2.5")
def run_as_is_the_integration_user(org: OrgSession) -> None:
    shown = org.tool(AppPolicies).tab.run_as.value() or ""
    assert shown.casefold() == org.spec.run_as.casefold()


@leaves("2.6", "3.1", "3.2", "3.3")
def section_2_is_filled_in_and_not_lost(org: OrgSession) -> None:
    assert _is_selected(org, PoliciesTab)
    the_flow_is_enabled_in_the_policies(org)
    run_as_is_the_integration_user(org)


@leaves("3.4")
def ip_relaxation_is_as_configured(org: OrgSession) -> None:
    policies = org.tool(AppPolicies)
    assert policies.labels.same(IP_LABELS[org.spec.ip_relaxation], policies.tab.ip_relaxation.value())


@leaves("3.5")
def the_org_holds_the_policies(org: OrgSession) -> None:
    """The app's page is loaded again and its policies are read afresh."""
    assert org.tool(AppInOrg).reload()
    assert not AppPolicies(org.attempt.app).differences()


@leaves("4.3")
def the_settings_are_shown(org: OrgSession) -> None:
    assert org.state.delivered_before or _is_selected(org, SettingsTab)


@leaves("4.4")
def the_button_of_key_and_secret_is_shown(org: OrgSession) -> None:
    if org.state.delivered_before is None:
        org.tool(SettingsTab).key_and_secret_button()


@leaves("4.5")
def the_page_of_key_and_secret_was_asked_for(org: OrgSession) -> None:
    if org.state.delivered_before is None:
        shown = org.tool(Reveal).shown_on
        assert not shown.is_closed()
        assert shown is not org.attempt.page or not org.tool(AppPage).is_open()


@leaves("4.6")
def key_and_secret_are_on_screen(org: OrgSession) -> None:
    assert org.state.delivered_before or org.tool(Reveal).arrived().happened()


@leaves("4.7")
def the_pair_was_read_and_its_page_left(org: OrgSession) -> None:
    pair = org.state.credentials
    assert pair is not None, "no pair was read"
    secret = pair.client_secret.reveal()
    assert pair.client_id.reveal()
    assert secret
    for page in org.attempt.page.context.pages:
        assert page.get_by_text(secret).count() == 0, "the secret is still on screen"


@leaves("5.1")
def the_org_gives_a_token_for_the_integration_user(org: OrgSession) -> None:
    with _proof(org) as session:
        identity = session.identity()
    assert identity.org_id == org.state.org_id
    assert identity.username is None or identity.username.casefold() == org.spec.run_as.casefold()


@leaves("5.2")
def the_org_holds_what_was_asked_for(org: OrgSession) -> None:
    """Over REST as far as the integration user may read it, else on the pages."""
    with _proof(org) as session:
        reading = read_back(session.rest, org.spec.api_name, org.state.app_id) or Reading()
        user, scopes = session.identity().user_id, session.token.scopes
    if reading.missing(org.spec, scopes):
        reading = reading.filled_from(org.tool(AppInOrg).read())
    assert not compare(reading, org.spec, scopes, user)


@leaves("5.3")
def every_target_has_the_pair(org: OrgSession) -> None:
    assert org.state.credentials is not None
    for target in org.settings.credentials_to:
        if target.can_read:
            held = target.read()
            assert held is not None, f"{target.name} holds no pair"
            assert same_pair(held, org.state.credentials), f"{target.name} holds another pair"


def _values(org: OrgSession) -> AppValues:
    """The app's fields as they are on screen now, on the form or on the Settings tab."""
    return AppValues.read(org.tool(AppSettings).tab.fields if org.state.app_exists else org.tool(CreateForm).fields)


def _is_selected(org: OrgSession, kind: type[AppTab]) -> bool:
    page = org.attempt.page
    tab = by_role(page, "tab", org.tool(AppPage).labels.pattern(kind.tab_key))
    return tab.and_(page.locator("[aria-selected=true]")).count() > 0


@contextmanager
def _proof(org: OrgSession) -> Iterator[ProofSession]:
    assert org.state.credentials is not None
    with open_proof(org.settings.network.client(), org.state.credentials, Patience(TOKEN_WITHIN), lambda _: None) as session:
        yield session
