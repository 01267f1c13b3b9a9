"""Lists of recipients are read strictly, and no address ends in a message."""

from __future__ import annotations

from pathlib import Path

import pytest

from district_reports.errors import ReadingError
from district_reports.readings.recipients import LARGEST, load_recipients


def write(folder: Path, text: str, name: str = "lists/a.txt") -> None:
    (folder / "lists").mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def test_each_address_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, "\ufeff# readers\nana@town.example\n\n Bo@Town.example # by the library\nANA@town.example\n")
    assert load_recipients(tmp_path, "lists/a.txt") == ("ana@town.example", "Bo@Town.example")


def test_an_empty_list_has_nobody(tmp_path: Path) -> None:
    write(tmp_path, "# nobody yet\n")
    assert load_recipients(tmp_path, "lists/a.txt") == ()


@pytest.mark.parametrize(
    "line", ["ana", "a@b c", "a@b.example, c@d.example", "Ana <a@b.example>", "a@" + "b" * 260, "josé@town.example"]
)
def test_a_line_that_is_no_address_is_told_by_its_number(tmp_path: Path, line: str) -> None:
    write(tmp_path, f"ok@town.example\n{line}\n")
    with pytest.raises(ReadingError, match="line 2: expected an e-mail address") as caught:
        load_recipients(tmp_path, "lists/a.txt")
    assert line not in str(caught.value)


def test_a_missing_a_large_and_a_foreign_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="readable"):
        load_recipients(tmp_path, "lists/none.txt")
    write(tmp_path, "#" * (LARGEST + 1))
    with pytest.raises(ReadingError, match="at most"):
        load_recipients(tmp_path, "lists/a.txt")
    records = tmp_path / "records"
    records.mkdir()
    (tmp_path / "secret.txt").write_text("x@y.example")
    (records / "link.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(ReadingError, match="below the folder"):
        load_recipients(records, "link.txt")
