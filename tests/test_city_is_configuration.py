"""No Python file knows a city: its districts, datasets, fields, zone, codes and languages are configuration.

What is looked at: every text literal of the shipped code but docstrings. A value must not be a literal of its own; the
unmistakable ones (dataset ids, time zones) must not even be part of one. A word that a city's portal shares with our
own language is allowed by file and word, with the reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from district_reports.settings import Settings, load_settings
from tests.unit.metrics.rows import TOY

ROOT = Path(__file__).parent.parent
FILES = sorted(path for folder in ("district_reports", "flows") for path in (ROOT / folder).rglob("*.py"))

ALLOWED = {
    ("district_reports/settings.py", "district"): "key of the tables in districts.toml",
    ("district_reports/engagement/register_tables.py", "date"): "column of the register's sessions",
    ("district_reports/model/engagement.py", "district"): "level at which a theme is told",
    ("district_reports/model/guide.py", "beat"): "kind of meeting",
    ("district_reports/publish/open_data.py", "date"): "type of a column in a Table Schema",
    ("district_reports/publish/site_feed.py", "id"): "element of Atom",
    ("district_reports/render/edge.py", "ar"): "language written from the right, in any city",
    ("district_reports/render/inline_svg.py", "id"): "attribute of SVG",
    ("district_reports/render/svg.py", "id"): "attribute of SVG",
}


def whole_values(city: Settings) -> dict[str, str]:
    """Return the values that must not be a literal, each with what it is."""
    fields = {
        column.field: f"field of {source.source_id}"
        for source in city.sources
        for name, column in source.columns.items()
        # Our names and the portal's may be the same word; a field called like any name of ours proves nothing.
        if column.field not in our_names(city)
    }
    codes = [code for metric in city.metrics.metrics for code in metric.offence_codes]
    codes += [offence.code for offence in city.sample.offences]
    return {
        **fields,
        **dict.fromkeys(city.district_ids, "district"),
        **dict.fromkeys([city.sample.outside_district], "district"),
        **dict.fromkeys(city.metrics.offences.groups, "offence group"),
        **dict.fromkeys(city.metrics.offences.types, "offence type"),
        **dict.fromkeys(codes, "offence code"),
        **dict.fromkeys([language.tag for language in city.languages], "language"),
        **dict.fromkeys([city.report.notes.default_date], "default date"),
    }


def part_values(city: Settings) -> dict[str, str]:
    """Return the values that must not be part of any literal."""
    return {city.city.time_zone: "time zone", **{source.dataset_id: "dataset" for source in city.sources}}


def our_names(city: Settings) -> set[str]:
    return {name for source in city.sources for name in source.columns}


def literals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Return line and text of each literal, but docstrings (of attributes too) and the widths of f-strings."""
    left_out = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and isinstance(node.format_spec, ast.JoinedStr):
            left_out.update(id(part) for part in node.format_spec.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left_out:
            yield node.lineno, node.value


def find_city(code: str, name: str, city: Settings) -> list[str]:
    """Return where a file names the city."""
    wholes, parts = whole_values(city), part_values(city)
    found = []
    for line, text in literals(ast.parse(code)):
        if text in wholes and (name, text) not in ALLOWED:
            found.append(f"{name}:{line}: {text!r} is a {wholes[text]} of {city.city.name}")
        found += [f"{name}:{line}: {part!r} is a {what}" for part, what in parts.items() if part in text]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_names_the_shipped_city(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    assert find_city(path.read_text(encoding="utf-8"), name, load_settings({})) == []


@pytest.mark.parametrize(
    "line",
    [
        'district = "007"',
        'QUERY = f"https://x/resource/ijzp-q8t2.json?{1}"',
        'row["fbi_code"]',
        'zone = ZoneInfo("America/Chicago")',
        'codes = ["0325"]',
        'if group == "01A": pass',
        'tags = ("zh-Hans",)',
        'kind = "HOMICIDE"',
    ],
)
def test_a_planted_city_is_found(line: str) -> None:
    assert (
        len(find_city(f'"""About 007 and ijzp-q8t2."""\n{line}\n', "district_reports/planted.py", load_settings({})))
        == 1
    )


@pytest.mark.parametrize(
    "line", ['word = "open the 007"', 'x = "district_id"', 'y = "then"', '"""ijzp-q8t2"""', 'f"{x:10}"']
)
def test_words_that_only_contain_a_value_are_no_city(line: str) -> None:
    assert find_city(line, "district_reports/planted.py", load_settings({})) == []


def test_every_allowed_word_is_still_needed() -> None:
    known = whole_values(load_settings({}))
    for name, text in ALLOWED:
        assert text in known, text
        assert text in {found for _, found in literals(ast.parse((ROOT / name).read_text(encoding="utf-8")))}, name


def test_the_toy_city_shares_nothing_with_the_shipped_one() -> None:
    """Otherwise a test that passes for the toy city would prove nothing."""
    toy, shipped = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)}), load_settings({})
    languages = {language.tag for language in shipped.languages}
    assert set(whole_values(toy)) & set(whole_values(shipped)) <= languages
    assert not set(part_values(toy)) & set(part_values(shipped))
    assert len(toy.languages) != len(shipped.languages)
    assert len(toy.districts) != len(shipped.districts)
    # The toy city publishes nothing beyond its crimes; what it has goes by the names all cities share.
    assert our_names(toy) <= our_names(shipped)
