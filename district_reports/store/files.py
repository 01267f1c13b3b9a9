"""Files that are either there whole or not at all.

A file is written beside its place under a name that begins with a dot and ends with `.tmp`, flushed to the disk,
and renamed; then the folder is flushed. So a run that is killed leaves the old file, or the new one, and at most
a stray temporary file, which the next run that takes the lock removes.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from district_reports.errors import StoreError

STRAY = ".*.tmp"


def save_bytes(path: Path, data: bytes) -> bool:
    """Write a file whole, unless it holds these bytes already, and return whether it was written.

    Raises:
        StoreError: If the disk is full or the place cannot be written; the old file is then untouched.
    """
    if has_bytes(path, data):
        return False
    with _translated(path, "written"):
        make_folder(path.parent)
        temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
        try:
            _write_flushed(temporary, data)
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        _flush_folder(path.parent)
    return True


def save_json(path: Path, document: Any) -> bool:
    """Write a document as canonical JSON; see `save_bytes`."""
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return save_bytes(path, text.encode())


def load_bytes(path: Path) -> bytes | None:
    """Return the bytes of a file, or None if there is none.

    Raises:
        StoreError: If it is there and cannot be read.
    """
    with _translated(path, "read"):
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None


def has_bytes(path: Path, data: bytes) -> bool:
    """Return whether a file is there and holds exactly these bytes."""
    with _translated(path, "read"):
        try:
            return path.stat().st_size == len(data) and path.read_bytes() == data
        except FileNotFoundError:
            return False


def has_digest(path: Path, sha256: str) -> bool:
    """Return whether a file is there and its SHA-256 is this one."""
    data = load_bytes(path)
    return data is not None and digest(data) == sha256


def digest(data: bytes) -> str:
    """Return the SHA-256 as hexadecimal text."""
    return hashlib.sha256(data).hexdigest()


def make_folder(path: Path) -> None:
    """Make a folder and those above it, each flushed to the disk.

    Raises:
        StoreError: If it cannot be made.
    """
    with _translated(path, "made"):
        if path.is_dir():
            return
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        _flush_folder(path.parent)


def remove_stray_files(folder: Path) -> int:
    """Remove what killed runs left half-written and return how many files that were.

    To be called under the lock alone: the files of a run that is alive look the same.
    """
    removed = 0
    with _translated(folder, "cleaned"):
        for path in sorted(folder.rglob(STRAY)):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _write_flushed(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(path: Path) -> None:
    """Flush the names in a folder; file systems that cannot flush one say so with EINVAL."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


@contextmanager
def _translated(path: Path, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(f"{path}: expected to be {done}, got: {reason}", path=path) from error
