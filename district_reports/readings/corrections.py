"""Errors of ours in earlier reports, set right: `corrections.toml`.

Not for numbers that the publisher changed: those are told as revisions, counted from the snapshots.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from district_reports.errors import ConfigError, Problem
from district_reports.model import CITY, Correction
from district_reports.periods import Quarter
from district_reports.readings.entries import check_words, load_entries, require_none
from district_reports.settings import Settings

FILE = "corrections.toml"


def load_corrections(
    settings: Settings, folder: Path, today: date
) -> tuple[tuple[Correction, ...], tuple[str, ...], str] | None:
    """Return the corrections made up to today, the days of later ones, and the file's SHA-256; None without a file.

    Args:
        settings: Districts and languages.
        folder: Where the file may lie.
        today: The report's day; it cannot tell what was set right only later.

    Raises:
        ReadingError: If anything in the file is wrong; nothing is taken from it.
        StoreError: If it cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    corrections, digest = load_entries(path, "correction", Correction)
    problems: list[Problem] = []
    for number, correction in enumerate(corrections, 1):
        problems += _problems_of(f"correction {number}", correction, settings)
    require_none(path, problems)
    known = tuple(correction for correction in corrections if correction.corrected_on <= today)
    later = tuple(str(correction.corrected_on) for correction in corrections if correction.corrected_on > today)
    return known, later, digest


def _problems_of(where: str, correction: Correction, settings: Settings) -> list[Problem]:
    found = check_words(where, correction.why, [language.tag for language in settings.languages])
    allowed = (*settings.district_ids, CITY)
    found += [
        Problem(f"{where}, district_ids", f"one of {', '.join(allowed)}", repr(district_id)[:40])
        for district_id in correction.district_ids
        if district_id not in allowed
    ]
    try:
        quarter = Quarter.parse(correction.quarter)
    except ConfigError:
        found.append(Problem(f"{where}, quarter", "a quarter such as 2026Q3", repr(correction.quarter)[:40]))
    else:
        if correction.corrected_on <= quarter.end:
            found.append(
                Problem(f"{where}, corrected_on", f"a day after {quarter} was over", str(correction.corrected_on))
            )
    for name in ("metric_id", "was", "now"):
        if not getattr(correction, name).strip():
            found.append(Problem(f"{where}, {name}", "a text", "nothing"))
    if correction.was == correction.now:
        found.append(Problem(f"{where}, now", f"another text than {correction.was!r:.40}", "the same"))
    return found
