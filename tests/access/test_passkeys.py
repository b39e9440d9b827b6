"""The life of a software passkey: made with consent, kept, used in later processes, dead after a refresh, deleted."""

from __future__ import annotations

import dataclasses
import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from automation.access import passkey_store
from automation.access.passkey_store import Passkey, PasskeyStore
from automation.access.passkeys import Passkeys, main
from automation.browser import new_context
from automation.browser.race import Outcome
from automation.errors import ForeignHost, PersonNeeded, SettingsError, VerificationNeeded
from automation.replica import OrgHandle
from automation.secrets import Secret, known_secrets
from automation.settings import load_settings
from flows.app.state import OrgState
from flows.log_in import enter, note_org
from flows.pages.labels import Labels
from flows.verification.methods import IdentityVerification

NewOrg = Callable[..., OrgHandle]
KEY = Passkey(
    host="acme--dev.sandbox.my.salesforce.com",
    org_id=None,
    username="admin@acme.example.dev",
    rp_id="acme--dev.sandbox.my.salesforce.com",
    id="aWQtb25l",
    user_handle=Secret("dXNlci1oYW5kbGU"),
    private_key=Secret("cHJpdmF0ZS1rZXktb2YtYS1wYXNza2V5"),
    public_key="cHVibGlj",
    sign_count=3,
    created_at="2026-11-24T12:00:00+00:00",
)


class Runs:
    """Each call gets in as a process of its own would: nothing is shared but the passkey file."""

    def __init__(self, browser: Browser, file: Path) -> None:
        self._browser = browser
        self.file = file
        self._contexts: list[BrowserContext] = []
        self._means: list[IdentityVerification] = []

    def __call__(self, org: OrgHandle, *, enrol: bool = False) -> Page:
        settings = load_settings(org.environment() | {"SF_PASSKEY_FILE": str(self.file)}, None)
        self._contexts.append(new_context(self._browser, settings))
        self.means = IdentityVerification.from_settings(settings, Labels(), enrol_passkey=enrol)
        self._means.append(self.means)
        self.page = self._contexts[-1].new_page()
        enter(self.page, settings, self.means)
        state = OrgState(settings.host)
        note_org(self.page, settings, state)
        self.means.note_org(state.host, state.org_id)
        return self.page

    def close(self) -> None:
        for means in self._means:
            means.close()
        for context in self._contexts:
            context.close()


@pytest.fixture
def run(browser: Browser, tmp_path: Path) -> Iterator[Runs]:
    """`Runs` with an empty passkey file."""
    runs = Runs(browser, tmp_path / "keys" / "passkeys.json")
    yield runs
    runs.close()


@pytest.mark.browser
@pytest.mark.parametrize(("rp_id", "button"), [("host", "Create Passkey"), ("salesforce.com", "Next")])
def test_life(new_org: NewOrg, run: Runs, rp_id: str, button: str) -> None:
    """Made with consent, then used by two later runs with a rising counter; the org verifies each signature."""
    org = new_org(after_password=["enrol_passkey"], rp_id=rp_id, enrol_button=button)
    run(org, enrol=True)
    assert [event["name"] for event in org.events() if "passkey" in event["name"]] == ["passkey enrolled"]
    assert stat.S_IMODE(run.file.stat().st_mode) == 0o600
    kept = PasskeyStore(run.file).all()[0]
    assert kept.private_key.reveal() in known_secrets()
    assert org.org_id.startswith(kept.org_id or "?")
    org.set(after_password=["passkey"])
    run(org)
    run(org)
    counters = [event["counter"] for event in org.events("passkey used")]
    assert counters == sorted(set(counters))
    assert len(counters) == 2
    assert not org.events("passkey refused")


@pytest.mark.browser
def test_nothing_is_made_without_consent(new_org: NewOrg, run: Runs) -> None:
    """Without --enrol-passkey nothing is made, not even when the page's own button is pressed."""
    org = new_org(after_password=["enrol_passkey"])
    with pytest.raises(PersonNeeded, match="register a passkey"):
        run(org)
    run.page.get_by_role("button", name="Create Passkey").click()
    run.page.get_by_text("couldn't be used").wait_for()
    assert not org.events("passkey enrolled")
    assert not run.file.exists()


@pytest.mark.browser
def test_consent_is_for_where_it_is_asked(new_org: NewOrg, run: Runs) -> None:
    """With consent, but no page that asks for a passkey, none is made."""
    org = new_org(after_password=["email"])
    run(org, enrol=True)
    assert not run.file.exists()


@pytest.mark.browser
def test_key_is_not_left_in_the_browser(new_org: NewOrg, run: Runs) -> None:
    """After the check no page of the context can use the key any more."""
    org = new_org(after_password=["enrol_passkey"])
    assert run(org, enrol=True).context.credentials.get() == []
    org.set(after_password=["passkey"])
    assert run(org).context.credentials.get() == []


@pytest.mark.browser
def test_choosing_the_passkey(new_org: NewOrg, run: Runs) -> None:
    """Where methods are offered, a kept passkey is chosen first."""
    org = new_org(after_password=["enrol_passkey"])
    run(org, enrol=True)
    org.set(after_password=["choose"], choices=["email", "passkey"])
    run(org)
    assert len(org.events("passkey used")) == 1
    assert not org.events("code sent")


@pytest.mark.browser
def test_refresh_makes_it_useless(new_org: NewOrg, run: Runs) -> None:
    """A refreshed org does not take the passkey, and the message says what to do."""
    org = new_org(after_password=["enrol_passkey"])
    run(org, enrol=True)
    org.change_user("admin", passkeys=[])
    org.set(after_password=["passkey"])
    with pytest.raises(VerificationNeeded, match="did not take the passkey") as caught:
        run(org)
    assert "--enrol-passkey" in caught.value.next


