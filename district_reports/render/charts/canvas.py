"""The sheet a chart is laid out on: its words, its boxes, and the rows of its marks.

Places are told in reading order, from the side a reader starts at; the sheet turns them for right-to-left scripts.
Vega gets rows without a word in them: each text mark carries only the number of its text, which `svg.py` puts in at
the end. So no untrusted text passes through a template or a script engine, and nothing is measured there, which
would take nine tenths of the time (all places are fixed before).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from district_reports.render.charts.measure import text_width, wrap
from district_reports.render.charts.theme import ASCENT, BAND, INK, LINE, MUTED, STEPS, WIDTH

Align = Literal["start", "middle", "end"]
Row = dict[str, Any]

SWATCH = 11.0
GAP = 6.0
BAND_PAD = 4.0
TALL = 240.0
"""A picture taller than this repeats its banner at the foot, pixels."""


@dataclass(frozen=True)
class Drawing:
    """All that one picture swaps in the compiled chart."""

    height: float
    """Pixels."""
    frame: dict[str, Any]
    """The picture's own numbers."""
    rows: dict[str, list[Row]]
    """Rows of each data set; those of texts hold the number of a text, not the text."""
    texts: tuple[str, ...]


@dataclass
class Canvas:
    """A sheet of fixed width that grows downwards."""

    is_rtl: bool
    locale: str
    banner: str = ""
    texts: list[str] = field(default_factory=list)
    words: list[Row] = field(default_factory=list)
    boxes: list[Row] = field(default_factory=list)

    def turn(self, x: float) -> float:
        """Return the place from the left edge, in pixels, of one told in reading order."""
        return round(WIDTH - x if self.is_rtl else x, 2)

    def label(self, text: str, align: Align = "start", *, bold: bool = False, fill: str = INK, angle: float = 0) -> Row:
        """Return the part of a text's row that tells the text and its looks; the caller adds the place."""
        self.texts.append(text)
        sides = ("right", "center", "left") if self.is_rtl else ("left", "center", "right")
        return {
            "key": f"t{len(self.texts) - 1}",
            "text": "",
            "align": sides[("start", "middle", "end").index(align)],
            "weight": "bold" if bold else "normal",
            "fill": fill,
            "angle": angle,
        }

    def write(self, text: str, x: float, y: float, align: Align = "start", **looks: Any) -> None:
        """Set one line with its baseline at `y`."""
        self.words.append(self.label(text, align, **looks) | {"x": self.turn(x), "y": round(y, 2)})

    def write_lines(self, lines: Sequence[str], x: float, y: float, align: Align = "start", **looks: Any) -> float:
        """Set lines from the top edge `y` downwards and return the lower edge."""
        for number, line in enumerate(lines):
            self.write(line, x, y + ASCENT + number * LINE, align, **looks)
        return y + len(lines) * LINE

    def fill_box(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """Set a filled rectangle."""
        left = min(self.turn(x), self.turn(x + width))
        edges = {"x": left, "x2": left + width, "y": y, "y2": y + height}
        self.boxes.append({name: round(edge, 2) for name, edge in edges.items()} | {"fill": fill})

    def draw_key(self, entries: Sequence[tuple[str, str]], y: float) -> float:
        """Set a key of colours and words, in as few rows as fit, and return its lower edge.

        Args:
            entries: Fill and word.
            y: Upper edge, pixels.
        """
        x = 0.0
        for fill, word in entries:
            width = SWATCH + GAP + text_width(word)
            if x and x + width > WIDTH:
                x, y = 0.0, y + LINE + 1
            self.fill_box(x, y, SWATCH, SWATCH - 1, fill)
            lines = wrap(word, WIDTH - SWATCH - GAP)
            y = self.write_lines(lines, x + SWATCH + GAP, y) - LINE
            x += width + 14
        return y + LINE + 3 if entries else y

    def draw_steps(self, step_words: Sequence[str], y: float) -> float:
        """Set the key of a stepped colour scale, least first, and return its lower edge."""
        if not step_words:
            return y
        share = WIDTH / len(step_words)
        if max(map(text_width, step_words)) > share - 5:
            return self.draw_key(list(zip(STEPS, step_words, strict=False)), y)
        width = min(share, max(44.0, max(map(text_width, step_words)) + 10))
        for number, word in enumerate(step_words):
            self.fill_box(number * width, y, width - 1.5, 8, STEPS[number])
            self.write(word, (number + 0.5) * width, y + 11 + ASCENT, "middle")
        return y + 11 + LINE + 2

    def draw_banner(self, y: float) -> float:
        """Set what the picture must say of itself across its whole width, and return the lower edge."""
        if not self.banner:
            return y
        lines = wrap(self.banner, WIDTH - 24, is_bold=True)
        height = len(lines) * LINE + 2 * BAND_PAD - 2
        side = (WIDTH - max(text_width(line, is_bold=True) for line in lines)) / 2 - 6
        for x in (0, WIDTH - side):
            self.fill_box(x, y, side, height, BAND)
        self.write_lines(lines, WIDTH / 2, y + BAND_PAD, "middle", bold=True)
        return y + height + 5

    def draw_note(self, text: str, y: float) -> float:
        """Set a small remark under the plot, such as the unit, and return its lower edge."""
        return self.write_lines(wrap(text, WIDTH), 0, y, fill=MUTED) if text else y

    def finish(self, height: float, frame: Row | None = None, **rows: list[Row]) -> Drawing:
        """Return the finished drawing, with the banner once more at the foot of a tall one.

        Args:
            height: Lower edge of the picture, pixels.
            frame: The picture's own numbers.
            rows: Rows of the chart's own data sets.
        """
        if self.banner and height > TALL:
            height = self.draw_banner(height + 4) - 5
        all_rows = rows | {"words": self.words, "boxes": self.boxes}
        return Drawing(round(height, 2), frame or {}, all_rows, tuple(self.texts))
