"""The incidents of the synthetic city, one by one.

Every row is drawn by chance from `sample.toml`; none is copied. The rows have what a real file has: nights and
weekends, round minutes, arrests that come in late, a default date, rows without a district or a code, beats that lie in
another district.

A month depends on the configuration and on its own date alone; only its arrests depend on the day we look.

What belongs here: what, where and when. What does not: how many (`sample_counts`), the shapes of areas.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from district_reports.config import Source
from district_reports.settings import Settings
from district_reports.sources.sample_areas import list_beats
from district_reports.sources.sample_counts import plan_month
from district_reports.sources.sample_seed import seeded
from district_reports.tables import arrow_schema

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

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


@dataclass(frozen=True)
class _Incidents:
    """Incidents of one month in the order of time; all arrays have one value for each."""

    district: Integers
    """Number of the district in its file, counted from 0."""
    kind: Integers
    """Number of the kind in `sample.toml`, counted from 0."""
    minute: Integers
    """Minutes since the month began."""


def build_month(settings: Settings, source: Source, month: date, seen_on: date) -> pa.Table:
    """Return the incidents of a month in the source's declared schema, ordered by id, which is by time.

    Args:
        settings: The city.
        source: The source of incidents; says which of our columns are there, and their types.
        month: First day of the month.
        seen_on: Last day of which arrests are known.
    """
    plan = plan_month(settings, month)
    chance = seeded(settings.sample.seed, "rows", month)
    incidents = _draw_incidents(settings, month, plan.counts, chance)
    columns = {
        "incident_id": pa.array(plan.ids),
        "occurred_at": pa.array(np.datetime64(month, "ms") + incidents.minute.astype("timedelta64[m]")),
        **_draw_offences(settings, source, incidents, chance),
        **_draw_flags(settings, incidents, chance, (seen_on - month).days),
        **_draw_places(settings, source, incidents, chance, month),
    }
    return pa.table({name: columns[name] for name in source.columns}).cast(arrow_schema(source))


def _draw_incidents(settings: Settings, month: date, counts: Integers, chance: np.random.Generator) -> _Incidents:
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
    return _Incidents(district[order], kind[order], minute[order])


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


def _draw_offences(
    settings: Settings, source: Source, incidents: _Incidents, chance: np.random.Generator
) -> dict[str, Any]:
    offences = settings.sample.offences
    has_no_code = chance.random(incidents.kind.size) < NO_CODE_SHARE
    return {
        "offence_code": _texts(source, "offence_code", [o.code for o in offences], incidents.kind, has_no_code),
        "offence_type": _texts(source, "offence_type", [o.type for o in offences], incidents.kind),
        "offence_group": _texts(source, "offence_group", [o.group for o in offences], incidents.kind),
    }


def _draw_flags(
    settings: Settings, incidents: _Incidents, chance: np.random.Generator, days_seen: int
) -> dict[str, Any]:
    """Return arrest and domestic flags; an arrest counts once its day is within the first `days_seen` days."""
    offences, rows = settings.sample.offences, incidents.kind.size
    arrest_share = np.array([offence.arrest_share for offence in offences])
    domestic_share = np.array([offence.domestic_share for offence in offences])
    is_late = chance.random(rows) >= SAME_DAY_SHARE
    lag = np.where(is_late, chance.lognormal(*LATE_LOG_DAYS, rows), 0.0)
    is_seen = incidents.minute // DAY_MINUTES + lag <= days_seen
    return {
        "has_arrest": pa.array((chance.random(rows) < arrest_share[incidents.kind]) & is_seen),
        "is_domestic": pa.array(chance.random(rows) < domestic_share[incidents.kind]),
    }


def _draw_places(
    settings: Settings, source: Source, incidents: _Incidents, chance: np.random.Generator, month: date
) -> dict[str, Any]:
    sample, rows = settings.sample, incidents.district.size
    beat_ids = [beat.beat_id for district_id in settings.district_ids for beat in list_beats(settings, district_id)]
    per_district = sample.sectors * sample.beats_per_sector
    weights = seeded(sample.seed, "beats").gamma(BEAT_EVENNESS, size=(len(settings.districts), per_district))
    limits = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    beat = (chance.random((rows, 1)) >= limits[incidents.district, :-1]).sum(axis=1)
    beat += incidents.district * per_district
    odd = chance.permutation(rows)
    outside, strayed = np.split(odd, [_month_part(sample.outside_rows_per_quarter, month)])
    strayed = strayed[: _month_part(sample.strayed_beats_per_quarter, month)]
    beat[strayed] = (beat[strayed] + per_district) % len(beat_ids)
    district = incidents.district.copy()
    district[outside] = len(settings.districts)
    is_outside, is_nowhere = np.zeros((2, rows), dtype=bool)
    is_outside[outside] = True
    is_nowhere[outside[::2]] = True
    return {
        "beat_id": _texts(source, "beat_id", beat_ids, beat, is_outside),
        "district_id": _texts(
            source, "district_id", [*settings.district_ids, sample.outside_district], district, is_nowhere
        ),
    }


def _month_part(rows_per_quarter: int, month: date) -> int:
    """Return the month's part of a number of rows a quarter; the three months add up to it."""
    return (rows_per_quarter + (month.month - 1) % 3) // 3


def _texts(
    source: Source, column: str, values: list[str], numbers: Integers, is_missing: Flags | None = None
) -> pa.Array:
    """Return `values[numbers]`, empty where missing if the source lets the column be empty."""
    nullable = column in source.columns and source.columns[column].is_nullable
    return pa.array(values, pa.string()).take(pa.array(numbers, mask=is_missing if nullable else None))
