"""Where a run is killed: at the n-th file of a kind, before, inside or after the write that is to be all or nothing."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal, NoReturn

from district_reports.store import files

When = Literal["before", "torn", "unnamed", "after"]


@dataclass(frozen=True)
class Point:
    """A place in a run.

    `before` the file is written; `torn`: half of its bytes are in the temporary file; `unnamed`: all of them are, and
    it has not been renamed; `after` it has its name.
    """

    when: When
    pattern: str
    """Of the path below the data directory; `*` crosses folders."""
    number: int = 1
    """Files that match and are written, this one included."""

    def __str__(self) -> str:
        return f"{self.when} {self.number}. {self.pattern}"


def die() -> NoReturn:
    """End this process as the kernel would: no handler, no flush, no exit."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


class Killer:
    """Replaces the doors through which every file is written, in this process alone, and dies at its point."""

    def __init__(self, root: Path, point: Point) -> None:
        self.root = root
        self.point = point
        self.seen = 0
        self.is_armed = False
        self._save, self._write, self._replace = files.save_bytes, files._write_flushed, Path.replace

    def arm(self) -> None:
        files.save_bytes = self.save_bytes
        files._write_flushed = self.write_flushed
        Path.replace = lambda path, target: self.replace(path, target)  # type: ignore[method-assign, assignment]

    def save_bytes(self, path: Path, data: bytes) -> bool:
        if fnmatch(path.relative_to(self.root).as_posix(), self.point.pattern) and not files.has_bytes(path, data):
            self.seen += 1
            self.is_armed = self.seen == self.point.number
        if self.is_armed and self.point.when == "before":
            die()
        is_written = self._save(path, data)
        if self.is_armed:
            die()
        return is_written

    def write_flushed(self, path: Path, data: bytes) -> None:
        if self.is_armed and self.point.when == "torn":
            self._write(path, data[: len(data) // 2])
            die()
        self._write(path, data)

    def replace(self, path: Path, target: Any) -> Path:
        if self.is_armed and self.point.when == "unnamed":
            die()
        return self._replace(path, target)
