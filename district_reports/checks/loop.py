"""Whether the feedback loop lost anything since the last release."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from district_reports.checks.messages import listed
from district_reports.feedback.standing import status_at
from district_reports.model import CheckResult, FeedbackItem, Reply, Step, Text

SOURCE_ID = "loop"


def check_returned(before: Sequence[FeedbackItem], now: Sequence[FeedbackItem], day_before: date) -> list[CheckResult]:
    """Return whether every item open in the last release is still there, and no history was shortened or changed.

    Both are required, and no note can explain them away: what people asked for would have vanished without an answer.

    Args:
        before: Of the last release, as it stood then.
        now: As it stands now.
        day_before: Last day that the last release told of.
    """
    found = {item.item_id: item for item in now}
    missing, changed = [], []
    for item in before:
        status = status_at(item, day_before)
        if status is None:
            continue
        if item.item_id not in found:
            if status.is_open:
                missing.append(f"{item.item_id} ({status})")
        else:
            changed += _find_changes(item, found[item.item_id], day_before)
    return [
        CheckResult(
            check_id="open_items_return",
            passed=not missing,
            required=True,
            expected=f"every item that was open on {day_before}",
            got=f"none of {listed(missing)}" if missing else f"all of {len(before)} items",
            source_id=SOURCE_ID,
        ),
        CheckResult(
            check_id="histories_only_grow",
            passed=not changed,
            required=True,
            expected=f"every history as it was on {day_before}, with entries added after it at most",
            got=listed(changed) or f"{len(before)} histories as they were",
            source_id=SOURCE_ID,
        ),
    ]


def _find_changes(before: FeedbackItem, now: FeedbackItem, day: date) -> list[str]:
    """Return what of an item's history up to a day is not as it was."""
    told = []
    for name in ("steps", "replies"):
        then = [_plain(entry) for entry in getattr(before, name) if entry.on <= day]
        kept = [_plain(entry) for entry in getattr(now, name)[: len(then)]]
        odd = next((n for n, (a, b) in enumerate(zip(then, kept, strict=False), 1) if a != b), None)
        if odd is not None:
            told.append(f"{before.item_id}: {name.removesuffix('s')} {odd} is another")
        elif len(kept) < len(then):
            told.append(f"{before.item_id}: {len(kept)} {name} of {len(then)}")
    if (before.district_id, before.heard_on) != (now.district_id, now.heard_on):
        told.append(f"{before.item_id}: another place or day")
    return told


def _plain(entry: Step | Reply) -> Step | Reply:
    """Return an entry without translations: one that is made or mended later changes nothing that was said."""
    texts = {name: value for name, value in entry if isinstance(value, Text)}
    bare = {name: Text(language=text.language, text=text.text) for name, text in texts.items()}
    return entry.model_copy(update=bare)
