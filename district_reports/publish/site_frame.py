"""What every page of the site needs: the versions, the words, the names of places, and the way from page to page.

What belongs here: finding, naming, linking. What does not: what a page says (`site_*`), how it looks (`site_press`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from posixpath import dirname, relpath
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from district_reports.addresses import full_url
from district_reports.errors import StoreError
from district_reports.model import CITY, PublicVersion, Shape, Summary, Version
from district_reports.periods import Quarter
from district_reports.render.i18n import Words
from district_reports.settings import Settings

INDEX = "index.html"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
"""A path made of plain names: nothing that climbs, nothing that hides."""

_BEFORE_DASH = re.compile(r"\s(?=–)")

Summaries = Mapping[tuple[str, int], Mapping[str, Summary]]


@dataclass(frozen=True)
class Site:
    """All that is public, on one day."""

    settings: Settings
    words: Mapping[str, Words]
    """By tag, in the order of the language switch."""
    versions: tuple[PublicVersion, ...]
    """Newest first: by quarter, then by number."""
    summaries: Summaries
    shapes: tuple[Shape, ...]
    """Outlines of the districts; none: there is no map."""
    now: datetime

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """Tags of the site's languages."""
        return tuple(self.words)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The city's own time."""
        return ZoneInfo(self.settings.city.time_zone)

    @cached_property
    def today(self) -> date:
        """The day, in the city."""
        return self.now.astimezone(self.zone).date()

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The city, its districts, and places that only old releases know."""
        told = {place for version in self.versions for place in version.release.places}
        known = (CITY, *self.settings.district_ids)
        return (*known, *sorted(told - set(known)))

    @property
    def districts(self) -> tuple[str, ...]:
        """All places but the city."""
        return self.places[1:]

    def versions_of(self, place: str) -> tuple[PublicVersion, ...]:
        """Return the versions that hold a place, newest first."""
        return tuple(version for version in self.versions if place in version.release.places)

    def newest_of(self, place: str) -> PublicVersion | None:
        """Return the newest version of a place that stands."""
        return next((version for version in self.versions_of(place) if version.state == "current"), None)

    @property
    def newest(self) -> PublicVersion | None:
        """The newest version that stands."""
        return next((version for version in self.versions if version.state == "current"), None)

    def replacement_of(self, version: PublicVersion) -> PublicVersion | None:
        """Return the version that took another's place."""
        wanted = (version.release.quarter, version.superseded_by)
        return next((x for x in self.versions if (x.release.quarter, x.release.version) == wanted), None)

    def summary(self, version: PublicVersion, place: str, tag: str) -> Summary | None:
        """Return what may be quoted of an edition: in the language asked for, else in the first one there is."""
        told = self.summaries.get((version.release.quarter, version.release.version), {})
        tags = (tag, *self.tags, *version.release.languages)
        return next((told[f"{place}/{each}"] for each in tags if f"{place}/{each}" in told), None)

    def place_name(self, words: Words, place: str) -> str:
        """Return a place's name, as it stands in a sentence."""
        if place == CITY:
            return self.city_name(words)
        if place not in self.settings.district_ids:
            return words.name(place)
        district = self.settings.district(place)
        number = place.lstrip("0") or place
        return words.text("place.district", number=number, name=words.name(district.name))

    def city_name(self, words: Words) -> str:
        """Return the city's name, as the language writes it."""
        city = self.settings.city
        return city.names.get(words.language.tag) or words.name(city.name)

    def months(self, words: Words, version: PublicVersion) -> str:
        """Return a version's quarter, as its months; no line begins with the dash between them."""
        return _BEFORE_DASH.sub("\u00a0", words.months_of(Quarter.parse(version.release.quarter)))

    def day(self, words: Words, at: datetime) -> str:
        """Return the day of a moment, in the city, spelled out."""
        return words.day(at.astimezone(self.zone).date())

    def url(self, path: str) -> str:
        """Return the whole address of a page or file."""
        return full_url(self.settings.report.site.url, quote(path.removesuffix(INDEX)))

    @property
    def host(self) -> str:
        """Name of the machine the site stands on."""
        return urlsplit(self.settings.report.site.url).hostname or ""


def open_site(
    settings: Settings,
    words: Mapping[str, Words],
    versions: Sequence[PublicVersion],
    summaries: Summaries,
    shapes: Sequence[Shape],
    now: datetime,
) -> Site:
    """Return the site of these versions.

    Raises:
        StoreError: If a version names a place, language or file by a name that no address could hold.
    """
    for version in versions:
        _require_plain_names(version.release)
    ordered = sorted(versions, key=lambda each: (each.release.quarter, each.release.version), reverse=True)
    known = [language.tag for language in settings.languages if language.tag in words]
    in_order = {tag: words[tag] for tag in (*known, *(tag for tag in words if tag not in known))}
    return Site(settings, in_order, tuple(ordered), summaries, tuple(shapes), now)


def relative(start: str, target: str) -> str:
    """Return the address of a page or file as a link in the page `start` says it."""
    return quote(relpath(target, dirname(start) or "."))


def _require_plain_names(release: Version) -> None:
    names = (*release.places, *release.languages, *(file.path for file in release.files))
    wrong = [name for name in names if not _NAME.fullmatch(name)]
    if wrong:
        found = f"version {release.version} of {release.quarter!r:.20}: expected plain names, got {wrong[0]!r:.80}"
        raise StoreError(f"release.json: {found}", path=Path("release.json"))
    Quarter.parse(release.quarter)
