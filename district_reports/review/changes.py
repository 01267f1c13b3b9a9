"""What is different from the last quarter's report, worst first: what a reviewer reads before the report itself.

Numbers are set beside the last report's, and a word such as "higher" stands only where the dossier's own comparison
gives it. Data that is gone comes first: a hole is easy to overlook. What only the present dossier can tell (promises
that are overdue, words nobody has translated) is told without an earlier report too.

What belongs here: which changes there are and how bad each is. What does not: their words (`changes_told`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from district_reports.engagement.screen_records import list_texts
from district_reports.model import Change, CheckResult, Direction, Dossier, LoopItem, Record, State, Status
from district_reports.review.changes_of_numbers import list_corrections, list_number_changes
from district_reports.settings import Settings

DETAILS: Final = (
    "first_report",
    "gone",
    "back",
    "kept_back",
    "stale",
    "changed",
    "turned",
    "title_turned",
    "corrected",
    "revised",
    "part_gone",
    "part_new",
    "source_worse",
    "source_better",
    "item_gone",
    "overdue",
    "disputed",
    "stalled",
    "item_new",
    "item_ended",
    "item_moved",
    "check_new",
    "check_stays",
    "check_passed",
    "explained",
    "catalogue_gap",
    "untranslated",
    "note_untranslated",
    "unreviewed",
)
"""What a change's `detail` may say."""
PARTS: Final = (
    "hours",
    "parts",
    "ladders",
    "court",
    "readings",
    "rates",
    "communities",
    "heard",
    "guide",
    "taking_part",
)
"""Fields of a dossier that a reader would miss."""
_SPOKEN: Final = ("loop", "happened", "taking_part", "corrections", "explanations")
"""Fields with words of people."""
_FRESH: Final = (State.OK, State.TOO_EARLY, State.STALE, State.SUPPRESSED, State.NO_DATA, State.NOT_PUBLISHED)
"""How a source may stand, best first."""
_KINDS: Final = ("part", "number", "statement", "item", "translation", "check")


def list_changes(
    before: Dossier | None, now: Dossier, settings: Settings, words_problems: Sequence[str] = ()
) -> tuple[Change, ...]:
    """Return what a reviewer should know of a draft, worst first.

    Args:
        before: The same place's dossier of the quarter before; None: this is the first report.
        now: The draft's.
        settings: Languages, and which numbers the first page has.
        words_problems: What the catalogues lack, one line each.
    """
    found = [*_items(before, now), *_translations(now, settings, words_problems), *list_corrections(now)]
    if before is None:
        found.append(Change(kind="part", name="report", severity=1, detail="first_report"))
    else:
        found += [*list_number_changes(before, now), *_statements(before, now, settings), *_parts(before, now)]
    found += _checks(before.remarks if before else (), now)
    return tuple(sorted(found, key=lambda change: (-change.severity, _KINDS.index(change.kind), change.name)))


# Statements, parts and checks


def _statements(before: Dossier, now: Dossier, settings: Settings) -> Iterator[Change]:
    """Give the sentences of the title that say something else than last time."""
    then = {fact.metric_id: fact.direction for fact in before.key_facts}
    for fact in now.key_facts:
        old = then.get(fact.metric_id)
        if fact.metric_id in settings.report.trends and old is not None and old is not fact.direction:
            severity = 8 if fact.direction is Direction.UNKNOWN else 7
            yield Change(
                kind="statement",
                name=fact.metric_id,
                severity=severity,
                before=old.value,
                now=fact.direction.value,
                detail="title_turned",
            )


def _parts(before: Dossier, now: Dossier) -> Iterator[Change]:
    for name in PARTS:
        had, has = bool(getattr(before, name)), bool(getattr(now, name))
        if had and not has:
            yield Change(kind="part", name=name, severity=9, detail="part_gone")
        elif has and not had:
            yield Change(kind="part", name=name, severity=1, detail="part_new")
    if before.places.kind == "polygons" and now.places.kind == "tiles":
        yield Change(kind="part", name="places", severity=6, before="polygons", now="tiles", detail="part_gone")
    then, today = _freshness(before), _freshness(now)
    for source, state in today.items():
        old = then.get(source, state)
        if old is not state:
            is_worse = _FRESH.index(state) > _FRESH.index(old)
            is_gone = not state.has_value
            severity = (9 if is_gone else 7) if is_worse else 1
            detail = "source_worse" if is_worse else "source_better"
            yield Change(kind="part", name=source, severity=severity, before=old.value, now=state.value, detail=detail)


