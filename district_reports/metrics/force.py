"""Use of force: figures that a person brought, since nobody publishes them by district as data.

What belongs here: figures into measures. What does not: reading the file they come in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from district_reports.errors import ContractError
from district_reports.metrics.grid import Definition, build_rows, hide_values, join_tables
from district_reports.metrics.measures import CITY
from district_reports.metrics.opened import Opened
from district_reports.model import State
from district_reports.periods import Quarter
from district_reports.settings import Settings

SOURCE_ID = "force"
METRIC_ID = "force_incidents"


def count_force(
    opened: Opened,
    quarters: Sequence[Quarter],
    readings: Mapping[tuple[str, str], int],
) -> pd.DataFrame:
    """Return `out_metrics` of use of force: incidents, not forms.

    Args:
        opened: The sources.
        quarters: Those wanted.
        readings: Incidents by district and quarter (`2026Q3`); other quarters are left out.

    Returns:
        `force_incidents` (incidents), `not_published` where there is no figure; the city's is the sum of all
        districts, and there is none where one of them is missing. None at all where the config has no such part.

    Raises:
        ContractError: If a figure is of no district, or below 0.
    """
    settings = opened.settings
    if settings.outcomes.force is None or not quarters:
        return join_tables([])
    _require_figures(readings, settings)
    cells = dict(readings)
    for quarter in map(str, quarters):
        of_districts = [cells.get((district_id, quarter)) for district_id in settings.district_ids]
        if None not in of_districts:
            cells[(CITY, quarter)] = sum(count for count in of_districts if count is not None)
    index = pd.MultiIndex.from_tuples(list(cells), names=["district_id", "quarter"]) if cells else _no_cells()
    rows = build_rows(
        pd.DataFrame({"value": list(cells.values())}, index=index),
        METRIC_ID,
        "incidents",
        settings,
        quarters,
        stamp=opened.stamp(SOURCE_ID, is_brought=bool(readings)),
        covered={quarter for _, quarter in cells},
        missing=State.NOT_PUBLISHED,
    )
    # A count that is not there is 0 in a covered quarter; here it is a figure that nobody brought.
    is_missing = pd.Series(
        [key not in cells for key in zip(rows["district_id"], rows["quarter"], strict=True)], index=rows.index
    )
    return hide_values(rows, is_missing, State.NOT_PUBLISHED)


def define_force(settings: Settings) -> tuple[Definition, ...]:
    """Return how the metric is found: by hand; none where the config has no such part."""
    return (Definition(METRIC_ID, "incidents", (SOURCE_ID,), ""),) if settings.outcomes.force else ()


def _no_cells() -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([[], []], names=["district_id", "quarter"])


def _require_figures(readings: Mapping[tuple[str, str], int], settings: Settings) -> None:
    problems = [
        f"{district_id!r:.40} {quarter!r:.40}: {count}"
        for (district_id, quarter), count in readings.items()
        if district_id not in settings.district_ids or count < 0
    ]
    if problems:
        raise ContractError(
            f"{SOURCE_ID}: expected figures from 0 on of the config's districts, got {'; '.join(problems[:5])}",
            table=SOURCE_ID,
            problems=problems,
        )
