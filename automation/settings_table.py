"""All settings as data: name, meaning, default, and the rule for its value. `.env.example` and the README come from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from automation import settings_addresses as addresses
from automation import settings_rules as rules


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        name: as in ``.env`` and the environment; the attribute of `Settings` is the same in lower case.
        meaning: one sentence for people.
        rule: text to value; raises ValueError with what is wrong and what is right.
        default: as text, None when there is none.
        secret: the value is wrapped in `Secret` and may come from the file named by ``NAME_FILE``.
        hides: finds the part of the value that the scrubber looks for; None means the whole value.
        required: a run can't start without it.
        example: for ``.env.example`` when there is no default.
    """

    name: str
    meaning: str
    group: str
    rule: Callable[[str], Any] = rules.text
    default: str | None = None
    secret: bool = False
    hides: Callable[[str], str] | None = None
    required: bool = False
    example: str = ""

    @property
    def attribute(self) -> str:
        return self.name.lower()


_ORG = "The org and its browser user"
_CODES = "Codes for identity verification (any number of these)"
_OTHER = "Other ways in"
_APP = "The wanted External Client App"
_TO = "Where key and secret go"
_BROWSER = "Browser"
_NETWORK = "Network"
_TUNING = "Labels and time limits (seconds)"

SETTINGS: Final[tuple[Setting, ...]] = (
    Setting(
        "SF_LOGIN_URL",
        "My Domain URL of the org; needed unless SF_FRONTDOOR_URL is given. With /?login its login form is asked for at once, "
        "where users are sent to single sign-on.",
        _ORG,
        addresses.login_url,
        example="https://acme--dev.sandbox.my.salesforce.com",
    ),
    Setting(
        "SF_USERNAME",
        "User name of the admin who is logged in; never the Run As user, who can't use the UI.",
        _ORG,
        rules.username,
        example="admin@acme.com.dev",
    ),
    Setting("SF_PASSWORD", "Password of SF_USERNAME.", _ORG, secret=True),
    Setting(
        "SF_TOTP_SECRET",
        "Seed of the authenticator registered for SF_USERNAME (base32 or an otpauth:// address).",
        _CODES,
        rules.totp_seed,
        secret=True,
    ),
    Setting(
        "SF_PASSKEY_FILE",
        "Software passkey store of this user. A new passkey is made only with --enrol-passkey.",
        _CODES,
        rules.path,
        example="passkeys.json",
    ),
    Setting(
        "SF_IMAP_URL",
        "Mailbox in which emailed codes arrive: imaps://host[:port]/INBOX.",
        _CODES,
        addresses.imap_url,
        example="imaps://imap.example.com/INBOX",
    ),
    Setting("SF_IMAP_USERNAME", "User name of the mailbox.", _CODES, example="admin@example.com"),
    Setting("SF_IMAP_PASSWORD", "Password of the mailbox.", _CODES, secret=True),
    Setting(
        "SF_CODE_COMMAND",
        "Program that prints a verification code on its standard output; docs/getting-in.md names its environment.",
        _CODES,
        example="/usr/local/bin/print-code",
    ),
    Setting("SF_CLI_ORG", "Alias of the Salesforce CLI (sf) to open the org with.", _OTHER, example="acme-dev"),
    Setting("SF_FRONTDOOR_URL", "One-time link to open the org with; it works once.", _OTHER, addresses.frontdoor_url, secret=True),
    Setting(
        "SF_STORAGE_STATE",
        "Saved browser session (Playwright's storage state); checked before it is used.",
        _OTHER,
        rules.path,
        example="session.json",
    ),
    Setting(
        "SF_PRODUCTION_URL",
        "My Domain URL of the production org that opens this sandbox, as after a refresh.",
        _OTHER,
        addresses.login_url,
        example="https://acme.my.salesforce.com",
    ),
    Setting(
        "SF_PRODUCTION_TOKEN",
        "Access token of the same person in production (scopes api and web), for example from sf org auth show-access-token.",
        _OTHER,
        secret=True,
    ),
    Setting("ECA_NAME", "External Client App Name.", _APP, rules.app_name, default="ServiceMax Service Board Sync"),
    Setting(
        "ECA_API_NAME",
        "API Name; by default the name with underscores for spaces.",
        _APP,
        rules.api_name,
        example="ServiceMax_Service_Board_Sync",
    ),
    Setting("ECA_CONTACT_EMAIL", "Contact Email of the app.", _APP, rules.email, required=True, example="admin@acme.com"),
    Setting("ECA_DISTRIBUTION_STATE", "Distribution State: Local or Packaged.", _APP, rules.distribution_state, default="Local"),
    Setting(
        "ECA_CALLBACK_URL",
        "Callback URL: Setup wants one although this flow never calls it.",
        _APP,
        addresses.callback_url,
        required=True,
        example="https://<your_tenant_domain>/oauth",
    ),
    Setting(
        "ECA_SCOPES",
        "OAuth scopes, as tokens or as the labels in Setup, separated by commas.",
        _APP,
        rules.scopes,
        default="id, api",
    ),
    Setting(
        "ECA_RUN_AS",
        "Run As (Username): the integration user with the permissions of the vendor's Appendix C.",
        _APP,
        rules.username,
        required=True,
        example="integration@acme.com.dev",
    ),
    Setting(
        "ECA_IP_RELAXATION",
        "IP Relaxation, as the text in Setup or its API value.",
        _APP,
        rules.ip_relaxation,
        default="Relax IP restrictions",
    ),
    Setting(
        "CREDENTIALS_TO",
        "Delivery targets, separated by commas: dotenv:PATH, json:PATH, keyring:SERVICE, command:CMD (JSON on its stdin), "
        "or one of the stores that the README lists. By default dotenv:credentials/<host>.env.",
        _TO,
        rules.targets,
        example="dotenv:credentials/acme.env, command:/usr/local/bin/store-credentials",
    ),
    Setting("BROWSER_CHANNEL", "Installed browser to use: chrome, msedge, chromium, ...", _BROWSER, example="chrome"),
    Setting("BROWSER_EXECUTABLE", "Path of the browser's program.", _BROWSER, rules.existing_file, example="/usr/bin/chromium"),
    Setting(
        "BROWSER_WS",
        "Address of a Playwright browser server to connect to.",
        _BROWSER,
        addresses.browser_url,
        secret=True,
        hides=addresses.secret_part,
    ),
    Setting(
        "BROWSER_CDP",
        "DevTools address of a running Chromium to connect to.",
        _BROWSER,
        addresses.browser_url,
        secret=True,
        hides=addresses.secret_part,
    ),
    Setting(
        "HTTPS_PROXY",
        "Proxy for the browser and for our own HTTP.",
        _NETWORK,
        addresses.proxy_url,
        secret=True,
        hides=addresses.secret_part,
        example="http://proxy.acme.com:3128",
    ),
    Setting(
        "NO_PROXY", "Hosts that are reached without the proxy, separated by commas.", _NETWORK, example="localhost,.acme.internal"
    ),
    Setting(
        "SF_CA_FILE",
        "Certificates (PEM) to trust besides the system's, in the browser too; checks stay on.",
        _NETWORK,
        rules.pem_file,
        example="/etc/ssl/company-ca.pem",
    ),
    Setting(
        "LABELS_FILE",
        "Own label file (TOML), whose texts win over the built-in ones.",
        _TUNING,
        rules.existing_file,
        example="labels.toml",
    ),
    Setting("TIMEOUT_PAGE", "Until a page is there.", _TUNING, rules.seconds, default="90"),
    Setting("TIMEOUT_ACTION", "Until a control can be used.", _TUNING, rules.seconds, default="15"),
    Setting("TIMEOUT_SAVE", "Until a save has ended.", _TUNING, rules.seconds, default="60"),
    Setting("TIMEOUT_CODE", "Until a verification code has come.", _TUNING, rules.seconds, default="180"),
    Setting("TIMEOUT_PROPAGATION", "Until the org knows a new key.", _TUNING, rules.seconds, default="900"),
)

NAMES: Final = frozenset(setting.name for setting in SETTINGS)
BY_NAME: Final = {setting.name: setting for setting in SETTINGS}
SECRET_FILES: Final = {f"{setting.name}_FILE": setting.name for setting in SETTINGS if setting.secret}
