"""The rules of the feedback loop: which status may follow which, and what each of them needs.

Pure: items, days and what is known come in as arguments. `check_item` tells everything that is wrong at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from district_reports.errors import Told
from district_reports.feedback.standing import NEEDS_COMMITMENT, done_spans
from district_reports.feedback.wording import check_address, check_text, has_percentage, one_of, shorten
from district_reports.model import CITY, Channel, Commitment, FeedbackItem, Status, Step, Text

S = Status

MAY_FOLLOW: Mapping[Status, frozenset[Status]] = {
    S.HEARD: frozenset({S.UNDER_REVIEW, S.AGREED, S.UNDER_WAY, S.NOT_OURS, S.WILL_NOT_DO, S.STALLED, S.DONE}),
    S.UNDER_REVIEW: frozenset({S.AGREED, S.UNDER_WAY, S.NOT_OURS, S.WILL_NOT_DO, S.STALLED, S.DONE}),
    S.AGREED: frozenset({S.UNDER_WAY, S.DONE, S.STALLED, S.WILL_NOT_DO, S.NOT_OURS, S.UNDER_REVIEW}),
    S.UNDER_WAY: frozenset({S.DONE, S.STALLED, S.WILL_NOT_DO, S.NOT_OURS, S.UNDER_REVIEW}),
    S.STALLED: frozenset({S.UNDER_REVIEW, S.AGREED, S.UNDER_WAY, S.DONE, S.WILL_NOT_DO, S.NOT_OURS}),
    S.DONE: frozenset({S.DONE_DISPUTED}),
    S.DONE_DISPUTED: frozenset({S.UNDER_REVIEW, S.AGREED, S.UNDER_WAY, S.DONE, S.STALLED, S.WILL_NOT_DO, S.NOT_OURS}),
    S.NOT_OURS: frozenset({S.UNDER_REVIEW}),
    S.WILL_NOT_DO: frozenset({S.UNDER_REVIEW}),
}
"""Changes of status. Beside them any status but `done` may be noted again, which tells of progress."""

ITEM_ID = re.compile(r"[A-Za-z0-9-]{1,40}")
SOURCE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
CHANNELS: tuple[str, ...] = get_args(Channel)
MOST_PEOPLE = 1_000_000
TOLD = 50
"""Problems that a message tells; `problems` of the error holds all."""
_NEEDED_WORDS = {S.NOT_OURS: "reason", S.WILL_NOT_DO: "reason", S.STALLED: "obstacle"}
WHY = {
    S.NOT_OURS: "whose it is",
    S.WILL_NOT_DO: "why it will not be done",
    S.STALLED: "what is in the way",
}
"""Statuses that need words, and what these tell."""


@dataclass(frozen=True)
class Rules:
    """What is known on the day of a change, and the settings that the rules need."""

    district_ids: Collection[str]
    languages: Collection[str]
    theme_codes: Collection[str]
    """Of the register's codebook; empty where there is none, and then no item may name one."""
    metric_ids: Collection[str]
    confirm_days: int
    today: date
    """Nothing that is recorded can lie after it."""
    session_ids: Collection[str] | None = None
    """None: only the form of an id is looked at."""


def check_item(item: FeedbackItem, rules: Rules) -> list[str]:
    """Return every rule that an item breaks; empty where it keeps them all."""
    found = [
        *_check_head(item, rules),
        *_check_commitment(item, rules),
        *_check_steps(item, rules),
        *_check_replies(item, rules),
        *_check_percentages(item),
    ]
    name = item.item_id if ITEM_ID.fullmatch(item.item_id) else shorten(item.item_id)
    return [problem.within(name) if isinstance(problem, Told) else f"{name}: {problem}" for problem in found]


def new_problems(before: FeedbackItem, after: FeedbackItem, rules: Rules) -> list[str]:
    """Return the rules that a change breaks, without those that were kept when they were recorded.

    A theme that has left the codebook since, say, must not stop an item from being told to its end.
    """
    found = check_item(after, rules)
    known = set(check_item(before, rules)) if found else set()
    return [problem for problem in found if problem not in known]


def join_problems(problems: Sequence[str]) -> str:
    """Return what is wrong as one message, not longer than a person reads."""
    more = f"; and {len(problems) - TOLD} more" if len(problems) > TOLD else ""
    return "; ".join(problems[:TOLD]) + more


