"""``github-actions:`` against a server that speaks GitHub's HTTP and can open what was sealed."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from nacl.public import PrivateKey, SealedBox

from automation.delivery.github_actions import ActionsSecret
from automation.delivery.unit import Held, mark
from automation.errors import DeliveryFailed
from automation.network.backoff import Patience
from automation.secrets import Secret
from automation.secrets.credentials import Credentials
from tests.delivery.http_double import Asked, Says, Service, serving

BASE = "/repos/acme/service-board/actions/secrets"


class Repository:
    """A repository's secrets, with its key pair."""

    def __init__(self) -> None:
        self.key = PrivateKey.generate()
        self.secrets: dict[str, str] = {}

    def __call__(self, request: Asked) -> Says:
        if request.headers.get("authorization") != "Bearer gh-test-token":
            return Says(401, {"message": "Bad credentials"})
        if request.path == f"{BASE}?per_page=100":
            return Says(200, {"total_count": len(self.secrets), "secrets": [{"name": name} for name in self.secrets]})
        if request.method == "DELETE":
            return Says(204 if self.secrets.pop(request.path.removeprefix(f"{BASE}/"), None) else 404)
        if request.path == f"{BASE}/public-key":
            return Says(200, {"key_id": "k1", "key": base64.b64encode(bytes(self.key.public_key)).decode()})
        if request.method != "PUT" or not request.path.startswith(BASE) or request.json["key_id"] != "k1":
            return Says(404, {"message": "Not Found"})
        sealed = base64.b64decode(request.json["encrypted_value"])
        self.secrets[request.path.removeprefix(f"{BASE}/")] = SealedBox(self.key).decrypt(sealed).decode()
        return Says(201)


@pytest.fixture
def repository() -> Repository:
    return Repository()


