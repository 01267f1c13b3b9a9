"""The text message: counted as networks count, by hand; what does not fit leaves whole, in one order."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.errors import RenderError
from district_reports.model import Correction, Direction, Text
from district_reports.render.page import build_page
from district_reports.render.sheet import Sheet
from district_reports.render.sms import GSM_7, GSM_7_EXTENDED, count_parts, render_message
from district_reports.render.view import Page
from tests.unit.render.dossiers import TAGS, all_words, make_dossier, shipped
from tests.unit.render.people_dossiers import sheet_of

each_language = pytest.mark.parametrize("tag", TAGS)


def message_of(sheet: Sheet) -> str:
    return render_message(sheet, build_page(sheet.dossier, sheet.words, sheet.settings)).decode()


@cache
def page_of(tag: str = "en", place: str = "007") -> Page:
    sheet = sheet_of(tag, place=place)
    return build_page(sheet.dossier, sheet.words, sheet.settings)


def message_at(url: str) -> str:
    """Return the message of a city whose site has this address."""
    settings = shipped()
    report = settings.report.model_copy(update={"site": settings.report.site.model_copy(update={"url": url})})
    sheet = Sheet(make_dossier(), all_words()["en"], settings.model_copy(update={"report": report}))
    return render_message(sheet, page_of()).decode()


# Counting: each expected number is counted by hand


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("GSM-7", 0, 1)),
        ("hello", ("GSM-7", 5, 1)),
        # An escape and a letter.
        ("€", ("GSM-7", 2, 1)),
        ("[€]", ("GSM-7", 6, 1)),
        # In the alphabet: ñ ü ¿ ¡ é; not in it: á í ó ú, and typographic dashes and quotes.
        ("¿Cuántos años?", ("UCS-2", 14, 1)),
        ("¡Qué año!", ("GSM-7", 9, 1)),
        ("ñ", ("GSM-7", 1, 1)),
        ("á", ("UCS-2", 1, 1)),
        ("a–b", ("UCS-2", 3, 1)),
        ("第7警区", ("UCS-2", 4, 1)),
        # Beyond the basic plane: two units.
        ("🙂", ("UCS-2", 2, 1)),
        ("a🙂", ("UCS-2", 3, 1)),
        ("𠮷", ("UCS-2", 2, 1)),
    ],
)
def test_units_of_short_texts(text: str, expected: tuple[str, int, int]) -> None:
    assert count_parts(text) == expected


@pytest.mark.parametrize(
    ("sign", "encoding", "count", "parts"),
    [
        ("a", "GSM-7", 160, 1),
        ("a", "GSM-7", 161, 2),
        ("a", "GSM-7", 306, 2),
        ("a", "GSM-7", 307, 3),
        ("ع", "UCS-2", 70, 1),
        ("ع", "UCS-2", 71, 2),
        ("ع", "UCS-2", 134, 2),
        ("ع", "UCS-2", 135, 3),
    ],
)
def test_parts_at_their_exact_bounds(sign: str, encoding: str, count: int, parts: int) -> None:
    assert count_parts(sign * count) == (encoding, count, parts)


def test_a_letter_of_two_units_is_not_split_between_parts() -> None:
    """306 units fit two parts, but not when a letter of two stands on the seam: it moves on, and one unit is lost."""
    assert count_parts("a" * 151 + "€" + "a" * 153) == ("GSM-7", 306, 2)
    assert count_parts("a" * 152 + "€" + "a" * 152) == ("GSM-7", 306, 3)
    assert count_parts("ع" * 65 + "🙂" + "ع" * 67) == ("UCS-2", 134, 2)
    assert count_parts("ع" * 66 + "🙂" + "ع" * 66) == ("UCS-2", 134, 3)


def test_the_alphabet_is_the_standard_one() -> None:
    """127 letters (the 128th is the escape) and ten of two units; no letter is in both."""
    assert (len(GSM_7), len(GSM_7_EXTENDED)) == (127, 10)
    assert not GSM_7 & GSM_7_EXTENDED


@given(st.text(max_size=400))
def test_parts_hold_their_units(text: str) -> None:
    encoding, units, parts = count_parts(text)
    alone, shared = (160, 153) if encoding == "GSM-7" else (70, 67)
    assert units >= len(text)
    assert (parts == 1) is (units <= alone)
    assert parts == 1 or (parts - 1) * (shared - 1) < units <= parts * shared
    if encoding == "UCS-2":
        assert units == len(text.encode("utf-16-be", "surrogatepass")) // 2


# What is said


@each_language
@pytest.mark.parametrize("place", ["007", "025", "city"])
@pytest.mark.parametrize("marks", [(False, False), (True, False), (True, True)])
def test_it_fits_and_says_where_to_read_on_and_how_to_end(place: str, tag: str, marks: tuple[bool, bool]) -> None:
    sheet = sheet_of(tag, place=place, is_sample=marks[0], is_preview=marks[1])
    # The page's banners are no part of a message.
    text, words = render_message(sheet, page_of(tag, place)).decode(), sheet.words
    assert count_parts(text)[2] <= 2
    assert f" https://state-of-the-district.example/{tag}/{place}/ " in text
    assert text.endswith(words.text("channels.sms.stop"))
    assert (words.text("channels.sms.sample") in text) is marks[0]
    assert (words.text("channels.sms.preview") in text) is marks[1]
    assert "2026" in text
    assert text.encode() == render_message(sheet, page_of(tag, place))
    assert "\n" not in text


@each_language
def test_real_numbers_stand_in_every_language(tag: str) -> None:
    """Without the mark of a sample there is room for at least the first number, with its word."""
    sheet = sheet_of(tag)
    text = message_of(sheet)
    assert "412" in text
    page = build_page(sheet.dossier, sheet.words, sheet.settings)
    assert page.key_facts[0].label in text


def test_english_in_full() -> None:
    assert message_of(sheet_of("en")) == (
        "State of the District: District 7, July-September 2026. Violent incidents: 412. A year before: 480. Lower."
        " Property incidents: 1,204. A year before: 1,251. No clear change. Homicides (victims): 9. A year before: 11."
        " No clear change. https://state-of-the-district.example/en/007/ To end, reply STOP."
    )


def test_numbers_leave_whole_from_the_last_to_the_first() -> None:
    """Each longer address takes a number with all its words; the place, the address and the end stay."""
    seen: list[list[str]] = []
    for length in range(0, 260, 3):
        site = f"https://{'d' * 20}.example/{'a' * length}"
        try:
            text = message_at(site)
        except RenderError:
            break
        body = text.replace(site, "")
        assert re.match(r"(State of the District: )?District 7[,.]", body) and body.endswith("To end, reply STOP.")
        numbers = re.findall(r"412|480|1,204|1,251|(?<!\d)9(?!\d)|(?<!\d)11(?!\d)|2026", body)
        if not seen or seen[-1] != numbers:
            seen.append(numbers)
    assert seen == [
        ["2026", "412", "480", "1,204", "1,251", "9", "11"],
        ["2026", "412", "480", "1,204", "1,251"],
        ["2026", "412", "480"],
        ["2026", "412"],
        ["2026"],
        [],
    ]


def test_what_cannot_fit_is_an_error() -> None:
    with pytest.raises(RenderError, match=r"sms.txt \(en\): expected at most 2 parts, got 3"):
        message_at(f"https://example.org/{'a' * 300}")


def test_a_number_that_is_not_there_is_said_in_words() -> None:
    text = message_of(sheet_of("en", counts={"incidents_violent": (480, None)}))
    assert "Violent incidents: no data." in text
    text = message_of(sheet_of("en", counts={"incidents_violent": (None, 412)}))
    assert "Violent incidents: 412. Cannot be compared. Property" in text


def test_a_correction_is_named_before_the_numbers() -> None:
    correction = Correction(
        corrected_on=date(2026, 10, 1),
        quarter="2026Q2",
        district_ids=(),
        metric_id="incidents_theft",
        was="1",
        now="2",
        why=Text(language="en", text="We counted twice."),
    )
    text = message_of(sheet_of("en", corrections=(correction,)))
    assert "2026. We set an error right. Violent incidents: 412." in text


def test_signs_of_print_become_those_of_the_telephone() -> None:
    """The months are printed with a dash that the alphabet of telephones lacks; Spanish keeps its ñ and stays short."""
    assert count_parts(message_of(sheet_of("en")))[0] == "GSM-7"
    spanish = message_of(sheet_of("es"))
    assert count_parts(spanish)[0] == "GSM-7"
    assert "Un año antes" in spanish
    assert not re.search("[\u064b-\u0652\u2066-\u2069]", message_of(sheet_of("ar")))


@pytest.mark.parametrize("tag", ["en", "es"])
def test_words_of_the_message_are_in_the_alphabet_of_telephones(tag: str) -> None:
    """One letter outside it more than halves the room."""
    forms = {key: form for key, form in all_words()[tag].forms.items() if key.startswith("channels.sms.")}
    assert len(forms) > 10
    assert [key for key, (text,) in forms.items() if count_parts(text)[0] != "GSM-7"] == []


@each_language
@pytest.mark.parametrize("direction", Direction)
def test_each_direction_has_its_word(direction: Direction, tag: str) -> None:
    sheet = sheet_of(tag, directions={"incidents_violent": direction})
    word = sheet.words.text(f"channels.sms.word.{direction}")
    others = {sheet.words.text(f"channels.sms.word.{other}") for other in Direction} - {word}
    assert len(others) == 3
    assert word.replace("\u0651", "") in message_of(sheet)
