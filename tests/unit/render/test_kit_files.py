"""The council kit as files: pages counted, read back, in every language; nothing cut off, nothing too small."""

from __future__ import annotations

import io
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pypdf import PageObject, PdfReader

from district_reports.errors import RenderError
from district_reports.render.charts import ChartBook
from district_reports.render.handout import build_handout
from district_reports.render.kit import NAMES, KitPress
from district_reports.render.meeting_sheets import build_meeting
from district_reports.render.sheet import Sheet
from district_reports.render.slides import build_deck
from district_reports.settings import Settings, find_asset
from tests.printed import list_numbers, numbers_in, read_dossier
from tests.unit.render.dossiers import TAGS, all_words, shipped
from tests.unit.render.kit_sheets import bare_sheet, kit_sheet, long_sheet, page_of, press, texts_of
from tests.unit.render.pictures import make_charts
from tests.unit.render.test_pdf import HOSTILE

SLIDES, SIDES_OF_NOTES = 12, 3
WALL, LETTER = (960.0, 540.0), (612.0, 792.0)
LEAST_ON_A_WALL = 18
each_language = pytest.mark.parametrize("tag", TAGS)
each_place = pytest.mark.parametrize("place", ["007", "015", "city"])
Files = dict[str, bytes]


@cache
def made(place: str, tag: str, *, is_long: bool = False) -> Files:
    sheet = long_sheet(place, tag) if is_long else kit_sheet(place, tag, is_sample=True)
    page = page_of(sheet)
    return press(tag).render(sheet, page, make_charts(page))


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def words_of(pages: Iterator[PageObject]) -> str:
    """Return what pages say without any space: lines break where they must."""
    return "".join("".join(page.extract_text().split()) for page in pages)


def squeezed(text: str) -> str:
    return "".join(text.split())


def pieces_of(page: PageObject) -> list[tuple[float, float, float, str]]:
    """Return each piece of text with its place from the left and the foot of the page, and its size."""
    found: list[tuple[float, float, float, str]] = []

    def note(text: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        if text.strip():
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            found.append((x, y, abs(size * tm[3] * cm[3]), text))

    page.extract_text(visitor_text=note)
    return found


# English alone, in the quick run


def test_a_kit_has_its_files_and_is_the_same_each_time() -> None:
    files = made("007", "en")
    assert tuple(files) == NAMES
    sheet = kit_sheet(is_sample=True)
    page = page_of(sheet)
    assert press("en").render(sheet, page, make_charts(page)) == files
    assert len(read(files["slides.pdf"]).pages) == SLIDES + SIDES_OF_NOTES
    assert len(read(files["handout.pdf"]).pages) == 2
    assert len(read(files["meeting.pdf"]).pages) == 4


def test_every_text_of_the_records_is_printed() -> None:
    sheet = kit_sheet(is_sample=True)
    page = page_of(sheet)
    pages = read(made("007", "en")["slides.pdf"]).pages
    deck = build_deck(sheet, page)
    notes = words_of(iter(pages[SLIDES:]))
    for number, slide in enumerate(deck.slides):
        shown = words_of(iter([pages[number]]))
        wanted = [slide.title, slide.question, slide.lead, slide.source, *slide.kept, *slide.points]
        wanted += [text for pair in slide.pairs for text in (pair.question, pair.answer)]
        wanted += [text for fact in slide.facts for text in (fact.label, fact.number, fact.word, fact.compared_with[0])]
        wanted += [text for line in slide.contacts for text in (line.label, line.number)]
        wanted += [text for item in slide.items for text in (item.title.text, item.status)]
        wanted += [text for each in slide.gatherings for text in (each.what, each.when, each.where)]
        assert [text for text in wanted if squeezed(text) not in shown] == []
        assert [text for text in slide.notes if squeezed(text) not in notes] == []
    handout = words_of(iter(read(made("007", "en")["handout.pdf"]).pages))
    record = build_handout(sheet, page)
    wanted = [record.title, record.finding, record.source, record.unsure, record.facts_note, record.asked_answer]
    wanted += [text for item in record.items for text in (item.title.text, item.status)]
    wanted += [text for line in record.contacts for text in (line.label, line.number, line.detail)]
    assert [text for text in wanted if squeezed(text) not in handout] == []
    meeting = words_of(iter(read(made("007", "en")["meeting.pdf"]).pages))
    sheets = build_meeting(sheet, page)
    wanted = [text for point in sheets.points for text in (point.said, point.source)]
    wanted += [question.words.text for part in sheets.parts for question in part.questions]
    assert [text for text in wanted if squeezed(text) not in meeting] == []
    assert squeezed("state-of-the-district.example/en/007") in handout
    assert squeezed("state-of-the-district.example/en/007") in meeting


@pytest.mark.slow
def test_hostile_words_stay_words() -> None:
    sheet = kit_sheet()
    page = page_of(sheet).model_copy(update={"title": HOSTILE, "publisher": HOSTILE})
    files = press("en").render(sheet, page, make_charts(page))
    for name in ("slides.pdf", "handout.pdf"):
        assert squeezed('#panic("x")') in words_of(iter(read(files[name]).pages))


def test_words_that_do_not_fit_in_the_foretold_size_are_measured() -> None:
    """The first try has a page too many; the second has all words, in smaller letters."""
    sheet = kit_sheet()
    page = page_of(sheet)
    assert page.closing is not None
    lead = "Forty words of ours that nobody foretold. " * 22
    longer = page.model_copy(update={"loop": page.loop and page.loop.model_copy(update={"answer": lead.strip()})})
    files = press("en").render(sheet, longer, make_charts(page))
    pages = read(files["slides.pdf"]).pages
    assert len(pages) == SLIDES + SIDES_OF_NOTES
    assert squeezed(lead) in words_of(iter([pages[6]]))


def test_a_page_of_another_language_is_an_error() -> None:
    sheet = kit_sheet(tag="es")
    page = page_of(sheet)
    with pytest.raises(RenderError, match="expected a page in en, got one in es"):
        press("en").render(sheet, page, make_charts(page))


def test_a_missing_chart_is_an_error() -> None:
    sheet = kit_sheet()
    page = page_of(sheet)
    charts = make_charts(page)
    del charts["trend-incidents_property"]
    with pytest.raises(RenderError, match="got none for trend-incidents_property"):
        press("en").render(sheet, page, charts)


def test_a_missing_template_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="got no such file"):
        KitPress(shipped().languages[0], template_dir=tmp_path)


