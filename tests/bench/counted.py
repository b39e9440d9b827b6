"""``python -m tests.bench.counted FILE MODULE [ARGUMENT...]``: run a command and count its round trips to the browser.

FILE gets JSON: method of Playwright's protocol to number of calls. Left out are messages that nobody waits for, and those that
Playwright's driver answers without the browser. Counts do not depend on how busy the machine is, as times do. (They still move a
little: a wait looks again after a while.)
"""

from __future__ import annotations

import json
import runpy
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from playwright._impl import connection

UNANSWERED = ("__waitInfo__", "addStackToTracingNoReply", "updateSubscription", "dispose")
TRACING = ("Group", "GroupEnd", "Start", "StartChunk", "Started", "StopChunk", "Stop")
BY_DRIVER = (*(f"tracing{end}" for end in TRACING), "traceDiscarded", "zip")


def main() -> None:
    """Count, and end as the command does."""
    file, module, *arguments = sys.argv[1:]
    counts: Counter[str] = Counter()
    send = connection.Connection.send_message_to_server

    def counting(self: Any, target: Any, method: str, params: Any, options: Any) -> Any:
        if method not in (*UNANSWERED, *BY_DRIVER):
            counts[method] += 1
        return send(self, target, method, params, options)

    connection.Connection.send_message_to_server = counting  # type: ignore[method-assign,assignment]
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__")
    finally:
        Path(file).write_text(json.dumps(dict(counts.most_common())), encoding="utf-8")


if __name__ == "__main__":
    main()
