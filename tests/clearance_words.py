"""Words that say or hint that a case was cleared, solved or closed, and where they may stand.

An arrest is not a clearance. No sentence that is told of arrests may sound as if a case had come to its end. So these
words may stand only in sentences about what the police publish themselves, and about requests and complaints that an
office has closed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from district_reports.model import Record

ARABIC = (
    "حل حلت حله حلها حلول يحل تحل محلول محلوله انحل انحلت كشف كشفت كشفها يكشف تكشف اكتشف اكتشفت مكشوف مكشوفه "
    "اغلق اغلقت اغلاق اغلاقها يغلق تغلق مغلق مغلقه اقفل اقفلت اقفال مقفل مقفله حسم حسمت محسوم محسومه"
)
CLEARANCE = {
    "en": r"\b(clear(s|ed|ing|ance|ances)?|(re)?solv(e|es|ed|ing)|solutions?|clos(e|es|ed|ing|ure|ures)|crack(ed)?)\b",
    "es": r"\b(resuelt|resuelv|resolv|resolu|solucion|esclarec|aclar|cerrad|cerrar|cierr|cierre)\w*",
    "zh-Hans": "破案|结案|侦破|告破|破获|侦结|了结|查清|解决|侦查终结",
    "ar": rf"\b[وف]?(ال|بال|لل|ب|ل|س)?({ARABIC.replace(' ', '|')})\b",
}
"""What to look for in a text that went through `flatten`."""
IDIOMS = {"en": r"\bclear (change|place)\b", "ar": r"\b[يت]حل محل(ه|ها|هم)?\b"}
"""Other senses of the same words: what can be told from chance, or from a text; to take the place of something."""
MAY_SAY = re.compile(
    r"outcomes\.rung\.cleared_\w+(\.meaning)?"
    r"|clearance\.[\w.]+"
    r"|requests\.[\w.]+|metric\.requests_\w+"
    r"|complaints\.\w*(step|closed|open)[\w.]*|metric\.complaint_\w+"
    r"|asked\.(reason\.)?\w*(clear|clos)\w*"
)
"""Keys of the sentences that may hold such a word; none of them is told of arrests."""


def flatten(text: str) -> str:
    """Return the text in small letters, without accents and vowel signs, each Arabic letter in one form."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return bare.replace("\u0640", "").replace("ة", "ه").replace("ى", "ي").lower()


def find_clearance(tag: str, text: str) -> list[str]:
    """Return words that say or hint that a case was cleared."""
    text = flatten(text)
    if tag in IDIOMS:
        text = re.sub(IDIOMS[tag], " ", text)
    return [match[0] for match in re.finditer(CLEARANCE[tag], text)]


def find_misplaced(tag: str, forms: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Return the sentences of a catalogue that hold such a word and may not, with the words."""
    found = {key: find_clearance(tag, " ".join(texts)) for key, texts in forms.items() if not MAY_SAY.fullmatch(key)}
    return {key: words for key, words in found.items() if words}


def find_rendered(tag: str, part: Record, forms: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the texts of a part on arrests that hold such a word.

    A text is left out only if it is, letter for letter, one whole sentence that may hold it: a sentence put together
    with a number, as all that is told of arrests is, can never be one.
    """
    whole = {
        text
        for key, texts in forms.items()
        if MAY_SAY.fullmatch(key)
        for text in texts
        if not re.search(r"\{\w+\}", text)
    }
    return [text for text in list_texts(part.model_dump()) if text not in whole and find_clearance(tag, text)]


def list_texts(value: Any) -> Iterator[str]:
    """Return every text in nested records, but addresses."""
    if isinstance(value, str):
        if not value.startswith("https://"):
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from list_texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from list_texts(item)
