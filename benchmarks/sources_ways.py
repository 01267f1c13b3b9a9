"""The ways that `sources` compares: every source pulled, and everything counted.

    python -m benchmarks.sources_ways pull|unfiltered|everything|ours|pandas|compare --url URL --folder DIR

`pull` brings the store in the folder up to date, and may be run again. `unfiltered` reads what the sources with a
condition would send with it and without it. `everything` is the stage of a draft: all measures with their checks, the
small cells, the file. `ours` and `pandas` come to the same figures of the stored rows, which `compare` holds against
each other.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from socket import SocketIO
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from district_reports.config import Source
    from district_reports.settings import Settings
    from district_reports.store import Store
    from flows.records import DraftRequest

NEWEST = "2018Q3"
NOW = datetime(2018, 11, 20, 12, tzinfo=UTC)
AS_OF = date(2018, 11, 20)
CHUNK_BYTES = 2**18
KEY = ["district_id", "quarter", "metric_id"]
LEAST_DIFFERENCE = 1e-6

Facts = dict[str, Any]


def main() -> None:
    """Run one way and print what it did."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("way", choices=sorted(WAYS))
    parser.add_argument("--url", required=True, help="of the portal that stands for both")
    parser.add_argument("--folder", type=Path, required=True, help="data directory")
    options = parser.parse_args()
    print(json.dumps(WAYS[options.way](options.url, options.folder)))


def open_city(url: str, folder: Path) -> tuple[Settings, DraftRequest, Store]:
    """Return the shipped city with both portals at one address, what is asked for, and the data directory."""
    from district_reports.settings import load_settings
    from flows.records import DraftRequest, SourceKind
    from flows.stages import open_store

    settings = load_settings({"DISTRICT_REPORTS_PORTAL_URL": url, "DISTRICT_REPORTS_COUNTY_PORTAL_URL": url})
    request = DraftRequest(
        quarter=NEWEST,
        source=SourceKind.PORTAL,
        districts=settings.district_ids,
        languages=(settings.languages[0].tag,),
        data_dir=folder,
        # None are kept: what people read by hand is small.
        records_dir=folder / "no records",
        as_of=AS_OF,
        now=NOW,
    )
    return settings, request, open_store(settings, request)


@contextmanager
def received_bytes() -> Iterator[list[int]]:
    """Count all bytes that this process receives meanwhile, headers included; the list holds their number."""
    counted = [0]
    plain = SocketIO.readinto

    def readinto(self: SocketIO, buffer: Any) -> int | None:
        size = plain(self, buffer)
        counted[0] += size or 0
        return size

    SocketIO.readinto = readinto  # type: ignore[method-assign, assignment]
    try:
        yield counted
    finally:
        SocketIO.readinto = plain  # type: ignore[method-assign]


def pull_all(url: str, folder: Path) -> Facts:
    """Bring every source up to date, with all checks, to the disk."""
    from importlib import import_module

    from flows.stages import sync_sources

    settings, request, store = open_city(url, folder)
    # The program imports it before it pulls; else pyarrow would, at its first comparison.
    import_module("pandas")
    with store.lock(), received_bytes() as received:
        start = perf_counter()
        synced = sync_sources(settings, request, store, lambda stage, done, total: None)
        seconds = perf_counter() - start
    unread = [remark.source_id for result in synced.results for remark in result.remarks if _is_failure(remark)]
    return {
        "seconds": seconds,
        "rows": synced.rows_pulled,
        "requests": synced.requests,
        "bytes": received[0],
        "unread": unread,
        "sources": {result.source_id: result.rows_pulled for result in synced.results},
    }


def _is_failure(remark: Any) -> bool:
    return bool(remark.check_id == "source_read")


def read_unfiltered(url: str, folder: Path) -> Facts:
    """Read the same columns and months of every source with a condition, with and without it; the bytes are dropped."""
    from district_reports.periods import Quarter

    settings, _, _ = open_city(url, folder)
    window = Quarter.parse(NEWEST).window(settings.report.history_quarters)
    rows, size = {"with": 0, "without": 0}, {"with": 0, "without": 0}
    for source in settings.sources:
        if source.where:
            for name, asked in (("with", source), ("without", source.model_copy(update={"where": ""}))):
                found = _read_csv(url, asked, window[0].start, window[-1].shifted(1).start)
                rows[name], size[name] = rows[name] + found[0], size[name] + found[1]
    return {"rows": rows, "bytes": size}


def _read_csv(url: str, source: Source, first: date, end: date) -> tuple[int, int]:
    import requests

    from district_reports.sources.contract import events_query, whole_query

    query = events_query(source, first, end) if source.form == "events" else whole_query(source)
    query = replace(query, order="", limit=10**8)
    clauses = {"$select": ", ".join(query.fields), "$where": query.where, "$limit": str(query.limit)}
    rows = 0
    params = {name: text for name, text in clauses.items() if text}
    with received_bytes() as received, requests.Session() as session:
        address = f"{url}/resource/{source.dataset_id}.csv"
        with session.get(address, params=params, stream=True) as response:
            response.raise_for_status()
            rows = sum(chunk.count(b"\n") for chunk in response.iter_content(CHUNK_BYTES)) - 1
    return rows, received[0]


