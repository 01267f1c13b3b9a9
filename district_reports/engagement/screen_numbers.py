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
_COUNTED = (
    r"\s*(?:%|percent|people|residents|persons|calls|homes|families|students|officers|dollars|hours|personas|familias|"
    r"vecinos|residentes|llamadas|dolares|人|名|次|个|元|户|家|起|件|شخص|اشخاص|مكالمة|دولار)"
)


class NumberRules:
    """The rules, made once from the lists of words."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def find(self, folded: Folded) -> Iterator[Found]:
        """Give what is found, in the plain form."""
        yield from self._telephones(folded.text)
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
        for found in re.finditer(self._spelled(4), text.lower()):
            count = sum(len(part) if part.isdigit() else 1 for part in re.findall(r"[0-9]+|[^\W\d]+", found[0]))
            yield ("phone" if count >= 7 else "number"), found.start(), found.end()

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
            found.append((kind, re.compile(rf"{word}(?:(?P<tight>{_MARKS})|{_GAP}){code}"), least))
        return found

    def _near(self, folded: Folded) -> Iterator[Found]:
        text = folded.lower
        for kind, pattern, least in self._keywords:
            for found in pattern.finditer(text):
                code = found["code"]
                digits = sum(sign.isdigit() for sign in code)
                enough = 1 if found["tight"] is not None else least
                is_word = digits == 0
                if is_word or (digits >= enough and not self._is_harmless(code)):
                    yield kind, found.start(), found.end()
        badge = self.words.either("badges", "plates")
        for found in re.finditer(
            rf"(?<![0-9.,])[0-9]{{2,7}}\s+(?:was|is|on|era|es|en|as)\s+(?:[a-z]+\s+){{0,2}}{badge}", text
        ):
            yield "badge", found.start(), found.end()
        months = self.words.either("months")
        for found in re.finditer(rf"{self.words.either('births')}{_GAP}{months}", text):
            yield "birth", found.start(), found.end()
        for found in re.finditer(rf"{self.words.either('plates')}{_MARKS}", text):
            token = re.match(r"[A-Z0-9]{2,4}[ -]?[A-Z0-9]{1,4}(?![A-Za-z])", folded.text[found.end() :])
            if token and token[0].upper() == token[0] and len(token[0]) > 2:
                yield "plate", found.start(), found.end() + token.end()

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
        platform = self.words.either("handles")
        for found in re.finditer(
            rf"{platform}(?:{_MARKS})\s*(?:[:@]|\bis\b|\bes\b)?\s*(?P<code>[a-z0-9_.\-]{{3,}})", text
        ):
            code = found["code"].strip(".-")
            if re.search(r"[0-9_.]", code) or re.search(
                r"[:@=]|\bis\b|\bes\b|是|هو", text[found.start() : found.start("code")]
            ):
                yield "handle", found.start(), found.end()
        for found in re.finditer(
            r"(?<![A-Za-z0-9])(?:([A-Z]{1,3})[ -]?[0-9]{2,6}|[0-9]{2,6}[ -]?([A-Z]{1,3}))(?![A-Za-z0-9])", folded.text
        ):
            letters = (found[1] or found[2]).lower()
            digits = re.sub("[^0-9]", "", found[0])
            if letters not in self.words.lists["allowed.short"] and digits not in self.words.lists["public_numbers"]:
                yield "plate", found.start(), found.end()

    def _street_words(self, folded: Folded) -> Iterator[Found]:
        """Give house numbers with a street: what lies between must be no plain words."""
        street = self.words.either("streets")
        pattern = rf"(?<![0-9a-z,.])[0-9]{{1,6}}[a-z]?\s+(?P<between>(?:[a-z0-9.'-]+\s+){{1,4}}?){street}"
        for found in re.finditer(pattern, folded.lower):
            plain = self.words.vocabulary - self.words.names - self.words.ambiguous
            if not any(part.strip(".") in plain for part in found["between"].split()):
                yield "address", found.start(), found.end()
        before = self.words.either("streets_before")
        for found in re.finditer(rf"{before}\.?\s+(?:(?:de|del|la|el|los|las)\s+)*", folded.lower):
            if folded.text[found.end() : found.end() + 1].isupper():
                yield "address", found.start(), found.end() + 1

    def _numbers(self, text: str) -> Iterator[Found]:
        """Give numbers that are no count and no year, and groups of letters and digits."""
        for found in re.finditer(r"(?<![0-9.,])[0-9]{4,}(?![0-9]|[,.][0-9])", text):
            number = found[0]
            is_year = len(number) == 4 and _YEAR.fullmatch(number)
            is_count = re.match(_COUNTED, text[found.end() :]) or text[: found.start()].rstrip().endswith(("$", "€"))
            if not is_year and (len(number) > 4 or not is_count) and not (is_count and len(number) < 7):
                yield "number", found.start(), found.end()
        for found in re.finditer(
            r"(?<![a-z0-9])(?=[a-z0-9-]*[a-z])(?=[a-z-]*[0-9][a-z-]*[0-9])[a-z0-9-]{4,}(?![a-z0-9])", text
        ):
            if not self._is_harmless(found[0]) and not re.fullmatch(
                r"[0-9]+-[a-z-]+|[a-z-]+-[0-9]{1,2}|(?:19|20)[0-9]{2}s?", found[0]
            ):
                yield "plate", found.start(), found.end()
