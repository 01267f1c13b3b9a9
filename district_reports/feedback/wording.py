"""What a text of the feedback loop may hold: characters, languages, and no percentage that nothing measures."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from district_reports.errors import Told
from district_reports.model import Text

LONGEST = 5000
"""Characters of one text: no report could print more, and a cell of a spreadsheet holds it."""
LONGEST_ADDRESS = 1000

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What no spreadsheet, page or database takes. Marks of direction and pictures are not among them."""
_PERCENTAGE = re.compile(
    r"[%٪‰]|\bper\s?cent(?:s|age|ages|ile|iles)?\b|\bpct\b"
    r"|\bpor\s?ciento\b|\bporcenta|\bporcentual"
    r"|百分"
    r"|بال(?:مئة|مائة|ميه|مية)|في\s*ال(?:مئة|مائة|ميه|مية)|مئوي|مئويّة",
    re.IGNORECASE,
)
_PARTS = ("%", "cent", "cient", "pct")
"""Without one of them, letters and signs of English and Spanish name none."""
_IGNORED = ("Mn", "Cf")
"""Kinds of characters that change no word: vowel marks, marks of direction, joiners."""


def has_percentage(text: str) -> bool:
    """Return whether a text names a percentage, in any of the report's languages."""
    if text.isascii():
        # Most words name none, and are looked at by the hundred thousand.
        folded = text.lower()
        return any(part in folded for part in _PARTS) and bool(_PERCENTAGE.search(text))
    plain = unicodedata.normalize("NFKC", text).replace("ـ", "")
    return bool(_PERCENTAGE.search("".join(c for c in plain if unicodedata.category(c) not in _IGNORED)))


def check_text(where: str, text: Text, languages: Collection[str], field: str = "") -> Iterator[str]:
    """Tell what is wrong with a person's words; of which language of the field the words are is told as `field.tag`."""
    if text.language not in languages:
        yield Told(f"{where}: language: {one_of(languages, text.language)}", "language", field)
    yield from check_words(where, text.text, f"{field}.{text.language}")
    if not text.translations and not text.reviewed_by:
        return
    if text.language in text.translations:
        yield f"{where}: expected no translation into its own language, got one into {text.language}"
    for tag in sorted(set(text.translations) - set(languages)):
        yield f"{where}: language of a translation: {one_of(languages, tag)}"
    for tag in sorted(set(text.reviewed_by) - set(text.translations)):
        yield f"{where}: expected a translation into {tag}, since its review is signed, got none"
    for tag, words in text.translations.items():
        yield from check_words(f"{where} in {tag}", words, f"{field}.{tag}")
    for role in text.reviewed_by.values():
        yield from check_words(f"{where}: who reviewed it", role)


def check_words(where: str, words: str, field: str = "") -> Iterator[str]:
    """Tell what is wrong with the characters of a text."""
    if not words.strip():
        yield Told(f"{where}: expected a text, got none", "words", field)
    if len(words) > LONGEST:
        line = f"{where}: expected up to {LONGEST} characters, got {len(words)}"
        yield Told(line, "long", field, limit=LONGEST, got=len(words))
    if found := _UNPRINTABLE.search(words):
        place = found.start() + 1
        line = f"{where}: expected characters that can be printed, got U+{ord(found[0]):04X} at character {place}"
        yield Told(line, "unprintable", field, place=place)


def check_address(where: str, address: str, field: str = "") -> Iterator[str]:
    """Tell what is wrong with the address of evidence."""
    try:
        parts = urlsplit(address)
        is_right = parts.scheme == "https" and bool(parts.hostname) and not parts.username and parts.password is None
    except ValueError:
        is_right = False
    # A space or a control character would be dropped silently by whoever follows the address.
    is_right = is_right and not re.search(r"[\s\\<>\"]", address) and not _UNPRINTABLE.search(address)
    if not is_right or len(address) > LONGEST_ADDRESS:
        line = f"{where}: expected an address such as https://example.org/report, got {shorten(address)}"
        yield Told(line, "address", field)


def one_of(allowed: Collection[str], got: str) -> str:
    """Return what was expected and what came, with the nearest of the allowed words."""
    near = difflib.get_close_matches(got.lower(), list(allowed), n=1)
    expected = ", ".join(sorted(allowed)) if len(allowed) <= 40 else f"{len(allowed)} known ones"
    return f"expected one of {expected or '(none is known)'}, got {shorten(got)}" + (
        f"; did you mean {near[0]}?" if near else ""
    )


def shorten(text: str) -> str:
    """Return a text as a message shows it: on one line, not long, with nothing that could not be seen."""
    return repr(text[:60]) + ("…" if len(text) > 60 else "")
