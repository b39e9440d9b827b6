"""All documented steps, in order; importing this module registers them."""

from __future__ import annotations

import flows.configure_oauth_policies
import flows.create_external_client_app
import flows.generate_client_credentials
import flows.log_in
import flows.prove_and_deliver
import flows.retrieve_client_credentials  # noqa: F401  imported for its steps, as those above
from automation.steps import SECTIONS, Step, registered_steps


def all_steps() -> list[Step]:
    """The steps of the document and of our own section 5."""
    return registered_steps()


def steps_as_text() -> str:
    """``--list-steps``: sections and their steps."""
    lines: list[str] = []
    for number, section in SECTIONS.items():
        lines.append(f"{number}    {section}")
        lines += [f"{step.id}  {step.title}" for step in all_steps() if step.section == section]
    return "\n".join(lines)
