"""Software passkeys: kept in a file, shown to a page only for the moment in which it is asked for.

A software passkey is a credential like a password: whoever has the file can pass this user's verification. It is made
only with ``--enrol-passkey``, and the org's owner has to agree.

Playwright's authenticator (``context.credentials``) is JavaScript in every page of the context and does not compare the
relying party with the page. So a key is in it only while the one button is pressed: before that, the page and all
frames of the context are checked to be Salesforce's, and afterwards the key is taken out again.

``python -m automation.access.passkeys list|delete`` shows and deletes what is kept.
"""

from __future__ import annotations

import logging
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from automation.access.keyboard import require_password_host
from automation.access.passkey_store import Passkey, PasskeyStore
from automation.errors import ForeignHost, SettingsError, UnexpectedPage
from automation.salesforce import hosts
from automation.secrets import Secret
from automation.settings import Settings

log = logging.getLogger(__name__)

NO_CONSENT = """
if (navigator.credentials) {
  navigator.credentials.create = () => Promise.reject(new DOMException("No consent was given.", "NotAllowedError"));
}
"""
"""Without ``--enrol-passkey`` no page can make a passkey, not even one that starts by itself."""


class Passkeys:
    """The passkey of one user, in the browser context of a run.

    Args:
        username: Salesforce username of the run; with the org's host it names the entry.
        enrol: whether a new passkey may be made (``--enrol-passkey``); also the attribute ``may_enrol``.
    """

    def __init__(self, store: PasskeyStore, username: str, *, enrol: bool) -> None:
        self._store = store
        self._username = username
        self.may_enrol = enrol
        self._installed: list[BrowserContext] = []

    @classmethod
    def from_settings(cls, settings: Settings, *, enrol: bool) -> Passkeys | None:
        """The passkey of ``SF_USERNAME`` in ``SF_PASSKEY_FILE``; None when no file is set.

        Raises:
            SettingsError: ``--enrol-passkey`` was given, but not both settings.
        """
        if settings.sf_passkey_file is None or settings.sf_username is None:
            if enrol:
                raise SettingsError(
                    "--enrol-passkey needs SF_PASSKEY_FILE and SF_USERNAME.",
                    next="Set SF_PASSKEY_FILE to where the passkey is stored, and SF_USERNAME to the user it belongs to.",
                )
            return None
        return cls(PasskeyStore(settings.sf_passkey_file), settings.sf_username, enrol=enrol)

    def stored(self, page: Page) -> Passkey | None:
        """The kept passkey for the org of this page."""
        my_domain = hosts.my_domain_of(hosts.parse_url(page.url).host)
        return self._store.find(my_domain, self._username) if my_domain else None

    def install(self, context: BrowserContext) -> None:
        """Put the authenticator, empty, into a context. Must come before its first page; a second call does nothing.

        Raises:
            SettingsError: this Playwright has none.
        """
        if context in self._installed:
            return
        credentials = getattr(context, "credentials", None)
        if credentials is None:
            raise SettingsError("SF_PASSKEY_FILE needs Playwright 1.65 or newer: pip install --upgrade playwright.")
        credentials.install()
        if not self.may_enrol:
            context.add_init_script(NO_CONSENT)
        self._installed.append(context)

    @contextmanager
    def shown_to(self, page: Page) -> Iterator[None]:
        """Have the kept passkey in the authenticator for the time of the context.

        The counter is saved before the key is used: a run that is killed must not leave an old one, which the org would
        take for a copied key.

        Raises:
            ForeignHost: the page, or a frame of the context, is not Salesforce's.
            LookupError: none is kept for this page.
        """
        _require_salesforce_alone(page)
        if (key := self.stored(page)) is None:
            raise LookupError("no passkey is kept for this page")
        credentials = page.context.credentials
        self._store.save(replace(key, sign_count=key.sign_count + 1))
        credentials.create(
            key.rp_id,
            id=key.id,
            user_handle=key.user_handle.reveal(),
            private_key=key.private_key.reveal(),
            public_key=key.public_key,
            sign_count=key.sign_count,
        )
        try:
            yield
        finally:
            for used in credentials.get(id=key.id):
                self._store.save(replace(key, sign_count=max(used["signCount"], key.sign_count + 1)))
                credentials.delete(key.id)

    @contextmanager
    def enrolling(self, page: Page) -> Iterator[None]:
        """Keep the passkey that the page makes within the context, also when its answer is lost afterwards.

        Raises:
            ForeignHost: the page, or a frame of the context, is not Salesforce's.
            UnexpectedPage: the page made none.
        """
        _require_salesforce_alone(page)
        my_domain = hosts.my_domain_of(hosts.parse_url(page.url).host)
        if my_domain is None:
            raise ForeignHost("A passkey is made on an org's My Domain host alone.")
        credentials, made = page.context.credentials, None
        before = {one["id"] for one in credentials.get()}
        try:
            yield
        finally:
            for one in credentials.get():
                if one["id"] not in before and _covers(one["rpId"], my_domain):
                    made = _kept(dict(one), my_domain, self._username)
                    self._store.save(made)
                    credentials.delete(one["id"])
        if made is None:
            raise UnexpectedPage("The page made no passkey.")

    def entry_of(self, key: Passkey) -> str:
        """Names the entry of the file: its host, user, org and day."""
        org = f" in org {key.org_id}" if key.org_id else ""
        return f"the entry of {key.username} at {key.host} in {self._store.file}, made {key.created_at[:10]}{org}"

    def advice(self, key: Passkey) -> str:
        """What to do with an entry that the org does not know any more, with the command that deletes it."""
        file, host, user = (shlex.quote(text) for text in (str(self._store.file), key.host, key.username))
        command = f"python -m automation.access.passkeys --file {file} delete {host} --user {user}"
        return (
            "A refreshed sandbox is a new org and knows no passkey of the old one, and neither does an org in which it was "
            f"removed. Delete the entry ({command}), and run once with --enrol-passkey."
        )

    def belongs_to(self, my_domain: str, org_id: str) -> None:
        """Note the org's id with the passkey of this host, once it is known; it distinguishes an org from its refreshed successor.

        A passkey of another org on the same host is reported as useless: nobody might notice until a passkey is asked for.
        """
        key = self._store.find(my_domain, self._username)
        if key is not None and key.org_id is None:
            self._store.save(replace(key, org_id=org_id))
        elif key is not None and key.org_id != org_id:
            log.warning("The kept passkey is not of this org, whose id is %s: %s. %s", org_id, self.entry_of(key), self.advice(key))


