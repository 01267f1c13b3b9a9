"""Forms as people fill them in: what is wrong with one, at which field, and how its page tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from district_reports.desk.wording import Wording
from district_reports.errors import DistrictReportsError, Told


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong with a form."""

    field: str
    """Id of the field that it is about."""
    text: str
    is_foreign: bool = False
    """Whether it is told in the program's own language, English, and not in the reader's."""


def tell_wrongs(
    wording: Wording, error: DistrictReportsError, fields: Mapping[str, str], otherwise: str
) -> tuple[Wrong, ...]:
    """Return what an error tells, each at the field it is about.

    Args:
        wording: In the language of who reads it.
        error: With its problems.
        fields: What a rule calls a field, and the id of the field on the page.
        otherwise: Id of the field for what is about none of them.
    """
    problems: Iterable[str] = getattr(error, "problems", ()) or error.args[:1]
    return tuple(tell_wrong(wording, problem, fields, otherwise) for problem in problems)


def tell_wrong(wording: Wording, problem: str, fields: Mapping[str, str], otherwise: str) -> Wrong:
    """Return one problem at the field it is about; see `tell_wrongs`."""
    field = fields.get(problem.field, otherwise) if isinstance(problem, Told) else otherwise
    text = wording.wrong(problem)
    return Wrong(field, text or str(problem), is_foreign=not text)
