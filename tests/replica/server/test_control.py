"""The control API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.replica.visitor import Visitor

if TYPE_CHECKING:
    from automation.replica import OrgHandle, Replica


@pytest.fixture
def control(replica: Replica) -> Iterator[httpx.Client]:
    """A client of the control API."""
    with httpx.Client(base_url=replica.control_url, trust_env=False) as client:
        yield client


def test_orgs_are_made_changed_and_looked_into(control: httpx.Client, org: OrgHandle) -> None:
    """Create, knobs, faults, truth, reset."""
    made = control.post("/orgs", json={"my_domain": "umbrella--ctl.sandbox", "seed": 3, "variants": {"look": "summer25"}})
    assert made.status_code == 201
    base = "/orgs/umbrella--ctl.sandbox"
    assert control.patch(f"{base}/variants", json={"reveal": "link"}).json()["reveal"] == "link"
    assert control.post(f"{base}/faults", json={"preset": "busy", "kind": "aura"}).json()[0]["status"] == 503
    assert control.delete(f"{base}/faults").json() == []
    assert control.get(f"{base}/truth").json()["org_id"] == made.json()["org_id"]
    assert control.post(f"{base}/reset", json={"seed": 4}).json()["org_id"] != made.json()["org_id"]
    assert "umbrella--ctl.sandbox" in control.get("/orgs").json()


def test_mistakes_are_answered_with_400_and_a_reason(control: httpx.Client, org: OrgHandle) -> None:
    """Knob, fault, user, org."""
    base = f"/orgs/{org.my_domain}"
    assert "no variant" in control.patch(f"{base}/variants", json={"x": 1}).json()["error"]
    assert "no effect" in control.post(f"{base}/faults", json={"effect": "x"}).json()["error"]
    assert control.patch(f"{base}/users/nobody", json={"active": False}).status_code == 400
    assert control.get("/orgs/nowhere/truth").status_code == 404


def test_users_email_and_events_are_there(control: httpx.Client, visitor: Visitor) -> None:
    """A login leaves an email and events, numbered."""
    visitor.log_in()
    base = f"/orgs/{visitor.org.my_domain}"
    assert control.get(f"{base}/mail").json()[-1]["to"] == visitor.org.admin.email
    events = control.get(f"{base}/events").json()
    assert [event["number"] for event in events] == list(range(1, len(events) + 1))
    assert control.get(f"{base}/events", params={"after": len(events) - 1}).json() == events[-1:]
    assert control.patch(f"{base}/users/sync", json={"active": False}).json()["active"] is False


def test_refresh_and_clock(control: httpx.Client, org: OrgHandle) -> None:
    """A refresh takes its time, which can be moved."""
    base = f"/orgs/{org.my_domain}"
    assert control.post(f"{base}/refresh", json={"copying": 60}).json()["ready"] is False
    control.post("/clock", json={"advance": 61})
    assert control.get(f"{base}/truth").json()["ready"] is True


def test_the_docs_name_every_knob_effect_and_preset(control: httpx.Client) -> None:
    """Text for people."""
    text = control.get("/docs").text
    assert all(word in text for word in ("after_password", "reset_after", "lost_create", "POST   /orgs"))
