"""Files as people's tools write them: read, or refused in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.errors import SettingsError
from automation.fleet.orgs_file import OrgsFile
from automation.secrets.files import state_folder
from automation.secrets.text_files import read_toml
from automation.settings.app_spec import AppFile
from flows.pages.labels import keys_in

READERS = {"app": AppFile.read, "orgs": OrgsFile.read, "label": keys_in}
"""All that read TOML of the user's."""


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a" * 2**21, "is larger than 1 MB"),
        (b"name = 'x\xe9'", "is no text in UTF-8"),
        (b"name = ", "is no TOML"),
        (b"name = " + b"[" * 5000, "is nested too deeply"),
        (b"name = " + b"9" * 5000, "holds a number that is too long"),
        (b"<html>", "is no TOML"),
    ],
    ids=["huge", "latin-1", "cut off", "deep", "long number", "html"],
)
def test_what_is_no_toml_is_a_wrong_setting(read: Callable[[Path], object], data: bytes, words: str, tmp_path: Path) -> None:
    """For app, orgs and label files alike, with the file's name."""
    (tmp_path / "x.toml").write_bytes(data)
    with pytest.raises(SettingsError, match=words) as caught:
        read(tmp_path / "x.toml")
    assert "x.toml" in caught.value.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_does_no_harm(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes('name = "Näme"\r\n'.encode(encoding))
    assert AppFile.read(tmp_path / "x.toml").settings == {"ECA_NAME": "Näme"}


@pytest.mark.parametrize(
    "text", ["logins = inf", "logins = nan", "deadline = inf", "deadline = -inf", "checks = 1e300", "checks = true"]
)
def test_a_limit_is_a_number_that_means_something(text: str, tmp_path: Path) -> None:
    (tmp_path / "orgs.toml").write_text(f"[limits]\n{text}\n")
    with pytest.raises(SettingsError, match=r"\[limits\] \w+: must be a number from 1 to"):
        OrgsFile.read(tmp_path / "orgs.toml")


@settings(max_examples=100)
@given(
    st.one_of(st.binary(max_size=40), st.text(alphabet=st.sampled_from("a=[]{}\"'.,#-:0129TZe\\u\n "), max_size=30).map(str.encode))
)
def test_no_bytes_of_a_file_raise_anything_else(data: bytes) -> None:
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        try:
            read_toml(Path(file.name), "app file")
        except SettingsError as error:
            _has_cause_and_fix(error)


def _has_cause_and_fix(error: SettingsError) -> None:
    assert error.message.startswith("The app file")
    assert error.next


@pytest.mark.parametrize("home", ["/proc", None])
def test_a_home_that_can_not_be_written_is_a_wrong_setting(home: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of system users and in containers; the advice names what to set."""
    monkeypatch.delenv("XDG_STATE_HOME")
    if home is None:
        import pwd

        monkeypatch.delenv("HOME")
        monkeypatch.setattr(pwd, "getpwuid", lambda _: (_ for _ in ()).throw(KeyError("no entry")))
    else:
        monkeypatch.setenv("HOME", home)
    with pytest.raises(SettingsError, match="locks and pending deliveries") as caught:
        state_folder()
    assert "XDG_STATE_HOME" in caught.value.next
    assert caught.value.exit_code == 78
