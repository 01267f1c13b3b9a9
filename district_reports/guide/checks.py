"""Who has checked a service, when, and how long that holds."""

from __future__ import annotations

from datetime import date, timedelta

from district_reports.model import Record
from district_reports.settings import Settings


class Check(Record):
    """One person's check of one service."""

    resource_id: str
    checked_on: date
    checked_by: str
    """A role."""
    expires: date
    """Last day on which it holds."""
    is_sample: bool = False
    """Invented, for a sample."""

    def holds(self, as_of: date) -> bool:
        """Return whether it was made by that day, and holds on it."""
        return self.checked_on <= as_of <= self.expires


def list_checks(settings: Settings) -> tuple[Check, ...]:
    """Return the checks that people have entered in the city's config."""
    days = timedelta(days=settings.report.loop.check_days)
    return tuple(
        Check(
            resource_id=entry.resource_id,
            checked_on=entry.checked_on,
            checked_by=entry.checked_by,
            expires=entry.expires or entry.checked_on + days,
        )
        for entry in settings.resources.resources
        if entry.checked_on is not None
    )
