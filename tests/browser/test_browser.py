"""The browser itself: own certificates without weaker checks, and recordings without secrets."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route
from playwright.sync_api import Error as PlaywrightError

from automation.artifacts import ArtifactsRecorder
from automation.browser import launched, new_context
from automation.browser.trust import verified_keys
from automation.errors import OrgUnavailable, SettingsError
from automation.secrets import Secret
from automation.settings import Settings, load_settings
from automation.steps import Step, unchanged
from tests.step_results import step_result

if TYPE_CHECKING:
    from automation.replica import OrgHandle
    from automation.settings.options import Tracing

pytestmark = pytest.mark.browser

PASSWORD = "hunter2-hunter2"
SESSION = "00D5g000004ABCD!AQEAQJx.abcdefghijklmnopqrstuvwx"


@pytest.fixture
def settings(org: OrgHandle) -> Settings:
    return load_settings(org.environment(), None)


def opens(playwright: Playwright, settings: Settings, host: str) -> bool:
    """Whether a browser with these settings opens the login page of ``host``."""
    with launched(playwright, settings) as browser:
        page = new_context(browser, settings).new_page()
        try:
            page.goto(f"https://{host}/", wait_until="commit")
        except PlaywrightError as error:
            if "ERR_CERT_" in error.message:
                return False
            raise
        return True


@pytest.mark.skipif(shutil.which("certutil") is None, reason="needs NSS's certutil")
def test_the_ca_file_is_trusted_and_nothing_else(playwright: Playwright, settings: Settings, tmp_path: Path) -> None:
    assert opens(playwright, settings, settings.host)
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    assert not opens(playwright, _with_ca(settings, tmp_path / "other.pem"), settings.host)
    assert not opens(playwright, _with_ca(settings, None), settings.host)


def test_without_certutil_the_orgs_own_servers_are_trusted(
    playwright: Playwright, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "certutil" else which(name))
    assert opens(playwright, settings, settings.host)


def test_without_certutil_a_server_of_another_ca_is_refused_before_the_browser_starts(settings: Settings, tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    with pytest.raises(OrgUnavailable, match="is not trusted") as caught:
        verified_keys(_with_ca(settings, tmp_path / "other.pem"))
    assert f"does not contain the CA that signed the certificate of {settings.host}" in caught.value.next


def test_without_certutil_the_login_host_of_all_orgs_is_not_enough(settings: Settings) -> None:
    import dataclasses

    with pytest.raises(SettingsError, match="without knowing the org's hosts") as caught:
        verified_keys(dataclasses.replace(settings, sf_login_url="https://test.salesforce.com"))
    assert "libnss3-tools" in caught.value.next


def test_a_host_that_the_proxy_refuses_is_unavailable(settings: Settings) -> None:
    import dataclasses

    with pytest.raises(OrgUnavailable, match="the proxy refused"):
        verified_keys(dataclasses.replace(settings, sf_login_url="https://nobody.my.salesforce.mil"))


def _with_ca(settings: Settings, path: Path | None) -> Settings:
    import dataclasses

    return dataclasses.replace(settings, sf_ca_file=path)


@pytest.fixture(scope="module")
def plain(playwright: Playwright) -> Iterator[Browser]:
    """A browser without proxy and own certificates."""
    settings = load_settings(
        {
            "SF_LOGIN_URL": "https://acme--dev.sandbox.my.salesforce.com",
            "SF_USERNAME": "admin@acme.com",
            "SF_PASSWORD": PASSWORD,
            "ECA_CONTACT_EMAIL": "admin@acme.com",
            "ECA_CALLBACK_URL": "https://acme.example/oauth",
            "ECA_RUN_AS": "i@acme.com",
        },
        None,
    )
    with launched(playwright, settings) as browser:
        yield browser


PAGES = {
    "/login": '<h1>Log in</h1><form action="/home" method="post"><input id="pw" type="password"><button>Go</button></form>',
    "/home": "<h1>Setup</h1><button>New External Client App</button>",
    "/consumer": f"<h1>Consumer Details</h1><p>{PASSWORD}</p>",
}


def serve(route: Route) -> None:
    path = "/" + route.request.url.split("/", 3)[3].partition("?")[0]
    headers = {"set-cookie": f"sid={SESSION}; Path=/; Secure", "content-type": "text/html"}
    route.fulfill(status=200, body=f"<title>t</title>{PAGES[path]}", headers=headers)


@pytest.fixture
def context(plain: Browser) -> Iterator[BrowserContext]:
    context = plain.new_context()
    context.route("**/*", serve)
    yield context
    context.close()


def walk(recorder: ArtifactsRecorder, page: Page) -> None:
    """A login, then a step, as a run does them."""
    Secret(PASSWORD)
    login = Step("1.1", "Title", "Section", lambda: unchanged(""), login=True)
    manager = Step("1.2", "Title", "Section", lambda: unchanged(""))
    recorder.step_started(login)
    with recorder.nothing_recorded():
        page.goto("https://acme.my.salesforce.com/login")
        page.locator("#pw").fill(PASSWORD)
        page.get_by_role("button").click()
        page.wait_for_url("**/home")
    recorder.step_ended(step_result("1.1", "unchanged", 0, ""))
    recorder.step_started(manager)
    page.goto("https://acme.my.salesforce.com/home?otp=one-time-otp")
    page.get_by_role("button", name="New External Client App").click()
    recorder.step_ended(step_result("1.2", "unchanged", 0, ""))


def everything_in(folder: Path) -> str:
    """All bytes that a run left, members of archives unpacked."""
    text: list[str] = []
    for path in folder.rglob("*"):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                text += [archive.read(name).decode("latin-1") for name in archive.namelist()]
        elif path.is_file():
            text.append(path.read_bytes().decode("latin-1"))
    return "\n".join(text)


def test_a_trace_has_a_group_per_step_and_neither_password_nor_session(context: BrowserContext, tmp_path: Path) -> None:
    recorder = ArtifactsRecorder(tmp_path, "on")
    page = context.new_page()
    recorder.attach(context)
    walk(recorder, page)
    assert [path.name for path in recorder.finish(failed=False)] == ["trace-1.zip"]
    left = everything_in(tmp_path)
    assert "1.2 Title" in left
    assert "New External Client App" in left
    assert PASSWORD not in left
    assert SESSION not in left
    assert "AQEAQJx" not in left


def test_a_secret_on_a_recorded_page_is_scrubbed_and_its_pictures_go(context: BrowserContext, tmp_path: Path) -> None:
    recorder = ArtifactsRecorder(tmp_path, "on")
    page = context.new_page()
    recorder.attach(context)
    walk(recorder, page)
    recorder.step_started(Step("4.7", "Copy", "Section", lambda: unchanged("")))
    page.goto("https://acme.my.salesforce.com/consumer")
    page.screenshot()
    recorder.finish(failed=True)
    assert PASSWORD not in everything_in(tmp_path)
    with zipfile.ZipFile(tmp_path / "trace-1.zip") as archive:
        assert not [name for name in archive.namelist() if name.endswith((".jpeg", ".png"))]


@pytest.mark.parametrize(
    ("tracing", "failed", "kept"),
    [("on", False, True), ("retain-on-failure", False, False), ("retain-on-failure", True, True), ("off", True, False)],
)
def test_traces_are_kept_as_asked(tracing: Tracing, failed: bool, kept: bool, context: BrowserContext, tmp_path: Path) -> None:
    recorder = ArtifactsRecorder(tmp_path, tracing)
    page = context.new_page()
    recorder.attach(context)
    walk(recorder, page)
    recorder.finish(failed=failed)
    assert bool(list(tmp_path.glob("trace-*.zip"))) is kept


def snapshots(part: Path) -> str:
    """The pages in a part of a trace."""
    with zipfile.ZipFile(part) as archive:
        lines = archive.read("trace.trace").decode().splitlines()
    return "\n".join(line for line in lines if json.loads(line)["type"] == "frame-snapshot")


def test_recording_for_a_failure_holds_the_page_that_failed_and_all_of_another_attempt(
    context: BrowserContext, tmp_path: Path
) -> None:
    """Until then it holds what was done, and no pages, which would cost more than the rest. Scripts of a page may hide its content
    from others that come later, as those of Lightning do."""
    recorder = ArtifactsRecorder(tmp_path)
    page = context.new_page()
    recorder.attach(context)
    walk(recorder, page)
    page.evaluate("Object.defineProperty(Node.prototype, 'firstChild', {get: () => null})")
    recorder.step_started(Step("1.3", "Title", "Section", lambda: unchanged("")))
    page.get_by_role("button", name="New External Client App").click()
    recorder.step_ended(step_result("1.3", "failed", 0, ""))
    recorder.collect_evidence()
    recorder.detach()
    recorder = recorder.again()
    recorder.attach(context)
    walk(recorder, page)
    done, failed, again = recorder.finish(failed=True)
    assert "New External Client App" in everything_in(tmp_path)
    assert snapshots(done) == ""
    assert "1.3 Title" in zipfile.ZipFile(failed).read("trace.trace").decode()
    for part in (failed, again):
        assert "New External Client App" in snapshots(part)
        assert PASSWORD not in snapshots(part)


def test_after_a_failed_private_phase_evidence_is_an_outline_without_a_picture(context: BrowserContext, tmp_path: Path) -> None:
    recorder = ArtifactsRecorder(tmp_path, "on")
    page = context.new_page()
    recorder.attach(context)
    page.goto("https://acme.my.salesforce.com/consumer?secret=1")
    with pytest.raises(RuntimeError), recorder.nothing_recorded():
        raise RuntimeError
    folder = recorder.collect_evidence()
    assert folder is not None
    text = (folder / "page-1.txt").read_text()
    assert "url: https://acme.my.salesforce.com/consumer\n" in text
    assert 'heading "Consumer Details"' in text
    assert PASSWORD not in text
    assert not list(folder.glob("*.png"))
    recorder.finish(failed=True)


def test_elsewhere_evidence_has_the_tree_and_a_picture(context: BrowserContext, tmp_path: Path) -> None:
    recorder = ArtifactsRecorder(tmp_path, "off")
    page = context.new_page()
    recorder.attach(context)
    page.goto("https://acme.my.salesforce.com/home")
    folder = recorder.collect_evidence()
    assert folder is not None
    assert 'button "New External Client App"' in (folder / "page-1.txt").read_text()
    assert (folder / "page-1.png").stat().st_size > 1000


def test_evidence_of_a_closed_page_raises_nothing(context: BrowserContext, tmp_path: Path) -> None:
    recorder = ArtifactsRecorder(tmp_path, "on")
    page = context.new_page()
    recorder.attach(context)
    page.close()
    assert recorder.collect_evidence() is None
    folder = recorder.collect_evidence([page])
    assert folder is not None
    assert "could not be read" in (folder / "page-1.txt").read_text()


def test_pages_are_asked_not_to_animate(plain: Browser, environment: dict[str, str]) -> None:
    context = new_context(plain, load_settings(environment))
    assert context.new_page().evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
    context.close()


def test_a_context_waits_as_the_settings_say(plain: Browser, environment: dict[str, str]) -> None:
    context = new_context(plain, load_settings({**environment, "TIMEOUT_ACTION": "0.1"}))
    page: Any = context.new_page()
    with pytest.raises(PlaywrightError, match="Timeout 100ms"):
        page.get_by_role("button").click()
    context.close()


def test_a_browser_that_is_not_there_is_explained(playwright: Playwright, environment: dict[str, str]) -> None:
    for name, value in {"BROWSER_WS": "ws://127.0.0.1:9/x", "BROWSER_CDP": "http://127.0.0.1:9"}.items():
        settings = load_settings({**environment, name: value})
        with pytest.raises(SettingsError, match=f"{name}: no browser answers"), launched(playwright, settings):
            pass
    settings = load_settings({**environment, "BROWSER_EXECUTABLE": "/bin/false"})
    with pytest.raises(SettingsError, match=r"/bin/false .* does not start"), launched(playwright, settings):
        pass
