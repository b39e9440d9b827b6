"""One org: its users, apps, sessions, tokens and mail, and what can be done to it."""

from __future__ import annotations

import copy
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from automation.replica.faults import Fault
from automation.replica.org import apps as app_parts
from automation.replica.org import hosts, rules, users
from automation.replica.org.apps import App, Doc
from automation.replica.org.copies import Copy
from automation.replica.org.events import EventLog
from automation.replica.org.hosts import Role
from automation.replica.org.seeds import Seeded, to_18
from automation.replica.org.sessions import Link, Session, new_sid
from automation.replica.org.users import User
from automation.replica.variants import Variants


@dataclass
class Token:
    """An access token: whose it is, which app got it (None: the CLI), and its scopes."""

    user: User
    app: App | None
    scope: str
    issued_at: float
    expires_at: float


class Refused(Exception):
    """An action that the org's rules refuse; ``fields`` holds texts by dotted field name."""

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields or {}


AGE = 30 * 86400.0
"""How old a new org is, in seconds."""
REVIEW = "Review the errors on this page."


@dataclass
class Org:
    """The whole state of one org behind a My Domain. ``clock`` gives seconds since the epoch."""

    my_domain: str
    seed: int
    clock: Callable[[], float]
    variants: Variants
    email: str
    generation: int = 0
    """How often a sandbox was refreshed: part of the seed, so that each refresh makes a new org."""
    events: EventLog = field(default_factory=EventLog)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.build()
        made = self.clock() - AGE
        self.copies = [Copy(self.id, made, made, made)]

    def build(self) -> None:
        """(Re)create everything from the seed: users, apps of ``list_size``; no sessions, no tokens."""
        self.seeded = Seeded(self.my_domain, self.seed, self.generation)
        self.id15 = self.seeded.record_id("00D", "org")
        self.id = to_18(self.id15)
        self.name = hosts.company(self.my_domain).capitalize() + " Field Service"
        self.users = users.people(self.my_domain, self.seeded, self.email)
        self.apps: dict[str, App] = {}
        self.sessions: dict[str, Session] = {}
        self.auth_codes: dict[str, User] = {}
        self.links: dict[str, Link] = {}
        self.tokens: dict[str, Token] = {}
        self.vanished_keys: set[str] = set()
        self.status = "active"
        self.token_error = ""
        self._jitter: dict[float, random.Random] = {}
        for number in range(1, self.variants.list_size + 1):
            self._seed_app(number)

    # -- names and people

    @property
    def sandbox(self) -> bool:
        """True for a sandbox."""
        return hosts.is_sandbox(self.my_domain)

    def url(self, role: Role = Role.MY) -> str:
        """``https://<host>`` of this org for a role, without a slash at the end."""
        return "https://" + hosts.host_name(self.my_domain, role)

    def person(self, short: str) -> User:
        """A seeded user by short name (``admin``, ``sync``, ...)."""
        return next(user for user in self.users.values() if user.username.startswith(short + "@"))

    @property
    def admin(self) -> User:
        """The administrator who logs in with the browser."""
        return self.person(users.ADMIN)

    @property
    def run_as(self) -> User:
        """The integration user."""
        return self.person(users.RUN_AS)

    def jitter(self) -> float:
        """The next number in -1..1 of the latency's own seeded sequence."""
        seed = float(self.variants.latency.get("seed", self.seed))
        return self._jitter.setdefault(seed, random.Random(seed)).uniform(-1.0, 1.0)

    def ready(self) -> bool:
        """Whether the org answers at all: active, and no refresh under way."""
        return self.status == "active" and self.clock() >= self.copies[-1].ready_at

    def log(self, event: str, **details: Any) -> None:
        """Add an event at the clock's time."""
        self.events.add(self.clock(), event, **details)

    # -- sessions and links

    def open_session(self, user: User, role: Role, browser: str = "") -> Session:
        """A new session of ``user`` on one host."""
        session = Session(user=user, role=role, sid=new_sid(self.id), browser=browser)
        self.sessions[session.sid] = session
        return session

    def session(self, sid: str, role: Role) -> Session | None:
        """The live session with this id, if it belongs to that host."""
        session = self.sessions.get(sid)
        return session if session is not None and session.role is role else None

    def end_sessions(self, user: User | None = None) -> None:
        """End all sessions (of one user)."""
        self.sessions = {k: s for k, s in self.sessions.items() if user is not None and s.user is not user}

    def approve(self) -> int:
        """Play the person: every screen that a session waits at is dealt with. Returns how many there were."""
        waiting = [session.task for session in self.sessions.values() if session.task is not None]
        for task in waiting:
            task.approved = True
        return len(waiting)

    def make_link(self, user: User, target: str, role: Role, kind: str) -> str:
        """A new one-time code for ``/secur/frontdoor.jsp?otp=``."""
        otp = secrets.token_urlsafe(32)
        self.links[otp] = Link(user=user, target=target, role=role, kind=kind)
        return otp

    def make_auth_code(self, user: User) -> str:
        """A new authorization code, as sandboxAuth hands out."""
        code = "aPrx" + secrets.token_urlsafe(40)
        self.auth_codes[code] = user
        return code

    # -- apps

    def create_app(self, user: User, changes: Doc, name: str = "") -> App:
        """Create an app from the form's document. Raises Refused with field errors."""
        doc = self._document(changes)
        errors = rules.check_basics(doc) | rules.check_oauth(doc)
        if "developerName" not in errors and self.app_named(doc["developerName"]):
            errors["developerName"] = rules.API_NAME_TAKEN
        if errors:
            raise Refused(REVIEW, errors)
        return self._add_app(doc, user, name or self.seeded.next_name("app"))

    def _document(self, changes: Doc) -> Doc:
        knobs = self.variants
        tick = knobs.policies_tick_default == "on"
        doc = app_parts.new_document(knobs.look, knobs.pkce, knobs.security_defaults, tick=tick)
        locked = doc["oauth"]["locked"]
        kept = {key: doc["oauth"]["security"][key] for key in locked}
        allowed = {key: value for key, value in changes.items() if key not in {"id", "status", "policies"}}
        app_parts.merge(doc, allowed)
        doc["oauth"]["locked"] = locked
        doc["oauth"]["security"].update(kept)
        return doc

    def _add_app(self, doc: Doc, user: User, name: str) -> App:
        now = self.clock()
        app = App(
            id15=self.seeded.record_id("0xI", name), doc=doc, key=self.seeded.consumer_key(name),
            secret=self.seeded.consumer_secret(name), consumer_id=self.seeded.record_id("888", name),
            created_at=now, modified_at=now, created_by=user.username,
            flow_from=now + self.variants.flow_propagation_seconds,
        )  # fmt: skip
        self.apps[app.id15] = app
        return app

    def _seed_app(self, number: int) -> None:
        word = ("Field Service", "Portal", "Billing", "Reporting", "Warehouse")[number % 5]
        label = f"{word} Connector {number}"
        doc = self._document(
            {"label": label, "developerName": label.replace(" ", "_"), "contactEmail": f"team{number}@acme.example"}
        )
        self._add_app(doc, self.admin, f"seeded{number}")

    def app_named(self, developer_name: str) -> App | None:
        """The app with an API name (compared as Salesforce does, without regard to case)."""
        wanted = developer_name.lower()
        return next((app for app in self.apps.values() if app.developer_name.lower() == wanted), None)

    def app(self, app_id: str) -> App:
        """An app by its 15- or 18-character id. Raises Refused when there is none."""
        app = self.apps.get(app_id[:15])
        if app is None:
            raise Refused("We couldn't load the external client app.")
        return app

    def delete_app(self, app: App) -> None:
        """Delete an app: its key is unknown and its tokens are dead at once."""
        del self.apps[app.id15]
        self.tokens = {value: token for value, token in self.tokens.items() if token.app is not app}

    def save_policies(self, app: App, changes: Doc) -> None:
        """Save the Policies tab. Raises Refused with field errors."""
        new = copy.deepcopy(app.doc["policies"])
        app_parts.merge(new, changes)
        now = self.clock()
        if not app.public(now)["policies"]["clientCredentialsAvailable"]:
            new["clientCredentialsEnabled"] = app.doc["policies"]["clientCredentialsEnabled"]
        errors = rules.check_policies(new, self.users, self.variants)
        if errors:
            raise Refused(REVIEW, errors)
        app.old_policies = app.policies_at(now)
        app.policies_from = now + self.variants.policy_propagation_seconds
        app.doc["policies"] = new
        app.modified_at = now

    def save_settings(self, app: App, changes: Doc) -> None:
        """Save the Settings tab. The API name can't change. Raises Refused with field errors."""
        new = copy.deepcopy(app.doc)
        fixed = {"id", "status", "policies", "developerName"}
        if self.variants.distribution_edit == "fixed":
            fixed.add("distributionState")
        app_parts.merge(new, {key: value for key, value in changes.items() if key not in fixed})
        new["oauth"]["locked"] = app.doc["oauth"]["locked"]
        for key in new["oauth"]["locked"]:
            new["oauth"]["security"][key] = app.doc["oauth"]["security"][key]
        errors = rules.check_basics(new) | rules.check_oauth(new)
        if self.variants.distribution_edit == "refused" and new["distributionState"] != app.doc["distributionState"]:
            errors["distributionState"] = rules.STATE_FIXED
        if errors:
            raise Refused(REVIEW, errors)
        if new["oauth"]["flows"]["clientCredentials"] and not app.doc["oauth"]["flows"]["clientCredentials"]:
            app.flow_from = self.clock() + self.variants.flow_propagation_seconds
        app.doc, app.modified_at = new, self.clock()
