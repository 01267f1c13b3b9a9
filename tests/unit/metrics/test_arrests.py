from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from district_reports.errors import ConfigError
from district_reports.metrics import arrests as module
from district_reports.metrics.arrests import count_arrest_windows, define_arrest_windows, is_ripe
from district_reports.metrics.counts import count_measures
from district_reports.metrics.measures import COLUMNS, Measures
from district_reports.metrics.opened import Opened
from district_reports.metrics.victims import count_victims
from district_reports.model import Measure, State
from district_reports.periods import Quarter
from district_reports.settings import Settings
from tests.effort import costly
from tests.unit.metrics.follow_up import (
    days_after,
    followed_up,
    make_victim,
    open_all,
    other_arrests,
    other_victims,
)
from tests.unit.metrics.rows import local, make_row, other_rows

Rows = Sequence[dict[str, Any]]
Opening = Callable[..., Opened]

QUARTER = Quarter(2018, 3)
NOON = local("2018-08-15 12:00")
OLD_ENOUGH = date(2019, 12, 1)
"""The newest arrest: every window of 2018Q3 has passed."""


@pytest.fixture
def city(settings: Settings) -> Settings:
    return followed_up(settings)


@pytest.fixture
def opened_all(tmp_path: Path, city: Settings, quarter: Quarter) -> Iterator[Opening]:
    found: list[Opened] = []

    def open_rows(crimes: Rows = (), arrests: Rows = (), victims: Rows = (), until: date = OLD_ENOUGH) -> Opened:
        found.append(
            open_all(
                tmp_path,
                city,
                crimes=[*other_rows(city, quarter), *crimes],
                arrests=[*other_arrests(date(2018, 7, 1), until), *arrests],
                victims=[*other_victims(city, quarter), *victims],
            )
        )
        return found[-1]

    yield open_rows
    for each in found:
        each.con.close()


def with_cohorts(city: Settings, *cohort_ids: str) -> Settings:
    """Return the settings with these cohorts alone."""
    config = city.outcomes.arrests
    assert config is not None
    cohorts = tuple(cohort for cohort in config.cohorts if cohort.cohort_id in cohort_ids)
    outcomes = city.outcomes.model_copy(update={"arrests": config.model_copy(update={"cohorts": cohorts})})
    return city.model_copy(update={"outcomes": outcomes})


def robbery(city: Settings, case: str | None = "A1", **changes: Any) -> dict[str, Any]:
    return make_row(city, **{"case_number": case, "occurred_at": NOON} | changes)


def arrest(days: float, case: str | None = "A1", since: datetime = NOON) -> dict[str, Any]:
    return {"case_number": case, "arrested_at": days_after(since, days)}


def measure(opened: Opened, metric_id: str, place: str = "city") -> Measure:
    """Return one figure, counted with no other cohort than its own and no other window."""
    config = opened.settings.outcomes.arrests
    assert config is not None
    window, _, cohort_id = metric_id.removeprefix("arrest_within_").partition("_")
    days = int(window) if window.isdigit() else max(config.windows)
    alone = config.model_copy(
        update={
            "cohorts": tuple(each for each in config.cohorts if each.cohort_id == cohort_id.removeprefix("to_arrest_")),
            "windows": (days,),
        }
    )
    outcomes = opened.settings.outcomes.model_copy(update={"arrests": alone})
    narrowed = replace(opened, settings=opened.settings.model_copy(update={"outcomes": outcomes}))
    return Measures(count_arrest_windows(narrowed, [QUARTER])).get(place, QUARTER, metric_id)


def parts(opened: Opened, metric_id: str, place: str = "city") -> tuple[int | None, int | None]:
    row = measure(opened, metric_id, place=place)
    return row.numerator, row.denominator


