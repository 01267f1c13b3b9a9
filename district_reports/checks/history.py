"""Whether a quarter's numbers are plausible beside those of earlier quarters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import sqrt
from statistics import median

import pandas as pd

from district_reports.checks.messages import listed
from district_reports.model import CheckResult, State
from district_reports.periods import Quarter

HISTORY_LEAST = 8
"""Earlier quarters with data without which nothing is called a jump: two of each season."""

JUMP = 5.0
"""Robust deviations from the history beyond which a count is told. On the city's rows of 2017Q3 to 2018Q3, 18 counts of
each quarter beside the eight or more before, none lies beyond; the farthest lies at 3.6."""

DEVIATION_FLOOR = 0.05
"""Least deviation, as a part of the median: a history that hardly moved makes no jump of a few percent."""

_NORMAL = 1.4826
"""The standard deviation of a normal distribution over its median absolute deviation."""

TOTAL_BAND = (0.5, 2.0)
"""Least and most of all incidents, as a part of the history's median: beyond, the pull is not whole, or counted twice,
or the city has seen what a report must not pass over in silence."""


def check_volume(
    months: Mapping[str, int], quarters: Sequence[Quarter], expected: tuple[int, int], *, source_id: str = ""
) -> list[CheckResult]:
    """Return whether each month has a plausible number of rows; a remark.

    Args:
        months: Rows by month (`2026-07`).
        quarters: Those whose months are looked at.
        expected: Least and most rows of a month.
        source_id: The source of the rows.
    """
    wanted = [f"{month:%Y-%m}" for quarter in sorted(quarters) for month in quarter.months]
    odd = [
        f"{month}: {months.get(month, 0)}" for month in wanted if not expected[0] <= months.get(month, 0) <= expected[1]
    ]
    return [
        CheckResult(
            check_id="monthly_rows_plausible",
            passed=not odd,
            required=False,
            expected=f"{expected[0]} to {expected[1]} rows in each month",
            got=listed(odd) or f"{len(wanted)} months within",
            source_id=source_id,
        )
    ]


def check_history(
    measures: pd.DataFrame,
    quarter: Quarter,
    *,
    whole: str,
    metric_id: str,
    source_id: str = "",
    is_preview: bool = False,
) -> list[CheckResult]:
    """Return whether the report's quarter has data (required but in a preview), and each earlier one (a remark).

    Args:
        measures: `out_metrics`.
        quarter: The report's.
        whole: The `district_id` of all rows.
        metric_id: The count of all rows of the source; other sources say nothing of it.
        source_id: The source of the rows.
        is_preview: Whether the report says on each page that it is a preview.
    """
    counts = measures[(measures["district_id"] == whole) & (measures["metric_id"] == metric_id)]
    has_data = (counts["state"] != str(State.NO_DATA)).groupby(counts["quarter"]).any()
    now = bool(has_data.get(str(quarter), False))
    gaps = [str(name) for name, is_there in has_data.items() if not is_there and name != str(quarter)]
    return [
        CheckResult(
            check_id="quarter_has_data",
            passed=now,
            required=not is_preview,
            expected=f"rows in each month of {quarter}",
            got="rows in each" if now else "a month without rows",
            source_id=source_id,
        ),
        CheckResult(
            check_id="history_has_data",
            passed=not gaps,
            required=False,
            expected=f"rows in each month of the {len(has_data)} quarters up to {quarter}",
            got=f"no data in {listed(gaps)}" if gaps else "rows in each",
            source_id=source_id,
        ),
    ]


def check_jumps(
    measures: pd.DataFrame,
    quarter: Quarter,
    *,
    whole: str,
    units: Collection[str],
    total: str,
    source_id: str = "",
) -> list[CheckResult]:
    """Return whether the city's counts lie near their history (a remark), and all incidents within a band (required).

    The history are the earlier quarters whose value may be compared. A quarter that is not whole, and a count with
    less history than one of each season, are not judged.

    Args:
        measures: `out_metrics`.
        quarter: The report's.
        whole: The `district_id` of all rows.
        units: Those of counts.
        total: The count of all incidents.
        source_id: The source of the incidents.
    """
    is_plain = (measures["district_id"] == whole) & (measures["state"] == str(State.OK))
    counts = measures[is_plain & measures["unit"].isin(list(units)) & (measures["quarter"] <= str(quarter))]
    jumps, judged = [], 0
    band = f"all incidents within {TOTAL_BAND[0]:g} to {TOTAL_BAND[1]:g} times the median of earlier quarters"
    within, told = True, "too little history to judge"
    for metric_id, values in counts.set_index("quarter").groupby("metric_id")["value"]:
        past = [float(value) for name, value in values.items() if name != str(quarter)]
        if str(quarter) not in values.index or len(past) < HISTORY_LEAST:
            continue
        now, usual, judged = float(values[str(quarter)]), median(past), judged + 1
        deviations = measure_jump(now, past)
        if deviations > JUMP:
            jumps.append(f"{metric_id}: {now:.0f} where {usual:.0f} is usual, {deviations:.1f} deviations")
        if metric_id == total:
            within = TOTAL_BAND[0] * usual <= now <= TOTAL_BAND[1] * usual
            told = f"{now:.0f} where {usual:.0f} is usual"
    return [
        CheckResult(
            check_id="counts_near_history",
            passed=not jumps,
            required=False,
            expected=f"each of the city's counts within {JUMP:g} robust deviations of its earlier quarters",
            got=listed(jumps) or f"{judged} counts within",
        ),
        CheckResult(
            check_id="total_near_history", passed=within, required=True, expected=band, got=told, source_id=source_id
        ),
    ]


def measure_jump(now: float, past: Sequence[float]) -> float:
    """Return how far a count lies from the median of earlier ones, in robust deviations; neither sign nor unit.

    A deviation is the median absolute one, but at least what chance gives a count of that size and 5 % of it.

    Args:
        now: The count.
        past: Earlier ones, at least one.
    """
    usual = median(past)
    spread = _NORMAL * median(abs(value - usual) for value in past)
    return abs(now - usual) / max(spread, sqrt(max(usual, 1.0)), DEVIATION_FLOOR * usual)
