"""A small city from the portal to the printed page, without a scheduler."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from lxml import html
from pypdf import PdfReader

from district_reports.config import Source
from district_reports.dossier import load_dossier
from district_reports.errors import RenderError
from district_reports.metrics import OUTSIDE
from district_reports.metrics.measures import COUNT_UNITS, parse_measures
from district_reports.model import CITY
from district_reports.publish.signed import REQUIRED
from district_reports.settings import Settings, load_settings
from flows.definitions import DEFINERS
from flows.records import DraftSummary
from tests.flows.small_city import (
    QUARTER,
    QUARTERS,
    content_of,
    make_request,
    run_plain,
    serve_city,
    serve_core,
    settings_of,
)
from tests.kills.wholeness import require_whole
from tests.portal import Portal
from tests.portal.chicago import BEATS, CRIMES, DISTRICTS, STATIONS

PLACES = ("007", CITY)


@pytest.fixture
def portal() -> Iterator[Portal]:
    """A portal with crimes, outlines and stations, which a test may change."""
    with Portal() as serving:
        serve_core(serving, settings_of(serving.url), rows_per_quarter=1100)
        yield serving


@pytest.fixture
def city(portal: Portal) -> Settings:
    return settings_of(portal.url)


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Portal, Path, DraftSummary]]:
    """A draft of every source, which no test changes."""
    data_dir = tmp_path_factory.mktemp("drafted") / "data"
    with Portal() as serving:
        serve_city(serving, settings_of(serving.url))
        yield serving, data_dir, run_plain(settings_of(serving.url), make_request(data_dir, *PLACES))


def load_measures(data_dir: Path) -> pd.DataFrame:
    return parse_measures((data_dir / "editions" / str(QUARTER) / "measures.csv").read_bytes())


def value_of(measures: pd.DataFrame, place: str, metric: str, quarter: str = str(QUARTER)) -> int:
    row = measures[
        (measures["district_id"] == place) & (measures["metric_id"] == metric) & (measures["quarter"] == quarter)
    ]
    return int(row["value"].item())


def pulled_months(portal: Portal) -> list[str]:
    """Return the months whose rows were asked for since the log was reset."""
    asked = [record for record in portal.requests if record.form == "csv" and record.dataset_id == CRIMES]
    return sorted(record.params["$where"].split("'")[1][:7] for record in asked)


def count_wanted(portal: Portal, source: Source) -> int:
    """Return the rows that a source has to give: those of the thirteen quarters, and of its own condition."""
    where = source.where or "true"
    if source.form == "events":
        field = source.columns[source.date].field
        where += f" AND {field} >= '{QUARTER.window(13)[0].start}' AND {field} < '{QUARTER.shifted(1).start}'"
    return int(portal.execute(f'SELECT count(*) FROM "{source.dataset_id}" WHERE {where}')[0][0])


def test_everything_that_was_asked_for_is_there(drafted: tuple[Portal, Path, DraftSummary], settings: Settings) -> None:
    portal, data_dir, summary = drafted
    assert not summary.failed
    assert [(edition.district_id, edition.is_written) for edition in summary.editions] == [("007", True), (CITY, True)]
    assert summary.rows_pulled == sum(count_wanted(portal, source) for source in settings.sources)
    require_whole(data_dir)
    release = data_dir / "editions" / str(QUARTER)
    dossiers = {path.parent.name for path in release.glob("*/dossier.json")}
    assert dossiers == {*settings.district_ids, CITY}
    for place in PLACES:
        names = {path.name for path in (release / place / "en").iterdir()}
        assert names == {*REQUIRED, "pocket.pdf", "edition.json"}
    editions = json.loads((release / "manifest.json").read_bytes())["editions"]
    made = [name for name, edition in editions.items() if edition["state"] == "made"]
    assert sorted(made) == ["007/en", "city/en"]
    assert len(editions) == 23 * len(settings.languages)


def test_all_rows_of_the_measures_are_there_and_add_up(
    drafted: tuple[Portal, Path, DraftSummary], settings: Settings
) -> None:
    portal, data_dir, _ = drafted
    measures = load_measures(data_dir)
    places = {*settings.district_ids, CITY, OUTSIDE}
    counted = [define(settings) for name, define in DEFINERS if name not in ("court", "communities")]
    assert set(measures["metric_id"]) == {each.metric_id for found in counted for each in found}
    assert len(measures) == 24 * 13 * measures["metric_id"].nunique()
    assert not measures.duplicated(["district_id", "quarter", "metric_id"]).any()
    assert set(measures["district_id"]) == places
    assert measures["quarter"].nunique() == 13
    of_crimes = measures["metric_id"].isin([metric.metric_id for metric in settings.metrics.metrics])
    before = measures[of_crimes & ~measures["quarter"].isin(QUARTERS)]
    assert set(before["state"]) == {"no_data"}
    assert before["value"].isna().all()

    counts = measures[measures["unit"].isin(COUNT_UNITS)]
    by_metric = counts[counts["district_id"] != CITY].groupby(["quarter", "metric_id"])["value"]
    whole = counts[counts["district_id"] == CITY].set_index(["quarter", "metric_id"])["value"].sort_index()
    # Where a cell is empty, those beside it cannot add up.
    is_full = by_metric.count() == len(places) - 1
    found = set(counts.set_index(["quarter", "metric_id"])["unit"][is_full[is_full].index])
    # Nobody has entered an item of the loop.
    assert found == set(COUNT_UNITS) - {"items"}
    pd.testing.assert_series_equal(by_metric.sum()[is_full], whole[is_full], check_names=False)

    for district, rows in portal.execute(
        f'SELECT district, count(*) FROM "{CRIMES}" WHERE "date" >= \'2018-07-01\' GROUP BY 1'
    ):
        assert value_of(measures, district, "incidents_all") == rows
    robberies = portal.execute(f"SELECT count(*) FROM \"{CRIMES}\" WHERE fbi_code = '03' AND \"date\" < '2017-10-01'")
    assert value_of(measures, CITY, "incidents_robbery", "2017Q3") == robberies[0][0]


@pytest.mark.slow
def test_a_second_run_asks_little_and_changes_no_byte(
    drafted: tuple[Portal, Path, DraftSummary], tmp_path: Path
) -> None:
    portal, city = drafted[0], settings_of(drafted[0].url)
    shutil.copytree(drafted[1], tmp_path / "data")
    before, times = content_of(tmp_path / "data"), times_of(tmp_path / "data" / "editions")
    portal.reset_log()
    summary = run_plain(city, make_request(tmp_path / "data", *PLACES))
    asked = [record.dataset_id for record in portal.requests]
    assert all(asked.count(source.dataset_id) <= 3 for source in city.sources)
    assert summary.rows_pulled == 0
    assert not any(edition.is_written for edition in summary.editions)
    assert content_of(tmp_path / "data") == before
    assert times_of(tmp_path / "data" / "editions") == times


def times_of(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_changed_months_alone_are_pulled_again(portal: Portal, city: Settings, tmp_path: Path) -> None:
    request = make_request(tmp_path / "data", "007")
    run_plain(city, request)
    before = load_measures(tmp_path / "data")
    may = 'year("date") = 2018 AND month("date") = 5'
    august = 'year("date") = 2018 AND month("date") = 8'
    moved = portal.update_rows(CRIMES, "fbi_code = '05'", f"{may} AND district = '007' AND fbi_code = '06'")
    gone = portal.delete_rows(CRIMES, f"id = (SELECT max(id) FROM \"{CRIMES}\" WHERE {august} AND district = '007')")
    assert (moved > 0, gone) == (True, 1)

    portal.reset_log()
    summary = run_plain(city, request)

    assert pulled_months(portal) == ["2018-05", "2018-08"]
    rows = portal.execute(f'SELECT count(*) FROM "{CRIMES}" WHERE ({may}) OR ({august})')
    assert summary.rows_pulled == rows[0][0]
    after = load_measures(tmp_path / "data")
    for metric, change in (("incidents_burglary", moved), ("incidents_theft", -moved), ("incidents_all", 0)):
        for place in ("007", CITY):
            old, new = (value_of(table, place, metric, "2018Q2") for table in (before, after))
            assert new - old == change
    assert value_of(after, CITY, "incidents_all") - value_of(before, CITY, "incidents_all") == -1
    assert value_of(after, "007", "incidents_all") - value_of(before, "007", "incidents_all") == -1


@pytest.mark.slow
def test_optional_sources_that_are_gone_cost_a_remark_and_not_the_report(
    portal: Portal, city: Settings, tmp_path: Path
) -> None:
    for dataset_id in (DISTRICTS, BEATS, STATIONS):
        del portal.datasets[dataset_id]
    summary = run_plain(city, make_request(tmp_path / "data", *PLACES))
    assert not summary.failed
    unread = [remark for remark in summary.remarks if remark.check_id == "source_read"]
    assert [remark.source_id for remark in unread][:3] == ["districts", "beats", "stations"]
    assert all("404" in remark.got and "none is kept" in remark.got for remark in unread)
    folder = tmp_path / "data" / "editions" / str(QUARTER)
    for place in PLACES:
        assert json.loads((folder / place / "dossier.json").read_bytes())["places"]["shapes"] == []
        assert "<svg" in (folder / place / "en" / "report.html").read_text("utf-8")
        assert len(PdfReader(folder / place / "en" / "report.pdf").pages) > 1


@pytest.mark.slow
def test_offline_the_same_bytes_are_made_again(drafted: tuple[Portal, Path, DraftSummary], tmp_path: Path) -> None:
    portal, data_dir = drafted[0], tmp_path / "data"
    shutil.copytree(drafted[1], data_dir)
    before = content_of(data_dir)
    for path in sorted((data_dir / "editions").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    portal.reset_log()
    summary = run_plain(settings_of(portal.url), make_request(data_dir, *PLACES, is_offline=True))
    assert (summary.rows_pulled, summary.requests, portal.requests) == (0, 0, [])
    assert content_of(data_dir) == before


HOSTILE = (
    "<script>alert('x')</script>",
    "=cmd|' /C calc'!A0",
    '#panic("typst") *b* _i_ $x$ @ref <label> \\ // /* `raw`',
    "A\x00B\x07C\x1b[31mD",
    "\u202egnp.eliforp\u202c\u2066\u200f",
    "{{ 7 * 7 }} {% raw %}",
    "A" * 4000,
)


@pytest.mark.slow
def test_hostile_words_of_the_portal_are_harmless(portal: Portal, city: Settings, tmp_path: Path) -> None:
    for number, words in enumerate(HOSTILE):
        text = words.replace("'", "''")
        portal.update_rows(CRIMES, f"primary_type = '{text}', iucr = '{text}'", f"id % 29 = {number}")
    summary = run_plain(city, make_request(tmp_path / "data", *PLACES))
    assert not summary.failed
    folder = tmp_path / "data" / "editions" / str(QUARTER)
    require_whole(tmp_path / "data")
    for place in PLACES:
        page = (folder / place / "en" / "report.html").read_text("utf-8")
        # In text only, never as an element; the page's own script is counted without the hostile words.
        assert "<script>alert" not in page
        assert not html.document_fromstring(page).xpath("//script[contains(., 'alert')]")
        assert "{{ 7 * 7 }}" in page
        for sign in ("\x00", "\x07", "\x1b", "\u202e"):
            assert sign not in page
        text = "".join(sheet.extract_text() for sheet in PdfReader(folder / place / "en" / "report.pdf").pages)
        assert len(text) > 2000
        json.loads((folder / place / "dossier.json").read_bytes())
    measures = (folder / "measures.csv").read_text("utf-8")
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in measures.splitlines() for cell in line.split(","))
    remark = next(remark for remark in summary.remarks if remark.check_id == "offence_types_known")
    assert all(ord(sign) >= 32 and sign != "\u202e" for sign in remark.got)
    assert value_of(load_measures(tmp_path / "data"), CITY, "incidents_all") == 1100


# What must not mislead


@pytest.mark.slow
def test_a_quarter_that_is_not_whole_gets_no_word(portal: Portal, tmp_path: Path) -> None:
    settings = settings_of(portal.url)
    serve_city(portal, settings)
    portal.delete_rows(CRIMES, "date > TIMESTAMP '2018-09-20'")
    request = make_request(tmp_path, "007", is_preview=True, as_of=date(2018, 9, 22))
    summary = run_plain(settings, request)
    rows = pd.read_csv(summary.folder / "measures.csv", dtype=str)
    now = rows[rows["quarter"] == str(QUARTER)]
    of_crimes = [metric.metric_id for metric in settings.metrics.metrics if metric.unit == "incidents"]
    assert set(now[now["metric_id"].isin(of_crimes)]["state"]) == {"too_early"}
    assert "ok" not in set(now["state"])
    dossier = load_dossier((summary.folder / "007" / "dossier.json").read_bytes())
    compared = (
        *dossier.key_facts,
        *dossier.offences,
        *(fact for block in dossier.blocks for fact in block.comparisons),
    )
    assert {str(fact.direction) for fact in compared} == {"unknown"}
    assert rows["origin_id"].str.endswith(" (preview, not complete)").all()


@pytest.mark.slow
def test_an_optional_file_that_cannot_be_drawn_costs_the_map_alone(portal: Portal, tmp_path: Path) -> None:
    settings = settings_of(portal.url)
    source = settings.source("districts")
    ring = [[0.0, 0.0], [0.0, 0.0]]
    feature = {
        "type": "Feature",
        "properties": {column.field: "1" for column in source.columns.values()},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    del portal.datasets[source.dataset_id]
    portal.add_geojson(source.dataset_id, {"type": "FeatureCollection", "features": [feature]})
    summary = run_plain(settings, make_request(tmp_path, "city"))
    assert not summary.failed
    assert "shapes_usable" in {remark.check_id for remark in summary.remarks}
    assert load_dossier((summary.folder / "city" / "dossier.json").read_bytes()).places.kind == "tiles"


@pytest.mark.slow
def test_the_manifest_vouches_for_nothing_that_is_out_of_date(portal: Portal, tmp_path: Path) -> None:
    settings = settings_of(portal.url)
    run_plain(settings, make_request(tmp_path, "007", "008", is_preview=True))
    run_plain(settings, make_request(tmp_path, "007"))
    manifest = json.loads((tmp_path / "editions" / str(QUARTER) / "manifest.json").read_bytes())
    assert manifest["editions"]["007/en"]["state"] == "made"
    assert manifest["editions"]["008/en"] == {"state": "outdated", "files": {}}
    assert not manifest["is_whole"]
    run_plain(settings, make_request(tmp_path, "008"))
    manifest = json.loads((tmp_path / "editions" / str(QUARTER) / "manifest.json").read_bytes())
    assert {manifest["editions"][name]["state"] for name in ("007/en", "008/en")} == {"made"}


@pytest.mark.slow
def test_a_report_that_fails_leaves_no_older_one_behind(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(portal.url)
    summary = run_plain(settings, make_request(tmp_path, "007"))

    def broken(*_: object) -> dict[str, bytes]:
        raise RenderError("a glyph is missing", template="report", language="en")

    monkeypatch.setattr("flows.rendering.render_edition", broken)
    failed = run_plain(settings, make_request(tmp_path, "007", as_of=date(2018, 10, 21)))
    assert [edition.error for edition in failed.failed] == ["a glyph is missing"]
    assert not list((summary.folder / "007" / "en").glob("*"))


def test_a_token_is_in_nothing_a_scheduler_would_keep() -> None:
    settings = load_settings({"DISTRICT_REPORTS_APP_TOKEN": "very-secret-token"})
    assert settings.app_token == "very-secret-token"
    assert "very-secret-token" not in settings.model_dump_json() + repr(settings) + str(settings)
