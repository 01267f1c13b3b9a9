"""The shipped city with few rows at our own portal: five quarters, every source, and what a draft made of them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from district_reports.config import Source
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from district_reports.sources.sample import SamplePortal
from flows.drafting import open_draft, run_stages
from flows.records import DraftRequest, DraftSummary, SourceKind
from tests.portal import Portal
from tests.portal.chicago import serve_small_crimes
from tests.portal.city_files import serve_arrests, serve_complaints, serve_requests, serve_sentiment, serve_victims
from tests.portal.county import serve_court

QUARTER = Quarter(2018, 3)
HOST = "127.0.0.1"
QUARTERS = tuple(str(quarter) for quarter in QUARTER.window(5))
AS_OF = date(2018, 10, 20)
NOW = datetime(2018, 10, 20, 12, tzinfo=UTC)
UPDATED_AT = datetime(2018, 10, 19, 11, tzinfo=UTC)
NO_RECORDS = Path(__file__).with_name("no_records")
"""A folder that is not there: people keep nothing."""
TYPES = {"integer": "number", "number": "number", "text": "text", "timestamp": "calendar_date", "boolean": "checkbox"}


def serve_city(portal: Portal, settings: Settings, *, rows_per_quarter: int = 1100) -> None:
    """Publish a few rows of every source: of five quarters where they are events, in all districts."""
    serve_core(portal, settings, rows_per_quarter=rows_per_quarter)
    communities = settings.source("communities")
    areas = json.loads(SamplePortal(settings, QUARTER).fetch_areas(communities))
    portal.add_geojson(communities.dataset_id, _published(areas, communities))
    serve_arrests(portal, rows=300)
    serve_victims(portal, rows=150)
    serve_complaints(portal, rows=400)
    serve_requests(portal, rows=1200)
    serve_sentiment(portal, months=20)
    serve_court(portal, cases=500)


def serve_core(portal: Portal, settings: Settings, *, rows_per_quarter: int) -> None:
    """Publish crimes, outlines of districts and beats, and stations; of every other source the portal knows nothing."""
    serve_small_crimes(
        portal, UPDATED_AT, quarters=QUARTERS, districts=settings.district_ids, rows_per_quarter=rows_per_quarter
    )
    sample = SamplePortal(settings, QUARTER)
    for source_id in ("districts", "beats"):
        source = settings.source(source_id)
        portal.add_geojson(source.dataset_id, _published(json.loads(sample.fetch_areas(source)), source))
    stations = settings.source("stations")
    rows = sample.fetch_list(stations)
    table = pa.table({column.field: rows[name].cast("string") for name, column in stations.columns.items()})
    types = {column.field: TYPES[column.type] for column in stations.columns.values()}
    portal.add_table(stations.dataset_id, table, types, key=stations.columns[stations.key].field)


def _published(areas: dict[str, Any], source: Source) -> dict[str, Any]:
    """Return areas with the portal's names of their properties."""
    for feature in areas["features"]:
        feature["properties"] = {column.field: feature["properties"][name] for name, column in source.columns.items()}
    return areas


def environment_of(portal_url: str) -> dict[str, str]:
    """Return what the environment says so that city and county are read at our own portal, and no one's records."""
    return {
        "DISTRICT_REPORTS_PORTAL_URL": portal_url,
        "DISTRICT_REPORTS_COUNTY_PORTAL_URL": portal_url,
        "DISTRICT_REPORTS_RECORDS_DIR": str(NO_RECORDS),
    }


def settings_of(portal_url: str) -> Settings:
    return load_settings(environment_of(portal_url))


def make_request(data_dir: Path, *places: str, language: str = "en", **changes: Any) -> DraftRequest:
    """Return a request for some places in one language."""
    request = DraftRequest(
        quarter=str(QUARTER),
        source=SourceKind.PORTAL,
        districts=places,
        languages=(language,),
        data_dir=data_dir,
        records_dir=data_dir.parent / "records",
        as_of=AS_OF,
        now=NOW,
    )
    return request.model_copy(update=changes)


def run_plain(settings: Settings, request: DraftRequest) -> DraftSummary:
    """Make the reports without a scheduler."""
    with open_draft(settings, request) as store:
        return run_stages(settings, request, store, lambda stage, done, total: None)


def content_of(data_dir: Path) -> dict[str, bytes]:
    """Return every file that says something, by name: without the time of the pull and of the last look."""
    return {
        path.relative_to(data_dir).as_posix(): _content(path)
        for path in sorted(data_dir.rglob("*"))
        if path.is_file()
        and path.name not in {".lock", "checked.json"}
        and not path.name.startswith("records.sqlite3")
        and "prefect" not in path.parts
    }


def _content(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix != ".json" or b'"pulled_at"' not in data:
        return data
    document = json.loads(data)
    del document["pulled_at"]
    return json.dumps(document, sort_keys=True).encode()
