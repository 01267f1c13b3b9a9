"""The records of `resources.toml`: services to turn to, and whom to call for each type of call.

Words on a service are the catalogues' (`resource.<id>.…`); what changes without a translator stands here: numbers,
addresses, hours, which districts it serves, where that was read, and who has checked it when.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal, get_args

from pydantic import Field, field_validator, model_validator

from district_reports.model import CallType, Heading, Reach, Record

DISTRICT = "{district}"
"""Stands in an e-mail address for the district's id."""

_NUMBER = re.compile(r"[0-9][0-9-]*")
_DAY = re.compile(r"[12][0-9]{3}(-(0[1-9]|1[0-2])(-[0-3][0-9])?)?")
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Resource(Reach):
    """One service; its e-mail may hold `{district}`, and is then left out of the city's own report."""

    resource_id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    heading: Heading
    telephones: dict[str, str] = {}
    """By district, where each has its own."""
    tells_how: bool = False
    """Whether the catalogues have a sentence on how to reach it."""
    serves: tuple[str, ...] = ()
    """Districts; empty: all."""
    is_permanent: bool = False
    """Always printed, checked or not."""
    source: str
    """Where its facts were read."""
    source_date: str = ""
    """Day, month or year of that: `2025-01-08`, `2025-01`, `2025`; empty: undated."""
    confidence: Literal["high", "medium", "low"]
    ended_on: date | None = None
    """It never prints again; the entry stays, so that nobody lists it anew."""
    checked_on: date | None = None
    """When a person has rung the number or been there."""
    checked_by: str = ""
    """That person's role; never a name."""
    expires: date | None = None
    """Last day on which the check holds; None: as many days after it as `report.toml` says."""

    @field_validator("telephone", "text_to", "teletype")
    @classmethod
    def _number(cls, value: str) -> str:
        if value and not _NUMBER.fullmatch(value):
            raise ValueError(f"expected digits and hyphens such as 312-555-0100, got {value!r}")
        return value

    @field_validator("url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and not value.startswith("https://"):
            raise ValueError(f"expected an address that begins with https://, got {value!r}")
        return value

    @field_validator("languages")
    @classmethod
    def _tags(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [tag for tag in value if not _TAG.fullmatch(tag)]
        if wrong:
            raise ValueError(f"expected tags of languages such as zh-Hans, got {wrong[0]!r}")
        return value

    @field_validator("source_date")
    @classmethod
    def _part_of_a_date(cls, value: str) -> str:
        if value and not _DAY.fullmatch(value):
            raise ValueError(f"expected a day, a month or a year such as 2025-01, got {value!r}")
        if len(value) == len("2025-01-08"):
            date.fromisoformat(value)
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> Resource:
        if self.e_mail and not _MAIL.fullmatch(self.e_mail.replace(DISTRICT, "x")):
            raise ValueError(f"{self.resource_id}: e_mail: expected an e-mail address, got {self.e_mail!r}")
        for number in self.telephones.values():
            self._number(number)
        ways = (self.telephone, self.telephones, self.text_to, self.url, self.e_mail, self.address)
        if not any(ways) and not self.tells_how and self.ended_on is None:
            raise ValueError(f"{self.resource_id}: expected a way to reach it, got none")
        if self.is_always_open and self.hours:
            raise ValueError(f"{self.resource_id}: expected hours or is_always_open, got both")
        if (self.checked_on is None) != (not self.checked_by.strip()):
            raise ValueError(f"{self.resource_id}: expected checked_on and checked_by together, got one of them")
        if self.expires is not None and (self.checked_on is None or self.expires < self.checked_on):
            raise ValueError(f"{self.resource_id}: expires: expected a day after checked_on, got {self.expires}")
        if self.is_permanent and (self.serves or self.ended_on is not None):
            raise ValueError(f"{self.resource_id}: expected a permanent service to serve all districts, without end")
        return self


class CallRule(Record):
    """Whom to call for one type of call."""

    call_type: CallType
    first: tuple[str, ...] = Field(min_length=1)
    """Ids of services, in this order."""
    alternative: str = ""
    """Id of a service that may answer such a call instead of police, where and while it works."""
    theme_code: str = ""
    """Of the register's codebook: what residents said about who should respond."""


class Resources(Record):
    """`resources.toml`."""

    danger: str
    """Id of the service for danger to life; permanent."""
    crisis: str
    """Id of the service for a crisis of the mind; permanent, and the first of all under mental health."""
    finder: str
    """Id of the service that helps to find another one; permanent."""
    resources: tuple[Resource, ...]
    """Under each heading printed in this order."""
    calls: tuple[CallRule, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """All districts that are named."""
        return tuple(place for entry in self.resources for place in (*entry.serves, *entry.telephones))

    def find(self, resource_id: str) -> Resource | None:
        """Return one service; None where there is none of that id."""
        return next((entry for entry in self.resources if entry.resource_id == resource_id), None)

    @model_validator(mode="after")
    def _fits_together(self) -> Resources:
        ids = [entry.resource_id for entry in self.resources]
        types = [rule.call_type for rule in self.calls]
        if len(set(ids)) != len(ids):
            raise ValueError(f"expected each resource_id once, got {', '.join(ids)}")
        if sorted(types) != sorted(get_args(CallType)):
            raise ValueError(f"calls: expected each of {', '.join(get_args(CallType))} once, got {', '.join(types)}")
        for where, wanted in self._named():
            if wanted not in ids:
                raise ValueError(f"{where}: expected one of the resources, got {wanted!r}")
        for where in ("danger", "crisis", "finder"):
            found = self.find(getattr(self, where))
            if found is None or not found.is_permanent:
                raise ValueError(f"{where}: expected a service with is_permanent = true, got {getattr(self, where)!r}")
        return self

    def _named(self) -> Iterator[tuple[str, str]]:
        yield from (("danger", self.danger), ("crisis", self.crisis), ("finder", self.finder))
        for rule in self.calls:
            yield from ((rule.call_type, wanted) for wanted in (*rule.first, rule.alternative) if wanted)
