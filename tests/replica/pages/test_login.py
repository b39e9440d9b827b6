"""The login page and the sessions behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.replica.conftest import Visit
from tests.replica.visitor import Visitor

if TYPE_CHECKING:
    from automation.replica import OrgHandle

SETUP = "/lightning/setup/ManageExternalClientApplication/home"


def test_setup_without_a_session_is_the_login_page_of_my_domain(visitor: Visitor) -> None:
    """A Setup address ends on /?ec=302&startURL=... of the My Domain host."""
    visitor.open(visitor.org.login_url.replace("salesforce.com", "salesforce-setup.com") + SETUP)
    assert visitor.page.url.params["ec"] == "302"
    assert visitor.page.url.params["startURL"].endswith(SETUP)
    assert visitor.host == f"{visitor.org.my_domain}.my.salesforce.com"


def test_login_leads_to_the_page_that_was_asked_for(visitor: Visitor) -> None:
    """Password and emailed code, and the Setup page opens on the Setup host."""
    visitor.log_in(SETUP)
    assert (visitor.host, visitor.path) == (f"{visitor.org.my_domain}.my.salesforce-setup.com", SETUP)
    assert '<div id="app">' in visitor.page.text


def test_login_without_a_target_ends_on_lightning_home(visitor: Visitor) -> None:
    """Nothing asked for: the Lightning host's home page."""
    visitor.log_in("/")
    assert visitor.page.url.host == f"{visitor.org.my_domain}.lightning.force.com"


def test_a_wrong_password_says_so_and_gives_no_session(visitor: Visitor) -> None:
    """The evidence's sentence, and no cookie."""
    visitor.sign_in(password="wrong")
    assert visitor.error().startswith("Please check your username and password.")
    assert "sid" not in visitor.http.cookies


def test_an_empty_password_is_named(visitor: Visitor) -> None:
    """Please enter your password."""
    visitor.open("/")
    visitor.submit(username=visitor.org.admin.username, pw="")
    assert visitor.error() == "Please enter your password."


def test_the_hidden_alert_is_always_there(visitor: Visitor) -> None:
    """A trap of real My Domain pages: an alert with a text, present and invisible."""
    visitor.open("/")
    assert '<div class="error" role="alert" style="display:none">' in visitor.page.text


def test_ten_wrong_passwords_lock_the_user_for_a_quarter_of_an_hour(visitor: Visitor) -> None:
    """Then even the right one is refused, until the time is over."""
    visitor.org.set(password_tries=3)
    for _ in range(3):
        visitor.sign_in(password="wrong")
    assert "emc" not in visitor.sign_in().text
    visitor.org.replica.advance(901)
    assert 'id="emc"' in visitor.sign_in().text


def test_the_integration_user_cannot_use_the_pages(visitor: Visitor) -> None:
    """API-only users can't log in to the UI."""
    user = visitor.org.user("sync")
    visitor.sign_in(username=user.username, password=user.password)
    assert visitor.error().startswith("Your login attempt has failed.")


def test_username_first_has_no_password_field_on_its_first_page(visit: Visit) -> None:
    """Two pages; the second shows who logs in."""
    visitor = visit(login_page="username_first")
    visitor.open("/")
    assert 'type="password"' not in visitor.page.text
    visitor.submit(username=visitor.org.admin.username)
    assert 'id="idcard-identity"' in visitor.page.text
    visitor.submit(pw=visitor.org.admin.password)
    assert visitor.path.endswith("/EmailVerificationFinishUi/e")


def test_winter_27_asks_for_the_user_name_first_on_test_only(visitor: Visitor) -> None:
    """test.salesforce.com in two steps, My Domain in one; both end on the org's own hosts."""
    visitor.sign_in("https://test.salesforce.com/")
    visitor.submit(emc=visitor.code())
    assert visitor.host == f"{visitor.org.my_domain}.lightning.force.com"


def test_login_host_does_not_know_sandbox_users(visitor: Visitor) -> None:
    """login. is for production."""
    visitor.sign_in("https://login.salesforce.com/")
    assert visitor.error().startswith("Please check your username and password.")


