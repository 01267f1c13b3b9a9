"""How hard an English sentence is to read: the grade of Flesch and Kincaid, with syllables counted by rule.

Source:
    Kincaid et al., Derivation of New Readability Formulas, Naval Technical Training Command, 1975:
    0.39 words per sentence + 11.8 syllables per word - 15.59.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

VOWELS = re.compile("[aeiouy]+")
WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?|\d[\d.,]*")
SENTENCE_END = re.compile(r"(?<=[.?!])[”\"]?\s+(?=[“\"A-Z0-9])")
ABBREVIATIONS = {"a.m.": "morning", "p.m.": "evening"}
SPLIT_VOWELS = re.compile("(?<![tscg])i[aou]|eo(?!p)|(?<!q)ua|uo|[aeiouy]ing$|ism$|(?<=r)eas?$")
"""Two vowels that are said apart, as in "violent", "area", "usual", "being"."""

SILENT = re.compile("[^aeiouyl]es$|[^aeioutd]ed$|e$")
SPOKEN = re.compile("(?:[sxzcg]|ch|sh)es$|[aeiouy]e$|[^aeiouy]le$")
"""Ends whose "e" is not said, and those among them where it is: "placed", "theft of tables", "batches"."""


def count_syllables(word: str) -> int:
    """Return the syllables of a word; a number is read at a glance, whatever its length."""
    word = word.lower().replace("’", "'")
    if word[0].isdigit():
        return 1
    word = word.removesuffix("'s")
    count = len(VOWELS.findall(word)) + len(SPLIT_VOWELS.findall(word))
    count -= bool(SILENT.search(word) and not SPOKEN.search(word))
    return max(1, count)


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text; one without an end of its own counts as one."""
    for short, said in ABBREVIATIONS.items():
        text = text.replace(short, f"{said}." if text.rstrip().endswith(short) else said)
    return [sentence for sentence in SENTENCE_END.split(text) if WORD.search(sentence)]


def rate_grade(sentences: Sequence[str]) -> float:
    """Return the school grade that can read the sentences."""
    words = [word for sentence in sentences for word in WORD.findall(sentence)]
    syllables = sum(count_syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
