"""Small counts of people's complaints, by district and by category: which are not told.

What belongs here: hiding counts so that no sum of the same quarter gives them back. What does not: counting them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from district_reports.metrics.grid import hide_values
from district_reports.model import NamedCount, State
from district_reports.settings import Settings

SMALL = 3
"""Counts from 1 up to, not including, this are not told of a district."""


def hide_small_cells(rows: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Return one count's rows of `out_metrics` with the small ones of districts `suppressed`.

    The city's total would give back a single hidden count, and two of which both are known to be 1 or 2 and to add up
    to 2: so the next smallest district's is hidden as well. That is the least one that is not 0, since a 0 hides
    nothing; a 0 only where there is no other.
    """
    is_district = rows["district_id"].isin(settings.district_ids)
    is_small = is_district & rows["value"].between(1, SMALL - 1)
    partners = []
    for _, of_quarter in rows[is_district & rows["value"].notna()].groupby("quarter", sort=False):
        others = of_quarter[~is_small[of_quarter.index]]
        if len(others) < len(of_quarter) and len(others):
            above = others[others["value"] > 0]
            partners.append((above if len(above) else others)["value"].idxmin())
    return hide_values(rows, is_small | rows.index.isin(partners), State.SUPPRESSED)


def fold_small_names(counts: Mapping[str, int], *, shown: int, kept: Collection[str] = ()) -> tuple[NamedCount, ...]:
    """Return counts by name, most frequent first; the rest under the empty name, last.

    A name with a small count is never told; nor is the rest told where it is just one such count: then the least of
    the names joins it.

    Args:
        counts: By name; the empty name is what has none.
        shown: Names told at most.
        kept: Names that are told before others, if their counts are not small.
    """
    ordered = sorted((name for name, count in counts.items() if name and count), key=lambda n: (-counts[n], n))
    tellable = [name for name in ordered if counts[name] >= SMALL]
    first = [name for name in tellable if name in kept] + [name for name in tellable if name not in kept]
    told = first[:shown]
    rest = {name: count for name, count in counts.items() if count and name not in told}
    if told and sum(rest.values()) in range(1, SMALL) and len(rest) == 1 and "" not in rest:
        # The least that need not be kept; one that is to be kept only where there is no other.
        least = min(told, key=lambda name: (name in kept, counts[name], name))
        told.remove(least)
        rest[least] = counts[least]
    named = [NamedCount(name=name, count=counts[name]) for name in ordered if name in told]
    return (*named, NamedCount(name="", count=sum(rest.values()))) if rest else tuple(named)
