"""Trees of files that are written once: built, flushed, listed by digest, and compared with their listing.

Belongs here: what holds for any such tree. Does not belong here: what is in one (`versions`, `site`).
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from district_reports.errors import StoreError

FILE_MODE: Final = 0o444
"""Readable by any web server; not writable, since one file may stand in several trees."""
FOLDER_MODE: Final = 0o755
WORKERS: Final = 8
"""Threads that flush or hash: a disk flushes many files at once as quickly as one."""
_NO_LINKS: Final = {errno.EPERM, errno.EMLINK, errno.EXDEV, errno.ENOTSUP, errno.ENOSYS}
"""What file systems without hard links answer, and those that allow no more of one file."""


@dataclass(frozen=True)
class Listing:
    """What a tree holds, by path below its root."""

    files: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each."""
    links: Mapping[str, str] = field(default_factory=dict)
    """What each symbolic link says."""

    def encode(self) -> bytes:
        """Return it as canonical JSON, whose SHA-256 names the tree."""
        document = {"files": dict(self.files), "links": dict(self.links)}
        return (json.dumps(document, ensure_ascii=False, indent=0, sort_keys=True) + "\n").encode()

    @classmethod
    def decode(cls, data: bytes) -> Listing:
        """Return what `encode` wrote."""
        document = json.loads(data)
        return cls(dict(document["files"]), dict(document["links"]))


class Hasher:
    """Digests of files; one that stands in several trees is read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], str] = {}

    def digest(self, path: Path) -> str:
        """Return the SHA-256 of a regular file.

        Raises:
            StoreError: If it cannot be read.
        """
        with translated(path, "read"):
            about = path.lstat()
            # With size and time, since the number of a file that is gone is given to another.
            key = (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns)
            found = self._known.get(key)
            if found is None:
                with path.open("rb") as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()
                self._known[key] = found
            return found


def list_tree(root: Path, hasher: Hasher) -> Listing:
    """Return what a tree holds; a thing that is neither file, folder nor link counts as a link that says so.

    Raises:
        StoreError: If it cannot be read.
    """
    found, links = [], {}
    with translated(root, "read"):
        for path, entry in _walk(root):
            if entry.is_symlink():
                links[path] = str((root / path).readlink())
            elif entry.is_file(follow_symlinks=False):
                found.append(path)
            else:
                links[path] = "no file"
    with ThreadPoolExecutor(WORKERS) as pool:
        digests = list(pool.map(lambda path: hasher.digest(root / path), found))
    return Listing(dict(zip(found, digests, strict=True)), links)


def find_differences(expected: Listing, found: Listing) -> list[str]:
    """Return what is not as listed, each path with what happened to it, in order."""
    before = {**expected.files, **{path: f"-> {target}" for path, target in expected.links.items()}}
    now = {**found.files, **{path: f"-> {target}" for path, target in found.links.items()}}
    problems = [(path, "removed") for path in before.keys() - now.keys()]
    problems += [(path, "added") for path in now.keys() - before.keys()]
    problems += [(path, "changed") for path in before.keys() & now.keys() if before[path] != now[path]]
    return [f"{path}: {what}" for path, what in sorted(problems)]


def write_file(path: Path, data: bytes) -> None:
    """Write a new file and the folders above it; `flush_tree` makes it last.

    Raises:
        StoreError: If the disk is full or the place cannot be written.
    """
    with translated(path, "written"):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE)
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(data)
            # Whatever the mask of the process says.
            os.fchmod(descriptor, FILE_MODE)


def link_file(source: Path, target: Path) -> None:
    """Give a file a second name; where the file system cannot, copy it.

    Raises:
        StoreError: If the disk is full or the place cannot be written.
    """
    with translated(target, "written"):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            write_file(target, source.read_bytes())


def link_name(path: Path, target: str) -> None:
    """Make a symbolic link.

    Raises:
        StoreError: If it cannot be made.
    """
    with translated(path, "written"):
        path.symlink_to(target)


def flush_tree(root: Path) -> None:
    """Flush all files and names of a tree to the disk, and open its folders to any reader.

    Raises:
        StoreError: If the disk is full or fails.
    """
    with translated(root, "flushed"):
        entries = [entry for _, entry in _walk(root, with_folders=True)]
        files = [entry.path for entry in entries if entry.is_file(follow_symlinks=False)]
        folders = [str(root), *(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))]
        for folder in folders:
            os.chmod(folder, FOLDER_MODE)  # noqa: PTH101 - plain names from the walk
        with ThreadPoolExecutor(WORKERS) as pool:
            for _ in pool.map(flush, [*files, *folders]):
                pass


def flush(path: str | Path) -> None:
    """Flush a file, or the names in a folder; file systems that cannot flush a folder say so with EINVAL."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, each flushed.

    Raises:
        StoreError: If it cannot be made.
    """
    with translated(path, "made"):
        if not path.is_dir():
            make_folder(path.parent)
            path.mkdir(exist_ok=True)
            flush(path.parent)


def open_folder(path: Path) -> None:
    """Let any reader into a folder, whatever the mask of the process was when it was made.

    Raises:
        StoreError: If it cannot be done.
    """
    with translated(path, "opened to readers"):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & FOLDER_MODE != FOLDER_MODE:
            path.chmod(mode | FOLDER_MODE)


def rename(old: Path, new: Path) -> None:
    """Rename in one step, and flush the names.

    Raises:
        StoreError: If it cannot be done.
    """
    with translated(new, "written"):
        os.replace(old, new)  # noqa: PTH105 - a link is replaced by a link
        flush(new.parent)


def remove_tree(path: Path) -> None:
    """Remove a tree, a file or a link, if it is there.

    Raises:
        StoreError: If it cannot be removed.
    """
    with translated(path, "removed"):
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.exists():
            shutil.rmtree(path)


def list_names(folder: Path) -> tuple[str, ...]:
    """Return the names in a folder, in order; of none where there is no folder.

    Raises:
        StoreError: If it cannot be read.
    """
    with translated(folder, "read"):
        try:
            return tuple(sorted(os.listdir(folder)))  # noqa: PTH208 - names are wanted, not paths
        except FileNotFoundError:
            return ()


def _walk(root: Path, *, with_folders: bool = False) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Give all entries of a tree with their paths below it; symbolic links are not followed."""
    waiting = [(str(root), "")]
    while waiting:
        folder, above = waiting.pop()
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, f"{above}{entry.name}/"))
                    if with_folders:
                        yield f"{above}{entry.name}", entry
                else:
                    yield f"{above}{entry.name}", entry


@contextmanager
def translated(path: Path, done: str) -> Iterator[None]:
    """Turn errors of the disk into ours.

    Raises:
        StoreError: If the block meets one.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(f"{path}: expected to be {done}, got: {reason}", path=path) from error
