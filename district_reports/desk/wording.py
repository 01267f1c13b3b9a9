"""How the desk says things in a person's language: places, roles, days, standings.

Every sentence comes from the catalogues; what is made here is names and formats alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from babel.dates import format_time

from district_reports.config import Language
from district_reports.errors import Told
from district_reports.model import CITY, Grant, Person, Role, Status
from district_reports.periods import Quarter
from district_reports.render.i18n import Words
from district_reports.settings import Settings

OPERATOR = "operator"
LOCAL_ROLES = (Role.COMMANDER, Role.COUNCIL)


@dataclass(frozen=True)
class Wording:
    """Names and formats in one language."""

    words: Words
    settings: Settings

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.city.time_zone)

    def place(self, place: str) -> str:
        """Return the name of a district, or of the city."""
        if place == CITY:
            return self.words.text("desk.place.city", city=self.words.name(self.city))
        name = next((d.name for d in self.settings.districts if d.district_id == place), "")
        number = place.lstrip("0") or place
        return self.words.text("place.district", number=number, name=self.words.name(name))

    @property
    def city(self) -> str:
        """Return the city's own name, in the language where it has one."""
        return self.settings.city.names.get(self.words.language.tag, self.settings.city.name)

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages of the release, the reader's own first: in which a form takes words."""
        own = self.words.language.tag
        return tuple(sorted(self.settings.languages, key=lambda language: language.tag != own))

    def language(self, tag: str) -> str:
        """Return a language in its own words; an unknown tag as it stands."""
        return next((lang.name for lang in self.settings.languages if lang.tag == tag), tag)

    def role(self, role: Role | str) -> str:
        """Return the name of a role."""
        return self.words.text(f"desk.role.{role}")

    def grant(self, grant: Grant) -> str:
        """Return a role with what it is held for."""
        if grant.role in LOCAL_ROLES:
            return self._held(grant.role, self.place(grant.scope))
        if grant.role is Role.LANGUAGE:
            return self._held(grant.role, self.language(grant.scope))
        if grant.role is Role.HOST:
            return self._held(grant.role, grant.scope)
        return self.role(grant.role)

    def _held(self, role: Role, scope: str) -> str:
        return self.words.text("desk.role.held", role=self.role(role), scope=self.words.name(scope))

    def months(self, quarter: Quarter | str) -> str:
        """Return a quarter as its months."""
        return self.words.months_of(quarter if isinstance(quarter, Quarter) else Quarter.parse(quarter))

    def day(self, day: date) -> str:
        """Return a day spelled out."""
        return self.words.day(day)

    def moment(self, at: datetime) -> str:
        """Return a moment in the city's own time, day and minute."""
        local = at.astimezone(self._zone)
        time = str(format_time(local, format="short", locale=self.words.locale)).replace("\u202f", " ")
        return self.words.text("desk.moment", day=self.words.day(local.date()), time=time)

    def person(self, person_id: str, people: dict[str, Person]) -> str:
        """Return who somebody is; one who is not known any more by a word of their own."""
        if person_id == OPERATOR:
            return self.words.text("desk.person.operator")
        found = people.get(person_id)
        return self.words.name(found.name) if found else self.words.text("desk.person.unknown")

    def wrong(self, line: str) -> str:
        """Return what is wrong; empty where there are no words for it but the program's own."""
        key = f"desk.wrong.{line.key}" if isinstance(line, Told) else ""
        if not isinstance(line, Told) or key not in self.words.forms:
            return ""
        return self.words.text(key, **{name: self._value(value) for name, value in line.values.items()})

    def _value(self, value: object) -> str:
        match value:
            case Told():
                return self.wrong(value) or self.words.foreign(value)
            case Status():
                return self.words.text(f"loop.status.{value}")
            case Role():
                return self.role(value)
            case tuple():
                return self.words.text("desk.between").join(self._value(one) for one in value)
            case date():
                return self.day(value)
            case int():
                return self.words.number(value)
        return self.words.name(str(value))

    def subject(self, name: str) -> str:
        """Return what a decision names, in words."""
        kind, _, rest = name.partition("/")
        if kind == "dossier":
            return self.place(rest)
        if kind == "language":
            return self.words.text("desk.subject.language", language=self.words.name(self.language(rest)))
        if kind == "session":
            return self.words.text("desk.subject.session", session=self.words.name(rest))
        if kind == "release":
            return self.words.text("desk.subject.release")
        return self.words.name(name)
