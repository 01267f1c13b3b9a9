"""When reports come: the dates of the next releases, what became of the last ones, and the same as a calendar file."""

from __future__ import annotations

from datetime import date, timedelta

from district_reports.guide.calendar import Event, write_calendar
from district_reports.model import Record
from district_reports.periods import Quarter
from district_reports.publish.site_frame import Site
from district_reports.publish.site_head import city_page
from district_reports.publish.site_view import Entry
from district_reports.render.i18n import Words

AHEAD = 4
"""Releases to come that are told."""


class Release(Record):
    """The dates of one quarter's release."""

    quarter: str
    draft: date
    freeze: date
    publication: date
    published: date | None = None
    """When its first version became public."""
    withdrawn: date | None = None
    """When its last version was taken back, where none stands."""


def list_releases(site: Site) -> tuple[Release, ...]:
    """Return the last release that is public and the next four, oldest first."""
    first: dict[str, date] = {}
    ended: dict[str, date] = {}
    for version in site.versions:
        name, day = version.release.quarter, version.release.published_at.astimezone(site.zone).date()
        first[name] = min(day, first.get(name, day))
        if version.state == "withdrawn" and version.ended_at is not None:
            day = version.ended_at.astimezone(site.zone).date()
            ended[name] = max(day, ended.get(name, day))
    standing = {version.release.quarter for version in site.versions if version.state == "current"}
    gone = {name: day for name, day in ended.items() if name not in standing}
    start = Quarter.of(site.today).previous()
    public = [Quarter.parse(quarter) for quarter in first]
    if public:
        # A release that was left out for good is not told as late for ever: what came after it is public.
        start = max(start, max(public).shifted(1))
    quarters = [start.shifted(step) for step in range(AHEAD)]
    quarters = [*([max(public)] if public else []), *quarters]
    return tuple(_release(site, each, first.get(str(each)), gone.get(str(each))) for each in quarters)


def _release(site: Site, quarter: Quarter, published: date | None, withdrawn: date | None) -> Release:
    rules = site.settings.report.review
    return Release(
        quarter=str(quarter),
        draft=quarter.end + timedelta(days=rules.draft_days),
        freeze=quarter.end + timedelta(days=rules.freeze_days),
        publication=quarter.end + timedelta(days=rules.publish_days),
        published=published,
        withdrawn=withdrawn,
    )


def tell_releases(site: Site, words: Words) -> tuple[Entry, ...]:
    """Return the releases, each with its dates and what became of it."""
    names = ("draft", "freeze", "publish", "outcome")
    labels = [words.text(f"site.calendar.head.{name}") for name in names]
    found = []
    for release in list_releases(site):
        days = [words.day(day) for day in (release.draft, release.freeze, release.publication)]
        lines = zip(labels, (*days, tell_outcome(site, words, release)), strict=True)
        heading = words.text("site.calendar.about", months=words.months_of(Quarter.parse(release.quarter)))
        found.append(Entry(heading=heading, lines=tuple(lines)))
    return tuple(found)


def tell_outcome(site: Site, words: Words, release: Release) -> str:
    """Return what became of a release, a slip told in days."""
    if release.published is None:
        late = (site.today - release.publication).days
        return words.plural("site.calendar.late", late) if late > 0 else words.text("site.calendar.to_come")
    if release.withdrawn is not None:
        return words.text("site.calendar.withdrawn", date=words.day(release.withdrawn))
    day = words.day(release.published)
    slip = (release.published - release.publication).days
    if slip <= 0:
        return words.text("site.calendar.on_time", date=day)
    return words.plural("site.calendar.published_late", slip, date=day)


def write_releases(site: Site, words: Words) -> bytes:
    """Return the dates of the releases to come as a calendar file."""
    events = []
    for release in list_releases(site):
        if release.published is not None:
            continue
        months = words.months_of(Quarter.parse(release.quarter))
        for step in ("draft", "freeze", "publication"):
            events.append(
                Event(
                    uid=f"{release.quarter.lower()}-{step}@{site.settings.city.city_id}",
                    day=getattr(release, step),
                    start=None,
                    end=None,
                    title=words.text(f"site.calendar.event.{step}", months=months),
                    url=site.url(city_page(words.language.tag, "calendar")),
                )
            )
    name = words.text("site.calendar.name", city=site.city_name(words))
    return write_calendar(events, name=name, language=words.language.tag, zone=site.zone, stamp=site.today)
