"""Texts of the synthetic city, made of numbers by the column.

What belongs here: turning arrays into texts. What does not: which texts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from district_reports.config import SampleName

CASE_PREFIX = "SAMPLE-"
"""Begins every case number of the sample, so that none can be taken for a real one."""

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def take_texts(values: Sequence[str], numbers: Integers, is_missing: Flags | None = None) -> pa.Array:
    """Return `values[numbers]`, empty where missing."""
    return pa.array(values, pa.string()).take(pa.array(numbers, mask=is_missing))


def number_texts(prefix: str, numbers: Integers, width: int = 0, is_missing: Flags | None = None) -> pa.Array:
    """Return each number as a text after `prefix`, with zeros on the left up to `width` digits."""
    digits = pc.utf8_lpad(pa.array(numbers, mask=is_missing).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def draw_names(names: Sequence[SampleName], size: int, chance: np.random.Generator) -> Integers:
    """Return the numbers of `size` names, each drawn by its weight."""
    return draw_weighted([name.weight for name in names], size, chance)


def draw_weighted(
    weights: Sequence[float] | npt.NDArray[np.float64], size: int, chance: np.random.Generator
) -> Integers:
    """Return `size` numbers from 0, each drawn by its weight."""
    limits = np.cumsum(weights)
    return np.searchsorted(limits[:-1] / limits[-1], chance.random(size), side="right")
