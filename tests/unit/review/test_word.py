"""A draft as a Word file, and its comments back: each with its block, and nothing else of what came."""

from __future__ import annotations

import io
import re
import zipfile
from functools import cache
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from district_reports.errors import ReadingError
from district_reports.model import Subject
from district_reports.readings import workbooks
from district_reports.render.view import ContactLine, Page, Quote, Said, Section
from district_reports.review import word_comments
from district_reports.review.word import WordComment, read_docx, write_docx
from tests.unit.render.dossiers import all_words
from tests.unit.render.pages import LANGUAGES, make_page

SUBJECT = Subject(name="dossier/007", quarter="2026Q3", digest="ab" * 32, parts={})
DIGITS = re.compile(r"\d")
DIALLED = re.compile(r"\b\d{3}-\d{3}(-\d{4})?\b")
"""Read from the right it would be another number."""


def write(page: Page) -> bytes:
    return write_docx(page, subject=SUBJECT, words=all_words()[page.language])


each_language = pytest.mark.parametrize(
    "tag", [pytest.param(tag, marks=() if tag in ("en", "ar") else pytest.mark.slow) for tag in LANGUAGES]
)
"""One of each direction in the quick run."""


@cache
def whole(tag: str) -> Page:
    return make_page(tag, is_told=True)


@cache
def written(tag: str) -> bytes:
    return write(whole(tag))


def short() -> Page:
    """Return a page of few parts: making and changing a file takes as long as it is."""
    left_out = {"happened": None, "heard": None, "guide": None, "take_part": None}
    return whole("en").model_copy(update={**left_out, "sections": (), "more": ()})


@pytest.fixture(scope="module")
def english() -> bytes:
    return write(short())


def edited(data: bytes, change: Any) -> bytes:
    """Return the file as a reviewer's program saves it."""
    document: Any = docx.Document(io.BytesIO(data))
    change(document)
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def paragraphs(document: Any, start: str) -> list[Any]:
    return [one for one in document.paragraphs if one.text.startswith(start)]


def comment(document: Any, paragraph: Any, text: str, author: str = "Ana") -> None:
    document.add_comment(paragraph.runs, text=text, author=author)


# Writing


@each_language
def test_the_file_holds_every_block_in_order_with_its_number(tag: str) -> None:
    page = whole(tag)
    document: Any = docx.Document(io.BytesIO(written(tag)))
    heads = [one for one in document.paragraphs if one.style.name == "Heading 1"]
    ids = [re.search(r"\[([\w-]+)\]$", one.text)[1] for one in heads]  # type: ignore[index]
    wanted = ["key-facts", *(part.section_id for part in page.parts)]
    wanted.insert(wanted.index(page.data.section_id), "sources")
    assert ids == wanted
    assert [one.text.split(".")[0] for one in heads] == [str(number) for number in range(1, len(ids) + 1)]
    text = "\n".join(one.text for one in document.paragraphs)
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert page.title in text
    assert {fact.label for fact in page.key_facts} <= cells
    assert all(banner in text for banner in page.banners)


@each_language
def test_direction_and_fonts_are_those_of_the_script(tag: str) -> None:
    page = whole(tag)
    document: Any = docx.Document(io.BytesIO(written(tag)))
    foreign = [one for one in document.paragraphs if one._p.find(f".//{qn('w:rPr')}/{qn('w:lang')}") is not None]
    said = [one for one in document.paragraphs if one.text.strip() and one._p not in [other._p for other in foreign]]
    assert len(foreign) < 5
    turned = [one for one in said if one._p.find(f"{qn('w:pPr')}/{qn('w:bidi')}") is not None]
    mirrored = [table for table in document.tables if table._tblPr.find(qn("w:bidiVisual")) is not None]
    is_mirrored = page.direction == "rtl"
    assert (len(turned), len(mirrored)) == ((len(said), len(document.tables)) if is_mirrored else (0, 0))
    fonts = document.styles["Normal"].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "Microsoft YaHei"
    assert fonts.get(qn("w:cs")) == "Arial"
    language = document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    assert tag in [language.get(qn(f"w:{kind}")) for kind in ("val", "eastAsia", "bidi")]


