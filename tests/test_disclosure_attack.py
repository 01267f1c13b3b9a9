"""Nobody can work out a suppressed count from what is printed: attacked by linear programming.

Each test first plants what must be found, where it can: a rule that leaves a piece out is broken by the same attack.
"""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, event, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from district_reports.metrics.disclosure import check_suppressed, suppress
from district_reports.metrics.measures import format_measures
from district_reports.settings import Settings, load_settings
from tests.attack import SECRET, Attack, find_leaks
from tests.effort import effort
from tests.real_data import REAL_CRIMES
from tests.small_counts import make_counts, make_table

NOW, BEFORE = "2018Q3", "2018Q2"
SEXUAL, AGGRAVATED = SECRET


def small_city(districts: int, below: int = 3) -> Settings:
    """Return the shipped city with its first districts alone, and a limit."""
    city = load_settings({})
    rule = city.outcomes.disclosure
    assert rule is not None
    outcomes = city.outcomes.model_copy(update={"disclosure": rule.model_copy(update={"below": below})})
    return city.model_copy(update={"districts": city.districts[:districts], "outcomes": outcomes})


CITY = small_city(6)
IDS = CITY.district_ids


def one_small_cell() -> pd.DataFrame:
    """One district with 2, the next smallest with 7."""
    changes = {(NOW, IDS[1]): {"sexual_assault": 2}, (NOW, IDS[3]): {"sexual_assault": 7}}
    return make_table(make_counts([NOW, BEFORE], IDS, changes))


def hide(table: pd.DataFrame, places: list[str], metrics: list[str], quarter: str = NOW) -> bytes:
    """Return the release of a rule that hides just these cells."""
    cells = table["district_id"].isin(places) & table["metric_id"].isin(metrics) & (table["quarter"] == quarter)
    return format_measures(
        table.assign(value=table["value"].mask(cells), state=table["state"].mask(cells, "suppressed"))
    )


def hidden_cells(table: pd.DataFrame) -> set[tuple[str, str, str]]:
    rows = table[table["state"] == "suppressed"]
    return set(zip(rows["quarter"], rows["district_id"], rows["metric_id"], strict=True))


# What must be recovered


@pytest.mark.parametrize(
    ("places", "metrics"),
    [
        ([IDS[1]], [SEXUAL]),
        ([IDS[1]], [SEXUAL, AGGRAVATED]),
        ([IDS[1], IDS[3]], [SEXUAL]),
    ],
    ids=["the small cell alone", "its row alone", "its column alone"],
)
def test_a_rule_that_leaves_a_piece_out_is_broken(places: list[str], metrics: list[str]) -> None:
    release = hide(one_small_cell(), places, metrics)
    assert ((NOW, IDS[1], SEXUAL), (2.0, 2.0)) in find_leaks([release])


def test_a_complement_of_zero_leaves_too_little() -> None:
    changes = {(NOW, IDS[1]): {"sexual_assault": 1}, (NOW, IDS[0]): {"sexual_assault": 0}}
    table = make_table(make_counts([NOW], IDS, changes))
    release = hide(table, [IDS[0], IDS[1]], list(SECRET))
    assert dict(find_leaks([release]))[NOW, IDS[1], SEXUAL] == (0.0, 1.0)


def test_two_releases_that_hide_different_cells_are_broken() -> None:
    table = one_small_cell()
    before = hide(table, [IDS[1], IDS[3]], list(SECRET))
    now = hide(table, [IDS[1], IDS[4]], list(SECRET))
    assert dict(find_leaks([now, before]))[NOW, IDS[1], SEXUAL] == (2.0, 2.0)
    assert find_leaks([now]) == find_leaks([before]) == []


def test_an_overlapping_count_gives_a_cell_away() -> None:
    """Where every assault and harassment is an aggravated assault, that count says at least how few the others are."""
    few = {"sexual_assault": 2, "aggravated_assault": 1, "simple_assault": 0}
    table = make_table(make_counts([NOW], IDS, {(NOW, IDS[1]): few}))
    low, _ = Attack([hide(table, [IDS[1], IDS[3]], list(SECRET))]).limits((NOW, IDS[1], SEXUAL))
    assert low == 2.0


# What must not


def test_one_small_cell_is_safe() -> None:
    table = one_small_cell()
    released = suppress(table, CITY)
    assert hidden_cells(released) == {(NOW, place, metric) for place in (IDS[1], IDS[3]) for metric in SECRET}
    release = format_measures(released)
    assert find_leaks([release]) == []
    assert Attack([release]).limits((NOW, IDS[1], SEXUAL)) == (0.0, 9.0)


def test_the_other_of_the_pair_needs_company_where_its_own_second_count_is_small() -> None:
    """With 7 in the next smallest and only 3 of the second kind beside the 1, the sum of 8 would leave at least 4."""
    changes = {
        (NOW, IDS[1]): {"sexual_assault": 1, "aggravated_assault": 2},
        (NOW, IDS[3]): {"sexual_assault": 7},
    }
    table = make_table(make_counts([NOW], IDS, changes))
    assert find_leaks([hide(table, [IDS[1], IDS[3]], list(SECRET))])
    released = suppress(table, CITY)
    assert len(hidden_cells(released)) == 6
    assert find_leaks([format_measures(released)]) == []


