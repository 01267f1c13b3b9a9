"""Requests for city services: how many were opened, how soon they were closed.

What belongs here: counts of requests by kind, the share closed within the config's days, the median of days to close.
What does not: which rows are asked for at all; that is the source's `where`.

A request that is still open has no number of days yet, and leaving it out would make slow work look quick: the median
is the product-limit (Kaplan-Meier) one, in which an open request counts as long as it has been seen open. Days are
calendar days. The rows are read once, into a tally by day; everything else adds up the tally.

```
core_requests       one row for each place, quarter, type, fate and number of days
    district_id     VARCHAR    one of the config's districts, or `none`
    quarter_start   TIMESTAMP  of the quarter of opening
    type            VARCHAR    as the file names it; NULL where the config asks for no such type
    fate            VARCHAR    `closed`, `open`, `cancelled`, or why neither can be told
    days            BIGINT     from opening to closing, of open ones to the day of the snapshot; else NULL
    requests        BIGINT
```
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from district_reports.config_outcomes import Requests
from district_reports.errors import ConfigError
from district_reports.metrics.grid import Definition, build_rows, early_states, join_tables
from district_reports.metrics.incidents import query, quoted
from district_reports.metrics.measures import CITY, OUTSIDE
from district_reports.metrics.opened import Opened, add_places
from district_reports.metrics.remarks import build_remark
from district_reports.model import CheckResult
from district_reports.periods import Quarter
from district_reports.settings import Settings

SOURCE_ID = "requests"
ALL = "all"
"""Stands for requests of every kind, those of no kind of the config among them."""

UNITS = ("requests", "share", "days")
"""Of the three metrics of each kind."""
PARTS = ["numerator", "denominator"]

TALLY_SQL = """
CREATE OR REPLACE TABLE core_requests AS
SELECT
    coalesce(place.district_id, $outside) AS district_id, date_trunc('quarter', opened_at) AS quarter_start,
    CASE WHEN list_contains($types::VARCHAR[], kind) THEN kind END AS type,
    CASE
        WHEN list_contains($cancelled::VARCHAR[], status) THEN 'cancelled'
        WHEN list_contains($closed::VARCHAR[], status) THEN CASE
            WHEN closed_at IS NULL THEN 'closed without a day'
            WHEN closed_at < opened_at THEN 'closed before opened'
            WHEN CAST(closed_at AS DATE) > $as_of::DATE THEN 'closed after the snapshot'
            ELSE 'closed'
        END
        WHEN list_contains($open::VARCHAR[], status) THEN
            CASE WHEN closed_at IS NULL THEN 'open' ELSE 'open with a day of closing' END
        ELSE 'unknown status'
    END AS fate,
    CASE
        WHEN fate = 'closed' THEN date_diff('day', opened_at, closed_at)
        WHEN fate = 'open' THEN date_diff('day', opened_at, $as_of::DATE)
    END AS days,
    count(*) AS requests
FROM raw_requests LEFT JOIN {places} AS place ON place.raw = raw_requests.district_id
WHERE opened_at >= $first AND opened_at < $end
GROUP BY ALL
"""

KINDS = """kinds AS (
    -- A type that is NULL asks for nothing: all requests.
    SELECT unnest($kind::VARCHAR[]) AS kind_id, unnest($type::VARCHAR[]) AS type
)"""

COUNTS_SQL = f"""
WITH {KINDS}
SELECT
    CASE WHEN grouping(district_id) = 1 THEN $city ELSE district_id END AS district_id,
    quarter_name(quarter_start) AS quarter, kind_id,
    CAST(sum(requests) AS DOUBLE) AS opened,
    CAST(coalesce(sum(requests) FILTER (fate = 'closed' AND days <= $within), 0) AS BIGINT) AS numerator,
    CAST(coalesce(sum(requests) FILTER (fate IN ('closed', 'open')), 0) AS BIGINT) AS denominator
