"""The site's pages: which there are, where each stands, and what goes into its template."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import urlsplit

from district_reports.addresses import calendar_path, feed_path
from district_reports.model import CITY, PublicVersion
from district_reports.publish.open_data import in_script, make_dataset
from district_reports.publish.site_finder import draw_areas, list_communities, list_districts
from district_reports.publish.site_frame import INDEX, Site, relative
from district_reports.publish.site_head import DEFAULT, About, city_page, make_head
from district_reports.publish.site_lists import list_archive, list_calendar, list_corrections, list_data
from district_reports.publish.site_press import SitePress
from district_reports.publish.site_reports import (
    list_versions,
    place_page,
    tell_signatures,
    tell_standing,
    tell_story,
    version_heading,
    version_page,
)
from district_reports.publish.site_texts import tell_accessibility, tell_methods, tell_your_words
from district_reports.publish.site_view import Link, Part
from district_reports.render.i18n import Words

ROOT = INDEX
LOST = "404.html"

TELLERS: dict[str, Callable[[Site, Words, str], tuple[Part, ...]]] = {
    "archive": list_archive,
    "calendar": list_calendar,
    "corrections": list_corrections,
    "data": list_data,
    "methods": lambda site, words, page: tell_methods(site, words),
    "your-words": lambda site, words, page: tell_your_words(site, words),
    "accessibility": lambda site, words, page: tell_accessibility(site, words),
}
"""Pages of headings, words and lists, by name."""


def set_pages(site: Site, press: SitePress) -> Iterator[tuple[str, bytes]]:
    """Return each page of the site with its path."""
    yield ROOT, _set_root(site, press)
    yield LOST, _set_lost(site, press)
    for words in site.words.values():
        yield city_page(words.language.tag), _set_home(site, press, words)
        for name in TELLERS:
            yield city_page(words.language.tag, name), _set_listing(site, press, words, name)
        for place in site.places:
            yield place_page(words.language.tag, place), _set_place(site, press, words, place)
        for version in site.versions:
            for place in version.release.places:
                yield version_page(version, place, words.language.tag), _set_version(site, press, words, version, place)


def list_twins(site: Site) -> Iterator[dict[str, str]]:
    """Return the pages that search engines should know: each in all its languages, and for readers of no other."""
    yield {**{tag: city_page(tag) for tag in site.tags}, DEFAULT: ROOT}
    twins = [{tag: place_page(tag, place) for tag in site.tags} for place in site.places]
    twins += [{tag: city_page(tag, name) for tag in site.tags} for name in TELLERS]
    for each in twins:
        yield {**each, DEFAULT: next(iter(each.values()))}


def _set_home(site: Site, press: SitePress, words: Words) -> bytes:
    tag = words.language.tag
    path = city_page(tag)
    twins = {other: city_page(other) for other in site.tags}
    city = site.city_name(words)
    title, intro = words.text("site.home.heading", city=city), words.text("site.home.intro")
    version = site.newest_of(CITY)
    story = tell_story(site, words, path, version, CITY) if version else None
    names = ("find", "by_name", "by_community", "by_community_note", "newest", "none", "city_more")
    return press.set_page(
        "home",
        head=make_head(site, words, About(path=path, title=city, description=intro, twins=twins, default=ROOT)),
        heading=title,
        intro=intro,
        texts={name: words.text(f"site.home.{name}", city=city) for name in names},
        areas=draw_areas(site, words, path),
        districts=list_districts(site, words, path),
        communities=list_communities(site, words, path),
        story=story,
        story_page=relative(path, place_page(tag, CITY)),
        calendar=Link(label=words.text("site.place.calendar"), href=relative(path, city_page(tag, "calendar"))),
    )


def _set_place(site: Site, press: SitePress, words: Words, place: str) -> bytes:
    tag = words.language.tag
    path, name = place_page(tag, place), site.place_name(words, place)
    twins = {other: place_page(other, place) for other in site.tags}
    version = site.newest_of(place)
    story = tell_story(site, words, path, version, place) if version else None
    versions = site.versions_of(place)
    ended = [each for each in versions[:1] if each.state == "withdrawn"]
    description = story.title if story else words.text("site.place.none", place=name)
    return press.set_page(
        "place",
        head=make_head(site, words, About(path=path, title=name, description=description, twins=twins, place=place)),
        heading=name,
        story=story,
        story_heading=words.text("site.place.newest", months=site.months(words, version)) if version else "",
        standing=tell_standing(site, words, path, version, place) if version else None,
        version_link=Link(
            label=words.text("site.place.version"), href=relative(path, version_page(version, place, tag))
        )
        if version
        else None,
        ended=[(version_heading(site, words, each), tell_standing(site, words, path, each, place)) for each in ended],
        nothing=words.text("site.place.none", place=name),
        archive_heading=words.text("site.place.archive", place=name),
        rows=list_versions(site, words, path, place),
        follow_heading=words.text("site.place.follow"),
        follow=(
            Link(
                label=words.text("site.place.feed"),
                href=relative(path, feed_path(tag, place)),
                media_type="application/atom+xml",
            ),
            Link(
                label=words.text("site.calendar.file"),
                href=relative(path, calendar_path(tag)),
                media_type="text/calendar",
            ),
            Link(label=words.text("site.place.calendar"), href=relative(path, city_page(tag, "calendar"))),
        ),
        districts_heading=words.text("site.home.by_name"),
        districts=list_districts(site, words, path, here=place),
    )


def _set_listing(site: Site, press: SitePress, words: Words, name: str) -> bytes:
    path = city_page(words.language.tag, name)
    twins = {other: city_page(other, name) for other in site.tags}
    key = name.replace("-", "_")
    title, intro = words.text(f"site.{key}.heading"), words.text(f"site.{key}.intro")
    newest = site.newest if name == "data" else None
    data = in_script(make_dataset(site, words, newest)) if newest else ""
    return press.set_page(
        "listing",
        head=make_head(site, words, About(path=path, title=title, description=intro, twins=twins, data=data)),
        heading=title,
        intro=intro,
        parts=TELLERS[name](site, words, path),
        nothing=words.text("site.archive.none") if name == "archive" and not site.versions else "",
    )


def _set_version(site: Site, press: SitePress, words: Words, version: PublicVersion, place: str) -> bytes:
    """Return the page about one version of a place's report; of a withdrawn one: what became of it, and why."""
    tag = words.language.tag
    path = version_page(version, place, tag)
    twins = {other: version_page(version, place, other) for other in site.tags}
    name, heading = site.place_name(words, place), version_heading(site, words, version)
    is_gone = version.state == "withdrawn"
    title = words.text("site.version.title", place=name, version=heading)
    signed = tell_signatures(site, words, version, place)
    head = make_head(
        site,
        words,
        About(
            path=path,
            title=title,
            description=title,
            twins=twins,
            place=place,
            pictured=version if version.state == "current" else None,
            is_indexed=version.state == "current",
        ),
    )
    return press.set_page(
        "version",
        head=head,
        heading=title,
        place=Link(label=name, href=relative(path, place_page(tag, place))),
        standing=tell_standing(site, words, path, version, place, is_own=True),
        story=None if is_gone else tell_story(site, words, path, version, place),
        gone=words.text("site.version.gone") if is_gone else "",
        signed_heading=words.text("site.version.signed"),
        signed_text=words.text("site.version.signed_text"),
        signed=signed,
    )


