"""What a killed run must leave: the last good snapshots, and no file that is half there."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pypdf import PdfReader

from district_reports.metrics.measures import parse_measures
from district_reports.model import Snapshot
from district_reports.settings import Settings
from district_reports.store import Store
from flows.counting import load_snapshots

HIDDEN = ".*.tmp"


def require_whole(data_dir: Path) -> None:
    """Fail if a file that bears a name is cut, empty, or no file of its kind."""
    for path in sorted(data_dir.rglob("*")):
        if path.is_file() and path.name != ".lock" and not path.match(HIDDEN) and "prefect" not in path.parts:
            try:
                _require_whole_file(path)
            except Exception as error:
                pytest.fail(f"{path.relative_to(data_dir)} is half there: {error}")


def _require_whole_file(path: Path) -> None:
    data = path.read_bytes()
    match path.suffix:
        case ".json" | ".geojson":
            json.loads(data)
        case ".parquet":
            pq.read_table(path)
        case ".html":
            assert data.rstrip().endswith(b"</html>"), "no end of the page"
        case ".pdf":
            assert data.rstrip().endswith(b"%%EOF"), "no end of the file"
            assert len(PdfReader(path).pages) > 0, "no page"
        case ".csv":
            assert data.endswith(b"\n"), "no end of the line"
            widths = {len(row) for row in csv.reader(data.decode().splitlines())}
            assert len(widths) == 1, f"rows of {widths} columns"
            parse_measures(data)
        case ".ics":
            assert data.endswith(b"END:VCALENDAR\r\n"), "no end of the calendar"
        case ".sqlite3":
            # A killed writer leaves its journal; the next one that opens the file undoes it.
            with closing(sqlite3.connect(path)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        case ".sqlite3-wal" | ".sqlite3-shm" | ".sqlite3-journal":
            pass
        case other:
            raise AssertionError(f"a file of the kind {other!r} that nobody expects")


def current_snapshots(data_dir: Path, settings: Settings, portal_domain: str) -> dict[str, Snapshot]:
    """Return the current snapshots; fail if one of their parts cannot be read."""
    if not (data_dir / "about.json").exists():
        return {}
    store = Store.open(data_dir, kind="portal", city_id=settings.city.city_id, domains=(portal_domain,))
    found = load_snapshots(settings, store)
    for source_id, snapshot in found.items():
        for part in snapshot.parts:
            assert store.has_part(source_id, part), part.file
            if part.file.endswith(".parquet"):
                assert store.load_table(source_id, part).num_rows == part.rows
    return found
