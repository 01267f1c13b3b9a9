"""A source that is not there, or no longer there: the report says what is missing, since when, and where to look.

Only the crimes are required. What is not known is never a zero.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
from lxml import html
from pypdf import PdfReader

from district_reports.dossier import load_dossier
from district_reports.metrics.measures import parse_measures
from district_reports.model import CITY, Dossier, State
from district_reports.periods import Quarter
from district_reports.render.i18n import Words
from district_reports.render.page import build_page
from district_reports.settings import Settings, find_asset
from flows.records import DraftSummary
from tests.flows.answers import DRAFT, Run
from tests.flows.small_city import (
    QUARTER,
    QUARTERS,
    make_request,
    run_plain,
    serve_city,
    settings_of,
)
from tests.portal import Portal
from tests.portal.chicago import CRIMES, serve_small_crimes
from tests.portal.city_files import ARRESTS, COMMUNITIES, COMPLAINTS, REQUESTS, SENTIMENT, VICTIMS
from tests.portal.county import COURT_FILES

pytestmark = pytest.mark.slow

DEAD = (ARRESTS, VICTIMS, COMPLAINTS, REQUESTS, SENTIMENT, COMMUNITIES, *COURT_FILES)
UNREAD = ["arrests", "victims", "complaints", "requests", "sentiment", "communities", "court"]
PARTS = {
    "fears": "victims",
    "outcomes": "arrests",
    "complaints": "complaints",
    "requests": "requests",
    "trust": "sentiment",
}
"""Part of the report -> the source without which it has no numbers of its own."""
PREFIXES = (
    *("victims_", "shooting_", "arrest_within_", "days_to_arrest_"),
    *("complaint_", "requests_", "trust_", "safety_"),
)
"""How the metrics of these sources begin."""
LATER = Quarter(2018, 4)
LATER_DAY = date(2019, 1, 20)


def read_dossier(folder: Path) -> Dossier:
    return load_dossier((folder / "dossier.json").read_bytes())


def of_the_dead(measures: pd.DataFrame) -> pd.DataFrame:
    return measures[measures["metric_id"].str.startswith(PREFIXES)]


def notices_of(settings: Settings, folder: Path) -> dict[str, dict[str, str]]:
    """Return what each part of a report says before its numbers, by language and part."""
    found = {}
    for language in settings.languages:
        page = build_page(read_dossier(folder), Words.load(language, find_asset("templates", "locale")), settings)
        found[language.tag] = {section.section_id: " ".join(section.notices) for section in page.more}
    return found


# Never there


@pytest.mark.slow
def test_a_city_that_publishes_crimes_alone_gets_its_reports(run: Run, portal: Portal, tmp_path: Path) -> None:
    """The command ends well, each part is worded, and nothing that nobody published is a number."""
    data_dir, settings = tmp_path / "data", settings_of(portal.url)
    code, output, errors = run(*DRAFT, "--district", "007", "--district", CITY, "--data-dir", data_dir)
    assert code == 0, errors
    assert "2: 2 written, 0 unchanged" in output
    for source_id in UNREAD:
        assert f"source_read {source_id}: expected a source that can be read, got {source_id}" in output
    release = data_dir / "editions" / str(QUARTER)
    dead = of_the_dead(parse_measures((release / "measures.csv").read_bytes()))
    assert set(dead["state"]) <= {State.NO_DATA, State.NOT_PUBLISHED}
    assert dead["value"].isna().all() and dead["numerator"].isna().all()
    assert len(dead) > 24 * 13 * 30
    for place in ("007", CITY):
        for tag, notices in notices_of(settings, release / place).items():
            for part, source_id in PARTS.items():
                assert settings.source(source_id).page_url in notices[part], (tag, part)
            assert settings.outcomes.force is not None
            assert settings.outcomes.force.dashboard in notices["force"], tag
        require_told(release / place / "en", settings)


def require_told(folder: Path, settings: Settings) -> None:
    """Fail unless page and print say so, and no cell of these parts holds a number."""
    page = html.document_fromstring((folder / "report.html").read_bytes())
    printed = " ".join(sheet.extract_text() for sheet in PdfReader(folder / "report.pdf").pages)
    for part, source_id in PARTS.items():
        (notice,) = page.xpath(f"//section[@id='{part}']//p[@class='notice']")
        url = settings.source(source_id).page_url
        assert f"we have no numbers for this report. You can look here: {url}" in notice.text_content()
        assert url.removeprefix("https://") in printed.replace("\n", "")
    for part in ("complaints", "requests", "trust", "court"):
        cells = [cell.text_content() for cell in page.xpath(f"//section[@id='{part}']//td")]
        assert set(cells) <= {"no data", "Cannot be compared"}
    (court,) = page.xpath("//section[@id='court']//p[@class='lead']")
    assert court.text_content() == "We have not read the court files yet, so we show no numbers."
    assert settings.outcomes.court is not None
    assert settings.outcomes.court.dashboard in page.xpath("//section[@id='court']//a/@href")


# Read once, and then gone


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Portal, Path, DraftSummary]]:
    """A draft of every source, and then a portal that has lost all but the crimes and the police's own places."""
    data_dir = tmp_path_factory.mktemp("once") / "data"
    with Portal() as portal:
        settings = settings_of(portal.url)
        serve_city(portal, settings)
        summary = run_plain(settings, make_request(data_dir, "007", CITY))
        assert not summary.failed
        for dataset_id in DEAD:
            del portal.datasets[dataset_id]
        yield portal, data_dir, summary


