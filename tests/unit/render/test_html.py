from __future__ import annotations

import re
import shutil
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html

from district_reports.errors import RenderError
from district_reports.render.edge import anchor, checked_href, dialled, percent, plain, said, shown_address
from district_reports.render.html import WebPress, find_number_columns
from district_reports.render.inline_svg import render_inline
from district_reports.render.view import BarRow, Card, CardLine, Entry, Mark, Page, Quote, Said, Section, Table
from district_reports.settings import find_asset
from tests.unit.render.pages import LANGUAGES, make_charts, make_page
from tests.unit.render.told_pages import MARKS

SIZE_LIMIT = 300_000
HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}</title></style>"
    "\u202eabc\u2066\x00\u2068isolated\u2069"
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">{}</svg>'
SVG_LINK = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 1 1">{}</svg>'
)
KEPT_WORDS = {"direction", "kind", "form", "href", "url", "mark"}
"""Fields of a page that are not free text: a few fixed words, and addresses, which have their own tests."""


@pytest.fixture(scope="module")
def press() -> WebPress:
    return WebPress(template_dir=find_asset("templates", "html"))


def render(press: WebPress, page: Page) -> Any:
    return lxml_html.document_fromstring(press.render_html(page, make_charts(page)))


def texts_of(element: Any) -> str:
    return " ".join(element.text_content().split())


