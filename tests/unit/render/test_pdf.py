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
from district_reports.render.i18n import Words
from district_reports.render.pdf import PrintShop, breakable, printable
from district_reports.render.print_record import describe_columns, find_numeric_columns
from district_reports.render.view import BarRow, BarTable, Card, Entry, Mark, Page, Said, Section, Table
from district_reports.settings import find_asset, load_settings
from tests.unit.render.pages import LANGUAGES, make_charts, make_page
from tests.unit.render.told_pages import MARKS, make_loop

PAGES_AT_MOST = 12
SUMMARY_PAGES = 4
SIZE_LIMIT = 600_000
SIZE_LIMIT_FULL = 900_000
LETTER = (612, 792)
HOSTILE = (
    '#import "@preview/x:0.1.0": * $x^2$ *bold* _it_ `raw` <label> @ref #panic("x") \\ // /* "q" = h <script>\n'
    "\x00\x07 \u202eevil\u202c \u2066open \u2069\u2069 \ufffe"
)
"""Typst's markup and code, controls, an override, isolates that do not match, a non-character."""

EDITIONS = [(tag, city) for tag in LANGUAGES for city in (False, True)]
_pdfs: dict[tuple[str, bool, bool, bool], bytes] = {}


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


def edition(
    shops: dict[str, PrintShop], tag: str, city: bool, *, is_full: bool = False, is_told: bool = False
) -> PdfReader:
    if (tag, city, is_full, is_told) not in _pdfs:
        page = make_page(tag, city=city, is_full=is_full, is_told=is_told)
        _pdfs[tag, city, is_full, is_told] = render(shops[tag], page)
    return read(_pdfs[tag, city, is_full, is_told])


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


@pytest.mark.slow
@pytest.mark.parametrize(("is_full", "is_told"), [(False, False), (True, False), (True, True)])
@pytest.mark.parametrize(("tag", "city"), EDITIONS)
def test_front_keeps_to_four_pages_and_all_to_twelve(
    shops: dict[str, PrintShop], tag: str, city: bool, is_full: bool, is_told: bool
) -> None:
    reader = edition(shops, tag, city, is_full=is_full, is_told=is_told)
    page = make_page(tag, city=city, is_full=is_full, is_told=is_told)
    assert dict(outline(reader))[page.pictures[0].question] > 1
    assert len(reader.pages) <= PAGES_AT_MOST
    assert len(_pdfs[tag, city, is_full, is_told]) <= (SIZE_LIMIT_FULL if is_full else SIZE_LIMIT)
    assert {(float(p.mediabox.width), float(p.mediabox.height)) for p in reader.pages} == {LETTER}


@pytest.mark.parametrize(("tag", "city"), EDITIONS)
def test_pages_one_to_four_hold_facts_loop_trends_and_whom_to_call(
    shops: dict[str, PrintShop], tag: str, city: bool
) -> None:
    reader = edition(shops, tag, city, is_full=True, is_told=True)
    page = make_page(tag, city=city, is_full=True, is_told=True)
    assert page.loop and page.guide and page.happened and page.closing
    titles = outline(reader)
    pages = dict(titles)
    assert pages[page.title] == pages[page.labels.key_facts] == pages[page.loop.question] == 1
    mental_health = page.guide.parts[0].question
    front = [page.loop.question, *(trend.question for trend in page.trends), page.guide.question]
    front += [page.contacts_heading, mental_health]
    places = [pages[title] for title in front]
    assert places == sorted(places)
    assert places[-1] <= SUMMARY_PAGES
    behind = [page.happened, *page.pictures, *page.further, page.limits, page.notes, page.closing]
    assert min(pages[section.question] for section in behind if section.question in pages) > places[-1]
    in_order = [title for title, _ in titles]
    assert in_order.index(page.happened.question) < in_order.index(page.pictures[0].question)
    assert in_order.index(page.limits.question) < in_order.index(page.closing.question)
    # The questions end the report.
    assert in_order[-1] == page.closing.parts[-1].question