@pytest.fixture
def github(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The server, where the variables of a runner point."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving(repository) as service:
        monkeypatch.setenv("GITHUB_API_URL", service.url)
        monkeypatch.setenv("GITHUB_TOKEN", "gh-test-token")
        yield service


def target(rest: str = "acme/service-board", waits: list[float] | None = None) -> ActionsSecret:
    """The target with a patience that only counts."""
    waited = [] if waits is None else waits
    return ActionsSecret(rest, Patience(60, first=1.0, factor=2.0, wait=waited.append, clock=lambda: sum(waited)))


def test_the_unit_arrives_sealed(github: Service, repository: Repository, pair: Credentials) -> None:
    """Only the repository's key opens it; the secret is one JSON text."""
    target().write(pair)
    assert json.loads(repository.secrets["SALESFORCE_CREDENTIALS"])["client_id"] == "3MVG9.the.consumer.key_1"
    assert not any(b"CONSUMERSECRET" in one.body for one in github.asked)


def test_the_secret_can_have_another_name(github: Service, repository: Repository, pair: Credentials) -> None:
    """Which the report then shows."""
    other = target("acme/service-board?name=SF_UAT")
    other.write(pair)
    assert list(repository.secrets) == [f"SF_UAT_OF_{mark(pair.host, pair.app)}", "SF_UAT"]
    assert other.name == "github-actions:acme/service-board?name=SF_UAT"


def test_it_can_not_be_read(github: Service) -> None:
    """GitHub never gives a secret back."""
    assert target().read() is None
    assert not target().can_read


def test_a_refused_permission_is_reported(github: Service, pair: Credentials) -> None:
    """At once, with the repository."""
    github.first = [Says(403, {"message": "Resource not accessible by integration"})]
    with pytest.raises(DeliveryFailed, match="403 Resource not accessible by integration") as caught:
        target().write(pair)
    assert "identity the right" in caught.value.next
    assert len(github.asked) == 1


@pytest.mark.parametrize("busy", [Says(429, headers={"Retry-After": "3"}), Says(403, {"message": "rate"}, {"Retry-After": "3"})])
def test_a_rate_limit_is_waited_for(github: Service, repository: Repository, pair: Credentials, busy: Says) -> None:
    """As long as GitHub asks; a secondary limit comes as 403."""
    waits: list[float] = []
    github.first = [busy]
    target(waits=waits).write(pair)
    assert waits == [3.0]
    assert repository.secrets


def test_half_way_is_reported(github: Service, repository: Repository, pair: Credentials) -> None:
    """The key came, the secret was not taken: GitHub's trouble ends at some point, our patience too."""
    github.answer = lambda request: repository(request) if request.method == "GET" else Says(502)
    waits: list[float] = []
    with pytest.raises(DeliveryFailed, match="could not be written: 502"):
        target(waits=waits).put(pair, Held())
    assert sum(waits) == pytest.approx(60)
    assert repository.secrets == {}


def test_a_missing_token_is_reported(github: Service, pair: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the names of the variables."""
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.delenv("GH_TOKEN", raising=False)
    with pytest.raises(DeliveryFailed, match="neither GITHUB_TOKEN nor GH_TOKEN"):
        target().write(pair)


def test_a_github_out_of_reach_is_reported(pair: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some tries."""
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("GITHUB_TOKEN", "gh-test-token")
    with pytest.raises(DeliveryFailed, match="ConnectError"):
        target().write(pair)


@pytest.mark.parametrize(
    "rest",
    [
        "acme",
        "a/b/c",
        "a/..",
        "a/.",
        "a/b?name=1x",
        "a/b?other=x",
        "a/b?name",
        "a/b?name=GITHUB_SF",
        "a/b?name=S\u00c9CRET",
        "\u00e4/b",
    ],
)
def test_other_forms_are_refused(rest: str) -> None:
    """Reported before anything is done."""
    with pytest.raises(ValueError, match=r"OWNER/REPO|not a name|bad query"):
        target(rest)


def test_the_pair_of_another_org_stays(github: Service, repository: Repository, pair: Credentials) -> None:
    """GitHub gives no secret back, so a second one says by its name whose the first is."""
    target().write(pair)
    other = replace(pair, host="acme--uat.sandbox.my.salesforce.com")
    with pytest.raises(DeliveryFailed, match="the pair of another app or org"):
        target().write(other)
    assert json.loads(repository.secrets["SALESFORCE_CREDENTIALS"])["host"] == pair.host
    target().write(replace(pair, client_secret=Secret("rotated")))
    assert json.loads(repository.secrets["SALESFORCE_CREDENTIALS"])["client_secret"] == "rotated"


def test_a_secret_that_somebody_else_put_there_stays(github: Service, repository: Repository, pair: Credentials) -> None:
    """Until the mark in the target allows it; then the marks of others go."""
    repository.secrets = {"SALESFORCE_CREDENTIALS": "theirs"}
    with pytest.raises(DeliveryFailed, match="that this tool did not put there") as caught:
        target().write(pair)
    assert caught.value.next.endswith("github-actions:acme/service-board?replace=yes")
    repository.secrets["SALESFORCE_CREDENTIALS_OF_0123456789AB"] = "other"
    allowed = target()
    allowed.replaces = True
    allowed.write(pair)
    assert list(repository.secrets) == ["SALESFORCE_CREDENTIALS", f"SALESFORCE_CREDENTIALS_OF_{mark(pair.host, pair.app)}"]


def test_two_writers_at_the_same_moment_both_step_back(github: Service, repository: Repository, pair: Credentials) -> None:
    """Each puts its mark first and looks for another one before it writes."""
    held = target().held()
    repository.secrets["SALESFORCE_CREDENTIALS_OF_0123456789AB"] = "other"
    with pytest.raises(DeliveryFailed, match="at the same moment"):
        target().put(pair, held)
    assert list(repository.secrets) == ["SALESFORCE_CREDENTIALS_OF_0123456789AB"]


def test_a_renamed_repository_is_followed_on_the_same_host(github: Service, repository: Repository, pair: Credentials) -> None:
    """And on no other, as token and pair go along."""
    github.first = [Says(301, None, {"Location": f"{github.url}{BASE}?per_page=100"})]
    target("acme/old-name").held()
    github.first = [Says(307, None, {"Location": "http://elsewhere.example/x"})]
    with pytest.raises(DeliveryFailed, match=r"redirects to elsewhere\.example"):
        target().held()


@pytest.mark.parametrize("text", ["\u00b2", "-5", "1e9", "soon", "9" * 400, "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_an_odd_time_to_wait_is_left_alone(github: Service, text: str) -> None:
    """The refusal counts, not the number."""
    github.first = [Says(403, {"message": "No"}, {"Retry-After": text.encode().decode("latin-1")})]
    with pytest.raises(DeliveryFailed, match="403 No"):
        target().held()


def test_a_limit_by_its_end_is_waited_for(github: Service, pair: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub names the second at which the hour ends, and not always how long to wait."""
    monkeypatch.setattr("automation.delivery.github_actions.time.time", lambda: 1000.0)
    waits: list[float] = []
    github.first = [Says(403, {"message": "limit"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1030"})]
    target(waits=waits).held()
    assert waits == [30.0]
