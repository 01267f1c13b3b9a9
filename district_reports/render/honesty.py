"""What was asked and cannot be shown, what has changed since the last report, and errors of ours."""

from __future__ import annotations

from collections.abc import Sequence

from district_reports.model import Asked, Revisions
from district_reports.periods import Quarter
from district_reports.render.sheet import Sheet
from district_reports.render.standing import own_words
from district_reports.render.view import Entry, Section, Table

CAUSES = ("late", "removed", "reclassified", "moved", "arrest_added", "other", "touched")
CHANGES_SHOWN = 12


def build_asked(sheet: Sheet) -> Section | None:
    """Return every statistic people asked for that no part of the report shows: why, who holds it, where to look."""
    open_ones = [asked for asked in sheet.dossier.asked if not asked.shown_in]
    if not open_ones:
        return None
    words = sheet.words
    answered = len(sheet.dossier.asked) - len(open_ones)
    months = {words.month(asked.asked_on) for asked in open_ones}
    # Where all were asked for in one month it is said once; so is that nobody has checked the addresses.
    shared = (words.text("asked.all_since", date=months.pop()),) if len(months) == 1 else ()
    unverified = [asked for asked in open_ones if asked.look_at and not asked.is_verified]
    remark = (words.text("asked.unverified"),) if unverified else ()
    return Section(
        section_id="asked",
        question=words.text("asked.question"),
        answer=sheet.sentences(
            words.text("asked.answer", shown=words.number(answered), open=words.number(len(open_ones))), *shared
        ),
        notices=remark,
        entries=tuple(_entry(sheet, group, has_date=not shared) for group in _grouped(open_ones)),
    )


def _grouped(open_ones: Sequence[Asked]) -> list[list[Asked]]:
    """Return statistics together of which all else is the same: one list to read instead of one sentence ten times."""
    groups: dict[tuple[object, ...], list[Asked]] = {}
    for asked in open_ones:
        groups.setdefault((asked.reason, asked.holder, asked.look_at, asked.asked_on), []).append(asked)
    return list(groups.values())


def _entry(sheet: Sheet, group: Sequence[Asked], *, has_date: bool) -> Entry:
    words, asked = sheet.words, group[0]
    why = words.text(f"asked.reason.{asked.reason}")
    holder = words.text("asked.holder", holder=words.name(asked.holder)) if asked.holder else ""
    since = words.text("asked.since", date=words.month(asked.asked_on)) if has_date else ""
    return Entry(
        label=sheet.join(words.text(f"asked.{each.asked_id}") for each in group),
        detail=sheet.sentences(*(text for text in (why, holder, since) if text)),
        url=asked.look_at,
    )


def build_revisions(sheet: Sheet) -> Section | None:
    """Return what the last report said of the same quarters and what this one says, and why they differ."""
    words, revisions = sheet.words, sheet.dossier.revisions
    if revisions is None:
        return Section(
            section_id="revisions", question=words.text("revisions.question"), answer=words.text("revisions.first")
        )
    last = words.months_of(Quarter.parse(revisions.last_release))
    key = "revisions.answer" if revisions.changes else "revisions.answer_none"
    return Section(
        section_id="revisions",
        question=words.text("revisions.question"),
        answer=words.text(key, last=last),
        tables=(_changes(sheet, revisions),) if revisions.changes else (),
        points=(*_causes(sheet, revisions), *_growth(sheet, revisions)),
    )


def _changes(sheet: Sheet, revisions: Revisions) -> Table:
    """Return the largest changes, newest quarter first."""
    words = sheet.words
    largest = sorted(revisions.changes, key=lambda change: -abs(change.now - change.then))[:CHANGES_SHOWN]
    shown = sorted(largest, key=lambda change: (change.quarter, change.metric_id), reverse=True)
    left = len(revisions.changes) - len(shown)
    return Table(
        caption=words.text(
            "revisions.caption",
            place=sheet.place,
            then=words.day(revisions.then_as_of),
            now=words.day(revisions.now_as_of),
        ),
        head=(
            words.text("table.quarter"),
            words.text("table.kind"),
            words.text("revisions.then"),
            words.text("revisions.now"),
        ),
        rows=tuple(
            (
                words.months_of(Quarter.parse(change.quarter)),
                sheet.metric_name(change.metric_id),
                words.number(change.then),
                words.number(change.now),
            )
            for change in shown
        ),
        note=words.text("revisions.more", n=words.number(left)) if left else "",
    )


def _causes(sheet: Sheet, revisions: Revisions) -> tuple[str, ...]:
    words = sheet.words
    counts = {cause: getattr(revisions.causes, cause) for cause in CAUSES}
    return tuple(
        words.text(f"revisions.cause.{cause}", n=words.number(count)) for cause, count in counts.items() if count
    )


def _growth(sheet: Sheet, revisions: Revisions) -> tuple[str, ...]:
    """Return by how much the last report's own quarter has grown: so much may the newest still grow."""
    newest = revisions.newest_then
    if newest is None:
        return ()
    months = sheet.words.months_of(Quarter.parse(newest.quarter))
    then, now = sheet.words.number(newest.then), sheet.words.number(newest.now)
    return (sheet.words.text("revisions.growth", months=months, then=then, now=now),)


def list_corrections(sheet: Sheet) -> tuple[str, ...]:
    """Return each error of ours, set right, in one sentence for the first page."""
    words = sheet.words
    return tuple(
        words.text(
            "corrections.line",
            months=words.months_of(Quarter.parse(correction.quarter)),
            metric=sheet.metric_name(correction.metric_id),
            was=words.name(correction.was),
            now=words.name(correction.now),
            why=own_words(sheet, correction.why),
            date=words.day(correction.corrected_on),
        )
        for correction in sheet.dossier.corrections
    )


def list_explanations(sheet: Sheet) -> tuple[str, ...]:
    """Return why this report goes out although a check failed."""
    words = sheet.words
    return tuple(
        words.text(
            "explanation.line",
            check=name_check(sheet, explanation.check_id, explanation.source_id),
            who=words.name(explanation.who),
            date=words.day(explanation.on),
            why=own_words(sheet, explanation.why),
        )
        for explanation in sheet.dossier.explanations
    )


def name_check(sheet: Sheet, check_id: str, source_id: str = "") -> str:
    """Return what a check found, in words; one that has none by its id.

    Args:
        sheet: In the language.
        check_id: Of the check.
        source_id: Of the source it is about, if it is about one.
    """
    words = sheet.words
    # The contacts are checked district by district.
    kind = "contact" if check_id.startswith("contact_") else check_id
    told = words.text(f"changes.check.{kind}") if f"changes.check.{kind}" in words.forms else words.name(check_id)
    if f"source_name.{source_id}" not in words.forms:
        return told
    return words.text("changes.check_of", name=told, source=words.text(f"source_name.{source_id}"))
