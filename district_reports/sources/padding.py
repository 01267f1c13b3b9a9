"""District ids as the city writes them, whatever a publisher made of their leading zeros."""

from __future__ import annotations

from collections.abc import Sequence


def pad_id(raw: str | None, district_ids: Sequence[str]) -> str | None:
    """Return an id with zeros on the left up to the width of the city's own ids: "1" becomes "001".

    A word such as "Headquarters" and a missing id stay as they are.
    """
    if raw is None or not (raw.isascii() and raw.strip().isdecimal()):
        return raw
    width = max((len(district_id) for district_id in district_ids), default=0)
    return raw.strip().zfill(width)
