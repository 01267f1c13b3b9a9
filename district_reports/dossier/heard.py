"""What a report tells of what people said; the rules of place and number are `engagement`'s."""

from __future__ import annotations

from datetime import date

from district_reports.engagement.told import tell_heard
from district_reports.model import Heard, Ledger, Register
from district_reports.periods import Quarter
from district_reports.settings import Settings


def build_heard(
    register: Register, ledger: Ledger, settings: Settings, quarter: Quarter, place: str, until: date
) -> Heard:
    """Return what the report of one place tells of what people said, up to a day."""
    return tell_heard(register, ledger.sessions, settings, quarter, place, until)
