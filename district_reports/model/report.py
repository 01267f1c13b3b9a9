"""The dossier: all facts of one report, before wording."""

from __future__ import annotations

from datetime import date
from typing import Literal

from district_reports.model.blocks import (
    Asked,
    Block,
    Communities,
    Correction,
    CourtCohort,
    Explanation,
    Ladder,
    Rate,
    Reading,
    Revisions,
)
from district_reports.model.core import CheckResult, Comparison, Measure, Origin, Record
from district_reports.model.engagement import Happening, Heard
from district_reports.model.feedback import Loop
from district_reports.model.guide import Guide, TakingPart
from district_reports.model.places import Contact, HourCount, Note, Part, Places
from district_reports.model.review import Review


class Dossier(Record):
    """All facts of one report, before wording: one district (or the city) and one quarter."""

    schema_version: Literal[3] = 3
    city_id: str
    district_id: str
    quarter: str
    report_date: date
    """The `--as-of` date."""
    is_sample: bool
    is_preview: bool
    origins: tuple[Origin, ...]
    key_facts: tuple[Comparison, ...]
    offences: tuple[Comparison, ...]
    trends: tuple[tuple[Measure, ...], ...]
    """One series of thirteen quarters, oldest first, for each metric of the trend chart."""
    arrests: tuple[tuple[Measure, ...], ...]
    """The same for the arrest shares."""
    hours: tuple[HourCount, ...]
    """168 of them; none at all where the quarter has no data."""
    places: Places
    parts: tuple[Part, ...]
    """Empty in the city's own report."""
    notes: tuple[Note, ...]
    remarks: tuple[CheckResult, ...]
    contact: Contact | None
    """None in the city's own report."""
    blocks: tuple[Block, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    """For each cohort of the config the quarter a year before, then the report's own."""
    court: CourtCohort | None = None
    readings: tuple[Reading, ...] = ()
    """Published clearance figures of this place and of the city."""
    rates: tuple[Rate, ...] = ()
    communities: Communities | None = None
    asked: tuple[Asked, ...] = ()
    revisions: Revisions | None = None
    """None before there is an earlier release to compare with."""
    corrections: tuple[Correction, ...] = ()
    """Of this place, made since the last release."""
    explanations: tuple[Explanation, ...] = ()
    loop: Loop | None = None
    happened: tuple[Happening, ...] = ()
    """Of this place and quarter, oldest first."""
    heard: Heard | None = None
    """None where no register of the city is at hand."""
    guide: Guide | None = None
    taking_part: TakingPart | None = None
    review: Review | None = None
    """What the report tells of its own review; None where there is nothing to tell yet."""

    def block(self, block_id: str) -> Block | None:
        """Return a block; None where the city's config has none of that id."""
        return next((block for block in self.blocks if block.block_id == block_id), None)
