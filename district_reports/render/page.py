"""The page: a dossier in one language, every text final.

Belongs here: which parts a report has, and in which order. The parts are built in `figures`, `figures_where` and
`back_matter`; the templates only set what stands in the `Page`.
"""

from __future__ import annotations

from collections.abc import Callable

from district_reports.errors import TranslationError
from district_reports.metrics.measures import CITY
from district_reports.model import Comparison, Direction, Dossier
from district_reports.render.back_matter import (
    build_arrests,
    build_contacts,
    build_data,
    build_limits,
    build_method,
    build_notes,
    build_sources,
)
from district_reports.render.closing import build_closing
from district_reports.render.figures import build_kinds, build_parts, build_trend, kinds_answer
from district_reports.render.figures_where import build_hours, build_places
from district_reports.render.guide import build_guide_section
from district_reports.render.happened import build_happened
from district_reports.render.heard import build_heard
from district_reports.render.honesty import list_corrections
from district_reports.render.i18n import Words
from district_reports.render.loop import build_loop
from district_reports.render.more import build_more, implied_keys
from district_reports.render.review import build_review, is_read, tell_missing
from district_reports.render.sheet import Sheet
from district_reports.render.take_part import build_take_part
from district_reports.render.view import KeyFact, Labels, Link, Page, Section
from district_reports.settings import Settings

TREND_SECTIONS = ("violence", "property")
"""The parts that hold the trend charts, in the order of the config's list of trends."""

LABELS = (
    "skip_to_content",
    "languages",
    "key_facts",
    "show_table",
    "contents",
    "appendix",
    "appendix_intro",
    "page_of",
)


OF_PEOPLE: dict[str, Callable[[Sheet], Section | None]] = {
    "loop": build_loop,
    "review": build_review,
    "happened": build_happened,
    "heard": build_heard,
    "guide": build_guide_section,
    "take_part": build_take_part,
    "closing": build_closing,
}
"""The parts that come from people, by their field of the page."""


def require_words(settings: Settings, words: Words) -> None:
    """Return nothing if the catalogue has the sentences that the city's config calls for.

    Raises:
        TranslationError: If it lacks one: a metric or contact of the config that has no name yet.
    """
    report = settings.report
    metrics = (*report.key_facts, *report.trends, *report.offences, *report.parts, *report.arrest_shares)
    keys = [f"metric.{metric}" for metric in metrics]
    keys += [f"title.{metric}.{direction}" for metric in report.trends for direction in Direction]
    keys += [f"trend.{metric}.note" for metric in report.trends]
    keys += [f"contact.{line.contact_id}.{part}" for line in report.helplines for part in ("label", "detail")]
    keys += implied_keys(settings)
    missing = [key for key in keys if not words.forms.get(key)]
    if missing:
        tag = words.language.tag
        raise TranslationError(
            f"catalogue {tag}: {missing[0]}: expected a translation, got none", language=tag, problems=missing
        )


def build_page(dossier: Dossier, words: Words, settings: Settings) -> Page:
    """Return the page of one dossier in one language.

    Raises:
        TranslationError: If the catalogue lacks a sentence.
    """
    sheet = Sheet(dossier, words, settings)
    report = words.text("report.name_city" if sheet.is_city else "report.name")
    names = {"report": report, "place": sheet.place, "months": sheet.months}
    data, data_links = build_data(sheet)
    return Page(
        language=words.language.tag,
        direction=words.language.direction,
        region=words.language.region,
        font=words.language.font,
        city_name=sheet.city_name,
        publisher=settings.report.publisher,
        edition_line=words.text("edition.line", **names),
        title=_title(sheet),
        document_title=words.text("edition.document_title", **names),
        dates_line=words.text(
            "dates.line", data_date=words.day(sheet.incidents.as_of), report_date=words.day(dossier.report_date)
        ),
        review_line=tell_missing(sheet),
        banners=_banners(sheet),
        languages=_language_links(sheet),
        key_facts=tuple(_key_fact(sheet, fact) for fact in dossier.key_facts),
        key_facts_note=words.text("key_facts.note"),
        sections=_sections(sheet),
        more=build_more(sheet),
        **{name: build(sheet) for name, build in OF_PEOPLE.items()},
        corrections=list_corrections(sheet),
        limits=build_limits(sheet),
        contacts=build_contacts(sheet),
        contacts_heading=words.text("contacts.heading"),
        contacts_intro=words.text("contacts.intro", number=settings.report.helplines[0].number),
        arrests=build_arrests(sheet),
        notes=build_notes(sheet),
        method=build_method(sheet),
        sources=build_sources(sheet),
        data=data,
        data_links=data_links,
        district_links=_district_links(sheet),
        district_links_heading=words.text("links.districts" if sheet.is_city else "links.city"),
        report_date=dossier.report_date.isoformat(),
        labels=_labels(sheet),
    )


