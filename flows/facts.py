"""Snapshots -> the facts of a report: origins, checked rows, shapes of areas, contacts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from district_reports import checks
from district_reports.errors import ContractError
from district_reports.metrics import (
    CITY,
    OUTSIDE,
    SOURCE_ID,
    Measures,
    Oddity,
    count_by_name,
    count_months,
    count_oddities,
    newest_day,
)
from district_reports.metrics.measures import COUNT_UNITS
from district_reports.model import CheckResult, Contact, Origin, Shape, Snapshot
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.shapes import build_shapes
from district_reports.sources.areas import tidy_areas
from district_reports.sources.stations import tidy_stations
from district_reports.store import Store
from flows.records import DraftRequest, SourceKind

DISTRICTS, BEATS, STATIONS = "districts", "beats", "stations"
"""Ids of the sources that draw the maps and name the contacts."""


COUNTED_ROWS = tuple(unit for unit in COUNT_UNITS if unit != "items")
"""Units of what publishers' rows are counted in: people enter items as they come, and a jump of theirs is no fault."""

MARKS = {"is_sample": "sample data, not real figures", "is_preview": "preview, not complete"}
"""What `measures.csv` says in each row of figures that are not to be published."""


def find_origins(settings: Settings, snapshots: Mapping[str, Snapshot], request: DraftRequest) -> dict[str, Origin]:
    """Return who published what we hold, and as of which day in the city, by source.

    Sample and preview are marked in the id. The counts of court cases come from several files of one publisher.
    """
    flags = {"is_sample": request.source is SourceKind.SAMPLE, "is_preview": request.is_preview}
    marks = ", ".join(mark for name, mark in MARKS.items() if flags[name])
    zone = ZoneInfo(settings.city.time_zone)
    published = {source.source_id: source for source in settings.sources if source.form != "cases"}
    cases = [source for source in settings.sources if source.form == "cases"]
    origins = {}
    for source_id, snapshot in snapshots.items():
        source = published.get(source_id) or cases[0]
        origins[source_id] = Origin(
            origin_id=f"{source_id} ({marks})" if marks else source_id,
            producer=source.producer,
            title=", ".join(each.title for each in cases) if source in cases else source.title,
            page_url=source.page_url,
            dataset_id=snapshot.dataset_id,
            license=source.license,
            as_of=snapshot.rows_updated_at.astimezone(zone).date(),
            snapshot=snapshot.digest,
        )
    return origins


def check_rows(
    con: duckdb.DuckDBPyConnection, measures: pd.DataFrame, settings: Settings, request: DraftRequest
) -> list[CheckResult]:
    """Return what the checks of the rows and their sums found.

    Args:
        con: From `open_incidents`.
        measures: `out_metrics`.
        settings: Districts, known offences, bounds.
        request: The run.
    """
    quarter = Quarter.parse(request.quarter)
    window = quarter.window(settings.report.history_quarters)
    oddities = count_oddities(con, window)
    counts = Measures(measures[measures["quarter"] == str(quarter)])
    rows, outside = (
        {place: int(counts.get(place, quarter, settings.report.all_incidents).value or 0) for place in places}
        for places in (settings.district_ids, (OUTSIDE,))
    )
    source = settings.source(SOURCE_ID)
    source_id, preview, total = source.source_id, request.is_preview, settings.report.all_incidents
    return [
        *checks.check_fresh(quarter, newest_day(con), source_id=source_id, is_preview=preview),
        *checks.check_offence_groups(count_by_name(oddities, Oddity.UNKNOWN_GROUPS), source_id=source_id),
        *checks.check_offence_types(count_by_name(oddities, Oddity.UNKNOWN_TYPES), source_id=source_id),
        *checks.check_offence_codes(count_by_name(oddities, Oddity.UNKNOWN_CODES), source_id=source_id),
        *checks.check_sums(measures, whole=CITY, units=COUNT_UNITS, source_id=source_id),
        *checks.check_history(measures, quarter, whole=CITY, metric_id=total, source_id=source_id, is_preview=preview),
        *checks.check_jumps(measures, quarter, whole=CITY, units=COUNTED_ROWS, total=total, source_id=source_id),
        *checks.check_districts(rows, outside=outside[OUTSIDE]),
        *checks.check_volume(count_months(con), window, source.monthly_rows, source_id=source_id),
    ]


