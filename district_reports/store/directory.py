"""The data directory itself: whose data it holds, and who may write to it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Self

from pydantic import ValidationError

from district_reports.errors import KindError, LockedError, StoreError
from district_reports.model import Record
from district_reports.store import files
from district_reports.store.editions import EditionFolder
from district_reports.store.ledgers import LedgerFolder
from district_reports.store.reviews import ReviewFolder
from district_reports.store.snapshots import SnapshotFolder

Kind = Literal["sample", "portal"]


class About(Record):
    """`about.json`: what kind of data the directory holds; never mixed with another."""

    schema_version: Literal[1] = 1
    kind: Kind
    city: str
    domains: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.kind} data of {self.city} from {', '.join(self.domains)}"


class Store(SnapshotFolder, EditionFolder, LedgerFolder, ReviewFolder):
    """A data directory that is known to hold the wanted kind of data."""

    def __init__(self, root: Path, about: About) -> None:
        super().__init__(root)
        self.about = about

    @classmethod
    def open(cls, root: Path, *, kind: Kind, city_id: str, domains: tuple[str, ...]) -> Self:
        """Return the store in a directory, which is made if there is none.

        Args:
            root: The data directory.
            kind: What the caller wants to read and write there.
            city_id: Of which city.
            domains: Hosts of the portals.

        Raises:
            KindError: If the directory holds another kind of data, another city's, or another portal's.
            StoreError: If it cannot be read or written.
        """
        wanted = About(kind=kind, city=city_id, domains=domains)
        path = root / "about.json"
        files.make_folder(root)
        found = _load_about(path)
        if found is None:
            files.save_json(path, wanted.model_dump(mode="json"))
            return cls(root, wanted)
        nested = set(found.domains) <= set(domains) or set(domains) <= set(found.domains)
        if (found.kind, found.city) != (kind, city_id) or not nested:
            raise KindError(f"{path}: expected {wanted}, got {found}; choose another data directory", path=path)
        if set(domains) > set(found.domains):
            files.save_json(path, wanted.model_dump(mode="json"))
            return cls(root, wanted)
        return cls(root, found)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the directory against other runs, and clear what killed ones left half-written.

        The lock ends with the process that holds it, however that ends.

        Raises:
            LockedError: If another run holds it.
            StoreError: If the lock file cannot be made.
        """
        path = self.root / ".lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise StoreError(f"{path}: expected to be opened, got: {error.strerror}", path=path) from error
        try:
            _take(descriptor, path)
            files.remove_stray_files(self.root)
            yield
        finally:
            os.close(descriptor)


def _take(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
        raise LockedError(f"{path}: expected no other run, got one with process id {holder}", path=path) from error
    except OSError as error:
        raise StoreError(f"{path}: expected to be locked, got: {error.strerror}", path=path) from error
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    except OSError as error:
        raise StoreError(f"{path}: expected to be written, got: {error.strerror}", path=path) from error


def _load_about(path: Path) -> About | None:
    data = files.load_bytes(path)
    if data is None:
        return None
    try:
        return About.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise KindError(
            f"{path}: expected kind, city and domains, got at {place}: {first['msg']}", path=path
        ) from error
