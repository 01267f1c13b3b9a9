"""The felony cases of the synthetic county: four lists that share their ids.

No row has anything of a person but a number. Of the cases brought in some are charged, of those some decided, of those
some convicted, and of those some sentenced; a few dates are such as no calendar will see.

What belongs here: rows of the four sources. What does not: their join and what is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from district_reports.config import Source
from district_reports.config_outcomes import Court
from district_reports.config_sample import SampleCourt
from district_reports.errors import ConfigError
from district_reports.settings import Settings
from district_reports.sources.sample_seed import seeded
from district_reports.sources.sample_texts import (
    CASE_PREFIX,
    Flags,
    Integers,
    draw_weighted,
    number_texts,
    take_texts,
)
from district_reports.tables import arrow_schema

STEPS = ("court_intake", "court_initiation", "court_dispositions", "court_sentencing")
"""Ids of the four sources, in the order in which a case goes through them."""

CHARGED_SHARE, DECIDED_SHARE, SENTENCED_SHARE = 0.83, 0.9, 0.93
"""Shares of the step before that reach the next one; only the convicted are sentenced."""

RESULT_SHARES = {"convicted": 0.62, "dismissed": 0.31, "other_results": 0.07}
"""Of the cases decided; the names are those of the lists in the config."""

DECIDED_LOG_DAYS, SENTENCED_LOG_DAYS = (5.6, 0.8), (2.5, 1.0)
"""Days from one step to the next: mean and standard deviation of their logarithm."""

OTHER_UNIT_SHARE, SECOND_PERSON_SHARE = 0.18, 0.08

IMPOSSIBLE_SHARE, IMPOSSIBLE_DAYS = 0.0008, 36525
"""Share of results whose date is wrong, and by how many days: a hundred years."""

ID_DIGITS = 6


@dataclass(frozen=True)
class _Cases:
    """One person in one case each, in the order of receipt; all arrays have one value for each."""

    case: Integers
    received: Integers
    """Days since the first of the years."""
    unit: Integers
    is_charged: Flags
    is_decided: Flags
    is_sentenced: Flags
    decided: Integers
    sentenced: Integers
    result: Integers


def build_cases(settings: Settings, source: Source) -> pa.Table:
    """Return the rows of one of the four sources in its declared schema, ordered by key.

    Raises:
        ConfigError: If the city does not say how its court files are read, or what the sample's are like.
    """
    rules, sample = settings.outcomes.court, settings.sample.court
    if rules is None or sample is None:
        raise ConfigError("court: expected a table in outcomes.toml and in sample.toml, got none")
    cases = _draw_cases(settings, rules, sample)
    everybody = np.ones(cases.case.size, dtype=bool)
    reached = dict(zip(STEPS, (everybody, cases.is_charged, cases.is_decided, cases.is_sentenced), strict=True))
    rows = np.flatnonzero(reached[source.source_id])
    start = np.datetime64(date(min(rules.years), 1, 1), "D")

    def days(numbers: Integers) -> Any:
        return pa.array((start + numbers[rows]).astype("datetime64[ms]"))

    columns = {
        "row_id": number_texts(CASE_PREFIX, rows, ID_DIGITS),
        "case_id": number_texts(f"{CASE_PREFIX}C", cases.case[rows], ID_DIGITS),
        "person_id": number_texts(f"{CASE_PREFIX}P", rows, ID_DIGITS),
        "received_at": days(cases.received),
        "unit": take_texts(_list_units(settings, sample), cases.unit[rows]),
        "decided_at": days(cases.decided),
        "result": take_texts(_list_results(rules), cases.result[rows]),
        "sentenced_at": days(cases.sentenced),
    }
    return pa.table({name: columns[name] for name in source.columns}).cast(arrow_schema(source))


def _draw_cases(settings: Settings, rules: Court, sample: SampleCourt) -> _Cases:
    chance = seeded(settings.sample.seed, "court")
    years = sorted(rules.years)
    start = date(years[0], 1, 1)
    sizes = chance.poisson(sample.cases_per_year, len(years))
    received = [
        (date(year, 1, 1) - start).days + chance.integers(0, 365, size) for year, size in zip(years, sizes, strict=True)
    ]
    days = np.sort(np.concatenate(received))
    is_second = (chance.random(days.size) < SECOND_PERSON_SHARE) & (np.arange(days.size) > 0)
    case = np.cumsum(~is_second).astype(np.int64)
    # Persons of one case are received together.
    days = days[np.searchsorted(case, case)]
    weights = np.array([settings.sample.weights[district_id] for district_id in settings.district_ids])
    others = np.full(len(sample.other_units), OTHER_UNIT_SHARE / max(len(sample.other_units), 1))
    unit = draw_weighted([*(weights / weights.sum() * (1 - others.sum())), *others], days.size, chance)
    result = draw_weighted(_weigh_results(rules), days.size, chance)
    decided = days + chance.lognormal(*DECIDED_LOG_DAYS, days.size).astype(np.int64)
    sentenced = decided + chance.lognormal(*SENTENCED_LOG_DAYS, days.size).astype(np.int64)
    last = (rules.closed_on - start).days
    is_charged = chance.random(days.size) < CHARGED_SHARE
    is_decided = is_charged & (chance.random(days.size) < DECIDED_SHARE) & (decided < last)
    is_sentenced = is_decided & (result < len(rules.convicted)) & (chance.random(days.size) < SENTENCED_SHARE)
    is_sentenced &= sentenced < last
    decided[chance.random(days.size) < IMPOSSIBLE_SHARE] += IMPOSSIBLE_DAYS
    return _Cases(case, days, unit, is_charged, is_decided, is_sentenced, decided, sentenced, result)


def _list_results(rules: Court) -> list[str]:
    """Return all results that the config knows, convictions first."""
    return [value for name in RESULT_SHARES for value in getattr(rules, name)]


def _weigh_results(rules: Court) -> list[float]:
    """Return how often each of them comes; the first of a list is the most frequent."""
    found: list[float] = []
    for name, share in RESULT_SHARES.items():
        weights = [0.5**place for place in range(len(getattr(rules, name)))]
        found += [share * weight / sum(weights) for weight in weights]
    return found


def _list_units(settings: Settings, sample: SampleCourt) -> list[str]:
    """Return the units as the county writes them: those of districts, then the others."""
    districts = [
        sample.unit.format(number=district.district_id.lstrip("0") or district.district_id, name=district.name)
        for district in settings.districts
    ]
    return [*districts, *sample.other_units]
