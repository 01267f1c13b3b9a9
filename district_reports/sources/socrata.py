"""A Socrata portal (SODA 2.1): metadata, counts, fingerprints, months, lists and areas.

The one way to the portals, so that the protocol to come (SODA 3) is one package's change. sodapy asks for
metadata, groups and JSON; months come as CSV streams, which is five times faster. sodapy alone loses rows: it
sends no order, takes a short page for the last, retries nothing and waits for a trickle for ever; so every
request here has a deadline and is asked again, rows are ordered by their own key and counted, and a month that
does not add up is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import DecimalException
from typing import Any, TypeVar, cast

import pyarrow as pa
import requests

from district_reports.config import Source
from district_reports.errors import SchemaDriftError
from district_reports.model import Fingerprint
from district_reports.sources.areas import canonical_areas
from district_reports.sources.asking import Asking
from district_reports.sources.contract import (
    Metadata,
    Query,
    events_query,
    month_end,
    month_id,
    rows_where,
    whole_query,
)
from district_reports.sources.drift import check_missing, find_missing, require_columns, require_headers
from district_reports.sources.fingerprints import fingerprint_clauses, read_fingerprint
from district_reports.sources.http import Body
from district_reports.sources.paging import request_clauses, require_distinct, rows_after
from district_reports.sources.patience import Clock, Patience, Trouble
from district_reports.sources.rows import read_csv, read_json, sorted_by_key
from district_reports.tables import find_differences

T = TypeVar("T")

PAGES_OF_CASES = 5
"""Pages that come at once where rows are read as CSV and only counted: some megabytes."""

_NO_ROWS = Fingerprint(rows=0, updated_at="", key_sum="0")


class SocrataPortal:
    """A Socrata portal, read over one connection that is kept alive; keeps the `Portal` contract."""

    def __init__(
        self, portal_url: str, app_token: str = "", *, patience: Patience | None = None, clock: Clock | None = None
    ) -> None:
        """Prepare to read; nothing is sent yet.

        Args:
            portal_url: Root of the portal, `https://…`.
            app_token: Raises the portal's limits; reading works without.
            patience: How long to wait and how often to ask again.
            clock: Time that passes; replaced in tests.

        Raises:
            ConfigError: If the address is none.
        """
        self.patience = patience or Patience()
        self._clock = clock or Clock()
        self._asking = Asking(portal_url, app_token, self.patience, self._clock)
        self._told: dict[tuple[str, str], Fingerprint] = {}

    @property
    def domain(self) -> str:
        """The portal's host, and its port if it has another than usual."""
        return self._asking.domain

    @property
    def requests(self) -> int:
        """Requests sent so far, each attempt counted."""
        return self._asking.adapter.requests

    def close(self) -> None:
        """Close the connection."""
        self._asking.close()

    def fetch_metadata(self, source: Source) -> Metadata:
        """Return what the portal says of the source.

        Raises:
            FetchError: If the portal cannot be read.
            SchemaDriftError: If a required column is missing, or one has another type.
        """
        answer = self._asking.metadata(source)
        try:
            moment = datetime.fromtimestamp(int(answer["rowsUpdatedAt"]), UTC)
            columns = {str(column["fieldName"]): str(column["dataTypeName"]) for column in answer.get("columns", [])}
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise self._asking.failure(source, "metadata", "rowsUpdatedAt and columns", f"{error!r:.200}") from error
        missing: tuple[str, ...] = ()
        if columns or source.form != "areas":
            require_columns(source, columns)
            missing = find_missing(source, columns)
        remarks = (*self._asking.remarks(source), *check_missing(source, missing))
        return Metadata(str(answer.get("name", "")), moment, columns, remarks, missing)

    def fetch_fingerprints(self, source: Source, first: date, end: date) -> dict[str, Fingerprint]:
        """Return the fingerprint of every month from `first` up to, not including, `end`, in one request.

        Raises:
            FetchError: If the portal cannot be read, or answers with other months.
            SchemaDriftError: If a column is gone.
        """
        wanted = [month_id(first)]
        month = first
        while (month := month_end(month)) < end:
            wanted.append(month_id(month))
        what = f"fingerprints from {first} to {end}"
        rows = self._asking.rows(source, what, list, **fingerprint_clauses(source, first, end, len(wanted) + 1))
        found: dict[str, Fingerprint] = {}
        for row in rows:
            try:
                name, fingerprint = read_fingerprint(row, source)
            except (KeyError, TypeError, ValueError, DecimalException) as error:
                raise self._asking.failure(source, what, "month, rows and keys", f"{row!r:.200}") from error
            if name not in wanted or name in found:
                raise self._asking.failure(source, what, "each month once", f"{name} among {len(rows)} groups")
            found[name] = fingerprint
        for name in wanted:
            self._told[source.source_id, name] = found.get(name, _NO_ROWS)
        return found

    def fetch_month(self, source: Source, month: date) -> pa.Table:
        """Return the rows of one month, ordered by key.

        They are streamed as CSV and compared with the month's fingerprint; where that failed twice they are read
        in pages by key, also twice at most. Whoever keeps the table compares it once more.

        Raises:
            FetchError: If the portal cannot be read.
            SchemaDriftError: If fields or types are not those declared.
        """
        end = month_end(month)
        expected = self._told.get((source.source_id, month_id(month))) or self._told_again(source, month)
        table = None
        for attempt in range(2 * self.patience.streams):
            if attempt:
                self._clock.sleep(self.patience.first_wait * (0.5 + self._clock.chance()))
            if attempt < self.patience.streams:
                table = self._stream_or_none(source, month, expected.rows + 1)
            else:
                table = self._pages(source, events_query(source, month, end))
            if table is None:
                continue
            if not find_differences(table, source, month, end, expected):
                return table
            expected = self._told_again(source, month)
            if not find_differences(table, source, month, end, expected):
                return table
        return table

    def fetch_list(self, source: Source) -> pa.Table:
        """Return all rows of a list, ordered by key.

        Raises:
            FetchError: If the portal cannot be read, or sends another number of rows than it counts.
            SchemaDriftError: If fields or types are not those declared.
        """
        query = whole_query(source)
        return self._counted(source, "list", lambda _: self._pages(source, query), lambda table: int(table.num_rows))

    def fetch_cases(self, source: Source) -> Iterator[pa.Table]:
        """Yield all rows in tables of some ten thousand, ordered by key, each row once.

        They come as pages of CSV, each of which begins after the last key of the one before: what breaks off is asked
        for again from there, and no more than a page is ever held.

        Raises:
            FetchError: If the portal cannot be read, or sends another number of rows than it counts.
            SchemaDriftError: If fields or types are not those declared.
        """
        query = replace(whole_query(source), limit=PAGES_OF_CASES * self.patience.page_rows)
        count, rows, last = self._count(source, "cases"), 0, None
        while (page := self._cases_page(source, query, last)).num_rows:
            rows, last = rows + page.num_rows, page.column(source.key)[-1].as_py()
            yield page
        if rows != count:
            raise self._asking.failure(source, "cases", "as many as it counts", f"{rows} of {count}")

    def fetch_areas(self, source: Source) -> bytes:
        """Return the areas as canonical GeoJSON whose only properties are the declared columns, by our names.

        Raises:
            FetchError: If the portal cannot be read, or sends another number of areas than it counts.
            SchemaDriftError: If a declared property is missing.
        """
        document = self._counted(
            source,
            "areas",
            lambda count: self._asking.geojson(source, "areas", count + 1),
            lambda found: len(found.get("features") or ()),
        )
        return canonical_areas(document, source)

    def _counted(self, source: Source, what: str, fetch: Callable[[int], T], size: Callable[[T], int]) -> T:
        """Return what is fetched once it is as large as the portal counts."""
        counts = []
        for _ in range(self.patience.streams):
            count = self._count(source, what)
            found = fetch(count)
            if size(found) == count:
                return found
            counts.append(f"{size(found)} of {count}")
        raise self._asking.failure(source, what, "as many as it counts", ", then ".join(counts))

    def _count(self, source: Source, what: str) -> int:
        where = rows_where(source) or None
        rows = self._asking.rows(source, f"count of {what}", list, select="count(*) AS n", where=where)
        try:
            return int(rows[0]["n"])
        except (LookupError, TypeError, ValueError) as error:
            raise self._asking.failure(source, f"count of {what}", "a number", f"{rows!r:.200}") from error

    def _told_again(self, source: Source, month: date) -> Fingerprint:
        return self.fetch_fingerprints(source, month, month_end(month)).get(month_id(month), _NO_ROWS)

    def _stream_or_none(self, source: Source, month: date, limit: int) -> pa.Table | None:
        """Return a month's rows from one CSV stream, or None if it broke off."""
        query = events_query(source, month, month_end(month), limit=limit)
        response = self._asking.csv(source, f"rows of {month_id(month)}", request_clauses(query))
        with closing(cast(Body, response.raw)) as body:
            require_headers(source, query.fields, response.headers)
            try:
                return sorted_by_key(read_csv(body, source), source)
            except Trouble as trouble:
                if trouble.is_silence and self._asking.patience_with(source).silences == 1:
                    raise self._asking.failure(source, f"rows of {month_id(month)}", "all", str(trouble)) from trouble
                return None

    def _pages(self, source: Source, query: Query) -> pa.Table:
        """Return the rows of a query page by page: each page begins after the last key of the one before.

        So rows that come or go meanwhile shift nothing, and only an empty page is the end.
        """
        tables = [read_json([], source)]
        last: Any = None
        while (page := self._page(source, query, last)).num_rows:
            tables.append(page)
            last = page.column(source.key)[-1].as_py()
        return sorted_by_key(pa.concat_tables(tables), source)

    def _cases_page(self, source: Source, query: Query, last: Any) -> pa.Table:
        """Return the rows after a key; what is told of them never quotes one."""

        def read(response: requests.Response) -> pa.Table:
            require_headers(source, query.fields, response.headers)
            body = cast(Body, response.raw)
            try:
                page = read_csv(body, source)
            except (Trouble, SchemaDriftError) as error:
                raise body.trouble or Trouble("CSV that breaks off, or of other columns or types") from error
            require_distinct(page, source, last)
            return page

        return self._asking.csv_page(source, "page of cases", request_clauses(rows_after(query, last)), read)

    def _page(self, source: Source, query: Query, last: Any) -> pa.Table:
        def read(rows: list[dict[str, Any]]) -> pa.Table:
            require_headers(source, query.fields, self._asking.adapter.headers)
            page = read_json(rows, source)
            require_distinct(page, source, last)
            return page

        return self._asking.rows(
            source,
            f"page after key {last}",
            read,
            select=", ".join(query.fields),
            where=rows_after(query, last).where or None,
            order=query.order,
            limit=self.patience.page_rows,
        )
