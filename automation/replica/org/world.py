"""All orgs behind the proxy, the clock they share, and the post office between them and the mailboxes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from automation.replica.org import hosts, mails, refresh
from automation.replica.org.hosts import Host, Role
from automation.replica.org.mails import Mail
from automation.replica.org.orgs import Org
from automation.replica.org.users import User
from automation.replica.variants import Variants


@dataclass
class World:
    """Everything that the one server knows.

    ``post`` puts a message into a real mailbox; the server sets it. ``attacker`` holds what look-alike hosts got:
    the host, the field's name and how many characters were typed, never the text.
    """

    orgs: dict[str, Org] = field(default_factory=dict)
    attacker: list[dict[str, Any]] = field(default_factory=list)
    sent: list[Mail] = field(default_factory=list)
    mailbox_passwords: dict[str, str] = field(default_factory=dict)
    post: Callable[[Mail, float], None] | None = None
    offset: float = 0.0

    def now(self) -> float:
        """The world's time in seconds since the epoch; tests move it with ``offset``."""
        return time.time() + self.offset

    def new_org(self, my_domain: str, seed: int, email: str = "", **variants: Any) -> Org:
        """Create (or replace) the org of a My Domain."""
        parts = [hosts.company(my_domain), hosts.sandbox_name(my_domain)]
        address = email or f"admin{'.' + parts[1] if parts[1] else ''}@{parts[0]}.example"
        org = Org(my_domain, seed, self.now, Variants().changed(**variants), address)
        self.orgs[my_domain] = org
        for user in org.users.values():
            self.mailbox_passwords.setdefault(user.email, org.seeded.text(f"mailbox:{user.email}", 16))
        for mail in mails.decoys(org, org.admin, org.variants.decoy_mails, self.now()):
            self.send(mail)
        return org

    def reset(self, my_domain: str, seed: int | None = None) -> Org:
        """The org as on its first day, with its variants kept; another seed makes another org."""
        org = self.orgs[my_domain]
        if seed is not None:
            org.seed = seed
        org.generation = 0
        org.copies = org.copies[:1]
        org.events.events.clear()
        org.faults.clear()
        org.build()
        return org

    def refresh(self, my_domain: str, **options: Any) -> Org:
        """What a sandbox refresh does; options are those of ``refresh.run``."""
        return refresh.run(self, self.orgs[my_domain], **options)

    def org_of(self, host: Host) -> Org | None:
        """The org that a host belongs to."""
        return self.orgs.get(host.my_domain)

    def org_of_user(self, username: str, role: Role) -> Org | None:
        """The org of a username, among sandboxes (test.) or production orgs (login.)."""
        for org in self.orgs.values():
            if org.sandbox is (role is Role.TEST) and username.lower() in org.users:
                return org
        return None

    def send(self, mail: Mail, delay: float = 0.0) -> None:
        """Send a mail now; it arrives ``delay`` seconds later."""
        self.sent.append(mail)
        if self.post is not None:
            self.post(mail, delay)

    def emails_of(self, user: User) -> list[Mail]:
        """What was sent to a user's address, oldest first."""
        return [mail for mail in self.sent if mail.to == user.email]
