from __future__ import annotations

import math
from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from district_reports.metrics.direction import (
    NORMAL_DEGREES_OF_FREEDOM,
    DirectionRule,
    Dispersion,
    Member,
    change_pct,
    choose_direction,
    choose_family,
    compare_counts,
    estimate_dispersion,
)
from district_reports.model import Direction
from district_reports.periods import Quarter
from tests.real_data import REAL_CRIMES

pytestmark = pytest.mark.filterwarnings("error")

RULE = DirectionRule(
    significance=0.05, minimum_change=0.05, exact_below=40, percentage_floor=20, false_discovery_rate=0.10
)
PLAIN = Dispersion(1.0, NORMAL_DEGREES_OF_FREEDOM)
QUARTERS = [Quarter(2015 + (n + 2) // 4, (n + 2) % 4 + 1) for n in range(12)]
"""2015Q3 to 2018Q2."""
OPPOSITE = {
    Direction.HIGHER: Direction.LOWER,
    Direction.LOWER: Direction.HIGHER,
    Direction.SIMILAR: Direction.SIMILAR,
    Direction.UNKNOWN: Direction.UNKNOWN,
}


def bent(levels: tuple[int, int, int, int], bends: tuple[int, int, int, int]) -> list[float]:
    """Return twelve counts whose fit is known by hand: each quarter of the year is its level, +d, -2d, +d.

    In every season the deviations add up to zero, also when weighted by three equally spaced years. So the fitted
    counts are the levels, the trend is zero, and Pearson's chi-squared is the sum of 6 d^2 / level.
    """
    pairs = list(zip(levels, bends, strict=True))
    return [float(level + factor * bend) for factor in (1, -2, 1) for level, bend in pairs]


STEEP = bent((100, 100, 100, 100), (10, 10, 10, 10))
"""Chi-squared 4 * 6 * 100 / 100 = 24 on 12 - 5 = 7 degrees of freedom: dispersion 24/7."""
SEASONAL = bent((50, 100, 200, 400), (5, 10, 10, 20))
"""Chi-squared 6 (25/50 + 100/100 + 100/200 + 400/400) = 18: dispersion 18/7."""
FLAT = [100.0] * 12
"""Chi-squared 0."""


def frame(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=QUARTERS)


# dispersion


@pytest.mark.parametrize(("counts", "phi"), [(STEEP, 24 / 7), (SEASONAL, 18 / 7), (FLAT, 1.0)])
def test_dispersion_is_chi_squared_by_degrees_of_freedom_and_at_least_one(counts: list[float], phi: float) -> None:
    dispersion = estimate_dispersion(frame(d001=counts))
    assert dispersion.phi == pytest.approx(phi)
    assert dispersion.degrees_of_freedom == 7


def test_dispersion_is_the_median_of_districts_with_their_degrees_of_freedom_added_up() -> None:
    dispersion = estimate_dispersion(frame(d001=STEEP, d002=FLAT, d003=SEASONAL))
    assert dispersion.phi == pytest.approx(18 / 7)
    assert dispersion.degrees_of_freedom == 21


def test_dispersion_does_not_count_a_steady_trend_or_a_season_as_scatter() -> None:
    trended = [1000.0 * 0.95**n * (1.2 if n % 4 == 0 else 1.0) for n in range(12)]
    assert estimate_dispersion(frame(d001=trended)).phi == 1.0


def test_dispersion_reads_the_season_from_text_as_from_quarters() -> None:
    as_quarters = frame(d001=SEASONAL)
    as_text = as_quarters.set_axis([str(quarter) for quarter in QUARTERS])
    assert as_text.index[0] == "2015Q3"
    assert estimate_dispersion(as_text) == estimate_dispersion(as_quarters)


def test_dispersion_drops_missing_quarters_of_that_district_only() -> None:
    gap = [math.nan, *SEASONAL[1:]]
    dispersion = estimate_dispersion(frame(d001=SEASONAL, d002=gap))
    assert dispersion.degrees_of_freedom == 7 + 6


def test_dispersion_takes_nullable_integers() -> None:
    counts = frame(d001=STEEP).astype("Int64")
    assert estimate_dispersion(counts).phi == pytest.approx(24 / 7)


@pytest.mark.parametrize(
    "counts",
    [
        [0.0] * 12,
        [math.nan] * 12,
        [4.0] * 11 + [15.0],  # 59 / 12 = 4.9 events a quarter
        [0.0, 40.0, 40.0, 40.0] * 3,  # no event in any third quarter
        [math.nan] * 7 + [50.0, 60.0, 70.0, 80.0, 90.0],  # five values for five parameters
    ],
    ids=["zeros", "missing", "too few events", "an empty season", "too few quarters"],
)
def test_a_district_that_cannot_tell_a_dispersion_is_left_out(counts: list[float]) -> None:
    assert estimate_dispersion(frame(d001=counts)) == PLAIN
    assert estimate_dispersion(frame(d001=counts, d002=STEEP)) == estimate_dispersion(frame(d002=STEEP))


def test_dispersion_of_no_district_or_no_quarter_is_plain_poisson() -> None:
    assert estimate_dispersion(pd.DataFrame(index=QUARTERS)) == PLAIN
    assert estimate_dispersion(pd.DataFrame({"d001": pd.Series(dtype=float)})) == PLAIN


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.none(), st.integers(0, 3000)), min_size=12, max_size=12))
def test_dispersion_is_finite_and_at_least_one_for_any_counts(counts: list[int | None]) -> None:
    values = [math.nan if count is None else float(count) for count in counts]
    dispersion = estimate_dispersion(frame(d001=values))
    assert 1.0 <= dispersion.phi < math.inf
    assert dispersion.degrees_of_freedom > 0


