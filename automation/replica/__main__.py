"""Serve the replica for people: ``python -m automation.replica``.

Prints how to open it in a browser, what to log in with, and the settings for the command.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from typing import Any

from automation import replica as package
from automation.replica.handles import OrgHandle, Replica
from automation.replica.variants import BadVariant


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    knobs = dict(_knob(text) for text in options.set)
    with package.start(control_port=options.control_port) as replica:
        try:
            org = replica.new_org(options.my_domain, options.seed, **knobs)
        except BadVariant as wrong:
            sys.stderr.write(f"--set: {wrong}\n")
            return 2
        sys.stdout.write(how_to(replica, org))
        sys.stdout.flush()
        stop.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m automation.replica", description="Serve a replica of a Salesforce org.")
    parser.add_argument("--my-domain", default="acme--dev.sandbox", help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same org (default: %(default)s)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KNOB=VALUE", help="a variant, e.g. look=summer25; repeatable"
    )
    parser.add_argument("--control-port", type=int, default=0, help="fixed port of the control API")
    return parser


def _knob(text: str) -> tuple[str, Any]:
    """``name=value``, the value read as JSON where it is JSON."""
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def how_to(replica: Replica, org: OrgHandle) -> str:
    """The text for a person."""
    settings = "\n".join(f"export {name}={value!r}" for name, value in org.environment().items())
    browser = (
        f"chromium --user-data-dir=$(mktemp -d) --proxy-server={replica.proxy_url} --proxy-bypass-list='<-loopback>' "
        f"--ignore-certificate-errors-spki-list={replica.spki} --no-first-run --disable-quic "
        f"{org.login_url}/lightning/setup/ManageExternalClientApplication/home"
    )
    return (
        f"The replica of {org.my_domain} (org {org.org_id}) is up.\n\n"
        f"Proxy        {replica.proxy_url}\nCA           {replica.ca_file}\n"
        f"Control API  {replica.control_url}/docs\nMailbox      {replica.imap_url}\n"
        f"Codes        curl -s {replica.control_url}/orgs/{org.my_domain}/mail\n\n"
        f"Log in as    {org.admin.username}\nPassword     {org.admin.password}\n\n"
        f"Open it in a browser:\n\n{browser}\n\n"
        f"Or run the tool on it with these settings:\n\n{settings}\n\nStop with Ctrl-C.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
