"""Logging in at a mail server: by password, or with an OAuth token; and what a refusal means."""

from __future__ import annotations

import base64
import imaplib
import re
import time
from typing import Any, Final

from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from automation.access.codes.imap_connection import Account
from automation.access.codes.tokens import Bearer
from automation.errors import VerificationNeeded
from automation.secrets import Secret, quoted
from automation.secrets.text_files import json_object

_ATOM: Final = re.compile(r"[!#-'+-\[\]^-z|}~]+")
"""A username that the LOGIN command can carry as it is; any other goes by AUTHENTICATE PLAIN, which is UTF-8 (RFC 4616)."""
_PRINTABLE: Final = re.compile(r"[ -~]*")

MICROSOFT: Final = ("outlook.office365.com", "outlook.office.com", "outlook.office365.us", "partner.outlook.cn")
_SET_UP: Final = "see docs/mailboxes.md"


def log_in(client: IMAPClient, account: Account) -> None:
    """Log in as the account says; see `by_password` and `by_token` for what is raised."""
    if account.bearer is None:
        by_password(client, account.user, account.password)
    else:
        by_token(client, account.user, account.bearer)


def by_password(client: IMAPClient, user: str, password: Secret) -> None:
    """Log in with a password, also one beyond ASCII.

    Raises:
        VerificationNeeded: refused, or the server takes no characters beyond ASCII.
        imaplib.IMAP4.abort: the connection broke.
    """
    word, offered = password.reveal(), client.capabilities()
    plain = _ATOM.fullmatch(user) and _PRINTABLE.fullmatch(word) and b"LOGINDISABLED" not in offered
    if not plain and b"AUTH=PLAIN" not in offered:
        raise VerificationNeeded(
            f"The IMAP server {client.host} takes no username or password with characters beyond ASCII (no AUTH=PLAIN).",
            next="Give the mailbox a username and a password of plain letters, digits and signs.",
        )
    try:
        if plain:
            client.login(user, word)
        else:
            client.sasl_login("PLAIN", lambda _: f"\0{user}\0{word}".encode(errors="surrogateescape"))
    except LoginError as error:
        _broken(error)
        raise VerificationNeeded(
            f"The IMAP server {client.host} refused username or password: {quoted(error)}.", next=_password_advice(client.host)
        ) from None


def _password_advice(host: str) -> str:
    if host.lower() in MICROSOFT or host.lower() == "imap.gmail.com":
        return (
            "Exchange Online and Google Workspace take no passwords for IMAP any more (Gmail only an app password): set "
            f"SF_IMAP_AUTH=xoauth2; {_SET_UP}."
        )
    return "Check SF_IMAP_USERNAME and SF_IMAP_PASSWORD; many servers want an app password here."


def by_token(client: IMAPClient, user: str, bearer: Bearer) -> None:
    """Log in with an access token (XOAUTH2, or OAUTHBEARER of RFC 7628).

    Raises:
        VerificationNeeded: no token, the server has no such mechanism, or it refused the token.
        imaplib.IMAP4.abort: the connection broke.
    """
    offered = sorted(name[5:].decode("ascii", "replace") for name in client.capabilities() if name.startswith(b"AUTH="))
    if bearer.mechanism not in offered:
        raise VerificationNeeded(
            f"The IMAP server {client.host} has no {bearer.mechanism}; it offers {quoted(', '.join(offered) or 'passwords only')}.",
            next="Set SF_IMAP_AUTH to a mechanism that the server offers: xoauth2, oauthbearer or password.",
        )
    token, challenges = bearer.tokens.token(), list[bytes]()
    oauthbearer = bearer.mechanism == "OAUTHBEARER"
    begin = f"n,a={user.replace('=', '=3D').replace(',', '=2C')},\1" if oauthbearer else f"user={user}\1"
    first = f"{begin}auth=Bearer {token.reveal()}\1\1".encode(errors="surrogateescape")

    def answer(challenge: bytes) -> bytes:
        """Our side of the SASL exchange: the token, then an empty answer to the server's reason for a refusal."""
        challenges.append(challenge)
        return first if len(challenges) == 1 else b"\1" if oauthbearer else b""

    try:
        client.sasl_login(bearer.mechanism, answer)  # imapclient's oauth2_login hides why the server refused
    except LoginError as error:
        _broken(error)
        refusal = challenges[-1] if len(challenges) > 1 else b""
        raise _token_refused(client.host, user, bearer, token, refusal, error) from None


def _broken(error: LoginError) -> None:
    """A connection that broke is no refusal, though imapclient calls both by one name."""
    if isinstance(error.__context__, imaplib.IMAP4.abort):
        raise error.__context__


