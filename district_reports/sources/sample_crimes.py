"""The incidents of the synthetic city as its file shows them on a day.

What belongs here: the columns of the table, and what has become known by the day. What does not: what happened
(`sample_rows`), what the publisher changes (`sample_changes`).
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from district_reports.config import Source
from district_reports.settings import Settings
from district_reports.sources.sample_areas import list_beats
from district_reports.sources.sample_changes import NEVER, QUIET_DAYS, Changes, draw_changes, find_small_kinds
from district_reports.sources.sample_communities import NOWHERE
from district_reports.sources.sample_rows import CASE_DIGITS, DAY_MINUTES, Incidents, find_homicides
from district_reports.sources.sample_seed import seeded
from district_reports.sources.sample_texts import CASE_PREFIX, Flags, Integers, draw_weighted, number_texts, take_texts
from district_reports.tables import arrow_schema

PUBLISHED_MINUTE = 15 * 60 + 40
"""Time of day at which the publisher marks a row as changed."""


@dataclass(frozen=True)
class _Seen:
    """Incidents as they are known on a day; all arrays have one value for each, whether its row is there or not."""

    incidents: Incidents
    day: int
    """The day, counted from the first of the month."""
    changes: Changes
    district: Integers
    kind: Integers
    beat: Integers
    has_arrest: Flags


def build_month(settings: Settings, source: Source, incidents: Incidents, seen_on: date) -> pa.Table:
    """Return the rows of a month in the source's declared schema, ordered by id, which is by time.

    Args:
        settings: The city.
        source: The source of incidents; says which of our columns are there, and their types.
        incidents: From `draw_incidents`.
        seen_on: Last day of which anything is known.
    """
    seen = _see(settings, incidents, (seen_on - incidents.month).days)
    makers = _makers(settings, source, seen)
    table = pa.table({name: makers[name]() for name in source.columns})
    is_there = incidents.plan.arrivals.are_there(seen.day)
    return table.filter(pa.array(is_there)).cast(arrow_schema(source))


def _see(settings: Settings, incidents: Incidents, day: int) -> _Seen:
    """Return the incidents as they are known on a day: some still have the kind or the district they had at first."""
    is_quiet = np.isin(incidents.kind, [*find_homicides(settings), *find_small_kinds(settings)])
    days = calendar.monthrange(incidents.month.year, incidents.month.month)[1]
    changes = draw_changes(settings, incidents.month, days, incidents.is_settled & ~is_quiet)
    is_first_kind = (changes.reclassified > day) & (changes.reclassified < NEVER)
    is_first_place = (changes.moved > day) & (changes.moved < NEVER)
    kind, district, beat = incidents.kind.copy(), incidents.district.copy(), incidents.beat.copy()
    kind[is_first_kind] = _find_first_kinds(settings)[kind[is_first_kind]]
    districts, per_district = len(settings.districts), settings.sample.sectors * settings.sample.beats_per_sector
    district[is_first_place] = (district[is_first_place] + 1) % districts
    beat[is_first_place] = (beat[is_first_place] + per_district) % (districts * per_district)
    has_arrest = incidents.has_arrest & (incidents.arrest_day <= day)
    return _Seen(incidents, day, changes, district, kind, beat, has_arrest)


def _find_first_kinds(settings: Settings) -> Integers:
    """Return for each kind the one that its reclassified rows had at first: the next of another group.

    Homicides, and the kind whose small counts are not printed, are never among them.
    """
    offences = settings.sample.offences
    quiet = {*find_homicides(settings).tolist(), *find_small_kinds(settings).tolist()}
    found = list(range(len(offences)))
    for number, offence in enumerate(offences):
        others = [(number + step) % len(offences) for step in range(1, len(offences))]
        fitting = [other for other in others if other not in quiet and offences[other].group != offence.group]
        found[number] = fitting[0] if fitting else number
    return np.array(found, dtype=np.int64)


def _makers(settings: Settings, source: Source, seen: _Seen) -> Mapping[str, Callable[[], Any]]:
    """Return how each column is made, by our names."""
    incidents, offences = seen.incidents, settings.sample.offences

    def texts(column: str, values: list[str], numbers: Integers, is_missing: Flags | None = None) -> pa.Array:
        return take_texts(values, numbers, is_missing if source.columns[column].is_nullable else None)

    return {
        "incident_id": lambda: pa.array(incidents.plan.ids),
        "occurred_at": lambda: pa.array(_on_clock(incidents.month, incidents.minute)),
        "offence_code": lambda: texts("offence_code", [o.code for o in offences], seen.kind, incidents.has_no_code),
        "offence_type": lambda: texts("offence_type", [o.type for o in offences], seen.kind),
        "offence_group": lambda: texts("offence_group", [o.group for o in offences], seen.kind),
        "has_arrest": lambda: pa.array(seen.has_arrest),
        "is_domestic": lambda: pa.array(incidents.is_domestic),
        "beat_id": lambda: texts("beat_id", _list_beat_ids(settings), seen.beat, incidents.is_outside),
        "district_id": lambda: texts(
            "district_id",
            [*settings.district_ids, settings.sample.outside_district],
            np.where(incidents.is_outside, len(settings.districts), seen.district),
            incidents.is_nowhere,
        ),
        "case_number": lambda: number_texts(CASE_PREFIX, incidents.case, CASE_DIGITS),
        "community_id": lambda: take_texts(
            [community.area_id for community in settings.communities],
            np.maximum(incidents.community, 0),
            incidents.community == NOWHERE,
        ),
        "place_kind": lambda: _draw_place_kinds(settings, incidents),
        "changed_at": lambda: pa.array(_find_changed(seen)),
    }


def _list_beat_ids(settings: Settings) -> list[str]:
    return [beat.beat_id for district_id in settings.district_ids for beat in list_beats(settings, district_id)]


def _draw_place_kinds(settings: Settings, incidents: Incidents) -> pa.Array:
    """Return the kind of place of each incident: those that metrics name are equally frequent among themselves."""
    sample, rows = settings.sample, incidents.kind.size
    named = sorted({place for metric in settings.metrics.metrics for place in metric.places})
    ordinary = sum(place.weight for place in sample.places)
    weights = [sample.named_places_share / len(named)] * len(named) if named else []
    weights += [place.weight / ordinary * (1 - sample.named_places_share) for place in sample.places]
    if not weights:
        return pa.nulls(rows, pa.string())
    numbers = draw_weighted(weights, rows, seeded(sample.seed, "places", incidents.month))
    return take_texts([*named, *(place.name for place in sample.places)], numbers)


def _find_changed(seen: _Seen) -> Any:
    """Return when each row was last changed, as far as that is known on the day."""
    incidents, arrivals = seen.incidents, seen.incidents.plan.arrivals
    last = incidents.minute // DAY_MINUTES + QUIET_DAYS
    arrested = np.where(seen.has_arrest, incidents.arrest_day, 0)
    for day in (arrivals.comes, arrested, seen.changes.reclassified, seen.changes.moved, seen.changes.touched):
        last = np.maximum(last, np.where(day <= seen.day, day, 0))
    return _on_clock(incidents.month, last * DAY_MINUTES + PUBLISHED_MINUTE)


def _on_clock(month: date, minutes: Integers) -> Any:
    """Return the times that lie so many minutes after a month's first midnight."""
    return np.datetime64(month, "ms") + minutes.astype("timedelta64[m]")
