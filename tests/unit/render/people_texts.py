"""Every text of a section, to look for words in."""

from __future__ import annotations

from collections.abc import Iterator

from district_reports.render.view import Card, Section


def texts_of_card(card: Card) -> str:
    lines = (f"{line.label} {line.said.text}" for line in card.lines)
    return " \n".join((card.status, *card.flags, card.title.text, *lines))


def list_texts(section: Section) -> Iterator[str]:
    """Return the texts of a section and of its smaller parts."""
    yield from (section.question, section.answer, *section.notices, *section.points)
    for table in section.tables:
        yield from (table.caption, *table.head, *(cell for row in table.rows for cell in row), table.note)
    yield from (texts_of_card(card) for card in section.cards)
    yield from (f"{quote.said.text} {quote.by}" for quote in section.quotes)
    for part in section.parts:
        yield from list_texts(part)


def whole_text(section: Section) -> str:
    return " \n".join(list_texts(section))


def part_of(section: Section, section_id: str) -> Section:
    """Return a smaller part by its id."""
    found = [part for part in section.parts if part.section_id == section_id]
    assert len(found) == 1, [part.section_id for part in section.parts]
    return found[0]


def ids_of(section: Section) -> list[str]:
    return [part.section_id for part in section.parts]


def line_of(card: Card, label: str) -> str:
    found = [line.said.text for line in card.lines if line.label == label]
    assert len(found) == 1, [line.label for line in card.lines]
    return found[0]


def found(section: Section | None) -> Section:
    assert section is not None
    return section
