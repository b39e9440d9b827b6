"""A Dovecot of the test's own: loopback ports, a folder of its own, this user; ended with the test session."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

USER, PASSWORD = "codes@acme.example", "mail-pässword 99"

CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
default_internal_user = {internal}
default_login_user = {login}
{group}
first_valid_uid = 0
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
mailbox_idle_check_interval = 1 secs
mail_max_userip_connections = 100
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf.ext
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
mail_plugins = acl
plugin {{
  acl = vfile
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""

OAUTH2 = """
introspection_url = {introspection}
introspection_mode = post
force_introspection = yes
active_attribute = active
active_value = true
username_attribute = username
scope = imap
openid_configuration_url = https://issuer.acme.example/.well-known/openid-configuration
"""


@dataclass(frozen=True)
class Dovecot:
    """A running mail server: its two ports, and where its emails are."""

    plain: int
    tls: int
    folder: Path
    process: subprocess.Popen[bytes]

    def url(self, folder: str = "INBOX", *, tls: bool = True) -> str:
        """For SF_IMAP_URL."""
        return f"imaps://localhost:{self.tls}/{folder}" if tls else f"imap://127.0.0.1:{self.plain}/{folder}"

    def deliver(self, raw: bytes, name: str, user: str = USER) -> Path:
        """Put an email into the inbox as a delivery agent does: written aside, then moved; answers its file."""
        inbox = self.folder / "mail" / user
        for part in (inbox.parent, inbox, *(inbox / part for part in ("tmp", "new", "cur"))):
            part.mkdir(exist_ok=True)
            give(part)
        aside = inbox / "tmp" / name
        aside.write_bytes(raw)
        give(aside)
        return aside.rename(inbox / "new" / name)

    def log(self) -> str:
        """What the server wrote; for failing tests."""
        path = self.folder / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""


def owner() -> int:
    """Whose the emails are: this user, or nobody where that is root, for whom Dovecot serves none."""
    return os.geteuid() or pwd.getpwnam("nobody").pw_uid


def give(path: Path) -> None:
    """Make a file or folder the owner's."""
    if os.geteuid() == 0:
        os.chown(path, owner(), -1)


def program() -> str | None:
    """Path of the server's program, None when it is not installed."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def start(folder: Path, certificate: bytes, introspection: str) -> Dovecot:
    """Start it and wait until it answers.

    Args:
        folder: empty; short enough for sockets (about 80 characters).
        certificate: key and chain of ``localhost``, in PEM.
        introspection: URL that says what a token is good for (RFC 7662).
    """
    plain, tls = _free_ports()
    root = os.geteuid() == 0
    who = pwd.getpwuid(os.geteuid()).pw_name
    (folder / "server.pem").write_bytes(certificate)
    (folder / "server.pem").chmod(0o600)
    (folder / "mail").mkdir()
    give(folder / "mail")
    (folder / "users").write_text(f"{USER}:{PASSWORD}\nlocked@acme.example:plain-password\n", encoding="utf-8")
    (folder / "oauth2.conf.ext").write_text(OAUTH2.format(introspection=introspection))
    config = folder / "dovecot.conf"
    config.write_text(
        CONFIG.format(
            folder=folder, plain=plain, tls=tls, uid=owner(), gid=os.getegid() or pwd.getpwnam("nobody").pw_gid,
            internal="dovecot" if root else who, login="dovenull" if root else who,
            group="" if root else f"default_internal_group = {grp.getgrgid(os.getegid()).gr_name}",
        )
    )  # fmt: skip
    process = subprocess.Popen([program() or "dovecot", "-F", "-c", str(config)])
    server = Dovecot(plain, tls, folder, process)
    _wait_for(server)
    return server


def _wait_for(server: Dovecot) -> None:
    for _ in range(100):
        try:
            with socket.create_connection(("127.0.0.1", server.plain), timeout=5) as connection:
                if connection.recv(4) == b"* OK":
                    return
        except OSError:
            pass
        if server.process.poll() is not None:
            break
        time.sleep(0.05)
    server.process.kill()
    raise AssertionError(f"Dovecot does not answer:\n{server.log()}")


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]