FROM core_requests JOIN kinds ON kinds.type IS NULL OR kinds.type = core_requests.type
GROUP BY GROUPING SETS ((district_id, quarter_start, kind_id), (quarter_start, kind_id))
"""

DAYS_SQL = f"""
WITH {KINDS},
lifetimes AS (
    SELECT
        CASE WHEN grouping(district_id) = 1 THEN $city ELSE district_id END AS district_id,
        quarter_name(quarter_start) AS quarter, kind_id, days,
        coalesce(sum(requests) FILTER (fate = 'closed'), 0) AS closed, sum(requests) AS leaving
    FROM core_requests JOIN kinds ON kinds.type IS NULL OR kinds.type = core_requests.type
    WHERE fate IN ('closed', 'open')
    GROUP BY GROUPING SETS ((district_id, quarter_start, kind_id, days), (quarter_start, kind_id, days))
),
risks AS (
    SELECT *, sum(leaving) OVER (PARTITION BY district_id, quarter, kind_id ORDER BY days DESC) AS at_risk
    FROM lifetimes
),
survival AS (
    SELECT
        *, product(1 - closed / at_risk) OVER (PARTITION BY district_id, quarter, kind_id ORDER BY days) AS still_open
    FROM risks
)
SELECT district_id, quarter, kind_id, CAST(min(days) AS DOUBLE) AS value
FROM survival
-- A product that is one half may come out a hair above it.
WHERE still_open <= 0.5 + 1e-9
GROUP BY ALL
"""

FATES_SQL = """
SELECT fate, CAST(sum(requests) AS BIGINT) AS counted FROM core_requests WHERE fate NOT IN ('closed', 'open')
GROUP BY ALL ORDER BY fate
"""

STATUSES_SQL = """
SELECT coalesce(status, '') AS status, count(*) AS counted FROM raw_requests
WHERE opened_at >= $first AND opened_at < $end AND NOT coalesce(list_contains($known::VARCHAR[], status), false)
GROUP BY ALL ORDER BY status
"""


def count_requests(opened: Opened, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Return `out_metrics` of requests: opened, share closed in time, median of days to close; for each kind and all.

    A quarter in which the whole city has no request of a kind is `no_data` for it: its type is named otherwise now.
    Cancelled requests, and those of which the file does not say whether and when they were closed, are opened ones,
    and are left out of shares and days. A share is `too_early` until its days have passed for every request of the
    quarter; a median is `no_data` where fewer than half are closed.

    Args:
        opened: The sources.
        quarters: Those wanted.

    Returns:
        `requests_…` (requests), `requests_closed_share_…` (share), `requests_days_…` (days); none where the config has
        no requests.

    Raises:
        ConfigError: If a kind of the config is called as all requests are.
        ContractError: If the rows cannot be read as declared.

    Source:
        E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete observations, JASA 53 (1958).
    """
    config, settings = opened.settings.outcomes.requests, opened.settings
    if config is None or not quarters:
        return join_tables([])
    _fill_tally(opened, config, quarters)
    kinds = _kind_values(config)
    counts = query(opened.con, COUNTS_SQL, {**kinds, "city": CITY, "within": config.closed_within_days})
    counts = counts.assign(share=counts["numerator"] / counts["denominator"].where(counts["denominator"] > 0))
    days = query(opened.con, DAYS_SQL, {**kinds, "city": CITY})
    covered = opened.covered(SOURCE_ID, quarters)
    early = early_states(settings, quarters, config.closed_within_days, _find_reached(opened))
    tables = []
    for kind_id in dict.fromkeys(kinds["kind"]):
        of_kind = _of_kind(counts, kind_id)
        told = covered.intersection(of_kind.index.get_level_values("quarter"))
        values = {
            f"requests_{kind_id}": of_kind[["opened"]].set_axis(["value"], axis=1),
            f"requests_closed_share_{kind_id}": of_kind[["share", *PARTS]].set_axis(["value", *PARTS], axis=1),
            f"requests_days_{kind_id}": _of_kind(days, kind_id)[["value"]],
        }
        for (metric_id, of_metric), unit in zip(values.items(), UNITS, strict=True):
            stamp, states = opened.stamp(SOURCE_ID), early if unit == "share" else None
            tables.append(
                build_rows(of_metric, metric_id, unit, settings, quarters, stamp=stamp, covered=told, states=states)
            )
    return join_tables(tables)


