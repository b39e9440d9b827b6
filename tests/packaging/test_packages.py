"""The packages ship what users need and its licences, and never a file with secrets in a checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ("passkeys.json", "session.json", ".env", ".env.prod", "orgs.toml", "ours.recording.zip", "passkeys.json.lock")
"""Files with secrets, under the names that the docs and ``.env.example`` use for them."""


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both packages, built in a copy of the checkout in which files with secrets were left."""
    copy, built = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("dist")
    listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
    for name in SECRETS:
        (copy / name).write_text("hunter2")
        (copy / "automation" / name).write_text("hunter2")
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(built)]
    subprocess.run(command, cwd=copy, capture_output=True, check=True)
    return built


@pytest.fixture(scope="session")
def wheel(packages: Path) -> list[str]:
    with zipfile.ZipFile(next(packages.glob("*.whl"))) as archive:
        return archive.namelist()


@pytest.fixture(scope="session")
def sdist(packages: Path) -> list[str]:
    with tarfile.open(next(packages.glob("*.tar.gz"))) as archive:
        return [name.partition("/")[2] for name in archive.getnames()]


@pytest.mark.parametrize("name", SECRETS)
def test_a_file_with_secrets_is_in_no_package(name: str, wheel: list[str], sdist: list[str]) -> None:
    assert not [path for path in (*wheel, *sdist) if Path(path).name == name]


@pytest.mark.parametrize("name", SECRETS)
def test_git_ignores_what_the_docs_name_for_secrets(name: str) -> None:
    assert subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=False).returncode == 0


def test_type_checkers_find_the_types(wheel: list[str]) -> None:
    assert {"automation/py.typed", "flows/py.typed"} <= set(wheel)


def test_the_wheel_has_all_that_runs_and_no_sources_of_pages_or_tools_of_maintainers(wheel: list[str]) -> None:
    assert {"automation/create_app.py", "flows/pages/labels/ja.toml", "automation/report/templates/report.html.j2"} <= set(wheel)
    assert any(name.startswith("automation/replica/static/") for name in wheel)
    assert {name.partition("/")[0].partition("-")[0] for name in wheel} == {"automation", "flows", "external_client_app_runbook"}
    assert not [name for name in wheel if re.search(r"replica/web/|replica/build\.py|node_modules", name)]


def test_the_sources_have_all_that_git_keeps(sdist: list[str]) -> None:
    """So nothing that the tests, the docs or a builder of the package need is missing."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    kept = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    assert kept - set(sdist) == set()


def test_every_licence_of_a_part_is_named_and_shipped(packages: Path) -> None:
    """The texts are named ``<part>-<SPDX id>.txt``."""
    with zipfile.ZipFile(next(packages.glob("*.whl"))) as archive:
        name = next(name for name in archive.namelist() if name.endswith("METADATA"))
        metadata = HeaderParser().parsestr(archive.read(name).decode())
    texts = {path.name for path in (ROOT / "automation" / "replica" / "licenses").iterdir()}
    assert {Path(shipped).name for shipped in metadata.get_all("License-File", [])} == {"LICENSE", "NOTICE", *texts}
    named = metadata["License-Expression"].split(" AND ")
    assert {one for one in named for text in texts if text.endswith(f"-{one}.txt")} == set(named)
    assert not [text for text in texts if not text.endswith(tuple(f"-{one}.txt" for one in named))]


@pytest.mark.skipif(os.name == "nt", reason="releases are made on Linux")
@pytest.mark.parametrize(("tag", "released"), [("", True), (".9", False)])
def test_a_release_needs_packages_and_changelog_of_its_tag(tag: str, released: bool, packages: Path, tmp_path: Path) -> None:
    """The workflow's own script, on the packages that were built and the changelog as it is."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] + tag
    (job,) = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())["jobs"].values()
    script = next(step["run"] for step in job["steps"] if step.get("name", "").startswith("The tag is the version"))
    shutil.copyfile(ROOT / "CHANGELOG.md", tmp_path / "CHANGELOG.md")
    shutil.copytree(packages, tmp_path / "dist")
    environment = {**os.environ, "GITHUB_REF_NAME": f"v{version}"}
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=tmp_path, env=environment, check=False)
    assert (done.returncode == 0) is released
    if released:
        notes = (tmp_path / "notes.md").read_text()
        assert "### Added" in notes
