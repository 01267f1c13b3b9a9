"""What a cell of the intake sheet means: texts as people write them into choices, districts, counts and plain text.

What is told in one way only is read, however it is spaced, capitalised or typed; what could mean two things is refused.

What belongs here: one cell. What does not: days and times (`intake_dates`), rows and sheets.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from district_reports.config import District
from district_reports.engagement.intake_layout import Choice
from district_reports.place_ids import pad_id

MOST_TEXT = 2_000
"""Signs of a paraphrased point or a quote."""
MOST_NAME = 200

_CODES = frozenset({"theme", "question", "report_question"})
"""Lists whose codes are shown in a message, not their words."""
_FEW = 12
_BREAKS = re.compile(r"[\t\n\r\v\f\x85\u2028\u2029]+")
_ESCAPED = re.compile(r"_x00([01][0-9A-Fa-f])_")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_GAPS = re.compile(r"[\s_\-\u2010-\u2015·]+")
_COUNT = re.compile(r"([0-9]{1,6}|[0-9]{1,3}(,[0-9]{3})+)(\.0+)?")
_ID = re.compile(r"[A-Za-z0-9-]{1,40}")
_ORDINALS = frozenset({"st", "nd", "rd", "th", "o", "a", "no", "nr"})


class CellError(Exception):
    """One cell is wrong; the row keeps it as a problem, so it leaves this package never."""

    def __init__(self, expected: str, got: str, hint: str = "") -> None:
        super().__init__(expected)
        self.expected, self.got, self.hint = expected, got, hint


def show(text: str) -> str:
    """Return a text for a message: quoted, its odd signs spelled out, no longer than a line."""
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def fold(text: str) -> str:
    """Return a text to compare with others: no case, width, invisible signs or doubled spaces; plain digits."""
    kept = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    plain = "".join(str(unicodedata.digit(sign)) if unicodedata.category(sign) == "Nd" else sign for sign in kept)
    plain = plain.replace("\u2019", "'").replace("\u2018", "'").replace("\u201c", '"').replace("\u201d", '"')
    return " ".join(plain.casefold().split()).strip(" :：*").rstrip(".")


def fold_name(text: str) -> str:
    """Return the same with hyphens, underscores and spaces made one."""
    return _GAPS.sub(" ", fold(text)).strip()


def tidy_text(text: str, most: int = MOST_TEXT) -> str:
    """Return a person's words in one line, otherwise as they were written.

    Raises:
        CellError: If they hold signs that cannot be printed, or are too long.
    """
    unescaped = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    line = " ".join(unicodedata.normalize("NFC", _BREAKS.sub(" ", unescaped)).split())
    for place, sign in enumerate(line, 1):
        if unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") or sign == "\ufffd" or _TURNS.match(sign):
            raise CellError("letters, digits and signs that can be printed", f"U+{ord(sign):04X} at sign {place}")
    if len(line) > most:
        raise CellError(f"at most {most} signs", f"{len(line)}")
    return line


def read_id(text: str) -> str:
    """Return an id of ours.

    Raises:
        CellError: If it is none.
    """
    if not _ID.fullmatch(text):
        raise CellError("letters, digits and hyphens, at most 40", show(text), "leave it empty if unsure")
    return text


def read_count(text: str) -> int:
    """Return a whole number of people.

    Raises:
        CellError: If it is none.
    """
    plain = fold(text)
    if not _COUNT.fullmatch(plain):
        raise CellError("a whole number such as 14", show(text))
    return int(plain.partition(".")[0].replace(",", ""))


def read_choice(
    kind: str,
    text: str,
    choices: tuple[Choice, ...],
    more: Mapping[str, str] | None = None,
    *,
    has_hint: bool = True,
) -> str:
    """Return the value that a text stands for.

    Args:
        kind: Id of the list.
        text: The code, the words in any language, or both as the drop-down shows them.
        choices: The list.
        more: Other words for a value, folded.
        has_hint: Whether the nearest value is looked for, which takes its time.

    Raises:
        CellError: If it stands for none, or for two.
    """
    known = {**_aliases(choices), **more} if more else _aliases(choices)
    found = known.get(fold_name(text))
    if found is not None:
        return found
    code, sign, rest = fold(text).partition("·")
    if not sign:
        code, sign, rest = fold(text).partition(" - ") if " - " in fold(text) else fold(text).partition(":")
    found = known.get(fold_name(code)) if sign else None
    other = known.get(fold_name(rest))
    if found is not None and other in (None, found):
        return found
    hint = _nearest(kind, text, choices) if has_hint else ""
    raise CellError(name_choices(kind, choices), show(text), hint)


@lru_cache(maxsize=64)
def _aliases(choices: tuple[Choice, ...]) -> dict[str, str]:
    """Return all words for all values; words that two values share stand for neither."""
    found: dict[str, str] = {}
    shared = set()
    for choice in choices:
        for name in {fold_name(choice.shown), *map(fold_name, choice.names)}:
            if found.setdefault(name, choice.value) != choice.value:
                shared.add(name)
    codes = {fold_name(choice.value): choice.value for choice in choices}
    return {name: value for name, value in found.items() if name and name not in shared} | codes


def name_choices(kind: str, choices: tuple[Choice, ...]) -> str:
    """Return what may be chosen, for a message."""
    if kind in _CODES:
        return "one of the codes of the list"
    if not choices:
        return "nothing, since the list is empty"
    shown = [choice.shown for choice in choices]
    if len(shown) > _FEW:
        return f"one of the list, such as {shown[0]}"
    return f"one of {', '.join(shown)}"


@lru_cache(maxsize=1024)
def _nearest(kind: str, text: str, choices: tuple[Choice, ...]) -> str:
    known = _aliases(choices)
    start = re.split(r"[·:]", fold(text))[0]
    near = difflib.get_close_matches(fold_name(start), list(known), n=1, cutoff=0.6)
    if not near:
        return ""
    value = known[near[0]]
    shown = value if kind in _CODES else next((c.shown for c in choices if c.value == value), value)
    return f"did you mean {shown!r}?"


def read_district(text: str, districts: Sequence[District], words: Iterable[str]) -> str:
    """Return the id of the district that a text names by number, id, name, or number and name.

    Args:
        text: Such as `9`, `009`, `9.0`, `9th`, or a number with its name.
        districts: The city's.
        words: What people write beside the number, in every language.

    Raises:
        CellError: If it names none, two, or a number with another one's name.
    """
    ids = [district.district_id for district in districts]
    rest = f" {fold_name(re.sub(r'(?<=[0-9])[.]0+$', '', fold(text)))} "
    named = set()
    for district in sorted(districts, key=lambda one: -len(one.name)):
        name = f" {fold_name(district.name)} "
        cut = re.sub(r"[()\[\],.#&/]", " ", rest)
        if name in f" {' '.join(cut.split())} ":
            named.add(district.district_id)
            rest = f" {' '.join(cut.split())} ".replace(name, " ")
    plain = {piece for word in words for piece in re.findall(r"[^\W\d_]+", fold(word))} | _ORDINALS
    by_id = {fold(district_id): district_id for district_id in ids}
    for token in re.findall(r"[0-9]+|[^\W\d_]+", rest):
        found = by_id.get(token) or pad_id(token, ids)
        if found in ids:
            named.add(str(found))
        elif token not in plain:
            named.add("")
    if len(named) != 1 or "" in named:
        shown = [f"{district.district_id} · {district.name}" for district in districts]
        close = difflib.get_close_matches(fold(text), [fold(one) for one in shown], n=1, cutoff=0.6)
        hint = f"did you mean {next(one for one in shown if fold(one) == close[0])!r}?" if close else ""
        raise CellError(f"one district, such as {shown[0]}", show(text), hint)
    return named.pop()
