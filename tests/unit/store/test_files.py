"""Files that are there whole or not at all."""

import errno
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from district_reports.errors import StoreError
from district_reports.store import files

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def everything(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    assert files.save_bytes(tmp_path / "a/b/c.txt", b"one")
    assert (tmp_path / "a/b/c.txt").read_bytes() == b"one"
    assert everything(tmp_path) == ["a", "a/b", "a/b/c.txt"]


def test_equal_bytes_are_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "c.txt"
    files.save_bytes(path, b"one")
    before = path.stat()
    assert not files.save_bytes(path, b"one")
    assert path.stat() == before
    assert files.save_bytes(path, b"two")


def test_files_can_be_read_by_others_as_the_mask_allows(tmp_path: Path) -> None:
    files.save_bytes(tmp_path / "c.txt", b"one")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "c.txt").stat().st_mode) == 0o666 & ~mask


def test_json_is_canonical(tmp_path: Path) -> None:
    files.save_json(tmp_path / "a.json", {"b": 1, "a": "ż"})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n "a": "ż",\n "b": 1\n}\n'


def test_nothing_is_none_and_other_trouble_is_an_error(tmp_path: Path) -> None:
    assert files.load_bytes(tmp_path / "a") is None
    assert not files.has_bytes(tmp_path / "a", b"")
    assert not files.has_digest(tmp_path / "a", "x")
    with pytest.raises(StoreError, match=r"expected to be read, got: Is a directory"):
        files.load_bytes(tmp_path)


STEPS = ["_write_flushed", "_flush_folder", "make_folder"]


@pytest.mark.parametrize("step", STEPS)
def test_a_full_disk_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "c.txt"
    files.save_bytes(path, b"old")

    def full(*args: Any) -> None:
        raise FULL

    monkeypatch.setattr(files, step, full)
    with pytest.raises(StoreError, match=r"c\.txt: expected to be written, got: No space left on device") as caught:
        files.save_bytes(path, b"new")
    assert caught.value.path == path
    assert path.read_bytes() == (b"new" if step == "_flush_folder" else b"old")
    assert everything(tmp_path) == ["c.txt"]


def test_a_rename_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.save_bytes(tmp_path / "c.txt", b"old")

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(StoreError, match="Permission denied"):
        files.save_bytes(tmp_path / "c.txt", b"new")
    assert everything(tmp_path) == ["c.txt"]


def test_an_interrupt_leaves_no_stray_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        files.save_bytes(tmp_path / "c.txt", b"new")
    assert everything(tmp_path) == []


def test_a_real_limit_of_size_leaves_nothing_half_written(tmp_path: Path) -> None:
    """The kernel ends the write in the middle, as a full disk does."""
    code = (
        "import resource, sys; from pathlib import Path; from district_reports.store import files\n"
        "from district_reports.errors import StoreError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: files.save_bytes(Path(sys.argv[1]) / 'big', b'x' * 1_000_000)\n"
        "except StoreError as error: sys.exit(7)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, timeout=60)  # noqa: S603
    assert done.returncode == 7
    assert everything(tmp_path) == []
    assert resource.RLIMIT_FSIZE is not None


def test_a_file_where_a_folder_should_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(StoreError):
        files.save_bytes(tmp_path / "a/b.txt", b"x")


def test_a_file_system_that_cannot_flush_folders_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = os.fsync

    def picky(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        original(descriptor)

    monkeypatch.setattr(os, "fsync", picky)
    assert files.save_bytes(tmp_path / "a/c.txt", b"x")


def test_both_file_and_folder_are_flushed_and_the_rename_lies_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    flush, rename = os.fsync, Path.replace

    def noted_flush(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        flush(descriptor)

    def noted_rename(self: Path, target: Path) -> Path:
        steps.append("rename")
        assert self.parent == target.parent
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", noted_flush)
    monkeypatch.setattr(Path, "replace", noted_rename)
    files.save_bytes(tmp_path / "c.txt", b"x")
    assert steps == ["file", "rename", "folder"]


def test_stray_files_are_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in ("a/.x.json.7-8.tmp", "a/b/.y.tmp", "a/kept.tmp", "a/.kept", "kept.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert files.remove_stray_files(tmp_path) == 2
    assert everything(tmp_path) == ["a", "a/.kept", "a/b", "a/kept.tmp", "kept.json"]
