"""What one run was asked to do, and what it did."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from district_reports.model import CheckResult, Record


class SourceKind(StrEnum):
    """Where rows come from."""

    PORTAL = "portal"
    SAMPLE = "sample"


class DraftRequest(Record):
    """The arguments of a run, checked. `now` is the one moment of the run; nothing below reads a clock."""

    quarter: str
    source: SourceKind
    districts: tuple[str, ...]
    """Places to write, in the order of the config; `city` among them."""
    languages: tuple[str, ...]
    data_dir: Path
    records_dir: Path
    """Where people keep what no portal has."""
    as_of: date
    now: datetime
    is_preview: bool = False
    is_offline: bool = False
    is_frozen: bool = False
    """Leave out the services that nobody has checked in time, as the reports to be signed do."""

    @property
    def edition_count(self) -> int:
        """Editions that are wanted."""
        return len(self.districts) * len(self.languages)


class EditionResult(Record):
    """What became of one edition."""

    district_id: str
    language: str
    is_written: bool
    """False when it stood there already, up to date."""
    files: dict[str, str]
    """File name to SHA-256; empty when it failed."""
    error: str = ""


class DraftSummary(Record):
    """What one run did, for the closing lines and the exit code."""

    quarter: str
    folder: Path
    rows_pulled: int
    requests: int
    remarks: tuple[CheckResult, ...]
    editions: tuple[EditionResult, ...]
    seconds: float

    @property
    def failed(self) -> tuple[EditionResult, ...]:
        """Editions that could not be written."""
        return tuple(edition for edition in self.editions if edition.error)
