"""Releases put straight into a data directory: rows, the numbers counted from them, a manifest. No portal, no page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from district_reports.metrics import count_measures, format_measures, open_incidents
from district_reports.model import Snapshot, StoredPart
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.contract import described_columns, part_soql
from district_reports.store import Store, table_content
from district_reports.tables import arrow_schema
from tests.unit.metrics.rows import local, make_row

Row = dict[str, Any]
CRIMES = "crimes"


def open_empty(data_dir: Path, settings: Settings) -> Store:
    """Return an empty data directory of the portal."""
    return Store.open(data_dir, kind="portal", city_id=settings.city.city_id, domains=settings.portal_domains)


def town_rows(settings: Settings, quarters: Sequence[Quarter]) -> list[Row]:
    """Return a robbery in the first district and a burglary in the last one, in each month; keys from 1 on."""
    days = [f"{month:%Y-%m}-10 12:00" for quarter in quarters for month in quarter.months]
    places = (("incidents_robbery", settings.district_ids[0]), ("incidents_burglary", settings.district_ids[-1]))
    rows = [make_row(settings, of, district_id=place, occurred_at=local(day)) for day in days for of, place in places]
    return [{"changed_at": local("2018-07-01 12:00"), **row, "incident_id": at} for at, row in enumerate(rows, 1)]


def save_rows(
    store: Store, settings: Settings, rows: Sequence[Row], window: Sequence[Quarter], *, updated: datetime
) -> Snapshot:
    """Keep rows as the snapshot of the incidents, a part for each month, and return it."""
    source = settings.source(CRIMES)
    schema = arrow_schema(source)
    months = tuple(f"{month:%Y-%m}" for quarter in window for month in quarter.months)
    parts: list[StoredPart] = []
    for month in months:
        held = [row for row in rows if f"{row['occurred_at']:%Y-%m}" == month]
        if held:
            known = [{name: row.get(name) for name in schema.names} for row in held]
            content = table_content(pa.Table.from_pylist(known, schema=schema), source.key)
            columns = described_columns(source)
            parts.append(store.save_part(CRIMES, month, content, fingerprint=None, columns=columns))
    snapshot = Snapshot(
        source_id=CRIMES,
        dataset_id=source.dataset_id,
        domain="portal.example",
        soql=part_soql(source),
        columns=described_columns(source),
        rows_updated_at=updated,
        window=months,
        parts=tuple(parts),
        pulled_at=updated,
    )
    store.save_snapshot(snapshot)
    return snapshot


def count_table(
    store: Store, settings: Settings, snapshot: Snapshot, window: Sequence[Quarter], *, origin_id: str = CRIMES
) -> pd.DataFrame:
    """Return the measures of a snapshot."""
    paths = [store.part_path(CRIMES, part) for part in snapshot.parts]
    with closing(open_incidents(paths, settings)) as con:
        return count_measures(con, settings, window, as_of=snapshot.rows_updated_at.date(), origin_id=origin_id)


def save_release(
    store: Store, settings: Settings, quarter: Quarter, table: pd.DataFrame, snapshot: Snapshot, **changes: Any
) -> None:
    """Write numbers and manifest of a release."""
    data = format_measures(table)
    store.save_file(store.release_dir(quarter) / "measures.csv", data)
    manifest = {
        "quarter": str(quarter),
        "is_sample": False,
        "is_preview": False,
        "inputs": {
            "config": settings.config_digest,
            "snapshots": {CRIMES: snapshot.digest},
            "report_date": quarter.complete_on.isoformat(),
        },
        "measures": hashlib.sha256(data).hexdigest(),
    }
    store.save_release(quarter, manifest | changes)


def pulled_on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
