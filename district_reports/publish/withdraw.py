"""Taking a version back: in its place the site tells that it was withdrawn, and why; its bytes stay out of public."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from district_reports.errors import ConfigError
from district_reports.periods import Quarter
from district_reports.publish.history import WITHDRAWN, History
from district_reports.publish.showing import Workshop, announce, build_site, finish, with_withdrawal
from district_reports.publish.switch import switch
from district_reports.publish.verify import find_site_problems, find_version_problems, require_none
from district_reports.publish.versions import remove_leftovers


@dataclass(frozen=True)
class Withdrawn:
    """What a withdrawal did."""

    is_new: bool
    """False where it had been withdrawn before."""
    changed: tuple[str, ...]
    """What somebody had changed by hand on the site that was public; the new site is without it."""


def withdraw(
    workshop: Workshop,
    history: History,
    quarter: Quarter,
    version: int,
    reason: str,
    translations: Mapping[str, str] | None = None,
) -> Withdrawn:
    """Withdraw a version; where it is withdrawn already, finish what a killed run left.

    A site that was changed by hand does not stop it: what must go, must go. It is built anew from the versions that
    stay, and those must be what they were.

    Args:
        workshop: Where, and when.
        history: From `load_history`.
        quarter: Of which release.
        version: Its number.
        reason: Told in public; in the city's first language.
        translations: The same in other languages, by tag.

    Raises:
        ConfigError: If there is no such version.
        ReviewError: If a version that stays was changed by hand.
        StoreError: If the disk is full; what is public is as it was.
    """
    known = history.find(quarter, version)
    if known is None:
        there = ", ".join(str(each) for each in history.of(quarter)) or "none"
        raise ConfigError(f"version: expected one that was published, got {quarter} v{version}; there is {there}")
    changed = tuple(find_site_problems(workshop.layout, history, workshop.hasher))
    if known.withdrawn_at is not None:
        finish(workshop, history)
        return Withdrawn(is_new=False, changed=changed)
    staying = [each for each in history.versions if each != known and each.withdrawn_at is None]
    require_none(find_version_problems(workshop.layout, staying, workshop.hasher))
    remove_leftovers(workshop.layout, history)
    told = dict(translations or {})
    built = build_site(workshop, with_withdrawal(history, known, workshop.now, reason, told), workshop.now)
    content = {
        "version": version,
        "manifest": known.manifest,
        "reason": reason,
        "reason_translations": told,
        "site": built.digest,
    }
    announce(workshop, WITHDRAWN, quarter=str(quarter), content=content)
    switch(workshop.layout, built.name)
    return Withdrawn(is_new=True, changed=changed)
