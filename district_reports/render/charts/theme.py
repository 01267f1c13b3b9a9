"""Colours, sizes and the furniture every chart shares: one narrow design for phone, desktop and print.

A chart is 328 px wide, the width of a phone's column, and its text 11.5 px. Printed 3.5 inches wide that text is
8.8 points. The roles of the colours hold in greyscale too: what stands side by side differs in lightness.
"""

from __future__ import annotations

from typing import Any, Final

import altair as alt

WIDTH: Final = 328
"""Pixels."""
TEXT: Final = 11.5
"""Size of all text, pixels."""
LINE: Final = 14.5
"""From baseline to baseline, pixels."""
ASCENT: Final = 9.0
"""From the top of a line's letters to its baseline, pixels."""

INK: Final = "#1B2733"
MUTED: Final = "#51606E"
PAPER: Final = "#FFFFFF"
GRID: Final = "#D5DCE3"
NOW: Final = "#0B4F8A"
COMPARED: Final = "#8593A1"
CONTEXT: Final = "#CBD3DB"
"""Marks that only give the others a setting; they carry no number of their own in the picture."""
STEPS: Final = ("#E6EEF5", "#B9D0E4", "#7FA9CC", "#3F79AD", "#0B4F8A")
"""Least to most."""
STEP_TEXT: Final = (INK, INK, INK, PAPER, PAPER)
"""Colour of text that stands on each step."""

HATCH: Final = "url(#hatch)"
"""Fill of what is missing. The pattern itself is put in by `svg.py`, for Vega has none."""
BAND: Final = "url(#band)"
"""Fill behind the banner."""

FRAME: Final = "frame"
"""Name of the signal that holds a picture's own numbers, such as the end of a scale."""


def datum(field: str) -> Any:
    """Return a value taken from the row, in pixels or as it stands, through no scale."""
    return alt.value(alt.expr(f"datum.{field}"))


def frame(field: str) -> Any:
    """Return a value taken from the picture's own numbers."""
    return alt.expr(f"{FRAME}.{field}")


def rows(name: str) -> Any:
    """Return the reference to a data set whose rows are given later."""
    return alt.NamedData(name)


def boxes(name: str = "boxes") -> alt.Chart:
    """Return the layer of rectangles that stand at given pixels: keys, bands, missing quarters."""
    layer: alt.Chart = alt.Chart(rows(name)).mark_rect(aria=False)
    return layer.encode(x=datum("x"), x2=datum("x2"), y=datum("y"), y2=datum("y2"), fill=datum("fill"))


def step_fill() -> alt.Fill:
    """Return the five-step scale of a row's `step`, 0 to 4."""
    scale = alt.Scale(domain=list(range(len(STEPS))), range=list(STEPS))
    return alt.Fill("step:O", legend=None, scale=scale)


def texts(name: str = "words", *, dx: Any = 0, dy: float = 0, **places: Any) -> alt.Chart:
    """Return a layer of texts; `x` and `y` are taken from the rows in pixels unless given otherwise.

    The rows hold no text, only the number of one (see `canvas.py`); it travels as the mark's description.
    """
    layer: alt.Chart = alt.Chart(rows(name)).mark_text(
        aria=True,
        baseline="alphabetic",
        align=alt.expr("datum.align"),
        fontWeight=alt.expr("datum.weight"),
        fontSize=TEXT,
        angle=alt.expr("datum.angle"),
        dx=dx,
        dy=dy,
    )
    encoding = {"x": datum("x"), "y": datum("y"), "fill": datum("fill")} | places
    return layer.encode(text="text:N", description="key:N", **encoding)


def assemble(*layers: alt.Chart) -> alt.LayerChart:
    """Return the chart of these layers, first at the bottom, without axes, titles or space around it."""
    chart: Any = alt.layer(*layers)
    size: dict[str, Any] = {"width": WIDTH, "height": 1, "padding": 0, "autosize": alt.AutoSizeParams(type="none")}
    look: dict[str, Any] = {"aria": False, "background": "transparent", "view": alt.ViewConfig(stroke=None)}
    chart = chart.properties(params=[alt.VariableParameter(name=FRAME, value={})], **size)
    whole: alt.LayerChart = chart.configure(**look)
    return whole
