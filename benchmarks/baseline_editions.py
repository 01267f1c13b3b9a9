"""The natural way to make the editions: `python -m benchmarks.baseline_editions --folder DIR`.

Each chart is built afresh with Altair and turned to SVG (`baseline_charts`), the page is the same HTML, and WeasyPrint
prints it, as a tagged PDF/UA-1 file like ours. Libraries, templates and catalogues are warm in each process before its
first edition is timed. WeasyPrint finds the
system's fonts through fontconfig; they must be static files (Debian's `fonts-noto-core` and `fonts-noto-cjk`), for it
takes minutes to cut one weight out of a variable Chinese font.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.editions_ways import make_request
from district_reports.dossier import load_dossier
from district_reports.render.fonts import font_dirs
from district_reports.render.html import WebPress
from district_reports.render.i18n import Words
from district_reports.render.page import build_page
from district_reports.settings import Settings, find_asset, load_settings

PRINT_STYLE = ".figure { display: block !important } .figure > .chart { inline-size: 3.5in }"
"""WeasyPrint gives a picture beside two rows of words no room of its own: the next part would be printed over it."""


def main() -> None:
    """Make a sample of the editions and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="a data directory with dossiers")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--places", type=int, default=4, help="how many, in each language")
    parser.add_argument("--keep", type=Path, help="folder that gets the editions; else they are dropped")
    options = parser.parse_args()
    require_fonts(load_settings({}))
    print(json.dumps(make_editions(options)))


def require_fonts(settings: Settings) -> None:
    """Make sure that fontconfig knows each language's font.

    Raises:
        SystemExit: If it does not.
    """
    for family in sorted({language.font for language in settings.languages}):
        found = subprocess.run(["fc-match", family, "family"], capture_output=True, text=True, check=True).stdout
        if family not in found:
            sys.exit(f"fonts: expected {family}, got {found.strip()}; install fonts-noto-core and fonts-noto-cjk")


def make_editions(options: argparse.Namespace) -> dict[str, Any]:
    """Make some places' editions in all languages, in a pool of processes."""
    request = make_request(options.folder)
    places = request.districts[: options.places]
    base = options.folder / "editions" / request.quarter
    jobs = [(base / place / "dossier.json", tag, options.keep) for tag in request.languages for place in places]
    start = perf_counter()
    with ProcessPoolExecutor(options.processes, mp_context=get_context("spawn")) as pool:
        timings = list(pool.map(make_edition, *zip(*jobs, strict=True)))
    seconds = perf_counter() - start
    parts = {name: sum(timing[name] for timing in timings) for name in timings[0]}
    return {"seconds": seconds, "busy": sum(parts.values()), "editions": len(jobs), "failed": [], "parts": parts}


def make_edition(path: Path, tag: str, keep: Path | None) -> dict[str, float]:
    """Make one edition and return the seconds of its parts."""
    from benchmarks.baseline_charts import draw

    weasyprint = warm_up()
    start = perf_counter()
    settings = _settings()
    page = build_page(load_dossier(path.read_bytes()), _words(tag), settings)
    banner = " · ".join(page.banners)
    charts_start = perf_counter()
    figures = page.figures
    charts = {figure.figure_id: draw(figure.chart, settings.language(tag), banner) for figure in figures}
    html_start = perf_counter()
    html = _web_press().render_html(page, charts)
    pdf_start = perf_counter()
    pdf = weasyprint.HTML(string=html.decode()).write_pdf(
        stylesheets=[weasyprint.CSS(string=PRINT_STYLE)], pdf_variant="pdf/ua-1"
    )
    end = perf_counter()
    if keep is not None:
        folder = keep / page.language / path.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.html").write_bytes(html)
        (folder / "report.pdf").write_bytes(pdf)
    return {
        "wording": charts_start - start,
        "charts": html_start - charts_start,
        "web page": pdf_start - html_start,
        "print": end - pdf_start,
    }


@cache
def warm_up() -> Any:
    """Import, start and use once what the baseline needs, so that no edition bears it; return `weasyprint`."""
    import altair
    import pandas as pd
    import vl_convert
    import weasyprint

    # It warns of every property of the web page it does not know.
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    for folder in font_dirs():
        vl_convert.register_font_directory(str(folder))
    chart = altair.Chart(pd.DataFrame({"x": [1]})).mark_bar().encode(x="x:Q", text="x:N")
    vl_convert.vegalite_to_svg(chart.to_dict())
    weasyprint.HTML(string="<p>1").write_pdf(pdf_variant="pdf/ua-1")
    for language in _settings().languages:
        _words(language.tag)
    _web_press()
    return weasyprint


@cache
def _settings() -> Settings:
    return load_settings()


@cache
def _words(tag: str) -> Words:
    return Words.load(_settings().language(tag), find_asset("templates", "locale"))


@cache
def _web_press() -> WebPress:
    return WebPress(template_dir=find_asset("templates", "html"))


if __name__ == "__main__":
    main()
