"""Files that people keep or bring: figures read by hand, corrections, notes. See `docs/readings.md`.

Nothing is taken from a file in which anything is wrong, and all that is wrong is told at once. A file that is not there
is no error: what it would tell is then told as not published.

What belongs here: reading those files. What does not: counting with them (`metrics`), and who keeps them.

```
RECORDS_DIR/
  readings/clearance.csv     published figures on cleared cases
  readings/population.csv    residents of each district
  notes/<quarter>.toml       why a release went out although a check failed
  corrections.toml           errors of ours, set right
DROP_IN_DIR/
  force.csv or force.xlsx    use of force by district
```
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from district_reports.model import Correction, Explanation, Reading
from district_reports.periods import Quarter
from district_reports.readings.clearance import load_clearance
from district_reports.readings.corrections import FILE as CORRECTIONS
from district_reports.readings.corrections import load_corrections
from district_reports.readings.force import load_force
from district_reports.readings.notes import FOLDER as NOTES
from district_reports.readings.notes import load_explanations
from district_reports.readings.population import load_population
from district_reports.settings import Settings

READINGS = "readings"


@dataclass(frozen=True)
class Readings:
    """Everything that people keep or brought, checked."""

    force: dict[tuple[str, str], int] = field(default_factory=dict)
    """(district, quarter such as `2026Q3`) -> incidents."""
    population: dict[str, int] = field(default_factory=dict)
    """District -> residents; empty where there is no file, else every district."""
    population_year: int | None = None
    clearance: tuple[Reading, ...] = ()
    corrections: tuple[Correction, ...] = ()
    """Up to the report's day; of any quarter and place."""
    explanations: tuple[Explanation, ...] = ()
    """Of the report's quarter."""
    left_out: tuple[str, ...] = ()
    """What is later than the report's day, by file: the report cannot know it."""
    files: dict[str, str] = field(default_factory=dict)
    """File below its folder -> SHA-256 of its bytes."""

    @property
    def digest(self) -> str:
        """SHA-256 over all files, for the manifest of a release."""
        return hashlib.sha256(json.dumps(self.files, sort_keys=True).encode()).hexdigest()


def load_readings(settings: Settings, records_dir: Path, drop_in_dir: Path, quarter: Quarter, today: date) -> Readings:
    """Return what people keep and brought.

    Args:
        settings: The city.
        records_dir: Records that people keep.
        drop_in_dir: Where files are dropped in; need not exist.
        quarter: The report's.
        today: The report's day.

    Raises:
        ReadingError: If anything in a file is wrong; nothing is taken from it.
        StoreError: If a file cannot be read.
    """
    folder = records_dir / READINGS
    parts: dict[str, object] = {}
    files: dict[str, str] = {}
    later: list[str] = []
    if force := load_force(settings, drop_in_dir, today):
        parts["force"], table = force
        files[f"{drop_in_dir.name}/{table.path.name}"] = table.sha256
    if population := load_population(settings, folder, today):
        residents, year, table = population
        parts |= {"population": residents, "population_year": year}
        files[f"{READINGS}/{table.path.name}"] = table.sha256
    if clearance := load_clearance(settings, folder, today):
        parts["clearance"], unknown, table = clearance
        files[f"{READINGS}/{table.path.name}"] = table.sha256
        later += [f"{table.path.name}: {reading_id}" for reading_id in unknown]
    if corrections := load_corrections(settings, records_dir, today):
        parts["corrections"], days, files[CORRECTIONS] = corrections
        later += [f"{CORRECTIONS}: {day}" for day in days]
    if explanations := load_explanations(settings, records_dir / NOTES, quarter, today):
        parts["explanations"], files[f"{NOTES}/{quarter}.toml"] = explanations
    return Readings(**parts, left_out=tuple(later), files=files)  # type: ignore[arg-type]