def test_each_host_has_a_session_of_its_own(admin: Visitor) -> None:
    """The same cookie name, three hosts, three values."""
    admin.open("/lightning/page/home")
    values = {cookie.domain: cookie.value for cookie in admin.http.cookies.jar if cookie.name == "sid"}
    assert len(values) == 3
    assert len(set(values.values())) == 3


def test_a_session_of_one_host_is_nothing_on_another(visit: Visit, admin: Visitor) -> None:
    """The Setup session id, sent to My Domain, opens nothing."""
    sessions = admin.org.truth()["sessions"]
    setup = next(session["sid"] for session in sessions if session["host"] == "setup")
    stranger = visit(admin.org)
    stranger.http.cookies.set("sid", setup, domain=f"{admin.org.my_domain}.my.salesforce.com")
    assert 'id="username"' in stranger.open("/visualforce/session?url=/").text


def test_setup_pages_open_from_any_host(admin: Visitor) -> None:
    """My Domain and Lightning addresses of Setup pages end on the Setup host."""
    for base in (admin.org.login_url, f"https://{admin.org.my_domain}.lightning.force.com"):
        admin.open(base + SETUP)
        assert admin.host.endswith(".my.salesforce-setup.com")


def test_a_foreign_start_address_is_not_followed(visitor: Visitor) -> None:
    """An open redirect would be a hole: the default page opens instead."""
    visitor.log_in("/?startURL=https%3A%2F%2Fevil.example%2F")
    assert visitor.host == f"{visitor.org.my_domain}.lightning.force.com"


def test_an_expired_session_ends_at_the_login_page(admin: Visitor) -> None:
    """Pages go to the login page, actions say INVALID_SESSION and where to log in."""
    admin.org.expire_sessions()
    answer = admin.aura("listApps")
    assert answer["state"] == "INVALID_SESSION"
    assert "/?ec=302&startURL=" in answer["login"]
    admin.open(SETUP)
    assert 'id="username"' in admin.page.text


@pytest.mark.parametrize("language", ["ja", "es"])
def test_classic_pages_speak_the_users_language(visit: Visit, language: str) -> None:
    """Login, verification and email, with the same ids."""
    visitor = visit(language=language)
    visitor.sign_in()
    assert {"ja": "ID を検証", "es": "Verificar su identidad"}[language] in visitor.page.text
    visitor.submit(emc=visitor.code())
    assert visitor.host.endswith(".lightning.force.com")


def test_username_first_may_go_on_with_a_passkey(visit: Visit) -> None:
    """No password at all."""
    visitor = visit(login_page="username_first", username_leads_to="passkey")
    visitor.open("/")
    visitor.submit(username=visitor.org.admin.username)
    assert visitor.path == "/_ui/identity/verification/method/UnifiedPasskeyVerificationUi"


@pytest.mark.parametrize(
    ("path", "host"), [("/home/home.jsp", ".lightning.force.com"), ("/setup/forcecomHomepage.apexp", "-setup.com")]
)
def test_old_home_addresses_pass_on(admin: Visitor, path: str, host: str) -> None:
    """To the Lightning and to the Setup home page."""
    admin.open(path)
    assert admin.host.endswith(host)


def test_logging_out_ends_every_session_of_the_user(admin: Visitor) -> None:
    """On all hosts."""
    admin.open("/secur/logout.jsp")
    assert admin.org.truth()["sessions"] == []


def test_the_login_page_can_come_back_without_a_word(visit: Visit) -> None:
    """A right password, and the login page with ``ec`` again; the second time it works."""
    visitor = visit(login_bounces=1)
    visitor.sign_in()
    assert visitor.page.url.params["ec"] == "302"
    visitor.log_in(SETUP)
    assert visitor.path == SETUP


def test_other_people_have_settings_too(org: OrgHandle) -> None:
    """A viewer's environment differs in login and mailbox only."""
    admin, viewer = org.environment(), org.environment("viewer")
    changed = {name for name in admin if admin[name] != viewer[name]}
    assert changed == {"SF_USERNAME", "SF_PASSWORD", "SF_IMAP_USERNAME", "SF_IMAP_PASSWORD", "ECA_CONTACT_EMAIL"}
