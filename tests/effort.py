"""How many examples a property gets whose every example writes files and opens a database."""

from __future__ import annotations

import hypothesis

THOROUGH = "thorough"
"""Profile of `.ci/run`; by hand: `pytest --hypothesis-profile thorough tests/unit/metrics`."""
TIMES = 10
"""Examples of the thorough profile for each of the quick one."""


def effort(examples: int) -> int:
    """Return how many examples the profile at hand gives where the quick one gives some."""
    is_thorough = hypothesis.settings.get_current_profile_name() == THOROUGH
    return examples * TIMES if is_thorough else examples


def costly(examples: int) -> hypothesis.settings:
    """Return the settings of such a property; the thorough profile gives it many times the examples."""
    return hypothesis.settings(
        max_examples=effort(examples),
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
    )
