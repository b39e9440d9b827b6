"""Every way in which real orgs differ, as data: one knob per line, with its evidence.

``web=True`` knobs are handed to the pages in the ``bootstrap`` answer; the others change what the server does.
Sections are those of the evidence notes: UI = setup-ui, OA = org-access, UP = update-2026-11-28, whose entries replace
older ones. "guess" means that nobody documents it; the knob then covers the other answer.

For the pages (see also faults.py): any ``/aura`` answer may carry ``{"ui": {...}}`` beside ``state``. Keys:

- ``spinner``: "forever": keep the spinner, never show the result.
- ``toast``: {"variant": "error|success|warning", "message": "..."}: show this toast after handling the answer.
- ``cover``: seconds a toast covers the footer.
- ``rerender``: true: re-create the form's elements once, about now.
- ``load_error``: "We couldn't load the external client app.": the page's error box instead of its content.
- ``popup_blocked``: true (in the answer of ``consumerDetailsUrl``): the new tab is blocked, show nothing but a hint.
"""

# ruff: noqa: RUF009  # knob() is dataclasses.field() with words of its own

from __future__ import annotations

import dataclasses
import difflib
from dataclasses import dataclass, field
from typing import Any


class BadVariant(ValueError):
    """A knob or a value that does not exist; the message names the nearest."""


def knob(default: Any, doc: str, *choices: str, web: bool = False) -> Any:
    """A dataclass field with its one-line doc and its allowed values."""
    meta = {"doc": doc, "choices": choices, "web": web}
    if isinstance(default, list | dict):
        return field(default_factory=default.copy, metadata=meta)
    return field(default=default, metadata=meta)


SCREENS = (
    "email", "totp", "sms", "push", "choose", "passkey", "enrol_passkey", "enrol_totp", "change_password",
    "register_phone", "maintenance", "locked", "problem", "concurrent", "captcha", "unknown", "refused", "temp_code",
)  # fmt: skip


