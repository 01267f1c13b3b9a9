"""Where what people said may be told: nobody, and no organisation, can be found out from a report or from two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.engagement.organisations import count_organisations, organisation_key
from district_reports.engagement.told import tell_heard
from district_reports.errors import ConfigError, RuleError
from district_reports.model import Heard, HeardTheme, IntakeSession
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from tests.unit.engagement.sayings import answer, quote, register, session
from tests.unit.metrics.rows import TOY

Q2, Q3 = Quarter(2026, 2), Quarter(2026, 3)
LATE = Q3.end
TOY_CITY = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
REGISTER = register()
HOSTS = ("First Hosts", "FIRST HOSTS, Inc.", "Second Church", "Third Club")


@pytest.fixture(scope="module")
def toy() -> Settings:
    return TOY_CITY


def tell(sessions: Sequence[IntakeSession], place: str = "S", quarter: Quarter = Q3, until: date = LATE) -> Heard:
    return tell_heard(REGISTER, sessions, TOY_CITY, quarter, place, until)


def since(heard: Heard) -> dict[str, HeardTheme]:
    return {entry.code: entry for entry in heard.told if entry.first_quarter > "2025"}


def test_the_registers_themes_are_city_wide_and_without_numbers() -> None:
    heard = tell([])
    (entry,) = heard.told
    assert (entry.code, entry.level, entry.sessions, entry.sources, entry.people) == ("seen", "city", None, None, None)
    assert (entry.first_quarter, entry.last_quarter) == ("2024Q2", "2024Q2")
    assert [held.session_id for held in heard.sessions_here] == ["2024-06-02-S-1"]
    assert not heard.has_councillor_here and tell([], "N").has_councillor_here
    city = tell([], "city")
    assert [told.code for told in city.told] == ["seen", "slow", "lights"] == [theme.code for theme in city.themes]
    assert len(city.sessions_here) == 2 and city.has_councillor_here
    assert (heard.new_sessions, heard.new_sources, heard.new_people, heard.quotes) == (0, 0, None, ())


def test_a_district_without_a_session_lists_none() -> None:
    assert tell([], "XY").sessions_here == ()


def test_before_the_register_was_finished_it_is_not_told() -> None:
    heard = tell([], "city", Quarter(2024, 2), date(2024, 6, 1))
    assert not heard.told and not heard.themes and len(heard.sessions_here) == 1


def test_one_organisation_is_told_city_wide() -> None:
    heard = tell([session(answers=(answer("slow", 9),)), session("A-2", answers=(answer("slow", 7),))])
    entry = since(heard)["slow"]
    assert (entry.level, entry.people) == ("city", 16)
    # Everywhere else nothing was heard: the whole would be this district's.
    assert "slow" in [theme.code for theme in heard.themes]


def test_two_organisations_are_told_in_the_district() -> None:
    held = [session(answers=(answer("slow", 9),)), session("B-1", "Second Church", answers=(answer("slow", 3),))]
    entry = since(tell(held))["slow"]
    assert (entry.level, entry.sessions, entry.sources, entry.people) == ("district", 2, 2, 9)
    assert (entry.first_quarter, entry.last_quarter) == ("2026Q3", "2026Q3")


def test_the_same_organisation_written_twice_is_one() -> None:
    held = [
        session(host="BUILD Inc.", answers=(answer("slow"),)),
        session("B-1", "BUILD, Inc", answers=(answer("slow"),)),
    ]
    assert since(tell(held))["slow"].level == "city"


def test_two_organisations_of_the_area_are_told_for_the_area() -> None:
    held = [
        session(answers=(answer("slow", 9),)),
        session("B-1", "Second Church", district_ids=("XY",), answers=(answer("slow", 9),)),
    ]
    for place in ("S", "XY"):
        entry = since(tell(held, place))["slow"]
        assert (entry.level, entry.sessions, entry.sources) == ("area", 2, 2)
    assert since(tell(held, "N"))["slow"].level == "city"
    assert since(tell(held, "city"))["slow"].level == "city"


def test_an_area_is_not_told_where_the_rest_of_it_is_one_organisation_in_one_district() -> None:
    """What S tells, taken from what the area would tell, would be what one organisation heard in XY."""
    held = [
        session(answers=(answer("slow"),)),
        session("B-1", "Second Church", answers=(answer("slow"),)),
        session("C-1", "Third Club", district_ids=("XY",), answers=(answer("slow"),)),
    ]
    assert since(tell(held))["slow"].level == "district"
    assert since(tell(held, "XY"))["slow"].level == "city"


def test_the_city_tells_no_numbers_where_the_rest_is_one_organisation_in_one_district() -> None:
    told = [
        session(f"{place}-{host}", host, district_ids=(place,), answers=(answer("slow", 9),))
        for place, hosts in (("N", HOSTS[2:]), ("S", HOSTS[2:]), ("XY", HOSTS[:1]))
        for host in hosts
    ]
    for place in ("XY", "city"):
        entry = since(tell(told, place))["slow"]
        assert (entry.level, entry.sessions, entry.sources, entry.people) == ("city", None, None, None)
    assert since(tell(told[:-1], "city"))["slow"].sessions == 4


def test_what_one_organisation_adds_waits_for_another() -> None:
    """Else the difference of two reports would be that organisation's session."""
    before = [
        session(on=date(2026, 5, 5), answers=(answer("slow"),)),
        session("B-1", "Second Church", on=date(2026, 5, 6), answers=(answer("slow"),)),
    ]
    later = [*before, session("C-1", "Third Club", answers=(answer("slow"),))]
    assert since(tell(later))["slow"] == since(tell(before, quarter=Q2))["slow"]
    enough = [*later, session("D-1", "First Hosts", answers=(answer("slow"),))]
    assert since(tell(enough))["slow"].sessions == 4


