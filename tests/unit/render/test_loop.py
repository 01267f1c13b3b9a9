"""What people asked for and what came of it, in words, in every language."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, get_args

import pytest

from district_reports.model import Channel, Commitment, HandOver, Loop, Owner, Status, Step, Text
from district_reports.render.loop import build_loop
from district_reports.render.view import Card, Section
from tests.unit.render.dossiers import make_dossier
from tests.unit.render.people_dossiers import (
    ADDRESS,
    COMMITMENT,
    HEARD_ON,
    SINCE,
    TAGS,
    UNTIL,
    in_all,
    make_item,
    make_loop,
    sheet_of,
    text,
)
from tests.unit.render.people_texts import found, ids_of, line_of, part_of, texts_of_card, whole_text

each_language = pytest.mark.parametrize("tag", TAGS)
each_status = pytest.mark.parametrize("status", Status)
REPORTED = date(2026, 10, 12)
"""When the dossiers of these tests are dated: after the quarter's end."""
HOSTILE = '</p><script>alert(1)</script>\u202e{place} "#*_'


def built(loop: Loop, tag: str = "en", **changes: Any) -> Section:
    return found(build_loop(sheet_of(tag, loop=loop, **changes)))


def card_of(tag: str = "en", /, *args: Any, **changes: Any) -> Card:
    (card,) = built(make_loop(make_item(*args, **changes)), tag).cards
    return card


def labels(card: Card) -> list[str]:
    return [line.label for line in card.lines]


def test_a_city_without_a_loop_has_no_such_part() -> None:
    assert make_dossier().loop is None
    assert build_loop(sheet_of()) is None


# An empty loop


@each_language
def test_an_empty_loop_says_so_and_how_to_be_heard(tag: str) -> None:
    section = built(make_loop(), tag)
    assert not (section.cards or section.parts or section.notices)
    assert section.question
    assert len(section.answer) > 40


def test_an_empty_loop_never_says_that_nothing_was_heard() -> None:
    never, none_open = built(make_loop()).answer, built(make_loop(began_on=HEARD_ON)).answer
    assert never.startswith("No request of residents has been recorded here yet. Tell the liaison")
    assert none_open.startswith("There is no open request in this list now. Tell the liaison")
    assert "nothing" not in (never + none_open).lower()


# What changed, first


def test_the_answer_begins_with_what_changed_and_counts_each_thing_once() -> None:
    items = [
        make_item(Status.HEARD, item_id="a", is_new=True, before=None),
        make_item(Status.UNDER_WAY, item_id="b", has_moved=True),
        make_item(Status.AGREED, item_id="c", is_overdue=True, has_moved=True),
        make_item(Status.WILL_NOT_DO, item_id="d", has_moved=True, has_ended=True),
        make_item(Status.UNDER_REVIEW, item_id="e", is_new=True, has_moved=True, before=None),
        make_item(Status.STALLED, item_id="f", before=Status.STALLED),
    ]
    assert built(make_loop(*items)).answer == (
        "2 requests are new this quarter. 4 requests have a new status. 1 request came to an end. "
        "1 promise is overdue: its date has passed. In all, 5 requests are open."
    )


def test_where_nothing_changed_the_answer_says_so() -> None:
    section = built(make_loop(make_item(before=Status.UNDER_WAY)))
    assert section.answer == "Nothing has changed since the last quarter. In all, 1 request is open."


@each_language
@pytest.mark.parametrize("count", [1, 2, 3, 11, 100])
def test_counts_can_be_said_in_every_number(tag: str, count: int) -> None:
    changed = {"has_moved": True, "is_overdue": True}
    items = [make_item(Status.AGREED, item_id=f"i-{number}", **changed) for number in range(count)]
    items += [make_item(Status.NOT_OURS, item_id=f"n-{number}", has_ended=True) for number in range(count)]
    items += [make_item(Status.HEARD, item_id=f"h-{number}", is_new=True) for number in range(count)]
    assert "{" not in built(make_loop(*items), tag).answer


