"""Hand-made loops, happenings, themes and questions, and dossiers that hold them."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from district_reports.model import (
    AreaTotal,
    Commitment,
    FeedbackItem,
    FormalBody,
    Happening,
    Heard,
    HeardTheme,
    Loop,
    LoopItem,
    Meeting,
    Question,
    RegisterFigure,
    RegisterSession,
    Status,
    Step,
    TakingPart,
    Text,
    Theme,
)
from district_reports.render.sheet import Sheet
from tests.unit.render.dossiers import all_words, make_dossier, shipped

TAGS = ("en", "es", "zh-Hans", "ar")
UNTIL = date(2026, 9, 30)
HEARD_ON = date(2026, 4, 2)
SINCE = date(2026, 8, 15)
ADDRESS = "https://example.org/log"


def text(words: str, **translations: str) -> Text:
    return Text(language="en", text=words, translations=translations)


def in_all(words: str) -> Text:
    """Return words that stand in every language, so that no page has to say whose they are."""
    return text(words, **{tag: f"{tag} {words}" for tag in TAGS[1:]})


def tagged(words: str) -> dict[str, str]:
    return {tag: f"{tag} {words}" for tag in TAGS}


COMMITMENT = Commitment(
    what=in_all("WHAT"),
    target=in_all("TARGET"),
    measure_id="incidents_robbery",
    owner="commander",
    due_on=date(2026, 12, 1),
)
STEP_WORDS = {
    Status.NOT_OURS: {"reason": in_all("REASON")},
    Status.WILL_NOT_DO: {"reason": in_all("REASON")},
    Status.STALLED: {"obstacle": in_all("OBSTACLE")},
}


def make_item(status: Status = Status.UNDER_WAY, *, item_id: str = "i-1", **changes: Any) -> LoopItem:
    """Return an item of that status, in which each kind of word stands in capitals.

    Args:
        status: Where it stands.
        item_id: Its id.
        changes: Other fields of the loop's item, or of the item itself.
    """
    last: dict[str, Any] = {"by_police": in_all("POLICE"), "by_community": in_all("COMMUNITY")}
    last |= {"next_step": in_all("NEXT"), "evidence": ADDRESS}
    steps = [Step(on=HEARD_ON, status=Status.HEARD)]
    if status is not Status.HEARD:
        steps.append(Step(on=SINCE, status=status, **{**last, **STEP_WORDS.get(status, {})}))
    own = {key: changes.pop(key) for key in tuple(changes) if key in FeedbackItem.model_fields}
    item: dict[str, Any] = {
        "item_id": item_id,
        "district_id": "007",
        "theme_codes": ("visibility",),
        "said": in_all("SAID"),
        "heard_on": HEARD_ON,
        "heard_in": ("beat_meeting",),
        "commitment": None if status in (Status.HEARD, Status.UNDER_REVIEW) else COMMITMENT,
        "steps": tuple(steps),
    }
    fields: dict[str, Any] = {
        "item": FeedbackItem(**(item | own)),
        "status": status,
        "since": steps[-1].on,
        "before": Status.HEARD,
        "is_new": False,
        "has_moved": False,
        "has_ended": False,
        "is_overdue": False,
        "window_ends": date(2026, 11, 13) if status is Status.DONE else None,
        "confirmed": 0,
        "disputed": 0,
    }
    return LoopItem(**(fields | changes))


def make_loop(*items: LoopItem, **changes: Any) -> Loop:
    fields: dict[str, Any] = {
        "until": UNTIL,
        "began_on": HEARD_ON if items else None,
        "items": items,
        "confirm_days": 90,
        "floor": 5,
    }
    return Loop(**(fields | changes))


def make_happening(number: int = 1, **changes: Any) -> Happening:
    fields: dict[str, Any] = {
        "happening_id": f"h-{number}",
        "district_id": "007",
        "on": date(2026, 7, number),
        "kind": "tried",
        "by": "both",
        "what": in_all(f"WHAT{number}"),
        "result": "partly",
        "outcome": in_all(f"OUTCOME{number}"),
    }
    return Happening(**(fields | changes))


def make_theme(code: str, **changes: Any) -> Theme:
    fields: dict[str, Any] = {
        "code": code,
        "part": "policing",
        "kind": "wish",
        "speaker": "residents",
        "strength": "many",
        "strength_printed": "许多",
        "source_file": "000",
        "source_heading": "heading",
        "names": tagged(f"NAME-{code}"),
        "definitions": tagged(f"MEANING-{code}"),
        "is_main": True,
    }
    return Theme(**(fields | changes))


def sides(*words: str) -> tuple[dict[str, str], ...]:
    return tuple(tagged(each) for each in words)


HEAD = make_theme("head", part="head", kind="mixed", strength="overwhelming", sides=sides("MOST-BETTER", "SOME-MORE"))
THEMES = (
    HEAD,
    make_theme("visibility", strength="repeated"),
    make_theme("fear", part="safety", kind="concern", strength="", measure_id="incidents_robbery", section_id="fears"),
    make_theme("trust", part="values", kind="value"),
    make_theme("presence", part="safety", kind="mixed", sides=sides("HELPS", "HARMS", "LATE")),
    make_theme("follow_up", part="formal", kind="wish", speaker="formal_bodies"),
)


def told_theme(code: str, **changes: Any) -> HeardTheme:
    """Return a theme of the register, or one that came in since where its sessions are given."""
    quarters = ("2026Q2", "2026Q3") if "sessions" in changes or "level" in changes else ("2024Q4", "2025Q1")
    fields: dict[str, Any] = {"code": code, "level": "city", "sessions": None, "sources": None, "people": None}
    fields |= {"first_quarter": quarters[0], "last_quarter": quarters[1]}
    return HeardTheme(**(fields | changes))


def make_session(number: int, **changes: Any) -> RegisterSession:
    fields: dict[str, Any] = {
        "session_id": f"s-{number}",
        "date": date(2024, 11, number),
        "start": time(9),
        "end": time(11),
        "host": f"HOST-{number}",
        "place": f"HALL-{number}",
        "address": "1 Street",
        "open": number % 2 == 0,
        "district_id": "012",
        "community_area": "Lower West Side",
        "area": "west",
        "doubts": "",
    }
    return RegisterSession(**(fields | changes))


FIGURES = (
    RegisterFigure(figure_id="people_all", value=777, unit="people", base=None),
    RegisterFigure(figure_id="sessions_open", value=16, unit="sessions", base=29, base_unit="sessions"),
    RegisterFigure(figure_id="group_limited_english", value=5, unit="sessions", base=26, is_at_least=True),
    RegisterFigure(figure_id="survey_youth", value=6.1, unit="percent", base=246, base_unit="answers"),
    RegisterFigure(figure_id="survey_victims", value=20, unit="percent", base=246, is_about=True),
)
TOTALS = (
    AreaTotal(area="north", sessions=1, open_sessions=1, printed=0),
    AreaTotal(area="west", sessions=9, open_sessions=3, printed=9),
    AreaTotal(area="city_wide", sessions=2, open_sessions=2, printed=0),
)
BODIES = (
    FormalBody(body_id="dac_chairs", people=15, days=(date(2024, 8, 8),), how=("video",)),
    FormalBody(
        body_id="district_councillors",
        people=15,
        days=(date(2024, 12, 16), date(2024, 12, 19)),
        how=("focus_group", "written"),
        district_ids=("007",),
    ),
)


def make_heard(**changes: Any) -> Heard:
    fields: dict[str, Any] = {
        "themes": THEMES,
        "told": tuple(told_theme(theme.code) for theme in THEMES),
        "sessions_here": (),
        "has_councillor_here": False,
        "totals": TOTALS,
        "figures": FIGURES,
        "bodies": BODIES,
        "new_sessions": 0,
        "new_sources": 0,
        "new_people": None,
        "groups_heard": (),
        "groups_level": "city",
        "quotes": (),
        "quotes_level": "city",
        "floor": 5,
    }
    return Heard(**(fields | changes))


QUESTIONS = tuple(
    Question(question_id=f"{part}-1", part=part, words=tagged(f"ASK-{part}"))
    for part in ("safety", "policing", "closing", "report")
) + (
    Question(
        question_id="response-1",
        part="response",
        words=tagged("ASK-response"),
        options=(tagged("POLICE-ONLY"), tagged("OTHERS-ONLY"), tagged("BOTH")),
    ),
)
MEETING = Meeting(
    meeting_id="m-1", kind="beat", district_id="007", date=date(2026, 11, 3), start=time(18), place="LIBRARY"
)


def taking_part(**changes: Any) -> TakingPart:
    return TakingPart(**({"questions": QUESTIONS} | changes))


def sheet_of(tag: str = "en", *, place: str = "007", **changes: Any) -> Sheet:
    """Return the sheet of a dossier with these fields."""
    return Sheet(make_dossier(place=place, **changes), all_words()[tag], shipped())
