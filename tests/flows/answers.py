"""What the command line answers."""

from __future__ import annotations

from collections.abc import Callable

from tests.flows.small_city import AS_OF, QUARTER

DRAFT = ("draft", str(QUARTER), "--as-of", AS_OF.isoformat(), "--language", "en")
Run = Callable[..., tuple[int, str, str]]
"""Called with the words of a command; returns the exit code, the output and the errors."""


def told(errors: str) -> str:
    """Return the one line that tells what went wrong."""
    lines = [line for line in errors.splitlines() if line.startswith("district-reports: ")]
    assert len(lines) == 1, errors
    assert "Traceback" not in errors
    assert lines[0] == errors.splitlines()[-1]
    return lines[0]
