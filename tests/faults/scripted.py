"""A server that sends exactly the bytes it is told to, for what our own portal is too well-behaved to do."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

Answer = bytes | list[bytes | float]
"""Bytes, or bytes and pauses in seconds; then the connection is closed."""


def answer(body: bytes, content_type: str = "application/json", *headers: str, status: str = "200 OK") -> bytes:
    """Return a whole reply, after which the connection ends."""
    head = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*head, "Connection: close", "", ""]).encode() + body


class Scripted:
    """Answers each request with the next of its answers, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.heads: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._socket.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                data = connection.recv(65536)
                if not data:
                    return
                head += data
            self.heads.append(head)
            script = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            try:
                for piece in _pieces(script):
                    connection.sendall(piece)
            except OSError:
                return


def _pieces(script: Answer) -> Iterator[bytes]:
    for piece in [script] if isinstance(script, bytes) else script:
        if isinstance(piece, float):
            time.sleep(piece)
        else:
            yield piece
