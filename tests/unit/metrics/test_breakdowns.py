from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from district_reports.metrics.breakdowns import (
    NAMES_TOLD,
    UNPLACED,
    Oddity,
    build_breakdowns,
    count_beats,
    count_by_name,
    count_hours,
    count_oddities,
)
from district_reports.metrics.incidents import open_incidents
from district_reports.model import AreaCount, Note, Shape
from district_reports.periods import Quarter
from district_reports.settings import Settings
from tests.unit.metrics.conftest import Opener
from tests.unit.metrics.rows import local, make_row, own_beat

MONDAY = local("2018-08-13 00:59")
SUNDAY = local("2018-09-30 23:59:59")
AFTER = local("2018-10-01")


def cells(frame: pd.DataFrame) -> dict[tuple[object, ...], int]:
    """Return the rows that count something, by their key."""
    return {tuple(row[:-1]): row[-1] for row in frame.itertuples(index=False, name=None) if row[-1]}


def test_hours_are_a_complete_grid(opened: Opener, settings: Settings, quarter: Quarter) -> None:
    here = settings.district_ids[0]
    con = opened(
        make_row(settings, occurred_at=MONDAY),
        make_row(settings, occurred_at=SUNDAY),
        make_row(settings, occurred_at=SUNDAY, district_id=None),
        make_row(settings, occurred_at=AFTER),
    )
    hours = count_hours(con, quarter)
    assert list(hours.columns) == ["district_id", "weekday", "hour", "count"]
    assert len(hours) == (len(settings.districts) + 2) * 7 * 24
    assert cells(hours) == {
        (here, 0, 0): 1,
        (here, 6, 23): 1,
        ("none", 6, 23): 1,
        ("city", 0, 0): 1,
        ("city", 6, 23): 2,
    }


def test_beats_that_contradict_or_are_missing_are_unplaced(
    opened: Opener, settings: Settings, quarter: Quarter
) -> None:
    here, there = settings.district_ids[:2]
    con = opened(
        make_row(settings),
        make_row(settings, beat_id=own_beat(settings, there)),
        make_row(settings, beat_id=None),
        make_row(settings, beat_id=""),
        make_row(settings, district_id=None, beat_id=own_beat(settings, here)),
        make_row(settings, occurred_at=AFTER),
    )
    beats = count_beats(con, quarter, settings)
    assert list(beats.columns) == ["district_id", "beat_id", "count"]
    assert cells(beats) == {(here, own_beat(settings, here)): 1, (here, UNPLACED): 3}
    assert set(beats[beats["beat_id"] == UNPLACED]["district_id"]) == set(settings.district_ids)


def test_oddities_are_counted_by_district_and_for_the_city(
    opened: Opener, settings: Settings, quarter: Quarter
) -> None:
    here, there = settings.district_ids[:2]
    group, code = settings.metrics.offences.groups[0], settings.sample.offences[0].code
    con = opened(
        make_row(settings),
        make_row(settings, district_id="031"),
        make_row(settings, district_id=None),
        make_row(settings, beat_id=own_beat(settings, there)),
        make_row(settings, offence_type="NEW", offence_group=group, offence_code=code),
        make_row(settings, offence_code="x"),
        make_row(settings, offence_code=None),
        make_row(settings, offence_group="99", occurred_at=AFTER),
    )
    assert cells(count_oddities(con, [quarter])) == {
        ("outside_rows", "none", "031"): 1,
        ("outside_rows", "none", ""): 1,
        ("outside_rows", "city", "031"): 1,
        ("outside_rows", "city", ""): 1,
        ("contradicting_beats", here, ""): 1,
        ("contradicting_beats", "city", ""): 1,
        ("unknown_types", here, "NEW"): 1,
        ("unknown_types", "city", "NEW"): 1,
        ("unknown_codes", here, "x"): 1,
        ("unknown_codes", "city", "x"): 1,
        ("unknown_codes", here, ""): 1,
        ("unknown_codes", "city", ""): 1,
    }
    both = count_oddities(con, [quarter.shifted(1), quarter])
    assert count_by_name(both, Oddity.UNKNOWN_GROUPS) == {"99": 1}


def test_rows_on_the_default_date_are_odd(opened: Opener, settings: Settings) -> None:
    moment = local(f"2018-{settings.report.notes.default_date} 23:59:59")
    con = opened(make_row(settings, occurred_at=moment), make_row(settings, occurred_at=moment + timedelta(days=1)))
    oddities = count_oddities(con, [Quarter.of(moment.date())])
    assert cells(oddities) == {
        ("default_dates", settings.district_ids[0], ""): 1,
        ("default_dates", "city", ""): 1,
    }


