"""What people entered, as drafts took it: snapshots of the records of people, below `snapshots/ledger/`."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from district_reports.errors import StoreError
from district_reports.store import files

FOLDER = "ledger"
_DIGEST = re.compile(r"[0-9a-f]{64}")


class LedgerFolder:
    """The folder `snapshots/ledger` of a data directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def save_ledger(self, data: bytes) -> str:
        """Write a snapshot under its digest, make it the current one, and return its SHA-256.

        Raises:
            StoreError: If it cannot be written; the current one is then as before.
        """
        digest = hashlib.sha256(data).hexdigest()
        files.save_bytes(self._path(digest), data)
        # Replaced last: that is the commit.
        files.save_json(self._current, {"digest": digest})
        return digest

    def load_ledger(self, digest: str | None = None) -> tuple[bytes, str] | None:
        """Return a snapshot and its SHA-256, the current one when no digest is given; None where there is none.

        Raises:
            StoreError: If it is there and cannot be read, or is not what its name says.
        """
        wanted = digest or self._current_digest()
        data = files.load_bytes(self._path(wanted)) if wanted else None
        if data is None or wanted is None:
            return None
        found = hashlib.sha256(data).hexdigest()
        if found != wanted:
            path = self._path(wanted)
            raise StoreError(f"{path}: expected the SHA-256 of its name, got {found[:12]}…", path=path)
        return data, wanted

    @property
    def _current(self) -> Path:
        return self.root / "snapshots" / FOLDER / "manifest.json"

    def _current_digest(self) -> str | None:
        data = files.load_bytes(self._current)
        if data is None:
            return None
        found = re.search(rb'"digest": "([0-9a-f]{64})"', data)
        if found is None:
            raise StoreError(f"{self._current}: expected a digest, got {data[:60]!r}", path=self._current)
        return found[1].decode()

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise StoreError(f"snapshot of the ledger: expected a SHA-256, got {digest[:40]!r}", path=self.root)
        return self.root / "snapshots" / FOLDER / "manifests" / f"{digest}.json"
