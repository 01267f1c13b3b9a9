"""What one intake sheet gives: a session, what happened, answers on the report, and every row that is wrong.

What belongs here: records of a sheet as it was read. What does not: reading (`intake`), storing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from district_reports.errors import Problem
from district_reports.model import Happening, IntakeSession, Record, Text

Wordings = Mapping[str, Callable[[str], str]]
"""Tag of a language -> its catalogue: a key such as `intake.fact.on` into words. The first is the first language."""


class ReportAnswer(Record):
    """An answer to one of the questions on the report itself."""

    question_id: str
    said: Text


@dataclass(frozen=True)
class RowProblem:
    """What is wrong at one place of a sheet, in words for the person who filled it."""

    part: str
    """Id of the part, such as `answers`; `session` for a fact; empty: the file."""
    row: int
    """As a spreadsheet shows it; 0: the part as a whole."""
    where: str
    expected: str
    got: str
    hint: str = ""
    field_id: str = ""
    """Fact or column."""

    def __str__(self) -> str:
        return str(self.problem)

    @property
    def problem(self) -> Problem:
        """The same as every reader of files tells it."""
        return Problem(self.where, self.expected, f"{self.got}; {self.hint}" if self.hint else self.got)


@dataclass(frozen=True)
class RejectedRow:
    """A row that was not taken, as it was written."""

    part: str
    cells: Mapping[str, str]
    """Column -> text."""
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Intake:
    """One file, read: what is right, and what is wrong."""

    language: str
    """Tag of the language that the sheet speaks."""
    session: IntakeSession | None
    """None where the sheet tells of no session, or its facts are wrong."""
    is_rest: bool = False
    """Whether the sheet is the mended rest of a session that was taken before: its rows are added to it."""
    happenings: tuple[Happening, ...] = ()
    report_answers: tuple[ReportAnswer, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    """All of them, in the order of the sheet; none: everything was read."""
    remarks: tuple[str, ...] = ()
    """What was read in one of two ways, or left aside: to be told, no error."""
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Facts of the session as they were written; what a file of rejected rows repeats."""
    rejected: tuple[RejectedRow, ...] = ()
