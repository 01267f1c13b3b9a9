"""A real mail server on loopback that keeps what it takes, and goes away when told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

from tests.postgres import free_port


class Letterbox:
    """Keeps messages; with `goes_after` set it hangs up before, or after, it has taken that many."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.goes_after: int | None = None
        self.goes_when = "before"
        self.refuses: set[str] = set()
        self.is_busy = False
        self.is_full: set[str] = set()
        self.wants_us = True
        self.waits_for = 0
        """Visitors who must have come before the first is answered."""
        self._seen: list[Any] = []

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        envelope.mail_from = address
        return "250 OK" if self.wants_us else "550 not you"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if not envelope.rcpt_tos and session not in self._seen:
            self._seen.append(session)
        while len(self._seen) < self.waits_for:
            await asyncio.sleep(0.01)
        if self.is_busy:
            return "451 try later"
        if address in self.is_full:
            return f"452 the box of {address} is full"
        if address in self.refuses:
            return f"550 no such user {address}"
        if self.goes_when == "before" and self.goes_after is not None and len(self.taken) >= self.goes_after:
            server.transport.abort()
            return "421 going"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append((envelope.rcpt_tos[0], envelope.original_content))
        if self.goes_when == "after" and self.goes_after is not None and len(self.taken) >= self.goes_after:
            server.transport.abort()
        return "250 OK"

    @property
    def recipients(self) -> list[str]:
        return [to for to, _ in self.taken]


@contextmanager
def running(box: Letterbox) -> Iterator[str]:
    """Give the address of a server that puts what it takes into the box."""
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
