"""Codes sent by email, read over IMAP."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from automation.access.codes.imap_connection import GRACE, LOGIN_LIMIT, Account, Connection
from automation.access.codes.mail import HEADER_LIMIT, HEADERS, Verdict, code_of, judge
from automation.access.codes.mail_text import BODY_LIMIT
from automation.access.codes.source import CodeRequest, CodeSource, Method, NoCodeYet
from automation.errors import VerificationNeeded
from automation.secrets import Secret
from automation.settings.urls import imap_server

if TYPE_CHECKING:
    from automation.access.codes.imap import BoundedClient
    from automation.access.codes.tokens import Bearer
    from automation.settings import Settings

log = logging.getLogger(__name__)

IDLE_SLICE: Final = 3.0
"""Seconds after which the box is searched even though IDLE reported nothing.

An email that comes between the search and the begin of IDLE is reported too early to be seen, and some servers do not
report every email; so IDLE only makes the wait end sooner.
"""
POLL: Final = 2.0
"""Seconds between two searches where the server has no IDLE."""
BATCH: Final = 50
"""Emails whose headers are fetched at once."""
MOST_NEW: Final = 1_000
"""New emails that one search goes through, the newest first."""
LARGEST: Final = 5_000_000
"""Bytes of an email that may be Salesforce's; a larger one is not opened."""
_FIELDS: Final = f"BODY.PEEK[HEADER.FIELDS ({' '.join(HEADERS).upper()})]<0.{HEADER_LIMIT}>"


