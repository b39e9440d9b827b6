"""A file that is there belongs to its user: owner, rights and links stay, and what is no file is refused."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from automation.delivery import files, parse_target
from automation.errors import DeliveryFailed
from automation.secrets.credentials import Credentials
from automation.secrets.files import state_folder

OTHER = 1000
"""Number of a user and a group that are not ours."""
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")


def facts(path: Path) -> tuple[int, int, int]:
    """Owner, group and permission bits."""
    found = path.stat()
    return found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)


@as_root
@pytest.mark.parametrize("kind", ["dotenv", "json"])
def test_owner_group_and_mode_stay(tmp_path: Path, pair: Credentials, kind: str) -> None:
    """The service that reads the file as its owner, or by its group, can do so afterwards."""
    path = tmp_path / "service.env"
    parse_target(f"{kind}:{path}").write(pair)
    path.chmod(0o640)
    os.chown(path, OTHER, OTHER)
    parse_target(f"{kind}:{path}").write(pair)
    assert facts(path) == (OTHER, OTHER, 0o640)


@pytest.mark.parametrize(("before", "after"), [(0o644, 0o600), (0o666, 0o600), (0o640, 0o640), (0o660, 0o660), (0o600, 0o600)])
def test_only_everybodys_rights_are_taken_away(tmp_path: Path, pair: Credentials, before: int, after: int) -> None:
    """Who lets a group read the file meant it; who lets everybody read it did not mean a secret to be in it."""
    path = tmp_path / ".env"
    path.write_text("A=1\n")
    path.chmod(before)
    parse_target(f"dotenv:{path}").write(pair)
    assert facts(path)[2] == after


def test_hard_links_stay(tmp_path: Path, pair: Credentials) -> None:
    """Both names show the new text, written in place; the copy that guards it is gone again."""
    path, other = tmp_path / ".env", tmp_path / "other.env"
    path.write_text("A=1\n" * 200)
    other.hardlink_to(path)
    parse_target(f"dotenv:{path}").write(pair)
    assert path.samefile(other)
    assert other.read_text().startswith("A=1\n" * 200 + "# External Client App")
    assert list((state_folder() / "rewriting").iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="no extended attributes on this system")
def test_extended_attributes_stay(tmp_path: Path, pair: Credentials) -> None:
    """As far as the file system has them."""
    path = tmp_path / ".env"
    path.write_text("A=1\n")
    try:
        os.setxattr(path, "user.note", b"mine")
    except OSError:
        pytest.skip("no extended attributes on this file system")
    parse_target(f"dotenv:{path}").write(pair)
    assert os.getxattr(path, "user.note") == b"mine"


@pytest.mark.parametrize("trouble", [errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EROFS])
def test_a_file_that_can_not_be_replaced_is_written_in_place(
    tmp_path: Path, pair: Credentials, monkeypatch: pytest.MonkeyPatch, trouble: int
) -> None:
    """Such as one that is mounted alone into a container, or in a folder that is not ours."""
    path = tmp_path / ".env"
    path.write_text("A=1\n")
    before, replace = path.stat().st_ino, Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target == path:
            raise OSError(trouble, os.strerror(trouble))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    target = parse_target(f"dotenv:{path}")
    target.write(pair)
    assert (path.stat().st_ino, target.read()) == (before, pair)
    assert path.read_text().startswith("A=1\n")
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == [".env"]


def test_a_full_disk_in_the_middle_leaves_the_old_text(tmp_path: Path, pair: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the file is written in place."""
    path = linked(tmp_path, "A=1\n")
    overwrite = files._overwrite

    def full(real: Path, data: bytes) -> None:
        if b"External" in data:
            real.write_bytes(data[:20])
            raise OSError(errno.ENOSPC, "No space left on device")
        overwrite(real, data)

    monkeypatch.setattr(files, "_overwrite", full)
    with pytest.raises(DeliveryFailed, match="No space left on device"):
        parse_target(f"dotenv:{path}").write(pair)
    assert path.read_text() == "A=1\n"


def test_a_kill_in_the_middle_is_made_good_when_the_file_is_read_next(
    tmp_path: Path, pair: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole new text was kept aside first, so no line of the user's is lost."""
    path = linked(tmp_path, "A=1\n" * 50)

    def killed(real: Path, data: bytes) -> None:
        real.write_bytes(data[:20])
        raise KeyboardInterrupt

    with monkeypatch.context() as cut_off:
        cut_off.setattr(files, "_overwrite", killed)
        with pytest.raises(KeyboardInterrupt):
            files.write_text(path, "A=1\n" * 50 + "B=2\n")
    assert len(path.read_text()) == 20
    assert files.read_text(path) == "A=1\n" * 50 + "B=2\n"
    assert path.read_text().endswith("B=2\n")


def linked(folder: Path, text: str) -> Path:
    """A file with a second name, which is written in place."""
    path = folder / ".env"
    path.write_text(text)
    (folder / "second").hardlink_to(path)
    return path


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/null")


@pytest.mark.parametrize("kind", ["dotenv", "json"])
@pytest.mark.parametrize("make", [folder, pipe, device])
def test_what_is_no_file_is_neither_read_nor_replaced(
    tmp_path: Path, pair: Credentials, kind: str, make: Callable[[Path], None]
) -> None:
    """A pipe does not hang, and /dev/null stays a device also for root."""
    path = tmp_path / "place"
    make(path)
    before = stat.S_IFMT(path.stat().st_mode)
    target = parse_target(f"{kind}:{path}")
    for act in (target.read, lambda: target.write(pair), lambda: files.write_text(path, "x")):
        with pytest.raises(DeliveryFailed, match=r"can't be read: (Is a directory|Not a regular file)") as caught:
            act()
        assert "Name a file" in caught.value.next
    assert stat.S_IFMT(path.stat().st_mode) == before


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """It is something else."""
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(files.LARGEST + 1)
    with pytest.raises(DeliveryFailed, match="larger than 1 MB"):
        parse_target(f"dotenv:{path}").read()


def test_a_byte_order_mark_stays(tmp_path: Path, pair: Credentials) -> None:
    """As Windows editors put it; the first name counts all the same, and a JSON pair is read behind it."""
    path = tmp_path / ".env"
    path.write_text("\ufeffSALESFORCE_ORG_ID=\nA=1\n", encoding="utf-8")
    target = parse_target(f"dotenv:{path}")
    target.write(pair)
    assert path.read_text(encoding="utf-8").startswith("\ufeff# External")
    assert path.read_text(encoding="utf-8").count("SALESFORCE_ORG_ID") == 1
    assert target.read() == pair
    parse_target(f"json:{tmp_path}/pair.json").write(pair)
    (tmp_path / "pair.json").write_text("\ufeff" + (tmp_path / "pair.json").read_text(), encoding="utf-8")
    assert parse_target(f"json:{tmp_path}/pair.json").read() == pair
