from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from district_reports.errors import RenderError
from district_reports.model import Direction
from district_reports.render.charts import ChartBook
from district_reports.render.pdf import PrintShop, breakable, find_numeric_columns, printable
from district_reports.render.view import Page, Section
from district_reports.settings import find_asset, load_settings
from tests.unit.render.pages import LANGUAGES, make_charts, make_page

PAGES_AT_MOST = 12
SUMMARY_PAGES = 4
SIZE_LIMIT = 600_000
LETTER = (612, 792)
HOSTILE = (
    '#import "@preview/x:0.1.0": * $x^2$ *bold* _it_ `raw` <label> @ref #panic("x") \\ // /* "q" = h <script>\n'
    "\x00\x07 \u202eevil\u202c \u2066open \u2069\u2069 \ufffe"
)
"""Typst's markup and code, controls, an override, isolates that do not match, a non-character."""

EDITIONS = [(tag, city) for tag in LANGUAGES for city in (False, True)]
_pdfs: dict[tuple[str, bool], bytes] = {}


def template_dir() -> Path:
    return find_asset("templates", "print")


def make_shop(tag: str, folder: Path | None = None) -> PrintShop:
    return PrintShop(load_settings({}).language(tag), template_dir=folder or template_dir())


@pytest.fixture(scope="module")
def shops() -> dict[str, PrintShop]:
    return {tag: make_shop(tag) for tag in LANGUAGES}


@pytest.fixture(scope="module")
def english(shops: dict[str, PrintShop]) -> PrintShop:
    return shops["en"]


def render(shop: PrintShop, page: Page) -> bytes:
    return shop.render_pdf(page, make_charts(page))


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def edition(shops: dict[str, PrintShop], tag: str, city: bool) -> PdfReader:
    if (tag, city) not in _pdfs:
        _pdfs[tag, city] = render(shops[tag], make_page(tag, city=city))
    return read(_pdfs[tag, city])


def words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def letters(text: str) -> str:
    """Text without spaces and marks of direction: lines break where they like."""
    return re.sub(r"[\s\u200b\u2066-\u2069]+", "", text)


def outline(reader: PdfReader) -> list[tuple[str, int]]:
    def flat(items: list[Any]) -> Iterator[Any]:
        for item in items:
            if isinstance(item, list):
                yield from flat(item)
            else:
                yield item

    return [(item.title, (reader.get_destination_page_number(item) or 0) + 1) for item in flat(reader.outline)]


def elements(reader: PdfReader) -> list[tuple[str, dict[str, Any]]]:
    """All elements of the structure tree in reading order, as (tag, entry)."""
    found: list[tuple[str, dict[str, Any]]] = []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append((str(node["/S"]), node))
            if "/K" in node:
                walk(node["/K"])

    root: Any = reader.trailer["/Root"]
    walk(root["/StructTreeRoot"]["/K"])
    return found


def appendix_page(reader: PdfReader, page: Page) -> int:
    return next(number for title, number in outline(reader) if title == page.labels.appendix)


@pytest.mark.parametrize(("tag", "city"), EDITIONS)
def test_summary_keeps_to_four_pages_and_all_to_twelve(shops: dict[str, PrintShop], tag: str, city: bool) -> None:
    reader = edition(shops, tag, city)
    assert appendix_page(reader, make_page(tag, city=city)) <= SUMMARY_PAGES + 1
    assert len(reader.pages) <= PAGES_AT_MOST
    assert len(_pdfs[tag, city]) <= SIZE_LIMIT
    assert {(float(p.mediabox.width), float(p.mediabox.height)) for p in reader.pages} == {LETTER}


@pytest.mark.parametrize(("tag", "city"), EDITIONS)
def test_every_text_of_the_summary_is_told_before_the_appendix(
    shops: dict[str, PrintShop], tag: str, city: bool
) -> None:
    reader, page = edition(shops, tag, city), make_page(tag, city=city)
    titles = dict(outline(reader))
    limit = appendix_page(reader, page)
    assert titles[page.title] == titles[page.labels.key_facts] == 1
    assert titles[page.limits.question] < limit
    assert titles[page.contacts_heading] < limit
    assert [title for title, _ in outline(reader) if title in {s.question for s in page.sections}] == [
        section.question for section in page.sections
    ]


