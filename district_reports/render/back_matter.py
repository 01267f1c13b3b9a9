"""The parts of a page that explain: arrests, limits, contacts, notes, method, sources, data."""

from __future__ import annotations

from district_reports.model import Measure, Note, State
from district_reports.periods import Quarter
from district_reports.render.guide import list_quick_numbers
from district_reports.render.honesty import list_explanations
from district_reports.render.sheet import Sheet
from district_reports.render.view import ContactLine, Link, Section, SourceLine, Table

LIMITS = ("reported", "moving", "publisher", "worst", "chance", "why", "no_rank")
CONTRADICTING = "contradicting_beats"
METHOD = ("quarter", "word", "kinds", "mean", "arrests")


def build_arrests(sheet: Sheet) -> Section:
    """Return what may be said of arrests: the newest settled quarter in words, all quarters in a table."""
    words, series = sheet.words, sheet.dossier.arrests
    date = words.day(sheet.incidents.as_of)
    newest = [_newest_settled(measures) for measures in series]
    sentences = [
        words.text("arrests.no_share", metric=sheet.metric_name(measures[0].metric_id))
        if settled is None
        else words.text(
            "arrests.share",
            metric=sheet.metric_name(settled.metric_id),
            months=words.months_of(Quarter.parse(settled.quarter)),
            share=sheet.rate(_per_100(settled)),
            date=date,
        )
        for settled, measures in zip(newest, series, strict=True)
    ]
    table = Table(
        caption=words.text("arrests.caption", place=sheet.place, date=date),
        head=(words.text("table.quarter"), *(sheet.metric_name(measures[0].metric_id) for measures in series)),
        rows=tuple(
            (words.months_of(Quarter.parse(row[0].quarter)), *(_share_text(sheet, measure) for measure in row))
            for row in zip(*series, strict=True)
        ),
        note=words.text("arrests.table_note"),
    )
    return Section(
        section_id="arrests",
        question=words.text("arrests.question"),
        answer=words.text("arrests.meaning"),
        tables=(table,),
        points=(*sentences, words.text("arrests.too_early")),
    )


def _newest_settled(measures: tuple[Measure, ...]) -> Measure | None:
    return next((measure for measure in reversed(measures) if measure.state is State.OK), None)


def _per_100(measure: Measure) -> float | None:
    return None if measure.value is None else 100 * measure.value


def _share_text(sheet: Sheet, measure: Measure) -> str:
    text = sheet.rate(_per_100(measure))
    return sheet.words.text("number.too_early", number=text) if measure.state is State.TOO_EARLY else text


def build_limits(sheet: Sheet) -> Section:
    """Return what the numbers can and cannot say."""
    floor = sheet.words.number(sheet.settings.report.direction.percentage_floor)
    points = tuple(sheet.words.text(f"limits.{name}", floor=floor) for name in LIMITS)
    return Section(section_id="limits", question=sheet.words.text("limits.heading"), answer="", points=points)


def build_contacts(sheet: Sheet) -> tuple[ContactLine, ...]:
    """Return whom a resident can turn to: the emergency number first, then the station, then the others.

    Where the dossier has a guide these are its permanent services; without one the helplines of the config.
    """
    words = sheet.words
    lines = list_quick_numbers(sheet) or [
        ContactLine(
            label=words.text(f"contact.{line.contact_id}.label"),
            number=line.number,
            url=line.url,
            detail=words.text(f"contact.{line.contact_id}.detail"),
            remark="" if line.is_verified else words.text("contact.unverified"),
        )
        for line in sheet.settings.report.helplines
    ]
    station = sheet.dossier.contact
    if station is not None:
        line = ContactLine(
            label=words.text("contact.station.label", place=sheet.place),
            number=station.phone,
            url="",
            detail=words.name(station.address),
            remark="" if station.is_verified else words.text("contact.unverified"),
        )
        lines.insert(1, line)
    return tuple(lines)


def build_notes(sheet: Sheet) -> Section:
    """Return what was odd in the rows, each with its count."""
    words = sheet.words
    points = tuple(_note_text(sheet, note) for note in sheet.dossier.notes) or (words.text("notes.none"),)
    points = (*list_explanations(sheet), *points)
    return Section(section_id="notes", question=words.text("notes.heading"), answer="", points=points)


def _note_text(sheet: Sheet, note: Note) -> str:
    words = sheet.words
    if not note.count:
        return words.text(f"note.{note.note_id}")
    names = sheet.join(words.name(name) for name in note.names)
    date = words.day_of_year(sheet.settings.report.notes.default_date)
    # The city's map is by district, so there these incidents are on it.
    name = f"{note.note_id}_city" if sheet.is_city and note.note_id == CONTRADICTING else note.note_id
    return words.plural(f"note.{name}", note.count, names=names, date=date)


def build_method(sheet: Sheet) -> Section:
    """Return how we count and when we use a word, with the thresholds of the config."""
    words, rule = sheet.words, sheet.settings.report.direction
    values = {
        "significance": words.number(100 * rule.significance),
        "minimum": words.number(100 * rule.minimum_change),
    }
    points = tuple(words.text(f"method.{name}", **values) for name in METHOD)
    return Section(section_id="method", question=words.text("method.heading"), answer="", points=points)


def build_sources(sheet: Sheet) -> tuple[SourceLine, ...]:
    """Return each source with its date and terms."""
    words = sheet.words
    return tuple(
        SourceLine(
            title=words.name(origin.title),
            detail=sheet.source_line
            if sheet.dossier.is_sample
            else words.text(
                "sources.detail",
                producer=words.name(origin.producer),
                date=words.day(origin.as_of),
                license=words.name(origin.license),
            ),
            url=origin.page_url,
        )
        for origin in sheet.dossier.origins
    )


def build_data(sheet: Sheet) -> tuple[Section, tuple[Link, ...]]:
    """Return how to get the numbers."""
    words = sheet.words
    section = Section(
        section_id="data", question=words.text("data.heading"), answer="", points=(words.text("data.intro"),)
    )
    links = (
        # Beside the editions of the quarter, wherever they are put.
        Link(text=words.text("data.file"), href="../../measures.csv"),
        Link(text=words.text("data.portal"), href=sheet.incidents.page_url),
    )
    return section, links
