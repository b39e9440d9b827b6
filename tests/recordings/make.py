"""Makes the recordings in this folder from the replica: ``python -m tests.recordings.make [NAME ...]``."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from automation.record import SUFFIX
from automation.record.recorded_run import RecordedRun, review_of
from automation.replica import OrgHandle, start
from automation.report.console import Console
from automation.report.result import RunResult
from automation.settings import load_settings
from automation.settings.app_spec import AppSpec
from automation.settings.options import Options

FOLDER: Final = Path(__file__).parent

RENAMED: Final = {"create.contactEmail": "Contact Email Address"}
"""A label that a release is imagined to have changed."""

VARIANTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "winter27": {"look": "winter27"},
    "summer25": {"look": "summer25"},
    "renamed": {"look": "winter27", "labels_override": RENAMED},
}
"""Recording to the variants of the org that it was made from. The run on ``renamed`` fails, as it should."""


def record(org: OrgHandle, path: Path, folder: Path, **how: Any) -> tuple[RunResult, RecordedRun]:
    """Run the whole procedure on an org, recorded to ``path``; what the run leaves goes to ``folder``."""
    environment = {"CREDENTIALS_TO": f"dotenv:{folder / 'delivered.env'}", "TIMEOUT_ACTION": "8", **org.environment()}
    settings = load_settings(environment, None)
    options = Options(tracing="off", screenshot="off", output=folder / "run", restarts=0, verbosity=-1)
    run = RecordedRun(settings, AppSpec.from_settings(settings), options, Console(-1), **how)
    result = run.perform()
    run.write(result, path)
    return result, run


def main(names: list[str]) -> None:
    """Make all recordings, or those named."""
    with start() as replica, tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        for name in names or VARIANTS:
            org = replica.new_org(f"acme--{name}.sandbox", **VARIANTS[name])
            path = FOLDER / (name + SUFFIX)
            result, _ = record(org, path, Path(folder) / name)
            review_of(path).unlink()
            path.chmod(0o644)
            print(f"{path.name}: {result.outcome}, {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main(sys.argv[1:])
