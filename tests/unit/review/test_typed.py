"""What people type becomes plain text in paragraphs, of bounded length."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.errors import RuleError
from district_reports.review.typed import clean_typed


def clean(text: str, limit: int = 1200, most: int = 0) -> str:
    return clean_typed(text, limit=limit, what="note", most_paragraphs=most)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Thank   you. \t Bye. ", "Thank you. Bye."),
        ("One.\r\n\r\n\r\nTwo.\rThree.\u2028Four.", "One.\nTwo.\nThree.\nFour."),
        ("<b>#strong[x]</b> $1 {name} %s \\n", "<b>#strong[x]</b> $1 {name} %s \\n"),
        ("no\u202eturn\u2066s\u200e\u061c \u2069here", "noturns here"),
        ("nul\x00 bell\x07 escape\x1b[31m", "nul bell escape [31m"),
        ("\ufeffzero\u200bwidth\u2060", "zerowidth"),
        ("tag\U000e0041\U000e007f lone\ud800 private\ue000", "tag lone private"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("e\u0301", "é"),
        ("z" + "\u0334" * 40, "z" + "\u0334" * 4),
        ("\n \u200b\n\t", ""),
        ("", ""),
    ],
)
def test_typed_text_is_cleaned(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@given(st.text(max_size=200))
def test_what_is_kept_is_clean_and_stays_as_it_is(typed: str) -> None:
    kept = clean(typed)
    assert clean(kept) == kept
    assert not {unicodedata.category(sign) for sign in kept.replace("\n", "")} & {"Cc", "Cs", "Co", "Cn"}
    assert not any(
        unicodedata.bidirectional(sign) in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI")
        for sign in kept
    )
    assert all(line and line == line.strip() for line in kept.split("\n")) or not kept


def test_the_limit_counts_what_is_kept() -> None:
    assert clean("a" * 50 + " " * 40, limit=50) == "a" * 50
    with pytest.raises(RuleError, match="note: expected at most 50 characters, got 51"):
        clean("語" * 51, limit=50)


def test_a_huge_text_is_refused_before_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("district_reports.review.typed.unicodedata", None)
    with pytest.raises(RuleError, match="got 10000000"):
        clean(" " * 10_000_000)


def test_paragraphs_are_counted() -> None:
    assert clean("a\n\nb\nc", most=3) == "a\nb\nc"
    with pytest.raises(RuleError, match="at most 3 paragraphs, got 4"):
        clean("a\nb\nc\nd", most=3)
