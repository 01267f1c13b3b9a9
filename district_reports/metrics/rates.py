"""Counts for every 1,000 residents: beside the counts, never instead of them.

What belongs here: the division. What does not: who counts as a resident, which is a figure a person brought.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from district_reports.errors import ContractError
from district_reports.metrics.grid import Definition, join_tables
from district_reports.metrics.incidents import SOURCE_ID as INCIDENTS
from district_reports.metrics.measures import CITY, SHARE_DIGITS, build_table
from district_reports.metrics.opened import Opened
from district_reports.model import State
from district_reports.periods import Quarter
from district_reports.settings import Settings

RESIDENTS = 1000
"""Residents that a rate is of."""
COUNTED = "incidents_"


def count_rates(
    opened: Opened, quarters: Sequence[Quarter], measures: pd.DataFrame, population: Mapping[str, int]
) -> pd.DataFrame:
    """Return `out_metrics` of the config's rates; a quarter's count is not blown up to a year's.

    A rate has the state, day and origin of its count; it is `not_published` where no residents are known, as for rows
    without a district.

    Args:
        opened: The sources.
        quarters: Those wanted.
        measures: `out_metrics` that holds the counts.
        population: Residents by district; the city's is taken from `city`, else is their sum, and it is not known
            where a district is missing.

    Returns:
        `rate_…` (per_1000); none where the config has no rates.

    Raises:
        ContractError: If a count is missing, or a number of residents is not above 0.
    """
    config, settings = opened.settings.outcomes.population, opened.settings
    if config is None or not config.rates or not quarters:
        return join_tables([])
    residents = _find_residents(population, settings)
    wanted = measures["quarter"].isin([str(quarter) for quarter in quarters])
    tables = []
    for metric_id in config.rates:
        counts = measures[wanted & (measures["metric_id"] == metric_id)]
        expected = len(quarters) * (len(settings.districts) + 2)
        if len(counts) != expected:
            problem = f"{metric_id}: expected {expected} counts to make rates of, got {len(counts)}"
            raise ContractError(f"rates: {problem}", table="rates", problems=[problem])
        of_place = counts["district_id"].map(residents).astype("float64")
        rates = counts.assign(
            metric_id=name_rate(metric_id),
            value=(counts["value"] * RESIDENTS / of_place).round(SHARE_DIGITS),
            unit="per_1000",
            state=counts["state"].mask(of_place.isna(), str(State.NOT_PUBLISHED)),
        )
        tables.append(build_table({str(name): column for name, column in rates.items()}))
    return join_tables(tables)


def name_rate(metric_id: str) -> str:
    """Return the metric id of a count's rate."""
    return f"rate_{metric_id.removeprefix(COUNTED)}"


def define_rates(settings: Settings) -> tuple[Definition, ...]:
    """Return how each rate is found: by dividing; none where the config has no rates."""
    config = settings.outcomes.population
    return tuple(
        Definition(name_rate(metric_id), "per_1000", (INCIDENTS,), "") for metric_id in (config.rates if config else ())
    )


def _find_residents(population: Mapping[str, int], settings: Settings) -> dict[str, int]:
    known = {*settings.district_ids, CITY}
    problems = [
        f"{place!r:.40}: {residents}" for place, residents in population.items() if place not in known or residents <= 0
    ]
    if problems:
        raise ContractError(
            f"population: expected residents above 0 of the config's districts, got {'; '.join(problems[:5])}",
            table="population",
            problems=problems,
        )
    residents = {place: count for place, count in population.items() if place != CITY}
    if set(residents) == set(settings.district_ids):
        residents[CITY] = population.get(CITY, sum(residents.values()))
    return residents
