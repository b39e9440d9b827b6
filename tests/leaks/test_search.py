"""The search itself finds what it is for."""

from __future__ import annotations

import base64
import gzip
import html
import json
import urllib.parse
import zipfile
from pathlib import Path

import pytest

from tests.leaks.search import files, leaks

SECRET = 'p<ss "wörd"/+=1'
HIDDEN = {
    "plain": SECRET,
    "JSON": json.dumps({"typed": SECRET}),
    "JSON in JSON": json.dumps(json.dumps({"typed": SECRET})),
    "HTML": f"<b>{html.escape(SECRET)}</b>",
    "a query": "?pw=" + urllib.parse.quote_plus(SECRET),
    "hexadecimal": SECRET.encode().hex(),
    **{f"base64, {len(lead)} before": base64.b64encode(f"{lead}{SECRET} and more".encode()).decode() for lead in ("", "a", "ab")},
}


@pytest.mark.parametrize("how", HIDDEN)
def test_a_secret_is_found_in_every_encoding(how: str) -> None:
    assert leaks({"here": f"before {HIDDEN[how]} after".encode()}, {SECRET: "password"}) != []


def test_a_secret_is_found_inside_archives_and_names(tmp_path: Path) -> None:
    """Zip in zip, gzip, and the name of a file."""
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep.txt", SECRET * 3)
    with zipfile.ZipFile(tmp_path / "trace.zip", "w") as archive:
        archive.write(inner, "inner.zip")
    inner.unlink()
    (tmp_path / "page.gz").write_bytes(gzip.compress(SECRET.encode() * 9))
    (tmp_path / "123456").touch()
    found = leaks(files(tmp_path), {SECRET: "password", "123456": "code"})
    assert {line.split(":")[0] for line in found} == {"trace.zip!inner.zip!deep.txt", "page.gz (unpacked)", "123456"}


def test_a_code_is_not_found_in_a_longer_number() -> None:
    assert leaks({"times": b"at 1123456 and 12345678 and x123456"}, {"123456": "code"}) == []
