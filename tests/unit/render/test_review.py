"""What a report tells of its own review: the note as the commander's, the deadline, who has seen it."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from lxml import html as lxml_html
from pypdf import PdfReader

from district_reports.model import CommanderNote, Review, Text
from district_reports.render.html import WebPress
from district_reports.render.page import build_page
from district_reports.render.pdf import PrintShop
from district_reports.render.print_record import make_record
from district_reports.render.review import build_review, tell_commander, tell_missing
from district_reports.render.sheet import Sheet
from district_reports.render.view import Page
from district_reports.settings import find_asset
from tests.unit.render.dossiers import TAGS, all_words, make_dossier, shipped
from tests.unit.render.pages import make_charts, make_page
from tests.unit.render.people_dossiers import sheet_of
from tests.unit.render.people_texts import found, whole_text

DEADLINE = date(2026, 10, 30)
each_language = pytest.mark.parametrize("tag", TAGS)
NOTE = CommanderNote(
    text=Text(language="en", text="NOTE\nTWO", translations={"es": "NOTA\nDOS", "ar": "كلمة"}),
    written_on=date(2026, 10, 20),
)
LONGEST = {
    "en": "We heard you at every meeting. ",
    "es": "Les escuchamos en cada reunión. ",
    "zh-Hans": "我们在每次会议上都听取了大家的意见。",
    "ar": "استمعنا إليكم في كل اجتماع. ",
}


def review(**changes: Any) -> Review:
    return Review(**{"deadline": DEADLINE, **changes})


def sheet(tag: str = "en", *, place: str = "007", **changes: Any) -> Sheet:
    return sheet_of(tag, place=place, review=review(**changes))


def page(tag: str = "en", **changes: Any) -> Page:
    return build_page(make_dossier(review=review(**changes)), all_words()[tag], shipped())


def long_note(limit: int, *, paragraphs: int = 1) -> CommanderNote:
    """Return a note that is as long as it may be, in every language."""
    size = limit // paragraphs - 1
    texts = {tag: "\n".join([(words * limit)[:size]] * paragraphs) for tag, words in LONGEST.items()}
    return CommanderNote(text=Text(language="en", text=texts.pop("en"), translations=texts), written_on=DEADLINE)


# What is told


def test_nothing_is_told_where_nothing_is_known() -> None:
    assert build_review(sheet_of("en")) is None
    assert (tell_commander(sheet_of("en")), tell_missing(sheet_of("en"))) == ("", "")
    assert build_review(sheet("en", place="city", reviewed_languages=("en",))) is None


def test_the_note_is_the_commanders_and_stands_alone() -> None:
    section = found(build_review(sheet(note=NOTE, commander="reviewed", council_seen_on=date(2026, 10, 22))))
    assert section.question == "Note from the commander of District 7 (Englewood)"
    assert section.answer == "These are the commander’s own words. They did not change any number in this report."
    (quote,) = section.quotes
    assert (quote.said.text, quote.said.lang) == ("NOTE\nTWO", "")
    assert quote.by == "The commander of District 7 (Englewood), October 20, 2026"
    assert section.points == (
        "The commander has reviewed this report.",
        "The district council saw this report on October 22, 2026.",
    )
    beside = (section.figures, section.bars, section.tables, section.cards, section.entries, section.parts)
    assert not any(beside)
    assert section.notices == ()


@pytest.mark.parametrize(
    ("tag", "words", "lang"), [("es", "NOTA\nDOS", ""), ("ar", "كلمة", ""), ("zh-Hans", "NOTE\nTWO", "en")]
)
def test_the_note_stands_in_the_pages_language_or_says_that_it_does_not(tag: str, words: str, lang: str) -> None:
    section = found(build_review(sheet(tag, note=NOTE)))
    (quote,) = section.quotes
    assert (quote.said.text, quote.said.lang) == (words, lang)
    assert section.notices == ((all_words()[tag].text("review.note_original"),) if lang else ())


@pytest.mark.parametrize(
    ("commander", "line", "is_missing"),
    [
        ("open", "The commander can review this report until October 30, 2026.", False),
        ("reviewed", "The commander has reviewed this report.", False),
        (
            "returned",
            "The commander had sent this report back with remarks, and had not signed it by October 30, 2026.",
            True,
        ),
        ("missed", "The commander had not reviewed this report by October 30, 2026.", True),
        ("none", "No commander has reviewed this report. Nobody is named to do so for this district.", True),
    ],
)
def test_what_the_commander_made_of_it(commander: str, line: str, is_missing: bool) -> None:
    section = found(build_review(sheet(commander=commander)))
    assert (section.question, section.answer) == ("Who has reviewed this report?", line)
    assert page(commander=commander).review_line == (line if is_missing else "")
    assert whole_text(found(build_review(sheet(commander=commander, note=NOTE)))).count(line) == 1


@each_language
def test_every_language_says_each_of_them_with_its_date(tag: str) -> None:
    day = all_words()[tag].day(DEADLINE)
    told = {
        kind: tell_commander(sheet(tag, commander=kind)) for kind in ("open", "reviewed", "returned", "missed", "none")
    }
    assert len(set(told.values())) == 5
    assert {kind for kind, line in told.items() if day in line} == {"open", "returned", "missed"}
    seen = found(build_review(sheet(tag, commander="missed", council_seen_on=DEADLINE)))
    assert seen.answer.startswith(told["missed"])
    assert seen.answer.count(day) == 2


def test_the_citys_report_is_no_commanders() -> None:
    section = found(build_review(sheet(place="city", council_seen_on=DEADLINE)))
    assert section.answer == "The district council saw this report on October 30, 2026."
    assert tell_missing(sheet(place="city", commander="none")) == ""


@each_language
def test_the_wording_counts_as_reviewed_once_its_reader_has_signed(tag: str) -> None:
    others = tuple(other for other in TAGS if other != tag)
    assert page(tag, reviewed_languages=others).labels.translation_unreviewed
    assert page(tag, reviewed_languages=(tag,)).labels.translation_unreviewed == ""


# Where it stands


def test_it_is_among_the_first_parts_and_among_the_contents() -> None:
    built = page(note=NOTE)
    assert built.review is not None
    assert built.review in built.told
    assert built.review in built.parts
    told = built.model_copy(update={"loop": built.data, "happened": built.method}).told
    assert [part.section_id for part in told] == ["data", "review", "method"]


@pytest.fixture(scope="module")
def press() -> WebPress:
    return WebPress(template_dir=find_asset("templates", "html"))


HOSTILE = CommanderNote(
    text=Text(language="en", text='<script>alert(1)</script>\n{{ 7*7 }} #panic("x") *a* $x$ \u202eevil'),
    written_on=DEADLINE,
)


def with_review(tag: str, **changes: Any) -> Page:
    told = sheet(tag, **changes)
    built = make_page(tag, is_full=True, is_told=True)
    return built.model_copy(update={"review": build_review(told), "review_line": tell_missing(told)})


def test_the_web_page_sets_the_note_as_a_quotation_and_nothing_in_it_is_markup(press: WebPress) -> None:
    told = with_review("ar", note=HOSTILE, commander="missed")
    root: Any = lxml_html.document_fromstring(press.render_html(told, make_charts(told)))
    (section,) = root.xpath("//section[@id='review']")
    (quote,) = section.xpath(".//blockquote")
    assert (quote.get("lang"), quote.get("dir")) == ("en", "ltr")
    assert [line.text_content() for line in quote.xpath("p")] == [
        "<script>alert(1)</script>",
        '{{ 7*7 }} #panic("x") *a* $x$ evil',
    ]
    assert not section.xpath(".//table | .//figure[@data-figure] | .//script")
    (line,) = root.xpath("//*[@class='unsigned']")
    assert line.text_content() == told.review_line
    assert root.xpath("//nav[contains(@class,'contents')]//a[@href='#review']")


def test_a_page_without_review_has_no_trace_of_one(press: WebPress) -> None:
    built = make_page("en")
    html = press.render_html(built, make_charts(built)).decode()
    assert 'id="review"' not in html
    assert 'class="unsigned"' not in html


def letters(text: str) -> str:
    return "".join(sign for sign in text if not sign.isspace() and sign not in "\u2066\u2067\u2068\u2069")


@pytest.mark.slow
@pytest.mark.parametrize("paragraphs", [1, 12])
@each_language
def test_the_longest_note_is_printed_whole_within_twelve_pages(tag: str, paragraphs: int) -> None:
    """In the fullest report we have, with the line of a missed deadline on page 1."""
    limit = shipped().report.review.note_limit
    note = long_note(limit, paragraphs=paragraphs)
    built = with_review(tag, note=note, commander="returned", council_seen_on=DEADLINE)
    shop = PrintShop(shipped().language(tag), template_dir=find_asset("templates", "print"))
    pdf = PdfReader(io.BytesIO(shop.render_pdf(built, make_charts(built))))
    assert len(pdf.pages) <= 12
    texts = [letters(sheet_of_paper.extract_text()) for sheet_of_paper in pdf.pages]
    if tag != "ar":
        # What is read back of Arabic is in the order of its shapes.
        assert letters(built.review_line) in texts[0]
        quote = found(built.review).quotes[0]
        assert any(letters(quote.by) in text for text in texts[4:])
        assert all(letters(line)[:30] in "".join(texts[4:]) for line in quote.said.text.split("\n"))


def test_print_keeps_each_word_of_a_note_in_pieces_that_fit_a_column() -> None:
    for paragraphs in (1, 3, 12):
        for tag in TAGS:
            built = make_page(tag).model_copy(
                update={"review": build_review(sheet(tag, note=long_note(1200, paragraphs=paragraphs)))}
            )
            section = next(part for part in make_record(built)["after_front"] if part["section_id"] == "review")
            pieces = section["quotes"]
            whole = found(built.review).quotes[0].said.text
            assert letters("".join(piece["said"]["text"] for piece in pieces)) == letters(whole)
            assert max(len(piece["said"]["text"]) for piece in pieces) <= 700
            assert [bool(piece["by"]) for piece in pieces] == [False] * (len(pieces) - 1) + [True]
            assert [piece["is_next"] for piece in pieces] == [False] + [True] * (len(pieces) - 1)


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("a " * 600, [699, 499]),
        ("字" * 1200, [700, 500]),
        ("Short. " + "b" * 800 + " c.", [6, 700, 103]),
        ("One.", [4]),
    ],
)
def test_a_paragraph_without_an_end_of_sentence_is_cut_between_words_or_letters(text: str, sizes: list[int]) -> None:
    note = CommanderNote(text=Text(language="en", text=text), written_on=DEADLINE)
    built = make_page("en").model_copy(update={"review": build_review(sheet(note=note))})
    record = next(part for part in make_record(built)["after_front"] if part["section_id"] == "review")
    assert [len(piece["said"]["text"]) for piece in record["quotes"]] == sizes
