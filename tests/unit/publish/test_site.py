"""The pages of the site: what they say, where they lead, and that nothing foreign gets in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

import pytest

from district_reports.errors import StoreError
from district_reports.model import PublicVersion
from district_reports.publish.site import build_site
from district_reports.publish.site_pages import TELLERS
from district_reports.settings import find_asset, load_settings
from tests.test_catalogues import MARKUP, find_keys, find_sentences
from tests.unit.metrics.rows import TOY
from tests.unit.publish.site_samples import NOW, Case, Plan, build_case, make_case, make_shapes, read_words

CHICAGO = load_settings({})
SETTINGS = CHICAGO.model_copy(update={"districts": CHICAGO.districts[:3]})
"""A city of a few districts: as many kinds of page, in a fraction of the time."""
TAGS = [language.tag for language in SETTINGS.languages]
WORDS = read_words(SETTINGS)
ENGLISH = {"en": WORDS["en"]}
TWO = {"en": WORDS["en"], "ar": WORDS["ar"]}
PUBLISH = Path(__file__).parents[3] / "district_reports" / "publish"
FIRST = SETTINGS.district_ids[0]
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u202e\u0007{{ 7*7 }}"


class PageReader(HTMLParser):
    """What stands in a page: elements, links, scripts and the texts a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[str] = []
        self.texts: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag in ("script", "style", "title"):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] == "script":
            self.scripts.append(data)
        elif not self._inside and data.strip():
            self.texts.append(data.strip())

    def values(self, tag: str, name: str) -> list[str]:
        return [attributes[name] for each, attributes in self.elements if each == tag and name in attributes]


def read(data: bytes) -> PageReader:
    reader = PageReader()
    reader.feed(data.decode())
    return reader


def pages_of(files: Mapping[str, bytes]) -> dict[str, PageReader]:
    """Return the site's own pages; the signed reports are another's."""
    return {
        path: read(data) for path, data in files.items() if path.endswith(".html") and b'<main id="content"' in data
    }


@pytest.fixture(scope="module")
def case() -> Case:
    return make_case(SETTINGS, words=WORDS)


@pytest.fixture(scope="module")
def files(case: Case) -> dict[str, bytes]:
    return case.build()


@pytest.fixture(scope="module")
def pages(files: dict[str, bytes]) -> dict[str, PageReader]:
    return pages_of(files)


def text_of(files: Mapping[str, bytes], path: str) -> str:
    return " ".join(read(files[path]).texts)


# Every page leads somewhere


def local_targets(path: str, page: PageReader) -> Iterator[str]:
    for tag, name in (("a", "href"), ("img", "src"), ("link", "href")):
        for href in page.values(tag, name):
            parts = urlsplit(href)
            if parts.scheme or parts.netloc or not parts.path:
                continue
            root = "" if href.startswith("/") else dirname(path)
            yield normpath(join(root, unquote(parts.path).lstrip("/")))


def test_every_link_of_every_page_leads_to_a_file(files: dict[str, bytes], pages: dict[str, PageReader]) -> None:
    lost = {(path, target) for path, page in pages.items() for target in local_targets(path, page)}
    lost = {(path, target) for path, target in lost if target not in files}
    assert lost == set()
    assert sum(len(list(local_targets(path, page))) for path, page in pages.items()) > 2500


def test_every_anchor_of_a_page_is_on_it(pages: dict[str, PageReader]) -> None:
    for path, page in pages.items():
        ids = [value for _, attributes in page.elements for name, value in attributes.items() if name == "id"]
        assert len(set(ids)) == len(ids), path
        assert {href[1:] for href in page.values("a", "href") if href.startswith("#")} <= set(ids), path


def test_every_place_and_page_is_there_in_every_language(files: dict[str, bytes]) -> None:
    for tag in TAGS:
        for place in ("city", *SETTINGS.district_ids):
            assert {f"{tag}/{place}/index.html", f"{tag}/{place}/feed.xml"} <= set(files)
        assert {f"{tag}/{name}/index.html" for name in TELLERS} <= set(files)
    assert {"index.html", "404.html", "robots.txt", "sitemap.xml", "index.json"} <= set(files)


