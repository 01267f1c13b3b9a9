"""Where a number comes from: told from the data directory alone, without asking a portal and without giving away what
is kept back."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from district_reports.metrics import OUTSIDE
from district_reports.model import CITY, Snapshot, State
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from district_reports.store import Store
from flows import explaining
from flows.definitions import DEFINERS, find_definition
from flows.explaining import explain, format_lines
from tests.flows.answers import Run, told
from tests.flows.past_releases import count_table, open_empty, pulled_on, save_release, save_rows, town_rows
from tests.flows.small_city import content_of

LAST, NOW = Quarter(2018, 2), Quarter(2018, 3)
ROBBERY, SHARE = "incidents_robbery", "arrest_share_all"


@pytest.fixture(scope="module")
def city() -> Settings:
    return load_settings({})


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory, city: Settings) -> Path:
    """Two releases; in the second a row came late, and one cell is suppressed. No test changes it."""
    store = open_empty(tmp_path_factory.mktemp("explained") / "data", city)
    make_releases(store, city)
    return store.root


def make_releases(store: Store, city: Settings) -> Snapshot:
    first = city.district_ids[0]
    rows = town_rows(city, NOW.window(4))
    then = save_rows(store, city, rows[:18], LAST.window(3), updated=pulled_on(date(2018, 7, 9)))
    save_release(store, city, LAST, count_table(store, city, then, LAST.window(3)), then)
    late = rows[16] | {"incident_id": 900, "has_arrest": True}
    now = save_rows(store, city, [*rows, late], NOW.window(4), updated=pulled_on(date(2018, 10, 9)))
    table = count_table(store, city, now, NOW.window(4))
    is_hidden = (table["district_id"] == first) & (table["metric_id"] == "incidents_sexual_assault")
    is_hidden &= table["quarter"] == str(NOW)
    hidden = table.assign(
        value=table["value"].mask(is_hidden), state=table["state"].mask(is_hidden, str(State.SUPPRESSED))
    )
    save_release(store, city, NOW, hidden, now)
    causes = {"late": 1, "removed": 0}
    store.save_file(
        store.edition_dir(NOW, first) / "dossier.json", json.dumps({"revisions": {"causes": causes}}).encode()
    )
    return now


@pytest.fixture
def store(data_dir: Path, city: Settings) -> Store:
    return open_empty(data_dir, city)


def explained(store: Store, city: Settings, quarter: Quarter, district: str, metric_id: str) -> dict[str, str]:
    lines = explain(city, store, str(quarter), district, metric_id)
    assert len({name for name, _ in lines}) == len(lines)
    return dict(lines)


def test_a_count_is_traced_from_the_value_to_the_rows(store: Store, city: Settings) -> None:
    found = explained(store, city, NOW, city.district_ids[0], ROBBERY)
    snapshot = store.load_snapshot("crimes")
    assert snapshot is not None
    assert (found["value"], found["unit"], found["as of"]) == ("3", "incidents", "2018-10-09")
    assert found["state"].startswith("ok: ")
    assert found["release"].startswith("2018Q3 of 2018-10-08, in ")
    assert found["config"] == "as it was for the release"
    (group,) = city.metric(ROBBERY).offence_groups
    assert f"count of incidents of offence_group {group}" in found["definition"]
    assert found["quarter"] == "2018-07-01 to 2018-09-30"
    assert found["crimes"].endswith(f"manifest {snapshot.digest}")
    assert found["SoQL"] == snapshot.soql
    assert found["rows"] == "25 in the snapshot; 6 of the quarter"
    parts = [part for part in snapshot.parts if part.part_id in {"2018-07", "2018-08", "2018-09"}]
    assert found["files"].splitlines() == [f"{part.file}: 2 rows, SHA-256 {part.sha256}" for part in parts]
    assert "FROM core_incidents" in found["SQL"]
    assert f'$offence_group = ["{group}"]' in found["parameters"]
    assert "$first = 2018-07-01" in found["parameters"]
    assert "$end = 2018-10-01" in found["parameters"]
    assert found["counted"] == "3 from these rows, as published"
    assert found["last release"] == "2018Q2 did not tell this number"


def test_the_query_holds_no_value_of_the_config(store: Store, city: Settings) -> None:
    found = explained(store, city, NOW, CITY, "incidents_assault_harassment")
    codes = [code for more in city.metric("incidents_assault_harassment").also for code in more.codes]
    assert all(code in found["parameters"] and code in found["definition"] for code in codes)
    assert not any(code in found["SQL"] for code in codes)


def test_what_each_release_said_of_a_number_is_told(store: Store, city: Settings) -> None:
    first = city.district_ids[0]
    # The release of the quarter itself is explained: it is the report that a reader holds.
    found = explained(store, city, LAST, first, ROBBERY)
    assert (found["value"], found["as of"]) == ("3", "2018-07-09")
    assert found["last release"] == "none before this one"
    assert found["releases"].splitlines() == [
        "2018Q2 said 3 (ok, as of 2018-07-09)",
        "2018Q3 said 4 (ok, as of 2018-10-09)",
    ]
    assert "releases" not in explained(store, city, NOW, first, ROBBERY)


def test_what_changed_since_the_last_release_is_told(tmp_path: Path, city: Settings) -> None:
    store = open_empty(tmp_path / "data", city)
    make_releases(store, city)
    (store.release_dir(LAST) / "manifest.json").rename(tmp_path / "manifest.json")
    earlier = LAST.previous()
    (store.release_dir(LAST)).rename(store.release_dir(earlier))
    (tmp_path / "manifest.json").rename(store.release_dir(earlier) / "manifest.json")
    found = explained(store, city, LAST, city.district_ids[0], ROBBERY)
    assert (found["value"], found["as of"]) == ("4", "2018-10-09")
    assert found["last release"] == "2018Q1 said 3 (ok, as of 2018-07-09); now 4"
    assert found["rows since"] == "late 1 (all kinds, all quarters both hold)"
    found = explained(store, city, LAST, city.district_ids[-1], ROBBERY)
    assert found["last release"] == "2018Q1 said 0 (ok, as of 2018-07-09); the same now"


def test_a_quarter_without_a_release_is_explained_by_the_newest_that_looks_back_on_it(
    store: Store, city: Settings
) -> None:
    first = city.district_ids[0]
    found = explained(store, city, LAST.shifted(-1), first, ROBBERY)
    assert found["number"] == f"{ROBBERY} in 2018Q1, {first}"
    assert found["release"].startswith("2018Q3 of ")
    assert found["counted"] == "3 from these rows, as published"
    assert found["rows since"] == "late 1 (all kinds, all quarters both hold)"


def test_a_share_is_traced_with_its_parts(store: Store, city: Settings) -> None:
    found = explained(store, city, NOW, CITY, SHARE)
    assert found["of which"] == "numerator 0, denominator 6"
    assert found["value"] == "0.0"
    assert found["state"].startswith("too_early: ")
    assert "share of incidents, all (incidents_all) that have has_arrest" in found["definition"]
    assert "may be compared from 366 days after the quarter's end on" in found["definition"]
    assert found["counted"] == "0 of 6 from these rows, as published"


def test_a_suppressed_cell_is_explained_without_its_value(
    store: Store, city: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("rows were opened for a cell that is kept back")

    monkeypatch.setattr(explaining, "open_incidents", refuse)
    found = explained(store, city, NOW, city.district_ids[0], "incidents_sexual_assault")
    assert found["value"] == "none"
    assert found["state"].startswith("suppressed: kept back")
    assert "FROM core_incidents" in found["SQL"]
    assert found["counted"] == "the query is shown and not run"


def test_a_count_that_no_longer_agrees_says_so(tmp_path: Path, city: Settings) -> None:
    store = open_empty(tmp_path / "data", city)
    snapshot = make_releases(store, city)
    table = count_table(store, city, snapshot, NOW.window(4))
    is_it = (table["district_id"] == CITY) & (table["metric_id"] == ROBBERY)
    save_release(store, city, NOW, table.assign(value=table["value"].mask(is_it, 99.0)), snapshot)
    found = explained(store, city, NOW, CITY, ROBBERY)
    assert found["counted"] == "3 from these rows, other than published: see config"


def test_rows_that_are_gone_are_not_counted(tmp_path: Path, city: Settings) -> None:
    store = open_empty(tmp_path / "data", city)
    snapshot = make_releases(store, city)
    store.part_path("crimes", snapshot.parts[-1]).unlink()
    assert explained(store, city, NOW, CITY, ROBBERY)["counted"].startswith("not again: parts/2018-09-")


def test_a_config_that_has_changed_is_told(store: Store, city: Settings) -> None:
    other = city.model_copy(update={"config_digest": "other"})
    assert explained(store, other, NOW, CITY, ROBBERY)["config"].startswith("has changed since the release")


def test_a_quarter_without_data_is_not_zero(tmp_path: Path, city: Settings) -> None:
    store = open_empty(tmp_path / "data", city)
    snapshot = make_releases(store, city)
    window = NOW.window(6)
    save_release(store, city, NOW, count_table(store, city, snapshot, window), snapshot)
    found = explained(store, city, window[0], CITY, ROBBERY)
    assert (found["value"], found["state"]) == ("none", "no_data: the rows at hand do not cover it; not zero")
    assert "counted" not in found


def test_every_metric_has_a_definition_and_each_definition_one_owner(city: Settings) -> None:
    defined = [definition.metric_id for _, define in DEFINERS for definition in define(city)]
    assert len(set(defined)) == len(defined)
    for metric in city.metrics.metrics:
        found = find_definition(city, metric.metric_id)
        assert found is not None
        assert found.definition.unit == metric.unit
    assert find_definition(city, "incidents_of_nothing") is None


@pytest.mark.parametrize(
    ("metric_id", "table"),
    [
        ("victims_homicide", "victims"),
        ("arrest_within_90_violent", "arrests"),
        ("days_to_arrest_homicide", "arrests"),
        ("complaint_cases", "complaints"),
        ("requests_all", "requests"),
        ("trust_score", "trust"),
        ("force_incidents", "force"),
        ("rate_violent", "population"),
    ],
)
def test_metrics_of_other_sources_are_described_by_their_table(city: Settings, metric_id: str, table: str) -> None:
    found = find_definition(city, metric_id)
    assert found is not None
    assert found.table == table
    assert found.definition.source_ids
    assert len(found.words) >= 1


def test_lists_of_the_config_are_told_as_parameters(city: Settings) -> None:
    found = find_definition(city, "victims_nonfatal_shooting")
    assert found is not None
    assert city.outcomes.victims is not None
    assert json.loads(found.parameters["gunshot_values"]) == list(city.outcomes.victims.gunshot_values)


def test_the_terms_of_a_cohort_are_told_as_parameters(city: Settings) -> None:
    found = find_definition(city, "arrest_within_90_violent")
    assert found is not None
    assert city.outcomes.arrests is not None
    assert json.loads(found.parameters["windows"]) == list(city.outcomes.arrests.windows)
    assert set(city.metric("incidents_violent").offence_groups) <= set(json.loads(found.parameters["offence_group"]))


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("district", ["1", "01", "001"])
def test_a_district_is_understood_as_people_write_it(run: Run, data_dir: Path, district: str) -> None:
    code, output, errors = run("explain", NOW, district, ROBBERY, "--data-dir", data_dir)
    assert (code, errors) == (0, "")
    assert output.splitlines()[0].split() == ["number", ROBBERY, "in", "2018Q3,", "001"]
    assert output.splitlines()[1].split() == ["value", "3"]


@pytest.mark.parametrize("place", [CITY, OUTSIDE])
def test_the_city_and_the_rows_of_no_district_are_places_too(run: Run, data_dir: Path, place: str) -> None:
    assert run("explain", NOW, place, ROBBERY, "--data-dir", data_dir)[0] == 0


def test_explaining_changes_nothing(run: Run, data_dir: Path) -> None:
    before = content_of(data_dir)
    assert run("explain", NOW, "city", SHARE, "--data-dir", data_dir)[0] == 0
    assert content_of(data_dir) == before


WRONG = {
    "quarter": (("2019Q1", "001", ROBBERY), "quarter: expected one of 2018Q2, 2018Q3, or one they look back on"),
    "old quarter": (("2016Q1", "001", ROBBERY), "quarter: expected one of 2018Q2, 2018Q3"),
    "malformed quarter": (("2018-3", "001", ROBBERY), "expected a year and Q1 to Q4 such as 2026Q3, got '2018-3'"),
    "district": (("2018Q3", "013", ROBBERY), "city, none, got '013'"),
    "district with tricks": (("2018Q3", "../001", ROBBERY), "city, none, got '../001'"),
    "metric": (("2018Q3", "001", "robberies"), "metric: expected one of arrest_share_all, "),
    "no metric": (("2018Q3", "001"), "Missing argument 'metric'"),
}


@pytest.mark.parametrize(("words", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_no_release_holds_ends_with_2(run: Run, data_dir: Path, words: tuple[str, ...], message: str) -> None:
    code, output, errors = run("explain", *words, "--data-dir", data_dir)
    assert (code, output) == (2, "")
    assert message in told(errors)


def test_a_directory_without_releases_ends_with_2_and_stays_as_it_was(run: Run, tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        code, _, errors = run("explain", NOW, "001", ROBBERY, "--data-dir", folder)
        assert code == 2
        assert f"--data-dir: expected a directory with releases, got {folder}" in told(errors)
    assert list(tmp_path.iterdir()) == []


def test_another_kind_of_data_ends_with_2(run: Run, data_dir: Path) -> None:
    code, _, errors = run("explain", NOW, "001", ROBBERY, "--data-dir", data_dir, "--source", "sample")
    assert code == 2
    assert "expected sample data" in told(errors)


def test_numbers_that_the_manifest_does_not_vouch_for_are_not_explained(
    run: Run, tmp_path: Path, city: Settings
) -> None:
    store = open_empty(tmp_path / "data", city)
    make_releases(store, city)
    path = store.release_dir(NOW) / "measures.csv"
    path.write_bytes(path.read_bytes().replace(b",3,", b",4,"))
    code, output, errors = run("explain", NOW, "001", ROBBERY, "--data-dir", store.root)
    assert (code, output) == (1, "")
    assert "release of 2018Q3: expected measures.csv of 2018Q3 with SHA-256" in told(errors)


def test_further_lines_stand_below_the_first() -> None:
    assert format_lines([("a", "x"), ("longer", "y\nz"), ("b", "")]) == "a       x\nlonger  y\n        z\nb"
