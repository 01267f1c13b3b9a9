"""The arrests of adults in the synthetic city.

Most arrests that the incidents tell of are in the file, on the same day; those of juveniles are not. Some cases have a
second arrest, and some arrests belong to no incident of the file.

What belongs here: arrests and their rows. What does not: which incidents have one (`sample_rows`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from district_reports.config import Source
from district_reports.settings import Settings
from district_reports.sources.contract import month_end
from district_reports.sources.sample_rows import CASE_DIGITS, CASES_PER_MONTH, DAY_MINUTES, Incidents
from district_reports.sources.sample_seed import seeded
from district_reports.sources.sample_texts import CASE_PREFIX, Flags, Integers, number_texts
from district_reports.tables import arrow_schema

SOON_MINUTES = (20, 300)
"""Minutes until an arrest on the day of the incident."""

SECOND_SHARE, SECOND_DAYS = 0.08, 20
"""Share of arrests followed by another one in the same case, and the most days until then."""

UNMATCHED_SHARE = 0.08
"""Arrests of no incident of the file, for each of one; half of them without a case number."""

NO_CASE = -1

ID_DIGITS = 6


@dataclass(frozen=True)
class Arrests:
    """Arrests; both arrays have one value for each."""

    case: Integers
    """Case number without its prefix, or `NO_CASE`."""
    minute: Integers
    """Minutes since the epoch, local time."""


def draw_arrests(settings: Settings, incidents: Incidents) -> Arrests:
    """Return the arrests of adults for the incidents of one month, whenever they are made."""
    chance = seeded(settings.sample.seed, "arrests", incidents.month)
    arrested = np.flatnonzero(incidents.has_arrest)
    adults = arrested[chance.random(arrested.size) >= settings.sample.juvenile_share]
    begun, day = incidents.minute[adults], incidents.arrest_day[adults]
    soon = np.minimum(begun + chance.integers(*SOON_MINUTES, adults.size), (day + 1) * DAY_MINUTES - 1)
    later = day * DAY_MINUTES + chance.integers(0, DAY_MINUTES, adults.size)
    minute = np.where(begun // DAY_MINUTES == day, soon, later)
    again = np.flatnonzero(chance.random(adults.size) < SECOND_SHARE)
    second = minute[again] + chance.integers(30, SECOND_DAYS * DAY_MINUTES, again.size)
    epoch = int(np.datetime64(incidents.month, "m").astype(np.int64))
    case = incidents.case[adults]
    return Arrests(np.concatenate([case, case[again]]), np.concatenate([minute, second]) + epoch)


def merge_arrests(drawn: Iterable[Arrests]) -> Arrests:
    """Return all arrests in the order of time: those of one month follow incidents of many."""
    parts = list(drawn)
    minute = np.concatenate([part.minute for part in parts])
    order = np.argsort(minute, kind="stable")
    return Arrests(np.concatenate([part.case for part in parts])[order], minute[order])


def build_arrests(settings: Settings, source: Source, month: date, merged: Arrests) -> pa.Table:
    """Return the rows of a month in the source's declared schema, ordered by key, which is by time.

    Args:
        settings: The city.
        source: The source of arrests.
        month: First day of the month in which the arrests were made.
        merged: From `merge_arrests`, for the incidents of all months that are told.
    """
    first, end = (int(np.datetime64(day, "m").astype(np.int64)) for day in (month, month_end(month)))
    here = slice(*np.searchsorted(merged.minute, [first, end]))
    arrests = _add_unmatched(settings, month, Arrests(merged.case[here], merged.minute[here]), (first, end))
    has_no_case: Flags = arrests.case == NO_CASE
    columns = {
        "arrest_id": number_texts(f"{CASE_PREFIX}A{month:%Y%m}", np.arange(arrests.case.size), ID_DIGITS),
        "arrested_at": pa.array(arrests.minute.astype("datetime64[m]").astype("datetime64[ms]")),
        "case_number": number_texts(CASE_PREFIX, np.maximum(arrests.case, 0), CASE_DIGITS, has_no_case),
    }
    return pa.table({name: columns[name] for name in source.columns}).cast(arrow_schema(source))


def _add_unmatched(settings: Settings, month: date, arrests: Arrests, span: tuple[int, int]) -> Arrests:
    """Return the arrests of a month in the order of time, with some of no incident of the file among them."""
    chance = seeded(settings.sample.seed, "unmatched", month)
    size = round(arrests.case.size * UNMATCHED_SHARE)
    minute = np.concatenate([arrests.minute, chance.integers(*span, size)])
    # Numbers that no incident can have: a month's incidents never fill half of its range.
    other = (month.year * 100 + month.month) * CASES_PER_MONTH + CASES_PER_MONTH // 2 + np.arange(size)
    other[::2] = NO_CASE
    order = np.argsort(minute, kind="stable")
    return Arrests(np.concatenate([arrests.case, other])[order], minute[order])