def test_a_source_that_dies_leaves_the_numbers_of_its_last_good_snapshot(
    read_once: tuple[Portal, Path, DraftSummary], tmp_path: Path
) -> None:
    portal, data_dir, first = read_once
    shutil.copytree(data_dir, tmp_path / "data")
    second = run_plain(settings_of(portal.url), make_request(tmp_path / "data", "007", CITY))
    assert not second.failed
    unread = {remark.source_id: remark.got for remark in second.remarks if remark.check_id == "source_read"}
    assert list(unread) == UNREAD
    assert all("404" in got and "kept the snapshot of 2018-10-20" in got for got in unread.values())
    assert not [remark for remark in first.remarks if remark.check_id == "source_read"]
    before, after = ((summary.folder / "measures.csv").read_bytes() for summary in (first, second))
    assert after == before
    dead = of_the_dead(parse_measures(after))
    assert dead[(dead["quarter"] == str(QUARTER)) & (dead["district_id"] == CITY)]["value"].notna().sum() > 20


@pytest.mark.slow
def test_a_quarter_later_the_report_says_where_each_dead_source_stopped(
    read_once: tuple[Portal, Path, DraftSummary], tmp_path: Path
) -> None:
    """The events stop inside the new quarter's past: no number for it, no zero, and the day of the last row."""
    portal, data_dir, _ = read_once
    settings = settings_of(portal.url)
    shutil.copytree(data_dir, tmp_path / "data")
    serve_small_crimes(
        portal,
        datetime(2019, 1, 19, 11, tzinfo=UTC),
        quarters=(*QUARTERS, str(LATER)),
        districts=settings.district_ids,
        rows_per_quarter=1100,
    )
    request = make_request(tmp_path / "data", "007", CITY, quarter=str(LATER), as_of=LATER_DAY)
    summary = run_plain(settings, request.model_copy(update={"now": datetime(2019, 1, 20, 12, tzinfo=UTC)}))
    assert not summary.failed
    measures = parse_measures((summary.folder / "measures.csv").read_bytes())
    now = measures[(measures["quarter"] == str(LATER)) & (measures["district_id"] == CITY)].set_index("metric_id")
    events = [name for name in now.index if name.startswith(("victims_", "shooting_", "requests_", "complaint_cases"))]
    assert len(events) > 10
    assert set(now.loc[events, "state"]) == {State.NO_DATA}
    assert now.loc[events, "value"].isna().all()
    assert now.loc["incidents_all", "value"] == 1100
    for place in ("007", CITY):
        dossier = read_dossier(summary.folder / place)
        for tag, notices in notices_of(settings, summary.folder / place).items():
            for part, source_id in PARTS.items():
                block = next(freshness for freshness in freshness_of(dossier) if freshness[0] == source_id)
                assert block[1] is State.STALE and block[2] is not None
                assert settings.source(source_id).page_url in notices[part], (tag, part)
                words = Words.load(settings.language(tag), find_asset("templates", "locale"))
                assert words.day(block[2]) in notices[part], (tag, part)


def freshness_of(dossier: Dossier) -> list[tuple[str, State, date | None]]:
    return [(each.source_id, each.state, each.fresh_to) for block in dossier.blocks for each in block.freshness]


# The crimes are required


def test_the_crimes_are_not_optional(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Portal() as portal:
        settings = settings_of(portal.url)
        serve_city(portal, settings, rows_per_quarter=330)
        del portal.datasets[CRIMES]
        for name, value in (("PORTAL_URL", portal.url), ("COUNTY_PORTAL_URL", portal.url)):
            monkeypatch.setenv(f"DISTRICT_REPORTS_{name}", value)
        code, _, errors = run(*DRAFT, "--data-dir", tmp_path / "data")
    assert code == 3
    assert "crimes: metadata at" in errors and "404" in errors
    assert not (tmp_path / "data" / "editions").exists()
