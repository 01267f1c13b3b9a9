"""What stands on every page: its names for programs, the language switch that keeps the place, the ways to others."""

from __future__ import annotations

from collections.abc import Mapping

from district_reports.addresses import city_path, feed_path
from district_reports.model import CITY, PublicVersion, Record
from district_reports.publish.site_frame import INDEX, Site, relative
from district_reports.publish.site_reports import CARD, file_path, place_page
from district_reports.publish.site_view import Head, Link
from district_reports.render.i18n import Words

DEFAULT = "x-default"
PAGES = ("archive", "calendar", "corrections", "data", "methods", "your-words", "accessibility")
"""Pages about the whole site, each below its language."""
LABELS = (
    *("skip", "languages", "about", "privacy", "key_facts", "changed", "more", "files", "in_languages"),
    *("skip_map", "map", "map_hint", "show_places"),
)


def city_page(tag: str, name: str = "") -> str:
    """Return the path of a page about the whole site; without a name: the city's first page."""
    return city_path(tag, name) + INDEX


class About(Record):
    """What a page is."""

    path: str
    title: str
    """As a tab shows it, without the publisher."""
    description: str
    """One sentence for search engines and cards."""
    twins: dict[str, str]
    """The same page in every language of the site, this one too: path by tag."""
    default: str = ""
    """Path of the page for readers of no language of ours; empty: that of the first language."""
    place: str = CITY
    """What it is about."""
    pictured: PublicVersion | None = None
    """Whose card stands for the page where it is shared; None: that of the newest report on the place."""
    is_indexed: bool = True
    """Whether search engines should show it; what they should not show is shared without a picture."""
    data: str = ""
    """JSON-LD, ready for the page."""


def make_head(site: Site, words: Words, about: About) -> Head:
    """Return what a page says of itself, and what stands on every page."""
    path = about.path
    tag, publisher = words.language.tag, site.settings.report.publisher
    image, image_alt = _image(site, about, tag)
    return Head(
        path=path,
        language=tag,
        direction=words.language.direction,
        title=words.text("site.document_title", title=about.title, publisher=words.name(publisher)),
        description=about.description,
        canonical=site.url(path),
        alternates=_alternates(site, about.twins, about.default),
        locale=words.language.locale,
        site_name=publisher,
        image=image,
        image_alt=image_alt,
        feed=_feed(site, words, path, about.place),
        data=about.data,
        is_indexed=about.is_indexed,
        publisher=publisher,
        city=site.city_name(words),
        home=relative(path, city_page(tag)),
        switch=_switch(site, path, tag, about.twins),
        ways=_ways(words, path, tag),
        unreviewed="" if words.is_reviewed else words.text("site.unreviewed"),
        labels={label: words.text(f"site.label.{label}") for label in LABELS},
    )


def _alternates(site: Site, twins: Mapping[str, str], default: str) -> tuple[tuple[str, str], ...]:
    own = [(tag, site.url(twin)) for tag, twin in twins.items()]
    return (*own, (DEFAULT, site.url(default or next(iter(twins.values())))))


def _feed(site: Site, words: Words, path: str, place: str) -> Link:
    return Link(
        label=words.text("site.feed.title", place=site.place_name(words, place)),
        href=relative(path, feed_path(words.language.tag, place)),
        media_type="application/atom+xml",
    )


def _image(site: Site, about: About, tag: str) -> tuple[str, str]:
    """Return the whole address of a page's card, and what it shows; never a report's that ended."""
    if not about.is_indexed:
        return "", ""
    place, version = about.place, about.pictured or site.newest_of(about.place)
    summary = site.summary(version, place, tag) if version else None
    if version is None or summary is None:
        return "", ""
    there = {file.path for file in version.release.files}
    if f"{place}/{summary.language}/{CARD}" not in there:
        return "", ""
    return site.url(file_path(version, place, summary.language, CARD)), summary.card_alt


def _switch(site: Site, path: str, tag: str, twins: Mapping[str, str]) -> tuple[Link, ...]:
    return tuple(
        Link(
            label=site.words[other].language.name,
            href=relative(path, twin),
            language=other,
            target_language=other,
            is_here=other == tag,
        )
        for other, twin in twins.items()
    )


def _ways(words: Words, path: str, tag: str) -> tuple[Link, ...]:
    targets = {
        "home": city_page(tag),
        "city": place_page(tag, CITY),
        **{name.replace("-", "_"): city_page(tag, name) for name in PAGES},
    }
    return tuple(
        Link(label=words.text(f"site.way.{name}"), href=relative(path, target), is_here=target == path)
        for name, target in targets.items()
    )
