"""Whom to call and where to take part, for one place: the services and meetings that its report may print."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from district_reports.guide.checks import Check
from district_reports.guide.choose import choose_calls, choose_entries
from district_reports.metrics.measures import CITY
from district_reports.model import Decided, Guide, Meeting, Priority, Register, TakingPart
from district_reports.periods import Quarter
from district_reports.settings import Settings

ON_REPORT = "report"
"""Part of the sheet of questions that asks about this report itself."""


def build_guide(
    settings: Settings,
    place: str,
    as_of: date,
    checks: Iterable[Check],
    is_frozen: bool,
    register: Register | None = None,
) -> Guide:
    """Return the guide of one place.

    Args:
        settings: The city's services.
        place: A district's id, or `city`.
        as_of: The report's day, from which checks expire.
        checks: From `list_checks`; of a sample from `draw_checks`.
        is_frozen: Whether the report is final: what nobody has checked in time is then left out.
        register: What people said in the beginning: its themes on who should respond stand beside the calls.
    """
    entries, left_out = choose_entries(settings, place, as_of, checks, is_frozen=is_frozen)
    calls = choose_calls(settings, entries)
    codes = tuple(dict.fromkeys(call.theme_code for call in calls))
    themes = {theme.code: theme for theme in register.themes} if register else {}
    said = tuple(themes[code] for code in codes if code in themes)
    return Guide(calls=calls, entries=entries, left_out=left_out, is_frozen=is_frozen, said=said)


def build_taking_part(
    register: Register | None,
    meetings: Iterable[Meeting],
    decisions: Iterable[Decided],
    priorities: Iterable[Priority],
    settings: Settings,
    place: str,
    quarter: Quarter,
) -> TakingPart:
    """Return where residents of one place can take part, what was decided, and what was promised.

    Args:
        register: What people said in the beginning; None where the city has none.
        meetings: Still to come, of all places.
        decisions: Of the report's quarter, of all places.
        priorities: Of all districts.
        settings: The city.
        place: A district's id, or `city`, which has the meetings and promises of the whole city alone.
        quarter: The report's.
    """
    is_district = place in settings.district_ids
    here = (place, CITY) if is_district else (CITY,)
    questions = register.questions if register else ()
    return TakingPart(
        # Those of the quarter itself are over; a file of another quarter never holds one of them.
        meetings=tuple(meeting for meeting in meetings if meeting.district_id in here and meeting.date > quarter.end),
        decisions=tuple(
            decided
            for decided in decisions
            if not is_district or not decided.district_ids or place in decided.district_ids
        ),
        priorities=tuple(priority for priority in priorities if priority.district_id == place),
        promises=register.promises if register else (),
        conditions=register.conditions if register and not is_district else (),
        questions=tuple(sorted(questions, key=lambda question: question.part == ON_REPORT)),
    )
