from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.config import OffencesAlso
from district_reports.errors import ConfigError
from district_reports.metrics.counts import count_measures, count_months, define_incidents, newest_day
from district_reports.metrics.incidents import open_incidents
from district_reports.metrics.measures import COLUMNS, Measures
from district_reports.metrics.terms import build_terms
from district_reports.model import State
from district_reports.periods import Quarter
from district_reports.settings import Settings
from tests.effort import costly
from tests.unit.metrics.conftest import Opener
from tests.unit.metrics.follow_up import followed_up
from tests.unit.metrics.rows import find_offence, local, make_row, other_rows, write_rows

AS_OF = date(2018, 11, 19)


def measured(con: Any, settings: Settings, *quarters: Quarter, as_of: date = AS_OF) -> Measures:
    return Measures(count_measures(con, settings, quarters, as_of=as_of, origin_id="crimes"))


def test_each_kind_of_metric_by_hand(opened: Opener, settings: Settings, quarter: Quarter) -> None:
    """Two robberies here (one at home, one with an arrest), one there, one nowhere; a burglary a month far off."""
    here, there, far = settings.district_ids[0], settings.district_ids[1], settings.district_ids[-1]
    con = opened(
        *other_rows(settings, quarter),
        make_row(settings, "incidents_carjacking", is_domestic=True),
        make_row(settings, "incidents_robbery", has_arrest=True),
        make_row(settings, "incidents_homicide", district_id=there, has_arrest=True, is_domestic=True),
        make_row(settings, "incidents_robbery", district_id="031"),
    )
    got = measured(con, settings, quarter)
    expected = {
        "incidents_all": {here: 2, there: 1, far: 3, "none": 1, "city": 7},
        "incidents_violent": {here: 2, there: 1, far: 0, "none": 1, "city": 4},
        "incidents_property": {here: 0, there: 0, far: 3, "none": 0, "city": 3},
        "incidents_homicide": {here: 0, there: 1, far: 0, "none": 0, "city": 1},
        "incidents_robbery": {here: 2, there: 0, far: 0, "none": 1, "city": 3},
        "incidents_burglary": {here: 0, there: 0, far: 3, "none": 0, "city": 3},
        "incidents_carjacking": {here: 1, there: 0, far: 0, "none": 0, "city": 1},
        "incidents_domestic": {here: 1, there: 1, far: 0, "none": 0, "city": 2},
    }
    for metric_id, places in expected.items():
        assert {place: got.get(place, quarter, metric_id).value for place in places} == places, metric_id
    shares = {
        "arrest_share_all": {here: (1, 2), there: (1, 1), far: (0, 3), "none": (0, 1), "city": (2, 7)},
        "arrest_share_violent": {here: (1, 2), there: (1, 1), far: (0, 0), "none": (0, 1), "city": (2, 4)},
    }
    for metric_id, parts in shares.items():
        rows = {place: got.get(place, quarter, metric_id) for place in parts}
        assert {place: (row.numerator, row.denominator) for place, row in rows.items()} == parts, metric_id
    assert got.get("city", quarter, "arrest_share_all").value == 0.285714


@pytest.mark.parametrize("settings", ["toy"], indirect=True)
def test_a_share_of_a_flagged_count_needs_both_flags(opened: Opener, settings: Settings, quarter: Quarter) -> None:
    con = opened(
        *other_rows(settings, quarter),
        make_row(settings, is_domestic=True),
        make_row(settings, is_domestic=True, has_arrest=True),
        make_row(settings, has_arrest=True),
    )
    row = measured(con, settings, quarter).get("city", quarter, "arrest_share_domestic")
    assert (row.numerator, row.denominator, row.value) == (1, 2, 0.5)


def test_table_is_complete_typed_and_sorted(opened: Opener, settings: Settings, quarter: Quarter) -> None:
    window = quarter.window(settings.report.history_quarters)
    rows = [row for each in window for row in other_rows(settings, each)]
    got = count_measures(opened(*rows), settings, window[::-1], as_of=AS_OF, origin_id="crimes-1")
    assert tuple(got.columns) == COLUMNS
    assert len(got) == (len(settings.districts) + 2) * len(window) * len(settings.metrics.metrics)
    key = list(zip(got["district_id"], got["quarter"], got["metric_id"], strict=True))
    assert key == sorted(set(key))
    places, ids = [*settings.district_ids, "city", "none"], [metric.metric_id for metric in settings.metrics.metrics]
    assert set(key) == set(product(places, map(str, window), ids))
    assert (got["as_of"] == AS_OF).all() and (got["origin_id"] == "crimes-1").all()
    assert got.loc[got["unit"] == "incidents", ["numerator", "denominator"]].isna().all(axis=None)