def test_shares_and_median_by_hand(opened_all: Opening, city: Settings, quarter: Quarter) -> None:
    """Here: arrests after 0, 40, 400 days and never. There: after 100 days. The burglaries have no case number."""
    here, there = city.district_ids[:2]
    crimes = [robbery(city, case) for case in ("A1", "A2", "A3", "A4")] + [robbery(city, "B1", district_id=there)]
    after = [arrest(0, "A1"), arrest(40, "A2"), arrest(400, "A3"), arrest(100, "B1")]
    opened = opened_all(crimes, after)
    expected = {
        30: {here: (1, 4), there: (0, 1), "none": (0, 0), "city": (1, 5)},
        90: {here: (2, 4), there: (0, 1), "none": (0, 0), "city": (2, 5)},
        180: {here: (2, 4), there: (1, 1), "none": (0, 0), "city": (3, 5)},
        365: {here: (2, 4), there: (1, 1), "none": (0, 0), "city": (3, 5)},
    }
    got = Measures(count_arrest_windows(opened, [quarter]))
    for days, places in expected.items():
        rows = {place: got.get(place, quarter, f"arrest_within_{days}_violent") for place in places}
        assert {place: (row.numerator, row.denominator) for place, row in rows.items()} == places, days
        assert (rows["none"].value, rows["none"].state) == (None, State.NO_DATA)
        assert rows["city"].state is State.OK
    assert got.get("city", quarter, "arrest_within_90_violent").value == 0.4
    medians = {place: got.get(place, quarter, "days_to_arrest_violent").value for place in (here, there, "city")}
    assert medians == {here: 20, there: 100, "city": 40}
    assert got.get("none", quarter, "days_to_arrest_violent").state is State.NO_DATA
    assert (got.get("city", quarter, "arrest_within_365_property").numerator) == 0


@pytest.mark.parametrize(
    ("moment", "counts"),
    [
        ("2018-08-14 00:00", True),  # The first moment of the day before: the hour of an incident is an estimate.
        ("2018-08-13 23:59", False),
        ("2018-08-15 00:00", True),
        ("2018-09-14 23:59", True),  # The thirtieth day, to its end.
        ("2018-09-15 00:00", False),
    ],
)
def test_the_first_arrest_lies_between_the_day_before_and_the_last_day(
    opened_all: Opening, city: Settings, moment: str, counts: bool
) -> None:
    opened = opened_all([robbery(city)], [{"case_number": "A1", "arrested_at": local(moment)}])
    assert parts(opened, "arrest_within_30_violent") == (int(counts), 1)


def test_an_arrest_on_the_day_before_is_of_the_same_day(opened_all: Opening, city: Settings) -> None:
    opened = opened_all([robbery(city), robbery(city, "A2")], [arrest(-1), arrest(1, "A2")])
    assert measure(opened, "days_to_arrest_violent").value == 0.5


def test_an_arrest_for_something_else_is_passed_over(opened_all: Opening, city: Settings) -> None:
    opened = opened_all([robbery(city)], [arrest(-200), arrest(-2), arrest(50), arrest(60)])
    assert parts(opened, "arrest_within_30_violent") == (0, 1)
    assert parts(opened, "arrest_within_90_violent") == (1, 1)
    assert measure(opened, "days_to_arrest_violent").value == 50


def test_several_arrests_and_several_rows_of_a_case_do_not_multiply(opened_all: Opening, city: Settings) -> None:
    """Three were killed in A1, one in A2; four were arrested for A1, two of them in the same minute."""
    crimes = [make_row(city, "incidents_homicide", case_number=case) for case in ("A1", "A1", "A1", "A2")]
    opened = opened_all(crimes, [arrest(3), arrest(3), arrest(10), arrest(20)])
    for cohort in ("homicide", "violent"):
        assert parts(opened, f"arrest_within_30_{cohort}") == (3, 4)
    assert measure(opened, "days_to_arrest_homicide").value == 3


def test_each_row_of_a_case_is_followed_from_its_own_day(opened_all: Opening, city: Settings) -> None:
    crimes = [robbery(city), robbery(city, occurred_at=days_after(NOON, 20))]
    opened = opened_all(crimes, [arrest(0), arrest(30)])
    assert parts(opened, "arrest_within_30_violent") == (2, 2)
    assert measure(opened, "days_to_arrest_violent").value == 5


