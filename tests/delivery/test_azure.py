"""``azure-keyvault:`` with Azure's own client against a server that speaks the vault's HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests
from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import RequestsTransport
from azure.keyvault.secrets import SecretClient

from automation.delivery import Held, Target, parse_target
from automation.delivery.sessions import StoreAdapter
from automation.errors import DeliveryFailed
from automation.secrets import Secret
from automation.secrets.credentials import Credentials
from tests.delivery.http_double import Asked, Says, Service, serving

VAULT = "https://acme.vault.azure.net"
CHALLENGE = 'Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"'


class Vault:
    """A Key Vault: challenges first, keeps versions."""

    def __init__(self) -> None:
        self.versions: dict[str, list[dict[str, Any]]] = {}

    def __call__(self, request: Asked) -> Says:
        if request.headers.get("authorization") != "Bearer azure-test-token":
            return Says(401, {"error": {"code": "Unauthorized"}}, {"WWW-Authenticate": CHALLENGE})
        name = request.path.partition("?")[0].split("/")[2]
        if request.method == "PUT":
            self.versions.setdefault(name, []).append(request.json)
        if name not in self.versions:
            return Says(404, {"error": {"code": "SecretNotFound"}})
        held = self.versions[name]
        return Says(200, {"value": held[-1]["value"], "id": f"{VAULT}/secrets/{name}/{len(held)}", "attributes": {}})


class Identity:
    """Whoever this machine is to Azure."""

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        assert scopes == ("https://vault.azure.net/.default",)
        return AccessToken("azure-test-token", 4_000_000_000)


class ToDouble(StoreAdapter):
    """Sends what is meant for the vault to the double."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        request.url = str(request.url).replace(VAULT, self._url)
        more["proxies"] = {}
        return super().send(request, *args, **more)


@pytest.fixture
def vault() -> Vault:
    return Vault()


@pytest.fixture
def azure(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The server, behind Azure's own client."""
    with serving(vault) as service:

        def make(address: str) -> SecretClient:
            session = requests.Session()
            session.mount("https://", ToDouble(service.url))
            transport = RequestsTransport(session=session)
            return SecretClient(address, Identity(), transport=transport, retry_total=2, retry_backoff_factor=0.01)

        monkeypatch.setattr("automation.delivery.azure.make_client", make)
        yield service


@pytest.fixture
def target() -> Target:
    return parse_target(f"azure-keyvault:{VAULT}/service-board")


def test_a_secret_is_made_and_read_back(azure: Service, vault: Vault, target: Target, pair: Credentials) -> None:
    """Key and secret are one text, marked as JSON."""
    assert target.read() is None
    target.write(pair)
    assert target.read() == pair
    assert vault.versions["service-board"][0]["contentType"] == "application/json"


def test_the_old_version_is_kept(azure: Service, vault: Vault, target: Target, pair: Credentials) -> None:
    """By the vault itself."""
    target.write(pair)
    target.write(replace(pair, client_secret=Secret("rotated")))
    assert len(vault.versions["service-board"]) == 2


def test_throttling_is_waited_for(azure: Service, target: Target, pair: Credentials) -> None:
    """By Azure's client."""
    azure.first = [Says(429, {"error": {"code": "Throttled"}}, {"Retry-After": "0"})]
    target.write(pair)
    assert target.read() == pair


@pytest.mark.parametrize(
    ("status", "advice"),
    [(403, "identity the right"), (429, "again later"), (500, "Fix")],
)
def test_refusals_are_reported(azure: Service, target: Target, pair: Credentials, status: int, advice: str) -> None:
    """With vault, name and advice."""
    azure.answer = lambda _: Says(status, {"error": {"code": "No", "message": "no"}}, {"Retry-After": "0"})
    with pytest.raises(DeliveryFailed, match=rf"acme\.vault\.azure\.net/service-board could not be written: {status}") as caught:
        target.put(pair, Held())
    assert advice in caught.value.next
    assert "CONSUMERSECRET" not in caught.value.message


def test_a_machine_without_an_identity_is_reported(azure: Service, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one sentence, not in Azure's twenty lines."""
    from azure.core.exceptions import ClientAuthenticationError

    def nobody(*_: object, **__: object) -> AccessToken:
        raise ClientAuthenticationError("DefaultAzureCredential failed to retrieve a token from ...")

    monkeypatch.setattr(Identity, "get_token", nobody)
    with pytest.raises(DeliveryFailed, match="no identity that Azure accepts"):
        target.read()


def test_the_real_client_is_azures_own() -> None:
    """For one vault, with the default identity."""
    from automation.delivery.azure import make_client

    with make_client(VAULT) as client:
        assert client.vault_url == VAULT


@pytest.mark.parametrize(
    "rest", ["acme/service-board", f"{VAULT}/", f"{VAULT}/a_b", "http://acme.vault.azure.net/x", f"{VAULT}/a/b"]
)
def test_other_forms_are_refused(rest: str) -> None:
    """Reported before anything is done."""
    with pytest.raises(ValueError, match="azure-keyvault:VAULT_URL/NAME"):
        parse_target(f"azure-keyvault:{rest}")


def test_a_secret_of_somebody_else_stays(azure: Service, vault: Vault, target: Target, pair: Credentials) -> None:
    """Until the mark in the target allows it."""
    vault.versions["service-board"] = [{"value": "db-password"}]
    with pytest.raises(DeliveryFailed, match="was left as it is"):
        target.write(pair)
    assert len(vault.versions["service-board"]) == 1
    parse_target(f"azure-keyvault:{VAULT}/service-board?replace=yes").write(pair)
    assert target.read() == pair


DELETED = "Secret service-board is currently in a deleted but recoverable state, and its name cannot be reused"


@pytest.mark.parametrize(
    ("status", "error", "reason", "fix"),
    [
        (409, {"code": "Conflict", "message": DELETED, "innererror": {"code": "ObjectIsDeletedButRecoverable"}}, DELETED, "purge"),
        (
            403,
            {"code": "Forbidden", "message": "no", "innererror": {"code": "ForbiddenByFirewall"}},
            "ForbiddenByFirewall",
            "firewall",
        ),
    ],
)
def test_the_vaults_own_reason_and_the_fix_are_shown(
    azure: Service, target: Target, pair: Credentials, status: int, error: dict[str, Any], reason: str, fix: str
) -> None:
    """They are in the answer's body, not in its status."""
    azure.answer = lambda _: Says(status, {"error": error})
    with pytest.raises(DeliveryFailed, match=reason) as caught:
        target.put(pair, Held())
    assert fix in caught.value.next


def test_a_disabled_secret_gets_a_new_version(azure: Service, vault: Vault, target: Target, pair: Credentials) -> None:
    """Nobody uses the disabled one, and the vault keeps it."""
    disabled = {"error": {"code": "Forbidden", "message": "Operation get is not allowed", "innererror": {"code": "SecretDisabled"}}}
    azure.answer = lambda request: Says(403, disabled) if request.method == "GET" and not vault.versions else vault(request)
    target.write(pair)
    assert target.read() == pair