def test_the_same_input_gives_the_same_bytes_in_any_order() -> None:
    case = make_case(SETTINGS, words=ENGLISH)
    once, again = (
        build_site(SETTINGS, ENGLISH, versions, case.summaries, case.shapes, NOW)
        for versions in (case.versions, case.versions[::-1])
    )
    assert once == again


# Languages


def test_each_page_has_its_twins_and_each_twin_names_them(pages: dict[str, PageReader]) -> None:
    site = SETTINGS.report.site.url
    alternates = {}
    for path, page in pages.items():
        if path == "404.html" or path.endswith("/report.html"):
            continue
        links = [attributes for tag, attributes in page.elements if tag == "link" and "hreflang" in attributes]
        assert [link["hreflang"] for link in links] == [*TAGS, "x-default"], path
        alternates[path] = {link["hreflang"]: link["href"] for link in links}
    for path, twins in alternates.items():
        for tag in TAGS:
            assert twins[tag].startswith(f"{site}/")
            other = unquote(twins[tag].removeprefix(f"{site}/")) + "index.html"
            assert alternates[other] == twins, (path, tag)


def test_a_page_is_the_twin_of_its_own_language(pages: dict[str, PageReader]) -> None:
    for path, page in pages.items():
        (canonical,) = [a["href"] for t, a in page.elements if t == "link" and a.get("rel") == "canonical"] or [""]
        tag = page.values("html", "lang")[0]
        own = [a["href"] for t, a in page.elements if t == "link" and a.get("hreflang") == tag]
        if path not in ("index.html", "404.html"):
            assert own == [canonical], path


def test_the_language_switch_keeps_the_place(files: dict[str, bytes], pages: dict[str, PageReader]) -> None:
    for path in (f"{TAGS[0]}/{FIRST}/index.html", f"2026Q1/v1/{FIRST}/{TAGS[0]}/index.html"):
        links = [a for tag, a in pages[path].elements if tag == "a" and a.get("hreflang") in TAGS and "lang" in a]
        targets = {normpath(join(dirname(path), unquote(link["href"]))) for link in links}
        assert {path.replace(f"{TAGS[0]}/", f"{tag}/", 1) for tag in TAGS} <= targets


@pytest.mark.parametrize("tag", TAGS[1:])
def test_no_page_holds_english_that_its_catalogue_does_not(pages: dict[str, PageReader], tag: str) -> None:
    """What stands in all languages alike is a name, a code, or somebody's own words."""
    english = {form for forms in WORDS["en"].forms.values() for form in forms if len(form.split()) > 2}
    own = {form for forms in WORDS[tag].forms.values() for form in forms}
    strays = {
        (path, text)
        for path, page in pages.items()
        if page.values("html", "lang") == [tag] and path not in ("index.html", "404.html")
        for text in page.texts
        if text in english - own
    }
    assert strays == set()


@pytest.mark.parametrize("tag", TAGS)
def test_the_pages_speak_their_own_language_and_run_its_way(pages: dict[str, PageReader], tag: str) -> None:
    page = pages[f"{tag}/{FIRST}/index.html"]
    attributes = next(attributes for name, attributes in page.elements if name == "html")
    assert attributes == {"lang": tag, "dir": WORDS[tag].language.direction}
    assert WORDS[tag].text("site.label.key_facts") in page.texts


def test_a_place_without_an_edition_in_the_language_is_told_in_another() -> None:
    plan = [("2026Q2", 1, NOW, {"languages": TAGS[:1]})]
    files = build_case(SETTINGS, WORDS, ("city", FIRST), plan).build()
    page = read(files[f"{TAGS[1]}/{FIRST}/index.html"])
    told = next(text for text in page.texts if text.startswith("Invented title"))
    assert f"({TAGS[0]})" in told
    inside = [a for t, a in page.elements if t == "div" and a.get("class") == "story__told"]
    assert {a["lang"] for a in inside} == {TAGS[0]}
    assert WORDS[TAGS[1]].text("site.place.other_language", language=WORDS[TAGS[0]].language.name) in page.texts


