"""Take the pictures of `docs/screenshots/`: `python -m tests.browser.take_screenshots FOLDER`.

FOLDER is a quarter's folder of sample data, as `make report` says at its end; Chromium must be installed. The print
page is a PNG that `pdftoppm -r 80 -png` makes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import ARGUMENTS, DESKTOP, PHONE

OUT = Path(__file__).parents[2] / "docs" / "screenshots"
PHONES = ("en", "es", "zh-Hans", "ar")
TALL = 1500
PLACE = "008"
"""A district of the sample in which a number is higher."""


def take(chromium: Browser, path: Path, name: str, size: tuple[int, int], height: int) -> None:
    """Save the top of a page."""
    tab = chromium.new_page(viewport={"width": size[0], "height": height})
    tab.goto(path.resolve().as_uri())
    tab.screenshot(path=OUT / f"{name}.png")
    tab.close()


def print_page(path: Path, name: str) -> None:
    """Save the first page of a print file, where pdftoppm is installed."""
    if shutil.which("pdftoppm"):
        command = ["pdftoppm", "-r", "80", "-png", "-singlefile", str(path), str(OUT / name)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def main(folder: Path) -> None:
    """Take all pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        take(chromium, folder / PLACE / "en" / "report.html", "desktop-en", DESKTOP, TALL)
        take(chromium, folder / "city" / "en" / "report.html", "desktop-city-en", DESKTOP, TALL)
        for tag in PHONES:
            take(chromium, folder / PLACE / tag / "report.html", f"phone-{tag}", PHONE, TALL)
        chromium.close()
    for tag in PHONES:
        print_page(folder / PLACE / tag / "report.pdf", f"print-{tag}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
