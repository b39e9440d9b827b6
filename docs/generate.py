"""``python -m docs.generate``: writes the tables of the docs and ``.env.example`` from the code they mirror.

With ``--check`` nothing is written; the exit code is 1 when something has drifted. With ``--log`` the README's log is
written too, from a run on the replica.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from automation.errors import RunbookError
from automation.settings.table import SETTINGS

ROOT: Final = Path(__file__).parent.parent

CODES: Final = {
    0: "done, or nothing to do",
    1: "some orgs of several failed; or the credentials work but could not be delivered everywhere; or a bug in the tool",
    2: "wrong usage",
    3: "the plan has changes (`--plan --exit-code`)",
    65: "a page was not recognized",
    69: "org or login unavailable",
    75: "try again later; running again is safe",
    77: "not permitted, or a person is needed",
    78: "wrong settings",
    130: "interrupted",
}

DEFINE_ERRORS: Final = (
    "automation.access.login_methods",
    "automation.fleet.references",
    "automation.fleet.repair",
    "automation.fleet.runner",
    "automation.record.anonymous",
)
"""Modules with errors of their own, beside the tree in `automation.errors`."""

_MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(headings: list[str], rows: Iterator[list[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def steps_table() -> str:
    """Number and sentence of every documented step."""
    from flows.procedure import all_steps

    return table(["Step", "What is done", "Section"], ([step.id, step.title, step.section] for step in all_steps()))


def settings_table() -> str:
    """Name, meaning and default of every setting."""
    rows = (
        [_name(s.name, secret=s.secret), s.meaning, f"`{s.default}`" if s.default else _need(required=s.required)] for s in SETTINGS
    )
    return table(["Setting", "Meaning", "Default"], rows)


def _name(name: str, *, secret: bool) -> str:
    return f"`{name}` (or `{name}_FILE`)" if secret else f"`{name}`"


def _need(*, required: bool) -> str:
    return "required" if required else ""


def codes_table() -> str:
    """The exit codes."""
    return table(["Code", "Meaning"], ([str(code), meaning] for code, meaning in CODES.items()))


def errors_table() -> str:
    """Every kind of error with its exit code, cause and fix."""
    for module in DEFINE_ERRORS:
        importlib.import_module(module)
    rows = ([f"`{kind.kind}`", str(kind.exit_code), _summary(kind), kind.recovery] for kind in error_kinds(RunbookError))
    return table(["Kind", "Exit code", "Cause", "Fix"], rows)


def error_kinds(root: type[RunbookError]) -> Iterator[type[RunbookError]]:
    """The product's own classes below ``root`` that have a kind of their own: first the tree, then what other modules add."""
    for kind in sorted(root.__subclasses__(), key=lambda kind: (kind.__module__ != root.__module__, kind.__module__)):
        if kind.__module__.partition(".")[0] in ("automation", "flows"):
            if "kind" in vars(kind):
                yield kind
            yield from error_kinds(kind)


def _summary(kind: object) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]


def targets_table() -> str:
    """Every kind of delivery target: how it is named, what it is, whether it is read back, which extra it needs."""
    from automation.delivery import KINDS

    rows = []
    for name, kind in KINDS.items():
        made = kind.target_class()
        meaning = (
            _summary(sys.modules[made.__module__]).partition("``: ")[2].partition(" (extra")[0].rstrip(".:").replace("``", "`")
        )
        rows.append([f"`{name}:{kind.form}`", meaning, "yes" if getattr(made, "can_read", False) else "no", kind.extra])
    return table(["Target", "What is delivered", "Read back", "Extra"], iter(rows))


def refusals_table() -> str:
    """What the token endpoint may answer, with meaning and fix."""
    from automation.org_api.refusals import REFUSALS

    rows = ([f"`{row.error}`", row.says, row.meaning, row.fix, "yes" if row.retry else "no"] for row in REFUSALS)
    return table(["Error", "Description", "Meaning", "Fix", "Retried"], rows)


COMMANDS: Final = {
    "create_app": "automation.settings.options:parser",
    "refresh_sandboxes": "automation.fleet.options:parser",
    "refresh_sandboxes history": "automation.fleet.options:history_parser",
    "doctor": "automation.doctor.__main__:parser",
    "record": "automation.record.__main__:parser",
    "report": "automation.report.__main__:parser",
}
"""Command to the function that makes its parser."""


