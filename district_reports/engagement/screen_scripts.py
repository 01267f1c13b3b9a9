"""Names of persons in Chinese and in Arabic writing: beside a title, after "I am called", in our lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from district_reports.engagement.screen_fold import Folded
from district_reports.engagement.screen_words import Words

Found = tuple[str, int, int]

_HAN = "一-鿿"
_PARTICLES = "的了是在和与與对對不有这這那每位名个個们們等被把向给給跟及或也都就很"
_ARABIC = re.compile("[ء-ي]+")
_PREFIXES = "وفبلك"


class ChineseNames:
    """The rules, made once from the lists of words."""

    def __init__(self, words: Words) -> None:
        get = words.lists
        self.no_names = set(get["chinese.no_names"])
        surnames, plain = ("".join(get[f"chinese.{name}"]) for name in ("surnames", "plain_surnames"))
        given, no_short = "".join(get["chinese.given"]), "".join(get["chinese.no_short"])
        title = "(?:" + "|".join(sorted(get["chinese.titles"], key=len, reverse=True)) + ")"
        phrase = "(?:" + "|".join(sorted(get["chinese.phrases"], key=len, reverse=True)) + ")"
        names = [
            ("officer", rf"(?P<name>[{plain}](?:[^{_PARTICLES}\W\d_a-zA-Z]{{1,2}}))\s?{title}"),
            ("officer", rf"(?P<name>[{surnames}][{given}]{{1,2}})\s?{title}"),
            ("officer", rf"(?<!有)(?P<name>(?![{no_short}])[{surnames}])\s?{title}"),
            ("officer", rf"{title}\s?(?P<name>[{plain}][{given}]{{0,2}}|[{surnames}][{given}]{{1,2}})"),
            ("name", rf"{phrase}\s?(?P<name>[{surnames}小老阿大][{_HAN}]{{0,2}}|[a-zA-Z]+)"),
            ("name", rf"(?:名叫|名字叫|叫做|本名)(?P<name>[{_HAN}]{{1,3}})"),
            ("name", rf"[我他她你]?姓(?P<name>[{surnames}])"),
            ("name", rf"{phrase}\s?[:是为為]\s?(?P<name>[{_HAN}a-zA-Z]{{1,4}})"),
            ("name", rf"(?P<name>[{plain}][{given}]{{1,2}})"),
            ("name", rf"(?<![{_HAN}])(?P<name>[{surnames}][{given}]{{2}})"),
            ("name", rf"[小老阿](?P<name>[{plain}])(?![{_HAN}]*?(?:子|女)\b)"),
            ("name", rf"(?P<name>[{surnames}]某{{1,2}})"),
        ]
        self.patterns = [(kind, re.compile(pattern)) for kind, pattern in names]

    def find(self, folded: Folded) -> Iterator[Found]:
        """Give what is found, in the plain form."""
        for kind, pattern in self.patterns:
            for found in pattern.finditer(folded.text):
                start = found.start("name")
                around = folded.text[max(0, start - 1) : start + 3]
                if not any(word in around for word in self.no_names):
                    yield kind, found.start(), found.end()


class ArabicNames:
    """The rules, made once from the lists of words."""

    def __init__(self, words: Words) -> None:
        self.words = words
        get = words.lists
        self.names = frozenset(get["arabic.names"])
        self.any_names = self.names | frozenset(get["arabic.ambiguous"])
        self.titles = frozenset(get["arabic.titles"])
        self.kunyas = frozenset(get["arabic.kunyas"])
        self.no_names = frozenset(get["arabic.no_names"])

    @cached_property
    def _phrase(self) -> re.Pattern[str]:
        return re.compile(rf"{self.words.either('arabic.phrases')}[\s:]*(?:هو\s+|هي\s+)?(?P<name>[ء-يA-Za-z]+)")

    def find(self, folded: Folded) -> Iterator[Found]:
        """Give what is found, in the plain form."""
        tokens = [(found.start(), found.end(), found[0]) for found in _ARABIC.finditer(folded.text)]
        for number, (start, end, word) in enumerate(tokens):
            if _bare(word, self.names):
                yield "name", start, end
            after = tokens[number + 1] if number + 1 < len(tokens) else None
            if after is None or not folded.text[end : after[0]].isspace():
                continue
            if _bare(word, self.titles) and self._may_be_name(after[2]):
                yield "officer", start, after[1]
            if (_bare(word, self.kunyas) or _bare(word, self.any_names)) and after[2] in self.any_names:
                yield "name", start, after[1]
        for phrase in self._phrase.finditer(folded.text):
            if phrase["name"] not in self.no_names:
                yield "name", phrase.start(), phrase.end()

    def _may_be_name(self, word: str) -> bool:
        if word in self.any_names:
            return True
        is_plain = _bare(word, self.no_names) or word.startswith(self.words.lists["arabic.no_starts"])
        return not is_plain and len(word) > 2


def _bare(word: str, words: frozenset[str]) -> bool:
    """Return whether a word, perhaps with "and" or a preposition written on it, is one of some words."""
    return word in words or (word[0] in _PREFIXES and word[1:] in words)
