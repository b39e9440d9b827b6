"""``dotenv:PATH``: four names, everything else untouched, 0600, all or nothing."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from automation.delivery import parse_target, same_pair
from automation.delivery.dotenv_file import with_values
from automation.errors import DeliveryFailed
from automation.secrets import Secret
from automation.secrets.credentials import Credentials

MARK = "# External Client App Service_Board of acme--dev.sandbox.my.salesforce.com, read 2026-11-24T10:00:00+00:00"


def mode(path: Path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_holds_the_four_names(tmp_path: Path, pair: Credentials) -> None:
    """Under a comment that says whose pair it is."""
    path = tmp_path / "credentials" / "acme.env"
    parse_target(f"dotenv:{path}").write(pair)
    assert path.read_text().splitlines() == [
        MARK,
        "SALESFORCE_CLIENT_ID=3MVG9.the.consumer.key_1",
        "SALESFORCE_CLIENT_SECRET=CONSUMERSECRET0123456789ABCDEF",
        "SALESFORCE_TOKEN_URL=https://acme--dev.sandbox.my.salesforce.com/services/oauth2/token",
        "SALESFORCE_ORG_ID=00DWs000000AbCdMAK",
    ]


def test_only_the_owner_may_read_it(tmp_path: Path, pair: Credentials) -> None:
    """0600 in new folders of 0700, whatever the umask; an old file is narrowed, an old folder left alone."""
    (tmp_path / "mine").mkdir(mode=0o755)
    old = tmp_path / "mine" / "old.env"
    old.write_text("A=1\n")
    old.chmod(0o644)
    before = os.umask(0)
    try:
        parse_target(f"dotenv:{old}").write(pair)
        parse_target(f"dotenv:{tmp_path}/a/b/new.env").write(pair)
    finally:
        os.umask(before)
    assert [mode(old), mode(tmp_path / "a/b/new.env")] == [0o600, 0o600]
    assert [mode(tmp_path / "a"), mode(tmp_path / "a/b"), mode(tmp_path / "mine")] == [0o700, 0o700, 0o755]


def test_other_lines_and_comments_stay(tmp_path: Path, pair: Credentials) -> None:
    """In their order, with their quotes, blank lines and mistakes; our names keep their place and their ``export``."""
    path = tmp_path / ".env"
    path.write_text(
        "# my settings\n\nDATABASE='a b'  # keep\nthis line is no setting\n\n"
        "  export SALESFORCE_CLIENT_ID=old # note\nOTHER=\"x\"\nSALESFORCE_CLIENT_SECRET='older'\n"
        "SALESFORCE_CLIENT_ID=twice\nLAST=1"
    )
    parse_target(f"dotenv:{path}?replace=yes").write(pair)
    assert path.read_text().splitlines() == [
        "# my settings",
        "",
        "DATABASE='a b'  # keep",
        "this line is no setting",
        "",
        MARK,
        "export SALESFORCE_CLIENT_ID=3MVG9.the.consumer.key_1",
        'OTHER="x"',
        "SALESFORCE_CLIENT_SECRET=CONSUMERSECRET0123456789ABCDEF",
        "LAST=1",
        "SALESFORCE_TOKEN_URL=https://acme--dev.sandbox.my.salesforce.com/services/oauth2/token",
        "SALESFORCE_ORG_ID=00DWs000000AbCdMAK",
    ]


def test_writing_again_changes_nothing_else(tmp_path: Path, pair: Credentials) -> None:
    """No line grows or multiplies, run after run."""
    path = tmp_path / ".env"
    path.write_text("A=1\n\n# end\n")
    target = parse_target(f"dotenv:{path}")
    target.write(pair)
    once = path.read_text()
    target.write(pair)
    assert path.read_text() == once


def test_windows_line_ends_stay(tmp_path: Path, pair: Credentials) -> None:
    """New lines end as the others do."""
    path = tmp_path / ".env"
    path.write_bytes(b"A=1\r\n\r\nB=2\r\n")
    target = parse_target(f"dotenv:{path}")
    target.write(pair)
    target.write(pair)
    assert path.read_bytes().startswith(b"A=1\r\n\r\nB=2\r\n# External")
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n") == 8
    assert same_pair(target.read(), pair)


def test_what_was_written_is_read_back_whole(tmp_path: Path, pair: Credentials) -> None:
    """With host, app, org and time."""
    target = parse_target(f"dotenv:{tmp_path}/.env")
    target.write(pair)
    assert target.read() == pair


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A=1\n",
        "SALESFORCE_CLIENT_ID=x\nSALESFORCE_CLIENT_SECRET=\nSALESFORCE_TOKEN_URL=https://a\n",
        "SALESFORCE_CLIENT_ID=x\nSALESFORCE_CLIENT_SECRET=y\n",
    ],
)
def test_half_a_pair_is_no_pair(tmp_path: Path, text: str) -> None:
    """Only key, secret and token URL together are read."""
    (tmp_path / ".env").write_text(text)
    assert parse_target(f"dotenv:{tmp_path}/.env").read() is None


def test_a_pair_that_a_person_wrote_has_no_app(tmp_path: Path) -> None:
    """Without our comment the file does not say whose it is; the host follows from the token URL."""
    (tmp_path / ".env").write_text(
        "SALESFORCE_CLIENT_ID=kkkkk\nSALESFORCE_CLIENT_SECRET=sssss\n"
        "SALESFORCE_TOKEN_URL=https://acme.my.salesforce.com/services/oauth2/token\n"
    )
    held = parse_target(f"dotenv:{tmp_path}/.env").read()
    assert held is not None
    assert (held.host, held.app, held.org_id) == ("acme.my.salesforce.com", "", None)


def test_a_comment_of_another_host_is_not_believed(tmp_path: Path, pair: Credentials) -> None:
    """Somebody edited the token URL and forgot the comment."""
    target = parse_target(f"dotenv:{tmp_path}/.env")
    target.write(pair)
    text = (tmp_path / ".env").read_text().replace("=https://acme--dev.sandbox", "=https://acme--uat.sandbox")
    (tmp_path / ".env").write_text(text)
    held = target.read()
    assert held is not None
    assert (held.host, held.app) == ("acme--uat.sandbox.my.salesforce.com", "")


def test_a_crash_before_the_end_leaves_the_old_file(tmp_path: Path, pair: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full, the machine stops: the old text is whole and no half one is left."""
    path = tmp_path / ".env"
    path.write_text("A=1\n")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DeliveryFailed, match="No space left on device"):
        parse_target(f"dotenv:{path}").write(pair)
    assert path.read_text() == "A=1\n"
    assert [one.name for one in tmp_path.iterdir()] == [".env"]