def test_the_numbers_are_counts_of_the_items() -> None:
    items = [
        make_item(Status.DONE_DISPUTED, item_id="a", is_overdue=True),
        make_item(Status.NOT_OURS, item_id="b", has_moved=True, has_ended=True),
        make_item(Status.HEARD, item_id="c", is_new=True),
    ]
    (table,) = part_of(built(make_loop(*items)), "loop-numbers").tables
    assert [int(count) for _, count in table.rows] == [2, 1, 1, 1, 1, 1]
    assert table.rows[0][0] == "Open requests"


# One card for each item


@each_language
@each_status
def test_every_status_has_its_mark_its_word_and_one_meaning(status: Status, tag: str) -> None:
    section = built(make_loop(make_item(status)), tag)
    (card,), legend = section.cards, part_of(section, "loop-words")
    assert card.mark == status.value
    assert card.status
    assert "{" not in whole_text(section)
    (point,) = legend.points
    assert point.startswith(card.status) and len(point) > len(card.status) + 10


@each_language
def test_no_two_statuses_have_the_same_word_or_meaning(tag: str) -> None:
    items = [make_item(status, item_id=status.value.replace("_", "-")) for status in Status]
    section = built(make_loop(*items), tag)
    assert len({card.status for card in section.cards}) == len(Status)
    assert len(set(part_of(section, "loop-words").points)) == len(Status)


def test_a_card_tells_everything_that_is_known() -> None:
    card = card_of("en", Status.UNDER_WAY)
    assert card.title.text == "SAID"
    assert [(line.label, line.said.text) for line in card.lines] == [
        ("Promise", "WHAT"),
        ("Goal", "TARGET"),
        ("In charge", "The commander of the district"),
        ("Due", "December 1, 2026"),
        ("How we will see it", "Robberies: 74. A year before: 109."),
        ("What the police did", "POLICE"),
        ("What the community did", "COMMUNITY"),
        ("Next step", "NEXT"),
        ("Where to look", ADDRESS),
        ("Where and when it was heard", "At a beat meeting. District 7 (Englewood), April 2, 2026."),
        ("Status since", "August 15, 2026"),
        ("Last quarter", "Heard"),
    ]


def test_what_nobody_said_has_no_line() -> None:
    card = card_of("en", Status.HEARD, before=None)
    assert labels(card) == ["Where and when it was heard", "Status since"]


@pytest.mark.parametrize(
    ("status", "label", "words"),
    [
        (Status.STALLED, "What is in the way", "OBSTACLE"),
        (Status.NOT_OURS, "Who is in charge of this", "REASON"),
        (Status.WILL_NOT_DO, "Why not", "REASON"),
    ],
)
def test_a_status_that_needs_a_reason_tells_it(status: Status, label: str, words: str) -> None:
    assert line_of(card_of("en", status), label) == words
    others = [card_of("en", other) for other in Status if other is not status]
    assert all(label not in labels(card) for card in others)


def test_an_old_obstacle_is_not_told_of_work_that_goes_on() -> None:
    steps = (
        Step(on=HEARD_ON, status=Status.HEARD),
        Step(on=HEARD_ON, status=Status.STALLED, obstacle=in_all("OBSTACLE"), by_police=in_all("OLD")),
        Step(on=SINCE, status=Status.UNDER_WAY),
    )
    card = card_of("en", Status.UNDER_WAY, steps=steps)
    assert "OBSTACLE" not in texts_of_card(card)
    assert line_of(card, "What the police did") == "OLD"


@each_status
def test_a_next_step_is_told_of_what_is_open_alone(status: Status) -> None:
    told = "NEXT" in texts_of_card(card_of("en", status))
    assert told is (status.is_open and status is not Status.HEARD)


def test_the_newest_word_stands() -> None:
    steps = tuple(
        Step(on=date(2026, month, 1), status=status, by_police=in_all(word))
        for month, status, word in ((4, Status.HEARD, "FIRST"), (5, Status.UNDER_WAY, "SECOND"))
    )
    assert line_of(card_of("en", Status.UNDER_WAY, steps=steps), "What the police did") == "SECOND"


