"""Languages: catalogues, numbers, dates and plurals.

Catalogues are gettext files with ids as keys, all of `templates/locale/<tag>/*.po`, read as they stand (no compiled
copy to go stale). Numbers and dates follow CLDR by way of Babel, always in Western digits. No sentence of the report
stands in Python: a test looks for that.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from gettext import c2py
from io import BytesIO
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton, get_day_names
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

from district_reports.config import Language
from district_reports.errors import TranslationError
from district_reports.periods import Quarter

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_REVIEWED = re.compile(rb'^"X-Reviewed:[ ]*yes[ ]*\\n"', re.MULTILINE | re.IGNORECASE)
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ISOLATE, _POP = "\u2068", "\u2069"
"""First strong isolate and its end: keep a foreign name from reordering the sentence around it."""


class Words:
    """The sentences and formats of one language."""

    def __init__(
        self, language: Language, forms: Mapping[str, tuple[str, ...]], plural: str, is_reviewed: bool
    ) -> None:
        """Take a read catalogue.

        Args:
            language: Which.
            forms: Sentences by id: one form, or several where a number decides; an unfinished one has none.
            plural: The gettext rule that picks a form by number.
            is_reviewed: Whether a fluent person has signed the catalogue.
        """
        self.language = language
        self.locale = Locale.parse(language.locale)
        self.forms = forms
        self.is_reviewed = is_reviewed
        self._pick = c2py(plural)

    @classmethod
    def load(cls, language: Language, folder: Path) -> Words:
        """Return the language read from all catalogues in `folder/<tag>`; it is reviewed when each of them is.

        Raises:
            TranslationError: If there is no readable catalogue, or two hold the same sentence.
        """
        paths = sorted((folder / language.tag).glob("*.po")) or [folder / language.tag / "report.po"]
        forms: dict[str, tuple[str, ...]] = {}
        plural, is_reviewed = "", True
        for path in paths:
            catalogue, has_review = _read(path, language)
            found = {_id_of(message): _forms_of(message) for message in catalogue if message.id}
            twice = sorted(found.keys() & forms)
            if twice:
                message = f"{path}: expected each sentence in one catalogue, got {twice[0]} again"
                raise TranslationError(message, language=language.tag, problems=twice)
            forms.update(found)
            plural, is_reviewed = catalogue.plural_expr, is_reviewed and has_review
        return cls(language, forms, plural, is_reviewed)

    def text(self, key: str, **values: object) -> str:
        """Return the sentence `key` with its placeholders filled.

        Raises:
            TranslationError: If the catalogue lacks it or a value is not given.
        """
        return self._fill(key, self._forms(key)[-1], values)

    def plural(self, key: str, count: int, **values: object) -> str:
        """Return the form of the sentence that fits `count`; `{n}` is the count, formatted.

        Raises:
            TranslationError: If the catalogue lacks it or a value is not given.
        """
        forms = self._forms(key)
        return self._fill(key, forms[min(self._pick(count), len(forms) - 1)], {"n": self.number(count), **values})

    def number(self, value: float, decimals: int = 0) -> str:
        """Return the number with the language's separators."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return str(format_decimal(value, format=pattern, locale=self.locale))

    def day(self, value: date) -> str:
        """Return a date spelled out."""
        return str(format_date(value, format="long", locale=self.locale))

    def day_of_year(self, text: str) -> str:
        """Return a day without its year, given as `MM-DD`."""
        month, day = (int(part) for part in text.split("-"))
        return str(format_skeleton("MMMMd", date(2000, month, day), locale=self.locale))

    def months_of(self, quarter: Quarter) -> str:
        """Return a quarter as its months: July - September 2018."""
        text = format_interval(quarter.start, quarter.months[2], skeleton="yMMMM", locale=self.locale)
        return re.sub(r"[\u2009\u202f]", " ", str(text))

    def month(self, value: date) -> str:
        """Return a month with its year."""
        return str(format_skeleton("yMMMM", value, locale=self.locale))

    def year(self, value: int) -> str:
        """Return a year as the calendar of the language writes it, without grouping."""
        return str(format_date(date(value, 1, 1), format="yyyy", locale=self.locale))

    def weekdays(self, width: Literal["wide", "abbreviated"] = "wide") -> tuple[str, ...]:
        """Return the seven names, Monday first."""
        names = get_day_names(width, context="stand-alone", locale=self.locale)
        return tuple(str(names[day]) for day in range(7))

    def name(self, text: str) -> str:
        """Return a name in another script so that it keeps its place in a right-to-left sentence.

        A name that brings its own turns of direction loses them: it could end its isolation.
        """
        return self.foreign(text) if self.language.direction == "rtl" else _TURNS.sub("", text)

    def foreign(self, text: str) -> str:
        """Return a name of any script so that it keeps its place in a sentence of either direction."""
        return f"{_ISOLATE}{_TURNS.sub('', text)}{_POP}"

    def _forms(self, key: str) -> tuple[str, ...]:
        forms = self.forms.get(key)
        if not forms:
            raise self._problem(key, "a translation, got none")
        return forms

    def _fill(self, key: str, form: str, values: dict[str, object]) -> str:
        def value_of(match: re.Match[str]) -> str:
            if match[1] not in values:
                raise self._problem(key, f"a value for {{{match[1]}}}, got none")
            return str(values[match[1]])

        return _PLACEHOLDER.sub(value_of, form)

    def _problem(self, key: str, expected: str) -> TranslationError:
        return TranslationError(
            f"catalogue {self.language.tag}: {key}: expected {expected}", language=self.language.tag
        )


