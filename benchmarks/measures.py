"""The ways to count that `counting` compares.

    python -m benchmarks.measures ours|pandas|parts --crimes DIR --parts DIR

`parts` is none of them: it writes the stored parts both read, one file a month, only the columns needed. `--crimes`
names a folder of published rows as `crimes_*.parquet`, all text; where it is not there, rows are made up: as many, over
as many months.

Memory is told twice: of the whole process, and above the libraries, which are imported and used once on a single row
before the measurement begins. The second is what grows with the rows.
"""

from __future__ import annotations

import argparse
import json
import resource
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from district_reports.settings import Settings

NEWEST = "2018Q3"
ROWS = 873_572
"""Rows made up where none are at hand: as many as the published thirteen quarters have."""


def main() -> None:
    """Run one way and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("way", choices=sorted(WAYS))
    parser.add_argument("--crimes", type=Path, required=True, help="folder of crimes_*.parquet")
    parser.add_argument("--parts", type=Path, required=True, help="folder of the stored parts")
    options = parser.parse_args()
    print(json.dumps(WAYS[options.way](options)))


def read_peak() -> float:
    """Return this process's peak memory in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    # macOS counts bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024


def count_ours(options: argparse.Namespace) -> dict[str, float | str]:
    """Count in the project's way."""
    from datetime import date

    import duckdb

    from district_reports.metrics import count_measures, open_incidents
    from district_reports.periods import Quarter
    from district_reports.settings import load_settings

    settings = load_settings({})
    duckdb.connect().execute("SELECT 'x' AS x").df()
    before, start, start_cpu = read_peak(), perf_counter(), process_time()
    with open_incidents(sorted(options.parts.glob("*.parquet")), settings) as con:
        window = Quarter.parse(NEWEST).window(settings.report.history_quarters)
        table = count_measures(con, settings, window, as_of=date(2018, 11, 19), origin_id="crimes")
    seconds, cpu = perf_counter() - start, process_time() - start_cpu
    return {
        "seconds": seconds,
        "cpu": cpu,
        "peak": read_peak(),
        "extra": read_peak() - before,
        "digest": _digest(table),
    }


def count_with_pandas(options: argparse.Namespace) -> dict[str, float | str]:
    """Count with pandas alone: the columns needed, read once; one mask and one group-by for each metric."""
    from io import BytesIO

    import pandas as pd

    from district_reports.periods import Quarter
    from district_reports.settings import load_settings

    settings = load_settings({})
    pd.read_parquet(BytesIO(pd.DataFrame({"x": ["x"]}).to_parquet()))
    before, start, start_cpu = read_peak(), perf_counter(), process_time()
    columns = ["occurred_at", "offence_code", "offence_group", "has_arrest", "is_domestic", "district_id", "place_kind"]
    rows = pd.concat(
        [pd.read_parquet(path, columns=columns) for path in sorted(options.parts.glob("*.parquet"))], ignore_index=True
    )
    moments = rows["occurred_at"].dt
    rows["quarter"] = moments.year.astype("str") + "Q" + moments.quarter.astype("str")
    rows["district_id"] = rows["district_id"].where(rows["district_id"].isin(settings.district_ids), "none")
    quarters = [str(quarter) for quarter in Quarter.parse(NEWEST).window(settings.report.history_quarters)]
    places = [*settings.district_ids, "city", "none"]
    grid = pd.MultiIndex.from_product([places, quarters], names=["district_id", "quarter"])
    tables = []
    for metric in settings.metrics.metrics:
        whole = mask_of(rows, settings, metric.share_of or metric.metric_id)
        counts = _group(rows[whole], grid)
        if metric.share_of:
            counts = (_group(rows[whole & rows[metric.flag]], grid) / counts.where(counts > 0)).round(6)
        tables.append(counts.rename("value").reset_index().assign(metric_id=metric.metric_id))
    table = pd.concat(tables)
    seconds, cpu = perf_counter() - start, process_time() - start_cpu
    return {
        "seconds": seconds,
        "cpu": cpu,
        "peak": read_peak(),
        "extra": read_peak() - before,
        "digest": _digest(table),
    }


def mask_of(rows: pd.DataFrame, settings: Settings, metric_id: str) -> pd.Series[bool]:
    """Return which incidents a count of the config counts."""
    metric = settings.metric(metric_id)
    mask = rows["has_arrest"].notna()
    if metric.offence_groups:
        mask &= rows["offence_group"].isin(metric.offence_groups)
    if metric.offence_codes:
        mask &= rows["offence_code"].isin(metric.offence_codes)
    for more in metric.also:
        mask |= (rows["offence_group"] == more.group) & rows["offence_code"].isin(more.codes)
    if metric.places:
        mask &= rows["place_kind"].isin(metric.places)
    return mask & rows[metric.flag] if metric.flag else mask


