"""How a check says what it found: short, in one line, nothing that a terminal or a page would obey."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

NAME_LENGTH, NAMES_SHOWN = 60, 5
"""Characters of a source's name, and names or places, that a message shows; the rest is cut or counted."""
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that a terminal or a page may obey instead of show: controls, bidi overrides, line breaks."""


def shortened(text: str) -> str:
    """Return a source's text fit for a message: one short line of visible characters."""
    visible = "".join(" " if unicodedata.category(char) in _INVISIBLE else char for char in text)
    line = " ".join(visible.split())
    return line if len(line) <= NAME_LENGTH else f"{line[: NAME_LENGTH - 1]}…"


def listed(cases: Sequence[str]) -> str:
    """Return the first cases and how many more there are; nothing for none."""
    more = len(cases) - NAMES_SHOWN
    return ", ".join(cases[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
