"""Settings as people write them, with something wrong in any place: taken as written, or refused in words without a secret."""

from __future__ import annotations

import pytest

from automation.errors import SettingsError
from automation.settings import load_settings
from automation.settings.table import SETTINGS, Setting
from tests.attacks.texts import ours_or_value

LEAST = {
    "SF_LOGIN_URL": "https://acme--dev.sandbox.my.salesforce.com",
    "SF_USERNAME": "admin@acme.example.dev",
    "SF_PASSWORD": "correct horse",
    "ECA_CONTACT_EMAIL": "admin@acme.example",
    "ECA_CALLBACK_URL": "https://acme.example/oauth",
    "ECA_RUN_AS": "sync@acme.example.dev",
}
OTHERS = {
    "HTTPS_PROXY": "http://user:geheim77@proxy.acme.example:3128",
    "NO_PROXY": "localhost,.acme.example",
    "BROWSER_WS": "wss://browser.acme.example/geheim77",
    "BROWSER_CDP": "https://browser.acme.example/geheim77",
    "SF_FRONTDOOR_URL": "https://acme--dev.sandbox.my.salesforce.com/secur/frontdoor.jsp?otp=geheim77",
    "SF_TOTP_SECRET": "otpauth://totp/Salesforce:a?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Salesforce",
    "CREDENTIALS_TO": "vault:kv/acme/dev",
}
PIECES = (
    *("\\", "\\\\", "/", "//", "?", "#", "@", ":", "::", "%", "%5C", "%00", "%zz", "[", "]", "[::1]", "{", "}", "<", ">", "|", "^"),
    *("'", '"', "`", "“", "”", "$", "${X}", "%X%", "~", "~nobody/", "*", "..", "/../", "C:\\", "\\\\server\\share", "file://"),
    *(" ", "\t", "\n", "\r", "\r\n", "\0", "\x1b[2J", "\x7f", "\u00a0", "\u200b", "\u202e", "\ufeff", "\u3002", "\uff0f", "\udcf6"),
    *("é", "ß", "İ", "日本", "²", "½", "🙂", "xn--", "a" * 70, "9" * 400, ",", ";", "=", "&", "+", "-", "_", "."),
)  # fmt: skip


RULES = {one.rule: one for one in reversed(SETTINGS)}
"""The first setting of each rule."""


def _texts(text: str) -> list[str]:
    places = (0, text.find("@") if "@" in text else len(text) // 2, len(text))
    return [*PIECES, *(f"{text[:at]}{piece}{text[at:]}" for piece in PIECES for at in places), text * 2, text[:-1], text[1:]]


@pytest.mark.parametrize("setting", RULES.values(), ids=lambda one: str(one.name))
def test_any_value_is_taken_or_refused(setting: Setting) -> None:
    """In the environment, where nothing is taken away from it. (Counted once: most of these differ in a character.)"""
    good = LEAST.get(setting.name) or OTHERS.get(setting.name) or setting.example or setting.default or "text"
    for text in _texts(str(good)):
        found = ours_or_value(lambda text=text: load_settings({**LEAST, setting.name: text}, None))  # type: ignore[misc]
        if isinstance(found, SettingsError):
            assert setting.name.partition("_")[0] in found.message
            assert not setting.secret or "geheim77" not in found.message
            assert all(one.isprintable() or one == "\n" for one in found.message)