def test_a_city_with_one_language_has_no_switch() -> None:
    words = {TAGS[1]: WORDS[TAGS[1]]}
    files = make_case(SETTINGS, words=words).build()
    assert not [path for path in files if path.startswith(f"{TAGS[0]}/")]
    page = read(files[f"{TAGS[1]}/index.html"])
    assert not [a for t, a in page.elements if a.get("class") == "languages"]


def test_the_toy_city_has_its_own_site() -> None:
    toy = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
    case = make_case(toy, words={tag: WORDS[tag] for tag in (each.tag for each in toy.languages)})
    files = case.build()
    pages = pages_of(files)
    assert {target for path, page in pages.items() for target in local_targets(path, page)} <= set(files)
    assert "Harbour" in " ".join(pages["en/index.html"].texts)
    assert not [text for page in pages.values() for text in page.texts if "Chicago" in text]


# How versions stand


def test_the_newest_report_that_stands_comes_first(files: dict[str, bytes]) -> None:
    text = text_of(files, f"en/{FIRST}/index.html")
    assert f"Invented title of {FIRST}, 2026Q2 (en)." in text
    assert "Withdrawn on November 20, 2026." in text
    assert "A file of the source was read twice." in text
    quarters = re.findall(r"(\w+\s–\s\w+ \d{4}), version (\d)", text)
    # The withdrawn one first above the newest report, then all of them.
    # No line begins with the dash between the months.
    assert all("\u00a0–" in months for months, _ in quarters)
    assert [(" ".join(months.split()), number) for months, number in quarters[1:]] == [
        ("July – September 2026", "1"),
        ("April – June 2026", "1"),
        ("January – March 2026", "2"),
        ("January – March 2026", "1"),
        ("October – December 2025", "1"),
    ]


def test_a_replaced_version_says_by_which_when_and_why(files: dict[str, bytes]) -> None:
    text = text_of(files, f"2026Q1/v1/{FIRST}/en/index.html")
    assert "This version is out of date. Version 2 took its place on May 20, 2026." in text
    assert "Robberies of one district were counted twice." in text
    assert f"Invented title of {FIRST}, 2026Q1 (en)." in text
    assert b'<meta name="robots" content="noindex">' in files[f"2026Q1/v1/{FIRST}/en/index.html"]
    assert b"noindex" not in files[f"2026Q1/v2/{FIRST}/en/index.html"]


def test_a_withdrawn_version_leaves_a_page_with_the_reason_and_no_number(files: dict[str, bytes]) -> None:
    for name in ("index.html", "report.html"):
        text = text_of(files, f"2026Q3/v1/{FIRST}/en/{name}")
        assert "This version was withdrawn on November 20, 2026." in text
        assert "A file of the source was read twice." in text
        assert "1,234" not in text
    assert not [path for path in files if path.startswith("2026Q3/") and not path.endswith(".html")]


def reasons_of(files: Mapping[str, bytes], path: str) -> list[tuple[str, str]]:
    """Return each reason that a page tells, with the language it is said to be in."""
    text = files[path].decode()
    (page,) = re.findall(r'<html lang="([^"]*)"', text)
    own = re.findall(r'<p class="standing__reason">[^<]* <bdi>([^<]*)</bdi></p>', text)
    foreign = re.findall(r'<p class="standing__reason" lang="([^"]*)" dir="auto">([^<]*)</p>', text)
    return [*((page, told) for told in own), *foreign]


