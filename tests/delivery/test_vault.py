"""``vault:`` against a server that speaks KV v2's HTTP."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hvac  # noqa: F401 - it reads variables when it is first imported, so that is done before a test sets any
import pytest

from automation.delivery import Held, Target, parse_target
from automation.errors import DeliveryFailed
from automation.secrets.credentials import Credentials
from tests.delivery.http_double import Asked, Says, Service, serving

PATH = "/v1/secret/data/acme/service-board"


class Engine:
    """A KV v2 engine with one secret, with check-and-set as the real one has it."""

    def __init__(self) -> None:
        self.versions: list[dict[str, Any]] = []
        self.deleted = False

    def __call__(self, request: Asked) -> Says:
        if request.path != PATH:
            return Says(404, {"errors": []})
        if request.method == "GET":
            return self._read()
        wanted = request.json["options"]["cas"]
        if wanted != len(self.versions):
            return Says(400, {"errors": ["check-and-set parameter did not match the current version"]})
        self.versions.append(request.json["data"])
        self.deleted = False
        return Says(200, {"data": {"version": len(self.versions)}})

    def _read(self) -> Says:
        if not self.versions:
            return Says(404, {"errors": []})
        metadata = {"version": len(self.versions), "deletion_time": "2026-01-01T00:00:00Z" if self.deleted else ""}
        data = None if self.deleted else self.versions[-1]
        return Says(404 if self.deleted else 200, {"data": {"data": data, "metadata": metadata}})


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def vault(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The server, where hvac looks for it."""
    for name in ("VAULT_NAMESPACE", "BAO_ADDR", "BAO_TOKEN", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving(engine) as service:
        monkeypatch.setenv("VAULT_ADDR", service.url)
        monkeypatch.setenv("VAULT_TOKEN", "hvs.test-token")
        yield service


@pytest.fixture
def target() -> Target:
    return parse_target("vault:secret/acme/service-board")


def test_the_pair_is_one_version(vault: Service, engine: Engine, target: Target, pair: Credentials) -> None:
    """Read back as it was written."""
    assert target.read() is None
    target.write(pair)
    assert target.read() == pair
    assert len(engine.versions) == 1
    assert vault.asked[-1].headers["x-vault-token"] == "hvs.test-token"


def test_other_keys_stay(vault: Service, engine: Engine, target: Target, pair: Credentials) -> None:
    """The secret may hold more than ours."""
    engine.versions.append({"note": "mine"})
    target.write(pair)
    assert engine.versions[-1]["note"] == "mine"
    assert engine.versions[-1]["client_id"] == "3MVG9.the.consumer.key_1"


def test_a_deleted_secret_is_written_again(vault: Service, engine: Engine, target: Target, pair: Credentials) -> None:
    """Its version still counts."""
    engine.versions.append({"note": "gone"})
    engine.deleted = True
    target.write(pair)
    assert target.read() == pair
    assert len(engine.versions) == 2


def test_a_change_in_between_is_not_lost(vault: Service, engine: Engine, target: Target, pair: Credentials) -> None:
    """The other one's version stays; ours waits for the next run."""
    engine.versions.append({"note": "theirs"})
    with pytest.raises(DeliveryFailed, match="check-and-set") as caught:
        target.put(pair, Held(version=0))  # what we read was older
    assert "Somebody else changed the entry" in caught.value.next
    assert engine.versions == [{"note": "theirs"}]


def test_a_refused_permission_is_reported(vault: Service, target: Target, pair: Credentials) -> None:
    """With the store, the entry and the way out."""
    vault.first = [Says(404), Says(403, {"errors": ["permission denied"]})]
    with pytest.raises(DeliveryFailed, match=r"Vault secret secret/acme/service-board could not be read: Forbidden") as caught:
        target.write(pair)
    assert "Give this machine's identity the right" in caught.value.next


def test_throttling_is_waited_for(vault: Service, target: Target, pair: Credentials) -> None:
    """The server's Retry-After is heard, and the request made again."""
    vault.first = [Says(429, {"errors": ["slow"]}, {"Retry-After": "0"}), Says(503, {"errors": []})]
    target.write(pair)
    assert target.read() == pair


def test_throttling_without_end_is_reported(vault: Service, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a few tries."""
    monkeypatch.setattr("automation.delivery.vault.TRIES", 1)
    vault.first = [Says(429, {"errors": ["slow"]}, {"Retry-After": "0"})] * 9
    with pytest.raises(DeliveryFailed, match="RateLimitExceeded") as caught:
        target.read()
    assert "run again later" in caught.value.next


def test_a_mount_that_is_not_there_is_reported(vault: Service, pair: Credentials) -> None:
    """Reading nothing is no error, writing nowhere is."""
    target = parse_target("vault:kv/acme/service-board")
    assert target.read() is None
    with pytest.raises(DeliveryFailed, match="could not be written"):
        target.write(pair)


def test_a_vault_out_of_reach_is_reported(monkeypatch: pytest.MonkeyPatch, pair: Credentials) -> None:
    """With what to check, and without the token or the pair in the message."""
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:9")
    monkeypatch.setenv("VAULT_TOKEN", "hvs.test-token")
    monkeypatch.setattr("automation.delivery.vault.TRIES", 0)
    with pytest.raises(DeliveryFailed, match="ConnectionError") as caught:
        parse_target("vault:secret/acme").write(pair)
    assert "hvs.test-token" not in caught.value.message
    assert "the store's URL, the proxy" in caught.value.next


@pytest.mark.parametrize("text", ["vault:secret", "vault:/", "vault:secret/"])
def test_mount_and_path_are_needed(text: str) -> None:
    """Reported before anything is done."""
    with pytest.raises(ValueError, match="give vault:MOUNT/PATH"):
        parse_target(text)


@pytest.mark.parametrize("path", ["kv/../x", "../x/y", "kv//x", "kv/./x", "kv/x/.."])
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    """An HTTP client takes such parts out, and the pair would be written to a place that nobody named."""
    with pytest.raises(ValueError, match=r"empty, \. or \.\."):
        parse_target(f"vault:{path}")


def test_a_path_is_asked_for_as_it_is_named(vault: Service) -> None:
    """With characters that mean something else in a URL."""
    parse_target("vault:secret/a?b#c d%2Fe").read()
    assert [one.path for one in vault.asked] == [
        "/v1/sys/internal/ui/mounts/secret/a%3Fb%23c%20d%252Fe",
        "/v1/secret/data/a%3Fb%23c%20d%252Fe",
    ]


def mount(path: str, version: str, kind: str = "kv") -> Says:
    """What the server says of a mount."""
    return Says(200, {"data": {"path": path, "type": kind, "options": {"version": version}}})


def test_a_mount_with_a_slash_is_found(vault: Service, pair: Credentials) -> None:
    """The server knows where the mount ends."""
    vault.answer = lambda request: mount("team/kv/", "2") if "/sys/internal/" in request.path else Says(404, {"errors": []})
    assert parse_target("vault:team/kv/acme/dev").read() is None
    assert vault.asked[-1].path == "/v1/team/kv/data/acme/dev"


def test_version_1_is_read_and_written_where_it_was_named(vault: Service, pair: Credentials) -> None:
    """Other keys stay; nothing is written to ``kv/data/...``, a place that nobody named."""
    kept: dict[str, Any] = {"note": "mine"}

    def answer(request: Asked) -> Says:
        if "/sys/internal/" in request.path:
            return mount("kv/", "1")
        assert request.path == "/v1/kv/acme/dev"
        if request.method != "GET":
            kept.clear()
            kept.update(request.json)
        return Says(200, {"data": kept})

    vault.answer = answer
    target = parse_target("vault:kv/acme/dev")
    target.write(pair)
    assert (kept["note"], target.read()) == ("mine", pair)


@pytest.mark.parametrize(("kind", "shown"), [("transit", "transit"), ("x" * 5000 + "\x1b[2J", "x" * 200)])
def test_another_engine_is_refused_by_name(vault: Service, pair: Credentials, kind: str, shown: str) -> None:
    """Before anything is written."""
    vault.answer = lambda _: mount("transit/", "", kind)
    with pytest.raises(DeliveryFailed, match=f"transit is of type {shown} and"):
        parse_target("vault:transit/keys/acme").write(pair)
    assert {one.method for one in vault.asked} == {"GET"}


def test_an_answer_of_version_1_is_refused_where_the_server_does_not_say_more(vault: Service, pair: Credentials) -> None:
    """A token that may not ask for mounts, and an answer without a version: nothing is written."""
    vault.answer = lambda request: Says(403) if "/sys/" in request.path else Says(200, {"data": {"a": "b"}})
    with pytest.raises(DeliveryFailed, match="not a KV engine of version 2"):
        parse_target("vault:kv/acme/dev").write(pair)
    assert {one.method for one in vault.asked} == {"GET"}


@pytest.mark.parametrize("held", [{"client_id": "x", "client_secret": "y"}, {"host": "db", "password": "p"}])
def test_a_secret_of_somebody_else_stays(
    vault: Service, engine: Engine, target: Target, pair: Credentials, held: dict[str, str]
) -> None:
    """Until the mark in the target allows it."""
    engine.versions.append(held)
    with pytest.raises(DeliveryFailed, match="was left as it is"):
        target.write(pair)
    assert engine.versions == [held]
    parse_target("vault:secret/acme/service-board?replace=yes").write(pair)
    assert target.read() == pair


def test_no_redirect_is_followed(vault: Service, target: Target, pair: Credentials) -> None:
    """Token and pair stay here; the message names the host."""
    with serving(lambda _: Says(200)) as other:
        vault.answer = lambda _: Says(307, None, {"Location": f"{other.url}/v1/x"})
        with pytest.raises(DeliveryFailed, match=r"redirects to 127\.0\.0\.1; neither token nor pair"):
            target.put(pair, Held(version=0))
        assert other.asked == []


@pytest.mark.parametrize("prefix", ["VAULT", "BAO"])
@pytest.mark.parametrize(
    ("given", "verify", "cert"),
    [
        ({"CACERT": "/ca.pem", "CAPATH": "/cas"}, "/ca.pem", None),
        ({"CAPATH": "/cas"}, "/cas", None),
        ({"SKIP_VERIFY": "true"}, False, None),
        ({"SKIP_VERIFY": "0"}, True, None),
        ({"CLIENT_CERT": "/me.pem", "CLIENT_KEY": "/me.key"}, True, ("/me.pem", "/me.key")),
        ({"CLIENT_CERT": "/both.pem"}, True, "/both.pem"),
    ],
)
def test_trust_and_identity_are_those_of_vaults_own_variables(
    monkeypatch: pytest.MonkeyPatch, prefix: str, given: dict[str, str], verify: object, cert: object
) -> None:
    """Of every request, under both names of the product."""
    from automation.delivery.vault import _client

    for name in ("CACERT", "CAPATH", "SKIP_VERIFY", "CLIENT_CERT", "CLIENT_KEY", "ADDR", "TOKEN"):
        for one in ("VAULT", "BAO"):
            monkeypatch.delenv(f"{one}_{name}", raising=False)
    for name, value in {**given, "ADDR": "https://vault.acme:8200", "TOKEN": "hvs.x"}.items():
        monkeypatch.setenv(f"{prefix}_{name}", value)
    with _client() as client:
        adapter = client.adapter
    assert (adapter._kwargs["verify"], adapter._kwargs["cert"]) == (verify, cert)
    assert (adapter.base_uri, adapter.token, adapter.allow_redirects) == ("https://vault.acme:8200", "hvs.x", False)


def test_an_own_ca_is_trusted(engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pair: Credentials) -> None:
    """TLS by VAULT_CACERT; without it the message says which variable to set."""
    trustme = pytest.importorskip("trustme")
    ca, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    with serving(engine, context) as service:
        monkeypatch.setenv("VAULT_ADDR", service.url)
        monkeypatch.setenv("VAULT_TOKEN", "hvs.test-token")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setattr("automation.delivery.vault.TRIES", 0)
        with pytest.raises(DeliveryFailed, match="CERTIFICATE_VERIFY_FAILED") as caught:
            parse_target("vault:secret/acme/service-board").read()
        assert "VAULT_CACERT" in caught.value.next
        monkeypatch.setenv("VAULT_CACERT", str(tmp_path / "ca.pem"))
        parse_target("vault:secret/acme/service-board").write(pair)
        assert parse_target("vault:secret/acme/service-board").read() == pair
