"""Step 5.2: what the pages show where REST hides it, and the Run As user's rights."""

from __future__ import annotations

from typing import Any

import pytest

from automation.errors import NotPermitted, ReadBackDiffers
from automation.org_api import ProofSession, open_proof
from flows import prove_and_deliver
from tests.faults.wanted import edit, make_app

from .conftest import NewOrg, Runbook

pytestmark = pytest.mark.usefixtures("signed_in")


@pytest.mark.parametrize("answer", ["INVALID_TYPE", "no_rows"])
def test_the_pages_show_what_rest_hides(answer: str, quick_org: NewOrg, run: Runbook) -> None:
    """Read back, compared, and claimed only then."""
    org = quick_org(eca_objects=answer)
    make_app(org)
    result = run(org, first="4.1")

    assert result.error is None, run.printed.getvalue()
    assert result.state.proof.read_back
    step = next(step for step in result.steps if step.id == "5.2")
    assert step.result == "unchanged"


def test_a_change_behind_our_back_is_found_on_the_pages(quick_org: NewOrg, run: Runbook) -> None:
    """Somebody edits the app between our save and the read-back: the difference is named and nothing is delivered."""
    org = quick_org(eca_objects="INVALID_TYPE")
    app = make_app(org)

    def after_meddling(*args: Any, **more: Any) -> ProofSession:
        edit(org, app, "contactEmail", "somebody@else.example")
        return open_proof(*args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prove_and_deliver, "open_proof", after_meddling)
        result = run(org, first="4.1")

    assert isinstance(result.error, ReadBackDiffers), run.printed.getvalue()
    assert "Contact Email: somebody@else.example" in result.error.message
    assert not run.delivered.exists()


@pytest.mark.parametrize("required", [False, True])
def test_lacking_rights_are_a_note_or_a_failure(required: bool, quick_org: NewOrg, run: Runbook) -> None:
    """Appendix C: noted by default, refused with --require-permissions; the delivery then waits for the next run."""
    org = quick_org()
    user = org.user("sync.none").username
    make_app(org, run_as=user)
    result = run(org, {"ECA_RUN_AS": user}, first="4.1", require_permissions=required)

    lacking = "no object of package SVMXC is visible"
    if required:
        assert isinstance(result.error, NotPermitted), run.printed.getvalue()
        assert lacking in result.error.message
        assert not run.delivered.exists()
    else:
        assert result.error is None, run.printed.getvalue()
        assert any(lacking in note for note in result.state.notes)
        assert run.delivered.exists()
