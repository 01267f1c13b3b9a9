"""What is known of a quarter for all districts: the input of the dossiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from district_reports.guide import Check, PartFiles
from district_reports.metrics.breakdowns import Breakdowns
from district_reports.metrics.measures import Measures
from district_reports.model import (
    CheckResult,
    Contact,
    Correction,
    CourtCohort,
    Explanation,
    Freshness,
    Ledger,
    NamedCount,
    Origin,
    Reading,
    Register,
    Review,
    Revisions,
    Shape,
)
from district_reports.periods import Quarter
from district_reports.settings import Settings


@dataclass(frozen=True)
class Extras:
    """What is known beyond measures and breakdowns of the incidents; empty where a city has no such source."""

    freshness: Mapping[str, Freshness] = field(default_factory=dict)
    """By source."""
    court: Mapping[str, CourtCohort] = field(default_factory=dict)
    """By place."""
    communities: pd.DataFrame | None = None
    """From `count_communities`."""
    community_shapes: tuple[Shape, ...] = ()
    categories: Mapping[str, tuple[NamedCount, ...]] = field(default_factory=dict)
    """Complaint cases by category, by place."""
    trust_period: tuple[date, date] | None = None
    clearance: tuple[Reading, ...] = ()
    population: Mapping[str, int] = field(default_factory=dict)
    """Residents by place."""
    population_year: int = 0
    revisions: Mapping[str, Revisions] = field(default_factory=dict)
    """By place."""
    corrections: tuple[Correction, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    readings_digest: str = ""
    """Of the records that people keep."""


@dataclass(frozen=True)
class Voices:
    """What people said and entered, of all places."""

    until: date
    """Last day that the reports tell of."""
    register: Register | None = None
    """None where the city has none."""
    ledger: Ledger = Ledger()
    """Everything that was entered up to that day, and perhaps later: an older snapshot may hold more."""
    ledger_digest: str = ""
    part: PartFiles = field(default_factory=PartFiles)
    checks: tuple[Check, ...] = ()
    """Of services, by people."""
    is_frozen: bool = False
    """Whether services that nobody has checked in time are left out."""
    reviews: Mapping[str, Review] = field(default_factory=dict)
    """What the reports tell of their own review, by place."""
    review_digest: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything known of one quarter, for all districts."""

    settings: Settings
    quarter: Quarter
    report_date: date
    is_sample: bool
    is_preview: bool
    origins: tuple[Origin, ...]
    measures: Measures
    breakdowns: Breakdowns
    shapes: Mapping[str, tuple[Shape, ...]]
    """By district (its beats) and for the city (its districts); empty where no boundaries are at hand."""
    contacts: Mapping[str, Contact]
    remarks: tuple[CheckResult, ...]
    extras: Extras = field(default_factory=Extras)
    voices: Voices | None = None
    """None: the reports have no part on what people said, as in a test of the numbers alone."""
