"""Asking a Socrata portal one question until it answers, and saying what is wrong where it does not.

What belongs here: the session, sodapy, the app token, retries, and the translation of every foreign error.
What does not: which questions are asked (`socrata`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from sodapy import Socrata

from district_reports import __version__
from district_reports.config import Source
from district_reports.errors import ConfigError, FetchError, SchemaDriftError, SourceError
from district_reports.model import CheckResult
from district_reports.sources.http import TOKEN_HEADER, DeadlineAdapter
from district_reports.sources.patience import Clock, Patience, Refusal, Trouble, patiently

T = TypeVar("T")

_DRIFT_CODES = ("query.soql.no-such-column", "query.soql.type-mismatch", "query.compiler.malformed")
"""Codes of a 400 that say that the columns are no longer those declared."""


class Asking:
    """A portal that can be asked; one connection, kept alive."""

    def __init__(self, portal_url: str, app_token: str, patience: Patience, clock: Clock) -> None:
        scheme, _, place = portal_url.rstrip("/").partition("://")
        if not urlsplit(portal_url).hostname:
            raise ConfigError(f"portal address: expected https://…, got {portal_url!r}")
        self.domain: str = urlsplit(portal_url).hostname or ""
        self._address = urlsplit(portal_url).netloc.rpartition("@")[2]
        self.patience = patience
        self.clock = clock
        self.adapter = DeadlineAdapter(patience, clock)
        prefix = f"{scheme}://"
        # sodapy calls logging.warning() when it has no token, which sets up the root logger: so it gets a
        # stand-in, and the header is ours.
        self._client = Socrata(place, "unset", session_adapter={"prefix": prefix, "adapter": self.adapter})
        self._session: requests.Session = self._client.session
        del self._session.headers[TOKEN_HEADER]
        self._session.headers["User-Agent"] = f"district-reports/{__version__}"
        if app_token:
            self._session.headers[TOKEN_HEADER] = app_token
        self._is_token_refused = False
        self._root = f"{prefix}{place}"

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def metadata(self, source: Source) -> dict[str, Any]:
        """Return `/api/views` of the source.

        Raises:
            FetchError: If the portal does not answer, or refuses.
        """
        get, patience = self._client.get_metadata, self.patience_with(source)
        hurried = patience if source.is_required else patience.for_a_word()
        return self.answer(source, "metadata", lambda: self._json(dict, get, source.dataset_id), hurried)

    def rows(self, source: Source, what: str, read: Callable[[list[dict[str, Any]]], T], **query: Any) -> T:
        """Return what `read` makes of the rows of a SoQL query.

        Args:
            source: Whose rows.
            what: Names the question in messages.
            read: Raises `Trouble` for rows that must be asked for again.
            query: The clauses, by sodapy's names.

        Raises:
            FetchError: If the portal does not answer, or refuses.
            SchemaDriftError: If it refuses because a column is gone or has another type.
        """

        def ask() -> T:
            rows: list[dict[str, Any]] = self._json(list, self._client.get, source.dataset_id, **query)
            if not all(isinstance(row, dict) for row in rows):
                raise Trouble("a list of something else than rows")
            return read(rows)

        return self.answer(source, what, ask)

    def geojson(self, source: Source, what: str, limit: int) -> dict[str, Any]:
        """Return the GeoJSON of a source; errors as `rows`."""
        get = self._client.get
        query = {"content_type": "geojson", "limit": limit, "where": source.where or None}
        return self.answer(source, what, lambda: self._json(dict, get, source.dataset_id, **query))

    def csv(self, source: Source, what: str, params: Mapping[str, str]) -> requests.Response:
        """Return the answer to a query as a stream of CSV, whose `raw` is a `Body`; errors as `rows`."""
        return self.answer(source, what, lambda: self._stream(source, params))

    def csv_page(
        self, source: Source, what: str, params: Mapping[str, str], read: Callable[[requests.Response], T]
    ) -> T:
        """Return what `read` makes of a stream of CSV, which is asked for again as long as it breaks off."""

        def ask() -> T:
            response = self._stream(source, params)
            with closing(response.raw):
                return read(response)

        return self.answer(source, what, ask)

    def patience_with(self, source: Source) -> Patience:
        """Return how patient to be with a source."""
        return self.patience if source.is_required else self.patience.shortened()

    def answer(self, source: Source, what: str, action: Callable[[], T], patience: Patience | None = None) -> T:
        """Return what the action returns; try again while that may help, and once without a refused app token.

        Args:
            source: Who is asked.
            what: Names the question in messages.
            action: Asks once.
            patience: How patient to be; by default as one is with this source.

        Raises:
            FetchError: If the portal does not answer, or refuses.
            SchemaDriftError: If it refuses because a column is gone or has another type.
        """
        patience = patience or self.patience_with(source)
        self.adapter.patience = patience
        before = self.adapter.requests
        try:
            return patiently(lambda: self._without_bad_token(action), patience, self.clock)
        except Trouble as trouble:
            times = self.adapter.requests - before
            got = f"{trouble}; asked {times} times" if times > 1 else f"{trouble}; asked once"
            raise self.failure(source, what, "an answer", got) from trouble
        except Refusal as refusal:
            drifted = refusal.status == 400 and refusal.code in _DRIFT_CODES
            kind = SchemaDriftError if drifted else FetchError
            raise self.failure(source, what, "an answer", str(refusal), kind) from refusal

    def failure(
        self, source: Source, what: str, expected: str, got: str, kind: type[SourceError] = FetchError
    ) -> SourceError:
        """Return an error that tells what was asked of whom."""
        message = f"{source.source_id}: {what} at {self._address}: expected {expected}, got {got}"
        return kind(message, source_id=source.source_id)

    def remarks(self, source: Source) -> tuple[CheckResult, ...]:
        """Return what should be told of the way the portal was reached."""
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

    def _stream(self, source: Source, params: Mapping[str, str]) -> requests.Response:
        return self._session.get(f"{self._root}/resource/{source.dataset_id}.csv", params=params, stream=True)

    def _without_bad_token(self, action: Callable[[], T]) -> T:
        try:
            return action()
        except Refusal as refusal:
            if refusal.status not in (401, 403) or TOKEN_HEADER not in self._session.headers:
                raise
        del self._session.headers[TOKEN_HEADER]
        self._is_token_refused = True
        return action()

    def _json(self, kind: type[T], ask: Callable[..., Any], *args: Any, **kwargs: Any) -> T:
        """Return the JSON answer to a call of sodapy, once it is of the right kind."""
        try:
            answer = ask(*args, **kwargs)
        except (Trouble, Refusal):
            raise
        except Exception as error:  # sodapy raises bare Exception for a content type it does not know
            raise Trouble("an answer that is no JSON, or is cut") from error
        if not isinstance(answer, kind):
            raise Trouble(f"another kind of answer than the {kind.__name__} asked for")
        return answer
