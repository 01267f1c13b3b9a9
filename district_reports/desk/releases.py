"""One release as the desk's pages show it: its phase, its deadline, who has decided what.

All of it is derived from the log and the release manifest by `review`; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from fastapi import HTTPException

from district_reports.desk.context import Visit
from district_reports.model import Decision, Entry, Grant, Person, Phase, ReleaseStep, Role, Standing, Subject
from district_reports.periods import Quarter
from district_reports.review import standing
from district_reports.review.log import read_entries
from district_reports.review.people import load_people
from district_reports.review.standing import DECISION, STEPS
from district_reports.review.subjects import DOSSIER, LANGUAGE, RELEASE, Subjects, load_subjects

SHOWN = 2
"""Releases that the first page shows: the newest ones that have editions."""
MISSED = "missed"


@dataclass(frozen=True)
class Cell:
    """How something stands with one role."""

    standing: str
    """A `Standing`, or `missed`."""
    is_late: bool = False
    who: str = ""
    """Who decided and when, in words."""
    decision: Decision | None = None


@dataclass(frozen=True)
class Release:
    """A release, and what the log tells of it."""

    visit: Visit
    subjects: Subjects
    entries: tuple[Entry, ...]
    people: dict[str, Person]

    @property
    def quarter(self) -> Quarter:
        """Which one."""
        return self.subjects.quarter

    @cached_property
    def phase(self) -> Phase:
        """Where it is on its way."""
        return standing.find_phase(self.entries)

    @property
    def stage(self) -> str:
        """Its phase, or `withdrawn`: what was published need not be public any more."""
        is_gone = self.phase is Phase.PUBLISHED and standing.is_withdrawn(self.steps)
        return str(Standing.WITHDRAWN if is_gone else self.phase)

    @cached_property
    def as_a_whole(self) -> Standing:
        """How it stands, all signatures that it needs taken together."""
        visit = self.visit
        given = (visit.desk.settings, self.entries, self.people.values(), self.subjects, visit.today)
        return standing.release_standing(self.entries, standing.list_requirements(*given))

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """All of them, oldest first."""
        return standing.list_decisions(self.entries)

    @cached_property
    def _by_subject(self) -> dict[str, list[Decision]]:
        found: dict[str, list[Decision]] = {}
        for one in self.decisions:
            found.setdefault(one.subject, []).append(one)
        return found

    @cached_property
    def steps(self) -> tuple[ReleaseStep, ...]:
        """Frozen, reopened, published, withdrawn; oldest first."""
        return standing.list_steps(self.entries)

    @cached_property
    def deadline(self) -> date:
        """Last day of comments, notes and reviews."""
        return standing.find_deadline(self.visit.desk.settings, self.quarter)

    @cached_property
    def missed(self) -> frozenset[Grant]:
        """Who had not answered when it was frozen."""
        freeze = standing.find_freeze(self.entries)
        return frozenset(freeze.missed if freeze else ())

    @property
    def is_late(self) -> bool:
        """Whether the deadline has passed."""
        return self.visit.today > self.deadline

    def deadline_line(self) -> str:
        """Return until when reviewers can answer, or that they no longer can."""
        words, day = self.visit.words, self.visit.wording.day(self.deadline)
        if self.phase is Phase.PUBLISHED:
            return ""
        return words.text("desk.deadline.over" if self.is_late else "desk.deadline.until", day=day)

    def cell(self, role: Role, scope: str, subject: Subject | None) -> Cell:
        """Return how a subject stands with a role."""
        name = subject.name if subject else ""
        found, decision = standing.find_word(
            self._by_subject.get(name, ()), role, scope, name, subject.digest if subject else ""
        )
        if Grant(role=role, scope=scope) in self.missed and found is not Standing.SIGNED:
            return Cell(MISSED, who=self.tell(decision), decision=decision)
        is_late = self.is_late and role is not Role.COUNCIL and found in (Standing.DRAFT, Standing.STALE)
        return Cell(str(found), is_late, self.tell(decision), decision)

    def tell(self, decision: Decision | None) -> str:
        """Return who decided, and when; empty for no decision."""
        if decision is None:
            return ""
        wording = self.visit.wording
        name, day = wording.person(decision.person_id, self.people), wording.day(decision.at.date())
        return self.visit.words.text("desk.decision.by", name=name, day=day)


def load_release(visit: Visit, quarter: Quarter, *, about: str = "") -> Release | None:
    """Return a release; None before its first draft.

    Args:
        visit: Who asks.
        quarter: Which one.
        about: Only the decisions on this subject are read; empty: all of them.
    """
    desk = visit.desk
    subjects = load_subjects(desk.store, desk.settings, quarter)
    if subjects is None:
        return None
    with desk.database.read() as connection:
        steps = read_entries(connection, quarter=str(quarter), kinds=STEPS)
        decisions = read_entries(connection, quarter=str(quarter), kinds=(DECISION,), subject=about)
        people = {person.person_id: person for person in load_people(connection)}
    return Release(visit, subjects, tuple(sorted((*steps, *decisions), key=lambda entry: entry.seq)), people)


def require_release(visit: Visit, *, about: str = "") -> Release:
    """Return the release that the path names.

    Raises:
        HTTPException: 404 if it was never drafted.
    """
    release = load_release(visit, visit.quarter, about=about) if visit.quarter else None
    if release is None:
        raise HTTPException(404)
    return release


def list_releases(visit: Visit) -> tuple[Quarter, ...]:
    """Return the quarters that have editions, newest first."""
    desk = visit.desk
    found = []
    for quarter in reversed(desk.store.list_releases()):
        manifest = desk.store.load_release(quarter) or {}
        if any(edition.get("state") == "made" for edition in manifest.get("editions", {}).values()):
            found.append(quarter)
    return tuple(found)


def subject_of(release: Release, grant: Grant) -> Subject | None:
    """Return what a role decides on; None where the release has no such thing, or the role decides nothing."""
    if grant.role in (Role.COMMANDER, Role.COUNCIL):
        return release.subjects.find(f"{DOSSIER}/{grant.scope}")
    if grant.role is Role.LANGUAGE:
        return release.subjects.find(f"{LANGUAGE}/{grant.scope}")
    return release.subjects.find(RELEASE) if grant.role in (Role.DATA, Role.PUBLISHER) else None


def tell_decisions(release: Release, decisions: Sequence[Decision], digest: str) -> list[dict[str, Any]]:
    """Return decisions in words, newest first.

    Args:
        release: Whose they are.
        decisions: Oldest first.
        digest: Of the bytes that stand there now: a signature of others is told as stale.
    """
    visit = release.visit
    return [
        {
            "who": visit.wording.person(one.person_id, release.people),
            "about": visit.wording.subject(one.subject),
            "role": visit.wording.grant(Grant(role=one.role, scope=one.scope)),
            "verdict": visit.words.text(f"desk.verdict.{verdict_key(one.role, str(one.decision))}.past"),
            "at": visit.wording.moment(one.at),
            "is_stale": one.decision == "sign" and one.digest != digest,
            "remarks": one.remarks,
            "digest": one.digest,
        }
        for one in reversed(decisions)
    ]


def verdict_key(role: Role, verdict: str) -> str:
    """Return how a verdict of a role is named in the catalogue: a council sees, a host objects."""
    if role is Role.COUNCIL and verdict == "sign":
        return "seen"
    return "object" if role is Role.HOST and verdict == "return" else verdict
