"""Items of a toy city, as tests need them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from district_reports.feedback.rules import Rules
from district_reports.model import Commitment, FeedbackItem, Reply, Status, Step, Text

START = date(2026, 1, 1)
TODAY = date(2026, 6, 30)

RULES = Rules(
    district_ids=("N", "S", "XY"),
    languages=("en", "es", "zh-Hans", "ar"),
    theme_codes=("visibility", "respect", "better_policing"),
    metric_ids=("incidents_robbery", "incidents_all"),
    confirm_days=90,
    today=TODAY,
)


def words(text: str, language: str = "en", **translations: str) -> Text:
    return Text(language=language, text=text, translations=translations)


def day(number: int) -> date:
    return START + timedelta(days=number)


def step(number: int, status: Status, **more: Any) -> Step:
    """A step that has all that its status needs."""
    needed: dict[str, Any] = {}
    if status in (Status.NOT_OURS, Status.WILL_NOT_DO):
        needed["reason"] = words("The streets department answers for it")
    if status is Status.STALLED:
        needed["obstacle"] = words("No officer speaks the language")
    if status is Status.DONE:
        needed["evidence"] = "https://example.org/notes/1"
    return Step(on=day(number), status=status, **{**needed, **more})


def commitment(**more: Any) -> Commitment:
    given: dict[str, Any] = {
        "what": words("Walk the beat near the school"),
        "target": words("Two patrols each week"),
        "measure_id": "incidents_robbery",
        "owner": "commander",
        "due_on": day(60),
    }
    return Commitment(**{**given, **more})


def reply(number: int, kind: str = "confirm", **more: Any) -> Reply:
    given: dict[str, Any] = {"on": day(number), "kind": kind, "people": 3, "channel": "beat_meeting"}
    return Reply(**{**given, **more})


def item(*later: Step, replies: tuple[Reply, ...] = (), **more: Any) -> FeedbackItem:
    """An item heard on day 0; with a commitment if a later step needs one."""
    needing = any(s.status in (Status.AGREED, Status.UNDER_WAY, Status.DONE) for s in later)
    given: dict[str, Any] = {
        "item_id": "A-1",
        "district_id": "N",
        "theme_codes": ("visibility",),
        "said": words("More officers on foot near the school", es="Más policías a pie cerca de la escuela"),
        "heard_on": START,
        "heard_in": ("S-2026-01",),
        "commitment": commitment() if needing else None,
        "steps": (step(0, Status.HEARD), *later),
        "replies": replies,
    }
    return FeedbackItem(**{**given, **more})
