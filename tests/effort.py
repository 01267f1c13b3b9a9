"""How many examples a property gets whose every example writes files and opens a database."""

from __future__ import annotations

import hypothesis

THOROUGH = "thorough"
"""Profile of `.ci/run`; by hand: `pytest --hypothesis-profile thorough tests/unit/metrics`."""
TIMES = 10
"""Examples of the thorough profile for each of the quick one."""


def costly(examples: int) -> hypothesis.settings:
    """Return the settings of such a property; the thorough profile gives it many times the examples."""
    is_thorough = hypothesis.settings.get_current_profile_name() == THOROUGH
    return hypothesis.settings(
        max_examples=examples * TIMES if is_thorough else examples,
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
    )
