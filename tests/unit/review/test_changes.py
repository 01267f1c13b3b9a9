"""What a reviewer is told of a draft, worst first: by hand, beside a report that is the same, and hostile."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from district_reports.model import (
    Block,
    Change,
    CheckResult,
    CommanderNote,
    Correction,
    Direction,
    Dossier,
    Explanation,
    Freshness,
    Ladder,
    Measure,
    Review,
    Rung,
    State,
    Status,
    Text,
)
from district_reports.review.changes import DETAILS, PARTS, list_changes
from district_reports.review.changes_of_numbers import list_numbers
from district_reports.review.changes_told import tell_changes
from tests.unit.render.dossiers import TAGS, all_words, make_dossier, shipped
from tests.unit.render.people_dossiers import make_happening, make_item, make_loop, sheet_of, text

SIGNED = Review(deadline=date(2026, 10, 30), reviewed_languages=TAGS)
"""So that only what a test is about is told."""


def dossier(**changes: Any) -> Dossier:
    return make_dossier(**{"review": SIGNED, **changes})


def compare(before: Dossier | None, now: Dossier, *problems: str) -> list[tuple[str, str, int, str, str, str]]:
    return [
        (change.kind, change.name, change.severity, change.before, change.now, change.detail)
        for change in list_changes(before, now, shipped(), problems)
    ]


def freshness(state: State) -> Freshness:
    return Freshness(source_id="force", state=state, fresh_to=date(2026, 9, 30), look_at="https://example.org")


def block(state: State = State.OK, **changes: Any) -> Block:
    return Block(**{"block_id": "force", "freshness": (freshness(state),), **changes})


def check(got: str, check_id: str = "source_fresh", **changes: Any) -> CheckResult:
    fields: dict[str, Any] = {"check_id": check_id, "passed": False, "required": False, "expected": "rows"}
    return CheckResult(**{**fields, "got": got, "source_id": "crimes", **changes})


def share(value: float | None, state: State = State.OK, *, place: str = "007", quarter: str = "2026Q3") -> Measure:
    """Return a figure that no config counts: this one reads numbers, whatever they are of."""
    return Measure(
        district_id=place,
        quarter=quarter,
        metric_id="force_share",
        value=value,
        unit="share",
        state=state,
        as_of=date(2026, 10, 9),
        origin_id="force",
    )


# Numbers


def test_the_same_report_again_has_nothing_to_tell() -> None:
    assert compare(dossier(), dossier()) == []


def test_the_first_report_says_so() -> None:
    assert compare(None, dossier()) == [("part", "report", 1, "", "", "first_report")]


def test_numbers_carry_the_word_of_the_dossier_alone() -> None:
    """412 to 250 is no "lower" of ours: the word is the one that the dossier's own comparison gives."""
    metric = "incidents_violent"
    now = dossier(counts={metric: (470, 250)}, directions={metric: Direction.LOWER})
    found = [each for each in compare(dossier(), now) if each[0] == "number"]
    assert found == [("number", f"key_facts/{metric}", 2, "412", "250 lower", "changed")]


def test_a_turned_word_is_told_with_both() -> None:
    metric = "incidents_violent"
    now = dossier(directions={metric: Direction.HIGHER})
    assert compare(dossier(), now) == [
        ("statement", metric, 7, "lower", "higher", "title_turned"),
        ("number", f"key_facts/{metric}", 5, "412 lower", "412 higher", "turned"),
    ]


def test_a_number_that_is_gone_is_worst() -> None:
    metric = "incidents_violent"
    now = dossier(counts={metric: (470, None)})
    found = compare(dossier(), now)
    assert found[0] == ("number", f"key_facts/{metric}", 9, "412", "no_data", "gone")
    assert ("statement", metric, 8, "lower", "unknown", "title_turned") in found
    assert compare(now, dossier())[-1] == ("number", f"key_facts/{metric}", 1, "no_data", "412 lower", "back")


