"""How often: signing in and writing, counted in this process over a sliding window.

What belongs here: counting. What does not: what is counted, and what the answer is.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv6Network, ip_address
from math import ceil
from typing import Final

_HOUSEHOLD: Final = 64
"""Bits of an IPv6 address that name a network; whoever has one changes the rest at will."""


@dataclass(frozen=True)
class Limit:
    """So many in so many seconds."""

    count: int
    seconds: int


@dataclass(frozen=True)
class Limits:
    """The limits of a desk."""

    address: Limit = Limit(5, 900)
    """Links asked for with one e-mail address."""
    client: Limit = Limit(30, 900)
    """Tries to sign in from one machine; a station's computers may share an address."""
    session: Limit = Limit(120, 60)
    """Forms sent in one session."""


def name_client(host: str) -> str:
    """Return what stands for the machine at a network address: of IPv6 its network, of which one household has all."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Network((address, _HOUSEHOLD), strict=False))


@dataclass
class Counter:
    """Counts what happened lately, by key; forgets the oldest key when there are too many."""

    most_keys: int = 20_000
    _seen: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, limit: Limit, now: datetime) -> int:
        """Count one more and return 0; where that is one too many, count nothing and return the seconds to wait."""
        moment = now.timestamp()
        with self._lock:
            times = self._seen.setdefault(key, deque())
            self._seen.move_to_end(key)
            while times and times[0] <= moment - limit.seconds:
                times.popleft()
            while times and times[-1] > moment:
                # The clock was set back: what has not happened yet keeps nobody out.
                times.pop()
            if len(times) >= limit.count:
                return max(1, ceil(times[0] + limit.seconds - moment))
            times.append(moment)
            while len(self._seen) > self.most_keys:
                self._seen.popitem(last=False)
            return 0
