"""The records that people keep, or in a sample their invented stand-ins."""

from __future__ import annotations

from district_reports.checks.messages import listed
from district_reports.model import CheckResult
from district_reports.periods import Quarter
from district_reports.readings import Readings, load_readings
from district_reports.settings import Settings
from district_reports.sources.sample_readings import SAMPLE_YEAR, draw_clearance, draw_force, draw_population
from flows.records import DraftRequest, SourceKind


def find_readings(settings: Settings, request: DraftRequest) -> Readings:
    """Return figures read by hand, corrections and notes of a run; a sample never shows a real figure.

    Raises:
        ReadingError: If a file is wrong; nothing is taken from it.
    """
    quarter = Quarter.parse(request.quarter)
    if request.source is SourceKind.SAMPLE:
        window = quarter.window(settings.report.history_quarters)
        return Readings(
            force=draw_force(settings, window),
            population=draw_population(settings),
            population_year=SAMPLE_YEAR,
            clearance=draw_clearance(settings, quarter),
        )
    drop_in = request.records_dir / "drop-in"
    return load_readings(settings, request.records_dir, drop_in, quarter, request.as_of)


def check_known(readings: Readings, request: DraftRequest) -> list[CheckResult]:
    """Return whether all that people keep was known on the report's day; what was not is left out, and told."""
    return [
        CheckResult(
            check_id="records_known",
            passed=not readings.left_out,
            required=False,
            expected=f"records known on {request.as_of}",
            got=f"left out as later: {listed(readings.left_out)}" if readings.left_out else "only those",
        )
    ]
