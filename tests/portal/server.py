"""The HTTP server of the portal: one thread for each connection, on loopback only."""

from __future__ import annotations

import logging
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from tests.portal import errors
from tests.portal.delivery import deliver
from tests.portal.exchange import Reply, Request, read_request
from tests.portal.faults import Fault
from tests.portal.sabotage import faulty_reply, refusal_reply

if TYPE_CHECKING:
    from tests.portal.portal import Portal

_log = logging.getLogger(__name__)
_CLOSING_SECONDS = 2.0


class PortalServer(ThreadingHTTPServer):
    """Accepts connections for a portal and can end them all."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], portal: Portal) -> None:
        """Bind the address.

        Args:
            address: Host and port; port 0 takes any free one.
            portal: Answers the requests.
        """
        super().__init__(address, PortalHandler)
        self.portal = portal
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection and remember it while it is open."""
        with self._lock:
            self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log what broke a connection; clients that go away are no news."""
        _log.debug("connection of %s ended", client_address, exc_info=True)

    def close_connections(self) -> None:
        """End all connections and wait for their threads."""
        end = monotonic() + _CLOSING_SECONDS
        while monotonic() < end:
            with self._lock:
                remaining = list(self._open)
            if not remaining:
                return
            for connection in remaining:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
            sleep(0.005)


class PortalHandler(BaseHTTPRequestHandler):
    """Reads requests of one connection and sends the replies."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 0
    server: PortalServer

    def do_GET(self) -> None:  # noqa: N802 - the name is given by http.server
        """Answer one request."""
        portal = self.server.portal
        request = read_request(self.command, self.path, dict(self.headers.items()))
        record = portal.log.open(request)
        fault = portal.faults.take(request)
        record.fault = None if fault is None else fault.kind
        connection = portal.connect()
        try:
            reply = self._reply(request, fault, connection)
            compress = portal.gzip and "gzip" in request.headers.get("accept-encoding", "")
            deliver(self, reply, record, fault, portal.stopping, compress=compress)
        except ConnectionError:
            self.close_connection = True
        finally:
            connection.close()

    def version_string(self) -> str:
        """Return the `Server` header."""
        return "portal"

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet; the portal has its own log of requests."""

    def _reply(self, request: Request, fault: Fault | None, connection: Any) -> Reply:
        try:
            instead = None if fault is None else faulty_reply(fault, request)
            return instead or self.server.portal.answer(request, fault, connection)
        except errors.SodaError as error:
            return refusal_reply(error)
        except Exception:
            _log.exception("no answer to %s %s", request.path, dict(request.params))
            message = "Internal error"
            return refusal_reply(errors.SodaError(500, {"code": "internal_error", "error": True, "message": message}))
