"""What guards every request and answer: hosts, origins, sizes, headers.

Written against ASGI itself, so that nothing is read, and no route is asked, before it is known to be wanted.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from district_reports.desk.answers import LOGGER, render_problem

FORM_BYTES: Final = 256 * 1024
"""A note at its limit in four languages, percent-encoded, is some 60 kB."""
FILE_BYTES: Final = 10 * 1024 * 1024
_AROUND: Final = 64 * 1024
"""What a form with a file holds beside the file."""
BODY_SECONDS: Final = 120
"""In which a form must have come in: a slow telephone sends the largest file in less."""
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; frame-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": browsers would then hide from us where a form comes from.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Of every answer that does not set its own: the files of a draft have a policy of theirs."""
STRICT_TRANSPORT: Final = "max-age=31536000"
_SAFE: Final = ("GET", "HEAD")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
_LOCAL: Final = ("127.0.0.1", "localhost", "[::1]")


class Guard:
    """The outermost layer of the desk.

    Args:
        app: What is guarded.
        url: As browsers reach the desk.
        large: Paths under which a form may hold a file, with their names in braces.
    """

    def __init__(self, app: ASGIApp, *, url: str, large: tuple[str, ...]) -> None:
        self._app = app
        parts = urlsplit(url)
        self._is_secure = parts.scheme == "https"
        self._large = tuple(re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path)) for path in large)
        hosts = {parts.netloc.lower()}
        if not self._is_secure:
            hosts |= {f"{name}:{parts.port}" if parts.port else name for name in _LOCAL}
        self._hosts = frozenset(hosts)
        self._origins = frozenset(f"{parts.scheme}://{host}" for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        has_begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                self._add_headers(MutableHeaders(scope=message))
            await send(message)

        request = Request(scope, receive)
        refused = self._refuse(Headers(scope=scope), scope["method"], scope["path"])
        try:
            if refused:
                await render_problem(request, refused)(scope, receive, send_guarded)
                return
            await self._app(scope, _bounded(receive, self._most_bytes(scope["path"])), send_guarded)
        except Exception as error:  # noqa: BLE001 - the last door: the visitor gets a page, the log the trace
            # The route's name, not the address: that of a one-time link is a secret.
            name = getattr(scope.get("route"), "name", "no route")
            LOGGER.error("%s %s: unexpected %s", scope["method"], name, type(error).__name__, exc_info=error)
            if has_begun:
                raise
            await render_problem(request, 500)(scope, receive, send_guarded)

    def _refuse(self, headers: Headers, method: str, path: str) -> int:
        """Return the code with which a request is refused unread; 0: it is not."""
        if headers.get("host", "").lower() not in self._hosts or len(headers.getlist("host")) != 1:
            return 400
        if _CONTROLS.search(path):
            # No page has one in its address; a server of records takes none, and a log should not.
            return 404
        if method in _SAFE:
            return 0
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in self._origins:
            return 403
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403
        length = headers.get("content-length", "0")
        # Only digits that int() and every proxy read alike.
        if not (length.isascii() and length.isdigit()):
            return 400
        return 413 if len(length) > 12 or int(length) > self._most_bytes(path) else 0

    def _most_bytes(self, path: str) -> int:
        return FILE_BYTES + _AROUND if any(one.fullmatch(path) for one in self._large) else FORM_BYTES

    def _add_headers(self, headers: MutableHeaders) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if self._is_secure:
            headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)


def _bounded(receive: Receive, most: int) -> Receive:
    """Return a `receive` that refuses a body as soon as it is too long, whatever length it told, or takes too long."""
    taken, is_read = 0, False
    until = asyncio.get_running_loop().time() + BODY_SECONDS

    async def receive_bounded() -> Message:
        nonlocal taken, is_read
        try:
            # Afterwards it is asked whether the visitor is still there: that may take its time.
            async with asyncio.timeout_at(None if is_read else until):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408) from None
        taken += len(message.get("body", b""))
        is_read = not message.get("more_body", False)
        if taken > most:
            raise HTTPException(413)
        return message

    return receive_bounded
