"""Complaint cases about the police: opened, closed, with a finding, how long open, about what.

What belongs here: counts of cases of the config's office, and which small cells are not told. What does not: cases of
other offices, which are told apart and never added. A complaint is an allegation, and a finding may change after
review.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from district_reports.config_outcomes import Complaints
from district_reports.metrics.complaint_cases import (
    EARLIEST,
    SOURCE_ID,
    YEAR,
    define_cases,
    fill_cases,
    find_covered,
    find_covered_years,
    find_newest_case,
)
from district_reports.metrics.grid import Definition, build_rows, early_states, hide_values, join_tables
from district_reports.metrics.incidents import query
from district_reports.metrics.measures import CITY
from district_reports.metrics.opened import Opened
from district_reports.metrics.remarks import build_remark
from district_reports.metrics.small_cells import fold_small_names, hide_small_cells
from district_reports.model import CheckResult, NamedCount, State
from district_reports.periods import Quarter
from district_reports.settings import Settings

PLACE = "CASE WHEN grouping(district_id) = 1 THEN $city ELSE district_id END AS district_id"

QUARTERS_SQL = f"""
SELECT
    {PLACE}, quarter_name(day) AS quarter, count(*) AS cases,
    count(*) FILTER (is_closed) AS closed, count(is_closed) AS with_status,
    count(*) FILTER (has_finding) AS found, count(*) FILTER (is_sustained) AS sustained,
    count(has_finding) AS with_finding
FROM core_complaints
GROUP BY GROUPING SETS ((district_id, quarter_name(day)), (quarter_name(day)))
"""

FORCE_SQL = f"""
WITH windows AS (
    SELECT unnest($quarter::VARCHAR[]) AS quarter, unnest($first::DATE[]) AS first, unnest($last::DATE[]) AS last
)
SELECT {PLACE}, quarter, count(*) AS value
FROM core_complaints JOIN windows ON day BETWEEN first AND last
WHERE is_force
GROUP BY GROUPING SETS ((district_id, quarter), (quarter))
"""

OPEN_DAYS_SQL = f"""
SELECT {PLACE}, $quarter AS quarter, median(date_diff('day', day, $as_of::DATE)) AS value
FROM core_complaints
WHERE NOT is_closed AND day <= $last::DATE
GROUP BY GROUPING SETS ((district_id), ())
HAVING count(*) > 0
"""

CATEGORIES_SQL = f"""
SELECT {PLACE}, coalesce(category, '') AS category, count(*) AS counted
FROM core_complaints
WHERE day BETWEEN $first::DATE AND $last::DATE
GROUP BY GROUPING SETS ((district_id, coalesce(category, '')), (coalesce(category, '')))
"""

ODD_VALUES_SQL = """
SELECT 'status' AS told, coalesce(status, '') AS value, count(*) AS counted FROM raw_complaints
WHERE office = $office AND opened_at >= $first AND opened_at < $end
    AND NOT coalesce(list_contains($statuses::VARCHAR[], status), false)
GROUP BY ALL
UNION ALL
SELECT 'finding', finding, count(*) FROM raw_complaints
WHERE office = $office AND opened_at >= $first AND opened_at < $end
    AND nullif(trim(finding), '') IS NOT NULL AND NOT list_contains($findings::VARCHAR[], finding)
GROUP BY ALL
UNION ALL
SELECT CASE WHEN list_contains($others::VARCHAR[], office) THEN 'other_office' ELSE 'office' END,
    coalesce(office, ''), count(*) FROM raw_complaints
WHERE office IS DISTINCT FROM $office AND opened_at >= $first AND opened_at < $end
GROUP BY ALL
UNION ALL
-- Of the whole file: a day that cannot be lies in no quarter.
SELECT 'day', CASE WHEN opened_at IS NULL THEN 'without a day' WHEN CAST(opened_at AS DATE) > $as_of::DATE
    THEN 'after the snapshot' ELSE 'before the earliest' END, count(*) FROM raw_complaints
WHERE office = $office AND (CAST(opened_at AS DATE) BETWEEN $earliest::DATE AND $as_of::DATE) IS NOT TRUE
GROUP BY ALL
"""


class Share(NamedTuple):
    """A share of the quarter's cases."""

    metric_id: str
    numerator: str
    denominator: str
    is_city_only: bool
    """Whether a district's cases are too few to print it."""


