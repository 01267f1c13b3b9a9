"""Records of the parts of a report that go beyond counts of crimes: what came of them, conduct, daily life, trust.

A source that is missing leaves its block in the report: the block says so, since when, and where to look.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from district_reports.model.core import Comparison, Measure, Record, State, Text
from district_reports.model.places import Shape


class Freshness(Record):
    """How a source stands."""

    source_id: str
    state: State
    """`ok`; `stale` where it stopped before the report's quarter ended; `no_data` where it has never been read;
    `not_published` where nobody publishes it as data."""
    fresh_to: date | None
    """The newest day its rows reach."""
    look_at: str
    """Address of the page where a reader can look."""


class NamedCount(Record):
    """A count by a name from the source (hostile: escape at the edge)."""

    name: str
    """Empty: all others."""
    count: int


class Block(Record):
    """The numbers of one part of a report, and how their sources stand."""

    block_id: str
    freshness: tuple[Freshness, ...]
    comparisons: tuple[Comparison, ...] = ()
    """Counts with a direction word, in the order of the config."""
    measures: tuple[Measure, ...] = ()
    """Other figures of the report's quarter, or of the quarter their own field names."""
    series: tuple[tuple[Measure, ...], ...] = ()
    """One row of thirteen quarters, oldest first, for each metric."""
    named: tuple[NamedCount, ...] = ()
    """Counts by category, most frequent first."""
    period: tuple[date, date] | None = None
    """First and last day of the newest scores of a survey."""

    def find(self, metric_id: str) -> Measure | None:
        """Return one of the other figures; None where the block has none of that id."""
        return next((measure for measure in self.measures if measure.metric_id == metric_id), None)


RungId = Literal[
    "reported",
    "arrest_90",
    "arrest_180",
    "arrest_365",
    "cleared_by_arrest",
    "cleared_exceptionally",
    "charged",
    "court_result",
    "open_or_unknown",
]


class Rung(Record):
    """One step of the outcome ladder; rungs are never merged, and one without a source stands there, worded."""

    rung_id: RungId
    state: State
    share: float | None
    """Of the cohort's incidents, 0-1; None on the first rung and where the state has no value."""
    count: int | None
    """Incidents; None where the state has no value."""
    look_at: str = ""
    """Where to look for a rung that nobody publishes as data."""


class Ladder(Record):
    """What became of the incidents of one kind and quarter of offence."""

    cohort_id: str
    quarter: str
    rungs: tuple[Rung, ...]
    """All nine, in the order of `RungId`."""


CourtRungId = Literal["received", "charged", "disposed", "convicted", "dismissed", "other_result", "sentenced"]


class CourtRung(Record):
    """Felony cases of adults, one person in one case each."""

    rung_id: CourtRungId
    cases: int


class CourtCohort(Record):
    """A historical cohort of the county's court files: cases that police units brought in some past years."""

    freshness: Freshness
    years: tuple[int, ...]
    """Years in which the cases were received; empty where the files have never been read."""
    rungs: tuple[CourtRung, ...]
    other_unit_cases: int
    """Cases of units that are no district; in the city's report, where they are part of the rungs."""
    closed_on: date
    """The day from which the publisher no longer keeps the files up to date."""


class Reading(Record):
    """A figure that a person read off a page, or that was published elsewhere; see `data/readings`."""

    reading_id: str
    place: str
    """District id or `city`."""
    period: str
    """As the source names it: a year such as `2021`, or from-to."""
    method: str
    """Id of a way of counting, such as `year_to_date_all` or `cohort_12_months`."""
    value: float
    unit: Literal["share", "offences"]
    definition: str
    """Id of the sentence that defines it."""
    address: str
    read_by: str
    """The role of who read it; empty = unverified."""
    read_on: date | None
    confidence: Literal["high", "medium", "low"]


class Community(Record):
    """Incidents of a district in one community area."""

    area_id: str
    name: str
    count: int
    per_100: float
    """Of the district's incidents."""


class Communities(Record):
    """A district's incidents by community; the city's by all of them."""

    areas: tuple[Community, ...]
    """Those that hold at least the config's part of the district's incidents, in the order of their ids."""
    elsewhere: int
    """Incidents in communities below that part."""
    unknown: int
    """Incidents without a community the config knows."""
    shapes: tuple[Shape, ...]


class Rate(Record):
    """A count for every 1,000 residents, beside the count and never instead of it."""

    measure: Measure
    """Unit `per_1000`; not annualised."""
    residents: int
    year: int
    """Of the population figure."""
    is_residents_base_wrong: bool
    """Whether most people present there do not live there."""


class Asked(Record):
    """A statistic that people asked for."""

    asked_id: str
    shown_in: str
    """Id of the part of the report that shows it; empty where it cannot be shown yet."""
    holder: str
    """Names of who holds it; empty where there is no such statistic."""
    look_at: str
    asked_on: date
    """Since when it is unanswered."""
    reason: str
    """Id of the sentence that says why it cannot be shown: `not_published`, `dashboard_only`, `not_reliable` …"""
    is_verified: bool
    """Whether holder and address are sure; otherwise "to be verified" is printed."""


class Revision(Record):
    """One number of the last release that reads otherwise in this one."""

    quarter: str
    metric_id: str
    then: int
    now: int


class RevisionCauses(Record):
    """Why numbers changed between two releases: rows of this place, each counted once."""

    late: int
    """Rows that were not there then."""
    removed: int
    reclassified: int
    """Rows whose kind of offence is another."""
    moved: int
    """Rows whose district or day is another."""
    arrest_added: int
    """Rows that have an arrest since."""
    other: int
    """Rows changed in a column that no number of ours counts."""
    touched: int
    """Rows the publisher touched, with nothing changed in what we report."""


class Revisions(Record):
    """What the last release said, and what this one says of the same quarters."""

    last_release: str
    """The quarter of that release."""
    then_as_of: date
    now_as_of: date
    changes: tuple[Revision, ...]
    causes: RevisionCauses
    newest_then: Revision | None
    """All incidents of the last release's own quarter: by how much a new quarter still grows."""


class Correction(Record):
    """An error of ours in an earlier report, set right."""

    corrected_on: date
    quarter: str
    district_ids: tuple[str, ...]
    """Empty: all, and the city."""
    metric_id: str
    was: str
    now: str
    why: Text


class Explanation(Record):
    """Why a release goes out although a required check failed."""

    check_id: str
    source_id: str
    who: str
    """A role, no name."""
    on: date
    why: Text
