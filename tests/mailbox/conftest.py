"""A Dovecot and a token endpoint, shared by the tests of one process; emails of each test are its own."""

from __future__ import annotations

import os
import shutil
import ssl
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from automation.access.codes.mailbox import Mailbox
from automation.access.codes.tokens import Bearer
from automation.secrets import Secret
from tests.mailbox import dovecot as server
from tests.mailbox import token_endpoint


@pytest.fixture(scope="session")
def ca() -> trustme.CA:
    """A throw-away CA."""
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its certificate, for SF_CA_FILE."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="session")
def shared_endpoint(ca: trustme.CA) -> Iterator[token_endpoint.TokenEndpoint]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    with token_endpoint.serve(context) as running:
        yield running


@pytest.fixture
def endpoint(shared_endpoint: token_endpoint.TokenEndpoint) -> token_endpoint.TokenEndpoint:
    """The token endpoint, without tokens."""
    shared_endpoint.tokens.clear()
    shared_endpoint.asked.clear()
    shared_endpoint.refusal = None
    return shared_endpoint


@pytest.fixture(scope="session")
def shared_dovecot(ca: trustme.CA, shared_endpoint: token_endpoint.TokenEndpoint) -> Iterator[server.Dovecot]:
    if server.program() is None:
        if os.environ.get("CI"):
            pytest.fail("Dovecot is not installed; in CI it has to be: apt-get install dovecot-imapd")
        pytest.skip("needs Dovecot: apt-get install dovecot-imapd")
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))  # pytest's own paths are too long for sockets
    folder.chmod(0o755)
    certificate = ca.issue_cert("localhost").private_key_and_cert_chain_pem.bytes()
    running = server.start(folder, certificate, shared_endpoint.introspection)
    yield running
    running.process.terminate()
    running.process.wait(10)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def dovecot(shared_dovecot: server.Dovecot) -> server.Dovecot:
    """The mail server, with an empty inbox."""
    for box in (shared_dovecot.folder / "mail").iterdir():
        aside = box.rename(tempfile.mkdtemp(dir=shared_dovecot.folder))  # at once, where a server that dies is still writing in it
        shutil.rmtree(aside, ignore_errors=True)
    return shared_dovecot


@pytest.fixture
def open_box(dovecot: server.Dovecot, ca_file: Path) -> Iterator[Callable[..., Mailbox]]:
    """Makes mailboxes on the server, by password unless a bearer is given; they are closed at the end."""
    made: list[Mailbox] = []

    def make(
        bearer: Bearer | None = None, *, folder: str = "INBOX", user: str = server.USER, password: str = server.PASSWORD
    ) -> Mailbox:
        made.append(Mailbox(dovecot.url(folder), user, Secret(password), ca_file, bearer))
        return made[-1]

    yield make
    for box in made:
        box.close()
