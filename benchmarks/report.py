"""The command a person types first, in an empty directory, and the same command again."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.children import Run, run_command
from benchmarks.options import Options
from benchmarks.table import Finding, Row

FIRST_SECONDS = 60.0
SECOND_SECONDS = 20.0


def measure(options: Options) -> Finding:
    """Draft the sample's newest quarter twice into one empty directory, and once into another."""
    with TemporaryDirectory() as scratch:
        here, elsewhere = Path(scratch) / "first", Path(scratch) / "second"
        first = _draft(here, options)
        digest = tree_digest(here / "editions")
        second = _draft(here, options)
        digest_again = tree_digest(here / "editions")
        fresh = _draft(elsewhere, options)
        digest_elsewhere = tree_digest(elsewhere / "editions")
        pages = sum(1 for _ in (here / "editions").rglob("report.html"))
    same, same_elsewhere = digest == digest_again, digest == digest_elsewhere
    rows = (
        Row(
            "first run, empty directory",
            f"{max(first.seconds, fresh.seconds):.1f} s",
            "",
            "",
            f"< {FIRST_SECONDS:.0f} s",
            max(first.seconds, fresh.seconds) < FIRST_SECONDS,
        ),
        Row(
            "second run, nothing changed",
            f"{second.seconds:.1f} s",
            f"{first.seconds:.1f} s (first run)",
            f"{second.seconds / first.seconds:.2f}",
            f"< {SECOND_SECONDS:.0f} s",
            second.seconds < SECOND_SECONDS,
        ),
        Row("same bytes after the second run", _said(same), "", "", "yes", same),
        Row("same bytes in another empty directory", _said(same_elsewhere), "", "", "yes", same_elsewhere),
        Row("memory of the largest process", f"{max(first.peak_mb, fresh.peak_mb):,.0f} MB"),
    )
    remark = (
        f"`district-reports draft latest --source sample`, {pages} editions; from the start of the command to its end, "
        f"of two first runs the slower ({first.seconds:.1f} s and {fresh.seconds:.1f} s). The bytes are those of the "
        "whole folder `editions`."
    )
    return Finding("report", rows, (remark,))


def _draft(folder: Path, options: Options) -> Run:
    few = ["--district", "001", "--language", "en"] if options.is_small else []
    command = Path(sys.executable).with_name("district-reports")
    return run_command([command, "draft", "latest", "--source", "sample", "--data-dir", folder, *few])


def tree_digest(folder: Path) -> str:
    """Return the SHA-256 of all names and bytes below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def _said(is_so: bool) -> str:
    return "yes" if is_so else "no"
