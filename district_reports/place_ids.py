"""District ids as the city writes them, whatever a publisher made of them.

One function for all sources: `1`, `"1"`, `"001"`, `"District 10 - Ogden"`, beats of three and four characters, several
beats joined by a sign. What belongs to none of the city's districts is nobody's, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_NUMBERED = re.compile(r"\s*district\s+([0-9]+)\b", re.IGNORECASE)


@dataclass(frozen=True)
class PlaceRule:
    """How a city's districts and beats are numbered."""

    district_ids: tuple[str, ...]
    beat_district_digits: int = 0
    """How many first characters of a beat are the last ones of its district; 0 = a beat does not tell its district."""
    beat_length: int = 4
    separator: str = "|"


def find_district(raw: object, kind: Literal["one", "beats"], rule: PlaceRule) -> str | None:
    """Return the id of the district that a publisher's text stands for; None where it is none of the city's.

    Args:
        raw: A number, a text or nothing, as the source has it.
        kind: `one`: a district's id, number or name with its number; `beats`: one beat, or several.
        rule: The city's.

    Returns:
        For several beats their district if it is the same for all, else None.
    """
    if raw is None or isinstance(raw, bool) or (isinstance(raw, float) and raw != raw):
        return None
    text = str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw).strip()
    if kind == "beats":
        return _district_of_beats(text, rule)
    numbered = _NUMBERED.match(text)
    padded = pad_id(numbered[1] if numbered else text, rule.district_ids)
    return padded if padded in rule.district_ids else None


def pad_id(raw: str | None, district_ids: Sequence[str]) -> str | None:
    """Return an id with zeros on the left up to the width of the city's own ids: "1" becomes "001".

    A word such as "Headquarters" and a missing id stay as they are.
    """
    if raw is None or not (raw.isascii() and raw.strip().isdecimal()):
        return raw
    width = max((len(district_id) for district_id in district_ids), default=0)
    return raw.strip().zfill(width)


def _district_of_beats(text: str, rule: PlaceRule) -> str | None:
    if not rule.beat_district_digits:
        return None
    starts = {district_id[-rule.beat_district_digits :]: district_id for district_id in rule.district_ids}
    beats = [beat.strip() for beat in text.split(rule.separator) if beat.strip()]
    found = {_start_of_beat(beat, rule) for beat in beats}
    return starts.get(found.pop()) if len(found) == 1 else None


def _start_of_beat(beat: str, rule: PlaceRule) -> str:
    """Return the characters that tell the district; none where the beat has not the city's length."""
    padded = beat.zfill(rule.beat_length) if beat.isascii() and beat.isdecimal() else beat
    return padded[: rule.beat_district_digits] if len(padded) == rule.beat_length else ""