def count_everything(url: str, folder: Path) -> Facts:
    """Count all measures as a draft does: checks, categories, small cells, and the file that is published."""
    from benchmarks.measures import read_peak
    from flows.counting import count_everything as count

    settings, request, store = open_city(url, folder)
    before, start, start_cpu = read_peak(), perf_counter(), process_time()
    facts, data = count(settings, request, store)
    seconds, cpu = perf_counter() - start, process_time() - start_cpu
    failed = sorted({remark.check_id for remark in facts.remarks})
    rows = data.count(b"\n") - 1
    return {"seconds": seconds, "cpu": cpu, "extra": read_peak() - before, "rows": rows, "remarks": failed}


def count_ours(url: str, folder: Path) -> Facts:
    """Count in the project's way what `pandas` counts too; it cannot but count some more."""
    from benchmarks.measures import read_peak
    from district_reports.metrics import count_measures, join_tables, open_incidents
    from district_reports.metrics.arrests import count_arrest_windows
    from district_reports.metrics.complaints import count_complaints
    from district_reports.metrics.opened import Opened, attach_sources
    from district_reports.metrics.requests import count_requests
    from district_reports.metrics.victims import count_victims
    from district_reports.periods import Quarter
    from flows.counting import load_snapshots
    from flows.facts import find_origins

    settings, request, store = open_city(url, folder)
    quarters = Quarter.parse(NEWEST).window(settings.report.history_quarters)
    before, start = read_peak(), perf_counter()
    snapshots = load_snapshots(settings, store)
    origins = find_origins(settings, snapshots, request)
    paths = {name: [store.part_path(name, part) for part in found.parts] for name, found in snapshots.items()}
    with closing(open_incidents(paths["crimes"], settings)) as con:
        opened = Opened(con, settings, request.as_of, origins)
        attach_sources(con, settings, paths)
        as_of, origin_id = opened.stamp("crimes")
        tables = [count_measures(con, settings, quarters, as_of=as_of, origin_id=origin_id)]
        for count in (count_victims, count_arrest_windows, count_complaints, count_requests):
            tables.append(count(opened, quarters))
        table = join_tables(tables)
    seconds = perf_counter() - start
    extra = read_peak() - before
    table.to_parquet(folder / "ours.parquet")
    return {"seconds": seconds, "extra": extra}


def count_with_pandas(url: str, folder: Path) -> Facts:
    """Count with pandas alone."""
    from io import BytesIO

    import pandas as pd

    from benchmarks.measures import read_peak
    from benchmarks.sources_pandas import Rows, count_all

    settings, request, store = open_city(url, folder)
    pd.read_parquet(BytesIO(pd.DataFrame({"x": ["x"]}).to_parquet()))
    before, start = read_peak(), perf_counter()
    found = [(source.source_id, store.load_snapshot(source.source_id)) for source in settings.sources]
    paths = {name: [store.part_path(name, part) for part in kept.parts] for name, kept in found if kept}
    as_of = {name: kept.rows_updated_at.date() for name, kept in found if kept}
    table = count_all(Rows(settings, paths, as_of))
    seconds = perf_counter() - start
    extra = read_peak() - before
    table.to_parquet(folder / "pandas.parquet")
    return {"seconds": seconds, "extra": extra}


def compare(url: str, folder: Path) -> Facts:
    """Hold the figures of both ways against each other, as far as ours have a value."""
    import pandas as pd

    ours, alone = (pd.read_parquet(folder / f"{name}.parquet") for name in ("ours", "pandas"))
    return compare_tables(ours, alone)


def compare_tables(ours: pd.DataFrame, alone: pd.DataFrame) -> Facts:
    """Return how many figures both tables hold, and those that differ.

    Args:
        ours: `out_metrics`; a row without a value is not compared, since pandas alone knows of no gaps.
        alone: Columns `district_id`, `quarter`, `metric_id`, `value`.
    """
    told = ours[ours["value"].notna() & ours["metric_id"].isin(set(alone["metric_id"]))]
    both = told[[*KEY, "value"]].merge(alone, on=KEY, how="left", suffixes=("", "_alone"))
    # A row that pandas alone does not have differs too: the comparison with nothing is not true.
    is_same = (both["value"] - both["value_alone"]).abs() <= LEAST_DIFFERENCE * both["value"].abs().clip(lower=1)
    differing = [" ".join(map(str, row)) for row in both[~is_same].head(5).itertuples(index=False, name=None)]
    return {"compared": len(both), "metrics": int(told["metric_id"].nunique()), "differing": differing}


WAYS: dict[str, Callable[[str, Path], Facts]] = {
    "pull": pull_all,
    "unfiltered": read_unfiltered,
    "everything": count_everything,
    "ours": count_ours,
    "pandas": count_with_pandas,
    "compare": compare,
}

if __name__ == "__main__":
    main()
