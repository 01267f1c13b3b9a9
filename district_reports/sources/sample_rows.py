"""The incidents of the synthetic city, one by one.

Every row is drawn by chance from `sample.toml`; none is copied. The rows have what a real file has: nights and
weekends, round minutes, arrests that come in late, a default date, rows without a district or a code, beats that lie in
another district.

A month depends on the configuration and on its own date alone; the day we look only tells what has become known.

What belongs here: what, where and when. What does not: how many (`sample_counts`), what the publisher changes later
(`sample_changes`), the columns of the table (`sample_crimes`), the shapes of areas.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

import numpy as np

from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.sample_changes import find_held_cell, place_held
from district_reports.sources.sample_communities import NOWHERE, list_neighbours, place_beats
from district_reports.sources.sample_counts import MonthPlan, plan_month
from district_reports.sources.sample_seed import seeded
from district_reports.sources.sample_texts import Flags, Integers

DAY_MINUTES = 24 * 60

DAY_BEGINS, EVENING_BEGINS = 4, 20
"""Hours between which it is day; `night_share` is what lies outside."""

HOURS = (14, 11, 10, 8, 3, 2, 3, 5, 7, 7, 7, 7, 9, 8, 8, 9, 9, 9, 9, 8, 15, 15, 14, 13)
"""Weights of the hours, those of the day and those of the night each among themselves."""

WEEKDAYS = (
    (0.90, 0.85, 0.85, 0.90, 1.00, 1.30, 1.35),
    (1.00, 1.00, 1.00, 1.00, 1.05, 0.98, 0.88),
    (0.92, 0.92, 0.94, 0.98, 1.20, 1.20, 0.95),
)
"""Weights of Monday to Sunday: in the small hours, by day, in the evening."""

ROUND_MINUTES = {0: 0.35, 15: 0.05, 30: 0.15, 45: 0.05}
"""Shares of incidents noted at a round minute; the rest are spread evenly over the hour."""

SAME_DAY_SHARE = 0.6
"""Share of arrests made on the day of the incident."""

LATE_LOG_DAYS = (3.4, 1.4)
"""The days until the other arrests are lognormal: mean and standard deviation of their logarithm (median 30 days)."""

DEFAULT_DATE_SHARE = 0.015
"""Share of a month's rows that stands on the default date, in the month that has it."""

NO_CODE_SHARE = 0.0005
"""Share of rows without the code of a single offence."""

BEAT_EVENNESS = 6.0
"""Shape of the gamma distribution of the beats' weights: the higher, the more alike."""

SHARED_CASE_SHARE = 0.06
"""Share of homicides, taken two by two, that are of one case: a row is a victim."""

CASES_PER_MONTH, CASE_DIGITS = 10**6, 12
"""Width of the range of case numbers that a month has, and digits of a case number: year, month, place."""

ASTRAY_SHARE = 0.03
"""Share of rows whose community is the one beside that of their beat."""

NO_COMMUNITY_SHARE = 0.002
"""Share of rows without a community."""


@dataclass(frozen=True)
class Incidents:
    """All incidents that a month will ever have, in the order of time; all arrays have one value for each."""

    month: date
    plan: MonthPlan
    district: Integers
    """Number of the district in its file, counted from 0."""
    kind: Integers
    """Number of the kind in `sample.toml`, counted from 0."""
    minute: Integers
    """Minutes since the month began."""
    case: Integers
    """Case number without its prefix; victims of one homicide share it."""
    beat: Integers
    """Number of the beat over all districts, counted from 0."""
    community: Integers
    """Number of the community in its file, or `NOWHERE`."""
    arrest_day: Integers
    """Day of the arrest, counted from the first of the month."""
    has_arrest: Flags
    """Whether there is an arrest in the end."""
    is_domestic: Flags
    has_no_code: Flags
    is_outside: Flags
    """Whether the row names a district that is none of the city's, or none."""
    is_nowhere: Flags
    """Whether the row names no district."""
    is_settled: Flags
    """Whether nothing else was drawn for the row: it is there from the first day on, and nothing of it is odd."""


