"""HTTP with patience: deadlines that hold against a trickle, sizes that are bounded, troubles that are retried.

What belongs here: turning what goes wrong on the way into two sorts, `Trouble` (it may pass) and `Refusal` (it
will not). What does not: what is asked, and what an answer means (`socrata`).
"""

from __future__ import annotations

import io
import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from socket import SHUT_RDWR
from typing import Any, TypeVar

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

T = TypeVar("T")

MAX_BODY_BYTES = 64 * 2**20
"""Of an answer that is kept in memory: the largest we ask for, the beats, has 3 MB."""
MAX_STREAM_BYTES = 2 * 2**30
"""Of a streamed month: a busy one of crimes has 6 MB."""
READ_BYTES = 2**18
TOKEN_HEADER = "X-App-Token"
MESSAGE_BYTES = 2000
"""Of a refusal's body: enough for the portal's message."""

_PASSING = frozenset({202, 408, 425, 429, 500, 502, 503, 504})
_REASONS = {
    202: "202, it is still processing the request",
    429: "429, it throttles us (too many requests); an app token raises the limit",
}


@dataclass(frozen=True)
class Patience:
    """How long to wait and how often to ask again; all times in seconds."""

    attempts: int = 5
    """Times a request is sent before it counts as failed."""
    first_wait: float = 1.0
    """Before the second attempt; doubled for each further one, plus or minus half at random."""
    longest_wait: float = 30.0
    """Of one's own choice."""
    longest_retry_after: float = 120.0
    """Of the portal's choice: one that asks for an hour is asked again after this."""
    connect: float = 10.0
    silence: float = 60.0
    """Without a byte; a sum over millions of rows may take that long."""
    deadline: float = 600.0
    """For one attempt, from the first byte sent to the last received: a trickle must end."""
    streams: int = 2
    """Times a month is streamed before it is read in pages."""
    page_rows: int = 10_000
    """Rows of a page."""