@pytest.mark.parametrize("tag", LANGUAGES)
def test_what_is_past_its_date_stands_on_page_one(shops: dict[str, PrintShop], tag: str) -> None:
    reader, page = edition(shops, tag, False, is_full=True, is_told=True), make_page(tag, is_told=True)
    assert page.loop
    first = letters(reader.pages[0].extract_text())
    assert page.loop.cards[0].is_urgent
    if tag != "ar":
        assert letters(page.loop.cards[0].flags[0]) in first
        assert letters(page.loop.cards[0].title.text) in first


@pytest.mark.parametrize(("tag", "city"), EDITIONS)
def test_without_a_loop_the_trends_and_contacts_come_first(shops: dict[str, PrintShop], tag: str, city: bool) -> None:
    reader, page = edition(shops, tag, city, is_full=True), make_page(tag, city=city, is_full=True)
    titles = dict(outline(reader))
    assert titles[page.title] == titles[page.labels.key_facts] == 1
    assert max(titles[trend.question] for trend in page.trends) <= titles[page.contacts_heading] <= SUMMARY_PAGES
    assert titles[page.contacts_heading] < titles[page.pictures[0].question]


def words_of_people(page: Page) -> list[str]:
    """Return all texts of the parts on what people said, and of whom to call."""
    found: list[str] = []

    def take(section: Section) -> None:
        found.extend([section.question, section.answer, *section.notices, *section.points])
        for card in section.cards:
            found.extend([card.status, *card.flags, card.title.text])
            found.extend(part for line in card.lines for part in (line.label, line.said.text))
        found.extend(part for quote in section.quotes for part in (quote.said.text, quote.by))
        for contact in section.contacts:
            found.extend([contact.label, contact.number, contact.detail, contact.remark, *contact.lines])
        for table in section.tables:
            found.extend([table.caption, table.note, *(cell for row in (table.head, *table.rows) for cell in row)])
        found.extend(link.text for link in section.links)
        for part in section.parts:
            take(part)

    for section in (*page.told, page.guide, page.take_part, page.closing):
        assert section
        take(section)
    return [text for text in found if text]


@pytest.mark.parametrize("tag", ["en", "es", "zh-Hans"])
def test_all_that_people_said_is_printed(shops: dict[str, PrintShop], tag: str) -> None:
    text = letters(words(edition(shops, tag, False, is_full=True, is_told=True)))
    page = make_page(tag, is_full=True, is_told=True)
    wanted = words_of_people(page)
    assert len(wanted) > 250
    assert [part for part in wanted if letters(part) not in text] == []


@pytest.mark.parametrize("tag", ["en", "es"])
def test_what_is_left_to_the_web_page_is_named(shops: dict[str, PrintShop], tag: str) -> None:
    page = make_page(tag, is_full=True, is_told=True)
    text = letters(words(edition(shops, tag, False, is_full=True, is_told=True)))
    before, _ = page.labels.only_on_web.split("{what}")
    assert letters(f"{before}{page.labels.tables_heading}") in text
    shares = page.pictures[2].figures[0].table
    assert letters("".join(shares.rows[0])) not in text
    assert letters("".join(shares.rows[0])) in letters(words(edition(shops, tag, False)))
    everything = letters(words(edition(shops, tag, False, is_full=True)))
    assert letters(before) not in everything


def test_the_last_cards_are_left_to_the_web_page_where_there_are_too_many(english: PrintShop) -> None:
    page = make_page("en", is_told=True)
    many = page.model_copy(update={"loop": make_loop("en", cards=60)})
    assert many.loop
    reader = read(render(english, many))
    found = re.search(re.escape(page.labels.more_on_web).replace(r"\{n\}", r"(\d+)"), words(reader))
    assert found
    shown = [name for name, _ in elements(reader)].count("/H3")
    assert 0 < int(found[1]) < 60 < shown + int(found[1])
    pages = dict(outline(reader))
    assert pages[many.guide.question if many.guide else ""] <= SUMMARY_PAGES
    assert len(reader.pages) <= PAGES_AT_MOST


