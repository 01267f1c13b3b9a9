"""Two pulls of one question on one day, as the publisher really revises, against counts made in another way: pandas.

Between the two, many rows lost their coordinates, which we do not ask for, and were marked as changed.

Postconditions of the fixture: the published files, all text, are turned into stored parts in a temporary folder; no
row of them is kept.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from district_reports.metrics.measures import CITY, OUTSIDE
from district_reports.metrics.revisions import CAUSES, compare_rows
from district_reports.model import RevisionCauses
from district_reports.settings import Settings, load_settings
from tests.real_data import REAL_DATA

REAL = REAL_DATA / "revisions"
PULLS = sorted(REAL.glob("carjackings_*.parquet"))

pytestmark = pytest.mark.skipif(len(PULLS) != 2, reason=f"needs the two real pulls, set REAL_DATA_DIR: {REAL}")

# Written out by hand, apart from the config: the portal's names of the columns whose change has a class of its own.
CLASSES = {"reclassified": ["fbi_code", "iucr"], "moved": ["district", "day"]}
OURS = ["iucr", "primary_type", "fbi_code", "arrest", "domestic", "beat", "district", "date", "case_number"]
OURS += ["community_area", "location_description"]


@pytest.fixture(scope="module")
def city() -> Settings:
    return load_settings({})


@pytest.fixture(scope="module")
def stored(city: Settings, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The two pulls as stored parts, with our names and types."""
    types = {"integer": "BIGINT", "text": "VARCHAR", "timestamp": "TIMESTAMP_MS", "boolean": "BOOLEAN"}
    columns = city.source("crimes").columns.items()
    cast = ", ".join(f'CAST("{column.field}" AS {types[column.type]}) AS "{name}"' for name, column in columns)
    paths = []
    for pull in PULLS:
        paths.append(tmp_path_factory.mktemp(pull.stem) / "part.parquet")
        with duckdb.connect() as writer:
            writer.execute(
                f"COPY (SELECT {cast} FROM read_parquet($published) ORDER BY 1) TO '{paths[-1]}' (FORMAT parquet)",
                {"published": str(pull)},
            )
    return paths


@pytest.fixture(scope="module")
def causes(stored: list[Path], city: Settings) -> dict[str, RevisionCauses]:
    return compare_rows(stored[:1], stored[1:], city)


@pytest.fixture(scope="module")
def both() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that both pulls hold, by key, in one order; the day cut from the text of the date."""
    then, now = (pd.read_parquet(pull).set_index("id") for pull in PULLS)
    keys = then.index.intersection(now.index)
    first, second = (
        side.loc[keys].fillna("").assign(day=side.loc[keys, "date"].str.slice(0, 10)) for side in (then, now)
    )
    return first, second


def test_late_and_removed_rows_are_those_of_the_published_files(causes: dict[str, RevisionCauses]) -> None:
    then, now = ({*pd.read_parquet(pull, columns=["id"])["id"]} for pull in PULLS)
    assert (len(then), len(now)) == (7978, 7982)
    assert (causes[CITY].late, causes[CITY].removed) == (len(now - then), len(then - now)) == (4, 0)


def test_rows_that_lost_their_coordinates_were_touched_and_nothing_else(
    causes: dict[str, RevisionCauses], both: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    then, now = both
    is_marked = then["updated_on"] != now["updated_on"]
    is_ours = (then[OURS] != now[OURS]).any(axis=1)
    is_lost = (then["latitude"] != "") & (now["latitude"] == "")
    assert int(is_marked.sum()) == int(is_lost.sum()) == 1406
    assert causes[CITY].touched == int((is_marked & ~is_ours).sum()) == 1405
    found = (is_marked & ~is_ours).groupby(now["district"]).sum()
    for place, rows in causes.items():
        if place not in (CITY, OUTSIDE):
            assert rows.touched == int(found.get(place, 0)), place


def test_other_changes_are_those_of_the_published_files(
    causes: dict[str, RevisionCauses], both: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    then, now = both
    is_left = pd.Series(True, index=then.index)
    for cause, columns in CLASSES.items():
        is_other = (then[columns] != now[columns]).any(axis=1) & is_left
        assert getattr(causes[CITY], cause) == int(is_other.sum()), cause
        is_left &= ~is_other
    is_arrested = (then["arrest"] == "false") & (now["arrest"] == "true") & is_left
    assert causes[CITY].arrest_added == int(is_arrested.sum())
    is_rest = (then[OURS] != now[OURS]).any(axis=1) & is_left & ~is_arrested
    assert causes[CITY].other == int(is_rest.sum())


def test_districts_and_none_add_up_to_the_city(causes: dict[str, RevisionCauses]) -> None:
    for cause in CAUSES:
        assert sum(getattr(rows, cause) for place, rows in causes.items() if place != CITY) == getattr(
            causes[CITY], cause
        )


def test_a_pull_beside_itself_has_not_changed(stored: list[Path], city: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy.parquet"
    copy.write_bytes(stored[0].read_bytes())
    (rows,) = {tuple(found.model_dump().values()) for found in compare_rows(stored[:1], [copy], city).values()}
    assert set(rows) == {0}


def test_going_back_takes_away_what_came(stored: list[Path], city: Settings, causes: dict[str, RevisionCauses]) -> None:
    back = compare_rows(stored[1:], stored[:1], city)[CITY]
    there = causes[CITY]
    assert (back.late, back.removed, back.touched) == (there.removed, there.late, there.touched)
