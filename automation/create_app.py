"""``python -m automation.create_app``: the whole procedure on one org.

Heavy imports (browser, HTTP, rich) are inside functions: ``--help`` has to be there at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from automation.run.entry import parse_org_command, run_on_org


def main(arguments: Sequence[str] | None = None) -> int:
    command = parse_org_command(sys.argv[1:] if arguments is None else arguments)
    if not command.list_steps:
        return run_on_org(command)
    from flows.procedure import steps_as_text

    print(steps_as_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
