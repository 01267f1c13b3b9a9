"""What a person is told who asks for what cannot be: codes, and one line for each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from district_reports.settings import Settings, find_asset
from flows import command_line, stages
from flows.command_options import choose_places
from tests.flows.answers import DRAFT, Run, told

USAGE: dict[str, tuple[tuple[str, ...], str]] = {
    "no command": ((), "Missing command"),
    "unknown command": (("print",), "No such command 'print'"),
    "no quarter": (("draft",), "Missing argument 'quarter'"),
    "malformed quarter": (("draft", "2018-3"), "quarter: expected a year and Q1 to Q4 such as 2026Q3, got '2018-3'"),
    "fifth quarter": (("draft", "2018Q5"), "got '2018Q5'"),
    "unknown district": ((*DRAFT, "--district", "13"), "--district: expected one of 001, 002, 003,"),
    "unknown language": ((*DRAFT, "--language", "tlh"), "--language: expected one of en, es,"),
    "unknown option": ((*DRAFT, "--fast"), "No such option: --fast"),
    "unknown source": ((*DRAFT, "--source", "fax"), "'fax' is not one of 'portal', 'sample'"),
    "option without a value": ((*DRAFT, "--district"), "Option '--district' requires an argument"),
    "malformed date": (("draft", "2018Q3", "--as-of", "20 October"), "--as-of: expected a date such as 2026-10-08"),
}


@pytest.mark.parametrize(("words", "message"), USAGE.values(), ids=USAGE.keys())
def test_wrong_arguments_end_with_2_and_say_what_is_allowed(run: Run, words: tuple[str, ...], message: str) -> None:
    code, output, errors = run(*words)
    assert code == 2
    assert message in told(errors)
    assert output == ""


def test_all_allowed_districts_are_named(run: Run, settings: Settings) -> None:
    _, _, errors = run(*DRAFT, "--district", "77")
    assert f"expected one of {', '.join(settings.district_ids)}, city, got '077'" in told(errors)


def test_a_district_may_be_named_without_its_zeros(settings: Settings) -> None:
    first = settings.district_ids[0]
    assert choose_places(settings, ["city", first.lstrip("0")]) == (first, "city")
    assert choose_places(settings, None) == choose_places(settings, []) == (*settings.district_ids, "city")


@pytest.mark.parametrize("words", [("--help",), ("draft", "--help"), ("sync", "--help")], ids=" ".join)
def test_help_is_an_answer(run: Run, words: tuple[str, ...]) -> None:
    code, output, errors = run(*words)
    assert (code, errors) == (0, "")
    wanted = ("draft", "sync") if words == ("--help",) else ("--source", "--data-dir", "--as-of", "--debug")
    assert all(word in output for word in wanted)


def test_a_traceback_is_for_those_who_ask(run: Run) -> None:
    code, _, errors = run("draft", "2018Q5", "--debug")
    assert code == 2
    assert "Traceback (most recent call last)" in errors
    assert errors.splitlines()[-1].startswith("district-reports: quarter: expected")


def test_an_error_nobody_thought_of_is_one_line_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Settings:
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr(command_line, "load_settings", fail)
    code, _, errors = run(*DRAFT)
    assert (code, told(errors)) == (1, "district-reports: unexpected ZeroDivisionError: by zero")


def test_a_run_stopped_by_hand_is_no_failure_of_ours(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> Settings:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "load_settings", stop)
    code, _, errors = run(*DRAFT)
    assert code == 130
    assert "Traceback" not in errors


def test_an_incomplete_quarter_ends_with_4_unless_a_preview_is_wanted(run: Run, tmp_path: Path) -> None:
    code, _, errors = run("draft", "2018Q3", "--as-of", "2018-10-07", "--data-dir", tmp_path / "data")
    assert code == 4
    assert "expected 2018Q3 is complete from 2018-10-08 on, got 2018-10-07" in told(errors)
    assert not (tmp_path / "data").exists()


def test_a_setting_nobody_knows_ends_with_2(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTRICT_REPORTS_PORTAL", "https://x.example")
    code, _, errors = run(*DRAFT)
    assert code == 2
    assert "DISTRICT_REPORTS_PORTAL" in told(errors)


def test_a_config_key_nobody_knows_ends_with_2(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = find_asset("config", "cities", "chicago", "city.toml").read_text("utf-8")
    (tmp_path / "city.toml").write_text(f"populaton = 3\n{text}", "utf-8")
    monkeypatch.setenv("DISTRICT_REPORTS_CONFIG_DIR", str(tmp_path))
    code, _, errors = run(*DRAFT)
    assert code == 2
    assert f"{tmp_path / 'city.toml'}: populaton: " in told(errors)


def test_a_language_without_a_catalogue_ends_with_2(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = find_asset("config", "cities", "chicago", "languages.toml").read_text("utf-8")
    other = '\n[[language]]\ntag = "tlh"\nlocale = "en"\ndirection = "ltr"\nname = "tlh"\nfont = "Noto Sans"\n'
    (tmp_path / "languages.toml").write_text(text + other, "utf-8")
    monkeypatch.setenv("DISTRICT_REPORTS_CONFIG_DIR", str(tmp_path))
    code, _, errors = run(*DRAFT, "--data-dir", tmp_path / "data")
    assert code == 2
    assert "tlh/report.po: expected a readable catalogue" in told(errors)


def test_a_missing_translation_ends_with_2(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(find_asset("templates", "locale"), tmp_path / "locale")
    catalogue = tmp_path / "locale" / "es" / "report.po"
    text = catalogue.read_text("utf-8")
    entry = text.split("\n\n")[3]
    catalogue.write_text(text.replace(entry, ""), "utf-8")
    monkeypatch.setattr(stages, "find_asset", lambda *parts: tmp_path / "locale")
    code, _, errors = run(*DRAFT, "--data-dir", tmp_path / "data")
    assert code == 2
    assert "catalogue es: " in told(errors)
    assert "expected a translation, got none" in told(errors)
