"""The feedback loop: what people asked for, what was promised, and what came of it.

"Done" is a word of one status alone: no other sentence here may sound like it, and a test looks for that in every
language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar, cast, get_args

from district_reports.model import CITY, Channel, FeedbackItem, Loop, LoopItem, Status, Step, Text
from district_reports.render.sheet import Sheet
from district_reports.render.spoken import count_people, list_said, notice_originals, say, tell_number
from district_reports.render.view import Card, CardLine, Said, Section, Table

T = TypeVar("T")

CHANNELS = get_args(Channel)
REASONS = {Status.NOT_OURS: "loop.line.who", Status.WILL_NOT_DO: "loop.line.why"}
"""What a reason tells, by status."""
COUNTS: tuple[tuple[str, Callable[[LoopItem], bool]], ...] = (
    ("metric.loop_open", lambda item: item.status.is_open),
    ("metric.loop_new", lambda item: item.is_new),
    ("metric.loop_moved", lambda item: item.has_moved),
    ("metric.loop_ended", lambda item: item.has_ended),
    ("metric.loop_overdue", lambda item: item.is_overdue),
    ("metric.loop_disputed", lambda item: item.status is Status.DONE_DISPUTED),
)


def build_loop(sheet: Sheet) -> Section | None:
    """Return what changed, then each item in the loop's order, worst first; None where the city keeps no loop."""
    loop = sheet.dossier.loop
    if loop is None:
        return None
    cards = tuple(_card(sheet, loop, item) for item in loop.items)
    about_report = tuple(_card(sheet, loop, item) for item in loop.about_report)
    parts = (_hand_over(sheet, loop), _numbers(sheet, loop), _about_report(sheet, about_report), _legend(sheet, loop))
    return Section(
        section_id="loop",
        question=sheet.words.text("loop.question"),
        answer=_answer(sheet, loop),
        notices=notice_originals(sheet, list_said((*cards, *about_report))),
        cards=cards,
        parts=tuple(part for part in parts if part is not None),
    )


def _answer(sheet: Sheet, loop: Loop) -> str:
    """Return what changed since the last quarter, first; or that nothing is recorded yet, and how to be heard."""
    words, items = sheet.words, loop.items
    if not items:
        key = "loop.none_yet" if loop.began_on is None else "loop.none_open"
        return sheet.sentences(words.text(key), words.text("loop.how"))
    counts = {key: sum(1 for item in items if is_counted(item)) for key, is_counted in COUNTS}
    told = [
        words.plural(key, count)
        for key, count in (
            ("loop.new", counts["metric.loop_new"]),
            ("loop.moved", counts["metric.loop_moved"]),
            ("loop.ended", counts["metric.loop_ended"]),
        )
        if count
    ] or [words.text("loop.unchanged")]
    late = counts["metric.loop_overdue"]
    told += [words.plural("loop.overdue", late)] if late else []
    return sheet.sentences(*told, words.plural("loop.open", counts["metric.loop_open"]))


def _numbers(sheet: Sheet, loop: Loop) -> Section | None:
    if not loop.items:
        return None
    words = sheet.words
    rows = tuple(
        (words.text(key), words.number(sum(1 for item in loop.items if is_counted(item)))) for key, is_counted in COUNTS
    )
    table = Table(
        caption=words.text("loop.table.caption", place=sheet.place, date=words.day(loop.until)),
        head=(words.text("loop.table.what"), words.text("loop.table.count")),
        rows=rows,
    )
    return Section(section_id="loop-numbers", question=words.text("loop.table.question"), answer="", tables=(table,))


def _about_report(sheet: Sheet, cards: tuple[Card, ...]) -> Section | None:
    """Return answers to the questions on the report itself, and what came of them."""
    if not cards:
        return None
    words = sheet.words
    return Section(
        section_id="loop-report",
        question=words.text("loop.report.question"),
        answer=words.text("loop.report.answer"),
        cards=cards,
    )


def _legend(sheet: Sheet, loop: Loop) -> Section | None:
    """Return what each status word of these cards means."""
    met = {item.status for item in (*loop.items, *loop.about_report)}
    if not met:
        return None
    words = sheet.words
    points = tuple(
        words.text(
            "loop.meaning",
            word=words.text(f"loop.status.{status.value}"),
            meaning=words.text(f"loop.status.{status.value}.meaning"),
        )
        for status in Status
        if status in met
    )
    return Section(section_id="loop-words", question=words.text("loop.words.question"), answer="", points=points)


def _hand_over(sheet: Sheet, loop: Loop) -> Section | None:
    """Return what a new commander takes over: each open item, who answers for it, and until when."""
    words, change = sheet.words, loop.hand_over
    if change is None:
        return None
    since = words.day(change.since)
    told = (
        words.text("loop.hand_over.named", name=words.name(change.commander), date=since)
        if change.commander
        else words.text("loop.hand_over.unnamed", date=since)
    )
    open_items = [item for item in loop.items if item.status.is_open]
    table = Table(
        caption=words.text("loop.hand_over.caption"),
        head=tuple(
            words.text(key)
            for key in ("loop.hand_over.what", "loop.hand_over.status", "loop.line.owner", "loop.line.due")
        ),
        rows=tuple(_hand_over_row(sheet, item) for item in open_items),
    )
    return Section(
        section_id="loop-hand-over",
        question=words.text("loop.hand_over.question"),
        answer=sheet.sentences(told, words.plural("loop.hand_over.open", change.open_items)),
        tables=(table,) if open_items else (),
    )


