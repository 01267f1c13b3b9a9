"""Cities for the tests of the sample: the shipped one, and a small one with other ids, columns and types."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TypeVar

import pandas as pd
import pyarrow as pa

from district_reports.config import Column
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from district_reports.sources.sample import SamplePortal

R = TypeVar("R")

TOY = Path(__file__).parents[2] / "toy"
QUARTER = Quarter(2026, 3)


def told(table: R | None) -> R:
    """Return a table of a config file that the shipped city has."""
    assert table is not None
    return table


def chicago() -> Settings:
    return load_settings({})


def village() -> Settings:
    """Return the toy city, its key a text, its districts never empty and without a column for the code."""
    city = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
    crimes = city.source("crimes")
    columns = {name: column for name, column in crimes.columns.items() if name != "offence_code"}
    columns["incident_id"] = Column(field="nr", type="text")
    columns["district_id"] = Column(field="precinct", type="text")
    return city.model_copy(update={"sources": (crimes.model_copy(update={"columns": columns}), *city.sources[1:])})


def months(settings: Settings, quarter: Quarter = QUARTER) -> tuple[date, ...]:
    window = quarter.window(settings.report.history_quarters)
    return tuple(month for each in window for month in each.months)


def all_rows(settings: Settings, quarter: Quarter = QUARTER) -> pa.Table:
    portal = SamplePortal(settings, quarter)
    source = settings.source("crimes")
    return pa.concat_tables([portal.fetch_month(source, month) for month in months(settings, quarter)])


def with_quarters(rows: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = rows.to_pandas()
    return frame.assign(quarter=frame["occurred_at"].dt.to_period("Q").astype(str))
