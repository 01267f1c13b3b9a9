"""Invented checks of the services, for a sample: some hold, some have expired, some services were never checked."""

from __future__ import annotations

from datetime import date, timedelta

from district_reports.guide.checks import Check
from district_reports.settings import Settings

ROLE = "sample (nobody has checked)"
_CASES = 4
"""Of as many services in a row one was never checked and one check has expired."""


def draw_checks(settings: Settings, as_of: date) -> tuple[Check, ...]:
    """Return invented checks, marked as such, the same for the same config and day."""
    days = settings.report.loop.check_days
    checks = []
    for number, entry in enumerate(settings.resources.resources):
        case = number % _CASES
        if entry.ended_on is not None or case == 1:
            continue
        # The last of each four was checked a day too long ago.
        ago = days + 1 if case == 3 else (number * 7) % days
        checked_on = as_of - timedelta(days=ago)
        expires = checked_on + timedelta(days=days)
        checks.append(
            Check(
                resource_id=entry.resource_id,
                checked_on=checked_on,
                checked_by=ROLE,
                expires=expires,
                is_sample=True,
            )
        )
    return tuple(checks)
