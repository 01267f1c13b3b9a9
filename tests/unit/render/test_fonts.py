from __future__ import annotations

import pytest

from district_reports.errors import RenderError
from district_reports.render.fonts import find_fonts, font_dirs


def test_fonts_come_from_installed_packages() -> None:
    assert len(font_dirs()) == 3
    assert all(path.is_file() for path in find_fonts())
    assert {path.parent for path in find_fonts()} == set(font_dirs())


@pytest.mark.parametrize(("package", "got"), [("no-such-fonts", "no such package"), ("lxml", "without such a file")])
def test_a_package_without_fonts_is_an_error(package: str, got: str) -> None:
    with pytest.raises(RenderError, match=f"in the package {package}, got .*{got}"):
        font_dirs((package,))