@each_language
def test_every_owner_is_a_role_with_words_of_its_own(tag: str) -> None:
    promises = [COMMITMENT.model_copy(update={"owner": owner}) for owner in get_args(Owner)]
    lines = [[line.said.text for line in card_of(tag, commitment=promise).lines] for promise in promises]
    roles = {tuple(line) for line in lines}
    assert len(roles) == len(promises)
    assert not any("_" in text for line in lines for text in line if not text.strip("\u2068\u2069").startswith("http"))


@each_language
@pytest.mark.parametrize("channel", get_args(Channel))
def test_every_way_to_be_heard_has_words(channel: str, tag: str) -> None:
    assert channel not in texts_of_card(card_of(tag, heard_in=(channel,))).split()


def test_the_id_of_a_session_is_never_told_since_it_could_name_a_host() -> None:
    card = card_of("en", heard_in=("2026-05-02-HOST", "2026-05-03-HOST", "survey"))
    assert "HOST" not in texts_of_card(card)
    assert line_of(card, "Where and when it was heard").startswith("At a community session; In a survey. District 7")


def test_an_item_of_the_city_is_told_as_the_citys() -> None:
    section = built(make_loop(make_item(district_id="city")), place="city")
    assert "Chicago, April 2, 2026." in texts_of_card(section.cards[0])


def test_what_will_show_it_is_told_where_no_number_does() -> None:
    promise = Commitment(**{**COMMITMENT.model_dump(), "measure_id": "", "evidence": in_all("LOG")})
    assert line_of(card_of("en", commitment=promise), "How we will see it") == "LOG"


@each_language
@pytest.mark.parametrize(
    "metric", ["complaint_cases", "force_incidents", "requests_days_pothole", "trust_score", "loop_on_time_share"]
)
def test_a_number_without_a_name_is_told_by_the_part_that_shows_it(metric: str, tag: str) -> None:
    promise = COMMITMENT.model_copy(update={"measure_id": metric})
    words = texts_of_card(card_of(tag, commitment=promise))
    assert metric not in words and "{" not in words


# Flags and order


def test_flags_tell_what_must_be_seen() -> None:
    assert card_of("en", is_overdue=True).flags == ("Overdue",)
    assert card_of("en", is_new=True, has_moved=True).flags == ("New",)
    assert card_of("en", has_moved=True).flags == ("New status",)
    assert card_of("en", disputed=7).flags == ("Residents disagreed before",)
    assert card_of("en").flags == ()


def test_only_overdue_items_are_urgent() -> None:
    items = (make_item(item_id="late", is_overdue=True), make_item(item_id="other", has_moved=True))
    assert [card.is_urgent for card in built(make_loop(*items)).cards] == [True, False]


def test_all_items_stand_in_the_loops_own_order() -> None:
    names = [f"i-{number}" for number in range(30)]
    cards = built(make_loop(*(make_item(item_id=name) for name in names))).cards
    assert [card.card_id for card in cards] == [f"loop-{name}" for name in names]


# Confirm and dispute


@each_language
def test_who_may_still_answer_is_told_until_when(tag: str) -> None:
    ends = date(2026, 11, 13)
    day = sheet_of(tag).words.day(ends)
    assert day in texts_of_card(card_of(tag, Status.DONE, window_ends=ends))
    assert day in texts_of_card(card_of(tag, Status.DONE, window_ends=ends, confirmed=9))


def test_on_its_last_day_the_window_is_open_and_on_the_next_it_is_not() -> None:
    assert "Your say" in labels(card_of("en", Status.DONE, window_ends=REPORTED))
    after = card_of("en", Status.DONE, window_ends=REPORTED - timedelta(days=1))
    assert "Your say" not in labels(after), "nobody is asked for what they can no longer say when they read it"
    # Told of the quarter's end, when it was open: nobody knows here what was said since.
    assert line_of(after, "What residents say to this") == "No one has replied yet."
    ended = card_of("en", Status.DONE, window_ends=UNTIL - timedelta(days=1))
    assert "Your say" not in labels(ended)
    assert line_of(ended, "What residents say to this") == "No one replied."