def find_shapes(
    settings: Settings, store: Store, snapshots: Mapping[str, Snapshot]
) -> tuple[dict[str, tuple[Shape, ...]], list[CheckResult]]:
    """Return the outlines of each district's beats and of the city's districts, and what could not be drawn.

    The sources are optional: without them, or with a file that holds no usable shapes, the maps are sketches.
    """
    shapes: dict[str, tuple[Shape, ...]] = {}
    remarks: list[CheckResult] = []
    for source_id, find in ((DISTRICTS, find_city_shapes), (BEATS, find_beat_shapes)):
        if source_id in snapshots:
            try:
                shapes.update(find(settings, _geojson(store, snapshots[source_id])))
            except ContractError as error:
                remarks.append(_unusable(source_id, error))
    return shapes, remarks


def _unusable(source_id: str, error: ContractError) -> CheckResult:
    return CheckResult(
        check_id="shapes_usable",
        passed=False,
        required=False,
        expected="areas that can be drawn",
        got=str(error),
        source_id=source_id,
    )


def find_contacts(
    settings: Settings, store: Store, snapshots: Mapping[str, Snapshot]
) -> tuple[dict[str, Contact], list[CheckResult]]:
    """Return the station of each district, from the config, and how the city's list differs from it.

    The config decides, since people keep it; a difference is told.
    """
    ours = {
        district.district_id: Contact(
            name=district.name, address=district.address, phone=district.phone, is_verified=district.is_verified
        )
        for district in settings.districts
    }
    if STATIONS not in snapshots:
        return ours, []
    snapshot = snapshots[STATIONS]
    table = pq.read_table(store.part_path(STATIONS, snapshot.parts[0]))
    rows = tidy_stations(table, settings.district_ids).to_pylist()
    theirs = {
        row["district_id"]: Contact(
            name=row["name"],
            address=f"{row['address']}, {row['city']}, {row['state']} {row['zip_code']}",
            phone=row["phone"] or "",
            is_verified=False,
        )
        for row in rows
    }
    return ours, checks.check_contacts(ours, theirs, source_id=STATIONS)


def _geojson(store: Store, snapshot: Snapshot) -> bytes:
    return store.part_path(snapshot.source_id, snapshot.parts[0]).read_bytes()


def find_city_shapes(settings: Settings, geojson: bytes) -> dict[str, tuple[Shape, ...]]:
    """Return the city's outlines by district; none at all if one is missing, since a map with a hole misleads."""
    source = settings.source(DISTRICTS)
    tidy = tidy_areas(geojson, source, settings.district_ids)
    outlines = build_shapes(tidy, id_field=source.key, wanted=settings.district_ids)
    return {} if outlines.missing else {CITY: outlines.shapes}


def find_beat_shapes(settings: Settings, geojson: bytes) -> dict[str, tuple[Shape, ...]]:
    """Return the outlines of each district's beats, by district."""
    source = settings.source(BEATS)
    tidy = tidy_areas(geojson, source, settings.district_ids)
    beats: dict[str, set[str]] = {district_id: set() for district_id in settings.district_ids}
    for feature in json.loads(tidy)["features"]:
        properties = feature["properties"]
        if properties["district_id"] in beats:
            beats[properties["district_id"]].add(properties[source.key])
    return {
        district_id: build_shapes(tidy, id_field=source.key, wanted=sorted(found)).shapes
        for district_id, found in beats.items()
        if found
    }
