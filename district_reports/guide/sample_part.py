"""Invented meetings, decisions and priorities, for a sample."""

from __future__ import annotations

from datetime import date, time, timedelta

from district_reports.guide.meetings import BEAT, COUNCIL
from district_reports.guide.records import PartFiles
from district_reports.model import CITY, Decided, Meeting, Priority, Text
from district_reports.periods import Quarter
from district_reports.settings import Settings

_MARK = "Sample"
"""Begins every invented text, so that none can be taken for a real one."""
_HALL = f"{_MARK}: community hall"
_EVENINGS = (time(18, 0), time(18, 30), time(19, 0))
_STATUSES = ("under_way", "reached", "not_begun", "missed")


def sample_taking_part(settings: Settings, quarter: Quarter, as_of: date) -> PartFiles:
    """Return invented meetings after the report's day, decisions of its quarter, and priorities, the same each time.

    The last of the districts has nothing, so that a sample shows what then stands there.
    """
    meetings, priorities = [*_of_city(quarter, as_of)], []
    for number, place in enumerate(settings.district_ids[:-1]):
        meetings += _of_district(place, number, quarter, as_of)
        priorities.append(_priority(settings, place, number, quarter))
    meetings.sort(key=lambda meeting: (meeting.date, meeting.start, meeting.meeting_id))
    return PartFiles(tuple(meetings), _decisions(settings, quarter, as_of), tuple(priorities))


def _of_district(place: str, number: int, quarter: Quarter, as_of: date) -> list[Meeting]:
    kinds = ((BEAT, 6), (COUNCIL, 13), ("dac", 27))
    made = []
    for order, (kind, days) in enumerate(kinds):
        start = _EVENINGS[(number + order) % len(_EVENINGS)]
        made.append(
            Meeting(
                meeting_id=f"sample-{quarter.shifted(1)}-{place}-{kind.replace('_', '-')}",
                kind=kind,
                district_id=place,
                date=as_of + timedelta(days=days + number % 5),
                start=start,
                end=start.replace(hour=start.hour + 1),
                place=_HALL,
                beats=f"{_MARK} 1, 2" if kind == BEAT else "",
            )
        )
    return made


def _of_city(quarter: Quarter, as_of: date) -> list[Meeting]:
    name = f"sample-{quarter.shifted(1)}-city"
    on = as_of + timedelta(days=20)
    place = f"{_MARK}: city library"
    return [
        Meeting(
            meeting_id=f"{name}-commission",
            kind="commission",
            district_id=CITY,
            date=on,
            start=time(18, 30),
            place=place,
        ),
        Meeting(
            meeting_id=f"{name}-cpap",
            kind="cpap",
            district_id=CITY,
            date=on + timedelta(days=9),
            start=time(17, 0),
            end=time(18, 30),
            place=place,
        ),
    ]


def _decisions(settings: Settings, quarter: Quarter, as_of: date) -> tuple[Decided, ...]:
    on = min(quarter.start + timedelta(days=40), as_of)
    return (
        Decided(
            decision_id=f"sample-{quarter}-1",
            what=_words(settings, "A new draft of the rules on how officers greet people on foot patrol."),
            who_decided=f"{_MARK}: the police department",
            on=on,
            comment_until=as_of + timedelta(days=30),
            url="https://example.org/sample-draft",
        ),
    )


def _priority(settings: Settings, place: str, number: int, quarter: Quarter) -> Priority:
    return Priority.model_validate(
        {
            "priority_id": f"sample-{place}-1",
            "district_id": place,
            "what": _words(settings, "More foot patrols near bus stops after school."),
            "measure": _words(settings, "Hours of foot patrol each week."),
            "target": _words(settings, "40 hours each week."),
            "due_on": quarter.shifted(1 if number % 2 else -1).end,
            "status": _STATUSES[number % len(_STATUSES)],
        }
    )


def _words(settings: Settings, text: str) -> Text:
    """Return invented words of a person who writes the first language of the city."""
    return Text(language=settings.languages[0].tag, text=f"{_MARK}: {text}")