def _set_root(site: Site, press: SitePress) -> bytes:
    """Return the choice of language; each in its own words."""
    return press.set_page("root", **_root(site, partial(relative, ROOT), "choose"))


def _set_lost(site: Site, press: SitePress) -> bytes:
    """Return the page for an address that leads nowhere: its links must work from any depth."""
    folder = urlsplit(site.settings.report.site.url).path.rstrip("/")

    def whole(path: str) -> str:
        return f"{folder}/{path}"

    return press.set_page("root", **_root(site, whole, "lost"))


def _root(site: Site, way: Callable[[str], str], what: str) -> dict[str, object]:
    first = next(iter(site.words.values()))
    return {
        "what": what,
        "publisher": site.settings.report.publisher,
        "city": site.city_name(first),
        "language": first.language.tag,
        "direction": first.language.direction,
        "canonical": site.url(ROOT),
        "alternates": [*((tag, site.url(city_page(tag))) for tag in site.tags), ("x-default", site.url(ROOT))],
        "title": first.text("site.lost.title" if what == "lost" else "site.home.heading", city=site.city_name(first)),
        "description": first.text("site.home.intro"),
        "entries": [
            {
                "tag": words.language.tag,
                "direction": words.language.direction,
                "name": words.language.name,
                "href": way(city_page(words.language.tag)),
                "text": words.text(f"site.root.{what}"),
                "link": words.text("site.root.link"),
            }
            for words in site.words.values()
        ],
    }
