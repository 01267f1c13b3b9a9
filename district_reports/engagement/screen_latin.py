"""Names of persons in Latin letters: after a title, after "my name is", by a capital letter, in our lists.

When in doubt it is a name: a text that waits for nothing costs a person a minute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from district_reports.engagement.screen_fold import Folded
from district_reports.engagement.screen_words import Words

Found = tuple[str, int, int]

_TOKEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z](?:[A-Za-z']*[A-Za-z])?(?:-[A-Za-z]+)*")
_SELF = ("i", "i'm", "i've", "i'd", "i'll")
_LEET = str.maketrans("013457@$!|", "oleastasii")


@dataclass(frozen=True)
class Token:
    """One word of a text."""

    start: int
    end: int
    word: str
    is_start: bool
    """Whether it begins a sentence, where every word has a capital letter."""

    @cached_property
    def low(self) -> str:
        """In small letters, without what makes it a possessive."""
        return self.word.lower().removesuffix("'s").rstrip("'")

    @property
    def is_capital(self) -> bool:
        """Whether its first letter is a capital one."""
        return self.word[0].isupper()


class LatinNames:
    """The rules, made once from the lists of words."""

    def __init__(self, words: Words, places: frozenset[str]) -> None:
        self.words = words
        self.names = words.names - words.ambiguous
        self.any_names = words.names | words.ambiguous
        self.plain = words.vocabulary - self.names
        self.allowed = frozenset(words.lists["allowed.words"])
        self.places = places
        self.longest = max((len(phrase.split()) for phrase in self.allowed | places), default=1)

    def find(self, folded: Folded) -> Iterator[Found]:
        """Give what is found, in the plain form."""
        text, tokens = folded.text, _tokens(folded.text)
        yield from self._shouted(text, tokens)
        yield from self._capitals(text, tokens)
        yield from self._spelled(text)
        yield from self._said(text, tokens)
        unmasked = re.sub(r"(?<![A-Za-z0-9])\S+", lambda found: _unmask(found[0]), text)
        if unmasked != text:
            yield from self._said(unmasked, _tokens(unmasked))

    def _said(self, text: str, tokens: list[Token]) -> Iterator[Found]:
        for token in tokens:
            if not token.is_capital and token.low in self.names and len(token.low) > 2:
                yield "name", token.start, token.end
        for one, other in pairwise(tokens):
            words = (one.low, other.low)
            if self.any_names.issuperset(words) and not self.plain.intersection(words):
                yield "name", one.start, other.end
        yield from self._titles(text, tokens)
        yield from self._phrases(text, tokens)

    def _shouted(self, text: str, tokens: list[Token]) -> Iterator[Found]:
        """Give a whole text in capital letters: they tell no names from words."""
        words = [
            token for token in tokens if len(token.word) > 1 and token.low not in self.words.lists["allowed.short"]
        ]
        loud = [token for token in words if token.word.isupper()]
        if len(loud) >= 4 and len(loud) * 2 > len(words):
            yield "capitals", loud[0].start, loud[-1].end

    def _capitals(self, text: str, tokens: list[Token]) -> Iterator[Found]:
        free = self._allowed(tokens)
        caught = [
            number for number, token in enumerate(tokens) if number not in free and self._is_name(tokens, number, free)
        ]
        for number in caught:
            first, last = number, number
            # The names around it belong to it, also where each of them alone would be a plain word.
            while first and _adjoin(text, tokens[first - 1], tokens[first]) and self._may_precede(tokens[first - 1]):
                first -= 1
            while (
                last + 1 < len(tokens) and _adjoin(text, tokens[last], tokens[last + 1]) and tokens[last + 1].is_capital
            ):
                last += 1
            yield "name", tokens[first].start, tokens[last].end

    def _may_precede(self, token: Token) -> bool:
        """Return whether a word may belong to the name behind it: no plain word that begins a sentence."""
        is_title = token.low in self.words.lists["titles"]
        return token.is_capital and (is_title or not token.is_start or not self._is_plain(token.low))

    def _is_name(self, tokens: list[Token], number: int, free: set[int]) -> bool:
        token = tokens[number]
        if not token.is_capital or token.low in (*_SELF, "a", "y", "o", "e"):
            return False
        if len(token.word) == 1:
            return not token.is_start
        if token.word.isupper():
            return token.low not in self.words.lists["allowed.short"] and token.low not in self.plain
        if token.low in self.names:
            return True
        parts = token.low.split("-")
        if not token.is_start:
            return token.low in self.words.ambiguous or not all(self._is_plain(part) for part in parts)
        after = tokens[number + 1] if number + 1 < len(tokens) else None
        if after is not None and self._is_person(token, after, number + 1 in free):
            return True
        return not all(self._is_plain(part) or part.endswith(self.words.lists["endings"]) for part in parts)

    def _is_person(self, token: Token, after: Token, is_free: bool) -> bool:
        """Return whether the first word of a sentence, plain as it may be, is a name by what stands behind it."""
        is_doing = after.low in self.words.lists["person_verbs"]
        if token.low not in self.words.ambiguous:
            return is_doing and not self._is_plain(token.low)
        if after.is_capital and not after.is_start:
            is_title = after.low in self.words.lists["titles"]
            return not is_free and not is_title and after.low not in _SELF
        return is_doing and token.low not in self.words.lists["no_persons"]

    def _is_plain(self, word: str) -> bool:
        """Return whether a word is one of the plain ones, or made of one."""
        bare = word.replace("'", "")
        if bare in self.plain:
            return True
        stems = (bare.removesuffix(end) for end in self.words.lists["forms"])
        return any(stem != bare and stem in self.plain for stem in stems)

    def _allowed(self, tokens: list[Token]) -> set[int]:
        """Return which words belong to what may be named: days, languages, public bodies, places of the city."""
        free: set[int] = set()
        for number in range(len(tokens)):
            for length in range(self.longest, 0, -1):
                part = tokens[number : number + length]
                phrase = " ".join(token.low for token in part)
                if len(part) == length and (phrase in self.allowed or self._is_place(phrase, tokens, number)):
                    free.update(range(number, number + length))
                    break
        return free

    def _is_place(self, phrase: str, tokens: list[Token], number: int) -> bool:
        if phrase not in self.places:
            return False
        before = tokens[number - 1].low if number else ""
        return phrase not in self.any_names or before in self.words.lists["place_words"]

    @cached_property
    def _title(self) -> re.Pattern[str]:
        title = self.words.either("titles")
        return re.compile(rf"{title}(?:[\s./-]+{title}){{0,2}}[\s.,:]*(?=[a-z])")

    def _titles(self, text: str, tokens: list[Token]) -> Iterator[Found]:
        starts = {token.start: token for token in tokens}
        for found in self._title.finditer(text.lower()):
            token = starts.get(found.end())
            if token is None:
                continue
            is_listed = token.low in self.any_names
            if token.is_capital:
                is_caught = is_listed or not self._is_plain(token.low)
                is_caught = is_caught and token.low not in self.words.lists["allowed.short"]
            else:
                is_caught = is_listed and token.low not in self.words.lists["plain_after_title"]
            if is_caught:
                yield "officer", found.start(), token.end

    @cached_property
    def _phrase(self) -> re.Pattern[str]:
        return re.compile(rf"(?P<phrase>{self.words.either('name_phrases')})[\s:,\"']*(?=[a-z])")

    def _phrases(self, text: str, tokens: list[Token]) -> Iterator[Found]:
        starts = {token.start: token for token in tokens}
        for found in self._phrase.finditer(text.lower()):
            token = starts.get(found.end())
            if token is None or token.low in self.words.lists["no_names"]:
                continue
            is_own = found["phrase"].startswith(("my ", "me ll", "mi "))
            is_listed = token.low in (self.any_names if token.is_capital else self.names)
            if is_own or is_listed or not self._is_plain(token.low):
                yield "name", found.start(), token.end

    def _spelled(self, text: str) -> Iterator[Found]:
        """Give initials, and names whose letters stand apart."""
        for found in re.finditer(r"(?<![A-Za-z.])(?:[A-Z]\.\s?){2,}", text):
            if re.sub(r"[^a-z]", "", found[0].lower()) not in self.words.lists["allowed.short"]:
                yield "name", found.start(), found.end()
        for found in re.finditer(r"(?<![A-Za-z.])[A-Z]\.\s?(?!I\b)[A-Z][a-z'-]+", text):
            yield "name", found.start(), found.end()
        for found in re.finditer(r"(?<![A-Za-z0-9'])(?:[A-Za-z][\s.*_/-]{1,2}){3,}[A-Za-z](?![A-Za-z])", text):
            if re.sub(r"[^a-z]", "", found[0].lower()) not in self.words.lists["allowed.short"]:
                yield "name", found.start(), found.end()


def _tokens(text: str) -> list[Token]:
    return [
        Token(found.start(), found.end(), found[0], _begins(text[: found.start()])) for found in _TOKEN.finditer(text)
    ]


def _begins(before: str) -> bool:
    """Return whether a sentence begins after what stands before."""
    bare = before.rstrip(" \"'([{¿¡-*>•")
    return not bare or bare[-1] in '.!?:;\n。！？：；…"' or bool(re.search(r"\n[\s\-*•]*$", before))


def _adjoin(text: str, one: Token, other: Token) -> bool:
    return text[one.end : other.start] in (" ", "-", ". ", " & ")


def _unmask(word: str) -> str:
    """Return a word with letters for the figures and signs in it; numbers stay."""
    letters = sum(letter.isalpha() for letter in word)
    masked = sum(letter in "013457@$!|" for letter in word.rstrip("!"))
    return word.translate(_LEET) if letters >= 2 and masked and letters >= masked else word
