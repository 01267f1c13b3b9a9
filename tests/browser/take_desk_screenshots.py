"""Take the pictures of desk, kit and site: `python -m tests.browser.take_desk_screenshots DATA_DIR`.

DATA_DIR is a copy of a data directory of sample data, as `make report` leaves it: the desk writes into it. Chromium,
pdftoppm and ImageMagick's `montage` must be installed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, DESKTOP, PHONE
from tests.browser.desk_server import Commands
from tests.browser.take_screenshots import OUT, PLACE

WIDE = (DESKTOP[0], 1100)
NOTES = {
    "en": "This summer two more officers walk the shopping street in the evening. Come and talk to them.",
    "es": "Este verano, dos agentes más recorren a pie la calle comercial por la tarde. Acérquese a hablar con ellos.",
}


def shoot(page: Page, name: str) -> None:
    """Save what a reader sees first."""
    page.screenshot(path=OUT / f"{name}.png")


def shoot_desk(page: Page, commands: Commands, quarter: str) -> None:
    """Sign in as the commander of a district, and save the pages of a review."""
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto(commands.invite("commander@city.example", "commander", PLACE))
    shoot(page, "desk-sign-in")
    page.locator("main button").first.click()
    page.set_viewport_size({"width": WIDE[0], "height": 700})
    shoot(page, "desk-home")
    page.set_viewport_size({"width": WIDE[0], "height": 2400})
    page.goto(f"{commands.url}/drafts/{quarter}/{PLACE}")
    shoot(page, "desk-draft")
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    page.goto(f"{commands.url}/drafts/{quarter}/{PLACE}/note")
    for tag, text in NOTES.items():
        page.locator(f"textarea[name='text.{tag}']").fill(text)
    shoot(page, "desk-note")


def shoot_overview(page: Page, commands: Commands, quarter: str) -> None:
    """Save how a publisher sees the release."""
    page.context.clear_cookies()
    page.goto(commands.invite("publisher@city.example", "publisher"))
    page.locator("main button").first.click()
    page.goto(f"{commands.url}/releases/{quarter}")
    shoot(page, "desk-release")


def picture_kit(release: Path) -> None:
    """Save handout and first slides in two languages as one picture."""
    with TemporaryDirectory() as folder:
        found = []
        for tag in ("en", "ar"):
            for name, last in (("handout", 2), ("slides", 6)):
                path = release / PLACE / tag / f"{name}.pdf"
                command = ["pdftoppm", "-r", "45", "-l", str(last), "-png", str(path), f"{folder}/{tag}-{name}"]
                subprocess.run(command, check=True)
                found += sorted(Path(folder).glob(f"{tag}-{name}*.png"))
        layout = ["-tile", "4x", "-geometry", "+8+8", "-background", "#D5DCE3", "-gravity", "north"]
        subprocess.run(["montage", *map(str, found), *layout, str(OUT / "kit.png")], check=True)


def main(data_dir: Path) -> None:
    """Take all pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    release = max((data_dir / "editions").glob("*/manifest.json"))
    quarter = release.parent.name
    picture_kit(release.parent)
    commands = Commands(data_dir.resolve(), {}, "sample")
    with commands.serve(), sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        page = chromium.new_page()
        shoot_desk(page, commands, quarter)
        shoot_overview(page, commands, quarter)
        chromium.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
