"""Results of runs as tests of reports need them, without an org."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from automation.errors import RunbookError, UnexpectedPage
from automation.report.result import RunResult
from automation.report.screenshots import Details, Screenshots
from automation.secrets import Secret
from automation.secrets.credentials import Credentials
from automation.settings.app_spec import AppSpec
from automation.steps import SECTIONS, Difference, StepResult
from automation.steps.time_spent import Spent, TimeSpent
from flows.app.state import OrgState, Proof
from tests.step_results import step_result

IP = Difference("IP Relaxation", "Enforce IP restrictions", "Relax IP restrictions")
RUN_AS = Difference("Run As (Username)", None, "sync@acme.com")
TITLES = {
    "1.1": ("Log in to the org", "unchanged", 1.2, ()),
    "1.3": ("New External Client App", "changed", 0.4, ()),
    "2.5": ("Set Run As (Username) to the integration user", "changed", 0.3, (RUN_AS,)),
    "2.6": ("Save", "skipped", 0.0, ()),
    "3.4": ("App Authorization: set IP Relaxation", "changed", 0.9, (IP,)),
    "3.5": ("Save", "changed", 2.0, (RUN_AS, IP)),
    "5.1": ("Prove the pair with a token from the org", "changed", 0.3, ()),
}


def step(id: str) -> StepResult:
    title, result, seconds, differences = TITLES[id]
    return step_result(id, result, seconds, f"what happened at {id}", differences, title=title, section=SECTIONS[id[0]])


def good(folder: Path) -> RunResult:
    """A run that created everything; its screenshots are the ones of the details, if the folder has them."""
    pair = Credentials(
        Secret("3MVG9consumerkey1"), Secret("4711ABCDconsumersecret"), "https://t", "https://i", "00DWV0000XAwTdY", "h", "a", "2026"
    )
    state = OrgState("acme--dev.sandbox.my.salesforce.com", "00DWV0000XAwTdY", sandbox=True, app_created=True)
    state.app_id, state.credentials = "0xIWV0000ilGHwY", pair
    state.delivered_to.append("dotenv:credentials/acme.env")
    state.proof = Proof(token=True, run_as="sync@acme.com", scopes=("id", "api"), read_back=True)
    state.notes.append("PKCE is locked by Salesforce <b>here</b>")
    spec = AppSpec("Service <Board> Sync", "Service_Board_Sync", "a@acme.com", "https://x", "sync@acme.com")
    spent = {number: Spent(one[2] / 2, one[2] / 3, one[2] / 6) for number, one in TITLES.items()}
    meter = TimeSpent(steps=spent, total=sum(spent.values(), Spent()))
    screenshots = Screenshots(folder, "on", taken={"3.5": "screenshots/3.5.jpg"}, seconds=0.2)
    details = Details(screenshots, meter, datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
    return RunResult("created", spec, state, tuple(step(number) for number in TITLES), 6.3, folder, details=details)


def failed(folder: Path, error: RunbookError | None = None) -> RunResult:
    """A run that failed at step 3.4, after which one step was not reached."""
    error = error or UnexpectedPage('No combobox labelled "IP Relaxation".', evidence=str(folder / "evidence"))
    error.step = "3.4"
    result = good(folder)
    steps = [one for one in result.steps if one.id < "3.4"]
    steps.append(replace(step("3.4"), result="failed", note=error.message, differences=()))
    steps.append(replace(step("3.5"), result="skipped", note="not reached", seconds=0.0, differences=()))
    state = replace(result.state, app_created=False, credentials=None, delivered_to=[], proof=Proof())
    return replace(result, outcome="failed", state=state, steps=tuple(steps), error=error)