def _title(sheet: Sheet) -> str:
    """Return one sentence for each trend of the report."""
    facts = {fact.metric_id: fact for fact in sheet.dossier.key_facts}
    sentences = (
        sheet.words.text(f"title.{metric}.{facts[metric].direction}", place=sheet.place)
        for metric in sheet.settings.report.trends
    )
    return sheet.sentences(*sentences)


def _banners(sheet: Sheet) -> tuple[str, ...]:
    marks = (("banner.sample", sheet.dossier.is_sample), ("banner.preview", sheet.dossier.is_preview))
    return tuple(sheet.words.text(key) for key, is_set in marks if is_set)


def _language_links(sheet: Sheet) -> tuple[Link, ...]:
    current = sheet.words.language.tag
    return tuple(
        Link(text=other.name, href=f"../{other.tag}/report.html", lang=other.tag, is_current=other.tag == current)
        for other in sheet.settings.languages
    )


def _district_links(sheet: Sheet) -> tuple[Link, ...]:
    """Return the way to the other reports of the quarter: to all districts from the city's, and back."""
    tag = sheet.words.language.tag
    if not sheet.is_city:
        return (Link(text=sheet.city_name, href=f"../../{CITY}/{tag}/report.html"),)
    return tuple(
        Link(text=sheet.district_name(place), href=f"../../{place}/{tag}/report.html")
        for place in sheet.settings.district_ids
    )


def _key_fact(sheet: Sheet, fact: Comparison) -> KeyFact:
    return KeyFact(
        metric_id=fact.metric_id,
        label=sheet.metric_name(fact.metric_id),
        number=sheet.count(fact.now),
        direction=fact.direction,
        word=sheet.words.text(f"direction.{fact.direction}"),
        compared_with=tuple(line for line in (_before_line(sheet, fact), _mean_line(sheet, fact)) if line),
    )


def _before_line(sheet: Sheet, fact: Comparison) -> str:
    words, before = sheet.words, fact.year_before
    if before.value is None:
        return words.text("fact.before_missing")
    number = sheet.count(before)
    if fact.direction is not Direction.UNKNOWN and fact.now.value == before.value:
        return words.text("fact.before_same", number=number)
    if fact.change_pct is None or not round(abs(fact.change_pct)):
        return words.text("fact.before", number=number)
    key = "fact.before_more" if fact.change_pct > 0 else "fact.before_less"
    return words.text(key, number=number, pct=words.number(abs(fact.change_pct)))


def _mean_line(sheet: Sheet, fact: Comparison) -> str:
    # The mean of one year is the year before, which the line above gives.
    if fact.earlier_mean is None or fact.earlier_years < 2:
        return ""
    decimals = 0 if fact.earlier_mean >= 100 else 1
    mean = sheet.words.number(fact.earlier_mean, decimals)
    return sheet.words.plural("fact.mean", fact.earlier_years, mean=mean)


def _sections(sheet: Sheet) -> tuple[Section, ...]:
    words, dossier = sheet.words, sheet.dossier
    facts = {fact.metric_id: fact for fact in dossier.key_facts}
    trends = [
        Section(
            section_id=name,
            question=words.text(f"{name}.question"),
            answer="",
            figures=(build_trend(sheet, series, facts[series[0].metric_id]),),
        )
        for name, series in zip(TREND_SECTIONS, dossier.trends, strict=True)
    ]
    kinds = Section(
        section_id="kinds",
        question=words.text("kinds.question"),
        answer=kinds_answer(sheet),
        figures=(build_kinds(sheet),),
    )
    hours = Section(section_id="hours", question=words.text("hours.question"), answer="", figures=(build_hours(sheet),))
    places = Section(
        section_id="places", question=words.text("places.question"), answer="", figures=(build_places(sheet),)
    )
    sections = [*trends, kinds, hours, places]
    if dossier.parts:
        sections.append(
            Section(section_id="parts", question=words.text("parts.question"), answer="", figures=(build_parts(sheet),))
        )
    return tuple(sections)


def _labels(sheet: Sheet) -> Labels:
    words = sheet.words
    return Labels(
        **{name: words.text(f"label.{name}") for name in LABELS if name != "page_of"},
        page_of=words.text("label.page_of", page="{page}", pages="{pages}"),
        show_rest=words.text("label.show_rest", n="{n}"),
        more_on_web=words.text("label.more_on_web", n="{n}"),
        only_on_web=words.text("label.only_on_web", what="{what}"),
        tables_heading=words.text("label.tables"),
        sources_heading=words.text("sources.heading"),
        translation_unreviewed="" if is_read(sheet) else words.text("label.unreviewed"),
    )