def _hand_over_row(sheet: Sheet, item: LoopItem) -> tuple[str, ...]:
    words, promise = sheet.words, item.item.commitment
    return (
        say(sheet, item.item.said).text,
        words.text(f"loop.status.{item.status.value}"),
        words.text(f"loop.owner.{promise.owner}") if promise else words.text("loop.no_promise"),
        words.day(promise.due_on) if promise else words.text("loop.no_promise"),
    )


# One card


def _card(sheet: Sheet, loop: Loop, item: LoopItem) -> Card:
    words = sheet.words
    flags = (
        ("loop.flag.overdue", item.is_overdue),
        ("loop.flag.new", item.is_new),
        ("loop.flag.moved", item.has_moved and not item.is_new),
        ("loop.flag.disputed", bool(item.disputed) and item.status is not Status.DONE_DISPUTED),
    )
    return Card(
        card_id=f"loop-{item.item.item_id}",
        mark=item.status.value,
        status=words.text(f"loop.status.{item.status.value}"),
        flags=tuple(words.text(key) for key, is_set in flags if is_set),
        is_urgent=item.is_overdue,
        title=say(sheet, item.item.said),
        lines=tuple(
            CardLine(label=words.text(label), said=said)
            for label, said in (
                *_promised(sheet, item.item),
                *_reached(sheet, item),
                *_replied(sheet, loop, item),
                *_told(sheet, item),
            )
        ),
    )


Line = tuple[str, Said]
"""Key of the label, and the words."""


def _told(sheet: Sheet, item: LoopItem) -> Iterator[Line]:
    """Return where and when it was heard, and how it stood before."""
    words, first = sheet.words, item.item
    ways = dict.fromkeys(way if way in CHANNELS else "session" for way in first.heard_in)
    how = sheet.join(words.text(f"loop.channel.{way}") for way in ways)
    place = sheet.city_name if first.district_id == CITY else sheet.district_name(first.district_id)
    heard = words.text("loop.heard", how=how, place=place, date=words.day(first.heard_on))
    yield "loop.line.heard", Said(text=heard)
    yield "loop.line.since", Said(text=words.day(item.since))
    # What is no longer told as done must not read like it.
    if item.before not in (None, item.status, Status.DONE):
        yield "loop.line.before", Said(text=words.text(f"loop.status.{cast(Status, item.before).value}"))


def _promised(sheet: Sheet, item: FeedbackItem) -> Iterator[Line]:
    words, promise = sheet.words, item.commitment
    if promise is None:
        return
    yield "loop.line.promise", say(sheet, promise.what)
    yield "loop.line.target", say(sheet, promise.target)
    yield "loop.line.owner", Said(text=words.text(f"loop.owner.{promise.owner}"))
    yield "loop.line.due", Said(text=words.day(promise.due_on))
    if promise.measure_id:
        yield "loop.line.measure", Said(text=tell_number(sheet, promise.measure_id))
    elif promise.evidence is not None:
        yield "loop.line.measure", say(sheet, promise.evidence)


def _reached(sheet: Sheet, item: LoopItem) -> Iterator[Line]:
    """Return what was done by whom, what is in the way, whose it is, and what comes next: the newest word on each."""
    steps, status = item.item.steps, item.status
    told: list[tuple[str, Text | None]] = [
        (
            "loop.line.team" if item.item.about == "report" else "loop.line.police",
            _newest(steps, lambda step: step.by_police),
        ),
        ("loop.line.community", _newest(steps, lambda step: step.by_community)),
    ]
    if status is Status.STALLED:
        told.append(("loop.line.obstacle", _newest(steps, lambda step: step.obstacle)))
    if status in REASONS:
        told.append((REASONS[status], _newest(steps, lambda step: step.reason)))
    if status.is_open:
        told.append(("loop.line.next", _newest(steps, lambda step: step.next_step)))
    yield from ((key, say(sheet, text)) for key, text in told if text is not None)
    address = _newest(steps, lambda step: step.evidence or None)
    if address is not None:
        yield "loop.line.evidence", Said(text=sheet.words.name(address))


def _newest(steps: tuple[Step, ...], read: Callable[[Step], T | None]) -> T | None:
    return next((found for step in reversed(steps) if (found := read(step)) is not None), None)


def _replied(sheet: Sheet, loop: Loop, item: LoopItem) -> Iterator[Line]:
    """Return how many agree and disagree that it is so, and until when residents can say."""
    words = sheet.words
    if item.confirmed or item.disputed:
        replies = words.text(
            "loop.replies",
            confirmed=count_people(sheet, item.confirmed, loop.floor),
            disputed=count_people(sheet, item.disputed, loop.floor),
        )
        yield "loop.line.replies", Said(text=replies)
    if item.status is not Status.DONE or item.window_ends is None:
        return
    is_open = item.window_ends >= loop.until
    if not (item.confirmed or item.disputed):
        key = "loop.done.no_reply" if is_open else "loop.done.never_replied"
        yield "loop.line.replies", Said(text=words.text(key))
    # What is told is of the quarter's end; who is asked reads it later, when nobody may be able to answer any more.
    if is_open and item.window_ends >= sheet.dossier.report_date:
        yield "loop.line.your_say", Said(text=words.text("loop.done.window", date=words.day(item.window_ends)))