@pytest.mark.parametrize("tag", ["en", "es", "zh-Hans"])
def test_texts_are_all_there(shops: dict[str, PrintShop], tag: str) -> None:
    reader, page = edition(shops, tag, False), make_page(tag)
    text = letters(words(reader))
    wanted = [page.title, page.edition_line, page.dates_line, page.key_facts_note, *page.limits.points]
    wanted += [*page.notes.points, *page.method.points, page.data.answer, page.arrests.answer]
    wanted += [fact.word for fact in page.key_facts] + [line for f in page.key_facts for line in f.compared_with]
    wanted += [contact.number for contact in page.contacts] + [source.title for source in page.sources]
    for section in page.sections:
        wanted += [section.question, section.answer]
        wanted += [part for figure in section.figures for part in (figure.title, figure.subtitle, figure.source)]
        wanted += [note for figure in section.figures for note in figure.notes]
        wanted += [cell for figure in section.figures for row in figure.table.rows for cell in row]
    assert [part for part in wanted if letters(part) not in text] == []


def test_the_file_says_its_title_language_and_date(shops: dict[str, PrintShop]) -> None:
    for tag, language in (("en", "en-US"), ("es", "es-US"), ("zh-Hans", "zh-CN"), ("ar", "ar")):
        reader, page = edition(shops, tag, False), make_page(tag)
        root: Any = reader.trailer["/Root"]
        assert root["/Lang"] == language
        assert root["/MarkInfo"]["/Marked"]
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert reader.metadata is not None
        assert reader.metadata.title == page.document_title
        assert reader.metadata.author == page.publisher
        assert reader.metadata.creation_date is not None
        assert reader.metadata.creation_date.date().isoformat() == page.report_date
        assert b"pdfuaid" in root["/Metadata"].get_data()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_picture_has_its_words(shops: dict[str, PrintShop], tag: str) -> None:
    page = make_page(tag)
    told = [str(entry.get("/Alt", "")) for name, entry in elements(edition(shops, tag, False)) if name == "/Figure"]
    assert told == [figure.alt for section in page.sections for figure in section.figures]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_headings_tables_and_lists_are_marked(shops: dict[str, PrintShop], tag: str) -> None:
    page = make_page(tag)
    names = [name for name, _ in elements(edition(shops, tag, False))]
    levels = [int(name[2]) for name in names if re.fullmatch(r"/H\d", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(levels, levels[1:], strict=False))
    tables = [figure.table for section in page.sections for figure in section.figures] + list(page.arrests.tables)
    assert names.count("/Table") == names.count("/THead") == names.count("/Caption") == len(tables)
    assert names.count("/TH") == sum(len(table.head) for table in tables)
    points = (*page.limits.points, *page.notes.points, *page.method.points, *page.arrests.points, *page.data_links)
    assert names.count("/LI") == len(points)


def test_a_question_is_read_before_its_finding_and_its_picture(shops: dict[str, PrintShop]) -> None:
    names = [name for name, _ in elements(edition(shops, "en", False)) if re.fullmatch(r"/H\d|/Figure", name)]
    assert names[:8] == ["/H1", "/H2", "/H2", "/H3", "/Figure", "/H2", "/H3", "/Figure"]


def test_addresses_and_telephone_numbers_can_be_followed(shops: dict[str, PrintShop]) -> None:
    reader = edition(shops, "en", False)
    targets = {
        str(note.get_object()["/A"]["/URI"])
        for page in reader.pages
        for note in page.get("/Annots", [])
        if "/A" in note.get_object()
    }
    assert {"https://988lifeline.org", "tel:312-743-2672", "https://data.cityofchicago.org/d/x"} <= targets
    assert all(target.startswith(("https://", "http://", "tel:")) for target in targets)


@pytest.mark.parametrize("tag", ["en", "es", "zh-Hans"])
def test_banners_stand_at_top_and_foot_of_every_page(shops: dict[str, PrintShop], tag: str) -> None:
    page = make_page(tag, banners=("sample", "preview"))
    reader = read(render(shops[tag], page))
    band = letters(" · ".join(page.banners))
    for sheet in reader.pages:
        assert letters(sheet.extract_text()).count(band) == 2


def test_a_page_without_a_banner_has_no_band(english: PrintShop) -> None:
    page = make_page("en", banners=())
    reader = read(render(english, page))
    assert make_page("en").banners[0] not in words(reader)
    assert appendix_page(reader, page) <= SUMMARY_PAGES + 1


def test_every_page_says_its_number(shops: dict[str, PrintShop]) -> None:
    reader = edition(shops, "es", False)
    count = len(reader.pages)
    for number, sheet in enumerate(reader.pages, start=1):
        assert f"Página {number} de {count}" in sheet.extract_text()


def test_the_same_page_gives_the_same_bytes(english: PrintShop, tmp_path: Path) -> None:
    page = make_page("en", city=True)
    first = render(english, page)
    render(english, make_page("en"))
    assert render(english, page) == first
    (tmp_path / "page.json").write_text(page.model_dump_json(), encoding="utf-8")
    (tmp_path / "charts.json").write_text(json.dumps(make_charts(page)), encoding="utf-8")
    program = (
        "import hashlib, json, sys; from pathlib import Path;"
        "from district_reports.render.pdf import PrintShop; from district_reports.render.view import Page;"
        "from district_reports.settings import find_asset, load_settings;"
        "page = Page.model_validate_json(Path(sys.argv[1], 'page.json').read_text(encoding='utf-8'));"
        "charts = json.loads(Path(sys.argv[1], 'charts.json').read_text(encoding='utf-8'));"
        "shop = PrintShop(load_settings({}).language('en'), template_dir=find_asset('templates', 'print'));"
        "sys.stdout.write(hashlib.sha256(shop.render_pdf(page, charts)).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout == hashlib.sha256(first).hexdigest()


def poison(page: Page, text: str) -> Page:
    """Return the page with the text put before every free text of it but the furniture."""
    kept = {"figure_id", "section_id", "metric_id", "language", "lang", "region", "font", "report_date", "direction"}
    kept |= {"kind", "form", "url", "href", "labels", "number", "banners", "languages"}

    def walk(value: Any, name: str) -> Any:
        if name in kept:
            return value
        if isinstance(value, dict):
            return {key: walk(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item, name) for item in value]
        return f"{text} {value}" if isinstance(value, str) and value else value

    return Page.model_validate(walk(page.model_dump(mode="json"), ""))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_markup_in_data_is_only_letters(shops: dict[str, PrintShop], tag: str) -> None:
    page = make_page(tag)
    sections = tuple(
        section.model_copy(update={"question": f"{HOSTILE} {section.question}", "answer": HOSTILE})
        for section in page.sections
    )
    hostile = page.model_copy(
        update={
            "title": HOSTILE,
            "document_title": HOSTILE,
            "edition_line": HOSTILE,
            "sections": sections,
            "notes": page.notes.model_copy(update={"points": (HOSTILE,)}),
            "arrests": poison(page, HOSTILE).arrests,
        }
    )
    pdf = shops[tag].render_pdf(hostile, make_charts(page))
    text = letters(words(read(pdf)))
    assert letters('#import "@preview/x:0.1.0": * $x^2$ *bold* _it_ `raw` <label>') in text or tag == "ar"
    assert "\u202e" not in text


def test_hostile_text_in_every_field_still_gives_a_file(english: PrintShop) -> None:
    page = poison(make_page("en"), "#panic() $x *b* <script>")
    assert "#panic()" in words(read(english.render_pdf(page, make_charts(page))))


def test_a_very_long_word_stays_on_the_paper(english: PrintShop) -> None:
    word = "Llanfair" * 40
    page = make_page("en")
    page = page.model_copy(update={"title": word, "dates_line": word})
    reader = read(render(english, page))
    lines: set[int] = set()

    def visit(text: str, matrix: list[float], place: list[float], *_: Any) -> None:
        if text.strip() and text.strip() in word:
            lines.add(round(matrix[5] + place[5]))

    reader.pages[0].extract_text(visitor_text=visit)
    assert letters(words(reader)).count(word) == 2
    assert len(lines) > 6


def test_hostile_words_in_a_picture_are_only_letters(english: PrintShop) -> None:
    page = make_page("en")
    charts = make_charts(page)
    charts["violence"] = charts["violence"].replace(">412<", ">#panic() $x &lt;b&gt;<")
    assert "#panic()" in words(read(english.render_pdf(page, charts)))


def test_only_web_addresses_become_links(english: PrintShop) -> None:
    page = make_page("en")
    contact = page.contacts[0].model_copy(update={"url": "javascript:alert(1)", "number": "911; rm"})
    reader = read(render(english, page.model_copy(update={"contacts": (contact,)})))
    assert "javascript:alert(1)" in words(reader)
    raw = [str(note.get_object().get("/A", {})) for sheet in reader.pages for note in sheet.get("/Annots", [])]
    assert not [target for target in raw if "javascript" in target or "911; rm" in target]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_letter_no_font_has_stops_the_edition(shops: dict[str, PrintShop], tag: str) -> None:
    page = make_page(tag).model_copy(update={"title": "smile \U0001f600"})
    with pytest.raises(RenderError, match="\U0001f600") as caught:
        render(shops[tag], page)
    assert (caught.value.template, caught.value.language) == ("report.typ", tag)
    assert len(str(caught.value)) < 400


def test_a_picture_without_words_stops_the_edition(tmp_path: Path) -> None:
    folder = tmp_path / "print"
    shutil.copytree(template_dir(), folder)
    parts = folder / "parts.typ"
    source = parts.read_text(encoding="utf-8")
    assert "  alt: item.alt,\n" in source
    parts.write_text(source.replace("  alt: item.alt,\n", ""), encoding="utf-8")
    with pytest.raises(RenderError, match="PDF/UA-1"):
        render(make_shop("en", folder), make_page("en"))


def test_a_broken_template_is_named(tmp_path: Path) -> None:
    (tmp_path / "report.typ").write_text("#no-such-thing\n", encoding="utf-8")
    with pytest.raises(RenderError, match=r"report\.typ \(en\): unknown variable"):
        render(make_shop("en", tmp_path), make_page("en"))


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=re.escape("got no such file")):
        make_shop("en", tmp_path)


def test_a_missing_chart_is_named(english: PrintShop) -> None:
    page = make_page("en")
    charts = {name: svg for name, svg in make_charts(page).items() if name != "kinds"}
    with pytest.raises(RenderError, match="kinds"):
        english.render_pdf(page, charts)


def test_a_page_in_another_language_is_refused(english: PrintShop) -> None:
    with pytest.raises(RenderError, match="expected a page in en, got one in es"):
        render(english, make_page("es"))


def test_a_font_that_is_not_installed_is_refused(english: PrintShop) -> None:
    page = make_page("en").model_copy(update={"font": "Comic Sans"})
    with pytest.raises(RenderError, match="Comic Sans"):
        render(english, page)


@pytest.mark.parametrize("count", [1, 4, 5])
def test_any_number_of_key_facts_can_be_set(english: PrintShop, count: int) -> None:
    page = make_page("en")
    facts = tuple(fact.model_copy(update={"direction": Direction.UNKNOWN}) for fact in page.key_facts[:count])
    assert page.key_facts[count - 1].label in words(read(render(english, page.model_copy(update={"key_facts": facts}))))


def test_sections_of_any_form_can_be_set(english: PrintShop) -> None:
    page = make_page("en")
    table = page.sections[0].figures[0].table.model_copy(update={"caption": "A table of its own"})
    plain = Section(section_id="plain", question="Only points?", answer="", points=("One.", "Two."))
    mixed = page.sections[0].model_copy(update={"question": "A mixture?", "tables": (table,), "answer": ""})
    bare = Section(section_id="bare", question="Nothing at all?", answer="")
    reader = read(render(english, page.model_copy(update={"sections": (mixed, plain, bare)})))
    text = words(reader)
    assert all(part in text for part in ("Only points?", "A mixture?", "A table of its own", "Nothing at all?"))


def test_tables_of_any_form_can_be_set(english: PrintShop) -> None:
    page = make_page("en")
    table = page.arrests.tables[0]
    long = "Several words that no column of a table with five columns has room for on one line of it"
    forms = (
        table.model_copy(update={"caption": "No rows", "rows": ()}),
        table.model_copy(update={"caption": "Two lines", "head": ("A", "B"), "rows": (("first\nsecond", "1"),) * 3}),
        table.model_copy(update={"caption": "Long words", "head": tuple("ABCDE"), "rows": ((long,) * 5,) * 2}),
        table.model_copy(update={"caption": "One column", "head": ("A",), "rows": (("only",),)}),
    )
    arrests = page.arrests.model_copy(update={"tables": forms})
    text = letters(words(read(render(english, page.model_copy(update={"arrests": arrests})))))
    assert all(letters(form.caption) in text for form in forms)
    assert text.count("firstsecond") == 3
    assert text.count(letters("has room for")) == 10


def test_what_the_summary_has_no_room_for_goes_to_the_appendix(english: PrintShop) -> None:
    page = make_page("en")
    many = tuple(
        section.model_copy(
            update={
                "question": f"{section.question} {copy}",
                "figures": tuple(
                    figure.model_copy(update={"figure_id": f"{figure.figure_id}-{copy}"}) for figure in section.figures
                ),
            }
        )
        for copy in range(2)
        for section in page.sections
    )
    page = page.model_copy(update={"sections": many})
    reader = read(render(english, page))
    pages = dict(outline(reader))
    assert appendix_page(reader, page) <= SUMMARY_PAGES + 1
    assert pages[many[-1].question] >= appendix_page(reader, page)
    assert pages[page.limits.question] < appendix_page(reader, page)


def test_a_summary_that_cannot_fit_is_an_error(english: PrintShop) -> None:
    page = make_page("en")
    limits = page.limits.model_copy(update={"points": page.limits.points * 30})
    with pytest.raises(RenderError, match="does not fit on 4 pages"):
        render(english, page.model_copy(update={"limits": limits}))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_charts_of_the_chart_book_can_be_set(shops: dict[str, PrintShop], tag: str) -> None:
    page = make_page(tag)
    book = ChartBook(load_settings({}).language(tag))
    charts = {
        figure.figure_id: book.draw(figure, banner=" · ".join(page.banners))
        for section in page.sections
        for figure in section.figures
    }
    reader = read(shops[tag].render_pdf(page, charts))
    assert appendix_page(reader, page) <= SUMMARY_PAGES + 1
    assert len(reader.pages) <= PAGES_AT_MOST


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text", "plain text"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
        ("a\x00b\tc", "a b c"),
        ("\u202eturned\u202c", "turned"),
        ("\u2068007\u2069 kept", "\u2068007\u2069 kept"),
        ("\u2067open", "\u2067open\u2069"),
        ("closed\u2069", "closed"),
        ("\ud800\ue000\ufffe", "\ufffd\ufffd\ufffd"),
        ("العربية 中文", "العربية 中文"),
    ],
)
def test_a_text_is_made_printable(text: str, expected: str) -> None:
    assert printable(text) == expected


@pytest.mark.parametrize(
    ("text", "is_broken"),
    [("Rechtsschutzversicherungen", False), ("W" * 40, True), ("社" * 40, False), ("a/b-" * 20, False)],
)
def test_only_a_word_no_column_has_room_for_may_break(text: str, is_broken: bool) -> None:
    assert (breakable(text) != text) is is_broken
    assert breakable(text).replace("\u200b", "") == text


def test_columns_of_numbers_are_found() -> None:
    rows = (("2024", "1,204", "5.5%", "lower", "", "–"), ("2025", "−3", "", "12", "", "7"))
    head = ("Year", "Number", "Share", "Word", "Empty", "Dash")
    assert find_numeric_columns(head, rows) == [False, True, True, False, False, True]
