"""Who was heard, and who was not: sessions, areas, groups, formal bodies.

Hosts stand in the list of sessions alone, which ties no theme to them.
"""

from __future__ import annotations

from collections.abc import Iterable

from district_reports.model import GROUPS, Heard, RegisterFigure
from district_reports.render.sheet import Sheet
from district_reports.render.spoken import count_people
from district_reports.render.view import Section, Table

FIGURES = (
    "people_all",
    "people_sessions",
    "people_survey",
    "sessions_all",
    "sessions_open",
    "group_youth",
    "group_limited_english",
    "group_immigrants",
    "group_lgbtqia",
    "group_violence_workers",
    "group_faith",
    "group_disabilities",
    "group_unhoused",
    "group_public_housing",
    "group_victims",
    "contact_reported",
    "contact_some",
    "contact_unsure",
    "contact_none",
    "survey_no_group",
    "survey_youth",
    "survey_lgbtqia",
    "survey_victims",
    "survey_regular_contact",
)
"""Published figures of the register, in the order they are told."""
MAIN_FIGURES = FIGURES[:5]
"""Those that a district's report tells; the city's tells all."""
AREAS = ("north", "northwest", "central", "west", "south", "southwest", "far_south", "city_wide")
BODIES = ("dac_chairs", "cpap_members", "ccpsa_commissioners", "district_councillors", "coalition_members")
WAYS = ("video", "in_person", "focus_group", "written")


def build_sessions(sheet: Sheet, heard: Heard) -> Section | None:
    """Return the sessions that the source prints for this place, or that it has none that can be placed here.

    None before there was a source.
    """
    if not heard.sessions_here and not heard.totals:
        return None
    words = sheet.words
    if heard.sessions_here:
        answer = words.plural(
            "heard.sessions_here.city" if sheet.is_city else "heard.sessions_here", len(heard.sessions_here)
        )
    else:
        none = "heard.no_session" if heard.has_councillor_here else "heard.no_source"
        answer = sheet.sentences(words.text(none), words.text("heard.next"))
    missing = sum(total.sessions - total.printed for total in heard.totals)
    return Section(
        section_id="heard-sessions",
        question=words.text("heard.sessions_here.question"),
        answer=answer,
        tables=(_session_table(sheet, heard),) if heard.sessions_here else (),
        points=(words.plural("heard.unprinted", missing),) if missing > 0 else (),
    )


def _session_table(sheet: Sheet, heard: Heard) -> Table:
    words = sheet.words
    sessions = sorted(heard.sessions_here, key=lambda session: (session.date, session.start, session.session_id))
    places = {
        session.session_id: sheet.join(words.name(text) for text in (session.place, session.community_area) if text)
        for session in sessions
    }
    return Table(
        caption=words.text("heard.sessions_here.caption", place=sheet.place),
        head=tuple(
            words.text(key)
            for key in ("heard.session.date", "heard.session.place", "heard.session.host", "heard.session.open")
        ),
        rows=tuple(
            (
                words.day(session.date),
                places[session.session_id],
                words.name(session.host),
                words.text("heard.session.all" if session.open else "heard.session.invited"),
            )
            for session in sessions
        ),
        note=words.text("heard.sessions_here.note"),
    )


def build_areas(sheet: Sheet, heard: Heard) -> Section | None:
    """Return the sessions of each part of the city, in the city's report."""
    if not sheet.is_city or not heard.totals:
        return None
    words = sheet.words
    table = Table(
        caption=words.text("heard.areas.caption"),
        head=tuple(
            words.text(key)
            for key in ("heard.areas.area", "heard.areas.sessions", "heard.areas.open", "heard.areas.printed")
        ),
        rows=tuple(
            (
                words.text(f"heard.area.{total.area}"),
                words.number(total.sessions),
                words.number(total.open_sessions),
                words.number(total.printed),
            )
            for total in heard.totals
        ),
        note=words.text("heard.areas.note"),
    )
    return Section(section_id="heard-areas", question=words.text("heard.areas.question"), answer="", tables=(table,))


def build_who(sheet: Sheet, heard: Heard) -> Section:
    """Return who was heard and who was not, in the register and in this report's quarter."""
    words = sheet.words
    return Section(
        section_id="heard-who",
        question=words.text("heard.who.question"),
        answer=words.text("heard.who.answer") if heard.figures else "",
        tables=_figure_table(sheet, heard),
        points=(
            *((words.text("heard.least"),) if heard.figures else ()),
            *_new_sessions(sheet, heard),
            *_groups(sheet, heard),
        ),
    )


def _figure_table(sheet: Sheet, heard: Heard) -> tuple[Table, ...]:
    told = FIGURES if sheet.is_city else MAIN_FIGURES
    figures = {figure.figure_id: figure for figure in heard.figures}
    rows = tuple(
        (sheet.words.text(f"heard.figure.{figure_id}"), _value(sheet, figures[figure_id]))
        for figure_id in told
        if figure_id in figures
    )
    if not rows:
        return ()
    words = sheet.words
    head = (words.text("heard.who.what"), words.text("heard.who.number"))
    return (Table(caption=words.text("heard.who.caption"), head=head, rows=rows, note=words.text("heard.who.note")),)


def _value(sheet: Sheet, figure: RegisterFigure) -> str:
    """Return a published figure as it was published: with its base, "at least" or "about"."""
    words = sheet.words
    number = words.number(figure.value, 0 if figure.value == int(figure.value) else 1)
    if figure.unit == "percent":
        number = words.text("heard.percent", n=number)
    if figure.is_at_least or figure.is_about:
        number = words.text("heard.at_least" if figure.is_at_least else "heard.about", n=number)
    return number if figure.base is None else words.text("heard.of", n=number, base=words.number(figure.base))


def _new_sessions(sheet: Sheet, heard: Heard) -> tuple[str, ...]:
    words = sheet.words
    if not heard.new_sessions:
        return (sheet.sentences(words.text("heard.new.none", months=sheet.months), words.text("heard.next")),)
    told = words.plural("heard.new.sessions", heard.new_sessions, months=sheet.months)
    sources = words.text("heard.new.sources", n=words.number(heard.new_sources))
    if heard.new_people is None:
        return (sheet.sentences(told, sources, words.text("heard.new.people_hidden")),)
    people = words.text("heard.new.people", n=count_people(sheet, heard.new_people, heard.floor))
    return (sheet.sentences(told, sources, people),)


def _groups(sheet: Sheet, heard: Heard) -> tuple[str, ...]:
    """Return which groups were heard in the quarter and which were not; never how many people."""
    if not heard.groups_heard:
        return ()
    words = sheet.words

    def names(groups: Iterable[str]) -> str:
        return sheet.join(words.text(f"heard.group.{group}") for group in groups)

    met = tuple(group for group in GROUPS if group in heard.groups_heard)
    told = [words.text(f"heard.groups.{heard.groups_level}", groups=names(met))]
    left = tuple(group for group in GROUPS if group not in heard.groups_heard)
    if left:
        told.append(words.text("heard.groups.not", groups=names(left)))
    return (sheet.sentences(*told),)


def list_bodies(sheet: Sheet, heard: Heard) -> tuple[str, ...]:
    """Return whom the focus groups of formal bodies asked, and when."""
    words = sheet.words
    return tuple(
        words.plural(
            "heard.body_line",
            body.people,
            name=words.text(f"heard.body.{body.body_id}"),
            days=sheet.join(words.day(day) for day in body.days),
            how=sheet.join(words.text(f"heard.way.{way}") for way in body.how),
        )
        for body in heard.bodies
    )
