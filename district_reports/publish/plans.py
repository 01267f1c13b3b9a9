"""What a new version is called, and what it says of those who signed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from district_reports.errors import ConfigError
from district_reports.model import Record, Signature
from district_reports.publish.history import Known
from district_reports.review.standing import Publishable


class Plan(Record):
    """A version before its files are there."""

    version: int
    published_at: datetime
    correction: str = ""
    """In the city's first language."""
    correction_translations: dict[str, str] = {}
    """By tag."""
    signatures: tuple[Signature, ...]
    missed: tuple[tuple[str, str], ...] = ()
    """Role and scope of those who had not answered in time."""


def make_plan(
    before: Sequence[Known],
    found: Publishable,
    *,
    at: datetime,
    correction: str,
    translations: Mapping[str, str],
) -> Plan:
    """Return the plan of the next version: roles and scopes, never persons.

    Args:
        before: Versions of the quarter that there are, oldest first.
        found: The release with its signatures.
        at: When it becomes public.
        correction: Why it takes the place of the one before, in the city's first language.
        translations: The same in other languages, by tag.

    Raises:
        ConfigError: If there is one before and no correction is told, or the other way round.
    """
    version = max((known.version for known in before), default=0) + 1
    if before and not correction:
        got = f"{before[-1]} is public and these reports differ"
        raise ConfigError(f"--correction: expected what is corrected, told in public, got nothing, though {got}")
    if correction and not before:
        raise ConfigError("--correction: expected none for the first version, which corrects nothing, got one")
    signatures = [
        Signature(
            role=str(each.role),
            scope=each.scope,
            subject=each.subject,
            digest=each.decision.digest,
            at=each.decision.at,
        )
        for each in found.requirements
        if each.decision is not None
    ]
    missed = [(str(grant.role), grant.scope) for grant in found.freeze.missed]
    return Plan(
        version=version,
        published_at=at,
        correction=correction,
        correction_translations=dict(translations),
        signatures=tuple(signatures),
        missed=tuple(missed),
    )
