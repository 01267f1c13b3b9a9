"""Lists and areas: pulled whole, replaced whole, and no reason to stop a report that does not need them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from district_reports.config import Column, Source
from district_reports.errors import ContractError, FetchError, SchemaDriftError
from district_reports.sources.areas import tidy_areas
from district_reports.sources.stations import tidy_stations
from district_reports.sync import SyncResult, synchronise
from tests.faults.town import NOW, files_of, open_portal, open_store
from tests.portal import Fault, Portal

LIST_ID, AREAS_ID = "town-0002", "town-0003"
STATIONS = Source(
    source_id="stations",
    title="Stations",
    producer="Town",
    page_url="https://town.example",
    license="none",
    dataset_id=LIST_ID,
    form="list",
    is_required=False,
    key="district_id",
    columns={
        "district_id": Column(field="no", type="text"),
        "name": Column(field="called", type="text"),
        "phone": Column(field="ring", type="text", is_nullable=True),
    },
)
AREAS = Source(
    source_id="districts",
    title="Districts",
    producer="Town",
    page_url="https://town.example",
    license="none",
    dataset_id=AREAS_ID,
    form="areas",
    is_required=False,
    key="area_id",
    columns={"area_id": Column(field="no", type="text")},
)
ROWS = {
    "no": ["10", "2", "Headquarters", "1", "O'Hare"],
    "called": ["Ten", "Two", "Main", "One", "Air\nport"],
    "ring": ["555-0110", None, "555-0100", "555-0101", None],
    "officer": ["A", "B", "C", "D", "E"],
}


def square(at: int) -> dict[str, Any]:
    ring = [[at, 0], [at + 1, 0], [at + 1, 1], [at, 1], [at, 0]]
    return {"type": "MultiPolygon", "coordinates": [[ring]]}


def collection(*ids: str) -> dict[str, Any]:
    features = [
        {"type": "Feature", "geometry": square(at), "properties": {"no": name, "owner": "x"}}
        for at, name in enumerate(ids)
    ]
    return {"type": "FeatureCollection", "features": features}


@pytest.fixture(scope="module")
def running() -> Iterator[Portal]:
    with Portal() as portal:
        yield portal


@pytest.fixture
def portal(running: Portal) -> Portal:
    running.faults.clear()
    running.add_table(LIST_ID, pa.table(ROWS), dict.fromkeys(ROWS, "text"), key="no")
    running.add_geojson(AREAS_ID, collection("31", "2", "1", "31"))
    running.reset_log()
    return running


def pull(portal: Portal, root: Path, source: Source) -> SyncResult:
    return synchronise(open_portal(portal), open_store(root), source, (), now=NOW)


def rows_of(root: Path, result: SyncResult) -> list[dict[str, Any]]:
    assert result.snapshot is not None
    rows: list[dict[str, Any]] = open_store(root).load_table("stations", result.snapshot.parts[0]).to_pylist()
    return rows


def areas_of(root: Path, result: SyncResult) -> bytes:
    assert result.snapshot is not None
    return open_store(root).part_path("districts", result.snapshot.parts[0]).read_bytes()


def test_a_list_is_kept_as_it_comes_in_the_order_of_its_key(portal: Portal, tmp_path: Path) -> None:
    result = pull(portal, tmp_path, STATIONS)
    rows = rows_of(tmp_path, result)
    assert [row["district_id"] for row in rows] == ["1", "10", "2", "Headquarters", "O'Hare"]
    assert rows[2] == {"district_id": "2", "name": "Two", "phone": None}
    assert (result.rows_pulled, result.months_pulled) == (5, 1)
    assert not [record for record in portal.requests if "officer" in str(record.params)]


def test_a_list_longer_than_a_page_is_read_to_its_end(portal: Portal, tmp_path: Path) -> None:
    names = [f"{number}'s" for number in range(150)]
    portal.add_table(
        LIST_ID,
        pa.table({"no": names, "called": names, "ring": names}),
        {"no": "text", "called": "text", "ring": "text"},
        key="no",
    )
    assert [row["name"] for row in rows_of(tmp_path, pull(portal, tmp_path, STATIONS))] == sorted(names)


def test_a_list_is_replaced_whole(portal: Portal, tmp_path: Path) -> None:
    first = pull(portal, tmp_path, STATIONS)
    assert pull(portal, tmp_path, STATIONS).rows_pulled == 0
    portal.delete_rows(LIST_ID, "no = '2'")
    second = pull(portal, tmp_path, STATIONS)
    assert [row["district_id"] for row in rows_of(tmp_path, second)] == ["1", "10", "Headquarters", "O'Hare"]
    assert first.snapshot is not None
    assert open_store(tmp_path).has_part("stations", first.snapshot.parts[0])


def test_unchanged_whole_sources_cost_one_request(portal: Portal, tmp_path: Path) -> None:
    for source in (STATIONS, AREAS):
        pull(portal, tmp_path, source)
        files = files_of(tmp_path)
        portal.reset_log()
        assert pull(portal, tmp_path, source).rows_pulled == 0
        assert len(portal.requests) == 1
        assert files_of(tmp_path) == files


def test_stations_get_the_citys_ids(portal: Portal, tmp_path: Path) -> None:
    result = pull(portal, tmp_path, STATIONS)
    assert result.snapshot is not None
    raw = open_store(tmp_path).load_table("stations", result.snapshot.parts[0])
    tidy = tidy_stations(raw, ("001", "002", "003", "010"))
    assert tidy.column("district_id").to_pylist() == ["001", "002", "010"]
    assert tidy.column("name").to_pylist() == ["One", "Two", "Ten"]
    assert tidy.schema == raw.schema


def test_areas_keep_declared_properties_by_our_names(portal: Portal, tmp_path: Path) -> None:
    document = json.loads(areas_of(tmp_path, pull(portal, tmp_path, AREAS)))
    assert [feature["properties"] for feature in document["features"]] == [
        {"area_id": area_id} for area_id in ("1", "2", "31", "31")
    ]
    assert document["features"][0]["geometry"] == square(2)


def test_areas_are_the_same_bytes_whatever_order_they_come_in(portal: Portal, tmp_path: Path) -> None:
    first = areas_of(tmp_path, pull(portal, tmp_path, AREAS))
    shuffled = collection("31", "2", "1", "31")
    shuffled["features"].reverse()
    portal.add_geojson(AREAS_ID, shuffled)
    assert areas_of(tmp_path / "second", pull(portal, tmp_path / "second", AREAS)) == first


def test_more_areas_than_a_default_page_are_all_there(portal: Portal, tmp_path: Path) -> None:
    portal.add_geojson(AREAS_ID, collection(*(str(number) for number in range(1200))))
    result = pull(portal, tmp_path, AREAS)
    assert result.snapshot is not None
    assert result.snapshot.rows == 1200


def test_areas_get_the_citys_ids(portal: Portal, tmp_path: Path) -> None:
    raw = areas_of(tmp_path, pull(portal, tmp_path, AREAS))
    tidy = json.loads(tidy_areas(raw, AREAS, ("001", "002")))
    assert [feature["properties"]["area_id"] for feature in tidy["features"]] == ["001", "002", "031", "031"]


FAULTS: dict[str, tuple[Source, dict[str, Any], type[Exception]]] = {
    "a list that is gone": (STATIONS, {"kind": "status", "status": 404}, FetchError),
    "a list without a column": (STATIONS, {"kind": "drop_column", "column": "called"}, SchemaDriftError),
    "a list that is cut": (STATIONS, {"kind": "short_page", "after_rows": 0}, FetchError),
    "areas that are gone": (AREAS, {"kind": "status", "status": 404}, FetchError),
    "areas without their id": (AREAS, {"kind": "drop_column", "column": "no"}, SchemaDriftError),
    "areas as HTML": (AREAS, {"kind": "html", "on": "rows"}, FetchError),
    "areas that are cut": (AREAS, {"kind": "short_page", "after_rows": 2}, FetchError),
    "areas that break off": (AREAS, {"kind": "drop", "after_bytes": 30}, FetchError),
}


@pytest.mark.parametrize(("source", "fault", "error"), FAULTS.values(), ids=FAULTS.keys())
def test_an_optional_source_that_fails_is_a_remark_and_its_snapshot_stays(
    portal: Portal, tmp_path: Path, source: Source, fault: dict[str, Any], error: type[Exception]
) -> None:
    before = pull(portal, tmp_path, source)
    kept = files_of(tmp_path)
    looked = (tmp_path / "snapshots" / source.source_id / "checked.json").read_bytes()
    portal.touch(source.dataset_id)
    portal.faults.add(Fault(**fault, times=None))

    after = pull(portal, tmp_path, source)
    assert after.snapshot == before.snapshot
    assert [(remark.check_id, remark.required) for remark in after.remarks] == [("source_read", False)]
    assert "kept the snapshot of 2024-05-01" in after.remarks[0].got
    assert files_of(tmp_path) == kept
    assert (tmp_path / "snapshots" / source.source_id / "checked.json").read_bytes() == looked

    with pytest.raises(error):
        pull(portal, tmp_path, source.model_copy(update={"is_required": True}))


def test_an_optional_source_that_was_never_there_is_a_remark(portal: Portal, tmp_path: Path) -> None:
    portal.faults.add(Fault(kind="status", status=404, times=None))
    result = pull(portal, tmp_path, STATIONS)
    assert result.snapshot is None
    assert "none is kept" in result.remarks[0].got


def test_a_passing_fault_of_a_list_changes_nothing(portal: Portal, tmp_path: Path) -> None:
    for fault in (
        Fault(kind="short_page", after_rows=2),
        Fault(kind="duplicate_rows"),
        Fault(kind="cut_json", on="rows"),
    ):
        portal.faults.add(fault)
    assert len(rows_of(tmp_path, pull(portal, tmp_path, STATIONS))) == 5


def test_a_list_that_breaks_its_contract_is_in_quarantine(portal: Portal, tmp_path: Path) -> None:
    portal.update_rows(LIST_ID, "called = NULL", "no = '2'")
    with pytest.raises(ContractError, match="name: expected a value in each row, got 1 rows without"):
        pull(portal, tmp_path, STATIONS.model_copy(update={"is_required": True}))
    assert list((tmp_path / "quarantine/stations").glob("all-*.parquet"))


@pytest.mark.parametrize(
    "feature",
    [
        {"type": "Feature", "geometry": None, "properties": {"no": "1"}},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [0, 0]}, "properties": {"no": "1"}},
    ],
    ids=["without a shape", "a point"],
)
def test_areas_without_polygons_are_drift(portal: Portal, tmp_path: Path, feature: dict[str, Any]) -> None:
    portal.add_geojson(AREAS_ID, {"type": "FeatureCollection", "features": [feature]})
    with pytest.raises(SchemaDriftError, match="expected a polygon in each feature"):
        pull(portal, tmp_path, AREAS.model_copy(update={"is_required": True}))