# the test against one count


def test_counts_against_each_other_by_hand() -> None:
    # (120 - 80) / sqrt(120 + 80) = 40 / sqrt(200) = sqrt(8); normal: erfc(sqrt(8) / sqrt(2)) = erfc(2) = 0.00468
    assert compare_counts(120, 80, PLAIN, RULE) == pytest.approx(math.erfc(2), abs=1e-6)
    # 40 / sqrt(2 * 200) = 2; Student's t with 2 degrees of freedom: 1 - 2 / sqrt(2 + 2 * 2) = 0.1835
    assert compare_counts(120, 80, Dispersion(2.0, 2), RULE) == pytest.approx(1 - 2 / math.sqrt(6))


def test_a_total_under_forty_is_tested_exactly_and_without_dispersion() -> None:
    # eight heads or more, or tails, of ten: 2 * (45 + 10 + 1) / 1024
    assert compare_counts(8, 2, PLAIN, RULE) == pytest.approx(112 / 1024)
    assert compare_counts(8, 2, Dispersion(9.0, 3), RULE) == pytest.approx(112 / 1024)


def test_forty_is_no_longer_exact() -> None:
    # 39: exact. 40: (30 - 10) / sqrt(40) = sqrt(10), erfc(sqrt(5))
    assert compare_counts(30, 10, PLAIN, RULE) == pytest.approx(math.erfc(math.sqrt(5)), abs=1e-6)
    assert compare_counts(30, 10, PLAIN, replace(RULE, exact_below=41)) != compare_counts(30, 10, PLAIN, RULE)
    assert compare_counts(30, 9, Dispersion(9.0, 3), RULE) == compare_counts(30, 9, PLAIN, RULE)


def test_two_zeros_are_no_evidence_and_one_zero_can_be() -> None:
    assert compare_counts(0, 0, PLAIN, RULE) == 1.0
    assert compare_counts(6, 0, PLAIN, RULE) == pytest.approx(2 / 64)


counts = st.integers(0, 5000)
dispersions = st.builds(Dispersion, st.floats(1.0, 20.0), st.integers(1, 200))


@given(counts, counts, dispersions)
def test_p_is_a_share_and_does_not_know_which_count_came_first(a: int, b: int, dispersion: Dispersion) -> None:
    p_value = compare_counts(a, b, dispersion, RULE)
    assert 0.0 <= p_value <= 1.0
    assert p_value == pytest.approx(compare_counts(b, a, dispersion, RULE))
    assert compare_counts(a, a, dispersion, RULE) == pytest.approx(1.0)


@given(counts, counts, dispersions, st.floats(1.0, 5.0))
def test_more_scatter_never_makes_a_smaller_p(a: int, b: int, dispersion: Dispersion, factor: float) -> None:
    wider = replace(dispersion, phi=dispersion.phi * factor)
    assert compare_counts(a, b, wider, RULE) >= compare_counts(a, b, dispersion, RULE)


# the word


