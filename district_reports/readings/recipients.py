"""Who gets a digest: a text file below the folder of records, one e-mail address a line; `#` begins a remark."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from district_reports.email_addresses import is_address
from district_reports.errors import Problem, ReadingError

LARGEST: Final = 10 * 2**20
"""Bytes of a file."""


def load_recipients(folder: Path, name: str) -> tuple[str, ...]:
    """Return the addresses of a list, each once, in the order of the file.

    Args:
        folder: The folder of records.
        name: Of the file, below it.

    Raises:
        ReadingError: If it is missing, too large, lies elsewhere, or a line is no address. Lines are told by their
            number alone: addresses end in no message.
    """
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ReadingError(path, [Problem("", "a file below the folder of records", "another place")])
    try:
        if path.stat().st_size > LARGEST:
            raise ReadingError(path, [Problem("", f"at most {LARGEST} bytes", str(path.stat().st_size))])
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReadingError(path, [Problem("", "a readable text file", type(error).__name__)]) from None
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        address = line.partition("#")[0].strip()
        if not address:
            continue
        if not is_address(address):
            problems.append(Problem(f"line {number}", "an e-mail address", "another form"))
        found.setdefault(address.lower(), address)
    if problems:
        raise ReadingError(path, problems)
    return tuple(found.values())