def test_a_count_of_none_is_zero_and_a_share_of_none_has_no_value(
    opened: Opener, settings: Settings, quarter: Quarter
) -> None:
    got = measured(opened(*other_rows(settings, quarter)), settings, quarter)
    count = got.get(settings.district_ids[0], quarter, "incidents_all")
    share = got.get(settings.district_ids[0], quarter, "arrest_share_all")
    assert (count.value, count.state) == (0, State.OK)
    assert (share.value, share.numerator, share.denominator, share.state) == (None, 0, 0, State.NO_DATA)


def test_a_quarter_with_an_empty_month_has_no_data_anywhere(
    opened: Opener, settings: Settings, quarter: Quarter
) -> None:
    rows = [*other_rows(settings, quarter)[:2], *other_rows(settings, quarter.previous())]
    got = count_measures(opened(*rows), settings, quarter.window(3), as_of=AS_OF, origin_id="crimes")
    gaps = got[got["quarter"] != str(quarter.previous())]
    assert set(gaps["state"]) == {"no_data"}
    assert gaps[["value", "numerator", "denominator"]].isna().all(axis=None)
    counts = got[(got["quarter"] == str(quarter.previous())) & (got["unit"] == "incidents")]
    assert set(counts["state"]) == {"ok"}


def test_without_rows_there_is_no_data(settings: Settings, quarter: Quarter) -> None:
    with open_incidents([], settings) as con:
        got = count_measures(con, settings, [quarter], as_of=AS_OF, origin_id="crimes")
        assert (count_months(con), newest_day(con)) == ({}, None)
    assert set(got["state"]) == {"no_data"}
    assert got["value"].isna().all()


@pytest.mark.parametrize(("days_short", "state"), [(1, State.TOO_EARLY), (0, State.OK)])
def test_a_ripening_share_is_too_early_until_its_days_have_passed(
    opened: Opener, settings: Settings, quarter: Quarter, days_short: int, state: State
) -> None:
    ripe_on = quarter.end + timedelta(days=settings.metric("arrest_share_all").ripens_days)
    got = measured(opened(*other_rows(settings, quarter)), settings, quarter, as_of=ripe_on - timedelta(days_short))
    share = got.get("city", quarter, "arrest_share_all")
    assert (share.state, share.value) == (state, 0.0)
    assert got.get("city", quarter, "incidents_all").state is State.OK


def test_rows_at_the_edges_fall_into_their_own_quarter(opened: Opener, settings: Settings, quarter: Quarter) -> None:
    last, first = local("2018-09-30 23:59:59"), local("2018-10-01")
    con = opened(
        *other_rows(settings, quarter),
        *other_rows(settings, quarter.shifted(1)),
        make_row(settings, occurred_at=last),
        make_row(settings, occurred_at=first),
        make_row(settings, occurred_at=first),
    )
    got = measured(con, settings, quarter, quarter.shifted(1))
    assert got.get("city", quarter, "incidents_robbery").value == 1
    assert got.get("city", quarter.shifted(1), "incidents_robbery").value == 2


def test_quarters_apart_leave_out_what_lies_between(opened: Opener, settings: Settings, quarter: Quarter) -> None:
    con = opened(*(row for each in quarter.window(5) for row in other_rows(settings, each)))
    got = count_measures(con, settings, [quarter, quarter.year_ago()], as_of=AS_OF, origin_id="crimes")
    assert sorted(set(got["quarter"])) == ["2017Q3", "2018Q3"]


@pytest.mark.parametrize(
    "name", ["=1+1", "'; DROP VIEW core_incidents; --", "\x1b[31m\u202e", "", "%s{}$city", "💥" * 500]
)
def test_hostile_names_are_counted_like_any_other(
    opened: Opener, settings: Settings, quarter: Quarter, name: str
) -> None:
    con = opened(*other_rows(settings, quarter), make_row(settings, offence_type=name, offence_code=name, beat_id=name))
    got = measured(con, settings, quarter)
    assert got.get(settings.district_ids[0], quarter, "incidents_robbery").value == 1
    assert got.get("city", quarter, "incidents_all").value == 4


def test_rows_of_an_unknown_group_count_among_all(opened: Opener, settings: Settings, quarter: Quarter) -> None:
    con = opened(*other_rows(settings, quarter), make_row(settings, offence_group="99"))
    got = measured(con, settings, quarter)
    assert got.get("city", quarter, "incidents_all").value == 4
    assert got.get("city", quarter, "incidents_violent").value == 0


