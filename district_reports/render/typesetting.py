"""Typst, as every print file uses it: one language, one template, PDF/UA-1 mode, the fonts of the installed packages.

What belongs here: the compiler and its faults in our words. What does not: what a template is handed.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

from district_reports.config import Language
from district_reports.errors import RenderError
from district_reports.render.fonts import font_dirs

STANDARD: Final = "ua-1"
"""Written and enforced: a missing glyph, a skipped heading level or a picture without words stops the build."""
_LONGEST_MESSAGE = 300
_POINTS_PER_INCH = 72.0


class Typesetter:
    """Sets the files of one language by one template; keeps one warm compiler, so make one per process.

    Args:
        language: The language of all files.
        template: Name of the template.
        template_dir: The folder that holds it; Typst reads nothing outside it.

    Raises:
        RenderError: If the template or the fonts cannot be read.
    """

    def __init__(self, language: Language, template: str, *, template_dir: Path) -> None:
        self.language = language
        self._template = template
        source = template_dir / template
        if not source.is_file():
            raise self.error(f"expected the template {source}, got no such file")
        fonts = _load_fonts()
        self._families = frozenset(fonts.families())
        try:
            self._compiler = typst.Compiler(
                str(source), root=str(template_dir), font_paths=fonts, ignore_system_fonts=True
            )
        except (RuntimeError, OSError, ValueError) as error:
            raise self.error(f"expected a compiler, got {_shorten(str(error))}") from error

    def require(self, what: str, language: str, font: str) -> None:
        """Return nothing if a file of this language and font can be set here.

        Args:
            what: How a message calls it.
            language: Its tag.
            font: Its family.

        Raises:
            RenderError: If it is of another language, or its font is not installed.
        """
        if language != self.language.tag:
            raise self.error(f"expected a {what} in {self.language.tag}, got one in {language}")
        if font not in self._families:
            raise self.error(f"expected the font {font} among the installed ones, got {sorted(self._families)}")

    def compile(self, content: dict[str, Any], *, font: str, report_date: str) -> bytes:
        """Return a PDF, the same bytes for the same input.

        Args:
            content: What the template reads, every text fit to be set.
            font: Family of its text.
            report_date: ISO date; makes the file's time stamp.

        Raises:
            RenderError: If Typst stops, or warns of anything.
        """
        try:
            pdf, warnings = self._compiler.compile_with_warnings(
                format="pdf",
                sys_inputs={"content": json.dumps(content, ensure_ascii=False), "font": font},
                pdf_standards=[STANDARD],
                timestamp=datetime.fromisoformat(report_date).replace(tzinfo=UTC),
            )
        except typst.TypstError as error:
            raise self.error(_shorten(" ".join((error.message, *error.hints)))) from error
        if warnings or not isinstance(pdf, bytes):
            found = _shorten("; ".join(warning.message for warning in warnings)) or type(pdf).__name__
            raise self.error(f"expected one file without a warning, got {found}")
        return pdf

    def draw(self, content: dict[str, Any], *, font: str) -> bytes:
        """Return a PNG of one page, a pixel for each point, the same bytes for the same input.

        Args:
            content: What the template reads, every text fit to be set.
            font: Family of its text.

        Raises:
            RenderError: If Typst stops, or warns of anything.
        """
        try:
            png, warnings = self._compiler.compile_with_warnings(
                format="png",
                ppi=_POINTS_PER_INCH,
                sys_inputs={"content": json.dumps(content, ensure_ascii=False), "font": font},
            )
        except typst.TypstError as error:
            raise self.error(_shorten(" ".join((error.message, *error.hints)))) from error
        if warnings or not isinstance(png, bytes):
            found = _shorten("; ".join(warning.message for warning in warnings)) or type(png).__name__
            raise self.error(f"expected one picture without a warning, got {found}")
        return png

    def error(self, problem: str) -> RenderError:
        """Return what is wrong, with the template and the language."""
        message = f"{self._template} ({self.language.tag}): {problem}"
        return RenderError(message, template=self._template, language=self.language.tag)


@cache
def _load_fonts() -> typst.Fonts:
    """Return the fonts of the installed packages, read once for all languages; never the system's."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder) for folder in font_dirs()]
    )


def _shorten(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= _LONGEST_MESSAGE else line[: _LONGEST_MESSAGE - 1] + "…"
