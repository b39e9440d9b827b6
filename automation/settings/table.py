"""All settings, each declared once: type, meaning, default and rule. `.env.example` and docs/settings.md come from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from automation.network.http import Network
from automation.network.proxy import Proxy
from automation.secrets import Secret
from automation.settings import imap, rules, urls


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        name: as in ``.env`` and the environment; the attribute of `Settings` is the same in lower case.
        meaning: one sentence for people.
        rule: text to value; raises ValueError with what is wrong and what is right.
        default: as text, None when there is none.
        secret: the value is wrapped in `Secret` and may come from the file named by ``NAME_FILE``.
        hides: finds the parts of the value that the scrubber looks for; None means the whole value.
        required: a run can't start without it.
        example: for ``.env.example`` when there is no default.
    """

    name: str
    meaning: str
    group: str
    rule: Callable[[str], Any] = rules.text
    default: str | None = None
    secret: bool = False
    hides: Callable[[str], tuple[str, ...]] | None = None
    required: bool = False
    example: str = ""

    @property
    def attribute(self) -> str:
        return self.name.lower()


_ORG = "The org and its browser user"
_CODES = "Codes for identity verification (any number of these)"
_OTHER = "Other login methods"
_APP = "The External Client App"
_TO = "Where key and secret go"
_BROWSER = "Browser"
_NETWORK = "Network"
_TUNING = "Labels and time limits (seconds)"


