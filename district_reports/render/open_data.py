"""The numbers of one place as open data: a table for a spreadsheet, and the same rows for a program.

The rows are all measures that the dossier holds, each once: those of this place and, where the report compares with
it, of the whole city. Ids, states and dates are the release's own, numbers are written for machines in every language;
only what is counted is also told in words. What belongs here: rows and files. What does not: counting.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any, Final

from district_reports.errors import RenderError
from district_reports.model import Dossier, Measure, Record
from district_reports.render.edge import plain
from district_reports.render.metric_names import name_measure
from district_reports.render.sheet import Sheet
from district_reports.render.view import Page

CSV: Final = "data.csv"
JSON: Final = "data.json"
COLUMNS: Final = {
    "district_id": "channels.column.district_id",
    "quarter": "channels.column.quarter",
    "metric_id": "channels.column.metric_id",
    "metric": "channels.column.metric",
    "value": "channels.column.value",
    "unit": "channels.column.unit",
    "numerator": "channels.column.numerator",
    "denominator": "channels.column.denominator",
    "state": "channels.column.state",
    "as_of": "channels.column.as_of",
    "origin_id": "channels.column.origin_id",
    "notice": "channels.column.notice",
}
"""Each column, and the sentence that says what it holds."""
BYTE_ORDER_MARK: Final = "\ufeff"
"""Tells a spreadsheet that the table is UTF-8: without it Chinese and Arabic names come out as noise."""
_RUNS: Final = ("=", "+", "-", "@")
"""What a cell may not begin with, or a spreadsheet would run it."""

Row = Mapping[str, str | int | float | None]


def build_rows(sheet: Sheet, page: Page) -> tuple[Row, ...]:
    """Return the rows, sorted by place, metric and quarter; keys are those of `COLUMNS`.

    Raises:
        RenderError: If the dossier holds two values of one number.
        TranslationError: If a metric has no name.
    """
    found: dict[tuple[str, str, str], Measure] = {}
    for measure in list_measures(sheet.dossier):
        key = (measure.district_id, measure.metric_id, measure.quarter)
        if found.setdefault(key, measure) != measure:
            problem = f"expected one value of {' '.join(key)}, got two"
            raise RenderError(f"{CSV} ({page.language}): {problem}", template=CSV, language=page.language)
    names = {metric_id: _name(sheet, metric_id) for _, metric_id, _ in found}
    notice = " · ".join(plain(banner) for banner in page.banners)
    return tuple(
        {**found[key].model_dump(mode="json"), "metric": names[key[1]], "notice": notice} for key in sorted(found)
    )


def list_measures(value: Any) -> Iterator[Measure]:
    """Yield every measure of a record, however deep, in the order of its fields."""
    if isinstance(value, Measure):
        yield value
    elif isinstance(value, Record):
        for name in type(value).model_fields:
            yield from list_measures(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from list_measures(item)


def render_csv(rows: Sequence[Row]) -> bytes:
    """Return `data.csv`: UTF-8 with its mark, a header, line feeds, nothing where there is no value."""
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row[name]) for name in COLUMNS] for row in rows)
    return f"{BYTE_ORDER_MARK}{out.getvalue()}".encode()


def render_json(sheet: Sheet, page: Page, rows: Sequence[Row]) -> bytes:
    """Return `data.json`: what the numbers are of, the columns with what each holds, the sources, and the rows."""
    dossier: Dossier = sheet.dossier
    document = {
        "schema_version": 1,
        "city_id": dossier.city_id,
        "district_id": dossier.district_id,
        "quarter": dossier.quarter,
        "language": page.language,
        "title": plain(page.document_title),
        "publisher": plain(page.publisher),
        "report_date": page.report_date,
        "is_sample": dossier.is_sample,
        "is_preview": dossier.is_preview,
        "notices": [plain(banner) for banner in page.banners],
        "columns": [{"name": name, "description": plain(sheet.words.text(key))} for name, key in COLUMNS.items()],
        "origins": [origin.model_dump(mode="json") for origin in dossier.origins],
        "rows": rows,
    }
    return (json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def _name(sheet: Sheet, metric_id: str) -> str:
    return plain(name_measure(sheet.words, sheet.settings, metric_id))


def _cell(value: str | int | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        text = " ".join(plain(value).split())
        return f"'{text}" if text.startswith(_RUNS) else text
    # Never as a power of ten, which a spreadsheet may round.
    return str(value) if isinstance(value, int) else f"{value:.6f}"
