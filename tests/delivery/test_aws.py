"""``aws-secretsmanager:`` against moto's server and scripted refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from automation.delivery import Target, parse_target
from automation.errors import DeliveryFailed
from automation.secrets import Secret
from automation.secrets.credentials import Credentials
from tests.delivery.http_double import Says, serving

NAME = "acme/service-board"


@pytest.fixture(autouse=True)
def credentials_of_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some identity, and no proxy."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "aws-test-secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """moto's server, for the module."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of the imitated service, emptied."""
    import requests

    requests.post(f"{moto_url}/moto-api/reset", timeout=10, proxies={"http": ""})
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", moto_url)
    client = boto3.client("secretsmanager", region_name="eu-central-1")
    yield client
    client.close()


@pytest.fixture
def target() -> Target:
    return parse_target(f"aws-secretsmanager:{NAME}?region=eu-central-1")


def test_a_secret_is_made_and_read_back(aws: Any, target: Target, pair: Credentials) -> None:
    """Key and secret are one text."""
    assert target.read() is None
    target.write(pair)
    assert target.read() == pair
    unit = json.loads(aws.get_secret_value(SecretId=NAME)["SecretString"])
    assert unit["client_secret"] == "CONSUMERSECRET0123456789ABCDEF"


def test_the_old_version_is_kept(aws: Any, target: Target, pair: Credentials) -> None:
    """As AWSPREVIOUS."""
    target.write(replace(pair, client_secret=Secret("older-secret")))
    target.write(pair)
    assert "older-secret" in aws.get_secret_value(SecretId=NAME, VersionStage="AWSPREVIOUS")["SecretString"]
    assert target.read() == pair


def test_a_repeated_write_makes_no_second_version(aws: Any, target: Target, pair: Credentials) -> None:
    """The request has a name of its own that the service knows."""
    target.write(pair)
    target.write(pair)
    assert len(aws.list_secret_version_ids(SecretId=NAME)["Versions"]) == 1


def test_what_is_no_unit_is_no_pair(aws: Any, target: Target) -> None:
    """Another program's secret is not taken for ours."""
    aws.create_secret(Name=NAME, SecretString='{"username": "x"}')
    assert target.read() is None


def refusing(monkeypatch: pytest.MonkeyPatch, says: Says) -> Any:
    """A service that says nothing else."""
    service = serving(lambda _: says)
    started = service.__enter__()
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", started.url)
    monkeypatch.setattr("automation.delivery.aws.TRIES", 2)
    return service, started


@pytest.mark.parametrize(
    ("says", "said", "advice", "requests"),
    [
        (Says(400, {"__type": "AccessDeniedException", "Message": "not authorized"}), "AccessDenied", "identity", 1),
        (Says(400, {"__type": "ThrottlingException", "Message": "Rate exceeded"}), "Throttling", "again later", 2),
        (Says(500, {"__type": "InternalServiceError", "Message": "oops"}), "InternalServiceError", "Fix", 2),
    ],
)
def test_refusals_are_reported(
    monkeypatch: pytest.MonkeyPatch, target: Target, pair: Credentials, says: Says, said: str, advice: str, requests: int
) -> None:
    """What may pass is tried again, what may not is not; each with its advice."""
    service, started = refusing(monkeypatch, says)
    with pytest.raises(DeliveryFailed, match=said) as caught:
        target.write(pair)
    service.__exit__(None, None, None)
    assert advice in caught.value.next
    assert len(started.asked) == requests
    assert "CONSUMERSECRET" not in caught.value.message


def test_without_a_region_it_is_reported(pair: Credentials) -> None:
    """By boto3's own words."""
    with pytest.raises(DeliveryFailed, match="NoRegionError"):
        parse_target(f"aws-secretsmanager:{NAME}").write(pair)


@pytest.mark.parametrize("rest", ["?region=x", f"{NAME}?zone=x", f"{NAME}?region"])
def test_other_forms_are_refused(rest: str) -> None:
    """Reported before anything is done."""
    with pytest.raises(ValueError, match="aws-secretsmanager:NAME"):
        parse_target(f"aws-secretsmanager:{rest}")


@pytest.mark.parametrize(
    "held", [{"SecretString": "db-password"}, {"SecretString": '{"username": "x"}'}, {"SecretBinary": b"\xff\0"}]
)
def test_a_secret_of_somebody_else_stays(aws: Any, target: Target, pair: Credentials, held: dict[str, Any]) -> None:
    """Text, JSON or binary: its consumers would break at once. The mark in the target allows it."""
    aws.create_secret(Name=NAME, **held)
    with pytest.raises(DeliveryFailed, match="was left as it is") as caught:
        target.write(pair)
    assert "region=eu-central-1&replace=yes" in caught.value.next
    assert len(aws.list_secret_version_ids(SecretId=NAME)["Versions"]) == 1
    parse_target(f"aws-secretsmanager:{NAME}?region=eu-central-1&replace=yes").write(pair)
    assert target.read() == pair


def test_a_version_in_between_is_noticed(aws: Any, target: Target, pair: Credentials) -> None:
    """Of a writer on another machine: the service has no condition, so the version before ours is looked at."""
    target.write(replace(pair, client_secret=Secret("older-secret")))
    held = target.held()
    aws.put_secret_value(SecretId=NAME, SecretString="theirs")
    with pytest.raises(DeliveryFailed, match="another version came in between"):
        target.put(pair, held)
