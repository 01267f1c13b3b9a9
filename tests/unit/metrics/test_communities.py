from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.metrics.communities import count_communities, define_communities
from district_reports.metrics.opened import Opened
from district_reports.periods import Quarter
from district_reports.settings import Settings
from tests.effort import costly
from tests.unit.metrics.follow_up import followed_up, open_all
from tests.unit.metrics.rows import local, make_row, other_rows

Opening = Callable[..., Opened]


@pytest.fixture
def city(settings: Settings) -> Settings:
    return followed_up(settings)


@pytest.fixture
def opened_all(tmp_path: Path, city: Settings) -> Iterator[Opening]:
    found: list[Opened] = []

    def open_rows(*crimes: dict[str, Any]) -> Opened:
        found.append(open_all(tmp_path, city, crimes=crimes))
        return found[-1]

    yield open_rows
    for each in found:
        each.con.close()


def counted(opened: Opened, quarter: Quarter) -> dict[tuple[str, str], int]:
    got = count_communities(opened, quarter)
    assert list(got.columns) == ["district_id", "area_id", "count"]
    keys = list(zip(got["district_id"], got["area_id"], strict=True))
    assert keys == sorted(set(keys))
    return dict(zip(keys, got["count"], strict=True))


def test_communities_by_hand(opened_all: Opening, city: Settings, quarter: Quarter) -> None:
    here, there = city.district_ids[:2]
    areas = [(here, "1"), (here, "1"), (here, "2"), (there, "1"), ("?", "2"), (here, "999"), (here, None)]
    opened = opened_all(*(make_row(city, district_id=place, community_id=area) for place, area in areas))
    assert counted(opened, quarter) == {
        (here, "1"): 2, (here, "2"): 1, (here, ""): 2, (there, "1"): 1, ("none", "2"): 1,
        ("city", "1"): 3, ("city", "2"): 2, ("city", ""): 2,
    }  # fmt: skip


def test_only_the_quarter_is_counted(opened_all: Opening, city: Settings, quarter: Quarter) -> None:
    moments = ["2018-06-30 23:59", "2018-07-01", "2018-09-30 23:59", "2018-10-01"]
    opened = opened_all(*(make_row(city, community_id="1", occurred_at=local(moment)) for moment in moments))
    assert counted(opened, quarter)["city", "1"] == 2


def test_no_rows_give_no_counts(opened_all: Opening, quarter: Quarter) -> None:
    assert counted(opened_all(), quarter) == {}


@pytest.mark.parametrize("settings", ["toy"], indirect=True)
def test_a_city_that_publishes_no_communities_knows_none(tmp_path: Path, settings: Settings, quarter: Quarter) -> None:
    opened = open_all(tmp_path, settings, crimes=other_rows(settings, quarter))
    assert counted(opened, quarter) == {("city", ""): 3, (settings.district_ids[-1], ""): 3}
    assert define_communities(settings) == ()
    opened.con.close()


def test_the_definition_names_no_community(city: Settings) -> None:
    (found,) = define_communities(city)
    assert (found.unit, found.source_ids) == ("incidents", ("crimes",))
    assert "core_incidents" in found.sql and "'1'" not in found.sql


@given(data=st.data())
@costly(5)
def test_a_districts_communities_add_up_to_its_incidents(data: st.DataObject, city: Settings) -> None:
    row = st.builds(
        lambda district_id, area_id: make_row(city, district_id=district_id, community_id=area_id),
        st.one_of(st.none(), st.text(max_size=3), st.sampled_from(city.district_ids)),
        st.one_of(st.none(), st.text(max_size=3), st.sampled_from([area.area_id for area in city.communities])),
    )
    rows = data.draw(st.lists(row, max_size=12))
    with TemporaryDirectory() as folder:
        opened = open_all(Path(folder), city, crimes=rows)
        got = count_communities(opened, Quarter(2018, 3))
        opened.con.close()
    sums = got.groupby("district_id")["count"].sum().to_dict()
    places = [row["district_id"] if row["district_id"] in city.district_ids else "none" for row in rows]
    expected = {place: places.count(place) for place in set(places)} | ({"city": len(rows)} if rows else {})
    assert sums == expected
