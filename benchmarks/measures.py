"""Seconds and memory of the table of measures: our way against pandas alone.

    python -m benchmarks.measures [--crimes DIR] [--repeats 3]

Each way runs in a process of its own, on the same stored parts (one file per month, only the columns needed), and both
must come to the same numbers. `--crimes` names a folder of published rows as `crimes_*.parquet`, all text; without one,
rows are made up: as many, over as many months. Ratios are told, since machines differ.

Memory is told twice: of the whole process, and above the libraries, which are imported and used once on a single row
before the measurement begins. The second is what grows with the rows.

This process stays small on purpose, and imports nothing large: a child's peak may start from its parent's.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from district_reports.settings import Settings

NEWEST = "2018Q3"
ROWS = 873_572
"""Rows made up where none are at hand: as many as the published thirteen quarters have."""

FOLDER = Path(os.environ.get("REAL_DATA_DIR", Path(__file__).parents[2] / "shared" / "data")) / "crimes"


def main(arguments: list[str] | None = None) -> int:
    """Print the table; return 1 if the two ways do not agree."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measures", description=__doc__.splitlines()[0])
    parser.add_argument("--crimes", type=Path, default=FOLDER, metavar="DIR", help="folder of crimes_*.parquet")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="runs of each way; the median is told")
    parser.add_argument("--child", choices=sorted(CHILDREN), help=argparse.SUPPRESS)
    parser.add_argument("--parts", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        print(json.dumps(CHILDREN[options.child](options)))
        return 0
    with TemporaryDirectory() as folder:
        made = _run_child("parts", options.crimes, Path(folder))
        runs = {way: _median(way, options, Path(folder)) for way in ("ours", "pandas")}
    agree = runs["ours"]["digest"] == runs["pandas"]["digest"]
    _print_table(f"{made['rows']:,} {made['kind']} rows, {made['files']} files", runs, agree)
    return 0 if agree else 1


def _print_table(title: str, runs: dict[str, dict[str, float]], agree: bool) -> None:
    print(title)
    print(f"{'':34} {'DuckDB + pandas':>16} {'pandas alone':>14} {'ratio':>7}")
    for key, label, unit in (
        ("seconds", "seconds", "s"),
        ("cpu", "seconds of all cores together", "s"),
        ("peak", "peak memory of the process", "MB"),
        ("extra", "peak memory above the libraries", "MB"),
    ):
        ours, alone = runs["ours"][key], runs["pandas"][key]
        digits = 2 if unit == "s" else 0
        print(f"{label:34} {ours:>13.{digits}f} {unit:2} {alone:>11.{digits}f} {unit:2} {ours / alone:>7.2f}")
    print(f"{'same numbers':34} {'yes' if agree else 'NO'}")


def _median(way: str, options: argparse.Namespace, parts: Path) -> dict[str, float]:
    runs = [_run_child(way, options.crimes, parts) for _ in range(options.repeats)]
    medians = {key: statistics.median(run[key] for run in runs) for key in ("seconds", "cpu", "peak", "extra")}
    return {**medians, "digest": runs[0]["digest"]}


def _run_child(way: str, crimes: Path, parts: Path) -> dict[str, float]:
    command = [
        sys.executable,
        "-m",
        "benchmarks.measures",
        "--child",
        way,
        "--crimes",
        str(crimes),
        "--parts",
        str(parts),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def _peak() -> float:
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
    before, start, start_cpu = _peak(), perf_counter(), process_time()
    with open_incidents(sorted(options.parts.glob("*.parquet")), settings) as con:
        window = Quarter.parse(NEWEST).window(settings.report.history_quarters)
        table = count_measures(con, settings, window, as_of=date(2018, 11, 19), origin_id="crimes")
    seconds, cpu = perf_counter() - start, process_time() - start_cpu
    return {"seconds": seconds, "cpu": cpu, "peak": _peak(), "extra": _peak() - before, "digest": _digest(table)}


def count_with_pandas(options: argparse.Namespace) -> dict[str, float | str]:
    """Count with pandas alone: the columns needed, read once; one mask and one group-by for each metric."""
    from io import BytesIO

    import pandas as pd

    from district_reports.periods import Quarter
    from district_reports.settings import load_settings

    settings = load_settings({})
    pd.read_parquet(BytesIO(pd.DataFrame({"x": ["x"]}).to_parquet()))
    before, start, start_cpu = _peak(), perf_counter(), process_time()
    columns = ["occurred_at", "offence_code", "offence_group", "has_arrest", "is_domestic", "district_id"]
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
        whole = _mask(rows, settings, metric.share_of or metric.metric_id)
        counts = _group(rows[whole], grid)
        if metric.share_of:
            counts = (_group(rows[whole & rows[metric.flag]], grid) / counts.where(counts > 0)).round(6)
        tables.append(counts.rename("value").reset_index().assign(metric_id=metric.metric_id))
    table = pd.concat(tables)
    seconds, cpu = perf_counter() - start, process_time() - start_cpu
    return {"seconds": seconds, "cpu": cpu, "peak": _peak(), "extra": _peak() - before, "digest": _digest(table)}


def _mask(rows: pd.DataFrame, settings: Settings, metric_id: str) -> pd.Series[bool]:
    metric = settings.metric(metric_id)
    mask = rows["has_arrest"].notna()
    if metric.offence_groups:
        mask &= rows["offence_group"].isin(metric.offence_groups)
    if metric.offence_codes:
        mask &= rows["offence_code"].isin(metric.offence_codes)
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
            $districts[1 + chance // 13 % len($districts)] AS district_id
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
        },
    )


CHILDREN = {"ours": count_ours, "pandas": count_with_pandas, "parts": make_parts}

if __name__ == "__main__":
    sys.exit(main())