def _kept(fields: Mapping[str, Any], my_domain: str, username: str) -> Passkey:
    """What Playwright's authenticator returns for a key, as an entry for the file."""
    return Passkey(
        host=my_domain,
        org_id=None,
        username=username,
        rp_id=fields["rpId"],
        id=fields["id"],
        user_handle=Secret(fields["userHandle"]),
        private_key=Secret(fields["privateKey"]),
        public_key=fields["publicKey"],
        sign_count=fields["signCount"],
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _covers(rp_id: str, host: str) -> bool:
    """Whether a page on ``host`` may use this relying party: its own host or a parent domain of Salesforce's."""
    parents = (".salesforce.com", ".salesforce.mil", ".sfcrmproducts.cn")
    return rp_id == host or (host.endswith(f".{rp_id}") and f".{rp_id}".endswith(parents))


def _require_salesforce_alone(page: Page) -> None:
    """Raise ForeignHost unless this page is a login host's and every page and frame of the context is Salesforce's."""
    require_password_host(page)
    for other in page.context.pages:
        for frame in other.frames:
            url = hosts.parse_url(frame.url)
            ours = hosts.is_org_host(url.host) or url.host.endswith(".salesforce.com")
            if url.scheme == "http" or (url.scheme == "https" and not ours):
                raise ForeignHost(f"A page or frame of {url.host} is open; a passkey is not used beside it.")


def main(arguments: list[str] | None = None) -> int:
    """List or delete kept passkeys. Returns the exit code."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m automation.access.passkeys", description="Kept software passkeys.")
    parser.add_argument("--file", type=Path, required=True, help="the file of SF_PASSKEY_FILE")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="show what is kept, without keys")
    delete = commands.add_parser("delete", help="delete kept passkeys; also remove them in the org, on the user's page in Setup")
    delete.add_argument("host", help="My Domain host of the org")
    delete.add_argument("--user", help="only those of this username")
    given = parser.parse_args(arguments)
    try:
        return _list(given.file) if given.command == "list" else _delete(given.file, given.host, given.user)
    except SettingsError as error:
        print(error.message, file=sys.stderr)
        return error.exit_code


def _list(file: Path) -> int:
    lines = [
        f"{key.host}  {key.username}  {key.org_id or 'org id not known'}  made {key.created_at}  uses: {key.sign_count}"
        for key in PasskeyStore(file).all()
    ]
    print("\n".join(lines) or f"{file} holds no passkey.")
    return 0


def _delete(file: Path, host: str, username: str | None) -> int:
    gone = PasskeyStore(file).delete(host, username)
    if not gone:
        print(f"{file} holds no passkey for {username or 'any user'} of {host}.", file=sys.stderr)
        return 1
    print(f"{gone} deleted; the org still knows the public part: remove it there too (Setup > Users > the user).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
