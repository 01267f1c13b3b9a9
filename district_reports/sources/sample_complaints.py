"""Complaints about the police of the synthetic city: cases of the office that is counted, and of other offices.

Offices, statuses and findings are those of `outcomes.toml`; the categories beside force are invented. A case is closed
after some months or years, so the newest are open. What is hostile in a real file is here too: beats without the zero
on the left, two beats in one cell, none at all.

What belongs here: cases and their rows. What does not: what is counted.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from district_reports.config import Source
from district_reports.config_outcomes import Complaints
from district_reports.config_sample import SampleComplaints
from district_reports.errors import ConfigError
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.sample_areas import list_beats
from district_reports.sources.sample_seed import seeded
from district_reports.sources.sample_texts import (
    CASE_PREFIX,
    Flags,
    draw_names,
    draw_weighted,
    number_texts,
    take_texts,
)
from district_reports.tables import arrow_schema

EARLIER_QUARTERS = 4
"""Quarters before those of the report that are whole: the oldest of the report's may tell of a year."""

OLDER_QUARTERS = 12
"""Quarters before these of which only the cases that are still open are told."""

CLOSED_LOG_DAYS = (5.5, 1.0)
"""Days until a case is closed: mean and standard deviation of their logarithm (median 245 days)."""

SUSTAINED_SHARE, NO_FINDING_SHARE = 0.09, 0.4
"""Shares of closed cases whose finding is sustained, and that have none; the others share the rest."""

TWO_BEATS_SHARE, NO_BEAT_SHARE, BARE_BEAT_SHARE = 0.04, 0.05, 0.05
"""Shares of cases with two beats, with none, and whose beat has lost its zero on the left."""

CASES_PER_QUARTER, ID_DIGITS = 10**5, 10
"""Width of the range of numbers that a quarter has, and digits of a number: year, quarter, place."""


def build_complaints(settings: Settings, source: Source, quarter: Quarter, seen_on: date) -> pa.Table:
    """Return all cases in the source's declared schema, ordered by key, which is by time.

    Args:
        settings: The city.
        source: The source of complaints.
        quarter: The newest one told.
        seen_on: Last day of which anything is known.

    Raises:
        ConfigError: If the city does not say how its complaints are read, or what the sample's are like.
    """
    rules, sample = settings.outcomes.complaints, settings.sample.complaints
    if rules is None or sample is None:
        raise ConfigError("complaints: expected a table in outcomes.toml and in sample.toml, got none")
    told = settings.report.history_quarters + EARLIER_QUARTERS
    parts = []
    for each in quarter.window(told + OLDER_QUARTERS):
        table, is_open = _draw_quarter(settings, rules, sample, each, seen_on)
        parts.append(table if each > quarter.shifted(-told) else table.filter(pa.array(is_open)))
    return pa.concat_tables(parts).select(list(source.columns)).cast(arrow_schema(source)).combine_chunks()


def _draw_quarter(
    settings: Settings, rules: Complaints, sample: SampleComplaints, quarter: Quarter, seen_on: date
) -> tuple[pa.Table, Flags]:
    """Return the cases opened in a quarter, and which of them are open."""
    chance = seeded(settings.sample.seed, "complaints", quarter)
    sizes = chance.poisson([sample.cases_per_quarter, sample.other_cases_per_quarter if rules.other_offices else 0])
    rows = int(sizes.sum())
    office = np.zeros(rows, dtype=np.int64)
    others = chance.choice(rows, int(sizes[1]), replace=False)
    office[others] = 1 + chance.integers(0, max(len(rules.other_offices), 1), others.size)
    opened = np.sort(chance.integers(0, ((quarter.end - quarter.start).days + 1) * 24 * 60, rows))
    days = chance.lognormal(*CLOSED_LOG_DAYS, rows)
    is_open = opened / (24 * 60) + days > (seen_on - quarter.start).days
    force = chance.random(rows) < sample.force_share * bool(rules.force_categories)
    category = np.where(
        force,
        len(sample.categories) + chance.integers(0, max(len(rules.force_categories), 1), rows),
        draw_names(sample.categories, rows, chance),
    )
    first = (quarter.year * 10 + quarter.number) * CASES_PER_QUARTER
    columns = {
        "log_id": number_texts(f"{CASE_PREFIX}L", first + np.arange(rows), ID_DIGITS),
        "opened_at": pa.array(np.datetime64(quarter.start, "ms") + opened.astype("timedelta64[m]")),
        "office": take_texts([rules.office, *rules.other_offices], office),
        "status": _draw_status(rules, is_open, chance),
        "category": take_texts([*[name.name for name in sample.categories], *rules.force_categories], category),
        "finding": _draw_findings(rules, is_open | (office > 0), chance),
        "beats": _draw_beats(settings, rules, rows, chance),
    }
    return pa.table(columns), is_open


def _draw_status(rules: Complaints, is_open: Flags, chance: np.random.Generator) -> pa.Array:
    """Return each case's status; the first values of the config are the most frequent."""
    drawn = [
        draw_weighted([0.5**place for place in range(len(values))], is_open.size, chance)
        for values in (rules.open_values, rules.closed_values)
    ]
    numbers = np.where(is_open, drawn[0], len(rules.open_values) + drawn[1])
    return take_texts([*rules.open_values, *rules.closed_values], numbers)


def _draw_findings(rules: Complaints, has_none: Flags, chance: np.random.Generator) -> pa.Array:
    """Return each case's finding: empty while it is open, and always for other offices."""
    values = [*rules.finding_values, *rules.no_finding_values]
    others = len(rules.finding_values) - 1
    weights = [
        SUSTAINED_SHARE
        if value == rules.sustained_value
        else NO_FINDING_SHARE / len(rules.no_finding_values)
        if value in rules.no_finding_values
        else (1 - SUSTAINED_SHARE - NO_FINDING_SHARE) / others
        for value in values
    ]
    return take_texts(values, draw_weighted(weights, has_none.size, chance), has_none)


def _draw_beats(settings: Settings, rules: Complaints, rows: int, chance: np.random.Generator) -> pa.Array:
    """Return the beats of each case: one, two, or none."""
    ids = [[beat.beat_id for beat in list_beats(settings, district_id)] for district_id in settings.district_ids]
    weights = [settings.sample.weights[district_id] for district_id in settings.district_ids]
    district = draw_weighted(weights, rows, chance)
    beats = np.array(ids)[district, chance.integers(0, len(ids[0]), rows)].astype(object)
    lots = chance.random(rows)
    for row in np.flatnonzero(lots < TWO_BEATS_SHARE):
        # Some of one district, some of two.
        other = (district[row] + row % 2) % len(ids)
        beats[row] = f"{beats[row]} {rules.beat_separator} {ids[other][row % len(ids[0])]}"
    for row in np.flatnonzero(lots > 1 - BARE_BEAT_SHARE):
        beats[row] = beats[row].lstrip("0")
    is_missing = (lots >= TWO_BEATS_SHARE) & (lots < TWO_BEATS_SHARE + NO_BEAT_SHARE)
    beats[is_missing] = None
    return pa.array(beats, pa.string())
