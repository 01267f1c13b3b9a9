"""Where a publication is killed: before its n-th touch of the disk or the log, of a kind and at a place."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from tests.kills.points import die

TOUCHES = {
    "os.rename": "rename",
    "os.link": "link",
    "os.symlink": "symlink",
    "os.mkdir": "mkdir",
    "os.remove": "remove",
    "os.rmdir": "rmdir",
    "os.chmod": "chmod",
}
"""What Python tells of before it happens, and what it is called here."""


@dataclass(frozen=True)
class Touch:
    """A touch of the disk or the log.

    `write` a new file is opened; `wrote`: half of its bytes are there; `fsync`: it is flushed; `begin`, `commit`: of a
    transaction; the others: a call of that name, at the place it makes.
    """

    kind: str
    pattern: str = "*"
    """Of the path below the data directory; `*` crosses folders."""
    number: int = 1

    def __str__(self) -> str:
        return f"{self.number}. {self.kind} {self.pattern}"


class Watch:
    """Counts the touches of this process, and dies before one of them."""

    def __init__(self, root: Path, point: Touch | None) -> None:
        self.root = str(root) + "/"
        self.point = point
        self.seen = 0
        self.is_on = True

    def start(self) -> None:
        sys.addaudithook(self._audit)
        event.listen(Engine, "begin", lambda connection: self.touch("begin", self.root + "records"))
        event.listen(Engine, "commit", lambda connection: self.touch("commit", self.root + "records"))
        fsync = os.fsync

        def watched(descriptor: int) -> None:
            self.touch("fsync", str(Path(f"/proc/self/fd/{descriptor}").readlink()))
            fsync(descriptor)

        os.fsync = watched  # type: ignore[assignment]

    def _audit(self, name: str, arguments: tuple[Any, ...]) -> None:
        if name == "open":
            path, _, flags = arguments
            if isinstance(path, str) and isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR):
                self.touch("write", path)
        elif name in TOUCHES:
            place = arguments[1 if name in {"os.rename", "os.link", "os.symlink"} else 0]
            self.touch(TOUCHES[name], os.fspath(place) if isinstance(place, Path) else place)

    def touch(self, kind: str, path: object) -> None:
        if not self.is_on or not isinstance(path, str) or not f"{path}/".startswith(self.root):
            return
        if self.point is None or self._fits(self.point, kind, f"{path}/".removeprefix(self.root).rstrip("/")):
            self.seen += 1
            if self.point is not None and self.seen == self.point.number:
                self._end(path)

    def _fits(self, point: Touch, kind: str, path: str) -> bool:
        is_kind = point.kind in (kind, "any") or (point.kind, kind) == ("wrote", "write")
        return is_kind and fnmatch(path, point.pattern)

    def _end(self, path: str) -> None:
        if self.point is not None and self.point.kind == "wrote":
            self.is_on = False
            Path(path).write_bytes(b"half of the by")
        die()
