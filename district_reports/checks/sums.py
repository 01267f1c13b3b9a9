"""Whether the parts of the city add up to it."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from district_reports.checks.messages import listed
from district_reports.model import CheckResult, State

UNKNOWABLE = (str(State.SUPPRESSED), str(State.NOT_PUBLISHED))
"""States of a cell that has a number which is not told: its sum cannot be known. A cell without data has none."""


def check_sums(measures: pd.DataFrame, *, whole: str, units: Collection[str], source_id: str = "") -> list[CheckResult]:
    """Return whether the parts of the city add up to it, for every count and quarter; required.

    To be asked before small cells are suppressed: a sum with a cell that is not told is not looked at, and counted.

    Args:
        measures: `out_metrics`.
        whole: The `district_id` of all rows; all others are parts.
        units: Those of counts; a share, a rate or a median need not add up.
        source_id: The source of the rows.
    """
    counts = measures[measures["unit"].isin(list(units))]
    key = ["quarter", "metric_id"]
    hidden = counts["state"].isin(UNKNOWABLE).groupby([counts[name] for name in key]).any()
    is_whole = counts["district_id"] == whole
    totals = counts[is_whole].groupby(key)["value"].sum()
    sums = counts[~is_whole].groupby(key)["value"].sum()
    sums, totals = sums.align(totals, fill_value=0)
    is_told = ~hidden.reindex(totals.index)
    wrong = (sums != totals) & is_told
    cases = [
        f"{quarter} {metric}: {sums[quarter, metric]:.0f} of {totals[quarter, metric]:.0f}"
        for quarter, metric in wrong[wrong].index
    ]
    untold = int((~is_told).sum())
    agreeing = f"{len(totals) - untold} sums that agree" + (f", {untold} with a cell that is not told" * bool(untold))
    return [
        CheckResult(
            check_id="parts_add_up",
            passed=not cases,
            required=True,
            expected="districts and rows without one add up to the city for every count",
            got=listed(cases) or agreeing,
            source_id=source_id,
        )
    ]
