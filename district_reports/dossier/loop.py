"""The feedback loop of one place as a report tells it: which items, in which order, and what has changed.

What belongs here: what an item looks like on the day it is told of. What does not: the rules of a status (`feedback`)
and wording.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from district_reports.errors import ConfigError
from district_reports.feedback.standing import cut_at, is_overdue, status_at, window_ends
from district_reports.metrics.loop import find_changes
from district_reports.metrics.measures import CITY
from district_reports.model import FeedbackItem, HandOver, Loop, LoopItem, Status
from district_reports.periods import Quarter
from district_reports.settings import Settings

WORST = (Status.DONE_DISPUTED, Status.STALLED)
"""After the overdue ones, in this order; then what changed in the quarter, then the rest."""


def build_loop(items: Sequence[FeedbackItem], settings: Settings, quarter: Quarter, until: date, place: str) -> Loop:
    """Return the loop of one place as it stood at the end of a day.

    A place has its own items: those of the whole city stand in the city's report. Answers to the questions on the
    report itself concern every reader: a district's report has its own and the city's, the city's has all of them.

    Args:
        items: Of all places, with everything that was ever entered.
        settings: Districts, days to confirm or dispute, the floor.
        quarter: The report's.
        until: Last day that the report tells of.
        place: A district's id, or `city`.

    Raises:
        ConfigError: If there is no such place, or the day lies before the quarter.
    """
    if place != CITY:
        settings.district(place)
    if until < quarter.start:
        raise ConfigError(f"loop: expected a last day in or after {quarter}, got {until}")
    known = [item for item in items if item.heard_on <= until]
    own = [item for item in known if item.about == "policing" and item.district_id == place]
    places = {item.district_id for item in known} if place == CITY else {place, CITY}
    on_report = [item for item in known if item.about == "report" and item.district_id in places]
    return Loop(
        until=until,
        began_on=min((item.heard_on for item in known), default=None),
        items=_told(own, settings, quarter, until),
        about_report=_told(on_report, settings, quarter, until),
        hand_over=_find_hand_over(own, settings, quarter, until, place),
        confirm_days=settings.report.loop.confirm_days,
        floor=settings.report.loop.floor,
    )


def build_item(item: FeedbackItem, settings: Settings, quarter: Quarter, until: date) -> LoopItem:
    """Return one item as it stood at the end of a day.

    Args:
        item: With everything that was ever entered.
        settings: Days to confirm or dispute.
        quarter: The report's.
        until: Last day told of; the item was heard on it or before.

    Raises:
        ConfigError: If the item was not heard yet.
    """
    then, status = cut_at(item, until), status_at(item, until)
    if then is None or status is None:
        raise ConfigError(f"loop: expected an item heard up to {until}, got {item.item_id} of {item.heard_on}")
    changes = find_changes(item, until)
    since = changes[-1][0]
    confirmed, disputed = _count_replies(then, settings.report.loop.confirm_days)
    return LoopItem(
        item=then,
        status=status,
        since=since,
        before=status_at(item, quarter.start - timedelta(days=1)),
        is_new=item.heard_on >= quarter.start,
        has_moved=any(day >= quarter.start for day, _ in changes[1:]),
        has_ended=not status.is_open and since >= quarter.start,
        is_overdue=is_overdue(item, until),
        window_ends=window_ends(item, until, settings.report.loop.confirm_days),
        confirmed=confirmed,
        disputed=disputed,
    )


def _count_replies(then: FeedbackItem, confirm_days: int) -> tuple[int, int]:
    """Return how many people confirmed and disputed within the newest window; none where nothing was told as done."""
    done = [step.on for step in then.steps if step.status is Status.DONE]
    if not done:
        return 0, 0
    last = done[-1] + timedelta(days=confirm_days)
    within = [reply for reply in then.replies if done[-1] <= reply.on <= last]
    confirmed, disputed = (sum(each.people for each in within if each.kind == kind) for kind in ("confirm", "dispute"))
    return confirmed, disputed


def _told(items: Sequence[FeedbackItem], settings: Settings, quarter: Quarter, until: date) -> tuple[LoopItem, ...]:
    """Return those a report tells, worst first."""
    found = (build_item(item, settings, quarter, until) for item in items)
    told = [each for each in found if each.status.is_open or each.has_ended or _can_reply(each, until)]
    return tuple(sorted(told, key=lambda each: (_rank(each), each.item.item_id)))


def _can_reply(item: LoopItem, until: date) -> bool:
    return item.window_ends is not None and item.window_ends >= until


def _rank(item: LoopItem) -> int:
    if item.is_overdue:
        return 0
    if item.status in WORST:
        return 1 + WORST.index(item.status)
    return 3 if item.is_new or item.has_moved or item.has_ended else 4


def _find_hand_over(
    items: Sequence[FeedbackItem], settings: Settings, quarter: Quarter, until: date, place: str
) -> HandOver | None:
    """Return the hand-over where the config names a new commander within the quarter; the city has none."""
    if place == CITY:
        return None
    district = settings.district(place)
    since = district.commander_since
    if since is None or not quarter.start <= since <= until:
        return None
    statuses = [status_at(item, until) for item in items]
    left = sum(status is not None and status.is_open for status in statuses)
    return HandOver(since=since, commander=district.commander, open_items=left)
