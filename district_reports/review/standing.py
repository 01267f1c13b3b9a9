"""How a subject, a requirement and a release stand: derived from the log and the release manifest, kept nowhere.

A decision stands until the person who made it takes it back or makes another one in the same role. A role of a scope
may be held by several: one fresh signature is enough, unless another of them has returned the subject since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection

from district_reports.errors import ChecksFailed, ReviewError
from district_reports.model import (
    CITY,
    Decision,
    Entry,
    Grant,
    Person,
    Phase,
    ReleaseStep,
    Requirement,
    Role,
    Standing,
    Verdict,
)
from district_reports.periods import Quarter
from district_reports.review import log
from district_reports.review.people import load_people
from district_reports.review.steps import (
    DECISION,
    FROZEN,
    PUBLISHED,
    REOPENED,
    STEPS,
    WITHDRAWN,
    find_freeze,
    find_phase,
    keep_standing,
    list_decisions,
    list_objections,
    list_steps,
)
from district_reports.review.subjects import (
    DOSSIER,
    LANGUAGE,
    RELEASE,
    Subjects,
    find_changed_files,
    list_changed_parts,
    load_subjects,
)
from district_reports.settings import Settings
from district_reports.store import Store

__all__ = [
    "CAN_MISS",
    "DECISION",
    "FROZEN",
    "PUBLISHED",
    "REOPENED",
    "STEPS",
    "TOLD",
    "WITHDRAWN",
    "Publishable",
    "find_deadline",
    "find_freeze",
    "find_phase",
    "find_word",
    "is_held",
    "keep_standing",
    "list_decisions",
    "list_objections",
    "list_required",
    "list_requirements",
    "list_steps",
    "release_standing",
    "require_publishable",
    "tell_requirement",
]

CAN_MISS: Final = (Role.COMMANDER, Role.LANGUAGE)
"""Roles that a freeze after the deadline goes without; data and publisher are always needed."""
TOLD: Final = 20
"""Problems that a message tells; the error holds all."""
_CAN_BE_REQUIRED: Final = (Role.DATA, Role.COMMANDER, Role.LANGUAGE, Role.PUBLISHER)


def find_deadline(settings: Settings, quarter: Quarter) -> date:
    """Return the last day of comments, notes and reviews of a quarter's reports."""
    return quarter.end + timedelta(days=settings.report.review.freeze_days)


def find_word(
    decisions: Iterable[Decision], role: Role, scope: str, subject: str, digest: str
) -> tuple[Standing, Decision | None]:
    """Return how a subject stands with a role, and the decision that says so.

    Args:
        decisions: Oldest first.
        role: Whose.
        scope: What the role is held for.
        subject: Its name.
        digest: Of the bytes that stand there now.
    """
    of = (role, scope, subject)
    words = [x for x in keep_standing(decisions) if (x.role, x.scope, x.subject) == of]
    if not words:
        return Standing.DRAFT, None
    fresh = next((x for x in reversed(words) if x.decision is Verdict.SIGN and x.digest == digest), None)
    returned = next((x for x in reversed(words) if x.decision is Verdict.RETURN), None)
    if fresh and (returned is None or returned.seq < fresh.seq):
        return Standing.SIGNED, fresh
    newest = words[-1]
    return (Standing.RETURNED if newest.decision is Verdict.RETURN else Standing.STALE), newest


def list_required(settings: Settings) -> tuple[tuple[Grant, str], ...]:
    """Return which roles a release needs a signature of, and the name of the subject that each signs."""
    required: list[tuple[Grant, str]] = []
    for role in dict.fromkeys(settings.report.review.required):
        if role is Role.COMMANDER:
            required += [(Grant(role=role, scope=place), f"{DOSSIER}/{place}") for place in settings.district_ids]
        elif role is Role.LANGUAGE:
            tags = [language.tag for language in settings.languages]
            required += [(Grant(role=role, scope=tag), f"{LANGUAGE}/{tag}") for tag in tags]
        elif role in _CAN_BE_REQUIRED:
            required.append((Grant(role=role), RELEASE))
    return tuple(required)


def list_requirements(
    settings: Settings, entries: Sequence[Entry], people: Collection[Person], subjects: Subjects | None, today: date
) -> tuple[Requirement, ...]:
    """Return the signatures that a release needs, and how each stands.

    Args:
        settings: Say whose are needed.
        entries: Of the log, of this release, oldest first.
        people: Everybody: a role that nobody holds is listed too, and marked.
        subjects: Of the release as it stands; None before its first draft.
        today: After the deadline, what is not signed is late.
    """
    decisions = list_decisions(entries)
    freeze = find_freeze(entries)
    left_out = freeze.missed if freeze else ()
    is_over = subjects is not None and today > find_deadline(settings, subjects.quarter)
    found = []
    for grant, name in list_required(settings):
        if grant in left_out:
            continue
        standing, decision, changed = _stand(decisions, grant, name, subjects)
        found.append(
            Requirement(
                role=grant.role,
                scope=grant.scope,
                subject=name,
                standing=standing,
                decision=decision,
                changed=changed,
                is_late=is_over and standing is not Standing.SIGNED,
                is_held=is_held(people, grant),
            )
        )
    return tuple(found)


