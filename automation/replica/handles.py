"""Handles for tests and for ``--demo``: a running replica, and one org of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from automation.replica import faults
from automation.replica.api import oauth, oauth_info
from automation.replica.org import mails, truth
from automation.replica.org.apps import App
from automation.replica.org.hosts import Role
from automation.replica.org.orgs import Org
from automation.replica.org.users import User
from automation.replica.org.world import World
from automation.replica.server.listeners import Server

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Login:
    """What a person who runs the tool has: a login and a mailbox."""

    username: str
    password: str
    email: str
    mailbox_user: str
    mailbox_password: str
    totp_secret: str


class Replica:
    """A running replica; a context manager that stops it."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @classmethod
    def launch(cls, control_port: int = 0) -> Replica:
        """Start a server in a background thread."""
        server = Server(control_port)
        server.start()
        return cls(server)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Close all ports."""
        self._server.stop()

    @property
    def proxy_url(self) -> str:
        """The CONNECT proxy, ``http://127.0.0.1:<port>``, with user and password where it demands them."""
        login = f"{self._server.proxy.login}@" if self._server.proxy.login else ""
        return f"http://{login}127.0.0.1:{self._server.ports['proxy']}"

    def demand_proxy_login(self, login: str) -> None:
        """Make the proxy demand ``user:password`` from now on; empty: nothing."""
        self._server.proxy.login = login

    @property
    def ca_file(self) -> Path:
        """PEM file of the throw-away CA."""
        return self._server.certificates.ca_file

    @property
    def spki(self) -> str:
        """The CA's public key pin for Chromium."""
        return self._server.certificates.spki

    @property
    def imap_url(self) -> str:
        """The mailbox server over TLS, ``imaps://127.0.0.1:<port>/INBOX``, certified by the same CA."""
        return f"imaps://127.0.0.1:{self._server.ports['imaps']}/INBOX"

    @property
    def imap_plain_url(self) -> str:
        """The mailbox server without TLS, loopback only."""
        return f"imap://127.0.0.1:{self._server.ports['imap']}/INBOX"

    @property
    def control_url(self) -> str:
        """The control API, ``http://127.0.0.1:<port>``."""
        return f"http://127.0.0.1:{self._server.ports['control']}"

    @property
    def world(self) -> World:
        """The state behind everything. Change it through handles or the control API while requests run."""
        return self._server.world

    @property
    def refused_hosts(self) -> list[str]:
        """Host names that somebody asked the proxy for and that it refused."""
        return list(self._server.proxy.refused)

    def attacker(self) -> list[dict[str, Any]]:
        """What look-alike hosts saw: pages opened, and fields typed into (length only)."""
        return self._server.call(lambda: list(self.world.attacker))

    def advance(self, seconds: float) -> None:
        """Move the world's clock forward."""

        def move() -> None:
            self.world.offset += seconds

        self._server.call(move)

    def new_org(self, my_domain: str = "acme--dev.sandbox", seed: int = 1, email: str = "", **variants: Any) -> OrgHandle:
        """Create or replace an org. ``email`` gives the admin a mailbox that other orgs may share."""
        org = self._server.call(lambda: self.world.new_org(my_domain, seed, email, **variants))
        return OrgHandle(self, self._server, org)

    def org(self, my_domain: str) -> OrgHandle:
        """A handle for an org that exists."""
        return OrgHandle(self, self._server, self.world.orgs[my_domain])