@pytest.mark.parametrize("name", ["=1+1", "'; DROP VIEW core_incidents; --", "\x1b[31m\u202e", "%s{}", "💥" * 300])
def test_hostile_names_come_back_as_they_stand(opened: Opener, settings: Settings, quarter: Quarter, name: str) -> None:
    con = opened(make_row(settings, offence_type=name, offence_group=name, offence_code=name, district_id=name))
    oddities = count_oddities(con, [quarter])
    named = (Oddity.UNKNOWN_TYPES, Oddity.UNKNOWN_GROUPS, Oddity.UNKNOWN_CODES, Oddity.OUTSIDE_ROWS)
    assert [count_by_name(oddities, oddity) for oddity in named] == [{name: 1}] * 4


def test_the_most_frequent_name_comes_first(opened: Opener, settings: Settings, quarter: Quarter) -> None:
    con = opened(*(make_row(settings, offence_type=name) for name in ("b", "a", "c", "c")))
    assert list(count_by_name(count_oddities(con, [quarter]), Oddity.UNKNOWN_TYPES)) == ["c", "a", "b"]


def test_records_of_one_place(opened: Opener, settings: Settings, quarter: Quarter) -> None:
    here, there = settings.district_ids[:2]
    con = opened(
        make_row(settings),
        make_row(settings, beat_id=own_beat(settings, there), offence_type="NEW"),
        make_row(settings, district_id=there, occurred_at=SUNDAY),
        make_row(settings, district_id="031"),
    )
    found = build_breakdowns(con, settings, quarter)
    assert len(found.hours(here)) == 168
    assert [(cell.weekday, cell.hour, cell.count) for cell in found.hours(there) if cell.count] == [(6, 23, 1)]
    district, city = found.places(here, ()), found.places("city", ())
    assert (district.kind, district.areas, district.unplaced) == (
        "tiles",
        (AreaCount(area_id=own_beat(settings, here), count=1),),
        1,
    )
    assert {area.area_id: area.count for area in city.areas if area.count} == {here: 2, there: 1}
    assert city.unplaced == 1
    outside = Note(note_id="outside_rows", count=1, names=("031",))
    assert found.notes(there) == (outside,)
    assert [(note.note_id, note.count, note.names) for note in found.notes(here)] == [
        ("outside_rows", 1, ("031",)),
        ("contradicting_beats", 1, ()),
        ("unknown_types", 1, ("NEW",)),
    ]


def test_incidents_in_none_of_the_shapes_are_unplaced(opened: Opener, settings: Settings, quarter: Quarter) -> None:
    con = opened(make_row(settings), make_row(settings), make_row(settings, district_id=settings.district_ids[1]))
    here = settings.district_ids[0]
    found = build_breakdowns(con, settings, quarter)
    ring = (((0, 0), (0, 9), (9, 9)),)
    shapes = tuple(Shape(area_id=area_id, rings=ring) for area_id in ("zz", own_beat(settings, here)))
    places = found.places(here, shapes)
    assert (places.kind, places.shapes, places.unplaced) == ("polygons", shapes, 0)
    assert [(area.area_id, area.count) for area in places.areas] == [("zz", 0), (own_beat(settings, here), 2)]
    assert found.places(here, shapes[:1]).unplaced == 2
    assert found.places("city", (Shape(area_id=here, rings=ring),)).unplaced == 1


def test_a_note_tells_only_so_many_names(opened: Opener, settings: Settings, quarter: Quarter) -> None:
    con = opened(*(make_row(settings, offence_type=f"NEW {number}") for number in range(NAMES_TOLD + 5)))
    (note,) = build_breakdowns(con, settings, quarter).notes("city")
    assert (note.count, len(note.names)) == (NAMES_TOLD + 5, NAMES_TOLD)


def test_an_unknown_group_is_left_to_the_checks(opened: Opener, settings: Settings, quarter: Quarter) -> None:
    found = build_breakdowns(opened(make_row(settings, offence_group="99")), settings, quarter)
    assert found.notes("city") == ()
    assert count_by_name(found.oddities, Oddity.UNKNOWN_GROUPS) == {"99": 1}


def test_without_rows_all_is_zero(settings: Settings, quarter: Quarter) -> None:
    with open_incidents([], settings) as con:
        found = build_breakdowns(con, settings, quarter)
    assert (found.by_hour["count"] == 0).all()
    assert (found.by_beat["beat_id"] == UNPLACED).all()
    assert len(found.oddities) == 0
    assert found.notes("city") == ()
    assert found.places("city", ()).unplaced == 0
