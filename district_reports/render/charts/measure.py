"""How wide a text will be, about: the picture's own fonts are the reader's, so nobody can know.

The widths are those of Noto Sans, which is wider than most system fonts, and rounded up. What belongs here: widths
and line breaks. What does not: places.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from district_reports.render.charts.theme import TEXT

# Widths in hundredths of the size of the text.
_NARROW = dict.fromkeys("iljI|.,:;'’!·‘", 29) | dict.fromkeys('frt()[]{}/-"*“”', 40) | {" ": 26}
_WIDE = dict.fromkeys("mwMWQO@%—…", 94) | {"w": 79, "O": 78, "Q": 78, "%": 84}
_DIGIT, _SMALL, _CAPITAL, _FULL, _OTHER = 58, 62, 69, 101, 64
_BOLD = 1.07
# Some programs set a quarter of a space between Chinese signs and Latin letters or digits.
_SEAM = 25
# Chinese and Japanese may break between any two signs, but not before these.
_NO_START = "，。、；：！？）」』”％–—-"
_PIECE = re.compile(r"\s+|[^\s]+")


@lru_cache(maxsize=4096)
def text_width(text: str, *, is_bold: bool = False, size: float = TEXT) -> float:
    """Return the width of one line of text, in pixels, rather too much than too little."""
    seams = sum(one.isalnum() and other.isalnum() and _is_wide(one) != _is_wide(other) for one, other in pairwise(text))
    width = (sum(map(_sign_width, text)) + seams * _SEAM) / 100 * size
    return width * _BOLD if is_bold else width


def _sign_width(sign: str) -> int:
    known = _NARROW.get(sign) or _WIDE.get(sign)
    if known:
        return known
    category = unicodedata.category(sign)
    if category in ("Mn", "Me", "Cf"):
        return 0
    if _is_wide(sign):
        return _FULL
    if category == "Nd":
        return _DIGIT
    if category == "Ll":
        return _SMALL
    return _CAPITAL if category == "Lu" else _OTHER


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WF"


def wrap(text: str, width: float, *, is_bold: bool = False) -> list[str]:
    """Return the text in lines no wider than `width` pixels, broken at spaces or between Chinese signs.

    A line break in the text stays one. A single word wider than that stands alone and is not cut.
    """
    return [line for part in text.split("\n") for line in _fill(_pieces(part), width, is_bold)]


def _fill(pieces: list[str], width: float, is_bold: bool) -> list[str]:
    lines = [""]
    for piece in pieces:
        longer = lines[-1] + piece
        if lines[-1] and piece.strip() and text_width(longer.strip(), is_bold=is_bold) > width:
            lines.append(piece)
        else:
            lines[-1] = longer
    return [line.strip() for line in lines if line.strip()]


def _pieces(text: str) -> list[str]:
    """Return what must not be broken: words, single Chinese signs, spaces."""
    pieces: list[str] = []
    for run in _PIECE.findall(text):
        start = len(pieces)
        for sign in run:
            is_loose = _is_wide(sign) and sign not in _NO_START
            joins_wide = len(pieces) > start and _is_wide(pieces[-1][-1])
            if len(pieces) == start or is_loose or (joins_wide and sign not in _NO_START):
                pieces.append(sign)
            else:
                pieces[-1] += sign
    return pieces
