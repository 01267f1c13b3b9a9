"""Corrections and notes in TOML, and everything that is kept, at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from district_reports.errors import Problem
from district_reports.periods import Quarter
from district_reports.readings import Readings, load_readings
from district_reports.readings.clearance import COLUMNS as CLEARANCE
from district_reports.readings.corrections import load_corrections
from district_reports.readings.force import COLUMNS as FORCE
from district_reports.readings.notes import load_explanations
from district_reports.settings import Settings
from tests.unit.readings.files import problems_of, write_csv
from tests.unit.readings.test_figures import clearance_row, force_row

TODAY = date(2026, 10, 8)
QUARTER = Quarter(2026, 3)
ROOT = Path(__file__).parents[3]

CORRECTION = """
[[correction]]
corrected_on = 2026-10-03
quarter = "2026Q2"
district_ids = ["007", "city"]
metric_id = "incidents_burglary"
was = "212"
now = "198"
[correction.why]
language = "en"
text = "We counted attempts twice."
[correction.why.translations]
es = "Contamos los intentos dos veces."
"""

EXPLANATION = """
[[explanation]]
check_id = "volume"
source_id = "crimes"
who = "data editor"
on = 2026-10-08
[explanation.why]
language = "en"
text = "The publisher says that August is complete."
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# Corrections


def test_a_correction_is_read(settings: Settings, tmp_path: Path) -> None:
    write(tmp_path / "corrections.toml", CORRECTION)
    found = load_corrections(settings, tmp_path, TODAY)
    assert found is not None
    [correction], later, _ = found
    assert (correction.district_ids, correction.was, correction.now) == (("007", "city"), "212", "198")
    assert correction.why.translations == {"es": "Contamos los intentos dos veces."}
    assert later == ()


def test_a_correction_made_after_the_reports_day_is_left_out(settings: Settings, tmp_path: Path) -> None:
    write(tmp_path / "corrections.toml", CORRECTION)
    found = load_corrections(settings, tmp_path, date(2026, 10, 2))
    assert found is not None
    assert found[:2] == ((), ("2026-10-03",))


def test_a_byte_order_mark_does_no_harm(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "corrections.toml").write_bytes(b"\xef\xbb\xbf" + CORRECTION.encode())
    assert load_corrections(settings, tmp_path, TODAY) is not None


def test_the_shipped_file_is_empty_and_its_example_is_sound(settings: Settings, tmp_path: Path) -> None:
    found = load_corrections(settings, ROOT / "data", TODAY)
    assert found is not None
    assert found[0] == ()
    lines = (ROOT / "data" / "corrections.toml").read_text(encoding="utf-8").splitlines()
    example = "\n".join(line.removeprefix("# ") for line in lines[lines.index("# [[correction]]") :])
    write(tmp_path / "corrections.toml", example)
    shown = load_corrections(settings, tmp_path, date(2026, 12, 1))
    assert shown is not None
    assert len(shown[0]) == 1


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('quarter = "2026Q2"', 'quarter = "2026-Q2"', "correction 1, quarter"),
        ('quarter = "2026Q2"', 'quarter = "2026Q4"', "correction 1, corrected_on"),
        ('quarter = "2026Q2"', "", "correction 1, quarter"),
        ("2026-10-03", '"soon"', "correction 1, corrected_on"),
        ("2026-10-03", "2026-10-03T12:00:00", "correction 1, corrected_on"),
        ('"007"', '"7"', "correction 1, district_ids"),
        ('"198"', "198", "correction 1, now"),
        ('"198"', '"212"', "correction 1, now"),
        ('"198"', '" "', "correction 1, now"),
        ("metric_id =", "metric =", "correction 1, metric_id"),
        ('text = "We counted attempts twice."', 'text = ""', "correction 1, why.text"),
        ('language = "en"', 'language = "xx"', "correction 1, why.language"),
        ("es =", "xx =", "correction 1, why.translations"),
        ('"Contamos los intentos dos veces."', '""', "correction 1, why.translations.es"),
        ("[[correction]]", "[correction]", "correction"),
        ("[[correction]]", "title = 1\n[[correction]]", "title"),
        ("[[correction]]", "[[correction]", ""),
    ],
)
def test_a_wrong_entry_is_told_with_its_key(settings: Settings, tmp_path: Path, old: str, new: str, where: str) -> None:
    assert old in CORRECTION
    write(tmp_path / "corrections.toml", CORRECTION.replace(old, new))
    assert where in [problem.where for problem in problems_of(lambda: load_corrections(settings, tmp_path, TODAY))]


