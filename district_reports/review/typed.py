"""What people type at the desk, made fit to be kept: plain text in paragraphs, of a length that was agreed.

Markup has no meaning and stays what it is: letters. What cannot be seen, or would turn the text around it, goes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from district_reports.errors import RuleError, Told

_BREAKS = re.compile("[\r\n\x0b\x0c\x85\u2028\u2029]+")
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U000e0000-\U000e0fff]"
)
"""Turns of direction and what has no width; joiners stay, which some scripts are written with."""
_NO_LETTERS: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
"""Unicode categories of controls, lone surrogates, private use, and what is not assigned."""
_MARKS: Final = frozenset({"Mn", "Me"})
_MOST_MARKS: Final = 4
"""Marks on one letter; no writing has more, and a pile of them covers the lines around."""
_READ: Final = 20
"""Times the limit that is read at all: what is longer is not cleaned before it is refused."""


def clean_typed(text: str, *, limit: int, what: str, most_paragraphs: int = 0) -> str:
    """Return a typed text as it is kept: one line for each paragraph, none of them empty; empty if nothing is left.

    Args:
        text: As it came.
        limit: Characters at most, once it is cleaned.
        what: How a message calls it, and the field that it is about.
        most_paragraphs: How many it may have; 0: as many as it likes.

    Raises:
        RuleError: If it is longer.
    """
    if len(text) > _READ * limit:
        raise _too_long(what, limit, len(text))
    lines = (" ".join(_letters(line).split()) for line in _BREAKS.split(unicodedata.normalize("NFC", text)))
    kept = [line for line in lines if line]
    clean = "\n".join(kept)
    if len(clean) > limit:
        raise _too_long(what, limit, len(clean))
    if most_paragraphs and len(kept) > most_paragraphs:
        line = f"{what}: expected at most {most_paragraphs} paragraphs, got {len(kept)}"
        raise RuleError(Told(line, "paragraphs", what, limit=most_paragraphs, got=len(kept)))
    return clean


def _too_long(what: str, limit: int, got: int) -> RuleError:
    line = f"{what}: expected at most {limit} characters, got {got}"
    return RuleError(Told(line, "long", what, limit=limit, got=got))


def _letters(line: str) -> str:
    kept, marks = [], 0
    for sign in _UNSEEN.sub("", line):
        category = unicodedata.category(sign)
        marks = marks + 1 if category in _MARKS else 0
        if marks <= _MOST_MARKS:
            kept.append(" " if category == "Cc" else "" if category in _NO_LETTERS else sign)
    return "".join(kept)
