"""What tests of getting in need: a settings object, code sources that answer from a list, a fake Salesforce."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from automation.access.codes import CodeRequest, CodeSource, CodeSources, Method
from automation.access.codes.source import NoCodeYet
from automation.secrets import Secret
from automation.settings import Settings
from flows.pages.labels import Labels
from flows.verification import arrival
from flows.verification import login_form as fill_in_login
from flows.verification.methods import IdentityVerification
from tests.access.fake_salesforce import ORG, FakeSalesforce

USER, PASSWORD = "admin@acme.example.dev", "Correct-Horse-9"


LATE_SCRIPTS, SETTLED = fill_in_login.LATE_SCRIPTS, arrival.SETTLED


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of these tests are at rest at once: shorter waits for scripts that empty a form, or lead on from an unknown page."""
    monkeypatch.setattr(fill_in_login, "LATE_SCRIPTS", 0.05)
    monkeypatch.setattr(arrival, "SETTLED", 1.5)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits as they are, for tests of pages that are not at rest."""
    monkeypatch.setattr(fill_in_login, "LATE_SCRIPTS", LATE_SCRIPTS)
    monkeypatch.setattr(arrival, "SETTLED", SETTLED)


@pytest.fixture
def by_its_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page counts as settled, so that what the run says of one it says by what the page shows, and not after a wait."""
    monkeypatch.setattr(arrival, "SETTLED", 3600.0)


class ListedCodes(CodeSource):
    """A code source with the codes of a list; keeps the requests."""

    name = "the list"

    def __init__(self, *codes: str | None, methods: tuple[Method, ...] = (Method.EMAIL,)) -> None:
        self.codes = list(codes)
        self.methods = methods
        self.requests: list[CodeRequest] = []
        self.prepared = 0

    def prepare(self) -> None:
        self.prepared += 1

    def code(self, request: CodeRequest, timeout: float) -> Secret:
        self.requests.append(request)
        code = self.codes.pop(0) if self.codes else None
        if code is None:
            raise NoCodeYet("No code came.")
        return Secret(code)

    def close(self) -> None:
        pass


@pytest.fixture
def settings() -> Callable[..., Settings]:
    """Makes settings for the fake sandbox; keyword arguments replace single ones."""

    def make(**changes: Any) -> Settings:
        values: dict[str, Any] = {
            "sf_login_url": ORG,
            "sf_username": USER,
            "sf_password": Secret(PASSWORD),
            "eca_name": "A",
            "eca_api_name": "A",
            "eca_contact_email": "a@acme.example",
            "eca_distribution_state": "Local",
            "eca_callback_url": "https://acme.example/oauth",
            "eca_scopes": ("id", "api"),
            "eca_run_as": "run@acme.example.dev",
            "eca_ip_relaxation": "Bypass",
            "credentials_to": (),
            "timeout_page": 10,
            "timeout_action": 5,
            "timeout_code": 5,
        }
        return Settings(**{**values, **changes})

    return make


@pytest.fixture
def verification(settings: Callable[..., Settings]) -> Iterator[Callable[..., IdentityVerification]]:
    """Makes what a run can answer, from code sources."""
    made: list[IdentityVerification] = []

    def make(*sources: ListedCodes, **changes: Any) -> IdentityVerification:
        person = changes.pop("person", False)
        notify = changes.pop("notify", print)
        made.append(IdentityVerification(settings(**changes), Labels(), CodeSources(list(sources)), person, notify))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def salesforce(context: BrowserContext) -> FakeSalesforce:
    """Salesforce's pages, answered inside the browser."""
    return FakeSalesforce(context)