class Trouble(Exception):  # noqa: N818 - it is no error yet
    """What may pass when asked again; `wait` is the number of seconds the portal asked for."""

    def __init__(self, message: str, *, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class Refusal(Exception):  # noqa: N818 - what it means is decided by the caller
    """An answer that will not change: its status, the portal's error code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code} {message}".replace("  ", " ").strip())
        self.status = status
        self.code = code
        self.message = message


class Clock:
    """Time that passes: read by deadlines, slept away between attempts; replaced in tests."""

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.monotonic = monotonic
        self.sleep = sleep
        self.chance = chance
        """A number from 0 to 1: keeps many readers from asking again at the same moment."""


def patiently(action: Callable[[], T], patience: Patience, clock: Clock) -> T:
    """Return what the action returns, calling it again while it meets troubles.

    Raises:
        Trouble: The last one, when the attempts are used up.
    """
    for attempt in range(1, patience.attempts):
        try:
            return action()
        except Trouble as trouble:
            clock.sleep(_waiting_time(attempt, trouble.wait, patience, clock.chance()))
    return action()


def _waiting_time(attempt: int, asked: float | None, patience: Patience, chance: float) -> float:
    if asked is not None:
        return min(max(asked, 0.0), patience.longest_retry_after)
    return float(min(patience.first_wait * 2 ** (attempt - 1), patience.longest_wait) * (0.5 + chance))


class DeadlineAdapter(HTTPAdapter):
    """Sends each request once, under a deadline, and lets nothing through but an answer with status 200.

    A body that is not streamed is read here, so that the deadline and the bound of its size hold for it too.
    """

    def __init__(self, patience: Patience, clock: Clock) -> None:
        self.patience = patience
        self.clock = clock
        self.requests = 0
        self.headers: Mapping[str, str] = {}
        """Of the last answer."""
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make connections whose headers have a deadline too."""
        super().init_poolmanager(*args, **kwargs)
        seconds = self.patience.deadline
        self.poolmanager.pool_classes_by_scheme = {
            "http": _pool_class(HTTPConnectionPool, HTTPConnection, seconds),
            "https": _pool_class(HTTPSConnectionPool, HTTPSConnection, seconds),
        }

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send a request and return its answer; the timeout is always that of `patience`.

        Raises:
            Trouble: If the connection, the body or the status is one that may pass.
            Refusal: If the portal answers with any other status than 200.
        """
        self.requests += 1
        end = self.clock.monotonic() + self.patience.deadline
        waits = (self.patience.connect, self.patience.silence)
        try:
            response = super().send(request, True, waits, verify, cert, proxies)
        except requests.RequestException as error:
            raise Trouble(self._late(end) or told(error)) from error
        body = Body(response, self.clock, end, MAX_STREAM_BYTES if stream else MAX_BODY_BYTES)
        self.headers = response.headers
        if response.status_code != 200:
            raise _unwanted(response, body, request.headers.get(TOKEN_HEADER))
        if self._late(end) or "html" in response.headers.get("Content-Type", "").lower():
            response.close()
            raise Trouble(self._late(end) or "an HTML page where data was expected (maintenance, or a gateway)")
        if stream:
            response.raw = body
        else:
            response._content = body.read_all()
        return response

    def _late(self, end: float) -> str:
        return f"no whole answer within {self.patience.deadline:g} s" if self.clock.monotonic() >= end else ""


def told(error: BaseException) -> str:
    """Return what a foreign error means, without the address and object names it carries."""
    names = {
        requests.exceptions.SSLError: "no trusted certificate",
        requests.exceptions.ConnectTimeout: "no connection in time",
        requests.exceptions.ReadTimeout: "silence for too long",
        requests.exceptions.ConnectionError: "a connection that failed or was dropped",
        urllib3.exceptions.ReadTimeoutError: "silence for too long",
        urllib3.exceptions.DecodeError: "a body whose compression is broken",
    }
    for kind, text in names.items():
        if isinstance(error, kind):
            return text
    return f"a reply that broke off ({type(error).__name__})"


class Body(io.RawIOBase):
    """The body of an answer as a file: it ends with its deadline, however slowly it comes, and at its bound."""

    def __init__(self, response: requests.Response, clock: Clock, end: float, limit: int) -> None:
        super().__init__()
        self._raw = response.raw
        self._clock = clock
        self._end = end
        self._left = limit
        self.trouble: Trouble | None = None
        """Why it ended early: a reader in between may show another error."""

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def close(self) -> None:
        """Give the connection back; one that was not read to its end is closed."""
        self._raw.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        """Read what is there, at least a byte, or nothing at the end.

        Raises:
            Trouble: If the connection, the deadline or the bound ends it early.
        """
        data = self._read(min(len(buffer), READ_BYTES))
        buffer[: len(data)] = data
        return len(data)

    def read_all(self) -> bytes:
        """Return the whole body and give the connection back.

        Raises:
            Trouble: As `readinto`.
        """
        parts = []
        while data := self._read(READ_BYTES):
            parts.append(data)
        self.close()
        return b"".join(parts)

    def _read(self, size: int) -> bytes:
        try:
            data: bytes = self._raw.read1(size, decode_content=True) or b""
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._ended(told(error)) from error
        self._left -= len(data)
        if self._left < 0:
            raise self._ended("a body that is far too long")
        if self._clock.monotonic() >= self._end:
            raise self._ended("no whole answer within the deadline, only a trickle")
        return data

    def _ended(self, message: str) -> Trouble:
        self.close()
        self.trouble = Trouble(message)
        return self.trouble


def _unwanted(response: requests.Response, body: Body, secret: str | bytes | None) -> Trouble | Refusal:
    """Return what a status other than 200 means, without the app token, and give the connection back."""
    status = response.status_code
    code, message = (redacted(words, secret) for words in _portal_words(body))
    response.close()
    if status in _PASSING:
        reason = _REASONS.get(status, f"{status} {message or response.reason or ''}".strip())
        return Trouble(reason, wait=retry_after(response.headers))
    if 300 <= status < 400:
        elsewhere = redacted(response.headers.get("Location", "nowhere"), secret)
        return Refusal(status, "", f"the address has moved to {elsewhere[:MESSAGE_BYTES]}")
    return Refusal(status, code, message)


def _portal_words(body: Body) -> tuple[str, str]:
    """Return error code and message of a refusal's JSON body, as far as there is one."""
    with suppress(Trouble, ValueError, AttributeError):
        document = json.loads(body.read_all())
        code = document.get("errorCode") or document.get("code") or ""
        return str(code)[:MESSAGE_BYTES], str(document.get("message") or "").split("; position:")[0][:MESSAGE_BYTES]
    return "", ""


def redacted(text: str, secret: str | bytes | None) -> str:
    """Return a text without the app token."""
    hidden = secret.decode("latin-1") if isinstance(secret, bytes) else secret
    return text.replace(hidden, "[app token]") if hidden else text


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds a reply asks to wait, or None; a date is measured against the reply's own date."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    moment, now = _moment(text), _moment(headers.get("Date", ""))
    return None if moment is None or now is None else (moment - now).total_seconds()


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _pool_class(pool: type[Any], connection: type[Any], seconds: float) -> type[Any]:
    """Return a pool whose connections are cut when status and headers do not arrive in time."""

    def getresponse(self: Any) -> Any:
        def cut() -> None:
            with suppress(OSError, AttributeError):
                self.sock.shutdown(SHUT_RDWR)

        watchdog = threading.Timer(seconds, cut)
        watchdog.daemon = True
        watchdog.start()
        try:
            return connection.getresponse(self)
        finally:
            watchdog.cancel()

    patient = type(f"Patient{connection.__name__}", (connection,), {"getresponse": getresponse})
    return type(f"Patient{pool.__name__}", (pool,), {"ConnectionCls": patient})
