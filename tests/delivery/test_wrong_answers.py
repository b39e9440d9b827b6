"""Every store may answer anything: only our errors leave a target, each with a cause and a fix, and nothing is read without end."""

from __future__ import annotations

import functools
import gzip
import json
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.delivery import Held, Target, parse_target, unit
from automation.delivery.github_actions import ActionsSecret
from automation.errors import DeliveryFailed, RunbookError
from automation.network.backoff import Patience
from automation.secrets import Secret
from automation.secrets.credentials import Credentials
from tests.delivery.http_double import Says, Service, serving
from tests.delivery.test_azure import VAULT, Identity, ToDouble
from tests.forgetting import only_own

DEEP = b'{"data":' * 3000 + b"1" + b"}" * 3000
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "HTML": b"<!doctype html><title>Sign in</title>",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "another encoding": '{"data": "\u00e9"}'.encode("utf-16"),
    "no encoding": b'{"data": "\xff\xfe"}',
    "half": b'{"data": {"data": {"client_id": "x',
    "a list": b"[1, 2]",
    "null": b"null",
    "a number": b"1e999",
    "wrong types": json.dumps(
        dict.fromkeys(("data", "metadata", "secrets", "key", "key_id", "value", "payload", "SecretString", "attributes", "id"), 5)
    ).encode(),
    "nulls": b'{"data": {"data": null, "metadata": null}, "secrets": [null], "payload": {"data": null}, "value": null}',
    "a bad key": b'{"secrets": [], "key": "AAAA", "key_id": null, "data": {"data": {}, "metadata": {"version": "x"}}}',
    "deep": DEEP,
    "deep lists": b"[" * 100_000,
    "a long number": b'{"data": ' + b"9" * 5000 + b"}",
    "half a surrogate": b'{"data": {"data": {"client_id": "\\ud800"}, "metadata": {"version": 1}}, "value": "\\udfff"}',
}
STORES = ("aws", "azure", "gcp", "github", "kubernetes", "vault")


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """A server that stands for each of the stores."""
    with serving(lambda _: Says()) as one:
        yield one