@pytest.mark.parametrize(
    ("state", "value", "severity", "detail", "shown"),
    [
        (State.NOT_PUBLISHED, None, 8, "gone", "not_published"),
        (State.NO_DATA, None, 8, "gone", "no_data"),
        (State.SUPPRESSED, None, 5, "kept_back", "suppressed"),
        (State.STALE, 0.5, 6, "stale", "0.5"),
        (State.OK, 0.75, 1, "changed", "0.75"),
    ],
)
def test_other_figures_of_a_part(state: State, value: float | None, severity: int, detail: str, shown: str) -> None:
    def with_share(number: float | None, of: State) -> Dossier:
        return dossier(blocks=(block(measures=(share(number, of),)),))

    found = compare(with_share(0.5, State.OK), with_share(value, state))
    assert found == [("number", "force/force_share", severity, "0.5", shown, detail)]


def test_a_part_without_the_number_it_had_is_told() -> None:
    before = dossier(blocks=(block(measures=(share(0.5),)),))
    assert compare(before, dossier(blocks=(block(),))) == [("number", "force/force_share", 8, "0.5", "no_data", "gone")]


def test_a_number_that_several_parts_show_is_told_once() -> None:
    numbers = list_numbers(dossier())
    metrics = [name.split("/")[1] for name in numbers]
    assert len(metrics) == len(set(metrics))
    assert "key_facts/incidents_robbery" in numbers
    assert "offences/incidents_robbery" not in numbers


def test_figures_of_other_places_and_older_quarters_are_told_apart() -> None:
    measures = (share(2), share(1, quarter="2025Q3"), share(3, place="city"))
    shown = list_numbers(dossier(blocks=(block(measures=measures),)))
    assert {name: one.value for name, one in shown.items() if name.startswith("force/")} == {
        "force/force_share": 2,
        "force/force_share/4": 1,
        "force/force_share/city": 3,
    }


def test_shares_of_a_ladder_are_told_where_they_are_gone_alone() -> None:
    def ladder(share: float | None, state: State) -> Dossier:
        rungs = (
            Rung(rung_id="reported", state=State.OK, share=None, count=100),
            Rung(rung_id="arrest_90", state=state, share=share, count=None),
        )
        return dossier(ladders=(Ladder(cohort_id="violent", quarter="2025Q3", rungs=rungs),))

    before = ladder(0.2, State.OK)
    assert compare(before, ladder(0.3, State.OK)) == []
    name = "outcomes/violent/arrest_90/4"
    assert compare(before, ladder(None, State.NO_DATA)) == [("number", name, 8, "0.2", "no_data", "gone")]


def test_corrections_and_revised_numbers() -> None:
    why = text("w", **{tag: "w" for tag in TAGS[1:]})
    correction = Correction(
        corrected_on=date(2026, 10, 1),
        quarter="2026Q1",
        district_ids=(),
        metric_id="incidents_robbery",
        was="9",
        now="12",
        why=why,
    )
    assert compare(dossier(), dossier(corrections=(correction,))) == [
        ("number", "incidents_robbery/2026Q1", 6, "9", "12", "corrected")
    ]


# Parts and checks


def test_a_part_or_a_source_that_is_gone_is_worst() -> None:
    before = dossier(blocks=(block(),))
    assert compare(before, dossier(blocks=(block(State.NO_DATA),), hours=())) == [
        ("part", "force", 9, "ok", "no_data", "source_worse"),
        ("part", "hours", 9, "", "", "part_gone"),
    ]
    assert compare(before, dossier(blocks=(block(State.STALE),))) == [
        ("part", "force", 7, "ok", "stale", "source_worse")
    ]
    assert compare(dossier(blocks=(block(State.STALE),), hours=()), before) == [
        ("part", "force", 1, "stale", "ok", "source_better"),
        ("part", "hours", 1, "", "", "part_new"),
    ]


def test_checks_that_are_new_stay_and_pass() -> None:
    before = dossier(remarks=(check("old"), check("gone", "other")))
    now = dossier(remarks=(check("still"), check("hidden", "fine", passed=True), check("stops", "sums", required=True)))
    assert compare(before, now) == [
        ("check", "sums/crimes", 8, "", "stops", "check_new"),
        ("check", "source_fresh/crimes", 2, "old", "still", "check_stays"),
        ("check", "other/crimes", 0, "gone", "", "check_passed"),
    ]


