"""Cells of a spreadsheet into values of the feedback loop, with every problem kept for one message.

What belongs here: what one cell may say. What does not: which rows belong together.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from district_reports.errors import Problem
from district_reports.feedback.exchange_layout import LISTED, TAGGED
from district_reports.model import Text
from district_reports.place_ids import PlaceRule, find_district

CITY = "city"
"""Stands for the whole city in the column of the district."""

_RISKY = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What a spreadsheet may run, with the marks that stop it; wide forms too, which some take for the plain ones."""
_ITEM_ID = re.compile(r"[A-Za-z0-9-]{1,40}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COUNT = re.compile(r"[0-9]{1,9}")


def guard(text: str) -> str:
    """Return a text that no spreadsheet runs: an apostrophe stands before one that would be."""
    return f"'{text}" if _RISKY.match(text) else text


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


@dataclass
class RowReader:
    """Reads the cells of one row; a cell that is wrong is None, and its problem is kept."""

    where: str
    """Sheet and row, such as `history, row 3`."""
    cells: dict[str, str]
    vocabulary: Vocabulary
    problems: list[Problem] = field(default_factory=list)

    def code(self, column: str) -> str:
        """Return a cell that is no text of people, without spaces around it."""
        return self.cells.get(column, "").strip()

    def refuse(self, column: str, expected: str, got: str | None = None) -> None:
        """Keep a problem of one cell; what stands there is told when `got` is not given."""
        shown = f"{self.cells.get(column, '')!r:.60}" if got is None else got
        self.problems.append(Problem(f"{self.where}, {column}", expected, "nothing" if shown == "''" else shown))

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
            return found
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
            return None if language is None else Text(language=language, text=found)
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


def join_codes(codes: Sequence[str]) -> str:
    """Return codes as one cell."""
    return LISTED.join(codes)
