"""Forms as people fill them in: what is wrong with one, at which field, and how its page tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from district_reports.errors import DistrictReportsError


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong with a form."""

    field: str
    """Id of the field that it is about."""
    text: str
    is_foreign: bool = False
    """Whether it is told in the program's own language, English, and not in the reader's."""


def tell_wrongs(error: DistrictReportsError, fields: Mapping[str, str], otherwise: str) -> tuple[Wrong, ...]:
    """Return what an error tells, each at the field it is about.

    Args:
        error: With its problems.
        fields: Words of a problem, and the id of the field that each points to; the first one found counts.
        otherwise: Id of the field where none is found.
    """
    problems: Iterable[str] = getattr(error, "problems", ()) or (str(error),)
    return tuple(
        Wrong(next((field for word, field in fields.items() if word in problem), otherwise), problem, is_foreign=True)
        for problem in problems
    )
