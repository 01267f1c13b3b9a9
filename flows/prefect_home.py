"""Where Prefect keeps what it knows, and how quiet it is; to be set before it is imported."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def quiet_prefect(data_dir: Path) -> None:
    """Give Prefect a home of the project's own, without telemetry; what the user has set stays."""
    quiet = {
        "PREFECT_HOME": str(data_dir / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
        # What goes wrong reaches the reader as one line, not twice as a traceback.
        "PREFECT_LOGGING_LEVEL": "DEBUG" if "--debug" in sys.argv else "CRITICAL",
        "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    }
    for name, value in quiet.items():
        os.environ.setdefault(name, value)
