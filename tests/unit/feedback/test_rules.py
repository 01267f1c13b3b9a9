"""Which status may follow which, and what each of them needs."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.feedback.rules import check_item, may_follow, new_problems
from district_reports.feedback.wording import has_percentage
from district_reports.model import FeedbackItem, Status, Text
from tests.unit.feedback.items import RULES, START, TODAY, commitment, day, item, reply, step, words

# By hand, from the definition of the loop: rows are what stands, columns what may come next.
#                 heard review agreed way done disputed not_ours wont stalled
TABLE = {
    "heard":        "+     +      +      +   +    -        +        +    +",
    "under_review": "-     +      +      +   +    -        +        +    +",
    "agreed":       "-     +      +      +   +    -        +        +    +",
    "under_way":    "-     +      -      +   +    -        +        +    +",
    "done":         "-     -      -      -   -    +        -        -    -",
    "done_disputed": "-    +      +      +   +    +        +        +    +",
    "not_ours":     "-     +      -      -   -    -        +        -    -",
    "will_not_do":  "-     +      -      -   -    -        -        +    -",
    "stalled":      "-     +      +      +   +    -        +        +    +",
}  # fmt: skip
MAY = {
    (Status(before), after): sign == "+"
    for before, row in TABLE.items()
    for after, sign in zip(Status, row.split(), strict=True)
}

WAY_TO: dict[Status, tuple[Status, ...]] = {
    Status.HEARD: (),
    Status.DONE_DISPUTED: (Status.DONE, Status.DONE_DISPUTED),
    **{s: (s,) for s in Status if s not in (Status.HEARD, Status.DONE_DISPUTED)},
}
"""How an item that was just heard gets to each status."""


def item_at(status: Status, *more: Status) -> FeedbackItem:
    way = (*WAY_TO[status], *more)
    steps = [step(number, one) for number, one in enumerate(way, 1)]
    disputes = tuple(
        reply(n, "dispute")
        for n, one in enumerate(way, 1)
        if one is Status.DONE_DISPUTED and (n == 1 or way[n - 2] is not Status.DONE_DISPUTED)
    )
    return item(*steps, replies=disputes)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(Status, Status)), ids=lambda status: status.value)
def test_every_change_of_status(before: Status, after: Status) -> None:
    assert check_item(item_at(before), RULES) == []
    assert may_follow(before, after) == MAY[before, after]
    found = check_item(item_at(before, after), RULES)
    about_status = [problem for problem in found if ": status: " in problem]
    if MAY[before, after]:
        assert found == []
    else:
        assert len(about_status) == 1
        assert f"expected after {before} one of " in about_status[0]
        assert f", got {after}" in about_status[0]


def test_only_what_nobody_has_to_act_on_has_ended() -> None:
    ended = {Status.DONE, Status.NOT_OURS, Status.WILL_NOT_DO}
    assert {status for status in Status if not status.is_open} == ended


def test_what_is_done_can_be_reopened_by_residents_alone() -> None:
    (found,) = check_item(item(step(1, Status.DONE), step(2, Status.UNDER_REVIEW)), RULES)
    assert "only residents can reopen it" in found
    (found,) = check_item(item(step(1, Status.DONE), step(2, Status.DONE_DISPUTED)), RULES)
    assert "expected a reply of that day with a dispute, since only residents can dispute, got none" in found


@pytest.mark.parametrize("status", list(Status), ids=lambda status: status.value)
def test_what_each_status_needs(status: Status) -> None:
    """Without its reason, obstacle, evidence or commitment it is refused; with it, it is not."""
    needs = {
        Status.NOT_OURS: {"reason: expected whose it is"},
        Status.WILL_NOT_DO: {"reason: expected why it will not be done"},
        Status.STALLED: {"obstacle: expected what is in the way"},
        Status.DONE: {"evidence: expected an address", "commitment: expected what is promised"},
        Status.AGREED: {"commitment: expected what is promised"},
        Status.UNDER_WAY: {"commitment: expected what is promised"},
    }
    if status is Status.DONE_DISPUTED:
        return
    full = item(*(() if status is Status.HEARD else (step(1, status),)))
    assert check_item(full, RULES) == []
    bare_step = full.steps[-1].model_copy(update={"reason": None, "obstacle": None, "evidence": ""})
    bare = full.model_copy(update={"steps": (*full.steps[:-1], bare_step), "commitment": None})
    found = check_item(bare, RULES)
    wanted = needs.get(status, set())
    assert len(found) == len(wanted)
    assert all(any(part in problem for problem in found) for part in wanted)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"item_id": "A 1"}, "'A 1': item_id: expected 1 to 40 letters, digits and hyphens"),
        ({"item_id": ""}, "item_id: expected 1 to 40"),
        ({"item_id": "x" * 41}, "item_id: expected 1 to 40"),
        ({"item_id": "A-١"}, "item_id: expected 1 to 40"),
        ({"item_id": "A-1\n"}, "item_id: expected 1 to 40"),
        ({"district_id": "xy"}, "A-1: district_id: expected one of N, S, XY, city, got 'xy'"),
        ({"district_id": "citty"}, "got 'citty'; did you mean city?"),
        ({"theme_codes": ("visability",)}, "theme_codes: .*, got 'visability'; did you mean visibility?"),
        ({"theme_codes": ("respect", "respect")}, "theme_codes: expected each once"),
        ({"said": words("  ")}, "said: expected a text, got none"),
        ({"said": words("x", "fr")}, "said: language: expected one of ar, en, es, zh-Hans, got 'fr'"),
        ({"said": words("x", fr="y")}, "said: language of a translation: expected one of .*, got 'fr'"),
        ({"said": words("x", en="y")}, "said: expected no translation into its own language, got one into en"),
        ({"said": words("x", es="")}, "said in es: expected a text, got none"),
        ({"said": words("x\0y")}, r"said: expected characters that can be printed, got U\+0000 at character 2"),
        ({"said": words("x\ud800")}, r"got U\+D800"),
        ({"said": words("x" * 5001)}, "said: expected up to 5000 characters, got 5001"),
        ({"said": Text(language="en", text="x", reviewed_by={"es": "a"})}, "said: expected a translation into es"),
        ({"heard_on": day(1)}, "step 1: expected heard on 2026-01-02, got heard on 2026-01-01"),
        ({"heard_in": ()}, "heard_in: expected at least one session or channel, got none"),
        ({"heard_in": ("caps", "caps")}, "heard_in: expected each once"),
        ({"heard_in": ("two words",)}, "heard_in: expected the id of a session, or one of session, beat_meeting"),
        ({"steps": (step(0, Status.UNDER_REVIEW),)}, "step 1: expected heard on 2026-01-01, got under_review"),
        ({"commitment": commitment()}, "commitment: expected none before a step says agreed, under_way or done"),
    ],
)  # fmt: skip
def test_what_the_head_of_an_item_may_say(change: dict[str, Any], expected: str) -> None:
    found = check_item(item(**change), RULES)
    assert len(found) == 1
    assert re.search(expected, found[0]), found


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"measure_id": "incidents_robery"}, "measure_id: expected one of .*; did you mean incidents_robbery?"),
        ({"measure_id": ""}, "expected a measure of the report, or evidence that will show it, got neither"),
        ({"due_on": day(-1)}, "due_on: expected a day from 2026-01-01 on, when it was heard, got 2025-12-31"),
        ({"what": words("")}, "commitment: what: expected a text, got none"),
        ({"target": words(" \n")}, "commitment: target: expected a text, got none"),
        ({"measure_id": "", "evidence": words("")}, "commitment: evidence: expected a text, got none"),
    ],
)
def test_what_a_commitment_needs(change: dict[str, Any], expected: str) -> None:
    (found,) = check_item(item(step(1, Status.AGREED), commitment=commitment(**change)), RULES)
    assert re.search(expected, found), found


def test_evidence_may_stand_for_a_measure() -> None:
    promised = commitment(measure_id="", evidence=words("Notes of the council"))
    assert check_item(item(step(1, Status.AGREED), commitment=promised), RULES) == []


@pytest.mark.parametrize(
    "address",
    ["http://example.org", "https://", "https:example.org", "javascript:alert(1)", "https://a b.org", "see my desk",
     "https://user:pw@example.org", "https://example.org/\nx", "https://[", "https://example.org/<b>",
     "https://example.org/" + "x" * 1000, "https://example.org\\@evil.org"],
)  # fmt: skip
def test_evidence_is_a_safe_address(address: str) -> None:
    (found,) = check_item(item(step(1, Status.DONE, evidence=address)), RULES)
    assert "evidence: expected an address such as https://example.org/report, got " in found
    assert "\n" not in found


class TestDays:
    def test_they_never_go_backwards(self) -> None:
        (found,) = check_item(item(step(5, Status.UNDER_REVIEW), step(4, Status.AGREED)), RULES)
        assert found == (
            "A-1: step 3 of 2026-01-05: expected a day from 2026-01-06 on, that of the step before, got 2026-01-05"
        )

    def test_several_steps_on_one_day_are_right(self) -> None:
        assert check_item(item(step(0, Status.UNDER_REVIEW), step(0, Status.AGREED)), RULES) == []

    def test_nothing_lies_in_the_future(self) -> None:
        tomorrow = (TODAY - START).days + 1
        assert check_item(item(step(tomorrow - 1, Status.UNDER_REVIEW)), RULES) == []
        (found,) = check_item(item(step(tomorrow, Status.UNDER_REVIEW)), RULES)
        assert "expected a day up to 2026-06-30, got 2026-07-01" in found
        future = item(heard_on=day(tomorrow), steps=(step(tomorrow, Status.HEARD),))
        assert any("heard_on: expected a day up to 2026-06-30" in problem for problem in check_item(future, RULES))


class TestSessions:
    def test_any_well_formed_id_goes_where_sessions_are_not_known(self) -> None:
        assert check_item(item(heard_in=("NEW-7", "web_form")), RULES) == []

    def test_known_ones_and_channels_go(self) -> None:
        rules = replace(RULES, session_ids=("S-2026-01", "S-2026-02"))
        assert check_item(item(heard_in=("S-2026-02", "caps")), rules) == []
        (found,) = check_item(item(heard_in=("S-2026-03",)), rules)
        assert "heard_in: expected one of " in found
        assert "did you mean S-2026-0" in found

    def test_without_a_codebook_no_theme_can_be_named(self) -> None:
        rules = replace(RULES, theme_codes=())
        (found,) = check_item(item(), rules)
        assert found == "A-1: theme_codes: expected one of (none is known), got 'visibility'"
        assert check_item(item(theme_codes=()), rules) == []


PERCENTAGES = [
    "down 5%", "5 ٪ less", "٥٪", "5％", "5﹪", "5‰", "five percent", "Five Per Cent", "per\u00a0cent", "a percentage",
    "cinco por ciento", "el porcentaje", "百分之五", "百分之 5", "减少5个百分点", "خمسة بالمئة", "٥ بالمائة",
    "خمسة في المئة", "خمسة في المائة", "النسبة المئوية", "خَمسة بِالمِئة", "بالمـئة",
    "5\u200f%", "per\u00adcent", "the 90th percentile",
]  # fmt: skip
NONE = [
    "two officers per center", "percussion", "مئة شرطي", "百人", "por cientos", "cien", "5 of 10", "a per centre plan",
    "50", "成", "el centro", "",
]  # fmt: skip


@pytest.mark.parametrize("text", PERCENTAGES)
def test_a_percentage_without_a_measure_is_refused_in_every_language(text: str) -> None:
    assert has_percentage(text)
    bare = commitment(measure_id="", evidence=words("Notes"))
    for promised in (
        bare.model_copy(update={"what": words(text)}),
        bare.model_copy(update={"target": words("x", es=text)}),
        bare.model_copy(update={"evidence": words(text)}),
    ):
        (found,) = check_item(item(step(1, Status.AGREED), commitment=promised), RULES)
        assert "expected no percentage without a measure_id in the commitment, got one" in found
    for name in ("by_police", "by_community", "next_step"):
        (found,) = check_item(item(step(1, Status.UNDER_REVIEW, **{name: words(text)})), RULES)
        assert f"step 2 of 2026-01-02: {name}: expected no percentage" in found
    # With a measure, and in what residents say, it may stand.
    assert check_item(item(step(1, Status.AGREED), commitment=commitment(what=words(text))), RULES) == []
    assert check_item(item(said=words(text)), RULES) == []


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_percentage(text: str) -> None:
    assert not has_percentage(text)


class TestReplies:
    def test_within_the_window_to_its_last_day(self) -> None:
        for number in (10, 100):
            assert check_item(item(step(10, Status.DONE), replies=(reply(number),)), RULES) == []
        for number in (9, 101):
            (found,) = check_item(item(step(10, Status.DONE), replies=(reply(number),)), RULES)
            assert "expected one of the days to reply (2026-01-11 to 2026-04-11)" in found
            assert "add a new item" in found

    def test_to_what_was_never_done(self) -> None:
        (found,) = check_item(item(step(1, Status.AGREED), replies=(reply(2),)), RULES)
        assert "(none: it was never told as done)" in found

    def test_more_people_than_there_are(self) -> None:
        found = check_item(item(step(1, Status.DONE), replies=(reply(2, people=1_000_001),)), RULES)
        assert found == ["A-1: reply 1 of 2026-01-03: people: expected up to 1000000, got 1000001"]

    def test_a_dispute_needs_its_step(self) -> None:
        (found,) = check_item(item(step(1, Status.DONE), replies=(reply(2, "dispute"),)), RULES)
        assert "expected a step done_disputed after the dispute" in found

    def test_their_order_and_words(self) -> None:
        replies = (reply(5), reply(4, remark=words("x", "fr")))
        found = check_item(item(step(1, Status.DONE), replies=replies), RULES)
        assert [problem.split(": ", 2)[1] for problem in found] == ["reply 2 of 2026-01-05"] * 2


def test_everything_wrong_is_told_at_once() -> None:
    bad = item(step(1, Status.STALLED, obstacle=None), district_id="Z", theme_codes=("no",), heard_in=())
    assert len(check_item(bad, RULES)) == 4


def test_a_change_is_not_stopped_by_what_was_right_when_it_was_recorded() -> None:
    old = item(theme_codes=("gone_since",))
    good = old.model_copy(update={"steps": (*old.steps, step(1, Status.UNDER_REVIEW))})
    assert new_problems(old, good, RULES) == []
    bad = old.model_copy(update={"steps": (*old.steps, step(1, Status.STALLED, obstacle=None))})
    (found,) = new_problems(old, bad, RULES)
    assert "obstacle" in found


@given(st.text(max_size=60), st.sampled_from(["said", "item_id", "district_id", "theme", "heard_in", "evidence"]))
def test_hostile_texts_are_judged_and_never_crash(text: str, where: str) -> None:
    given: dict[str, Any] = {where: text} if where in ("item_id", "district_id") else {}
    steps = [step(1, Status.DONE, evidence=text)] if where == "evidence" else []
    if where == "said":
        given["said"] = words(text)
    if where == "theme":
        given["theme_codes"] = (text,)
    if where == "heard_in":
        given["heard_in"] = (text,)
    for problem in check_item(item(*steps, **given), RULES):
        assert "\0" not in problem
        assert problem.isprintable()
