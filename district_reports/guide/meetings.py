"""Meetings that residents can come to: `meetings/<quarter>.csv`, or `.xlsx`, of the quarter in which they are held."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import get_args

from babel import Locale

from district_reports.errors import Problem, ReadingError
from district_reports.model import CITY, Meeting
from district_reports.periods import Quarter
from district_reports.readings.cells import CellReader
from district_reports.readings.tables import SUFFIXES, Row, find_table, load_table
from district_reports.settings import Settings

FOLDER = "meetings"
COLUMNS = (
    *("meeting_id", "kind", "district_id", "day", "start", "end"),
    *("place", "address", "url", "languages", "beats"),
)
KINDS = get_args(Meeting.model_fields["kind"].annotation)
BEAT, COUNCIL = KINDS[:2]
LONGEST = 200
"""Letters of a cell; no name of a place is longer."""

_QUARTER = re.compile(r"[12][0-9]{3}Q[1-4]")
_ID = re.compile(r"[A-Za-z0-9-]{1,40}")
_TIME = re.compile(r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-5][0-9])(:00)?\s*((?P<half>[ap])\.?m\.?)?", re.IGNORECASE)
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def load_meetings(
    settings: Settings, folder: Path, quarter: Quarter, as_of: date
) -> tuple[tuple[Meeting, ...], dict[str, str]]:
    """Return what is still to come on the report's day, by date, and each file with its SHA-256.

    Args:
        settings: The districts.
        folder: Where the files of all quarters lie; need not exist.
        quarter: The report's; only files of later quarters are read.
        as_of: The report's day.

    Raises:
        ReadingError: If a file has no quarter's name, or anything in one is wrong; nothing is taken from it.
        StoreError: If a file cannot be read.
    """
    meetings: dict[str, Meeting] = {}
    files: dict[str, str] = {}
    for held in _quarters(folder):
        path = find_table(folder, str(held)) if held > quarter else None
        if path is None:
            continue
        found, files[f"{FOLDER}/{path.name}"] = _load_file(settings, path, held)
        twice = [Problem("", "each meeting_id in one file", repr(one)) for one in found if one in meetings]
        if twice:
            raise ReadingError(path, twice)
        meetings |= found
    upcoming = [meeting for meeting in meetings.values() if meeting.date >= as_of]
    upcoming.sort(key=lambda meeting: (meeting.date, meeting.start, meeting.meeting_id))
    return tuple(upcoming), files


def _quarters(folder: Path) -> list[Quarter]:
    """Return the quarters there is a file of; a file of another name would never be read, and nobody would know."""
    names = sorted(path for path in (folder.iterdir() if folder.is_dir() else ()) if path.suffix.lower() in SUFFIXES)
    strange = [path.name for path in names if path.suffix not in SUFFIXES or not _QUARTER.fullmatch(path.stem)]
    if strange:
        raise ReadingError(folder, [Problem(name, "a quarter's name such as 2026Q4.csv", name) for name in strange])
    return sorted({Quarter.parse(path.stem) for path in names})


def _load_file(settings: Settings, path: Path, quarter: Quarter) -> tuple[dict[str, Meeting], str]:
    table = load_table(path, COLUMNS)
    known = Locale.parse(settings.languages[0].locale).languages
    tags = frozenset(str(name).replace("_", "-").lower() for name in known)
    reader = _MeetingReader(CellReader(table, settings), quarter, tags)
    meetings: dict[str, Meeting] = {}
    for row in table.rows:
        meeting = reader.read(row)
        if meeting is not None and meeting.meeting_id in meetings:
            reader.cells.refuse(row, "meeting_id", "each meeting once")
        elif meeting is not None:
            meetings[meeting.meeting_id] = meeting
    reader.cells.require_sound()
    return meetings, table.sha256


class _MeetingReader:
    """Reads rows; a row with something wrong is None, and its problems are kept."""

    def __init__(self, cells: CellReader, quarter: Quarter, tags: frozenset[str]) -> None:
        self.cells = cells
        self._tags = tags
        self._quarter = quarter

    def read(self, row: Row) -> Meeting | None:
        """Return the meeting of a row."""
        for column in COLUMNS:
            if len(row.cells[column]) > LONGEST:
                self.cells.refuse(row, column, f"at most {LONGEST} letters")
        if not _ID.fullmatch(row.cells["meeting_id"]):
            self.cells.refuse(row, "meeting_id", "letters, digits and hyphens, such as 2026Q4-007-beat-1")
        kind = self.cells.choice(row, "kind", KINDS)
        district_id = self._district(row)
        day = self._day(row)
        start, end = self._time(row, "start"), self._time(row, "end") if row.cells["end"] else None
        if start is not None and end is not None and end <= start:
            self.cells.refuse(row, "end", f"a time after {start:%H:%M}")
        place = self.cells.text(row, "place", "where it is held")
        if row.cells["url"]:
            self.cells.address(row, "url")
        languages = tuple(self._languages(row))
        if kind is None or district_id is None or day is None or start is None or not place:
            return None
        return Meeting(
            meeting_id=row.cells["meeting_id"],
            kind=kind,
            district_id=district_id,
            date=day,
            start=start,
            end=end,
            place=place,
            address=row.cells["address"],
            url=row.cells["url"],
            languages=languages,
            beats=row.cells["beats"],
        )

    def _district(self, row: Row) -> str | None:
        return CITY if row.cells["district_id"].casefold() == CITY else self.cells.district(row, "district_id")

    def _day(self, row: Row) -> date | None:
        day = self.cells.day(row, "day", self._quarter.end)
        if day is not None and day < self._quarter.start:
            self.cells.refuse(row, "day", f"a date from {self._quarter.start} to {self._quarter.end}")
            return None
        return day

    def _time(self, row: Row, column: str) -> time | None:
        match = _TIME.fullmatch(row.cells[column])
        hour, half = (int(match["hour"]), (match["half"] or "").lower()) if match else (24, "")
        if match is None or hour > 23 or (half and not 1 <= hour <= 12):
            self.cells.refuse(row, column, "a time such as 18:30 or 6:30 PM")
            return None
        return time(hour % 12 + 12 * (half == "p") if half else hour, int(match["minute"]))

    def _languages(self, row: Row) -> Iterator[str]:
        for tag in re.split(r"[\s,;|]+", row.cells["languages"]):
            if tag and not (_TAG.fullmatch(tag) and tag.lower() in self._tags):
                self.cells.refuse(row, "languages", "tags of languages such as en es zh-Hans")
            elif tag:
                yield tag