def test_rows_without_a_case_number_stay_in_the_denominator(opened_all: Opening, city: Settings) -> None:
    crimes = [robbery(city), *(robbery(city, case) for case in (None, "", "  "))]
    opened = opened_all(crimes, [arrest(1), *(arrest(1, case) for case in (None, "", "  "))])
    assert parts(opened, "arrest_within_30_violent") == (1, 4)


@pytest.mark.parametrize("case", ["=1+1", "'; DROP VIEW raw_arrests; --", "\x1b[31m\u202e", "%s{}$city", "💥" * 500])
def test_hostile_case_numbers_are_followed_like_any_other(opened_all: Opening, city: Settings, case: str) -> None:
    opened = opened_all([robbery(city, case)], [arrest(1, case)])
    assert parts(opened, "arrest_within_30_violent") == (1, 1)


def test_shootings_are_followed_once_for_each_incident(opened_all: Opening, city: Settings) -> None:
    victims = [
        make_victim(city, victim_id="a", case_number="S1"),
        make_victim(city, victim_id="b", case_number="S1"),
        make_victim(city, victim_id="c", case_number="S2"),
        make_victim(city, victim_id="d", case_number=""),
    ]
    opened = opened_all((), [arrest(5, "S1"), arrest(6, "S1"), arrest(100, "S2"), arrest(1, "")], victims)
    assert parts(opened, "arrest_within_30_shooting") == (1, 3)
    assert parts(opened, "arrest_within_180_shooting") == (2, 3)
    assert measure(opened, "days_to_arrest_shooting").value == 52.5


@pytest.mark.parametrize(
    ("until", "report_date", "state"),
    [
        # 90 days after 30 September is 29 December.
        (date(2018, 12, 29), date(2020, 1, 1), State.OK),
        (date(2018, 12, 28), date(2020, 1, 1), State.TOO_EARLY),
        (date(2019, 12, 1), date(2018, 12, 29), State.OK),
        (date(2019, 12, 1), date(2018, 12, 28), State.TOO_EARLY),
    ],
)
def test_a_share_is_too_early_until_its_days_have_passed_for_the_last_incident(
    tmp_path: Path, city: Settings, quarter: Quarter, until: date, report_date: date, state: State
) -> None:
    opened = open_all(
        tmp_path,
        city,
        crimes=[*other_rows(city, quarter), robbery(city)],
        arrests=[*other_arrests(quarter.start, until), arrest(1)],
        victims=[],
        report_date=date(2020, 1, 1),
    )
    dated = Opened(opened.con, city, report_date, opened.origins)
    share = measure(dated, "arrest_within_90_violent")
    assert (share.state, share.value) == (state, 1.0)
    assert measure(dated, "arrest_within_30_violent").state is State.OK
    opened.con.close()


def test_a_median_waits_for_the_longest_window(opened_all: Opening, city: Settings, quarter: Quarter) -> None:
    for until, state in ((date(2019, 9, 29), State.NO_DATA), (date(2019, 9, 30), State.OK)):
        got = measure(opened_all([robbery(city)], [arrest(7)], until=until), "days_to_arrest_violent")
        assert (got.state, got.value) == (state, 7 if state is State.OK else None)
        assert is_ripe(quarter, 365, until) == (state is State.OK)


def states(opened: Opened, quarter: Quarter, kind: str) -> set[str]:
    got = count_arrest_windows(replace(opened, settings=with_cohorts(opened.settings, kind)), [quarter])
    return set(got[got["metric_id"].str.startswith("arrest_within_")]["state"])


def test_without_arrests_there_is_no_data(tmp_path: Path, city: Settings, quarter: Quarter) -> None:
    never: list[Rows | None] = [None, []]
    for arrests in never:
        opened = open_all(tmp_path, city, crimes=[*other_rows(city, quarter), robbery(city)], arrests=arrests)
        got = count_arrest_windows(opened, [quarter])
        assert set(got["state"]) == {"no_data"}
        assert got[["value", "numerator", "denominator"]].isna().all(axis=None)
        opened.con.close()


