"""Counts and shares for every district, quarter and metric: the table of measures.

What belongs here: how a metric of the config becomes a number, and which state stands beside it. What does not:
whether two numbers may be compared (`direction`), and what a number means in words.

The files are read once, into a tally by everything a metric can ask (`terms`); then each metric adds up the tally's
rows that fit it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any

import duckdb
import pandas as pd

from district_reports.config import Metric
from district_reports.errors import ConfigError
from district_reports.metrics.grid import Definition
from district_reports.metrics.incidents import OPTIONAL_COLUMNS, SOURCE_ID, query, quoted
from district_reports.metrics.measures import CITY, KEY, OUTSIDE, SHARE_DIGITS, build_table
from district_reports.metrics.terms import COUNT, DENOMINATOR, NUMERATOR, build_terms, write_terms
from district_reports.model import State
from district_reports.periods import Quarter
from district_reports.settings import Settings

COUNTS_SQL = """
WITH terms AS (SELECT {table}),
tally AS MATERIALIZED (
    SELECT district_id, date_trunc('quarter', occurred_at) AS quarter_start{kinds}, count(*) AS incidents
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
FROM tally JOIN terms ON {fit}
GROUP BY GROUPING SETS (
    (tally.district_id, tally.quarter_start, terms.metric_id), (tally.quarter_start, terms.metric_id)
)
"""

MONTHS_SQL = """
CREATE TABLE IF NOT EXISTS core_months AS
SELECT date_trunc('month', occurred_at) AS month_start, count(*) AS incidents, max(occurred_at) AS newest{named}
FROM core_incidents GROUP BY ALL
"""
"""What is asked of whole months, read once: `newest` is a moment, each optional column the number of its values."""


def count_measures(
    con: duckdb.DuckDBPyConnection, settings: Settings, quarters: Sequence[Quarter], *, as_of: date, origin_id: str
) -> pd.DataFrame:
    """Return `out_metrics`: a row for every district, the city and `none`, every quarter and every metric.

    A quarter of which any month has no row in the whole city is `no_data` throughout: the pull does not reach it. So is
    a share of no incidents, and a count of kinds of place in a quarter whose rows name none. A metric that ripens is
    `too_early` until that many days after the quarter have passed.

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
    gaps = _find_gaps(con, settings, wanted)
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
    rows = _ask_months(con, "SELECT strftime(month_start, '%Y-%m') AS month, incidents FROM core_months ORDER BY month")
    return {str(month): int(count) for month, count in zip(rows["month"], rows["incidents"], strict=True)}


def newest_day(con: duckdb.DuckDBPyConnection) -> date | None:
    """Return the newest local date on which an incident occurred; None where there are none.

    Raises:
        ContractError: If the files cannot be read as declared.
    """
    newest = _ask_months(con, "SELECT max(newest) AS newest FROM core_months")["newest"].iloc[0]
    return None if pd.isna(newest) else newest.date()


def find_named(con: duckdb.DuckDBPyConnection, column: str, quarters: Sequence[Quarter]) -> frozenset[str]:
    """Return the quarters in which any incident of the city has a value in an optional column.

    A quarter without is one whose rows were published without that column: what rests on it is missing, not zero.

    Args:
        con: From `open_incidents`.
        column: One of `OPTIONAL_COLUMNS`.
        quarters: Those looked at.

    Raises:
        ContractError: If the files cannot be read as declared.
    """
    sql = f"SELECT DISTINCT quarter_name(month_start) AS quarter FROM core_months WHERE {quoted(column)} > 0"
    found = set(_ask_months(con, sql)["quarter"])
    return frozenset(str(quarter) for quarter in quarters if str(quarter) in found)


def find_covered(con: duckdb.DuckDBPyConnection, quarters: Sequence[Quarter]) -> frozenset[str]:
    """Return the quarters of which each month has a row of the city.

    Raises:
        ContractError: If the files cannot be read as declared.
    """
    months = count_months(con)
    return frozenset(str(q) for q in quarters if all(months.get(f"{month:%Y-%m}") for month in q.months))


def define_incidents(settings: Settings) -> tuple[Definition, ...]:
    """Return how each metric of the incidents is counted.

    Raises:
        ConfigError: If a metric cannot be counted.
    """
    sql = _write_counts(settings)[0]
    return tuple(Definition(metric.metric_id, metric.unit, (SOURCE_ID,), sql) for metric in settings.metrics.metrics)


def _ask_months(con: duckdb.DuckDBPyConnection, sql: str) -> pd.DataFrame:
    """Return the answer to a question about `core_months`, which is made when it is first asked."""
    query(con, MONTHS_SQL.format(named="".join(f", count({name}) AS {name}" for name in OPTIONAL_COLUMNS)))
    return query(con, sql)


def _count_parts(con: duckdb.DuckDBPyConnection, settings: Settings, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Return incidents; index: the key, columns: the parts; a row only where something was counted."""
    sql, values = _write_counts(settings)
    asked = {"city": CITY, "first": quarters[0].start, "end": quarters[-1].shifted(1).start}
    return query(con, sql, values | asked).set_index(list(KEY))


def _write_counts(settings: Settings) -> tuple[str, dict[str, Any]]:
    pieces = write_terms(build_terms(settings))
    return COUNTS_SQL.format(table=pieces.table, kinds=pieces.kinds, fit=pieces.fit), pieces.parameters


def _find_gaps(con: duckdb.DuckDBPyConnection, settings: Settings, quarters: Sequence[Quarter]) -> set[tuple[str, str]]:
    """Return the metrics and quarters of which nothing is known."""
    metrics = settings.metrics.metrics
    covered = find_covered(con, quarters)
    placed = {metric.metric_id for metric in metrics if _counted(metric, settings).places}
    named = find_named(con, "place_kind", quarters) if placed else frozenset()
    return {
        (metric.metric_id, str(quarter))
        for metric, quarter in product(metrics, quarters)
        if str(quarter) not in covered or (metric.metric_id in placed and str(quarter) not in named)
    }


def _counted(metric: Metric, settings: Settings) -> Metric:
    """Return the count that a metric is, or is a share of."""
    return settings.metric(metric.share_of) if metric.share_of else metric


def _add_states(
    counts: pd.DataFrame, settings: Settings, quarters: Sequence[Quarter], gaps: set[tuple[str, str]], as_of: date
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
    keys = pd.MultiIndex.from_frame(counts[["metric_id", "quarter"]])
    is_early, is_gap = (pd.Series(keys.isin(found), index=counts.index) for found in (early, gaps))
    state = pd.Series(str(State.OK), index=counts.index, dtype="str").mask(is_early, str(State.TOO_EARLY))
    state = state.mask(is_share & (counts[DENOMINATOR] == 0), str(State.NO_DATA))
    return counts.assign(unit=unit, is_share=is_share, is_gap=is_gap, state=state.mask(is_gap, str(State.NO_DATA)))


def _finish(counts: pd.DataFrame, as_of: date, origin_id: str) -> pd.DataFrame:
    """Return the table of the contract; a share of nothing keeps its 0 and 0, a gap keeps nothing."""
    share = (counts[NUMERATOR] / counts[DENOMINATOR].where(counts[DENOMINATOR] > 0)).round(SHARE_DIGITS)
    value = counts[COUNT].astype("float64").mask(counts["is_share"], share).mask(counts["is_gap"])
    parts = counts[[NUMERATOR, DENOMINATOR]].astype("Int64").where(counts["is_share"] & ~counts["is_gap"])
    cells = {NUMERATOR: parts[NUMERATOR], DENOMINATOR: parts[DENOMINATOR]}
    columns = counts.assign(value=value, as_of=as_of, origin_id=origin_id, **cells)
    return build_table({str(name): column for name, column in columns.items()})
