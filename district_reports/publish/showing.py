"""From what the log tells to what the public sees: the next site is built, announced in the log, and switched to.

The order is what makes a kill harmless. First every byte of the new site stands on the disk, flushed and checked. Then
one row of the log, in one transaction, says which site is to be public: that is the decision, and there is nothing
left that could fail but the last step, the rename of one link. A run that is killed before the row leaves the old
site and a tree that nobody sees; killed after it, the old site and a row that the next run obeys: it finds the tree
that the row names and switches. So readers meet the old site or the new one, and nothing is public that the log does
not tell of: were the link renamed first, a kill in between would leave reports in public of which no record speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from district_reports.database import Database
from district_reports.model import Entry, PublicVersion, Summary
from district_reports.publish.history import (
    KINDS,
    SITE_BUILT,
    History,
    Known,
    load_summaries,
    load_versions,
    read_history,
)
from district_reports.publish.layout import Layout, site_names
from district_reports.publish.switch import BuiltSite, build_tree, switch
from district_reports.publish.tree import Hasher, remove_tree
from district_reports.publish.verify import find_site_problems, find_tree_problems, require_versions
from district_reports.publish.versions import MakeKit, MakePages
from district_reports.review import log

Summaries = Mapping[tuple[str, int], Mapping[str, Summary]]


@dataclass(frozen=True)
class Makers:
    """What is made around the signed bytes; none of it holds a number of its own."""

    site: Callable[[Sequence[PublicVersion], Summaries, datetime], Mapping[str, bytes]]
    """All pages of the site by path below its root, those in place of withdrawn versions among them."""
    about: MakePages
    kit: MakeKit


@dataclass(frozen=True)
class Workshop:
    """Where publication works: the data directory and the log, both held by this run."""

    layout: Layout
    database: Database
    makers: Makers
    hasher: Hasher
    now: datetime
    by: str = log.OPERATOR


def load_history(database: Database) -> History:
    """Return what the log tells of publication, once it is known to be whole.

    Raises:
        LogError: If a row was changed, put in or taken out.
        DatabaseError: If the log cannot be read.
    """
    with database.read() as connection:
        log.verify_log(connection)
        return read_history(log.read_entries(connection, kinds=KINDS))


def build_site(workshop: Workshop, history: History, at: datetime) -> BuiltSite:
    """Build the whole site of a history aside.

    Args:
        workshop: Where.
        history: With the version that is about to come or go.
        at: The site's day: the same for the same site, whenever it is built again.

    Raises:
        ReviewError: If a version is not what it was.
        StoreError: If the disk is full; what is public is as it was.
    """
    versions, summaries = load_versions(workshop.layout, history), load_summaries(workshop.layout, history)
    pages = workshop.makers.site(versions, summaries, at)
    return build_tree(workshop.layout, versions, pages, workshop.hasher)


def announce(
    workshop: Workshop,
    kind: str,
    *,
    quarter: str = "",
    content: Mapping[str, Any],
    require: Callable[[Connection, Entry], None] | None = None,
) -> None:
    """Log which site is to be public from now on.

    Args:
        workshop: Where, and when.
        kind: What came or went.
        quarter: Of which release.
        content: With the digest of the site.
        require: Asked in the same transaction after the row is added, when nobody else can add one any more: what it
            raises takes the row back.

    Raises:
        DatabaseError: If the log cannot be written; nothing has changed then.
    """
    with workshop.database.begin() as connection:
        entry = log.append(connection, kind=kind, by=workshop.by, at=workshop.now, quarter=quarter, content=content)
        if require is not None:
            require(connection, entry)


def finish(workshop: Workshop, history: History) -> bool:
    """Make public what the log tells last, where a killed run did not come so far; return whether there was a need.

    Raises:
        ReviewError: If the versions are not what they were, and the site's tree is gone too.
        StoreError: If the disk is full.
    """
    layout = workshop.layout
    if not history.site or layout.find_site() in site_names(history.site):
        return False
    for name in site_names(history.site):
        if not find_tree_problems(layout, history.site, name, workshop.hasher):
            return switch(layout, name)
    return rebuild(workshop, history)


def rebuild(workshop: Workshop, history: History) -> bool:
    """Build the pages around the versions anew, and switch to them; return whether there was a need.

    Raises:
        ReviewError: If a version is not what it was: then there is nothing to build from.
        StoreError: If the disk is full.
    """
    layout = workshop.layout
    require_versions(layout, history, workshop.hasher)
    is_whole = layout.find_site() in site_names(history.site) and not find_site_problems(
        layout, history, workshop.hasher
    )
    built = build_site(workshop, history, history.changed_at or workshop.now)
    if built.digest == history.site and is_whole:
        remove_tree(layout.site_dir(built.name))
        return False
    if built.digest != history.site:
        announce(workshop, SITE_BUILT, content={"site": built.digest})
    return switch(layout, built.name)


def with_version(history: History, known: Known) -> History:
    """Return a history with one version more."""
    return replace(history, versions=(*history.versions, known))


def with_withdrawal(
    history: History, gone: Known, at: datetime, reason: str, translations: Mapping[str, str]
) -> History:
    """Return a history in which a version is withdrawn."""
    changed = replace(gone, withdrawn_at=at, reason=reason, reason_translations=translations)
    return replace(history, versions=tuple(changed if known == gone else known for known in history.versions))
