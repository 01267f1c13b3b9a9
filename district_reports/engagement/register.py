"""The engagement register: the read-only baseline of what people said before these reports began.

Its files lie in `engagement/` among the records, or in the shipped asset `data/engagement`:

```
register.toml    which city, days and documents, and what those do not print
sessions.csv     areas.csv       figures.csv       bodies.csv
codebook.toml    questions.toml  promises.toml     conditions.toml
```

What belongs here: whether the files agree with each other. What does not: what a district's report may tell of them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TypeVar

from district_reports.engagement.register_about import About, check_about, load_about
from district_reports.engagement.register_tables import (
    AREAS,
    BODIES,
    FIGURES,
    SESSIONS,
    load_bodies,
    load_figures,
    load_sessions,
    load_totals,
)
from district_reports.engagement.register_words import (
    CODEBOOK,
    CONDITIONS,
    PROMISES,
    QUESTIONS,
    load_conditions,
    load_promises,
    load_questions,
    load_themes,
)
from district_reports.errors import Problem, ReadingError
from district_reports.model import AreaTotal, Register, RegisterFigure, RegisterSession
from district_reports.settings import Settings, find_asset

FOLDER = "engagement"
SHIPPED = ("data", FOLDER)
ABOUT = "register.toml"
FILES = (ABOUT, SESSIONS, AREAS, FIGURES, BODIES, CODEBOOK, QUESTIONS, PROMISES, CONDITIONS)

ALL_SESSIONS, OPEN_SESSIONS = "sessions_all", "sessions_open"
"""Figures that the totals by area must add up to."""

T = TypeVar("T")


def load_register(settings: Settings, records_dir: Path, measures: Collection[str] | None = None) -> Register | None:
    """Return the register; None where it is another city's.

    Args:
        settings: City, districts and languages.
        records_dir: Where the records lie; the shipped register stands in for one that is not there.
        measures: Ids of the metrics that may stand beside a theme; None: not checked.

    Raises:
        ReadingError: If anything in any of its files is wrong; all problems at once.
        StoreError: If a file cannot be read.
        ConfigError: If there is no register, neither there nor shipped.
    """
    folder = _find_folder(records_dir)
    about = load_about(folder / ABOUT)
    if about.city_id != settings.city.city_id:
        return None
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise ReadingError(folder, [Problem(name, "a file of the register", "none of that name") for name in missing])
    tags = [language.tag for language in settings.languages]
    numbers = [document.number for document in about.documents]
    findings = _Findings([Problem(f"{ABOUT} {where}", *rest) for where, *rest in check_about(about)])
    sessions = findings.take(lambda: load_sessions(folder, settings))
    totals = findings.take(lambda: load_totals(folder, settings))
    figures = findings.take(lambda: load_figures(folder, settings))
    bodies = findings.take(lambda: load_bodies(folder, settings))
    themes = findings.take(lambda: load_themes(folder, tags, numbers, measures))
    questions = findings.take(lambda: load_questions(folder, tags))
    promises = findings.take(lambda: load_promises(folder, tags))
    conditions = findings.take(lambda: load_conditions(folder, tags))
    if sessions and totals and figures:
        findings.problems += _check_sums(about, sessions, totals, figures)
    if findings.problems:
        raise ReadingError(folder, findings.problems)
    return Register(
        city_id=about.city_id,
        first_day=about.first_day,
        last_day=about.last_day,
        sessions=sessions,
        totals=totals,
        figures=figures,
        bodies=bodies,
        themes=themes,
        questions=questions,
        promises=promises,
        conditions=conditions,
        digest=_digest(folder),
    )


class _Findings:
    """Reads file after file and keeps what is wrong with each."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def take(self, load: Callable[[], tuple[T, ...]]) -> tuple[T, ...]:
        """Return what a file holds; nothing, with its problems kept, where anything in it is wrong."""
        try:
            return load()
        except ReadingError as error:
            self.problems += [
                Problem(f"{error.path.name} {where}".strip(), expected, got) for where, expected, got in error.problems
            ]
            return ()


def _find_folder(records_dir: Path) -> Path:
    folder = records_dir / FOLDER
    return folder if (folder / ABOUT).is_file() else find_asset(*SHIPPED)


def _check_sums(
    about: About,
    sessions: Sequence[RegisterSession],
    totals: Sequence[AreaTotal],
    figures: Sequence[RegisterFigure],
) -> list[Problem]:
    """Return where sessions, totals, figures and the register's own words differ."""
    found: list[Problem] = []

    def expect(where: str, expected: object, got: object) -> None:
        if expected != got:
            found.append(Problem(where, str(expected), str(got)))

    printed = Counter(session.area for session in sessions)
    opened = Counter(session.area for session in sessions if session.open)
    unlisted = Counter({entry.area: entry.sessions for entry in about.not_printed})
    for total in totals:
        where = f"{AREAS} {total.area}"
        expect(f"{where}, printed", printed[total.area], total.printed)
        expect(f"{where}, sessions", total.printed + unlisted[total.area], total.sessions)
        least, most = opened[total.area], opened[total.area] + unlisted[total.area]
        if not least <= total.open_sessions <= most:
            found.append(Problem(f"{where}, open_sessions", f"{least} to {most}", str(total.open_sessions)))
    known = {total.area for total in totals}
    for area in sorted({*printed, *unlisted} - known):
        found.append(Problem(AREAS, f"the area {area}", "none of that name"))
    values = {figure.figure_id: figure.value for figure in figures}
    expect(f"{FIGURES} {ALL_SESSIONS}", float(sum(total.sessions for total in totals)), values.get(ALL_SESSIONS))
    expect(f"{FIGURES} {OPEN_SESSIONS}", float(sum(total.open_sessions for total in totals)), values.get(OPEN_SESSIONS))
    expect(f"{ABOUT} sessions", sum(total.sessions for total in totals), about.sessions)
    expect(f"{ABOUT} sessions_printed", len(sessions), about.sessions_printed)
    for session in sessions:
        if not about.first_day <= session.date <= about.last_day:
            where = f"{SESSIONS} {session.session_id}"
            found.append(Problem(where, f"a day from {about.first_day} to {about.last_day}", str(session.date)))
    return found


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in FILES:
        digest.update(name.encode() + b"\0" + (folder / name).read_bytes() + b"\0")
    return digest.hexdigest()
