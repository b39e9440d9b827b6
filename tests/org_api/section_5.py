"""A run that begins at section 5, against an org that answers as scripted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from automation.delivery import parse_target
from automation.network.backoff import Patience
from automation.network.http import Network
from automation.org_api import Reading
from automation.settings import Settings
from automation.settings.app_spec import AppSpec
from automation.steps import StepResult, registered_steps
from automation.steps.runner import Runner
from flows import prove_and_deliver
from flows.app import delivered_pair
from flows.app.app_in_org import AppInOrg
from flows.app.delivered_pair import find_delivered
from flows.app.state import OrgState
from tests.org_api.org_double import (
    HOST,
    ORG_15,
    RUN_AS,
    Clock,
    OrgDouble,
    app_rows,
    pair,
)

SPEC = AppSpec(
    name="Service Board",
    api_name="Service_Board",
    contact_email="admin@acme.com",
    callback_url="https://acme.example/oauth",
    run_as=RUN_AS,
)


@dataclass(frozen=True)
class AppOnPages(AppInOrg):
    """The app as its pages would show it, without a browser."""

    shown: Reading

    @classmethod
    def of(cls, spec: AppSpec, state: OrgState, shown: Reading | None = None) -> AppOnPages:
        """An app whose pages show nothing, if not ``shown``."""
        no_page: Any = None
        return cls(no_page, no_page, no_page, no_page, spec, state, shown or Reading())

    def read(self) -> Reading:
        return self.shown


@dataclass
class Bench:
    """A run that begins at section 5. ``on_pages``: what the app's pages show."""

    org: OrgDouble
    settings: Settings
    state: OrgState
    on_pages: Reading | None = None

    def run(self, *, plan: bool = False) -> list[StepResult]:
        """Run the section's steps as the engine does."""
        app = AppOnPages.of(SPEC, self.state, self.on_pages)
        attempt = SimpleNamespace(settings=self.settings, spec=SPEC, state=self.state, app=app)
        runner = Runner(attempt, plan=plan)
        self.results = runner.results
        return runner.run([step for step in registered_steps() if step.run.__module__ == prove_and_deliver.__name__])

    def looks(self) -> bool:
        """Look for a pair delivered earlier."""
        return find_delivered(self.settings, SPEC, self.state)

    def fresh(self) -> OrgState:
        """Begin another run on the same machine."""
        self.state = OrgState(HOST)
        return self.state

    @property
    def revoked(self) -> int:
        """How many tokens were given back."""
        return len(self.org.sent("/services/oauth2/revoke"))

    @property
    def asked(self) -> int:
        """How many tokens were asked for."""
        return len(self.org.sent("/services/oauth2/token"))


def settings_for(*targets: str, **changes: Any) -> Settings:
    """Settings of a run."""
    values: dict[str, Any] = {
        "sf_login_url": f"https://{HOST}",
        "eca_name": SPEC.name,
        "eca_api_name": SPEC.api_name,
        "eca_contact_email": SPEC.contact_email,
        "eca_distribution_state": "Local",
        "eca_callback_url": SPEC.callback_url,
        "eca_scopes": SPEC.scopes,
        "eca_run_as": RUN_AS,
        "eca_ip_relaxation": "Bypass",
        "credentials_to": tuple(map(parse_target, targets)),
        "timeout_propagation": 1.0,
        "timeout_page": 1.0,
    }
    return Settings(**{**values, **changes})


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """An org in order, a pair just read, one dotenv file to deliver to."""
    sobjects = httpx.Response(200, json={"sobjects": []})
    org = OrgDouble(queries=app_rows(Username=RUN_AS), paths={"/services/data/v67.0/sobjects": sobjects})
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(Network, "client", lambda _: org.client())
    clock = Clock()
    for module in (prove_and_deliver, delivered_pair):
        monkeypatch.setattr(module, "Patience", partial(Patience, wait=clock.wait, clock=lambda: clock.now))
    state = OrgState(HOST, org_id=ORG_15, app_id="0xIWs0000000001", credentials=pair())
    return Bench(org, settings_for(f"dotenv:{tmp_path}/acme.env"), state)


def target_of(bench: Bench) -> Any:
    """The first delivery target."""
    return bench.settings.credentials_to[0]
