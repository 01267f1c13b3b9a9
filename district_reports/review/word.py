"""A draft as a Word file, for those who review in Word; its comments are brought back by `word_comments`.

The file holds the texts of a page in numbered blocks, each with a bookmark and its id in brackets, so that a comment
can be told where it stands. Nothing but comments is ever read from it: a number changed in it changes nothing.

What belongs here: the only writing of .docx. What does not: wording and numbers, which are the page's.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Any, Final

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_DIRECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from district_reports.model import Subject
from district_reports.render.edge import direction_of, plain
from district_reports.render.i18n import Words
from district_reports.render.view import BarTable, Card, ContactLine, Figure, Page, Said, Section, Table
from district_reports.review.word_comments import (
    KEY_FACTS,
    SOURCES,
    WordComment,
    WordDraft,
    bookmark_of,
    read_docx,
    tag_of,
    tell_origin,
)

__all__ = ["WordComment", "WordDraft", "read_docx", "write_docx"]

_LATIN: Final = "Arial"
_EAST_ASIAN: Final = "Microsoft YaHei"
"""Comes with Word; where it is missing, Word takes another font of the script."""
_MUTED: Final = RGBColor(0x51, 0x60, 0x6E)
_DEEPEST: Final = 6
"""Levels of headings that are set apart."""
_FIXED: Final = (1980, 1, 1, 0, 0, 0)
"""Time of each file in the package: the same draft is the same bytes."""

_ISOLATED: Final = re.compile("[\u2066-\u2068]([^\u2066-\u2069]*)\u2069")
_FROM_THE_RIGHT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def write_docx(page: Page, *, subject: Subject, words: Words) -> bytes:
    """Return a draft as a Word file, the same bytes for the same input.

    Args:
        page: All texts, final.
        subject: What the draft is signed as: the file says which bytes it was made from.
        words: Of the page's language.

    Raises:
        TranslationError: If the catalogue lacks a sentence.
    """
    writer = _Writer(page)
    writer.describe(subject)
    for banner in page.banners:
        writer.paragraph(banner, is_strong=True)
    writer.paragraph(page.title, style="Title")
    for line in (page.edition_line, page.dates_line, page.review_line, page.labels.translation_unreviewed):
        writer.paragraph(line)
    for line in (words.text("word.how"), words.text("word.not_read")):
        writer.paragraph(line, is_strong=True)
    writer.block(KEY_FACTS, page.labels.key_facts)
    writer.rows(
        [(fact.label, f"{fact.number} · {fact.word}", "\n".join(fact.compared_with)) for fact in page.key_facts]
    )
    for line in (page.key_facts_note, *page.corrections):
        writer.paragraph(line)
    for part in page.parts:
        if part is page.data:
            writer.block(SOURCES, page.labels.sources_heading)
            for source in page.sources:
                writer.point(f"{source.title}{writer.colon}{source.detail}", _isolated(source.url))
        writer.block(part.section_id, part.question)
        if part is page.guide:
            writer.heading(page.contacts_heading, 2)
            writer.paragraph(page.contacts_intro)
            writer.contacts(page.contacts)
        writer.section(part, level=2)
    return writer.to_bytes()


class _Writer:
    """Sets texts one after the other; knows the direction, the fonts and the number of the next block."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._document: Any = docx.Document()
        self._is_mirrored = page.direction == "rtl"
        self.colon = "：" if "CJK" in page.font else ": "
        self._blocks = 0
        self._grid = self._document.styles["Table Grid"]
        # By id: python-docx looks each name up anew, which takes longer than all the rest.
        self._styles = {style.name: style.style_id for style in self._document.styles}
        for style in self._document.styles:
            if style.type == WD_STYLE_TYPE.PARAGRAPH:
                self._set_fonts(style)
        self._set_language(self._document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}"))
        if self._is_mirrored:
            # Before the grid of the page: Word wants this order.
            grid: Any = self._document.sections[0]._sectPr.find(qn("w:docGrid"))
            grid.addprevious(OxmlElement("w:bidi"))

    def describe(self, subject: Subject) -> None:
        """Say in the file's properties what it is; no person is named in them."""
        about = self._document.core_properties
        about.title, about.author = plain(self._page.document_title), plain(self._page.publisher)
        about.subject = tell_origin(subject, self._page.language)
        about.language, about.comments, about.keywords, about.last_modified_by = self._page.language, "", "", ""
        about.created = about.modified = datetime.fromisoformat(self._page.report_date).replace(tzinfo=UTC)

    def block(self, block_id: str, question: str) -> None:
        """Begin a numbered block: what a comment can be anchored to."""
        self._blocks += 1
        found = self.heading(f"{self._blocks}. {question}", 1)
        tag = found.add_run(f"  {tag_of(block_id)}")
        tag.font.size, tag.font.color.rgb, tag.font.bold = Pt(9), _MUTED, False
        begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for mark in (begin, end):
            mark.set(qn("w:id"), str(self._blocks))
        begin.set(qn("w:name"), bookmark_of(block_id))
        # Before the words, so that a comment on the heading itself lies within.
        found._p.insert(1, begin)
        found._p.append(end)

    def heading(self, text: str, level: int) -> Any:
        """Set a heading and return its paragraph."""
        found = self._add(f"Heading {min(level, _DEEPEST)}")
        self._fill(found, text)
        return found

    def paragraph(self, text: str, *, style: str = "Normal", is_strong: bool = False, lang: str = "") -> None:
        """Set a paragraph, or one for each line; nothing where there are no words."""
        for line in text.split("\n"):
            if line.strip():
                self._fill(self._add(style), line, is_strong=is_strong, lang=lang)

    def point(self, *texts: str) -> None:
        """Set one point of a list."""
        self.paragraph(" – ".join(text for text in texts if text), style="List Bullet")

    def said(self, said: Said, *, label: str = "", style: str = "Normal", is_strong: bool = False) -> None:
        """Set words that may be in another language than the page; their label is in the page's."""
        if not label:
            self.paragraph(said.text, style=style, is_strong=is_strong, lang=said.lang)
        elif said.text.strip():
            found = self._add(style)
            self._fill(found, f"{label}{self.colon}")
            self._runs(found, said.text, lang=said.lang)

    def section(self, section: Section, level: int) -> None:
        """Set everything that stands under a section's heading."""
        for line in (*section.notices, section.answer):
            self.paragraph(line)
        self._pictures(section, level)
        self.contacts(section.contacts)
        for quote in section.quotes:
            self.said(quote.said, style="Quote")
            self.paragraph(quote.by)
        for entry in section.entries:
            self.point(entry.label, entry.detail, _isolated(entry.url), entry.remark)
        for text in (*section.points, *(link.text for link in section.links)):
            self.point(text)
        for part in section.parts:
            self.heading(part.question, level)
            self.section(part, level + 1)

    def _pictures(self, section: Section, level: int) -> None:
        for figure in section.figures:
            self._figure(figure, level)
        for bars in section.bars:
            self._bars(bars)
        for card in section.cards:
            self._card(card)
        for table in section.tables:
            self._table(table)

    def contacts(self, contacts: tuple[ContactLine, ...]) -> None:
        """Set whom to call."""
        for line in contacts:
            ways = (_isolated(line.number), line.detail, *line.lines, _isolated(line.url))
            self.point(line.label, *ways, line.remark)

    def _figure(self, figure: Figure, level: int) -> None:
        self.heading(figure.title, level)
        for line in (figure.subtitle, figure.alt):
            self.paragraph(line)
        self._table(figure.table)
        for line in (*figure.notes, figure.source):
            self.paragraph(line)

    def _bars(self, bars: BarTable) -> None:
        self.paragraph(bars.caption, is_strong=True)
        self.rows([(row.label, row.text) for row in bars.rows], head=bars.head)
        for line in (*bars.notes, bars.source):
            self.paragraph(line)

    def _card(self, card: Card) -> None:
        self.paragraph(" · ".join(filter(None, (card.status, *card.flags))))
        self.said(card.title, is_strong=True)
        for line in card.lines:
            self.said(line.said, label=line.label)

    def _table(self, table: Table) -> None:
        self.paragraph(table.caption, is_strong=True)
        self.rows(table.rows, head=table.head)
        self.paragraph(table.note)

    def rows(self, rows: Any, *, head: tuple[str, ...] = ()) -> None:
        """Set a table."""
        lines = [*([head] if head else []), *rows]
        if not lines:
            return
        table = self._document.add_table(rows=len(lines), cols=max(map(len, lines)), style=self._grid)
        if self._is_mirrored:
            table.table_direction = WD_TABLE_DIRECTION.RTL
        for number, (line, row) in enumerate(zip(lines, table.rows, strict=True)):
            is_head = bool(head) and number == 0
            if is_head:
                row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
            for text, cell in zip(line, row.cells, strict=False):
                self._fill(cell.paragraphs[0], text, is_strong=is_head)
        self._document.add_paragraph()

    def to_bytes(self) -> bytes:
        """Return the file; the package has no time of its own."""
        saved, fixed = io.BytesIO(), io.BytesIO()
        self._document.save(saved)
        with zipfile.ZipFile(saved) as packed, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as again:
            for name in packed.namelist():
                again.writestr(zipfile.ZipInfo(name, _FIXED), packed.read(name), zipfile.ZIP_DEFLATED)
        return fixed.getvalue()

    def _add(self, style: str) -> Any:
        found = self._document.add_paragraph()
        if style != "Normal":
            found._p.style = self._styles[style]
        return found

    def _fill(self, paragraph: Any, text: str, *, is_strong: bool = False, lang: str = "") -> None:
        if direction_of(lang or self._page.language) == "rtl":
            paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
        self._runs(paragraph, text, is_strong=is_strong, lang=lang)

    def _runs(self, paragraph: Any, text: str, *, is_strong: bool = False, lang: str = "") -> None:
        """Set words; what is isolated among words from the right is a run of its own, or it would be read so too."""
        is_mirrored = direction_of(lang or self._page.language) == "rtl"
        pieces = _ISOLATED.split(text) if is_mirrored else [text]
        for number, piece in enumerate(pieces):
            if not piece and len(pieces) > 1:
                continue
            run = paragraph.add_run(plain(piece))
            if is_strong:
                run.font.bold = run.font.cs_bold = True
            is_foreign = number % 2 == 1 and not _FROM_THE_RIGHT.search(piece)
            self._turn(run, is_mirrored=is_mirrored and not is_foreign, lang="" if is_foreign else lang)

    def _turn(self, run: Any, *, is_mirrored: bool, lang: str = "") -> None:
        """Mark the direction and the language of a run; last, since Word wants its marks in this order."""
        properties = run._r.get_or_add_rPr()
        if is_mirrored:
            properties.append(OxmlElement("w:rtl"))
        if lang:
            mark = OxmlElement("w:lang")
            mark.set(qn("w:bidi" if is_mirrored else "w:val"), lang)
            properties.append(mark)

    def _set_fonts(self, style: Any) -> None:
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for name in list(fonts.attrib):
            del fonts.attrib[name]
        for name, font in (("ascii", _LATIN), ("hAnsi", _LATIN), ("cs", _LATIN), ("eastAsia", _EAST_ASIAN)):
            fonts.set(qn(f"w:{name}"), font)

    def _set_language(self, properties: Any) -> None:
        """Say which language the text is in, for spelling and for reading aloud."""
        mark = properties.find(qn("w:lang"))
        if mark is None:
            mark = OxmlElement("w:lang")
            properties.append(mark)
        kind = "bidi" if self._is_mirrored else "eastAsia" if "CJK" in self._page.font else "val"
        mark.set(qn(f"w:{kind}"), self._page.language)


def _isolated(text: str) -> str:
    """Return a number or an address so that it keeps its order among words read from the right."""
    return f"\u2068{text}\u2069" if text else ""
