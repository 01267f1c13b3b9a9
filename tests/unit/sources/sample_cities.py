"""Cities for the tests of the sample: the shipped one, and a small one with other ids, columns and dates."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pyarrow as pa

from district_reports.config import Column
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from district_reports.sources.sample import SamplePortal

QUARTER = Quarter(2026, 3)


def chicago() -> Settings:
    return load_settings({})


def village() -> Settings:
    """Return three districts "A", "B" and "C", one-letter beats, text keys and no column for the code."""
    city = chicago()
    template = city.districts[0]
    districts = tuple(
        template.model_copy(update={"district_id": name, "tile": (row, row % 2), "address": "Old Mill"})
        for row, name in enumerate("ABC")
    )
    crimes = city.source("crimes")
    columns = {name: column.model_copy(update={"field": f"x_{name}"}) for name, column in crimes.columns.items()}
    columns["incident_id"] = Column(field="uid", type="text")
    columns["district_id"] = Column(field="precinct", type="text")
    del columns["offence_code"]
    sample = {"weights": {"A": 1.0, "B": 2.0, "C": 3.0}, "rows_per_quarter": 300, "sectors": 1, "beats_per_sector": 2}
    return city.model_copy(
        update={
            "city": city.city.model_copy(update={"beat_district_digits": 1}),
            "districts": districts,
            "sources": (crimes.model_copy(update={"columns": columns}), *city.sources[1:]),
            "sample": city.sample.model_copy(update=sample),
            "report": city.report.model_copy(
                update={"notes": city.report.notes.model_copy(update={"default_date": "07-04"})}
            ),
        }
    )


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
