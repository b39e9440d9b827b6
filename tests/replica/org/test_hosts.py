"""Names, proxy, certificates, look-alikes, and one seed for everything."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from automation.replica.org import hosts
from automation.replica.org.hosts import Host, Role
from automation.replica.org.seeds import Seeded, to_18
from automation.replica.variants import BadVariant, Variants, as_table
from tests.replica.conftest import Visit
from tests.replica.visitor import Visitor

if TYPE_CHECKING:
    from automation.replica import OrgHandle, Replica


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("login.salesforce.com", Host("login.salesforce.com", Role.LOGIN)),
        ("acme.my.salesforce.com", Host("acme.my.salesforce.com", Role.MY, "acme")),
        ("a--b.sandbox.my.salesforce-setup.com", Host("a--b.sandbox.my.salesforce-setup.com", Role.SETUP, "a--b.sandbox")),
        ("ACME.lightning.force.com:443", Host("acme.lightning.force.com", Role.LIGHTNING, "acme")),
        ("acme.my.salesforce.com.evil.example", Host("acme.my.salesforce.com.evil.example", Role.ATTACKER, "acme")),
        ("my.salesforce.com", None),
        ("example.com", None),
    ],
)
def test_names_are_known_by_their_end(name: str, expected: Host | None) -> None:
    """And nothing else is known."""
    assert hosts.parse(name) == expected


def test_the_proxy_refuses_the_rest_of_the_world(visitor: Visitor, replica: Replica) -> None:
    """A stray request is seen and goes nowhere."""
    with pytest.raises(httpx.ProxyError):
        visitor.open("https://www.example.com/")
    assert "www.example.com" in replica.refused_hosts


def test_other_ports_are_refused_too(visitor: Visitor) -> None:
    """443 only."""
    with pytest.raises(httpx.ProxyError):
        visitor.open(f"https://{visitor.org.my_domain}.my.salesforce.com:8443/")


def test_the_proxy_can_demand_a_login(replica: Replica, org: OrgHandle) -> None:
    """407 without it, a tunnel with it."""
    replica.demand_proxy_login("joe:pass-word")
    try:
        visitor = Visitor(org)
        assert "joe:pass-word@" in replica.proxy_url
        assert visitor.open("/").status_code == 200
        visitor.http.close()
        bare = httpx.Client(proxy=replica.proxy_url.replace("joe:pass-word@", ""), trust_env=False)
        with bare, pytest.raises(httpx.ProxyError, match="407"):
            bare.get(org.login_url)
    finally:
        replica.demand_proxy_login("")


def test_answers_carry_the_time_of_the_world(visitor: Visitor) -> None:
    """So that a client can see how wrong its own clock is."""
    visitor.org.replica.advance(3600)
    date = parsedate_to_datetime(visitor.open("/").headers["date"]).timestamp()
    assert abs(date - visitor.org.replica.world.now()) < 60
    assert visitor.http.head(visitor.org.login_url).status_code == 200


def test_plain_http_is_redirected_or_an_attack(visit: Visit) -> None:
    """To https; as a variant, a login page without TLS."""
    visitor = visit()
    url = visitor.org.login_url.replace("https:", "http:") + "/"
    assert visitor.http.get(url, follow_redirects=False).headers["location"].startswith("https://")
    visitor.org.set(plain_http="login_page")
    assert 'id="password"' in visitor.http.get(url).text


@pytest.mark.parametrize("trick", ["login.salesforce.com.evil.example", "acme.my-salesforce.example", "acme.my.site.com"])
def test_look_alikes_show_the_same_form_and_remember_what_they_got(visit: Visit, replica: Replica, trick: str) -> None:
    """Field and length, never the text."""
    visitor = visit(login_redirects_to=f"https://{trick}/")
    visitor.open("/")
    assert visitor.host == trick
    visitor.submit(username="somebody", pw="secret-of-mine")
    got = [entry for entry in replica.attacker() if entry["host"] == trick]
    assert {"host": trick, "field": "pw", "length": 14, "what": "typed"} in got
    assert "secret-of-mine" not in str(got)


def test_a_look_alike_can_take_over_between_username_and_password(visit: Visit, replica: Replica) -> None:
    """The second page of a username-first login is somebody else's."""
    trick = "second.login.salesforce.com.evil.example"
    attack: dict[str, Any] = {"login_redirects_to": f"https://{trick}/?step=password", "login_redirects_when": "after_username"}
    visitor = visit(login_page="username_first", **attack)
    visitor.sign_in()
    assert visitor.host == trick
    assert "pw" in [entry["field"] for entry in replica.attacker() if entry["host"] == trick]


def test_a_look_alike_can_ask_for_the_code(visit: Visit, replica: Replica) -> None:
    """The password went to the right host, the code would not."""
    trick = "third.my.salesforce.com.evil.example"
    path = "/_ui/identity/verification/method/EmailVerificationFinishUi/e"
    visitor = visit(login_redirects_to=f"https://{trick}{path}", login_redirects_when="after_password")
    assert visitor.sign_in().status_code == 200
    visitor.submit(emc="123456")
    assert [entry["length"] for entry in replica.attacker() if (entry["host"], entry["field"]) == (trick, "emc")] == [6]


def test_same_seed_same_org(new_org: Callable[..., OrgHandle]) -> None:
    """Ids, key, secret, passwords; another seed, other ones."""
    facts = []
    for seed in (5, 5, 6):
        org = new_org("hooli--same.sandbox", seed)
        visitor = Visitor(org)
        visitor.log_in()
        visitor.create_app()
        visitor.http.close()
        app = org.truth()["apps"][0]
        facts.append((org.org_id, app["id"], app["key"], app["secret"], org.admin.password))
    assert facts[0] == facts[1]
    assert not set(facts[0]) & set(facts[2])


def test_reset_is_the_first_day_again(ready: Visitor) -> None:
    """Same ids for the next app, no sessions, an empty log; the knobs stay."""
    before = ready.org.truth()["apps"][0]
    ready.org.set(look="summer25")
    ready.org.reset()
    assert ready.org.events() == []
    assert ready.org.truth()["apps"] == []
    ready.http.cookies.clear()
    ready.log_in()
    ready.create_app()
    assert ready.org.truth()["apps"][0]["key"] == before["key"]


def test_ids_have_the_right_check_letters() -> None:
    """The 18-character form of a known id."""
    assert to_18("001A000010khO8J") == "001A000010khO8JIAU"


def test_keys_and_secrets_look_like_real_ones() -> None:
    """Shapes of the field."""
    seeded = Seeded("x", 1)
    assert seeded.consumer_key("app1").startswith("3MVG9")
    assert len(seeded.consumer_secret("app1")) == 64


def test_an_unknown_knob_or_value_is_refused_with_the_nearest_name() -> None:
    """A typo in a test must not pass silently."""
    with pytest.raises(BadVariant, match="did you mean 'reveal'"):
        Variants().changed(reveall="link")
    with pytest.raises(BadVariant, match="it can be: window_open, link, same_tab"):
        Variants().changed(reveal="popup")


def test_every_knob_is_documented() -> None:
    """One line each."""
    assert all(doc for _, _, _, doc in as_table())


def test_the_environment_is_what_a_user_would_set(org: OrgHandle) -> None:
    """Nothing in it says that the org is a replica."""
    names = set(org.environment())
    assert {"HTTPS_PROXY", "SF_CA_FILE", "SF_LOGIN_URL", "SF_USERNAME", "SF_PASSWORD", "ECA_RUN_AS"} <= names
    assert not [name for name in names if "REPLICA" in name]
