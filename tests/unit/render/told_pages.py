"""What people said and what came of it, whom to call, and where to take part, as full as a real report has them.

The sentences stand in `told_words.json`; nothing here is computed by the product.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

from district_reports.render.view import Card, CardLine, ContactLine, Link, Mark, Page, Quote, Said, Section, Table

WORDS: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("told_words.json").read_text(encoding="utf-8"))
MARKS: tuple[Mark, ...] = tuple(mark for mark in get_args(Mark) if mark)
WORST_FIRST: tuple[Mark, ...] = (
    "stalled",
    "done_disputed",
    "under_way",
    "agreed",
    "under_review",
    "heard",
    "not_ours",
    "will_not_do",
    "done",
)
FOREIGN = {"en": "zh-Hans", "es": "en", "zh-Hans": "en", "ar": "en"}
"""Of the words that have no translation."""
NUMBERS = ("988", "312-555-0142", "855-555-0111")


def add_told(page: Page, *, cards: int = 8) -> Page:
    """Return the page with all parts that tell what people said, and where they can turn to."""
    w = WORDS[page.language]
    parts = {
        "loop": make_loop(page.language, cards=cards),
        "happened": _happened(w["happened"]),
        "heard": _heard(w["heard"], FOREIGN[page.language]),
        "guide": _guide(w["guide"]),
        "take_part": _take_part(w["take_part"]),
        "closing": _closing(w["closing"]),
    }
    return page.model_copy(update=parts)


def make_loop(language_tag: str, *, cards: int) -> Section:
    """Return the feedback loop with so many items, the worst first: two past their date."""
    w = WORDS[language_tag]["loop"]
    shown = tuple(_card(w, index, WORST_FIRST[index % len(WORST_FIRST)]) for index in range(cards))
    return Section(section_id="loop", question=w["q"], answer=w["a"], notices=(w["notice"],), cards=shown)


def _card(w: dict[str, Any], index: int, mark: Mark) -> Card:
    wanted = (0, 1, 2, 5) if index % 2 else (0, 1, 2, 3, 4, 5)
    return Card(
        card_id=f"item-{index}",
        mark=mark,
        status=w["statuses"][mark],
        flags=(w["flags"][0],) if index < 2 else ((w["flags"][1 + index % 2],) if index < 5 else ()),
        is_urgent=index < 2,
        title=Said(text=w["said"][index % len(w["said"])]),
        lines=tuple(CardLine(label=w["labels"][line], said=Said(text=w["lines"][line])) for line in wanted),
    )


def _happened(w: dict[str, Any]) -> Section:
    cards = tuple(
        Card(
            card_id=f"happened-{index}",
            mark="",
            status=w["words"][index],
            title=Said(text=title),
            lines=tuple(
                CardLine(label=label, said=Said(text=line)) for label, line in zip(w["labels"], w["lines"], strict=True)
            ),
        )
        for index, title in enumerate(w["titles"])
    )
    return Section(section_id="happened", question=w["q"], answer=w["a"], cards=cards)


def _heard(w: dict[str, Any], foreign: str) -> Section:
    rows = tuple((w["themes"][index % 6], w["meaning"], w["beside"][index % 3]) for index in range(13))
    sessions = Table(caption=w["session_caption"], head=tuple(w["session_head"]), rows=_rows(w["session_rows"] * 3))
    quotes = (
        *(Quote(said=Said(text=text), by=w["by"]) for text in w["quotes"]),
        Quote(said=Said(text=w["foreign"], lang=foreign), by=w["by"]),
    )
    return Section(
        section_id="heard",
        question=w["q"],
        answer=w["a"],
        notices=(w["notice"],),
        tables=(Table(caption=w["caption"], head=tuple(w["head"]), rows=rows, note=w["note"]),),
        points=tuple(w["points"]),
        quotes=quotes,
        parts=(
            Section(section_id="heard-here", question=w["parts"][0], answer="", tables=(sessions,)),
            Section(section_id="heard-formal", question=w["parts"][1], answer=w["part_answer"], points=w["points"][1:]),
        ),
    )


def _guide(w: dict[str, Any]) -> Section:
    rows = tuple((call, w["first"][min(index, 2)], w["views"]) for index, call in enumerate(w["calls"]))
    parts = tuple(
        Section(section_id=f"services-{index}", question=question, answer="", contacts=_services(w, index))
        for index, question in enumerate(w["parts"])
    )
    table = Table(caption=w["caption"], head=tuple(w["head"]), rows=rows)
    return Section(section_id="guide", question=w["q"], answer=w["a"], tables=(table,), parts=parts)


def _services(w: dict[str, Any], part: int) -> tuple[ContactLine, ...]:
    return tuple(
        ContactLine(
            label=w["names"][index],
            number=NUMBERS[index],
            url="https://www.example.org/help" if index != 1 else "",
            detail=w["details"][index % 2],
            remark=w["remark"] if index else "",
        )
        for index in range(3 if part % 2 else 2)
    )


def _take_part(w: dict[str, Any]) -> Section:
    tables = (
        Table(caption=w["caption"], head=tuple(w["head"]), rows=_rows(w["rows"]), note=w["note"]),
        Table(caption=w["caption2"], head=tuple(w["head2"]), rows=_rows(w["rows2"])),
    )
    part = Section(section_id="decisions", question=w["part"], answer=w["part_answer"])
    links = (Link(text=w["link"], href="meetings.ics"),)
    return Section(section_id="take-part", question=w["q"], answer=w["a"], tables=tables, parts=(part,), links=links)


def _closing(w: dict[str, Any]) -> Section:
    part = Section(section_id="report-questions", question=w["part"], answer="", points=tuple(w["part_points"]))
    return Section(section_id="closing", question=w["q"], answer=w["a"], points=tuple(w["points"]), parts=(part,))


def _rows(rows: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row) for row in rows)
