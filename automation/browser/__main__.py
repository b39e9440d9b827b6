"""``python -m automation.browser``: make sure that there is a browser, for ``make demo`` and ``make test``.

One that is there is taken, else Playwright's own is downloaded. Packages of the system are installed by nobody but its
administrator: where the download fails, the message says which.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from automation.browser.find import HOW_TO_GET_ONE, find_installed


def main() -> int:
    """The command. Returns 0 when there is a browser in the end."""
    if os.environ.get("BROWSER_EXECUTABLE") or os.environ.get("BROWSER_CHANNEL") or find_installed(headed=False) or _own():
        return 0
    if _download():
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


def _runs(command: list[str]) -> bool:
    return subprocess.run(command, check=False, stdout=sys.stderr).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
