"""What a killed run must leave: the last good snapshots, and no file that is half there."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable
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
    if path.suffix in ENDS:
        assert data.rstrip().endswith(ENDS[path.suffix]), "no end of the file"
    elif path.suffix not in NEVER_HALF:
        CHECKS[path.suffix](path, data)
    if path.suffix == ".pdf":
        assert len(PdfReader(path).pages) > 0, "no page"


def _require_table(path: Path, data: bytes) -> None:
    assert data.endswith(b"\n"), "no end of the line"
    widths = {len(row) for row in csv.reader(data.decode("utf-8-sig").splitlines())}
    assert len(widths) == 1, f"rows of {widths} columns"
    if path.name == "measures.csv":
        parse_measures(data)


def _require_words(path: Path, data: bytes) -> None:
    assert data.decode().strip(), "no words"


def _require_database(path: Path, data: bytes) -> None:
    # A killed writer leaves its journal; the next one that opens the file undoes it.
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _read_json(path: Path, data: bytes) -> None:
    json.loads(data)


ENDS = {
    ".html": b"</html>",
    ".pdf": b"%%EOF",
    ".png": b"IEND\xaeB`\x82",
    ".ics": b"END:VCALENDAR",
}
NEVER_HALF = {".sqlite3-wal", ".sqlite3-shm", ".sqlite3-journal"}
CHECKS: dict[str, Callable[[Path, bytes], object]] = {
    ".json": _read_json,
    ".geojson": _read_json,
    ".parquet": lambda path, data: pq.read_table(path),
    ".csv": _require_table,
    ".txt": _require_words,
    ".sqlite3": _require_database,
}
"""A file of a kind that stands nowhere here is one that nobody expects."""


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
