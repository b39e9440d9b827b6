"""Our own HTTP goes where the browser's does, and reads no more than a limit, and for no longer."""

from __future__ import annotations

import gzip
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import trustme

from automation.errors import SettingsError
from automation.network import transport
from automation.network.failures import Failure
from automation.network.http import Network, decoded, retry_after, send, ssl_context
from automation.network.proxy import Proxy
from automation.network.transport import bounded
from automation.settings import load_settings
from tests.network.servers import Server, answering, dripping, flooding, silent


def _goes_through_proxy(network: Network, url: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Which of the two transports is asked; nothing is sent."""
    asked: list[bool] = []

    def ask(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        asked.append(type(self._pool).__name__ == "HTTPProxy")
        return httpx.Response(200)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", ask)
    with network.client() as client:
        client.get(url)
    return asked[0]


def test_without_a_proxy_requests_go_directly_whatever_the_environment_says(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://elsewhere:1")
    assert not _goes_through_proxy(load_settings(environment).network, "https://acme.my.salesforce.com", monkeypatch)


@pytest.mark.parametrize(("no_proxy", "proxied"), [("localhost,127.0.0.1,::1", True), (".my.salesforce.com", False)])
@pytest.mark.parametrize("proxy", ["http://proxy.acme.com:3128", "https://me:word@proxy.acme.com"])
def test_hosts_of_no_proxy_are_reached_directly(
    proxy: str, no_proxy: str, proxied: bool, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry ``::1`` of many images' NO_PROXY raises nothing."""
    network = load_settings({**environment, "HTTPS_PROXY": proxy, "NO_PROXY": no_proxy}).network
    assert _goes_through_proxy(network, "https://acme.my.salesforce.com", monkeypatch) is proxied


@pytest.mark.parametrize(
    ("url", "starts", "login"),
    [
        ("http://dom%5Cuser:p%40ss@127.0.0.1", b"CONNECT acme.my.salesforce.com:443 ", b"dom\\user:p@ss"),
        ("https://me:word@127.0.0.1", b"\x16\x03", None),
    ],
    ids=["http", "https"],
)
def test_a_proxy_is_logged_in_to_and_spoken_to_as_its_url_says(url: str, starts: bytes, login: bytes | None) -> None:
    """With username and password decoded; to an ``https://`` proxy nothing is sent before TLS."""
    with Server(answering(b"", "identity")) as server:
        proxy = Proxy.parse(f"{url}:{server.port}")
        with Network(proxy).client(timeout=5) as client:
            assert isinstance(send(client, "GET", "https://acme.my.salesforce.com/"), Failure)
    assert server.asked.startswith(starts)
    assert login is None or b"Proxy-Authorization: Basic " + b64encode(login) in server.asked


def test_a_redirect_is_not_followed() -> None:
    with Network().client() as client:
        assert client.follow_redirects is False


def test_an_own_ca_is_trusted_besides_the_systems(tmp_path: Path) -> None:
    trustme.CA(organization_name="Acme").cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl_context(tmp_path / "ca.pem")
    subjects = [str(one["subject"]) for one in context.get_ca_certs()]
    assert any("Acme" in subject for subject in subjects)
    assert len(subjects) > 50
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_file_that_is_no_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n")
    with pytest.raises(SettingsError, match="holds no certificate that can be read"):
        ssl_context(tmp_path / "ca.pem")


@pytest.mark.parametrize("serve", [dripping(b""), dripping(b"HTTP/1.1 200 OK\r\n\r\n"), silent], ids=["headers", "body", "nothing"])
def test_a_server_that_drips_is_given_up_when_the_whole_took_too_long(serve: Callable[[Server], None]) -> None:
    """A byte every 20 ms would go on for ever: no single piece is late."""
    with Server(serve) as server, Network().client(timeout=0.2) as client:
        answer = send(client, "GET", server.url)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.text, answer.passing) == ("no answer", "ReadTimeout", True)


