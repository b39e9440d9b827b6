"""What a refused Create means: an API name that somebody else took meanwhile, and an org whose Setup can't create apps."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from automation.errors import AnotherRun, NotPermitted, RunbookError, SaveRefused
from flows.create_external_client_app import TAKEN, ApiNameTaken, _not_created, _taken
from flows.pages.labels import Labels

SANDBOX, SCRATCH = "acme--dev.sandbox.my.salesforce.com", "acme-dream.scratch.my.salesforce.com"
WORDS = "[The Org Scoped External Client App must be in the format DeveloperOrganizationId:ExternalClientAppDeveloperName]"
SAID = f"It said: Failed to create an External Client App {WORDS}"


def test_an_api_name_that_another_run_took_is_no_matter_of_settings() -> None:
    """The list, read again, has the app: the same command goes on from there, so a scheduler may try again."""
    error = _taken(ApiNameTaken("This API Name already exists. Use a different API Name.", next=TAKEN), True)
    assert isinstance(error, AnotherRun)
    assert error.exit_code == 75
    assert "different" not in error.message + error.next
    assert "Run the same command again" in error.next


def test_an_api_name_of_an_app_that_is_not_there_stays_a_matter_of_settings() -> None:
    """As one that was renamed: waiting would not help."""
    error = _taken(ApiNameTaken("This API Name already exists.", next=TAKEN), False)
    assert (error.exit_code, error.next) == (78, TAKEN)


@pytest.mark.parametrize(
    ("host", "said", "kind", "cause"),
    [
        (SANDBOX, SAID, SaveRefused, False),
        (SCRATCH, SAID, NotPermitted, True),
        (SCRATCH, "The page did not respond to the click in a known way.", SaveRefused, False),
    ],
)
def test_the_words_of_the_org_reach_the_user_with_the_cause_where_it_is_known(
    host: str, said: str, kind: type[RunbookError], cause: bool
) -> None:
    error = _not_created(Mock(labels=Labels()), said, host)
    assert type(error) is kind
    assert said in error.message
    assert ("scratch org" in error.message) is cause
    assert ("metadata" in error.next) is cause
