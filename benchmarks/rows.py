"""The rows the benchmarks read: published ones where there are any, else made by the sample portal.

    python -m benchmarks.rows --folder DIR

writes the sample's thirteen quarters in the form of the published files (`crimes_YYYYQn.parquet`, every value text),
so that the loopback portal serves them in the same way.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from district_reports.config import Source
    from district_reports.periods import Quarter
    from district_reports.settings import Settings

NEWEST = "2018Q3"
"""The newest of the published quarters."""
_MOMENT = "%Y-%m-%dT%H:%M:%S.000"


def main() -> None:
    """Write the sample's rows as files of text."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True)
    folder: Path = parser.parse_args().folder
    start = perf_counter()
    rows = write_sample(folder)
    print(json.dumps({"seconds": perf_counter() - start, "rows": rows}))


def write_sample(folder: Path) -> int:
    """Write the sample's incidents of all quarters of a report and return how many."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from district_reports.periods import Quarter
    from district_reports.settings import load_settings
    from district_reports.sources.sample import SamplePortal

    settings = load_settings({})
    newest = Quarter.parse(NEWEST)
    source, portal = settings.source("crimes"), SamplePortal(settings, newest)
    total = 0
    for quarter in window(settings):
        months = [_as_text(portal.fetch_month(source, month), source) for month in quarter.months]
        table = pa.concat_tables(months)
        pq.write_table(table, folder / f"crimes_{quarter}.parquet")
        total += table.num_rows
    return total


def window(settings: Settings) -> tuple[Quarter, ...]:
    """Return the quarters that are measured, oldest first."""
    from district_reports.periods import Quarter

    return Quarter.parse(NEWEST).window(settings.report.history_quarters)


def _as_text(table: pa.Table, source: Source) -> pa.Table:
    """Return the rows under the portal's names, all values text; columns the sample lacks are null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from tests.portal.chicago import CRIMES_TYPES

    told: dict[str, pa.ChunkedArray] = {}
    for name, column in source.columns.items():
        values = table.column(name)
        is_moment = column.type == "timestamp"
        # Of whole seconds, for else the format would write fractions of its own.
        told[column.field] = (
            pc.strftime(values.cast(pa.timestamp("s")), _MOMENT) if is_moment else values.cast(pa.string())
        )
    nothing = pa.nulls(table.num_rows, pa.string())
    # The year is computed by the portal itself.
    return pa.table({field: told.get(field, nothing) for field in CRIMES_TYPES if field != "year"})


if __name__ == "__main__":
    main()