@pytest.mark.parametrize(
    ("now", "before", "p_value", "word"),
    [
        (130, 100, 0.01, Direction.HIGHER),
        (70, 100, 0.01, Direction.LOWER),
        (130, 100, 0.05, Direction.SIMILAR),  # under five percent is asked, not at
        (130, 100, 0.049999, Direction.HIGHER),
        (100, 100, 0.0, Direction.SIMILAR),  # a tie, whatever the test says
        (0, 0, 1.0, Direction.SIMILAR),
        (10_499, 10_000, 0.001, Direction.SIMILAR),  # 4.99 %
        (10_500, 10_000, 0.001, Direction.HIGHER),  # 5 %
        (147, 140, 0.001, Direction.HIGHER),  # 7 / 140 is 5 %, although 0.05 * 140 is a trifle more than 7
        (9_500, 10_000, 0.001, Direction.LOWER),
        (9, 0, 0.004, Direction.HIGHER),  # from zero, any increase is a change
        (0, 9, 0.004, Direction.LOWER),
        (130, 99.5, 0.01, Direction.HIGHER),  # a mean
    ],
)
def test_word(now: int, before: float, p_value: float, word: Direction) -> None:
    assert choose_direction(now, before, p_value, RULE) is word


@pytest.mark.parametrize(("now", "before", "p_value"), [(None, 100, 0.01), (130, None, 0.01), (130, 100, None)])
def test_missing_is_unknown_and_never_similar(now: int | None, before: int | None, p_value: float | None) -> None:
    assert choose_direction(now, before, p_value, RULE) is Direction.UNKNOWN
    assert choose_family([Member(now, before, p_value)], RULE) == [Direction.UNKNOWN]


@given(counts, counts, dispersions)
def test_swapping_the_years_flips_the_word(a: int, b: int, dispersion: Dispersion) -> None:
    # The floor is a share of the earlier count, so up against down it is not symmetric: without it, exactly flipped.
    rule = replace(RULE, minimum_change=0.0)
    p_value = compare_counts(a, b, dispersion, rule)
    assert choose_direction(b, a, p_value, rule) is OPPOSITE[choose_direction(a, b, p_value, rule)]


@given(counts, counts, dispersions)
def test_the_floor_only_takes_words_away(a: int, b: int, dispersion: Dispersion) -> None:
    p_value = compare_counts(a, b, dispersion, RULE)
    word = choose_direction(a, b, p_value, RULE)
    assert word in (choose_direction(a, b, p_value, replace(RULE, minimum_change=0.0)), Direction.SIMILAR)


def test_from_eight_to_twelve_is_no_trend() -> None:
    assert choose_direction(12, 8, compare_counts(12, 8, PLAIN, RULE), RULE) is Direction.SIMILAR


# the percentage


@pytest.mark.parametrize(
    ("now", "before", "percent"),
    [(130, 100, 30.0), (60, 80, -25.0), (20, 20, 0.0), (30, 22.5, 100 / 3)],
)
def test_percentage(now: int, before: float, percent: float) -> None:
    assert change_pct(now, before, RULE) == pytest.approx(percent)


@pytest.mark.parametrize(("now", "before"), [(19, 20), (20, 19), (200, 19.9), (0, 0), (None, 50), (50, None)])
def test_no_percentage_under_the_floor_or_without_both_counts(now: int | None, before: float | None) -> None:
    assert change_pct(now, before, RULE) is None


def test_no_percentage_from_zero_even_without_a_floor() -> None:
    assert change_pct(5, 0, replace(RULE, percentage_floor=0)) is None


# the family


def family(*p_values: float | None) -> list[Member]:
    return [Member(130, 100, p_value) for p_value in p_values]


def test_family_by_hand_steps_up_from_the_largest() -> None:
    # Sorted 0.045 0.046 0.07 0.9, times 4 / rank: 0.18 0.092 0.0933 0.9; running minimum from the right:
    # 0.092 0.092 0.0933 0.9. At 10 % the first three are clear, the fourth is not.
    words = choose_family(family(0.9, 0.07, 0.045, 0.046), RULE)
    assert words == [Direction.SIMILAR, Direction.HIGHER, Direction.HIGHER, Direction.HIGHER]


def test_one_small_p_among_many_is_not_enough() -> None:
    # 0.04 * 4 / 1 = 0.16, and nothing to the right is smaller
    assert choose_direction(130, 100, 0.04, RULE) is Direction.HIGHER
    assert choose_family(family(0.04, 0.2, 0.3, 0.5), RULE) == [Direction.SIMILAR] * 4


def test_missing_members_do_not_enter_the_family() -> None:
    # of two 0.04 * 2 = 0.08 is clear; of three 0.04 * 3 = 0.12 is not
    assert choose_family(family(None, 0.04, 0.6), RULE) == [Direction.UNKNOWN, Direction.HIGHER, Direction.SIMILAR]
    assert choose_family([*family(0.04, 0.6), Member(None, 100, 0.6)], RULE) == [
        Direction.HIGHER,
        Direction.SIMILAR,
        Direction.UNKNOWN,
    ]
    assert choose_family(family(0.6, 0.04, 0.6), RULE) == [Direction.SIMILAR] * 3


