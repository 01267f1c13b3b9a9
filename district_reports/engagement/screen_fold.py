"""One plain form of a text, whatever it is written with, and the way back to where each sign stood.

Full-width and mathematical letters, digits of every script, accents, vowel signs, invisible signs: none of them must
hide a name. What no rule can read is told apart, so that a person looks at it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

_LETTERS = {
    "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i", "ħ": "h", "æ": "ae", "Æ": "AE", "œ": "oe",
    "Œ": "OE", "ß": "ss", "ð": "d", "þ": "th", "ی": "ي", "ک": "ك", "ە": "ه", "ٱ": "ا", "،": ",", "؟": "?", "؛": ";",
    "‘": "'", "’": "'", "´": "'", "`": "'", "ʼ": "'", "ʻ": "'", "′": "'", "“": '"', "”": '"', "„": '"', "«": '"',
    "»": '"', "−": "-", "·": ".", "•": " ", "٪": "%", "٫": ".", "٬": ",", "。": "。", "○": "〇", "ـ": "",
}  # fmt: skip
_DROPPED = ("Cf", "Mn", "Me", "Cc")
_SCRIPTS = ("LATIN", "CJK", "ARABIC", "IDEOGRAPHIC", "FEMININE", "MASCULINE")
"""First words of the names of the letters that our rules read."""


@dataclass(frozen=True)
class Folded:
    """A text in its plain form."""

    text: str
    places: tuple[int, ...]
    """Of each sign: where it stood in the original."""

    @cached_property
    def lower(self) -> str:
        """The same in small letters, sign by sign."""
        return "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in self.text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the plain form stood in the original."""
        return self.places[start], self.places[end - 1] + 1


def fold(text: str) -> Folded:
    """Return the plain form of a text."""
    signs: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for sign in _plain(letter):
            signs.append(sign)
            places.append(place)
    return Folded("".join(signs), tuple(places))


def fold_word(word: str) -> str:
    """Return the plain form of a word of our lists, in small letters."""
    return fold(word).lower.strip()


@lru_cache(8192)
def _plain(letter: str) -> str:
    if letter.isspace():
        return "\n" if letter in "\n\r\u2028\u2029" else " "
    if letter in _LETTERS:
        return _LETTERS[letter]
    found = ""
    for sign in unicodedata.normalize("NFKD", letter):
        category = unicodedata.category(sign)
        if category in _DROPPED:
            continue
        if category == "Nd":
            found += str(unicodedata.digit(sign))
        elif category == "Pd":
            found += "-"
        elif sign.isspace():
            found += " "
        else:
            found += _LETTERS.get(sign, sign)
    return found


def find_unreadable(text: str) -> list[tuple[int, int]]:
    """Return where signs stand that our rules cannot read: other scripts, turned or hidden text, letters in boxes."""
    return [(place, place + 1) for place, letter in enumerate(text) if _is_unreadable(letter)]


@lru_cache(8192)
def _is_unreadable(letter: str) -> bool:
    code, category = ord(letter), unicodedata.category(letter)
    if category in ("Co", "Cn", "Cs") or code in (0x202D, 0x202E) or 0xE0000 <= code <= 0xE007F:
        return True
    if 0x1F100 <= code <= 0x1F1E5 or 0x2800 <= code <= 0x28FF or 0x0250 <= code <= 0x02AF:
        return True
    return any(
        unicodedata.category(sign).startswith("L")
        and sign not in _LETTERS
        and unicodedata.category(sign) != "Lm"
        and not unicodedata.name(sign, "").startswith(_SCRIPTS)
        for sign in unicodedata.normalize("NFKD", letter)
    )
