"""``gcp-secretmanager:`` with Google's own client against a server that speaks the service's HTTP."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.secretmanager import SecretManagerServiceClient

from automation.delivery import Held, Target, parse_target
from automation.delivery.gcp import limited
from automation.errors import DeliveryFailed
from automation.secrets import Secret
from automation.secrets.credentials import Credentials
from tests.delivery.http_double import Asked, Says, Service, serving

SECRET = "/v1/projects/acme/secrets/service-board"


def error(code: int, status: str) -> Says:
    """How Google's REST refuses."""
    return Says(code, {"error": {"code": code, "message": f"{status} happened", "status": status}})


class Project:
    """One project's secrets."""

    def __init__(self) -> None:
        self.versions: list[str] | None = None

    def __call__(self, request: Asked) -> Says:
        path = request.path.partition("?")[0]
        if request.method == "POST" and path == "/v1/projects/acme/secrets":
            self.versions = []
            return Says(200, {"name": SECRET.removeprefix("/v1/")})
        if self.versions is None or not path.startswith(SECRET):
            return error(404, "NOT_FOUND")
        if path.endswith(":addVersion"):
            self.versions.append(request.json["payload"]["data"])
            return Says(200, {"name": f"v/{len(self.versions)}"})
        if not self.versions:
            return error(404, "NOT_FOUND")
        return Says(200, {"name": f"v/{len(self.versions)}", "payload": {"data": self.versions[-1]}})


@pytest.fixture
def project() -> Project:
    return Project()


@pytest.fixture
def google(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The server, behind Google's own client."""
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving(project) as service:

        def make() -> Any:
            options: Any = {"api_endpoint": service.url}
            made = SecretManagerServiceClient(transport="rest", client_options=options, credentials=AnonymousCredentials())
            return limited(made)

        monkeypatch.setattr("automation.delivery.gcp.make_client", make)
        monkeypatch.setattr("automation.delivery.gcp.TIMEOUT", 0.5)
        yield service


@pytest.fixture
def target() -> Target:
    return parse_target("gcp-secretmanager:acme/service-board")


def test_a_secret_is_made_and_read_back(google: Service, project: Project, target: Target, pair: Credentials) -> None:
    """Key and secret are one text of one version."""
    assert target.read() is None
    target.write(pair)
    assert target.read() == pair
    assert project.versions is not None
    assert b"CONSUMERSECRET" in base64.b64decode(project.versions[0])


def test_a_secret_that_is_there_gets_a_version(google: Service, project: Project, target: Target, pair: Credentials) -> None:
    """Older versions stay."""
    target.write(replace(pair, client_secret=Secret("rotated")))
    target.write(pair)
    assert project.versions is not None
    assert len(project.versions) == 2
    assert target.read() == pair


@pytest.mark.parametrize(
    ("refusal", "advice"),
    [
        (error(403, "PERMISSION_DENIED"), "identity the right"),
        (error(429, "RESOURCE_EXHAUSTED"), "again later"),
        (error(500, "INTERNAL"), "Fix"),
    ],
)
def test_refusals_are_reported(google: Service, target: Target, pair: Credentials, refusal: Says, advice: str) -> None:
    """With project, name and advice."""
    google.answer = lambda _: refusal
    with pytest.raises(DeliveryFailed, match=r"acme/service-board could not be written: [A-Za-z]+ [A-Z_]+ happened") as caught:
        target.put(pair, Held())
    assert advice in caught.value.next
    assert "CONSUMERSECRET" not in caught.value.message


def test_half_way_is_reported(google: Service, project: Project, target: Target, pair: Credentials) -> None:
    """The secret was made, its version refused; the next run adds the version."""
    google.answer = lambda request: error(403, "PERMISSION_DENIED") if project.versions == [] else project(request)
    with pytest.raises(DeliveryFailed, match="PERMISSION_DENIED"):
        target.write(pair)
    google.answer = project
    target.write(pair)
    assert target.read() == pair


def test_a_secret_that_stays_away_is_reported(google: Service, target: Target, pair: Credentials) -> None:
    """Made, and not there: that is no endless loop."""
    google.answer = lambda request: (
        Says(200, {"name": "v"}) if ":addVersion" not in request.path and request.method == "POST" else error(404, "NOT_FOUND")
    )
    with pytest.raises(DeliveryFailed, match="NOT_FOUND"):
        target.write(pair)


def test_a_machine_without_an_identity_is_reported(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """No default credentials."""
    from google.auth.exceptions import DefaultCredentialsError

    def nobody() -> Any:
        raise DefaultCredentialsError("no credentials")

    monkeypatch.setattr("automation.delivery.gcp.make_client", nobody)
    with pytest.raises(DeliveryFailed, match="DefaultCredentialsError") as caught:
        target.read()
    assert "Sign this machine in" in caught.value.next


@pytest.mark.parametrize("rest", ["acme", "a/b/c", "/x", "x/"])
def test_other_forms_are_refused(rest: str) -> None:
    """Reported before anything is done."""
    with pytest.raises(ValueError, match="gcp-secretmanager:PROJECT/NAME"):
        parse_target(f"gcp-secretmanager:{rest}")


def test_a_secret_of_somebody_else_stays(google: Service, project: Project, target: Target, pair: Credentials) -> None:
    """Until the mark in the target allows it."""
    project.versions = [base64.b64encode(b"older").decode()]
    with pytest.raises(DeliveryFailed, match="was left as it is"):
        target.write(pair)
    assert len(project.versions) == 1
    parse_target("gcp-secretmanager:acme/service-board?replace=yes").write(pair)
    assert target.read() == pair


@pytest.mark.parametrize("state", ["DISABLED", "DESTROYED"])
def test_after_a_version_that_nobody_can_use_a_new_one_is_added(
    google: Service, project: Project, target: Target, pair: Credentials, state: str
) -> None:
    """Instead of asking a person to add one."""
    refusal = error(400, "FAILED_PRECONDITION")
    refusal.body["error"]["message"] = f"Secret Version [projects/1/secrets/service-board/versions/1] is in {state} state."
    project.versions = ["old"]
    google.answer = lambda request: refusal if request.method == "GET" and project.versions == ["old"] else project(request)
    target.write(pair)
    assert target.read() == pair


def test_a_version_in_between_is_noticed(google: Service, project: Project, target: Target, pair: Credentials) -> None:
    """Of a writer on another machine: versions are numbered."""
    target.write(replace(pair, client_secret=Secret("rotated")))
    held = target.held()
    assert project.versions is not None
    project.versions.append("theirs")
    with pytest.raises(DeliveryFailed, match="another version came in between"):
        target.put(pair, held)


def test_no_redirect_is_followed(google: Service, target: Target, pair: Credentials) -> None:
    """It would carry the pair to another host."""
    google.answer = lambda _: Says(307, None, {"Location": "https://elsewhere.example/x?token=1"})
    with pytest.raises(DeliveryFailed, match=r"redirects to elsewhere\.example; neither token nor pair was sent"):
        target.put(pair, Held())