def test_family_keeps_the_floor_of_change() -> None:
    assert choose_family([Member(1040, 1000, 0.0001), Member(600, 1000, 0.0001)], RULE) == [
        Direction.SIMILAR,
        Direction.LOWER,
    ]


def test_family_of_none() -> None:
    assert choose_family([], RULE) == []
    assert choose_family(family(None, None), RULE) == [Direction.UNKNOWN] * 2


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12, unique=True))
def test_words_of_a_family_do_not_depend_on_its_order(p_values: list[float]) -> None:
    words = dict(zip(p_values, choose_family(family(*p_values), RULE), strict=True))
    assert choose_family(family(*sorted(p_values)), RULE) == [words[p_value] for p_value in sorted(p_values)]


# real rows, where they are at hand

KINDS: dict[str, tuple[str, ...]] = {
    code: (code,) for code in ("01A", "02", "03", "04A", "04B", "05", "06", "07", "09", "15", "18")
} | {
    "violent": ("01A", "02", "03", "04A", "04B"),
    "property": ("05", "06", "07", "09"),
    "all": (),
}
TABLE = ("01A", "02", "03", "04A", "04B", "05", "06", "07", "09", "18")
WITH_SUMS = ("all", "violent", "property", "04B", "03", "05", "06", "07", "15", "18")


def count_real(kind: str) -> pd.DataFrame:
    """Return counts of one kind; index: thirteen quarters as text, oldest first; columns: the 22 districts."""
    where = f"AND fbi_code IN {KINDS[kind]}".replace(",)", ")") if KINDS[kind] else ""
    rows = (
        duckdb.connect()
        .execute(
            f"""
            SELECT district, year(date::TIMESTAMP) || 'Q' || quarter(date::TIMESTAMP) AS quarter,
                   count(*) FILTER (true {where}) AS n
            FROM read_parquet('{REAL_CRIMES}/crimes_????Q?.parquet')
            WHERE district IS NOT NULL AND district <> '031'
            GROUP BY ALL
            """
        )
        .df()
    )
    return rows.pivot_table(index="quarter", columns="district", values="n", aggfunc="sum")


def season_only(column: pd.Series) -> Dispersion:
    """Return the rejected dispersion: a district's own quarters, with only the season removed."""
    if column.mean() < 5 or column.groupby([quarter[-1] for quarter in column.index]).sum().min() == 0:
        return PLAIN
    design = np.array([[quarter[-1] == season for season in "1234"] for quarter in column.index], dtype=float)
    fit = sm.GLM(column.to_numpy(dtype=float), design, family=sm.families.Poisson()).fit()
    return Dispersion(max(1.0, fit.pearson_chi2 / fit.df_resid), int(fit.df_resid))


def is_word(direction: Direction) -> bool:
    return direction in (Direction.HIGHER, Direction.LOWER)


@pytest.mark.slow
@pytest.mark.skipif(not REAL_CRIMES.is_dir(), reason="real rows are not at hand: set REAL_DATA_DIR to their folder")
@pytest.mark.parametrize(
    ("kinds", "plain", "own", "rule", "corrected"),
    [(TABLE, 37, 5, 11, 4), (WITH_SUMS, 61, 6, 13, 7)],
    ids=["offences", "offences and sums"],
)
def test_words_on_real_rows(kinds: tuple[str, ...], plain: int, own: int, rule: int, corrected: int) -> None:
    words: dict[str, list[Direction]] = {"plain": [], "own": [], "rule": []}
    families: dict[str, list[Member]] = {}
    for kind in kinds:
        table = count_real(kind)
        assert table.shape == (13, 22)
        assert [*table.index] == [*(str(quarter) for quarter in QUARTERS), "2018Q3"]
        earlier = table.iloc[:12]
        shared = estimate_dispersion(earlier)
        for district in table:
            a, b = int(table[district].loc["2018Q3"]), int(table[district].loc["2017Q3"])
            tried = {"plain": PLAIN, "own": season_only(earlier[district]), "rule": shared}
            p_values = {name: compare_counts(a, b, dispersion, RULE) for name, dispersion in tried.items()}
            for name, p_value in p_values.items():
                words[name].append(choose_direction(a, b, p_value, RULE))
            families.setdefault(str(district), []).append(Member(a, b, p_values["rule"]))
    found = {name: sum(map(is_word, given_words)) for name, given_words in words.items()}
    found["corrected"] = sum(is_word(word) for members in families.values() for word in choose_family(members, RULE))
    assert found == {"plain": plain, "own": own, "rule": rule, "corrected": corrected}
