"""Stored parts made of a few rows each, in the terms of whatever city the config describes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from district_reports.config_sample import SampleOffence
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.tables import arrow_schema

TOY = Path(__file__).parents[2] / "toy"


def find_offence(settings: Settings, metric_id: str) -> SampleOffence:
    """Return an offence of the synthetic city that a metric counts."""
    metric = settings.metric(metric_id)
    return next(
        offence
        for offence in settings.sample.offences
        if (not metric.offence_groups or offence.group in metric.offence_groups)
        and (not metric.offence_codes or offence.code in metric.offence_codes)
    )


def local(text: str) -> datetime:
    """Return a stored time: local, without a zone."""
    return datetime.fromisoformat(text)


def own_beat(settings: Settings, district_id: str) -> str:
    return f"{district_id[-settings.city.beat_district_digits :]}11"


def make_row(settings: Settings, of: str = "incidents_robbery", **changes: Any) -> dict[str, Any]:
    """Return one row of an offence that the metric `of` counts, in the first district on 15 August 2018 at noon."""
    offence = find_offence(settings, of)
    district_id = changes.get("district_id", settings.district_ids[0])
    row = {
        "occurred_at": local("2018-08-15 12:00"),
        "offence_code": offence.code,
        "offence_type": offence.type,
        "offence_group": offence.group,
        "has_arrest": False,
        "is_domestic": False,
        "beat_id": own_beat(settings, district_id) if district_id in settings.district_ids else None,
        "district_id": district_id,
        # Kept only where the city's source declares it.
        "place_kind": "STREET",
    }
    return row | changes


def other_rows(settings: Settings, quarter: Quarter) -> list[dict[str, Any]]:
    """Return one burglary in each month, so that the quarter has data: in the last district, at 3:00 on the 2nd."""
    return [
        make_row(
            settings,
            "incidents_burglary",
            district_id=settings.district_ids[-1],
            occurred_at=local(f"{month:%Y-%m}-02 03:00"),
        )
        for month in quarter.months
    ]


def write_rows(folder: Path, settings: Settings, rows: Iterable[dict[str, Any]]) -> list[Path]:
    """Return the parts that hold the rows, one for each month; keys are given in order."""
    months: dict[str, list[dict[str, Any]]] = {}
    for number, row in enumerate(rows, 1):
        months.setdefault(f"{row['occurred_at']:%Y-%m}", []).append({"incident_id": number, **row})
    paths = []
    for month, members in sorted(months.items()):
        path = folder / f"{month}.parquet"
        pq.write_table(pa.Table.from_pylist(members, schema=arrow_schema(settings.source("crimes"))), path)
        paths.append(path)
    return paths
