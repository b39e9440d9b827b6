"""Attacks on the login: a copy of its form on a look-alike host, by redirect or in a frame, gets no key pressed."""

from __future__ import annotations

from typing import Any

import pytest

from automation.errors import ForeignHost
from automation.replica import Replica
from tests.access.test_ways_in_on_replica import Entering, NewOrg, get_in, org_browser

__all__ = ["get_in", "org_browser"]

pytestmark = pytest.mark.browser

LOOK_ALIKES = ["https://{md}.my.salesforce.com.evil.example", "https://{md}.my.site.com"]
MOMENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "load": ("/", {}),
    "after_username": ("/?step=password", {"login_page": "username_first"}),
}
"""When the login page leads away: the attacker's page that fits, and what the org has to be like."""


@pytest.mark.parametrize("look_alike", LOOK_ALIKES)
@pytest.mark.parametrize("moment", MOMENTS)
def test_redirect_before_either_form(new_org: NewOrg, get_in: Entering, replica: Replica, moment: str, look_alike: str) -> None:
    """User name and password are typed at Salesforce's hosts alone, though the next form comes from a copy."""
    path, variants = MOMENTS[moment]
    org = new_org(**variants)
    org.set(login_redirects_to=look_alike.format(md=org.my_domain) + path, login_redirects_when=moment)
    before = len(replica.attacker())
    with pytest.raises(ForeignHost):
        get_in(org)
    seen = replica.attacker()[before:]
    assert seen, "the attacker's page was opened"
    assert [event for event in seen if event["what"] == "typed"] == []
    assert not org.events("logged in")


@pytest.mark.parametrize("look_alike", LOOK_ALIKES)
def test_frame_in_both_forms(new_org: NewOrg, get_in: Entering, replica: Replica, look_alike: str) -> None:
    """A copy in a frame beside the real form gets nothing, whichever form the org shows; the real one is used."""
    for login_page in ("one_step", "username_first"):
        org = new_org(login_page=login_page)
        org.set(login_frame_from=look_alike.format(md=org.my_domain) + "/")
        before = len(replica.attacker())
        get_in(org)
        seen = replica.attacker()[before:]
        assert seen, "the attacker's frame was opened"
        assert [event for event in seen if event["what"] == "typed"] == []
