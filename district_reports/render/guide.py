"""Whom to call, and where help is: the table of calls, who comes without police, and services by need.

Belongs here: wording what the dossier has chosen. Does not belong here: which services print (`guide.choose`).
"""

from __future__ import annotations

from district_reports.guide.choose import HEADINGS
from district_reports.model import Guide, GuideEntry, Heading
from district_reports.render.guide_calls import build_call_table, build_said, build_today
from district_reports.render.guide_lines import build_line, name_of, number_of
from district_reports.render.sheet import Sheet
from district_reports.render.view import ContactLine, Section
from district_reports.settings import Settings

QUICK: tuple[Heading, ...] = ("emergency", "city_services")
"""Not under a heading of their own: they stand in the table of calls."""
LISTED = tuple(heading for heading in HEADINGS if heading not in QUICK)
PARTS_OF_NAME = ("name", "what", "who")
"""What the catalogues say of each service."""


def list_guide_keys(settings: Settings) -> list[str]:
    """Return the ids of sentences that the city's services call for."""
    printed = [entry for entry in settings.resources.resources if entry.ended_on is None]
    keys = [f"resource.{entry.resource_id}.{part}" for entry in printed for part in PARTS_OF_NAME]
    return keys + [f"resource.{entry.resource_id}.how" for entry in printed if entry.tells_how]


def build_guide_section(sheet: Sheet) -> Section | None:
    """Return whom to call and where help is; None where the dossier has no guide."""
    guide = sheet.dossier.guide
    if guide is None:
        return None
    words = sheet.words
    parts = (
        *(_service_part(sheet, guide, heading) for heading in LISTED),
        build_today(sheet, guide),
        build_said(sheet, guide),
        _left_out(sheet, guide),
    )
    return Section(
        section_id="guide",
        question=words.text("guide.question"),
        answer=words.text("guide.answer", danger=number_of(sheet, sheet.settings.resources.danger)),
        notices=_unchecked(sheet, guide),
        tables=(build_call_table(sheet, guide),),
        contacts=tuple(
            build_line(sheet, entry) for entry in guide.entries if entry.heading in QUICK and not entry.is_permanent
        ),
        parts=tuple(part for part in parts if part is not None),
    )


def _unchecked(sheet: Sheet, guide: Guide) -> tuple[str, ...]:
    """Return what "please verify" means, where it stands at all."""
    if not any(entry.must_verify for entry in guide.entries):
        return ()
    days = sheet.words.number(sheet.settings.report.loop.check_days)
    return (sheet.words.text("guide.verify_means", days=days),)


def list_quick_numbers(sheet: Sheet) -> list[ContactLine]:
    """Return the permanent services, the one for danger to life first; none without a guide."""
    guide = sheet.dossier.guide
    permanent = [entry for entry in guide.entries if entry.is_permanent] if guide else []
    permanent.sort(key=lambda entry: entry.heading not in QUICK)
    return [_quick(sheet, entry) for entry in permanent]


def _quick(sheet: Sheet, entry: GuideEntry) -> ContactLine:
    """Return a service with its numbers alone."""
    line = build_line(sheet, entry)
    return line.model_copy(update={"lines": line.lines[:1] if entry.text_to else ()})


# Services


def _service_part(sheet: Sheet, guide: Guide, heading: Heading) -> Section:
    """Return the services of one need; where there is none, how to find help."""
    lines = tuple(build_line(sheet, entry) for entry in guide.entries if entry.heading == heading)
    return Section(
        section_id=f"guide-{heading.replace('_', '-')}",
        question=sheet.words.text(f"guide.heading.{heading}"),
        answer="" if lines else _find_help(sheet, heading),
        contacts=lines,
    )


def _find_help(sheet: Sheet, heading: Heading) -> str:
    resources = sheet.settings.resources
    if heading == "crisis":
        numbers = {"number": number_of(sheet, resources.crisis), "danger": number_of(sheet, resources.danger)}
        return sheet.words.text("guide.empty_crisis", **numbers)
    return sheet.words.text("guide.empty", number=number_of(sheet, resources.finder))


def _left_out(sheet: Sheet, guide: Guide) -> Section | None:
    """Return the services that a final report leaves out, since nobody has checked them in time."""
    if not guide.left_out:
        return None
    words, days = sheet.words, sheet.settings.report.loop.check_days
    return Section(
        section_id="guide-left-out",
        question=words.text("guide.left_out.question"),
        answer=words.text("guide.left_out.answer", days=words.number(days)),
        points=tuple(name_of(sheet, resource_id) for resource_id in guide.left_out),
    )
