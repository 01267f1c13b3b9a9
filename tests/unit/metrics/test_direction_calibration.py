"""How often the rule speaks when nothing changed, and how often it finds a change that is there.

Counts are gamma-Poisson with variance phi times the mean, with a season, 22 districts and 13 quarters; the dispersion
is estimated from the twelve earlier quarters, as the program does, so its own error is part of the result. The floor of
change is left out: only the test is calibrated. Seeds are fixed, so the results do not vary.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from district_reports.metrics.direction import DirectionRule, compare_counts, estimate_dispersion

pytestmark = pytest.mark.filterwarnings("error")

RULE = DirectionRule(
    significance=0.05, minimum_change=0.0, exact_below=40, percentage_floor=20, false_discovery_rate=0.10
)
QUARTERS = [f"{2015 + (n + 2) // 4}Q{(n + 2) % 4 + 1}" for n in range(13)]
SEASON = np.array([{"1": 0.85, "2": 1.05, "3": 1.0, "4": 0.9}[quarter[-1]] for quarter in QUARTERS])
LARGE_AND_SMALL = np.geomspace(40, 900, 22)
EQUAL = np.full(22, 300.0)


def draw_counts(
    rng: np.random.Generator, base: npt.NDArray[np.float64], phi: float, last_factor: float
) -> npt.NDArray[np.int64]:
    """Return counts, quarters by districts; the last quarter's mean is multiplied by `last_factor`."""
    means = np.outer(SEASON, base)
    means[-1] *= last_factor
    return rng.poisson(rng.gamma(means / (phi - 1), phi - 1))


def found_share(
    base: npt.NDArray[np.float64], phi: float, *, last_factor: float = 1.0, repeats: int, seed: int
) -> float:
    """Return the share (0-1) of districts found changed against the year before."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(repeats):
        counts = draw_counts(rng, base, phi, last_factor)
        dispersion = estimate_dispersion(pd.DataFrame(counts[:12], index=QUARTERS[:12]))
        found += [
            compare_counts(int(column[12]), int(column[8]), dispersion, RULE) < RULE.significance for column in counts.T
        ]
    return float(np.mean(found))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("base", "phi"),
    [(LARGE_AND_SMALL, 1.5), (LARGE_AND_SMALL, 3.0), (EQUAL, 1.5)],
    ids=["40 to 900, phi 1.5", "40 to 900, phi 3", "300, phi 1.5"],
)
def test_no_change_is_called_a_change_in_three_to_seven_percent(base: npt.NDArray[np.float64], phi: float) -> None:
    assert 0.03 <= found_share(base, phi, repeats=400, seed=20180930) <= 0.07


@pytest.mark.parametrize("repeats", [30, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("last_factor", [1.4, 0.6], ids=["rise", "fall"])
def test_a_change_of_forty_percent_is_found_in_three_of_four(last_factor: float, repeats: int) -> None:
    assert found_share(EQUAL, 3.0, last_factor=last_factor, repeats=repeats, seed=20180930) >= 0.75
