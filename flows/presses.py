"""All files of one edition, and the presses that make them: built once in each process, warm for all its editions."""

from __future__ import annotations

from functools import cache

from district_reports.model import Dossier
from district_reports.render.channels import ChannelPress
from district_reports.render.charts import ChartBook
from district_reports.render.html import WebPress
from district_reports.render.i18n import Words
from district_reports.render.kit import KitPress
from district_reports.render.page import build_page
from district_reports.render.pdf import PrintShop
from district_reports.render.pocket import PocketPress, build_pocket
from district_reports.render.sheet import Sheet
from district_reports.render.take_part import CALENDAR, render_calendar
from district_reports.render.view import Page
from district_reports.settings import Settings, find_asset, load_settings


def render_edition(dossier: Dossier, tag: str) -> dict[str, bytes]:
    """Return the files of one edition, by name."""
    page, charts = draw_page(dossier, tag)
    return render_report(page, charts) | render_others(dossier, page, charts)


def draw_page(dossier: Dossier, tag: str) -> tuple[Page, dict[str, str]]:
    """Return the page of an edition, and the pictures of its figures, by id."""
    page = build_page(dossier, _words(tag), settings_of_worker())
    return page, draw_charts(page)


def render_report(page: Page, charts: dict[str, str]) -> dict[str, bytes]:
    """Return the web page and the print file of an edition, by name."""
    return {
        "report.html": _web_press().render_html(page, charts),
        "report.pdf": _print_shop(page.language).render_pdf(page, charts),
    }


def render_others(dossier: Dossier, page: Page, charts: dict[str, str]) -> dict[str, bytes]:
    """Return the other files of an edition, by name."""
    tag, files = page.language, dict[str, bytes]()
    sheet = Sheet(dossier, _words(tag), settings_of_worker())
    card, calendar = build_pocket(sheet, page), render_calendar(sheet)
    if card is not None:
        files["pocket.pdf"] = _pocket_press(tag).render_pocket(card)
    if calendar is not None:
        files[CALENDAR] = calendar
    files |= _kit_press(tag).render(sheet, page, charts)
    return files | _channel_press(tag).render(sheet, page, charts)


def draw_charts(page: Page) -> dict[str, str]:
    """Return the pictures of a page's figures, by id."""
    book = _chart_book(page.language)
    banner = " · ".join(page.banners)
    return {figure.figure_id: book.draw(figure, banner=banner) for figure in page.figures}


@cache
def settings_of_worker() -> Settings:
    """Return the settings of this process, read once."""
    return load_settings()


@cache
def _words(tag: str) -> Words:
    return Words.load(settings_of_worker().language(tag), find_asset("templates", "locale"))


@cache
def _chart_book(tag: str) -> ChartBook:
    return ChartBook(settings_of_worker().language(tag))


@cache
def _web_press() -> WebPress:
    return WebPress(template_dir=find_asset("templates", "html"))


@cache
def _print_shop(tag: str) -> PrintShop:
    return PrintShop(settings_of_worker().language(tag), template_dir=find_asset("templates", "print"))


@cache
def _pocket_press(tag: str) -> PocketPress:
    return PocketPress(settings_of_worker().language(tag), template_dir=find_asset("templates", "print"))


@cache
def _kit_press(tag: str) -> KitPress:
    return KitPress(settings_of_worker().language(tag), template_dir=find_asset("templates", "print"))


@cache
def _channel_press(tag: str) -> ChannelPress:
    return ChannelPress(settings_of_worker().language(tag), template_dir=find_asset("templates"))