def test_a_second_release_of_the_same_quarters_is_safe() -> None:
    table = one_small_cell()
    before = suppress(table[table["quarter"] == NOW].reset_index(drop=True), CITY)
    now = suppress(table, CITY, before=before)
    assert find_leaks([format_measures(now), format_measures(before)]) == []


def test_a_count_that_became_small_is_not_given_back_by_the_last_release() -> None:
    """The last release printed the neighbour's count, which has not changed since: it is no complement."""
    usual = {(NOW, IDS[2]): {"sexual_assault": 4}, (NOW, IDS[3]): {"sexual_assault": 5}}
    before = suppress(make_table(make_counts([NOW], IDS, usual)), CITY)
    assert not hidden_cells(before)
    # District 2 has one less; 3 is as it was; 4 has a late report of theft.
    changed = {**usual, (NOW, IDS[2]): {"sexual_assault": 2}, (NOW, IDS[4]): {"theft": 301}}
    table = make_table(make_counts([NOW], IDS, changed))
    naive = hide(table, [IDS[2], IDS[3]], list(SECRET))
    assert ((NOW, IDS[2], SEXUAL), (2.0, 2.0)) in find_leaks([naive, format_measures(before)])
    now = suppress(table, CITY, before=before)
    assert hidden_cells(now) == {(NOW, place, metric) for place in (IDS[2], IDS[4]) for metric in SECRET}
    assert find_leaks([format_measures(now), format_measures(before)]) == []


def test_a_cell_that_joins_a_pair_of_the_last_release_is_not_given_back() -> None:
    pair = {(NOW, IDS[0]): {"sexual_assault": 2}, (NOW, IDS[1]): {"sexual_assault": 3}}
    before = suppress(make_table(make_counts([NOW], IDS, pair)), CITY)
    joined = {**pair, (NOW, IDS[2]): {"sexual_assault": 1}, (NOW, IDS[5]): {"burglary": 82}}
    table = make_table(make_counts([NOW], IDS, joined))
    naive = hide(table, [IDS[0], IDS[1], IDS[2]], list(SECRET))
    assert ((NOW, IDS[2], SEXUAL), (1.0, 1.0)) in find_leaks([naive, format_measures(before)])
    now = suppress(table, CITY, before=before)
    assert find_leaks([format_measures(now), format_measures(before)]) == []


# Any table

