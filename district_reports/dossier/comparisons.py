"""Counts beside the year before, and the direction word each comparison may carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from district_reports.dossier.facts import Facts
from district_reports.metrics.direction import (
    DirectionRule,
    Dispersion,
    Member,
    change_pct,
    choose_direction,
    choose_family,
    compare_counts,
    estimate_dispersion,
)
from district_reports.metrics.measures import CITY, Measures
from district_reports.model import Comparison, Direction, Measure, State
from district_reports.periods import Quarter

YEAR = 4
"""Quarters in a year."""


@dataclass(frozen=True)
class Dispersions:
    """Dispersion of each metric's counts, over districts and for the city alone."""

    districts: Mapping[str, Dispersion]
    city: Mapping[str, Dispersion]

    def of(self, place: str, metric_id: str) -> Dispersion:
        """Return a metric's dispersion as it holds for a place."""
        return (self.city if place == CITY else self.districts)[metric_id]


def estimate_dispersions(facts: Facts, more: Iterable[str]) -> Dispersions:
    """Return the dispersion of every metric that a report compares.

    Args:
        facts: Of the quarter.
        more: Metrics compared beside those of the report's first pages.
    """
    report = facts.settings.report
    metrics = sorted({*report.key_facts, *report.trends, *report.offences, *more})
    earlier = facts.quarter.window(report.history_quarters)[:-1]
    return Dispersions(
        districts={
            metric: estimate_dispersion(_history(facts.measures, facts.settings.district_ids, earlier, metric))
            for metric in metrics
        },
        city={metric: estimate_dispersion(_history(facts.measures, (CITY,), earlier, metric)) for metric in metrics},
    )


def _history(measures: Measures, places: Sequence[str], quarters: Sequence[Quarter], metric: str) -> pd.DataFrame:
    """Return counts, incidents: index quarters (oldest first), columns places; NaN without data."""
    return pd.DataFrame(
        {place: [measures.get(place, quarter, metric).value for quarter in quarters] for place in places},
        index=[str(quarter) for quarter in quarters],
        dtype=float,
    )


def _rule(facts: Facts) -> DirectionRule:
    return DirectionRule(**facts.settings.report.direction.model_dump())


def compare(facts: Facts, place: str, metric: str, dispersions: Dispersions) -> Comparison:
    """Return one comparison that stands alone, uncorrected for the number of others."""
    comparison = _without_word(facts, place, metric)
    rule = _rule(facts)
    tested = _test(comparison, place, dispersions, rule)
    return comparison.model_copy(update={"direction": choose_direction(*tested, rule)})


def compare_offences(facts: Facts, place: str, dispersions: Dispersions) -> tuple[Comparison, ...]:
    """Return the table of offences, its words corrected as one family."""
    rule = _rule(facts)
    comparisons = [_without_word(facts, place, metric) for metric in facts.settings.report.offences]
    words = choose_family([_test(comparison, place, dispersions, rule) for comparison in comparisons], rule)
    return tuple(
        comparison.model_copy(update={"direction": word}) for comparison, word in zip(comparisons, words, strict=True)
    )


def _test(comparison: Comparison, place: str, dispersions: Dispersions, rule: DirectionRule) -> Member:
    now, before = _comparable(comparison)
    if now is None or before is None:
        return Member(now, before, None)
    return Member(now, before, compare_counts(now, before, dispersions.of(place, comparison.metric_id), rule))


def _without_word(facts: Facts, place: str, metric: str) -> Comparison:
    """Return the numbers of a comparison, its direction still unknown."""
    now = facts.measures.get(place, facts.quarter, metric)
    before = facts.measures.get(place, facts.quarter.year_ago(), metric)
    earlier = _same_quarters(facts, place, metric)
    comparison = Comparison(
        metric_id=metric,
        now=now,
        year_before=before,
        change_pct=None,
        direction=Direction.UNKNOWN,
        earlier_mean=round(sum(earlier) / len(earlier), 6) if earlier else None,
        earlier_years=len(earlier),
    )
    counts = _comparable(comparison)
    return comparison.model_copy(update={"change_pct": change_pct(*counts, _rule(facts))})


def _same_quarters(facts: Facts, place: str, metric: str) -> list[int]:
    """Return the counts of the same quarter in the earlier years we hold and may use."""
    years = (facts.settings.report.history_quarters - 1) // YEAR
    measures = (facts.measures.get(place, facts.quarter.shifted(-YEAR * back), metric) for back in range(1, years + 1))
    return [int(measure.value) for measure in measures if measure.state is State.OK and measure.value is not None]


def _comparable(comparison: Comparison) -> tuple[int | None, int | None]:
    """Return the two counts where both may be compared."""
    counts = [count_of(measure) for measure in (comparison.now, comparison.year_before)]
    return counts[0], counts[1]


def count_of(measure: Measure) -> int | None:
    """Return a count that may be compared; None where it may not, or there is none."""
    return int(measure.value) if measure.state is State.OK and measure.value is not None else None
