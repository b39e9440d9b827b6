"""Telling people by mail: ``mail:ADDRESS?server=smtps://HOST[:PORT]&from=ADDRESS[&username=NAME&password=REFERENCE]``."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final, Self
from urllib.parse import parse_qs, urlsplit

from automation.fleet import references

PORTS: Final = {"smtps": 465, "smtp": 587}
LOCAL: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class MailTarget:
    """Who is told, from whom, and over which server. ``smtp`` begins with STARTTLS, unless the server is this machine."""

    to: str
    sender: str
    scheme: str
    host: str
    port: int
    username: str | None
    password: str | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a target apart. Raises ValueError with what is wrong; a password in clear text is refused."""
        to, _, options = text.partition("?")
        given = {key: values[0] for key, values in parse_qs(options, strict_parsing=bool(options)).items()}
        unknown = set(given) - {"server", "from", "username", "password"}
        if unknown or "@" not in to or "@" not in given.get("from", ""):
            raise ValueError("give ADDRESS?server=smtps://HOST&from=ADDRESS, and username and password where they are needed")
        if "password" in given:
            references.check(given["password"])
        server = urlsplit(given.get("server", ""))
        if server.scheme not in PORTS or not server.hostname:
            raise ValueError("server must be smtps://HOST[:PORT] or smtp://HOST[:PORT]")
        port = server.port or PORTS[server.scheme]
        return cls(to, given["from"], server.scheme, server.hostname, port, given.get("username"), given.get("password"))

    def send(self, subject: str, text: str, timeout: float) -> None:
        """Send a mail. Raises OSError (smtplib's errors are such) with a text that names no secret."""
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = subject, self.sender, self.to
        mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=self.sender.rpartition("@")[2])
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text)
        password = references.resolve(self.password) if self.password is not None else None
        try:
            with self._connected(timeout) as server:
                if self.username is not None and password is not None:
                    server.login(self.username, password)
                server.send_message(mail)
        except smtplib.SMTPException as error:
            raise OSError(f"the mail server {self.host} refused it ({type(error).__name__})") from None

    def _connected(self, timeout: float) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.scheme == "smtps":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=timeout, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=timeout)
        if self.host not in LOCAL:
            server.starttls(context=context)
        return server
