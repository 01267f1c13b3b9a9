from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from district_reports.errors import ConfigError, ContractError, StoreError
from district_reports.metrics.incidents import open_incidents, query, quoted
from district_reports.settings import Settings
from tests.unit.metrics.conftest import Opener
from tests.unit.metrics.follow_up import followed_up
from tests.unit.metrics.rows import local, make_row, own_beat, write_rows


@pytest.mark.parametrize(
    ("moment", "quarter"),
    [
        (local("2018-09-30 23:59:59.999"), "2018Q3"),
        (local("2018-10-01"), "2018Q4"),
        (local("2018-01-01"), "2018Q1"),
        (local("2016-02-29 12:00"), "2016Q1"),
        # Twice or never on a clock that is put back or forward: the local time is taken as it stands.
        (local("2018-03-11 02:30"), "2018Q1"),
        (local("2018-11-04 01:30"), "2018Q4"),
    ],
)
def test_quarter_is_cut_on_the_local_time_as_it_stands(
    opened: Opener, settings: Settings, moment: datetime, quarter: str
) -> None:
    con = opened(make_row(settings, occurred_at=moment))
    assert con.execute("SELECT quarter, occurred_at FROM core_incidents").fetchall() == [(quarter, moment)]


def test_weekday_counts_from_monday_and_hour_from_midnight(opened: Opener, settings: Settings) -> None:
    monday, sunday = local("2018-08-13"), local("2018-08-19 23:59")
    con = opened(make_row(settings, occurred_at=monday), make_row(settings, occurred_at=sunday))
    assert con.execute("SELECT weekday, hour FROM core_incidents ORDER BY 1").fetchall() == [(0, 0), (6, 23)]


@pytest.mark.parametrize("stated", [None, "", "031", "city", "none", "' OR 1=1 --"])
def test_a_row_of_no_district_of_ours_is_none_and_keeps_what_it_says(
    opened: Opener, settings: Settings, stated: str | None
) -> None:
    con = opened(make_row(settings, district_id=stated, beat_id="x"))
    rows = con.execute("SELECT district_id, stated_district_id, is_beat_elsewhere FROM core_incidents").fetchall()
    assert rows == [("none", stated, False)]


def test_a_beat_is_elsewhere_only_when_it_names_another_district(opened: Opener, settings: Settings) -> None:
    here, there = settings.district_ids[:2]
    beats = [own_beat(settings, here), own_beat(settings, there), None, "", "7"]
    con = opened(*(make_row(settings, district_id=here, beat_id=beat) for beat in beats))
    rows = con.execute("SELECT beat_id, is_beat_elsewhere FROM core_incidents ORDER BY incident_id").fetchall()
    assert rows == [(beats[0], False), (beats[1], True), (None, False), (None, False), ("7", True)]


def test_no_beat_is_elsewhere_in_a_city_whose_beats_tell_no_district(settings: Settings, tmp_path: Path) -> None:
    city = settings.city.model_copy(update={"beat_district_digits": 0})
    paths = write_rows(tmp_path, settings, [make_row(settings, beat_id="zzz")])
    with open_incidents(paths, settings.model_copy(update={"city": city})) as con:
        assert con.execute("SELECT is_beat_elsewhere FROM core_incidents").fetchall() == [(False,)]


def test_no_parts_give_no_rows(settings: Settings) -> None:
    with open_incidents([], settings) as con:
        assert con.execute("SELECT * FROM core_incidents").fetchall() == []


@pytest.mark.parametrize("folder", ["district_id=zzz", "[ab]", "a*", "a?[b*", "it's"])
def test_a_folder_of_any_name_is_read_once(settings: Settings, tmp_path: Path, folder: str) -> None:
    for name in (folder, "a", "ab"):
        (tmp_path / name).mkdir(exist_ok=True)
    paths = write_rows(tmp_path / folder, settings, [make_row(settings)])
    for name in {"a", "ab"} - {folder}:
        shutil.copy(paths[0], tmp_path / name)
    with open_incidents(paths, settings) as con:
        assert con.execute("SELECT district_id FROM core_incidents").fetchall() == [(settings.district_ids[0],)]


def test_a_missing_part_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"2018-07\.parquet") as caught:
        open_incidents([tmp_path / "2018-07.parquet"], settings)
    assert caught.value.path == tmp_path / "2018-07.parquet"


