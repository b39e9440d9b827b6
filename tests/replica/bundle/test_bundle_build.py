"""The committed bundle is the one its sources make, small, and shipped with its licences."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from automation.replica import build

BUNDLE = build.STATIC / build.DEFAULT_CELL
LABELS = build.HERE / "labels"


def test_the_committed_bundle_matches_its_sources() -> None:
    """Cheap half of the check; `python -m automation.replica.build --check` rebuilds."""
    assert build.stale_sources() == []


def test_a_changed_source_is_named(tmp_path: Path) -> None:
    manifest = json.loads((BUNDLE / "manifest.json").read_text(encoding="utf-8"))
    manifest["sources"]["src/app.js"] = "0" * 64
    for path in BUNDLE.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert build.stale_sources(tmp_path) == ["src/app.js"]


def test_the_bundle_is_small_and_whole() -> None:
    sizes = {path.name: path.stat().st_size for path in BUNDLE.iterdir()}
    assert sum(sizes.values()) < 1_600_000
    assert {"app.js", "app.css", "pages.js", "manifest.json"} <= sizes.keys()


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (build.WEB / "package-lock.json").read_text(encoding="utf-8")


def test_every_licence_that_the_notice_names_is_there() -> None:
    notice = (build.HERE / "NOTICE").read_text(encoding="utf-8")
    named = set(re.findall(r"licenses/([\w.-]+\.txt)", notice))
    assert named == {path.name for path in (build.HERE / "licenses").iterdir()}


@pytest.mark.parametrize("language", ["ja", "es"])
def test_translations_name_known_labels_and_mark_their_guesses(language: str) -> None:
    english = json.loads((LABELS / "en.json").read_text(encoding="utf-8"))
    translated = json.loads((LABELS / f"{language}.json").read_text(encoding="utf-8"))
    guessed = translated.pop("_guessed")
    unknown = [key for key in translated if key not in english and not key.startswith(("scope.", "base."))]
    assert unknown == []
    assert set(guessed) < translated.keys()