def setting(
    meaning: str,
    group: str,
    rule: Callable[[str], Any] = rules.text,
    *,
    default: str | None = None,
    secret: bool = False,
    hides: Callable[[str], tuple[str, ...]] | None = None,
    required: bool = False,
    example: str = "",
) -> Any:
    """A field of `Settings`, with all that is known about it as metadata. See `Setting` for the arguments."""
    said = Setting("", meaning, group, rule, default, secret, hides, required, example)
    value = MISSING if required else None if default is None else rule(default)
    return field(default=value, metadata={"setting": said})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of a run; each attribute is the setting's name in lower case. Times are seconds.

    ``sf_login_url`` is ``https://<host>``, or ``https://<host>/?login``; `host` is for other pages. Nothing here shows a
    secret: those are `Secret`. ``sf_login_url``, ``eca_api_name`` and ``credentials_to`` are filled in by `load_settings`
    where they were not given.
    """

    sf_login_url: str = setting(
        "My Domain URL of the org; needed unless SF_FRONTDOOR_URL is given. With /?login its login form opens at once, "
        "where users are sent to single sign-on.",
        _ORG,
        urls.login_url,
        example="https://acme--dev.sandbox.my.salesforce.com",
    )
    sf_username: str | None = setting(
        "Username of the admin who logs in; never the Run As user, who can't use the UI.",
        _ORG,
        rules.username,
        example="admin@acme.com.dev",
    )
    sf_password: Secret | None = setting("Password of SF_USERNAME.", _ORG, rules.password, secret=True)
    sf_totp_secret: Secret | None = setting(
        "Seed of the authenticator registered for SF_USERNAME (base32 or an otpauth:// URI).",
        _CODES,
        rules.totp_seed,
        secret=True,
    )
    sf_passkey_file: Path | None = setting(
        "Software passkey store of this user. A new passkey is made only with --enrol-passkey.",
        _CODES,
        rules.path,
        example="passkeys.json",
    )
    sf_imap_url: str | None = setting(
        "Mailbox in which emailed codes arrive: imaps://host[:port]/INBOX.",
        _CODES,
        urls.imap_url,
        example="imaps://imap.example.com/INBOX",
    )
    sf_imap_username: str | None = setting("Username of the mailbox.", _CODES, example="admin@example.com")
    sf_imap_password: Secret | None = setting("Password of the mailbox.", _CODES, rules.password, secret=True)
    sf_imap_auth: str = setting(
        "How the mailbox is opened: password; or xoauth2 or oauthbearer, with a token (docs/mailboxes.md).",
        _CODES,
        imap.auth,
        default="password",
    )
    sf_imap_token: Secret | None = setting(
        "OAuth access token for the mailbox; such tokens live for about an hour.", _CODES, imap.token, secret=True
    )
    sf_imap_token_command: str | None = setting(
        "Program that prints an OAuth access token for the mailbox on its standard output.",
        _CODES,
        rules.command_line,
        example="/usr/local/bin/print-token",
    )
    sf_imap_microsoft_tenant: str | None = setting(
        "Exchange Online, app-only: the tenant's id or domain (or https://login.microsoftonline.us/TENANT).",
        _CODES,
        imap.microsoft_tenant,
        example="acme.onmicrosoft.com",
    )
    sf_imap_microsoft_client_id: str | None = setting(
        "Application (client) ID of the app registration that reads the mailbox.",
        _CODES,
        imap.client_id,
        example="11111111-2222-3333-4444-555555555555",
    )
    sf_imap_microsoft_client_secret: Secret | None = setting(
        "Client secret (its Value) of that app registration.", _CODES, secret=True
    )
    sf_imap_microsoft_certificate: Secret | None = setting(
        "Instead of a client secret: certificate and private key, both in PEM; usually given as a file.",
        _CODES,
        imap.microsoft_certificate,
        secret=True,
        hides=lambda value: (imap.private_key(value),),
    )
    sf_imap_google_key: Secret | None = setting(
        "Google Workspace: key (JSON) of a service account with domain-wide delegation; usually given as a file.",
        _CODES,
        imap.google_key,
        secret=True,
        hides=lambda value: (imap.private_key(value),),
    )
    sf_code_command: str | None = setting(
        "Program that prints a verification code on its standard output; docs/authentication.md names its environment.",
        _CODES,
        rules.command_line,
        example="/usr/local/bin/print-code",
    )
    sf_cli_org: str | None = setting("Alias of the Salesforce CLI (sf) to open the org with.", _OTHER, example="acme-dev")
    sf_frontdoor_url: Secret | None = setting(
        "One-time link that opens the org; it works once.", _OTHER, urls.frontdoor_url, secret=True
    )
    sf_storage_state: Path | None = setting(
        "Saved browser session (Playwright's storage state); checked before it is used.", _OTHER, rules.path, example="session.json"
    )
    sf_production_url: str | None = setting(
        "My Domain URL of the production org that opens this sandbox, as after a refresh.",
        _OTHER,
        urls.login_url,
        example="https://acme.my.salesforce.com",
    )
    sf_production_token: Secret | None = setting(
        "Access token of the same person in production (scopes api and web), for example from sf org auth show-access-token.",
        _OTHER,
        rules.token,
        secret=True,
    )
    eca_name: str = setting("External Client App Name.", _APP, rules.app_name, default="ServiceMax Service Board Sync")
    eca_api_name: str = setting(
        "API Name; by default the name with underscores for spaces.", _APP, rules.api_name, example="ServiceMax_Service_Board_Sync"
    )
    eca_contact_email: str = setting("Contact Email of the app.", _APP, rules.email, required=True, example="admin@acme.com")
    eca_distribution_state: str = setting("Distribution State: Local or Packaged.", _APP, rules.distribution_state, default="Local")
    eca_callback_url: str = setting(
        "Callback URL: Setup requires one although this flow never calls it.",
        _APP,
        urls.callback_url,
        required=True,
        example="https://<your_tenant_domain>/oauth",
    )
    eca_scopes: tuple[str, ...] = setting(
        "OAuth scopes, as tokens or as the labels in Setup, separated by commas.", _APP, rules.scopes, default="id, api"
    )
    eca_run_as: str = setting(
        "Run As (Username): the integration user with the permissions of the vendor's Appendix C.",
        _APP,
        rules.username,
        required=True,
        example="integration@acme.com.dev",
    )
    eca_ip_relaxation: str = setting(
        "IP Relaxation, as the text in Setup or its API value.", _APP, rules.ip_relaxation, default="Relax IP restrictions"
    )
    credentials_to: tuple[str, ...] = setting(
        "Delivery targets, separated by commas: dotenv:PATH, json:PATH, keyring:SERVICE, command:CMD (JSON on its stdin), "
        "or one of the stores that docs/delivery.md lists. By default dotenv:credentials/<host>.env.",
        _TO,
        rules.targets,
        example="dotenv:credentials/acme.env, command:/usr/local/bin/store-credentials",
    )
    browser_channel: str | None = setting("Installed browser to use: chrome, msedge, chromium, ...", _BROWSER, example="chrome")
    browser_executable: Path | None = setting(
        "Path of the browser's program.", _BROWSER, rules.existing_file, example="/usr/bin/chromium"
    )
    browser_ws: Secret | None = setting(
        "URL of a Playwright browser server to connect to.",
        _BROWSER,
        urls.browser_url,
        secret=True,
        hides=urls.secret_parts,
    )
    browser_cdp: Secret | None = setting(
        "DevTools URL of a running Chromium to connect to.",
        _BROWSER,
        urls.browser_url,
        secret=True,
        hides=urls.secret_parts,
    )
    https_proxy: Secret | None = setting(
        "Proxy for the browser and for our own HTTP.",
        _NETWORK,
        urls.proxy_url,
        secret=True,
        hides=urls.secret_parts,
        example="http://proxy.acme.com:3128",
    )
    no_proxy: str | None = setting(
        "Hosts that are reached without the proxy, separated by commas.", _NETWORK, example="localhost,.acme.internal"
    )
    sf_ca_file: Path | None = setting(
        "Certificates (PEM) to trust besides the system's, in the browser too; checks stay on.",
        _NETWORK,
        rules.pem_file,
        example="/etc/ssl/company-ca.pem",
    )
    labels_file: Path | None = setting(
        "Your own label file (TOML), whose texts replace the built-in ones.", _TUNING, rules.existing_file, example="labels.toml"
    )
    timeout_page: float = setting("Until a page has loaded.", _TUNING, rules.seconds, default="90")
    timeout_action: float = setting("Until a control can be used.", _TUNING, rules.seconds, default="15")
    timeout_save: float = setting("Until a save has ended.", _TUNING, rules.seconds, default="60")
    timeout_code: float = setting("Until a verification code has arrived.", _TUNING, rules.seconds, default="180")
    timeout_propagation: float = setting("Until the org accepts a new key.", _TUNING, rules.seconds, default="900")

    @property
    def host(self) -> str:
        """Host name of ``sf_login_url``."""
        return urlsplit(self.sf_login_url).hostname or ""

    @property
    def network(self) -> Network:
        """How this machine reaches the org."""
        proxy = Proxy.parse(self.https_proxy.reveal()) if self.https_proxy is not None else None
        return Network(proxy, self.no_proxy, self.sf_ca_file)


SETTINGS: Final = tuple(replace(one.metadata["setting"], name=one.name.upper()) for one in fields(Settings))
NAMES: Final = frozenset(setting.name for setting in SETTINGS)
BY_NAME: Final = {setting.name: setting for setting in SETTINGS}
SECRET_FILES: Final = {f"{setting.name}_FILE": setting.name for setting in SETTINGS if setting.secret}
