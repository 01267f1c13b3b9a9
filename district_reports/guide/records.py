"""Meetings, decisions and priorities, all at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from district_reports.guide.decisions import FOLDER as DECISIONS
from district_reports.guide.decisions import load_decisions
from district_reports.guide.meetings import FOLDER as MEETINGS
from district_reports.guide.meetings import load_meetings
from district_reports.guide.priorities import load_priorities
from district_reports.model import Decided, Meeting, Priority
from district_reports.periods import Quarter
from district_reports.settings import Settings


@dataclass(frozen=True)
class PartFiles:
    """What people keep on taking part, of all places."""

    meetings: tuple[Meeting, ...] = ()
    """Still to come on the report's day, by date."""
    decisions: tuple[Decided, ...] = ()
    """Of the report's quarter."""
    priorities: tuple[Priority, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    """File below its folder -> SHA-256 of its bytes."""


def load_part_files(settings: Settings, records_dir: Path, quarter: Quarter, as_of: date) -> PartFiles:
    """Return what people keep on taking part; what has no file is empty.

    Args:
        settings: Districts and languages.
        records_dir: Records that people keep.
        quarter: The report's.
        as_of: The report's day.

    Raises:
        ReadingError: If anything in a file is wrong; nothing is taken from it.
        StoreError: If a file cannot be read.
    """
    meetings, of_meetings = load_meetings(settings, records_dir / MEETINGS, quarter, as_of)
    decisions, of_decisions = load_decisions(settings, records_dir / DECISIONS, quarter, as_of)
    priorities, of_priorities = load_priorities(settings, records_dir)
    return PartFiles(meetings, decisions, priorities, of_meetings | of_decisions | of_priorities)
