"""A Socrata portal (SODA 2.1): metadata, counts, fingerprints, months, lists and areas.

The one way to the portals, so that the protocol to come (SODA 3) is one module's change. sodapy asks for
metadata, groups and JSON; months come as CSV streams, which is five times faster. sodapy alone loses rows: it
sends no order, takes a short page for the last, retries nothing and waits for a trickle for ever; so every
request here goes through `DeadlineAdapter` and `patiently`, rows are ordered by their own key and counted, and
a month that does not add up is read again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal, DecimalException
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import pyarrow as pa
import requests
from sodapy import Socrata

from district_reports.config import Source
from district_reports.errors import ConfigError, FetchError, SchemaDriftError, SourceError
from district_reports.model import CheckResult, Fingerprint
from district_reports.sources.areas import canonical_areas
from district_reports.sources.contract import Metadata, Query, events_query, month_end, month_id
from district_reports.sources.drift import require_columns, require_headers
from district_reports.sources.http import (
    TOKEN_HEADER,
    Body,
    Clock,
    DeadlineAdapter,
    Patience,
    Refusal,
    Trouble,
    patiently,
)
from district_reports.sources.rows import read_csv, read_json, sorted_by_key
from district_reports.tables import find_differences

T = TypeVar("T")

_NO_SUCH_COLUMN = ("query.soql.no-such-column", "query.soql.type-mismatch", "query.compiler.malformed")
"""Codes of a 400 that say that the columns are no longer those declared."""


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
        """
        scheme, _, place = portal_url.rstrip("/").partition("://")
        host = urlsplit(portal_url).hostname
        if not host or not place:
            raise ConfigError(f"portal address: expected https://…, got {portal_url!r}")
        self.domain: str = host
        self.patience = patience or Patience()
        self.clock = clock or Clock()
        self._adapter = DeadlineAdapter(self.patience, self.clock)
        # sodapy calls logging.warning() when it has no token, which sets up the root logger: so it gets a
        # stand-in, and the header is ours.
        prefix = f"{scheme}://"
        self._client = Socrata(place, "unset", session_adapter={"prefix": prefix, "adapter": self._adapter})
        self._session: requests.Session = self._client.session
        del self._session.headers[TOKEN_HEADER]
        if app_token:
            self._session.headers[TOKEN_HEADER] = app_token
        self._is_token_refused = False
        self._resource = f"{prefix}{place}/resource"
        self._told: dict[tuple[str, str], Fingerprint] = {}

    @property
    def requests(self) -> int:
        """Requests sent so far, each attempt counted."""
        return self._adapter.requests

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def fetch_metadata(self, source: Source) -> Metadata:
        """Return what the portal says of the source.

        Raises:
            FetchError: If the portal cannot be read.
            SchemaDriftError: If a declared column is missing or has another type.
        """
        answer = self._ask(source, "metadata", lambda: self._json(dict, self._client.get_metadata, source.dataset_id))
        try:
            moment = datetime.fromtimestamp(int(answer["rowsUpdatedAt"]), UTC)
            columns = {str(column["fieldName"]): str(column["dataTypeName"]) for column in answer.get("columns", [])}
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise self._failure(source, "metadata", "rowsUpdatedAt and columns", f"{error!r}") from error
        if columns or source.form != "areas":
            require_columns(source, columns)
        return Metadata(str(answer.get("name", "")), moment, columns, self._token_remarks(source))

    def fetch_fingerprints(self, source: Source, first: date, end: date) -> dict[str, Fingerprint]:
        """Return the fingerprint of every month from `first` up to, not including, `end`, in one request.

        Raises:
            FetchError: If the portal cannot be read, or answers with other months.
            SchemaDriftError: If a column is gone.
        """
        months = [first]
        while month_end(months[-1]) < end:
            months.append(month_end(months[-1]))
        what = f"fingerprints from {first} to {end}"
        rows = self._groups(source, what, first, end, len(months) + 1)
        wanted = {month_id(month) for month in months}
        found = {}
        for row in rows:
            try:
                month, fingerprint = _fingerprint(row, source)
            except (KeyError, TypeError, ValueError, DecimalException) as error:
                raise self._failure(source, what, "month, rows and keys", f"{row!r:.200}") from error
            if month not in wanted or month in found:
                raise self._failure(source, what, "each month once", f"{month} among {len(rows)} groups")
            found[month] = fingerprint
        for month in wanted:
            self._told[source.source_id, month] = found.get(month, _NO_ROWS)
        return found

    def fetch_month(self, source: Source, month: date) -> pa.Table:
        """Return the rows of one month, ordered by key.

        They are streamed as CSV and compared with the month's fingerprint; where that failed twice they are read
        in pages by key. Whoever keeps the table compares it once more.

        Raises:
            FetchError: If the portal cannot be read.
            SchemaDriftError: If fields or types are not those declared.
        """
        end = month_end(month)
        expected = self._told.get((source.source_id, month_id(month))) or self._fingerprint_again(source, month)
        for attempt in range(self.patience.streams):
            if attempt:
                self.clock.sleep(self.patience.first_wait * (0.5 + self.clock.chance()))
            table = self._stream_or_none(source, month, expected.rows + 1)
            if table is None:
                continue
            if not find_differences(table, source, month, end, expected):
                return table
            expected = self._fingerprint_again(source, month)
            if not find_differences(table, source, month, end, expected):
                return table
        return self._pages(source, events_query(source, month, end))

    def fetch_list(self, source: Source) -> pa.Table:
        """Return all rows of a list, ordered by key.

        Raises:
            FetchError: If the portal cannot be read, or sends another number of rows than it counts.
            SchemaDriftError: If fields or types are not those declared.
        """
        query = Query(source, tuple(source.columns), order=source.columns[source.key].field)
        return self._counted(source, "list", lambda _: self._pages(source, query), lambda table: int(table.num_rows))

    def fetch_areas(self, source: Source) -> bytes:
        """Return the areas as canonical GeoJSON whose only properties are the declared columns, by our names.

        Raises:
            FetchError: If the portal cannot be read, or sends another number of areas than it counts.
            SchemaDriftError: If a declared property is missing.
        """

        def areas(count: int) -> dict[str, Any]:
            get = self._client.get
            return self._ask(
                source,
                "areas",
                lambda: self._json(dict, get, source.dataset_id, content_type="geojson", limit=count + 1),
            )

        document = self._counted(source, "areas", areas, lambda found: len(found.get("features") or ()))
        return canonical_areas(document, source)

    def _counted(self, source: Source, what: str, fetch: Callable[[int], T], size: Callable[[T], int]) -> T:
        """Return what is fetched once it is as large as the portal counts."""
        for _ in range(self.patience.streams):
            rows = self._ask(
                source,
                f"count of {what}",
                lambda: self._json(list, self._client.get, source.dataset_id, select="count(*) AS n"),
            )
            try:
                count = int(rows[0]["n"])
            except (LookupError, TypeError, ValueError) as error:
                raise self._failure(source, f"count of {what}", "a number", f"{rows!r:.200}") from error
            found = fetch(count)
            if size(found) == count:
                return found
        raise self._failure(source, what, f"{count} rows, as counted", f"{size(found)}")

    def _groups(self, source: Source, what: str, first: date, end: date, limit: int) -> list[dict[str, Any]]:
        month = f"date_trunc_ym({source.columns[source.date].field})"
        key = source.columns[source.key]
        keys = f"sum({key.field}) AS h"
        if key.type != "integer":
            keys = f"min({key.field}) AS low, max({key.field}) AS high, max(:created_at) AS c"
        query = {
            "select": f"{month} AS m, count(*) AS n, max(:updated_at) AS u, {keys}",
            "where": events_query(source, first, end).where,
            "group": month,
            "order": month,
            "limit": limit,
        }
        return self._ask(source, what, lambda: self._json(list, self._client.get, source.dataset_id, **query))

    def _fingerprint_again(self, source: Source, month: date) -> Fingerprint:
        found = self.fetch_fingerprints(source, month, month_end(month))
        return found.get(month_id(month), _NO_ROWS)

    def _stream_or_none(self, source: Source, month: date, limit: int) -> pa.Table | None:
        """Return a month's rows from one CSV stream, or None if it broke off."""
        query = events_query(source, month, month_end(month), limit=limit)
        params = {
            "$select": ", ".join(query.fields),
            "$where": query.where,
            "$order": query.order,
            "$limit": str(query.limit),
        }
        url = f"{self._resource}/{source.dataset_id}.csv"
        response = self._ask(
            source, f"rows of {month_id(month)}", lambda: self._session.get(url, params=params, stream=True)
        )
        with closing(cast(Body, response.raw)) as body:
            require_headers(source, query.fields, response.headers)
            try:
                return sorted_by_key(read_csv(body, source), source)
            except Trouble:
                return None

    def _pages(self, source: Source, query: Query) -> pa.Table:
        """Return the rows of a query page by page: each page begins after the last key of the one before.

        So rows that come or go meanwhile shift nothing, and only an empty page is the end.
        """
        key = source.columns[source.key]
        tables = [read_json([], source)]
        last: Any = None
        while True:
            after = "" if last is None else f"{key.field} > {_literal(last)}"
            where = " AND ".join(filter(None, (query.where, after))) or None
            what = f"page of {query.where or 'all rows'} after key {last}"
            rows = self._ask(source, what, lambda where=where, last=last: self._page(source, query, where, last))  # type: ignore[misc]
            if not rows:
                break
            tables.append(read_json(rows, source))
            last = tables[-1].column(source.key)[-1].as_py()
        return sorted_by_key(pa.concat_tables(tables), source)

    def _page(self, source: Source, query: Query, where: str | None, last: Any) -> list[dict[str, Any]]:
        rows = self._json(
            list,
            self._client.get,
            source.dataset_id,
            select=", ".join(query.fields),
            where=where,
            order=query.order,
            limit=self.patience.page_rows,
        )
        require_headers(source, query.fields, self._adapter.headers)
        keys = [str(row.get(query.order)) for row in rows]
        if len(set(keys)) != len(keys) or str(last) in keys:
            raise Trouble("a page with the same key twice")
        return cast("list[dict[str, Any]]", rows)

    def _json(self, kind: type[T], ask: Callable[..., Any], *args: Any, **kwargs: Any) -> T:
        """Return the JSON answer to a call of sodapy, once it is of the right kind."""
        try:
            answer = ask(*args, **kwargs)
        except (Trouble, Refusal):
            raise
        except Exception as error:  # sodapy raises bare Exception for a content type it does not know
            raise Trouble("an answer that is no JSON, or is cut") from error
        if not isinstance(answer, kind) or (
            isinstance(answer, list) and not all(isinstance(row, dict) for row in answer)
        ):
            raise Trouble(f"another kind of answer than the {kind.__name__} asked for")
        return answer

    def _ask(self, source: Source, what: str, action: Callable[[], T]) -> T:
        """Return what the action returns; try again while it may help, and once without a refused app token.

        Raises:
            FetchError: If the portal does not answer, or refuses.
            SchemaDriftError: If it refuses because a column is gone or has another type.
        """

        def once() -> T:
            try:
                return action()
            except Refusal as refusal:
                if refusal.status not in (401, 403) or TOKEN_HEADER not in self._session.headers:
                    raise
                del self._session.headers[TOKEN_HEADER]
                self._is_token_refused = True
                return action()

        try:
            return patiently(once, self.patience, self.clock)
        except Trouble as trouble:
            raise self._failure(
                source, what, "an answer", f"{trouble}; asked {self.patience.attempts} times"
            ) from trouble
        except Refusal as refusal:
            drifted = refusal.status == 400 and refusal.code in _NO_SUCH_COLUMN
            kind = SchemaDriftError if drifted else FetchError
            raise self._failure(source, what, "an answer", str(refusal), kind) from refusal

    def _failure(
        self, source: Source, what: str, expected: str, got: str, kind: type[SourceError] = FetchError
    ) -> SourceError:
        message = f"{source.source_id}: {what} at {self.domain}: expected {expected}, got {got}"
        return kind(message, source_id=source.source_id)

    def _token_remarks(self, source: Source) -> tuple[CheckResult, ...]:
        if not self._is_token_refused:
            return ()
        remark = CheckResult(
            check_id="app_token",
            passed=False,
            required=False,
            expected="an app token the portal knows",
            got="it was refused; read without one, under stricter limits",
            source_id=source.source_id,
        )
        return (remark,)


_NO_ROWS = Fingerprint(rows=0, updated_at="", key_sum="0")


def _fingerprint(row: dict[str, Any], source: Source) -> tuple[str, Fingerprint]:
    if source.columns[source.key].type == "integer":
        keys = str(int(Decimal(row["h"])))
    else:
        keys = f"{row['low']}/{row['high']}"
    updated = "/".join(str(row[name]) for name in ("u", "c") if row.get(name))
    return str(row["m"])[:7], Fingerprint(rows=int(row["n"]), updated_at=updated, key_sum=keys)


def _literal(key: Any) -> str:
    """Return a key as a SoQL literal."""
    return str(key) if isinstance(key, int) else "'" + str(key).replace("'", "''") + "'"
