"""Feeds (Atom, RFC 4287) and the site map: XML built by a library, so that no text can be more than a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from district_reports.addresses import feed_path
from district_reports.model import PublicVersion
from district_reports.publish.site_frame import Site
from district_reports.publish.site_reports import place_page, tell_standing, version_heading, version_page
from district_reports.render.edge import plain
from district_reports.render.i18n import Words

ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
NEWEST = 20
"""Most entries of a feed."""
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_feed(site: Site, words: Words, place: str) -> bytes:
    """Return the feed of a place in a language: one entry for each version, with how it stands."""
    tag, path = words.language.tag, feed_path(words.language.tag, place)
    versions = site.versions_of(place)[:NEWEST]
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": tag})
    name = words.text("site.feed.title", place=site.place_name(words, place))
    _add(feed, "title", name)
    _add(feed, "id", _identity(site, place, tag))
    _add(feed, "updated", _moment(max((_updated(each) for each in versions), default=site.now)))
    _add(_add(feed, "author"), "name", site.settings.report.publisher)
    _add(feed, "link", rel="self", type="application/atom+xml", href=site.url(path))
    _add(feed, "link", rel="alternate", type="text/html", hreflang=tag, href=site.url(place_page(tag, place)))
    for version in versions:
        _add_entry(feed, site, words, version, place)
    return _bytes(feed)


def _add_entry(feed: ElementTree.Element, site: Site, words: Words, version: PublicVersion, place: str) -> None:
    tag, page = words.language.tag, version_page(version, place, words.language.tag)
    summary = site.summary(version, place, tag) if version.state != "withdrawn" else None
    standing = tell_standing(site, words, page, version, place)
    heading = version_heading(site, words, version)
    title = f"{words.text(f'site.feed.{version.state}')} {heading}" if version.state != "current" else heading
    entry = _add(feed, "entry")
    _add(entry, "title", title)
    _add(entry, "id", _identity(site, place, tag, version.release.quarter, str(version.release.version)))
    _add(entry, "published", _moment(version.release.published_at))
    _add(entry, "updated", _moment(_updated(version)))
    _add(entry, "link", rel="alternate", type="text/html", hreflang=tag, href=site.url(page))
    lines = [standing.text]
    if standing.reason:
        lines += [f"{standing.reason_label} {standing.reason}", *filter(None, [standing.reason_note])]
    if summary is not None:
        lines = [*summary.banners, summary.title, *lines, *summary.key_facts]
    _add(entry, "summary", "\n".join(lines))


def _identity(site: Site, *parts: str) -> str:
    """Return a name that stays the same when the site moves."""
    return uuid5(NAMESPACE_URL, "/".join((site.settings.city.city_id, *parts))).urn


def _updated(version: PublicVersion) -> datetime:
    return version.ended_at or version.release.published_at


def write_sitemap(site: Site, pages: Iterable[Mapping[str, str]]) -> bytes:
    """Return the map of the site for search engines.

    Args:
        site: All that is public.
        pages: Each page as its paths by language.
    """
    root = ElementTree.Element("urlset", {"xmlns": SITEMAP, "xmlns:xhtml": XHTML})
    for twins in pages:
        for path in dict.fromkeys(twins.values()):
            entry = ElementTree.SubElement(root, "url")
            ElementTree.SubElement(entry, "loc").text = site.url(path)
            for tag, other in twins.items():
                link = {"rel": "alternate", "hreflang": tag, "href": site.url(other)}
                ElementTree.SubElement(entry, "xhtml:link", link)
    return _bytes(root)


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name, attributes)
    if text:
        element.text = _NO_XML.sub("\ufffd", plain(text))
    return element


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _bytes(root: ElementTree.Element) -> bytes:
    ElementTree.indent(root, " ")
    text: bytes = ElementTree.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + text + b"\n"
