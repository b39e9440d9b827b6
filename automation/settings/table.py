"""All settings, each declared once: type, meaning, default and rule. `.env.example` and docs/settings.md come from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from automation.network.http import Network
from automation.network.proxy import Proxy
from automation.secrets import Secret
from automation.secrets.text_files import home_expanded
from automation.settings import imap, rules, urls

if TYPE_CHECKING:
    from automation.delivery import Target


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        name: as in ``.env`` and the environment; the attribute of `Settings` is the same in lower case.
        meaning: one sentence for people.
        rule: text to value; raises ValueError with what is wrong and what is right.
        default: as text.
        secret: the value is wrapped in `Secret` and may come from the file named by ``NAME_FILE``.
        hides: finds the parts of the value that the scrubber looks for; None means the whole value.
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


def setting(group: str, meaning: str, rule: Callable[[str], Any] = rules.text, **more: Any) -> Any:
    """A field of `Settings`, with all that is known about it as metadata. See `Setting` for the arguments."""
    made = Setting("", meaning, group, rule, **more)
    value = MISSING if made.required else None if made.default is None else rule(made.default)
    return field(default=value, metadata={"setting": made})


_org = partial(setting, "The org and its browser user")
_codes = partial(setting, "Codes for identity verification (any number of these)")
_other_login = partial(setting, "Other login methods")
_app = partial(setting, "The External Client App")
_delivery = partial(setting, "Where key and secret go")
_browser = partial(setting, "Browser")
_network = partial(setting, "Network")
_tuning = partial(setting, "Labels and time limits (seconds)")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of a run; each attribute is the setting's name in lower case. Times are seconds.

    ``sf_login_url`` is ``https://<host>``, or ``https://<host>/?login``; `host` is for other pages. Nothing here shows a
    secret: those are `Secret`. ``sf_login_url``, ``eca_api_name`` and ``credentials_to`` are filled in by `load_settings`
    where they were not given.
    """

    sf_login_url: str = _org(
        "My Domain URL of the org; needed unless SF_FRONTDOOR_URL is given. With /?login its login form opens at once, "
        "where users are sent to single sign-on.",
        urls.login_url,
        example="https://acme--dev.sandbox.my.salesforce.com",
    )
    sf_username: str | None = _org(
        "Username of the admin who logs in; never the Run As user, who can't use the UI.",
        rules.username,
        example="admin@acme.com.dev",
    )
    sf_password: Secret | None = _org("Password of SF_USERNAME.", rules.password, secret=True)
    sf_totp_secret: Secret | None = _codes(
        "Seed of the authenticator registered for SF_USERNAME (base32 or an otpauth:// URI).", rules.totp_seed, secret=True
    )
    sf_passkey_file: Path | None = _codes(
        "Software passkey store of this user. A new passkey is made only with --enrol-passkey.",
        home_expanded,
        example="passkeys.json",
    )
    sf_imap_url: str | None = _codes(
        "Mailbox in which emailed codes arrive: imaps://host[:port]/INBOX.", urls.imap_url, example="imaps://imap.example.com/INBOX"
    )
    sf_imap_username: str | None = _codes("Username of the mailbox.", example="admin@example.com")
    sf_imap_password: Secret | None = _codes("Password of the mailbox.", rules.password, secret=True)
    sf_imap_auth: str = _codes(
        "How the mailbox is opened: password; or xoauth2 or oauthbearer, with a token (docs/mailboxes.md).",
        imap.auth,
        default="password",
    )
    sf_imap_token: Secret | None = _codes(
        "OAuth access token for the mailbox; such tokens live for about an hour.", imap.token, secret=True
    )
    sf_imap_token_command: str | None = _codes(
        "Program that prints an OAuth access token for the mailbox on its standard output.",
        rules.command_line,
        example="/usr/local/bin/print-token",
    )
    sf_imap_microsoft_tenant: str | None = _codes(
        "Exchange Online, app-only: the tenant's id or domain (or https://login.microsoftonline.us/TENANT).",
        imap.microsoft_tenant,
        example="acme.onmicrosoft.com",
    )
    sf_imap_microsoft_client_id: str | None = _codes(
        "Application (client) ID of the app registration that reads the mailbox.",
        imap.client_id,
        example="11111111-2222-3333-4444-555555555555",
    )
    sf_imap_microsoft_client_secret: Secret | None = _codes("Client secret (its Value) of that app registration.", secret=True)
    sf_imap_microsoft_certificate: Secret | None = _codes(
        "Instead of a client secret: certificate and private key, both in PEM; usually given as a file.",
        imap.microsoft_certificate,
        secret=True,
        hides=imap.secret_parts,
    )
    sf_imap_google_key: Secret | None = _codes(
        "Google Workspace: key (JSON) of a service account with domain-wide delegation; usually given as a file.",
        imap.google_key,
        secret=True,
        hides=imap.secret_parts,
    )
    sf_code_command: str | None = _codes(
        "Program that prints a verification code on its standard output; docs/authentication.md names its environment.",
        rules.command_line,
        example="/usr/local/bin/print-code",
    )
    sf_cli_org: str | None = _other_login("Alias of the Salesforce CLI (sf) to open the org with.", example="acme-dev")
    sf_frontdoor_url: Secret | None = _other_login(
        "One-time link that opens the org; it works once.", urls.frontdoor_url, secret=True
    )
    sf_storage_state: Path | None = _other_login(
        "Saved browser session (Playwright's storage state); checked before it is used.",
        home_expanded,
        example="session.json",
    )
    sf_production_url: str | None = _other_login(
        "My Domain URL of the production org that opens this sandbox, as after a refresh.",
        urls.login_url,
        example="https://acme.my.salesforce.com",
    )
    sf_production_token: Secret | None = _other_login(
        "Access token of the same person in production (scopes api and web), for example from sf org auth show-access-token.",
        rules.token,
        secret=True,
    )
    eca_name: str = _app("External Client App Name.", rules.app_name, default="ServiceMax Service Board Sync")
    eca_api_name: str = _app(
        "API Name; by default the name with underscores for spaces.", rules.api_name, example="ServiceMax_Service_Board_Sync"
    )
    eca_contact_email: str = _app("Contact Email of the app.", rules.email, required=True, example="admin@acme.com")
    eca_distribution_state: str = _app("Distribution State: Local or Packaged.", rules.distribution_state, default="Local")
    eca_callback_url: str = _app(
        "Callback URL: Setup requires one although this flow never calls it.",
        urls.callback_url,
        required=True,
        example="https://<your_tenant_domain>/oauth",
    )
    eca_scopes: tuple[str, ...] = _app(
        "OAuth scopes, as tokens or as the labels in Setup, separated by commas.", rules.scopes, default="id, api"
    )
    eca_run_as: str = _app(
        "Run As (Username): the integration user with the permissions of the vendor's Appendix C.",
        rules.username,
        required=True,
        example="integration@acme.com.dev",
    )
    eca_ip_relaxation: str = _app(
        "IP Relaxation, as the text in Setup or its API value.", rules.ip_relaxation, default="Relax IP restrictions"
    )
    credentials_to: tuple[Target, ...] = _delivery(
        "Delivery targets, separated by commas: dotenv:PATH, json:PATH, keyring:SERVICE, command:CMD (JSON on its stdin), "
        "or one of the stores that docs/delivery.md lists. By default dotenv:credentials/<host>.env.",
        rules.targets,
        example="dotenv:credentials/acme.env, command:/usr/local/bin/store-credentials",
    )
    browser_channel: str | None = _browser("Installed browser to use: chrome, msedge, chromium, ...", example="chrome")
    browser_executable: Path | None = _browser("Path of the browser's program.", rules.existing_file, example="/usr/bin/chromium")
    browser_ws: Secret | None = _browser(
        "URL of a Playwright browser server to connect to.", urls.browser_url, secret=True, hides=urls.secret_parts
    )
    browser_cdp: Secret | None = _browser(
        "DevTools URL of a running Chromium to connect to.", urls.browser_url, secret=True, hides=urls.secret_parts
    )
    https_proxy: Secret | None = _network(
        "Proxy for the browser and for our own HTTP.",
        urls.proxy_url,
        secret=True,
        hides=urls.secret_parts,
        example="http://proxy.acme.com:3128",
    )
    no_proxy: str | None = _network(
        "Hosts that are reached without the proxy, separated by commas.", example="localhost,.acme.internal"
    )
    sf_ca_file: Path | None = _network(
        "Certificates (PEM) to trust besides the system's, in the browser too; checks stay on.",
        rules.pem_file,
        example="/etc/ssl/company-ca.pem",
    )
    labels_file: Path | None = _tuning(
        "Your own label file (TOML), whose texts replace the built-in ones.", rules.existing_file, example="labels.toml"
    )
    timeout_page: float = _tuning("Until a page has loaded.", rules.seconds, default="90")
    timeout_action: float = _tuning("Until a control can be used.", rules.seconds, default="15")
    timeout_save: float = _tuning("Until a save has ended.", rules.seconds, default="60")
    timeout_code: float = _tuning("Until a verification code has arrived.", rules.seconds, default="180")
    timeout_propagation: float = _tuning("Until the org accepts a new key.", rules.seconds, default="900")

    @property
    def host(self) -> str:
        return urlsplit(self.sf_login_url).hostname or ""

    @property
    def network(self) -> Network:
        proxy = Proxy.parse(self.https_proxy.reveal()) if self.https_proxy is not None else None
        return Network(proxy, self.no_proxy, self.sf_ca_file)


SETTINGS: Final = tuple(replace(one.metadata["setting"], name=one.name.upper()) for one in fields(Settings))
BY_NAME: Final = {setting.name: setting for setting in SETTINGS}
SECRET_FILES: Final = {f"{setting.name}_FILE": setting.name for setting in SETTINGS if setting.secret}