def test_a_reason_is_told_to_each_reader_in_their_language() -> None:
    plans: list[Plan] = [
        ("2026Q1", 1, NOW, {"state": "superseded", "superseded_by": 2, "ended_at": NOW}),
        ("2026Q1", 2, NOW, {"correction": "Counted twice.", "translations": {"es": "Se contó dos veces."}}),
        (
            "2026Q2",
            1,
            NOW,
            {"state": "withdrawn", "reason": "Read twice.", "reason_translations": {"es": "Se leyó dos veces."}},
        ),
    ]
    files = build_case(SETTINGS, WORDS, ("city", FIRST), plans).build()
    for path, tag, text in (
        (f"2026Q1/v1/{FIRST}/es/index.html", "es", "Se contó dos veces."),
        (f"2026Q1/v2/{FIRST}/es/index.html", "es", "Se contó dos veces."),
        (f"2026Q2/v1/{FIRST}/es/report.html", "es", "Se leyó dos veces."),
        (f"2026Q1/v1/{FIRST}/en/index.html", "en", "Counted twice."),
        # Nobody gave it in these: it is told as it is, and said to be there in English alone.
        (f"2026Q1/v1/{FIRST}/zh-Hans/index.html", "en", "Counted twice."),
        (f"2026Q2/v1/{FIRST}/ar/report.html", "en", "Read twice."),
    ):
        assert reasons_of(files, path) == [(tag, text)], path
    notes = {
        "es": "El motivo solo está",
        "zh-Hans": "目前只有英语的原因说明。",
        "ar": "كُتب السبب باللغة الإنجليزية فقط.",
    }
    for tag, note in notes.items():
        for path in (f"{tag}/corrections/index.html", f"{tag}/{FIRST}/index.html", f"{tag}/{FIRST}/feed.xml"):
            assert (note in files[path].decode()) is (tag != "es"), path
    assert "Se contó dos veces." in files[f"es/{FIRST}/feed.xml"].decode()


def test_a_version_is_shared_with_its_own_picture_and_one_that_ended_with_none(
    files: dict[str, bytes], pages: dict[str, PageReader]
) -> None:
    def pictures(path: str) -> dict[str, str]:
        return {
            a["property"]: a["content"]
            for tag, a in pages[path].elements
            if tag == "meta" and a.get("property", "").startswith("og:image")
        }

    for path in (f"2026Q2/v1/{FIRST}/es/index.html", f"es/{FIRST}/index.html"):
        told = pictures(path)
        assert told["og:image"] == f"{SETTINGS.report.site.url}/2026Q2/v1/{FIRST}/es/card.png"
        assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630")
    assert pictures(f"2025Q4/v1/{FIRST}/es/index.html")["og:image"].endswith(f"/2025Q4/v1/{FIRST}/es/card.png")
    assert pictures(f"2026Q1/v1/{FIRST}/es/index.html") == {}
    assert pictures(f"2026Q3/v1/{FIRST}/es/report.html") == {}


def test_the_newest_corrections_and_withdrawals_are_listed(files: dict[str, bytes]) -> None:
    text = text_of(files, "en/corrections/index.html")
    assert text.index("A file of the source was read twice.") < text.index("Robberies of one district")
    assert "April – June" not in text


def test_corrections_that_reports_tell_are_listed_once() -> None:
    plan = [("2026Q2", 1, NOW, {"summary": {"corrections": ("In the last report, 12 should have been 21.",)}})]
    text = text_of(build_case(SETTINGS, ENGLISH, ("city", FIRST), plan).build(), "en/corrections/index.html")
    assert text.count("In the last report, 12 should have been 21.") == 1
    assert WORDS["en"].text("site.corrections.none") in text


def test_who_signed_is_told_by_role_and_who_did_not_too(files: dict[str, bytes], case: Case) -> None:
    text = text_of(files, f"2026Q2/v1/{FIRST}/en/index.html")
    assert "Commander, District 1 (Central): signed on August 9, 2026" in text
    assert "Language reader (English): signed on August 9, 2026" in text
    assert "Español: signed" not in text
    late = case.versions[0].release.places[-1]
    assert "no answer in time" in text_of(files, f"2026Q2/v1/{late}/en/index.html")


def test_the_archive_holds_every_version(files: dict[str, bytes]) -> None:
    hrefs = read(files["en/archive/index.html"]).values("a", "href")
    assert {f"../../{q}/v{n}/city/en/index.html" for q, n in (("2026Q3", 1), ("2026Q1", 1), ("2026Q1", 2))} <= set(
        hrefs
    )


