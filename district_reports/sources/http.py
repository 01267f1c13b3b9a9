"""One HTTP request under a deadline that holds against a trickle, with an answer of bounded size.

What belongs here: turning what goes wrong on the way into `Trouble` or `Refusal`. What does not: asking again
(`patience`), what is asked, and what an answer means (`asking`, `socrata`).
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from socket import SHUT_RDWR
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from district_reports.sources.patience import Clock, Patience, Refusal, Trouble, retry_after

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

        def seconds() -> float:
            return self.patience.deadline

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
            late = self._late(end)
            raise Trouble(late or told(error), is_silence=bool(late) or is_silence(error)) from error
        body = Body(response, self.clock, end, MAX_STREAM_BYTES if stream else MAX_BODY_BYTES)
        self.headers = response.headers
        if response.status_code != 200:
            raise _unwanted(response, body, request.headers.get(TOKEN_HEADER))
        if self._late(end) or "html" in response.headers.get("Content-Type", "").lower():
            response.close()
            late = self._late(end)
            words = "an HTML page where data was expected (maintenance, or a gateway)"
            raise Trouble(late or words, is_silence=bool(late))
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


def is_silence(error: BaseException) -> bool:
    """Return whether a foreign error means that the portal was waited for in vain."""
    silent = requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError
    return isinstance(error, silent) or any(isinstance(cause, silent) for cause in error.args)


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
            raise self._ended(told(error), is_silence=is_silence(error)) from error
        self._left -= len(data)
        if self._left < 0:
            raise self._ended("a body that is far too long")
        if self._clock.monotonic() >= self._end:
            raise self._ended("no whole answer within the deadline, only a trickle", is_silence=True)
        return data

    def _ended(self, message: str, *, is_silence: bool = False) -> Trouble:
        self.close()
        self.trouble = Trouble(message, is_silence=is_silence)
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


def _pool_class(pool: type[Any], connection: type[Any], seconds: Callable[[], float]) -> type[Any]:
    """Return a pool whose connections are cut when status and headers do not arrive in time."""

    def getresponse(self: Any) -> Any:
        def cut() -> None:
            with suppress(OSError, AttributeError):
                self.sock.shutdown(SHUT_RDWR)

        watchdog = threading.Timer(seconds(), cut)
        watchdog.daemon = True
        watchdog.start()
        try:
            return connection.getresponse(self)
        finally:
            watchdog.cancel()

    patient = type(f"Patient{connection.__name__}", (connection,), {"getresponse": getresponse})
    return type(f"Patient{pool.__name__}", (pool,), {"ConnectionCls": patient})
