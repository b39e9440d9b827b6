"""Section 5, ours: prove the pair, read back what was set, deliver (steps 5.1 to 5.3).

A browser is needed only for what the Run As user may not see over REST.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import NoReturn

from automation.delivery import Pending, deliver, lacking, read_all
from automation.errors import NotPermitted, NotPropagatedYet, ProofFailed, ReadBackDiffers, RunbookError, UsageError
from automation.network.backoff import Patience
from automation.network.parallel import in_background
from automation.org_api import (
    ProofSession,
    Reading,
    Rights,
    check_org,
    check_rights,
    compare,
    extra_scopes,
    is_user,
    load_recipe,
    open_proof,
    read_back,
)
from automation.salesforce.ids import same_id
from automation.secrets.credentials import Credentials
from automation.settings.app_spec import AppSpec
from automation.steps import Difference, Finding, needed, skipped, step, unchanged
from flows.app.app_in_org import AppInOrg
from flows.app.delivered_pair import find_delivered
from flows.app.state import OrgState
from flows.attempt import Attempt

TRIES_FOR = 60.0
"""Seconds that a token is tried for again when the pair was proven before: only the network can be at fault then."""

POLICIES_TAKE = 180.0
"""Seconds in which policies saved in this run may not be in force yet. Reports say up to ten minutes (`setup-ui` 11), but
the same answers also mean a permanent fault, which should be reported sooner; a later run continues from there."""


@step("5.1", "Prove the pair with a token from the org", entry=True)
def prove_pair(run: Attempt) -> Finding:
    spec, state = run.spec, run.state
    if state.credentials is None and state.pairs is None:  # a run that begins here
        find_delivered(run.settings, spec, state)
    credentials = state.credentials or state.delivered_unproven
    if credentials is None:
        return needed("ask the org for a token with the new pair", act=_no_pair)
    if state.delivered_before is not None and state.proof.token and _speaks_for(state, spec) is not False:
        return unchanged(f"the delivered pair is already proven: {_proven(state, spec)}")
    return needed("ask the org for a token with the pair", act=lambda: _prove(run, credentials))


@step("5.2", "Read back what was set and compare")
def read_back_app(run: Attempt) -> Finding:
    spec, state = run.spec, run.state
    if state.credentials is None or not state.proof.token:
        return needed("read back what was set and compare", act=_no_pair)
    try:
        with _session(run, state.credentials) as session:
            user_id = session.identity().user_id
            rights = in_background(lambda: check_rights(session.rest, load_recipe(), user_id))  # beside the reading
            reading = _read(session, run.app)
            differences = compare(reading, spec, state.proof.scopes, user_id)
            _note_rights(rights, state)
    finally:
        state.session = None
    if not session.revoked:
        state.notes.append("The proof token could not be revoked; it ends by itself.")
    return _compared(reading, differences, spec, state)


@step("5.3", "Deliver key and secret together")
def deliver_pair(run: Attempt) -> Finding:
    settings, state = run.settings, run.state
    credentials, names = state.credentials, ", ".join(target.name for target in settings.credentials_to)
    if credentials is None or not state.proof.token:
        return needed(f"deliver to {names}", act=_no_pair)
    contents = state.pairs.contents if state.pairs is not None else read_all(settings.credentials_to)
    missing = lacking(contents, credentials)
    state.delivered_to[:] = [target.name for target in contents if target not in missing]
    if not missing and not Pending(credentials.host, credentials.app).waits():
        return unchanged(f"already delivered to {', '.join(state.delivered_to)}")

    def act() -> str:
        state.delivered_to += deliver(missing, credentials)
        return f"delivered to {', '.join(state.delivered_to)}"

    return needed(f"deliver to {', '.join(target.name for target in missing) or 'nothing more'}", act=act)


def _no_pair() -> NoReturn:
    raise UsageError(
        "No credentials to continue with: section 4 was not run, and no delivery target holds a valid pair.",
        next="Run without --from and --until, so that section 4 reads key and secret.",
    )


def _prove(run: Attempt, credentials: Credentials) -> str:
    """Wait for a token, and keep it for 5.2 when it is from the right org and for the right user.

    Right after Save the org may still give one for the user from before, as it may still refuse one.
    """
    spec, state = run.spec, run.state
    if state.session is not None:
        state.session.close()
    patience = Patience(run.settings.timeout_propagation, policy_limit=POLICIES_TAKE if state.policies_saved else 0)
    tries = patience.start()
    while True:
        session = open_proof(run.settings.network.client(), credentials, patience, state.notify)
        try:
            other = _other_user(session, spec, state, credentials.host)
        except BaseException:
            session.close()
            raise
        if other is None:
            state.proven(credentials, session)
            return _proven(state, spec)
        session.close()
        said = f"The org gave a token for {other}, not for {spec.run_as}."
        delay = tries.again(min(patience.limit, patience.policy_limit))
        if delay is None:
            raise _wrong_user(said, state)
        state.notify(f"{said} Trying again in {delay:.0f} s.")
        patience.wait(delay)


def _other_user(session: ProofSession, spec: AppSpec, state: OrgState, host: str) -> str | None:
    """Whom the token is for when that is not the configured user. Raises ProofFailed when it is from another org."""
    identity = session.identity()
    check_org(identity, state.org_id, host)
    return (identity.username or identity.user_id) if is_user(identity, spec.run_as) is False else None


def _wrong_user(said: str, state: OrgState) -> RunbookError:
    if state.policies_saved:
        return NotPropagatedYet(f"{said} Run As (Username) was saved in this run and is not in force yet.")
    return ProofFailed(said, next="Check Run As (Username) on the Policies tab; run again to set it.")


def _proven(state: OrgState, spec: AppSpec) -> str:
    run_as = state.proof.run_as or f"a user whose name it does not return ({spec.run_as} is compared in 5.2)"
    return f"the org {state.org_id} gave a token for {run_as} with {' '.join(state.proof.scopes) or 'no scopes'}"


def _speaks_for(state: OrgState, spec: AppSpec) -> bool | None:
    if state.session is not None:
        return is_user(state.session.identity(), spec.run_as)
    return None if state.proof.run_as is None else state.proof.run_as.lower() == spec.run_as.lower()


def _session(run: Attempt, credentials: Credentials) -> ProofSession:
    """The token of 5.1, or a new one when that was given back already."""
    state = run.state
    if state.session is not None and state.session.is_open:
        return state.session
    return open_proof(run.settings.network.client(), credentials, Patience(TRIES_FOR), state.notify)


def _read(session: ProofSession, app: AppInOrg) -> Reading:
    """What the org holds, by REST as far as the Run As user may see it, else from the pages."""
    spec, state = app.spec, app.state
    reading, user = read_back(session.rest, spec.api_name, state.app_id) or Reading(), session.identity()
    if user.username is None and same_id(reading.run_as, user.user_id):
        reading = replace(reading, run_as=None)  # an id that nobody gives a name to can't be compared with a username
    if reading.missing(spec, state.proof.scopes):
        reading = reading.filled_from(app.read())
    return reading


def _compared(reading: Reading, differences: Sequence[Difference], spec: AppSpec, state: OrgState) -> Finding:
    if differences:
        listed = "; ".join(str(one) for one in differences)
        return needed(f"the org differs from the configuration: {listed}", *differences, act=lambda: _differ(listed))
    beyond = extra_scopes(reading, spec, state.proof.scopes)
    extra = f"; scopes beyond the configured ones: {', '.join(beyond)}" if beyond else ""
    rights = f"; Run As user's rights: {state.rights}" if state.rights is not None else ""
    unread = reading.missing(spec, state.proof.scopes)
    if unread:
        return skipped(f"not all could be read back: {', '.join(unread)} can't be seen with the proof token{extra}{rights}")
    state.proof.read_back = True
    return unchanged(f"the org matches the configuration{extra}{rights}")


def _differ(listed: str) -> NoReturn:
    raise ReadBackDiffers(f"The org differs from the configuration: {listed}.")


def _note_rights(checked: Future[Rights], state: OrgState) -> None:
    """Appendix C. Missing rights are a note in the report, or a failure where they are required."""
    try:
        rights = state.rights = checked.result()
    except RunbookError as error:
        if state.rights_required:
            raise
        state.notes.append(f"The Run As user's rights could not be checked: {error.message}")
        return
    lacks = f"The Run As user lacks rights that the integration needs: {'; '.join(rights.missing)}."
    if rights.missing and state.rights_required:
        advice = "Assign the vendor's permission sets (Appendix C) to the Run As user, or run without --require-permissions."
        raise NotPermitted(lacks, next=advice)
    if rights.missing:
        state.notes.append(lacks)
    if rights.unreadable:
        state.notes.append(f"Could not be checked with the proof token: {', '.join(rights.unreadable)}.")