def test_a_link_stays_a_link(tmp_path: Path, pair: Credentials) -> None:
    """A file that is linked into several projects is changed where it is."""
    real, link = tmp_path / "real.env", tmp_path / "link.env"
    real.write_text("A=1\n")
    link.symlink_to(real)
    parse_target(f"dotenv:{link}").write(pair)
    assert link.is_symlink()
    assert real.read_text().startswith("A=1\n# External Client App")


def test_a_file_that_is_no_text_is_left_alone(tmp_path: Path, pair: Credentials) -> None:
    """It is somebody's, and not ours to replace."""
    path = tmp_path / ".env"
    path.write_bytes(b"\xff\xfe\x00binary")
    with pytest.raises(DeliveryFailed, match="no UTF-8 text"):
        parse_target(f"dotenv:{path}").write(pair)
    assert path.read_bytes() == b"\xff\xfe\x00binary"


def test_a_folder_in_the_way_is_reported(tmp_path: Path, pair: Credentials) -> None:
    """By name and reason."""
    with pytest.raises(DeliveryFailed, match="can't be read: Is a directory"):
        parse_target(f"dotenv:{tmp_path}").write(pair)


def test_a_home_folder_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pair: Credentials) -> None:
    """``~`` is the user's."""
    monkeypatch.setenv("HOME", str(tmp_path))
    parse_target("dotenv:~/x.env").write(pair)
    assert (tmp_path / "x.env").exists()


VALUES = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40)


@given(secret=VALUES.filter(lambda text: text.strip() == text))
def test_any_value_reads_back(secret: str) -> None:
    """Quotes, backslashes, hashes, dollar signs, other scripts: python-dotenv reads what was meant."""
    import io

    text = with_values("A=1\n", {"SALESFORCE_CLIENT_SECRET": secret}, MARK)
    values = dotenv_values(stream=io.StringIO(text), interpolate=False)
    assert (values["SALESFORCE_CLIENT_SECRET"] or "") == secret


def test_a_line_break_can_not_be_written(tmp_path: Path, make_pair: object) -> None:
    """It could begin a setting of its own."""
    with pytest.raises(DeliveryFailed, match="line break"):
        with_values("", {"SALESFORCE_CLIENT_SECRET": "a\nEVIL=1"}, MARK)


def test_the_name_has_no_secret(tmp_path: Path, pair: Credentials) -> None:
    """It goes into reports."""
    target = parse_target(f"dotenv:{tmp_path}/.env")
    assert target.name == f"dotenv:{tmp_path}/.env"
    assert Secret("x") is not None