def flags_table() -> str:
    """Every flag of every command."""
    rows = (
        [f"`{command}`", f"`{_flag(action)}`", (action.help or "") % vars(action)]
        for command, place in COMMANDS.items()
        for action in _parser(place)._actions  # noqa: SLF001  argparse has no public list of its flags
        if action.dest != "help"
    )
    return table(["Command", "Flag", "Meaning"], rows)


def _flag(action: argparse.Action) -> str:
    """As in a usage line: ``-q, --quiet``, ``--slowmo MS``, ``--tracing on|off``."""
    value = "" if action.nargs == 0 else "|".join(action.choices or ()) or action.metavar or action.dest.upper()
    return " ".join(filter(None, [", ".join(action.option_strings), str(value)]))


def scripts_table() -> str:
    """What an installation calls the commands."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    rows = ([f"`python -m {place.partition(':')[0].removesuffix('.__main__')}`", f"`{name}`"] for name, place in scripts.items())
    return table(["Command", "As installed"], rows)


def _parser(place: str) -> argparse.ArgumentParser:
    module, _, name = place.partition(":")
    made: argparse.ArgumentParser = getattr(importlib.import_module(module), name)()
    return made


def questions_table() -> str:
    """What nobody outside an org knows, and what to check."""
    from automation.record.questions import QUESTIONS

    rows = ([one.id, one.text, one.look_at, "yes" if one.answer else ""] for one in QUESTIONS)
    return table(["No.", "Question", "What to check", "In a recording"], rows)


TABLES: Final[dict[str, Callable[[], str]]] = {
    "steps": steps_table,
    "settings": settings_table,
    "codes": codes_table,
    "errors": errors_table,
    "targets": targets_table,
    "refusals": refusals_table,
    "flags": flags_table,
    "scripts": scripts_table,
    "questions": questions_table,
}


def filled(text: str) -> str:
    """``text`` with the part between every pair of markers made again. Raises KeyError for a table that is not known."""
    return _MARKED.sub(lambda found: found.group(1) + TABLES[found.group(2)]() + found.group(3), text)


_LOG = re.compile(r"(<!-- log -->\n).*?(<!-- end log -->)", re.DOTALL)


def with_log(text: str) -> str:
    """``text`` of the README with what people see of a demo run. Raises RuntimeError when the run does not succeed."""
    command = [sys.executable, "-m", "automation.create_app", "--demo"]
    with TemporaryDirectory() as folder:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=_importable())
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    log = f"```\n{changes_only(done.stderr)}\n```\n"
    return _LOG.sub(lambda found: found.group(1) + log + found.group(2), text)


def changes_only(log: str) -> str:
    """The lines of steps that changed something, and how the run ended."""
    return "\n".join(line for line in log.splitlines() if line.startswith(("+", "The app was", "Delivered to")))


def _importable() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def env_example() -> str:
    """The text of ``.env.example``: every setting with its meaning, commented out unless it is required."""
    lines = ["# Copy to .env and fill in. The environment wins over this file, the command line over both."]
    lines += ["# Every secret can also come from a file: NAME_FILE=/path (for example SF_PASSWORD_FILE)."]
    group = ""
    for setting in SETTINGS:
        if setting.group != group:
            group = setting.group
            lines += ["", f"# --- {group} ---"]
        lines.append(f"# {setting.meaning}{' Secret.' if setting.secret else ''}")
        always = setting.required or setting.name in ("SF_LOGIN_URL", "SF_USERNAME", "SF_PASSWORD")
        value = setting.default or setting.example
        lines.append(f"{'' if always else '#'}{setting.name}={_quoted(value)}")
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    return f"'{value}'" if " " in value or "#" in value else value


def documents() -> dict[Path, str]:
    """Every generated file with the text it should have."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return {**{page: filled(page.read_text(encoding="utf-8")) for page in pages}, ROOT / ".env.example": env_example()}


def main(arguments: list[str] | None = None) -> int:
    """The command. Returns 1 when ``--check`` finds drift."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when something has drifted")
    parser.add_argument("--log", action="store_true", help="also write the README's log, from a run on the replica")
    given = parser.parse_args(arguments)
    if given.log:
        readme = ROOT / "README.md"
        readme.write_text(with_log(readme.read_text(encoding="utf-8")), encoding="utf-8")
    check = given.check
    drifted = [path for path, text in documents().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in drifted:
        print(f"{path.name} {'has drifted' if check else 'written'}")
        if not check:
            path.write_text(documents()[path], encoding="utf-8")
    return 1 if check and drifted else 0


if __name__ == "__main__":
    sys.exit(main())
