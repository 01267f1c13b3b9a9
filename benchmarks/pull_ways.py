"""The ways to pull that `pull` compares: `python -m benchmarks.pull_ways ours|floor|get_all|get_all_list --url URL`."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from benchmarks.rows import window
from district_reports.config import Source
from district_reports.periods import Quarter
from district_reports.settings import load_settings
from district_reports.sources.contract import Query, events_query, month_end, window_months

SOURCE = "crimes"
CHUNK_BYTES = 2**18
PAGE_ROWS = 50_000
NOW = datetime(2018, 11, 20, 12, tzinfo=UTC)

Facts = dict[str, Any]


def main() -> None:
    """Run one way and print what it did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=sorted(WAYS))
    parser.add_argument("--url", required=True, help="of the portal")
    parser.add_argument("--quarters", type=int, help="only the newest so many")
    options = parser.parse_args()
    settings = load_settings({})
    quarters = window(settings)[-(options.quarters or 0) :]
    facts = WAYS[options.way](options.url, settings.source(SOURCE), quarters)
    print(json.dumps(facts | {"quarters": len(quarters)}))


def pull_ours(url: str, source: Source, quarters: tuple[Quarter, ...]) -> Facts:
    """Bring a fresh store up to date, with all checks, to the disk."""
    from district_reports.sources.socrata import SocrataPortal
    from district_reports.store import Store
    from district_reports.sync import synchronise

    # The program imports it before it pulls; else pyarrow would, at its first comparison.
    import_module("pandas")
    with TemporaryDirectory() as folder:
        start = perf_counter()
        portal = SocrataPortal(url)
        store = Store.open(Path(folder), kind="portal", city_id="city", domains=(portal.domain,))
        with store.lock():
            result = synchronise(portal, store, source, quarters, now=NOW)
        seconds = perf_counter() - start
    portal.close()
    return {
        "seconds": seconds,
        "rows": result.rows_pulled,
        "parts": result.months_pulled,
        "requests": portal.requests,
    }


def read_floor(url: str, source: Source, quarters: tuple[Quarter, ...]) -> Facts:
    """Read the bytes of the same streams and drop them; only line ends are counted."""
    size = rows = 0
    start = perf_counter()
    with requests.Session() as session:
        for month in window_months(quarters):
            query = events_query(source, month, month_end(month), limit=10**6)
            params = {
                "$select": ", ".join(query.fields),
                "$where": query.where,
                "$order": query.order,
                "$limit": str(query.limit),
            }
            with session.get(f"{url}/resource/{source.dataset_id}.csv", params=params, stream=True) as response:
                response.raise_for_status()
                for chunk in response.iter_content(CHUNK_BYTES):
                    size += len(chunk)
                    rows += chunk.count(b"\n")
            rows -= 1  # the header
    return {"seconds": perf_counter() - start, "rows": rows, "bytes": size}


def get_all_frame(url: str, source: Source, quarters: tuple[Quarter, ...]) -> Facts:
    """Read the rows as `get_all` is used: every column the portal sends, into a data frame."""
    import pandas as pd

    with _sodapy_client(url) as client:
        start = perf_counter()
        found = client.get_all(source.dataset_id, where=_whole(source, quarters).where, limit=PAGE_ROWS)
        frame = pd.DataFrame.from_records(list(found))
        seconds = perf_counter() - start
    keys = frame[source.columns[source.key].field]
    return {"seconds": seconds, "rows": len(frame), "distinct": keys.nunique(), "columns": len(frame.columns)}


def get_all_list(url: str, source: Source, quarters: tuple[Quarter, ...]) -> Facts:
    """Read the rows with only our columns, into a list."""
    query = _whole(source, quarters)
    with _sodapy_client(url) as client:
        start = perf_counter()
        chosen = ", ".join(query.fields)
        rows = list(client.get_all(source.dataset_id, select=chosen, where=query.where, limit=PAGE_ROWS))
        seconds = perf_counter() - start
    key = source.columns[source.key].field
    distinct = len({row[key] for row in rows})
    return {"seconds": seconds, "rows": len(rows), "distinct": distinct, "columns": len(query.fields)}


def _whole(source: Source, quarters: tuple[Quarter, ...]) -> Query:
    months = window_months(quarters)
    return events_query(source, months[0], month_end(months[-1]))


def _sodapy_client(url: str) -> Any:
    from sodapy import Socrata

    # It speaks https alone, unless told otherwise; and a token the portal does not know is refused.
    client = Socrata(urlsplit(url).netloc, "unset", session_adapter={"prefix": "http://", "adapter": HTTPAdapter()})
    del client.session.headers["X-App-Token"]
    return client


WAYS = {"ours": pull_ours, "floor": read_floor, "get_all": get_all_frame, "get_all_list": get_all_list}

if __name__ == "__main__":
    main()
