"""SVG pictures: made small, with ids of their own, and parted from their words."""

from __future__ import annotations

from typing import NamedTuple


class SvgLabel(NamedTuple):
    """One word or line of a picture, at its absolute place."""

    x: float
    """Pixels from the left edge of the picture."""
    y: float
    """Pixels from the top edge to the baseline."""
    angle: float
    """Degrees, clockwise, around (x, y)."""
    text: str
    anchor: str
    """Which point of the text stands at (x, y): `start` is its left end in every script, `middle`, `end` its right."""
    size: float
    """Pixels."""
    is_bold: bool
    fill: str
    """Colour, `#rrggbb`."""


class SplitSvg(NamedTuple):
    """A picture without its words, and the words."""

    svg: str
    labels: tuple[SvgLabel, ...]
    width: float
    height: float


def split_labels(svg: str) -> SplitSvg:
    """Return the picture without text, its texts with absolute places, its width and height in pixels."""
    raise NotImplementedError
