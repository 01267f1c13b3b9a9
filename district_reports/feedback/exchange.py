"""The feedback loop as spreadsheets: liaisons take it out, edit it, and bring it back.

A workbook (XLSX) has four sheets. Bringing back what was taken out changes nothing.

```
items         one row for each item: what was said, and the commitment in the columns what to due_on
history       one row for each step, in order; only ever added to
replies       one row for each reply of residents, in order
translations  one row for each text in another language: of which row (item; step or reply and its number), which
              column of it, which language; and the role of who has reviewed it
```

A CSV holds the same rows in one table: the column `record` says item, step, reply or translation, and a row leaves the
columns of the others empty. UTF-8 with a byte order mark; read with commas or semicolons, in Windows-1252 too.

`language` is that of the row's texts; a text in another one begins with its tag: `[es] Más luces`. Several codes in one
cell have semicolons between them. `version` is what the item had when it was taken out: empty for a new one. `number`
counts the rows of one item from 1 and may be left empty. A text that a spreadsheet would run (`=`, `+`, `-`, `@`) has
an apostrophe before it, taken off when it is read. Dates are `2026-10-05`, or a workbook's own.

What belongs here: files. What does not: whether a change is allowed (`rules`), and who made it (the store).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from district_reports.errors import Problem, ReadingError, RuleError, StoreError
from district_reports.feedback.exchange_cells import Placed, Vocabulary, guard, unguard
from district_reports.feedback.exchange_layout import (
    CHOICES,
    COLUMNS,
    CSV_COLUMNS,
    RECORD,
    SHEETS,
    TEXTS,
    Line,
    texts_of,
    write_lines,
)
from district_reports.feedback.exchange_lines import build_items, require_header
from district_reports.feedback.exchange_workbook import MOST_CHARACTERS, SheetPlan, build_workbook
from district_reports.feedback.loading import without_collector
from district_reports.model import FeedbackItem, Reply, Step
from district_reports.place_ids import PlaceRule
from district_reports.readings.sheets import read_sheets
from district_reports.readings.tables import find_encoding, load_bytes
from district_reports.readings.workbooks import WORKBOOK
from district_reports.settings import Settings

MOST_BYTES = 100_000_000
"""Of a file; a ledger of ten thousand items with a hundred thousand entries is a fifth of that."""
MOST_ROWS = 500_000
MOST_COLUMNS = 60
SUFFIXES = (".csv", ".xlsx")

_WIDTHS = {**dict.fromkeys((name for names in TEXTS.values() for name in names), 40), "text": 60, "item_id": 18}


@dataclass(frozen=True)
class ImportedItem:
    """One item of a file."""

    item: FeedbackItem
    version: int | None
    """That the item had when it was taken out; None: it is new."""


def export_items(items: Iterable[FeedbackItem], versions: Mapping[str, int], path: Path) -> None:
    """Write items to a CSV or XLSX file, whichever its suffix says; the same items give the same bytes.

    Args:
        items: In the order wanted.
        versions: By item id; an item that is not there is new.
        path: The file, replaced where it is there.

    Raises:
        RuleError: If the suffix is neither, or an item cannot be brought back from a spreadsheet as it is: all that is
            wrong at once.
        StoreError: If the file cannot be written.
    """
    known = list(items)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise RuleError(f"{path}: expected a file that ends in {' or '.join(SUFFIXES)}, got {suffix or 'neither'}")
    _require_writable(path, known, most=MOST_CHARACTERS if suffix == ".xlsx" else None)
    data = _write_workbook(known, versions) if suffix == ".xlsx" else _write_csv(write_lines(known, versions))
    try:
        path.write_bytes(data)
    except OSError as error:
        raise StoreError(f"{path}: expected a file that can be written, got {error}", path=path) from error


def read_items(
    path: Path, settings: Settings, *, theme_codes: Collection[str] | None = None
) -> tuple[ImportedItem, ...]:
    """Return the items of a file that `export_items` wrote and people may have edited, in the file's order.

    Args:
        path: CSV or XLSX; what it is, its first bytes tell.
        settings: Districts and languages.
        theme_codes: Codes of the register; any code goes when None.

    Raises:
        ReadingError: If anything is wrong with the file: all problems at once, by sheet, row and column.
        StoreError: If it cannot be read.
    """
    data = load_bytes(path, MOST_BYTES)
    if path.suffix.lower() == ".xlsm":
        raise ReadingError(path, [Problem("", "XLSX or CSV", "a workbook with macros (XLSM); save it as XLSX")])
    lines = _read_workbook(path, data) if data.startswith(WORKBOOK) else _read_csv(path, data)
    tags = tuple(language.tag for language in settings.languages)
    places = PlaceRule(settings.district_ids, settings.city.beat_district_digits)
    del data
    with without_collector():
        found, problems = build_items(lines, Vocabulary(places, tags, theme_codes))
    if problems:
        raise ReadingError(path, problems)
    return tuple(ImportedItem(item, version) for item, version in found)


def _require_writable(path: Path, items: Sequence[FeedbackItem], most: int | None) -> None:
    """Refuse what a file could not give back: empty texts, half characters, texts too long for a cell."""
    problems = []
    for item in items:
        records: list[FeedbackItem | Step | Reply] = [item, *item.steps, *item.replies]
        texts = [(name, text) for record in records for name, text in texts_of(record).items()]
        for name, text in texts:
            for words in (text.text, *text.translations.values()):
                told = _find_trouble(words, most)
                problems += [f"{item.item_id}, {name}: {told}"] if told else []
    if problems:
        more = f"; and {len(problems) - 20} more" if len(problems) > 20 else ""
        raise RuleError(f"{path}: {'; '.join(problems[:20])}{more}", problems=problems)


def _find_trouble(text: str, most: int | None) -> str:
    if not text.strip():
        return "expected some words, got none"
    try:
        # Two more: a mark that stops a spreadsheet, and characters written in several.
        length = len(text.encode("utf-16-le")) // 2 + 1
    except UnicodeEncodeError:
        return "expected whole characters, got half of one"
    if most is not None and length > most:
        return f"expected at most {most} characters in a cell of a workbook, got {length}; write it as CSV"
    return "expected no zero byte, got one" if "\0" in text else ""


def _write_csv(lines: Iterable[Line]) -> bytes:
    out = io.BytesIO()
    with io.TextIOWrapper(out, encoding="utf-8-sig", newline="") as text:
        # Both signs, or a text with a carriage return of its own would stand without quotes.
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(CSV_COLUMNS)
        for kind, cells in lines:
            row = dict.fromkeys(CSV_COLUMNS, "")
            row |= {name: guard(cell) for name, cell in cells.items()}
            row[RECORD] = kind
            writer.writerow(row.values())
        text.flush()
        return out.getvalue()


def _write_workbook(items: Sequence[FeedbackItem], versions: Mapping[str, int]) -> bytes:
    def rows_of(kind: str) -> Iterator[list[str]]:
        for of, cells in write_lines(items, versions, (kind,)):
            yield [guard(cells.get(name, "")) for name in COLUMNS[of]]

    # Each sheet goes through all items: rows that wait for their sheet would take as much memory as the items.
    return build_workbook(
        [SheetPlan(SHEETS[kind], COLUMNS[kind], rows_of(kind), CHOICES[kind], _WIDTHS) for kind in SHEETS]
    )


def _read_workbook(path: Path, data: bytes) -> Iterator[Placed]:
    sheets = read_sheets(path, data, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
    by_name = {name.strip().lower(): (name, rows) for name, rows in sheets.items()}
    if sorted(by_name) != sorted(SHEETS.values()):
        raise ReadingError(path, [Problem("", f"the sheets {', '.join(SHEETS.values())}", ", ".join(sheets)[:200])])
    problems: list[Problem] = []
    headers = {}
    for kind, wanted in SHEETS.items():
        name, rows = by_name[wanted]
        header = rows[0][1] if rows and rows[0][0] == 1 else []
        problems += require_header(name, header, COLUMNS[kind])
        headers[kind] = [cell.strip() for cell in header]
    if problems:
        raise ReadingError(path, problems)
    keep, order = _Short(), 0
    for kind, names in headers.items():
        name, rows = by_name[SHEETS[kind]]
        rows.reverse()
        rows.pop()
        while rows:
            number, row = rows.pop()
            order += 1
            cells = {column: keep(unguard(cell)) for column, cell in zip(names, row, strict=False) if cell}
            yield Placed(kind, name, number, order, cells, len(row) > len(names))


def _read_csv(path: Path, data: bytes) -> Iterator[Placed]:
    encoding = find_encoding(path, data)
    first = data.split(b"\n", 1)[0]
    separator = ";" if first.count(b";") > first.count(b",") else ","
    names: list[str] = []
    number = 0
    keep = _Short()
    # A text may be as long as it likes; the file is bounded.
    limit = csv.field_size_limit(MOST_BYTES)
    try:
        text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
        for number, row in enumerate(csv.reader(text, delimiter=separator, strict=True), 1):
            if number == 1:
                names = [cell.strip() for cell in row]
                if problems := require_header("", names, CSV_COLUMNS):
                    raise ReadingError(path, problems)
            elif any(row):
                cells = {column: keep(unguard(cell)) for column, cell in zip(names, row, strict=False) if cell}
                kind = cells.pop(RECORD, "").strip().lower()
                yield Placed(kind, "", number, number, cells, any(row[len(names) :]))
    except csv.Error as error:
        raise ReadingError(path, [Problem(f"row {number + 1}", "a line of CSV", str(error))]) from error
    finally:
        csv.field_size_limit(limit)


class _Short:
    """Keeps one of each short text: ids, days and codes come again in every row."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        return self._kept.setdefault(text, text) if len(text) <= 24 else text
