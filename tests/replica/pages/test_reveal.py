"""The way to key and secret: button, identity check, consumer page."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.replica.conftest import Visit
from tests.replica.visitor import Visitor


def _reveal(visitor: Visitor) -> str:
    app = visitor.org.truth()["apps"][0]["id"]
    return visitor.open(visitor.aura("consumerDetailsUrl", id=app)["value"]["url"]).text


def _shows_pair(visitor: Visitor) -> bool:
    app = visitor.org.truth()["apps"][0]
    return app["key"] in visitor.page.text and app["secret"] in visitor.page.text


def test_a_code_is_mailed_and_the_pair_is_shown_on_my_domain(ready: Visitor) -> None:
    """Verify page, then Consumer Details, both classic and on the My Domain host."""
    _reveal(ready)
    assert ready.path == "/_ui/identity/verification/method/EmailVerificationFinishUi/e"
    assert "access an external client app" in ready.page.text
    ready.submit(emc=ready.code())
    assert ready.host == f"{ready.org.my_domain}.my.salesforce.com"
    assert _shows_pair(ready)
    assert "ServiceMax_Service_Board_Sync" in ready.page.text


def test_the_button_opens_the_page_at_the_address_that_was_seen(ready: Visitor) -> None:
    """A Visualforce page of My Domain with the 15-character id; its retURL is an Aura call of Setup, which is no page."""
    app = ready.org.truth()["apps"][0]["id"]
    address = urlsplit(ready.aura("consumerDetailsUrl", id=app)["value"]["url"])
    query = parse_qs(address.query)
    assert address.hostname == f"{ready.org.my_domain}.my.salesforce.com"
    assert address.path == "/ecapp/externalClientAppManageConsumer.apexp"
    assert query["ecAppId"] == [app]
    (return_url,) = query["retURL"]
    assert urlsplit(return_url).hostname == f"{ready.org.my_domain}.my.salesforce-setup.com"
    assert "ui-identity-components-aura-controllers.ExternalClientAppDetail.getAllApexClasses=1" in return_url
    assert ready.open(return_url).json()["exceptionEvent"]
    assert ready.org.events("retURL followed")


@pytest.mark.parametrize(("knobs", "shown"), [({}, True), ({"consumer_without_ret_url": "refused"}, False)])
def test_the_page_may_be_opened_without_its_return_url(visit: Visit, knobs: dict[str, Any], shown: bool) -> None:
    """A guess, with a variant for the other answer."""
    visitor = visit(verification="not_asked", after_password=[], **knobs)
    visitor.log_in()
    app = visitor.create_app()
    visitor.open(f"{visitor.org.login_url}/ecapp/externalClientAppManageConsumer.apexp?ecAppId={app}")
    assert _shows_pair(visitor) is shown


def test_the_path_of_before_stays_a_variant(visit: Visit) -> None:
    visitor = visit(consumer_path="setup", verification="not_asked", after_password=[])
    visitor.log_in()
    visitor.create_app()
    _reveal(visitor)
    assert visitor.path == "/setup/externalclientapp/consumerDetails.apexp"
    assert _shows_pair(visitor)


def test_the_check_holds_for_five_minutes(ready: Visitor) -> None:
    """A second look needs no code; after five minutes one is asked for again."""
    _reveal(ready)
    ready.submit(emc=ready.code())
    _reveal(ready)
    assert _shows_pair(ready)
    ready.org.replica.advance(301)
    assert 'id="emc"' in _reveal(ready)


def test_verification_may_not_be_asked_at_all(visit: Visit) -> None:
    """Guides say "if prompted"."""
    visitor = visit(verification="not_asked")
    visitor.log_in()
    visitor.create_app()
    _reveal(visitor)
    assert _shows_pair(visitor)


def test_a_login_page_may_come_first(visit: Visit) -> None:
    """SNOW's report: then the code, then the pair."""
    visitor = visit(login_first_at_reveal=True)
    visitor.log_in()
    visitor.create_app()
    assert 'id="password"' in _reveal(visitor)
    visitor.submit(username=visitor.org.admin.username, pw=visitor.org.admin.password)
    visitor.submit(emc=visitor.code())
    assert _shows_pair(visitor)


