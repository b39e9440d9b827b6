"""``python -m automation.get_browser``: see to it that there is a browser, for ``make demo`` and ``make test``.

One that is there is taken. Else Playwright's own is downloaded; where that is not possible and Debian's packages are,
those are installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from automation.browser_finding import HOW_TO_GET_ONE, SHELL, find_installed

DEBIAN: Final = ("chromium", SHELL, "fonts-liberation", "libnss3-tools")
"""The browsers, a font so that pictures show text, and ``certutil`` for SF_CA_FILE."""


def main() -> int:
    """The command. Returns 0 when there is a browser in the end."""
    if os.environ.get("BROWSER_EXECUTABLE") or os.environ.get("BROWSER_CHANNEL") or find_installed(headed=False) or _own():
        return 0
    for get in (_download, _debian):
        if get():
            return 0
    print(f"There is no browser. {HOW_TO_GET_ONE}", file=sys.stderr)
    return 1


def _own() -> bool:
    """Whether Playwright's own browser is there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def _download() -> bool:
    print("Downloading Playwright's Chromium ...", file=sys.stderr)
    return _runs([sys.executable, "-m", "playwright", "install", "chromium"]) and _own()


def _debian() -> bool:
    if shutil.which("apt-get") is None:
        return False
    print(f"Installing {' '.join(DEBIAN)} with apt-get ...", file=sys.stderr)
    admin = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if admin and shutil.which("sudo") is None:
        return False
    _runs([*admin, "apt-get", "update", "-qq"])
    installed = _runs([*admin, "apt-get", "install", "-qq", "-y", "--no-install-recommends", *DEBIAN])
    return installed and find_installed(headed=False) is not None


def _runs(command: list[str]) -> bool:
    return subprocess.run(command, check=False, stdout=sys.stderr).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
