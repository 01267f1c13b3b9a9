"""Why a release goes out although a required check failed: `notes/<quarter>.toml`. Each is printed in the reports."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from district_reports.errors import Problem, ReadingError
from district_reports.model import Explanation
from district_reports.periods import Quarter
from district_reports.readings.entries import check_words, load_entries, require_none
from district_reports.settings import Settings

FOLDER = "notes"
_NAME = re.compile(r"[12][0-9]{3}Q[1-4]\.toml")


def load_explanations(
    settings: Settings, folder: Path, quarter: Quarter, today: date
) -> tuple[tuple[Explanation, ...], str] | None:
    """Return the explanations of a quarter's release, and the file's SHA-256; None without a file.

    Args:
        settings: Sources and languages.
        folder: Where the files of all quarters lie.
        quarter: The report's.
        today: The report's day; an explanation cannot be later.

    Raises:
        ReadingError: If a file has no quarter's name, or anything in this quarter's is wrong.
        StoreError: If it cannot be read.
    """
    strange = sorted(
        path.name
        for path in (folder.iterdir() if folder.is_dir() else ())
        if path.suffix.lower() == ".toml" and not _NAME.fullmatch(path.name)
    )
    if strange:
        # It would never be read, and whoever wrote it would not know.
        raise ReadingError(folder, [Problem(name, "a quarter's name such as 2026Q3.toml", name) for name in strange])
    path = folder / f"{quarter}.toml"
    if not path.is_file():
        return None
    explanations, digest = load_entries(path, "explanation", Explanation)
    problems: list[Problem] = []
    seen: dict[tuple[str, str], int] = {}
    for number, explanation in enumerate(explanations, 1):
        where = f"explanation {number}"
        problems += _problems_of(where, explanation, settings, quarter, today)
        key = (explanation.check_id, explanation.source_id)
        if key in seen:
            problems.append(Problem(where, "each check of a source once", f"that of explanation {seen[key]} again"))
        seen.setdefault(key, number)
    require_none(path, problems)
    return explanations, digest


def _problems_of(
    where: str, explanation: Explanation, settings: Settings, quarter: Quarter, today: date
) -> list[Problem]:
    found = check_words(where, explanation.why, [language.tag for language in settings.languages])
    sources = [source.source_id for source in settings.sources]
    if explanation.source_id not in ("", *sources):
        expected = f"one of {', '.join(sources)}, or nothing"
        found.append(Problem(f"{where}, source_id", expected, repr(explanation.source_id)[:40]))
    for name in ("check_id", "who"):
        if not getattr(explanation, name).strip():
            found.append(Problem(f"{where}, {name}", "a text", "nothing"))
    if not quarter.start <= explanation.on <= today:
        found.append(Problem(f"{where}, on", f"a day from {quarter.start} to {today}", str(explanation.on)))
    return found
