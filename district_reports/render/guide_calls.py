"""Whom to call for each type of call, what residents said about who should come, and who comes today."""

from __future__ import annotations

from district_reports.config_guide import Resource
from district_reports.model import CallAdvice, Guide, GuideEntry
from district_reports.render.guide_lines import list_districts, name_of, number_of, tell_date
from district_reports.render.hours import tell_hours
from district_reports.render.sheet import Sheet
from district_reports.render.spoken import notice_originals, say_by_tag
from district_reports.render.view import Card, CardLine, Section, Table


def build_call_table(sheet: Sheet, guide: Guide) -> Table:
    """Return the types of call, each with whom to call now and who may come, when."""
    words = sheet.words
    return Table(
        caption=words.text("guide.calls.caption", place=sheet.place),
        head=(words.text("guide.calls.type"), words.text("guide.calls.first"), words.text("guide.calls.comes")),
        rows=tuple(
            (words.text(f"call.{advice.call_type}.name"), _first(sheet, guide, advice), _comes(sheet, guide, advice))
            for advice in guide.calls
        ),
        note=words.text("guide.calls.note", danger=number_of(sheet, sheet.settings.resources.danger)),
    )


def _first(sheet: Sheet, guide: Guide, advice: CallAdvice) -> str:
    """Return the numbers to call, in their order; a service without a number by its name."""
    told = []
    for wanted in advice.first:
        entry = _entry(guide, wanted)
        if entry is not None:
            told.append(sheet.words.name(entry.telephone) if entry.telephone else name_of(sheet, wanted))
    return sheet.join(told)


def _comes(sheet: Sheet, guide: Guide, advice: CallAdvice) -> str:
    """Return who may come, and at which hours somebody else than police."""
    words = sheet.words
    police = words.text(f"call.{advice.call_type}.comes")
    team = _entry(guide, advice.alternative) if advice.alternative else None
    if team is None:
        return police
    name, hours = name_of(sheet, team.resource_id), _when(sheet, team)
    resource = sheet.settings.resources.find(team.resource_id)
    if sheet.is_city and resource is not None and resource.serves:
        districts = list_districts(sheet, resource)
        instead = words.text("guide.calls.instead_city", name=name, hours=hours, districts=districts)
    else:
        instead = words.text("guide.calls.instead", name=name, hours=hours)
    return sheet.sentences(police, instead)


def _when(sheet: Sheet, entry: GuideEntry) -> str:
    """Return the hours of a service, marked where nobody has checked them."""
    told = tell_hours(sheet, entry.hours, is_always_open=entry.is_always_open)
    told = told or sheet.words.text("guide.line.hours_unknown")
    return sheet.words.text("guide.calls.unchecked", hours=told) if entry.must_verify else told


def _entry(guide: Guide, resource_id: str) -> GuideEntry | None:
    return next((entry for entry in guide.entries if entry.resource_id == resource_id), None)


# What residents said, and what there is today


def build_said(sheet: Sheet, guide: Guide) -> Section | None:
    """Return what residents said about who should respond, every view with all its sides."""
    if not guide.said:
        return None
    words = sheet.words
    cards = tuple(
        Card(
            card_id=f"guide-{theme.code}",
            mark="",
            status="",
            title=say_by_tag(sheet, theme.names),
            lines=tuple(
                CardLine(label=words.text("guide.said.side" if theme.sides else "guide.said.sum"), said=said)
                for said in (say_by_tag(sheet, side) for side in theme.sides or (theme.definitions,))
            ),
        )
        for theme in guide.said
    )
    return Section(
        section_id="guide-said",
        question=words.text("guide.said.question"),
        answer=words.text("guide.said.depends"),
        notices=notice_originals(sheet, (line.said for card in cards for line in card.lines)),
        cards=cards,
    )


def build_today(sheet: Sheet, guide: Guide) -> Section | None:
    """Return who comes without police today, as of when, and whether anybody has checked that."""
    rules = [rule for rule in sheet.settings.resources.calls if rule.alternative]
    teams = dict.fromkeys(rule.alternative for rule in rules)
    points = [_team_today(sheet, guide, team) for team in teams]
    if not points:
        return None
    words = sheet.words
    return Section(
        section_id="guide-today",
        question=words.text("guide.today.question"),
        answer=words.text("guide.today.sheet") if any(rule.theme_code for rule in rules) else "",
        points=tuple(points),
    )


def _team_today(sheet: Sheet, guide: Guide, resource_id: str) -> str:
    words, entry = sheet.words, _entry(guide, resource_id)
    resource = sheet.settings.resources.find(resource_id)
    if entry is None or resource is None:
        # Nobody looked, or it does not serve this place: two different things to say.
        if resource_id in guide.left_out:
            return words.text("guide.today.left_out", place=sheet.place)
        return words.text("guide.today.none", place=sheet.place, date=_as_of(sheet, resource, None))
    name, hours, day = name_of(sheet, resource_id), _when(sheet, entry), _as_of(sheet, resource, entry)
    if resource.serves and sheet.is_city:
        districts = list_districts(sheet, resource)
        return words.text("guide.today.city", districts=districts, name=name, hours=hours, date=day)
    return words.text("guide.today.here", place=sheet.place, name=name, hours=hours, date=day)


def _as_of(sheet: Sheet, resource: Resource | None, entry: GuideEntry | None) -> str:
    """Return the day of the newest check, else the day, month or year of the source."""
    words = sheet.words
    if entry is not None and entry.as_of is not None:
        return words.day(entry.as_of)
    return tell_date(sheet, resource.source_date if resource else "")
