"""Measures of the feedback loop: what is open, what moved, how soon people were answered, which promises were kept.

What belongs here: counts of items on policing, and days and shares of them. What does not: answers about the report
itself, which concern no district; and the rules of a status (`feedback`).

A quarter is told as it stood at its end, or at the end of the report's day where that is earlier: a later entry never
changes it. An item of the whole city is counted in `none`, so that the districts and `none` add up to the city.

Days are those of the items heard in the year that ends with the quarter, since a district hears few in one quarter. An
item that still waits at the quarter's end counts as long as it has waited: the median is the product-limit one of
`requests`. Days to done leave out items that ended otherwise, as those of requests leave out the cancelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from district_reports.feedback.standing import cut_at, is_overdue
from district_reports.metrics.grid import Definition, build_rows, join_tables
from district_reports.metrics.incidents import query
from district_reports.metrics.measures import CITY, OUTSIDE
from district_reports.metrics.requests import DAYS_SQL
from district_reports.model import FeedbackItem, Status
from district_reports.periods import Quarter
from district_reports.settings import Settings

SOURCE_ID = "loop"
COUNTED = ("loop_open", "loop_new", "loop_moved", "loop_ended", "loop_overdue", "loop_disputed")
TIMED = {"response": "loop_days_to_response", "done": "loop_days_to_done"}
ON_TIME = "loop_on_time_share"
UNITS = {**dict.fromkeys(COUNTED, "items"), **dict.fromkeys(TIMED.values(), "days"), ON_TIME: "share"}
"""Every measure of the loop, with its unit."""

YEAR = 4
"""Quarters of hearing that a median looks back on."""

LIFETIMES_SQL = """
CREATE MACRO quarter_name(day) AS lpad(CAST(year(day) AS VARCHAR), 4, '0') || 'Q' || quarter(day);
CREATE TABLE core_requests (
    district_id VARCHAR, quarter_start TIMESTAMP, type VARCHAR, fate VARCHAR, days BIGINT, requests BIGINT
)
"""

_KEY = ["district_id", "quarter"]


@dataclass(frozen=True)
class _Told:
    """What one item adds to one quarter."""

    counts: tuple[str, ...]
    """Metrics that count it."""
    days: dict[str, tuple[int, bool]]
    """Kind of waiting -> days, and whether it is over."""
    is_kept: bool | None
    """Whether a promise due in the quarter was kept; None where none was due."""


def find_changes(item: FeedbackItem, until: date) -> tuple[tuple[date, Status], ...]:
    """Return an item's changes of status up to the end of a day, oldest first; the first is the day it was heard.

    Args:
        item: With everything that was ever entered; heard on that day or before.
        until: The day.
    """
    changes = [(item.heard_on, Status.HEARD)]
    # Of several steps on one day the last one counts.
    statuses = {step.on: step.status for step in item.steps if step.on <= until}
    for day, status in statuses.items():
        if status is not changes[-1][1]:
            changes.append((day, status))
    return tuple(changes)


def count_loop(
    items: Sequence[FeedbackItem], settings: Settings, quarter: Quarter, report_day: date, *, origin_id: str = SOURCE_ID
) -> pd.DataFrame:
    """Return `out_metrics` of the loop: every place, every quarter of the report's window.

    Quarters before the register's first item at all are `no_data`; from then on none is zero. A share is `no_data`
    where no promise was due, a median where fewer than half are answered, or done.

    Args:
        items: Of all places, with everything that was ever entered.
        settings: The districts, and how many quarters the report shows.
        quarter: The report's.
        report_day: The `--as-of` date.
        origin_id: What the rows name as their source.

    Returns:
        `COUNTED` (items), the metrics of `TIMED` (days), `ON_TIME` (share).
    """
    until, quarters = min(quarter.end, report_day), quarter.window(settings.report.history_quarters)
    began = min((item.heard_on for item in items), default=None)
    covered = [each for each in quarters if began is not None and each.end >= began and each.start <= until]
    known = set(settings.district_ids)
    found = [
        (item.district_id if item.district_id in known else OUTSIDE, each, told)
        for item in items
        if item.about == "policing"
        for each, told in _tell(item, covered, until)
    ]
    stamp = (until, origin_id)
    names = [str(each) for each in covered]
    values = {**_add_up(found), **_find_medians(found), ON_TIME: _find_share(found)}
    return join_tables(
        [
            build_rows(values[name], name, unit, settings, quarters, stamp=stamp, covered=names)
            for name, unit in UNITS.items()
        ]
    )


def define_loop(settings: Settings) -> tuple[Definition, ...]:
    """Return what the measures of the loop are made from; no query counts them, since people enter them."""
    return tuple(Definition(metric_id, unit, (SOURCE_ID,), "") for metric_id, unit in UNITS.items())


def _tell(item: FeedbackItem, quarters: Sequence[Quarter], until: date) -> list[tuple[Quarter, _Told]]:
    """Return what an item adds to each quarter in which it was known."""
    changes = find_changes(item, until)
    told = []
    for quarter in quarters:
        day = min(quarter.end, until)
        if item.heard_on <= day:
            past = [change for change in changes if change[0] <= day]
            told.append((quarter, _tell_quarter(item, past, quarter, day)))
    return told


def _tell_quarter(item: FeedbackItem, changes: Sequence[tuple[date, Status]], quarter: Quarter, day: date) -> _Told:
    since, status = changes[-1]
    counts = {
        "loop_open": status.is_open,
        "loop_new": item.heard_on >= quarter.start,
        "loop_moved": any(each >= quarter.start for each, _ in changes[1:]),
        "loop_ended": not status.is_open and since >= quarter.start,
        "loop_overdue": status.is_open and is_overdue(item, day),
        "loop_disputed": status is Status.DONE_DISPUTED,
    }
    days = {}
    if item.heard_on >= quarter.shifted(1 - YEAR).start:
        answered = changes[1][0] if len(changes) > 1 else None
        days["response"] = (((answered or day) - item.heard_on).days, answered is not None)
        if status is Status.DONE or status.is_open:
            days["done"] = ((since if status is Status.DONE else day) - item.heard_on).days, status is Status.DONE
    then = cut_at(item, day)
    promise = then.commitment if then else None
    is_due = promise is not None and quarter.start <= promise.due_on <= day
    is_kept = status is Status.DONE and promise is not None and since <= promise.due_on
    counted = tuple(name for name, is_counted in counts.items() if is_counted)
    return _Told(counted, days, is_kept if is_due else None)


def _add_up(found: Sequence[tuple[str, Quarter, _Told]]) -> dict[str, pd.DataFrame]:
    rows = [(place, str(q), name) for place, q, told in found for name in told.counts]
    table = pd.DataFrame(rows, columns=[*_KEY, "metric_id"])
    return {name: _with_city(table.loc[table["metric_id"] == name, _KEY].assign(value=1.0)) for name in COUNTED}


def _find_share(found: Sequence[tuple[str, Quarter, _Told]]) -> pd.DataFrame:
    rows = [(place, str(q), float(told.is_kept), 1.0) for place, q, told in found if told.is_kept is not None]
    shares = _with_city(pd.DataFrame(rows, columns=[*_KEY, "numerator", "denominator"]))
    return shares.assign(value=shares["numerator"] / shares["denominator"])


def _with_city(rows: pd.DataFrame) -> pd.DataFrame:
    """Return sums by place and quarter, and those of the city."""
    return pd.concat([rows, rows.assign(district_id=CITY)]).groupby(_KEY).sum()


def _find_medians(found: Sequence[tuple[str, Quarter, _Told]]) -> dict[str, pd.DataFrame]:
    """Return the product-limit median of each kind of waiting."""
    rows = [
        (place, pd.Timestamp(q.start), kind, "closed" if is_over else "open", days, 1)
        for place, q, told in found
        for kind, (days, is_over) in told.days.items()
    ]
    lifetimes = pd.DataFrame(rows, columns=["district_id", "quarter_start", "type", "fate", "days", "requests"])
    with duckdb.connect() as con:
        query(con, LIFETIMES_SQL)
        if rows:
            con.register("lifetimes_table", lifetimes)
            query(con, "INSERT INTO core_requests SELECT * FROM lifetimes_table")
        medians = query(con, DAYS_SQL, {"city": CITY, "kind": list(TIMED), "type": list(TIMED)})
    return {
        name: medians[medians["kind_id"] == kind].set_index(_KEY)[["value"]].astype("float64")
        for kind, name in TIMED.items()
    }
