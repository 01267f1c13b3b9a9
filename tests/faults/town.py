"""A small town at our own portal: a source of events with column names of its own, and what comes of pulling it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from district_reports.config import Column, Source
from district_reports.model import Snapshot
from district_reports.periods import Quarter
from district_reports.sources.patience import Clock, Patience
from district_reports.sources.socrata import SocrataPortal
from district_reports.store import Store
from district_reports.sync import SyncResult, synchronise
from tests.portal import Portal

DATASET = "town-0001"
TYPES = {
    "nr": "number",
    "happened": "calendar_date",
    "kind": "text",
    "note": "text",
    "caught": "checkbox",
    "secret_address": "text",
}
QUARTER = Quarter(2024, 1)
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
HOSTILE = (
    'He said "no", twice',
    "two\nlines, and\r\nthree",
    "a NUL \x00 and a bell \x07",
    "right \u202eto left\u202c, zero\u200bwidth",
    "<script>alert('x')</script>",
    "=SUM(A1:A9)",
    " spaces around ",
    "Zażółć gęślą jaźń, 警察, 🚓",
    "\\N",
    "NULL",
    "007",
)

SOURCE = Source(
    source_id="events",
    title="Events",
    producer="Town",
    page_url="https://town.example",
    license="none",
    dataset_id=DATASET,
    form="events",
    is_required=True,
    key="event_id",
    date="began_at",
    columns={
        "event_id": Column(field="nr", type="integer"),
        "began_at": Column(field="happened", type="timestamp"),
        "offence": Column(field="kind", type="text"),
        "remark": Column(field="note", type="text", is_nullable=True),
        "has_arrest": Column(field="caught", type="boolean"),
    },
)

FAST = Patience(attempts=3, first_wait=0.001, longest_wait=0.002, longest_retry_after=0.01, page_rows=20)
"""Asks again at once; a slow machine does not fail it."""
HASTY = replace(FAST, connect=2, silence=0.25, deadline=0.6)
"""For faults of time."""


def make_events(quarter: Quarter = QUARTER, rows: int = 150, seed: int = 1) -> pa.Table:
    """Return events of a quarter as texts; ids are in no order of time, and some notes are hostile."""
    choose = random.Random(seed)
    days = (quarter.end - quarter.start).days + 1
    start = datetime(quarter.start.year, quarter.start.month, 1, tzinfo=UTC)
    first = 1_000_000 * quarter.year + 250_000 * quarter.number
    ids = choose.sample(range(first, first + 50 * rows), rows)
    moments = [start + timedelta(minutes=choose.randrange(days * 1440)) for _ in range(rows)]
    # Both ends of a month, to the second.
    moments[:2] = [start, start + timedelta(days=days) - timedelta(seconds=1)]
    notes = [choose.choice((None, None, "", *HOSTILE)) for _ in range(rows)]
    return pa.table(
        {
            "nr": [str(number) for number in ids],
            "happened": [moment.strftime("%Y-%m-%dT%H:%M:%S.000") for moment in moments],
            "kind": [choose.choice(("THEFT", "ARSON", "01A")) for _ in range(rows)],
            "note": pa.array(notes, pa.string()),
            "caught": [choose.choice(("true", "false")) for _ in range(rows)],
            "secret_address": ["1 Main St"] * rows,
        }
    )


def serve(portal: Portal, *quarters: Quarter, rows: int = 150) -> None:
    """Publish events of the quarters, one quarter by default."""
    tables = [make_events(quarter, rows) for quarter in quarters or (QUARTER,)]
    portal.add_table(DATASET, pa.concat_tables(tables), TYPES, key="nr", name="Events")


def open_store(root: Path) -> Store:
    return Store.open(root, kind="portal", city_id="town", domains=("town.example",))


def open_portal(portal: Portal, patience: Patience = FAST, token: str = "", naps: list[float] | None = None) -> Any:
    """Return a client; with `naps` it sleeps there and not in real time."""
    clock = Clock() if naps is None else Clock(sleep=naps.append, chance=lambda: 0.5)
    return SocrataPortal(portal.url, token, patience=patience, clock=clock)


def pull(
    portal: Portal,
    root: Path,
    *quarters: Quarter,
    source: Source = SOURCE,
    patience: Patience = FAST,
    token: str = "",
) -> SyncResult:
    """Synchronise the town's events."""
    store = open_store(root)
    with store.lock():
        return synchronise(open_portal(portal, patience, token), store, source, tuple(quarters or (QUARTER,)), now=NOW)


def kept_rows(root: Path, snapshot: Snapshot | None) -> list[dict[str, Any]]:
    """Return the rows of a snapshot in the order of the parts."""
    assert snapshot is not None
    store = open_store(root)
    tables = [store.load_table(snapshot.source_id, part) for part in snapshot.parts]
    return [row for table in tables for row in table.to_pylist()]


def served_rows(portal: Portal, *quarters: Quarter) -> list[dict[str, Any]]:
    """Return what a right pull keeps, asked of the portal's own table."""
    first, last = (quarters or (QUARTER,))[0].start, (quarters or (QUARTER,))[-1].end + timedelta(days=1)
    rows = portal.execute(
        f'SELECT CAST(nr AS BIGINT), happened, kind, note, caught FROM "{DATASET}" '
        f"WHERE happened >= '{first}' AND happened < '{last}' ORDER BY date_trunc('month', happened), nr"
    )
    return [dict(zip(SOURCE.columns, row, strict=True)) for row in rows]


def files_of(root: Path) -> dict[str, bytes]:
    """Return every file below a directory but the time of the last look."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name not in {"checked.json", ".lock"}
    }


def asked(portal: Portal, names: Sequence[str] = ("views", "json", "csv")) -> list[str]:
    """Return the forms of the requests since the last reset."""
    return [record.form for record in portal.requests if record.form in names]


def told(error: BaseException | None) -> Iterator[str]:
    """Yield the words of an error and of those behind it."""
    while error is not None:
        yield repr(error)
        error = error.__cause__ or error.__context__
