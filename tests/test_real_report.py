"""Real crimes, victims, scores, outlines and stations behind our own portal, up to the printed page.

The published crimes end years before the published victims begin. So the crimes are moved by seven years: every count
of a quarter stays what it was. Nothing of these rows is kept; names of victims, masked here, are real on the portal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from lxml import html
from pypdf import PdfReader

from district_reports.config import Column
from district_reports.metrics.measures import Measures, parse_measures
from district_reports.model import CITY
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.socrata import SocrataPortal
from district_reports.sync import synchronise
from flows.records import DraftRequest, SourceKind
from flows.stages import open_store
from tests.flows.small_city import run_plain, settings_of
from tests.portal import Portal
from tests.portal.chicago import CRIMES, serve_boundaries, serve_real_crimes, serve_stations
from tests.portal.city_files import (
    NAME_COLUMNS,
    SENTIMENT,
    VICTIMS,
    serve_real_sentiment,
    serve_real_victims,
)
from tests.printed import list_numbers, read_dossier, read_page, read_print, rows_of, text_of
from tests.real_data import REAL_CRIMES, REAL_DATA

REAL_VICTIMS = REAL_DATA / "victims" / "victims_2024-09_to_2025-12.csv"
REAL_SCORES = REAL_DATA / "sentiment" / "Police_Sentiment_Scores.csv"
YEARS = 7
QUARTER = Quarter(2025, 3)
CRIMES_QUARTERS = ("2017Q3", "2018Q2", "2018Q3")
AS_OF = date(2025, 10, 20)
NOW = datetime(2025, 10, 20, 12, tzinfo=UTC)
MASKED = ("FIRSTNAME-MASKED", "M-MASKED", "LASTNAME-MASKED")
PLACES = ("007", CITY)
TAGS = ("en", "es")
WORDS = {
    "en": {"incidents": "(incidents)", "people": "(people)", "all_people": "All numbers here are people."},
    "es": {"incidents": "(incidentes)", "people": "(personas)", "all_people": "Aquí todas las cifras son personas."},
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (REAL_VICTIMS.is_file() and REAL_SCORES.is_file() and REAL_CRIMES.is_dir()),
        reason=f"needs the published rows, set REAL_DATA_DIR: {REAL_DATA}",
    ),
]


@dataclass(frozen=True)
class Drafted:
    """A portal with the published rows, and what a draft made of them."""

    portal: Portal
    settings: Settings
    data_dir: Path
    asked: list[tuple[str, str, str]]
    """Dataset, kind and words of each request."""

    @property
    def release(self) -> Path:
        return self.data_dir / "editions" / str(QUARTER)

    @property
    def measures(self) -> Measures:
        return Measures(parse_measures((self.release / "measures.csv").read_bytes()))


def serve_published(portal: Portal) -> None:
    serve_real_crimes(portal, REAL_CRIMES, CRIMES_QUARTERS)
    portal.update_rows(CRIMES, f'"date" = "date" + INTERVAL {YEARS} YEAR', bump_rows=False)
    portal.touch(CRIMES, at=datetime(2025, 10, 19, 11, tzinfo=UTC))
    serve_real_victims(portal, REAL_VICTIMS)
    portal.touch(VICTIMS, at=datetime(2025, 10, 19, 11, tzinfo=UTC))
    serve_real_sentiment(portal, REAL_SCORES)
    portal.touch(SENTIMENT, at=datetime(2021, 8, 5, tzinfo=UTC))
    folder = REAL_DATA / "boundaries"
    serve_boundaries(portal, folder / "chicago_districts.geojson", folder / "chicago_beats.geojson")
    serve_stations(portal, REAL_DATA / "reference" / "police-district-stations.csv")


def make_request(data_dir: Path) -> DraftRequest:
    return DraftRequest(
        quarter=str(QUARTER),
        source=SourceKind.PORTAL,
        districts=PLACES,
        languages=TAGS,
        data_dir=data_dir,
        records_dir=data_dir.parent / "records",
        as_of=AS_OF,
        now=NOW,
    )


def words_asked(portal: Portal) -> list[tuple[str, str, str]]:
    return [(record.dataset_id, record.target, str(dict(record.params))) for record in portal.requests]


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drafted]:
    data_dir = tmp_path_factory.mktemp("real") / "data"
    with Portal() as portal:
        serve_published(portal)
        settings = settings_of(portal.url)
        summary = run_plain(settings, make_request(data_dir))
        assert not summary.failed
        yield Drafted(portal, settings, data_dir, words_asked(portal))


@pytest.fixture(scope="module")
def crimes() -> pd.DataFrame:
    """The published crimes of the quarter, all text."""
    return pd.read_parquet(REAL_CRIMES / f"crimes_{Quarter(QUARTER.year - YEARS, QUARTER.number)}.parquet")


@pytest.fixture(scope="module")
def victims() -> pd.DataFrame:
    """The published victims of the quarter, all text; the district padded by hand."""
    rows = pd.read_csv(REAL_VICTIMS, dtype=str, keep_default_na=False)
    rows["place"] = rows["district"].str.zfill(3)
    return rows[rows["date"].between("2025-07-01", "2025-10-01", inclusive="left")]


def of_place(rows: pd.DataFrame, column: str, place: str) -> pd.DataFrame:
    return rows if place == CITY else rows[rows[column] == place]


def count_victims(rows: pd.DataFrame, place: str) -> dict[str, int]:
    mine = of_place(rows, "place", place)
    killed, shot = mine["victimization_primary"] == "HOMICIDE", mine["gunshot_injury_i"] == "YES"
    return {
        "victims_homicide": int(killed.sum()),
        "victims_nonfatal_shooting": int((shot & ~killed).sum()),
        "shooting_incidents": int(mine[shot]["case_number"].nunique()),
    }


# Counts


@pytest.mark.parametrize("place", PLACES)
def test_counts_are_those_of_the_published_rows(
    drafted: Drafted, crimes: pd.DataFrame, victims: pd.DataFrame, place: str
) -> None:
    mine = of_place(crimes, "district", place)
    expected = count_victims(victims, place) | {
        "incidents_all": len(mine),
        "incidents_robbery": int((mine["fbi_code"] == "03").sum()),
        "incidents_homicide": int((mine["fbi_code"] == "01A").sum()),
        "incidents_burglary": int((mine["fbi_code"] == "05").sum()),
    }
    got = {metric_id: drafted.measures.get(place, QUARTER, metric_id) for metric_id in expected}
    assert {metric_id: measure.value for metric_id, measure in got.items()} == expected
    assert {str(measure.state) for measure in got.values()} == {"ok"}


def test_victims_and_incidents_differ(drafted: Drafted, victims: pd.DataFrame) -> None:
    for place in PLACES:
        counts = count_victims(victims, place)
        shot = of_place(victims, "place", place)["gunshot_injury_i"].eq("YES").sum()
        assert 0 < counts["shooting_incidents"] < shot
        assert len(set(counts.values())) == 3


def test_scores_are_the_last_published_ones_and_marked_as_old(drafted: Drafted) -> None:
    rows = pd.read_csv(REAL_SCORES, dtype=str)
    ends = pd.to_datetime(rows["END_DATE"], format="%m/%d/%Y")
    of_district = rows["DISTRICT"].eq("7") & rows["SECTOR"].isna()
    last = ends[of_district].max()
    wanted = rows[of_district & ends.between(last.to_period("Q").start_time, last)]
    trust, safety = (wanted[name].astype(float).mean() / 10 for name in ("TRUST", "SAFETY"))
    got = {name: drafted.measures.get("007", QUARTER, f"{name}_score") for name in ("trust", "safety")}
    assert {str(measure.state) for measure in got.values()} == {"stale"}
    assert got["trust"].value == pytest.approx(trust, abs=0.01)
    assert got["safety"].value == pytest.approx(safety, abs=0.01)


# Words


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("place", PLACES)
def test_victims_and_incidents_stand_apart_and_say_what_they_are(
    drafted: Drafted, victims: pd.DataFrame, place: str, tag: str
) -> None:
    counts, words = count_victims(victims, place), WORDS[tag]
    page = read_page(drafted.release, place, tag)
    incidents, people = page.xpath("//section[@id='fears']//table")
    rows = [{head(row): row for row in table.xpath("tbody/tr")} for table in (incidents, people)]
    (shootings,) = (name for name in rows[0] if words["incidents"] in name)
    assert number_of(rows[0][shootings], drafted.settings, tag) == counts["shooting_incidents"]
    assert [name for name in rows[0] if words["people"] in name] == []
    assert all(words["people"] in name for name in rows[1])
    assert [number_of(row, drafted.settings, tag) for row in rows[1].values()] == [
        counts["victims_homicide"],
        counts["victims_nonfatal_shooting"],
    ]
    printed = " ".join(" ".join(text_of(sheet).split()) for sheet in read_print(drafted.release, place, tag).pages)
    for text in (page.text_content(), printed):
        assert words["all_people"] in text
        assert shootings in text


def head(row: html.HtmlElement) -> str:
    return str(row.xpath("th")[0].text_content())


def number_of(row: html.HtmlElement, settings: Settings, tag: str) -> float:
    return list_numbers(row.xpath("td")[0].text_content(), settings, tag)[0]


@pytest.mark.parametrize("place", PLACES)
def test_what_nobody_served_is_told_and_what_stopped_too(drafted: Drafted, place: str) -> None:
    dossier = read_dossier(drafted.release, place)
    states = {each.source_id: str(each.state) for block in dossier.blocks for each in block.freshness}
    assert states["victims"] == "ok" and states["sentiment"] == "stale"
    assert states["arrests"] == states["complaints"] == states["requests"] == "no_data"
    assert rows_of(read_page(drafted.release, place, "en"), "trust")
    assert len(dossier.places.shapes) == len(dossier.places.areas) > 5


# Names


def find_asked(asked: list[tuple[str, str, str]]) -> list[str]:
    """Return requests that name a column of names, or ask for rows of victims without naming columns."""
    return [
        words
        for dataset_id, target, words in asked
        if any(name in words for name in NAME_COLUMNS)
        or (dataset_id == VICTIMS and target == "rows" and "$select" not in words)
    ]


def find_kept(data_dir: Path) -> list[str]:
    """Return the files that hold a name, by what any reader of them would see."""
    return [str(path) for path in sorted(data_dir.rglob("*")) if path.is_file() and holds_name(path)]


def holds_name(path: Path) -> bool:
    data = path.read_bytes()
    texts = [data.decode("utf-8", errors="replace")]
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        texts += [" ".join(map(str, column.to_pylist())) for column in table.columns] + table.column_names
    elif path.suffix == ".pdf":
        texts += [sheet.extract_text() for sheet in PdfReader(path).pages]
    return any(word in text for text in texts for word in (*MASKED, *NAME_COLUMNS))


def test_names_are_at_the_portal_and_nobody_asks_for_them(drafted: Drafted) -> None:
    served = drafted.portal.execute(
        f'SELECT count(*) FROM "{VICTIMS}" WHERE {" OR ".join(f"{name} IN {MASKED}" for name in NAME_COLUMNS)}'
    )
    assert served[0][0] > 100
    assert [target for dataset_id, target, _ in drafted.asked if dataset_id == VICTIMS].count("rows") == 13
    assert find_asked(drafted.asked) == []


def test_no_byte_of_the_data_directory_is_a_name(drafted: Drafted) -> None:
    kinds = {path.suffix for path in drafted.data_dir.rglob("*") if path.is_file()}
    assert {".parquet", ".json", ".csv", ".html", ".pdf", ".geojson"} <= kinds
    assert find_kept(drafted.data_dir) == []


def test_names_would_be_found_if_they_were_asked_for(drafted: Drafted, tmp_path: Path) -> None:
    """Pre: a source that declares a column of names. Post: both tests above see it."""
    source = drafted.settings.source("victims")
    name = Column(field=NAME_COLUMNS[0], type="text", is_nullable=True)
    asking = source.model_copy(update={"columns": {**source.columns, "first_name": name}})
    store = open_store(drafted.settings, make_request(tmp_path / "data"))
    drafted.portal.reset_log()
    synchronise(SocrataPortal(drafted.portal.url), store, asking, (QUARTER,), now=NOW)
    assert find_asked(words_asked(drafted.portal))
    assert [path for path in find_kept(tmp_path / "data") if path.endswith(".parquet")]
