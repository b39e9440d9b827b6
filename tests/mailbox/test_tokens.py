"""Access tokens: from Microsoft's and Google's libraries against a token endpoint on loopback, and from a program."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from automation.access.codes.mailbox import mailbox_from
from automation.access.codes.token_google import GoogleTokens
from automation.access.codes.token_microsoft import MicrosoftTokens
from automation.access.codes.tokens import TokenCommand
from automation.doctor.network import mailbox as examine
from automation.errors import SettingsError, VerificationNeeded
from automation.secrets import Secret, known_secrets
from automation.settings import Settings, load_settings
from tests.mailbox.dovecot import USER, Dovecot
from tests.mailbox.token_endpoint import TokenEndpoint

SCOPE = "https://outlook.office365.com/.default"
CLIENT_ID = "11111111-2222-3333-4444-555555555555"
BASE = {
    "SF_LOGIN_URL": "https://acme--dev.sandbox.my.salesforce.com",
    "SF_USERNAME": "admin@acme.example.dev",
    "SF_PASSWORD": "pass-word-99",
    "ECA_CONTACT_EMAIL": "a@acme.example",
    "ECA_CALLBACK_URL": "https://acme.example/oauth",
    "ECA_RUN_AS": "run@acme.example.dev",
    "SF_IMAP_URL": "imaps://mail.acme.example/INBOX",
    "SF_IMAP_USERNAME": USER,
}


@pytest.fixture
def settings(ca_file: Path) -> Callable[..., Settings]:
    """Makes settings that trust the throw-away CA."""

    def make(**more: str) -> Settings:
        return load_settings({**BASE, "SF_CA_FILE": str(ca_file), **more}, dotenv=None)

    return make


@pytest.fixture(scope="session")
def google_key() -> dict[str, str]:
    """A service account's key file, without its token_uri."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    email = "reader@acme-project.iam.gserviceaccount.com"
    return {"type": "service_account", "client_email": email, "private_key_id": "1", "private_key": private.decode()}


@pytest.fixture
def microsoft(endpoint: TokenEndpoint, settings: Callable[..., Settings]) -> Callable[..., MicrosoftTokens]:
    """Makes the app-only way to a token, with the endpoint for Microsoft's."""
    usual = settings(SF_IMAP_PASSWORD="x-unused")

    def make(credential: str = "client-secret-value") -> MicrosoftTokens:
        return MicrosoftTokens(f"{endpoint.url}/tenant", CLIENT_ID, Secret(credential), usual.network.client, SCOPE)

    return make


def test_microsoft_gives_a_token_for_a_client_secret(microsoft: Callable[..., MicrosoftTokens], endpoint: TokenEndpoint) -> None:
    """The client credentials flow with the mailbox scope; the token is used again while it is valid."""
    tokens = microsoft()
    assert tokens.token() == tokens.token()
    assert [(form["grant_type"], form["scope"], form["client_secret"]) for form in endpoint.asked] == [
        ("client_credentials", SCOPE, "client-secret-value")
    ]


def test_microsoft_gives_a_token_for_a_certificate(
    microsoft: Callable[..., MicrosoftTokens], endpoint: TokenEndpoint, ca: trustme.CA
) -> None:
    """The private key signs an assertion, and never leaves the machine."""
    pem = ca.issue_cert("app.acme.example", key_type=trustme.KeyType.RSA).private_key_and_cert_chain_pem.bytes().decode()
    assert microsoft(pem).token().reveal() in endpoint.tokens
    assert endpoint.asked[0]["client_assertion"].count(".") == 2
    assert "PRIVATE KEY" not in str(endpoint.asked)