@dataclass
class Variants:
    """The knobs of one org, with the default org's values."""

    # What the pages look like and how they behave (used by the browser side).
    look: str = knob("winter27", "release look; UI 12", "summer25", "winter26", "summer26", "winter27", web=True)
    cc_confirm: str = knob("modal", "confirmation on the client-credentials tick; UP 1.2", "none", "native", "modal", web=True)
    cc_confirm_at: str = knob("both", "where it appears; create: UP 1.2, Policies: open", "create", "policies", "both", web=True)
    save_buttons: str = knob("both", "which Save buttons edit mode shows; UP 1.4", "top", "footer", "both", web=True)
    reveal: str = knob("window_open", "how the consumer page opens; UI 6.1", "window_open", "link", "same_tab", web=True)
    sections: str = knob("default", "state of expandable sections at first; UI 3", "default", "open", "collapsed", web=True)
    pkce: str = knob("look", "PKCE box; UI 3.2", "look", "locked", "editable", "absent", web=True)
    inactive_panels: str = knob("keep", "panels of tabs not shown; UI 15.8", "keep", "drop", web=True)
    api_name_follows: str = knob("blur", "when API Name follows the name; UI 15.12", "blur", "input", web=True)
    url_after_new: str = knob("home", "address after New; UI 15.4", "home", "new", web=True)
    url_after_create: str = knob("detail", "URL of the new app's page; UI 15.4", "detail", "home", web=True)
    run_as_widget: str = knob("email", "Run As widget; UP 1.5", "email", "text", "lookup", web=True)
    distribution_default: str = knob("Local", "Distribution State at first; UP 1.6", "Local", "empty", web=True)
    distribution_edit: str = knob(
        "editable",
        "Distribution State in Settings > Edit; UP 1.7",
        "editable",
        "fixed",
        "refused",
        web=True,
    )
    api_name_edit: str = knob("text", "API Name in Settings > Edit; UP 1.7", "text", "disabled", web=True)
    email_prefilled: bool = knob(False, "Contact Email filled with the user's; UP 1.6", web=True)
    create_error: str = knob("box", "where Create's error is shown; UP 1.8 (place is a guess)", "box", "toast", "bare", web=True)
    jwt_settings: str = knob("when_on", "JWT settings on Policies; UP 2.1", "when_on", "always", web=True)
    agentforce_panel: str = knob("none", "Setup with Agentforce panel, over; UP 2.6", "none", "new", "edit", "save", web=True)
    in_app_prompt: str = knob("none", "in-app prompt, over (guess)", "none", "new", "edit", "save", web=True)
    toast: str = knob("lightning", "success toast after Create and Save; UI 7.2", "none", "lightning", "aura", web=True)
    tree: str = knob("expanded", "Setup tree", "expanded", "collapsed", web=True)
    trial_banner: bool = knob(False, "trial org's banner; UI 1", web=True)
    quick_settings: bool = knob(False, "Quick Settings panel over Setup; UI 1", web=True)
    language: str = knob("en", "the user's language; UI 10", "en", "ja", "es", web=True)
    view_mode: str = knob("readonly_text", "read-only fields; UI 4 (screenshots)", "readonly_text", "disabled", "output", web=True)
    list_paging: str = knob("all", "long lists; UI 2", "all", "infinite", "virtual", "pages", "more", web=True)
    cancel_confirms: bool = knob(False, "Cancel asks about unsaved changes; UI 15.19", web=True)
    policies_open_on_edit: bool = knob(False, "OAuth Policies opens by itself on Edit; UI 15.8", web=True)
    new_button: bool = knob(True, "New External Client App is shown (fault: missing permission); UI 8", web=True)
    popup_blocked: bool = knob(False, "the browser blocks the new tab (fault)", web=True)
    labels_override: dict[str, str] = knob({}, "texts that a release changed: key of labels/en.json to its new text")
    bundle: str = knob("1.22.3-synthetic", "which built bundle is served")

    # Rules of the org.
    list_size: int = knob(0, "extra apps seeded into the list")
    security_defaults: str = knob("look", "Security boxes of a new app; UP 1.15", "look", "editable", "off", "secrets_off")
    policies_tick_default: str = knob("off", "Policies tick of a new app; UI 5.2", "off", "on")
    propagation_seconds: float = knob(1.0, "a new app answers invalid_client_id that long; OA 4.3")
    flow_propagation_seconds: float = knob(0.0, "the Policies tick stays disabled that long; UI 5.2")
    policy_propagation_seconds: float = knob(0.0, "saved policies take effect after that long; UI 11")
    run_as_email: str = knob("refused", "an e-mail as Run As; UI 5.2 (CARTO: accepted)", "refused", "accepted")
    run_as_api_only: str = knob("ignored", "API Only is demanded of Run As; UI 8", "ignored", "enforced")
    client_credentials_user_form: str = knob("username", "ClientCredentialsFlowUser in SOQL; OA 5.3", "username", "id")
    api_name_duplicate: str = knob("refused", "a taken API name (text is a guess)", "refused")
    userinfo: str = knob("api", "scopes that userinfo asks for; OA 10 open", "api", "id")
    eca_objects: str = knob("readable", "SOQL objects of OA 5.3 for the Run As user", "readable", "INVALID_TYPE", "no_rows")
    vanished_key: str = knob("invalid_client_id", "a key from before the refresh; OA 4.2", "invalid_client_id", "not_installed")
    jwt_tokens: bool = knob(False, "access tokens are JWTs; OA 4.4")
    servicemax: str = knob("installed", "the ServiceMax packages", "installed", "absent")
    eca_enabled: bool = knob(True, "External Client Apps are switched on for the org")
    rest_secret_access: bool = knob(False, "org setting that lets REST read secrets; OA 5.4")

    # Getting in.
    username_leads_to: str = knob("password", "second page of username-first; OA 1.2", "password", "passkey")
    login_page: str = knob("look", "login form; OA 1.1, 1.2 (look: what the release has)", "look", "one_step", "username_first")
    login_bounces: int = knob(0, "right passwords that lead back to the login page without a word; OA 1.1")
    single_sign_on: str = knob("off", "My Domain's login page without a form; OA 1.1 (buttons)", "off", "buttons", "redirect")
    login_parameter: str = knob("taken", "?login shows the form all the same (ignored: guess)", "taken", "ignored")
    login_redirects_to: str = knob("", "attack: the login page redirects to this address")
    login_redirects_when: str = knob(
        "load", "attack: when it does; input: while the username is typed", "load", "input", "after_username", "after_password"
    )
    login_frame_from: str = knob("", "attack: the login page holds a frame with this address")
    plain_http: str = knob("redirect", "http:// My Domain", "redirect", "login_page")
    after_password: list[str] = knob(["email"], "screens after the password, in order; OA 1.3", *SCREENS)
    after_frontdoor: list[str] = knob([], "screens after a one-time link; OA 0.5", *SCREENS)
    verification: str = knob("asked", "identity check at the reveal; UI 6.2", "asked", "not_asked")
    reveal_method: str = knob("email", "how the reveal verifies; OA 3", *SCREENS)
    unregistered: str = knob("as_is", "a method that the user has not registered (after a refresh; OA 0.3)", "as_is", "enrol")
    choices: list[str] = knob(["email", "totp"], "what Choose a Verification Method offers; OA 1.3", *SCREENS)
    login_first_at_reveal: bool = knob(False, "a login page comes first in the new window; UI 6.2 (SNOW)")
    verified_for_seconds: float = knob(300.0, "how long the reveal stays verified; UI 6.2")
    verification_timeout_seconds: float = knob(600.0, "a code is good that long; OA 1.3")
    code_tries: int = knob(10, "wrong codes until the user is locked; OA 1.3")
    password_tries: int = knob(10, "wrong passwords until the user is locked; OA 7")
    maintenance_repeats: int = knob(1, "the maintenance page comes that often; OA 1.7")
    mail_delay_seconds: float = knob(0.0, "codes arrive that late")
    mail_lost: int = knob(0, "that many of the next mails are lost")
    decoy_mails: int = knob(0, "unrelated and old-code mails that a new org's mailbox holds")
    mail_names_user: bool = knob(True, "the code's mail names the user (guess)")
    mail_language: str = knob("user", "language of the code's mail (translations are guesses)", "user", "en")
    consumer_path: str = knob("ecapp", "path of the consumer page; UP 1.1", "ecapp", "setup")
    consumer_without_ret_url: str = knob("served", "the consumer page without retURL (guess)", "served", "refused")
    consumer_page: str = knob("classic", "the consumer page; UI 6.3, 15.17", "classic", "lightning")
    enrol_button: str = knob(
        "Create Passkey", "button of Create a Passkey; OA 1.3", "Create Passkey", "Continue", "Create a Passkey", "Next"
    )
    rp_id: str = knob("host", "passkey relying party id; OA 10 open", "host", "salesforce.com")
    late_wipe_ms: int = knob(0, "the login page's scripts wipe what was typed that early; OA 1.1")

    # Speed.
    latency: dict[str, float] = knob({}, 'milliseconds per kind: {"page","aura","static","token","rest"}, "jitter" 0..1, "seed"')

    def changed(self, **changes: Any) -> Variants:
        """A copy with other values. Raises BadVariant for a knob or value that does not exist."""
        known = {item.name: item for item in dataclasses.fields(self)}
        for name, value in changes.items():
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                raise BadVariant(f"no variant {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
            kind = type(getattr(self, name))
            if not isinstance(value, {float: int | float, list: list | tuple}.get(kind, kind)):
                raise BadVariant(f"variant {name} can't be {value!r}; it is of the kind {kind.__name__}")
            _check(name, value, known[name].metadata["choices"])
        return dataclasses.replace(self, **changes)

    def web(self) -> dict[str, Any]:
        """The knobs that the pages need."""
        return {item.name: getattr(self, item.name) for item in dataclasses.fields(self) if item.metadata["web"]}

    def username_first(self, *, my_domain_page: bool) -> bool:
        """Whether a login page asks for the username alone first.

        Winter '27: login. and test. ask for the e-mail first, My Domain is said to be unaffected (UI 12); OA 0.4
        says the opposite, which ``login_page=username_first`` covers.
        """
        if self.login_page == "look":
            return self.look == "winter27" and not my_domain_page
        return self.login_page == "username_first"


def _check(name: str, value: Any, choices: tuple[str, ...]) -> None:
    if not choices:
        return
    for item in value if isinstance(value, list | tuple) else [value]:
        if item not in choices:
            raise BadVariant(f"variant {name} can't be {item!r}; it can be: {', '.join(choices)}")


def as_table() -> list[tuple[str, str, str, str]]:
    """Name, default, allowed values and doc of every knob, for the README and the control API."""
    rows = []
    for item in dataclasses.fields(Variants):
        default = getattr(Variants(), item.name)
        rows.append((item.name, str(default), " ".join(item.metadata["choices"]), item.metadata["doc"]))
    return rows