def _token_refused(host: str, user: str, bearer: Bearer, token: Secret, refusal: bytes, error: LoginError) -> VerificationNeeded:
    answer, claims = json_object(refusal) or {}, claims_of(token.reveal())
    ended = claims.get("exp")
    if isinstance(ended, int | float) and ended < time.time():
        why, advice = "it has expired", _fresh(bearer)
    elif host.lower() in MICROSOFT:
        why, advice = _why_microsoft(user, claims)
    else:
        why, advice = _why_other(user, bearer, claims, answer)
    words = quoted(f"{error} {answer.get('status', '')}".strip())
    return VerificationNeeded(f"The IMAP server {host} refused the access token for {user}: {why} ({words}).", next=advice)


def _why_microsoft(user: str, claims: dict[str, Any]) -> tuple[str, str]:
    """Cause and advice. Exchange Online gives no reason, but its tokens say in clear what they are for."""
    audience = str(claims.get("aud", ""))
    if audience and not audience.startswith(("https://outlook.office", "https://partner.outlook", _EXCHANGE)):
        advice = f"Ask for the scope https://outlook.office365.com/.default; {_SET_UP}."
        return f"it was made for {quoted(audience)}, not for mailboxes", advice
    if claims and "IMAP." not in f"{claims.get('roles')} {claims.get('scp')}":
        return "it has no permission for IMAP", f"Add the application permission IMAP.AccessAsApp with admin consent; {_SET_UP}."
    return "the app may not read this mailbox", _GRANTS.format(user=user)


def _why_other(user: str, bearer: Bearer, claims: dict[str, Any], answer: dict[str, Any]) -> tuple[str, str]:
    """Cause and advice, from the server's answer (RFC 7628; Google and Dovecot give an HTTP status) and the token's claims."""
    granted = claims.get("scope", claims.get("scp"))
    named = quoted(answer.get("scope", ""))
    wanted = named if "://" in named else ""  # Dovecot says "mail", however it is configured
    lacking = isinstance(granted, str) and re.search(r"imap|mail", granted, re.IGNORECASE) is None
    if lacking or str(answer.get("status")) in ("insufficient_scope", "403"):
        return "its scope does not allow IMAP", f"Ask for the scope {wanted or 'of mailboxes'}; {_SET_UP}."
    owner = next((claims[name] for name in ("username", "email", "preferred_username") if name in claims), user)
    if str(owner).lower() != user.lower():
        return f"it is for {quoted(owner)}, not for this mailbox", f"Give the token of the user in SF_IMAP_USERNAME; {_SET_UP}."
    scope = f"has another scope than {wanted}, " if wanted else ""
    return f"it has expired, was revoked, {scope}or is not for this mailbox", _fresh(bearer)


_GRANTS: Final = (
    "In Exchange Online PowerShell run New-ServicePrincipal with the Object ID of the enterprise application, and "
    "Add-MailboxPermission -Identity {user} -AccessRights FullAccess for it; " + _SET_UP + "."
)
_EXCHANGE: Final = "00000002-0000-0ff1-ce00-000000000000"
"""Application id of Exchange Online, which older tokens name as their audience."""


def _fresh(bearer: Bearer) -> str:
    if bearer.tokens.renews:
        return f"Check SF_IMAP_USERNAME, and that the token is made for that mailbox; {_SET_UP}."
    return (
        "Tokens live for about an hour: give a fresh SF_IMAP_TOKEN, or have one made for each run by SF_IMAP_TOKEN_COMMAND or "
        f"a built-in method; {_SET_UP}."
    )


def folder_refused(host: str, user: str, folder: str, error: Exception) -> VerificationNeeded | None:
    """Why the login passed and the folder did not open; None when the error says nothing of that.

    "User is authenticated but not connected" is Exchange Online's answer to an app without rights on the mailbox.
    """
    words = str(error)
    if "authenticated but not connected" in words.lower():
        return VerificationNeeded(
            f"The mailbox {user} may not be read with this token: {quoted(words)}.",
            next=f"Run Add-MailboxPermission for {user}, and check that the mailbox exists and has a licence; {_SET_UP}.",
        )
    if re.search(r"NOPERM|permission denied", words, re.IGNORECASE):
        return VerificationNeeded(
            f"The folder {folder} of the mailbox {user} at {host} may not be read: {quoted(words)}.",
            next="Give that user the right to read the folder, or name another one in SF_IMAP_URL.",
        )
    return None


def claims_of(token: str) -> dict[str, Any]:
    """What a JWT says about itself, unchecked, for messages alone; empty when it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        return json_object(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))) or {}
    except ValueError:  # not base64
        return {}
