"""Counts and shares for every district, quarter and metric: the table of measures.

What belongs here: how a metric of the config becomes a number, and which state stands beside it. What does not:
whether two numbers may be compared (`direction`), and what a number means in words.

A metric is turned into `terms`, rows of what an incident must be: an offence group, an offence code, flags; NULL (or
false for a flag) asks nothing. The files are read once, into a tally by everything a term can ask; then each term adds
up the tally's rows that fit it. An incident has one group and one code, so it fits at most one term of a metric's part.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any, NamedTuple

import duckdb
import pandas as pd

from district_reports.config import Metric
from district_reports.errors import ConfigError
from district_reports.metrics.incidents import flag_columns, query, quoted
from district_reports.metrics.measures import CITY, KEY, OUTSIDE, SHARE_DIGITS, build_table
from district_reports.model import State
from district_reports.periods import Quarter
from district_reports.settings import Settings

COUNT, NUMERATOR, DENOMINATOR = "count", "numerator", "denominator"

COUNTS_SQL = """
WITH terms AS (
    SELECT
        unnest($metric_id::VARCHAR[]) AS metric_id, unnest($part::VARCHAR[]) AS part,
        unnest($offence_group::VARCHAR[]) AS offence_group, unnest($offence_code::VARCHAR[]) AS offence_code
        {term_flags}
),
tally AS MATERIALIZED (
    -- A group or code that no term asks for need not be told from the others: the tally stays small.
    SELECT
        district_id, date_trunc('quarter', occurred_at) AS quarter_start,
        CASE WHEN offence_group IN (SELECT offence_group FROM terms) THEN offence_group END AS offence_group,
        CASE WHEN offence_code IN (SELECT offence_code FROM terms) THEN offence_code END AS offence_code
        {flags}, count(*) AS incidents
    FROM core_incidents
    WHERE occurred_at >= $first AND occurred_at < $end
    GROUP BY ALL
)
SELECT
    CASE WHEN grouping(tally.district_id) = 1 THEN $city ELSE tally.district_id END AS district_id,
    quarter_name(tally.quarter_start) AS quarter, terms.metric_id,
    CAST(coalesce(sum(tally.incidents) FILTER (terms.part = 'count'), 0) AS BIGINT) AS count,
    CAST(coalesce(sum(tally.incidents) FILTER (terms.part = 'numerator'), 0) AS BIGINT) AS numerator,
    CAST(coalesce(sum(tally.incidents) FILTER (terms.part = 'denominator'), 0) AS BIGINT) AS denominator
FROM tally JOIN terms
    ON (terms.offence_group IS NULL OR terms.offence_group = tally.offence_group)
    AND (terms.offence_code IS NULL OR terms.offence_code = tally.offence_code)
    {flag_rules}
GROUP BY GROUPING SETS (
    (tally.district_id, tally.quarter_start, terms.metric_id), (tally.quarter_start, terms.metric_id)
)
"""

MONTHS_SQL = """
SELECT strftime(month_start, '%Y-%m') AS month, incidents
FROM (SELECT date_trunc('month', occurred_at) AS month_start, count(*) AS incidents FROM core_incidents GROUP BY ALL)
ORDER BY month_start
"""


class Term(NamedTuple):
    """What an incident must be to be counted in one part of a metric."""

    metric_id: str
    part: str
    offence_group: str | None
    offence_code: str | None
    flags: frozenset[str]


def count_measures(
    con: duckdb.DuckDBPyConnection, settings: Settings, quarters: Sequence[Quarter], *, as_of: date, origin_id: str
) -> pd.DataFrame:
    """Return `out_metrics`: a row for every district, the city and `none`, every quarter and every metric.

    A quarter of which any month has no row in the whole city is `no_data` throughout: the pull does not reach it. So is
    a share of no incidents. A metric that ripens is `too_early` until that many days after the quarter have passed.

    Args:
        con: From `open_incidents`.
        settings: Districts and metrics.
        quarters: Those wanted, in any order.
        as_of: The city's day on which the publisher last changed rows.
        origin_id: Of the snapshot.

    Raises:
        ContractError: If the files cannot be read as declared.
        ConfigError: If a metric cannot be counted.
    """
    wanted = sorted(set(quarters))
    if not wanted:
        raise ConfigError("quarters: expected at least one, got none")
    grid = pd.MultiIndex.from_product(
        [
            [*settings.district_ids, CITY, OUTSIDE],
            [str(quarter) for quarter in wanted],
            [metric.metric_id for metric in settings.metrics.metrics],
        ],
        names=list(KEY),
    )
    counts = _count_parts(con, settings, wanted).reindex(grid, fill_value=0)
    months = count_months(con)
    gaps = {str(q) for q in wanted if not all(months.get(f"{month:%Y-%m}") for month in q.months)}
    return _add_states(counts.reset_index(), settings, wanted, gaps, as_of).pipe(_finish, as_of, origin_id)


def mark_partial(measures: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Return the measures with those of one quarter as `too_early`: it has not ended, or its rows are not all out.

    Args:
        measures: `out_metrics`.
        quarter: The one that is not whole; its values stand, and no word may be drawn from them.
    """
    is_partial = (measures["quarter"] == str(quarter)) & (measures["state"] == str(State.OK))
    return measures.assign(state=measures["state"].mask(is_partial, str(State.TOO_EARLY)))


