"""What became of incidents, step by step; rates, communities, and errors of ours."""

from __future__ import annotations

from district_reports.dossier.comparisons import YEAR, count_of
from district_reports.dossier.facts import Facts
from district_reports.metrics.measures import CITY
from district_reports.model import Communities, Community, Correction, Ladder, Measure, Rate, Rung, RungId, Shape, State
from district_reports.periods import Quarter

WINDOW_RUNGS: dict[int, RungId] = {90: "arrest_90", 180: "arrest_180", 365: "arrest_365"}
"""Windows that are rungs of the ladder; the shortest window of all is in the table of arrests only."""

SQUARE = 1000
"""Side of the square that shapes are drawn on."""


def build_ladders(facts: Facts, place: str) -> tuple[Ladder, ...]:
    """Return the ladder of each cohort: of the quarter a year before, then of the report's."""
    arrests = facts.settings.outcomes.arrests
    if arrests is None:
        return ()
    return tuple(
        _ladder(facts, place, cohort.cohort_id, cohort.metric_id, quarter)
        for quarter in (facts.quarter.shifted(-YEAR), facts.quarter)
        for cohort in arrests.cohorts
    )


def _ladder(facts: Facts, place: str, cohort_id: str, metric: str, quarter: Quarter) -> Ladder:
    outcomes = facts.settings.outcomes
    reported = facts.measures.get(place, quarter, metric)
    rungs = [Rung(rung_id="reported", state=reported.state, share=None, count=_whole(reported))]
    within = {
        rung_id: facts.measures.get(place, quarter, f"arrest_within_{window}_{cohort_id}")
        for window, rung_id in WINDOW_RUNGS.items()
    }
    rungs += [
        Rung(rung_id=rung_id, state=share.state, share=share.value, count=share.numerator)
        for rung_id, share in within.items()
    ]
    dashboard = outcomes.clearance.dashboard if outcomes.clearance else ""
    court = outcomes.court.dashboard if outcomes.court else ""
    rungs += [
        Rung(rung_id=rung_id, state=State.NOT_PUBLISHED, share=None, count=None, look_at=address)
        for rung_id, address in (
            ("cleared_by_arrest", dashboard),
            ("cleared_exceptionally", dashboard),
            ("charged", court),
            ("court_result", court),
        )
    ]
    return Ladder(cohort_id=cohort_id, quarter=str(quarter), rungs=(*rungs, _open_or_unknown(within["arrest_365"])))


def _open_or_unknown(longest: Measure) -> Rung:
    """Return the rest: incidents of which no public file knows an arrest of an adult within the longest window."""
    if longest.value is None or longest.denominator is None or longest.numerator is None:
        return Rung(rung_id="open_or_unknown", state=longest.state, share=None, count=None)
    rest = longest.denominator - longest.numerator
    share = round(1 - longest.value, 6)
    return Rung(rung_id="open_or_unknown", state=longest.state, share=share, count=rest)


def _whole(measure: Measure) -> int | None:
    return None if measure.value is None else int(measure.value)


def build_rates(facts: Facts, place: str) -> tuple[Rate, ...]:
    """Return the rates beside the counts; none where residents are not known."""
    population = facts.settings.outcomes.population
    residents = facts.extras.population.get(place)
    if population is None or residents is None:
        return ()
    return tuple(
        Rate(
            measure=facts.measures.get(place, facts.quarter, f"rate_{metric.removeprefix('incidents_')}"),
            residents=residents,
            year=facts.extras.population_year,
            is_residents_base_wrong=place in population.base_is_wrong_for,
        )
        for metric in population.rates
    )


def build_communities(facts: Facts, place: str) -> Communities | None:
    """Return the place's incidents by community; None where the rows tell none."""
    part, counted = facts.settings.outcomes.communities, facts.extras.communities
    total = count_of(facts.measures.get(place, facts.quarter, facts.settings.report.all_incidents))
    if part is None or counted is None or not total:
        return None
    rows = counted[counted["district_id"] == place]
    counts = {str(area): int(count) for area, count in zip(rows["area_id"], rows["count"], strict=True)}
    known = {area.area_id: counts[area.area_id] for area in facts.settings.communities if counts.get(area.area_id)}
    if not known:
        return None
    # The city's report shows all of them; a district's those that make up a good part of it.
    least = 0.0 if place == CITY else part.least_share
    shown = {area_id: count for area_id, count in known.items() if count >= least * total}
    names = {area.area_id: area.name for area in facts.settings.communities}
    return Communities(
        areas=tuple(
            Community(area_id=area_id, name=names[area_id], count=count, per_100=round(100 * count / total, 6))
            for area_id, count in shown.items()
        ),
        elsewhere=sum(known.values()) - sum(shown.values()),
        unknown=sum(counts.values()) - sum(known.values()),
        shapes=_fill_square(tuple(shape for shape in facts.extras.community_shapes if shape.area_id in shown)),
    )


def _fill_square(shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Return shapes cut out of the city's map, as large as their square allows."""
    points = [point for shape in shapes for ring in shape.rings for point in ring]
    if not points:
        return ()
    left, top = (min(point[axis] for point in points) for axis in (0, 1))
    width = max(max(point[0] for point in points) - left, max(point[1] for point in points) - top) or 1
    return tuple(
        Shape(
            area_id=shape.area_id,
            rings=tuple(
                tuple((round((x - left) * SQUARE / width), round((y - top) * SQUARE / width)) for x, y in ring)
                for ring in shape.rings
            ),
        )
        for shape in shapes
    )


def find_corrections(facts: Facts, place: str) -> tuple[Correction, ...]:
    """Return the errors of ours that concern a place."""
    return tuple(
        correction
        for correction in facts.extras.corrections
        if not correction.district_ids or place in correction.district_ids
    )
