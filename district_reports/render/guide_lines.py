"""One service of the guide in words: its number, what for and for whom, and further ways to reach it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from district_reports.config_guide import Resource
from district_reports.model import GuideEntry
from district_reports.render.hours import tell_hours
from district_reports.render.sheet import Sheet
from district_reports.render.view import ContactLine


def build_line(sheet: Sheet, entry: GuideEntry) -> ContactLine:
    """Return one service: name, number, what for and for whom, and further ways to reach it."""
    words, name = sheet.words, entry.resource_id
    return ContactLine(
        label=words.text(f"resource.{name}.name"),
        number=entry.telephone,
        url=entry.url,
        detail=sheet.sentences(words.text(f"resource.{name}.what"), words.text(f"resource.{name}.who")),
        remark=words.text("guide.verify") if entry.must_verify else "",
        lines=tuple(_ways(sheet, entry)),
    )


def name_of(sheet: Sheet, resource_id: str) -> str:
    """Return a service's name."""
    return sheet.words.text(f"resource.{resource_id}.name")


def _ways(sheet: Sheet, entry: GuideEntry) -> list[str]:
    """Return how else to reach a service, when, and in which languages."""
    words = sheet.words
    resource = sheet.settings.resources.find(entry.resource_id)
    number = words.name
    lines = [
        words.text("guide.line.text", number=number(entry.text_to)) if entry.text_to else "",
        words.text("guide.line.tty", number=number(entry.teletype)) if entry.teletype else "",
        words.text("guide.line.e_mail", address=words.name(entry.e_mail)) if entry.e_mail else "",
        words.text("guide.line.address", address=words.name(entry.address)) if entry.address else "",
        words.text(f"resource.{entry.resource_id}.how") if resource is not None and resource.tells_how else "",
        _hours_line(sheet, entry),
        words.text("guide.line.languages", names=_languages(sheet, entry.languages)) if entry.languages else "",
        _districts_line(sheet, resource) if resource is not None and sheet.is_city else "",
        words.text("guide.line.checked", date=words.day(entry.as_of)) if entry.as_of else "",
    ]
    return [line for line in lines if line]


def _hours_line(sheet: Sheet, entry: GuideEntry) -> str:
    told = tell_hours(sheet, entry.hours, is_always_open=entry.is_always_open)
    if not told:
        # A web page has no hours.
        return sheet.words.text("guide.line.hours_unknown") if entry.telephone or entry.address else ""
    return sheet.words.text("guide.line.hours", hours=told)


def _languages(sheet: Sheet, tags: Sequence[str]) -> str:
    return sheet.join(language_name(sheet, tag) for tag in tags)


def language_name(sheet: Sheet, tag: str) -> str:
    """Return a language's name in the page's language; the tag itself where CLDR has none."""
    first, *others = tag.split("-")
    # Written as CLDR does: zh_Hans, pt_BR.
    full = "_".join((first.lower(), *(part.title() if len(part) > 3 else part.upper() for part in others)))
    names = sheet.words.locale.languages
    return str(names.get(full) or names.get(first.lower()) or sheet.words.name(tag))


def _districts_line(sheet: Sheet, resource: Resource) -> str:
    if not resource.serves:
        return ""
    return sheet.words.text("guide.line.districts", districts=list_districts(sheet, resource))


def list_districts(sheet: Sheet, resource: Resource) -> str:
    """Return the districts that a service serves, as they are called."""
    return sheet.join(sheet.words.name(place.lstrip("0") or place) for place in resource.serves)


def number_of(sheet: Sheet, resource_id: str) -> str:
    """Return the number of a permanent service; the config holds it to have one of every city's reports."""
    resource = sheet.settings.resources.find(resource_id)
    return sheet.words.name(resource.telephone) if resource is not None else ""


def tell_date(sheet: Sheet, text: str) -> str:
    """Return a day, month or year in words."""
    if not text:
        return sheet.words.text("guide.undated")
    known = text.count("-")
    day = date.fromisoformat(text + "-01" * (2 - known))
    return (sheet.words.year(day.year), sheet.words.month(day), sheet.words.day(day))[known]
