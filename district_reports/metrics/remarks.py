"""What was odd in the rows of a source, as remarks.

What belongs here: how counted oddities become a `CheckResult`. What does not: which rows are odd.
"""

from __future__ import annotations

from collections.abc import Mapping

from district_reports.model import CheckResult

NAME_LENGTH, NAMES_SHOWN = 40, 5
"""Characters of a source's value, and values, that a remark shows; the rest is cut or counted."""


def build_remark(check_id: str, odd: Mapping[str, int], *, expected: str, source_id: str) -> CheckResult:
    """Return a remark that lists values of a source, each with its rows, most frequent first; passed where none are.

    Args:
        check_id: Of the check.
        odd: Rows by value or kind of oddity; values are hostile and shown as Python would write them, so that nothing
            in them is obeyed. Values without rows are not told.
        expected: What was expected instead.
        source_id: The source of the rows.
    """
    found = sorted(((name, rows) for name, rows in odd.items() if rows), key=lambda item: (-item[1], item[0]))
    cases = [f"{name[:NAME_LENGTH]!r}: {rows} rows" for name, rows in found[:NAMES_SHOWN]]
    more = len(found) - NAMES_SHOWN
    return CheckResult(
        check_id=check_id,
        passed=not found,
        required=False,
        expected=expected,
        got=", ".join(cases) + (f" and {more} more" if more > 0 else "") if cases else "only that",
        source_id=source_id,
    )
