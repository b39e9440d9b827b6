"""Writers of one file that are killed, and two that write at the same moment: ``python -m tests.attacks.killed KIND FOLDER N``.

Prints as JSON how often the file then held one whole pair, and what was left beside it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from functools import partial
from pathlib import Path

from automation.delivery import deliver, parse_target, same_pair
from automation.errors import RunbookError
from automation.secrets import Secret
from tests.org_api.org_double import pair

PAIRS = tuple(pair(client_id=Secret(f"key-{one}" * 9), client_secret=Secret(f"secret-{one}" * 9)) for one in "ab")


def _started(work: object) -> int:
    number = os.fork()
    if number == 0:
        try:
            work()  # type: ignore[operator]
        finally:
            os._exit(0)
    return number


def killed(kind: str, folder: Path, times: int) -> tuple[int, int]:
    """Kill a writer at a random moment, again and again."""
    target = parse_target(f"{kind}:{folder}/file")
    target.write(PAIRS[0])
    chance, whole = random.Random(1), 0  # noqa: S311 - the same moments each time

    def write() -> None:
        while True:
            for one in PAIRS:
                target.write(one)

    for _ in range(times):
        writer = _started(write)
        time.sleep(chance.uniform(0.001, 0.02))
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        found = target.read()
        whole += any(same_pair(found, one) for one in PAIRS)
    target.write(PAIRS[1])
    return whole, len(list(folder.iterdir())) - 1


def together(kind: str, folder: Path, times: int) -> tuple[int, int]:
    """Two that deliver the pairs of two apps to one place: at most one may say that it did."""
    one_says = 0
    for number in range(times):
        place = folder / f"{number}"
        said = [folder / f"{number}-{app}" for app in "ab"]
        writers = [_started(partial(_deliver, kind, place, app, says)) for app, says in zip("ab", said, strict=True)]
        for writer in writers:
            os.waitpid(writer, 0)
        one_says += [says.exists() for says in said].count(True) == 1
    return one_says, 0


def _deliver(kind: str, place: Path, app: str, says: Path) -> None:
    one = pair(app=f"App_{app}", client_id=Secret(f"key-{app}" * 9))
    try:
        deliver([parse_target(f"{kind}:{place}")], one)
    except RunbookError:
        return
    says.touch()


if __name__ == "__main__":
    what, kind, where, times = sys.argv[1:]
    print(json.dumps({"killed": killed, "together": together}[what](kind, Path(where), int(times))))
