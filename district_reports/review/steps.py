"""Rows of the log read as what they are: the steps of a release, its phase, and decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from district_reports.errors import LogError
from district_reports.model import Decision, Entry, Phase, Record, ReleaseStep, Role, Verdict

DECISION: Final = "decision"
FROZEN: Final = "frozen"
FREEZE_FAILED: Final = "freeze_failed"
REOPENED: Final = "reopened"
PUBLISHED: Final = "published"
WITHDRAWN: Final = "withdrawn"
STEPS: Final = (FROZEN, REOPENED, PUBLISHED, WITHDRAWN)
R = TypeVar("R", bound=Record)


def list_steps(entries: Iterable[Entry]) -> tuple[ReleaseStep, ...]:
    """Return the steps that a release has gone, oldest first.

    Args:
        entries: Of the log, of one release; those of other kinds are passed over.

    Raises:
        LogError: If a row does not hold what a step does.
    """
    return tuple(
        _read(ReleaseStep, entry, {"kind": entry.kind, "by": entry.by}) for entry in entries if entry.kind in STEPS
    )


def find_phase(entries: Iterable[Entry]) -> Phase:
    """Return where a release is on its way; a withdrawal leaves it where it is."""
    last = next((step for step in reversed(list_steps(entries)) if step.kind != WITHDRAWN), None)
    return {FROZEN: Phase.SIGNING, PUBLISHED: Phase.PUBLISHED}.get(last.kind if last else "", Phase.OPEN)


def find_freeze(entries: Iterable[Entry]) -> ReleaseStep | None:
    """Return the freeze that holds now; None while the release is open."""
    freeze = None
    for step in list_steps(entries):
        freeze = step if step.kind == FROZEN else None if step.kind == REOPENED else freeze
    return freeze


def list_decisions(entries: Iterable[Entry]) -> tuple[Decision, ...]:
    """Return all decisions of a release, oldest first.

    Raises:
        LogError: If a row does not hold what a decision does.
    """
    return tuple(
        _read(Decision, entry, {"subject": entry.subject, "person_id": entry.by})
        for entry in entries
        if entry.kind == DECISION
    )


def keep_standing(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return the last word of each person in each role on each subject, oldest first; what was taken back is left out.

    Args:
        decisions: Oldest first.
    """
    last = {(found.subject, found.role, found.scope, found.person_id): found for found in decisions}
    standing = [found for found in last.values() if found.decision is not Verdict.WITHDRAW]
    return tuple(sorted(standing, key=lambda found: found.seq))


def list_objections(entries: Iterable[Entry]) -> tuple[Decision, ...]:
    """Return what organisations object to in what their sessions became, oldest first; they block nothing."""
    return tuple(found for found in keep_standing(list_decisions(entries)) if found.role is Role.HOST)


def _read(record: type[R], entry: Entry, more: Mapping[str, Any]) -> R:
    known = {name: value for name, value in entry.content.items() if name in record.model_fields}
    try:
        return record(**{**known, "seq": entry.seq, "quarter": entry.quarter, "at": entry.at, **more})
    except (ValidationError, TypeError) as error:
        message = f"log of review: row {entry.seq}: expected what a {entry.kind} tells, got another form"
        raise LogError(message, seq=entry.seq) from error
