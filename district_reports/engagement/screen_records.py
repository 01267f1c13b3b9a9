"""Screening whole records: every text of people in them, wherever it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from district_reports.engagement.quarantine import find_catches
from district_reports.engagement.screen import Screen
from district_reports.errors import Told
from district_reports.model import Record, Text


def list_texts(record: Record, where: str = "") -> Iterator[tuple[str, Text]]:
    """Give the texts of people in a record, each with where it stands, such as `steps.2.by_police`."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        for number, part in enumerate(value if isinstance(value, tuple) else (value,), 1):
            place = f"{where}{name}" + (f".{number}" if isinstance(value, tuple) else "")
            if isinstance(part, Text):
                yield place, part
            elif isinstance(part, Record):
                yield from list_texts(part, f"{place}.")


def find_named(screen: Screen, record: Record, is_known: Callable[[Text], bool] = lambda text: False) -> list[str]:
    """Return each text of a record in which somebody may be named, and what kinds of things; never the words.

    Args:
        screen: Of the city.
        record: With the texts of people.
        is_known: Whether a text need not be looked at: a person has, or others will tell what is wrong with it.
    """
    return [
        _tell_named(where, tuple(dict.fromkeys(one.kind for one in caught)))
        for where, text in list_texts(record)
        if not is_known(text) and (caught := find_catches(screen, text))
    ]


def _tell_named(where: str, kinds: tuple[str, ...]) -> Told:
    line = f"{where}: expected to name nobody, got what looks like {', '.join(kinds)}"
    return Told(line, "looks_like", where, kinds=tuple(Told(kind, f"kind.{kind}") for kind in kinds))
