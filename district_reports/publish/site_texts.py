"""Pages of plain words: how the numbers are made, how people's words are used, what was checked of the site itself."""

from __future__ import annotations

from district_reports.email_addresses import is_address
from district_reports.publish.site_frame import Site
from district_reports.publish.site_view import Link, Part
from district_reports.render.i18n import Words

METHODS = (
    *("sources", "one_pull", "place", "kinds", "words", "chance", "arrests", "outcomes"),
    *("missing", "small", "people", "errors", "limits"),
)
YOUR_WORDS = ("what", "screen", "floor", "place", "quotes", "sides", "translated", "answer", "back")
CHECKED = ("axe", "keyboard", "script", "contrast", "zoom", "print", "light")
NOT_CHECKED = ("people", "pdf", "maps")


def tell_methods(site: Site, words: Words) -> tuple[Part, ...]:
    """Return how the numbers are made."""
    return tuple(_part(words, "methods", name) for name in METHODS)


def tell_your_words(site: Site, words: Words) -> tuple[Part, ...]:
    """Return how people's words are used."""
    floor = words.number(site.settings.report.loop.floor)
    parts = tuple(_part(words, "your_words", name, floor=floor) for name in YOUR_WORDS)
    return (*parts, tell_contact(site, words))


def tell_accessibility(site: Site, words: Words) -> tuple[Part, ...]:
    """Return what was checked of the site, and what was not: no more than that."""
    checked = tuple(words.text(f"site.accessibility.checked.{name}") for name in CHECKED)
    left = tuple(words.text(f"site.accessibility.left.{name}") for name in NOT_CHECKED)
    return (
        Part(part_id="checked", heading=words.text("site.accessibility.checked"), points=checked),
        Part(part_id="left", heading=words.text("site.accessibility.left"), points=left),
        _tell_languages(site, words),
        tell_contact(site, words),
    )


def _tell_languages(site: Site, words: Words) -> Part:
    def line(other: Words) -> str:
        key = "site.accessibility.reviewed" if other.is_reviewed else "site.accessibility.unreviewed"
        return words.text(key, language=words.name(other.language.name))

    return Part(
        part_id="languages",
        heading=words.text("site.accessibility.languages"),
        points=tuple(line(other) for other in site.words.values()),
    )


def tell_contact(site: Site, words: Words) -> Part:
    """Return whom to tell of a problem; an address that is none is not printed."""
    contact = site.settings.report.site.contact
    has_address = is_address(contact)
    link = Link(label=contact, href=f"mailto:{contact}")
    return Part(
        part_id="contact",
        heading=words.text("site.contact.heading"),
        paragraphs=(words.text("site.contact.write" if has_address else "site.contact.none"),),
        links=(link,) if has_address else (),
    )


def _part(words: Words, page: str, name: str, **values: str) -> Part:
    key = f"site.{page}.{name}"
    return Part(
        part_id=name.replace("_", "-"), heading=words.text(f"{key}.heading"), paragraphs=(words.text(key, **values),)
    )