def _freshness(dossier: Dossier) -> dict[str, State]:
    return {each.source_id: each.state for block in dossier.blocks for each in block.freshness}


def _checks(before: Sequence[CheckResult], now: Dossier) -> Iterator[Change]:
    then, today = _failed(before), _failed(now.remarks)
    for name, result in today.items():
        old = then.get(name)
        severity = (8 if result.required else 5) if old is None else (6 if result.required else 2)
        yield Change(
            kind="check",
            name=name,
            severity=severity,
            before=old.got if old else "",
            now=result.got,
            detail="check_new" if old is None else "check_stays",
        )
    for name in then.keys() - today.keys():
        yield Change(kind="check", name=name, severity=0, before=then[name].got, detail="check_passed")
    for note in now.explanations:
        name = f"{note.check_id}/{note.source_id}".rstrip("/")
        yield Change(kind="check", name=name, severity=7, detail="explained")


def _failed(results: Iterable[CheckResult]) -> dict[str, CheckResult]:
    return {f"{each.check_id}/{each.source_id}".rstrip("/"): each for each in results if not each.passed}


# The loop


def _items(before: Dossier | None, now: Dossier) -> Iterator[Change]:
    then, today = _by_id(before), _by_id(now)
    for item_id, old in then.items():
        if item_id not in today and old.status.is_open:
            yield Change(kind="item", name=item_id, severity=9, before=old.status.value, detail="item_gone")
    for item_id, item in today.items():
        told = _tell_item(item, then.get(item_id))
        if told is not None:
            severity, detail = told
            was = item.before.value if item.before else ""
            yield Change(kind="item", name=item_id, severity=severity, before=was, now=item.status.value, detail=detail)


def _tell_item(item: LoopItem, old: LoopItem | None) -> tuple[int, str] | None:
    """Return how bad it is where an item stands, and its detail; None where nothing is to be told."""
    if item.is_overdue:
        return 7 if old is not None and old.is_overdue else 8, "overdue"
    if item.status is Status.DONE_DISPUTED:
        return 8 if item.has_moved else 7, "disputed"
    if item.status is Status.STALLED:
        return 7 if item.has_moved else 6, "stalled"
    if item.has_ended:
        return 3 if item.status is Status.DONE else 4, "item_ended"
    if item.is_new:
        return 3, "item_new"
    return (2, "item_moved") if item.has_moved else None


def _by_id(dossier: Dossier | None) -> Mapping[str, LoopItem]:
    loop = dossier.loop if dossier else None
    return {each.item.item_id: each for each in (*loop.items, *loop.about_report)} if loop else {}


# Translations


def _translations(now: Dossier, settings: Settings, problems: Sequence[str]) -> Iterator[Change]:
    for problem in problems:
        yield Change(kind="translation", name=problem[:200], severity=8, detail="catalogue_gap")
    tags = [language.tag for language in settings.languages]
    lacking = Counter(tag for text in _spoken(now) for tag in tags if tag not in text)
    note = now.review.note if now.review else None
    reviewed = now.review.reviewed_languages if now.review else ()
    for tag in tags:
        if lacking[tag]:
            yield Change(kind="translation", name=tag, severity=6, now=str(lacking[tag]), detail="untranslated")
        if note is not None and tag not in (note.text.language, *note.text.translations):
            yield Change(kind="translation", name=tag, severity=5, detail="note_untranslated")
        if tag not in reviewed:
            yield Change(kind="translation", name=tag, severity=4, detail="unreviewed")


def _spoken(now: Dossier) -> Iterator[set[str]]:
    """Give for each text of people the languages it stands in."""
    for name in _SPOKEN:
        value = getattr(now, name)
        for record in value if isinstance(value, tuple) else (value,):
            if isinstance(record, Record):
                for _, text in list_texts(record):
                    yield {text.language, *text.translations}
