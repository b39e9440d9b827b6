"""A scrubbed trace holds no secret, and can still be opened."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path

import pytest

from automation.artifacts.trace import scrub_trace
from automation.secrets import Secret

SESSION = "00D5g000004ABCD!AQEAQJx.abcdefghijklmnopqrstuvwx"
NETWORK = json.dumps(
    {
        "request": {
            "url": "https://acme.my.salesforce.com/secur/frontdoor.jsp?otp=one-time",
            "cookies": [{"name": "sid", "value": "plain-session"}],
            "headers": [{"name": "Cookie", "value": 'sid=plain-session; a="b"'}, {"name": "authorization", "value": "Bearer zzz"}],
            "postData": {"text": "message=x&aura.token=abcdefghijkl"},
        }
    }
)


def make_trace(path: Path, text: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("trace.trace", text)
        archive.writestr("trace.network", NETWORK)
        archive.writestr("resources/page.jpeg", b"\xff\xd8picture")
        archive.writestr("resources/font.woff2", b"wOF2\xff\xfe\x00")
    return path


def texts(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return "\n".join(archive.read(name).decode("latin-1") for name in archive.namelist())


def test_cookies_headers_links_and_tokens_are_removed(tmp_path: Path) -> None:
    trace = make_trace(tmp_path / "t.zip", f"saw {SESSION}")
    scrub_trace(trace, trace)
    for secret in ("plain-session", "Bearer zzz", "one-time", "abcdefghijkl", "AQEAQJx"):
        assert secret not in texts(trace)
    json.loads(zipfile.ZipFile(trace).read("trace.network"))
    assert stat.S_IMODE(trace.stat().st_mode) == 0o600


def test_pictures_stay_when_no_page_showed_a_secret(tmp_path: Path) -> None:
    Secret("plain-session")
    trace = make_trace(tmp_path / "t.zip", "nothing here")
    assert scrub_trace(trace, trace) is False
    assert "picture" in texts(trace)
    assert zipfile.ZipFile(trace).read("resources/font.woff2") == b"wOF2\xff\xfe\x00"


@pytest.mark.parametrize("text", ["value hunter2-hunter2", '{"body":"aHVudGVyMi1odW50ZXIy"}'])
def test_pictures_go_when_a_page_showed_a_secret(text: str, tmp_path: Path) -> None:
    Secret("hunter2-hunter2")
    trace = make_trace(tmp_path / "t.zip", text)
    assert scrub_trace(trace, tmp_path / "clean.zip") is True
    assert "picture" not in texts(tmp_path / "clean.zip")
    assert "hunter2" not in texts(tmp_path / "clean.zip")