def test_few_people_are_not_counted_out() -> None:
    held = [session(answers=(answer("slow", 4),)), session("B-1", "Second Church", answers=(answer("slow", 3),))]
    entry = since(tell(held))["slow"]
    assert entry.people is None and entry.is_under_floor
    uncounted = [session(answers=(answer("slow"),)), session("B-1", "Second Church", answers=(answer("slow"),))]
    entry = since(tell(uncounted))["slow"]
    assert entry.people is None and not entry.is_under_floor


def test_people_who_answered_two_questions_are_counted_once() -> None:
    held = [session(answers=(answer("slow", 9), answer("slow", 7)))]
    assert since(tell(held))["slow"].people == 9


@pytest.mark.parametrize(
    ("attendance", "people"), [((12,), 12), ((4,), None), ((12, 4), None), ((12, 0), 12), ((), None)]
)
def test_attendance_under_the_floor_is_not_told(attendance: tuple[int, ...], people: int | None) -> None:
    held = [session(f"A-{number}", attendance=count) for number, count in enumerate(attendance)]
    assert tell(held).new_people == people


def test_groups_are_never_crossed_with_a_district_of_one_organisation() -> None:
    youth = session(groups=("youth",))
    other = session("B-1", "Second Church", district_ids=("N",), groups=("faith",))
    assert (tell([youth]).groups_heard, tell([youth]).groups_level) == (("youth",), "city")
    assert tell([youth, other]).groups_heard == ("faith", "youth")
    both = tell([youth, other, session("C-1", "Third Club")])
    assert (both.groups_heard, both.groups_level) == (("youth",), "district")


def test_quotes_stand_where_two_organisations_met() -> None:
    mine = session(quotes=(quote("We waited long."), quote("No.", has_consent=False, number=2)))
    assert tell([mine]).quotes == () == tell([mine], "city").quotes
    both = [mine, session("B-1", "Second Church", quotes=(quote("Lights are out.", number=3),))]
    heard = tell(both)
    assert ([said.text for said in heard.quotes], heard.quotes_level) == (
        ["Lights are out.", "We waited long."],
        "district",
    )
    far = [mine, session("B-1", "Second Church", district_ids=("N",))]
    assert (len(tell(far).quotes), tell(far).quotes_level) == (1, "city")


def test_what_came_later_is_the_next_reports() -> None:
    held = [session(on=date(2026, 9, 30), answers=(answer("slow"),)), session("B-1", on=date(2026, 10, 1))]
    assert tell(held).new_sessions == 1
    assert tell(held, until=date(2026, 9, 29)).new_sessions == 0


def test_unknown_places_and_themes_are_errors() -> None:
    with pytest.raises(ConfigError):
        tell([], "nowhere")
    with pytest.raises(ConfigError):
        tell([session(district_ids=("nowhere",))])
    with pytest.raises(RuleError, match="strange"):
        tell([session(answers=(answer("strange"),))])


@pytest.mark.parametrize(
    ("hosts", "count"),
    [
        ((), 0),
        (("BUILD", "BUILD Inc.", "build, inc"), 1),
        (("Bright Star", "Bright Star Community Outreach"), 1),
        (("YWCA Metropolitan Chicago", "Y.W.C.A."), 1),
        (("TRP", "The Resurrection Project"), 1),
        (("RP", "The Resurrection Project"), 1),
        (("El Valor", "El Valór "), 1),
        (("A Church", "B Church"), 2),
        (("华埠更好團結聯盟", "Brave Space Alliance"), 2),
        (("", " "), 1),
    ],
)
def test_organisations_are_counted_at_least(hosts: tuple[str, ...], count: int) -> None:
    assert count_organisations(hosts) == count