def test_months_and_newest_day(opened: Opener, settings: Settings, quarter: Quarter) -> None:
    con = opened(*other_rows(settings, quarter), make_row(settings, occurred_at=local("2018-09-30 23:59")))
    assert count_months(con) == {"2018-07": 1, "2018-08": 1, "2018-09": 2}
    assert newest_day(con) == date(2018, 9, 30)


def test_a_group_named_twice_counts_once(settings: Settings) -> None:
    robbery = settings.metric("incidents_robbery")
    doubled = robbery.model_copy(update={"offence_groups": robbery.offence_groups * 2})
    metrics = settings.metrics.model_copy(update={"metrics": (doubled,)})
    assert len(build_terms(settings.model_copy(update={"metrics": metrics}))) == len(robbery.offence_groups)


def with_metric(settings: Settings, **changes: Any) -> Settings:
    """Return the settings with one more count, `incidents_more`."""
    more = settings.metric("incidents_all").model_copy(update={"metric_id": "incidents_more", **changes})
    metrics = settings.metrics.model_copy(update={"metrics": (*settings.metrics.metrics, more)})
    return followed_up(settings).model_copy(update={"metrics": metrics})


def count_more(folder: Path, settings: Settings, *rows: dict[str, Any]) -> Measures:
    quarter = Quarter(2018, 3)
    paths = write_rows(folder, settings, [*other_rows(settings, quarter), *rows])
    with open_incidents(paths, settings) as con:
        return measured(con, settings, quarter)


def test_single_offences_of_other_groups_are_counted_too(settings: Settings, tmp_path: Path, quarter: Quarter) -> None:
    """A whole group, and two offences of another; a group, code or pair named twice counts once."""
    groups = settings.metrics.offences.groups
    also = (OffencesAlso(group=groups[1], codes=("X1", "X2", "X1")), OffencesAlso(group=groups[1], codes=("X2",)))
    city = with_metric(settings, offence_groups=(groups[0], groups[0]), also=also)
    kinds: list[tuple[str, str | None]] = [
        (groups[0], "X1"),
        (groups[0], "X9"),
        (groups[1], "X1"),
        (groups[1], "X2"),
        (groups[1], "X9"),
    ]
    kinds += [(groups[2], "X1"), (groups[1], None)]
    got = count_more(tmp_path, city, *(make_row(city, offence_group=group, offence_code=code) for group, code in kinds))
    assert got.get("city", quarter, "incidents_more").value == 4


def test_kinds_of_place_are_counted_alone_and_within_groups(
    settings: Settings, tmp_path: Path, quarter: Quarter
) -> None:
    """Names are those of the rows to the letter; blanks around them are none of it."""
    group = find_offence(settings, "incidents_robbery").group
    kinds = ["BUS", " BUS ", "TRAIN", "bus", "BUSES", "", None]
    rows = [
        make_row(settings, kind, place_kind=place)
        for kind in ("incidents_robbery", "incidents_homicide")
        for place in kinds
    ]
    anywhere = with_metric(settings, places=("BUS", "TRAIN", "BUS"))
    assert count_more(tmp_path, anywhere, *rows).get("city", quarter, "incidents_more").value == 6
    grouped = with_metric(settings, places=("BUS", "TRAIN"), offence_groups=(group,))
    assert count_more(tmp_path, grouped, *rows).get("city", quarter, "incidents_more").value == 3


@pytest.mark.parametrize("place", [None, "", "  "])
def test_without_kinds_of_place_there_is_no_data_and_not_zero(
    settings: Settings, tmp_path: Path, quarter: Quarter, place: str | None
) -> None:
    city = with_metric(settings, places=("BUS",))
    before, window = quarter.previous(), quarter.window(2)
    rows = [row | {"place_kind": place} for row in other_rows(city, quarter)]
    with open_incidents(write_rows(tmp_path, city, [*rows, *other_rows(city, before)]), city) as con:
        got = Measures(count_measures(con, city, window, as_of=AS_OF, origin_id="crimes"))
    assert {(row.state, row.value) for row in got.series("city", window, "incidents_more")} == {
        (State.NO_DATA, None),
        (State.OK, 0),
    }
    assert got.get(city.district_ids[0], quarter, "incidents_more").state is State.NO_DATA
    assert got.get("city", quarter, "incidents_all").value == 3