SHARES = (
    Share("complaint_closed_share", "closed", "with_status", is_city_only=False),
    Share("complaint_finding_share", "found", "with_finding", is_city_only=True),
    Share("complaint_sustained_share", "sustained", "with_finding", is_city_only=True),
)


def count_complaints(opened: Opened, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Return `out_metrics` of the complaint cases of the config's office.

    Cases with a day that cannot be are left out, and of shares those whose status or finding is unknown. Shares ripen.
    Cases about force are counted over twelve months, and small counts of a district are suppressed; where the whole
    city has none in twelve months they are `no_data`: the category is named otherwise now. The age of open cases is
    that on the day of the snapshot, so it is told of the newest quarter alone.

    Args:
        opened: The sources.
        quarters: Those wanted; the newest is the report's.

    Returns:
        `complaint_cases`, `complaint_force_cases_12m` (cases), `complaint_closed_share`, `complaint_finding_share`,
        `complaint_sustained_share` (share; the last two of the city alone), `complaint_open_days` (days); none where
        the config has no complaints.

    Raises:
        ContractError: If the rows cannot be read as declared.
    """
    config, settings = opened.settings.outcomes.complaints, opened.settings
    if config is None or not quarters:
        return join_tables([])
    fill_cases(opened, config)
    stamp = opened.stamp(SOURCE_ID)
    counts = query(opened.con, QUARTERS_SQL, {"city": CITY}).set_index(["district_id", "quarter"])
    covered = find_covered(opened, quarters)
    cases = counts[["cases"]].rename(columns={"cases": "value"})
    newest = find_newest_case(opened)
    reached = min(opened.report_date, newest) if newest else None
    early = early_states(settings, quarters, config.ripens_days, reached)
    tables = [build_rows(cases, "complaint_cases", "cases", settings, quarters, stamp=stamp, covered=covered)]
    for share in SHARES:
        parts = counts[[share.numerator, share.denominator]].set_axis(["numerator", "denominator"], axis=1)
        values = parts.assign(value=parts["numerator"] / parts["denominator"].where(parts["denominator"] > 0))
        rows = build_rows(
            values, share.metric_id, "share", settings, quarters, stamp=stamp, covered=covered, states=early
        )
        is_hidden = (rows["district_id"] != CITY) & share.is_city_only
        tables.append(hide_values(rows, is_hidden, State.NOT_PUBLISHED))
    return join_tables([*tables, _count_force(opened, quarters), _count_open_days(opened, quarters, covered)])


def list_complaint_categories(opened: Opened, quarter: Quarter) -> dict[str, tuple[NamedCount, ...]]:
    """Return cases by category over the twelve months that end with a quarter, for each district and the city.

    Most frequent first, the config's number of names at most, all others under the empty name, last. A category with
    one or two cases is never named. A place without cases, or months that the source does not cover, give an empty
    list.

    Raises:
        ContractError: If the rows cannot be read as declared.
    """
    config = opened.settings.outcomes.complaints
    places = (*opened.settings.district_ids, CITY)
    counts: dict[str, dict[str, int]] = {place: {} for place in places}
    if config is None:
        return dict.fromkeys(places, ())
    fill_cases(opened, config)
    if find_covered_years(opened, [quarter]):
        window = quarter.window(YEAR)
        rows = query(opened.con, CATEGORIES_SQL, {"city": CITY, "first": window[0].start, "last": window[-1].end})
        for place, name, count in zip(rows["district_id"], rows["category"], rows["counted"], strict=True):
            counts.setdefault(str(place), {})[str(name)] = int(count)
    shown, kept = config.categories_shown, config.force_categories
    return {place: fold_small_names(counts[place], shown=shown, kept=kept) for place in places}


def check_complaints(opened: Opened, quarters: Sequence[Quarter]) -> list[CheckResult]:
    """Return what was odd in the cases of the quarters; remarks, none where the source was never read."""
    config = opened.settings.outcomes.complaints
    if config is None or not quarters or not opened.has(SOURCE_ID):
        return []
    values = {
        "office": config.office,
        "others": list(config.other_offices),
        "statuses": [*config.open_values, *config.closed_values],
        "findings": [*config.finding_values, *config.no_finding_values],
        "first": min(quarters).start,
        "end": max(quarters).shifted(1).start,
        "earliest": EARLIEST,
        "as_of": opened.stamp(SOURCE_ID)[0],
    }
    rows = query(opened.con, ODD_VALUES_SQL, values)
    odd: dict[str, dict[str, int]] = {}
    for told, value, count in zip(rows["told"], rows["value"], rows["counted"], strict=True):
        odd.setdefault(str(told), {})[str(value)] = int(count)
    expected = {
        "status": (
            "complaint_statuses_known",
            "only statuses of the config; cases of others are neither open nor closed",
        ),
        "finding": ("complaint_findings_known", "only findings of the config; cases of others are in no share"),
        "office": ("complaint_offices_known", "only offices of the config; cases of others are not counted"),
        "day": ("complaint_days_possible", f"a day from {EARLIEST.isoformat()} to that of the snapshot"),
    }
    results = [
        build_remark(check_id, odd.get(told, {}), expected=text, source_id=SOURCE_ID)
        for told, (check_id, text) in expected.items()
    ]
    others = build_remark("", odd.get("other_office", {}), expected="", source_id=SOURCE_ID)
    text = f"cases of {config.office} alone; those of other offices are never added"
    told_apart = {"check_id": "complaint_other_offices", "expected": text, "passed": True}
    return [*results, others.model_copy(update=told_apart), _check_force_seen(opened, config, max(quarters))]


def define_complaints(settings: Settings) -> tuple[Definition, ...]:
    """Return how each metric of complaints is counted; none where the config has no complaints."""
    if settings.outcomes.complaints is None:
        return ()
    counted = (
        ("complaint_cases", "cases", QUARTERS_SQL),
        ("complaint_force_cases_12m", "cases", FORCE_SQL),
        *((share.metric_id, "share", QUARTERS_SQL) for share in SHARES),
        ("complaint_open_days", "days", OPEN_DAYS_SQL),
    )
    return tuple(
        Definition(metric_id, unit, (SOURCE_ID,), f"{define_cases()};{sql}") for metric_id, unit, sql in counted
    )


def _count_force(opened: Opened, quarters: Sequence[Quarter]) -> pd.DataFrame:
    windows = [quarter.window(YEAR) for quarter in quarters]
    values: dict[str, Any] = {
        "city": CITY,
        "quarter": [str(quarter) for quarter in quarters],
        "first": [window[0].start for window in windows],
        "last": [window[-1].end for window in windows],
    }
    counts = query(opened.con, FORCE_SQL, values).set_index(["district_id", "quarter"])
    covered = find_covered_years(opened, quarters) & set(counts.index.get_level_values("quarter"))
    rows = build_rows(
        counts,
        "complaint_force_cases_12m",
        "cases",
        opened.settings,
        quarters,
        stamp=opened.stamp(SOURCE_ID),
        covered=covered,
    )
    return hide_small_cells(rows, opened.settings)


def _count_open_days(opened: Opened, quarters: Sequence[Quarter], covered: frozenset[str]) -> pd.DataFrame:
    newest = max(quarters)
    stamp = opened.stamp(SOURCE_ID)
    values = {"city": CITY, "quarter": str(newest), "last": newest.end, "as_of": stamp[0]}
    days = query(opened.con, OPEN_DAYS_SQL, values).set_index(["district_id", "quarter"])
    is_told = covered & {str(newest)}
    return build_rows(days, "complaint_open_days", "days", opened.settings, quarters, stamp=stamp, covered=is_told)


def _check_force_seen(opened: Opened, config: Complaints, quarter: Quarter) -> CheckResult:
    fill_cases(opened, config)
    window = quarter.window(YEAR)
    values = {"city": CITY, "quarter": [str(quarter)], "first": [window[0].start], "last": [window[-1].end]}
    is_silent = bool(find_covered_years(opened, [quarter])) and query(opened.con, FORCE_SQL, values).empty
    names = ", ".join(config.force_categories)
    return CheckResult(
        check_id="complaint_force_seen",
        passed=not is_silent,
        required=False,
        expected=f"cases of {names} in the twelve months to the end of {quarter}",
        got="none: the category may have another name now" if is_silent else "some",
        source_id=SOURCE_ID,
    )
