"""The shipped sources against files of their publishers' shape: only what is declared, of only the rows wanted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sync import SyncResult, synchronise
from tests.faults.town import FAST, HASTY, NOW, kept_rows, open_portal, open_store
from tests.portal import Fault, Portal
from tests.portal.chicago import serve_small_crimes
from tests.portal.city_files import (
    NAME_COLUMNS,
    REQUESTS,
    SENTIMENT,
    VICTIMS,
    serve_city_files,
    serve_real_sentiment,
    serve_real_victims,
)
from tests.portal.faults import Kind
from tests.real_data import REAL_DATA

QUARTERS = (Quarter(2018, 2), Quarter(2018, 3))
NEW = ("arrests", "victims", "complaints", "requests", "sentiment", "communities")
REAL_VICTIMS = REAL_DATA / "victims" / "victims_2024-09_to_2025-12.csv"
REAL_SENTIMENT = REAL_DATA / "sentiment" / "Police_Sentiment_Scores.csv"


@pytest.fixture(scope="module")
def serving() -> Iterator[Portal]:
    with Portal() as portal:
        serve_small_crimes(portal)
        serve_city_files(portal)
        yield portal


@pytest.fixture
def city(serving: Portal) -> Portal:
    serving.faults.clear()
    serving.reset_log()
    return serving


def pull(
    portal: Portal, root: Path, settings: Settings, source_id: str, quarters: tuple[Quarter, ...] = QUARTERS
) -> SyncResult:
    source = settings.source(source_id)
    return synchronise(open_portal(portal, FAST), open_store(root), source, quarters, now=NOW)


def count(portal: Portal, dataset_id: str, where: str = "true") -> int:
    return int(portal.execute(f'SELECT count(*) FROM "{dataset_id}" WHERE {where}')[0][0])


@pytest.mark.parametrize("source_id", NEW)
def test_a_source_is_read_whole_and_then_only_asked_for_its_time(
    city: Portal, settings: Settings, tmp_path: Path, source_id: str
) -> None:
    first = pull(city, tmp_path, settings, source_id)
    assert first.snapshot is not None and first.snapshot.rows > 0
    assert first.remarks == ()
    city.reset_log()
    second = pull(city, tmp_path, settings, source_id)
    assert (second.snapshot, second.rows_pulled) == (first.snapshot, 0)
    assert [record.form for record in city.requests] == ["views"]


def test_names_of_people_and_places_of_incidents_are_never_asked_for(
    city: Portal, settings: Settings, tmp_path: Path
) -> None:
    for source_id in NEW:
        pull(city, tmp_path, settings, source_id)
    words = json.dumps([record.params for record in city.requests])
    for name in (*NAME_COLUMNS, "block", "race", "sex", "age", "street_address", "latitude", "charge"):
        assert name not in words
    assert not [path for path in tmp_path.rglob("*.parquet") if "homicide_victim" in str(pq.read_schema(path))]
    assert not [value for value in stored_texts(tmp_path) if "NAME-OF-A-PERSON" in value or "SECRET" in value]


def test_calls_noise_and_duplicates_stay_at_the_portal(city: Portal, settings: Settings, tmp_path: Path) -> None:
    rows = kept_rows(tmp_path, pull(city, tmp_path, settings, "requests").snapshot)
    wanted = """sr_type NOT IN ('311 INFORMATION ONLY CALL', 'Aircraft Noise Complaint') AND NOT duplicate"""
    assert len(rows) == count(city, REQUESTS, wanted) < count(city, REQUESTS) * 0.6
    assert not {"311 INFORMATION ONLY CALL", "Aircraft Noise Complaint"} & {row["kind"] for row in rows}
    assert sum(record.rows for record in city.requests if record.target == "rows") == len(rows)


def test_sectors_stay_at_the_portal_and_areas_can_be_told_from_the_city(
    city: Portal, settings: Settings, tmp_path: Path
) -> None:
    rows = kept_rows(tmp_path, pull(city, tmp_path, settings, "sentiment").snapshot)
    assert len(rows) == count(city, SENTIMENT, "sector IS NULL") < count(city, SENTIMENT)
    assert len({row["row_id"] for row in rows}) == len(rows)
    assert sum(row["area"] is None for row in rows) == count(city, SENTIMENT, "area IS NULL")


FAULTS: dict[str, tuple[Kind, int]] = {"HTML": ("html", 3), "silence": ("hang", 1), "an error": ("status", 3)}


@pytest.mark.parametrize(("kind", "requests"), FAULTS.values(), ids=FAULTS.keys())
def test_a_dead_source_costs_few_requests_and_leaves_a_remark(
    city: Portal, settings: Settings, tmp_path: Path, kind: Kind, requests: int
) -> None:
    city.faults.add(Fault(kind=kind, times=None, dataset_id=VICTIMS))
    start = monotonic()
    client = open_portal(city, HASTY)
    result = synchronise(client, open_store(tmp_path), settings.source("victims"), QUARTERS, now=NOW)
    assert monotonic() - start < 2
    assert len(city.requests) == requests
    assert [remark.check_id for remark in result.remarks] == ["source_read"]
    assert ("asked once" if requests == 1 else "asked 3 times") in result.remarks[0].got


@pytest.mark.parametrize("kind", ["hang", "trickle"])
def test_rows_that_do_not_come_are_waited_for_once(
    city: Portal, settings: Settings, tmp_path: Path, kind: Kind
) -> None:
    city.faults.add(Fault(kind=kind, times=None, dataset_id=VICTIMS, form="csv"))
    start = monotonic()
    client = open_portal(city, HASTY)
    result = synchronise(client, open_store(tmp_path), settings.source("victims"), QUARTERS, now=NOW)
    assert monotonic() - start < 2
    assert len([record for record in city.requests if record.form == "csv"]) == 1
    assert [remark.check_id for remark in result.remarks] == ["source_read"]


def test_a_source_that_is_gone_costs_one_request(city: Portal, settings: Settings, tmp_path: Path) -> None:
    source = settings.source("victims").model_copy(update={"dataset_id": "none-such"})
    result = synchronise(open_portal(city), open_store(tmp_path), source, QUARTERS, now=NOW)
    assert len(city.requests) == 1
    assert "404" in result.remarks[0].got and "none is kept" in result.remarks[0].got


@pytest.mark.skipif(not REAL_VICTIMS.exists(), reason="needs the real victims")
def test_the_real_victims_come_without_a_name(settings: Settings, tmp_path: Path) -> None:
    with Portal() as portal:
        assert serve_real_victims(portal, REAL_VICTIMS) == 2797
        assert count(portal, VICTIMS, "homicide_victim_last_name IS NOT NULL") > 600
        result = pull(portal, tmp_path, settings, "victims", Quarter(2025, 4).window(6))
        assert result.remarks == ()
        assert result.rows_pulled == count(portal, VICTIMS, "date < '2026-01-01'")
        assert "homicide_victim" not in json.dumps([record.params for record in portal.requests])
    assert not [value for value in stored_texts(tmp_path) if "MASKED" in value]


@pytest.mark.skipif(not REAL_SENTIMENT.exists(), reason="needs the real scores")
def test_the_real_scores_come_by_the_portals_own_ids(settings: Settings, tmp_path: Path) -> None:
    with Portal() as portal:
        assert serve_real_sentiment(portal, REAL_SENTIMENT) == 4744
        rows = kept_rows(tmp_path, pull(portal, tmp_path, settings, "sentiment").snapshot)
    assert len(rows) == 453 + 990 + 196
    assert sum(row["district_id"] is not None for row in rows) == 990
    assert max(row["period_end"] for row in rows).isoformat() == "2021-07-31T00:00:00"


def stored_texts(root: Path) -> set[str]:
    """Return every text in every stored part."""
    texts: set[str] = set()
    for path in root.rglob("*.parquet"):
        table: Any = pq.read_table(path)
        for column in table.columns:
            if pa.types.is_string(column.type):
                texts |= {value for value in column.unique().to_pylist() if value}
    return texts