@pytest.mark.parametrize("settings", ["toy"], indirect=True)
def test_a_city_that_publishes_no_kinds_of_place_has_no_data(
    settings: Settings, tmp_path: Path, quarter: Quarter
) -> None:
    whole = with_metric(settings, places=("STREET",))
    city = whole.model_copy(update={"sources": settings.sources})
    assert count_more(tmp_path, city).get("city", quarter, "incidents_more").state is State.NO_DATA


def test_groups_counted_anyway_are_refused_beside_also(settings: Settings) -> None:
    first, second = settings.metrics.offences.groups[:2]
    for groups, codes, expected in (
        ((first, second), ("X1",), f"groups that offence_groups does not count, got {second}"),
        ((), ("X1",), "got all groups counted"),
        ((first,), (), f"expected codes of each group, got none of {second}"),
    ):
        city = with_metric(settings, offence_groups=groups, also=(OffencesAlso(group=second, codes=codes),))
        with pytest.raises(ConfigError, match=expected):
            build_terms(city)


def test_a_share_has_no_offences_of_its_own(settings: Settings) -> None:
    for own in ({"places": ("BUS",)}, {"also": (OffencesAlso(group="x", codes=("y",)),)}):
        share = settings.metric("arrest_share_all").model_copy(update=own)
        metrics = settings.metrics.model_copy(update={"metrics": (settings.metric("incidents_all"), share)})
        with pytest.raises(ConfigError, match="no offences of its own"):
            build_terms(settings.model_copy(update={"metrics": metrics}))


def test_definitions_name_what_is_counted_and_no_value_of_the_config(settings: Settings) -> None:
    found = define_incidents(settings)
    assert [(each.metric_id, each.unit) for each in found] == [
        (metric.metric_id, metric.unit) for metric in settings.metrics.metrics
    ]
    offences = settings.metrics.offences
    places = [place for metric in settings.metrics.metrics for place in metric.places]
    for each in found:
        assert each.source_ids == ("crimes",) and "core_incidents" in each.sql
        assert not any(f"'{value}'" in each.sql for value in (*offences.groups, *offences.types, *places))


def test_a_share_of_a_share_is_refused(settings: Settings) -> None:
    share = settings.metric("arrest_share_all").model_copy(update={"share_of": "arrest_share_violent"})
    metrics = settings.metrics.model_copy(update={"metrics": (share, settings.metric("arrest_share_violent"))})
    with pytest.raises(ConfigError, match="expected a share of a count"):
        build_terms(settings.model_copy(update={"metrics": metrics}))


def test_no_quarters_are_refused(settings: Settings) -> None:
    with open_incidents([], settings) as con, pytest.raises(ConfigError, match="at least one"):
        count_measures(con, settings, [], as_of=AS_OF, origin_id="crimes")


@given(data=st.data())
@costly(6)
def test_districts_and_none_add_up_to_the_city(data: st.DataObject, settings: Settings) -> None:
    quarter = Quarter(2018, 3)
    offences = [find_offence(settings, metric_id) for metric_id in ("incidents_robbery", "incidents_burglary")]
    row = st.builds(
        lambda offence, **changes: make_row(
            settings, offence_group=offence.group, offence_code=offence.code, offence_type=offence.type, **changes
        ),
        st.sampled_from(offences),
        district_id=st.one_of(st.none(), st.text(max_size=3), st.sampled_from(settings.district_ids)),
        beat_id=st.one_of(st.none(), st.text(max_size=4)),
        has_arrest=st.booleans(),
        is_domestic=st.booleans(),
        occurred_at=st.datetimes(local("2018-03-30"), local("2018-10-02")),
    )
    rows = (
        data.draw(st.lists(row, max_size=8)) + other_rows(settings, quarter) + other_rows(settings, quarter.previous())
    )
    with TemporaryDirectory() as folder, open_incidents(write_rows(Path(folder), settings, rows), settings) as con:
        got = count_measures(con, settings, quarter.window(2), as_of=AS_OF, origin_id="crimes")
    is_city = got["district_id"] == "city"
    for column in ("value", "numerator", "denominator"):
        is_meant = got["unit"] == ("incidents" if column == "value" else "share")
        parts, whole = (
            got[is_meant & side].groupby(["quarter", "metric_id"])[column].sum() for side in (~is_city, is_city)
        )
        pd.testing.assert_series_equal(parts, whole)
    total = got[is_city & (got["metric_id"] == "incidents_all")]["value"].sum()
    assert total == sum(date(2018, 4, 1) <= row["occurred_at"].date() <= date(2018, 9, 30) for row in rows)