@pytest.mark.parametrize(
    ("confirmed", "disputed", "told"),
    [
        (5, 0, "Agree: 5. Disagree: fewer than 5."),
        (4, 12, "Agree: fewer than 5. Disagree: 12."),
        (1, 0, "Agree: fewer than 5. Disagree: fewer than 5."),
    ],
)
def test_a_few_people_are_not_counted_out(confirmed: int, disputed: int, told: str) -> None:
    card = card_of("en", Status.DONE, confirmed=confirmed, disputed=disputed)
    assert line_of(card, "What residents say to this") == told


@each_language
@pytest.mark.parametrize("people", [1, 2, 3, 4])
def test_no_number_under_the_floor_is_printed_in_any_language(people: int, tag: str) -> None:
    card = card_of(tag, Status.DONE_DISPUTED, confirmed=people, disputed=people)
    replies = next(line.said.text for line in card.lines if "5" in line.said.text and "2026" not in line.said.text)
    assert str(people) not in replies


def test_what_residents_dispute_asks_for_no_further_answer_and_tells_no_earlier_word() -> None:
    card = card_of("en", Status.DONE_DISPUTED, before=Status.DONE, disputed=8)
    assert "Your say" not in labels(card)
    assert "Last quarter" not in labels(card)


# Words of people


@each_language
def test_words_that_nobody_translated_are_marked_and_announced(tag: str) -> None:
    section = built(make_loop(make_item(said=Text(language="pl", text="Więcej światła"))), tag)
    (card,) = section.cards
    assert (card.title.text.strip("\u2068\u2069"), card.title.lang) == ("Więcej światła", "pl")
    assert len(section.notices) == 1


def test_translated_words_are_neither_marked_nor_announced() -> None:
    section = built(make_loop(make_item(said=text("More light", es="Más luz"))), "es")
    assert (section.cards[0].title.text, section.cards[0].title.lang) == ("Más luz", "")
    assert section.notices == ()


@each_language
def test_hostile_words_stay_words_and_cannot_turn_the_line(tag: str) -> None:
    card = card_of(tag, said=text(HOSTILE))
    bare = card.title.text.strip("\u2068\u2069")
    assert bare == HOSTILE.replace("\u202e", "")


# The report itself, and a new commander


def test_answers_on_the_report_stand_apart() -> None:
    answer = make_item(Status.AGREED, item_id="r-1", about="report", said=in_all("LARGER MAPS"))
    section = built(make_loop(make_item(), about_report=(answer,)))
    part = part_of(section, "loop-report")
    assert part.question == "What we changed because of you"
    assert [card.title.text for card in part.cards] == ["LARGER MAPS"]
    assert line_of(part.cards[0], "What we did") == "POLICE"
    assert [card.title.text for card in section.cards] == ["SAID"]
    assert len(part_of(section, "loop-words").points) == 2


def test_answers_on_the_report_stand_also_where_there_is_no_other_item() -> None:
    section = built(make_loop(about_report=(make_item(item_id="r-1", about="report"),)))
    assert ids_of(section) == ["loop-report", "loop-words"]


@each_language
def test_a_new_commander_takes_over_each_open_item(tag: str) -> None:
    items = (
        make_item(Status.HEARD, item_id="a", said=in_all("LIGHT")),
        make_item(Status.AGREED, item_id="b", said=in_all("PATROL")),
        make_item(Status.WILL_NOT_DO, item_id="c", said=in_all("OVER")),
    )
    change = HandOver(since=date(2026, 8, 1), commander="A. Rivera", open_items=2)
    part = part_of(built(make_loop(*items, hand_over=change), tag), "loop-hand-over")
    assert "A. Rivera" in part.answer and sheet_of(tag).words.day(date(2026, 8, 1)) in part.answer
    (table,) = part.tables
    told = " ".join(cell for row in table.rows for cell in row)
    assert "LIGHT" in told and "PATROL" in told and "OVER" not in told


def test_a_commander_without_a_name_takes_over_too() -> None:
    change = HandOver(since=date(2026, 8, 1), commander="", open_items=1)
    part = part_of(built(make_loop(make_item(), hand_over=change)), "loop-hand-over")
    assert part.answer == "This district has had a new commander since August 1, 2026. 1 open request goes on."
    none_left = part_of(built(make_loop(hand_over=change.model_copy(update={"open_items": 0}))), "loop-hand-over")
    assert none_left.tables == ()
