"""The root of all records, and those every stage knows: origins, snapshots, measures, checks, people's words."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

CITY = "city"
"""Stands for the whole city where a district's id could."""


class Record(BaseModel):
    """Root of all records: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class State(StrEnum):
    """What may be said of a number.

    `ok`, `too_early` and `stale` carry a value (no direction word may be drawn from the latter two);
    `suppressed`, `not_published` and `no_data` have none.
    """

    OK = "ok"
    TOO_EARLY = "too_early"
    STALE = "stale"
    SUPPRESSED = "suppressed"
    NOT_PUBLISHED = "not_published"
    NO_DATA = "no_data"

    @property
    def has_value(self) -> bool:
        """Whether a number stands beside this state."""
        return self in (State.OK, State.TOO_EARLY, State.STALE)


class Direction(StrEnum):
    """The only words a comparison may say; `similar` reads "no clear change"."""

    HIGHER = "higher"
    LOWER = "lower"
    SIMILAR = "similar"
    UNKNOWN = "unknown"


class Origin(Record):
    """Who published a source, where, under which terms, and as of when."""

    origin_id: str
    producer: str
    title: str
    page_url: str
    dataset_id: str
    license: str
    as_of: date
    """Date (in the city) of the snapshot's `rowsUpdatedAt`."""
    snapshot: str
    """Digest of the snapshot's content."""


class Fingerprint(Record):
    """What the portal says of one month without sending its rows; texts as it printed them."""

    rows: int
    updated_at: str
    """Newest `:updated_at`."""
    key_sum: str
    """Sum of the keys; tells deletes, which `updated_at` cannot."""


class StoredPart(Record):
    """One write-once file of a snapshot."""

    part_id: str
    """The month, `2018-07`, or `all` for a source that is kept whole."""
    file: str
    """Name inside the source's folder; carries the start of the hash."""
    sha256: str
    rows: int
    first_key: str
    last_key: str
    fingerprint: Fingerprint | None


class Snapshot(Record):
    """The manifest of one pull: what was asked, what came, and which files hold it."""

    source_id: str
    dataset_id: str
    domain: str
    soql: str
    """The query of one part, as sent."""
    columns: dict[str, str]
    """Our column names, each with the portal's field and its type: `id integer`; a `?` ends what may be null."""
    rows_updated_at: datetime
    """When the publisher last changed rows, in UTC."""
    window: tuple[str, ...] = ()
    """Ids of the parts asked for; one without rows has no part."""
    parts: tuple[StoredPart, ...]
    pulled_at: datetime
    """When we looked; no part of the digest."""

    @property
    def rows(self) -> int:
        """Rows in all parts."""
        return sum(part.rows for part in self.parts)

    @property
    def digest(self) -> str:
        """SHA-256 of the content: everything but the time we looked."""
        # Sorted, since a manifest read back need not keep the order of its columns.
        content = json.dumps(self.model_dump(mode="json", exclude={"pulled_at"}), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


class Measure(Record):
    """One metric's value for one district and quarter; the row of `measures.csv`."""

    district_id: str
    quarter: str
    metric_id: str
    value: float | int | None
    unit: str
    numerator: int | None = None
    denominator: int | None = None
    state: State
    as_of: date
    origin_id: str


class Comparison(Record):
    """A count beside the year before and the mean of earlier years; counts of incidents."""

    metric_id: str
    now: Measure
    year_before: Measure
    change_pct: float | None
    """Percent, 0-100; None where either count is under the floor."""
    direction: Direction
    earlier_mean: float | None
    """Mean of the same quarter in the `earlier_years` years before, incidents."""
    earlier_years: int


class CheckResult(Record):
    """What one check found; a required one that failed stops the release."""

    check_id: str
    passed: bool
    required: bool
    expected: str
    got: str
    source_id: str = ""


class Text(Record):
    """A person's own words: as written, and in other languages."""

    language: str
    """Tag of the language it was written in."""
    text: str
    translations: dict[str, str] = {}
    """By tag."""
    reviewed_by: dict[str, str] = {}
    """By tag: the role of the fluent person who has signed the translation."""
