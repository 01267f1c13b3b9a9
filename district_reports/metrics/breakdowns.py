"""Counts that one page shows or tells: by hour of the week, by beat, and the oddities of the rows.

What belongs here: counts beside the measures, and their records for one place. What does not: what an oddity means for
the release (`checks`), how a map is drawn, and the wording of a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import duckdb
import pandas as pd

from district_reports.metrics.incidents import query
from district_reports.metrics.measures import CITY, OUTSIDE
from district_reports.model import AreaCount, HourCount, Note, Places, Shape
from district_reports.periods import Quarter
from district_reports.settings import Settings

UNPLACED = ""
"""Stands in `beat_id` for the incidents of a district that lie in none of its beats; no beat can have this name."""

NAMES_TOLD = 12
"""Names a note tells, the most frequent first: a page must stay readable whatever the source writes."""

HOURS_SQL = """
SELECT
    CASE WHEN grouping(district_id) = 1 THEN $city ELSE district_id END AS district_id,
    weekday, hour, count(*) AS incidents
FROM core_incidents
WHERE occurred_at >= $first AND occurred_at < $end
GROUP BY GROUPING SETS ((district_id, weekday, hour), (weekday, hour))
"""

BEATS_SQL = """
SELECT
    district_id,
    CASE WHEN is_beat_elsewhere OR beat_id IS NULL THEN $unplaced ELSE beat_id END AS beat_id,
    count(*) AS incidents
FROM core_incidents
WHERE occurred_at >= $first AND occurred_at < $end AND district_id <> $outside
GROUP BY ALL
"""

ODDITIES_SQL = """
WITH tally AS MATERIALIZED (
    SELECT
        district_id, stated_district_id, is_beat_elsewhere,
        month(occurred_at) * 100 + day(occurred_at) = CAST(replace(default_date, '-', '') AS BIGINT) AS is_default_date,
        offence_type, offence_code, offence_group, code_pattern, count(*) AS incidents
    FROM core_incidents CROSS JOIN known_forms
    WHERE occurred_at >= $first AND occurred_at < $end
        AND list_contains($starts::DATE[], CAST(date_trunc('quarter', occurred_at) AS DATE))
    GROUP BY ALL
),
odd AS (
    SELECT $outside_rows AS oddity_id, coalesce(stated_district_id, '') AS name, district_id, incidents
    FROM tally WHERE district_id = $outside
    UNION ALL
    SELECT $contradicting_beats, '', district_id, incidents
    FROM tally WHERE is_beat_elsewhere
    UNION ALL
    SELECT $default_dates, '', district_id, incidents
    FROM tally WHERE is_default_date
    UNION ALL
    SELECT $unknown_types, coalesce(offence_type, ''), district_id, incidents
    FROM tally WHERE coalesce(offence_type, '') NOT IN (SELECT offence_type FROM known_types)
    UNION ALL
    SELECT $unknown_groups, coalesce(offence_group, ''), district_id, incidents
    FROM tally WHERE coalesce(offence_group, '') NOT IN (SELECT offence_group FROM known_groups)
    UNION ALL
    SELECT $unknown_codes, coalesce(offence_code, ''), district_id, incidents
    FROM tally WHERE NOT regexp_full_match(coalesce(offence_code, ''), code_pattern)
)
SELECT
    oddity_id,
    CASE WHEN grouping(district_id) = 1 THEN $city ELSE district_id END AS district_id,
    name, CAST(sum(incidents) AS BIGINT) AS incidents
FROM odd
GROUP BY GROUPING SETS ((oddity_id, name, district_id), (oddity_id, name))
ORDER BY oddity_id, district_id, incidents DESC, name
"""


class Oddity(StrEnum):
    """Rows that are counted like all others, and told of; the values are ids of notes."""

    OUTSIDE_ROWS = "outside_rows"
    """The row's district is missing or none of the config's; named by what the row says."""
    CONTRADICTING_BEATS = "contradicting_beats"
    """The row's beat belongs to another district; not named."""
    DEFAULT_DATES = "default_dates"
    """The date stands for "unknown" in the source; not named."""
    UNKNOWN_TYPES = "unknown_types"
    """The offence type is not among the config's; named."""
    UNKNOWN_CODES = "unknown_codes"
    """The offence code has not the config's form, or is missing; named."""
    UNKNOWN_GROUPS = "unknown_groups"
    """The offence group is not among the config's, so the sums would be wrong; named."""


