"""What counts as an e-mail address, and as which one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.email_addresses import LONGEST, fold_address, is_address

SOUND = (
    "a@b.example",
    "Ana.Diaz+desk@City.Example",
    "o'brien@city.example",
    "007@district-7.city.example",
    "a@1.2.example",
)
UNSOUND = (
    *("", "ana", "@b.example", "a@", "a@b", "a@b.", "a@.b.example", "a@b..example", ".a@b.example", "a.@b.example"),
    *("a..b@c.example", "a@b.example\n", "a\n@b.example", "a@b.example\r\nBcc: x@y.example", "a b@c.example"),
    *("<a@b.example>", "a@b.example,c@d.example", "a@b@c.example", '"a"@b.example', "a@-b.example", "a@b-.example"),
    *("josé@b.example", "a@bü.example", "\u212aim@b.example", "a@\u212aity.example", "a\0@b.example", "a@[127.0.0.1]"),
    *("a" * 65 + "@b.example", "a@" + "b" * 64 + ".example", "a@" + "b." * 130 + "example"),
)


@pytest.mark.parametrize("text", SOUND)
def test_what_is_an_address(text: str) -> None:
    assert is_address(text)
    assert fold_address(f" {text}\n") == text.lower()


@pytest.mark.parametrize("text", UNSOUND)
def test_what_is_none(text: str) -> None:
    assert not is_address(text)


@given(st.text(max_size=LONGEST + 10))
def test_whatever_is_typed_is_an_address_in_small_letters_or_none(text: str) -> None:
    found = fold_address(text)
    assert found == "" or (is_address(found) and found.isascii() and found == found.lower() == fold_address(found))
