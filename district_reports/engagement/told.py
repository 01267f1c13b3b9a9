"""What a report may tell, and where, of what people said: nobody can be found out, nor the organisation that asked.

- The register's themes stand city-wide, as its source promised; its sessions are listed, and no theme is tied to them.
- A theme heard since is told in the district only where two organisations or more heard it there; else in the area,
  where two or more did; else in the city.
- What was told of a district or an area grows by two organisations or more at once: what one session adds between two
  reports would be that of one session.
- A number of people under the floor is part of no sum, so that no difference of two sums gives it away.

What belongs here: the rules of place and number. What does not: words for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from district_reports.engagement.organisations import count_organisations
from district_reports.errors import RuleError
from district_reports.model import Heard, HeardTheme, IntakeSession, Level, Register, RegisterSession, Text
from district_reports.periods import Quarter
from district_reports.settings import Settings

DISTRICT, AREA, CITY = get_args(Level)
"""The nearest level first."""
ENOUGH = 2
"""Organisations among which none is the one that it must have been."""

_BARE: dict[str, object] = {"sessions": None, "sources": None, "people": None, "is_under_floor": False}
"""What is left out of a theme whose numbers would tell one organisation's."""

Sessions = tuple[IntakeSession, ...]


@dataclass(frozen=True)
class Places:
    """A report's place, and what lies around it."""

    place: str
    area: tuple[str, ...]
    """Districts of the same area; none for the city."""
    everywhere: tuple[str, ...]
    """All districts."""

    def at(self, level: Level, sessions: Iterable[IntakeSession]) -> Sessions:
        """Return the sessions of a level: those that a district's people came to, and all for the city."""
        if level == CITY:
            return tuple(sessions)
        wanted = {self.place} if level == DISTRICT else set(self.area)
        return _in(wanted, sessions)

    @property
    def levels(self) -> tuple[Level, ...]:
        """Where the place may be told of, the nearest first."""
        return (CITY,) if self.place == CITY else (DISTRICT, AREA, CITY)


def tell_heard(
    register: Register,
    sessions: Sequence[IntakeSession],
    settings: Settings,
    quarter: Quarter,
    place: str,
    until: date,
) -> Heard:
    """Return what the report of one place tells of what people said.

    Args:
        register: The baseline.
        sessions: All that came in since, each once; of quotes only those that may be told.
        settings: Districts, their areas, and the floor.
        quarter: The report's.
        place: A district's id, or `city`.
        until: Last day that the report tells of.

    Raises:
        ConfigError: If there is no such place, or a session names a district that there is not.
        RuleError: If a session names a theme that the codebook does not have.
    """
    places = _places(settings, place)
    known = tuple(session for session in sessions if session.on <= until)
    _require_known(register, known, settings)
    floor = settings.report.loop.floor
    baseline = _tell_register(register, until)
    told = tuple(entry for entry in baseline if place == CITY or _is_main(register, entry.code))
    told += _tell_since(register, known, places, floor)
    codes = {entry.code for entry in told}
    return Heard(
        themes=tuple(theme for theme in register.themes if theme.code in codes),
        told=told,
        sessions_here=_register_sessions(register, place, until),
        has_councillor_here=any(place in body.district_ids or place == CITY for body in register.bodies),
        totals=register.totals if baseline else (),
        figures=register.figures if baseline else (),
        bodies=register.bodies if baseline else (),
        floor=floor,
        **_tell_quarter(known, quarter, places, floor),
    )


def _tell_quarter(sessions: Sessions, quarter: Quarter, places: Places, floor: int) -> dict[str, Any]:
    """Return what is told of the sessions of the report's own quarter."""
    new = tuple(session for session in sessions if Quarter.of(session.on) == quarter)
    nearest = places.levels[0]
    here = places.at(nearest, new)
    groups_level = nearest if _sources(here) >= ENOUGH else CITY
    quotes_level = _nearest(new, places)
    return {
        "new_sessions": len(here),
        "new_sources": _sources(here),
        "new_people": _attendance(here, floor),
        "groups_heard": tuple(sorted({group for held in places.at(groups_level, new) for group in held.groups})),
        "groups_level": groups_level,
        "quotes": _quotes(places.at(quotes_level, new)) if quotes_level else (),
        "quotes_level": quotes_level or CITY,
    }


def _register_sessions(register: Register, place: str, until: date) -> tuple[RegisterSession, ...]:
    """Return the sessions that the register lists for a place; the city has all of them."""
    return tuple(
        session
        for session in register.sessions
        if session.date <= until and (place == CITY or session.district_id == place)
    )


def _places(settings: Settings, place: str) -> Places:
    if place == CITY:
        return Places(place, (), settings.district_ids)
    area = settings.district(place).area
    return Places(place, tuple(d.district_id for d in settings.districts if d.area == area), settings.district_ids)


