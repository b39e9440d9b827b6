"""Which browser to start: the one that is set, Playwright's own, or an installed Chrome, Chromium or Edge."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from automation.errors import SettingsError

if TYPE_CHECKING:
    from automation.settings import Settings

SHELL: Final = "chromium-headless-shell"
"""Debian's name of the browser without windows; it starts several times faster than the full one."""

ON_PATH: Final = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
)

ELSEWHERE: Final = {
    "darwin": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ),
    "win32": (
        r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
        r"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe",
        r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
        r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
    ),
}
"""Where browsers are on systems that do not put them on PATH."""

HOW_TO_GET_ONE: Final = (
    f"Install one: `{sys.executable} -m playwright install chromium`, or on Debian `sudo apt-get install chromium "
    "chromium-headless-shell fonts-liberation libnss3-tools`, or set BROWSER_EXECUTABLE to the browser's program."
)


@dataclass(frozen=True)
class Found:
    """What to launch. All None means Playwright's own browser.

    Attributes:
        why: how it was found, for `-v` and the doctor.
    """

    why: str
    channel: str | None = None
    executable: Path | None = None


def find_browser(settings: Settings, own: Path, *, headed: bool) -> Found:
    """Choose a browser.

    Args:
        own: where Playwright's full Chromium would be (``playwright.chromium.executable_path``).
        headed: a window is needed, so the headless shell does not do.

    Raises:
        SettingsError: there is none; the message says how to get one.
    """
    if settings.browser_executable is not None:
        return Found("BROWSER_EXECUTABLE", executable=settings.browser_executable)
    if settings.browser_channel is not None:
        return Found("BROWSER_CHANNEL", channel=settings.browser_channel)
    if own.exists() or (not headed and _own_shell(own)):
        return Found("Playwright's own")
    installed = find_installed(headed=headed)
    if installed is None:
        raise SettingsError("No browser was found on this machine.", next=HOW_TO_GET_ONE)
    return Found("installed on this machine", executable=installed)


def _own_shell(own: Path) -> bool:
    """Whether Playwright's headless shell of the same revision was downloaded (``playwright install --only-shell``)."""
    browser_folder = next((parent for parent in own.parents if parent.name.startswith("chromium-")), None)
    if browser_folder is None:
        return False
    revision = browser_folder.name.removeprefix("chromium-")
    return (browser_folder.parent / f"chromium_headless_shell-{revision}").is_dir()


def find_installed(*, headed: bool) -> Path | None:
    """The first installed browser; the headless shell counts only when no window is needed."""
    names = ON_PATH if headed else (SHELL, *ON_PATH)
    for name in names:
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    places = (Path(os.path.expandvars(place)) for place in ELSEWHERE.get(sys.platform, ()))
    return next((place for place in places if place.is_file()), None)
