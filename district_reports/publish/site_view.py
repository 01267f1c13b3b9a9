"""What a page of the site shows: all texts final, all links ready, nothing left to compute for a template."""

from __future__ import annotations

from typing import Literal

from district_reports.model import Record


class Link(Record):
    """A link, or the place where the reader is (`is_here`)."""

    label: str
    href: str
    language: str = ""
    """Tag of the label's language, where it is not the page's."""
    target_language: str = ""
    """Tag of what it leads to, where that is not the page's."""
    detail: str = ""
    """Beside the link: form and size of a file."""
    media_type: str = ""
    is_here: bool = False


class Group(Record):
    """Links under a heading."""

    heading: str
    links: tuple[Link, ...]


class Standing(Record):
    """How a version stands."""

    state: Literal["current", "superseded", "withdrawn"]
    text: str
    reason_label: str = ""
    reason: str = ""
    """In the publisher's own words; hostile."""
    reason_language: str = ""
    reason_note: str = ""
    """That it is there in another language only."""
    way_on: Link | None = None
    """To the version that stands now."""


class Story(Record):
    """What may be quoted of an edition, with its files."""

    language: str
    direction: str
    months: str
    title: str
    edition_line: str
    dates_line: str
    banners: tuple[str, ...]
    key_facts: tuple[str, ...]
    changed: tuple[str, ...]
    corrections: tuple[str, ...]
    card: str = ""
    """Address of the social card; empty: none."""
    card_alt: str = ""
    main: tuple[Link, ...]
    """To read it and to print it."""
    more: tuple[Link, ...]
    """To show it and to hand it out."""
    files: tuple[Link, ...]
    """To compute with it."""
    languages: tuple[Link, ...]
    """The same report in other languages."""
    note: str = ""
    """That it is in another language than the page."""


class Row(Record):
    """A version in a list."""

    heading: str
    link: Link
    standing: Standing
    links: tuple[Link, ...] = ()
    """To its parts."""


class Table(Record):
    """A table; the first cell of each row is its head."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Entry(Record):
    """A thing with its facts: label and text."""

    heading: str
    lines: tuple[tuple[str, str], ...]


class Part(Record):
    """A part of a page: heading, paragraphs, and what stands below them."""

    part_id: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    rows: tuple[Row, ...] = ()
    entries: tuple[Entry, ...] = ()
    table: Table | None = None
    is_folded: bool = False
    """Whether its links wait to be asked for."""


class Area(Record):
    """A district on the map."""

    path: str
    """Commands of an SVG path."""
    x: int
    y: int
    """Where its number stands."""
    number: str
    name: str
    href: str


class Community(Record):
    """A community area, and the districts it lies in."""

    name: str
    language: str
    links: tuple[Link, ...]


class Head(Record):
    """What a page says of itself to programs, and what stands on every page."""

    path: str
    language: str
    direction: str
    title: str
    description: str
    canonical: str
    alternates: tuple[tuple[str, str], ...]
    """Tag (or `x-default`) and whole address."""
    locale: str
    site_name: str
    image: str = ""
    image_alt: str = ""
    feed: Link | None = None
    data: str = ""
    """JSON-LD, ready to stand in a script element."""
    is_indexed: bool = True
    publisher: str
    city: str
    home: str
    switch: tuple[Link, ...]
    ways: tuple[Link, ...]
    """The pages of the site."""
    unreviewed: str
    labels: dict[str, str]
