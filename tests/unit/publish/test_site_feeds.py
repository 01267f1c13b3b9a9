"""Feeds, calendars, site map, index and open data: the forms that programs read."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, date, datetime
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from district_reports.errors import ContractError
from district_reports.periods import Quarter
from district_reports.publish.open_data import COLUMNS, in_script, write_dictionary
from district_reports.publish.site import build_open_data, build_site
from district_reports.publish.site_calendar import list_releases, tell_outcome
from district_reports.publish.site_frame import Site, open_site
from district_reports.settings import load_settings
from flows.definitions import list_metric_ids
from flows.public_pages import define_metrics
from tests.unit.publish.site_samples import NOW, Case, Plan, build_case, make_case, make_measures, read_words

CHICAGO = load_settings({})
SETTINGS = CHICAGO.model_copy(update={"districts": CHICAGO.districts[:3]})
ALL_WORDS = read_words(SETTINGS)
WORDS = {tag: ALL_WORDS[tag] for tag in ("en", "ar")}
ENGLISH = WORDS["en"]
FIRST = SETTINGS.district_ids[0]
URL = SETTINGS.report.site.url
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
HOSTILE = "</script>]]><x>&\u202e\u0007\r\nEND:VCALENDAR"


@pytest.fixture(scope="module")
def case() -> Case:
    return make_case(SETTINGS, words=WORDS)


@pytest.fixture(scope="module")
def files(case: Case) -> dict[str, bytes]:
    return case.build()


def site_of(case: Case, now: datetime = NOW) -> Site:
    return open_site(case.settings, case.words, case.versions, case.summaries, (), now)


# Atom


def test_each_feed_has_what_the_standard_asks_for(files: dict[str, bytes]) -> None:
    feeds = {path: ElementTree.fromstring(data) for path, data in files.items() if path.endswith("feed.xml")}
    assert len(feeds) == len(WORDS) * (1 + len(SETTINGS.districts))
    ids = []
    for path, feed in feeds.items():
        assert feed.tag == f"{ATOM}feed"
        for entry in (feed, *feed.iter(f"{ATOM}entry")):
            for name in ("title", "id", "updated"):
                assert [bool(each.text) for each in entry.findall(f"{ATOM}{name}")] == [True], (path, name)
            moment = datetime.fromisoformat(entry.findtext(f"{ATOM}updated", ""))
            assert moment.tzinfo is not None
            ids.append(entry.findtext(f"{ATOM}id"))
        links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
        assert links == {"self": f"{URL}/{path}", "alternate": f"{URL}/{path.removesuffix('feed.xml')}"}
        assert feed.findtext(f"{ATOM}author/{ATOM}name") == SETTINGS.report.publisher
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", each or "") for each in ids)


def test_a_feed_tells_every_version_newest_first_and_how_it_stands(files: dict[str, bytes]) -> None:
    feed = ElementTree.fromstring(files[f"en/{FIRST}/feed.xml"])
    entries = list(feed.iter(f"{ATOM}entry"))
    assert [entry.findtext(f"{ATOM}title", "").replace("\u00a0", " ").replace("\u2009", " ") for entry in entries] == [
        "Withdrawn: July – September 2026, version 1",
        "April – June 2026, version 1",
        "January – March 2026, version 2",
        "Replaced: January – March 2026, version 1",
        "October – December 2025, version 1",
    ]
    withdrawn, newest = (entry.findtext(f"{ATOM}summary", "") for entry in entries[:2])
    assert "A file of the source was read twice." in withdrawn
    assert "1,234" not in withdrawn
    assert "First fact of 001, 2026Q2 (en): 1,234" in newest
    assert [entry.findtext(f"{ATOM}updated") for entry in entries[:2]] == [
        "2026-11-20T15:00:00+00:00",
        "2026-08-09T15:00:00+00:00",
    ]


def test_ids_of_a_feed_stay_when_the_site_moves_or_a_version_ends(case: Case, files: dict[str, bytes]) -> None:
    def ids(data: bytes) -> set[str | None]:
        return {element.text for element in ElementTree.fromstring(data).iter(f"{ATOM}id")}

    site = SETTINGS.report.site.model_copy(update={"url": "https://elsewhere.example/reports"})
    moved = SETTINGS.model_copy(update={"report": SETTINGS.report.model_copy(update={"site": site})})
    ended = [each.model_copy(update={"state": "withdrawn", "ended_at": NOW}) for each in case.versions]
    again = build_site(moved, WORDS, ended, {}, (), NOW)
    path = f"ar/{FIRST}/feed.xml"
    assert ids(again[path]) == ids(files[path])
    assert b"https://elsewhere.example/reports/ar/001/" in again[path]


def test_hostile_texts_in_a_feed_stay_texts() -> None:
    plan = [("2026Q2", 1, NOW, {"correction": HOSTILE, "summary": {"title": HOSTILE, "key_facts": (HOSTILE,)}})]
    files = build_case(SETTINGS, {"en": ENGLISH}, ("city", FIRST), plan).build()
    feed = ElementTree.fromstring(files[f"en/{FIRST}/feed.xml"])
    assert not list(feed.iter("x"))
    summary = feed.findtext(f"{ATOM}entry/{ATOM}summary", "")
    assert "</script>]]><x>&" in summary
    assert "\u202e" not in summary


def test_a_feed_without_versions_is_valid() -> None:
    feed = ElementTree.fromstring(Case(SETTINGS, WORDS).build()["ar/city/feed.xml"])
    assert feed.findtext(f"{ATOM}updated") == NOW.isoformat()
    assert not list(feed.iter(f"{ATOM}entry"))


# Site map


def test_the_site_map_names_each_page_in_each_language(files: dict[str, bytes]) -> None:
    urls = ElementTree.fromstring(files["sitemap.xml"])
    places = [url.findtext(f"{MAP}loc", "") for url in urls]
    assert len(set(places)) == len(places) == 1 + len(WORDS) * (1 + 7 + 1 + len(SETTINGS.districts))
    for url in urls:
        place = url.findtext(f"{MAP}loc", "")
        links = {link.get("hreflang"): link.get("href") for link in url.findall(f"{XHTML}link")}
        assert set(links) == {*WORDS, "x-default"}
        # Every twin is in the map, and says the same as the page itself.
        assert place in links.values() and set(links.values()) <= set(places)
        page = files[place.removeprefix(f"{URL}/") + "index.html"].decode()
        told = dict(re.findall(r'<link rel="alternate" hreflang="([^"]*)" href="([^"]*)">', page))
        assert told == links
    assert f"Sitemap: {URL}/sitemap.xml" in files["robots.txt"].decode()


# The calendar of releases


def published(*days: tuple[str, date]) -> Case:
    plans: list[Plan] = [
        (quarter, 1, datetime(day.year, day.month, day.day, 18, tzinfo=UTC), {}) for quarter, day in days
    ]
    return build_case(SETTINGS, {"en": ENGLISH}, ("city",), plans)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # 2026Q2 ends on 30 June; 40 days later is 9 August.
        (date(2026, 8, 8), "Public since August 8, 2026, in time."),
        (date(2026, 8, 9), "Public since August 9, 2026, in time."),
        (date(2026, 8, 10), "Public since August 10, 2026, 1 day late."),
        (date(2026, 8, 21), "Public since August 21, 2026, 12 days late."),
    ],
)
def test_a_slip_is_told_in_days(day: date, expected: str) -> None:
    site = site_of(published(("2026Q2", day)), datetime(2026, 9, 1, tzinfo=UTC))
    assert tell_outcome(site, ENGLISH, list_releases(site)[0]) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 9, 18, tzinfo=UTC), "To come"),
        (datetime(2026, 11, 10, 18, tzinfo=UTC), "Not public yet. It is 1 day late."),
        (datetime(2026, 11, 22, 18, tzinfo=UTC), "Not public yet. It is 13 days late."),
        # Half past three in the morning in London is still the evening before in the city.
        (datetime(2026, 11, 10, 3, 30, tzinfo=UTC), "To come"),
    ],
)
def test_a_late_report_is_told_as_late(now: datetime, expected: str) -> None:
    site = site_of(published(("2026Q2", date(2026, 8, 9))), now)
    assert tell_outcome(site, ENGLISH, list_releases(site)[1]) == expected


def test_the_last_release_and_the_next_four_are_told() -> None:
    case = published(("2026Q1", date(2026, 5, 9)), ("2026Q2", date(2026, 8, 9)))
    releases = list_releases(site_of(case))
    assert [release.quarter for release in releases] == ["2026Q2", "2026Q3", "2026Q4", "2027Q1", "2027Q2"]
    assert (releases[1].draft, releases[1].freeze, releases[1].publication) == (
        date(2026, 10, 9),
        date(2026, 10, 30),
        date(2026, 11, 9),
    )
    assert [each.quarter for each in list_releases(site_of(Case(SETTINGS, WORDS)))] == [
        *("2026Q3", "2026Q4", "2027Q1", "2027Q2"),
    ]


def test_a_report_of_which_no_version_stands_is_not_told_as_public(files: dict[str, bytes], case: Case) -> None:
    site = site_of(case)
    release = next(each for each in list_releases(site) if each.quarter == "2026Q3")
    assert tell_outcome(site, ENGLISH, release) == "Withdrawn on November 20, 2026. There is no new version yet."
    assert "Public since November 12" not in files["en/calendar/index.html"].decode()


def test_a_correction_is_no_new_publication() -> None:
    case = build_case(
        SETTINGS,
        {"en": ENGLISH},
        ("city",),
        [
            ("2026Q2", 1, datetime(2026, 8, 9, 18, tzinfo=UTC), {"state": "superseded", "superseded_by": 2}),
            ("2026Q2", 2, datetime(2026, 9, 9, 18, tzinfo=UTC), {"correction": "x"}),
        ],
    )
    assert list_releases(site_of(case))[0].published == date(2026, 8, 9)


def test_the_calendar_file_holds_the_dates_to_come(files: dict[str, bytes]) -> None:
    for tag in WORDS:
        lines = files[f"{tag}/calendar.ics"].decode().replace("\r\n ", "").split("\r\n")
        assert (lines[0], lines[-2], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")
        days = [line.partition(":")[2] for line in lines if line.startswith("DTSTART;VALUE=DATE")]
        # 2026Q3 was published, and withdrawn since: what is to come begins with 2026Q4.
        assert days[:3] == ["20270109", "20270130", "20270209"]
        assert len(days) == 12
        ids = [line for line in lines if line.startswith("UID:")]
        assert len(set(ids)) == len(ids) == 12
        # Never after the day on which it was made.
        assert {line for line in lines if line.startswith("DTSTAMP:")} == {"DTSTAMP:20261122T000000Z"}
    assert all(len(line) <= 75 for line in files["ar/calendar.ics"].split(b"\r\n"))


def test_the_calendar_page_shows_the_dates(files: dict[str, bytes]) -> None:
    text = files["en/calendar/index.html"].decode()
    assert text.count("<h3>Report on") == 5
    for day in ("January 9, 2027", "January 30, 2027", "February 9, 2027"):
        assert day in text


# For programs


def test_the_index_names_every_file_with_its_hash(case: Case, files: dict[str, bytes]) -> None:
    index = json.loads(files["index.json"])
    assert [quarter["quarter"] for quarter in index["quarters"]] == ["2026Q3", "2026Q2", "2026Q1", "2025Q4"]
    assert [quarter["latest"] for quarter in index["quarters"]] == [None, 1, 2, 1]
    checked = 0
    for quarter in index["quarters"]:
        for version in quarter["versions"]:
            assert version["state"] in ("current", "superseded", "withdrawn")
            for file in version["files"] if version["state"] != "withdrawn" else ():
                data = files[version["path"] + file["path"]]
                assert (sha256(data).hexdigest(), len(data)) == (file["sha256"], file["size"])
                checked += 1
    assert checked > 200
    assert index["quarters"][0]["versions"][0]["reason"] == "A file of the source was read twice."


def test_the_data_page_leads_to_what_describes_a_version(files: dict[str, bytes]) -> None:
    page = files["ar/data/index.html"].decode()
    for name in ("measures.csv", "dictionary.csv", "datapackage.json", "release.json"):
        assert f'href="../../2026Q2/v1/{name}"' in page, name


def test_everything_the_index_names_is_explained_to_those_who_read_it(files: dict[str, bytes]) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "operator.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([a-z_0-9]+)`", guide)) | {"places", "languages", "version", "quarter"}
    index = json.loads(files["index.json"])
    (quarter, *_) = index["quarters"]
    (version, *_) = quarter["versions"]
    assert {*index, *quarter, *version, *version["files"][0]} - told == set()


def dataset_of(page: bytes) -> dict[str, Any]:
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.decode(), re.DOTALL)
    found = json.loads(script)
    assert isinstance(found, dict)
    return found


def test_the_data_page_has_a_record_for_search_engines(files: dict[str, bytes]) -> None:
    for tag in WORDS:
        dataset = dataset_of(files[f"{tag}/data/index.html"])
        assert dataset["@type"] == "Dataset"
        assert 50 <= len(dataset["description"]) <= 5000
        # The report's quarter and the twelve before it.
        assert dataset["temporalCoverage"] == "2023-04-01/2026-06-30"
        assert dataset["url"].removeprefix(f"{URL}/") + "index.html" == f"{tag}/data/index.html"
        for download in dataset["distribution"]:
            data = files[download["contentUrl"].removeprefix(f"{URL}/")]
            assert download["sha256"] == sha256(data).hexdigest()
    assert len(dataset["distribution"]) == 3


@pytest.mark.parametrize("text", [HOSTILE, "<!--", "-->", "\u2028", "&lt;/script&gt;", "</SCRIPT >"])
def test_a_record_cannot_leave_its_script(text: str) -> None:
    written = in_script({"name": text})
    assert not re.search("[<>&\u2028\u2029\u202e]", written)
    assert json.loads(written)["name"] == text.replace("\u202e", "")


def test_the_dictionary_names_each_number_in_each_language() -> None:
    measures = make_measures(SETTINGS, "2026Q2")
    definitions = {"incidents_robbery": "offence_group 03"}
    rows = list(csv.DictReader(StringIO(write_dictionary(SETTINGS, ALL_WORDS, measures, definitions).decode())))
    assert [row["metric_id"] for row in rows] == sorted({*SETTINGS.report.key_facts, *SETTINGS.report.arrest_shares})
    robbery = next(row for row in rows if row["metric_id"] == "incidents_robbery")
    assert robbery["name_en"] == "Robberies"
    assert robbery["name_es"] == ALL_WORDS["es"].text("metric.incidents_robbery")
    assert robbery["definition"] == "offence_group 03"
    assert robbery["source_page"].startswith("https://")
    assert len({row["name_en"] for row in rows}) == len(rows), "each name stands for one number"
    assert all(row[f"name_{tag}"] for row in rows for tag in ALL_WORDS)


def test_no_cell_of_the_dictionary_is_a_formula() -> None:
    measures = f"{','.join(COLUMNS)}\ncity,2026Q2,=HYPERLINK(1),1,@unit,,,ok,2026-10-08,+origin\n".encode()
    row = list(csv.reader(StringIO(write_dictionary(SETTINGS, WORDS, measures, {}).decode())))[1]
    assert row[:3] == ["'=HYPERLINK(1)", "'@unit", "'+origin"]
    assert row[5:] == ["", ""]


def test_every_number_of_the_config_has_a_definition() -> None:
    definitions = define_metrics(CHICAGO)
    assert set(definitions) == set(list_metric_ids(CHICAGO))
    assert [metric_id for metric_id, text in definitions.items() if not text or "\n" in text] == []
    assert definitions["incidents_robbery"].startswith(
        "metrics.toml: count of incidents of offence_group 03; placed in a quarter"
    )
    assert definitions["loop_open"].startswith("report.toml, loop: ")
    assert "outcomes.toml, arrests: windows = [30, 90, 180, 365]" in definitions["arrest_within_30_violent"]


@pytest.mark.parametrize("measures", [b"", b"a,b\n1,2\n", b"\xff\xfe", b'"district_id'])
def test_what_is_no_table_of_measures_is_refused(measures: bytes) -> None:
    with pytest.raises(ContractError, match="measures.csv"):
        build_open_data(SETTINGS, WORDS, quarter="2026Q2", version=1, measures=measures, definitions={})


def test_the_package_describes_its_files(files: dict[str, bytes]) -> None:
    base = "2026Q2/v1/"
    package = json.loads(files[f"{base}datapackage.json"])
    assert re.fullmatch(r"[a-z0-9._-]+", package["name"])
    for resource in package["resources"]:
        data = files[base + resource["path"]]
        assert resource["bytes"] == len(data)
        assert resource["hash"] == f"sha256:{sha256(data).hexdigest()}"
        rows = list(csv.DictReader(StringIO(data.decode())))
        names = [each["name"] for each in resource["schema"]["fields"]]
        assert list(rows[0]) == names
        key = resource["schema"]["primaryKey"]
        keys = [tuple(row[name] for name in ([key] if isinstance(key, str) else key)) for row in rows]
        assert len(set(keys)) == len(keys)
    measures, dictionary = package["resources"]
    (foreign,) = measures["schema"]["foreignKeys"]
    assert foreign["reference"] == {"resource": dictionary["name"], "fields": "metric_id"}
    assert (
        package["title"] == f"State of the District, Chicago: numbers of {ENGLISH.months_of(Quarter.parse('2026Q2'))}"
    )
