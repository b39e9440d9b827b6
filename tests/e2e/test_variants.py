"""Where evidence is silent both answers exist as variants of the replica; the run has to pass them all."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import NewOrg, Runbook

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
    {"policy_propagation_seconds": 2.0},
    {"flow_propagation_seconds": 2.0},
    {"login_page": "one_step"},
    {"login_page": "username_first"},
    {"latency": {"page": 120, "aura": 60, "static": 20, "token": 50, "jitter": 0.9, "seed": 7}},
    {"latency": {"page": 80, "aura": 80, "static": 80, "token": 80}},
]


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


@pytest.mark.parametrize("variant", [*CONFIRMATIONS, *OTHERS], ids=name_of)
def test_every_variant_passes(variant: dict[str, Any], new_org: NewOrg, run: Runbook) -> None:
    result = run(new_org(**variant))

    assert result.error is None, run.printed.getvalue()
    assert result.outcome == "created"
    assert result.state.proof.read_back
