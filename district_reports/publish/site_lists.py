"""Pages that list: every report there ever was, every correction, the data, and when the next reports come."""

from __future__ import annotations

from district_reports.addresses import calendar_path, version_path
from district_reports.model import CITY, PublicVersion, State
from district_reports.publish.layout import RELEASE
from district_reports.publish.open_data import COLUMNS, DICTIONARY, MEASURES, PACKAGE
from district_reports.publish.site_calendar import tell_releases
from district_reports.publish.site_frame import Site, relative
from district_reports.publish.site_reports import (
    DATA,
    file_link,
    file_path,
    tell_standing,
    version_heading,
    version_page,
)
from district_reports.publish.site_view import Link, Part, Row, Table
from district_reports.render.i18n import Words

RELEASE_FILES = {MEASURES: "measures", DICTIONARY: "dictionary", PACKAGE: "package"}


def list_archive(site: Site, words: Words, page: str) -> tuple[Part, ...]:
    """Return a part for each quarter, newest first: its versions, each with its places."""
    quarters: dict[str, list[PublicVersion]] = {}
    for version in site.versions:
        quarters.setdefault(version.release.quarter, []).append(version)
    return tuple(
        Part(
            part_id=quarter.lower(),
            heading=site.months(words, versions[0]),
            rows=tuple(_archive_row(site, words, page, version) for version in versions),
        )
        for quarter, versions in quarters.items()
    )


def _archive_row(site: Site, words: Words, page: str, version: PublicVersion) -> Row:
    tag = words.language.tag
    places = [place for place in site.places if place in version.release.places]
    links = tuple(
        Link(label=site.place_name(words, place), href=relative(page, version_page(version, place, tag)))
        for place in places
    )
    label = words.text("site.state.version", version=words.number(version.release.version))
    return Row(
        heading=label,
        link=links[0].model_copy(update={"label": label}) if links else Link(label=label, href=page),
        standing=tell_standing(site, words, page, version, places[0] if places else CITY),
        links=links,
    )


def list_corrections(site: Site, words: Words, page: str) -> tuple[Part, ...]:
    """Return what had to be corrected or withdrawn, newest first, and what the newest reports say of older errors."""
    changed = [version for version in site.versions if version.release.correction or version.state == "withdrawn"]
    parts = [
        Part(
            part_id="versions",
            heading=words.text("site.corrections.versions"),
            paragraphs=() if changed else (words.text("site.corrections.none"),),
            rows=tuple(_correction_row(site, words, page, version) for version in changed),
        )
    ]
    told = tuple(dict.fromkeys(_corrections_told(site, words)))
    if told:
        parts.append(Part(part_id="told", heading=words.text("site.corrections.told"), points=told))
    return tuple(parts)


def _correction_row(site: Site, words: Words, page: str, version: PublicVersion) -> Row:
    place = CITY if CITY in version.release.places else next(iter(version.release.places), CITY)
    heading = version_heading(site, words, version)
    href = relative(page, version_page(version, place, words.language.tag))
    return Row(
        heading=heading,
        link=Link(label=heading, href=href),
        standing=tell_standing(site, words, page, version, place),
    )


def _corrections_told(site: Site, words: Words) -> list[str]:
    found = []
    for place in site.places:
        version = site.newest_of(place)
        summary = site.summary(version, place, words.language.tag) if version else None
        found += list(summary.corrections) if summary else []
    return found


def list_data(site: Site, words: Words, page: str) -> tuple[Part, ...]:
    """Return the data of the newest release, what its columns and states mean, and who published the rows."""
    version = site.newest
    parts = []
    if version is None:
        parts.append(
            Part(part_id="files", heading=words.text("site.data.files"), paragraphs=(words.text("site.data.none"),))
        )
    else:
        parts += [_release_part(site, words, page, version), *_places_part(site, words, page, version)]
    index = Link(label=words.text("site.data.index"), href=relative(page, "index.json"), media_type="application/json")
    parts.append(
        Part(
            part_id="all",
            heading=words.text("site.data.all"),
            paragraphs=(words.text("site.data.all_text"),),
            links=(index,),
        )
    )
    return (*parts, _columns_part(words), _states_part(words), _sources_part(site, words))


def _release_part(site: Site, words: Words, page: str, version: PublicVersion) -> Part:
    files = {file.path: file for file in version.release.files}
    quarter, number = version.release.quarter, version.release.version
    links = tuple(
        file_link(words, page, version_path(quarter, number, name), words.text(f"site.data.file.{label}"), files[name])
        for name, label in RELEASE_FILES.items()
        if name in files
    )
    # It lists all others, and so cannot hold its own size.
    label, path = words.text("site.data.file.release"), version_path(quarter, number, RELEASE)
    links += (Link(label=label, href=relative(page, path), media_type="application/json"),)
    heading = words.text("site.data.newest", months=site.months(words, version), version=words.number(number))
    return Part(part_id="files", heading=heading, paragraphs=(words.text("site.data.newest_text"),), links=links)


def _places_part(site: Site, words: Words, page: str, version: PublicVersion) -> tuple[Part, ...]:
    files, tag = {file.path: file for file in version.release.files}, words.language.tag
    links = []
    for place in site.places:
        summary = site.summary(version, place, tag)
        for name in DATA if summary else ():
            file = files.get(f"{place}/{summary.language}/{name}") if summary else None
            if summary and file:
                path = file_path(version, place, summary.language, name)
                form = name.rpartition(".")[2].upper()
                label = words.text("site.data.place_file", place=site.place_name(words, place), form=form)
                links.append(file_link(words, page, path, label, file))
    part = Part(part_id="places", heading=words.text("site.data.places"), links=tuple(links), is_folded=True)
    return (part,) if links else ()


def _columns_part(words: Words) -> Part:
    rows = tuple((name, words.text(f"site.data.column.{name}")) for name in COLUMNS)
    head = (words.text("site.data.column"), words.text("site.data.meaning"))
    table = Table(caption=words.text("site.data.columns_caption"), head=head, rows=rows)
    return Part(part_id="columns", heading=words.text("site.data.columns"), table=table)


def _states_part(words: Words) -> Part:
    rows = tuple((state.value, words.text(f"site.data.state.{state.value}")) for state in State)
    head = (words.text("site.data.state"), words.text("site.data.meaning"))
    table = Table(caption=words.text("site.data.states_caption"), head=head, rows=rows)
    return Part(part_id="states", heading=words.text("site.data.states"), table=table)


def _sources_part(site: Site, words: Words) -> Part:
    first = site.settings.languages[0].tag
    links = tuple(
        Link(label=source.title, href=source.page_url, language=first, detail=f"{source.producer}. {source.license}")
        for source in site.settings.sources
    )
    return Part(
        part_id="sources",
        heading=words.text("site.data.sources"),
        paragraphs=(words.text("site.data.sources_text"),),
        links=links,
    )


def list_calendar(site: Site, words: Words, page: str) -> tuple[Part, ...]:
    """Return when the next reports come."""
    link = Link(
        label=words.text("site.calendar.file"),
        href=relative(page, calendar_path(words.language.tag)),
        media_type="text/calendar",
    )
    steps = tuple(words.text(f"site.calendar.step.{name}") for name in ("draft", "freeze", "publish"))
    heading = words.text("site.calendar.table")
    return (
        Part(part_id="dates", heading=heading, entries=tell_releases(site, words), links=(link,)),
        Part(part_id="steps", heading=words.text("site.calendar.steps"), points=steps),
    )
