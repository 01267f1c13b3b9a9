"""One exchange with a client: what was asked, what is answered, and the log of both."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.portal.rendering import Piece

_VIEW_PATH = re.compile(r"/api/views/(?P<id>[^/]+?)(?:\.json)?")
_RESOURCE_PATH = re.compile(r"/(?:resource|id)/(?P<id>[^/]+?)\.(?P<form>json|csv|geojson)")
_AGGREGATE = re.compile(r"\b(?:count|sum|avg|min|max)\s*\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked.

    Header names are in lower case. `form` is `json`, `csv`, `geojson`, or `views` for metadata; it and
    `dataset_id` are empty where the path is none of the portal's.
    """

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    dataset_id: str
    form: str

    @property
    def target(self) -> str:
        """Return `metadata`, `groups` (an aggregate or a `$group`) or `rows`; empty for a strange path."""
        if self.form in {"views", ""}:
            return "metadata" if self.form else ""
        is_grouped = "$group" in self.params or bool(_AGGREGATE.search(self.params.get("$select", "")))
        return "groups" if is_grouped else "rows"

    @property
    def token(self) -> str | None:
        """Return the app token, from the header or from `$$app_token`."""
        return self.headers.get("x-app-token") or self.params.get("$$app_token")


def read_request(method: str, target: str, headers: Mapping[str, str]) -> Request:
    """Return the request of a request line and its headers."""
    split = urlsplit(target)
    path = unquote(split.path)
    lowered = {name.lower(): value for name, value in headers.items()}
    view, resource = _VIEW_PATH.fullmatch(path), _RESOURCE_PATH.fullmatch(path)
    dataset_id = resource["id"] if resource else view["id"] if view else ""
    form = resource["form"] if resource else "views" if view else ""
    params = dict(parse_qsl(split.query, keep_blank_values=True))
    return Request(method, path, params, lowered, dataset_id, form)


@dataclass(slots=True)
class Reply:
    """What is answered: a body as bytes has a length, pieces are sent in chunks."""

    status: int
    content_type: str
    body: bytes | Iterator[Piece]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class RequestRecord:
    """A line of the log.

    `status` is 0 until a status line is sent; `rows` and `sent_bytes` (before compression) count what was
    handed to the connection; `fault` is the kind of the fault that struck.
    """

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    dataset_id: str
    form: str
    target: str
    status: int = 0
    rows: int = 0
    sent_bytes: int = 0
    fault: str | None = None


class RequestLog:
    """All requests since the last reset, in the order they came."""

    def __init__(self) -> None:
        """Start empty."""
        self._records: list[RequestRecord] = []
        self._lock = threading.Lock()

    def open(self, request: Request) -> RequestRecord:
        """Add a request and return its record, to be filled while it is answered."""
        record = RequestRecord(
            request.method,
            request.path,
            dict(request.params),
            dict(request.headers),
            request.dataset_id,
            request.form,
            request.target,
        )
        with self._lock:
            self._records.append(record)
        return record

    def records(self) -> list[RequestRecord]:
        """Return the records so far."""
        with self._lock:
            return list(self._records)

    def reset(self) -> None:
        """Forget all records."""
        with self._lock:
            self._records.clear()