# An example takes a few hundred linear programmes; making a failing one smaller takes thousands of examples.
STEADY = examples(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

SMALL = st.integers(0, 6)
CELLS = st.fixed_dictionaries(
    {
        "sexual_assault": st.sampled_from([0, 1, 2, 3, 4, 8, 15]),
        "aggravated_assault": st.integers(2, 30),
        "simple_assault": st.integers(8, 40),
        "other": st.integers(20, 60),
        "robbery": SMALL,
        "homicide": SMALL,
        "theft": SMALL,
        "domestic": SMALL,
        "transit": SMALL,
        "carjacking": st.just(0),
    }
)


@st.composite
def counts_of_two_quarters(draw: st.DrawFn) -> dict[tuple[str, str], dict[str, int]]:
    keys = [(quarter, place) for quarter in (BEFORE, NOW) for place in (*IDS, "none")]
    return make_counts([BEFORE, NOW], IDS, {key: draw(CELLS) for key in keys})


@pytest.mark.slow
@given(counts_of_two_quarters())
@examples(STEADY, max_examples=effort(15))
def test_no_release_of_any_table_leaks(counts: dict[tuple[str, str], dict[str, int]]) -> None:
    table = make_table(counts)
    released = suppress(table, CITY)
    small = table[(table["metric_id"] == SEXUAL) & table["value"].between(1, 2) & table["district_id"].isin(IDS)]
    assert {(q, d, SEXUAL) for q, d in zip(small["quarter"], small["district_id"], strict=True)} <= hidden_cells(
        released
    )
    assert [result.passed for result in check_suppressed(released, CITY)] == [True]
    assert find_leaks([format_measures(released)]) == []


@pytest.mark.slow
@given(counts_of_two_quarters(), st.data())
@examples(STEADY, max_examples=effort(10))
def test_no_pair_of_releases_leaks(counts: dict[tuple[str, str], dict[str, int]], data: st.DataObject) -> None:
    """Between the two releases some districts had late reports and reclassifications in the older quarter."""
    older = {key: value for key, value in counts.items() if key[0] == BEFORE}
    before = suppress(make_table(older), CITY)
    revised = dict(counts)
    for place in data.draw(st.lists(st.sampled_from(IDS), min_size=2, unique=True)):
        change = {"theft": 9, "sexual_assault": data.draw(st.sampled_from([0, 1, 2, 3, 9]))}
        revised[BEFORE, place] = {**counts[BEFORE, place], **change}
    now = suppress(make_table(revised), CITY, before=before)
    assert hidden_cells(before) <= hidden_cells(now)
    [result] = check_suppressed(now, CITY, before=before)
    event(f"safe: {result.passed}")
    # Where all districts but one are as they were, their old counts and the city's new one tell the new one.
    assert bool(find_leaks([format_measures(now), format_measures(before)])) != result.passed


# Real rows

QUARTERS = [f"{year}Q{number}" for year in (2015, 2016, 2017, 2018) for number in (1, 2, 3, 4)][2:15]
HARASSMENT = ("2825", "2826", "3960", "0584")
GROUPS = {
    "01A": "homicide",
    "02": "sexual_assault",
    "03": "robbery",
    "04A": "aggravated_assault",
    "04B": "aggravated_battery",
    "05": "burglary",
    "06": "theft",
    "07": "vehicle_theft",
    "09": "arson",
    "18": "drug",
    "15": "weapons",
    "08A": "simple_assault",
}


@pytest.fixture(scope="module")
def real_counts() -> dict[tuple[str, str], dict[str, int]]:
    """The published rows by quarter, district and kind; counted apart from the program."""
    if not REAL_CRIMES.is_dir():
        pytest.skip(f"needs the real rows, set REAL_DATA_DIR: {REAL_CRIMES}")
    columns = ["date", "iucr", "fbi_code", "arrest", "domestic", "location_description", "district"]
    rows = pd.concat([pd.read_parquet(path, columns=columns) for path in sorted(REAL_CRIMES.glob("crimes_*.parquet"))])
    month = rows["date"].str.slice(5, 7).astype(int)
    quarter = (rows["date"].str.slice(0, 4) + "Q" + ((month + 2) // 3).astype(str)).rename("quarter")
    place = rows["district"].where(rows["district"].isin(load_settings({}).district_ids), "none").rename("place")
    kind = rows["fbi_code"].map(GROUPS).fillna("other")
    kind = kind.mask((rows["fbi_code"] == "26") & rows["iucr"].isin(HARASSMENT), "simple_assault")
    counts = pd.crosstab([quarter, place], kind)
    told_apart = {
        "domestic": rows["domestic"] == "true",
        "transit": rows["location_description"].fillna("").str.startswith("CTA "),
        "carjacking": rows["iucr"].isin(["0325", "0326"]),
    }
    for name, is_so in told_apart.items():
        counts[name] = is_so.groupby([quarter, place]).sum()
    counts["arrests"] = 0
    every = pd.MultiIndex.from_product([QUARTERS, [*load_settings({}).district_ids, "none"]])
    complete = counts.reindex(every, fill_value=0)
    cells = zip(complete.index.tolist(), complete.to_dict("records"), strict=True)
    return {(str(q), str(p)): {str(name): int(count) for name, count in row.items()} for (q, p), row in cells}


@pytest.mark.slow
def test_real_rows_need_few_cells_and_leak_nothing(real_counts: dict[tuple[str, str], dict[str, int]]) -> None:
    city = load_settings({})
    older = {key: counts for key, counts in real_counts.items() if key[0] != QUARTERS[-1]}
    newer = {key: counts for key, counts in real_counts.items() if key[0] != QUARTERS[0]}
    before = suppress(make_table(older), city)
    now = suppress(make_table(newer), city, before=before)
    assert len(hidden_cells(now)) <= 5
    assert find_leaks([format_measures(now), format_measures(before)]) == []
    assert [result.passed for result in check_suppressed(now, city, before=before)] == [True]


@pytest.mark.slow
def test_real_rows_under_a_higher_limit_leak_nothing_either(
    real_counts: dict[tuple[str, str], dict[str, int]],
) -> None:
    """In these quarters no district has 1 or 2; with a limit of 7 there are small cells, so the rule has work to do."""
    city = small_city(22, below=7)
    quarters = QUARTERS[1:5]
    older = {key: counts for key, counts in real_counts.items() if key[0] in quarters[:-1]}
    newer = {key: counts for key, counts in real_counts.items() if key[0] in quarters[1:]}
    # Late reports: four districts of the older quarters have grown since.
    for quarter, place in [(quarters[1], "022"), (quarters[1], "016"), (quarters[2], "005"), (quarters[2], "022")]:
        counts = newer[quarter, place]
        newer[quarter, place] = {**counts, "sexual_assault": counts["sexual_assault"] + 1, "theft": counts["theft"] + 2}
    before = suppress(make_table(older), city)
    now = suppress(make_table(newer), city, before=before)
    small = {(quarter, place) for (quarter, place), row in newer.items() if 1 <= row["sexual_assault"] < 7}
    hidden = {(quarter, place) for quarter, place, metric in hidden_cells(now) if metric == SEXUAL}
    assert {cell for cell in small if cell[1] != "none"} <= hidden
    assert len(hidden) >= 4
    assert find_leaks([format_measures(now), format_measures(before)], most=6) == []
    alone = hide(make_table(newer), ["022"], list(SECRET), quarters[1])
    assert find_leaks([alone], most=6)