@pytest.mark.parametrize("column", ["crimes", "arrests"])
def test_a_file_without_case_numbers_gives_no_data_and_not_zero(
    tmp_path: Path, city: Settings, quarter: Quarter, column: str
) -> None:
    crimes = [*other_rows(city, quarter), robbery(city)]
    arrests = [*other_arrests(quarter.start, OLD_ENOUGH), arrest(1)]
    for row in {"crimes": crimes, "arrests": arrests}[column]:
        row["case_number"] = None
    opened = open_all(tmp_path, city, crimes=crimes, arrests=arrests, victims=other_victims(city, quarter))
    assert states(opened, quarter, "violent") == {"no_data"}
    opened.con.close()


def test_a_month_without_arrests_inside_the_window_gives_no_data(
    tmp_path: Path, city: Settings, quarter: Quarter
) -> None:
    """December 2018 lies in the windows of 90 days and more: an arrest in it would be missed."""
    arrests = [row for row in other_arrests(quarter.start, OLD_ENOUGH) if f"{row['arrested_at']:%Y-%m}" != "2018-12"]
    opened = open_all(tmp_path, city, crimes=[*other_rows(city, quarter), robbery(city)], arrests=arrests, victims=[])
    got = Measures(count_arrest_windows(opened, [quarter]))
    found = {days: got.get("city", quarter, f"arrest_within_{days}_violent").state for days in (30, 90, 180, 365)}
    assert found == {30: State.OK, 90: State.NO_DATA, 180: State.NO_DATA, 365: State.NO_DATA}
    assert got.get("city", quarter, "days_to_arrest_violent").state is State.NO_DATA
    opened.con.close()


@pytest.mark.parametrize(("until", "state"), [(date(2018, 9, 22), State.TOO_EARLY), (date(2018, 9, 21), State.NO_DATA)])
def test_arrests_that_end_before_the_quarter_does_give_no_data(
    opened_all: Opening, city: Settings, until: date, state: State
) -> None:
    assert measure(opened_all([robbery(city)], until=until), "arrest_within_30_violent").state is state


def test_without_incidents_or_victims_there_is_no_data(tmp_path: Path, city: Settings, quarter: Quarter) -> None:
    opened = open_all(tmp_path, city, arrests=other_arrests(quarter.start, OLD_ENOUGH))
    assert set(count_arrest_windows(opened, [quarter])["state"]) == {"no_data"}
    opened.con.close()


def test_denominators_are_the_counts_of_the_cohorts_own_metrics(
    opened_all: Opening, city: Settings, quarter: Quarter
) -> None:
    crimes = [robbery(city, f"A{n}", district_id=city.district_ids[n % 2]) for n in range(5)]
    crimes += [make_row(city, "incidents_homicide", case_number="H") for _ in range(3)]
    opened = opened_all(crimes, [arrest(1, f"A{n}") for n in range(5)], [make_victim(city, district_id="?")])
    incidents = Measures(count_measures(opened.con, city, [quarter], as_of=OLD_ENOUGH, origin_id="crimes"))
    shootings = Measures(count_victims(opened, [quarter]))
    followed = Measures(count_arrest_windows(opened, [quarter]))
    config = city.outcomes.arrests
    assert config is not None
    for cohort in config.cohorts:
        counted = shootings if cohort.cohort_id == "shooting" else incidents
        for place in (*city.district_ids, "city", "none"):
            expected = counted.get(place, quarter, cohort.metric_id).value
            got = followed.get(place, quarter, f"arrest_within_365_{cohort.cohort_id}").denominator
            assert got == expected, (cohort, place)


