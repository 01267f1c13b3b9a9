"""The portal's other files: their shape, their size, and that what our sources ask of them is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from district_reports.settings import Settings
from tests.portal import Portal
from tests.portal.__main__ import main
from tests.portal.chicago import CRIMES, serve_small_crimes
from tests.portal.city_files import (
    ARRESTS,
    COMPLAINTS,
    NAME_COLUMNS,
    REQUESTS,
    SENTIMENT,
    VICTIMS,
    serve_arrests,
    serve_city_files,
    serve_real_sentiment,
    serve_real_victims,
)
from tests.portal.county import COURT_FILES, INTAKE, PERSON_COLUMNS, serve_court
from tests.unit.portal.conftest import Get


def count(portal: Portal, dataset_id: str, where: str = "true") -> int:
    return int(portal.execute(f'SELECT count(*) FROM "{dataset_id}" WHERE {where}')[0][0])


@pytest.fixture
def files(portal: Portal) -> Portal:
    serve_small_crimes(portal)
    serve_city_files(portal)
    serve_court(portal)
    return portal


def test_made_files_hold_what_matters(files: Portal) -> None:
    joined = f'case_number IN (SELECT case_number FROM "{CRIMES}")'
    assert 0.9 < count(files, ARRESTS, joined) / count(files, ARRESTS) < 1
    assert count(files, ARRESTS, "case_number IS NULL") > 0
    assert count(files, VICTIMS) == 120
    assert int(files.execute(f'SELECT count(DISTINCT case_number) FROM "{VICTIMS}"')[0][0]) < 120
    assert (
        count(files, VICTIMS, f"{NAME_COLUMNS[0]} IS NOT NULL") == count(files, VICTIMS, "gunshot_injury_i = 'NO'") * 2
    )
    assert count(files, COMPLAINTS, "contains(beat, '|')") > 0
    assert count(files, REQUESTS, "status = 'Open' AND closed_date IS NULL") == count(
        files, REQUESTS, "status = 'Open'"
    )
    assert count(files, SENTIMENT, "sector IS NOT NULL") == 90
    assert 0 < count(files, INTAKE, "law_enforcement_agency = 'CHICAGO PD'") < count(files, INTAKE) == 600
    assert set(PERSON_COLUMNS) <= set(files.datasets[INTAKE].types)


def test_the_conditions_of_the_shipped_sources_are_understood(files: Portal, settings: Settings, get: Get) -> None:
    asked = [source for source in settings.sources if source.where]
    assert {source.dataset_id for source in asked} == {REQUESTS, SENTIMENT, *COURT_FILES}
    for source in asked:
        path = f"/resource/{source.dataset_id}.json"
        (row,) = get(path=path, select="count(*) AS n", where=source.where).json()
        assert 0 < int(row["n"]) < count(files, source.dataset_id)


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("sr_kind NOT IN ('A', 'B') AND duplicate = false", "query.soql.no-such-column"),
        ("sr_type NOT IN (1, 2)", "query.soql.type-mismatch"),
        ("duplicate = 'no'", "query.soql.type-mismatch"),
        ("created_date >= 'soon'", "query.soql.type-mismatch"),
        ("nothing IS NULL", "query.soql.no-such-column"),
    ],
)
def test_conditions_that_do_not_fit_are_refused(files: Portal, get: Get, where: str, code: str) -> None:
    reply = get(path=f"/resource/{REQUESTS}.json", select="sr_number", where=where)
    assert (reply.status_code, reply.json()["errorCode"]) == (400, code)


def test_the_portals_own_ids_can_be_selected_ordered_and_compared(files: Portal, get: Get) -> None:
    path = f"/resource/{SENTIMENT}.json"
    first = get(path=path, select=":id, area", order=":id", limit=5).json()
    assert [row[":id"] for row in first] == sorted(row[":id"] for row in first)
    after = get(path=path, select=":id", where=f":id > '{first[2][':id']}'", order=":id", limit=2).json()
    assert after == [{":id": row[":id"]} for row in first[3:]]
    assert not [name for name in files.datasets[SENTIMENT].types if name.startswith(":")]


def test_files_can_be_of_any_size(files: Portal) -> None:
    serve_arrests(files, 2500)
    assert count(files, ARRESTS) == 2500
    serve_court(files, 20)
    assert count(files, INTAKE) == 20


def test_real_files_are_served(portal: Portal, tmp_path: Path) -> None:
    (tmp_path / "victims.csv").write_text(
        "case_number,date,unique_id,district,location,updated,homicide_victim_last_name\n"
        "JH1,2024-09-01 01:19:00,HOM-JH1-#1,7,somewhere,2024-10-10T05:38:36.000,MASKED\n"
    )
    (tmp_path / "scores.csv").write_text(
        "ORG_LEVEL,AREA,DISTRICT,SECTOR,SAFETY,START_DATE,END_DATE\nOther,area_4,15,,53.27,05/01/2018,05/31/2018\n"
    )
    assert serve_real_victims(portal, tmp_path / "victims.csv") == 1
    assert serve_real_sentiment(portal, tmp_path / "scores.csv") == 1
    assert "location" not in portal.datasets[VICTIMS].types
    found = portal.execute(f'SELECT area, district, safety, CAST(end_date AS VARCHAR) FROM "{SENTIMENT}"')
    assert found == [("area_4", "15", 53.27, "2018-05-31 00:00:00")]


def test_volumes_and_a_few_rows_are_not_asked_for_together(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--others", "--volumes"])
    assert "not allowed with argument" in capsys.readouterr().err