def release_standing(entries: Sequence[Entry], requirements: Iterable[Requirement]) -> Standing:
    """Return how a release stands as a whole; the worst word first.

    Args:
        entries: Of the log, of this release, oldest first.
        requirements: From `list_requirements`.
    """
    if find_phase(entries) is Phase.PUBLISHED:
        return Standing.WITHDRAWN if is_withdrawn(list_steps(entries)) else Standing.PUBLISHED
    found = [requirement.standing for requirement in requirements]
    for worst in (Standing.RETURNED, Standing.STALE):
        if worst in found:
            return worst
    if Standing.SIGNED not in found:
        return Standing.DRAFT
    return Standing.SIGNED if set(found) == {Standing.SIGNED} else Standing.IN_REVIEW


def is_withdrawn(steps: Sequence[ReleaseStep]) -> bool:
    """Return whether the newest version of a release was withdrawn; False where there is none.

    Args:
        steps: Of the release, oldest first.
    """
    version = next((step.version for step in reversed(steps) if step.kind == PUBLISHED), None)
    return version is not None and any(step.kind == WITHDRAWN and step.version == version for step in steps)


def is_held(people: Iterable[Person], grant: Grant) -> bool:
    """Return whether anybody who may come to the desk holds a role."""
    return any(person.is_active and grant in person.grants for person in people)


@dataclass(frozen=True)
class Publishable:
    """A release that may be published: what it is, and why it may be."""

    subjects: Subjects
    freeze: ReleaseStep
    requirements: tuple[Requirement, ...]
    """Each of them signed."""


def require_publishable(
    connection: Connection, store: Store, settings: Settings, quarter: Quarter, today: date
) -> Publishable:
    """Return a release that may be published: frozen, whole, and each signature fresh.

    Args:
        connection: In a transaction that sees one state of all tables.
        store: The data directory, held by the caller.
        settings: Places, languages, rules.
        quarter: The release's.
        today: The day of publication.

    Raises:
        ChecksFailed: If it is a sample or a preview; that is asked before anything else.
        LogError: If the log of review was changed by hand; it names the row.
        ReviewError: If anything else is missing; it names all of it.
        StoreError: If the data directory cannot be read.
    """
    subjects = load_subjects(store, settings, quarter)
    _require_real(store, subjects, quarter)
    log.verify_log(connection)
    entries = log.read_entries(connection, quarter=str(quarter), kinds=(DECISION, *STEPS))
    freeze = find_freeze(entries)
    requirements = list_requirements(settings, entries, load_people(connection), subjects, today)
    problems = [*_find_holes(settings, subjects), *_find_other_bytes(store, subjects, freeze)]
    problems += [tell_requirement(found) for found in requirements if found.standing is not Standing.SIGNED]
    if subjects is None or freeze is None or problems:
        told = "; ".join(problems[:TOLD]) + (f"; and {len(problems) - TOLD} more" if len(problems) > TOLD else "")
        message = f"release {quarter}: expected one that is frozen, whole and signed by all who must, got: {told}"
        raise ReviewError(message, problems=problems)
    return Publishable(subjects, freeze, requirements)


def tell_requirement(requirement: Requirement) -> str:
    """Return how a signature stands, for messages: `commander 007: stale (en/report.html)`."""
    changed = f" ({', '.join(requirement.changed[:TOLD])})" if requirement.changed else ""
    names = {Standing.DRAFT: "not signed" if requirement.is_held else "not signed, and nobody holds the role"}
    told = names.get(requirement.standing, str(requirement.standing))
    return f"{requirement.role} {requirement.scope}".strip() + f": {told}{changed}"


def _require_real(store: Store, subjects: Subjects | None, quarter: Quarter) -> None:
    manifest = subjects.manifest if subjects else {}
    is_preview = bool(manifest.get("is_preview"))
    if store.about.kind == "sample" or manifest.get("is_sample") or is_preview:
        got = "a preview" if is_preview else "a sample"
        raise ChecksFailed(f"release {quarter}: expected a complete quarter of real data, got {got}: never published")


def _find_holes(settings: Settings, subjects: Subjects | None) -> list[str]:
    if subjects is None:
        return ["no draft"]
    names = [(place, language.tag) for place in (*settings.district_ids, CITY) for language in settings.languages]
    missing = [f"no edition {place}/{tag}" for place, tag in names if not subjects.files(place, tag)]
    return missing if missing or subjects.manifest.get("is_whole") is True else ["a manifest that is not whole"]


def _find_other_bytes(store: Store, subjects: Subjects | None, freeze: ReleaseStep | None) -> list[str]:
    problems = []
    if freeze is None:
        problems.append("not frozen")
    elif subjects is not None and freeze.manifest != subjects.digest:
        problems.append("manifest.json: not the one that was frozen")
    changed = find_changed_files(store, subjects.release) if subjects else ()
    return problems + [f"{name}: not what the manifest says" for name in changed]


def _stand(
    decisions: Sequence[Decision], grant: Grant, name: str, subjects: Subjects | None
) -> tuple[Standing, Decision | None, tuple[str, ...]]:
    subject = subjects.find(name) if subjects else None
    digest = subject.digest if subject else ""
    standing, decision = find_word(decisions, grant.role, grant.scope, name, digest)
    if decision is None or standing is Standing.SIGNED or decision.digest == digest:
        return standing, decision, ()
    now = subjects.detail(subject).parts if subjects and subject else {}
    return standing, decision, list_changed_parts(decision.parts, now)
