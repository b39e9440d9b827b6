"""Faults: they strike the k-th matching request, in the way they say, and nothing else."""

from __future__ import annotations

import time

import httpx
import pytest

from automation.replica.faults import BadFault, make
from tests.replica.conftest import Visit
from tests.replica.visitor import APP, Visitor


def _labels(visitor: Visitor) -> list[str]:
    return [app["label"] for app in visitor.org.truth()["apps"]]


def test_a_lost_answer_to_create_leaves_one_app(admin: Visitor) -> None:
    """The connection breaks after the commit: the client sees an error, the org has the app."""
    admin.org.fault(preset="lost_create")
    with pytest.raises(httpx.RemoteProtocolError):
        admin.create_app()
    assert _labels(admin) == [APP["label"]]


def test_a_connection_that_breaks_before_the_commit_leaves_nothing(admin: Visitor) -> None:
    """The same error, no app."""
    admin.org.fault("reset_before", kind="aura", action="createApp")
    with pytest.raises(httpx.RemoteProtocolError):
        admin.create_app()
    assert _labels(admin) == []


def test_the_next_request_after_a_broken_connection_works(admin: Visitor) -> None:
    """A fault strikes once unless it says otherwise."""
    admin.org.fault(preset="lost_create")
    with pytest.raises(httpx.RemoteProtocolError):
        admin.create_app()
    assert admin.aura("listApps")["value"]["total"] == 1


@pytest.mark.parametrize(("effect", "apps"), [("status", 0), ("status_after", 1)])
def test_an_http_error_can_come_before_or_after_the_commit(admin: Visitor, effect: str, apps: int) -> None:
    """500 either way."""
    admin.org.fault(effect, kind="aura", action="createApp", status=500)
    url = admin.org.login_url.replace(".com", "-setup.com") + "/aura?action=createApp"
    assert admin.http.post(url, json={"params": {"app": APP}}).status_code == 500
    assert len(_labels(admin)) == apps


def test_busy_says_when_to_come_back(admin: Visitor) -> None:
    """503 with Retry-After."""
    admin.org.fault(preset="busy", kind="token", retry_after=7)
    answer = admin.http.post(f"{admin.org.login_url}/services/oauth2/token")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")


def test_the_k_th_request_is_struck_as_often_as_asked(admin: Visitor) -> None:
    """The 2nd and 3rd of five."""
    admin.org.fault("error", kind="aura", action="listApps", k=2, times=2, message="No")
    states = [admin.aura("listApps")["state"] for _ in range(5)]
    assert states == ["SUCCESS", "ERROR", "ERROR", "SUCCESS", "SUCCESS"]


def test_chance_is_seeded() -> None:
    """The same seed, the same strikes; another seed, others."""

    def strikes(seed: int) -> list[bool]:
        fault = make({"effect": "delay", "chance": 0.5, "times": 0, "seed": seed})
        return [fault.hit("aura", "/", "", "GET") for _ in range(32)]

    assert strikes(1) == strikes(1)
    assert strikes(1) != strikes(2)


def test_a_session_can_end_in_the_middle(admin: Visitor) -> None:
    """On this host only, or everywhere."""
    admin.org.fault("expire_session", kind="aura", action="getApp")
    assert admin.aura("getApp", id="x")["state"] == "INVALID_SESSION"
    admin.open("/lightning/setup/SetupOneHome/home")
    assert admin.path == "/lightning/setup/SetupOneHome/home"
    admin.org.fault(preset="session_gone")
    assert admin.aura("listApps")["state"] == "INVALID_SESSION"
    admin.open("/lightning/setup/SetupOneHome/home")
    assert 'id="username"' in admin.page.text


def test_page_faults_ride_beside_the_answer(admin: Visitor) -> None:
    """The save happened; the page has to show an error toast."""
    app = admin.create_app()
    admin.org.fault(preset="error_after_save")
    saved = admin.set_policies(app)
    assert saved["state"] == "SUCCESS"
    assert saved["ui"]["toast"]["variant"] == "error"
    assert admin.org.truth()["apps"][0]["policies"]["clientCredentialsEnabled"] is True


def test_faults_combine(admin: Visitor) -> None:
    """Two on one request, both strike."""
    app = admin.create_app()
    admin.org.fault(preset="covering_toast")
    admin.org.fault(preset="rerender")
    assert admin.aura("getApp", id=app)["ui"] == {"cover": 2, "rerender": True}


def test_a_code_can_time_out_once(ready: Visitor) -> None:
    """The first try is too late."""
    ready.org.fault(preset="code_timed_out")
    ready.open(ready.aura("consumerDetailsUrl", id=ready.org.truth()["apps"][0]["id"])["value"]["url"])
    ready.submit(emc=ready.code())
    assert ready.error() == "Your verification attempt has timed out. Try again."


def test_the_right_code_can_be_refused_once(ready: Visitor) -> None:
    """Wrong code, then right code."""
    ready.org.fault(preset="wrong_code_first")
    ready.open(ready.aura("consumerDetailsUrl", id=ready.org.truth()["apps"][0]["id"])["value"]["url"])
    ready.submit(emc=ready.code())
    assert ready.error() == "Invalid verification code. Try again."
    ready.submit(emc=ready.code())
    assert ready.org.events("reveal")


def test_latency_delays_a_kind_of_request(admin: Visitor) -> None:
    """Milliseconds per kind; jitter is seeded."""
    admin.org.set(latency={"aura": 120, "jitter": 0.5, "seed": 3})
    started = time.perf_counter()
    admin.aura("listApps")
    assert time.perf_counter() - started >= 0.06


def test_a_file_can_break_off_in_the_middle(visit: Visit) -> None:
    """Half of the bundle, then silence."""
    visitor = visit()
    visitor.log_in()
    visitor.org.fault("truncate", kind="static", path=r"app\.js")
    script = next(part for part in visitor.page.text.split('"') if part.endswith("/app.js"))
    with pytest.raises(httpx.RemoteProtocolError):
        visitor.open(f"https://{visitor.host}{script}")


def test_every_strike_is_logged(admin: Visitor) -> None:
    """With kind and action."""
    admin.org.fault("error", kind="aura", action="listApps")
    admin.aura("listApps")
    assert admin.org.events("fault")[0]["action"] == "listApps"


@pytest.mark.parametrize("spec", [{"effect": "explode"}, {"kind": "aura"}, {"effect": "delay", "colour": 1}])
def test_a_fault_that_does_not_exist_is_refused(spec: dict[str, object]) -> None:
    """By name."""
    with pytest.raises(BadFault):
        make(spec)
