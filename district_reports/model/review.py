"""Records of review and publication: who decided what on which bytes, and what became of a release."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from district_reports.model.core import Record, Text


class Role(StrEnum):
    """What a person may do at the desk; one person may have several, each for its own scope."""

    DATA = "data"
    """The analyst: signs the release as a whole."""
    COMMANDER = "commander"
    """Of one district: signs its dossier, writes its note."""
    COUNCIL = "council"
    """Of one district: comments and acknowledges; blocks nothing."""
    LANGUAGE = "language"
    """Reader of one language: signs its catalogue with its editions."""
    HOST = "host"
    """A community organisation: reads what its own sessions became before the freeze, and may object."""
    PUBLISHER = "publisher"
    """Freezes, reopens, signs the release, publishes."""
    ADMIN = "admin"
    """People and roles; sees the log; decides nothing."""


class Verdict(StrEnum):
    """What a decision says."""

    SIGN = "sign"
    """Of a council: it has seen the report."""
    RETURN = "return"
    """With remarks; of a host: it objects."""
    WITHDRAW = "withdraw"
    """Takes back the own last decision."""


class Standing(StrEnum):
    """How a subject stands with one role, or a release as a whole; always derived, never stored."""

    DRAFT = "draft"
    """Nobody has decided."""
    IN_REVIEW = "in_review"
    """Some have signed what stands there now."""
    RETURNED = "returned"
    SIGNED = "signed"
    STALE = "stale"
    """Signed, and changed since."""
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Phase(StrEnum):
    """Where a release is on its way; derived from the log."""

    OPEN = "open"
    SIGNING = "signing"
    """Frozen: signatures name these bytes."""
    PUBLISHED = "published"


class Grant(Record):
    """A role of a person, for a scope."""

    role: Role
    scope: str = ""
    """District id (commander, council), language tag (language), organisation as in its sessions (host); else empty."""


class Person(Record):
    """Somebody who may come to the desk."""

    person_id: str
    name: str
    email: str
    """In small letters; distinct."""
    language: str
    """Tag in which the desk speaks to them."""
    grants: tuple[Grant, ...] = ()
    is_active: bool = True

    def has(self, role: Role, scope: str | None = None) -> bool:
        """Return whether the person has a role, for this scope or for any."""
        return any(grant.role is role and scope in (None, grant.scope) for grant in self.grants)

    def scopes(self, role: Role) -> tuple[str, ...]:
        """Return what a role is held for."""
        return tuple(grant.scope for grant in self.grants if grant.role is role)


class Entry(Record):
    """One row of the log of review: append-only, each sealed with the one before it."""

    seq: int
    """From 1, without a gap."""
    at: datetime
    by: str
    """`person_id`, or "operator": whoever runs the program on its machine."""
    kind: str
    """Such as `decision`, `note`, `comment`, `frozen`, `reopened`, `published`, `withdrawn`, `granted`, `signed_in`."""
    quarter: str = ""
    subject: str = ""
    content: dict[str, Any] = {}
    previous: str
    """Digest of the row before; of the first: 64 zeros."""
    digest: str
    """SHA-256 of all the rest, as canonical JSON."""


class Subject(Record):
    """What one decision names: bytes, by their digest."""

    name: str
    """`release`, `dossier/<place>`, `language/<tag>` or `session/<session_id>`."""
    quarter: str
    digest: str
    parts: dict[str, str]
    """What it is made of, each with its SHA-256 (`dossier.json`, `en/report.html`, …): tells what changed."""


class Decision(Record):
    """A decision as the log holds it."""

    seq: int
    quarter: str
    subject: str
    digest: str
    parts: dict[str, str]
    role: Role
    scope: str
    person_id: str
    decision: Verdict
    remarks: str = ""
    at: datetime


class Requirement(Record):
    """A signature that a release needs before it may be published, and how it stands."""

    role: Role
    scope: str
    subject: str
    standing: Standing
    decision: Decision | None = None
    """The newest one that counts."""
    changed: tuple[str, ...] = ()
    """Parts that changed since, where it is stale."""
    is_late: bool = False
    is_held: bool = True
    """Whether anybody at the desk holds the role."""


class CommanderNote(Record):
    """What a commander says to residents: shown as theirs, beside no number of ours."""

    text: Text
    written_on: date


class Review(Record):
    """What a report tells of its own review; fixed when the reports are frozen."""

    deadline: date
    """Until when the commander could answer."""
    commander: Literal["open", "reviewed", "returned", "missed", "none"] = "none"
    """`open`: the deadline has not come; `none`: nobody holds the role, or this is the city's report."""
    note: CommanderNote | None = None
    council_seen_on: date | None = None
    reviewed_languages: tuple[str, ...] = ()
    """Tags whose catalogue, as it stands, a fluent reader has signed."""


class ReviewTaken(Record):
    """What a draft took from the log of review, for all places."""

    quarter: str
    places: dict[str, Review]
    """A place without anything to tell is left out."""


class Comment(Record):
    """A reviewer's remark on a part of a draft."""

    comment_id: str
    quarter: str
    place: str
    block_id: str
    """Id of the part in the page; empty: on the whole."""
    language: str = ""
    """Tag of the edition it is on; empty: on all."""
    person_id: str
    role: Role
    text: str
    at: datetime
    answers: str = ""
    """Id of the comment it answers."""
    is_settled: bool = False
    origin: Literal["desk", "docx"] = "desk"


class ReleaseStep(Record):
    """A step of a release: frozen, reopened, published, withdrawn."""

    seq: int
    quarter: str
    kind: Literal["frozen", "reopened", "published", "withdrawn"]
    at: datetime
    by: str
    manifest: str = ""
    """SHA-256 of the release manifest it names."""
    version: int = 0
    """Of the publication; 0 for the other steps."""
    reason: str = ""
    missed: tuple[Grant, ...] = ()
    """Of a freeze: who had not answered in time, and so is not asked for a signature."""
    previous_manifest: str = ""


class Change(Record):
    """One thing that is different from the last quarter, or from what was signed."""

    kind: Literal["number", "statement", "item", "check", "translation", "part"]
    name: str
    """Metric, item, check or part."""
    severity: int = Field(ge=0, le=9)
    """9 is worst; a list is shown worst first."""
    before: str = ""
    now: str = ""
    detail: str = ""