def test_a_site_without_any_version_says_so() -> None:
    case = Case(SETTINGS, TWO, shapes=make_shapes(SETTINGS))
    files = case.build()
    pages = pages_of(files)
    assert {target for path, page in pages.items() for target in local_targets(path, page)} <= set(files)
    assert WORDS["en"].text("site.home.none") in pages["en/index.html"].texts
    assert WORDS["ar"].text("site.archive.none") in pages["ar/archive/index.html"].texts
    assert WORDS["ar"].text("site.data.none") in pages["ar/data/index.html"].texts
    assert "No report on District 1 (Central) is public yet." in pages[f"en/{FIRST}/index.html"].texts
    assert "None" not in {text for page in pages.values() for text in page.texts}


def test_banners_of_an_edition_stand_on_every_page_that_quotes_it() -> None:
    plan = [("2026Q2", 1, NOW, {"summary": {"banners": ("Sample data, not real figures",)}})]
    files = build_case(SETTINGS, ENGLISH, ("city", FIRST), plan).build()
    for path in ("en/index.html", f"en/{FIRST}/index.html", f"2026Q2/v1/{FIRST}/en/index.html"):
        assert "Sample data, not real figures" in text_of(files, path), path


# What the pages quote


def test_texts_of_an_edition_stand_as_they_are(files: dict[str, bytes], case: Case) -> None:
    for tag in TAGS:
        summary = case.summaries["2026Q2", 1][f"{FIRST}/{tag}"]
        texts = read(files[f"{tag}/{FIRST}/index.html"]).texts
        for text in (summary.title, summary.dates_line, *summary.key_facts, *summary.changed):
            assert text in texts
        alts = read(files[f"{tag}/{FIRST}/index.html"]).values("img", "alt")
        assert alts == [summary.card_alt]


def test_every_file_for_readers_is_linked(files: dict[str, bytes]) -> None:
    hrefs = {href.rpartition("/")[2] for href in read(files[f"en/{FIRST}/index.html"]).values("a", "href")}
    names = "report.html report.pdf pocket.pdf handout.pdf slides.pdf script.txt meeting.pdf meetings.ics"
    assert (
        set(names.split()) | {"data.csv", "data.json"} | {f"{FIRST}.zip", "card.png", "feed.xml", "calendar.ics"}
        <= hrefs
    )


def test_a_file_that_a_version_lacks_is_not_linked() -> None:
    plan: list[Plan] = [("2026Q2", 1, NOW, {})]
    case = build_case(SETTINGS, ENGLISH, ("city", FIRST), plan)
    (version,) = case.versions
    kept = tuple(file for file in version.release.files if not file.path.endswith(("slides.pdf", "card.png")))
    bare = version.model_copy(update={"release": version.release.model_copy(update={"files": kept})})
    files = build_site(SETTINGS, ENGLISH, [bare], case.summaries, (), NOW)
    page = read(files[f"en/{FIRST}/index.html"])
    assert not [href for href in page.values("a", "href") if href.endswith(("slides.pdf", "card.png"))]
    assert not page.values("img", "src")
    assert not [a for t, a in page.elements if a.get("property") == "og:image"]


# The finder


def test_the_map_has_each_district_with_its_name_and_number(files: dict[str, bytes]) -> None:
    page = read(files["en/index.html"])
    areas = [a for t, a in page.elements if t == "a" and "aria-label" in a]
    assert [a["href"] for a in areas] == [f"{district}/index.html" for district in SETTINGS.district_ids]
    assert len(page.values("path", "d")) == len(SETTINGS.district_ids)


def test_without_outlines_the_lists_are_left() -> None:
    files = Case(SETTINGS, ENGLISH).build()
    page = read(files["en/index.html"])
    assert not [a for t, a in page.elements if a.get("class") == "map"]
    assert page.values("a", "href").count(f"{FIRST}/index.html") >= 2


@pytest.fixture(scope="module")
def whole_city() -> dict[str, bytes]:
    return Case(CHICAGO, {tag: WORDS[tag] for tag in ("en", "es")}).build()


