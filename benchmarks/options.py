"""What a run of the benchmarks was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """Sizes and places, for all benchmarks alike."""

    real_data: Path
    """Folder that holds `crimes/crimes_YYYYQn.parquet`; synthetic rows are used where it is absent."""
    repeats: int = 3
    """Runs of each way; the median is told."""
    is_small: bool = False
    """Try everything with little: the figures mean nothing."""

    @property
    def crimes(self) -> Path | None:
        """Folder of the published rows, or None."""
        folder = self.real_data / "crimes"
        return folder if any(folder.glob("crimes_????Q?.parquet")) else None
