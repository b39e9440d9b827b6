"""``refresh_sandboxes history``: the last runs, or what happened on one org, as a table or as JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any, Final

from automation.fleet.history import History
from automation.fleet.options import FleetOptions
from automation.report.display import one_line

RUNS: Final = {
    "id": "Run", "began": "Began (UTC)", "ended": "Ended (UTC)", "orgs": "Orgs", "changed": "Changed", "failed": "Failed",
    "browsers": "Browsers", "exit_code": "Exit",
}  # fmt: skip
ORG: Final = {
    "run": "Run", "at": "At (UTC)", "found": "Found", "outcome": "Outcome", "org_id": "Org id", "app_id": "App id",
    "key_fingerprint": "Key (SHA-256)", "seconds": "Seconds", "error": "Error",
}  # fmt: skip


def show(options: FleetOptions) -> int:
    """Print it on stdout. Raises SettingsError when the state file can't be used."""
    with History(options.state) as history:
        rows = history.runs(options.limit) if options.org is None else history.of_org(options.org, options.limit)
    if options.json:
        print("\n".join(one_line(json.dumps(row, ensure_ascii=False)) for row in rows))
    elif not rows:
        print("No run is recorded yet." if options.org is None else f"No run on {options.org} is recorded.")
    else:
        _table(rows, RUNS if options.org is None else ORG)
    return 0


def _table(rows: Sequence[dict[str, Any]], columns: dict[str, str]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for key, title in columns.items():
        table.add_column(title, no_wrap=key != "error")
    for row in rows:
        table.add_row(*(_cell(row, key) for key in columns))
    wide = None if sys.stdout.isatty() else 200
    Console(file=sys.stdout, highlight=False, width=wide, markup=False).print(table)


def _cell(row: dict[str, Any], key: str) -> str:
    value = row[key]
    if key == "ended" and value is None:
        return "(killed, or still running)"
    return "" if value is None else one_line(str(value))
