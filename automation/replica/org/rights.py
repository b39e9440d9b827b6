"""Appendix C of the vendor (evidence/vendor-docs.md): what the integration user may do with the packages' objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from automation.replica.org.orgs import Org
from automation.replica.org.seeds import to_18
from automation.replica.org.users import User

APPENDIX_C: dict[str, str] = {
    "Account": "R", "SVMXC__SM_Appointment_Status__c": "RCED", "SVMXC__Code_Snippet__c": "RCED", "Contact": "R",
    "SVMXC__SM_Crew__c": "RCED", "SVMXC__SM_Crew_Resource__c": "RCED", "SVMXC__Dispatcher_Access__c": "R",
    "Event": "RCED", "SVMXC__Service_Group_Skills__c": "R", "SVMXC__Installed_Product__c": "R", "SVMXC__Site__c": "R",
    "SVMXC__SM_Overnight_Stay_Policy__c": "R", "Product2": "R", "SVMXC__Service_Group_Product__c": "R",
    "SVMXC__Resource_Preference__c": "R", "SVMXC__SM_SB_Queue_Inbound__c": "RCED",
    "SVMXC__SM_SB_Queue_Outbound__c": "RCED", "SVMXC__SM_Service_Board__e": "RC",
    "SVMXC__WPLN_WOServiceProduct__c": "RCED", "SVMXC__WPLN_ServiceTask__c": "RCED", "SVMXC__Service_Group__c": "R",
    "SVMXC__ServiceMax_Config_Data__c": "R", "SVMXC__SVMX_Event__c": "RCED", "SVMXC__Skill__c": "R",
    "SVMXC__Service_Group_Members__c": "R", "SVMXC__Territory__c": "R", "User": "R", "SVMXC__Service_Order__c": "RCE",
}  # fmt: skip
"""Object API names with the rights an integration user with ``rights="all"`` has."""
SOME = frozenset({"Account", "Contact", "Event", "Product2", "User", "SVMXC__Service_Order__c", "SVMXC__Service_Group__c"})
"""Objects that ``rights="some"`` sees at all, read only."""
PACKAGES = {"SVMXC": "ServiceMax", "SVMX_SB": "Service Board"}
"""Namespaces of the managed packages. ``SVMX_SB`` is a guess."""
APEX_CLASS = "SB_Integration"


def rights_of(org: Org, user: User, name: str) -> str:
    """``RCED`` letters that a user has on an object; empty when the object is invisible or missing."""
    known = next((key for key in APPENDIX_C if key.lower() == name.lower()), None)
    if known is None or (known.startswith("SVMXC__") and org.variants.servicemax == "absent"):
        return ""
    if not user.api_only and user.can_create_apps:
        return "RCED"
    if user.rights == "some":
        return "R" if known in SOME else ""
    if user.rights == "none":
        return "R" if known == "User" else ""
    return APPENDIX_C[known]


def visible(org: Org, user: User, name: str) -> bool:
    """Whether a user sees an object at all."""
    return bool(rights_of(org, user, name))


def describe(org: Org, user: User, name: str) -> dict[str, Any] | None:
    """The answer of ``/sobjects/<name>/describe`` for a user, or None for 404."""
    letters = rights_of(org, user, name)
    if not letters:
        return None
    known = next(key for key in APPENDIX_C if key.lower() == name.lower())
    return {
        "name": known, "label": known.removesuffix("__c").replace("SVMXC__", "").replace("_", " "),
        "custom": known.endswith(("__c", "__e")), "keyPrefix": None,
        "queryable": "R" in letters and not known.endswith("__e"), "retrieveable": "R" in letters,
        "createable": "C" in letters, "updateable": "E" in letters, "deletable": "D" in letters,
        "undeletable": "D" in letters, "mergeable": False, "replicateable": True, "searchable": True, "triggerable": True,
        "fields": [], "childRelationships": [], "recordTypeInfos": [], "urls": {},
    }  # fmt: skip


def visible_objects(org: Org, user: User) -> list[str]:
    """Names of the objects a user sees."""
    return [name for name in APPENDIX_C if visible(org, user, name)]


def _has_all(org: Org, user: User) -> bool:
    return user.rights == "all" and org.variants.servicemax == "installed"


def _packages(org: Org, _: User) -> list[dict[str, Any]]:
    if org.variants.servicemax == "absent":
        return []
    return [
        {"Id": to_18(org.seeded.record_id("050", name)), "NamespacePrefix": name, "AllowedLicenses": 100, "UsedLicenses": 7}
        for name in PACKAGES
    ]


def _user_licences(org: Org, _: User) -> list[dict[str, Any]]:
    return [
        {
            "Id": to_18(org.seeded.record_id("051", f"{name}{person.username}")),
            "UserId": to_18(person.id),
            "PackageLicenseId": to_18(org.seeded.record_id("050", name)),
            "PackageLicense": {"NamespacePrefix": name},
        }
        for person in org.users.values()
        for name in PACKAGES
        if _has_all(org, person)
    ]


def _permission_sets(org: Org, _: User) -> list[dict[str, Any]]:
    return [
        {
            "Id": to_18(org.seeded.record_id("0Pa", person.username)),
            "AssigneeId": to_18(person.id),
            "PermissionSetId": permission_set_id(org),
            "PermissionSet": {"Name": "Service_Board_Integration", "PermissionsManagePackageLicenses": True},
        }
        for person in org.users.values()
        if person.api_only and _has_all(org, person)
    ]


def permission_set_id(org: Org) -> str:
    """The permission set that carries an integration user's rights."""
    return to_18(org.seeded.record_id("0PS", "Service_Board_Integration"))


def _apex_classes(org: Org, _: User) -> list[dict[str, Any]]:
    if org.variants.servicemax == "absent":
        return []
    return [{"Id": to_18(org.seeded.record_id("01p", APEX_CLASS)), "Name": APEX_CLASS, "NamespacePrefix": "SVMXC"}]


def _class_access(org: Org, _: User) -> list[dict[str, Any]]:
    if org.variants.servicemax == "absent":
        return []
    return [
        {
            "Id": to_18(org.seeded.record_id("0J0", APEX_CLASS)),
            "ParentId": permission_set_id(org),
            "SetupEntityId": to_18(org.seeded.record_id("01p", APEX_CLASS)),
            "SetupEntityType": "ApexClass",
        }
    ]


def _object_permissions(org: Org, _: User) -> list[dict[str, Any]]:
    """Rights of the integration's permission set, per object. View All and Modify All go with the two queues."""
    return [
        {
            "Id": to_18(org.seeded.record_id("110", name)),
            "ParentId": permission_set_id(org),
            "SobjectType": name,
            "PermissionsRead": True,
            "PermissionsCreate": "C" in letters,
            "PermissionsEdit": "E" in letters,
            "PermissionsDelete": "D" in letters,
            "PermissionsViewAllRecords": "SB_Queue" in name,
            "PermissionsModifyAllRecords": "SB_Queue" in name,
        }
        for name, letters in APPENDIX_C.items()
        if org.variants.servicemax == "installed" or not name.startswith("SVMXC__")
    ]


TABLES: dict[str, Callable[[Org, User], list[dict[str, Any]]]] = {
    "packagelicense": _packages,
    "userpackagelicense": _user_licences,
    "permissionsetassignment": _permission_sets,
    "apexclass": _apex_classes,
    "setupentityaccess": _class_access,
    "objectpermissions": _object_permissions,
}
"""Licence and class-access objects, with the rows of users who have all rights."""
