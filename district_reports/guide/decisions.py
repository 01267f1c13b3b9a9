"""What was decided in a quarter on policy or procedure: `decisions/<quarter>.toml`."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from district_reports.errors import Problem, ReadingError
from district_reports.guide.texts import check_text
from district_reports.model import Decided
from district_reports.periods import Quarter
from district_reports.readings.entries import load_entries, require_none
from district_reports.settings import Settings

FOLDER = "decisions"
_NAME = re.compile(r"[12][0-9]{3}Q[1-4]\.toml")
_ID = re.compile(r"[A-Za-z0-9-]{1,40}")


def load_decisions(
    settings: Settings, folder: Path, quarter: Quarter, as_of: date
) -> tuple[tuple[Decided, ...], dict[str, str]]:
    """Return the decisions of a quarter, oldest first, and the file with its SHA-256; none without a file.

    Args:
        settings: Districts and languages.
        folder: Where the files of all quarters lie; need not exist.
        quarter: The report's.
        as_of: The report's day; a decision cannot be later.

    Raises:
        ReadingError: If a file has no quarter's name, or anything in this quarter's is wrong.
        StoreError: If it cannot be read.
    """
    found = sorted(path.name for path in (folder.iterdir() if folder.is_dir() else ()))
    strange = [name for name in found if name.lower().endswith(".toml") and not _NAME.fullmatch(name)]
    if strange:
        # It would never be read, and whoever wrote it would not know.
        raise ReadingError(folder, [Problem(name, "a quarter's name such as 2026Q3.toml", name) for name in strange])
    path = folder / f"{quarter}.toml"
    if not path.is_file():
        return (), {}
    decisions, digest = load_entries(path, "decision", Decided)
    problems: list[Problem] = []
    for number, decision in enumerate(decisions, 1):
        problems += _problems_of(f"decision {number}", decision, settings, quarter, as_of)
    ids = [decision.decision_id for decision in decisions]
    problems += [
        Problem(one, "each decision_id once", "it again") for one in sorted({x for x in ids if ids.count(x) > 1})
    ]
    require_none(path, problems)
    ordered = sorted(decisions, key=lambda decision: (decision.on, decision.decision_id))
    return tuple(ordered), {f"{FOLDER}/{path.name}": digest}


def _problems_of(where: str, decision: Decided, settings: Settings, quarter: Quarter, as_of: date) -> list[Problem]:
    found = check_text(where, "what", decision.what, settings)
    if not _ID.fullmatch(decision.decision_id):
        found.append(Problem(f"{where}, decision_id", "letters, digits and hyphens", repr(decision.decision_id)[:60]))
    if not decision.who_decided.strip() or len(decision.who_decided) > 200:
        found.append(Problem(f"{where}, who_decided", "who, in at most 200 letters", repr(decision.who_decided)[:60]))
    last = min(quarter.end, as_of)
    if not quarter.start <= decision.on <= last:
        found.append(Problem(f"{where}, on", f"a day from {quarter.start} to {last}", str(decision.on)))
    if decision.comment_until is not None and decision.comment_until < quarter.start:
        found.append(Problem(f"{where}, comment_until", f"a day from {quarter.start} on", str(decision.comment_until)))
    if decision.url and not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", decision.url):
        found.append(Problem(f"{where}, url", "the address of a page, https://…", repr(decision.url)[:60]))
    known = ", ".join(settings.district_ids)
    found += [
        Problem(f"{where}, district_ids", f"one of {known}", repr(place)[:40])
        for place in decision.district_ids
        if place not in settings.district_ids
    ]
    return found
