"""The examples that people copy are read as they stand; the documents name every column and way of counting."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from district_reports.guide import load_part_files
from district_reports.periods import Quarter
from district_reports.readings import clearance, force, load_readings, population
from district_reports.settings import Settings

ROOT = Path(__file__).parents[3]
EXAMPLES = dict(
    re.findall(
        r"^`([\w/.-]+)`[^\n]*\n\n```\w+\n(.*?)```",
        (ROOT / "data" / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
)


def test_every_file_has_an_example() -> None:
    assert sorted(EXAMPLES) == [
        "corrections.toml",
        "decisions/2026Q3.toml",
        "drop-in/force.csv",
        "meetings/2026Q4.csv",
        "notes/2026Q3.toml",
        "priorities.toml",
        "readings/clearance.csv",
        "readings/population.csv",
    ]


def test_the_examples_are_read(settings: Settings, tmp_path: Path) -> None:
    for name, text in EXAMPLES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with (tmp_path / "readings" / "population.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{place},1,2020,x,https://example.org/x\n" for place in settings.district_ids[3:])
    found = load_readings(settings, tmp_path, tmp_path / "drop-in", Quarter(2026, 3), date(2026, 10, 8))
    assert found.force == {("007", "2026Q3"): 41, ("010", "2026Q3"): 38}
    assert len(found.clearance) == 3
    assert len(found.population) == len(settings.district_ids)
    assert len(found.corrections) == len(found.explanations) == 1
    assert found.left_out == ()
    part = load_part_files(settings, tmp_path, Quarter(2026, 3), date(2026, 10, 8))
    assert (len(part.meetings), len(part.decisions), len(part.priorities)) == (2, 1, 1)


@pytest.mark.parametrize("module", [force, clearance, population], ids=lambda module: module.STEM)
def test_the_columns_are_documented(module: object) -> None:
    text = (ROOT / "docs" / "readings.md").read_text(encoding="utf-8")
    assert f"`{', '.join(module.COLUMNS)}`" in text  # type: ignore[attr-defined]


def test_every_way_of_counting_is_documented() -> None:
    text = (ROOT / "docs" / "readings.md").read_text(encoding="utf-8")
    first = {"year_to_date_all", "cohort_12_months"}
    for name in (*clearance.METHODS, *clearance.DEFINITIONS, *clearance.UNITS, *clearance.CONFIDENCES):
        shown = (
            name if name in first | {*clearance.DEFINITIONS} else f"…_{name.rsplit('_', 1)[1]}" if "_" in name else name
        )
        assert f"`{shown}`" in text, name