def test_a_number_to_ring_and_an_address_keep_their_order_among_words_from_the_right() -> None:
    services = (
        ContactLine(
            label="\u0645\u0631\u0643\u0632",
            number="312-555-0142",
            url="https://example.org/a-1/",
            detail="",
            remark="",
        ),
        ContactLine(
            label="\u062e\u0637", number="", url="", detail="", remark="", lines=("\u0646\u0635: \u2068898-211\u2069",)
        ),
    )
    guide = whole("ar").guide
    assert guide is not None
    told = guide.model_copy(update={"contacts": services, "points": ("\u0646\u0635: \u2068311-5 (x)\u2069.",)})
    document: Any = docx.Document(io.BytesIO(write(whole("ar").model_copy(update={"guide": told}))))
    runs = [run for one in document.paragraphs for run in one.runs]
    for wanted in ("312-555-0142", "https://example.org/a-1/", "898-211", "311-5 (x)"):
        found = [run for run in runs if run.text == wanted]
        assert found and all(run._r.find(f"{qn('w:rPr')}/{qn('w:rtl')}") is None for run in found)
    broken = [run.text for run in runs if run._r.find(f".//{qn('w:rtl')}") is not None and DIALLED.search(run.text)]
    assert not broken, broken


def test_chinese_has_its_own_colon_and_brackets() -> None:
    document: Any = docx.Document(io.BytesIO(written("zh-Hans")))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    texts = [*cells, *(one.text for one in document.paragraphs)]
    assert not [text for text in texts if re.search("[\u4e00-\u9fff] ?[:(]", text)]
    assert [text for text in texts if re.search("[\u4e00-\u9fff]：", text)]


def test_the_same_draft_is_the_same_bytes(english: bytes) -> None:
    assert write(short()) == english
    with zipfile.ZipFile(io.BytesIO(english)) as packed:
        assert {member.date_time for member in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_no_person_is_named_in_the_properties(english: bytes) -> None:
    about = docx.Document(io.BytesIO(english)).core_properties
    assert (about.author, about.last_modified_by, about.comments) == ("State of the District", "", "")


def test_markup_and_controls_are_only_letters() -> None:
    hostile = "<w:p/>&amp; {{ 7 }} \x00\x07\u202eevil\u2066 ]]>"
    section = Section(
        section_id="closing",
        question=hostile,
        answer=hostile,
        points=(hostile,),
        quotes=(Quote(said=Said(text=hostile, lang="ar"), by=hostile),),
    )
    data = write(short().model_copy(update={"closing": section, "title": hostile}))
    document: Any = docx.Document(io.BytesIO(data))
    shown = [one.text for one in document.paragraphs if "evil" in one.text]
    assert len(shown) == 6
    assert all("<w:p/>&amp; {{ 7 }}" in text and "\u202e" not in text and "\x00" not in text for text in shown)
    (quote,) = [one for one in document.paragraphs if one.style.name == "Quote"]
    assert quote._p.find(f"{qn('w:pPr')}/{qn('w:bidi')}") is not None
    assert quote._p.find(f".//{qn('w:lang')}").get(qn("w:bidi")) == "ar"


# Reading back


def test_comments_come_back_with_their_block(english: bytes) -> None:
    page = short()
    assert page.loop
    assert page.closing

    def change(document: Any) -> None:
        comment(document, document.paragraphs[0], "On the whole.")
        comment(document, paragraphs(document, page.loop.answer)[0], "Is this so?\nReally?", "  Ana\u202e \n Lopez ")
        comment(document, paragraphs(document, "1. ")[0], "On a heading.")
        table = document.tables[0]
        document.add_comment(table.rows[0].cells[0].paragraphs[0].runs, text="In a table.", author="Ana")
        comment(document, document.paragraphs[-1], "At the end.")

    data = edited(english, change)
    assert read_docx(data).comments == (
        WordComment(block_id="", text="On the whole.", author="Ana"),
        WordComment(block_id="loop", text="Is this so?\nReally?", author="Ana Lopez"),
        WordComment(block_id="key-facts", text="On a heading.", author="Ana"),
        WordComment(block_id="key-facts", text="In a table.", author="Ana"),
        WordComment(block_id=page.closing.section_id, text="At the end.", author="Ana"),
    )
    draft = read_docx(data)
    assert (draft.quarter, draft.place, draft.language, draft.digest) == ("2026Q3", "007", "en", "ab" * 32)


def test_changed_words_and_numbers_are_not_read(english: bytes) -> None:
    def change(document: Any) -> None:
        for one in document.paragraphs:
            for run in one.runs:
                run.text = DIGITS.sub("9", run.text)
        for cell in document.tables[0]._cells:
            cell.text = "999999"
        comment(document, document.paragraphs[0], "Seen.")

    found = read_docx(edited(english, change))
    assert found.comments == (WordComment(block_id="", text="Seen.", author="Ana"),)
    assert "9999" not in found.model_dump_json(exclude={"digest"})


@pytest.mark.parametrize("is_kept", ["bookmarks", "headings"])
def test_blocks_are_found_by_bookmark_or_by_heading(english: bytes, is_kept: str) -> None:
    """Some programs drop bookmarks; a reviewer may rewrite a heading."""

    def change(document: Any) -> None:
        body = document.element.body
        if is_kept == "headings":
            for mark in [*body.iter(qn("w:bookmarkStart")), *body.iter(qn("w:bookmarkEnd"))]:
                mark.getparent().remove(mark)
        else:
            for one in document.paragraphs:
                if one.style.name == "Heading 1":
                    one.runs[-1].text = " mine"
        comment(document, paragraphs(document, short().loop.answer)[0], "Here.")  # type: ignore[union-attr]

    (found,) = read_docx(edited(english, change)).comments
    assert found.block_id == "loop"


def test_an_empty_comment_and_one_without_an_anchor(english: bytes) -> None:
    def change(document: Any) -> None:
        comment(document, document.paragraphs[0], "  ")
        comment(document, document.paragraphs[0], "Lost.")
        body = document.element.body
        for name in ("w:commentRangeStart", "w:commentRangeEnd", "w:commentReference"):
            for mark in list(body.iter(qn(name))):
                mark.getparent().remove(mark)

    assert read_docx(edited(english, change)).comments == (WordComment(block_id="", text="Lost.", author="Ana"),)


def test_a_file_that_says_nothing_of_itself() -> None:
    def change(document: Any) -> None:
        document.add_paragraph("Hello")

    saved = io.BytesIO()
    docx.Document().save(saved)
    draft = read_docx(edited(saved.getvalue(), change))
    assert draft.model_dump() == {"quarter": "", "place": "", "language": "", "digest": "", "comments": ()}


# Hostile files


def repacked(data: bytes, name: str, change: Any) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as again:
        for member in packed.namelist():
            content = packed.read(member)
            again.writestr(member, change(content) if member == name else content)
        if name not in packed.namelist():
            again.writestr(name, change(b""))
    return made.getvalue()


BOMB = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("word/comments.xml", BOMB + b"<w>&b;</w>", "XML without declarations"),
        ("word/document.xml", (BOMB + b"<w>&a;</w>").decode().encode("utf-16-le"), "XML without declarations"),
        ("word/document.xml", b"<w:document", "a Word file"),
        ("word/document.xml", b"", "a Word file"),
        ("[Content_Types].xml", b"<x/>", "a Word file"),
        ("word/vbaProject.bin", b"x", "without macros"),
        ("word/big.xml", b"\0" * 50_000_001, "at most 50000000 bytes in 1000 files"),
    ],
)
def test_hostile_packages_are_refused(english: bytes, name: str, content: bytes, match: str) -> None:
    with pytest.raises(ReadingError, match=match):
        read_docx(repacked(english, name, lambda _: content))


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x03\x04" + b"\0" * 100, b"%PDF-1.7"])
def test_what_is_no_word_file_is_refused(data: bytes) -> None:
    with pytest.raises(ReadingError, match="expected a Word file"):
        read_docx(data)


