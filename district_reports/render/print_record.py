"""What the print template is handed: the parts of a page in the order of the paper, tables with what their widths need.

Belongs here: which part stands where on the paper, and what the paper leaves to the web page where it has no room. What
does not: how it looks (`templates/print`), and cleaning the texts (`pdf`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from district_reports.render.view import Page, Section

_PARTS: Final = ("loop", "guide", "notes", "method", "data", "closing")
"""Fields of a page that are one section each, or none, and have a place of their own in the template."""
_LINKS: Final = "district_links"
LEAVES: Final = (
    ("asked", "all"),
    ("heard-more", "all"),
    ("revisions", "tables"),
    ("arrests", "tables"),
    ("clearance", "tables"),
    ("heard-sessions", "tables"),
    ("heard-themes", "points"),
    ("outcomes", "entries"),
    ("communities", "all"),
    ("heard-formal", "tables"),
    ("heard-areas", "all"),
    ("complaints", "points"),
    ("requests", "tables"),
    ("outcomes", "tables"),
    ("trust", "all"),
    ("rates", "all"),
    ("court", "points"),
    ("heard-values", "points"),
    ("clearance", "all"),
    ("parts", "all"),
    ("requests", "all"),
    ("heard-formal", "points"),
    ("method", "all"),
    (_LINKS, "all"),
    ("hours", "all"),
    ("revisions", "points"),
    ("heard-formal", "all"),
    ("court", "all"),
    ("heard-themes", "tables"),
)
"""What the paper leaves to the web page where the report would be too long: parts, all of them or something of them;
the first one first, and before them all the tables of the charts."""
_NUMBER = re.compile(r"[\W_]*(\d[\d\W]*)?")
"""A cell without letters: a number with its signs, a dash for none, or nothing."""
_LONGEST_PIECE: Final = 700
"""Letters of someone's own words that stay together: columns are cut between paragraphs, long ones at a sentence."""
_SENTENCE = re.compile(
    rf".{{1,{_LONGEST_PIECE}}}?(?:[.!?؟][\"'”’»)]*(?:\s+|$)|[。！？][”’」）]*|$)"
    rf"|.{{1,{_LONGEST_PIECE}}}(?:\s|$)|.{{1,{_LONGEST_PIECE}}}"
)
"""A sentence; of one that is too long, as many words as there is room for, or letters."""
_BETWEEN_WORDS = re.compile("[\\s\u200b]+|(?<=–)")
"""Where a line may break; after a dash too."""


def make_record(page: Page) -> dict[str, Any]:
    """Return the page as the template reads it: charts are drawn already, tables know their columns of numbers."""
    placed = {"sections", "more", "arrests", "review", "happened", "heard", "take_part", "limits"}
    record = page.model_dump(mode="json", exclude=set(_PARTS) | placed)
    for name in _PARTS:
        section = getattr(page, name)
        record[name] = None if section is None else _section_record(section)
    # Tall pictures last: what goes before them would leave no room at the foot of a page.
    pictures = sorted(
        page.pictures, key=lambda section: any(figure.chart.kind == "pairs" for figure in section.figures)
    )
    told = (page.review, page.happened, page.heard, *pictures, *page.further, page.take_part, page.limits)
    record["trends"] = [_section_record(section) for section in page.trends]
    record["after_front"] = [_section_record(section) for section in told if section is not None]
    record["charted"] = [_table_record(figure.table.model_dump(mode="json")) for figure in page.figures]
    record["leaves"] = [page.labels.tables_heading if page.figures else "", *_names_of_leaves(page)]
    record["links_rank"] = 2 + [name for name, _ in LEAVES].index(_LINKS)
    return record


def _names_of_leaves(page: Page) -> list[str]:
    """Return the part of each thing that may be left to the web page; empty where the page has none."""
    sections = {section.section_id: section for part in page.parts for section in (part, *part.parts)}
    names = {section_id: section.question for section_id, section in sections.items()}
    if len(page.district_links) > 1:
        names[_LINKS] = page.district_links_heading
    return [names.get(section_id, "") for section_id, _ in LEAVES]


def _section_record(section: Section) -> dict[str, Any]:
    record = section.model_dump(mode="json", exclude={"parts": True, "figures": {"__all__": {"chart", "table"}}})
    record["tables"] = [_table_record(table) for table in record["tables"]]
    record["quotes"] = [piece for quote in record["quotes"] for piece in _quote_pieces(quote)]
    record["parts"] = [_section_record(part) for part in section.parts]
    ranks = enumerate(LEAVES, start=2)
    record["leave"] = {what: rank for rank, (section_id, what) in ranks if section_id == section.section_id}
    return record


def _quote_pieces(quote: dict[str, Any]) -> list[dict[str, Any]]:
    """Return someone's own words as pieces that can go on in the next column; the last one says whose they are."""
    texts = [text for line in quote["said"]["text"].split("\n") for text in _cut(line)]
    return [
        {
            "said": quote["said"] | {"text": text},
            "by": quote["by"] if number == len(texts) else "",
            "is_next": number > 1,
        }
        for number, text in enumerate(texts, start=1)
    ]


def _cut(line: str) -> list[str]:
    """Return a paragraph in parts of whole sentences, none longer than need be."""
    parts = [""]
    for sentence in _SENTENCE.findall(line) if len(line) > _LONGEST_PIECE else [line]:
        if parts[-1] and len(parts[-1]) + len(sentence) > _LONGEST_PIECE:
            parts.append("")
        parts[-1] += sentence
    return [part.rstrip() for part in parts]


def _table_record(table: dict[str, Any]) -> dict[str, Any]:
    rows = (table["head"], *table["rows"])
    return table | {
        "columns": describe_columns(table["head"], table["rows"]),
        "lengths": [[len(cell) for cell in row] for row in rows],
        "has_breaks": any("\n" in cell for row in rows for cell in row),
    }


def find_numeric_columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[bool]:
    """Return for each column whether it holds numbers; the first, which names the rows, never does."""
    return [
        column > 0 and any(row[column] for row in rows) and all(_NUMBER.fullmatch(row[column]) for row in rows)
        for column in range(len(head))
    ]


def describe_columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Return what the widths of a table's columns follow from, counted here because Typst counts slowly.

    For each column: whether it holds numbers, its cells as lines, and how many letters its longest cell, the longest
    word of its head and the longest of all its words have.
    """
    described = []
    for column, is_numeric in enumerate(find_numeric_columns(head, rows)):
        cells = [row[column] for row in rows]
        head_word = max(map(len, _words(head[column])), default=0)
        word = max((len(word) for cell in cells for word in _words(cell)), default=0)
        described.append(
            {
                "is_number": is_numeric,
                "cells": "\n".join(cells),
                "most": max(map(len, cells), default=0),
                "head_word": head_word,
                "word": max(word, head_word),
            }
        )
    return described


def _words(text: str) -> list[str]:
    return _BETWEEN_WORDS.split(text)
