"""Cohorts of incidents, followed to the file of arrests by case number.

What belongs here: the query that follows them. What does not: which of its numbers may be compared (`arrests`).

Two choices, made once for all cohorts:

- **The first arrest** is the earliest one with the incident's case number that is dated on the day before the incident
  or later. The hour of an incident is an estimate, so an arrest may be dated a day before it; it counts as of the same
  day. An arrest still earlier was made for something else: it is passed over, and a later one counts.
- **Each row of a cohort counts once**, whatever other rows or arrests carry its case number. A cohort's denominator is
  the number its metric counts: where a homicide has a row for each victim, so has the cohort. Rows without a case
  number can have no arrest here, and stay in the denominator.
"""

from __future__ import annotations

from typing import Any

from district_reports.config import Metric
from district_reports.config_outcomes import ArrestWindows, Cohort
from district_reports.errors import ConfigError
from district_reports.metrics.terms import COUNT, list_terms, write_terms
from district_reports.metrics.victims import CORE_SQL, SHOOTINGS
from district_reports.settings import Settings

ARRESTS_ID = "arrests"
"""Our name of the source whose rows are arrests of adults."""

FOLLOWED_SQL = """
WITH {core}
terms AS (SELECT {table}),
windows AS (SELECT unnest($windows::INTEGER[]) AS within_days),
arrests AS (
    SELECT DISTINCT trim(case_number) AS case_number, CAST(arrested_at AS DATE) AS arrested_on FROM raw_arrests
),
tally AS (
    SELECT district_id, date_trunc('quarter', occurred_at) AS quarter_start{kinds}, count(*) AS incidents
    FROM core_incidents
    WHERE occurred_at >= $first AND occurred_at < $end AND {sieve}
    GROUP BY ALL
),
arrested AS (
    -- One row for each incident that has an arrest: several arrests, or rows of its case, must not multiply.
    SELECT
        incident_id, district_id, date_trunc('quarter', occurred_at) AS quarter_start{kinds},
        greatest(min(arrested_on - CAST(occurred_at AS DATE)), 0) AS days
    FROM core_incidents JOIN arrests
        ON arrests.case_number = core_incidents.case_number AND arrested_on >= CAST(occurred_at AS DATE) - 1
    WHERE occurred_at >= $first AND occurred_at < $end AND {sieve}
    GROUP BY ALL
),
reported AS (
    SELECT metric_id AS cohort_id, district_id, quarter_start, incidents FROM tally JOIN terms ON {fit}
    {shot}
),
followed AS MATERIALIZED (
    SELECT metric_id AS cohort_id, district_id, quarter_start, days FROM arrested AS tally JOIN terms ON {fit}
    {shot_arrested}
),
denominators AS (
    SELECT cohort_id, quarter_start, {place}, sum(incidents) AS denominator
    FROM reported GROUP BY GROUPING SETS ((cohort_id, quarter_start, district_id), (cohort_id, quarter_start))
),
numerators AS (
    SELECT cohort_id, quarter_start, {place}, within_days, count(*) AS numerator
    FROM followed JOIN windows ON days <= within_days
    GROUP BY GROUPING SETS (
        (cohort_id, within_days, quarter_start, district_id), (cohort_id, within_days, quarter_start)
    )
),
medians AS (
    SELECT cohort_id, quarter_start, {place}, median(days) AS median_days
    FROM followed WHERE days <= (SELECT max(within_days) FROM windows)
    GROUP BY GROUPING SETS ((cohort_id, quarter_start, district_id), (cohort_id, quarter_start))
)
SELECT
    cohort_id, within_days, place AS district_id, quarter_name(quarter_start) AS quarter,
    CAST(coalesce(numerator, 0) AS DOUBLE) AS numerator, CAST(denominator AS DOUBLE) AS denominator, median_days
FROM denominators CROSS JOIN windows
LEFT JOIN numerators USING (cohort_id, within_days, quarter_start, place)
LEFT JOIN medians USING (cohort_id, quarter_start, place)
"""

PLACE_SQL = "CASE WHEN grouping(district_id) = 1 THEN $city ELSE district_id END AS place"

SHOT_SQL = """UNION ALL
    SELECT unnest($shooting_cohorts::VARCHAR[]), district_id, date_trunc('quarter', occurred_at), 1
    FROM core_shootings WHERE occurred_at >= $first AND occurred_at < $end"""

SHOT_ARRESTED_SQL = """UNION ALL
    SELECT unnest($shooting_cohorts::VARCHAR[]), district_id, date_trunc('quarter', occurred_at),
        greatest(min(arrested_on - CAST(occurred_at AS DATE)), 0)
    FROM core_shootings JOIN arrests
        ON arrests.case_number = core_shootings.case_number AND arrested_on >= CAST(occurred_at AS DATE) - 1
    WHERE occurred_at >= $first AND occurred_at < $end
    GROUP BY core_shootings.case_number, district_id, occurred_at"""


def write_followed(settings: Settings, config: ArrestWindows) -> tuple[str, dict[str, Any]]:
    """Return the query, and the parameters of it that come from the config.

    The caller adds `city`, `first` and `end`, and for shootings what `prepare_victims` returns.

    Raises:
        ConfigError: If a cohort is none of a count.
    """
    shot = [cohort.cohort_id for cohort in config.cohorts if cohort.metric_id == SHOOTINGS]
    terms = [
        term
        for cohort in config.cohorts
        if cohort.metric_id != SHOOTINGS
        for term in list_terms(_require_count(settings, cohort), cohort.cohort_id, COUNT)
    ]
    pieces = write_terms(terms)
    sql = FOLLOWED_SQL.format(
        **{name: getattr(pieces, name) for name in ("table", "kinds", "sieve", "fit")},
        core=CORE_SQL.strip() + "," if shot else "",
        shot=SHOT_SQL if shot else "",
        shot_arrested=SHOT_ARRESTED_SQL if shot else "",
        place=PLACE_SQL,
    )
    values = pieces.parameters | {"windows": list(config.windows)}
    return sql, values | {"shooting_cohorts": shot} if shot else values


def _require_count(settings: Settings, cohort: Cohort) -> Metric:
    metric = settings.metric(cohort.metric_id)
    if metric.share_of:
        raise ConfigError(f"cohort {cohort.cohort_id}: expected a count, got the share {metric.metric_id}")
    return metric
