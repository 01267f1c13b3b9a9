"""Spreadsheets of the feedback loop: out and back changes nothing, and what people break is told by row and column."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.errors import ReadingError, RuleError, StoreError
from district_reports.feedback.exchange import ImportedItem, export_items, read_items
from district_reports.feedback.exchange_layout import CHOICES, COLUMNS, CSV_COLUMNS, SHEETS
from district_reports.model import Channel, Commitment, FeedbackItem, Owner, Reply, Status, Step, Text
from district_reports.settings import load_settings
from tests.effort import costly

SETTINGS = load_settings({})
TAGS = tuple(language.tag for language in SETTINGS.languages)
FORMATS = (".csv", ".xlsx")

HOSTILE = (
    *("=1+1", "+1", "-1", "@sum", "'=1", "''=1", "'quoted'", "\t=1", "\r=1", "＝cmd", "'tis so", '"x","y"', "a,b;c"),
    *("line\nbreak", "line\r\nbreak", " spaces ", "🚲 rue 🇺🇸", "شكرًا جزيلًا", "社区参与式警务", "[es] hola", "[sic] so"),
    *(
        "_x0041_",
        "_x005F_x0041_",
        "\x01bell",
        "\u202eright",
        "<b>&amp;</b>",
        "\ufeffmark",
        "x" * 32_000,
        "#REF!",
        "TRUE",
    ),
    *("007", "1e5", "2026-10-05", "3/4", "\ufffe", "é", "e\u0301", "]]>", "\\n"),
)
words = st.one_of(
    st.sampled_from([text for text in HOSTILE if len(text) < 100]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60),
).filter(lambda text: bool(text.strip()))
texts = st.builds(
    Text,
    language=st.sampled_from(TAGS),
    text=words,
    translations=st.dictionaries(st.sampled_from(TAGS), words, max_size=3),
    reviewed_by=st.dictionaries(st.sampled_from(TAGS), st.sampled_from(("liaison", "=role")), max_size=2),
)
days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
maybe = st.one_of(st.none(), texts)
steps = st.builds(
    Step,
    on=days,
    status=st.sampled_from(Status),
    by_police=maybe,
    by_community=maybe,
    evidence=st.sampled_from(("", "https://example.org/a?b=1&c=%20;d,e")),
    reason=maybe,
    obstacle=maybe,
    next_step=maybe,
)
replies = st.builds(
    Reply,
    on=days,
    kind=st.sampled_from(("confirm", "dispute")),
    people=st.integers(1, 10**6),
    channel=st.sampled_from(get_args(Channel)),
    remark=maybe,
)
promises = st.builds(
    Commitment,
    what=texts,
    target=texts,
    measure_id=st.sampled_from(("", "incidents_robbery")),
    evidence=maybe,
    owner=st.sampled_from(get_args(Owner)),
    due_on=days,
)
ids = st.text("abcXYZ019-", min_size=1, max_size=40)
ledgers = st.lists(
    st.builds(
        FeedbackItem,
        item_id=ids,
        district_id=st.sampled_from((*SETTINGS.district_ids, "city")),
        about=st.sampled_from(("policing", "report")),
        theme_codes=st.lists(st.sampled_from(("visibility", "beat_integrity")), unique=True, max_size=2).map(tuple),
        said=texts,
        heard_on=days,
        heard_in=st.lists(st.sampled_from(("S-1", "survey", "e_mail")), unique=True, min_size=1).map(tuple),
        commitment=st.one_of(st.none(), promises),
        steps=st.lists(steps, min_size=1, max_size=4).map(tuple),
        replies=st.lists(replies, max_size=2).map(tuple),
    ),
    max_size=4,
    unique_by=lambda item: item.item_id,
)


def make_item(item_id: str = "A-1", **changes: Any) -> FeedbackItem:
    values: dict[str, Any] = {
        "item_id": item_id,
        "district_id": SETTINGS.district_ids[0],
        "theme_codes": ("visibility",),
        "said": Text(language="en", text="More officers on foot."),
        "heard_on": date(2026, 7, 4),
        "heard_in": ("beat_meeting",),
        "steps": (Step(on=date(2026, 7, 4), status=Status.HEARD),),
    }
    return FeedbackItem(**(values | changes))


FULL = make_item(
    commitment=Commitment(
        what=Text(language="en", text="Walk the street", translations={"es": "Caminar la calle"}),
        target=Text(language="es", text="dos veces por semana"),
        measure_id="incidents_robbery",
        owner="commander",
        due_on=date(2026, 9, 30),
    ),
    steps=(
        Step(on=date(2026, 7, 4), status=Status.HEARD),
        Step(on=date(2026, 7, 20), status=Status.AGREED, by_police=Text(language="en", text="Met, and agreed")),
        Step(on=date(2026, 8, 1), status=Status.DONE, evidence="https://example.org/log"),
    ),
    replies=(Reply(on=date(2026, 8, 9), kind="confirm", people=12, channel="caps"),),
)


def round_trip(items: Sequence[FeedbackItem], versions: dict[str, int], suffix: str) -> tuple[ImportedItem, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"loop{suffix}"
        export_items(items, versions, path)
        return read_items(path, SETTINGS)


def problems_of(path: Path, **more: Any) -> list[str]:
    with pytest.raises(ReadingError) as caught:
        read_items(path, SETTINGS, **more)
    return [str(problem) for problem in caught.value.problems]


def edit_csv(path: Path, row: int, **changes: str) -> None:
    """Change cells of one row, as a person would; the header is row 1."""
    lines = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    for name, cell in changes.items():
        lines[row - 1][lines[0].index(name)] = cell
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", FORMATS)
@given(ledgers, st.data())
@costly(60)
def test_out_and_back_is_the_identity(suffix: str, items: list[FeedbackItem], data: st.DataObject) -> None:
    versions = {item.item_id: data.draw(st.integers(1, 99)) for item in items if data.draw(st.booleans())}
    expected = tuple(ImportedItem(item, versions.get(item.item_id)) for item in items)
    assert round_trip(items, versions, suffix) == expected


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_every_hostile_text_comes_back_from_every_cell(suffix: str, text: str) -> None:
    said = Text(language="es", text=text, translations={"en": text, "ar": text}, reviewed_by={"en": "liaison"})
    note = Text(language="en", text=text)
    step = Step(on=date(2026, 7, 4), status=Status.HEARD, by_police=note, next_step=said)
    item = make_item(
        said=said,
        steps=(step,),
        replies=(Reply(on=date(2026, 7, 5), kind="dispute", people=1, channel="caps", remark=said),),
    )
    assert [found.item for found in round_trip([item], {}, suffix)] == [item]


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_second_export_has_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    for path in (first, second):
        export_items([FULL], {"A-1": 3}, path)
    assert first.read_bytes() == second.read_bytes()
    assert read_items(first, SETTINGS) == (ImportedItem(FULL, 3),)


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.lstrip("'")[:1] in "=+-@\t\r＝"])
def test_no_cell_runs(tmp_path: Path, text: str) -> None:
    path = tmp_path / "loop.csv"
    export_items([make_item(said=Text(language="en", text=text))], {}, path)
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    assert rows[1][rows[0].index("said")] == f"'{text}"
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")]
    workbook = tmp_path / "loop.xlsx"
    export_items([make_item(said=Text(language="en", text=text))], {}, workbook)
    for sheet in openpyxl.load_workbook(workbook):
        for row in sheet.iter_rows():
            assert {cell.data_type for cell in row} <= {"s", "inlineStr", "n"}
            assert not [cell for cell in row if str(cell.value or "")[:1] in tuple("=+-@")]


def test_the_workbook_can_be_edited(tmp_path: Path) -> None:
    path = tmp_path / "loop.xlsx"
    export_items([FULL], {"A-1": 3}, path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == list(SHEETS.values())
    assert [cell.value for cell in book["items"][1]] == list(COLUMNS["item"])
    assert {sheet.freeze_panes for sheet in book} == {"B2"}
    lists = {rule.formula1: str(rule.sqref) for rule in book["history"].data_validations.dataValidation}
    assert lists == {f'"{",".join(Status)}"': "D2:D1048576"}
    assert len(book["replies"].data_validations.dataValidation) == 2
    assert all(len(",".join(words)) <= 255 for of_kind in CHOICES.values() for words in of_kind.values())
    # As a person does: another row, with a date that the spreadsheet makes one.
    book["history"].append(["A-1", None, date(2026, 9, 1), "done_disputed", "en", None, "Nobody came"])
    book.save(path)
    (found,) = read_items(path, SETTINGS)
    added = Step(on=date(2026, 9, 1), status=Status.DONE_DISPUTED, by_community=Text(language="en", text="Nobody came"))
    assert found == ImportedItem(FULL.model_copy(update={"steps": (*FULL.steps, added)}), 3)


def test_the_workbook_is_stamped_with_no_time(tmp_path: Path) -> None:
    path = tmp_path / "loop.xlsx"
    export_items([FULL], {}, path)
    with zipfile.ZipFile(path) as packed:
        assert {member.date_time for member in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert packed.testzip() is None


@pytest.mark.parametrize("suffix", FORMATS)
def test_no_items_are_a_file_with_names_of_columns(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"loop{suffix}"
    export_items([], {}, path)
    assert read_items(path, SETTINGS) == ()


def test_a_csv_with_semicolons_in_windows_letters_is_read(tmp_path: Path) -> None:
    path = tmp_path / "loop.csv"
    item = make_item(said=Text(language="es", text="Más luces; ahora"))
    export_items([item], {}, path)
    lines = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
    with path.open("w", encoding="cp1252", newline="") as file:
        csv.writer(file, delimiter=";").writerows(lines)
    assert read_items(path, SETTINGS) == (ImportedItem(item, None),)


def test_every_problem_is_told_at_once_with_the_nearest_word(tmp_path: Path) -> None:
    path = tmp_path / "loop.csv"
    export_items([FULL], {"A-1": 3}, path)
    edit_csv(path, 2, theme_codes="visibilty", owner="comander", due_on="soon", district_id="999", version="x")
    edit_csv(path, 3, on="2026-13-01")
    edit_csv(path, 4, status="under way", number="7")
    edit_csv(path, 6, people="0", channel="")
    found = problems_of(path, theme_codes=("visibility", "beat_integrity"))
    assert len(found) == 10
    told = "\n".join(found)
    for part in (
        "row 2, theme_codes: expected one of beat_integrity, visibility, got 'visibilty'; did you mean visibility?",
        "row 2, owner: expected one of commander, liaison",
        "got 'comander'; did you mean commander?",
        "row 2, due_on: expected a date such as 2026-10-05, got 'soon'",
        "row 2, district_id: expected one of 001",
        "row 2, version: expected a whole number, or nothing for a new item, got 'x'",
        "row 3, on: expected a date such as 2026-10-05, got '2026-13-01'",
        "got 'under way'; did you mean under_way?",
        "row 4, number: expected 2, since the rows of an item stand in their order, or nothing, got '7'",
        "row 6, people: expected a whole number from 1 on, got '0'",
        "row 6, channel: expected one of session, beat_meeting",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("row", "changes", "expected"),
    [
        (2, {"record": "itme"}, "row 2, record: expected one of item, step, reply, translation, got 'itme'"),
        (2, {"said": " "}, "row 2, said: expected some words, got ' '"),
        (2, {"language": ""}, "row 2, language: expected one of en, es, zh-Hans, ar, got nothing"),
        (2, {"said": "[sic] so"}, "row 2, said: expected a language in brackets, one of en, es, zh-Hans, ar"),
        (2, {"people": "4"}, "row 2, people: expected nothing in the row of an item, got '4'"),
        (2, {"item_id": "B 2"}, "row 2, item_id: expected 1 to 40 letters, digits and hyphens, got 'B 2'"),
        (
            3,
            {"item_id": "B-2"},
            "row 3, item_id: expected an item of this file, got 'B-2', which has no row of its own",
        ),
        (3, {"record": "item"}, "row 3, item_id: expected each item once, and row 2 has it"),
        (7, {"number": "2", "of": "step", "field": "what"}, "row 7, field: expected one of by_police, by_com"),
        (7, {"field": "evidence"}, "row 7, field: expected a column of words that are there in item 0"),
        (7, {"text": ""}, "row 7, text: expected some words, got nothing"),
        (7, {"language": "xx"}, "row 7, language: expected one of en, es, zh-Hans, ar, got 'xx'"),
    ],
)
def test_a_wrong_cell_is_told_by_row_and_column(
    tmp_path: Path, row: int, changes: dict[str, str], expected: str
) -> None:
    path = tmp_path / "loop.csv"
    export_items([FULL], {"A-1": 3}, path)
    edit_csv(path, row, **changes)
    assert expected in "\n".join(problems_of(path))


def test_problems_of_a_workbook_name_the_sheet(tmp_path: Path) -> None:
    path = tmp_path / "loop.xlsx"
    export_items([FULL], {}, path)
    book = openpyxl.load_workbook(path)
    book["history"]["D3"] = "=A1"
    book["items"]["A1"] = "item"
    book["replies"].merge_cells("A2:A4")
    book.save(path)
    assert problems_of(path) == [
        "history, row 3, D3: expected a plain value, got a formula or an error",
        "replies, A2:A4: expected cells that are not merged, got merged ones",
    ]
    book["history"]["D3"] = "heard"
    book["replies"].unmerge_cells("A2:A4")
    book.save(path)
    found = problems_of(path)
    assert len(found) == 2
    assert found[0].endswith("got 'item'; did you mean item_id?")
    assert found[1] == "items, row 1: expected the column item_id, got none of that name"


def test_a_missing_and_an_unknown_sheet_are_told(tmp_path: Path) -> None:
    path = tmp_path / "loop.xlsx"
    export_items([FULL], {}, path)
    book = openpyxl.load_workbook(path)
    book["replies"].title = "answers"
    book.save(path)
    assert problems_of(path) == [
        "expected the sheets items, history, replies, translations, got items, history, answers, translations"
    ]


def test_a_macro_workbook_is_refused_by_its_name_and_by_its_parts(tmp_path: Path) -> None:
    path, macro = tmp_path / "loop.xlsx", tmp_path / "loop.xlsm"
    export_items([FULL], {}, path)
    macro.write_bytes(path.read_bytes())
    assert "XLSM" in problems_of(macro)[0]
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("xl/vbaProject.bin", b"x")
    assert "without macros" in problems_of(path)[0]


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0", b"\xff\xfea\0", b"a,b\n1,2\n", b'"a']
)
@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_no_such_file_is_refused(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = tmp_path / f"loop{suffix}"
    path.write_bytes(data)
    assert problems_of(path)


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(StoreError, match="expected a file that can be read"):
            read_items(path, SETTINGS)


@pytest.mark.parametrize(
    ("item", "suffix", "expected"),
    [
        (make_item(said=Text(language="en", text="x" * 32_767)), ".xlsx", "A-1, said: expected at most 32767"),
        (make_item(said=Text(language="en", text="😀" * 16_384)), ".xlsx", "write it as CSV"),
        (make_item(said=Text(language="en", text="\ud800")), ".csv", "expected whole characters"),
        (make_item(said=Text(language="en", text=" ")), ".csv", "expected some words"),
        (make_item(), ".ods", "expected a file that ends in .csv or .xlsx, got .ods"),
    ],
)
def test_what_cannot_come_back_is_not_written(tmp_path: Path, item: FeedbackItem, suffix: str, expected: str) -> None:
    path = tmp_path / f"loop{suffix}"
    with pytest.raises(RuleError, match=expected):
        export_items([item], {}, path)
    assert not path.exists()


def test_a_text_too_long_for_a_workbook_goes_into_a_csv(tmp_path: Path) -> None:
    item = make_item(said=Text(language="en", text="word " * 40_000))
    path = tmp_path / "loop.csv"
    export_items([item], {}, path)
    assert read_items(path, SETTINGS) == (ImportedItem(item, None),)


def test_a_district_may_be_written_without_zeros_and_codes_with_commas(tmp_path: Path) -> None:
    path = tmp_path / "loop.csv"
    export_items([make_item()], {}, path)
    edit_csv(path, 2, district_id=" 7 ", theme_codes="a_b, c_d;e", heard_on=" 2026-07-04 ")
    (found,) = read_items(path, SETTINGS)
    assert found.item.district_id == SETTINGS.district_ids[6]
    assert found.item.theme_codes == ("a_b", "c_d", "e")


def test_the_columns_are_those_of_the_records() -> None:
    own = set(FeedbackItem.model_fields) - {"commitment", "steps", "replies"} | set(Commitment.model_fields)
    assert set(COLUMNS["item"]) == own | {"version", "language"}
    assert set(COLUMNS["step"]) == set(Step.model_fields) | {"item_id", "number", "language"}
    assert set(COLUMNS["reply"]) == set(Reply.model_fields) | {"item_id", "number", "language"}
    assert len(CSV_COLUMNS) == len(set(CSV_COLUMNS))