def test_rows_are_complete_and_carry_their_origin(opened_all: Opening, city: Settings, quarter: Quarter) -> None:
    got = count_arrest_windows(opened_all(), quarter.window(2))
    assert len(got) == (len(city.districts) + 2) * 2 * 4 * 5
    assert set(got["unit"]) == {"share", "days"} and set(got["origin_id"]) == {"arrests-1"}
    defined = {each.metric_id: each for each in define_arrest_windows(city)}
    assert set(defined) == set(got["metric_id"])
    assert defined["arrest_within_30_shooting"].source_ids == ("victims", "arrests")
    assert defined["days_to_arrest_violent"].source_ids == ("crimes", "arrests")
    groups = {group for metric in city.metrics.metrics for group in metric.offence_groups}
    assert not any(f"'{group}'" in each.sql for each in defined.values() for group in groups)


def test_a_city_without_cohorts_has_no_such_numbers(tmp_path: Path, city: Settings, quarter: Quarter) -> None:
    poorer = city.model_copy(update={"outcomes": city.outcomes.model_copy(update={"arrests": None})})
    opened = open_all(tmp_path, poorer)
    got = count_arrest_windows(opened, [quarter])
    assert got.empty and tuple(got.columns) == COLUMNS and define_arrest_windows(poorer) == ()
    opened.con.close()


def test_a_cohort_of_a_share_is_refused(city: Settings) -> None:
    config = city.outcomes.arrests
    assert config is not None
    cohort = config.cohorts[0].model_copy(update={"metric_id": "arrest_share_all"})
    outcomes = city.outcomes.model_copy(update={"arrests": config.model_copy(update={"cohorts": (cohort,)})})
    with pytest.raises(ConfigError, match="cohort violent: expected a count, got the share arrest_share_all"):
        define_arrest_windows(city.model_copy(update={"outcomes": outcomes}))


@given(data=st.data())
@costly(5)
def test_districts_and_none_add_up_to_the_city(data: st.DataObject, city: Settings) -> None:
    city, quarter = with_cohorts(city, "violent", "property"), Quarter(2018, 3)
    cases = st.sampled_from([None, "", "A1", "A2", "A3"])
    crime = st.builds(
        lambda of, case, district_id, moment: make_row(
            city, of, case_number=case, district_id=district_id, occurred_at=moment
        ),
        st.sampled_from(["incidents_robbery", "incidents_burglary", "incidents_homicide"]),
        cases,
        st.one_of(st.none(), st.text(max_size=3), st.sampled_from(city.district_ids)),
        st.datetimes(local("2018-06-29"), local("2018-10-02")),
    )
    after = st.builds(lambda case, days: arrest(days, case), cases, st.integers(-60, 400))
    crimes = [*data.draw(st.lists(crime, max_size=8)), *other_rows(city, quarter), robbery(city, "A9")]
    arrests = [*data.draw(st.lists(after, max_size=8)), *other_arrests(quarter.start, OLD_ENOUGH)]
    with TemporaryDirectory() as folder:
        opened = open_all(Path(folder), city, crimes=crimes, arrests=arrests, victims=[*other_victims(city, quarter)])
        got = count_arrest_windows(opened, [quarter])
        opened.con.close()
    got = got[got["unit"] == "share"]
    is_city = got["district_id"] == "city"
    for column in ("numerator", "denominator"):
        districts, whole = (got[side].groupby("metric_id")[column].sum() for side in (~is_city, is_city))
        pd.testing.assert_series_equal(districts, whole)
    expected = [first_arrest(row, arrests) for row in crimes if Quarter.of(row["occurred_at"].date()) == quarter]
    for days in (30, 365):
        rows = got[
            is_city & got["metric_id"].isin([f"arrest_within_{days}_{kind}" for kind in ("violent", "property")])
        ]
        assert rows["numerator"].sum() == sum(found is not None and found <= days for found in expected)


def first_arrest(row: Mapping[str, Any], arrests: Rows) -> int | None:
    """Return the days to an incident's first arrest, found one arrest after the other."""
    found = [
        (other["arrested_at"].date() - row["occurred_at"].date()).days
        for other in arrests
        if row.get("case_number") and other["case_number"] == row["case_number"]
    ]
    later = [days for days in found if days >= -1]
    return max(min(later), 0) if later else None


# Equal age: what is compared has been followed for the same number of days.

TWINS = Quarter(2019, 2).window(5)


