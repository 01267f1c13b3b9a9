"""The records of `sample.toml`: what the synthetic city is like.

The tables beside the incidents are optional: a sample makes no rows of a source that its city does not have.
"""

from __future__ import annotations

from pydantic import Field

from district_reports.model import Record


class SampleOffence(Record):
    """One kind of synthetic incident."""

    group: str
    code: str
    type: str
    weight: float = Field(gt=0)
    """Part of all incidents; need not add up to anything."""
    arrest_share: float = Field(ge=0, le=1)
    """Share with an arrest in the end."""
    domestic_share: float = Field(ge=0, le=1)
    summer_swing: float = Field(ge=0, lt=1)
    """Height of the summer above the year's mean."""
    yearly_trend: float = Field(gt=-1, lt=1)
    night_share: float = Field(ge=0, le=1)
    """Share that begins between 20:00 and 04:00."""


class SampleName(Record):
    """An invented name, and how often it comes."""

    name: str
    weight: float = Field(gt=0)


class SampleVictims(Record):
    """`[victims]` of `sample.toml`: who was shot."""

    shooting_groups: tuple[str, ...] = Field(min_length=1)
    """Offence groups of which some incidents are shootings that nobody died of."""
    shooting_share: float = Field(ge=0, le=1)
    gunshot_share: float = Field(ge=0, le=1)
    """Share of homicide victims who were shot."""


class SampleComplaints(Record):
    """`[complaints]` of `sample.toml`."""

    cases_per_quarter: int
    """Of the office whose cases are counted."""
    other_cases_per_quarter: int
    """Of all other offices."""
    force_share: float = Field(ge=0, le=1)
    categories: tuple[SampleName, ...] = Field(min_length=1)
    """Those that are not about force."""


class SampleRequests(Record):
    """`[requests]` of `sample.toml`."""

    rows_per_quarter: int
    kinds_share: float = Field(ge=0, le=1)
    """Part of the kinds that the report tells; the others are `types`."""
    types: tuple[SampleName, ...] = Field(min_length=1)


class SampleSentiment(Record):
    """`[sentiment]` of `sample.toml`: a survey that has stopped."""

    stopped_quarters_before: int = Field(ge=0)


class SampleCourt(Record):
    """`[court]` of `sample.toml`."""

    cases_per_year: int
    unit: str
    """How a district is written, from its `{number}` and `{name}`."""
    other_units: tuple[str, ...]


class SampleReadings(Record):
    """`[readings]` of `sample.toml`: what people would have read by hand."""

    force_per_quarter: int
    residents: int


class Sample(Record):
    """`sample.toml`: the synthetic city. It resembles no real district."""

    seed: int
    rows_per_quarter: int
    sectors: int
    beats_per_sector: int
    weights: dict[str, float]
    """Part of the city's incidents, by district; need not add up to 1."""
    offences: tuple[SampleOffence, ...]
    outside_rows_per_quarter: int
    """Rows with a district that is none of the city's, or with none."""
    outside_district: str
    strayed_beats_per_quarter: int
    """Rows whose beat lies in another district."""
    juvenile_share: float = Field(default=0.0, ge=0, le=1)
    """Share of arrests that the file of adults does not hold."""
    named_places_share: float = Field(default=0.0, ge=0, le=1)
    """Share of incidents at the kinds of place that metrics name; the others are at `places`."""
    places: tuple[SampleName, ...] = ()
    victims: SampleVictims | None = None
    complaints: SampleComplaints | None = None
    requests: SampleRequests | None = None
    sentiment: SampleSentiment | None = None
    court: SampleCourt | None = None
    readings: SampleReadings | None = None