# Every language and place


@pytest.mark.slow
@each_language
@each_place
@pytest.mark.parametrize("is_long", [False, True], ids=["usual", "long"])
def test_the_number_of_pages_never_changes(place: str, tag: str, is_long: bool) -> None:
    files = made(place, tag, is_long=is_long)
    sizes = {name: [tuple(map(float, page.mediabox[2:])) for page in read(files[name]).pages] for name in NAMES[:3]}
    assert sizes["slides.pdf"] == [WALL] * SLIDES + [LETTER] * SIDES_OF_NOTES
    assert sizes["handout.pdf"] == [LETTER] * 2
    assert sizes["meeting.pdf"] == [LETTER] * 4


@pytest.mark.slow
@each_language
@pytest.mark.parametrize(("place", "is_long"), [("007", False), ("city", True)], ids=["usual", "long"])
def test_no_text_leaves_its_page_and_none_on_a_wall_is_small(place: str, tag: str, is_long: bool) -> None:
    files = made(place, tag, is_long=is_long)
    for name in NAMES[:3]:
        for number, page in enumerate(read(files[name]).pages):
            width, height = map(float, page.mediabox[2:])
            pieces = pieces_of(page)
            assert pieces
            outside = [text for x, y, _, text in pieces if not (0 <= x <= width and 12 <= y <= height - 12)]
            assert outside == [], (name, number)
            # Words of a picture are as large as its scale makes them.
            if name == "slides.pdf" and number < SLIDES and number not in (2, 3):
                assert [text for *_, size, text in pieces if size < LEAST_ON_A_WALL - 0.01] == [], number


@pytest.mark.slow
@each_language
def test_every_number_printed_stands_in_the_page(tag: str, settings: Settings) -> None:
    place = "007"
    sheet = kit_sheet(place, tag, is_sample=True)
    page = page_of(sheet)
    # The address of the report holds the number of the district.
    known = set(list_numbers(" ".join(texts_of(page)), settings, tag)) | {float(place)}
    for name in NAMES[:3]:
        pages = read(made(place, tag)[name]).pages
        found = {number for each in pages for *_, text in pieces_of(each) for number in numbers_in(text, settings, tag)}
        # Pages, slides and notes are counted.
        assert {number for number in found - known if number > len(pages)} == set(), name
        assert len(found & known) > 10


