"""Records of where and when incidents happened, of notes on the rows, and of a station."""

from __future__ import annotations

from typing import Literal

from district_reports.model.core import Measure, Record


class Shape(Record):
    """One area of a map on a 0-1000 square, y pointing down; rings of the polygons."""

    area_id: str
    rings: tuple[tuple[tuple[int, int], ...], ...]


class AreaCount(Record):
    """Incidents in one area of a map (a beat, or a district in the city's report)."""

    area_id: str
    count: int


class Places(Record):
    """Where incidents happened: counts by area, and how to draw them."""

    kind: Literal["polygons", "tiles"]
    areas: tuple[AreaCount, ...]
    shapes: tuple[Shape, ...]
    unplaced: int
    """Incidents whose area contradicts the district or has no shape."""


class HourCount(Record):
    """Incidents that began in one hour of one weekday."""

    weekday: int
    """0 = Monday."""
    hour: int
    """0-23, local time."""
    count: int


class Part(Record):
    """An offence's part of all incidents, here and in the whole city: incidents per 100."""

    metric_id: str
    here_per_100: float | None
    city_per_100: float | None
    here: Measure
    here_all: Measure
    city: Measure
    city_all: Measure


class Note(Record):
    """A count about the data that the report tells its readers, such as rows without a district."""

    note_id: str
    count: int
    names: tuple[str, ...] = ()
    """Names from the source, as they stand there (hostile: escape at the edge)."""


class Contact(Record):
    """The station of a district."""

    name: str
    address: str
    phone: str
    is_verified: bool
