"""Sources beside the incidents made of a few rows each, opened as the counting finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from district_reports.metrics.incidents import open_incidents
from district_reports.metrics.measures import Measures
from district_reports.metrics.opened import Opened, attach_sources
from district_reports.model import Origin
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.tables import arrow_schema


def make_origin(settings: Settings, source_id: str, as_of: date) -> Origin:
    source = settings.source(source_id)
    return Origin(
        origin_id=f"{source_id}@0123",
        producer=source.producer,
        title=source.title,
        page_url=source.page_url,
        dataset_id=source.dataset_id,
        license=source.license,
        as_of=as_of,
        snapshot="0" * 64,
    )


def write_source(folder: Path, settings: Settings, source_id: str, rows: Sequence[Mapping[str, Any]]) -> list[Path]:
    """Return the one part that holds the rows; keys are given in order, columns that a row lacks are empty."""
    source = settings.source(source_id)
    members = [{**dict.fromkeys(source.columns), source.key: str(number), **row} for number, row in enumerate(rows, 1)]
    path = folder / f"{source_id}.parquet"
    pq.write_table(pa.Table.from_pylist(members, schema=arrow_schema(source)), path)
    return [path]


@contextmanager
def opened_sources(
    folder: Path,
    settings: Settings,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    as_of: date,
    report_date: date | None = None,
) -> Iterator[Opened]:
    """Open the rows given by source, all pulled on one day; a source that is not given was never read."""
    paths = {source_id: write_source(folder, settings, source_id, found) for source_id, found in rows.items()}
    origins = {source_id: make_origin(settings, source_id, as_of) for source_id in ("crimes", *rows)}
    with open_incidents([], settings) as con:
        attach_sources(con, settings, paths)
        yield Opened(con, settings, report_date or as_of, origins)


def values_of(table: pd.DataFrame, metric_id: str, quarter: Quarter) -> dict[str, Any]:
    """Return one metric's values of one quarter by place, those that have one and are not 0."""
    rows = table[(table["metric_id"] == metric_id) & (table["quarter"] == str(quarter))]
    values = rows.set_index("district_id")["value"]
    return {str(place): value for place, value in values[values.notna() & (values != 0)].items()}


def states_of(table: pd.DataFrame, metric_id: str, quarter: Quarter) -> set[str]:
    rows = table[(table["metric_id"] == metric_id) & (table["quarter"] == str(quarter))]
    return set(rows["state"])


def require_complete(table: pd.DataFrame, settings: Settings, quarters: Sequence[Quarter]) -> None:
    """Every place and quarter of every metric, once; counts of districts and `none` add up where none is hidden."""
    Measures(table)
    places = len(settings.districts) + 2
    sizes = table.groupby("metric_id").size()
    assert (sizes == places * len(quarters)).all(), sizes
    counts = table[table["unit"].isin(["cases", "requests", "incidents"]) & (table["state"] != "suppressed")]
    whole = counts[counts["district_id"] == "city"].set_index(["metric_id", "quarter"])["value"].fillna(0)
    hidden = table[table["state"] == "suppressed"].set_index(["metric_id", "quarter"]).index
    parts = counts[counts["district_id"] != "city"].groupby(["metric_id", "quarter"])["value"].sum()
    whole, parts = whole[~whole.index.isin(hidden)], parts[~parts.index.isin(hidden)]
    pd.testing.assert_series_equal(parts.sort_index(), whole.sort_index(), check_names=False)
