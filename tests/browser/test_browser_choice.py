"""How a browser is found and launched, without launching one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from automation.browser import launch_options, proxy_option, require_display
from automation.browser.find import Found, find_browser
from automation.browser.trust import Trust
from automation.errors import SettingsError, UsageError
from automation.network.proxy import Proxy
from automation.settings import load_settings

NOWHERE = Path("/nowhere/chromium-1255/chrome-linux64/chrome")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Programs on PATH; empty at first."""
    names: set[str] = set()
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name in names else None)
    return names


def test_the_set_program_wins_over_everything(environment: dict[str, str], installed: set[str], tmp_path: Path) -> None:
    installed.add("chromium")
    program = tmp_path / "browser"
    program.touch()
    settings = load_settings({**environment, "BROWSER_EXECUTABLE": str(program), "BROWSER_CHANNEL": "chrome"})
    assert find_browser(settings, program, headed=False) == Found("BROWSER_EXECUTABLE", executable=program)


def test_the_set_channel_wins_over_what_is_there(environment: dict[str, str], installed: set[str]) -> None:
    installed.add("chromium")
    settings = load_settings({**environment, "BROWSER_CHANNEL": "msedge"})
    assert find_browser(settings, NOWHERE, headed=False).channel == "msedge"


def test_playwrights_own_wins_over_an_installed_one(environment: dict[str, str], installed: set[str], tmp_path: Path) -> None:
    installed.add("chromium")
    own = tmp_path / "chromium-1255" / "chrome-linux64" / "chrome"
    own.parent.mkdir(parents=True)
    own.touch()
    assert find_browser(load_settings(environment), own, headed=True) == Found("Playwright's own")


def test_playwrights_shell_counts_when_no_window_is_wanted(
    environment: dict[str, str], installed: set[str], tmp_path: Path
) -> None:
    installed.add("chromium")
    (tmp_path / "chromium_headless_shell-1255").mkdir()
    own = tmp_path / "chromium-1255" / "chrome-linux64" / "chrome"
    assert find_browser(load_settings(environment), own, headed=False) == Found("Playwright's own")
    assert find_browser(load_settings(environment), own, headed=True).executable == Path("/usr/bin/chromium")


def test_the_installed_shell_is_preferred_when_no_window_is_wanted(environment: dict[str, str], installed: set[str]) -> None:
    installed |= {"chromium", "chromium-headless-shell", "google-chrome"}
    settings = load_settings(environment)
    assert find_browser(settings, NOWHERE, headed=False).executable == Path("/usr/bin/chromium-headless-shell")
    assert find_browser(settings, NOWHERE, headed=True).executable == Path("/usr/bin/chromium")


def test_any_installed_browser_will_do(environment: dict[str, str], installed: set[str]) -> None:
    installed.add("microsoft-edge")
    assert find_browser(load_settings(environment), NOWHERE, headed=False).executable == Path("/usr/bin/microsoft-edge")


def test_without_a_browser_the_message_says_how_to_get_one(environment: dict[str, str], installed: set[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        find_browser(load_settings(environment), NOWHERE, headed=False)
    assert "playwright install chromium" in caught.value.next
    assert "apt-get install chromium" in caught.value.next


def test_launching_passes_proxy_trust_and_signals_on(environment: dict[str, str]) -> None:
    settings = load_settings({**environment, "HTTPS_PROXY": "http://me:w%40rd@proxy:3128", "NO_PROXY": "localhost,.acme.internal"})
    options = launch_options(settings, Found("x", channel="chrome"), Trust({"HOME": "/tmp/home"}, ("--flag",)), slowmo=5)
    assert options["channel"] == "chrome"
    assert options["headless"] is True
    assert options["slow_mo"] == 5
    assert options["env"]["HOME"] == "/tmp/home"
    assert "--flag" in options["args"]
    assert options["proxy"] == {
        "server": "http://proxy:3128",
        "bypass": "localhost,.localhost,acme.internal,.acme.internal",
        "username": "me",
        "password": "w@rd",
    }
    assert not any(options[name] for name in ("handle_sigint", "handle_sigterm", "handle_sighup"))


def test_no_flag_switches_certificate_checks_off(environment: dict[str, str]) -> None:
    options = launch_options(load_settings(environment), Found("x"), Trust())
    assert not any("ignore-certificate" in flag for flag in options["args"])
    assert "IGNORE" not in str(options["env"].keys()).upper()
    assert "proxy" not in options


def test_a_proxy_without_a_name_has_none() -> None:
    assert proxy_option(Proxy.parse("http://proxy"), None) == {"server": "http://proxy:80"}


def test_a_window_needs_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(UsageError) as caught:
        require_display()
    assert "xvfb-run" in caught.value.next
    monkeypatch.setenv("DISPLAY", ":99")
    require_display()