@pytest.mark.parametrize("city", [False, True])
@pytest.mark.parametrize("tag", LANGUAGES)
def test_page_says_its_language_direction_and_one_title(press: WebPress, tag: str, city: bool) -> None:
    page = make_page(tag, city=city)
    root = render(press, page)
    assert (root.get("lang"), root.get("dir")) == (tag, page.direction)
    (title,) = root.xpath("//h1")
    assert texts_of(title) == plain(page.title)
    assert root.xpath("string(//title)") == plain(page.document_title)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_headings_never_skip_a_level(press: WebPress, tag: str) -> None:
    root = render(press, make_page(tag, is_full=True, is_told=True))
    levels = [int(heading.tag[1]) for heading in root.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_figure_has_picture_alternative_source_and_table(press: WebPress, tag: str) -> None:
    page = make_page(tag, is_full=True)
    root = render(press, page)
    assert "communities" in {figure.figure_id for figure in page.figures}
    for figure in page.figures:
        (element,) = root.xpath(f"//figure[@data-figure='{figure.figure_id}']")
        (picture,) = element.xpath(".//*[@role='img']")
        assert picture.get("aria-label") == plain(figure.alt)
        assert [child.tag for child in picture] == ["svg"]
        assert texts_of(element.xpath(".//h3")[0]) == plain(figure.title)
        assert texts_of(element.xpath(".//*[@class='source']")[0]) == plain(figure.source)
        assert all(plain(note) in texts_of(element) for note in figure.notes)
        (table,) = element.xpath("./details[summary]//table")
        assert texts_of(table.xpath("./caption")[0]) == plain(figure.table.caption)
        assert len(table.xpath("./tbody/tr[th/@scope='row']")) == len(figure.table.rows)
        assert len(table.xpath("./thead//th[@scope='col']")) == len(figure.table.head)
        assert {"role": "region", "tabindex": "0"}.items() <= dict(table.getparent().attrib).items()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_key_facts_carry_number_word_and_comparison(press: WebPress, tag: str) -> None:
    page = make_page(tag)
    root = render(press, page)
    for fact in page.key_facts:
        (element,) = root.xpath(f"//*[@data-metric='{fact.metric_id}']")
        assert texts_of(element.xpath(".//bdi[@class='fact__number']")[0]) == fact.number
        assert all(plain(text) in texts_of(element) for text in (fact.label, fact.word, *fact.compared_with))
        assert element.xpath(".//svg/@aria-hidden") == ["true"]


def test_arrows_differ_in_shape(press: WebPress) -> None:
    root = render(press, make_page("en"))
    shapes = {
        element.get("data-direction"): element.xpath("string(.//svg/*/@d)")
        for element in root.xpath("//*[@data-direction]")
    }
    assert set(shapes) == {"higher", "lower", "similar", "unknown"}
    assert len(set(shapes.values())) == 4


@pytest.mark.parametrize("city", [False, True])
@pytest.mark.parametrize("tag", LANGUAGES)
def test_page_asks_for_nothing_from_elsewhere(press: WebPress, tag: str, city: bool) -> None:
    root = render(press, make_page(tag, city=city, is_full=True))
    assert not list(root.iter("script", "iframe", "img", "object", "embed", "form", "base", "video", "audio"))
    assert not root.xpath("//@src | //@srcset | //@style")
    assert all(href.startswith("data:") for href in root.xpath("//link/@href"))
    assert all(href.startswith(("https://", "tel:", "#", "..")) for href in root.xpath("//a/@href"))
    style = root.xpath("string(//style)")
    assert not re.search(r"url\(|@import|@font-face", style)


def test_policy_names_the_style_sheet_by_its_hash(press: WebPress) -> None:
    root = render(press, make_page("en"))
    (policy,) = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    digest = b64encode(sha256(root.xpath("string(//style)").encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert root.xpath("//meta[@name='referrer']/@content") == ["no-referrer"]


@pytest.mark.parametrize("city", [False, True])
@pytest.mark.parametrize("tag", LANGUAGES)
def test_page_stays_small(press: WebPress, tag: str, city: bool) -> None:
    page = make_page(tag, city=city, banners=("sample", "preview"), is_full=True, is_told=True)
    assert len(press.render_html(page, make_charts(page))) < SIZE_LIMIT


def test_same_page_gives_same_bytes(press: WebPress) -> None:
    page = make_page("ar")
    charts = make_charts(page)
    turned = dict(reversed(charts.items()))
    another = WebPress(template_dir=find_asset("templates", "html"))
    assert press.render_html(page, charts) == another.render_html(page, turned)


@pytest.mark.parametrize("banners", [(), ("sample",), ("sample", "preview")])
def test_banners_stand_at_top_and_foot(press: WebPress, banners: tuple[str, ...]) -> None:
    page = make_page("es", banners=banners)
    root = render(press, page)
    for place in ("//header", "//footer"):
        assert [texts_of(band) for band in root.xpath(f"{place}//*[@class='band']")] == list(page.banners)


def test_language_switch_marks_the_current_page(press: WebPress) -> None:
    page = make_page("zh-Hans")
    root = render(press, page)
    (switch,) = root.xpath("//nav[@class='languages']")
    assert switch.get("aria-label") == page.labels.languages
    links = {link.get("hreflang"): link for link in switch.iter("a")}
    assert tuple(links) == LANGUAGES
    assert all(link.get("lang") == tag for tag, link in links.items())
    assert [tag for tag, link in links.items() if link.get("aria-current") == "page"] == ["zh-Hans"]


def test_every_id_is_there_once_and_every_reference_leads_somewhere(press: WebPress) -> None:
    root = render(press, make_page("en", is_full=True))
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in root.xpath("//a/@href") if href.startswith("#")} <= set(ids)
    assert {name for names in root.xpath("//@aria-labelledby") for name in names.split()} <= set(ids)


def test_contacts_can_be_dialled_and_say_what_is_unverified(press: WebPress) -> None:
    page = make_page("en")
    root = render(press, page)
    hrefs = root.xpath("//section[@id='contacts']//a/@href")
    assert {f"tel:{dialled(line.number)}" for line in page.contacts} <= set(hrefs)
    assert len(root.xpath("//section[@id='contacts']//*[@class='remark']")) == sum(
        bool(line.remark) for line in page.contacts
    )


@pytest.mark.parametrize("tag", LANGUAGES)
def test_bars_stand_in_a_table_that_says_all_without_them(press: WebPress, tag: str) -> None:
    page = make_page(tag, is_full=True)
    root = render(press, page)
    tables = [item for section in page.more for item in section.bars]
    assert len(tables) > 6
    for item in tables:
        (table,) = root.xpath(f"//table[@id='bars-{item.table_id}']")
        assert texts_of(table.xpath("./caption")[0]) == plain(item.caption)
        assert [texts_of(cell) for cell in table.xpath("./thead//th[@scope='col']")] == list(item.head)
        rows = [[texts_of(cell) for cell in row] for row in table.xpath("./tbody/tr")]
        assert rows == [[plain(row.label), plain(row.text)] for row in item.rows]
        assert len(table.xpath("./tbody/tr/th[@scope='row']")) == len(item.rows)
        assert set(table.xpath(".//svg/@aria-hidden")) <= {"true"}
        under = texts_of(table.getparent())
        assert all(plain(note) in under for note in (*item.notes, item.source))


def bar_of(press: WebPress, tag: str, length: float | None, *, is_muted: bool = False) -> Any:
    page = make_page(tag, is_full=True)
    first, *others = page.more
    row = BarRow(label="Label", text="7", length=length, is_muted=is_muted)
    bars = (first.bars[0].model_copy(update={"rows": (row,)}),)
    page = page.model_copy(update={"more": (first.model_copy(update={"bars": bars}), *others)})
    (cell,) = render(press, page).xpath(f"//table[@id='bars-{bars[0].table_id}']/tbody/tr/th")
    return cell


@pytest.mark.parametrize(("tag", "start"), [("en", "0%"), ("ar", "75%")])
def test_a_bar_starts_where_its_script_starts(press: WebPress, tag: str, start: str) -> None:
    (bar,) = bar_of(press, tag, 0.25).iter("rect")
    assert (bar.get("x"), bar.get("width")) == (start, "25%")


def test_nought_has_a_bar_of_no_length_and_no_data_has_none(press: WebPress) -> None:
    assert [len(bar_of(press, "en", 0).xpath(path)) for path in (".//svg", ".//rect")] == [1, 0]
    assert bar_of(press, "en", None).xpath(".//svg") == []


def test_what_is_not_for_comparing_is_hatched(press: WebPress) -> None:
    (pattern,) = render(press, make_page("en", is_full=True)).xpath("//pattern/@id")
    fills = [bar_of(press, "en", 0.5, is_muted=is_muted).xpath(".//rect/@fill") for is_muted in (False, True)]
    assert fills[1] == [f"url(#{pattern})"]
    assert fills[0] != fills[1]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_notice_is_read_before_the_numbers(press: WebPress, tag: str) -> None:
    page = make_page(tag, is_full=True)
    root = render(press, page)
    sections = [section for section in page.more if section.notices]
    assert sections
    for section in sections:
        (element,) = root.xpath(f"//section[@id='{section.section_id}']")
        notices = element.xpath(".//*[@class='notice']")
        assert [texts_of(notice) for notice in notices] == [plain(text) for text in section.notices]
        text = texts_of(element)
        assert text.index(plain(section.notices[0])) < text.index(plain(section.bars[0].caption))
        if section.answer:
            assert text.index(plain(section.notices[0])) < text.index(plain(section.answer))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_corrections_stand_under_the_title(press: WebPress, tag: str) -> None:
    page = make_page(tag, is_full=True)
    (opening,) = render(press, page).xpath("//div[@class='opening']")
    assert [texts_of(item) for item in opening.xpath("./*[@class='notice']")] == [plain(t) for t in page.corrections]
    assert page.corrections
    assert render(press, make_page(tag)).xpath("//*[@class='notice']") == []


def test_places_to_look_can_be_followed_and_say_what_is_unverified(press: WebPress) -> None:
    page = make_page("en", is_full=True)
    entries = [entry for section in page.more for entry in section.entries]
    items = render(press, page).xpath("//ul[@class='entries']/li")
    assert len(items) == len(entries) > 20
    for item, entry in zip(items, entries, strict=True):
        assert item.xpath(".//a/@href") == ([entry.url] if entry.url else [])
        assert [texts_of(remark) for remark in item.xpath(".//*[@class='remark']")] == [entry.remark] * bool(
            entry.remark
        )
        assert all(text in texts_of(item) for text in (entry.label, entry.detail))


def test_parts_and_contents_are_in_one_order_arrests_after_outcomes(press: WebPress) -> None:
    page = make_page("en", is_full=True)
    root = render(press, page)
    ids = [element.get("id") for element in root.xpath("//main/section[contains(@class, 'part')]")]
    assert ids[ids.index("outcomes") + 1] == "arrests"
    assert [section.section_id for section in page.more] == [
        name for name in ids if name in {section.section_id for section in page.more}
    ]
    assert ids.index("revisions") + 1 == ids.index("contacts")
    assert ids.index("contacts") + 1 == ids.index("limits")
    assert root.xpath("//nav[@class='contents']//a/@href") == [f"#{name}" for name in ids]


def test_parts_stand_in_the_residents_order(press: WebPress) -> None:
    page = make_page("en", is_full=True, is_told=True)
    root = render(press, page)
    ids = [element.get("id") for element in root.xpath("//main/section[contains(@class, 'part')]")]
    assert ids[:4] == ["loop", "happened", "heard", "violence"]
    assert ids[-8:] == ["guide", "take-part", "limits", "notes", "method", "sources", "data", "closing"]
    assert root.xpath("//nav[@class='contents']//a/@href") == [f"#{name}" for name in ids]
    assert len(root.xpath("//section[@id='guide']//section[@id='contacts']//li")) == len(page.contacts)
    assert len(root.xpath("//@id")) == len(set(root.xpath("//@id")))


def with_cards(*cards: Card, tag: str = "en") -> Page:
    loop = Section(section_id="loop", question="Q", answer="", cards=cards)
    return make_page(tag).model_copy(update={"loop": loop})


def make_card(number: int = 1, **changes: Any) -> Card:
    said = Said(text=f"TITLE {number}")
    return Card(**({"card_id": f"c-{number}", "mark": "heard", "status": "STATUS", "title": said} | changes))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_card_says_its_status_in_words_and_its_lines(press: WebPress, tag: str) -> None:
    page = make_page(tag, is_told=True)
    assert page.loop
    items = render(press, page).xpath("//section[@id='loop']//li[contains(@class, 'card')]")
    assert len(items) == len(page.loop.cards) == 8
    for item, card in zip(items, page.loop.cards, strict=True):
        assert texts_of(item.xpath(".//*[contains(@class, 'status')]")[0]) == card.status
        assert [texts_of(flag) for flag in item.xpath(".//*[@class='flag']")] == list(card.flags)
        assert texts_of(item.xpath("./h3")[0]) == card.title.text
        assert [texts_of(line) for line in item.xpath("./*[@class='line']")] == [
            f"{line.label} {line.said.text}" for line in card.lines
        ]
        assert ("card--urgent" in item.get("class")) is card.is_urgent
        assert len(item.xpath(".//svg[@class='warning']")) == card.is_urgent
        assert set(item.xpath(".//svg/@aria-hidden")) == {"true"}


def shape_of(press: WebPress, mark: Mark, tag: str = "en") -> str:
    (shape,) = render(press, with_cards(make_card(mark=mark), tag=tag)).xpath("//svg[contains(@class, 'mark-of')]")
    return "".join(lxml_html.tostring(child, encoding="unicode") for child in shape)


def test_nine_shapes_differ_and_only_the_arrow_is_mirrored(press: WebPress) -> None:
    assert len({shape_of(press, mark) for mark in MARKS}) == 9
    turned = {mark for mark in MARKS if shape_of(press, mark) != shape_of(press, mark, "ar")}
    assert turned == {"not_ours"}
    assert "matrix(-1" in shape_of(press, "not_ours", "ar")


def test_a_card_without_a_mark_has_no_shape(press: WebPress) -> None:
    assert render(press, with_cards(make_card(mark=""))).xpath("//svg[contains(@class, 'mark-of')]") == []


@pytest.mark.parametrize(
    ("count", "urgent", "shown"), [(4, (), 4), (5, (), 5), (6, (), 4), (9, (0, 1), 4), (9, (6,), 7), (9, (8,), 9)]
)
def test_the_first_cards_and_the_urgent_ones_need_no_click(
    press: WebPress, count: int, urgent: tuple[int, ...], shown: int
) -> None:
    page = with_cards(*(make_card(number, is_urgent=number in urgent) for number in range(count)))
    root = render(press, page)
    assert len(root.xpath("//section[@id='loop']/div/ul[@class='cards']/li")) == shown
    assert len(root.xpath("//section[@id='loop']//details//li")) == count - shown
    if count > shown:
        summary = page.labels.show_rest.replace("{n}", str(count - shown))
        assert texts_of(root.xpath("//section[@id='loop']//summary")[0]) == summary


@pytest.mark.parametrize(("lang", "way"), [("ar", "rtl"), ("zh-Hans", "ltr"), ("ur-PK", "rtl"), ("", None)])
def test_words_in_another_language_are_marked(press: WebPress, lang: str, way: str | None) -> None:
    said = Said(text="WORDS", lang=lang)
    card = make_card(title=said, lines=(CardLine(label="L", said=said),))
    section = Section(section_id="loop", question="Q", answer="", cards=(card,), quotes=(Quote(said=said, by="B"),))
    root = render(press, make_page("en").model_copy(update={"loop": section}))
    marked = root.xpath("//section[@id='loop']//*[@dir or @lang]")
    assert [(item.get("lang"), item.get("dir")) for item in marked] == [(lang, way)] * (3 if lang else 0)
    assert texts_of(root.xpath("//blockquote")[0]) == "WORDS"
    assert texts_of(root.xpath("//figcaption[.='B']")[0]) == "B"


def test_smaller_parts_have_headings_of_their_own(press: WebPress) -> None:
    page = make_page("en", is_told=True)
    assert page.guide
    root = render(press, page)
    for part in page.guide.parts:
        (element,) = root.xpath(f"//section[@id='{part.section_id}']")
        assert texts_of(element.xpath("./h3")[0]) == part.question
        assert element.get("aria-labelledby") == element.xpath("./h3/@id")[0]
        assert len(element.xpath("./ul[@class='contacts']/li")) == len(part.contacts)


def test_further_ways_to_a_service_stand_with_it(press: WebPress) -> None:
    page = make_page("en")
    contact = page.contacts[0].model_copy(update={"lines": ("Text: 741741", "<b>day</b> and night")})
    root = render(press, page.model_copy(update={"contacts": (contact,)}))
    assert [texts_of(line) for line in root.xpath("//*[@class='contact__line']")] == list(contact.lines)


def poisoned(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {key: poisoned(item, key) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return tuple(poisoned(item, name) for item in value)
    if type(value) is str and name not in KEPT_WORDS:
        return f"{value or name}{HOSTILE}"
    return value


@pytest.mark.parametrize("tag", LANGUAGES)
def test_hostile_text_in_every_field_stays_text(press: WebPress, tag: str) -> None:
    page = Page.model_validate(
        poisoned(make_page(tag, banners=("sample", "preview"), is_full=True, is_told=True).model_dump())
    )
    data = press.render_html(page, hostile_charts(page))
    root = lxml_html.document_fromstring(data)
    text = data.decode()
    assert not list(root.iter("script", "img", "object", "iframe"))
    assert not root.xpath("//@*[starts-with(name(), 'on')]")
    assert "{{ 7*7 }}" in text
    assert not re.search("[\x00-\x08\u202a-\u202e\u2066-\u2069]", text)
    assert not any("<bdi" in value for value in root.xpath("//@*"))
    assert len(root.xpath("//title")) == len(root.xpath("//style")) == len(root.xpath("//h1")) == 1


def hostile_charts(page: Page) -> dict[str, str]:
    label = HOSTILE.replace("\x00", "").replace("&", "&amp;").replace("<", "&lt;")
    return {figure.figure_id: SVG.format(f"<text>{label}</text>") for figure in page.figures}


def test_every_text_of_the_page_is_set(press: WebPress) -> None:
    """A field that the template forgets is a sentence residents never see."""
    for_print = {
        "region",
        "font",
        "page_of",
        "appendix",
        "appendix_intro",
        "tables_heading",
        "more_on_web",
        "only_on_web",
    }
    page = Page.model_validate(numbered(make_page("en", is_full=True, is_told=True).model_dump()))
    text = press.render_html(page, hostile_charts(page)).decode()
    missing = {name for name, value in texts_with_names(page.model_dump()) if value not in text}
    assert missing == for_print


def numbered(value: Any, name: str = "", counter: list[int] | None = None) -> Any:
    counter = [0] if counter is None else counter
    if isinstance(value, Mapping):
        return {key: numbered(item, key, counter) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return tuple(numbered(item, name, counter) for item in value)
    if type(value) is str and name not in KEPT_WORDS:
        counter[0] += 1
        return f"t{counter[0]:05}"
    return value


def texts_with_names(value: Any, name: str = "") -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [pair for key, item in value.items() if key != "chart" for pair in texts_with_names(item, key)]
    if isinstance(value, tuple | list):
        return [pair for item in value for pair in texts_with_names(item, name)]
    return [(name, value)] if type(value) is str and name not in KEPT_WORDS else []


BAD_ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "//elsewhere.example/x",
    "/\\elsewhere.example",
    "https://user@elsewhere.example/",
    "https:///x",
    "https:x",
    "https://a.example/\u202egpj",
    'https://a.example/"onmouseover="x',
    "",
]


@pytest.mark.parametrize("href", BAD_ADDRESSES)
def test_unsafe_address_is_refused(href: str) -> None:
    with pytest.raises(ValueError, match="expected an http, https, tel or relative address"):
        checked_href(href)


@pytest.mark.parametrize("href", ["javascript:alert(1)", "//elsewhere.example"])
@pytest.mark.parametrize("field", ["languages", "district_links", "data_links", "sources", "contacts", "entries"])
def test_unsafe_address_stops_the_page(press: WebPress, field: str, href: str) -> None:
    page = make_page("en")
    key = "url" if field in ("sources", "contacts") else "href"
    if field == "entries":
        entry = Entry(label="Place", detail="Detail", url=href)
        bad = page.model_copy(update={"limits": page.limits.model_copy(update={"entries": (entry,)})})
    else:
        (first, *rest) = getattr(page, field)
        bad = page.model_copy(update={field: (first.model_copy(update={key: href}), *rest)})
    with pytest.raises(RenderError, match="expected an http, https, tel or relative address"):
        press.render_html(bad, make_charts(bad))


@pytest.mark.parametrize(
    "href", ["https://a.example/b?c=d&e=f#g", "http://a.example", "tel:911", "../es/report.html", "#x", "a.csv", "?x=1"]
)
def test_usual_addresses_pass(href: str) -> None:
    assert checked_href(href) == href


BAD_PICTURES = {
    "not well-formed": SVG.format("<g>"),
    "a page": "<html><body/></html>",
    "no namespace": '<svg viewBox="0 0 1 1"/>',
    "no viewBox": '<svg xmlns="http://www.w3.org/2000/svg"/>',
    "a script": SVG.format("<script>alert(1)</script>"),
    "a style sheet": SVG.format("<style>*{color:red}</style>"),
    "foreign markup": SVG.format('<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>'),
    "html in svg": SVG.format('<p xmlns="http://www.w3.org/1999/xhtml">x</p>'),
    "an event": SVG.format('<rect onclick="alert(1)"/>'),
    "an event on the root": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" onload="alert(1)"/>',
    "an image": SVG.format('<image href="https://a.example/x.png"/>'),
    "a link": SVG.format('<a href="https://a.example"><rect/></a>'),
    "a use of another file": SVG.format('<use href="https://a.example/x.svg#y"/>'),
    "an old-style use of another file": SVG_LINK.format('<use xlink:href="x.svg#y"/>'),
    "a fill from another file": SVG.format('<rect fill="url(https://a.example/x.svg#y)"/>'),
    "a hidden fill": SVG.format('<rect fill="\\75rl(https://a.example/x)"/>'),
    "a style attribute": SVG.format('<rect style="fill:red"/>'),
    "an animation": SVG.format('<rect><set attributeName="href" to="javascript:alert(1)"/></rect>'),
    "an entity": '<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("<text>&a;</text>"),
    "a comment": SVG.format("<!-- x -->"),
    "a nested svg": SVG.format(SVG.format("")),
}


@pytest.mark.parametrize("what", BAD_PICTURES)
def test_picture_that_is_more_than_drawing_stops_the_page(press: WebPress, what: str) -> None:
    page = make_page("en")
    figure_id = page.sections[0].figures[0].figure_id
    with pytest.raises(RenderError, match=figure_id) as caught:
        press.render_html(page, make_charts(page) | {figure_id: BAD_PICTURES[what]})
    assert (caught.value.template, caught.value.language) == ("report.html.j2", "en")


def test_missing_chart_stops_the_page(press: WebPress) -> None:
    page = make_page("en")
    charts = make_charts(page)
    charts.pop(page.sections[0].figures[0].figure_id)
    with pytest.raises(RenderError, match="expected a chart for the figure"):
        press.render_html(page, charts)


def test_picture_keeps_drawing_and_loses_what_the_figure_says() -> None:
    gradient = '<defs><linearGradient id="a"><stop offset="0"/></linearGradient></defs>'
    drawing = (
        f'{gradient}<rect class="mark" role="graphics-symbol" aria-label="x" fill="url(#a)"/><text>5 &lt; 6</text>'
    )
    written = str(render_inline(SVG.format(drawing), prefix="when-"))
    assert written == (
        '<svg viewBox="0 0 1 1" aria-hidden="true" focusable="false"><defs><linearGradient id="when-a">'
        '<stop offset="0"></stop></linearGradient></defs><rect fill="url(#when-a)"></rect><text>5 &lt; 6</text></svg>'
    )


@pytest.mark.parametrize(
    "source",
    ["{{ page.nothing }}", "{{ nothing }}", "{% if %}", "{{ page.labels.nothing | plain }}", "{% include 'x' %}"],
)
def test_broken_template_is_a_render_error(tmp_path: Path, source: str) -> None:
    shutil.copytree(find_asset("templates"), tmp_path, dirs_exist_ok=True)
    (tmp_path / "html" / "report.html.j2").write_text(source, encoding="utf-8")
    page = make_page("zh-Hans")
    with pytest.raises(RenderError) as caught:
        WebPress(template_dir=tmp_path / "html").render_html(page, make_charts(page))
    assert (caught.value.template, caught.value.language) == ("report.html.j2", "zh-Hans")
    assert "report.html.j2 (zh-Hans)" in str(caught.value)


@pytest.mark.parametrize("missing", ["base.css", "html/report.css"])
def test_missing_style_sheet_is_a_render_error(tmp_path: Path, missing: str) -> None:
    shutil.copytree(find_asset("templates"), tmp_path, dirs_exist_ok=True)
    (tmp_path / missing).unlink()
    with pytest.raises(RenderError, match=f"{missing}: expected a style sheet"):
        WebPress(template_dir=tmp_path / "html")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("in \u2068Englewood\u2069, now", "in <bdi>Englewood</bdi>, now"),
        ("\u2067\u2068x\u2069\u2069", '<bdi dir="rtl"><bdi>x</bdi></bdi>'),
        ("open \u2068only", "open only"),
        ("\u2069shut only", "shut only"),
        ("\u202eturned\u202c", "turned"),
        ("nul\x00 \x1b[31m \ud800", "nul\ufffd \ufffd[31m \ufffd"),
        ("kept: \u200e\u200f\u061c\u200d\t\n", "kept: \u200e\u200f\u061c\u200d\t\n"),
    ],
)
def test_text_is_made_harmless(text: str, expected: str) -> None:
    assert said(text) == expected


def test_a_flood_of_isolates_leaves_plain_text() -> None:
    assert "\u2068" not in said("\u2068" * 10_000 + "x" + "\u2069" * 10_000)


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        ("312-747-8223", "3127478223"),
        ("911", "911"),
        ("+1 (312) 555-0100", "+13125550100"),
        ("٣١١", "311"),
        ("none", ""),
    ],
)
def test_number_is_dialled_in_western_digits(number: str, digits: str) -> None:
    assert dialled(number) == digits


def test_addresses_and_anchors_are_short() -> None:
    assert shown_address("https://www.chicago.gov/ccpsa/") == "chicago.gov/ccpsa"
    assert anchor('Où "est"?') == "o-est"
    assert anchor("暴力") == "x"


@pytest.mark.parametrize(
    ("share", "length"), [(0, "0%"), (0.3333333, "33.33%"), (1, "100%"), (1.2, "100%"), (-0.1, "0%"), (1e-9, "0%")]
)
def test_a_share_is_a_length_of_a_drawing(share: float, length: str) -> None:
    assert percent(share) == length


def test_only_columns_of_numbers_are_set_by_their_units() -> None:
    rows = (("Robbery", "1,204", "−12%", "–", "Q3 2026"), ("2019", "9", "+3.5%", "", "7"))
    table = Table(caption="", head=("a", "b", "c", "d", "e"), rows=rows)
    assert find_number_columns(table) == (False, True, True, True, False)