def followed_twins(
    city: Settings, members: Sequence[tuple[int, int | None]], newest: date, report: date
) -> pd.DataFrame:
    """Return the shares of quarters in which the same happened: day of the quarter, and days to the arrest or none.

    Only arrests up to the newest one are there: those to come are not known yet.
    """
    city = with_cohorts(city, "violent")
    crimes = [row for each in TWINS for row in other_rows(city, each)]
    arrests = other_arrests(TWINS[0].start, newest)
    for each in TWINS:
        for number, (day, delay) in enumerate(members):
            moment = local(f"{each.start}") + timedelta(days=day, hours=12)
            crimes.append(robbery(city, f"{each}-{number}", occurred_at=moment))
            if delay is not None and days_after(moment, delay).date() <= newest:
                arrests.append(arrest(delay, f"{each}-{number}", moment))
    with TemporaryDirectory() as folder:
        opened = open_all(Path(folder), city, crimes=crimes, arrests=arrests, victims=[], report_date=date(2021, 1, 1))
        got = count_arrest_windows(Opened(opened.con, city, report, opened.origins), TWINS)
        opened.con.close()
    return got[got["district_id"] == "city"]


def require_equal_age(got: pd.DataFrame) -> None:
    """Refuse twins that may be compared and differ: one of them has not been followed as long as the other."""
    for metric_id, rows in got[got["state"] == "ok"].groupby("metric_id"):
        twins = dict(zip(rows["quarter"], rows["value"], strict=True))
        for one, other in combinations(twins, 2):
            assert twins[one] == twins[other], f"{metric_id}: {one} {twins[one]}, {other} {twins[other]}"


MEMBERS = st.lists(st.tuples(st.integers(0, 89), st.none() | st.integers(0, 380)), min_size=1, max_size=6)


@given(members=MEMBERS, newest=st.dates(date(2019, 6, 30), date(2020, 8, 1)), early=st.integers(0, 400))
@example(members=[(0, 30), (89, 30)], newest=date(2019, 6, 30), early=0)
@example(members=[(89, 365)], newest=date(2020, 6, 29), early=0)
@example(members=[(89, 365)], newest=date(2020, 8, 1), early=33)
@costly(4)
def test_only_quarters_of_equal_age_may_be_compared(
    city: Settings, members: list[tuple[int, int | None]], newest: date, early: int
) -> None:
    report = max(newest - timedelta(days=early), date(2019, 6, 30))
    got = followed_twins(city, members, newest, report)
    require_equal_age(got)
    for row in got[got["unit"] == "share"].itertuples():
        days = int(str(row.metric_id).split("_")[2])
        passed = (min(newest, report) - Quarter.parse(str(row.quarter)).end).days
        assert row.state == ("ok" if passed >= days else "too_early"), row


def test_the_test_of_equal_age_fails_when_ages_differ(city: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twins of which the newer was followed for fewer days: without `too_early` they would be told as a change."""
    members, newest = [(89, 60), (0, 20)], date(2019, 7, 15)
    require_equal_age(followed_twins(city, members, newest, newest))
    monkeypatch.setattr(module, "early_states", lambda *_: None)
    with pytest.raises(AssertionError, match=r"arrest_within_\d+_violent: 2018Q2 1.0, 2019Q2 0.5"):
        require_equal_age(followed_twins(city, members, newest, newest))


def test_a_share_that_may_be_compared_does_not_change_with_later_arrests(city: Settings) -> None:
    members = [(day, delay) for day in (0, 45, 89) for delay in (0, 29, 31, 89, 91, 200, 364, 366, None)]
    earlier, later = (
        followed_twins(city, members, newest, newest) for newest in (date(2019, 9, 28), date(2020, 7, 31))
    )
    both = earlier.merge(later, on=["metric_id", "quarter"], suffixes=("_then", "_now"))
    settled = both[both["state_then"] == "ok"]
    assert len(settled) > 8
    assert (settled["value_then"] == settled["value_now"]).all()
    rising = both[both["state_then"] == "too_early"]
    assert (rising["value_then"] < rising["value_now"]).any()
