"""Where the font files lie that charts and print are set in: inside installed packages, never the system's.

What does not belong here: which language is set in which family (`languages.toml` says so).
"""

from __future__ import annotations

from functools import cache
from importlib import metadata
from pathlib import Path

from district_reports.errors import RenderError

# Latin, Cyrillic and Greek; Arabic; Chinese, Japanese and Korean. Declared in pyproject.toml.
FONT_PACKAGES = ("fontpkg-noto-sans", "fontpkg-noto-sans-arabic", "manimgx-fonts-cjk")
FONT_SUFFIXES = (".ttf", ".otf", ".ttc")


@cache
def find_fonts(packages: tuple[str, ...] = FONT_PACKAGES) -> tuple[Path, ...]:
    """Return the font files of the installed font packages, in a fixed order.

    Raises:
        RenderError: If a package is not installed or holds no font file.
    """
    return tuple(path for package in packages for path in _files_of(package))


def font_dirs(packages: tuple[str, ...] = FONT_PACKAGES) -> list[Path]:
    """Return the directories that hold the font files, without repetition, in a fixed order.

    Raises:
        RenderError: If a package is not installed or holds no font file.
    """
    return list(dict.fromkeys(path.parent for path in find_fonts(packages)))


def has_letter(sign: str) -> bool:
    """Return whether one of the fonts has a letter for a character.

    Raises:
        RenderError: If a font package is not installed.
    """
    return ord(sign) in _coverage()


@cache
def _coverage() -> frozenset[int]:
    # Loaded only here: a page has hardly ever a character that needs to be looked up.
    from fontTools.ttLib import TTCollection, TTFont

    covered: set[int] = set()
    for path in find_fonts():
        # The fonts of a collection are one design for several regions: they cover the same characters.
        if path.suffix == ".ttc":
            with TTCollection(path, lazy=True) as fonts:
                covered.update(fonts.fonts[0].getBestCmap())
        else:
            with TTFont(path, lazy=True) as font:
                covered.update(font.getBestCmap())
    return frozenset(covered)


def _files_of(package: str) -> list[Path]:
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError as error:
        raise _missing(package, "no such package") from error
    paths = sorted(Path(str(file.locate())) for file in files if file.suffix in FONT_SUFFIXES)
    found = [path for path in paths if path.is_file()]
    if not found:
        raise _missing(package, "a package without such a file")
    return found


def _missing(package: str, got: str) -> RenderError:
    return RenderError(f"fonts: expected font files in the package {package}, got {got}", template="fonts", language="")
