"""Sheets and pages as full as a council kit can meet them, of hand-made dossiers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from district_reports.model import Question, Status, Text
from district_reports.render.kit import KitPress
from district_reports.render.page import build_page
from district_reports.render.sheet import Sheet
from district_reports.render.view import Page
from district_reports.settings import find_asset
from tests.clearance_words import list_texts
from tests.unit.render.dossiers import TAGS, shipped
from tests.unit.render.guide_pages import make_register, make_sheet
from tests.unit.render.people_dossiers import (
    QUESTIONS,
    make_happening,
    make_heard,
    make_item,
    make_loop,
    sheet_of,
    tagged,
)

LONG = "We have said this at every meeting of the past year and nobody has ever told us what came of it. "

FULL_LOOP = make_loop(
    make_item(Status.STALLED, item_id="i-1", is_overdue=True),
    make_item(Status.DONE, item_id="i-2", has_ended=True, has_moved=True),
    make_item(Status.HEARD, item_id="i-3", is_new=True),
    make_item(Status.NOT_OURS, item_id="i-4"),
    about_report=(make_item(Status.UNDER_WAY, item_id="i-5", about="report"),),
)


def kit_sheet(place: str = "007", tag: str = "en", **changes: Any) -> Sheet:
    """Return a sheet with a loop, happenings, themes, a guide, meetings and questions; `changes` go before."""
    given: dict[str, Any] = {
        "register": make_register(questions=QUESTIONS),
        "loop": FULL_LOOP,
        "happened": (make_happening(1), make_happening(2)),
        "heard": make_heard(),
    }
    return make_sheet(place, tag, **(given | changes))


def bare_sheet(tag: str = "en", **changes: Any) -> Sheet:
    """Return a sheet of a dossier that has only what is counted."""
    return sheet_of(tag, **changes)


def long_sheet(place: str, tag: str) -> Sheet:
    """Return a sheet whose words of people are all far longer than anybody has room for."""
    words = Text(language="en", text=LONG * 6, translations=dict.fromkeys(TAGS[1:], LONG * 6))
    items = tuple(
        make_item(status, item_id=f"i-{number}", said=words, is_overdue=True, is_new=True, has_moved=True)
        for number, status in enumerate((Status.STALLED, Status.DONE_DISPUTED, Status.UNDER_WAY), start=1)
    )
    questions = tuple(
        Question(
            question_id=f"{question.part}-{copy}", part=question.part, words=tagged(LONG), options=question.options
        )
        for question in QUESTIONS
        for copy in range(3 if question.part != "response" else 1)
    )
    return kit_sheet(
        place,
        tag,
        loop=make_loop(*items, about_report=items[:2]),
        happened=tuple(make_happening(number, what=words) for number in (1, 2, 3)),
        register=make_register(questions=questions),
        is_sample=True,
        is_preview=True,
    )


def page_of(sheet: Sheet) -> Page:
    return build_page(sheet.dossier, sheet.words, sheet.settings)


@cache
def press(tag: str) -> KitPress:
    return KitPress(shipped().language(tag), template_dir=find_asset("templates", "print"))


def texts_of(value: Any) -> Iterator[str]:
    """Return every text in a record."""
    yield from list_texts(value.model_dump(mode="json"))
