"""Cells of a spreadsheet into values of the feedback loop, with every problem kept for one message.

What belongs here: what one cell may say. What does not: which rows belong together.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from district_reports.errors import Problem
from district_reports.feedback.exchange_layout import TAGGED
from district_reports.model import CITY, Text
from district_reports.place_ids import PlaceRule, find_district

_RISKY = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What a spreadsheet may run, with the marks that stop it; wide forms too, which some take for the plain ones."""
_FIRST = frozenset("'=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_ITEM_ID = re.compile(r"[A-Za-z0-9-]{1,40}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COUNT = re.compile(r"[0-9]{1,9}")


def guard(text: str) -> str:
    """Return a text that no spreadsheet runs: an apostrophe stands before one that would be."""
    # Asked of each cell of a file: most begin with another character.
    return f"'{text}" if text[:1] in _FIRST and _RISKY.match(text) else text


def unguard(text: str) -> str:
    """Return a text as it was before `guard`."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text


@dataclass(frozen=True)
class Vocabulary:
    """What the cells of a file may name."""

    places: PlaceRule
    languages: Sequence[str]
    theme_codes: Collection[str] | None
    """None: not looked at."""


class Problems:
    """Everything that is wrong with a file, found in any order and told in that of its rows."""

    def __init__(self) -> None:
        self._found: list[tuple[int, Problem]] = []

    def add(self, order: int, problem: Problem) -> None:
        """Keep a problem of a row, which is counted from the file's start."""
        self._found.append((order, problem))

    def told(self) -> list[Problem]:
        """Return them in the order of the rows."""
        return [problem for _, problem in sorted(self._found, key=lambda each: each[0])]


@dataclass(slots=True)
class Placed:
    """One row of a file; there are a hundred thousand of them."""

    kind: str
    """As it stands in the file."""
    sheet: str
    """Empty in a CSV."""
    number: int
    """As a spreadsheet shows it."""
    order: int
    """Among the rows of the whole file."""
    cells: dict[str, str]
    """By column; empty ones are left out."""
    is_too_long: bool = False
    """Whether something stands to the right of the last column."""

    @property
    def where(self) -> str:
        """Sheet and row, such as `history, row 3`."""
        return f"{self.sheet}, row {self.number}" if self.sheet else f"row {self.number}"


class RowReader:
    """Reads the cells of one row; a cell that is wrong is None, and its problem is kept."""

    __slots__ = ("cells", "is_wrong", "placed", "problems", "vocabulary")

    def __init__(self, placed: Placed, vocabulary: Vocabulary, problems: Problems) -> None:
        self.placed = placed
        self.cells = placed.cells
        self.vocabulary = vocabulary
        self.problems = problems
        self.is_wrong = False

    def code(self, column: str) -> str:
        """Return a cell that is no text of people, without spaces around it."""
        return self.cells.get(column, "").strip()

    def refuse(self, column: str, expected: str, got: str | None = None) -> None:
        """Keep a problem of one cell; what stands there is told when `got` is not given."""
        shown = f"{self.cells.get(column, '')!r:.60}" if got is None else got
        self.keep(Problem(f"{self.placed.where}, {column}", expected, "nothing" if shown == "''" else shown))

    def keep(self, problem: Problem) -> None:
        """Keep a problem of the row."""
        self.is_wrong = True
        self.problems.add(self.placed.order, problem)

    def item_id(self) -> str:
        """Return the item's id."""
        found = self.code("item_id")
        if not _ITEM_ID.fullmatch(found):
            self.refuse("item_id", "1 to 40 letters, digits and hyphens")
        return found

    def choice(self, column: str, allowed: Sequence[str]) -> str | None:
        """Return one of the allowed words."""
        return self._pick(column, self.code(column), allowed)

    def _pick(self, column: str, found: str, allowed: Sequence[str]) -> str | None:
        if found in allowed:
            # The vocabulary's own: a file would hold it once for each row.
            return allowed[allowed.index(found)]
        near = difflib.get_close_matches(found.lower().replace(" ", "_"), allowed, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        few = allowed if len(allowed) <= 40 else (*allowed[:40], "…")
        self.refuse(column, f"one of {', '.join(few)}", f"{found!r:.60}{hint}" if found else None)
        return None

    def day(self, column: str) -> date | None:
        """Return a day."""
        found = self.code(column)
        try:
            if _DATE.fullmatch(found):
                return date.fromisoformat(found)
        except ValueError:
            pass
        self.refuse(column, "a date such as 2026-10-05")
        return None

    def count(self, column: str, what: str = "a whole number from 1 on") -> int | None:
        """Return a whole number from 1 on."""
        found = self.code(column)
        if _COUNT.fullmatch(found) and int(found):
            return int(found)
        self.refuse(column, what)
        return None

    def place(self, column: str) -> str | None:
        """Return a district's id, or `city`."""
        found = self.code(column)
        if found.lower() == CITY:
            return CITY
        district_id = find_district(found, "one", self.vocabulary.places)
        return district_id or self._pick(column, found, (*self.vocabulary.places.district_ids, CITY))

    def codes(self, column: str) -> tuple[str, ...]:
        """Return the codes of a cell, with semicolons or commas between them."""
        return tuple(code for part in re.split(r"[;,\n]", self.cells.get(column, "")) if (code := part.strip()))

    def themes(self, column: str) -> tuple[str, ...]:
        """Return codes of the register's themes."""
        found, known = self.codes(column), self.vocabulary.theme_codes
        if known is not None:
            for code in found:
                self._pick(column, code, sorted(known))
        return found

    def language(self, column: str) -> str | None:
        """Return the tag of a language."""
        return self._pick(column, self.code(column), self.vocabulary.languages)

    def text(self, column: str) -> Text | None:
        """Return people's words in the row's language, or in that which stands before them; None where there are none.

        They stay as they stand, with every space and line break.
        """
        found = self.cells.get(column, "")
        if not found.strip():
            return None
        marked = TAGGED.match(found)
        if marked is None:
            language = self.language("language")
            # An empty default would be copied for each text.
            return None if language is None else Text(language=language, text=found, translations={}, reviewed_by={})
        if marked[1] not in self.vocabulary.languages:
            tags = ", ".join(self.vocabulary.languages)
            got = f"[{marked[1]}]; if it belongs to the text, put the language before it: [en] [{marked[1]}]"
            self.refuse(column, f"a language in brackets, one of {tags}", got)
            return None
        return Text(language=marked[1], text=found[marked.end() :])

    def text_needed(self, column: str) -> Text | None:
        """Return people's words, which must be there."""
        if not self.cells.get(column, "").strip():
            self.refuse(column, "some words")
            return None
        return self.text(column)
