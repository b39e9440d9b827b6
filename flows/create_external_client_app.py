"""Section 1 of the document: create the External Client App (steps 1.2 to 1.7).

When the app exists already, the same steps compare its settings with the configured ones and edit what differs.
"""

from __future__ import annotations

from automation.errors import (
    AnotherRun,
    FieldRefused,
    NotPermitted,
    PageTrouble,
    RunbookError,
    SaveRefused,
    TryAgainLater,
    UnexpectedPage,
)
from automation.salesforce import hosts
from automation.settings.app_spec import AppSpec
from automation.steps import Difference, Finding, needed, step, unchanged
from flows.app.save import confirmed, tick_with_confirmation
from flows.app.values import same_email, wanted_scopes
from flows.attempt import Attempt
from flows.pages.app_page import AppPage
from flows.pages.commit import Commit
from flows.pages.create_form import CreateForm
from flows.pages.fields import TextField

TAKEN = (
    "If another app has this API name, as one that was renamed, set ECA_NAME to its name, or ECA_API_NAME to one that is free; "
    "then run again."
)


class ApiNameTaken(FieldRefused):
    """The org has, or had, an app of this API name."""


@step("1.2", "Open Setup > Apps > External Client Apps > External Client App Manager", always=True, entry=True)
def open_manager(run: Attempt) -> Finding:
    run.overlays.close_when_in_the_way()
    run.manager.open(run.state.setup_url, fresh=False)
    return unchanged("the External Client App Manager is open")


@step("1.3", "New External Client App", entry=True)
def new_app(run: Attempt) -> Finding:
    if run.app.find():
        return unchanged(f'External Client App "{run.spec.name}" already exists')
    button = run.manager.require_new_button()

    def start() -> str:
        button.click()
        run.form.wait()
        return "the form of a new app is open"

    return needed(f'create External Client App "{run.spec.name}"', act=start, blocks_reading=True)


@step("1.4", "Fill Basic Information, enable OAuth, set callback URL and scopes", fills=True)
def fill_basics(run: Attempt) -> Finding:
    if run.state.app_exists:
        return run.existing.basics()
    return needed("Basic Information and OAuth settings filled in", act=lambda: _fill_basics(run.form, run.spec))


def _fill_basics(form: CreateForm, spec: AppSpec) -> None:
    form.open_basic_section()
    fields = form.fields
    fields.name.set(spec.name)
    if not fields.api_name.follows_to(spec.api_name):
        fields.api_name.set(spec.api_name)
    fields.contact_email.set(spec.contact_email)
    fields.distribution_state.choose(f"create.distribution_{spec.distribution_state.lower()}")
    form.open_oauth_section()
    fields.enable_oauth.make(True)
    fields.callback_url.set(spec.callback_url)
    scopes = fields.scopes
    chosen = scopes.chosen()
    for text in wanted_scopes(spec, form.labels):
        if text not in chosen:
            scopes.add(text)


@step("1.5", "Flow Enablement: Enable Client Credentials Flow", fills=True)
def enable_flow(run: Attempt) -> Finding:
    if run.state.app_exists:
        return run.existing.flow()
    box = run.form.fields.client_credentials
    if box.state():
        return unchanged(f"{box.label} is already ticked")
    return needed(f"{box.label} ticked", act=lambda: tick_with_confirmation(box, run.app.confirmation))


@step("1.6", "Security: clear PKCE, keep the secrets required", fills=True)
def set_security(run: Attempt) -> Finding:
    if run.state.app_exists:
        return run.existing.security()
    return run.existing.boxes(run.form.fields, editing=True)


