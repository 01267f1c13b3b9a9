"""Sends a reply over one connection: whole, in chunks, compressed, or as a fault of delivery breaks it."""

from __future__ import annotations

import gzip
import socket
import zlib
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler
from threading import Event
from time import monotonic

from tests.portal.exchange import Reply, RequestRecord
from tests.portal.faults import Fault
from tests.portal.rendering import Piece

_CHUNK_BYTES = 64 * 1024
_DROPPED_AFTER_BYTES = 1000
_GZIP_WINDOW = 31
_BODILESS = frozenset({204, 304})


def deliver(
    http: BaseHTTPRequestHandler,
    reply: Reply,
    record: RequestRecord,
    fault: Fault | None,
    stopping: Event,
    *,
    compress: bool,
) -> None:
    """Send a reply and fill in the record of the request.

    Args:
        http: The connection.
        reply: What to send.
        record: Gets the status at once, rows and bytes before they are sent.
        fault: What goes wrong on the way, if anything.
        stopping: Set when the server stops; ends every wait.
        compress: Whether the body is sent as gzip.
    """
    kind = None if fault is None else fault.kind
    if fault is not None and kind == "hang" and stopping.wait(fault.seconds):
        _abort(http)
        return
    if fault is not None and kind == "cut_json":
        reply.body = _cut(reply.body, fault.after_bytes, record)
    record.status = reply.status
    if isinstance(reply.body, bytes):
        body = gzip.compress(reply.body) if compress and reply.body else reply.body
        _send_head(http, reply, {"Content-Length": str(len(body))}, compress=body is not reply.body)
        record.sent_bytes += len(reply.body)
        if reply.status not in _BODILESS:
            _send(http, [body], fault, stopping, chunked=False)
        return
    pieces = _counted(reply.body, record)
    _send_head(http, reply, {"Transfer-Encoding": "chunked"}, compress=compress)
    _send(http, _gzipped(pieces) if compress else pieces, fault, stopping, chunked=True)


def _send_head(http: BaseHTTPRequestHandler, reply: Reply, framing: dict[str, str], *, compress: bool) -> None:
    http.send_response(reply.status)
    encoding = {"Content-Encoding": "gzip"} if compress else {}
    for name, value in {"Content-Type": reply.content_type, **framing, **encoding, **reply.headers}.items():
        http.send_header(name, value)
    http.send_header("Access-Control-Allow-Origin", "*")
    http.end_headers()


def _send(
    http: BaseHTTPRequestHandler, parts: Iterable[bytes], fault: Fault | None, stopping: Event, *, chunked: bool
) -> None:
    if fault is not None and fault.kind == "drop":
        limit = _DROPPED_AFTER_BYTES if fault.after_bytes is None else fault.after_bytes
        _send_until(http, parts, limit, chunked=chunked)
        _abort(http)
        return
    if fault is not None and fault.kind == "trickle":
        _trickle(http, parts, fault, stopping, chunked=chunked)
        _abort(http)
        return
    for part in parts:
        http.wfile.write(_chunk(part) if chunked else part)
    if chunked:
        http.wfile.write(b"0\r\n\r\n")


def _chunk(part: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(part), part)


def _counted(pieces: Iterable[Piece], record: RequestRecord) -> Iterator[bytes]:
    """Join pieces to chunks of at least 64 kB and count them before they leave."""
    waiting: list[bytes | memoryview] = []
    size = rows = 0
    for piece in pieces:
        waiting.append(piece.data)
        size += len(piece.data)
        rows += piece.rows
        if size >= _CHUNK_BYTES:
            record.rows += rows
            record.sent_bytes += size
            yield b"".join(waiting)
            waiting, size, rows = [], 0, 0
    record.rows += rows
    record.sent_bytes += size
    if size:
        yield b"".join(waiting)


def _gzipped(parts: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(level=1, wbits=_GZIP_WINDOW)
    for part in parts:
        packed = packer.compress(part)
        if packed:
            yield packed
    yield packer.flush()


def _cut(body: bytes | Iterator[Piece], after_bytes: int | None, record: RequestRecord) -> bytes:
    """Return the start of a body, to be sent as if it were all."""
    if not isinstance(body, bytes):
        pieces = list(body)
        record.rows += sum(piece.rows for piece in pieces)
        body = b"".join(piece.data for piece in pieces)
    return body[: len(body) // 2 if after_bytes is None else after_bytes]


def _send_until(http: BaseHTTPRequestHandler, parts: Iterable[bytes], limit: int, *, chunked: bool) -> None:
    """Send at most so many bytes of body; a chunk that is cut announces its full length."""
    for part in parts:
        if chunked:
            http.wfile.write(b"%x\r\n" % len(part))
        http.wfile.write(part[:limit])
        limit -= len(part)
        if limit <= 0:
            return
        if chunked:
            http.wfile.write(b"\r\n")


def _trickle(
    http: BaseHTTPRequestHandler, parts: Iterable[bytes], fault: Fault, stopping: Event, *, chunked: bool
) -> None:
    end = monotonic() + fault.seconds
    for part in parts:
        for at in range(len(part)):
            byte = part[at : at + 1]
            http.wfile.write(_chunk(byte) if chunked else byte)
            if stopping.wait(fault.interval) or monotonic() > end:
                return


def _abort(http: BaseHTTPRequestHandler) -> None:
    """Close the connection without an end to the reply."""
    http.close_connection = True
    http.wfile.flush()
    http.connection.shutdown(socket.SHUT_RDWR)