@pytest.fixture(params=STORES)
def target(request: pytest.FixtureRequest, service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Target:
    """Each store's target, which asks the server and tries nothing twice."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Target, "limit", 20.0)
    made: Target = globals()[f"_{request.param}"](service.url, monkeypatch, tmp_path)
    return made


def _aws(url: str, monkeypatch: pytest.MonkeyPatch, _folder: Path) -> Target:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test-test")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", url)
    monkeypatch.setattr("automation.delivery.aws.TRIES", 1)
    return parse_target("aws-secretsmanager:acme?region=eu-central-1")


def _azure(url: str, monkeypatch: pytest.MonkeyPatch, _folder: Path) -> Target:
    import requests
    from azure.core.pipeline.transport import RequestsTransport
    from azure.keyvault.secrets import SecretClient

    def make(address: str) -> SecretClient:
        session = requests.Session()
        session.mount("https://", ToDouble(url))
        return SecretClient(address, Identity(), transport=RequestsTransport(session=session), retry_total=0)

    monkeypatch.setattr("automation.delivery.azure.make_client", make)
    return parse_target(f"azure-keyvault:{VAULT}/acme")


def _gcp(url: str, monkeypatch: pytest.MonkeyPatch, _folder: Path) -> Target:
    from google.auth.credentials import AnonymousCredentials
    from google.cloud.secretmanager import SecretManagerServiceClient

    from automation.delivery.gcp import limited

    def make() -> Any:
        options: Any = {"api_endpoint": url}
        credentials = AnonymousCredentials()
        return limited(SecretManagerServiceClient(transport="rest", client_options=options, credentials=credentials))

    monkeypatch.setattr("automation.delivery.gcp.make_client", make)
    return parse_target("gcp-secretmanager:acme/service-board")


def _github(url: str, monkeypatch: pytest.MonkeyPatch, _folder: Path) -> Target:
    monkeypatch.setenv("GITHUB_API_URL", url)
    monkeypatch.setenv("GITHUB_TOKEN", "gh-test-token")
    return ActionsSecret("acme/service-board", Patience(0))


def _kubernetes(url: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Target:
    named = {
        "clusters": ("cluster", {"server": url}),
        "users": ("user", {}),
        "contexts": ("context", {"cluster": "t", "user": "t"}),
    }
    config = {kind: [{"name": "t", one: value}] for kind, (one, value) in named.items()}
    (folder / "kubeconfig").write_text(json.dumps({"apiVersion": "v1", "kind": "Config", "current-context": "t", **config}))
    monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(folder / "kubeconfig"))
    monkeypatch.setattr("automation.delivery.kubernetes_secret.TRIES", 0)
    return parse_target("kubernetes:integration/acme")


def _vault(url: str, monkeypatch: pytest.MonkeyPatch, _folder: Path) -> Target:
    monkeypatch.setenv("VAULT_ADDR", url)
    monkeypatch.setenv("VAULT_TOKEN", "hvs.test-token")
    monkeypatch.setattr("automation.delivery.vault.TRIES", 0)
    return parse_target("vault:kv/acme")


@functools.cache
def packed() -> bytes:
    """Some 100 kB that become more than 3 MB."""
    return gzip.compress(random.Random(1).randbytes(100_000) + b" " * (3 << 20), 1)  # noqa: S311 - the same bytes each time


def tried(target: Target, pair: Credentials) -> list[RunbookError]:
    """Read and write; what came of it. Any other exception ends the test."""
    found: list[RunbookError] = []
    for act in (target.held, lambda: target.put(pair, Held())):
        try:
            act()
        except RunbookError as error:
            found.append(error)
    return found


def test_a_wrong_answer_is_reported_with_cause_and_fix(target: Target, service: Service, pair: Credentials) -> None:
    """Whatever it is; a store's nonsense is never a fault of the tool, and no secret is in the message."""
    refusals = ("nothing", "HTML", "a list", "wrong types", "deep lists")
    for status, name in [*((200, name) for name in BODIES), *((400, name) for name in refusals)]:
        service.answer = lambda _, status=status, body=BODIES[name]: Says(status, body)  # type: ignore[misc]
        for error in tried(target, pair):
            assert isinstance(error, DeliveryFailed), name
            assert error.message.strip(), name
            assert error.next.strip(), name
            assert "CONSUMERSECRET" not in error.message, name


def test_an_answer_without_end_is_cut_off(target: Target, service: Service, pair: Credentials) -> None:
    """Plain, and packed so that it grows a thousandfold."""
    for body, headers in ((b" " * (3 << 20), {}), (packed(), {"Content-Encoding": "gzip"})):
        service.answer = lambda _, body=body, headers=headers: Says(200, body, headers)  # type: ignore[misc]
        with pytest.raises(DeliveryFailed, match="larger than"):
            target.held()


TEXTS = st.one_of(
    st.binary(max_size=80),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.dictionaries(st.sampled_from([*unit.KEYS, "x"]), st.none() | st.text(max_size=8) | st.integers() | st.lists(st.none())).map(
        lambda tree: json.dumps(tree).encode()
    ),
    st.lists(
        st.sampled_from(
            ["SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET", "SALESFORCE_TOKEN_URL", "=", "'", '"', "\n", "https://["]
        )
    )
    .map("".join)
    .map(str.encode),
)


@settings(max_examples=60, deadline=None)
@given(data=TEXTS)
def test_a_file_may_hold_anything(data: bytes) -> None:
    """Reading and writing it ends well or with our error; where writing is refused, the file is as it was."""
    pair = Credentials(*_PAIR)
    folder = Path(tempfile.mkdtemp())
    try:
        for kind in ("dotenv", "json"):
            path = folder / kind
            path.write_bytes(data)
            target = parse_target(f"{kind}:{path}")
            with only_own():
                with suppress(DeliveryFailed):
                    target.write(pair)
                assert path.read_bytes() == data or unit.same_pair(target.read(), pair)
    finally:
        shutil.rmtree(folder)


_PAIR: Any = (
    *(Secret(text) for text in ("3MVG9.key.of.a.test", "SECRETOFATEST0123")),
    *("https://acme.my.salesforce.com/services/oauth2/token", "https://acme.my.salesforce.com", None),
    *("acme.my.salesforce.com", "Service_Board", "2026"),
)