@pytest.mark.browser
def test_look_alike_gets_no_assertion(new_org: NewOrg, run: Runs) -> None:
    """A foreign page, or a frame of one beside Salesforce's page, keeps the key out of the browser."""
    org = new_org(after_password=["enrol_passkey"])
    page = run(org, enrol=True)
    foreign = page.context.new_page()
    foreign.goto(f"https://{org.my_domain}.my.salesforce.com.evil.example/")
    ask = """async () => {
        try {
            const rpId = location.hostname.split('.evil')[0];
            await navigator.credentials.get({publicKey: {challenge: new Uint8Array(32), rpId}});
            return 'signed';
        } catch (problem) { return problem.name; }
    }"""
    assert foreign.evaluate(ask) != "signed"
    passkeys = run.means.passkeys
    assert passkeys is not None
    page.context.clear_cookies()
    page.goto(f"{org.login_url}/?again")
    with pytest.raises(ForeignHost), passkeys.shown_to(foreign):
        pytest.fail("the key was shown to a foreign page")
    with pytest.raises(ForeignHost, match="beside it"), passkeys.shown_to(page):
        pytest.fail("the key was shown beside a foreign page")
    foreign.close()
    with passkeys.shown_to(page):
        assert len(page.context.credentials.get()) == 1


@pytest.mark.browser
def test_passkey_at_the_reveal(new_org: NewOrg, run: Runs) -> None:
    """The same object passes a check in another tab of the same context."""
    org = new_org(after_password=["enrol_passkey"])
    page = run(org, enrol=True)
    org.set(after_password=["passkey"])
    page.context.clear_cookies()
    tab = page.context.new_page()
    tab.goto(f"{org.login_url}/?startURL=%2Flightning%2Fsetup%2FSetupOneHome%2Fhome")
    run.means.prepare()
    run.means.until(tab, Outcome("Setup", fact=lambda: "SetupOneHome/home" in tab.url and "salesforce-setup" in tab.url))
    assert len(org.events("passkey used")) == 1


def test_store(tmp_path: Path) -> None:
    """One entry per org and user, private, and nothing else in the file is lost."""
    store = PasskeyStore(tmp_path / "new" / "keys.json")
    other = dataclasses.replace(KEY, username="other@acme.example.dev")
    store.save(KEY)
    store.save(other)
    store.save(dataclasses.replace(KEY, sign_count=9))
    assert {key.username: key.sign_count for key in store.all()} == {KEY.username: 9, other.username: 3}
    assert store.find(KEY.host.upper(), KEY.username.upper()) is not None
    assert stat.S_IMODE(store.file.stat().st_mode) == 0o600
    assert store.delete(KEY.host, KEY.username) == 1
    assert store.all() == [other]


def test_passkey_of_the_org_before_the_refresh(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where another means got into the refreshed org, a warning says that the kept passkey is useless there."""
    store = PasskeyStore(tmp_path / "keys.json")
    store.save(dataclasses.replace(KEY, org_id="00D000000000001"))
    passkeys = Passkeys(store, KEY.username, enrol=False)
    passkeys.belongs_to(KEY.host, "00D000000000001")
    assert not caplog.messages
    passkeys.belongs_to(KEY.host, "00D000000000002")
    (said,) = caplog.messages
    assert "00D000000000001" in said
    assert "00D000000000002" in said
    assert f"delete {KEY.host} --user {KEY.username}" in said
    assert store.all()[0].org_id == "00D000000000001"


def test_file_of_others(tmp_path: Path) -> None:
    """A file that others may read, or that is no passkey file, is refused with the fix."""
    file = tmp_path / "keys.json"
    PasskeyStore(file).save(KEY)
    file.chmod(0o640)
    with pytest.raises(SettingsError, match="read by others") as caught:
        PasskeyStore(file).all()
    assert f"chmod 600 {file}" in caught.value.next
    file.chmod(0o600)
    for text in ("{", "[]", json.dumps({"version": 2, "passkeys": []}), json.dumps({"version": 1, "passkeys": [{}]})):
        file.write_text(text)
        with pytest.raises(SettingsError, match="SF_PASSKEY_FILE"):
            PasskeyStore(file).all()


def test_enrolment_needs_a_file() -> None:
    """--enrol-passkey without a place for the passkey is wrong use."""

    class Bare:
        sf_passkey_file = None
        sf_username = "u@x.example"

    with pytest.raises(SettingsError, match="needs SF_PASSKEY_FILE"):
        Passkeys.from_settings(Bare(), enrol=True)  # type: ignore[arg-type]


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Kept passkeys are listed without their keys, and deleted."""
    file = tmp_path / "keys.json"
    PasskeyStore(file).save(KEY)
    assert main(["--file", str(file), "list"]) == 0
    listed = capsys.readouterr().out
    assert KEY.host in listed
    assert KEY.private_key.reveal() not in listed
    assert main(["--file", str(file), "delete", KEY.host]) == 0
    assert main(["--file", str(file), "delete", KEY.host]) == 1
    file.chmod(0o644)
    assert main(["--file", str(file), "list"]) == 78


def test_the_mode_of_the_file_says_nothing_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There every file has mode 666, so the file is read whatever its mode."""
    file = tmp_path / "keys.json"
    PasskeyStore(file).save(KEY)
    file.chmod(0o666)
    monkeypatch.setattr(passkey_store.sys, "platform", "win32")  # type: ignore[attr-defined]
    assert PasskeyStore(file).all() == [KEY]
