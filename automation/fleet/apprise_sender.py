"""One notification by Apprise, in a process of its own: ``python -m automation.fleet.apprise_sender``.

Started by `notify`, which ends it when its time is up. The URL, a secret, comes on standard input, together with the texts; nothing
is printed, as Apprise's own log names URLs. No redirect is followed. The exit code says whether it was sent.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Send what standard input says. Answers the exit code: 0 sent, 1 refused or not reached, 2 no URL that Apprise knows."""
    given = json.load(sys.stdin)
    logging.disable(logging.CRITICAL)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as bundle:
        if "ca_file" in given:
            _trust(given["ca_file"], Path(bundle.name))
        return send(given["url"], given["title"], given["body"])


def send(url: str, title: str, body: str) -> int:
    """Send it; the exit code. ``body`` is plain text, in which Apprise makes harmless what a service would act on."""
    import apprise

    service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="External Client Apps", http_redirects=False))
    if not service.add(url):
        return 2
    return 0 if service.notify(body, title, body_format=apprise.NotifyFormat.TEXT) else 1


def _trust(ca_file: str, bundle: Path) -> None:
    """Trust ``ca_file`` besides the usual certificates, over HTTP and in TLS to email servers alike."""
    import certifi

    bundle.write_text(Path(certifi.where()).read_text() + Path(ca_file).read_text())
    os.environ["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"] = str(bundle)


if __name__ == "__main__":
    sys.exit(main())