def may_follow(before: Status, after: Status) -> bool:
    """Return whether a step with one status may come after one with another."""
    return after in MAY_FOLLOW[before] or (after is before and after is not Status.DONE)


def _check_head(item: FeedbackItem, rules: Rules) -> Iterator[str]:
    if not ITEM_ID.fullmatch(item.item_id):
        yield f"item_id: expected 1 to 40 letters, digits and hyphens, got {shorten(item.item_id)}"
    if item.district_id not in (*rules.district_ids, CITY):
        yield f"district_id: {one_of([*rules.district_ids, CITY], item.district_id)}"
    for code in item.theme_codes:
        if code not in rules.theme_codes:
            yield f"theme_codes: {one_of(rules.theme_codes, code)}"
    if len(set(item.theme_codes)) != len(item.theme_codes):
        yield f"theme_codes: expected each once, got {', '.join(item.theme_codes)}"
    yield from check_text("said", item.said, rules.languages)
    if item.heard_on > rules.today:
        yield f"heard_on: expected a day up to {rules.today}, got {item.heard_on}"
    yield from _check_sources(item, rules)


def _check_sources(item: FeedbackItem, rules: Rules) -> Iterator[str]:
    if not item.heard_in:
        yield "heard_in: expected at least one session or channel, got none"
    if len(set(item.heard_in)) != len(item.heard_in):
        yield f"heard_in: expected each once, got {', '.join(item.heard_in)}"
    for source in item.heard_in:
        if source in CHANNELS:
            continue
        if not SOURCE_ID.fullmatch(source):
            yield f"heard_in: expected the id of a session, or one of {', '.join(CHANNELS)}, got {shorten(source)}"
        elif rules.session_ids is not None and source not in rules.session_ids:
            yield f"heard_in: {one_of([*rules.session_ids, *CHANNELS], source)}"


def _check_commitment(item: FeedbackItem, rules: Rules) -> Iterator[str]:
    needing = [step for step in item.steps if step.status in NEEDS_COMMITMENT]
    commitment = item.commitment
    if commitment is None:
        if needing:
            line = (
                f"commitment: expected what is promised, its target, its measure or evidence, who answers for it and "
                f"a due date, since the step of {needing[0].on} says {needing[0].status}; got none"
            )
            yield Told(line, "promise", "what", status=needing[0].status)
        return
    if not needing:
        line = "commitment: expected none before a step says agreed, under_way or done, got one"
        yield Told(line, "promise_early", "status", statuses=tuple(one for one in Status if one in NEEDS_COMMITMENT))
    for name in ("what", "target", "evidence"):
        words = getattr(commitment, name)
        if words is not None:
            yield from check_text(f"commitment: {name}", words, rules.languages, f"commitment.{name}")
    if commitment.measure_id and commitment.measure_id not in rules.metric_ids:
        line = f"commitment: measure_id: {one_of(rules.metric_ids, commitment.measure_id)}"
        yield Told(line, "measure", "measure_id")
    if not commitment.measure_id and commitment.evidence is None:
        line = "commitment: expected a measure of the report, or evidence that will show it, got neither"
        yield Told(line, "proof", "measure_id")
    if commitment.due_on < item.heard_on:
        line = f"commitment: due_on: expected a day from {item.heard_on} on, when it was heard, got {commitment.due_on}"
        yield Told(line, "due_early", "due_on", day=item.heard_on)


def _check_steps(item: FeedbackItem, rules: Rules) -> Iterator[str]:
    first = item.steps[0]
    if first.status is not Status.HEARD or first.on != item.heard_on:
        yield f"step 1: expected heard on {item.heard_on}, got {first.status} on {first.on}"
    disputes = {reply.on for reply in item.replies if reply.kind == "dispute"}
    before: Step | None = None
    for number, step in enumerate(item.steps, 1):
        where = f"step {number} of {step.on}"
        if step.on > rules.today:
            yield Told(f"{where}: expected a day up to {rules.today}, got {step.on}", "late", "on", day=rules.today)
        if before is not None:
            if step.on < before.on:
                line = f"{where}: expected a day from {before.on} on, that of the step before, got {step.on}"
                yield Told(line, "early", "on", day=before.on)
            yield from _check_change(where, before.status, step, disputes)
        yield from _check_words_of(where, step, rules)
        before = step


