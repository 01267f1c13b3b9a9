"""What the charts of a page show, ready to be drawn: every text final, every number formatted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from district_reports.model import Record


class TrendPoint(Record):
    """One quarter of a trend chart."""

    label: str
    """Short name of the quarter, for the axis; may hold a line break."""
    value: int | None
    text: str
    """The number as printed; empty without a value."""
    is_now: bool
    is_same_season: bool
    """The same quarter of an earlier year, or the quarter at hand."""


class TrendChart(Record):
    """Counts by quarter."""

    kind: Literal["trend"] = "trend"
    points: tuple[TrendPoint, ...]
    same_season_word: str
    """Legend of the marked quarters."""
    other_word: str
    no_data_word: str


class PairBar(Record):
    """Two numbers of one kind, side by side."""

    label: str
    first: float | None
    second: float | None
    first_text: str
    second_text: str


class PairChart(Record):
    """Horizontal bars in pairs: now and a year before, or here and the city."""

    kind: Literal["pairs"] = "pairs"
    bars: tuple[PairBar, ...]
    first_word: str
    second_word: str
    axis_word: str


class HourCell(Record):
    """One hour of one weekday."""

    weekday: int
    hour: int
    value: int
    step: int
    """0 (least) to 4 (most)."""


class HourChart(Record):
    """Hour by weekday."""

    kind: Literal["hours"] = "hours"
    cells: tuple[HourCell, ...]
    weekday_names: tuple[str, ...]
    """Seven short names, Monday first."""
    hour_names: tuple[str, ...]
    """Twenty-four short names."""
    step_words: tuple[str, ...]
    """What each step stands for, least first; at most five."""


class MapArea(Record):
    """One area of a map."""

    area_id: str
    label: str
    value: int
    text: str
    step: int
    rings: tuple[tuple[tuple[int, int], ...], ...]
    """On a 0-1000 square, y pointing down; empty in a tile map."""
    tile: tuple[int, int]
    """Row and column; used in a tile map."""


class MapChart(Record):
    """Filled areas; never points."""

    kind: Literal["map"] = "map"
    form: Literal["polygons", "tiles"]
    areas: tuple[MapArea, ...]
    step_words: tuple[str, ...]


Chart = Annotated[TrendChart | PairChart | HourChart | MapChart, Field(discriminator="kind")]
