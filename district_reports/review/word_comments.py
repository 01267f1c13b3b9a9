"""The comments of a Word file, each with the block of the draft that it stands in.

A Word file is a ZIP of XML files and comes from anywhere: what it unpacks to is bounded before it is unpacked, and XML
that declares entities is refused. Comments are all that is read: changed words and numbers are not looked at.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import Any, Final

import docx
from docx.oxml.ns import qn

from district_reports.errors import Problem, ReadingError
from district_reports.model import Record, Subject
from district_reports.readings.workbooks import require_harmless

KEY_FACTS: Final = "key-facts"
SOURCES: Final = "sources"
"""Ids of the two blocks that are no sections of the page."""
MOST_BYTES: Final = 10_000_000
MOST_UNPACKED: Final = 50_000_000
MOST_COMMENTS: Final = 500
_FILE: Final = Path("draft.docx")
"""How messages call it: what it was called says nothing, and might say who brought it."""
_MARK: Final = "block_"
_TAG: Final = re.compile(r"\[([A-Za-z0-9_-]{1,60})\]\s*")
_BOOKMARK: Final = re.compile(rf"{_MARK}([A-Za-z0-9_]{{1,34}})")
_ORIGIN: Final = re.compile(r"(\d{4}Q[1-4]) dossier/([A-Za-z0-9_-]{1,40}) ([A-Za-z-]{2,20}) ([0-9a-f]{64})")


class WordComment(Record):
    """A comment of a Word file."""

    block_id: str
    """Empty: it stands before the first block, on the whole."""
    text: str
    author: str
    """As the file says; may be anybody."""


class WordDraft(Record):
    """What a Word file says of itself, and its comments."""

    quarter: str
    """Empty, like the next three, where the file no longer says what it was made from."""
    place: str
    language: str
    digest: str
    comments: tuple[WordComment, ...]


def bookmark_of(block_id: str) -> str:
    """Return the name of a block's bookmark: Word takes no hyphen in it."""
    return _MARK + block_id.replace("-", "_0")


def tag_of(block_id: str) -> str:
    """Return a block's id as it stands in its heading, for programs that lose bookmarks."""
    return f"[{block_id}]"


def tell_origin(subject: Subject, language: str) -> str:
    """Return what a file was made from, as its properties say it."""
    return f"{subject.quarter} {subject.name} {language} {subject.digest}"


def read_docx(data: bytes) -> WordDraft:
    """Return the comments of a Word file in their order, each with its block, and what the file was made from.

    Args:
        data: The file.

    Raises:
        ReadingError: If it is no Word file, is too large, holds macros or declarations, or more comments than allowed.
    """
    if len(data) > MOST_BYTES:
        raise _problem(f"at most {MOST_BYTES} bytes", f"{len(data)}")
    _require_harmless(data)
    try:
        document: Any = docx.Document(io.BytesIO(data))
        blocks = _find_blocks(document.element.body)
        found = list(document.comments)
        if len(found) > MOST_COMMENTS:
            raise _problem(f"at most {MOST_COMMENTS} comments", f"{len(found)}")
        comments = tuple(
            WordComment(block_id=blocks.get(one.comment_id, ""), text=one.text.strip(), author=_name(one.author))
            for one in found
            if one.text.strip()
        )
        origin = _ORIGIN.fullmatch(document.core_properties.subject or "")
    except ReadingError:
        raise
    except Exception as error:  # python-docx lets through whatever its parsers raise
        raise _problem("a Word file (.docx)", f"one that cannot be read: {type(error).__name__}") from error
    quarter, place, language, digest = origin.groups() if origin else ("", "", "", "")
    return WordDraft(quarter=quarter, place=place, language=language, digest=digest, comments=comments)


def _find_blocks(body: Any) -> dict[int, str]:
    """Return for each comment the block in which it begins."""
    found: dict[int, str] = {}
    block = ""
    paragraph, anchors = qn("w:p"), (qn("w:commentRangeStart"), qn("w:commentReference"))
    for element in body.iter():
        if element.tag == paragraph:
            block = _block_of(element) or block
        elif element.tag in anchors:
            number = element.get(qn("w:id"), "")
            if number.isdecimal():
                found.setdefault(int(number), block)
    return found


def _block_of(paragraph: Any) -> str:
    """Return the block that begins with a paragraph; empty where none does."""
    for mark in paragraph.iter(qn("w:bookmarkStart")):
        name = _BOOKMARK.fullmatch(mark.get(qn("w:name"), ""))
        if name:
            return str(name[1]).replace("_0", "-")
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    if style is None or not style.get(qn("w:val"), "").lower().startswith("heading"):
        return ""
    words = "".join(text.text or "" for text in paragraph.iter(qn("w:t")))
    tags = list(_TAG.finditer(words))
    return tags[-1][1] if tags and tags[-1].end() == len(words) else ""


def _require_harmless(data: bytes) -> None:
    """Refuse what unpacks to too much, XML with entities, and macros whatever the file is called."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            require_harmless(_FILE, packed, MOST_UNPACKED)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as error:
        raise _problem("a Word file (.docx)", f"a broken or locked one: {type(error).__name__}") from error


def _name(author: str | None) -> str:
    shown = "".join(sign for sign in author or "" if not unicodedata.category(sign).startswith("C"))
    return " ".join(shown.split())[:120]


def _problem(expected: str, got: str) -> ReadingError:
    return ReadingError(_FILE, [Problem("", expected, got)])