def test_words_in_another_language_say_so(shops: dict[str, PrintShop]) -> None:
    marked = [entry.get("/Lang") for _, entry in elements(edition(shops, "en", False, is_told=True))]
    assert "zh" in " ".join(str(tag) for tag in marked if tag)


def test_a_tag_that_is_none_is_no_language(english: PrintShop) -> None:
    card = Card(card_id="x", mark="heard", status="Heard", title=Said(text="TITLE", lang="#panic()"))
    loop = Section(section_id="loop", question="Loop?", answer="", cards=(card,))
    assert "TITLE" in words(read(render(english, make_page("en").model_copy(update={"loop": loop}))))


@pytest.mark.slow
def test_nine_shapes_differ_and_the_arrow_is_mirrored(shops: dict[str, PrintShop]) -> None:
    def drawing(tag: str, mark: Mark) -> str:
        card = Card(card_id="x", mark=mark, status="", flags=("f",), title=Said(text="T"))
        card = card.model_copy(update={"status": "S"})
        loop = Section(section_id="loop", question="Q", answer="", cards=(card,))
        page = make_page(tag, banners=()).model_copy(update={"loop": loop})
        reader = read(render(shops[tag], page))
        forms: Any = reader.pages[0]["/Resources"]
        content = reader.pages[0].get_contents()
        assert content is not None
        inner = [form.get_object().get_data() for form in forms.get("/XObject", {}).values()]
        return repr((content.get_data(), inner))

    assert len({drawing("en", mark) for mark in MARKS}) == len(MARKS) == 9
    for mark in ("not_ours", "agreed"):
        numbers = {tag: re.findall(r"-1 0 0 1 24 0|-[\d.]+ 0 0 -?[\d.]+", drawing(tag, mark)) for tag in ("en", "ar")}
        assert bool(numbers["ar"]) >= bool(numbers["en"])


