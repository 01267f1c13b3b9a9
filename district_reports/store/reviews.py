"""What drafts took from the log of review, below `snapshots/review/<quarter>/`."""

from __future__ import annotations

import hashlib
from pathlib import Path

from district_reports.periods import Quarter
from district_reports.store import files


class ReviewFolder:
    """The folder `snapshots/review` of a data directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def save_review(self, quarter: Quarter, data: bytes) -> str:
        """Write what the reports of a quarter tell of their review, and return its SHA-256.

        Raises:
            StoreError: If it cannot be written; what was there is then as before.
        """
        files.save_bytes(self._review_path(quarter), data)
        return hashlib.sha256(data).hexdigest()

    def load_review(self, quarter: Quarter) -> tuple[bytes, str] | None:
        """Return what was last saved and its SHA-256; None where there is none.

        Raises:
            StoreError: If it is there and cannot be read.
        """
        data = files.load_bytes(self._review_path(quarter))
        return None if data is None else (data, hashlib.sha256(data).hexdigest())

    def _review_path(self, quarter: Quarter) -> Path:
        return self.root / "snapshots" / "review" / f"{quarter}.json"
