"""What a desk is made of: given once, when it is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from district_reports.database import Database
from district_reports.desk.limits import Limits
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.store import Store


class Mailer(Protocol):
    """Whatever sends one letter."""

    def send(self, to: str, subject: str, text: str, html: str = "") -> None:
        """Send it, or raise one of our errors."""


@dataclass(frozen=True)
class Desk:
    """One desk: the records it shows and changes, its clock, its secret, and who carries its letters."""

    settings: Settings
    database: Database
    store: Store
    mailer: Mailer | None
    """None: no mail leaves; links are handed over by whoever runs the program."""
    clock: Callable[[], datetime]
    """Tells now, with a time zone."""
    key: bytes = field(repr=False)
    """Secret of this desk: seals links and forms."""
    run: Callable[[str, Quarter, str, str], None]
    """Starts `freeze` or `reopen` of a quarter, for a reason, by a person's id, in the background; what came of it
    stands in the log."""
    url: str = "http://127.0.0.1:8765"
    """As browsers reach it."""
    limits: Limits = field(default_factory=Limits)
    metric_ids: tuple[str, ...] = ()
    """Measures of the report that a promise may name."""
    more: dict[str, Any] = field(default_factory=dict)
    """What page modules load once and keep, by their own names."""

    @property
    def today(self) -> date:
        """The day in the city."""
        return self.clock().astimezone(ZoneInfo(self.settings.city.time_zone)).date()

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach it by https."""
        return self.url.startswith("https://")