def test_a_wrong_code_is_named_and_the_right_one_still_works(ready: Visitor) -> None:
    """The same form again."""
    _reveal(ready)
    ready.submit(emc="x")
    assert ready.error() == "Invalid verification code. Try again."
    ready.submit(emc=ready.code())
    assert _shows_pair(ready)


def test_wrong_codes_lock_the_user_for_an_hour(ready: Visitor) -> None:
    """At the tenth; then not even the password helps."""
    ready.org.set(code_tries=2)
    _reveal(ready)
    ready.submit(emc="x")
    ready.submit(emc="x")
    assert "exceeded the maximum number of verification attempts" in ready.page.text
    ready.http.cookies.clear()
    ready.sign_in()
    assert ready.error().startswith("Your login attempt has failed.")


def test_an_old_code_has_timed_out(ready: Visitor) -> None:
    """The evidence's sentence; Resend Code brings a new one that works."""
    _reveal(ready)
    code = ready.code()
    ready.org.replica.advance(601)
    ready.submit(emc=code)
    assert ready.error() == "Your verification attempt has timed out. Try again."
    ready.open("/_ui/identity/verification/method/EmailVerificationStartUi/e?vir=1")
    ready.submit(emc=ready.code())
    assert _shows_pair(ready)


def test_resend_replaces_the_code(ready: Visitor) -> None:
    """The first code is dead then."""
    _reveal(ready)
    first = ready.code()
    ready.open("/_ui/identity/verification/method/EmailVerificationStartUi/e?vir=1")
    assert ready.code() != first
    ready.submit(emc=first)
    assert ready.error()


def test_the_lightning_variant_asks_for_the_check_too(visit: Visit) -> None:
    """Its action gives nothing before the check, the pair after it."""
    visitor = visit(consumer_page="lightning")
    visitor.log_in()
    app = visitor.create_app()
    assert visitor.aura("consumerDetails", id=app)["state"] == "ERROR"
    _reveal(visitor)
    visitor.submit(emc=visitor.code())
    assert visitor.host.endswith(".my.salesforce-setup.com")
    assert visitor.aura("consumerDetails", id=app)["value"]["secret"] == visitor.org.truth()["apps"][0]["secret"]


@pytest.mark.parametrize("short", ["policy.admin"])
def test_who_may_not_see_secrets_gets_insufficient_privileges(visit: Visit, short: str) -> None:
    """The button's action and the page both refuse."""
    visitor = visit(after_password=[], verification="not_asked")
    visitor.log_in()
    app = visitor.create_app()
    url = visitor.aura("consumerDetailsUrl", id=app)["value"]["url"]
    user = visitor.org.user(short)
    visitor.http.cookies.clear()
    visitor.sign_in("/lightning/setup/SetupOneHome/home", user.username, user.password)
    assert visitor.aura("consumerDetailsUrl", id=app)["state"] == "ERROR"
    visitor.open(url)
    assert visitor.page.status_code == 403
    assert "Insufficient Privileges" in visitor.page.text


def test_a_reveal_is_in_the_event_log_without_any_secret(ready: Visitor) -> None:
    """Names and numbers only."""
    _reveal(ready)
    code = ready.code()
    ready.submit(emc=code)
    truth = ready.org.truth()
    app = truth["apps"][0]
    log = str(ready.org.events())
    assert app["reveals"] == 1
    assert ready.org.events("reveal")
    secrets = [app["key"], app["secret"], code, ready.org.admin.password, *(s["sid"] for s in truth["sessions"])]
    assert not [secret for secret in secrets if secret in log]


def test_the_consumer_page_is_laid_out_in_rows(ready: Visitor) -> None:
    """Label cell, value, and one of two buttons named Copy; the text is escaped and nothing else shows."""
    _reveal(ready)
    ready.submit(emc=ready.code())
    text = ready.page.text
    app = ready.org.truth()["apps"][0]
    assert text.count(">Copy</button>") == 2
    assert text.index("Consumer Key</th>") < text.index(app["key"]) < text.index("Consumer Secret</th>") < text.index(app["secret"])
    assert "built-in" not in text
