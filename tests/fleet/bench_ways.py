"""Processes or threads? Memory and throughput of both ways to work on several orgs at once, on the replica.

    python tests/fleet/bench_ways.py [--orgs 4] [--at 1 2 4]

Way "processes": the command as it is, a worker process with a browser of its own per org. Way "threads": one process, one
browser, reached by DevTools from one Playwright per thread, as its sync API belongs to one thread. Memory is the highest sum of
proportional set sizes (PSS) of the program and everything it started, replica aside.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[2])]

from tests.bench.resources import Used, watch  # noqa: E402
from tests.fleet.fleet_double import FleetOnReplica  # noqa: E402

EXTRA = "\n[limits]\nlogins = 8\nemails_per_hour = 1000\n"


def main() -> None:
    """Measure, and print a table of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orgs", type=int, default=4)
    parser.add_argument("--at", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--threads", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.threads:
        _threads(*given.threads.split(":"))
        return
    from automation.replica import start

    print("| at once | way | orgs | seconds | orgs/minute | CPU s per org | peak PSS, MB |", flush=True)
    print("|---|---|---|---|---|---|---|")
    with start() as replica:
        for at_once in given.at:
            for way in ("processes", "threads"):
                folder = Path(tempfile.mkdtemp(prefix="bench-"))
                fleet = FleetOnReplica(replica, folder, f"b{way[0]}{at_once}", extra=EXTRA)
                for number in range(given.orgs):
                    fleet.add(f"s{number}")
                seconds, used = _measured(fleet, way, at_once)
                rate, cpu, peak = given.orgs / seconds * 60, used.cpu / given.orgs, used.peak.whole / 2**20
                print(f"| {at_once} | {way} | {given.orgs} | {seconds:.1f} | {rate:.1f} | {cpu:.1f} | {peak:.0f} |", flush=True)


def _measured(fleet: FleetOnReplica, way: str, at_once: int) -> tuple[float, Used]:
    began = time.monotonic()
    if way == "processes":
        process = fleet.start("--jobs", str(at_once), "-q", "--tracing", "off")
    else:
        command = [sys.executable, __file__, "--threads", f"{fleet.file}:{at_once}"]
        process = subprocess.Popen(command, cwd=fleet.folder, env=fleet.environment(), text=True, stderr=subprocess.PIPE)
    used = watch(process, with_memory=True)
    seconds = time.monotonic() - began
    if process.returncode:
        said = process.stderr.read() if process.stderr else ""
        print(f"{way} at {at_once} ended with {process.returncode}: {said.splitlines()[-1:]}", file=sys.stderr, flush=True)
    return seconds, used


def _threads(orgs_file: str, at_once: str) -> None:
    """The way that was measured and not taken: threads that share one browser."""
    from playwright.sync_api import sync_playwright

    from automation.browser import launch_options
    from automation.browser.find import find_browser
    from automation.browser.trust import trusting
    from automation.fleet.orgs_file import OrgsFile

    fleet = OrgsFile.read(Path(orgs_file))
    settings = fleet.orgs[0].settings()
    with sync_playwright() as playwright, trusting(settings) as trust:
        found = find_browser(settings, Path(playwright.chromium.executable_path), headed=False)
        options = launch_options(settings, found, trust)
        port = _free_port()
        options["args"] = [*options["args"], f"--remote-debugging-port={port}"]
        browser = playwright.chromium.launch(**options)
        with ThreadPoolExecutor(int(at_once)) as pool:
            exit_codes = list(pool.map(lambda org: _one(org, port), fleet.orgs))
        browser.close()
    sys.exit(max(exit_codes))


def _one(org: Any, port: int) -> int:
    import dataclasses

    from automation.report.console import Console
    from automation.run.one_run import OneRun
    from automation.secrets import Secret
    from automation.settings.options import Options

    settings = dataclasses.replace(org.settings(), browser_cdp=Secret(f"http://127.0.0.1:{port}", ""))
    options = Options(tracing="off", verbosity=-1, output=Path("runs") / org.name)
    result = OneRun(settings, org.spec(settings), options, Console(verbosity=-1)).perform()
    if result.error is not None:
        print(json.dumps({"org": org.name, "error": result.error.message}), file=sys.stderr)
    return result.exit_code()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
