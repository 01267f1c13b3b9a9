"""Asking again: how often, how long to wait, and which two sorts of failure there are.

A `Trouble` may pass, a `Refusal` will not. Neither leaves this package: `asking` makes errors of ours of them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

T = TypeVar("T")


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
    silences: int = 5
    """Times a portal may be waited for in vain; fewer than `attempts` where a run must not wait for minutes."""

    def shortened(self) -> Patience:
        """Return the patience with a source that a report can do without: a dead one costs seconds, not minutes."""
        return replace(
            self,
            attempts=min(self.attempts, 3),
            longest_wait=min(self.longest_wait, 4.0),
            longest_retry_after=min(self.longest_retry_after, 15.0),
            connect=min(self.connect, 5.0),
            silence=min(self.silence, 30.0),
            deadline=min(self.deadline, 120.0),
            silences=1,
        )

    def for_a_word(self) -> Patience:
        """Return the same patience for a question whose answer is short and at hand."""
        return replace(self, silence=min(self.silence, 10.0), deadline=min(self.deadline, 20.0))


class Trouble(Exception):  # noqa: N818 - it is no error yet
    """What may pass when asked again.

    `wait` is the number of seconds the portal asked for; `is_silence` tells that it was waited for in vain.
    """

    def __init__(self, message: str, *, wait: float | None = None, is_silence: bool = False) -> None:
        super().__init__(message)
        self.wait = wait
        self.is_silence = is_silence


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
    silences = 0
    for attempt in range(1, patience.attempts):
        try:
            return action()
        except Trouble as trouble:
            silences += trouble.is_silence
            if silences >= patience.silences:
                raise
            clock.sleep(_waiting_time(attempt, trouble.wait, patience, clock.chance()))
    return action()


def _waiting_time(attempt: int, asked: float | None, patience: Patience, chance: float) -> float:
    if asked is not None:
        return min(max(asked, 0.0), patience.longest_retry_after)
    return float(min(patience.first_wait * 2 ** (attempt - 1), patience.longest_wait) * (0.5 + chance))


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
