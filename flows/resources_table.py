"""How each service of the guide stands: what a person must verify, until when a check holds, what has ended.

Belongs here: reading that from the city's config, and setting it as a table. Does not belong here: which services a
report prints (`guide.choose`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from district_reports.config_guide import Resource
from district_reports.guide import Check
from district_reports.guide.choose import serves
from district_reports.settings import Settings

HEADS = ("service", "heading", "confidence", "why", "districts", "source", "reach it by")
TO_VERIFY, HOLDS, PERMANENT, ENDED = "to verify", "holds", "permanent", "ended"
STATES = (TO_VERIFY, HOLDS, PERMANENT, ENDED)
"""Worst first."""
CONFIDENCES = ("low", "medium", "high")
NOTHING = "-"


@dataclass(frozen=True)
class ServiceLine:
    """One line of the table."""

    state: str
    resource: Resource
    why: str
    until: date | None
    """Last day on which a check holds."""


def list_services(
    settings: Settings, checks: Iterable[Check], as_of: date, places: Sequence[str]
) -> tuple[ServiceLine, ...]:
    """Return how the services of some places stand, what is to be done first at the top.

    Args:
        settings: The city's services.
        checks: What people have checked.
        as_of: Day from which checks expire.
        places: Districts, or `city`; what serves none of them is left out, but for what has ended.
    """
    newest: dict[str, Check] = {}
    for check in sorted(checks, key=lambda check: check.checked_on):
        if check.checked_on <= as_of:
            newest[check.resource_id] = check
    lines = [
        _line(resource, newest.get(resource.resource_id), as_of)
        for resource in settings.resources.resources
        if resource.ended_on is not None or any(serves(settings, resource, place) for place in places)
    ]
    return tuple(sorted(lines, key=_urgency))


def format_services(lines: Sequence[ServiceLine], as_of: date) -> str:
    """Return the table as text: a part for each state, and what a final report of that day would leave out."""
    parts = []
    for state in STATES:
        found = [line for line in lines if line.state == state]
        if found:
            parts.append(f"{state.upper()} ({len(found)})\n{_table([HEADS, *(_cells(line) for line in found)])}")
    left_out = [line.resource.resource_id for line in lines if line.state == TO_VERIFY]
    told = ", ".join(left_out) if left_out else "nothing"
    parts.append(f"A final report of {as_of} would leave out: {told}")
    if left_out:
        parts.append("Ring the number, then set checked_on and checked_by (a role, never a name) in resources.toml.")
    return "\n\n".join(parts) + "\n"


def _line(resource: Resource, check: Check | None, as_of: date) -> ServiceLine:
    if resource.ended_on is not None:
        return ServiceLine(ENDED, resource, f"ended on {resource.ended_on}: never printed", None)
    if check is not None and check.holds(as_of):
        why = f"checked on {check.checked_on} by {check.checked_by}, holds until {check.expires}"
        return ServiceLine(PERMANENT if resource.is_permanent else HOLDS, resource, why, check.expires)
    if resource.is_permanent:
        return ServiceLine(PERMANENT, resource, "always printed", None)
    why = f"expired on {check.expires}, checked by {check.checked_by}" if check else "never checked"
    return ServiceLine(TO_VERIFY, resource, why, check.expires if check else None)


def _urgency(line: ServiceLine) -> tuple[int, int, date, str]:
    confidence = CONFIDENCES.index(line.resource.confidence)
    # Among those that hold, the one that expires first; among the others, the least sure one.
    until = line.until or date.max
    return (STATES.index(line.state), 0 if line.state == HOLDS else confidence, until, line.resource.resource_id)


def _cells(line: ServiceLine) -> tuple[str, ...]:
    resource = line.resource
    ways = (
        resource.telephone,
        *(f"{place}: {number}" for place, number in resource.telephones.items()),
        f"text {resource.text_to}" if resource.text_to else "",
        f"TTY {resource.teletype}" if resource.teletype else "",
        *(resource.url, resource.e_mail, resource.address),
    )
    dated = f" ({resource.source_date})" if resource.source_date else ""
    return (
        resource.resource_id,
        resource.heading,
        resource.confidence,
        line.why,
        " ".join(resource.serves) or "all",
        f"{resource.source}{dated}",
        ", ".join(way for way in ways if way) or NOTHING,
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    )
