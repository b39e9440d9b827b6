"""``.env`` means what it seems to mean, or is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from automation.errors import SettingsError
from automation.settings.dotenv import read_dotenv


def _read(folder: Path, text: str | bytes) -> dict[str, str]:
    path = folder / ".env"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_dotenv(path)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("SF_PASSWORD=pass#1", "pass#1"),
        ("SF_PASSWORD='pass #1 $HOME ${HOME}'", "pass #1 $HOME ${HOME}"),
        ("export SF_PASSWORD = 'two words'  # quoted, so this is a comment for sure", "two words"),
        ("SF_PASSWORD=two words\r", "two words"),
        ("# SF_PASSWORD=old # gone\nSF_PASSWORD=new", "new"),
        ("SF_PASSWORD= # to be filled in", ""),
    ],
)
def test_a_secret_is_taken_as_written(line: str, value: str, tmp_path: Path) -> None:
    assert _read(tmp_path, f"{line}\n")["SF_PASSWORD"] == value


def test_a_mark_of_the_byte_order_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert _read(tmp_path, b"\xef\xbb\xbfSF_USERNAME=a@b.c\r\n") == {"SF_USERNAME": "a@b.c"}


@pytest.mark.parametrize("line", ["SF_PASSWORD=pass #1", "A=1\n\nSF_PASSWORD=pass  # mine", "export SF_TOTP_SECRET=abc\t#"])
def test_a_secret_that_a_comment_may_cut_off_is_refused_without_its_text(line: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"begins a comment; put the value in single quotes") as caught:
        _read(tmp_path, line)
    assert "pass " not in str(caught.value)


def test_a_comment_behind_what_is_no_secret_is_a_comment(tmp_path: Path) -> None:
    assert _read(tmp_path, "ECA_NAME=Sync # the name\n") == {"ECA_NAME": "Sync"}


@pytest.mark.parametrize("line", ["SF_PASSWORD='sesame", 'ECA_NAME: "Sync"', "SF_LOGIN_URL: https://x"])
def test_a_line_of_ours_that_can_not_be_understood_is_named(line: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=rf"the line of {line[:8]}\w* can't be understood") as caught:
        _read(tmp_path, f"A=1\n{line}\nB=2\n")
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("before", ["set ", "SETX ", "$env:", "$Env:", "$"])
def test_a_line_of_a_windows_shell_is_not_passed_over(before: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the line of SF_TOTP_SECRET can't be understood"):
        _read(tmp_path, f"A=1\n{before}SF_TOTP_SECRET='sesame'\n")


def test_a_strange_line_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    assert _read(tmp_path, "FOO: [bar\nSF_USERNAME=a@b.c\n") == {"SF_USERNAME": "a@b.c"}


@pytest.mark.parametrize(
    "line",
    [
        r'SF_PASSWORD="P@ss\tiny1"',
        r'SF_PASSWORD="C:\back"',
        r'SF_PASSWORD="C:\fine"',
        r'SF_PASSWORD="a\\b"',
        r"SF_PASSWORD='pa\\ss'",
        r"SF_PASSWORD='\\ab'",
        r"SF_PASSWORD='it\'s'",
        r'export SF_IMAP_PASSWORD = "x\ny" # comment',
    ],
)
def test_a_backslash_that_the_reader_changes_is_refused(line: str, tmp_path: Path) -> None:
    """The password would be another one than its author sees, and each run a step to the lock."""
    (tmp_path / ".env").write_text(f"{line}\n")
    with pytest.raises(SettingsError, match="has a backslash inside quotes") as caught:
        read_dotenv(tmp_path / ".env")
    assert "_FILE names" in caught.value.message
    assert "iny1" not in caught.value.message


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (r"SF_PASSWORD=P@ss\tiny1", r"P@ss\tiny1"),
        (r'SF_PASSWORD="dom\user"', r"dom\user"),
        (r"SF_PASSWORD='P@ss\tiny1'", r"P@ss\tiny1"),
        ("SF_PASSWORD='two\nlines'", "two\nlines"),
        (r'ECA_NAME="a\tb"', "a\tb"),
    ],
)
def test_a_backslash_that_stays_is_kept(line: str, value: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"{line}\n")
    assert value in read_dotenv(tmp_path / ".env").values()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_any_line_end_are_no_part_of_a_value(encoding: str, end: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(f"ECA_NAME=Näme{end}SF_PASSWORD='geheim 77'{end}".encode(encoding))
    assert read_dotenv(tmp_path / ".env") == {"ECA_NAME": "Näme", "SF_PASSWORD": "geheim 77"}