@step("1.7", "Create", commits=True)
def create(run: Attempt) -> Finding:
    form, app, spec, state = run.form, run.app, run.spec, run.state
    if state.app_exists:
        return run.existing.save()

    def press() -> str:
        run.app.confirmation.answer_modal(0)
        _expect_filled(form, spec)
        before, state.create_sent = state.create_sent, True
        with run.app.confirmation.expected() as dialogs:
            try:
                said = _press_create(form, app.page, spec, before=before)
            except ApiNameTaken as taken:
                raise _taken(taken, app.find_in_list()) from None
        if said is not None and not app.find_in_list():  # the answer to Create may have got lost
            raise _not_created(form, said, state.host)
        if app.page.app_url() is None and not app.find_in_list():
            raise TryAgainLater("The org created the app, and its list does not show it yet.")
        app.remember()
        state.app_created = True
        known_as = f" (id {state.app_id})" if state.app_id else ""
        return f'External Client App "{spec.name}" created{known_as}{confirmed(dialogs)}'

    return needed(f'External Client App "{spec.name}" created', Difference("App", None, spec.name), act=press)


def _expect_filled(form: CreateForm, spec: AppSpec) -> None:
    """A late script of the page may have changed a field since it was filled; nothing wrong is submitted."""
    fields, seen = form.fields, form.fields.as_seen()

    def holds(field: TextField, wanted: str) -> bool:
        value = field.value()
        return value == wanted or (field.key == fields.contact_email.key and same_email(value, wanted))

    for name, wanted in (("name", spec.name), ("api_name", spec.api_name), ("contact_email", spec.contact_email)):
        if not holds(getattr(seen, name), wanted) and not holds(getattr(fields, name), wanted):
            raise UnexpectedPage(f'"{getattr(fields, name).label}" no longer holds what was typed; nothing was submitted.')
    if not seen.client_credentials.state():
        fields.client_credentials.expect(True)


def _press_create(form: CreateForm, page: AppPage, spec: AppSpec, *, before: bool) -> str | None:
    """Click Create and wait for its answer: None when the app's page opened, else what is known of the failure.

    ``before``: it was clicked before in this run.

    Raises:
        FieldRefused: fields show errors; nothing was created. ApiNameTaken where one of them is about the API name.
        TryAgainLater: the API name is taken, likely by the first click, whose app the list does not show yet.
    """
    commit = Commit(form.page, form.labels, form.timeouts)
    button = form.create_button
    commit.remember()
    button.click()
    try:
        answer = commit.answer(form, "the answer to Create", page.shown, page.known_by)
    except PageTrouble as trouble:
        return trouble.message
    except UnexpectedPage:
        if form.app_id() or page.is_titled(spec.name):  # the new app's own page, not understood; from the list it would be no other
            raise
        return "The page did not respond to the click in a known way."
    if answer.field_errors:
        about_api_name = any(form.labels["create.api_name"] in error for error in answer.field_errors)
        if about_api_name and before:
            raise TryAgainLater("The org has an app of this API name since Create was clicked, and its list does not show it yet.")
        refused = ApiNameTaken if about_api_name else FieldRefused
        raise refused("The org did not create the app: " + "; ".join(answer.field_errors), next=TAKEN if about_api_name else None)
    return None if answer.done else "It said: " + "; ".join(answer.page_errors)


def _taken(refused: ApiNameTaken, there: bool) -> RunbookError:
    """The error for an API name that is in use: the list was read again, and may have the app now."""
    if not there:
        return refused
    return AnotherRun(
        "The app was created by somebody else, such as a run on another machine, while this run filled in the form.",
        next="Run the same command again: the app exists now, and only what differs is changed.",
    )


def _not_created(form: CreateForm, said: str, host: str) -> RunbookError:
    """The error with the org's words, and with the cause where it is known."""
    message, heading = f"The org did not create the app. {said}", "problems.create_failed"
    if hosts.is_scratch(host) and form.labels.knows(heading) and form.labels.containing(heading).search(said):
        return NotPermitted(
            f"{message} Setup of a scratch org can't create External Client Apps (forcedotcom/mcp-hosted issue 8).",
            next="Deploy the app to a scratch org as metadata, or run against a sandbox or a Developer Edition org.",
        )
    return SaveRefused(message)
