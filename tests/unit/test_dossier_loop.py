"""The loop of one place as a report tells it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from district_reports.dossier.loop import build_item, build_loop
from district_reports.errors import ConfigError
from district_reports.feedback.sample import sample_ledger, with_hand_overs
from district_reports.model import FeedbackItem, HandOver, Loop, Reply, Status
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from tests.unit.metrics.rows import TOY
from tests.unit.metrics.test_loop import make_item

TOYVILLE = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
FIRST, SECOND = TOYVILLE.district_ids[:2]
QUARTER = Quarter(2026, 3)
END = QUARTER.end
S = Status


def reply(day: str, people: int, kind: str = "confirm") -> Reply:
    return Reply(on=date.fromisoformat(f"2026-{day}"), kind=kind, people=people, channel="caps")


def loop_of(*items: FeedbackItem, place: str = FIRST, until: date = END, settings: Settings = TOYVILLE) -> Loop:
    return build_loop(items, settings, QUARTER, until, place)


def ids(loop: Loop) -> list[str]:
    return [each.item.item_id for each in loop.items]


def test_the_worst_comes_first_and_the_rest_by_its_id() -> None:
    loop = loop_of(
        make_item("rest", [("04-01", S.HEARD), ("04-09", S.AGREED)], due="12-01"),
        make_item("new", [("07-09", S.HEARD)]),
        make_item("ended", [("05-09", S.HEARD), ("08-01", S.WILL_NOT_DO)]),
        make_item("moved", [("05-09", S.HEARD), ("08-01", S.UNDER_REVIEW)]),
        make_item("stalled", [("05-09", S.HEARD), ("05-10", S.STALLED)]),
        make_item("disputed", [("05-09", S.HEARD), ("06-01", S.DONE), ("06-30", S.DONE_DISPUTED)], due="12-01"),
        make_item("late-b", [("05-09", S.HEARD), ("05-10", S.AGREED)], due="09-29"),
        make_item("late-a", [("05-09", S.HEARD), ("05-10", S.DONE), ("05-11", S.DONE_DISPUTED)], due="06-01"),
    )
    assert ids(loop) == ["late-a", "late-b", "disputed", "stalled", "ended", "moved", "new", "rest"]
    assert [each.is_overdue for each in loop.items] == [True, True, *[False] * 6]
    assert (loop.until, loop.began_on, loop.confirm_days, loop.floor) == (END, date(2026, 4, 1), 90, 5)


@pytest.mark.parametrize(
    ("steps", "due", "flags"),
    [
        # since, before, new, moved, ended
        ([("07-09", S.HEARD)], "", ("07-09", None, True, False, False)),
        ([("07-09", S.HEARD), ("07-20", S.HEARD)], "", ("07-09", None, True, False, False)),
        ([("07-01", S.HEARD), ("07-01", S.NOT_OURS)], "", ("07-01", None, True, True, True)),
        ([("06-30", S.HEARD)], "", ("06-30", S.HEARD, False, False, False)),
        (
            [("05-01", S.HEARD), ("06-30", S.STALLED), ("07-04", S.STALLED)],
            "",
            ("06-30", S.STALLED, False, False, False),
        ),
        ([("05-01", S.HEARD), ("07-01", S.DONE)], "07-01", ("07-01", S.HEARD, False, True, True)),
        ([("05-01", S.HEARD), ("09-30", S.DONE)], "07-01", ("09-30", S.HEARD, False, True, True)),
        ([("05-01", S.HEARD), ("07-02", S.STALLED), ("07-09", S.HEARD)], "", ("07-09", S.HEARD, False, True, False)),
        ([("05-01", S.HEARD), ("10-01", S.STALLED)], "", ("05-01", S.HEARD, False, False, False)),
    ],
)
def test_flags_are_those_of_the_quarter(steps: list[tuple[str, Status]], due: str, flags: tuple[Any, ...]) -> None:
    told = build_item(make_item("A", steps, due=due), TOYVILLE, QUARTER, END)
    found = (told.since, told.before, told.is_new, told.has_moved, told.has_ended)
    assert found == (date.fromisoformat(f"2026-{flags[0]}"), *flags[1:])
    assert all(step.on <= END for step in told.item.steps)


def test_what_ended_before_is_left_out_but_within_its_window() -> None:
    old = make_item("old", [("01-05", S.HEARD), ("03-01", S.DONE)], due="03-01")
    # The window of ninety days ends on the quarter's last day, or the day before.
    last = make_item("last", [("05-09", S.HEARD), ((END - timedelta(days=90)).strftime("%m-%d"), S.DONE)], due="12-01")
    gone = make_item("gone", [("05-09", S.HEARD), ("06-30", S.DONE)], due="12-01")
    refused = make_item("refused", [("05-09", S.HEARD), ("06-30", S.WILL_NOT_DO)])
    loop = loop_of(old, last, gone, refused, make_item("late", [("10-01", S.HEARD)]), until=END)
    assert ids(loop) == ["last"]
    assert loop.items[0].window_ends == END
    # A report of a day before the quarter's end tells what stood then.
    assert ids(loop_of(gone, until=END - timedelta(days=2))) == ["gone"]
    assert ids(loop_of(gone, until=END - timedelta(days=1))) == []


def test_replies_are_those_of_the_newest_window() -> None:
    item = make_item(
        "A",
        [("04-01", S.HEARD), ("04-02", S.DONE), ("04-20", S.DONE_DISPUTED), ("07-01", S.DONE)],
        due="12-01",
        replies=(
            reply("04-19", 9),
            reply("04-20", 8, "dispute"),
            reply("07-01", 3),
            reply("09-29", 4),
            reply("09-30", 100, "dispute"),
        ),
    )
    told = build_item(item, TOYVILLE, QUARTER, date(2026, 9, 29))
    assert (told.status, told.confirmed, told.disputed, told.window_ends) == (S.DONE, 7, 0, date(2026, 9, 29))
    before = build_item(item, TOYVILLE, QUARTER.previous(), QUARTER.previous().end)
    assert (before.status, before.confirmed, before.disputed, before.window_ends) == (S.DONE_DISPUTED, 9, 8, None)
    assert len(before.item.replies) == 2
    assert build_item(make_item("B", [("07-01", S.HEARD)]), TOYVILLE, QUARTER, END).confirmed == 0


def test_a_place_has_its_own_items_and_those_on_the_report_stand_apart() -> None:
    items = (
        make_item("one", [("07-01", S.HEARD)]),
        make_item("two", [("07-01", S.HEARD)], district_id=SECOND),
        make_item("city", [("07-01", S.HEARD)], district_id="city"),
        make_item("r-one", [("07-01", S.HEARD)], about="report"),
        make_item("r-two", [("07-01", S.HEARD)], about="report", district_id=SECOND),
        make_item("r-city", [("07-01", S.HEARD)], about="report", district_id="city"),
    )
    found = {}
    for place in (FIRST, SECOND, "city"):
        loop = loop_of(*items, place=place)
        found[place] = (ids(loop), [each.item.item_id for each in loop.about_report])
    assert found == {
        FIRST: (["one"], ["r-city", "r-one"]),
        SECOND: (["two"], ["r-city", "r-two"]),
        "city": (["city"], ["r-city", "r-one", "r-two"]),
    }


def test_without_items_the_loop_has_not_begun() -> None:
    assert loop_of() == Loop(until=END, began_on=None, items=(), confirm_days=90, floor=5)
    assert loop_of(make_item("late", [("10-01", S.HEARD)])).began_on is None
    # It has begun where another place has an item.
    assert loop_of(make_item("two", [("02-01", S.HEARD)], district_id=SECOND)).began_on == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, END, None),
        (QUARTER.start, END, QUARTER.start),
        (END, END, END),
        (END, END - timedelta(days=1), None),
        (QUARTER.start - timedelta(days=1), END, None),
        (END + timedelta(days=1), END, None),
    ],
)
def test_a_new_commander_takes_over_what_is_open(since: date | None, until: date, expected: date | None) -> None:
    districts = tuple(
        district.model_copy(update={"commander": "Somebody", "commander_since": since})
        for district in TOYVILLE.districts
    )
    settings = TOYVILLE.model_copy(update={"districts": districts})
    items = (
        make_item("open", [("07-01", S.HEARD)]),
        make_item("ended", [("07-01", S.HEARD), ("07-02", S.NOT_OURS)]),
        make_item("other", [("07-01", S.HEARD)], district_id=SECOND),
        make_item("report", [("07-01", S.HEARD)], about="report"),
    )
    found = loop_of(*items, settings=settings, until=until).hand_over
    assert found == (HandOver(since=expected, commander="Somebody", open_items=1) if expected else None)
    assert loop_of(*items, settings=settings, until=until, place="city").hand_over is None


def test_an_unknown_place_and_a_day_before_the_quarter_are_refused() -> None:
    with pytest.raises(ConfigError, match="district: expected one of"):
        loop_of(place="nowhere")
    with pytest.raises(ConfigError, match="loop: expected a last day in or after 2026Q3, got 2026-06-30"):
        loop_of(until=date(2026, 6, 30))
    with pytest.raises(ConfigError, match="loop: expected an item heard up to 2026-09-30, got A of 2026-10-02"):
        build_item(make_item("A", [("10-02", S.HEARD)]), TOYVILLE, QUARTER, END)


def test_every_district_of_the_sample_has_a_loop_to_tell() -> None:
    settings = with_hand_overs(load_settings({}), QUARTER)
    items = sample_ledger(settings, QUARTER, None).items
    loops = {place: build_loop(items, settings, QUARTER, END, place) for place in (*settings.district_ids, "city")}
    assert all(3 <= len(loop.items) <= 7 for loop in loops.values())
    told = [each for loop in loops.values() for each in loop.items]
    assert {each.status for each in told} == set(S)
    assert sum(each.is_overdue for each in told) >= 5
    assert all(loop.about_report == loops["city"].about_report for loop in loops.values())
    assert sum(loop.hand_over is not None for loop in loops.values()) == 2
