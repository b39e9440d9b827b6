"""Build the replica org's Setup pages from their sources, or check that the committed ones match.

    python -m automation.replica.build            the default bundle, into automation/replica/static/
    python -m automation.replica.build --matrix   every other cell of the bundle matrix, into build/replica/
    python -m automation.replica.build --check    rebuild the default bundle elsewhere and compare; exit 1 on a difference

Only who changes the pages needs this, with Node 20 and npm; users run the committed bundle. ``stale_sources`` is the
cheap half of the check and needs neither.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
WEB = HERE / "web"
STATIC = HERE / "static"
DEFAULT_CELL = "1.22.3-synthetic"
_SOURCES = ("build", "src", "build.mjs", "package.json", "package-lock.json")


def stale_sources(bundle: Path | None = None, web: Path = WEB) -> list[str]:
    """Source files that differ from those a bundle was built from, and built files that were changed since.

    ``bundle`` is a folder with a ``manifest.json``; the default is the committed bundle. Paths are relative to ``web``
    or to the bundle. An empty list means that the bundle is what its sources say.
    """
    folder = bundle or STATIC / DEFAULT_CELL
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    built = {path.name: _digest(path) for path in folder.iterdir() if path.name != "manifest.json"}
    return _differences(manifest["sources"], source_hashes(web)) + _differences(manifest["files"], built)


def source_hashes(web: Path = WEB) -> dict[str, str]:
    """SHA-256 of every source file by its path relative to ``web``, as the build's manifest lists them."""
    found = [path for name in _SOURCES for path in _files_below(web / name)]
    return {path.relative_to(web).as_posix(): _digest(path) for path in found}


def _files_below(path: Path) -> list[Path]:
    return [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _differences(wanted: dict[str, str], found: dict[str, str]) -> list[str]:
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def install() -> None:
    """Install the locked packages, unless they are there already. Raises CalledProcessError."""
    stamp = WEB / "node_modules" / ".package-lock.json"
    lock = WEB / "package-lock.json"
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        _run("npm", "ci", "--no-fund", "--no-audit")


def _run(*command: str) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise SystemExit(f"{command[0]} is not installed: building the pages needs Node 20 or newer with npm.")
    subprocess.run([program, *command[1:]], cwd=WEB, check=True)


def check() -> list[str]:
    """Rebuild the default bundle in a temporary folder and name the files that differ from the committed ones."""
    with tempfile.TemporaryDirectory() as folder:
        _run("node", "build.mjs", "--out", folder)
        fresh = {path.name: _digest(path) for path in (Path(folder) / DEFAULT_CELL).iterdir()}
    committed = {path.name: _digest(path) for path in (STATIC / DEFAULT_CELL).iterdir()}
    return _differences(committed, fresh)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code: 0 done or equal, 1 the committed bundle is not what its sources say."""
    parser = argparse.ArgumentParser(
        prog="python -m automation.replica.build", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--matrix", action="store_true", help="build every other cell into build/replica/")
    chosen.add_argument("--check", action="store_true", help="compare the committed bundle with a fresh build")
    options = parser.parse_args(argv)
    install()
    if not options.check:
        _run("node", "build.mjs", *(["--matrix"] if options.matrix else []))
        return 0
    different = check()
    print("\n".join(f"differs from its sources: {name}" for name in different) or "the committed bundle matches its sources")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
