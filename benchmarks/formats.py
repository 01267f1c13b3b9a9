"""All files of an edition beside web page and print file alone: what the other formats add to a draft.

Both ways work in turn on the same dossiers in one process, warm, so that each language's presses are built before
anything is measured; processor time, since the work uses one core.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks.children import ROOT, run_command
from benchmarks.options import Options
from benchmarks.table import Finding, Row
from district_reports.dossier import load_dossier
from district_reports.model import Dossier
from district_reports.render.i18n import Words
from district_reports.render.page import build_page
from district_reports.settings import find_asset, load_settings
from flows import presses

QUARTER = "2026Q3"
MOST = 1.75
"""Of the time of a draft with web and print alone."""
PLACES = ("001", "007", "015", "018", "city")


def measure(options: Options) -> Finding:
    """Make editions both ways."""
    tags = [language.tag for language in load_settings({}).languages]
    with TemporaryDirectory() as scratch:
        dossiers = _find_dossiers(Path(scratch), PLACES[-1:] if options.is_small else PLACES)
        times: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for tag in tags:
            presses.render_edition(dossiers[0], tag)
            for dossier in dossiers:
                for _ in range(1 if options.is_small else options.repeats):
                    times[tag]["alone"].append(_time(_render_alone, dossier, tag))
                    times[tag]["all"].append(_time(presses.render_edition, dossier, tag))
    rows = [_row(tag, times[tag]) for tag in tags]
    everything = {way: [time for tag in tags for time in times[tag][way]] for way in ("alone", "all")}
    ratio = sum(everything["all"]) / sum(everything["alone"])
    rows.append(
        Row("all languages", "", "", f"{ratio:.2f} ×", target=f"≤ {MOST} ×", passed=ratio <= MOST),
    )
    return Finding("formats", rows, (f"{len(dossiers)} dossiers of the sample in {len(tags)} languages.",))


def _find_dossiers(scratch: Path, places: tuple[str, ...]) -> list[Dossier]:
    """Return dossiers of the sample's release of this checkout, or of one made for it."""
    release = ROOT / "data" / "sample" / "editions" / QUARTER
    if not all((release / place / "dossier.json").is_file() for place in places):
        program = ("district-reports", "draft", QUARTER, "--source", "sample", "--data-dir", scratch / "data")
        run_command((*program, "--as-of", "2026-10-09", "--district", "city", "--language", "en"))
        release = scratch / "data" / "editions" / QUARTER
    return [load_dossier((release / place / "dossier.json").read_bytes()) for place in places]


@cache
def _words(tag: str) -> Words:
    return Words.load(load_settings({}).language(tag), find_asset("templates", "locale"))


def _render_alone(dossier: Dossier, tag: str) -> dict[str, bytes]:
    settings = presses.settings_of_worker()
    page = build_page(dossier, _words(tag), settings)
    return presses.render_report(page, presses.draw_charts(page))


def _time(make: Callable[[Dossier, str], object], dossier: Dossier, tag: str) -> float:
    start = process_time()
    make(dossier, tag)
    return process_time() - start


def _row(tag: str, times: dict[str, list[float]]) -> Row:
    ours, alone = median(times["all"]), median(times["alone"])
    return Row(f"an edition, {tag}", f"{ours:.2f} s", f"{alone:.2f} s", f"{ours / alone:.2f} ×")