@pytest.mark.parametrize(
    ("refusal", "words", "advice"),
    [
        (
            (401, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."}),
            "7000215",
            "Value",
        ),
        ((401, {"error": "invalid_client", "error_description": "AADSTS7000222: keys are expired."}), "7000222", "expired"),
        ((400, {"error": "invalid_scope", "error_description": "AADSTS1002012: bad scope"}), "1002012", ".default"),
        ((400, {"error": "unauthorized_client", "error_description": "AADSTS700016: no app"}), "700016", "CLIENT_ID"),
        ((400, {"error": "new_error"}), "new_error", "docs/mailboxes.md"),
        ((200, "<html>Sign in to the portal</html>"), "No token could be had", "HTTPS_PROXY"),
        ((200, []), "Microsoft|No token", ""),
        ((200, {"access_token": None}), "no reason was given", ""),
        ((500, ""), "No token", ""),
    ],
)
def test_microsofts_refusal_is_quoted_with_its_fix(
    microsoft: Callable[..., MicrosoftTokens], endpoint: TokenEndpoint, refusal: tuple[int, Any], words: str, advice: str
) -> None:
    endpoint.refusal = refusal
    with pytest.raises(VerificationNeeded, match=words) as caught:
        microsoft().token()
    assert advice in caught.value.next


@pytest.mark.dovecot
def test_a_google_service_account_opens_the_mailbox(
    settings: Callable[..., Settings], endpoint: TokenEndpoint, google_key: dict[str, str], dovecot: Dovecot
) -> None:
    """From settings alone: key file, delegation to the mailbox's user, a token, and the doctor's line about it."""
    key = json.dumps(google_key | {"token_uri": f"{endpoint.url}/token"})
    given = settings(SF_IMAP_AUTH="XOAUTH2", SF_IMAP_GOOGLE_KEY=key, SF_IMAP_URL=dovecot.url())
    box = mailbox_from(given)
    assert box is not None
    assert box.prepare() is None
    box.close()
    found = examine(given)
    assert (found.result, found.message) == ("ok", f"the mailbox of {USER} opens with a token (xoauth2); it is empty")


@pytest.mark.parametrize(
    ("refusal", "words", "advice"),
    [
        (
            (401, {"error": "unauthorized_client", "error_description": "not authorized"}),
            "unauthorized_client",
            "https://mail.google.com/",
        ),
        ((400, {"error": "invalid_grant", "error_description": "Invalid email or User ID"}), "Invalid email", "SF_IMAP_USERNAME"),
        ((200, "<html>portal</html>"), "Google", ""),
        ((200, []), "Google", ""),
        ((403, {"error": {"code": 403}}), "Google", ""),
    ],
)
def test_googles_refusal_is_quoted_with_its_fix(
    settings: Callable[..., Settings],
    endpoint: TokenEndpoint,
    google_key: dict[str, str],
    refusal: tuple[int, Any],
    words: str,
    advice: str,
) -> None:
    endpoint.refusal = refusal
    usual = settings(SF_IMAP_PASSWORD="x-unused")
    key = json.dumps(google_key | {"token_uri": f"{endpoint.url}/token"})
    with pytest.raises(VerificationNeeded, match=words) as caught:
        GoogleTokens(Secret(key), USER, usual.network.client).token()
    assert advice in caught.value.next


def test_a_key_that_is_none_is_ours(settings: Callable[..., Settings]) -> None:
    """Past the settings' check: a private key that can't be read."""
    key = json.dumps({"type": "service_account", "client_email": "a@b", "private_key": "x", "token_uri": "https://localhost/"})
    with pytest.raises(VerificationNeeded, match="No token could be had from Google"):
        GoogleTokens(Secret(key), USER, settings(SF_IMAP_PASSWORD="x-unused").network.client).token()


def test_a_program_prints_a_token() -> None:
    token = TokenCommand("printf 'printed-token-1\\n'").token()
    assert token.reveal() == "printed-token-1"
    assert "printed-token-1" in known_secrets()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("printf 'two words'", "no token"),
        ("printf ''", "no token"),
        ("printf '\\377'", "no token"),
        ("false", "exit code"),
        ("/no", "started"),
    ],
)
def test_a_program_that_prints_no_token_is_named(line: str, words: str) -> None:
    with pytest.raises(VerificationNeeded, match=words):
        TokenCommand(line).token()


def test_an_open_quote_in_the_token_command_is_named() -> None:
    with pytest.raises(SettingsError, match="SF_IMAP_TOKEN_COMMAND"):
        TokenCommand("'x")


PEM = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----"
MICROSOFT = {
    "SF_IMAP_AUTH": "xoauth2",
    "SF_IMAP_MICROSOFT_TENANT": "acme.onmicrosoft.com",
    "SF_IMAP_MICROSOFT_CLIENT_ID": CLIENT_ID,
}
TOKEN = {"SF_IMAP_AUTH": "xoauth2", "SF_IMAP_TOKEN": "token-99"}