def test_the_proxys_own_answer_counts_as_well() -> None:
    with Server(dripping(b"")) as server:
        network = Network(proxy=server.proxy)
        with network.client(timeout=0.2) as client:
            answer = send(client, "GET", "https://acme.my.salesforce.com/")
    assert isinstance(answer, Failure)
    assert answer.text == "ReadTimeout"


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip bomb"])
def test_an_answer_without_end_is_given_up(packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 2**20)
    served = answering(gzip.compress(bytes(2**25)), "gzip") if packed else flooding
    with Server(served) as server, Network().client() as client:
        answer = send(client, "GET", server.url)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.text, answer.passing) == ("too long", "the answer is longer than 1 MB", False)


def test_a_bomb_is_not_unpacked_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Piece by piece: of 32 MB that arrive in one packet no more than the limit and one piece ever exist."""
    monkeypatch.setattr(transport, "MOST_BYTES", 2**20)
    stream = bounded(httpx.Response(200, headers={"content-encoding": "gzip"}, stream=_once(gzip.compress(bytes(2**25))))).stream
    sizes: list[int] = []
    with pytest.raises(transport.TooLong):
        sizes.extend(len(piece) for piece in stream)  # type: ignore[union-attr]
    assert max(sizes) <= transport.PIECE
    assert sum(sizes) <= 2**20


def _once(data: bytes) -> httpx.SyncByteStream:
    return httpx.ByteStream(data)


@pytest.mark.parametrize("packing", ["gzip", "GZIP", "identity"])
def test_a_packed_answer_is_unpacked(packing: str) -> None:
    text = b'{"a": 1}'
    with Server(answering(text if packing == "identity" else gzip.compress(text), packing)) as server, Network().client() as client:
        answer = send(client, "GET", server.url)
    assert isinstance(answer, httpx.Response)
    assert decoded(answer) == {"a": 1}


@pytest.mark.parametrize(("data", "packing"), [(b"no gzip", "gzip"), (b"x", "br"), (b"x", "gzip, gzip")])
def test_what_is_not_packed_as_it_says_is_a_failure(data: bytes, packing: str) -> None:
    with Server(answering(data, packing)) as server, Network().client() as client:
        answer = send(client, "GET", server.url)
    assert isinstance(answer, Failure)
    assert "packed" in answer.text


def test_an_untrusted_certificate_names_the_file_that_lacks_the_ca(tmp_path: Path) -> None:
    """Whatever made the client, the advice knows what SF_CA_FILE names."""
    file = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    certificate = trustme.CA().issue_cert("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    with Server(silent, context) as server, Network(ca_file=file).client() as client:
        answer = send(client, "GET", server.url)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.passing) == ("certificate", False)
    assert f"SF_CA_FILE ({file}) does not contain the CA" in answer.next


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("https://[::1", {}),
        ("https://acme.example:99999/", {}),
        ("https://acme.example/", {"Authorization": "Bearer tökén"}),
    ],
)
def test_what_can_not_be_sent_is_a_failure(url: str, headers: dict[str, str]) -> None:
    with Network().client() as client:
        answer = send(client, "GET", url, headers=headers)
    assert isinstance(answer, Failure)
    assert "tökén" not in answer.text


def test_a_closed_client_is_a_failure() -> None:
    """As at the end of the program, when a token is still to be taken back."""
    client = Network().client()
    client.close()
    assert isinstance(send(client, "GET", "https://acme.example/"), Failure)


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b'{"a": ', b"\xff\xfe\x00", b"[" * 200_000, b"9" * 5000, "{}".encode("utf-16")[:3], b"\xef\xbb\xbf"],
)
def test_what_is_no_json_decodes_to_nothing(content: bytes) -> None:
    assert decoded(httpx.Response(200, content=content)) is None


def test_json_with_a_bom_is_json() -> None:
    assert decoded(httpx.Response(200, content=b'\xef\xbb\xbf{"a": 1}')) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7), ("", 0), ("²", 0), ("-1", 0), ("soon", 0), ("1e9", 0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("9" * 400, 0)],
)
def test_retry_after_is_read_or_ignored(text: str, seconds: float) -> None:
    assert retry_after(httpx.Response(503, headers=[(b"retry-after", text.encode())])) == seconds


def test_retry_after_may_be_a_date() -> None:
    from email.utils import formatdate

    assert 30 < retry_after(httpx.Response(503, headers={"retry-after": formatdate(time.time() + 60, usegmt=True)})) <= 60


@pytest.fixture(autouse=True)
def _no_leftovers() -> Iterator[None]:
    yield
    transport._deadline.set(float("inf"))