def digest_catalogue(folder: Path, tag: str) -> str:
    """Return the SHA-256 over all catalogues of a language: what a fluent reader signs."""
    digest = hashlib.sha256()
    for path in sorted((folder / tag).glob("*.po")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def load_words(languages: Sequence[Language], folder: Path) -> dict[str, Words]:
    """Return all languages by tag, checked against the first one.

    Raises:
        TranslationError: If a sentence is missing, unfinished or has other placeholders than in the first language.
    """
    words = {language.tag: Words.load(language, folder) for language in languages}
    first = words[languages[0].tag]
    for other in words.values():
        problems = find_gaps(first, other)
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            tag = other.language.tag
            raise TranslationError(f"catalogue {tag}: {problems[0]}{more}", language=tag, problems=problems)
    return words


def find_gaps(first: Words, other: Words) -> tuple[str, ...]:
    """Return what `other` lacks beside `first`, one line each."""
    problems = [f"{key}: expected no such sentence, it is unknown" for key in sorted(other.forms.keys() - first.forms)]
    for key, ours in sorted(first.forms.items()):
        theirs = other.forms.get(key, ())
        if not theirs or not all(theirs):
            problems.append(f"{key}: expected a translation, got none")
            continue
        needed = _placeholders(ours[-1])
        if _placeholders(theirs[-1]) != needed:
            problems.append(f"{key}: expected the placeholders {sorted(needed)}, got {theirs[-1]!r:.60}")
        # A form for one or two may spell its number out; all else must be there in each.
        wrong = [form for form in theirs if not needed - {"n"} <= _placeholders(form) <= needed]
        problems += [f"{key}: expected only the placeholders {sorted(needed)}, got {form!r:.60}" for form in wrong]
    return tuple(problems)


def _read(path: Path, language: Language) -> tuple[Catalog, bool]:
    """Return a catalogue, and whether a fluent person has signed it: Babel keeps only the headers it knows."""
    try:
        data = path.read_bytes()
        catalogue = read_po(BytesIO(data), locale=language.locale, abort_invalid=True)
    except (OSError, PoFileError, ValueError) as error:
        message = f"{path}: expected a readable catalogue, got {error}"
        raise TranslationError(message, language=language.tag) from error
    return catalogue, _REVIEWED.search(data) is not None


def _placeholders(form: str) -> set[str]:
    return set(_PLACEHOLDER.findall(form))


def _id_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms_of(message: Message) -> tuple[str, ...]:
    """Return a message's forms; none at all where it is unfinished."""
    if message.fuzzy or not message.string:
        return ()
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)
