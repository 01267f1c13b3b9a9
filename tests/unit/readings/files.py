"""Files as people bring them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from district_reports.errors import Problem, ReadingError

Lines = Sequence[Sequence[Any]]


def write_csv(
    path: Path, lines: Lines, *, encoding: str = "utf-8", separator: str = ",", end: str = "\n", bom: bytes = b""
) -> Path:
    text = "".join(separator.join(map(str, line)) + end for line in lines)
    path.write_bytes(bom + text.encode(encoding))
    return path


def write_workbook(path: Path, lines: Lines, change: Callable[[Any], None] = lambda sheet: None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for line in lines:
        sheet.append(list(line))
    change(sheet)
    book.save(path)
    return path


def repack(path: Path, members: dict[str, bytes]) -> Path:
    """Write a workbook again with other or further members."""
    with zipfile.ZipFile(path) as old:
        content = {name: old.read(name) for name in old.namelist()} | members
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in content.items():
            new.writestr(name, data)
    path.write_bytes(packed.getvalue())
    return path


def problems_of(load: Callable[[], object]) -> list[Problem]:
    """Return what is wrong; it must be something, and end with 2."""
    with pytest.raises(ReadingError) as caught:
        load()
    assert caught.value.exit_code == 2
    assert caught.value.problems
    assert "\n" not in str(caught.value)
    return list(caught.value.problems)