def count_months(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return incidents by month (`2026-07`), oldest first; a month without any is not there.

    Raises:
        ContractError: If the files cannot be read as declared.
    """
    rows = query(con, MONTHS_SQL)
    return {str(month): int(count) for month, count in zip(rows["month"], rows["incidents"], strict=True)}


def newest_day(con: duckdb.DuckDBPyConnection) -> date | None:
    """Return the newest local date on which an incident occurred; None where there are none.

    Raises:
        ContractError: If the files cannot be read as declared.
    """
    newest = query(con, "SELECT max(occurred_at) AS newest FROM core_incidents")["newest"].iloc[0]
    return None if pd.isna(newest) else newest.date()


def build_terms(settings: Settings) -> list[Term]:
    """Return what each metric counts.

    Raises:
        ConfigError: If a share is not of a count, or asks for offences of its own.
    """
    terms = []
    for metric in settings.metrics.metrics:
        if not metric.share_of:
            terms += _terms(metric.metric_id, COUNT, metric, frozenset())
            continue
        whole = settings.metric(metric.share_of)
        if whole.share_of or metric.offence_groups or metric.offence_codes:
            raise ConfigError(
                f"metric {metric.metric_id}: expected a share of a count, with no offences of its own,"
                f" got a share of {metric.share_of} with {metric.offence_groups + metric.offence_codes}"
            )
        terms += _terms(metric.metric_id, NUMERATOR, whole, frozenset({metric.flag}))
        terms += _terms(metric.metric_id, DENOMINATOR, whole, frozenset())
    return terms


def _terms(metric_id: str, part: str, counted: Metric, flags: frozenset[str]) -> list[Term]:
    # Each group and code once: an incident must not fit two terms of one part.
    groups = tuple(dict.fromkeys(counted.offence_groups)) or (None,)
    codes = tuple(dict.fromkeys(counted.offence_codes)) or (None,)
    asked = flags | ({counted.flag} if counted.flag else frozenset())
    return [Term(metric_id, part, group, code, asked) for group, code in product(groups, codes)]


def _count_parts(con: duckdb.DuckDBPyConnection, settings: Settings, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Return incidents; index: the key, columns: the parts; a row only where something was counted."""
    terms = build_terms(settings)
    flags = flag_columns(settings)
    values: dict[str, Any] = {
        "city": CITY,
        "first": quarters[0].start,
        "end": quarters[-1].shifted(1).start,
        **{name: [getattr(term, name) for term in terms] for name in Term._fields if name != "flags"},
        **{f"flag_{number}": [flag in term.flags for term in terms] for number, flag in enumerate(flags)},
    }
    sql = COUNTS_SQL.format(
        term_flags="".join(
            f", unnest($flag_{number}::BOOLEAN[]) AS {quoted(flag)}" for number, flag in enumerate(flags)
        ),
        flags="".join(f", {quoted(flag)}" for flag in flags),
        flag_rules="".join(f"AND (NOT terms.{quoted(flag)} OR tally.{quoted(flag)}) " for flag in flags),
    )
    return query(con, sql, values).set_index(list(KEY))


def _add_states(
    counts: pd.DataFrame, settings: Settings, quarters: Sequence[Quarter], gaps: set[str], as_of: date
) -> pd.DataFrame:
    """Return the counts with `unit`, `is_share` and `state` beside them."""
    metrics = {metric.metric_id: metric for metric in settings.metrics.metrics}
    early = {
        (metric_id, str(quarter))
        for (metric_id, metric), quarter in product(metrics.items(), quarters)
        if metric.ripens_days and quarter.end + timedelta(days=metric.ripens_days) > as_of
    }
    unit = counts["metric_id"].map(lambda metric_id: metrics[metric_id].unit)
    is_share = counts["metric_id"].map(lambda metric_id: bool(metrics[metric_id].share_of)).astype(bool)
    is_early = pd.MultiIndex.from_frame(counts[["metric_id", "quarter"]]).isin(early)
    state = pd.Series(str(State.OK), index=counts.index, dtype="str").mask(is_early, str(State.TOO_EARLY))
    state = state.mask(is_share & (counts[DENOMINATOR] == 0), str(State.NO_DATA))
    is_gap = counts["quarter"].isin(gaps)
    return counts.assign(unit=unit, is_share=is_share, is_gap=is_gap, state=state.mask(is_gap, str(State.NO_DATA)))


def _finish(counts: pd.DataFrame, as_of: date, origin_id: str) -> pd.DataFrame:
    """Return the table of the contract; a share of nothing keeps its 0 and 0, a gap keeps nothing."""
    share = (counts[NUMERATOR] / counts[DENOMINATOR].where(counts[DENOMINATOR] > 0)).round(SHARE_DIGITS)
    value = counts[COUNT].astype("float64").mask(counts["is_share"], share).mask(counts["is_gap"])
    parts = counts[[NUMERATOR, DENOMINATOR]].astype("Int64").where(counts["is_share"] & ~counts["is_gap"])
    cells = {NUMERATOR: parts[NUMERATOR], DENOMINATOR: parts[DENOMINATOR]}
    columns = counts.assign(value=value, as_of=as_of, origin_id=origin_id, **cells)
    return build_table({str(name): column for name, column in columns.items()})