class Mailbox(CodeSource):
    """The mailbox that gets the user's verification emails.

    Only emails that came after `prepare` are read; each code is given out once, the newest first. The box is opened
    read-only: nothing is marked as read or deleted. Of strangers' emails nothing but a few header fields is read.
    """

    name = "the mailbox"
    methods = (Method.EMAIL,)

    def __init__(
        self, url: str, user: str, password: Secret | None, ca_file: Path | None = None, bearer: Bearer | None = None
    ) -> None:
        self._user = user
        self._server = imap_server(url)
        self._connection = Connection(self._server, Account(user, password or Secret(""), bearer), ca_file, self._select)
        self._seen_up_to = 0
        self._since: datetime | None = None
        self._validity: int | None = None
        self._failure: VerificationNeeded | None = None

    def prepare(self) -> str | None:
        """Open the box and note the newest email; what is there now is older than the request."""
        self._since = datetime.now(UTC)
        self._connection.allow(LOGIN_LIMIT)
        try:
            self._failure = None
            self._seen_up_to = self._connection.do(self._select)
        except VerificationNeeded as error:
            self._failure = error  # the org may ask for no code at all; reported when one is needed
            log.info("%s", error.message)
            return error.message
        return None

    def code(self, request: CodeRequest, timeout: float) -> Secret:
        """Wait for a verification email of this request.

        Raises:
            NoCodeYet: no such email came in time.
            VerificationNeeded: the box can't be opened.
        """
        if self._failure is not None:
            raise self._failure
        deadline = time.monotonic() + timeout
        self._connection.allow(timeout + GRACE)
        judged: dict[int, Verdict] = {}
        while True:
            found = self._connection.do(lambda client: self._search(client, request, judged))
            if found is not None:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._no_code(timeout, judged)
            self._connection.do(partial(self._wait, left))

    def _no_code(self, timeout: float, judged: dict[int, Verdict]) -> NoCodeYet:
        counted = Counter(verdict.value for verdict in judged.values() if verdict.value)
        seen = "".join(f" {count} new email{'s'[: count > 1]} {phrase}." for phrase, count in sorted(counted.items()))
        return NoCodeYet(
            f"No verification email of Salesforce came to {self._user} within {timeout:g} s.{seen}",
            next="Check that the user's email goes to this mailbox and that the org may send email "
            "(Setup > Deliverability; a refreshed sandbox adds .invalid to addresses).",
        )

    def newest(self) -> datetime | None:
        """When the newest email came (UTC); None when the folder is empty. No email is opened.

        Raises:
            VerificationNeeded: the box can't be opened.
        """
        self._connection.allow(LOGIN_LIMIT)
        return self._connection.do(self._time_of_newest)

    def _time_of_newest(self, client: BoundedClient) -> datetime | None:
        newest = _last(client)
        came = client.fetch([newest], ["INTERNALDATE"]).get(newest, {}).get(b"INTERNALDATE") if newest else None
        return came.astimezone(UTC) if isinstance(came, datetime) else None

    def close(self) -> None:
        """Log out; a server that is gone already does no harm."""
        self._connection.close()

    def _select(self, client: BoundedClient) -> int:
        """Open the folder read-only, and answer the number of its newest email (0 when it is empty)."""
        selected: dict[bytes, Any] = client.select_folder(self._server.folder, readonly=True)
        self._renumbered(selected.get(b"UIDVALIDITY"))
        following = selected.get(b"UIDNEXT")
        return following - 1 if isinstance(following, int) else _last(client)  # optional in the oldest form of the protocol

    def _renumbered(self, validity: Any) -> None:
        """After a change of UIDVALIDITY the noted number is void: all emails count as old."""
        changed = self._validity is not None and validity != self._validity
        self._validity = validity
        if changed:
            self._seen_up_to = 2**32

    def _search(self, client: BoundedClient, request: CodeRequest, judged: dict[int, Verdict]) -> Secret | None:
        """The code of the newest fitting email that is newer than what was seen; ``judged`` keeps what was looked at."""
        client.noop()
        found = client.search(["UID", f"{self._seen_up_to + 1}:*"])  # "n:*" names the last email even when it is older than n
        fresh = [uid for uid in sorted(set(found), reverse=True)[:MOST_NEW] if uid > self._seen_up_to and uid not in judged]
        for at in range(0, len(fresh), BATCH):
            batch = fresh[at : at + BATCH]
            self._judge(client, batch, request, judged)
            for uid in (uid for uid in batch if judged.get(uid) is Verdict.FITS):
                code = self._open(client, uid, request)
                if code is not None:
                    self._seen_up_to = uid
                    return code
        return None

    def _judge(self, client: BoundedClient, batch: list[int], request: CodeRequest, judged: dict[int, Verdict]) -> None:
        """Judge emails by size and header. One that moved away meanwhile is not in the answer, and not judged."""
        self._connection.renew(client)
        for uid, about in client.fetch(batch, ["RFC822.SIZE", _FIELDS]).items():
            header = _literal(about, b"BODY[HEADER")
            if header is not None:
                size = about.get(b"RFC822.SIZE")
                large = isinstance(size, int) and size > LARGEST
                judged[uid] = Verdict.OTHER if large else judge(header, request, self._since)

    def _open(self, client: BoundedClient, uid: int, request: CodeRequest) -> Secret | None:
        self._connection.renew(client)
        raw = _literal(client.fetch([uid], [f"BODY.PEEK[]<0.{BODY_LIMIT}>"]).get(uid, {}), b"BODY[]")
        return None if raw is None else code_of(raw, request)

    def _wait(self, seconds: float, client: BoundedClient) -> None:
        """Wait for the server to report news, for a slice at most."""
        if client.has_capability("IDLE"):
            client.wait_for_news(min(IDLE_SLICE, seconds))
        else:
            threading.Event().wait(min(POLL, seconds))


def _last(client: BoundedClient) -> int:
    """The number of the newest email; 0 when the folder is empty."""
    return max(client.search(["UID", "*"]), default=0)


def _literal(about: Any, name: bytes) -> bytes | None:
    """The text that a FETCH answer has under a name; None when it has none, as for an email that is gone."""
    found = next((value for key, value in about.items() if key.startswith(name)), None)
    return found if isinstance(found, bytes) else None


def mailbox_from(settings: Settings) -> Mailbox | None:
    """The mailbox of the settings; None when none is set."""
    from automation.access.codes.tokens import bearer_from

    bearer = bearer_from(settings)
    if not settings.sf_imap_url or not settings.sf_imap_username or (bearer is None and not settings.sf_imap_password):
        return None
    return Mailbox(settings.sf_imap_url, settings.sf_imap_username, settings.sf_imap_password, settings.sf_ca_file, bearer)
