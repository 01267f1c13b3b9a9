"""From measures to dossiers, in the toy city: what may be compared, which word it earns, and what its bytes say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from district_reports.dossier import Facts, build_dossiers, canonical_json, digest_of, load_dossier
from district_reports.metrics import OUTSIDE, Breakdowns, Measures
from district_reports.metrics.measures import build_table
from district_reports.model import CITY, CheckResult, Comparison, Contact, Direction, Dossier, Origin, Shape, State
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from tests.unit.metrics.rows import TOY

QUARTER = Quarter(2026, 3)
AS_OF = date(2026, 10, 9)
Key = tuple[str, Quarter, str]
Cell = tuple[float | None, State]
OFFENCES = ("incidents_homicide", "incidents_robbery", "incidents_burglary")
BUSY, QUIET = "N", "S"


@pytest.fixture(scope="module")
def toy() -> Settings:
    """The toy city, with thirteen quarters: three earlier years of the same quarter."""
    settings = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
    return settings.model_copy(update={"report": settings.report.model_copy(update={"history_quarters": 13})})


def usual(place: str, quarter: Quarter, metric: str) -> float:
    """Return a count that swings with the season and a little by chance: the same every time."""
    size = {"incidents_all": 900, "incidents_violent": 270, "incidents_property": 480, "incidents_homicide": 8}
    level = size.get(metric, 120) * {CITY: 3, OUTSIDE: 0}.get(place, 1)
    swing = (0.95, 1.0, 1.08, 0.97)[quarter.number - 1]
    wobble = 1 + 0.02 * ((quarter.year * 7 + quarter.number * 3 + len(metric)) % 5 - 2)
    return float(round(level * swing * wobble))


def make_table(settings: Settings, cells: Mapping[Key, Cell]) -> pd.DataFrame:
    """Return measures of every place, quarter and metric; `cells` are put in place of the usual ones."""
    rows = []
    for place in (*settings.district_ids, CITY, OUTSIDE):
        for quarter in QUARTER.window(settings.report.history_quarters):
            for metric in settings.metrics.metrics:
                is_share = metric.unit == "share"
                count = 0.25 if is_share else usual(place, quarter, metric.metric_id)
                value, state = cells.get((place, quarter, metric.metric_id), (count, State.OK))
                rows.append(
                    {
                        "district_id": place,
                        "quarter": str(quarter),
                        "metric_id": metric.metric_id,
                        "value": value,
                        "unit": metric.unit,
                        "numerator": 25 if is_share and value is not None else None,
                        "denominator": 100 if is_share and value is not None else None,
                        "state": str(state),
                        "as_of": AS_OF,
                        "origin_id": "crimes",
                    }
                )
    return build_table({name: [row[name] for row in rows] for name in rows[0]})


def make_breakdowns(settings: Settings, oddities: Mapping[tuple[str, str, str], int]) -> Breakdowns:
    hours = [
        {"district_id": place, "weekday": day, "hour": hour, "count": 0 if place == OUTSIDE else 1 + hour % 3}
        for place in sorted([*settings.district_ids, CITY, OUTSIDE])
        for day in range(7)
        for hour in range(24)
    ]
    beats = [
        {"district_id": place, "beat_id": beat, "count": count}
        for place in settings.district_ids
        for beat, count in (("", 2), (f"{place}-1", 200), (f"{place}-2", 134))
    ]
    odd = [
        {"oddity_id": oddity, "district_id": place, "name": name, "count": count}
        for (oddity, place, name), count in oddities.items()
    ]
    return Breakdowns(
        by_hour=pd.DataFrame(hours),
        by_beat=pd.DataFrame(beats),
        oddities=pd.DataFrame(odd, columns=["oddity_id", "district_id", "name", "count"]),
    )


def square(area_id: str) -> Shape:
    return Shape(area_id=area_id, rings=(((0, 0), (9, 0), (9, 9), (0, 9), (0, 0)),))


Maker = Callable[..., Facts]


@pytest.fixture
def make_facts(toy: Settings) -> Maker:
    """Makes facts: `cells` replaces counts, a number alone being one that may be compared."""

    def make(
        cells: Mapping[Key, Cell | float] | None = None,
        oddities: Mapping[tuple[str, str, str], int] | None = None,
        **changes: Any,
    ) -> Facts:
        given = {key: cell if isinstance(cell, tuple) else (cell, State.OK) for key, cell in (cells or {}).items()}
        facts = Facts(
            settings=toy,
            quarter=QUARTER,
            report_date=date(2026, 10, 12),
            is_sample=False,
            is_preview=False,
            origins=(make_origin(),),
            measures=Measures(make_table(toy, given)),
            breakdowns=make_breakdowns(toy, oddities or {}),
            shapes={place: (square(f"{place}-1"), square(f"{place}-2")) for place in toy.district_ids}
            | {CITY: tuple(square(place) for place in toy.district_ids)},
            contacts={
                place.district_id: Contact(name=place.name, address=place.address, phone=place.phone, is_verified=False)
                for place in toy.districts
            },
            remarks=(),
        )
        return replace(facts, **changes)

    return make


def make_origin() -> Origin:
    return Origin(
        origin_id="crimes",
        producer="Toyville Police",
        title="Events",
        page_url="https://toyville.example/d/toyt-oy01",
        dataset_id="toyt-oy01",
        license="None",
        as_of=AS_OF,
        snapshot="0" * 64,
    )


def fact_of(dossier: Dossier, metric: str) -> Comparison:
    return next(fact for fact in dossier.key_facts if fact.metric_id == metric)


def offence_of(dossier: Dossier, metric: str) -> Comparison:
    return next(offence for offence in dossier.offences if offence.metric_id == metric)


def year(metric: str, now: Cell | float, before: Cell | float, place: str = BUSY) -> dict[Key, Cell | float]:
    """Return two cells: a metric now and in the year before."""
    return {(place, QUARTER, metric): now, (place, QUARTER.year_ago(), metric): before}


# The bytes


def test_there_is_a_dossier_of_every_place(make_facts: Maker, toy: Settings) -> None:
    dossiers = build_dossiers(make_facts())
    assert tuple(dossiers) == (*toy.district_ids, CITY)
    assert all(dossier.district_id == place for place, dossier in dossiers.items())


def test_the_same_facts_give_the_same_bytes(make_facts: Maker) -> None:
    first, second = (build_dossiers(make_facts()) for _ in range(2))
    assert {place: canonical_json(d) for place, d in first.items()} == {p: canonical_json(d) for p, d in second.items()}


def test_canonical_json_has_one_form_and_comes_back(make_facts: Maker) -> None:
    for dossier in build_dossiers(make_facts({}, {("unknown_types", BUSY, "Ünknown ‮ 新"): 3})).values():
        data = canonical_json(dossier)
        assert data.endswith(b"}\n")
        assert b"\n" not in data[:-1]
        assert load_dossier(data) == dossier
        assert canonical_json(load_dossier(data)) == data


def test_names_stand_in_the_bytes_as_they_are(make_facts: Maker) -> None:
    dossier = build_dossiers(make_facts({}, {("unknown_types", BUSY, "新"): 3}))[BUSY]
    assert "新".encode() in canonical_json(dossier)


@pytest.mark.parametrize(
    "key",
    [
        (BUSY, QUARTER, "incidents_robbery"),
        (BUSY, QUARTER.year_ago(), "incidents_burglary"),
        (BUSY, QUARTER.shifted(-12), "incidents_violent"),
        (CITY, QUARTER, "incidents_robbery"),
    ],
)
def test_one_other_number_gives_another_digest(make_facts: Maker, key: Key) -> None:
    usual_one, other = (digest_of(build_dossiers(make_facts(cells))[BUSY]) for cells in ({}, {key: usual(*key) + 1}))
    assert usual_one != other


def test_a_number_of_a_neighbour_leaves_a_digest_alone_unless_it_moves_the_rule(make_facts: Maker) -> None:
    """This quarter's counts of another district decide nothing here; the city's do, as the whole."""
    changed = {(QUIET, QUARTER, "incidents_robbery"): 77.0}
    assert digest_of(build_dossiers(make_facts())[BUSY]) == digest_of(build_dossiers(make_facts(changed))[BUSY])


@pytest.mark.parametrize("changes", [{"is_sample": True}, {"is_preview": True}, {"report_date": date(2026, 10, 13)}])
def test_marks_and_date_are_in_the_digest(make_facts: Maker, changes: dict[str, Any]) -> None:
    usual_one, other = (digest_of(build_dossiers(make_facts(**change))[BUSY]) for change in ({}, changes))
    assert usual_one != other


# What is compared


@pytest.mark.parametrize(
    ("now", "before", "word"),
    [
        (400.0, 250.0, Direction.HIGHER),
        (250.0, 400.0, Direction.LOWER),
        (270.0, 272.0, Direction.SIMILAR),
        (270.0, 270.0, Direction.SIMILAR),
        (0.0, 0.0, Direction.SIMILAR),
        (30.0, 0.0, Direction.HIGHER),
    ],
)
def test_a_word_is_drawn_from_two_counts(make_facts: Maker, now: float, before: float, word: Direction) -> None:
    dossier = build_dossiers(make_facts(year("incidents_violent", now, before)))[BUSY]
    assert fact_of(dossier, "incidents_violent").direction is word


@pytest.mark.parametrize("state", [State.TOO_EARLY, State.STALE])
@pytest.mark.parametrize("which", ["now", "before"])
def test_a_value_that_may_not_be_compared_keeps_its_number_and_gets_no_word(
    make_facts: Maker, state: State, which: str
) -> None:
    cells: Any = (400.0, (250.0, state)) if which == "before" else ((400.0, state), 250.0)
    for metric in ("incidents_violent", "incidents_robbery"):
        dossier = build_dossiers(make_facts(year(metric, *cells)))[BUSY]
        comparison = fact_of(dossier, metric)
        assert (comparison.now.value, comparison.year_before.value) == (400, 250)
        assert comparison.direction is Direction.UNKNOWN
        assert comparison.change_pct is None
    assert offence_of(dossier, "incidents_robbery").direction is Direction.UNKNOWN


@pytest.mark.parametrize("state", [State.NO_DATA, State.SUPPRESSED, State.NOT_PUBLISHED])
def test_a_year_before_that_is_missing_leaves_the_direction_unknown(make_facts: Maker, state: State) -> None:
    comparison = fact_of(
        build_dossiers(make_facts(year("incidents_violent", 400.0, (None, state))))[BUSY], "incidents_violent"
    )
    assert comparison.direction is Direction.UNKNOWN
    assert comparison.change_pct is None
    assert comparison.year_before.value is None
    assert comparison.year_before.state is state


def test_no_data_now_is_not_zero(make_facts: Maker) -> None:
    comparison = fact_of(
        build_dossiers(make_facts(year("incidents_violent", (None, State.NO_DATA), 400.0)))[BUSY], "incidents_violent"
    )
    assert comparison.now.value is None
    assert comparison.direction is Direction.UNKNOWN


@pytest.mark.parametrize(
    ("now", "before", "pct"), [(400, 250, 60.0), (250, 400, -37.5), (19, 40, None), (40, 19, None)]
)
def test_percentages_need_both_counts_above_the_floor(
    make_facts: Maker, now: float, before: float, pct: float | None
) -> None:
    dossier = build_dossiers(make_facts(year("incidents_violent", float(now), float(before))))[BUSY]
    assert fact_of(dossier, "incidents_violent").change_pct == pct


def test_the_mean_is_of_the_same_quarter_in_three_earlier_years(make_facts: Maker) -> None:
    counts = dict(zip((4, 8, 12), (100.0, 110.0, 121.0), strict=True))
    cells = {(BUSY, QUARTER.shifted(-back), "incidents_robbery"): count for back, count in counts.items()}
    comparison = fact_of(build_dossiers(make_facts(cells))[BUSY], "incidents_robbery")
    assert comparison.earlier_years == 3
    assert comparison.earlier_mean == pytest.approx(331 / 3, abs=1e-6)


def test_the_mean_leaves_out_years_that_may_not_be_used(make_facts: Maker) -> None:
    cells: dict[Key, Cell | float] = {
        (BUSY, QUARTER.shifted(-4), "incidents_robbery"): 100.0,
        (BUSY, QUARTER.shifted(-8), "incidents_robbery"): (999.0, State.STALE),
        (BUSY, QUARTER.shifted(-12), "incidents_robbery"): (None, State.NO_DATA),
    }
    comparison = fact_of(build_dossiers(make_facts(cells))[BUSY], "incidents_robbery")
    assert (comparison.earlier_mean, comparison.earlier_years) == (100.0, 1)


def test_without_any_earlier_year_there_is_no_mean(make_facts: Maker) -> None:
    cells: dict[Key, Cell | float] = {
        (BUSY, QUARTER.shifted(-back), "incidents_robbery"): (None, State.NO_DATA) for back in range(1, 13)
    }
    comparison = fact_of(build_dossiers(make_facts(cells))[BUSY], "incidents_robbery")
    assert (comparison.earlier_mean, comparison.earlier_years) == (None, 0)


# The table of offences is one family

BORDERLINE = (8.0, 20.0)
"""Counts whose exact p is 0.036: clear alone at 5 %, not as the best of three at 10 %, which asks for 0.033."""


def test_a_word_that_stands_alone_may_fall_in_the_family(make_facts: Maker) -> None:
    dossier = build_dossiers(make_facts(year("incidents_robbery", *BORDERLINE)))[BUSY]
    assert fact_of(dossier, "incidents_robbery").direction is Direction.LOWER
    assert [offence.direction for offence in dossier.offences] == [Direction.SIMILAR] * 3


def test_a_clearer_one_keeps_its_word_in_the_family(make_facts: Maker) -> None:
    dossier = build_dossiers(make_facts(year("incidents_robbery", 9.0, 22.0)))[BUSY]
    assert offence_of(dossier, "incidents_robbery").direction is Direction.LOWER


def test_several_clear_offences_carry_each_other(make_facts: Maker) -> None:
    cells = {key: cell for metric in OFFENCES for key, cell in year(metric, *BORDERLINE).items()}
    dossier = build_dossiers(make_facts(cells))[BUSY]
    assert [offence.direction for offence in dossier.offences] == [Direction.LOWER] * 3


def test_an_offence_without_data_does_not_enter_the_family(make_facts: Maker) -> None:
    cells = year("incidents_robbery", *BORDERLINE)
    for metric in ("incidents_homicide", "incidents_burglary"):
        cells |= year(metric, 100.0, (None, State.NO_DATA))
    dossier = build_dossiers(make_facts(cells))[BUSY]
    assert offence_of(dossier, "incidents_robbery").direction is Direction.LOWER
    assert offence_of(dossier, "incidents_burglary").direction is Direction.UNKNOWN


def test_each_place_is_a_family_of_its_own(make_facts: Maker) -> None:
    cells = {key: cell for metric in OFFENCES for key, cell in year(metric, *BORDERLINE, place=QUIET).items()}
    dossiers = build_dossiers(make_facts(cells | year("incidents_robbery", *BORDERLINE)))
    assert [offence.direction for offence in dossiers[QUIET].offences] == [Direction.LOWER] * 3
    assert [offence.direction for offence in dossiers[BUSY].offences] == [Direction.SIMILAR] * 3


# Series, parts, places, notes


def test_series_hold_the_whole_window_oldest_first(make_facts: Maker, toy: Settings) -> None:
    dossier = build_dossiers(make_facts())[BUSY]
    quarters = [str(quarter) for quarter in QUARTER.window(13)]
    for series in (*dossier.trends, *dossier.arrests):
        assert [measure.quarter for measure in series] == quarters
    assert [series[0].metric_id for series in dossier.trends] == list(toy.report.trends)
    assert [series[0].metric_id for series in dossier.arrests] == list(toy.report.arrest_shares)


def test_parts_set_a_district_beside_the_city_and_the_city_has_none(make_facts: Maker) -> None:
    cells: dict[Key, Cell | float] = {
        (BUSY, QUARTER, "incidents_robbery"): 30.0,
        (BUSY, QUARTER, "incidents_all"): 400.0,
        (CITY, QUARTER, "incidents_robbery"): 90.0,
        (CITY, QUARTER, "incidents_all"): 900.0,
    }
    dossiers = build_dossiers(make_facts(cells))
    part = dossiers[BUSY].parts[0]
    assert (part.here_per_100, part.city_per_100) == (7.5, 10.0)
    assert dossiers[CITY].parts == ()
    assert dossiers[CITY].contact is None


@pytest.mark.parametrize("whole", [0.0, (None, State.NO_DATA)])
def test_a_part_of_nothing_is_unknown(make_facts: Maker, whole: Cell | float) -> None:
    cells: dict[Key, Cell | float] = {
        (BUSY, QUARTER, "incidents_all"): whole,
        (BUSY, QUARTER, "incidents_robbery"): 0.0,
    }
    assert build_dossiers(make_facts(cells))[BUSY].parts[0].here_per_100 is None


def test_missing_boundaries_are_told_in_the_notes_where_they_miss(make_facts: Maker) -> None:
    shapes = {place: found for place, found in make_facts().shapes.items() if place != BUSY}
    dossiers = build_dossiers(make_facts(shapes=shapes))
    notes = {place: [note.note_id for note in dossier.notes] for place, dossier in dossiers.items()}
    assert notes == {BUSY: ["no_boundaries"], QUIET: [], "XY": [], CITY: []}
    assert dossiers[BUSY].places.kind == "tiles"
    assert [area.area_id for area in dossiers[BUSY].places.areas] == ["N-1", "N-2"]
    assert dossiers[QUIET].places.kind == "polygons"


def test_a_contact_that_differs_is_told_where_it_differs(make_facts: Maker) -> None:
    remark = CheckResult(check_id=f"contact_{QUIET}", passed=False, required=False, expected="555", got="556")
    dossiers = build_dossiers(make_facts(remarks=(remark,)))
    told = {place for place, dossier in dossiers.items() if any(n.note_id == "contact_differs" for n in dossier.notes)}
    assert told == {QUIET}
    assert all(dossier.remarks == (remark,) for dossier in dossiers.values())


def test_oddities_of_the_rows_come_before_those_of_the_sources(make_facts: Maker) -> None:
    oddities = {("unknown_types", BUSY, "NEW"): 2, ("outside_rows", CITY, "Q"): 4, ("unknown_types", CITY, "NEW"): 2}
    dossiers = build_dossiers(make_facts({}, oddities, shapes={}))
    assert [(note.note_id, note.count) for note in dossiers[BUSY].notes] == [
        ("outside_rows", 4),
        ("unknown_types", 2),
        ("no_boundaries", 0),
    ]
    assert [note.note_id for note in dossiers[QUIET].notes] == ["outside_rows", "no_boundaries"]


def test_what_lies_in_no_area_is_counted(make_facts: Maker) -> None:
    places = build_dossiers(make_facts())[BUSY].places
    assert [(area.area_id, area.count) for area in places.areas] == [("N-1", 200), ("N-2", 134)]
    assert places.unplaced == 2


def test_a_quarter_without_data_has_neither_hours_nor_places(make_facts: Maker) -> None:
    dossiers = build_dossiers(make_facts(year("incidents_all", (None, State.NO_DATA), 400.0)))
    assert (dossiers[BUSY].hours, dossiers[BUSY].places.areas) == ((), ())
    assert all(note.note_id != "no_boundaries" for note in dossiers[BUSY].notes)
