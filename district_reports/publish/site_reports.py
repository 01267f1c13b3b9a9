"""Versions of reports, as the pages tell them: what may be quoted, which files there are, how each version stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from district_reports.addresses import edition_path, place_path, version_path
from district_reports.model import PublicFile, PublicVersion, Signature
from district_reports.publish.site_frame import INDEX, Site, relative
from district_reports.publish.site_view import Link, Row, Standing, Story
from district_reports.render.edge import direction_of
from district_reports.render.i18n import Words

MAIN = ("report.html", "report.pdf")
MORE = ("pocket.pdf", "handout.pdf", "slides.pdf", "script.txt", "meeting.pdf", "meetings.ics", "card.png")
DATA = ("data.csv", "data.json")
FILES = (*MAIN, *MORE, *DATA)
"""Files of an edition that readers are shown; the others are for sending."""
KIT = "kit"
CARD = "card.png"

MEDIA_TYPES = {
    ".html": "text/html",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".ics": "text/calendar",
    ".png": "image/png",
    ".csv": "text/csv",
    ".json": "application/json",
    ".zip": "application/zip",
}
KILO, MEGA = 1024, 1024 * 1024


def version_page(version: PublicVersion, place: str, tag: str) -> str:
    """Return the path of the page about one version of a place's report."""
    return edition_path(version.release.quarter, version.release.version, place, tag, INDEX)


def place_page(tag: str, place: str) -> str:
    """Return the path of a place's page."""
    return place_path(tag, place) + INDEX


def file_path(version: PublicVersion, place: str, tag: str, name: str) -> str:
    """Return the path of a file of an edition."""
    return edition_path(version.release.quarter, version.release.version, place, tag, name)


def size_text(words: Words, size: int) -> str:
    """Return how large a file is."""
    if size >= MEGA:
        return words.text("site.size.mb", n=words.number(size / MEGA, 1))
    return words.text("site.size.kb", n=words.number(max(1, round(size / KILO))))


def file_link(words: Words, page: str, path: str, label: str, file: PublicFile) -> Link:
    """Return a link to a file, with its form and size."""
    ending = PurePosixPath(path).suffix
    # A page opens in the browser like any other: nobody needs to know its form first.
    is_page = ending == ".html"
    form = words.text("site.file.form", form=ending[1:].upper(), size=size_text(words, file.size))
    return Link(
        label=label,
        href=relative(page, path),
        detail="" if is_page else form,
        media_type=MEDIA_TYPES.get(ending, ""),
    )


def tell_story(site: Site, words: Words, page: str, version: PublicVersion, place: str) -> Story | None:
    """Return what a page quotes of an edition; None where there is nothing to quote.

    Args:
        site: All that is public.
        words: Of the page.
        page: The page's path.
        version: One whose files are there.
        place: Of the report.
    """
    tag = words.language.tag
    summary = site.summary(version, place, tag)
    if summary is None:
        return None
    files = _edition_files(version, place, summary.language)

    def links(names: tuple[str, ...]) -> tuple[Link, ...]:
        found = [(name, files[name]) for name in names if name in files]
        return tuple(
            file_link(words, page, file_path(version, place, summary.language, name), _label(words, name), file)
            for name, file in found
        )

    is_other = summary.language != tag
    return Story(
        language=summary.language,
        direction=direction_of(summary.language),
        months=summary.months,
        title=summary.title,
        edition_line=summary.edition_line,
        dates_line=summary.dates_line,
        banners=summary.banners,
        key_facts=summary.key_facts,
        changed=summary.changed,
        corrections=summary.corrections,
        card=relative(page, file_path(version, place, summary.language, CARD)) if CARD in files else "",
        card_alt=summary.card_alt,
        main=links(MAIN),
        more=(*links(MORE), *_kit(words, page, version, place)),
        files=links(DATA),
        languages=_in_languages(site, page, version, place, tag),
        note=words.text("site.place.other_language", language=_language_name(site, summary.language))
        if is_other
        else "",
    )


def _edition_files(version: PublicVersion, place: str, tag: str) -> dict[str, PublicFile]:
    start = f"{place}/{tag}/"
    return {file.path.removeprefix(start): file for file in version.release.files if file.path.startswith(start)}


def _label(words: Words, name: str) -> str:
    return words.text(f"site.file.{name.replace('.', '_')}")


def _kit(words: Words, page: str, version: PublicVersion, place: str) -> tuple[Link, ...]:
    name = f"kits/{place}.zip"
    path = version_path(version.release.quarter, version.release.version, name)
    found = [file for file in version.release.files if file.path == name]
    return tuple(file_link(words, page, path, words.text("site.file.kit"), file) for file in found)


def _language_name(site: Site, tag: str) -> str:
    known = {language.tag: language.name for language in site.settings.languages}
    return known.get(tag, tag)