@pytest.mark.parametrize(
    "given",
    [
        TOKEN,
        {"SF_IMAP_AUTH": "OAuthBearer", "SF_IMAP_TOKEN_COMMAND": "print-token 'my box'"},
        MICROSOFT | {"SF_IMAP_MICROSOFT_CLIENT_SECRET": "secret~value"},
        MICROSOFT | {"SF_IMAP_MICROSOFT_CERTIFICATE": PEM},
        MICROSOFT
        | {"SF_IMAP_MICROSOFT_CLIENT_SECRET": "s~v-99", "SF_IMAP_MICROSOFT_TENANT": "https://login.microsoftonline.us/acme"},
        {"SF_IMAP_PASSWORD": "p-99999"},
    ],
)
def test_each_way_to_open_a_mailbox_is_accepted(given: dict[str, str]) -> None:
    settings = load_settings({**BASE, **given}, dotenv=None)
    assert mailbox_from(settings) is not None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"SF_IMAP_AUTH": "oauth"}, "SF_IMAP_AUTH: 'oauth' is not a way to open a mailbox"),
        ({"SF_IMAP_AUTH": "xoauth2"}, "SF_IMAP_TOKEN: missing; SF_IMAP_AUTH=xoauth2 needs one of"),
        ({}, "SF_IMAP_PASSWORD: missing"),
        ({"SF_IMAP_TOKEN": "token-99"}, "SF_IMAP_TOKEN: is set, but SF_IMAP_AUTH is password; set SF_IMAP_AUTH=xoauth2"),
        (TOKEN | {"SF_IMAP_PASSWORD": "p-99999"}, "SF_IMAP_PASSWORD: is set, but SF_IMAP_AUTH=xoauth2 uses a token"),
        (TOKEN | {"SF_IMAP_TOKEN_COMMAND": "x"}, "SF_IMAP_TOKEN_COMMAND: SF_IMAP_TOKEN is set too"),
        (TOKEN | {"SF_IMAP_URL": "", "SF_IMAP_USERNAME": ""}, "SF_IMAP_URL: missing; SF_IMAP_TOKEN is set"),
        (TOKEN | {"SF_IMAP_TOKEN": "Bearer abc"}, "SF_IMAP_TOKEN: is no access token"),
        (MICROSOFT, "SF_IMAP_MICROSOFT_CLIENT_SECRET: missing"),
        (MICROSOFT | {"SF_IMAP_MICROSOFT_TENANT": ""}, "SF_IMAP_MICROSOFT_TENANT: missing; SF_IMAP_MICROSOFT_CLIENT_ID is set"),
        (MICROSOFT | {"SF_IMAP_MICROSOFT_TENANT": "https://login.evil.example/t"}, "not on a login host of Microsoft"),
        (MICROSOFT | {"SF_IMAP_MICROSOFT_TENANT": "common"}, "names no tenant"),
        (MICROSOFT | {"SF_IMAP_MICROSOFT_CLIENT_ID": "my app"}, "no Application"),
        (MICROSOFT | {"SF_IMAP_MICROSOFT_CERTIFICATE": PEM, "SF_IMAP_MICROSOFT_CLIENT_SECRET": "s-9999"}, "is set too; keep one"),
        (MICROSOFT | {"SF_IMAP_MICROSOFT_CERTIFICATE": PEM[:60]}, "not both a certificate and a private key"),
        ({"SF_IMAP_AUTH": "xoauth2", "SF_IMAP_GOOGLE_KEY": "[" * 9000}, "SF_IMAP_GOOGLE_KEY: is no JSON"),
        ({"SF_IMAP_AUTH": "xoauth2", "SF_IMAP_GOOGLE_KEY": '{"type": "authorized_user"}'}, "not the key of a service account"),
        (
            {"SF_IMAP_AUTH": "xoauth2", "SF_IMAP_GOOGLE_KEY": '{"type": "service_account"}'},
            "lacks client_email, private_key, token_uri",
        ),
        ({"SF_IMAP_AUTHENTICATION": "xoauth2", "SF_IMAP_PASSWORD": "p-99999"}, "did you mean SF_IMAP_AUTH"),
        ({"SF_IMAP_ACCESS_TOKEN": "x", "SF_IMAP_PASSWORD": "p-99999"}, "did you mean SF_IMAP_TOKEN?"),
        ({"SF_IMAP_TOKEN_COMMAND": "'x", "SF_IMAP_AUTH": "xoauth2"}, "SF_IMAP_TOKEN_COMMAND: has a quote"),
        ({"SF_CODE_COMMAND": "'x", "SF_IMAP_PASSWORD": "p-99999"}, "SF_CODE_COMMAND: has a quote"),
    ],
)
def test_what_does_not_fit_together_is_named_at_start(given: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({**BASE, **given}, dotenv=None)
    assert words in caught.value.message


def test_a_missing_library_is_named_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each vendor's library is an optional extra."""
    monkeypatch.setattr("automation.delivery.extras.find_spec", dict.fromkeys(["msal"]).get)
    with pytest.raises(SettingsError, match=r"pip install 'external-client-app-runbook\[microsoft\]'"):
        load_settings({**BASE, **MICROSOFT, "SF_IMAP_MICROSOFT_CLIENT_SECRET": "secret~value"}, dotenv=None)


def test_private_keys_are_scrubbed(google_key: dict[str, str]) -> None:
    """The key inside the file is what is searched for, also alone."""
    key = json.dumps(google_key | {"token_uri": "https://oauth2.googleapis.com/token"})
    load_settings({**BASE, "SF_IMAP_AUTH": "xoauth2", "SF_IMAP_GOOGLE_KEY": key}, dotenv=None)
    assert any(secret in google_key["private_key"] for secret in known_secrets() if "PRIVATE KEY" in secret)