def _group(rows: pd.DataFrame, grid: pd.MultiIndex) -> pd.Series[float]:
    import pandas as pd

    counts = rows.groupby(["district_id", "quarter"]).size()
    city = rows.groupby("quarter").size()
    city.index = pd.MultiIndex.from_product([["city"], city.index], names=grid.names)
    return pd.concat([counts, city]).reindex(grid, fill_value=0).astype("float64")


def _digest(table: pd.DataFrame) -> str:
    """Return a digest of the values by district, quarter and metric."""
    import hashlib

    key = ["district_id", "quarter", "metric_id"]
    lines = sorted(
        f"{'|'.join(row[:3])}|{row[3]:.6f}" for row in table[[*key, "value"]].itertuples(index=False, name=None)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def make_parts(options: argparse.Namespace) -> dict[str, float | str]:
    """Write the stored parts: of published rows where there are any, else made up."""
    import duckdb

    from district_reports.periods import Quarter
    from district_reports.settings import load_settings

    settings = load_settings({})
    is_published = options.crimes.is_dir()
    window = Quarter.parse(NEWEST).window(settings.report.history_quarters)
    with duckdb.connect() as con:
        if is_published:
            types = {
                "integer": "BIGINT",
                "number": "DOUBLE",
                "text": "VARCHAR",
                "timestamp": "TIMESTAMP_MS",
                "boolean": "BOOLEAN",
            }
            columns = settings.source("crimes").columns.items()
            cast = ", ".join(f'CAST("{column.field}" AS {types[column.type]}) AS "{name}"' for name, column in columns)
            published = con.read_parquet(str(options.crimes / "crimes_*.parquet"))
            published.project(cast).create_view("rows")
        else:
            _make_up_rows(con, settings, window[0].start.isoformat(), window[-1].shifted(1).start.isoformat())
        for month in (month for quarter in window for month in quarter.months):
            rows = con.sql(
                "SELECT * FROM rows WHERE strftime(occurred_at, '%Y-%m') = $month ORDER BY incident_id",
                params={"month": f"{month:%Y-%m}"},
            )
            rows.write_parquet(str(options.parts / f"{month:%Y-%m}.parquet"), compression="zstd")
        (count,) = con.sql("SELECT count(*) FROM rows").fetchall()[0]
    return {"rows": count, "kind": "published" if is_published else "made-up", "files": 3 * len(window)}


def _make_up_rows(con: duckdb.DuckDBPyConnection, settings: Settings, first: str, end: str) -> None:
    """Make the table `rows`: evenly spread over days, districts and the sample's offences; the same each time."""
    offences = settings.sample.offences
    con.execute(
        """
        CREATE TABLE rows AS
        WITH numbers AS (SELECT range AS incident_id, CAST(hash(range) // 2 AS BIGINT) AS chance FROM range($rows))
        SELECT
            incident_id,
            CAST($first::TIMESTAMP + to_seconds(chance % date_diff('second', $first::TIMESTAMP, $end::TIMESTAMP))
                AS TIMESTAMP_MS) AS occurred_at,
            $codes[1 + chance % len($codes)] AS offence_code,
            $types[1 + chance % len($codes)] AS offence_type,
            $groups[1 + chance % len($codes)] AS offence_group,
            chance // 7 % 5 = 0 AS has_arrest,
            chance // 11 % 6 = 0 AS is_domestic,
            $districts[1 + chance // 13 % len($districts)] || '11' AS beat_id,
            $districts[1 + chance // 13 % len($districts)] AS district_id,
            'ZZ' || incident_id AS case_number,
            CAST(1 + chance // 17 % 77 AS VARCHAR) AS community_id,
            $places[1 + chance // 19 % len($places)] AS place_kind,
            CAST(occurred_at AS TIMESTAMP_MS) AS changed_at
        FROM numbers
        """,
        {
            "rows": ROWS,
            "first": first,
            "end": end,
            "codes": [offence.code for offence in offences],
            "types": [offence.type for offence in offences],
            "groups": [offence.group for offence in offences],
            "districts": list(settings.district_ids),
            "places": [
                "STREET",
                "RESIDENCE",
                *(place for metric in settings.metrics.metrics for place in metric.places),
            ],
        },
    )


WAYS = {"ours": count_ours, "pandas": count_with_pandas, "parts": make_parts}

if __name__ == "__main__":
    main()
