"""The records of `outcomes.toml`, `asked.toml` and `communities.toml`: what is told beyond counts of crimes.

Every table is optional: a city that publishes no such source leaves it out, and the report has no such part.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from district_reports.model import Record


class Cohort(Record):
    """Incidents of one kind, followed from the day they happened."""

    cohort_id: str
    metric_id: str
    """The count on the first rung."""


class ArrestWindows(Record):
    """`[arrests]`: how soon an adult was arrested."""

    windows: tuple[int, ...] = (30, 90, 180, 365)
    """Days from the incident."""
    cohorts: tuple[Cohort, ...]


class Victims(Record):
    """`[victims]`: how the file of victims is read."""

    gunshot_values: tuple[str, ...]
    """What stands for a gunshot injury."""
    no_gunshot_values: tuple[str, ...]
    homicide_groups: tuple[str, ...]
    """Offence groups of the victimization that are homicide."""


class Complaints(Record):
    """`[complaints]`: how the file of complaint cases is read."""

    office: str
    """Value of the assignment that is the office whose cases are counted; cases of other offices are told apart."""
    other_offices: tuple[str, ...]
    open_values: tuple[str, ...]
    closed_values: tuple[str, ...]
    finding_values: tuple[str, ...]
    """Findings, most serious first."""
    no_finding_values: tuple[str, ...]
    sustained_value: str
    force_categories: tuple[str, ...]
    categories_shown: int = 6
    ripens_days: int = 366
    beat_separator: str = "|"


class RequestKind(Record):
    """A kind of request for city services."""

    kind_id: str
    types: tuple[str, ...]
    """As the file names them."""


class Requests(Record):
    """`[requests]`: which requests for city services are told."""

    kinds: tuple[RequestKind, ...]
    closed_values: tuple[str, ...]
    open_values: tuple[str, ...]
    cancelled_values: tuple[str, ...] = ()
    closed_within_days: int = 30


class Trust(Record):
    """`[trust]`: how the survey's scores are read."""

    scale: float
    """What a score of the file is multiplied by to lie between 0 and 10."""


class Court(Record):
    """`[court]`: the historical cohort of the county's files."""

    years: tuple[int, ...]
    unit_pattern: str
    """Regular expression of a district's unit; its first group is the district's number."""
    convicted: tuple[str, ...]
    """Results of a charge that are a conviction."""
    dismissed: tuple[str, ...]
    """Results that end a case without one."""
    other_results: tuple[str, ...]
    """Known results that are neither; any other value is told in a remark."""
    closed_on: date
    dashboard: str


class Force(Record):
    """`[force]`: use of force, which nobody publishes by district as data."""

    dashboard: str
    columns: dict[str, str]
    """Our column of the drop-in -> its name in the file."""


class Clearance(Record):
    """`[clearance]`: figures read by hand."""

    dashboard: str
    """Where a person can look up a district's."""


class Population(Record):
    """`[population]`: rates beside counts, where residents are known."""

    rates: tuple[str, ...]
    """Counts that get a rate."""
    base_is_wrong_for: tuple[str, ...]
    """Districts where most people present do not live."""


class Disclosure(Record):
    """`[disclosure]`: which small cells are not printed."""

    metric_id: str
    below: int = 3
    """Counts from 1 up to, not including, this are suppressed."""
    beside: str
    """A second metric of the same table, suppressed in the same cells, so that no sum gives the first back."""


class CommunityPart(Record):
    """`[communities]`: which communities a district's report names."""

    least_share: float = Field(gt=0, lt=1)


class Outcomes(Record):
    """`outcomes.toml`."""

    fears: tuple[str, ...] = ()
    """The counts that stand for what residents said they are afraid of."""
    arrests: ArrestWindows | None = None
    victims: Victims | None = None
    complaints: Complaints | None = None
    requests: Requests | None = None
    trust: Trust | None = None
    court: Court | None = None
    force: Force | None = None
    clearance: Clearance | None = None
    population: Population | None = None
    communities: CommunityPart | None = None
    disclosure: Disclosure | None = None

    @model_validator(mode="after")
    def _cohorts_once(self) -> Outcomes:
        ids = [cohort.cohort_id for cohort in self.arrests.cohorts] if self.arrests else []
        if len(set(ids)) != len(ids):
            raise ValueError(f"arrests.cohorts: expected each once, got {', '.join(ids)}")
        return self


class AskedFor(Record):
    """One entry of `asked.toml`: a statistic that people asked for."""

    asked_id: str
    passage: str
    """Where it was asked for: file of the seeds and heading."""
    shown_in: str = ""
    """Id of the part of the report that shows it; empty where it cannot be shown yet."""
    holder: str = ""
    look_at: str = ""
    asked_on: date
    reason: Literal["", "not_published", "dashboard_only", "not_reliable", "not_read", "closed", "no_statistic"] = ""
    is_verified: bool = False

    @model_validator(mode="after")
    def _shown_or_told(self) -> AskedFor:
        if bool(self.shown_in) == bool(self.reason):
            raise ValueError(f"{self.asked_id}: expected either shown_in or a reason")
        if self.reason not in ("", "no_statistic") and not self.holder:
            raise ValueError(f"{self.asked_id}: expected who holds it, got nobody")
        return self


class CommunityArea(Record):
    """One entry of `communities.toml`."""

    area_id: str
    """As the incidents write it."""
    name: str
