"""The command: `python -m benchmarks [name …] [--real-data DIR]`."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks import counting, desk, editions, formats, loop, pull, report, sources
from benchmarks.children import REAL_DATA, ROOT
from benchmarks.options import Options
from benchmarks.table import Finding, render, watched

BENCHMARKS: dict[str, Callable[[Options], Finding]] = {
    "pull": pull.measure,
    "measures": counting.measure,
    "sources": sources.measure,
    "editions": editions.measure,
    "loop": loop.measure,
    "report": report.measure,
    "desk": desk.measure,
    "formats": formats.measure,
}
PACKAGES = (
    "altair",
    "duckdb",
    "openpyxl",
    "pandas",
    "prefect",
    "pyarrow",
    "requests",
    "sodapy",
    "sqlalchemy",
    "typst",
    "vl-convert-python",
    "weasyprint",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks named and print a table for each; return 1 if a target was missed."""
    parser = _parser()
    given = parser.parse_args(arguments)
    unknown = [name for name in given.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"expected names among {', '.join(BENCHMARKS)}, got {', '.join(unknown)}")
    options = Options(real_data=given.real_data.absolute(), repeats=given.repeats, is_small=given.small)
    print(_machine())
    if options.is_small:
        print("SMALL: tried with little; the figures mean nothing.")
    print(flush=True)
    has_passed = True
    for name in given.names or BENCHMARKS:
        with watched() as surroundings:
            finding = BENCHMARKS[name](options)
        print(render(finding, surroundings), flush=True)
        has_passed &= finding.passed
    return 0 if has_passed else 1


def _machine() -> str:
    """Return what the figures hold for: Python, the machine, and the packages that do the work."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    packages = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return f"{python}, {os.cpu_count()} cores, {platform.machine()}; {packages}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure against named baselines.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of {', '.join(BENCHMARKS)}; default: all")
    default = Path(os.environ.get(REAL_DATA, ROOT.parent / "shared" / "data"))
    told = f"folder with crimes/crimes_YYYYQn.parquet; default: {REAL_DATA}, or ../shared/data beside the checkout"
    parser.add_argument("--real-data", type=Path, default=default, metavar="DIR", help=told)
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="runs of each way; the median is told")
    parser.add_argument("--small", action="store_true", help="try everything with little; the figures mean nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
