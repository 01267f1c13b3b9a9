"""Figures that people read by hand: force, clearance, population."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from district_reports.model import Reading
from district_reports.readings.clearance import COLUMNS as CLEARANCE
from district_reports.readings.clearance import load_clearance
from district_reports.readings.force import COLUMNS as FORCE
from district_reports.readings.force import load_force
from district_reports.readings.population import COLUMNS as POPULATION
from district_reports.readings.population import load_population
from district_reports.settings import Settings
from tests.unit.readings.files import problems_of, write_csv, write_workbook

TODAY = date(2026, 10, 8)
PAGE = "https://example.org/page"
ROOT = Path(__file__).parents[3]

# Force


def force_row(**changes: Any) -> list[Any]:
    row = {
        "district_id": "007",
        "quarter": "2026Q3",
        "incidents": 41,
        "forms": 60,
        "address": PAGE,
        "read_by": "data editor",
        "read_on": "2026-10-05",
    }
    return [(row | changes)[name] for name in FORCE]


def test_force_is_incidents_by_district_and_quarter(settings: Settings, tmp_path: Path) -> None:
    rows = [
        force_row(),
        force_row(district_id="1", incidents=0, forms=0),
        force_row(district_id="District 10 - Ogden", quarter="2026Q2", incidents=5, forms=5, read_on="2026-07-02"),
    ]
    write_csv(tmp_path / "force.csv", [FORCE, *rows])
    found = load_force(settings, tmp_path, TODAY)
    assert found is not None
    incidents, table = found
    assert incidents == {("007", "2026Q3"): 41, ("001", "2026Q3"): 0, ("010", "2026Q2"): 5}
    assert table.path.name == "force.csv"


def test_a_workbook_with_numbers_and_dates_says_the_same(settings: Settings, tmp_path: Path) -> None:
    write_workbook(tmp_path / "force.xlsx", [FORCE, force_row(district_id=7, read_on=date(2026, 10, 5))])
    found = load_force(settings, tmp_path, TODAY)
    assert found is not None
    assert found[0] == {("007", "2026Q3"): 41}


def test_the_files_own_names_of_columns_are_configuration(settings: Settings, tmp_path: Path) -> None:
    assert settings.outcomes.force is not None
    names = {**settings.outcomes.force.columns, "incidents": "TRR incidents"}
    outcomes = settings.outcomes.model_copy(
        update={"force": settings.outcomes.force.model_copy(update={"columns": names})}
    )
    write_csv(tmp_path / "force.csv", [[names[name] for name in FORCE], force_row(incidents="x")])
    city = settings.model_copy(update={"outcomes": outcomes})
    [problem] = problems_of(lambda: load_force(city, tmp_path, TODAY))
    assert problem.where == "row 2, TRR incidents"


def test_without_a_file_there_is_no_figure(settings: Settings, tmp_path: Path) -> None:
    assert load_force(settings, tmp_path, TODAY) is None
    assert load_force(settings, tmp_path / "absent", TODAY) is None


def test_a_file_the_city_has_no_part_for_is_refused(settings: Settings, tmp_path: Path) -> None:
    write_csv(tmp_path / "force.csv", [FORCE, force_row()])
    city = settings.model_copy(update={"outcomes": settings.outcomes.model_copy(update={"force": None})})
    problems_of(lambda: load_force(city, tmp_path, TODAY))


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"district_id": "031"}, "district_id"),
        ({"district_id": "Headquarters"}, "district_id"),
        ({"district_id": "city"}, "district_id"),
        ({"district_id": ""}, "district_id"),
        ({"quarter": "2026-Q3"}, "quarter"),
        ({"quarter": "2026Q5"}, "quarter"),
        ({"quarter": ""}, "quarter"),
        ({"quarter": "2026Q4"}, "quarter"),
        ({"quarter": "2027Q1"}, "quarter"),
        ({"incidents": "41.5"}, "incidents"),
        ({"incidents": "\uff14\uff11"}, "incidents"),
        ({"incidents": "forty"}, "incidents"),
        ({"incidents": '"1,204"', "forms": 1300}, "incidents"),
        ({"incidents": ""}, "incidents"),
        ({"incidents": 61}, "incidents"),
        ({"incidents": 10**12}, "incidents"),
        ({"forms": "x"}, "forms"),
        ({"address": "the dashboard"}, "address"),
        ({"address": "javascript:alert(1)"}, "address"),
        ({"address": ""}, "address"),
        ({"read_by": ""}, "read_by"),
        ({"read_on": "10/05/2026"}, "read_on"),
        ({"read_on": "2026-02-30"}, "read_on"),
        ({"read_on": "2118-01-01"}, "read_on"),
        ({"read_on": "2026-10-09"}, "read_on"),
        ({"read_on": "2026-09-30"}, "read_on"),
        ({"read_on": ""}, "read_on"),
    ],
)
def test_a_wrong_cell_is_told_with_its_place(
    settings: Settings, tmp_path: Path, changes: dict[str, Any], column: str
) -> None:
    write_csv(tmp_path / "force.csv", [FORCE, force_row(district_id="001"), force_row(**changes)])
    [problem] = problems_of(lambda: load_force(settings, tmp_path, TODAY))
    assert problem.where == f"row 3, {column}"


def test_the_same_district_and_quarter_twice_is_refused(settings: Settings, tmp_path: Path) -> None:
    write_csv(tmp_path / "force.csv", [FORCE, force_row(), force_row(district_id="7", incidents=42)])
    [problem] = problems_of(lambda: load_force(settings, tmp_path, TODAY))
    assert (problem.where, problem.got) == ("row 3, district_id", "it in row 2 too")


def test_all_wrong_cells_are_told_at_once(settings: Settings, tmp_path: Path) -> None:
    write_csv(tmp_path / "force.csv", [FORCE, force_row(quarter="x", forms="y"), force_row(district_id="z")])
    places = [problem.where for problem in problems_of(lambda: load_force(settings, tmp_path, TODAY))]
    assert places == ["row 2, quarter", "row 2, forms", "row 3, district_id"]


# Clearance


def clearance_row(**changes: Any) -> list[Any]:
    row = {
        "reading_id": "city-2025",
        "place": "city",
        "period": "2025",
        "method": "year_to_date_all",
        "value": "0.71",
        "unit": "share",
        "definition": "homicides_in_year",
        "address": PAGE,
        "read_by": "",
        "read_on": "",
        "confidence": "high",
    }
    return [(row | changes)[name] for name in CLEARANCE]


def read_clearance(
    settings: Settings, folder: Path, *rows: list[Any], today: date = TODAY
) -> tuple[tuple[Reading, ...], tuple[str, ...]]:
    write_csv(folder / "clearance.csv", [CLEARANCE, *rows])
    found = load_clearance(settings, folder, today)
    assert found is not None
    return found[:2]


def test_a_published_figure_that_nobody_has_read_again(settings: Settings, tmp_path: Path) -> None:
    [reading], later = read_clearance(settings, tmp_path, clearance_row())
    assert (reading.value, reading.read_by, reading.read_on, later) == (0.71, "", None, ())


def test_a_districts_figure_that_somebody_read(settings: Settings, tmp_path: Path) -> None:
    row = clearance_row(
        place="7", period="2026-01-01/2026-09-30", unit="offences", value=12, read_by="editor", read_on="2026-10-02"
    )
    [reading], _ = read_clearance(settings, tmp_path, row)
    assert (reading.place, reading.value, reading.read_on) == ("007", 12, date(2026, 10, 2))


@pytest.mark.parametrize(
    ("period", "method", "first_day"),
    [
        ("2025", "year_to_date_all", date(2026, 1, 1)),
        ("2026-01-01/2026-06-30", "year_to_date_exceptional", date(2026, 7, 1)),
        ("2021", "cohort_12_months", date(2023, 1, 1)),
        ("2015-2019", "cohort_12_months_arrest", date(2021, 1, 1)),
    ],
)
def test_a_report_cannot_know_a_figure_before_its_time_is_over(
    settings: Settings, tmp_path: Path, period: str, method: str, first_day: date
) -> None:
    row = clearance_row(period=period, method=method)
    assert read_clearance(settings, tmp_path, row, today=date.fromordinal(first_day.toordinal() - 1)) == (
        (),
        ("city-2025",),
    )
    assert len(read_clearance(settings, tmp_path, row, today=first_day)[0]) == 1


def test_a_figure_read_after_the_reports_day_is_left_out(settings: Settings, tmp_path: Path) -> None:
    row = clearance_row(read_by="editor", read_on="2026-10-09")
    assert read_clearance(settings, tmp_path, row) == ((), ("city-2025",))


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"method": "quarter_all"}, "method"),
        ({"method": "cohort_3_months"}, "method"),
        ({"method": ""}, "method"),
        ({"period": "2025Q3"}, "period"),
        ({"period": "2024-2025"}, "period"),
        ({"period": "2025-04-01/2025-09-30"}, "period"),
        ({"period": "2025-01-01/2026-01-31"}, "period"),
        ({"period": "2025-01-01/2025-02-30"}, "period"),
        ({"period": "last year"}, "period"),
        ({"period": "2019-2015", "method": "cohort_12_months"}, "period"),
        ({"period": "2025-01-01/2025-09-30", "method": "cohort_12_months"}, "period"),
        ({"place": "031"}, "place"),
        ({"place": "City"}, "place"),
        ({"value": "71"}, "value"),
        ({"value": "71%"}, "value"),
        ({"value": "0,71"}, "value"),
        ({"value": "nan"}, "value"),
        ({"value": ""}, "value"),
        ({"value": "0.5", "unit": "offences"}, "value"),
        ({"unit": "percent"}, "unit"),
        ({"definition": "solved"}, "definition"),
        ({"address": "somewhere"}, "address"),
        ({"confidence": "H"}, "confidence"),
        ({"read_on": "2026-10-02"}, "read_on"),
        ({"read_by": "editor"}, "read_on"),
        ({"read_by": "editor", "read_on": "2025-12-31"}, "read_on"),
        ({"reading_id": "City 2025"}, "reading_id"),
        ({"reading_id": ""}, "reading_id"),
    ],
)
def test_a_wrong_cell_of_clearance_is_told(
    settings: Settings, tmp_path: Path, changes: dict[str, Any], column: str
) -> None:
    changes = {key: f'"{value}"' if "," in value else value for key, value in changes.items()}
    write_csv(tmp_path / "clearance.csv", [CLEARANCE, clearance_row(**changes)])
    [problem] = problems_of(lambda: load_clearance(settings, tmp_path, TODAY))
    assert problem.where == f"row 2, {column}"


def test_a_cohort_read_before_it_was_a_year_old_is_refused(settings: Settings, tmp_path: Path) -> None:
    """The homicides of 2021 as they stood in May 2022: those of December had five months."""
    row = clearance_row(period="2021", method="cohort_12_months", value="0.26", read_by="editor", read_on="2022-05-06")
    write_csv(tmp_path / "clearance.csv", [CLEARANCE, row])
    [problem] = problems_of(lambda: load_clearance(settings, tmp_path, TODAY))
    assert (problem.where, problem.expected.split(",")[0]) == ("row 2, read_on", "a day after 2022-12-31")


def test_a_figure_told_twice_is_refused(settings: Settings, tmp_path: Path) -> None:
    rows = [clearance_row(), clearance_row(reading_id="again"), clearance_row(period="2024")]
    write_csv(tmp_path / "clearance.csv", [CLEARANCE, *rows])
    places = [problem.where for problem in problems_of(lambda: load_clearance(settings, tmp_path, TODAY))]
    assert places == ["row 3, place", "row 4, reading_id"]


def test_the_shipped_figures_are_the_published_ones(settings: Settings) -> None:
    found = load_clearance(settings, ROOT / "data" / "readings", date(2026, 11, 1))
    assert found is not None
    readings, later, _ = found
    assert later == ()
    assert {(r.period, r.method, r.unit, r.value) for r in readings} == {
        ("2020", "year_to_date_all", "share", 0.45),
        ("2021", "year_to_date_all", "share", 0.50),
        ("2021", "year_to_date_all", "offences", 400),
        ("2021", "year_to_date_exceptional", "offences", 199),
        ("2024", "year_to_date_all", "share", 0.56),
        ("2025", "year_to_date_all", "share", 0.71),
        ("2015-2019", "cohort_12_months", "share", 0.26),
    }
    # Nobody of the project has read them on the page yet, and none is of a district.
    assert {(r.place, r.read_by, r.read_on) for r in readings} == {("city", "", None)}


# Population


def population_rows(settings: Settings, **changes: Any) -> list[list[Any]]:
    rows = []
    for number, district_id in enumerate(settings.district_ids):
        row = {
            "district_id": district_id,
            "residents": 100_000 + number,
            "year": 2020,
            "source": "census blocks",
            "address": PAGE,
        }
        rows.append([(row | (changes if number == 1 else {}))[name] for name in POPULATION])
    return rows


def test_residents_of_every_district(settings: Settings, tmp_path: Path) -> None:
    write_csv(tmp_path / "population.csv", [POPULATION, *population_rows(settings)], separator=";")
    found = load_population(settings, tmp_path, TODAY)
    assert found is not None
    residents, year, _ = found
    assert list(residents) == list(settings.district_ids)
    assert (residents["001"], residents["002"], year) == (100_000, 100_001, 2020)


def test_none_is_shipped(settings: Settings) -> None:
    assert load_population(settings, ROOT / "data" / "readings", TODAY) is None


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"residents": 0}, ["row 3, residents"]),
        ({"residents": "1e5"}, ["row 3, residents"]),
        ({"year": 2027}, ["row 3, year", ""]),
        ({"year": 2010}, [""]),
        ({"source": ""}, ["row 3, source"]),
        ({"address": "census"}, ["row 3, address"]),
        ({"district_id": "001"}, ["row 3, district_id", ""]),
        ({"district_id": "031"}, ["row 3, district_id", ""]),
    ],
)
def test_wrong_residents_are_told(
    settings: Settings, tmp_path: Path, changes: dict[str, Any], where: list[str]
) -> None:
    write_csv(tmp_path / "population.csv", [POPULATION, *population_rows(settings, **changes)])
    assert [problem.where for problem in problems_of(lambda: load_population(settings, tmp_path, TODAY))] == where


def test_a_missing_district_is_told(settings: Settings, tmp_path: Path) -> None:
    write_csv(tmp_path / "population.csv", [POPULATION, *population_rows(settings)[:-2]])
    [problem] = problems_of(lambda: load_population(settings, tmp_path, TODAY))
    assert problem.got == f"none of {', '.join(settings.district_ids[-2:])}"
