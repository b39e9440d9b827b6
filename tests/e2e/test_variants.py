"""Where evidence is silent both answers exist as variants of the replica; the run has to pass them all.

Variants that do not touch each other share a run; with ``-m slow`` each also gets a run of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .conftest import NewOrg, Runbook

if TYPE_CHECKING:
    from automation.replica import OrgHandle

pytestmark = pytest.mark.browser

LOOKS = ["summer25", "winter26", "summer26", "winter27"]

CONFIRMATIONS = [
    {"cc_confirm": how, "cc_confirm_at": where}
    for how, where in [
        ("none", "both"),
        ("native", "create"),
        ("native", "policies"),
        ("native", "both"),
        ("modal", "create"),
        ("modal", "policies"),
    ]
]

OTHERS: list[dict[str, Any]] = [
    {"save_buttons": "top"},
    {"save_buttons": "footer"},
    {"reveal": "link"},
    {"reveal": "same_tab"},
    {"verification": "not_asked"},
    {"verification": "not_asked", "reveal": "same_tab"},
    {"sections": "open"},
    {"sections": "collapsed"},
    {"pkce": "editable"},
    {"pkce": "absent"},
    {"consumer_path": "setup"},
    {"run_as_widget": "text"},
    {"security_defaults": "editable"},
    {"security_defaults": "off"},
    {"security_defaults": "secrets_off"},
    {"jwt_settings": "always"},
    {"policy_propagation_seconds": 2.0},
    {"flow_propagation_seconds": 6.0, "url_after_create": "home"},
    {"login_page": "one_step"},
    {"login_page": "username_first"},
    {"latency": {"page": 120, "aura": 60, "static": 20, "token": 50, "jitter": 0.9, "seed": 7}},
    {"latency": {"page": 80, "aura": 80, "static": 80, "token": 80}},
]


TOGETHER: list[dict[str, Any]] = [
    {
        "cc_confirm": "none",
        "save_buttons": "top",
        "sections": "open",
        "pkce": "editable",
        "login_page": "one_step",
        "run_as_widget": "text",
    },
    {
        "cc_confirm": "native",
        "cc_confirm_at": "create",
        "save_buttons": "footer",
        "reveal": "link",
        "sections": "collapsed",
        "security_defaults": "secrets_off",
    },
    {"cc_confirm": "native", "cc_confirm_at": "policies", "reveal": "same_tab", "pkce": "absent", "latency": OTHERS[-2]["latency"]},
    {
        "cc_confirm": "native",
        "cc_confirm_at": "both",
        "verification": "not_asked",
        "login_page": "username_first",
        "security_defaults": "editable",
    },
    {
        "cc_confirm": "modal",
        "cc_confirm_at": "create",
        "flow_propagation_seconds": 6.0,
        "url_after_create": "home",
        "latency": OTHERS[-1]["latency"],
        "jwt_settings": "always",
        "security_defaults": "off",
    },
    {
        "cc_confirm": "modal",
        "cc_confirm_at": "policies",
        "verification": "not_asked",
        "reveal": "same_tab",
        "policy_propagation_seconds": 2.0,
        "consumer_path": "setup",
    },
]
"""Every variant of the two lists above is in one of these."""


def name_of(variant: dict[str, Any]) -> str:
    return " ".join(f"{key}={value if not isinstance(value, dict) else 'on'}" for key, value in variant.items())


@pytest.mark.parametrize("look", LOOKS)
def test_every_release_look_passes(look: str, new_org: NewOrg, run: Runbook) -> None:
    org = new_org(look=look)
    result = run(org)

    assert result.error is None, run.printed.getvalue()
    assert result.outcome == "created"
    (app,) = org.truth()["apps"]
    locked = look in ("summer26", "winter27")
    assert app["oauth"]["security"]["pkce"] is locked
    assert any("locked" in note for note in result.state.notes) is locked


def test_no_variant_is_left_out() -> None:
    together = [(knob, value) for group in TOGETHER for knob, value in group.items()]
    missing = [pair for variant in [*CONFIRMATIONS[1:], *OTHERS] for pair in variant.items() if pair not in together]
    assert missing == []


@pytest.mark.parametrize("variants", TOGETHER, ids=name_of)
def test_variants_pass_together(variants: dict[str, Any], new_org: NewOrg, run: Runbook) -> None:
    expect_created(new_org(**variants), run)


@pytest.mark.slow
@pytest.mark.parametrize("variant", [*CONFIRMATIONS, *OTHERS], ids=name_of)
def test_every_variant_passes_alone(variant: dict[str, Any], new_org: NewOrg, run: Runbook) -> None:
    expect_created(new_org(**variant), run)


def expect_created(org: OrgHandle, run: Runbook) -> None:
    result = run(org)
    assert result.error is None, run.printed.getvalue()
    assert result.outcome == "created"
    assert result.state.proof.read_back
    (app,) = org.truth()["apps"]
    assert app["oauth"]["security"]["secretForWebServer"]
    assert app["oauth"]["security"]["secretForRefreshToken"]
    assert not org.events("retURL followed")
