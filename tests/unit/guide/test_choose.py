"""Which services print, where and when: served, ended, checked, expired, permanent; mental health first."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.guide import Check, choose_calls, choose_entries, draw_checks, list_checks
from district_reports.guide.choose import HEADINGS
from district_reports.model import GuideEntry
from district_reports.settings import Settings, load_settings
from tests.unit.metrics.rows import TOY

AS_OF = date(2026, 10, 8)
SETTINGS = load_settings({})
TOYVILLE = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
PLACES = (*SETTINGS.district_ids, "city")
IDS = tuple(entry.resource_id for entry in SETTINGS.resources.resources)
PERMANENT = {"911", "311", "211", "988"}
"""Numbers that every report prints."""
WITH_TEAM = ("001", "004", "006", "007", "008", "012", "019")
"""Districts that the CARE teams serve; by hand from the facts on services."""
CLOSED = "community_relations"
DAYS = SETTINGS.report.loop.check_days


def entries_of(
    place: str,
    checks: tuple[Check, ...] = (),
    *,
    settings: Settings = SETTINGS,
    as_of: date = AS_OF,
    is_frozen: bool = False,
) -> dict[str, GuideEntry]:
    entries, _ = choose_entries(settings, place, as_of, checks, is_frozen=is_frozen)
    return {entry.resource_id: entry for entry in entries}


def left_out_of(place: str, checks: tuple[Check, ...] = (), as_of: date = AS_OF) -> tuple[str, ...]:
    return choose_entries(SETTINGS, place, as_of, checks, is_frozen=True)[1]


def check(resource_id: str, checked_on: date, days: int = DAYS) -> Check:
    return Check(
        resource_id=resource_id,
        checked_on=checked_on,
        checked_by="editor",
        expires=checked_on + timedelta(days=days),
    )


def all_checks(checked_on: date = AS_OF) -> tuple[Check, ...]:
    return tuple(check(resource_id, checked_on) for resource_id in IDS)


# Served, ended


@pytest.mark.parametrize("place", SETTINGS.district_ids)
@pytest.mark.parametrize("is_frozen", [False, True])
def test_the_team_prints_only_where_it_works(place: str, is_frozen: bool) -> None:
    printed = entries_of(place, all_checks(), is_frozen=is_frozen)
    assert ("care" in printed) == (place in WITH_TEAM)
    assert "care" not in left_out_of(place, all_checks())


def test_the_team_has_its_hours_in_007_and_is_nothing_in_015() -> None:
    hours = entries_of("007")["care"].hours
    assert [(each.days, f"{each.opens:%H:%M}", f"{each.closes:%H:%M}") for each in hours] == [
        ((0, 1, 2, 3, 4), "10:30", "16:00")
    ]
    assert "care" not in entries_of("015", all_checks())
    # It does not serve the place: that nobody has checked it is no matter there.
    assert "care" not in left_out_of("015")


def test_the_city_has_what_serves_any_district() -> None:
    assert "care" in entries_of("city")


@pytest.mark.parametrize("as_of", [date(2024, 1, 1), date(2025, 10, 30), date(2025, 10, 31), AS_OF])
@pytest.mark.parametrize("is_frozen", [False, True])
def test_the_closed_federal_service_never_prints(as_of: date, is_frozen: bool) -> None:
    closed = SETTINGS.resources.find(CLOSED)
    assert closed is not None
    assert closed.ended_on == date(2025, 10, 31)
    for place in PLACES:
        entries, left_out = choose_entries(SETTINGS, place, as_of, all_checks(as_of), is_frozen=is_frozen)
        assert CLOSED not in {entry.resource_id for entry in entries} | set(left_out)


def test_no_number_of_the_closed_service_stands_anywhere() -> None:
    closed = SETTINGS.resources.find(CLOSED)
    assert closed is not None
    assert (closed.telephone, closed.e_mail, closed.url, closed.address) == ("", "", "", "")


# Checked, expired


@given(st.sampled_from(PLACES), st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.booleans())
def test_what_is_permanent_always_prints(place: str, as_of: date, is_frozen: bool) -> None:
    printed = entries_of(place, as_of=as_of, is_frozen=is_frozen)
    numbers = {entry.telephone for entry in printed.values() if entry.is_permanent}
    assert numbers == PERMANENT
    assert not any(entry.must_verify for entry in printed.values() if entry.is_permanent)


@pytest.mark.parametrize(
    ("days_ago", "holds"), [(0, True), (1, True), (DAYS - 1, True), (DAYS, True), (DAYS + 1, False), (400, False)]
)
def test_a_check_holds_for_its_days_counted_from_the_reports_day(days_ago: int, holds: bool) -> None:
    # The report's day lies long before any day on which this test may run: the clock has no say.
    as_of = date(2021, 3, 31)
    checks = (check("nami_helpline", as_of - timedelta(days=days_ago)),)
    drafted = entries_of("007", checks, as_of=as_of)["nami_helpline"]
    assert drafted.must_verify == (not holds)
    assert drafted.as_of == (checks[0].checked_on if holds else None)
    assert ("nami_helpline" in entries_of("007", checks, as_of=as_of, is_frozen=True)) == holds
    assert ("nami_helpline" in left_out_of("007", checks, as_of)) == (not holds)


def test_a_check_made_after_the_reports_day_is_not_known_to_it() -> None:
    checks = (check("nami_helpline", AS_OF + timedelta(days=1)),)
    assert entries_of("007", checks)["nami_helpline"].must_verify


def test_an_end_of_its_own_counts_before_the_days_of_the_config() -> None:
    checks = (check("nami_helpline", AS_OF - timedelta(days=10), days=5),)
    assert entries_of("007", checks)["nami_helpline"].must_verify


def test_the_newest_check_that_holds_counts() -> None:
    old, new = AS_OF - timedelta(days=60), AS_OF - timedelta(days=3)
    later = AS_OF + timedelta(days=3)
    checks = tuple(check("nami_helpline", day) for day in (new, later, old))
    assert entries_of("007", checks)["nami_helpline"].as_of == new


def test_without_any_check_a_draft_prints_all_and_a_final_report_lists_what_it_leaves_out() -> None:
    drafted, final = entries_of("007"), entries_of("007", is_frozen=True)
    assert {entry.telephone for entry in final.values()} == PERMANENT
    assert all(entry.must_verify for entry in drafted.values() if not entry.is_permanent)
    assert set(left_out_of("007")) == set(drafted) - set(final)
    assert "nami_helpline" in left_out_of("007")


def test_nobody_is_invented_who_checked() -> None:
    assert list_checks(SETTINGS) == ()


def test_a_check_in_the_config_counts_with_the_reports_days() -> None:
    (found,) = list_checks(TOYVILLE)
    assert found == Check(
        resource_id="care",
        checked_on=date(2026, 6, 1),
        checked_by="night desk",
        # 30 days left of June after the first, 31 of July, 29 of August: the 30th of August.
        expires=date(2026, 8, 30),
    )
    assert not found.is_sample


# Order


@pytest.mark.parametrize("place", PLACES)
def test_mental_health_comes_first_and_the_rest_in_its_order(place: str) -> None:
    entries, _ = choose_entries(SETTINGS, place, AS_OF, all_checks(), is_frozen=True)
    assert (entries[0].heading, entries[0].telephone) == ("mental_health", "988")
    order = [HEADINGS.index(entry.heading) for entry in entries]
    assert order == sorted(order)
    assert HEADINGS[:9] == (
        *("mental_health", "crisis", "violence_at_home", "victims", "housing_food"),
        *("immigrants", "youth", "complaints", "taking_part"),
    )


@given(st.sampled_from(PLACES), st.sets(st.sampled_from(IDS)), st.booleans())
def test_every_service_prints_is_left_out_or_does_not_serve(place: str, checked: set[str], is_frozen: bool) -> None:
    checks = tuple(check(resource_id, AS_OF) for resource_id in sorted(checked))
    entries, left_out = choose_entries(SETTINGS, place, AS_OF, checks, is_frozen=is_frozen)
    printed = [entry.resource_id for entry in entries]
    assert len({*printed, *left_out}) == len(printed) + len(left_out)
    absent = set(IDS) - {*printed, *left_out}
    assert absent == {CLOSED} | ({"care"} if place in set(SETTINGS.district_ids) - set(WITH_TEAM) else set())
    if not is_frozen:
        assert left_out == ()


# Addresses by district


def test_an_address_and_a_number_by_district() -> None:
    assert entries_of("007")["caps"].e_mail == "CAPS.007district@chicagopolice.org"
    assert (entries_of("019")["caps"].telephone, entries_of("007")["caps"].telephone) == ("312-744-0064", "")
    assert entries_of("city")["caps"].e_mail == ""


# Calls


def test_the_alternative_is_named_only_where_it_serves_and_prints() -> None:
    def alternatives(place: str, *, is_frozen: bool) -> dict[str, str]:
        entries, _ = choose_entries(SETTINGS, place, AS_OF, (), is_frozen=is_frozen)
        return {call.call_type: call.alternative for call in choose_calls(SETTINGS, entries) if call.alternative}

    assert alternatives("007", is_frozen=False) == {"wellness_check": "care"}
    assert alternatives("015", is_frozen=False) == {}
    assert alternatives("007", is_frozen=True) == {}


def test_each_call_has_a_number_even_where_all_else_is_left_out() -> None:
    entries, _ = choose_entries(SETTINGS, "015", AS_OF, (), is_frozen=True)
    numbers = {entry.resource_id: entry.telephone for entry in entries}
    for call in choose_calls(SETTINGS, entries):
        assert numbers[call.first[0]] in PERMANENT
        assert numbers[call.if_danger] == "911"


def test_a_call_whose_services_are_all_left_out_goes_to_the_emergency_number() -> None:
    resources = SETTINGS.resources
    calls = tuple(rule.model_copy(update={"first": ("online_report",)}) for rule in resources.calls)
    settings = SETTINGS.model_copy(update={"resources": resources.model_copy(update={"calls": calls})})
    entries, left_out = choose_entries(settings, "007", AS_OF, (), is_frozen=True)
    assert "online_report" in left_out
    assert {call.first for call in choose_calls(settings, entries)} == {("emergency",)}


# Another city


def test_the_toy_city_works_by_its_own_rules() -> None:
    north = entries_of("N", settings=TOYVILLE)
    harbour = entries_of("XY", list_checks(TOYVILLE), settings=TOYVILLE, as_of=date(2026, 8, 30), is_frozen=True)
    assert "care" not in north
    assert not harbour["care"].must_verify
    late = entries_of("XY", list_checks(TOYVILLE), settings=TOYVILLE, as_of=date(2026, 8, 31), is_frozen=True)
    assert set(harbour) - set(late) == {"care"}
    assert next(iter(north)) == "crisis_line"
    assert north["emergency"].telephone == "112"


# The sample


def test_sample_checks_are_marked_and_show_every_case() -> None:
    checks = draw_checks(SETTINGS, AS_OF)
    assert all(one.is_sample and "sample" in one.checked_by for one in checks)
    assert draw_checks(SETTINGS, AS_OF) == checks
    entries, left_out = choose_entries(SETTINGS, "007", AS_OF, checks, is_frozen=True)
    assert left_out
    assert any(not entry.is_permanent for entry in entries)
    never = {entry.resource_id for entry in SETTINGS.resources.resources} - {one.resource_id for one in checks}
    expired = {one.resource_id for one in checks if not one.holds(AS_OF)}
    assert never & set(left_out)
    assert expired & set(left_out)