def check_requests(opened: Opened, quarters: Sequence[Quarter]) -> list[CheckResult]:
    """Return what was odd in the requests of the quarters; remarks, none where the source was never read."""
    config = opened.settings.outcomes.requests
    if config is None or not quarters or not opened.has(SOURCE_ID):
        return []
    _fill_tally(opened, config, quarters)
    known = [*config.closed_values, *config.open_values, *config.cancelled_values]
    statuses = query(opened.con, STATUSES_SQL, {"known": known, **_bounds(quarters)})
    fates = query(opened.con, FATES_SQL)
    odd = {str(fate): int(n) for fate, n in zip(fates["fate"], fates["counted"], strict=True)}
    # Cancelling is a resident's right and nothing odd.
    odd.pop("cancelled", None)
    counts = query(opened.con, COUNTS_SQL, {**_kind_values(config), "city": CITY, "within": 0})
    newest = str(max(quarters))
    seen = set(counts.loc[counts["quarter"] == newest, "kind_id"])
    is_covered = newest in opened.covered(SOURCE_ID, quarters)
    silent = [kind.kind_id for kind in config.kinds if is_covered and kind.kind_id not in seen]
    return [
        build_remark(
            "request_statuses_known",
            {str(name): int(n) for name, n in zip(statuses["status"], statuses["counted"], strict=True)},
            expected="only statuses of the config",
            source_id=SOURCE_ID,
        ),
        build_remark(
            "request_days_known",
            odd,
            expected="requests of which it can be told whether and when they were closed; others have no days",
            source_id=SOURCE_ID,
        ),
        CheckResult(
            check_id="request_kinds_seen",
            passed=not silent,
            required=False,
            expected=f"requests of each kind of the config in {newest}",
            got=f"none of {', '.join(silent)}: the type may have another name now" if silent else "some of each",
            source_id=SOURCE_ID,
        ),
    ]


def define_requests(settings: Settings) -> tuple[Definition, ...]:
    """Return how each metric of requests is counted; none where the config has no requests."""
    config = settings.outcomes.requests
    if config is None:
        return ()
    tally = TALLY_SQL.format(places=quoted(f"place_{SOURCE_ID}"))
    return tuple(
        Definition(f"{prefix}{kind_id}", unit, (SOURCE_ID,), f"{tally};{sql}")
        for kind_id in (ALL, *(kind.kind_id for kind in config.kinds))
        for prefix, unit, sql in (
            ("requests_", "requests", COUNTS_SQL),
            ("requests_closed_share_", "share", COUNTS_SQL),
            ("requests_days_", "days", DAYS_SQL),
        )
    )


def _find_reached(opened: Opened) -> date | None:
    """Return the day up to which closings are known; None where there are no requests."""
    newest = opened.newest_day(SOURCE_ID)
    return min(opened.report_date, newest) if newest else None


def _fill_tally(opened: Opened, config: Requests, quarters: Sequence[Quarter]) -> None:
    values = {
        "outside": OUTSIDE,
        "as_of": opened.stamp(SOURCE_ID)[0],
        "types": [name for kind in config.kinds for name in kind.types],
        "closed": list(config.closed_values),
        "open": list(config.open_values),
        "cancelled": list(config.cancelled_values),
        **_bounds(quarters),
    }

    def fill() -> None:
        places = add_places(opened, SOURCE_ID, "district_id", "one")
        query(opened.con, TALLY_SQL.format(places=quoted(places)), values)

    opened.once("core_requests", tuple(_bounds(quarters).values()), fill)


def _bounds(quarters: Sequence[Quarter]) -> dict[str, Any]:
    return {"first": min(quarters).start, "end": max(quarters).shifted(1).start}


def _kind_values(config: Requests) -> dict[str, list[str | None]]:
    """Return the columns of the small table of kinds and their types."""
    if any(kind.kind_id == ALL for kind in config.kinds):
        raise ConfigError(f"requests, kinds: expected other ids than {ALL!r}, got it")
    rows = [(kind.kind_id, name) for kind in config.kinds for name in dict.fromkeys(kind.types)]
    return {"kind": [ALL, *(kind_id for kind_id, _ in rows)], "type": [None, *(name for _, name in rows)]}


def _of_kind(table: pd.DataFrame, kind_id: str | None) -> pd.DataFrame:
    return table[table["kind_id"] == kind_id].set_index(["district_id", "quarter"])