@dataclass
class _Drawn:
    """Incidents in the making."""

    district: Integers
    kind: Integers
    minute: Integers


def draw_incidents(settings: Settings, month: date) -> Incidents:
    """Return the incidents of a month, whether their rows are there yet or not."""
    plan = plan_month(settings, month)
    chance = seeded(settings.sample.seed, "rows", month)
    drawn = _draw_month(settings, month, plan.counts, chance)
    is_settled = plan.arrivals.is_settled
    cell = find_held_cell(settings, Quarter.of(month))
    if cell is not None:
        is_settled[place_held(cell, plan.arrivals, drawn.district, drawn.kind)] = False
    first, twins = _share_cases(settings, month, drawn, is_settled)
    is_settled[[*first, *twins]] = False
    rows = drawn.kind.size
    case = (month.year * 100 + month.month) * CASES_PER_MONTH + np.arange(rows)
    offences = settings.sample.offences
    has_no_code = chance.random(rows) < NO_CODE_SHARE
    is_late = chance.random(rows) >= SAME_DAY_SHARE
    lag = np.where(is_late, chance.lognormal(*LATE_LOG_DAYS, rows), 0.0)
    arrest_day = (drawn.minute // DAY_MINUTES + lag).astype(np.int64)
    has_arrest = chance.random(rows) < np.array([offence.arrest_share for offence in offences])[drawn.kind]
    is_domestic = chance.random(rows) < np.array([offence.domestic_share for offence in offences])[drawn.kind]
    for values in (case, arrest_day, has_arrest):
        values[twins] = values[first]
    home, beat, outside = _draw_beats(settings, drawn, chance, month, is_settled)
    is_outside, is_nowhere = np.zeros((2, rows), dtype=bool)
    is_outside[outside] = True
    is_nowhere[outside[::2]] = True
    return Incidents(
        month=month,
        plan=plan,
        district=drawn.district,
        kind=drawn.kind,
        minute=drawn.minute,
        case=case,
        beat=beat,
        community=_draw_communities(settings, month, home, is_outside),
        arrest_day=arrest_day,
        has_arrest=has_arrest,
        is_domestic=is_domestic,
        has_no_code=has_no_code,
        is_outside=is_outside,
        is_nowhere=is_nowhere,
        is_settled=is_settled & ~is_outside & (beat == home),
    )


def find_homicides(settings: Settings) -> Integers:
    """Return the numbers of the kinds that are homicide; none where the city tells of no victims."""
    groups = settings.outcomes.victims.homicide_groups if settings.outcomes.victims else ()
    kinds = [number for number, offence in enumerate(settings.sample.offences) if offence.group in groups]
    return np.array(kinds, dtype=np.int64)


def _draw_month(settings: Settings, month: date, counts: Integers, chance: np.random.Generator) -> _Drawn:
    cells = np.repeat(np.arange(counts.size), counts.ravel())
    district, kind = np.divmod(cells, counts.shape[1])
    night_share = np.array([offence.night_share for offence in settings.sample.offences])
    hour = _draw_hours(chance.random(cells.size) < night_share[kind], chance)
    day = _draw_days(month, hour, chance)
    minutes = np.full(60, (1 - sum(ROUND_MINUTES.values())) / 60)
    minutes[list(ROUND_MINUTES)] += list(ROUND_MINUTES.values())
    minute = (day * 24 + hour) * 60 + chance.choice(60, cells.size, p=minutes)
    _move_to_default_date(settings, month, minute, chance)
    # Incidents of one minute stand in a random order: the order of the districts must not show in the ids.
    order = np.lexsort((chance.random(cells.size), minute))
    return _Drawn(district[order], kind[order], minute[order])


def _draw_hours(is_night: Flags, chance: np.random.Generator) -> Integers:
    weights, hours = np.array(HOURS, dtype=np.float64), np.arange(24)
    by_night = (hours < DAY_BEGINS) | (hours >= EVENING_BEGINS)
    night, day = weights * by_night, weights * ~by_night
    drawn = (chance.choice(24, is_night.size, p=curve / curve.sum()) for curve in (night, day))
    return np.where(is_night, *drawn)


def _draw_days(month: date, hour: Integers, chance: np.random.Generator) -> Integers:
    """Return the day of the month, counted from 0, by the weekdays' weights for the part of the day."""
    first_weekday, days = calendar.monthrange(month.year, month.month)
    weekdays = (first_weekday + np.arange(days)) % 7
    part = (hour >= DAY_BEGINS).astype(np.int64) + (hour >= EVENING_BEGINS)
    weights = np.array(WEEKDAYS)[:, weekdays]
    drawn = [chance.choice(days, hour.size, p=row / row.sum()) for row in weights]
    return np.choose(part, drawn)


def _move_to_default_date(settings: Settings, month: date, minute: Integers, chance: np.random.Generator) -> None:
    """Set some of the freshly drawn `minute`s to midnight of the default date, in place."""
    default_month, default_day = (int(part) for part in settings.report.notes.default_date.split("-"))
    moved = chance.random(minute.size) < DEFAULT_DATE_SHARE
    if month.month == default_month and default_day <= calendar.monthrange(month.year, month.month)[1]:
        minute[moved] = (default_day - 1) * DAY_MINUTES


def _share_cases(settings: Settings, month: date, drawn: _Drawn, is_settled: Flags) -> tuple[Integers, Integers]:
    """Let some homicides of one district be of one case, in place, and return the first and the second row of each.

    The second one changes its place with the row after the first, and has the first one's minute.
    """
    homicides = np.flatnonzero(np.isin(drawn.kind, find_homicides(settings)) & is_settled)
    homicides = homicides[np.argsort(drawn.district[homicides], kind="stable")]
    first, second = homicides[:-1:2], homicides[1::2]
    chance = seeded(settings.sample.seed, "shared cases", month)
    after = np.minimum(first + 1, drawn.kind.size - 1)
    is_shared = chance.random(first.size) < SHARED_CASE_SHARE
    is_shared &= (drawn.district[first] == drawn.district[second]) & (after > first) & is_settled[after]
    is_shared &= ~np.isin(after, homicides)
    first, second, after = first[is_shared], second[is_shared], after[is_shared]
    for values in (drawn.district, drawn.kind):
        values[after], values[second] = values[second], values[after].copy()
    drawn.minute[after] = drawn.minute[first]
    return first, after


def _draw_beats(
    settings: Settings, drawn: _Drawn, chance: np.random.Generator, month: date, is_settled: Flags
) -> tuple[Integers, Integers, Integers]:
    """Return the beat of each incident, the beat its row names, and the rows that name no district of the city's."""
    sample, rows = settings.sample, drawn.district.size
    per_district = sample.sectors * sample.beats_per_sector
    weights = seeded(sample.seed, "beats").gamma(BEAT_EVENNESS, size=(len(settings.districts), per_district))
    limits = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    home = (chance.random((rows, 1)) >= limits[drawn.district, :-1]).sum(axis=1)
    home += drawn.district * per_district
    odd = chance.permutation(rows)
    # What is odd must be so on every day, for the report to tell the same number.
    outside, strayed = np.split(odd[is_settled[odd]], [_month_part(sample.outside_rows_per_quarter, month)])
    strayed = strayed[: _month_part(sample.strayed_beats_per_quarter, month)]
    beat = home.copy()
    beat[strayed] = (beat[strayed] + per_district) % weights.size
    return home, beat, outside


def _draw_communities(settings: Settings, month: date, home: Integers, is_outside: Flags) -> Integers:
    """Return the community of each incident: that of its beat, for some the one beside it, for a few none."""
    community = place_beats(settings)[home]
    chance = seeded(settings.sample.seed, "astray", month).random(home.size)
    is_astray = (chance < ASTRAY_SHARE) & (community != NOWHERE)
    if is_astray.any():
        community[is_astray] = list_neighbours(settings)[community[is_astray]]
    community[(chance > 1 - NO_COMMUNITY_SHARE) | is_outside] = NOWHERE
    return community


def _month_part(rows_per_quarter: int, month: date) -> int:
    """Return the month's part of a number of rows a quarter; the three months add up to it."""
    return (rows_per_quarter + (month.month - 1) % 3) // 3
