"""Chance that can be repeated: one stream of random numbers for each purpose and month of the sample.

What belongs here: seeding. What does not: what is drawn.
"""

from __future__ import annotations

import hashlib

import numpy as np


def seeded(seed: int, *purpose: object) -> np.random.Generator:
    """Return the random numbers of one purpose.

    Each purpose (such as "counts", a month) has a stream of its own, so that what is drawn for one month never depends
    on which other months were asked for, or in which order.

    Args:
        seed: The city's seed.
        purpose: What the numbers are for; told apart by their text.
    """
    text = "/".join(str(part) for part in (seed, *purpose))
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()))
