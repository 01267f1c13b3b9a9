from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import requests

from tests.portal import Portal
from tests.portal.chicago import (
    BEATS,
    CRIMES,
    CRIMES_TYPES,
    DISTRICTS,
    STATIONS,
    make_small_crimes,
    serve_boundaries,
    serve_real_crimes,
    serve_stations,
)
from tests.unit.portal.conftest import Get

PROJECT = Path(__file__).parents[3]
STATION_HEADERS = "DISTRICT,DISTRICT NAME,ADDRESS,CITY,STATE,ZIP,WEBSITE,PHONE,LATITUDE,LONGITUDE,LOCATION"


def test_small_crimes_are_the_same_for_the_same_seed() -> None:
    assert make_small_crimes(seed=3, rows_per_quarter=50) == make_small_crimes(seed=3, rows_per_quarter=50)
    assert make_small_crimes(seed=3, rows_per_quarter=50) != make_small_crimes(seed=4, rows_per_quarter=50)


def test_small_crimes_have_the_shape_of_the_dataset() -> None:
    rows = make_small_crimes(("2019Q4", "2020Q1"), ("002", "025"), rows_per_quarter=2000).to_pylist()

    assert list(rows[0]) == list(CRIMES_TYPES)
    assert len({row["id"] for row in rows}) == len(rows) == 4000
    assert {row["district"] for row in rows} == {"002", "025"}
    assert {row["date"][:7] for row in rows} == {"2019-10", "2019-11", "2019-12", "2020-01", "2020-02", "2020-03"}
    assert all(row["year"] == row["date"][:4] for row in rows)
    assert all(row["beat"][:2] == row["district"][1:] for row in rows)
    assert any(row["latitude"] is None for row in rows)
    assert any(row["location_description"] is None for row in rows)


def test_only_homicides_repeat_a_case_number() -> None:
    rows = make_small_crimes(rows_per_quarter=3000).to_pylist()
    repeated = {number for number, times in Counter(row["case_number"] for row in rows).items() if times > 1}

    assert repeated
    assert {row["primary_type"] for row in rows if row["case_number"] in repeated} == {"HOMICIDE"}


def test_a_quarter_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="2018Q5"):
        make_small_crimes(("2018Q5",))


def test_a_folder_of_quarters_is_served(portal: Portal, get: Get, tmp_path: Path) -> None:
    for quarter in ("2018Q2", "2018Q3"):
        made = make_small_crimes((quarter,), rows_per_quarter=40, seed=int(quarter[-1]))
        pq.write_table(made.drop_columns(["year"]), tmp_path / f"crimes_{quarter}.parquet")

    assert serve_real_crimes(portal, tmp_path) == 80
    assert serve_real_crimes(portal, tmp_path, ["2018Q3"]) == 40
    row = get(select="year, updated_on, :updated_at as u", limit=1).json()[0]
    assert row["year"] == "2018"
    assert row["u"] == f"{row['updated_on']}Z"
    with pytest.raises(FileNotFoundError, match="2011Q1"):
        serve_real_crimes(portal, tmp_path, ["2011Q1"])


def test_boundaries_and_stations_are_served(portal: Portal, get: Get, tmp_path: Path) -> None:
    shape = {"type": "MultiPolygon", "coordinates": []}
    for name, properties in (("districts", {"dist_num": "7"}), ("beats", {"beat_num": "0713"})):
        feature = {"type": "Feature", "geometry": shape, "properties": properties}
        text = json.dumps({"type": "FeatureCollection", "features": [feature]})
        (tmp_path / f"{name}.geojson").write_text(text, encoding="utf-8")
    (tmp_path / "stations.csv").write_text(
        f"\ufeff{STATION_HEADERS}\n"
        '7,Englewood,1438 W 63rd St,Chicago,IL,60636,http://localhost/7,312-747-8220,41.77,-87.66,"(41.77, -87.66)"\n'
        "Headquarters,Headquarters,3510 S Michigan Ave,Chicago,IL,60653,,,,,\n",
        encoding="utf-8",
    )

    serve_boundaries(portal, tmp_path / "districts.geojson", tmp_path / "beats.geojson")
    serve_stations(portal, tmp_path / "stations.csv")

    (district,) = get(path=f"/resource/{DISTRICTS}.geojson").json()["features"]
    assert (district["geometry"], district["properties"]) == (shape, {"dist_num": "7"})
    assert get(path=f"/resource/{BEATS}.json", select="beat_num").json() == [{"beat_num": "0713"}]
    first, last = get(path=f"/resource/{STATIONS}.json", order="district").json()
    assert (first["district"], first["phone"], first["website"]) == ("7", "312-747-8220", {"url": "http://localhost/7"})
    assert first["location"]["latitude"] == "41.77"
    assert last.keys() == {"district", "district_name", "address", "city", "state", "zip"}


def test_it_runs_as_a_process_of_its_own(tmp_path: Path) -> None:
    made: pa.Table = make_small_crimes(("2018Q3",), rows_per_quarter=30)
    pq.write_table(made.drop_columns(["year"]), tmp_path / "crimes_2018Q3.parquet")
    port_file = tmp_path / "port"
    command = [sys.executable, "-m", "tests.portal", "--crimes", str(tmp_path), "--port-file", str(port_file)]
    with subprocess.Popen(command, cwd=PROJECT) as process:
        try:
            end = time.monotonic() + 30
            while not port_file.exists() and process.poll() is None and time.monotonic() < end:
                time.sleep(0.02)
            port = int(port_file.read_text("ascii"))
            reply = requests.get(f"http://127.0.0.1:{port}/resource/{CRIMES}.json?$select=count(*) as n", timeout=10)
        finally:
            process.send_signal(signal.SIGTERM)

    assert reply.json() == [{"n": "30"}]
    assert process.returncode == 0
