"""How sources stand, in words: what is missing, since when, and where to look; and a figure with its state."""

from __future__ import annotations

from collections.abc import Iterable

from district_reports.model import Freshness, Measure, State, Text
from district_reports.render.sheet import Sheet


def list_notices(sheet: Sheet, freshness: Iterable[Freshness]) -> tuple[str, ...]:
    """Return a sentence for each source that is missing, stopped, or published by nobody."""
    return tuple(_notice(sheet, source) for source in freshness if source.state is not State.OK)


def _notice(sheet: Sheet, source: Freshness) -> str:
    words = sheet.words
    what = words.text(f"source_name.{source.source_id}")
    if source.state is State.STALE and source.fresh_to is not None:
        date_text = words.day(source.fresh_to)
        return words.text("standing.stale", what=what, date=date_text, url=words.name(source.look_at))
    key = "standing.not_published" if source.state is State.NOT_PUBLISHED else "standing.no_data"
    return words.text(key, what=what, url=words.name(source.look_at))


def source_line(sheet: Sheet, source_id: str) -> str:
    """Return the line under a picture: which source, of whom, as of when; made-up rows have no publisher."""
    words = sheet.words
    if sheet.dossier.is_sample:
        return words.text("source.sample_line")
    found = (origin for origin in sheet.dossier.origins if origin.origin_id.split(" ")[0] == source_id)
    origin = next(found, None)
    if origin is None:
        return words.text("source.none_line")
    title, producer = words.name(origin.title), words.name(origin.producer)
    return words.text("source.line", title=title, producer=producer, date=words.day(origin.as_of))


def tell(sheet: Sheet, measure: Measure, *, decimals: int = 0) -> str:
    """Return a figure as printed, marked where it is too early or old, or the words for a missing one.

    Shares are told of every 100.
    """
    words = sheet.words
    if measure.value is None:
        return sheet.missing(measure)
    value = 100 * measure.value if measure.unit == "share" else measure.value
    text = words.number(value, decimals)
    if measure.state is State.TOO_EARLY:
        return words.text("number.too_early", number=text)
    return words.text("number.stale", number=text) if measure.state is State.STALE else text


def is_muted(measure: Measure) -> bool:
    """Return whether a figure must not look like a settled one."""
    return measure.state in (State.TOO_EARLY, State.STALE)


def length_of(value: float | None, most: float | None) -> float | None:
    """Return the length of a bar, 0-1; None without a value."""
    if value is None:
        return None
    return min(1.0, value / most) if most else 0.0


def own_words(sheet: Sheet, text: Text) -> str:
    """Return a person's words in the page's language, or as they wrote them."""
    tag = sheet.words.language.tag
    return text.text if tag == text.language else sheet.words.name(text.translations.get(tag, text.text))
