"""Incidents of each district by community: where in the city a district's incidents happened, in names people use.

What belongs here: the counts. What does not: from which part on a community is named, its outline.
"""

from __future__ import annotations

import pandas as pd

from district_reports.metrics.grid import Definition
from district_reports.metrics.incidents import SOURCE_ID, query
from district_reports.metrics.measures import CITY
from district_reports.metrics.opened import Opened
from district_reports.periods import Quarter
from district_reports.settings import Settings

UNKNOWN = ""
"""Stands in `area_id` for incidents without a community the config knows; no community can have this id."""

METRIC_ID = "incidents_by_community"

COMMUNITIES_SQL = """
WITH known AS (SELECT unnest($area_ids::VARCHAR[]) AS area_id),
tally AS MATERIALIZED (
    SELECT district_id, community_id, count(*) AS incidents
    FROM core_incidents
    WHERE occurred_at >= $first AND occurred_at < $end
    GROUP BY ALL
),
named AS (
    SELECT tally.district_id, coalesce(known.area_id, $unknown) AS area_id, tally.incidents
    FROM tally LEFT JOIN known ON known.area_id = tally.community_id
)
SELECT
    CASE WHEN grouping(district_id) = 1 THEN $city ELSE district_id END AS district_id, area_id,
    CAST(sum(incidents) AS BIGINT) AS count
FROM named
GROUP BY GROUPING SETS ((district_id, area_id), (area_id))
ORDER BY ALL
"""


def count_communities(opened: Opened, quarter: Quarter) -> pd.DataFrame:
    """Return one quarter's incidents of each district, `city` and `none` by community.

    Args:
        opened: The stored sources.
        quarter: The one counted.

    Returns:
        `district_id`, `area_id` (one of the config's, or `UNKNOWN`), `count`: rows that are not 0, sorted. A place's
        rows add up to its incidents; where the portal has no such column, all of them are `UNKNOWN`.

    Raises:
        ContractError: If the files cannot be read as declared.
    """
    values = {
        "area_ids": sorted({area.area_id for area in opened.settings.communities}),
        "unknown": UNKNOWN,
        "city": CITY,
        "first": quarter.start,
        "end": quarter.shifted(1).start,
    }
    return query(opened.con, COMMUNITIES_SQL, values)


def define_communities(settings: Settings) -> tuple[Definition, ...]:
    """Return how incidents are counted by community; none for a city without communities."""
    if not settings.communities:
        return ()
    return (Definition(METRIC_ID, "incidents", (SOURCE_ID,), COMMUNITIES_SQL),)
