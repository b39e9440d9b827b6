"""Random schedules of what goes wrong: faults of the org, kills, and which errors each of them may rightly end in."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

TROUBLE = frozenset({"page_trouble", "org_unavailable", "org_busy", "try_again_later", "save_refused"})
GONE = frozenset({"session_lost"})
NONE: frozenset[str] = frozenset()

CALLS = ("bootstrap", "listApps", "createApp", "getApp", "savePolicies", "consumerDetailsUrl")
KINDS = ("page", "door", "login", "verify", "consumer", "token", "rest", "static")
COULD_NOT_LOAD = "We couldn't load the external client app."


@dataclass(frozen=True)
class Fault:
    """A fault of the replica, as its JSON, and the kinds of errors that name it."""

    spec: dict[str, Any]
    blame: frozenset[str]


@dataclass(frozen=True)
class Kill:
    """The process dies: before the browser call with this share of a run's usual number, or as a step is begun or ended."""

    call: float | None = None
    step: tuple[str, str] | None = None


@dataclass(frozen=True)
class Schedule:
    """What goes wrong in the first run, and, where ``again`` is set, is still wrong in a second one."""

    seed: int
    variants: dict[str, Any]
    faults: tuple[Fault, ...]
    kills: tuple[Kill | None, ...]
    tracing: str

    @property
    def rounds(self) -> int:
        """How many runs meet the faults, before they cease."""
        return len(self.kills)


def schedule(seed: int) -> Schedule:
    """The schedule of a seed: 0 to 4 faults and kills in one or two runs."""
    chance = random.Random(seed)  # noqa: S311 - same seed, same schedule
    count = chance.randint(0, 4)
    rounds = 2 if chance.random() < 0.3 else 1
    kills = tuple(_kill(chance) if count and chance.random() < 0.35 else None for _ in range(rounds))
    wrong = max(0, count - sum(kill is not None for kill in kills))
    faults = tuple(_fault(chance) for _ in range(wrong))
    return Schedule(seed, _variants(chance), faults, kills, chance.choice(("off", "off", "off", "retain-on-failure", "on")))


STEPS = ("1.1", "1.2", "1.4", "1.7", "2.3", "2.4", "2.5", "3.4", "3.5", "4.2", "4.5", "4.6", "4.7", "5.1", "5.2", "5.3")


def _kill(chance: random.Random) -> Kill:
    if chance.random() < 0.7:
        return Kill(call=chance.random())
    return Kill(step=(chance.choice(("step_begun", "step_ended")), chance.choice(STEPS)))


def _variants(chance: random.Random) -> dict[str, Any]:
    pick = chance.choice
    return {
        "propagation_seconds": pick((0.0, 0.0, 0.6)),
        "flow_propagation_seconds": pick((0.0, 0.0, 0.0, 1.0)),
        "after_password": pick(([], [], ["email"])),
        "verification": pick(("asked", "not_asked", "not_asked")),
        "look": pick(("summer25", "winter26", "summer26", "winter27")),
        "cc_confirm": pick(("none", "native", "modal")),
        "save_buttons": pick(("top", "footer", "both")),
        "reveal": pick(("window_open", "link", "same_tab")),
        "inactive_panels": pick(("keep", "drop")),
        "toast": pick(("none", "lightning", "aura")),
        "run_as_widget": pick(("text", "text", "lookup")),
        "eca_objects": pick(("readable", "readable", "INVALID_TYPE")),
    }


def _fault(chance: random.Random) -> Fault:
    makers = (_broken, _broken, _broken, _expired, _refused, _slow, _shown, _code)
    return chance.choice(makers)(chance)


def _where(chance: random.Random) -> dict[str, Any]:
    """Which requests: of one call of a Setup page, or of one kind; from the first, second or third on; once, twice or for ever."""
    where: dict[str, Any] = {"k": chance.choice((1, 1, 1, 2, 3)), "times": chance.choice((1, 1, 1, 1, 2, 0))}
    if chance.random() < 0.6:
        return {**where, "kind": "aura", "action": chance.choice(CALLS)}
    return {**where, "kind": chance.choice(KINDS)}


def _broken(chance: random.Random) -> Fault:
    """The connection breaks or the server fails, before or after the work was done."""
    effect = chance.choice(("reset_before", "reset_after", "status", "status_after"))
    spec = {"effect": effect, **_where(chance)}
    if effect.startswith("status"):
        spec["status"] = chance.choice((500, 502, 503))
    # where the button is a link, a page that never learnt its address has none, and shows nothing in its place
    unseen = frozenset({"element_not_found"}) if spec.get("action") == "consumerDetailsUrl" else NONE
    return Fault(spec, TROUBLE | unseen)


def _expired(chance: random.Random) -> Fault:
    spec = {"effect": chance.choice(("expire_all", "expire_session")), **_where(chance)}
    if spec["kind"] in ("static", "token", "rest", "login"):
        spec["kind"] = "page"
    return Fault(spec, GONE | TROUBLE)


def _refused(chance: random.Random) -> Fault:
    """The org says no: at a field, without a field, or that it could not load."""
    which = chance.choice(("field", "save", "load", "after"))
    once = {"kind": "aura", "times": chance.choice((1, 1, 2, 0))}
    save = chance.choice(("createApp", "savePolicies"))
    if which == "field":
        field = "contactEmail" if save == "createApp" else "policies.runAs"
        error = {"message": "Review the errors on this page.", "fields": {field: "This value is not accepted."}}
        return Fault({"effect": "error", **once, "action": save, **error}, frozenset({"field_refused"}))
    if which == "load":
        action = chance.choice(("getApp", "listApps"))
        return Fault({"effect": "error", **once, "action": action, "message": COULD_NOT_LOAD}, TROUBLE)
    effect = "error" if which == "save" else "error_after"
    return Fault({"effect": effect, **once, "action": save, "message": "Not now, please."}, frozenset({"save_refused"}))


def _slow(chance: random.Random) -> Fault:
    """Late answers, or half of a script."""
    if chance.random() < 0.3:
        return Fault({"effect": "truncate", "kind": "static", "path": r"\.js$", "k": chance.choice((1, 2))}, TROUBLE)
    return Fault({"effect": "delay", "seconds": chance.choice((0.2, 0.8)), **_where(chance)}, NONE)


def _shown(chance: random.Random) -> Fault:
    """What only the page shows."""
    action = chance.choice(("listApps", "createApp", "getApp", "savePolicies"))
    once: dict[str, Any] = {"effect": "ui", "kind": "aura", "action": action, "k": chance.choice((1, 1, 2))}
    which = chance.choice(("spinner", "toast", "cover", "rerender", "popup"))
    if which == "popup":
        forever = chance.choice((1, 0))
        spec = {**once, "action": "consumerDetailsUrl", "k": 1, "times": forever, "ui": {"popup_blocked": True}}
        return Fault(spec, frozenset({"unexpected_page"}) if forever == 0 else NONE)
    if which == "toast":
        text = {"variant": "error", "message": "Sorry, something went wrong."}
        return Fault({**once, "ui": {"toast": text}}, NONE)
    ui = {"spinner": {"spinner": "forever"}, "cover": {"cover": 1}, "rerender": {"rerender": True}}[which]
    return Fault({**once, "ui": ui}, TROUBLE if which == "spinner" else NONE)


def _code(chance: random.Random) -> Fault:
    """The right code counts as wrong, or as too late."""
    effect = chance.choice(("wrong_code", "late_code"))
    spec = {"effect": effect, "kind": "verify", "method": "POST", "times": chance.choice((1, 1, 2))}
    return Fault(spec, frozenset({"verification_needed", "try_again_later"}))