def _require_known(register: Register, sessions: Sessions, settings: Settings) -> None:
    for district_id in sorted({district_id for session in sessions for district_id in session.district_ids}):
        settings.district(district_id)
    codes = {theme.code for theme in register.themes}
    unknown = sorted({a.theme_code for session in sessions for a in session.answers} - codes)
    if unknown:
        raise RuleError(f"themes of sessions: expected codes of the codebook, got {', '.join(unknown)}")


def _is_main(register: Register, code: str) -> bool:
    return any(theme.code == code and theme.is_main for theme in register.themes)


def _tell_register(register: Register, until: date) -> tuple[HeardTheme, ...]:
    """Return the baseline's themes: city-wide and without numbers; none before it was finished."""
    if register.last_day > until:
        return ()
    first, last = (str(Quarter.of(day)) for day in (register.first_day, register.last_day))
    return tuple(
        HeardTheme(
            code=theme.code,
            level=CITY,
            sessions=None,
            sources=None,
            people=None,
            first_quarter=first,
            last_quarter=last,
        )
        for theme in register.themes
    )


def _tell_since(register: Register, sessions: Sessions, places: Places, floor: int) -> tuple[HeardTheme, ...]:
    """Return each theme heard since, at the nearest level that may be told: districts' first, then as the codebook."""
    found: dict[Level, list[HeardTheme]] = {DISTRICT: [], AREA: [], CITY: []}
    for theme in register.themes:
        heard = tuple(s for s in sessions if any(answer.theme_code == theme.code for answer in s.answers))
        for level in places.levels:
            settled = _settled(places.at(level, heard)) if level != CITY else heard
            around = places.everywhere if level == CITY else places.area
            is_bare = level != DISTRICT and _gives_away(settled, around)
            if settled and (level == CITY or not is_bare):
                told = _tell_theme(theme.code, level, settled, floor)
                found[level].append(told.model_copy(update=_BARE) if is_bare else told)
                break
    return tuple(entry for entries in found.values() for entry in entries)


def _in(districts: Iterable[str], sessions: Iterable[IntakeSession]) -> Sessions:
    return tuple(session for session in sessions if not set(districts).isdisjoint(session.district_ids))


def _gives_away(sessions: Sessions, districts: Sequence[str]) -> bool:
    """Return whether the whole without what districts' reports tell is one organisation's, in one district.

    Args:
        sessions: Those that a wider level would tell together.
        districts: Of that level.
    """
    own = {district_id: _in((district_id,), sessions) for district_id in districts}
    silent = [district_id for district_id, held in own.items() if not _settled(held)]
    if len(silent) != 1:
        return False
    return _sources(_in(silent, sessions)) == 1


def _settled(sessions: Sessions) -> Sessions:
    """Return the sessions that may be told together: quarter by quarter, as soon as enough organisations wait."""
    told: Sessions = ()
    waiting: Sessions = ()
    for quarter in sorted({Quarter.of(session.on) for session in sessions}):
        waiting += tuple(session for session in sessions if Quarter.of(session.on) == quarter)
        if _sources(waiting) >= ENOUGH:
            told, waiting = told + waiting, ()
    return told


def _tell_theme(code: str, level: Level, sessions: Sessions, floor: int) -> HeardTheme:
    counts = [
        # The same people may have said it to two questions: the larger count is what is certain.
        max(counted)
        for session in sessions
        if (counted := [a.people for a in session.answers if a.theme_code == code and a.people is not None])
    ]
    enough = [count for count in counts if count >= floor]
    quarters = sorted(Quarter.of(session.on) for session in sessions)
    return HeardTheme(
        code=code,
        level=level,
        sessions=len(sessions),
        sources=_sources(sessions),
        people=sum(enough) if enough else None,
        is_under_floor=bool(counts) and not enough,
        first_quarter=str(quarters[0]),
        last_quarter=str(quarters[-1]),
    )


def _sources(sessions: Iterable[IntakeSession]) -> int:
    return count_organisations(session.host for session in sessions)


def _attendance(sessions: Sessions, floor: int) -> int | None:
    """Return how many people came; None where a session of a few would show in it."""
    if any(0 < session.attendance < floor for session in sessions):
        return None
    people = sum(session.attendance for session in sessions)
    return people if people >= floor else None


def _nearest(sessions: Sessions, places: Places) -> Level | None:
    """Return the nearest level with enough organisations; None where there is none."""
    return next((level for level in places.levels if _sources(places.at(level, sessions)) >= ENOUGH), None)


def _quotes(sessions: Sessions) -> tuple[Text, ...]:
    """Return the quotes with consent, ordered by their words: the order of sessions would tell whose they are."""
    texts = [quote.text for session in sessions for quote in session.quotes if quote.has_consent]
    return tuple(sorted(texts, key=lambda text: (text.text, text.language)))
