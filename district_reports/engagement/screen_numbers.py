"""What the screen finds by its form: telephone numbers, addresses, plates, badges, files, days of birth, accounts.

Telephone numbers are found by `phonenumbers` (Google's rules for all countries, offline) and, where they are spelled
out or torn apart, by ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

import phonenumbers

from district_reports.engagement.screen_fold import Folded
from district_reports.engagement.screen_forms import HAN_DIGITS, list_forms
from district_reports.engagement.screen_words import Words, either

Found = tuple[str, int, int]

_GAP = r"[^\n!?。;；]{0,30}?"
_CODE = r"(?<![a-z0-9])[a-z0-9-]*[0-9][a-z0-9-]*"
_MARKS = (
    r"(?:\s|[#:=,]|\b(?:no|num|nr|number|numero|is|was|era|es|said|read|the|el|de|it)\b\.?|"
    r"号码|号|號|是|为|為|رقم|رقمها|رقمه|هو|هي){0,6}"
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_NO_CODE = re.compile(r"[0-9]{1,3}(?:st|nd|rd|th|s|am|pm|hrs?|h|min|k|m|x)|covid-?19|24-?7")
_COUNTED = re.compile(
    r"\s*(?:%|percent|people|residents|persons|calls|homes|families|students|officers|dollars|hours|personas|familias|"
    r"vecinos|residentes|llamadas|dolares|人|名|次|个|元|户|家|起|件|شخص|اشخاص|مكالمة|دولار)"
)
_LONG = re.compile(r"(?<![0-9.,])[0-9]{4,}(?![0-9]|[,.][0-9])")
_MIXED = re.compile(r"(?<![a-z0-9])(?=[a-z0-9-]*[a-z])(?=[a-z-]*[0-9][a-z-]*[0-9])[a-z0-9-]{4,}(?![a-z0-9])")
_NO_MIXED = re.compile(r"[0-9]+-[a-z-]+|[a-z-]+-[0-9]{1,2}|(?:19|20)[0-9]{2}s?")
_PLATE = re.compile(r"(?<![A-Za-z0-9])(?:([A-Z]{1,3})[ -]?[0-9]{2,6}|[0-9]{2,6}[ -]?([A-Z]{1,3}))(?![A-Za-z0-9])")
_CHOSEN = re.compile(r"[A-Z0-9]{2,4}[ -]?[A-Z0-9]{1,4}(?![A-Za-z])")
_TELLS = re.compile(r"[:@=]|\bis\b|\bes\b|是|هو", re.ASCII)


class NumberRules:
    """The rules, made once from the lists of words."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.plain = words.vocabulary - words.names - words.ambiguous

    def find(self, folded: Folded) -> Iterator[Found]:
        """Give what is found, in the plain form."""
        yield from self._telephones(folded.lower)
        yield from self._near(folded)
        yield from self._forms(folded)
        yield from self._numbers(folded.lower)

    def _telephones(self, text: str) -> Iterator[Found]:
        matcher = phonenumbers.PhoneNumberMatcher(
            text, self.words.telephone_region, leniency=phonenumbers.Leniency.POSSIBLE, max_tries=1000
        )
        for match in matcher:
            yield "phone", match.start, match.end
        for found in re.finditer(r"(?:\+\s?)?(?:[0-9][\s().\-/_*,]{0,3}){7,}", text):
            whole = found[0].strip(" ().-/_*,")
            # Numbers with thousands commas, and years side by side, are none.
            if not re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3})+|(?:(?:19|20)[0-9]{2}[\s,/-]*)+", whole):
                yield "phone", found.start(), found.start() + len(found[0].rstrip())
        for found in re.finditer(rf"(?:[{HAN_DIGITS}0-9][\s,、-]{{0,2}}){{7,}}", text):
            if re.search(f"[{HAN_DIGITS}]", found[0]):
                yield "phone", found.start(), found.end()
        for found in self._words_of_digits.finditer(text):
            count = sum(len(part) if part.isdigit() else 1 for part in re.findall(r"[0-9]+|[^\W\d]+", found[0]))
            yield ("phone" if count >= 7 else "number"), found.start(), found.end()

    @cached_property
    def _words_of_digits(self) -> re.Pattern[str]:
        return re.compile(self._spelled(4))

    def _spelled(self, least: int) -> str:
        """Return the pattern of digits written as words, at least so many, perhaps with figures between."""
        digit = f"(?:{either(self.words.digits)}|[0-9]+)"
        return rf"{either(self.words.digits)}(?:[\s,.\-]+{digit}){{{least - 1},}}"

    @cached_property
    def _keywords(self) -> list[tuple[str, re.Pattern[str], int]]:
        """Return, of each kind, the pattern of a word with a code, and the least digits where words lie between."""
        found = []
        for kind, names, least in (
            ("badge", "badges", 3),
            ("plate", "plates", 3),
            ("case", "cases", 4),
            ("papers", "papers", 3),
            ("birth", "births", 2),
        ):
            word = self.words.either(names)
            code = rf"(?P<code>{self._spelled(2)}|{_CODE})"
            found.append((kind, re.compile(rf"{word}(?:(?P<tight>{_MARKS})|{_GAP}){code}", re.ASCII), least))
        return found

    def _near(self, folded: Folded) -> Iterator[Found]:
        text = folded.lower
        # Most texts have no digit at all, and every code has one.
        for kind, pattern, least in self._keywords if self._digit.search(text) else ():
            for found in pattern.finditer(text):
                code = found["code"]
                digits = sum(sign.isdigit() for sign in code)
                enough = 1 if found["tight"] is not None else least
                is_spelled = digits == 0
                if is_spelled or (digits >= enough and not self._is_harmless(code)):
                    yield kind, found.start(), found.end()
        for kind, pattern in self._around:
            for found in pattern.finditer(text):
                yield kind, found.start(), found.end()
        for found in self._plate.finditer(text):
            # Letters that the owner chose: "plate LUV MOM".
            token = _CHOSEN.match(folded.text, found.end())
            if token and len(token[0]) > 2:
                yield "plate", found.start(), token.end()

    @cached_property
    def _digit(self) -> re.Pattern[str]:
        return re.compile(f"[0-9]|{either(self.words.digits)}")

    @cached_property
    def _around(self) -> list[tuple[str, re.Pattern[str]]]:
        """Return the patterns of a code before its word, and of a birth in a month."""
        badge, birth, month = (self.words.either(*names) for names in (("badges", "plates"), ("births",), ("months",)))
        before = r"(?<![0-9.,])[0-9]{2,7}\s+(?:was|is|on|era|es|en|as)\s+(?:[a-z]+\s+){0,2}"
        return [
            ("badge", re.compile(before + badge, re.ASCII)),
            ("birth", re.compile(birth + _GAP + month, re.ASCII)),
        ]

    @cached_property
    def _plate(self) -> re.Pattern[str]:
        return re.compile(self.words.either("plates") + _MARKS, re.ASCII)

    def _is_harmless(self, code: str) -> bool:
        plain = code.strip("-")
        return plain in self.words.lists["public_numbers"] or bool(_NO_CODE.fullmatch(plain))

    @cached_property
    def _lower_forms(self) -> list[tuple[str, re.Pattern[str]]]:
        return list_forms(self.words)

    def _forms(self, folded: Folded) -> Iterator[Found]:
        text = folded.lower
        for kind, pattern in self._lower_forms:
            for found in pattern.finditer(text):
                yield kind, found.start(), found.end()
        yield from self._street_words(folded)
        for found in self._handle.finditer(text):
            before, code = text[found.start() : found.start("code")], found["code"].strip(".-")
            if re.search(r"[0-9_.]", code) or _TELLS.search(before):
                yield "handle", found.start(), found.end()
        for found in _PLATE.finditer(folded.text):
            letters = (found[1] or found[2]).lower()
            digits = re.sub("[^0-9]", "", found[0])
            if letters not in self.words.lists["allowed.short"] and digits not in self.words.lists["public_numbers"]:
                yield "plate", found.start(), found.end()

    @cached_property
    def _handle(self) -> re.Pattern[str]:
        return re.compile(rf"{self.words.either('handles')}{_MARKS}\s*@?\s*(?P<code>[a-z0-9_.\-]{{3,}})", re.ASCII)

    def _street_words(self, folded: Folded) -> Iterator[Found]:
        """Give house numbers with a street: what lies between must be no plain words."""
        for found in self._street.finditer(folded.lower):
            if not any(part.strip(".") in self.plain for part in found["between"].split()):
                yield "address", found.start(), found.end()
        for found in self._street_before.finditer(folded.lower):
            if folded.text[found.end() : found.end() + 1].isupper():
                yield "address", found.start(), found.end() + 1

    @cached_property
    def _street(self) -> re.Pattern[str]:
        between = r"(?P<between>(?:[a-z0-9.'-]+\s+){1,4}?)"
        return re.compile(rf"(?<![0-9a-z,.])[0-9]{{1,6}}[a-z]?\s+{between}{self.words.either('streets')}", re.ASCII)

    @cached_property
    def _street_before(self) -> re.Pattern[str]:
        return re.compile(rf"{self.words.either('streets_before')}\.?\s+(?:(?:de|del|la|el|los|las)\s+)*", re.ASCII)

    def _numbers(self, text: str) -> Iterator[Found]:
        """Give numbers that are no count and no year, and groups of letters and digits."""
        for found in _LONG.finditer(text):
            number, before = found[0], text[: found.start()].rstrip()
            is_year = len(number) == 4 and bool(_YEAR.fullmatch(number))
            is_count = bool(_COUNTED.match(text, found.end())) or before.endswith(("$", "€"))
            if not is_year and not (is_count and len(number) < 7):
                yield "number", found.start(), found.end()
        for found in _MIXED.finditer(text):
            if not self._is_harmless(found[0]) and not _NO_MIXED.fullmatch(found[0]):
                yield "plate", found.start(), found.end()