def test_a_part_that_is_no_parquet_file_is_refused(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "2018-07.parquet"
    path.write_bytes(b"not a table at all, but long enough to be one")
    with pytest.raises(ContractError, match="core_incidents"):
        open_incidents([path], settings)


def test_missing_and_mistyped_columns_are_refused(settings: Settings, tmp_path: Path) -> None:
    (path,) = write_rows(tmp_path, settings, [make_row(settings)])
    table = pq.read_table(path).drop_columns(["beat_id"])
    moments = table.column("occurred_at").cast(pa.timestamp("ms", "UTC"))
    pq.write_table(table.set_column(table.schema.get_field_index("occurred_at"), "occurred_at", moments), path)
    with pytest.raises(ContractError) as caught:
        open_incidents([path], settings)
    assert caught.value.problems == (
        "occurred_at: expected TIMESTAMP, got TIMESTAMP WITH TIME ZONE",
        "beat_id: expected VARCHAR, got no such column",
    )


def test_a_later_part_of_another_shape_is_refused_when_it_is_read(settings: Settings, tmp_path: Path) -> None:
    first, second = write_rows(
        tmp_path, settings, [make_row(settings), make_row(settings, occurred_at=local("2018-09-01"))]
    )
    pq.write_table(pq.read_table(second).drop_columns(["offence_group"]), second)
    with open_incidents([first, second], settings) as con, pytest.raises(ContractError, match="core_incidents"):
        query(con, "SELECT offence_group, count(*) FROM core_incidents GROUP BY 1")


def test_a_source_without_a_flag_of_the_metrics_is_refused(settings: Settings) -> None:
    crimes = settings.source("crimes")
    columns = {name: column for name, column in crimes.columns.items() if name != "has_arrest"}
    poorer = settings.model_copy(update={"sources": (crimes.model_copy(update={"columns": columns}),)})
    with pytest.raises(ConfigError, match="has_arrest: expected type boolean, got None"):
        open_incidents([], poorer)


def test_a_district_may_not_be_called_like_the_city(settings: Settings) -> None:
    named = settings.districts[0].model_copy(update={"district_id": "city"})
    with pytest.raises(ConfigError, match="other ids than city and none"):
        open_incidents([], settings.model_copy(update={"districts": (named, *settings.districts[1:])}))


def test_a_form_of_codes_that_is_no_pattern_is_refused(settings: Settings) -> None:
    offences = settings.metrics.offences.model_copy(update={"code_pattern": "["})
    metrics = settings.metrics.model_copy(update={"offences": offences})
    with pytest.raises(ConfigError, match="code_pattern: expected a regular expression"):
        open_incidents([], settings.model_copy(update={"metrics": metrics}))


def test_optional_texts_are_trimmed_and_empty_ones_are_missing(settings: Settings, tmp_path: Path) -> None:
    city = followed_up(settings)
    texts = ("case_number", "community_id", "place_kind")
    rows = [make_row(city, **dict.fromkeys(texts, value)) for value in (" a ", "", "  ", None)]
    with open_incidents(write_rows(tmp_path, city, rows), city) as con:
        found = con.execute(f"SELECT {', '.join(texts)} FROM core_incidents ORDER BY incident_id").fetchall()
    assert found == [("a",) * 3, *[(None,) * 3] * 3]


@pytest.mark.parametrize("settings", ["toy"], indirect=True)
def test_texts_that_a_city_does_not_publish_are_missing(opened: Opener, settings: Settings) -> None:
    con = opened(make_row(settings, case_number="a"))
    assert con.execute("SELECT case_number, community_id, place_kind FROM core_incidents").fetchall() == [(None,) * 3]
    types = {row[0]: row[1] for row in con.execute("DESCRIBE core_incidents").fetchall()}
    assert types["case_number"] == "VARCHAR"


def test_an_optional_text_that_is_declared_must_be_stored(settings: Settings, tmp_path: Path) -> None:
    city = followed_up(settings)
    (path,) = write_rows(tmp_path, city, [make_row(city)])
    pq.write_table(pq.read_table(path).drop_columns(["community_id"]), path)
    with pytest.raises(ContractError, match="community_id: expected VARCHAR, got no such column"):
        open_incidents([path], city)


def test_an_optional_text_of_another_type_is_refused(settings: Settings) -> None:
    city = followed_up(settings)
    crimes = city.source("crimes")
    columns = crimes.columns | {"community_id": crimes.columns["community_id"].model_copy(update={"type": "integer"})}
    with pytest.raises(ConfigError, match="community_id: expected type text, got integer"):
        open_incidents([], city.model_copy(update={"sources": (crimes.model_copy(update={"columns": columns}),)}))


def test_only_plain_names_become_sql() -> None:
    assert quoted("has_arrest") == '"has_arrest"'
    with pytest.raises(ConfigError, match="plain|letters"):
        quoted('x" FROM y; --')