def test_every_community_area_leads_to_its_districts(whole_city: dict[str, bytes]) -> None:
    texts = read(whole_city["en/index.html"]).texts
    for area in CHICAGO.communities:
        assert any(text == area.name or text.startswith(f"{area.name} (") for text in texts), area.name
    start = texts.index("Douglas")
    assert texts[start : start + 3] == ["Douglas", "District 1 (Central), in part", "District 2 (Wentworth)"]
    assert "Pilsen (Lower West Side)" in texts
    names = [text for text in texts if text in {area.name for area in CHICAGO.communities}]
    assert names == sorted(names, key=str.casefold)


def test_no_page_in_another_language_says_part_in_english(whole_city: dict[str, bytes]) -> None:
    text = text_of(whole_city, "es/index.html")
    assert not re.search(r"\((part|north|south|outside)", text)
    assert "Distrito 2 (Wentworth), en parte" in text


# Nothing foreign gets in


def test_no_page_runs_a_script_or_asks_for_anything_elsewhere(pages: dict[str, PageReader]) -> None:
    for path, page in pages.items():
        kinds = [attributes.get("type") for tag, attributes in page.elements if tag == "script"]
        assert set(kinds) <= {"application/ld+json"}, path
        assert not [name for _, a in page.elements for name in a if name.startswith("on")], path
        assert not [tag for tag, _ in page.elements if tag in ("iframe", "object", "embed", "form", "base")], path
        loaded = page.values("img", "src") + [
            a["href"] for t, a in page.elements if a.get("rel") in ("icon", "stylesheet")
        ]
        assert not [url for url in loaded if urlsplit(url).scheme not in ("", "data")], path
        policy = next(a["content"] for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
        assert "default-src 'none'" in policy
        assert "script-src" not in policy


def test_hostile_texts_stay_texts() -> None:
    hostile: dict[str, object] = {name: (HOSTILE,) for name in ("key_facts", "changed", "corrections", "banners")}
    hostile |= dict.fromkeys(("title", "dates_line", "edition_line", "card_alt", "months", "document_title"), HOSTILE)
    plans: list[Plan] = [
        ("2026Q1", 1, datetime(2026, 5, 9, tzinfo=UTC), {"state": "superseded", "superseded_by": 2, "ended_at": NOW}),
        ("2026Q1", 2, NOW, {"correction": HOSTILE, "summary": hostile}),
        ("2026Q2", 1, NOW, {"state": "withdrawn", "reason": HOSTILE, "ended_at": NOW}),
    ]
    report = SETTINGS.report.model_copy(update={"publisher": HOSTILE})
    city = SETTINGS.city.model_copy(update={"name": HOSTILE, "names": {}})
    districts = tuple(
        each.model_copy(update={"name": HOSTILE, "communities": (HOSTILE,)}) for each in SETTINGS.districts
    )
    settings = SETTINGS.model_copy(update={"report": report, "city": city, "districts": districts})
    pages = pages_of(build_case(settings, TWO, ("city", FIRST), plans).build())
    for path, page in pages.items():
        assert {a.get("type") for t, a in page.elements if t == "script"} <= {"application/ld+json"}, path
        assert not [a for t, a in page.elements if "onerror" in a or a.get("src") == "x"], path
        text = " ".join((*page.texts, *page.scripts))
        assert "\u202e" not in text, path
        assert "\u0007" not in text, path
    assert "{{ 7*7 }}" in " ".join(pages[f"en/{FIRST}/index.html"].texts)


@pytest.mark.parametrize("name", ["../up", "a/../../b", "/etc", "a b", ".hidden", "a\u202eb", "", "x/"])
def test_a_version_with_a_name_that_climbs_is_refused(case: Case, name: str) -> None:
    release = case.versions[0].release.model_copy(update={"places": (name,)})
    with pytest.raises(StoreError, match="expected plain names"):
        build_site(SETTINGS, WORDS, [PublicVersion(release=release, state="current")], {}, (), NOW)


@pytest.mark.parametrize(
    ("contact", "is_shown"),
    [("", False), ("desk@district.example", True), ("javascript:alert(1)", False), ("a@b@c", False), ("x", False)],
)
def test_only_an_address_is_shown_as_contact(contact: str, is_shown: bool) -> None:
    site = SETTINGS.report.site.model_copy(update={"contact": contact})
    settings = SETTINGS.model_copy(update={"report": SETTINGS.report.model_copy(update={"site": site})})
    page = read(Case(settings, ENGLISH).build()["en/accessibility/index.html"])
    assert [href for href in page.values("a", "href") if "mailto" in href] == ([f"mailto:{contact}"] * is_shown)
    assert (WORDS["en"].text("site.contact.none") in page.texts) is not is_shown


# Languages that nobody has read


def test_the_statement_claims_a_review_only_where_there_is_one() -> None:
    english = WORDS["en"]
    reviewed = type(english)(english.language, english.forms, "(n != 1)", is_reviewed=True)
    files = Case(SETTINGS, {"en": reviewed, "es": WORDS["es"]}).build()
    text = text_of(files, "en/accessibility/index.html")
    assert "English: a fluent reader has checked the wording." in text
    assert "Español: no fluent reader has checked the wording yet." in text
    assert WORDS["en"].text("site.unreviewed") not in text
    assert WORDS["es"].text("site.unreviewed") in text_of(files, "es/accessibility/index.html")


# The catalogue


def built_keys() -> set[str]:
    from district_reports.model import Role, State
    from district_reports.publish import open_data, site_head, site_lists, site_reports, site_texts

    names = {f"site.label.{name}" for name in site_head.LABELS}
    names |= {f"site.way.{name.replace('-', '_')}" for name in ("home", "city", *site_head.PAGES)}
    names |= {f"site.{page.replace('-', '_')}.{part}" for page in TELLERS for part in ("heading", "intro")}
    home = ("find", "by_name", "by_community", "by_community_note", "newest", "none", "city_more")
    names |= {f"site.home.{name}" for name in home}
    names |= {f"site.file.{name.replace('.', '_')}" for name in site_reports.FILES}
    names |= {f"site.role.{role}" for role in Role}
    names |= {f"site.root.{what}" for what in ("choose", "lost")}
    names |= {f"site.feed.{state}" for state in ("superseded", "withdrawn")}
    names |= {f"site.data.file.{label}" for label in site_lists.RELEASE_FILES.values()}
    names |= {f"site.data.column.{name}" for name in open_data.COLUMNS}
    names |= {f"site.data.state.{state.value}" for state in State}
    names |= {f"site.calendar.head.{name}" for name in ("draft", "freeze", "publish", "outcome")}
    names |= {f"site.calendar.step.{name}" for name in ("draft", "freeze", "publish")}
    names |= {f"site.calendar.event.{name}" for name in ("draft", "freeze", "publication")}
    for page, parts in (("methods", site_texts.METHODS), ("your_words", site_texts.YOUR_WORDS)):
        names |= {f"site.{page}.{part}{end}" for part in parts for end in ("", ".heading")}
    names |= {f"site.accessibility.checked.{name}" for name in site_texts.CHECKED}
    names |= {f"site.accessibility.left.{name}" for name in site_texts.NOT_CHECKED}
    return names


SITE_CODE = {
    path.name: path.read_text(encoding="utf-8") for path in (*PUBLISH.glob("site*.py"), PUBLISH / "open_data.py")
}


def test_the_catalogue_holds_just_what_the_site_asks_for() -> None:
    literal = {key for code in SITE_CODE.values() for key in find_keys(code) if key.startswith("site.")}
    held = {key for key in WORDS["en"].forms if key.startswith("site.")}
    assert (literal | built_keys()) - held == set()
    assert held - literal - built_keys() == set()


@pytest.mark.parametrize("name", SITE_CODE)
def test_no_sentence_for_readers_stands_in_the_code(name: str) -> None:
    assert find_sentences(SITE_CODE[name]) == []


@pytest.mark.parametrize("path", sorted(find_asset("templates", "site").glob("*.j2")), ids=lambda path: path.name)
def test_no_word_stands_in_a_template(path: Path) -> None:
    assert re.findall(r"[^\W\d_]{2,}", MARKUP.sub(" ", path.read_text(encoding="utf-8"))) == []
