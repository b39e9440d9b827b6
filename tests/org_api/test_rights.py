"""The Run As user's rights against the vendor's Appendix C."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from automation.org_api import Rights, check_rights, load_recipe, open_proof
from tests.org_api.org_double import USER_18, Answer, Clock, OrgDouble, pair, records, rest_error

ALL = {"queryable": True, "createable": True, "updateable": True, "deletable": True}
RECIPE = load_recipe()
SOBJECTS = "/services/data/v67.0/sobjects"


def described(**changes: dict[str, Any]) -> dict[str, Any]:
    """Describe Global of a user with all rights, with changes per object; an empty change hides the object."""
    everything = {one.names[0]: {"name": one.names[0], **ALL} for one in RECIPE.objects}
    everything |= {name: {"name": name, **ALL, **change} for name, change in changes.items() if change}
    return {"sobjects": [one for name, one in everything.items() if changes.get(name) != {}]}


def check(body: dict[str, Any] | None, queries: dict[str, Answer] | None = None, **paths: Answer) -> Rights:
    """Check the rights that the double describes."""
    listed = rest_error("NOT_FOUND", status=404) if body is None else httpx.Response(200, json=body)
    asks: dict[str, Answer] = {"SELECT Id FROM": records({"Id": "1"})} if queries is None else queries
    org = OrgDouble(queries=asks, paths={SOBJECTS: listed, **paths})
    with open_proof(org.client(), pair(), Clock().patience(1)) as session:
        return check_rights(session.rest, RECIPE, USER_18)


def test_a_user_with_all_rights_lacks_none() -> None:
    """28 objects and the questions on top."""
    rights = check(described())
    assert (rights.missing, rights.unreadable) == ([], [])
    assert rights.checked == len(RECIPE.objects) + len(RECIPE.asks)


def test_what_is_missing_is_reported_object_by_object() -> None:
    """With the rights' own words."""
    rights = check(described(Account={"queryable": False}, Event={"createable": False, "deletable": False}))
    assert rights.missing == ["Account (Account): read", "Event (Event): create, delete"]
    assert str(rights) == "2 missing: Account (Account): read; Event (Event): create, delete"


def test_an_object_that_is_not_visible_is_one_line() -> None:
    """Hidden and absent look the same to a user."""
    assert check(described(SVMXC__Skill__c={})).missing == ["Skill (SVMXC__Skill__c): not visible"]


def test_a_package_that_is_not_there_is_one_line() -> None:
    """Not thirty."""
    body = {"sobjects": [one for one in described()["sobjects"] if not one["name"].startswith("SVMXC__")]}
    assert check(body).missing == ["no object of package SVMXC is visible (not installed, no licence, or no rights)"]


def test_either_name_of_an_object_will_do() -> None:
    """The vendor prints one name without its ending."""
    body = described(SVMXC__SM_SB_Queue_Inbound__c={}, SVMXC__SM_SB_Queue_Inbound={"queryable": True})
    assert check(body).missing == []


def test_questions_that_may_not_be_asked_are_unread() -> None:
    """An integration user may not read permission sets; that is no lack of rights."""
    rights = check(described(), queries={})
    assert rights.missing == []
    assert rights.unreadable == [one.label for one in RECIPE.asks]


def test_a_question_without_an_answer_is_missing() -> None:
    """No record means no."""
    rights = check(described(), queries={"UserPackageLicense": records(), "SELECT Id FROM": records({"Id": "1"})})
    assert rights.missing == ["licence of the ServiceMax package (SVMXC)"]


def test_without_describe_global_each_object_is_asked() -> None:
    """Slower, with the same answer; 404 means not visible."""
    account = httpx.Response(200, json={"name": "Account", **ALL, "queryable": False})
    skill = httpx.Response(200, json={"name": "SVMXC__Skill__c", **ALL})
    rights = check(None, None, **{f"{SOBJECTS}/Account/describe": account, f"{SOBJECTS}/SVMXC__Skill__c/describe": skill})
    assert "Account (Account): read" in rights.missing
    assert "Contact (Contact): not visible" in rights.missing
    assert not any("Skill (" in one for one in rights.missing)


@pytest.mark.parametrize("right", RECIPE.objects, ids=lambda one: one.names[0])
def test_the_recipe_is_well_formed(right: Any) -> None:
    """Letters that are known, names that are API names."""
    assert set(right.rights) <= set("RCED")
    assert all(name.replace("_", "").isalnum() for name in right.names)


def test_the_questions_are_about_the_user() -> None:
    """Each names the user, so no answer is about somebody else."""
    assert all("{user_id}" in ask.soql for ask in RECIPE.asks)


def test_an_unknown_recipe_is_an_error() -> None:
    """A misspelled name is not an empty recipe."""
    with pytest.raises(FileNotFoundError):
        load_recipe("no_such_recipe")