def test_a_key_leaves_out_what_tells_nothing_apart() -> None:
    assert organisation_key("The BUILD, Inc.") == ("build",) and organisation_key("The Of") == ("the", "of")


sessions_strategy = st.lists(
    st.builds(
        lambda host, district_ids, days, answers, attendance, groups: {
            "host": host,
            "district_ids": tuple(sorted(district_ids)),
            "on": date(2026, 4, 1) + timedelta(days=days),
            "answers": tuple(answer(theme, people) for theme, people in answers),
            "attendance": attendance,
            "groups": tuple(sorted(groups)),
        },
        st.sampled_from(HOSTS),
        st.sets(st.sampled_from(["N", "S", "XY"]), max_size=2),
        st.integers(0, 182),
        st.lists(st.tuples(st.sampled_from(["seen", "slow", "lights"]), st.none() | st.integers(0, 12)), max_size=3),
        st.integers(0, 30),
        st.sets(st.sampled_from(["youth", "faith"]), max_size=2),
    ),
    max_size=8,
).map(
    lambda facts: [
        session(f"A-{number}", quotes=(quote(f"words {number}", number=number),), **fact)
        for number, fact in enumerate(facts)
    ]
)
places = st.sampled_from(["N", "S", "XY", "city"])


def heard_there(sessions: Sequence[IntakeSession], theme: str, districts: set[str]) -> list[IntakeSession]:
    return [
        held
        for held in sessions
        if districts & set(held.district_ids) and any(said.theme_code == theme for said in held.answers)
    ]


@given(sessions_strategy, places)
def test_no_district_tells_what_fewer_than_two_organisations_heard(sessions: list[IntakeSession], place: str) -> None:
    heard = tell(sessions, place)
    areas = {"N": {"N"}, "S": {"S", "XY"}, "XY": {"S", "XY"}, "city": set[str]()}
    for entry in since(heard).values():
        districts = {"district": {place}, "area": areas[place]}.get(entry.level)
        if districts is not None:
            hosts = {
                held.host.casefold().removesuffix(", inc.") for held in heard_there(sessions, entry.code, districts)
            }
            assert len(hosts) >= 2 and (entry.sources or 0) >= 2
    here = {
        held.host.casefold().removesuffix(", inc.")
        for held in sessions
        if place in held.district_ids and held.on >= Q3.start
    }
    if "district" in (heard.groups_level, heard.quotes_level if heard.quotes else "city"):
        assert len(here) >= 2


@given(sessions_strategy, places)
def test_no_number_of_people_is_under_the_floor(sessions: list[IntakeSession], place: str) -> None:
    heard = tell(sessions, place)
    numbers = [entry.people for entry in heard.told] + [heard.new_people]
    assert all(number is None or number >= heard.floor for number in numbers)
    # Nor is the difference between a district's number and a wider one.
    city = since(tell(sessions, "city"))
    for entry in since(heard).values():
        wider = city[entry.code].people
        if entry.people is not None and wider is not None:
            assert wider - entry.people == 0 or wider - entry.people >= heard.floor


@given(sessions_strategy, places, st.sampled_from(HOSTS))
def test_without_any_one_organisation_a_district_still_heard_it(
    sessions: list[IntakeSession], place: str, host: str
) -> None:
    same = {"FIRST HOSTS, Inc.": "First Hosts"}
    others = [held for held in sessions if same.get(held.host, held.host) != same.get(host, host)]
    for entry in since(tell(sessions, place)).values():
        if entry.level == "district":
            assert heard_there(others, entry.code, {place})


@given(sessions_strategy, places)
def test_between_two_reports_a_district_grows_by_two_organisations_or_none(
    sessions: list[IntakeSession], place: str
) -> None:
    before, after = (since(tell(sessions, place, quarter, quarter.end)) for quarter in (Q2, Q3))
    for code, entry in after.items():
        earlier = before.get(code)
        if earlier is not None and entry.level == earlier.level == "district":
            assert (entry.sessions or 0) - (earlier.sessions or 0) != 1


@given(sessions_strategy, places)
def test_no_host_is_named_but_in_the_register(sessions: list[IntakeSession], place: str) -> None:
    told = tell(sessions, place).model_copy(update={"sessions_here": ()}).model_dump_json()
    assert not [host for host in (*HOSTS, "Old Host", "A hall") if host.casefold() in told.casefold()]
    assert "A-0" not in told