def test_problems_of_all_entries_are_told_at_once(settings: Settings, tmp_path: Path) -> None:
    text = CORRECTION.replace("was =", "before =") + CORRECTION.replace('"212"', "212")
    write(tmp_path / "corrections.toml", text)
    places = [problem.where for problem in problems_of(lambda: load_corrections(settings, tmp_path, TODAY))]
    assert places == ["correction 1, was", "correction 1, before", "correction 2, was"]


# Notes


def test_an_explanation_is_read_for_its_quarter_alone(settings: Settings, tmp_path: Path) -> None:
    write(tmp_path / "2026Q3.toml", EXPLANATION)
    found = load_explanations(settings, tmp_path, QUARTER, TODAY)
    assert found is not None
    assert [(e.check_id, e.source_id, e.who, e.on) for e in found[0]] == [("volume", "crimes", "data editor", TODAY)]
    assert load_explanations(settings, tmp_path, QUARTER.previous(), TODAY) is None
    assert load_explanations(settings, tmp_path / "absent", QUARTER, TODAY) is None


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('"crimes"', '"weather"', "explanation 1, source_id"),
        ('"data editor"', '""', "explanation 1, who"),
        ('"volume"', '""', "explanation 1, check_id"),
        ("2026-10-08", "2026-10-09", "explanation 1, on"),
        ("2026-10-08", "2026-06-30", "explanation 1, on"),
        ("who =", "name =", "explanation 1, who"),
    ],
)
def test_a_wrong_explanation_is_told(settings: Settings, tmp_path: Path, old: str, new: str, where: str) -> None:
    write(tmp_path / "2026Q3.toml", EXPLANATION.replace(old, new))
    problems = problems_of(lambda: load_explanations(settings, tmp_path, QUARTER, TODAY))
    assert where in [problem.where for problem in problems]


def test_a_check_explained_twice_is_refused(settings: Settings, tmp_path: Path) -> None:
    write(tmp_path / "2026Q3.toml", EXPLANATION * 2)
    [problem] = problems_of(lambda: load_explanations(settings, tmp_path, QUARTER, TODAY))
    assert problem.where == "explanation 2"


@pytest.mark.parametrize("name", ["2026q3.toml", "Q3.toml", "2026Q3.TOML", "2026Q5.toml"])
def test_a_note_that_would_never_be_read_is_refused(settings: Settings, tmp_path: Path, name: str) -> None:
    write(tmp_path / name, EXPLANATION)
    problems = problems_of(lambda: load_explanations(settings, tmp_path, QUARTER, TODAY))
    assert problems == [Problem(name, "a quarter's name such as 2026Q3.toml", name)]


# Everything


def test_everything_that_is_kept_is_read_and_named(settings: Settings, tmp_path: Path) -> None:
    write(tmp_path / "corrections.toml", CORRECTION)
    write(tmp_path / "notes" / "2026Q3.toml", EXPLANATION)
    (tmp_path / "readings").mkdir()
    (tmp_path / "in").mkdir()
    late = clearance_row(reading_id="late", period="2026")
    write_csv(tmp_path / "readings" / "clearance.csv", [CLEARANCE, clearance_row(), late])
    write_csv(tmp_path / "in" / "force.csv", [FORCE, force_row()])
    found = load_readings(settings, tmp_path, tmp_path / "in", QUARTER, TODAY)
    assert found.force == {("007", "2026Q3"): 41}
    assert [reading.reading_id for reading in found.clearance] == ["city-2025"]
    assert (found.population, found.population_year) == ({}, None)
    assert len(found.corrections) == len(found.explanations) == 1
    assert found.left_out == ("clearance.csv: late",)
    assert sorted(found.files) == [
        "corrections.toml",
        "in/force.csv",
        "notes/2026Q3.toml",
        "readings/clearance.csv",
    ]


def test_one_byte_changes_the_digest(settings: Settings, tmp_path: Path) -> None:
    write(tmp_path / "corrections.toml", CORRECTION)
    one = load_readings(settings, tmp_path, tmp_path, QUARTER, TODAY)
    assert one.digest == load_readings(settings, tmp_path, tmp_path, QUARTER, TODAY).digest
    write(tmp_path / "corrections.toml", CORRECTION + " ")
    assert load_readings(settings, tmp_path, tmp_path, QUARTER, TODAY).digest != one.digest


def test_where_nothing_is_kept_nothing_is_told(settings: Settings, tmp_path: Path) -> None:
    assert load_readings(settings, tmp_path / "a", tmp_path / "b", QUARTER, TODAY) == Readings()