@pytest.mark.slow
@each_language
def test_files_are_tagged_in_their_language_and_say_what_pictures_show(tag: str) -> None:
    files = made("007", tag)
    for name in NAMES[:3]:
        reader = read(files[name])
        root: Any = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"].split("-")[0] == tag.split("-")[0]
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert b"pdfuaid" in root["/Metadata"].get_data()
        assert reader.metadata is not None and reader.metadata.title
        alternatives = list(_alternatives(root["/StructTreeRoot"]))
        assert len(alternatives) >= {"slides.pdf": 3, "handout.pdf": 2, "meeting.pdf": 1}[name]
        assert all(alternatives)


def _alternatives(node: Any) -> Iterator[str]:
    """Return what stands for each picture where it cannot be seen."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for kid in node:
            yield from _alternatives(kid)
    elif isinstance(node, dict):
        if node.get("/S") == "/Figure":
            yield str(node.get("/Alt", ""))
        if "/K" in node:
            yield from _alternatives(node["/K"])


@pytest.mark.slow
@pytest.mark.parametrize("tag", TAGS[:3])
def test_the_mark_of_a_sample_and_a_preview_stands_twice_on_every_page(tag: str) -> None:
    """Arabic is read back in whichever order its letters were drawn; its templates are the same."""
    for name in NAMES[:3]:
        for each in read(made("007", tag, is_long=True)[name]).pages:
            text = squeezed(each.extract_text())
            for banner in ("banner.sample", "banner.preview"):
                assert text.count(squeezed(all_words()[tag].text(banner))) >= 2, name


@pytest.mark.slow
@each_language
def test_a_kit_without_anything_from_people_is_made_too(tag: str) -> None:
    sheet = bare_sheet(tag)
    page = page_of(sheet)
    files = press(tag).render(sheet, page, make_charts(page))
    assert len(read(files["slides.pdf"]).pages) == 7 + SIDES_OF_NOTES
    assert len(read(files["handout.pdf"]).pages) == 2
    assert len(read(files["meeting.pdf"]).pages) == 1


@pytest.mark.slow
@each_language
def test_a_quarter_without_data_is_made_too(tag: str) -> None:
    nothing = dict.fromkeys(("incidents_violent", "incidents_property", "incidents_robbery"), (None, None))
    sheet = kit_sheet("007", tag, counts=nothing)
    page = page_of(sheet)
    files = press(tag).render(sheet, page, make_charts(page))
    assert len(read(files["slides.pdf"]).pages) == SLIDES + SIDES_OF_NOTES


@pytest.mark.slow
@each_language
@pytest.mark.parametrize("place", ["007", "city"])
def test_the_kit_of_a_real_report_is_whole(sample_release: Path, settings: Settings, place: str, tag: str) -> None:
    """With the charts of a report: no file longer or shorter, every key fact on the slides and on the handout."""
    dossier = read_dossier(sample_release, place)
    sheet = Sheet(dossier, all_words()[tag], settings)
    page = page_of(sheet)
    book = ChartBook(settings.language(tag))
    charts = {figure.figure_id: book.draw(figure, banner=" · ".join(page.banners)) for figure in page.figures}
    files = press(tag).render(sheet, page, charts)
    slides, handout, meeting = (read(files[name]).pages for name in NAMES[:3])
    assert (len(slides), len(handout), len(meeting)) == (SLIDES + SIDES_OF_NOTES, 2, 4)
    for shown in (slides[1], handout[0]):
        found = {number for _, _, _, text in pieces_of(shown) for number in numbers_in(text, settings, tag)}
        for fact in dossier.key_facts:
            assert {float(fact.now.value or 0), float(fact.year_before.value or 0)} <= found
    assert not re.search("\ufffd", files["script.txt"].decode("utf-8-sig"))
    assert files["script.txt"].startswith(BOM_UTF8)


@pytest.mark.slow
def test_what_does_not_fit_is_an_error_not_a_cut_slide() -> None:
    sheet = kit_sheet()
    page = page_of(sheet).model_copy(update={"key_facts_note": "word " * 3000})
    with pytest.raises(RenderError, match="expected room"):
        press("en").render(sheet, page, make_charts(page))


def test_the_templates_are_where_the_press_looks() -> None:
    folder = find_asset("templates", "print")
    assert all((folder / name).is_file() for name in ("slides.typ", "handout.typ", "meeting.typ", "kit.typ"))