def _in_languages(site: Site, page: str, version: PublicVersion, place: str, tag: str) -> tuple[Link, ...]:
    there = {file.path for file in version.release.files}
    return tuple(
        Link(
            label=_language_name(site, other),
            href=relative(page, file_path(version, place, other, MAIN[0])),
            language=other,
            target_language=other,
        )
        for other in version.release.languages
        if other != tag and f"{place}/{other}/{MAIN[0]}" in there
    )


def tell_standing(
    site: Site, words: Words, page: str, version: PublicVersion, place: str, *, is_own: bool = False
) -> Standing:
    """Return how a version stands, why, and where the one is that stands now.

    Args:
        site: All that is public.
        words: Of the page.
        page: The page's path.
        version: The version.
        place: Of the report the page is about.
        is_own: Whether the page is about this version alone.
    """
    release, tag = version.release, words.language.tag
    if version.state == "current":
        text = words.text("site.state.current", date=site.day(words, release.published_at))
        return _with_reason(site, words, "current", text, "site.state.corrects", _correction_of(version))
    date = site.day(words, version.ended_at or release.published_at)
    now = site.newest_of(place)
    way_on = None
    if now is not None and is_own:
        label = words.text("site.state.way_on")
        way_on = Link(label=label, href=relative(page, place_page(tag, place)))
    if version.state == "withdrawn":
        text = words.text("site.state.withdrawn_own" if is_own else "site.state.withdrawn", date=date)
        reason = version.reason, version.reason_translations
        return _with_reason(site, words, "withdrawn", text, "site.state.reason", reason, way_on)
    number = words.number(version.superseded_by)
    text = words.text("site.state.superseded_own" if is_own else "site.state.superseded", date=date, version=number)
    after = site.replacement_of(version)
    if after is None:
        text = words.text("site.state.replaced", date=date)
    return _with_reason(site, words, "superseded", text, "site.state.reason", _correction_of(after), way_on)


Reason = tuple[str, Mapping[str, str]]
"""In the city's first language, empty where there is none; and in others, by tag."""


def _correction_of(version: PublicVersion | None) -> Reason:
    return ("", {}) if version is None else (version.release.correction, version.release.correction_translations)


def _with_reason(
    site: Site, words: Words, state: str, text: str, label: str, reason: Reason, way_on: Link | None = None
) -> Standing:
    """Return a standing with its reason in the reader's language; in the city's first one where that is missing."""
    original, translations = reason
    first, tag = site.settings.languages[0].tag, words.language.tag
    own = original if tag == first else translations.get(tag, "")
    note = "" if own or not original else words.text("site.state.reason_only", language=_name_language(words, first))
    return Standing.model_validate(
        {
            "state": state,
            "text": text,
            "reason_label": words.text(label) if original else "",
            "reason": own or original,
            "reason_language": tag if own else first,
            "reason_note": note,
            "way_on": way_on,
        }
    )


def _name_language(words: Words, tag: str) -> str:
    """Return a language's name as the page's language has it; its tag where CLDR has none."""
    names = words.locale.languages
    return str(names.get(tag.replace("-", "_")) or names.get(tag.partition("-")[0]) or words.name(tag))


def version_heading(site: Site, words: Words, version: PublicVersion) -> str:
    """Return a version's months and number."""
    number = words.number(version.release.version)
    return words.text("site.version.heading", months=site.months(words, version), version=number)


def list_versions(site: Site, words: Words, page: str, place: str) -> tuple[Row, ...]:
    """Return every version of a place's report that ever was, newest first."""
    tag = words.language.tag
    return tuple(
        Row(
            heading=version_heading(site, words, version),
            link=Link(
                label=version_heading(site, words, version), href=relative(page, version_page(version, place, tag))
            ),
            standing=tell_standing(site, words, page, version, place),
        )
        for version in site.versions_of(place)
    )


def tell_signatures(site: Site, words: Words, version: PublicVersion, place: str) -> tuple[str, ...]:
    """Return who signed what a reader of this edition reads, and who had not answered; roles, never persons."""
    tag = words.language.tag
    lines = [
        words.text("site.signed.by", role=_role(site, words, each.role, each.scope), date=site.day(words, each.at))
        for each in version.release.signatures
        if _concerns(each, place, tag)
    ]
    lines += [
        words.text("site.signed.missed", role=_role(site, words, role, scope))
        for role, scope in version.release.missed
        if scope in ("", place, tag)
    ]
    return tuple(lines)


def _concerns(signature: Signature, place: str, tag: str) -> bool:
    return signature.scope in ("", place, tag)


def _role(site: Site, words: Words, role: str, scope: str) -> str:
    name = site.place_name(words, scope) if scope in site.places else words.name(_language_name(site, scope))
    return words.text(f"site.role.{role}", name=name)
