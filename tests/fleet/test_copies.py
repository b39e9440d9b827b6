"""Production's list of copies: paging, odd rows, and whose state decides."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.errors import DeliveryFailed, OrgBusy, OrgUnavailable, RunbookError
from automation.fleet import check as check_module
from automation.fleet.check import CheckResult, Known, check_org
from automation.fleet.copies import Copy, Production, _copies, asked
from automation.fleet.orgs import Org
from automation.org_api.rest import Rest
from automation.org_api.sandbox_auth import ask_for_sandbox
from automation.org_api.token import Token
from automation.secrets import Secret

HOST = "acme.my.salesforce.com"
ORG = Org("dev", "acme--dev.sandbox.my.salesforce.com", {}, {}, 60.0)


def rest(answer: Callable[[httpx.Request], Any]) -> Rest:
    """Production's REST API, which answers so."""

    def respond(request: httpx.Request) -> httpx.Response:
        assert request.url.host == HOST
        found = answer(request)
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)

    client = httpx.Client(transport=httpx.MockTransport(respond))
    return Rest(client, HOST, Token(Secret("t0ken"), None, None, ()), known_version="67.0")


def row(name: Any, status: Any, **more: Any) -> dict[str, Any]:
    return {"SandboxName": name, "Status": status, "SandboxOrganization": "00D000000000001", "CopyProgress": 50, **more}


def test_all_pages_are_read_and_the_newest_row_counts() -> None:
    """Production keeps a row for every refresh that ever was, and answers 2,000 at a time."""
    pages = {
        "/services/data/v67.0/tooling/query": {
            "records": [row("dev", "Processing"), *(row(f"s{number}", "Completed") for number in range(1999))],
            "nextRecordsUrl": "/services/data/v67.0/tooling/query/01g-2000",
        },
        "/services/data/v67.0/tooling/query/01g-2000": {"records": [row("dev", "Completed"), row("Old", "Completed")]},
    }
    asked_for: list[str] = []

    def answer(request: httpx.Request) -> Any:
        asked_for.append(request.url.params.get("q", ""))
        return pages[request.url.path]

    copies = _copies(rest(answer))
    assert copies["dev"].status == "Processing"
    assert "old" in copies
    assert asked_for[0].endswith("ORDER BY CreatedDate DESC")


@pytest.mark.parametrize("following", ["https://evil.example/x", "//evil.example/x", "/elsewhere", 5, None])
def test_the_next_page_is_productions_own(following: Any) -> None:
    """Nothing else is followed with its token."""
    assert list(_copies(rest(lambda _: {"records": [row("dev", "Completed")], "nextRecordsUrl": following}))) == ["dev"]


def test_pages_without_end_end() -> None:
    """After so many."""
    _copies(rest(lambda _: {"records": [], "nextRecordsUrl": "/services/data/v67.0/tooling/query/again"}))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["records", "SandboxName", "Status", "authCode"]), inner)
    ),
    max_leaves=6,
)


@settings(max_examples=50)
@given(anything)
def test_whatever_production_answers_the_error_is_ours(tree: Any) -> None:
    """To both questions."""
    for question in (_copies, lambda api: ask_for_sandbox(api, "dev")):
        with suppress(RunbookError):
            question(rest(lambda _: tree))


@pytest.mark.parametrize(
    ("answer", "ready"),
    [
        (httpx.Response(400, json=[{"errorCode": "INVALID_STATUS"}]), False),
        (httpx.Response(404, json=[{"errorCode": "NOT_FOUND"}]), True),
        (httpx.Response(200, json={"authCode": "c0de", "loginUrl": "https://test.salesforce.com"}), True),
        (httpx.Response(200, text="<html>"), True),
        (httpx.Response(200, text="[" * 100_000), True),
        (httpx.Response(503), True),
    ],
    ids=["not yet", "unknown", "yes", "HTML", "deep", "down"],
)
def test_a_copy_is_ready_unless_production_says_that_it_is_not(answer: httpx.Response, ready: bool) -> None:
    """By ``INVALID_STATUS`` alone."""
    api = rest(lambda _: answer)
    assert Production(api, {}, own_token=False).ready(Copy("dev", None, "Completed", 100)) is ready


LIVING = ("Pending Activation", "Locked", "Locking", "Suspended", "Stopping", "Something New")
COPIED = ("Pending", "Processing", "Sampling", "Activating", "Pending Remote Creation")


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, CheckResult], CheckResult]:
    """``seen(status, answer)``: a check while the newest copy is in that state and the org answers so."""

    def one(status: str, answer: CheckResult) -> CheckResult:
        monkeypatch.setattr(check_module._Questions, "asked", lambda _: answer)
        monkeypatch.setattr(Org, "settings_to_check", lambda _: SimpleNamespace(credentials_to=()))
        monkeypatch.setattr(Org, "spec", lambda *_: None)
        api = rest(lambda _: httpx.Response(400, json=[{"errorCode": "INVALID_STATUS"}]))
        copy = Copy("dev", "00D000000000001", status, 50)
        return check_org(ORG, Known(), Production(api, {"dev": copy}, own_token=False))

    return one


@pytest.mark.parametrize("status", LIVING)
@pytest.mark.parametrize("found", ["up_to_date", "app_missing", "not_set_up", "secret_rejected", "drifted"])
def test_until_a_copy_is_activated_the_sandbox_of_before_is_checked(seen: Any, status: str, found: Any) -> None:
    """It serves, so its own answer counts, for weeks if nobody activates."""
    assert seen(status, CheckResult(ORG, found, "as it is")).found == found


@pytest.mark.parametrize("status", LIVING)
@pytest.mark.parametrize("error", [OrgUnavailable("no answer"), OrgBusy("locked")])
def test_where_asking_the_org_fails_the_copy_explains_it(seen: Any, status: str, error: Any) -> None:
    """75, with production's word."""
    found = seen(status, CheckResult(ORG, "failed", "no answer", error))
    assert (found.found, found.error.exit_code, status in found.why) == ("refreshing", 75, True)


@pytest.mark.parametrize("status", LIVING)
def test_a_store_that_fails_stays_a_failure(seen: Any, status: str) -> None:
    """The copy does not explain that."""
    assert seen(status, CheckResult(ORG, "failed", "vault", DeliveryFailed("vault"))).found == "failed"


@pytest.mark.parametrize("status", COPIED)
def test_a_sandbox_that_is_being_copied_is_left_alone(seen: Any, status: str) -> None:
    """It is not even asked."""
    assert seen(status, CheckResult(ORG, "up_to_date", "asked all the same")).found == "refreshing"


def test_production_that_does_not_answer_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noted, and the job goes on without."""
    import threading

    from automation.fleet import copies

    stop = threading.Event()
    monkeypatch.setattr(copies, "OPENING", 0.05)
    monkeypatch.setattr(Production, "open", lambda _: stop.wait())
    notes: list[str] = []
    with asked(SimpleNamespace(), notes.append) as production:  # type: ignore[arg-type]
        assert production is None
    stop.set()
    assert "not done within 0.05 s" in notes[0]
