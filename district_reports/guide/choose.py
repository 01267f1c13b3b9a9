"""Which services one report prints, and which it leaves out.

The rules, in this order: a service that has ended never prints; one that does not serve the place never prints there; a
permanent one always prints; any other prints with a remark, or in a frozen report not at all, unless somebody's check
of it holds on the report's day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import get_args

from district_reports.config_guide import DISTRICT, Resource
from district_reports.guide.checks import Check
from district_reports.model import CallAdvice, GuideEntry, Heading, Reach
from district_reports.settings import Settings

HEADINGS: tuple[Heading, ...] = get_args(Heading)
"""Mental health first."""


def choose_entries(
    settings: Settings, place: str, as_of: date, checks: Iterable[Check], *, is_frozen: bool
) -> tuple[tuple[GuideEntry, ...], tuple[str, ...]]:
    """Return the services that a report prints, in its order, and the ids of those it leaves out as unchecked.

    Args:
        settings: The city's services.
        place: A district's id; any other is the whole city, for which every service counts.
        as_of: The report's day.
        checks: What people have checked; the newest of a service that holds on that day counts.
        is_frozen: Whether the report is final.
    """
    held: dict[str, Check] = {}
    for check in sorted(checks, key=lambda check: check.checked_on):
        if check.holds(as_of):
            held[check.resource_id] = check
    entries: list[GuideEntry] = []
    left_out: list[str] = []
    for heading in HEADINGS:
        for resource in settings.resources.resources:
            if resource.heading != heading or not serves(settings, resource, place):
                continue
            valid = held.get(resource.resource_id)
            if valid is None and is_frozen and not resource.is_permanent:
                left_out.append(resource.resource_id)
                continue
            entries.append(_entry(settings, resource, place, valid))
    first = settings.resources.crisis
    entries.sort(key=lambda entry: (HEADINGS.index(entry.heading), entry.resource_id != first))
    return tuple(entries), tuple(left_out)


def serves(settings: Settings, resource: Resource, place: str) -> bool:
    """Return whether a service exists, and serves a district or, of the whole city, any."""
    if resource.ended_on is not None:
        return False
    return not resource.serves or place not in settings.district_ids or place in resource.serves


def choose_calls(settings: Settings, entries: Iterable[GuideEntry]) -> tuple[CallAdvice, ...]:
    """Return whom to call for each type of call, of the services that a report prints."""
    printed = {entry.resource_id for entry in entries}
    return tuple(
        CallAdvice(
            call_type=rule.call_type,
            first=tuple(wanted for wanted in rule.first if wanted in printed) or (settings.resources.danger,),
            if_danger=settings.resources.danger,
            alternative=rule.alternative if rule.alternative in printed else "",
            theme_code=rule.theme_code,
        )
        for rule in settings.resources.calls
    )


def _entry(settings: Settings, resource: Resource, place: str, check: Check | None) -> GuideEntry:
    is_district = place in settings.district_ids
    e_mail = resource.e_mail
    if DISTRICT in e_mail:
        e_mail = e_mail.replace(DISTRICT, place) if is_district else ""
    reach = {name: getattr(resource, name) for name in Reach.model_fields}
    return GuideEntry(
        **reach | {"telephone": resource.telephones.get(place, resource.telephone), "e_mail": e_mail},
        resource_id=resource.resource_id,
        heading=resource.heading,
        must_verify=check is None and not resource.is_permanent,
        is_permanent=resource.is_permanent,
        as_of=check.checked_on if check else None,
    )