def test_an_xlsx_a_truncated_and_a_large_file_are_refused(english: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    import openpyxl

    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    for data in (book.getvalue(), english[: len(english) // 2]):
        with pytest.raises(ReadingError, match="a Word file"):
            read_docx(data)
    with pytest.raises(ReadingError, match="at most 10000000 bytes, got 10000001"):
        read_docx(b"x" * 10_000_001)
    monkeypatch.setattr(workbooks, "MOST_MEMBERS", 3)
    with pytest.raises(ReadingError, match="in 3 files"):
        read_docx(english)


def test_too_many_comments_are_refused(english: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(document: Any) -> None:
        for number in range(3):
            comment(document, document.paragraphs[0], f"{number}")

    data = edited(english, change)
    assert len(read_docx(data).comments) == 3
    monkeypatch.setattr(word_comments, "MOST_COMMENTS", 2)
    with pytest.raises(ReadingError, match="at most 2 comments, got 3"):
        read_docx(data)


def test_an_anchor_that_is_no_number_is_passed_over(english: bytes) -> None:
    def change(document: Any) -> None:
        comment(document, document.paragraphs[0], "Seen.")
        mark = OxmlElement("w:commentRangeStart")
        mark.set(qn("w:id"), "x" * 50)
        document.element.body.insert(0, mark)

    assert [one.text for one in read_docx(edited(english, change)).comments] == ["Seen."]