def _check_change(where: str, before: Status, step: Step, disputes: Collection[date]) -> Iterator[str]:
    if not may_follow(before, step.status):
        allowed = tuple(status for status in Status if may_follow(before, status))
        hint = "; only residents can reopen it: record their dispute as a reply" if before is Status.DONE else ""
        line = f"{where}: status: expected after {before} one of {', '.join(allowed)}, got {step.status}{hint}"
        if before is Status.DONE:
            yield Told(line, "dispute", "status")
        else:
            yield Told(line, "follow", "status", before=before, allowed=allowed)
    elif before is Status.DONE and step.on not in disputes:
        line = f"{where}: expected a reply of that day with a dispute, since only residents can dispute, got none"
        yield Told(line, "dispute", "status")


def _check_words_of(where: str, step: Step, rules: Rules) -> Iterator[str]:
    needed = _NEEDED_WORDS.get(step.status)
    if needed and getattr(step, needed) is None:
        line = f"{where}: {needed}: expected {WHY[step.status]}, since it says {step.status}, got nothing"
        yield Told(line, f"why.{step.status}", needed)
    if step.evidence:
        yield from check_address(f"{where}: evidence", step.evidence, "evidence")
    elif step.status is Status.DONE:
        line = (
            f"{where}: evidence: expected an address such as https://example.org/report, since it says done, got none"
        )
        yield Told(line, "evidence", "evidence", status=step.status)
    for name, words in words_of(step):
        yield from check_text(f"{where}: {name}", words, rules.languages, name)


def _check_replies(item: FeedbackItem, rules: Rules) -> Iterator[str]:
    spans = done_spans(item, rules.confirm_days)
    before: date | None = None
    for number, reply in enumerate(item.replies, 1):
        where = f"reply {number} of {reply.on}"
        if reply.on > rules.today:
            yield f"{where}: expected a day up to {rules.today}, got {reply.on}"
        if before is not None and reply.on < before:
            yield f"{where}: expected a day from {before} on, that of the reply before, got {reply.on}"
        span = next((span for span in spans if span.first <= reply.on <= span.last), None)
        if span is None:
            told = ", ".join(f"{one.first} to {one.last}" for one in spans) or "none: it was never told as done"
            hint = "to raise it again, add a new item"
            yield f"{where}: expected one of the days to reply ({told}), got {reply.on}; {hint}"
        elif reply.kind == "dispute" and not span.is_disputed:
            yield f"{where}: expected a step done_disputed after the dispute, got none"
        if reply.people > MOST_PEOPLE:
            yield f"{where}: people: expected up to {MOST_PEOPLE}, got {reply.people}"
        if reply.remark is not None:
            yield from check_text(f"{where}: remark", reply.remark, rules.languages)
        before = reply.on


def _check_percentages(item: FeedbackItem) -> Iterator[str]:
    """Tell percentages that no measure of the report stands behind; residents may say what they like."""
    if item.commitment is not None and item.commitment.measure_id:
        return
    for name, words in words_of(item.commitment) if item.commitment else ():
        yield from _check_percentage(words, f"commitment: {name}", f"commitment.{name}")
    for number, step in enumerate(item.steps, 1):
        for name, words in words_of(step):
            yield from _check_percentage(words, f"step {number} of {step.on}: {name}", name)


def _check_percentage(words: Text, where: str, field: str) -> Iterator[str]:
    for tag, text in {words.language: words.text, **words.translations}.items():
        if has_percentage(text):
            line = f"{where}: expected no percentage without a measure_id in the commitment, got one"
            yield Told(line, "percentage", f"{field}.{tag}")
            return


def words_of(record: Step | Commitment) -> Iterator[tuple[str, Text]]:
    """Give the texts of a record, each with the name of its field."""
    names = STEP_TEXTS if isinstance(record, Step) else COMMITMENT_TEXTS
    for name in names:
        words = getattr(record, name)
        if words is not None:
            yield name, words


STEP_TEXTS = ("by_police", "by_community", "reason", "obstacle", "next_step")
REPLY_TEXTS = ("remark",)
COMMITMENT_TEXTS = ("what", "target", "evidence")
