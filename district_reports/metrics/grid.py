"""Rows of `out_metrics` for sources beside the incidents: every district, the city and `none`, every quarter.

What belongs here: how a counted value becomes a complete set of rows with states. What does not: counting.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from district_reports.metrics.measures import (
    CITY,
    COLUMNS,
    COUNT_UNITS,
    OUTSIDE,
    SHARE_DIGITS,
    build_table,
    type_columns,
)
from district_reports.model import State
from district_reports.periods import Quarter
from district_reports.settings import Settings


class Definition(NamedTuple):
    """How a metric is counted, for whoever wants to check it."""

    metric_id: str
    unit: str
    source_ids: tuple[str, ...]
    sql: str
    """The query that counts it; empty where a figure is read by hand."""
    parameters: Mapping[str, Any] = MappingProxyType({})
    """Values of the query's parameters that the config gives, by name."""


def build_rows(
    values: pd.DataFrame,
    metric_id: str,
    unit: str,
    settings: Settings,
    quarters: Sequence[Quarter],
    *,
    stamp: tuple[date, str],
    covered: Collection[str],
    states: pd.Series | None = None,
    missing: State = State.NO_DATA,
) -> pd.DataFrame:
    """Return one metric's rows of `out_metrics`, complete.

    In a covered quarter a count that is not there is 0, and any other value that is not there is `missing`; in a
    quarter that is not covered every value is `missing`.

    Args:
        values: Index `district_id`, `quarter` (text); column `value`, and for shares `numerator`, `denominator`.
        metric_id: The metric.
        unit: Its unit; counts are those of `COUNT_UNITS`.
        settings: The districts.
        quarters: Those wanted.
        stamp: From `Opened.stamp`.
        covered: Quarters that the source's rows cover.
        states: State by the same index, where it is another than `ok`: `too_early` or `stale`.
        missing: The state of what is not there.
    """
    places, names = [*settings.district_ids, CITY, OUTSIDE], [str(quarter) for quarter in quarters]
    grid = pd.MultiIndex.from_product([places, names], names=["district_id", "quarter"])
    rows = values.reindex(grid)
    # Arrays rather than columns that carry the index: there are some sixty metrics, and the index is most of the time.
    is_covered = np.tile([name in covered for name in names], len(places))
    value = rows["value"].to_numpy("float64", na_value=np.nan)
    value = np.where(np.isnan(value), 0.0, value) if unit in COUNT_UNITS else np.round(value, SHARE_DIGITS)
    value = np.where(is_covered, value, np.nan)
    state = np.where(np.isnan(value), str(missing), _find_states(grid, states))
    # Checked and sorted once, when all metrics are joined.
    return type_columns(
        {
            "district_id": np.repeat(np.array(places, dtype=object), len(names)),
            "quarter": np.tile(np.array(names, dtype=object), len(places)),
            **{"metric_id": metric_id, "value": value, "unit": unit, "state": state},
            **{name: _find_part(rows, name, is_covered) for name in ("numerator", "denominator")},
            **dict(zip(("as_of", "origin_id"), stamp, strict=True)),
        }
    )


def _find_part(rows: pd.DataFrame, name: str, is_covered: npt.NDArray[np.bool_]) -> Any:
    """Return the incidents above or below the line of a share; nothing for other units, nor where nothing is known."""
    if name not in rows:
        return pd.array([None] * len(rows), dtype="Int64")
    part = np.round(rows[name].to_numpy("float64", na_value=np.nan))
    return pd.array(np.where(is_covered, part, np.nan), dtype="Int64")


def _find_states(grid: pd.MultiIndex, states: pd.Series | None) -> npt.NDArray[np.object_]:
    if states is None:
        return np.full(len(grid), str(State.OK), dtype=object)
    return states.reindex(grid).fillna(str(State.OK)).to_numpy(dtype=object)


def early_states(settings: Settings, quarters: Sequence[Quarter], days: int, reached: date | None) -> pd.Series:
    """Return `too_early` for every place of the quarters whose window of days has not passed for all that lies in them.

    Args:
        settings: The districts.
        quarters: Those wanted.
        days: The window, from the day of each row on.
        reached: The day up to which things are known; None: none is, and nothing is early.

    Returns:
        States as `build_rows` takes them; index `district_id`, `quarter`.
    """
    early = [str(q) for q in quarters if reached is not None and q.end + timedelta(days=days) > reached]
    index = pd.MultiIndex.from_product(
        [[*settings.district_ids, CITY, OUTSIDE], early], names=["district_id", "quarter"]
    )
    return pd.Series(str(State.TOO_EARLY), index=index, dtype="str")


def hide_values(rows: pd.DataFrame, is_hidden: pd.Series, state: State) -> pd.DataFrame:
    """Return rows of `out_metrics` with some of them emptied, under a state without a value."""
    parts = {name: rows[name].mask(is_hidden) for name in ("value", "numerator", "denominator")}
    return rows.assign(**parts, state=rows["state"].mask(is_hidden, str(state)))


def join_tables(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return tables of measures as one, sorted by its key; none give a table without rows.

    Raises:
        ContractError: If two hold the same row.
    """
    if not tables:
        return build_table({name: [] for name in COLUMNS})
    joined = pd.concat(tables, ignore_index=True)
    return build_table({str(name): column for name, column in joined.items()})