def test_a_failed_check_that_is_explained_is_told() -> None:
    why = text("w", **{tag: "w" for tag in TAGS[1:]})
    note = Explanation(check_id="sums", source_id="", who="analyst", on=date(2026, 10, 2), why=why)
    assert compare(None, dossier(explanations=(note,)))[0] == ("check", "sums", 7, "", "", "explained")


# The loop


@pytest.mark.parametrize(
    ("status", "changes", "severity", "detail"),
    [
        (Status.AGREED, {"is_overdue": True}, 8, "overdue"),
        (Status.DONE_DISPUTED, {"has_moved": True}, 8, "disputed"),
        (Status.DONE_DISPUTED, {}, 7, "disputed"),
        (Status.STALLED, {"has_moved": True}, 7, "stalled"),
        (Status.STALLED, {}, 6, "stalled"),
        (Status.WILL_NOT_DO, {"has_ended": True, "has_moved": True}, 4, "item_ended"),
        (Status.DONE, {"has_ended": True, "has_moved": True}, 3, "item_ended"),
        (Status.HEARD, {"is_new": True, "before": None}, 3, "item_new"),
        (Status.UNDER_WAY, {"has_moved": True}, 2, "item_moved"),
    ],
)
def test_where_an_item_stands(status: Status, changes: dict[str, Any], severity: int, detail: str) -> None:
    """Told with an earlier report and without one."""
    loop = make_loop(make_item(status, **changes))
    before = "" if changes.get("before", 1) is None else "heard"
    line = ("item", "i-1", severity, before, status.value, detail)
    assert line in compare(None, dossier(loop=loop))
    assert compare(dossier(loop=make_loop()), dossier(loop=loop)) == [line]


def test_what_stands_as_it_stood_is_not_told_and_what_stays_overdue_is_a_little_less_bad() -> None:
    same = make_loop(make_item(Status.UNDER_WAY))
    assert compare(dossier(loop=same), dossier(loop=same)) == []
    late = make_loop(make_item(Status.UNDER_WAY, is_overdue=True))
    assert [line[2] for line in compare(dossier(loop=late), dossier(loop=late))] == [7]


def test_an_open_item_that_is_missing_is_worst() -> None:
    before = make_loop(make_item(Status.UNDER_WAY), make_item(Status.DONE, item_id="i-2"))
    assert compare(dossier(loop=before), dossier(loop=make_loop())) == [
        ("item", "i-1", 9, "under_way", "", "item_gone")
    ]


# Translations


def test_words_without_translation_and_readers_who_have_not_signed() -> None:
    note = CommanderNote(text=Text(language="en", text="n", translations={"es": "n"}), written_on=date(2026, 10, 1))
    signed = Review(deadline=date(2026, 10, 30), reviewed_languages=("en", "ar"), note=note)
    now = dossier(review=signed, happened=(make_happening(what=text("only english"), outcome=None),))
    assert compare(dossier(), now, "ar: x.y: expected a translation, got none") == [
        ("translation", "ar: x.y: expected a translation, got none", 8, "", "", "catalogue_gap"),
        ("translation", "ar", 6, "", "1", "untranslated"),
        ("translation", "es", 6, "", "1", "untranslated"),
        ("translation", "zh-Hans", 6, "", "1", "untranslated"),
        ("translation", "ar", 5, "", "", "note_untranslated"),
        ("translation", "zh-Hans", 5, "", "", "note_untranslated"),
        ("translation", "es", 4, "", "", "unreviewed"),
        ("translation", "zh-Hans", 4, "", "", "unreviewed"),
    ]


# Order and words


def worst() -> tuple[Change, ...]:
    before = dossier(blocks=(block(),), loop=make_loop(make_item(Status.UNDER_WAY, item_id="i-9")))
    now = dossier(
        counts={"incidents_violent": (470, None), "incidents_robbery": (96, 3)},
        blocks=(block(State.NOT_PUBLISHED),),
        loop=make_loop(make_item(Status.STALLED), make_item(Status.AGREED, item_id="i-2", is_overdue=True)),
        remarks=(check("<b>\u202e435</b> rows"),),
        review=None,
    )
    return list_changes(before, now, shipped(), ("zh-Hans: gap",))