@pytest.mark.parametrize("tag", ["en", "es", "zh-Hans"])
def test_texts_are_all_there(shops: dict[str, PrintShop], tag: str) -> None:
    reader, page = edition(shops, tag, False, is_full=True), make_page(tag, is_full=True)
    text = letters(words(reader))
    wanted = [page.title, page.edition_line, page.dates_line, page.key_facts_note, *page.limits.points]
    wanted += [*page.notes.points, *page.method.points, page.data.answer, page.arrests.answer]
    wanted += [fact.word for fact in page.key_facts] + [line for f in page.key_facts for line in f.compared_with]
    wanted += [contact.number for contact in page.contacts] + [source.title for source in page.sources]
    wanted += page.corrections
    for section in (*page.sections, *page.further):
        wanted += [section.question, section.answer, *section.notices, *section.points]
        wanted += [part for item in section.bars for part in (item.caption, *item.head, *item.notes, item.source)]
        wanted += [part for item in section.bars for row in item.rows for part in (row.label, row.text)]
        wanted += [part for item in section.tables for row in (item.head, *item.rows) for part in row]
        wanted += [part for item in section.tables for part in (item.caption, item.note)]
        wanted += [part for item in section.entries for part in (item.label, item.detail, item.remark)]
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
    reader, page = edition(shops, tag, False, is_full=True), make_page(tag, is_full=True)
    told = [str(entry.get("/Alt", "")) for name, entry in elements(reader) if name == "/Figure"]
    assert sorted(told) == sorted(figure.alt for figure in page.figures)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_headings_tables_and_lists_are_marked(shops: dict[str, PrintShop], tag: str) -> None:
    page = make_page(tag, is_full=True)
    names = [name for name, _ in elements(edition(shops, tag, False, is_full=True))]
    levels = [int(name[2]) for name in names if re.fullmatch(r"/H\d", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(levels, levels[1:], strict=False))
    captions = [figure.table.caption for figure in page.figures]
    captions += [item.caption for section in page.further for item in section.tables]
    captions += [item.caption for section in page.further for item in section.bars]
    assert names.count("/Caption") == len(captions)
    # A long table may go on in the next column, under its head again.
    assert len(captions) <= names.count("/Table") == names.count("/THead") <= len(captions) + 6
    points = [point for section in (*page.further, page.limits, page.notes, page.method) for point in section.points]
    entries = [entry for section in page.further for entry in section.entries]
    assert names.count("/LI") == len(points) + len(entries) + len(page.sources) + len(page.data_links)


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
    kept |= {"kind", "form", "url", "href", "labels", "number", "banners", "languages", "table_id", "mark", "card_id"}

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
    page = poison(make_page("en", is_full=True, is_told=True), "#panic() $x *b* <script>")
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


def test_a_place_to_look_is_no_link_unless_on_the_web(english: PrintShop) -> None:
    page = make_page("en")
    entries = (Entry(label="Here", detail="", url="javascript:alert(1)"), Entry(label="There", detail="Held", url=""))
    section = Section(section_id="asked", question="What else?", answer="", entries=entries)
    reader = read(render(english, page.model_copy(update={"more": (section,)})))
    assert all(part in words(reader) for part in ("Here javascript:alert(1)", "There – Held"))
    raw = [str(note.get_object().get("/A", {})) for sheet in reader.pages for note in sheet.get("/Annots", [])]
    assert not [target for target in raw if "javascript" in target]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_word_of_ours_lacks_a_letter(tag: str) -> None:
    """A letter that no font has would be left out without a word."""
    words = Words.load(load_settings({}).language(tag), find_asset("templates", "locale"))
    lacking = {key: form for key, forms in words.forms.items() for form in forms if printable(form) != form}
    assert lacking == {}


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


def test_more_pictures_than_usual_stand_after_the_contacts(english: PrintShop) -> None:
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
    pages = dict(outline(read(render(english, page))))
    assert pages[page.contacts_heading] <= SUMMARY_PAGES
    assert all(pages[section.question] <= SUMMARY_PAGES for section in page.trends)
    assert all(pages[section.question] > pages[page.contacts_heading] for section in page.pictures)


def test_a_front_that_cannot_fit_is_an_error(english: PrintShop) -> None:
    page = make_page("en", is_told=True)
    with pytest.raises(RenderError, match="does not fit on 4 pages"):
        render(english, page.model_copy(update={"contacts": page.contacts * 60}))


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.slow
def test_the_charts_of_the_chart_book_can_be_set(shops: dict[str, PrintShop], tag: str) -> None:
    page = make_page(tag, is_full=True, is_told=True)
    book = ChartBook(load_settings({}).language(tag))
    charts = {figure.figure_id: book.draw(figure, banner=" · ".join(page.banners)) for figure in page.figures}
    reader = read(shops[tag].render_pdf(page, charts))
    assert dict(outline(reader))[page.contacts_heading] <= SUMMARY_PAGES
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
        ("Thanks 😀 a lot 👍🏽", "Thanks  a lot "),
        ("ไทย שלום", "\ufffd\ufffd\ufffd \ufffd\ufffd\ufffd\ufffd"),
        ("한국어 Ωмир ☎️ → ½", "한국어 Ωмир ☎ → ½"),
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


def places_of(reader: PdfReader, wanted: str) -> list[tuple[int, float]]:
    """Return where a text stands: (page, x)."""
    found: list[tuple[int, float]] = []
    for number, sheet in enumerate(reader.pages, start=1):

        def visit(text: str, matrix: list[float], place: list[float], *_: Any, number: int = number) -> None:
            if wanted in text:
                found.append((number, matrix[4] + place[4]))

        sheet.extract_text(visitor_text=visit)
    return found


def with_bars(tag: str, rows: tuple[BarRow, ...]) -> Page:
    bars = BarTable(table_id="one", caption="Bars", head=("What", "Number"), rows=rows)
    section = Section(section_id="bars", question="Bars?", answer="", bars=(bars,))
    return make_page(tag).model_copy(update={"more": (section,)})


def drawing_of(reader: PdfReader) -> str:
    content = reader.pages[dict(outline(reader))["Bars?"] - 1].get_contents()
    assert content is not None
    return content.get_data().decode("latin-1")


def test_bars_are_drawn_and_say_nothing(shops: dict[str, PrintShop]) -> None:
    def made(*rows: BarRow) -> PdfReader:
        return read(render(shops["en"], with_bars("en", rows)))

    long, short = BarRow(label="Long", text="9", length=1), BarRow(label="Short", text="1", length=0.1)
    none, muted = (
        BarRow(label="None", text="no data", length=None),
        BarRow(label="Old", text="9", length=1, is_muted=True),
    )
    drawings = [drawing_of(made(row)) for row in (long, short, none, muted)]
    assert len(set(drawings)) == 4
    assert "/Pattern cs" in drawings[3]
    assert not any("/Pattern cs" in drawing for drawing in drawings[:3])
    figures = [[name for name, _ in elements(made(row))].count("/Figure") for row in (long, none)]
    assert figures[0] == figures[1]


@pytest.mark.parametrize(("tag", "is_mirrored"), [("en", False), ("ar", True)])
def test_bars_grow_the_way_the_script_runs(shops: dict[str, PrintShop], tag: str, is_mirrored: bool) -> None:
    def edges(length: float) -> set[float]:
        row = BarRow(label="Label", text="7", length=length)
        drawing = drawing_of(read(render(shops[tag], with_bars(tag, (row,)))))
        return {float(x) for x in re.findall(r"(-?[\d.]+) -?[\d.]+ [ml]\b", drawing)}

    short, long = edges(0.1), edges(0.9)
    ((end_of_short,), (end_of_long,)) = short - long, long - short
    assert (end_of_long < end_of_short) is is_mirrored


@pytest.mark.parametrize(("tag", "is_mirrored"), [("en", False), ("ar", True)])
@pytest.mark.slow
def test_numbers_of_bars_stand_where_lines_end(shops: dict[str, PrintShop], tag: str, is_mirrored: bool) -> None:
    reader = read(render(shops[tag], with_bars(tag, (BarRow(label="LABEL", text="98,765", length=0.5),))))
    ((_, label),), ((_, number),) = places_of(reader, "LABEL"), places_of(reader, "98,765")
    assert (label > number) is is_mirrored


def test_corrections_stand_on_the_first_page(shops: dict[str, PrintShop]) -> None:
    for tag in ("en", "es", "zh-Hans"):
        page = make_page(tag, is_full=True)
        first = letters(edition(shops, tag, False, is_full=True).pages[0].extract_text())
        assert all(letters(text) in first for text in page.corrections)


def test_a_fuller_report_is_set_more_densely_not_longer(shops: dict[str, PrintShop]) -> None:
    def with_places(count: int) -> PdfReader:
        page = make_page("es", is_full=True)
        (asked,) = (section for section in page.more if section.section_id == "asked")
        fuller = asked.model_copy(update={"entries": (asked.entries * 3)[:count]})
        more = tuple(fuller if section is asked else section for section in page.more)
        return read(render(shops["es"], page.model_copy(update={"more": more})))

    def letters_of_notices(reader: PdfReader) -> set[float]:
        sizes: set[float] = set()

        def visit(text: str, matrix: list[float], place: list[float], font: Any, size: float) -> None:
            if "archivo de la Fiscalía" in text:
                sizes.add(size)

        for sheet in reader.pages:
            sheet.extract_text(visitor_text=visit)
        return sizes

    usual, fuller = with_places(12), with_places(40)
    assert len(fuller.pages) <= PAGES_AT_MOST
    assert max(letters_of_notices(fuller)) < min(letters_of_notices(usual))


def test_a_long_table_goes_on_under_its_head(english: PrintShop) -> None:
    rows = tuple((f"Place {number}", str(number)) for number in range(150))
    table = Table(caption="A long table", head=("A place", "Its number"), rows=rows, note="The last word.")
    section = Section(section_id="long", question="How long?", answer="", tables=(table,))
    reader = read(render(english, make_page("en").model_copy(update={"more": (section,)})))
    text = words(reader)
    assert all(f"Place {number} {number}" in text for number in range(150))
    assert text.count("A long table") == text.count("The last word.") == 1
    assert text.count("A place Its number") >= 3


CHECKS = (
    # Tables find the heights of their rows themselves, margins apart.
    ("tables.typ", "      rows: heights,\n", "      row-gutter: 2 * form.margin,\n"),
    ("tables.typ", "height: plan.rows.sum(), {", "inset: (bottom: form.margin), {"),
    ("tables.typ", "inset: (bottom: 2 * form.margin), ", ""),
    # And every piece is compared with its planned height.
    ("appendix.typ", "dense(set-page(", "dense(context set-page("),
    (
        "columns.typ",
        "    place(top + start, dx: x",
        "    let real = measure(block(width: width, body)).height\n"
        "    if calc.abs(real - height) > 1.5pt { panic(real, height) }\n"
        "    place(top + start, dx: x",
    ),
)


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.slow
def test_every_piece_is_as_high_as_planned(tmp_path: Path, tag: str) -> None:
    """Pieces have their places before they are set: one that is higher than planned would run into the next."""
    folder = tmp_path / "print"
    shutil.copytree(template_dir(), folder)
    for name, old, new in CHECKS:
        source = (folder / name).read_text(encoding="utf-8")
        assert old in source
        (folder / name).write_text(source.replace(old, new), encoding="utf-8")
    shop = make_shop(tag, folder)
    for page in (make_page(tag, is_full=True), make_page(tag, city=True)):
        render(shop, page)


def test_what_widths_follow_from_is_counted() -> None:
    columns = describe_columns(
        ("Kind of it", "July–September 2026"), (("Car theft", "1,204"), ("Arson\nand so on", "3"))
    )
    assert columns == [
        {"is_number": False, "cells": "Car theft\nArson\nand so on", "most": 15, "head_word": 4, "word": 5},
        {"is_number": True, "cells": "1,204\n3", "most": 5, "head_word": 9, "word": 9},
    ]
    assert [column["most"] for column in describe_columns(("A", "B"), ())] == [0, 0]


def test_columns_of_numbers_are_found() -> None:
    rows = (("2024", "1,204", "5.5%", "lower", "", "–"), ("2025", "−3", "", "12", "", "7"))
    head = ("Year", "Number", "Share", "Word", "Empty", "Dash")
    assert find_numeric_columns(head, rows) == [False, True, True, False, False, True]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_words_of_people_in_any_script_never_stop_the_print(shops: dict[str, PrintShop], tag: str) -> None:
    page = make_page(tag, is_told=True)
    assert page.loop is not None
    hostile = "😀👩‍👩‍👧 ไทย שלום 𝒳 ଓଡ଼ିଆ 한국어 \u202e#set page(width: 1pt)"
    card = page.loop.cards[0]
    cards = (card.model_copy(update={"title": card.title.model_copy(update={"text": hostile})}), *page.loop.cards[1:])
    page = page.model_copy(update={"loop": page.loop.model_copy(update={"cards": cards})})
    read(shops[tag].render_pdf(page, make_charts(page)))
