"""What orgs differ in, as data: the knobs of the replica with the values that a run has to pass.

A run per combination would take days, and a run per value an hour, so `variants.json` holds a few orgs to try: every two
values of different `PAIRED` knobs meet in one of them, and every value of the other knobs is in some. After some of the runs
a plan reads everything again (`PLAN`).

To add a knob or a value: put it below, run ``python -m tests.e2e.make_table``, commit both files. A new knob of the pages
that is missing here fails `test_no_variant_is_left_out`; one that another test covers goes to `ELSEWHERE`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

Variant = dict[str, Any]

FILE: Final = Path(__file__).with_name("variants.json")

WINDOW: Final = "window"
"""The one knob that is not the org's: width and height of the browser's window in pixels; null is the product's own.
At 800 pixels panels overlap and scopes are cut; low windows put the footer over fields."""

PAIRED: Final[dict[str, list[Any]]] = {
    "look": ["winter27", "summer26", "winter26", "summer25"],
    "language": ["en", "ja", "es"],
    WINDOW: [None, [800, 700], [1920, 1080]],
    "cc_confirm": ["modal", "native", "none"],
    "reveal": ["window_open", "link", "same_tab"],
}
"""Knobs that shape whole pages. The first value is the default."""

JITTER: Final = {"page": 120, "aura": 60, "static": 20, "token": 50, "jitter": 0.9, "seed": 7}
STEADY: Final = {"page": 80, "aura": 80, "static": 80, "token": 80}

OTHER: Final[dict[str, list[Any]]] = {
    "login_page": ["look", "one_step", "username_first"],
    "cc_confirm_at": ["both", "create", "policies"],
    "view_mode": ["readonly_text", "disabled", "output"],
    "save_buttons": ["both", "top", "footer"],
    "sections": ["default", "open", "collapsed"],
    "pkce": ["look", "locked", "editable", "absent"],
    "inactive_panels": ["keep", "drop"],
    "api_name_follows": ["blur", "input"],
    "url_after_new": ["home", "new"],
    "url_after_create": ["detail", "home"],
    "run_as_widget": ["email", "text", "lookup"],
    "api_name_edit": ["text", "disabled"],
    "jwt_settings": ["when_on", "always"],
    "security_defaults": ["look", "editable", "off", "secrets_off"],
    "consumer_path": ["ecapp", "setup"],
    "distribution_default": ["Local", "empty"],
    "email_prefilled": [False, True],
    "toast": ["lightning", "none", "aura"],
    "tree": ["expanded", "collapsed"],
    "trial_banner": [False, True],
    "quick_settings": [False, True],
    "cancel_confirms": [False, True],
    "policies_open_on_edit": [False, True],
    "policies_tick_default": ["off", "on"],
    "consumer_page": ["classic", "lightning"],
    "run_as_email": ["refused", "accepted"],
}
"""Knobs of single controls and rules: every value comes about equally often."""

COSTLY: Final[dict[str, list[Any]]] = {
    "after_password": [[], ["email"]],
    "verification": ["not_asked", "asked"],
    "list_paging": ["", "all", "infinite", "virtual", "pages", "more"],
    "policy_propagation_seconds": [0.0, 2.0],
    "flow_propagation_seconds": [0.0, 3.0],
    "latency": [{}, JITTER, STEADY],
    "agentforce_panel": ["none", "new", "edit", "save"],
    "in_app_prompt": ["none", "new", "edit", "save"],
}
"""Knobs that make a run long: the first value, but for one row each. ``list_paging``: with a list of several parts."""

KNOBS: Final = PAIRED | OTHER | COSTLY

ELSEWHERE: Final = {
    "new_button": "tests/faults/cases.py",
    "popup_blocked": "tests/faults/cases.py",
    "create_error": "tests/faults/cases.py",
    "distribution_edit": "tests/faults/test_drift.py",
    "labels_override": "tests/e2e/test_whole_run.py",
    "eca_objects": "tests/e2e/test_read_back.py",
}
"""Knobs of the pages that are faults, texts or answers to REST, with the file that covers them."""

PLAN: Final = "plan"
"""Whether a plan follows the run. Each value of `READ`, of which depends what a plan reads, is in a row with one."""

READ: Final = PAIRED | OTHER | {"list_paging": COSTLY["list_paging"]}

LIST: Final = 60
"""Apps beside ours: more than one part of a list (50), so that ours is in the second."""

LONG_LIST: Final = 300


def table() -> list[Variant]:
    """The orgs to try: each gives every knob a value."""
    rows: list[Variant] = json.loads(FILE.read_text(encoding="utf-8"))
    return rows


def default() -> Variant:
    """The first value of every knob, and a plan."""
    return {name: values[0] for name, values in KNOBS.items()} | {PLAN: True}


def of_org(row: Variant, list_size: int = LIST) -> Variant:
    """The row's knobs as the replica takes them."""
    knobs = {name: value for name, value in row.items() if name not in {WINDOW, PLAN, "list_paging"}}
    paging = row["list_paging"]
    return knobs | ({"list_size": list_size, "list_paging": paging} if paging else {})


def name_of(row: Variant) -> str:
    """What a row has of the paired knobs, for the test's id."""
    return " ".join("x".join(map(str, row[name])) if isinstance(row[name], list) else str(row[name]) for name in PAIRED)