def test_the_worst_come_first() -> None:
    severities = [change.severity for change in worst()]
    assert severities == sorted(severities, reverse=True)
    assert severities[0] == 9
    assert {change.kind for change in worst()} == {"number", "statement", "item", "check", "translation", "part"}


@pytest.mark.parametrize("tag", TAGS)
def test_each_change_has_words_in_every_language(tag: str) -> None:
    told = tell_changes(sheet_of(tag, loop=make_loop(make_item(Status.STALLED))), worst())
    assert [(one.kind, one.severity) for one in told] == [(change.kind, change.severity) for change in worst()]
    assert all(one.text and "{" not in one.text and "changes." not in one.text for one in told)
    stalled = next(one for one in told if one.item_id == "i-1")
    assert stalled.said is not None
    assert "SAID" in stalled.said.text


@pytest.mark.parametrize("tag", TAGS)
def test_every_kind_of_change_has_a_sentence(tag: str) -> None:
    assert all(all_words()[tag].forms.get(f"changes.{detail}") for detail in DETAILS)


def test_words_of_a_change_read_aloud() -> None:
    words = {one.text for one in tell_changes(sheet_of("en", loop=make_loop(make_item(Status.STALLED))), worst())}
    assert "Violent incidents: the number is gone. Last report: 412. Now: no data." in words
    assert "An open item is missing: i-9. Last report: Under way." in words
    assert "Use of force: this source stands worse. Last report: in order. Now: not published." in words
    assert "No fluent reader has signed the wording in \u2068Español\u2069." in words


@pytest.mark.parametrize("tag", TAGS)
def test_what_a_check_found_is_told_in_words_and_as_it_was_recorded(tag: str) -> None:
    found = [
        Change(
            kind="check", name="source_fresh/crimes", severity=5, now="newest row of 2025-06-30", detail="check_new"
        ),
        Change(kind="check", name="contact_007/stations", severity=0, before="no such station", detail="check_passed"),
        Change(kind="check", name="parts_add_up", severity=7, detail="explained"),
    ]
    told = tell_changes(sheet_of(tag), found)
    assert [one.record for one in told] == ["newest row of 2025-06-30", "no such station", ""]
    words = " ".join(one.text for one in told)
    assert not [
        name for name in ("source_fresh", "contact_", "parts_add_up", "2025-06-30", "stations") if name in words
    ]


def test_a_check_without_words_is_told_by_its_id() -> None:
    (told,) = tell_changes(sheet_of("en"), [Change(kind="check", name="new_check/odd", severity=5, detail="check_new")])
    assert told.text == "New: new_check."


def test_a_check_read_aloud() -> None:
    change = Change(kind="check", name="source_fresh/crimes", severity=5, now="x", detail="check_new")
    (told,) = tell_changes(sheet_of("en"), [change])
    assert told.text == "New: the newest rows are older than they should be (Reported incidents)."


@pytest.mark.parametrize("tag", TAGS)
def test_every_part_that_can_be_gone_has_a_name(tag: str) -> None:
    gone = [Change(kind="part", name=name, severity=9, detail="part_gone") for name in (*PARTS, "places")]
    told = {one.text for one in tell_changes(sheet_of(tag), gone)}
    assert len(told) == len(gone)
    assert not [text for text in told if any(name in text for name in ("ladders", "readings", "taking_part"))]


def test_unknown_names_are_told_as_they_are() -> None:
    change = Change(
        kind="number", name="new_block/new_metric/city", severity=1, before="x y", now="1e3", detail="changed"
    )
    (told,) = tell_changes(sheet_of("en"), [change])
    assert told.text == "new_block (new_metric) (whole city): x y in the last report, 1,000 now."


def test_what_a_dossier_lacks_is_no_fault() -> None:
    bare = dossier(key_facts=(), offences=(), blocks=(), hours=(), heard=None)
    assert [line[2] for line in compare(bare, bare)] == []
