"""The digest of an edition as a text message: at most two parts, counted as telephone networks count.

What does not fit is left out whole, in a fixed order; a word or a number is never cut. What belongs here: counting,
and choosing what is said. What does not: sending.

Source:
    3GPP TS 23.038, version 17, section 6.2.1: the default alphabet of 7 bits and its extension table;
    3GPP TS 23.040, section 9.2.3.24.1: a part of a longer message has 6 octets less, so 153 letters or 67 units.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final, Literal

from district_reports.addresses import full_url, place_path
from district_reports.errors import RenderError
from district_reports.render.edge import plain
from district_reports.render.sheet import Sheet
from district_reports.render.view import KeyFact, Page

NAME: Final = "sms.txt"
PARTS: Final = 2
"""Most parts of a message."""
FACTS_SHOWN: Final = 3

GSM_7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
"""Sent as two units: an escape and a letter."""
SIZES: Final = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
"""Units of a message that is alone, and of each part of a longer one."""

_TWINS: Final = str.maketrans(
    {
        "‑": "-",
        "−": "-",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "«": '"',
        "»": '"',
        "…": "...",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        **dict.fromkeys(map(chr, range(0x64B, 0x653))),
    }
)
"""Signs of print, and those of the telephone that say the same; Arabic is written without vowel signs."""
_DASH: Final = re.compile(r"\s*[–—]\s*")

Encoding = Literal["GSM-7", "UCS-2"]


def count_parts(text: str) -> tuple[Encoding, int, int]:
    """Return how a text is sent: its encoding, its units, and the parts it takes.

    A letter of two units (of the extension table, or beyond the basic plane) is never split between two parts.
    """
    is_gsm = all(sign in GSM_7 or sign in GSM_7_EXTENDED for sign in text)
    encoding: Encoding = "GSM-7" if is_gsm else "UCS-2"
    sizes = [_size(sign, encoding) for sign in text]
    alone, shared = SIZES[encoding]
    if sum(sizes) <= alone:
        return encoding, sum(sizes), 1
    parts, room = 1, shared
    for size in sizes:
        if size > room:
            parts, room = parts + 1, shared
        room -= size
    return encoding, sum(sizes), parts


def _size(sign: str, encoding: Encoding) -> int:
    is_double = sign in GSM_7_EXTENDED if encoding == "GSM-7" else ord(sign) > 0xFFFF
    return 2 if is_double else 1


def render_message(sheet: Sheet, page: Page) -> bytes:
    """Return `sms.txt`: one line, without an end of line, as it is sent.

    Raises:
        RenderError: If not even the shortest form fits.
        TranslationError: If the catalogue lacks a sentence.
    """
    form = ""
    for form in _list_forms(sheet, page):
        if count_parts(form)[2] <= PARTS:
            return form.encode()
    encoding, units, parts = count_parts(form)
    tag = page.language
    raise RenderError(
        f"{NAME} ({tag}): expected at most {PARTS} parts, got {parts} ({units} units in {encoding})",
        template=NAME,
        language=tag,
    )


def _list_forms(sheet: Sheet, page: Page) -> Iterator[str]:
    """Return the message in ever shorter forms.

    Numbers leave from the last on; before the first, whose it is (the address tells that too), then its year before;
    after it what was corrected, then the months. The place, the mark of a sample, the address and the way to end it
    always stand.
    """
    words, dossier = sheet.words, sheet.dossier
    marks = (("channels.sms.sample", dossier.is_sample), ("channels.sms.preview", dossier.is_preview))
    mark = [words.text(key) for key, is_set in marks if is_set]
    place = _name_place(sheet)
    dated = words.text("channels.sms.report", place=place, months=sheet.months)
    undated = words.text("channels.sms.report_undated", place=place)
    facts = [_tell(sheet, fact) for fact in page.key_facts[:FACTS_SHOWN]]
    bare = [_tell_alone(sheet, fact) for fact in page.key_facts[:1]]
    corrected = [words.text("channels.sms.corrected")] if page.corrections else []
    sender = [words.text("channels.sms.from", publisher=page.publisher)]
    end = [
        full_url(sheet.settings.report.site.url, place_path(page.language, dossier.district_id)),
        words.text("channels.sms.stop"),
    ]
    bodies = chain(
        ([*sender, *mark, dated, *corrected, *facts[:count]] for count in range(len(facts), 0, -1)),
        ([*mark, dated, *corrected, *told] for told in (facts[:1], bare, [])),
        ([*mark, head] for head in (dated, undated)),
    )
    for body in bodies:
        # A space on either side of the address, whatever the script: it would not be followed else.
        first, *others = body
        yield _sent(" ".join((sheet.sentences(first, *others), *end)))


def _name_place(sheet: Sheet) -> str:
    if sheet.is_city:
        return sheet.city_name
    number = sheet.dossier.district_id.lstrip("0") or sheet.dossier.district_id
    return sheet.words.text("channels.sms.place", number=number)


def _tell(sheet: Sheet, fact: KeyFact) -> str:
    before = next(each.year_before for each in sheet.dossier.key_facts if each.metric_id == fact.metric_id)
    if before.value is None:
        return _tell_alone(sheet, fact)
    return sheet.words.text(
        "channels.sms.fact", what=fact.label, number=fact.number, word=_word(sheet, fact), before=sheet.count(before)
    )


def _tell_alone(sheet: Sheet, fact: KeyFact) -> str:
    return sheet.words.text("channels.sms.fact_alone", what=fact.label, number=fact.number, word=_word(sheet, fact))


def _word(sheet: Sheet, fact: KeyFact) -> str:
    """Return the word of direction, in letters of the telephone's alphabet where the language has such a word."""
    return sheet.words.text(f"channels.sms.word.{fact.direction}")


def _sent(text: str) -> str:
    """Return the text as one line, with the telephone's own signs where they say the same."""
    return " ".join(_DASH.sub("-", plain(text)).translate(_TWINS).split())
