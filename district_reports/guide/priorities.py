"""Priorities of the districts' strategic plans: `priorities.toml`, each with measure, target and date."""

from __future__ import annotations

import re
from pathlib import Path

from district_reports.errors import Problem
from district_reports.guide.texts import check_text
from district_reports.model import Priority
from district_reports.readings.entries import load_entries, require_none
from district_reports.settings import Settings

FILE = "priorities.toml"
_ID = re.compile(r"[A-Za-z0-9-]{1,40}")


def load_priorities(settings: Settings, records_dir: Path) -> tuple[tuple[Priority, ...], dict[str, str]]:
    """Return all priorities in the order of the file, and the file with its SHA-256; none without a file.

    Raises:
        ReadingError: If anything in the file is wrong; nothing is taken from it.
        StoreError: If it cannot be read.
    """
    path = records_dir / FILE
    if not path.is_file():
        return (), {}
    priorities, digest = load_entries(path, "priority", Priority)
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, priority in enumerate(priorities, 1):
        where = f"priority {number}"
        for name in ("what", "measure", "target"):
            problems += check_text(where, name, getattr(priority, name), settings)
        if not _ID.fullmatch(priority.priority_id) or priority.priority_id in seen:
            expected = "letters, digits and hyphens, each once"
            problems.append(Problem(f"{where}, priority_id", expected, repr(priority.priority_id)[:60]))
        seen.add(priority.priority_id)
        if priority.district_id not in settings.district_ids:
            expected = f"one of {', '.join(settings.district_ids)}"
            problems.append(Problem(f"{where}, district_id", expected, repr(priority.district_id)[:40]))
    require_none(path, problems)
    return priorities, {FILE: digest}
