"""What people would have read by hand for the synthetic city: force, residents, clearance.

Invented like all of the sample; two districts have no figure of force, so that a report has that to say.

What belongs here: plain values. What does not: files that people keep, and how they are read.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from district_reports.model import Reading
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.sample_seed import seeded

SAMPLE_YEAR = 2020
"""Year of the population figures."""

LEFT_OUT = 2
"""Districts without a figure of force."""

DEFINITION = "homicides_in_year"
"""Id of the sentence that defines the figures of clearance."""

CLEARED = {"year_to_date_arrest": (0.24, 0.3), "year_to_date_exceptional": (0.1, 0.16)}
"""Least and greatest invented share of homicides cleared in a year, by the way of counting."""


def draw_force(settings: Settings, quarters: Sequence[Quarter]) -> dict[tuple[str, str], int]:
    """Return incidents of force by district and quarter; empty for a city whose sample has none."""
    sample = settings.sample
    if sample.readings is None:
        return {}
    ids = settings.district_ids
    left_out = seeded(sample.seed, "force left out").permutation(len(ids))[: min(LEFT_OUT, len(ids) - 1)]
    weights = np.array([sample.weights[district_id] for district_id in ids])
    level = weights * seeded(sample.seed, "force").lognormal(0, 0.25, len(ids))
    means = level / level.sum() * sample.readings.force_per_quarter
    found: dict[tuple[str, str], int] = {}
    for quarter in quarters:
        counts = seeded(sample.seed, "force", quarter).poisson(means)
        found |= {(ids[place], str(quarter)): int(counts[place]) for place in range(len(ids)) if place not in left_out}
    return found


def draw_population(settings: Settings) -> dict[str, int]:
    """Return residents by district; empty for a city whose sample has none."""
    sample = settings.sample
    if sample.readings is None:
        return {}
    size = len(settings.district_ids)
    # Not in the proportion of the incidents: rates must tell something that counts do not.
    parts = seeded(sample.seed, "residents").uniform(0.6, 1.4, size)
    residents = np.round(parts / parts.sum() * sample.readings.residents / 100).astype(np.int64) * 100
    return dict(zip(settings.district_ids, (int(number) for number in residents), strict=True))


def draw_clearance(settings: Settings, quarter: Quarter) -> tuple[Reading, ...]:
    """Return clearance figures of the city for the two years before a quarter's, by arrest and otherwise apart."""
    if settings.sample.readings is None or settings.outcomes.clearance is None:
        return ()
    readings = []
    for year in (quarter.year - 2, quarter.year - 1):
        chance = seeded(settings.sample.seed, "clearance", year)
        for method, bounds in CLEARED.items():
            readings.append(
                Reading(
                    reading_id=f"sample-{year}-{method.rpartition('_')[2]}",
                    place="city",
                    period=str(year),
                    method=method,
                    value=round(float(chance.uniform(*bounds)), 3),
                    unit="share",
                    definition=DEFINITION,
                    address=settings.outcomes.clearance.dashboard,
                    read_by="",
                    read_on=None,
                    confidence="low",
                )
            )
    return tuple(readings)
