"""What is known of each source: how far it reaches, how much is at hand, when it was last looked at, what is amiss.

Belongs here: reading that from the data directory, and setting it as a table. Does not belong here: asking a portal;
nothing is written, so a run that goes on meanwhile does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.compute as pc
from pydantic import ValidationError

from district_reports.config import Source
from district_reports.errors import KindError, StoreError
from district_reports.model import Snapshot
from district_reports.settings import Settings
from district_reports.sources.contract import missing_columns, month_end
from district_reports.sources.court import COURT
from district_reports.store import About
from district_reports.store.snapshots import SnapshotFolder
from flows.records import SourceKind

HEADS = ("source", "report needs it", "fresh to", "rows", "last checked", "expected within", "remarks")
NEVER_READ = "never read"
NOTHING = "-"


@dataclass(frozen=True)
class SourceLine:
    """One line of the table."""

    source_id: str
    is_required: bool
    fresh_to: date | None
    """Newest day of dated rows; of a source without dates, the day on which its publisher last changed rows."""
    rows: int | None
    """Rows or areas at hand; None where it was never read."""
    checked_at: datetime | None
    freshness_days: int | None
    """Days by which it may lag; None where nothing is expected."""
    remarks: tuple[str, ...]


def list_sources(settings: Settings, kind: SourceKind, data_dir: Path, today: date) -> tuple[SourceLine, ...]:
    """Return a line for each source, in the order of the config; files that are only counted together are one.

    Args:
        settings: The sources.
        kind: What kind of data the directory should hold.
        data_dir: Is only read; it need not be there.
        today: In the city.

    Raises:
        KindError: If the directory holds another kind of data, or another city's.
        StoreError: If it cannot be read.
    """
    _require_kind(settings, kind, data_dir)
    folder = SnapshotFolder(data_dir)
    lines = [_line(settings, folder, source, today) for source in settings.sources if source.form != "cases"]
    cases = [source for source in settings.sources if source.form == "cases"]
    return (*lines, _court_line(settings, folder, cases)) if cases else tuple(lines)


def format_sources(lines: Sequence[SourceLine], zone: ZoneInfo) -> str:
    """Return the table as text, one line for each source."""
    table = [HEADS, *(_cells(line, zone) for line in lines)]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADS) - 1)]
    texts = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in table
    ]
    return "\n".join(texts) + "\n"


def _require_kind(settings: Settings, kind: SourceKind, data_dir: Path) -> None:
    path = data_dir / "about.json"
    try:
        about = About.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return
    except ValidationError as error:
        raise KindError(f"{path}: expected kind, city and domains, got something else", path=path) from error
    except OSError as error:
        raise StoreError(f"{path}: expected to be read, got: {error.strerror}", path=path) from error
    if (about.kind, about.city) != (kind.value, settings.city.city_id):
        expected = f"{kind.value} data of {settings.city.city_id}"
        raise KindError(f"{path}: expected {expected}, got {about}; choose another data directory", path=path)


def _line(settings: Settings, folder: SnapshotFolder, source: Source, today: date) -> SourceLine:
    snapshot, checked = folder.load_snapshot(source.source_id), folder.load_checked(source.source_id)
    is_expected = source.form == "events" or "freshness_days" in source.model_fields_set
    days = source.freshness_days if is_expected else None
    if snapshot is None:
        return SourceLine(source.source_id, source.is_required, None, None, None, days, (NEVER_READ,))
    fresh_to = _fresh_to(settings, folder, source, snapshot)
    remarks = _staleness(snapshot, source, fresh_to, days, today)
    missing = [source.columns[name].field for name in missing_columns(snapshot.columns) if name in source.columns]
    remarks += [f"columns missing: {', '.join(missing)}"] if missing else []
    told = checked.remarks if checked else ()
    remarks += [f"{remark.check_id}: {remark.got}" for remark in told if remark.check_id != "column_missing"]
    at = checked.checked_at if checked else None
    return SourceLine(source.source_id, source.is_required, fresh_to, snapshot.rows, at, days, tuple(remarks))


def _court_line(settings: Settings, folder: SnapshotFolder, cases: Sequence[Source]) -> SourceLine:
    """Return the line of the counts that are made of several files; nobody keeps these up, so none is late."""
    snapshot, checked = folder.load_snapshot(COURT), folder.load_checked(COURT)
    is_required = any(source.is_required for source in cases)
    if snapshot is None:
        return SourceLine(COURT, is_required, None, None, None, None, (NEVER_READ,))
    court = settings.outcomes.court
    remarks = [f"closed: not kept up since {court.closed_on}"] if court else []
    remarks += [f"{remark.check_id}: {remark.got}" for remark in (checked.remarks if checked else ())]
    at = checked.checked_at if checked else None
    return SourceLine(COURT, is_required, _changed_on(settings, snapshot), snapshot.rows, at, None, tuple(remarks))


def _changed_on(settings: Settings, snapshot: Snapshot) -> date:
    return snapshot.rows_updated_at.astimezone(ZoneInfo(settings.city.time_zone)).date()


def _fresh_to(settings: Settings, folder: SnapshotFolder, source: Source, snapshot: Snapshot) -> date | None:
    """Return how far a source reaches; a day after its publication cannot be, and is not looked at."""
    changed_on = _changed_on(settings, snapshot)
    if not source.date:
        return changed_on
    for part in reversed(snapshot.parts):
        days = pc.cast(folder.load_table(source.source_id, part).column(source.date), "date32")
        newest: date | None = pc.max(days.filter(pc.less_equal(days, changed_on))).as_py()
        if newest is not None:
            return newest
    return None


def _staleness(snapshot: Snapshot, source: Source, fresh_to: date | None, days: int | None, today: date) -> list[str]:
    """Return a remark if a source ends too early: of events, before the end of the months that were asked for."""
    if fresh_to is None:
        return ["stale: no row at hand"]
    if days is None:
        return []
    wanted = today
    if source.form == "events" and snapshot.window:
        last = month_end(date.fromisoformat(f"{snapshot.window[-1]}-01")) - timedelta(days=1)
        wanted = min(today, last)
    if fresh_to + timedelta(days=days) >= wanted:
        return []
    return [f"stale: expected rows up to {wanted - timedelta(days=days)}"]


def _cells(line: SourceLine, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        line.source_id,
        "required" if line.is_required else "optional",
        str(line.fresh_to) if line.fresh_to else NOTHING,
        NOTHING if line.rows is None else f"{line.rows:,}",
        f"{line.checked_at.astimezone(zone):%Y-%m-%d %H:%M}" if line.checked_at else NOTHING,
        NOTHING if line.freshness_days is None else f"{line.freshness_days} days",
        "; ".join(line.remarks) or NOTHING,
    )
