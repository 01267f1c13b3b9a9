"""What a failed check does: a required one stops the release, unless a note of the quarter explains it."""

from __future__ import annotations

from collections.abc import Iterable

from district_reports.errors import ChecksFailed
from district_reports.model import CheckResult, Explanation

NEVER_EXPLAINED = ("parts_add_up", "offence_groups_known", "open_items_return", "histories_only_grow")
"""Checks that no note can explain away: the numbers would be wrong, or what people asked for would be gone, and a note
beside them would not set them right."""


def require_passed(results: Iterable[CheckResult], explanations: Iterable[Explanation] = ()) -> tuple[Explanation, ...]:
    """Return the explanations that let a failed required check pass: to be printed in the report.

    A note explains the check and the source it names and no other.

    Args:
        results: Of all checks.
        explanations: The notes of the quarter.

    Raises:
        ChecksFailed: If a required check failed and no note explains it, or none can; one line that names each of
            them, what it expected and what it got.
    """
    notes = {(note.check_id, note.source_id): note for note in explanations}
    failed = [result for result in results if result.required and not result.passed]
    stopping = [result for result in failed if result.check_id in NEVER_EXPLAINED or _key(result) not in notes]
    if stopping:
        lines = [
            f"{result.check_id}{f' ({result.source_id})' if result.source_id else ''}:"
            f" expected {result.expected}, got {result.got}"
            + (" (no note can explain this: the numbers would be wrong)" if _key(result) in notes else "")
            for result in stopping
        ]
        raise ChecksFailed("; ".join(lines), results=stopping)
    used = dict.fromkeys(_key(result) for result in failed)
    return tuple(notes[key] for key in used)


def _key(result: CheckResult) -> tuple[str, str]:
    return result.check_id, result.source_id
