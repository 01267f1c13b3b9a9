"""All files of an edition beside web page and print file alone: what the other formats add to a draft.

Each edition is made once, in two parts, by warm presses: made a second time, Typst would remember the first. Processor
time, since the work uses one core.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks.children import ROOT, run_command
from benchmarks.options import Options
from benchmarks.table import Finding, Row
from district_reports.dossier import load_dossier
from district_reports.model import Dossier
from district_reports.settings import load_settings
from flows import presses

QUARTER = "2026Q3"
MOST = 1.75
"""Of the time of a draft with web and print alone."""
PLACES = ("001", "007", "015", "018", "city")
"""The first one warms the presses."""


def measure(options: Options) -> Finding:
    """Make editions, and take the time of both parts."""
    tags = [language.tag for language in load_settings({}).languages]
    alone: dict[str, list[float]] = {tag: [] for tag in tags}
    others: dict[str, list[float]] = {tag: [] for tag in tags}
    with TemporaryDirectory() as scratch:
        first, *dossiers = _find_dossiers(Path(scratch), PLACES[-2:] if options.is_small else PLACES)
    for tag in tags:
        presses.render_edition(first, tag)
        for dossier in dossiers:
            start = process_time()
            page, charts = presses.draw_page(dossier, tag)
            presses.render_report(page, charts)
            between = process_time()
            presses.render_others(dossier, page, charts)
            alone[tag].append(between - start)
            others[tag].append(process_time() - between)
    rows = [_row(tag, sum(alone[tag]) / len(dossiers), sum(others[tag]) / len(dossiers)) for tag in tags]
    ratio = 1 + sum(map(sum, others.values())) / sum(map(sum, alone.values()))
    rows.append(Row("all languages", "", "", f"{ratio:.2f} ×", target=f"≤ {MOST} ×", passed=ratio <= MOST))
    return Finding("formats", rows, (f"{len(dossiers)} dossiers of the sample in {len(tags)} languages.",))


def _find_dossiers(scratch: Path, places: tuple[str, ...]) -> list[Dossier]:
    """Return dossiers of the sample's release of this checkout, or of one made for it."""
    release = ROOT / "data" / "sample" / "editions" / QUARTER
    if not all((release / place / "dossier.json").is_file() for place in places):
        program = ("district-reports", "draft", QUARTER, "--source", "sample", "--data-dir", scratch / "data")
        run_command((*program, "--as-of", "2026-10-09", "--district", "city", "--language", "en"))
        release = scratch / "data" / "editions" / QUARTER
    return [load_dossier((release / place / "dossier.json").read_bytes()) for place in places]


def _row(tag: str, alone: float, others: float) -> Row:
    return Row(f"an edition, {tag}", f"{alone + others:.2f} s", f"{alone:.2f} s", f"{(alone + others) / alone:.2f} ×")
