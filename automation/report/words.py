"""How a run ended, in a word and a sentence: on the console, in the report, and on the page of many orgs."""

from __future__ import annotations

from typing import Any, Final

OUTCOMES: Final = {
    "created": ("Created", "The app was created; its credentials work and were delivered."),
    "changed": ("Changed", "The org now matches the configuration; the credentials work."),
    "unchanged": ("Nothing to do", "Nothing to do; the credentials work."),
    "planned": ("Plan", "This was a plan; nothing was changed."),
    "delivered": ("Delivered", "The org was up to date; the credentials work and were delivered."),
    "waiting": ("Try again later", "Temporary condition; it is safe to retry later."),
    "failed": ("Failed", "The run failed. Nothing is claimed that was not proven."),
}
"""``delivered`` and ``waiting`` are outcomes of runs over many orgs alone."""


def outcome_words(run: dict[str, Any]) -> tuple[str, str]:
    """The short word and the sentence for the JSON object of a run; success is not claimed without its proof."""
    outcome = run["outcome"]
    word, sentence = OUTCOMES[outcome]
    if outcome == "planned":
        changes = sum(step["result"] == "changed" for step in run["steps"])
        return word, f"{sentence} {changes} of {len(run['steps'])} steps would change something."
    if outcome in ("created", "changed", "unchanged") and not run["proof"]["token"]:
        return "Done" if outcome == "unchanged" else word, "Done up to the requested step; the credentials were not tested."
    if outcome == "created" and not run["credentials"]["delivered_to"]:
        return word, "Done up to the requested step; the credentials were not delivered."
    return OUTCOMES["delivered"] if only_delivered(run) else (word, sentence)


def only_delivered(run: dict[str, Any]) -> bool:
    """Whether a run left the org as it was and brought the pair to a target that did not have it."""
    delivers = run["steps"][-1:] if run["credentials"]["delivered_to"] else []  # only the last step of all fills that
    return run["outcome"] == "unchanged" and any(step["result"] == "changed" for step in delivers)