class OrgHandle:
    """One org, from outside."""

    def __init__(self, replica: Replica, server: Server, org: Org) -> None:
        self.replica = replica
        self._server = server
        self._org = org

    @property
    def my_domain(self) -> str:
        """For example ``acme--dev.sandbox``."""
        return self._org.my_domain

    @property
    def login_url(self) -> str:
        """The My Domain address."""
        return self._org.url()

    @property
    def org_id(self) -> str:
        """The 18-character org id; a refresh changes it."""
        return self._org.id

    @property
    def admin(self) -> Login:
        """The browser user and the mailbox."""
        return self.login("admin")

    def login(self, short: str) -> Login:
        """What a seeded user (see ``user``) logs in with, mailbox included."""
        user = self._org.person(short)
        word = self.replica.world.mailbox_passwords.get(user.email, "")
        return Login(user.username, user.password, user.email, user.email, word, user.totp_secret)

    @property
    def run_as(self) -> str:
        """The integration user's username."""
        return self._org.run_as.username

    def user(self, short: str) -> User:
        """A seeded user by short name: admin, viewer, policy.admin, sync, sync.some, sync.none, former, frozen, colleague."""
        return self._org.person(short)

    def environment(self, who: str = "admin") -> dict[str, str]:
        """Exactly the settings that a user of this org would set; ``who`` logs in."""
        login = self.login(who)
        return {
            "HTTPS_PROXY": self.replica.proxy_url,
            "NO_PROXY": "",
            "SF_CA_FILE": str(self.replica.ca_file),
            "SF_LOGIN_URL": self.login_url,
            "SF_USERNAME": login.username,
            "SF_PASSWORD": login.password,
            "SF_IMAP_URL": self.replica.imap_url,
            "SF_IMAP_USERNAME": login.mailbox_user,
            "SF_IMAP_PASSWORD": login.mailbox_password,
            "ECA_CONTACT_EMAIL": login.email,
            "ECA_CALLBACK_URL": "https://acme.serviceboard.example/oauth",
            "ECA_RUN_AS": self.run_as,
        }

    def truth(self) -> dict[str, Any]:
        """Everything that is really so in the org."""
        return self._server.call(lambda: truth.truth(self.replica.world, self._org))

    def events(self, name: str = "") -> list[dict[str, Any]]:
        """The event log, or its events of one name."""
        log = self._org.events
        return self._server.call(lambda: log.named(name) if name else log.as_list())

    def do(self, action: Callable[[Org], T]) -> T:
        """Do something to the org itself, on the replica's own thread: no request sees it half done."""
        return self._server.call(lambda: action(self._org))

    def create_app(self, form: dict[str, Any], policies: dict[str, Any] | None = None) -> App:
        """Make an app without a browser: what the create form and the Policies tab of the admin would send."""

        def make(org: Org) -> App:
            app = org.create_app(org.admin, form)
            if policies:
                org.save_policies(app, policies)
            return app

        return self.do(make)

    def app(self, app_id: str = "") -> App:
        """An app by its id; without one the org's only app."""
        if app_id:
            return self._org.app(app_id)
        (only,) = self._org.apps.values()
        return only

    def cli_token(self, who: str = "admin", scope: str = oauth_info.CLI_SCOPE) -> str:
        """An access token as the Salesforce CLI holds one."""
        return self.do(lambda org: oauth_info.cli_token(org, who, scope))

    def one_time_link(self) -> str:
        """A link that opens the org for the admin once, as singleaccess or the CLI makes it."""
        otp = self.do(lambda org: org.make_link(org.admin, "", Role.MY, "link"))
        return f"{self.login_url}/secur/frontdoor.jsp?otp={otp}&startURL=%2Flightning%2Fpage%2Fhome"

    def mail(self) -> list[dict[str, Any]]:
        """Mails sent to the org's users."""
        return self._server.call(lambda: truth.mails(self.replica.world, self._org))

    def post_mail(self, subject: str, text: str, *, to: str = "", sender: str = mails.SENDER, age: float = 0.0) -> None:
        """Put any mail into a mailbox (the admin's): written ``age`` seconds ago, arriving now."""

        def post() -> None:
            world = self.replica.world
            world.send(mails.compose(to or self._org.admin.email, subject, text, world.now() - age, sender))

        self._server.call(post)

    def set(self, **variants: Any) -> None:
        """Change knobs."""

        def change() -> None:
            self._org.variants = self._org.variants.changed(**variants)

        self._server.call(change)

    def fault(self, effect: str = "", *, preset: str = "", **spec: Any) -> None:
        """Set a fault: an effect with its conditions, or a preset with changes (see faults.py)."""
        full = {**faults.PRESETS.get(preset, {}), **spec, **({"effect": effect} if effect else {})}
        self._server.call(lambda: self._org.faults.append(faults.make(full)))

    def clear_faults(self) -> None:
        """Forget all faults."""
        self._server.call(self._org.faults.clear)

    def change_user(self, short: str, **changes: Any) -> None:
        """Set fields of a user, e.g. ``active=False``."""
        self._server.call(lambda: truth.change_user(self._org.person(short), changes))

    def expire_sessions(self) -> None:
        """End every session of the org, as a logout everywhere or a time-out does."""
        self._server.call(self._org.end_sessions)

    def set_up_app(self, label: str, api_name: str, callback: str) -> tuple[str, str]:
        """An app that somebody set up an hour ago, as the procedure says. Answers its consumer key and secret."""
        oauth = {"enabled": True, "callbackUrl": callback, "scopes": ["id", "api"], "flows": {"clientCredentials": True}}
        form = {"label": label, "developerName": api_name, "contactEmail": self._org.admin.email, "oauth": oauth}

        def make() -> tuple[str, str]:
            app = self._org.create_app(self._org.admin, form)
            app.created_at -= 3600
            self._org.save_policies(app, {"clientCredentialsEnabled": True, "runAs": self.run_as, "ipRelaxation": "Bypass"})
            return app.key, app.secret

        return self._server.call(make)

    def edit_app(self, api_name: str, **values: Any) -> None:
        """Somebody changes values of an app's form, e.g. ``contactEmail="..."``. Raises KeyError when there is no such app."""

        def edit() -> None:
            app = self._org.app_named(api_name)
            if app is None:
                raise KeyError(api_name)
            app.doc.update(values)

        self._server.call(edit)

    def access_token(self, short: str = "admin") -> str:
        """An access token of a user with full rights, as the Salesforce CLI has one."""
        issued = self._server.call(lambda: oauth.issue(self._org, None, self._org.person(short), "full"))
        return str(issued["access_token"])

    def force_token_error(self, name: str) -> None:
        """Make the token endpoint refuse everything in one way (a name of ``oauth.ERRORS``); empty: stop that."""

        def force() -> None:
            self._org.token_error = name

        self._server.call(force)

    def approve(self) -> None:
        """Play the person: whatever screen a session of this org waits at is dealt with, and its page moves on."""
        self._server.call(self._org.approve)

    def reset(self, seed: int | None = None) -> None:
        """The org as on its first day."""
        self._server.call(lambda: self.replica.world.reset(self.my_domain, seed))

    def refresh(self, **options: Any) -> None:
        """What a sandbox refresh does; see ``World.refresh``."""
        self._server.call(lambda: self.replica.world.refresh(self.my_domain, **options))
