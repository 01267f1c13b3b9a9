"""Blocks, ladders, rates and communities of a dossier, in the toy city with parts of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import pytest

from district_reports.config_outcomes import CommunityArea, Outcomes
from district_reports.dossier import Extras, Facts
from district_reports.dossier.blocks import build_blocks, compared_metrics, list_asked
from district_reports.dossier.comparisons import estimate_dispersions
from district_reports.dossier.outcomes import build_communities, build_ladders, build_rates, find_corrections
from district_reports.metrics import OUTSIDE, Breakdowns, Measures
from district_reports.metrics.measures import COUNT_UNITS, build_table
from district_reports.model import CITY, Correction, Direction, Freshness, NamedCount, Shape, State, Text
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from tests.unit.metrics.rows import TOY

QUARTER = Quarter(2026, 3)
BEFORE = QUARTER.year_ago()
AS_OF = date(2026, 10, 9)
WINDOWS = (30, 90, 180, 365)
OUTCOMES: dict[str, Any] = {
    "fears": ["incidents_robbery"],
    "arrests": {"cohorts": [{"cohort_id": "violent", "metric_id": "incidents_violent"}]},
    "victims": {"gunshot_values": ["Y"], "no_gunshot_values": ["N"], "homicide_groups": ["kill"]},
    "complaints": {
        "office": "Office",
        "other_offices": [],
        "open_values": ["Open"],
        "closed_values": ["Closed"],
        "finding_values": ["True"],
        "no_finding_values": [],
        "sustained_value": "True",
        "force_categories": ["Force"],
    },
    "requests": {"kinds": [{"kind_id": "lamp", "types": ["Lamp"]}], "closed_values": ["C"], "open_values": ["O"]},
    "trust": {"scale": 0.1},
    "court": {
        "years": [2020],
        "unit_pattern": "x",
        "convicted": [],
        "dismissed": [],
        "other_results": [],
        "closed_on": "2024-12-30",
        "dashboard": "https://example.org/court",
    },
    "force": {"dashboard": "https://example.org/force", "columns": {}},
    "clearance": {"dashboard": "https://example.org/clearance"},
    "population": {"rates": ["incidents_violent"], "base_is_wrong_for": ["S"]},
    "communities": {"least_share": 0.2},
}
UNITS = {
    "victims_homicide": "victims",
    "victims_nonfatal_shooting": "victims",
    "shooting_incidents": "incidents",
    "complaint_cases": "cases",
    "complaint_force_cases_12m": "cases",
    "complaint_closed_share": "share",
    "complaint_finding_share": "share",
    "complaint_sustained_share": "share",
    "complaint_open_days": "days",
    "force_incidents": "incidents",
    "requests_all": "requests",
    "requests_lamp": "requests",
    "requests_closed_share_all": "share",
    "requests_closed_share_lamp": "share",
    "requests_days_all": "days",
    "requests_days_lamp": "days",
    "trust_score": "score",
    "safety_score": "score",
    "rate_violent": "per_1000",
    "days_to_arrest_violent": "days",
    **{f"arrest_within_{window}_violent": "share" for window in WINDOWS},
}
Cells = Mapping[tuple[str, Quarter, str], tuple[float | None, State]]


@pytest.fixture(scope="module")
def toy() -> Settings:
    settings = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
    report = settings.report.model_copy(update={"history_quarters": 13})
    communities = tuple(CommunityArea(area_id=number, name=f"Area {number}") for number in ("1", "2", "3"))
    return settings.model_copy(
        update={"report": report, "outcomes": Outcomes.model_validate(OUTCOMES), "communities": communities}
    )


def make_facts(settings: Settings, cells: Cells | None = None, **extras: Any) -> Facts:
    """Return facts in which every count is 60, every share 30 of 60, unless `cells` says otherwise."""
    metrics = {metric.metric_id: metric.unit for metric in settings.metrics.metrics} | UNITS
    rows = []
    for place in (*settings.district_ids, CITY, OUTSIDE):
        for quarter in QUARTER.window(13):
            for metric, unit in metrics.items():
                usual = 60.0 if unit in COUNT_UNITS else 0.5 if unit == "share" else 5.0
                value, state = (cells or {}).get((place, quarter, metric), (usual, State.OK))
                has_parts = unit == "share" and value is not None
                rows.append(
                    {
                        "district_id": place,
                        "quarter": str(quarter),
                        "metric_id": metric,
                        "value": value,
                        "unit": unit,
                        "numerator": round(60 * (value or 0)) if has_parts else None,
                        "denominator": 60 if has_parts else None,
                        "state": str(state),
                        "as_of": AS_OF,
                        "origin_id": "made up",
                    }
                )
    table = build_table({name: [row[name] for row in rows] for name in rows[0]})
    empty = pd.DataFrame()
    return Facts(
        settings=settings,
        quarter=QUARTER,
        report_date=AS_OF,
        is_sample=False,
        is_preview=False,
        origins=(),
        measures=Measures(table),
        breakdowns=Breakdowns(by_hour=empty, by_beat=empty, oddities=empty),
        shapes={},
        contacts={},
        remarks=(),
        extras=Extras(**extras),
    )


def blocks_of(facts: Facts, place: str = "N") -> dict[str, Any]:
    dispersions = estimate_dispersions(facts, compared_metrics(facts.settings))
    return {block.block_id: block for block in build_blocks(facts, place, dispersions)}


def test_a_city_that_configures_nothing_has_no_blocks() -> None:
    settings = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
    assert compared_metrics(settings) == ()
    facts = make_facts(settings)
    assert blocks_of(facts) == {}
    assert build_ladders(facts, "N") == () and build_rates(facts, "N") == () and list_asked(settings) == ()
    assert build_communities(facts, "N") is None


def test_each_configured_part_is_a_block_in_the_order_of_the_report(toy: Settings) -> None:
    blocks = blocks_of(make_facts(toy))
    assert list(blocks) == ["fears", "victims", "arrest_windows", "complaints", "force", "requests", "trust"]
    assert [fear.metric_id for fear in blocks["fears"].comparisons] == ["incidents_robbery"]
    assert len(blocks["arrest_windows"].series) == len(WINDOWS)


def test_a_fear_is_always_there_with_a_zero_too(toy: Settings) -> None:
    (fear,) = blocks_of(make_facts(toy, {("N", QUARTER, "incidents_robbery"): (0, State.OK)}))["fears"].comparisons
    assert fear.now.value == 0
    assert fear.direction is Direction.LOWER


def test_a_source_that_was_never_read_leaves_its_block_with_no_numbers(toy: Settings) -> None:
    gone = {
        (place, quarter, "victims_homicide"): (None, State.NO_DATA)
        for place in ("N",)
        for quarter in QUARTER.window(13)
    }
    missing = Freshness(source_id="victims", state=State.NO_DATA, fresh_to=None, look_at="https://example.org")
    victims = blocks_of(make_facts(toy, gone, freshness={"victims": missing}))["victims"]
    assert victims.comparisons[0].now.value is None
    assert victims.comparisons[0].direction is Direction.UNKNOWN
    assert victims.freshness == (missing,)


def test_stale_and_early_numbers_get_no_word(toy: Settings) -> None:
    for state in (State.STALE, State.TOO_EARLY):
        (force,) = blocks_of(make_facts(toy, {("N", QUARTER, "force_incidents"): (900, state)}))["force"].comparisons
        assert force.now.value == 900 and force.direction is Direction.UNKNOWN and force.change_pct is None


def test_complaint_steps_are_those_of_the_quarter_a_year_before(toy: Settings) -> None:
    named = (NamedCount(name="Force", count=3),)
    complaints = blocks_of(make_facts(toy, categories={"N": named}))["complaints"]
    assert {measure.quarter for measure in complaints.measures[:3]} == {str(BEFORE)}
    assert complaints.measures[3].quarter == str(QUARTER)
    assert complaints.named == named


def test_scores_stand_beside_the_citys_but_in_the_citys_own_report_alone(toy: Settings) -> None:
    facts = make_facts(toy)
    assert [measure.district_id for measure in blocks_of(facts)["trust"].measures] == ["N", "N", CITY, CITY]
    assert [measure.district_id for measure in blocks_of(facts, CITY)["trust"].measures] == [CITY, CITY]


# The ladder


def test_a_ladder_has_all_nine_rungs_and_merges_none(toy: Settings) -> None:
    older, newest = build_ladders(make_facts(toy), "N")
    assert (older.quarter, newest.quarter) == (str(BEFORE), str(QUARTER))
    assert [rung.rung_id for rung in older.rungs] == [
        "reported",
        "arrest_90",
        "arrest_180",
        "arrest_365",
        "cleared_by_arrest",
        "cleared_exceptionally",
        "charged",
        "court_result",
        "open_or_unknown",
    ]
    assert older.rungs[0].count == 60
    assert [rung.state for rung in older.rungs[4:8]] == [State.NOT_PUBLISHED] * 4
    assert all(rung.look_at and rung.share is None for rung in older.rungs[4:8])
    assert (older.rungs[8].share, older.rungs[8].count) == (0.5, 30)


def test_a_rung_whose_window_has_not_passed_is_too_early_and_so_is_the_rest(toy: Settings) -> None:
    early = {("N", QUARTER, "arrest_within_365_violent"): (0.2, State.TOO_EARLY)}
    _, newest = build_ladders(make_facts(toy, early), "N")
    assert newest.rungs[3].state is State.TOO_EARLY and newest.rungs[8].state is State.TOO_EARLY
    assert newest.rungs[1].state is State.OK


def test_a_rung_without_data_is_no_zero(toy: Settings) -> None:
    gone = {("N", QUARTER, "arrest_within_365_violent"): (None, State.NO_DATA)}
    _, newest = build_ladders(make_facts(toy, gone), "N")
    assert newest.rungs[3].share is None and newest.rungs[8].share is None and newest.rungs[8].count is None


def test_medians_are_the_newest_that_may_be_told(toy: Settings) -> None:
    metric = "days_to_arrest_violent"
    young = {("N", quarter, metric): (2.0, State.TOO_EARLY) for quarter in QUARTER.window(4)}
    (median,) = blocks_of(make_facts(toy, young))["arrest_windows"].measures
    assert median.quarter == str(BEFORE)


# Rates, communities, corrections


def test_rates_need_residents_and_say_where_they_are_the_wrong_base(toy: Settings) -> None:
    assert build_rates(make_facts(toy), "N") == ()
    facts = make_facts(toy, population={"N": 1000, "S": 500}, population_year=2020)
    (north,), (south,) = build_rates(facts, "N"), build_rates(facts, "S")
    assert (north.residents, north.year, north.is_residents_base_wrong) == (1000, 2020, False)
    assert south.is_residents_base_wrong


def communities_of(toy: Settings, rows: list[tuple[str, str, int]], place: str = "N", **extras: Any) -> Any:
    counted = pd.DataFrame(rows, columns=["district_id", "area_id", "count"])
    return build_communities(make_facts(toy, communities=counted, **extras), place)


def test_communities_below_the_part_are_summed_and_unknown_ones_told(toy: Settings) -> None:
    found = communities_of(toy, [("N", "1", 40), ("N", "2", 12), ("N", "3", 5), ("N", "", 3), ("S", "3", 60)])
    assert [(area.area_id, area.count) for area in found.areas] == [("1", 40), ("2", 12)]
    assert (found.elsewhere, found.unknown) == (5, 3)
    assert found.areas[1].per_100 == pytest.approx(20.0)


def test_the_city_shows_all_its_communities(toy: Settings) -> None:
    found = communities_of(toy, [(CITY, "1", 58), (CITY, "2", 1), (CITY, "3", 1)], CITY)
    assert [area.area_id for area in found.areas] == ["1", "2", "3"]


def test_rows_that_tell_no_community_make_no_such_part(toy: Settings) -> None:
    assert communities_of(toy, [("N", "", 60)]) is None


def test_the_shapes_of_a_few_communities_fill_the_map(toy: Settings) -> None:
    shapes = tuple(
        Shape(area_id=area_id, rings=(((left, 500), (left + 50, 500), (left + 50, 600), (left, 600)),))
        for area_id, left in (("1", 700), ("2", 750), ("3", 0))
    )
    found = communities_of(toy, [("N", "1", 40), ("N", "2", 20)], community_shapes=shapes)
    points = [point for shape in found.shapes for ring in shape.rings for point in ring]
    assert {shape.area_id for shape in found.shapes} == {"1", "2"}
    assert (min(x for x, _ in points), max(x for x, _ in points)) == (0, 1000)
    assert (min(y for _, y in points), max(y for _, y in points)) == (0, 1000)


def test_a_correction_is_told_where_it_belongs(toy: Settings) -> None:
    def correction(*places: str) -> Correction:
        return Correction(
            corrected_on=AS_OF,
            quarter="2026Q1",
            district_ids=places,
            metric_id="incidents_all",
            was="1",
            now="2",
            why=Text(language="en", text="Why"),
        )

    facts = make_facts(toy, corrections=(correction("S"), correction()))
    assert len(find_corrections(facts, "S")) == 2
    assert len(find_corrections(facts, "N")) == len(find_corrections(facts, CITY)) == 1