@dataclass(frozen=True)
class Breakdowns:
    """The counts of one quarter, for every place."""

    by_hour: pd.DataFrame
    """From `count_hours`."""
    by_beat: pd.DataFrame
    """From `count_beats`."""
    oddities: pd.DataFrame
    """From `count_oddities`, of this quarter."""

    def hours(self, place: str) -> tuple[HourCount, ...]:
        """Return the 168 hours of the week, from Monday 0:00, in a district or the city."""
        rows = self.by_hour[self.by_hour["district_id"] == place]
        return tuple(
            HourCount(weekday=int(weekday), hour=int(hour), count=int(count))
            for weekday, hour, count in zip(rows["weekday"], rows["hour"], rows["count"], strict=True)
        )

    def places(self, place: str, shapes: Sequence[Shape]) -> Places:
        """Return incidents by beat of a district, or by district of the city.

        With shapes, the areas are theirs, in their order, and what lies in none of them is unplaced; without, the areas
        are those with incidents, for a sketch.
        """
        counts = self._count_areas(place)
        areas = [shape.area_id for shape in shapes] or sorted(counts.keys() - {UNPLACED})
        placed = [AreaCount(area_id=area_id, count=counts.get(area_id, 0)) for area_id in areas]
        return Places(
            kind="polygons" if shapes else "tiles",
            areas=tuple(placed),
            shapes=tuple(shapes),
            unplaced=sum(counts.values()) - sum(area.count for area in placed),
        )

    def notes(self, place: str) -> tuple[Note, ...]:
        """Return what was odd in a district's or the city's rows, in the order of `Oddity`.

        Rows outside the districts are told everywhere, as the city's. An unknown group is left to the checks: it stops
        the release.
        """
        notes = []
        for oddity in Oddity:
            counts = count_by_name(self.oddities, oddity, CITY if oddity is Oddity.OUTSIDE_ROWS else place)
            if counts and oddity is not Oddity.UNKNOWN_GROUPS:
                names = [name for name in counts if name][:NAMES_TOLD]
                notes.append(Note(note_id=str(oddity), count=sum(counts.values()), names=tuple(names)))
        return tuple(notes)

    def _count_areas(self, place: str) -> dict[str, int]:
        """Return incidents by area; those in none of them under `UNPLACED`."""
        if place != CITY:
            rows = self.by_beat[self.by_beat["district_id"] == place]
            return {str(beat): int(count) for beat, count in zip(rows["beat_id"], rows["count"], strict=True)}
        totals = self.by_hour.groupby("district_id")["count"].sum()
        return {
            UNPLACED if district_id == OUTSIDE else str(district_id): int(count)
            for district_id, count in totals.items()
            if district_id != CITY
        }


def build_breakdowns(con: duckdb.DuckDBPyConnection, settings: Settings, quarter: Quarter) -> Breakdowns:
    """Return the counts of one quarter, for every place.

    Raises:
        ContractError: If the files cannot be read as declared.
    """
    return Breakdowns(
        by_hour=count_hours(con, quarter),
        by_beat=count_beats(con, quarter, settings),
        oddities=count_oddities(con, [quarter]),
    )


def count_hours(con: duckdb.DuckDBPyConnection, quarter: Quarter) -> pd.DataFrame:
    """Return incidents by hour of the week.

    Args:
        con: From `open_incidents`.
        quarter: The one counted.

    Returns:
        Key `district_id` (every district, `city` and `none`), `weekday` (0 = Monday), `hour` (0-23, local); `count`,
        incidents, 0 where none. Complete, sorted by the key.

    Raises:
        ContractError: If the files cannot be read as declared.
    """
    counted = query(con, HOURS_SQL, {**_span(quarter), "city": CITY})
    districts = query(con, "SELECT district_id FROM known_districts")["district_id"]
    grid = pd.MultiIndex.from_product(
        [sorted([*districts, CITY, OUTSIDE]), range(7), range(24)], names=["district_id", "weekday", "hour"]
    )
    counts = counted.set_index(list(grid.names))["incidents"].reindex(grid, fill_value=0).astype("int64")
    return counts.rename("count").reset_index()


def count_beats(con: duckdb.DuckDBPyConnection, quarter: Quarter, settings: Settings) -> pd.DataFrame:
    """Return incidents by the district's own beats.

    An incident whose beat is missing or belongs to another district is counted for its district under `UNPLACED`.

    Args:
        con: From `open_incidents`.
        quarter: The one counted.
        settings: The districts.

    Returns:
        Key `district_id` (the config's), `beat_id` (`UNPLACED` in one row of every district); `count`, incidents; only
        `UNPLACED` may be 0. Sorted by the key; a district's rows add up to its incidents.

    Raises:
        ContractError: If the files cannot be read as declared.
    """
    counted = query(con, BEATS_SQL, {**_span(quarter), "unplaced": UNPLACED, "outside": OUTSIDE})
    counts = counted.set_index(["district_id", "beat_id"])["incidents"]
    unplaced = pd.MultiIndex.from_product([settings.district_ids, [UNPLACED]], names=counts.index.names)
    complete = counts.reindex(counts.index.union(unplaced), fill_value=0).astype("int64")
    return complete.rename("count").sort_index().reset_index()


def count_oddities(con: duckdb.DuckDBPyConnection, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Return how many rows are odd, and in which way.

    Args:
        con: From `open_incidents`.
        quarters: Those counted together, in any order.

    Returns:
        Key `oddity_id` (an `Oddity`), `district_id` (the config's, `none` or `city`, which is all rows), `name` (from
        the source as it stands there, so hostile; empty where missing or not named); `count`, incidents, above 0. What
        is not there is 0. Sorted by oddity and district, most frequent name first.

    Raises:
        ContractError: If the files cannot be read as declared, or the form of codes cannot be understood.
    """
    wanted = sorted(set(quarters))
    values: dict[str, Any] = {
        **_span(*wanted),
        "starts": [quarter.start for quarter in wanted],
        "city": CITY,
        "outside": OUTSIDE,
        **{str(oddity): str(oddity) for oddity in Oddity},
    }
    return query(con, ODDITIES_SQL, values).rename(columns={"incidents": "count"})


def count_by_name(oddities: pd.DataFrame, oddity: Oddity, district_id: str = CITY) -> dict[str, int]:
    """Return one oddity's incidents by name, most frequent first; their sum is the oddity's count.

    Args:
        oddities: From `count_oddities`.
        oddity: The one wanted.
        district_id: A district, `none`, or `city` for all.
    """
    rows = oddities[(oddities["oddity_id"] == str(oddity)) & (oddities["district_id"] == district_id)]
    return {str(name): int(count) for name, count in zip(rows["name"], rows["count"], strict=True)}


def _span(*quarters: Quarter) -> dict[str, date]:
    """Return the first day, and the first day after, of quarters in order."""
    return {"first": quarters[0].start, "end": quarters[-1].shifted(1).start}
