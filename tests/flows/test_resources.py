"""`district-reports resources check`: what a person must verify, what is left out, what has ended."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from district_reports.guide import Check, choose_entries, draw_checks
from district_reports.settings import load_settings
from flows.resources_table import ENDED, HOLDS, PERMANENT, STATES, TO_VERIFY, list_services
from tests.flows.answers import Run
from tests.unit.metrics.rows import TOY

SETTINGS = load_settings({})
DAY = ("--as-of", "2026-10-08")
AS_OF = date(2026, 10, 8)


def ids_of(output: str, state: str) -> list[str]:
    """Return the services under a heading of the table."""
    found = re.search(rf"^{state.upper()} \((\d+)\)\n.*\n((?:\w+  .*\n)+)", output, re.MULTILINE)
    if found is None:
        return []
    ids = [line.split()[0] for line in found[2].splitlines()]
    assert len(ids) == int(found[1])
    return ids


def test_it_tells_what_to_verify_what_always_prints_and_what_has_ended(run: Run) -> None:
    code, output, errors = run("resources", "check", *DAY)
    assert (code, errors) == (0, "")
    assert ids_of(output, PERMANENT) == ["city_services", "community_help", "crisis_line", "emergency"]
    assert ids_of(output, ENDED) == ["community_relations"]
    to_verify = ids_of(output, TO_VERIFY)
    # The least sure ones first.
    assert to_verify[:2] == ["rape_hotline", "state_victims"]
    assert {"care", "nami_helpline", "complaints"} <= set(to_verify)
    assert f"A final report of 2026-10-08 would leave out: {', '.join(to_verify)}\n" in output
    assert "833-626-4244" in output
    assert "ended on 2025-10-31: never printed" in output


@pytest.mark.parametrize("place", ["007", "015", "city"])
@pytest.mark.parametrize("source", ["portal", "sample"])
def test_it_names_exactly_what_a_final_report_leaves_out(run: Run, place: str, source: str) -> None:
    checks = draw_checks(SETTINGS, AS_OF) if source == "sample" else ()
    _, left_out = choose_entries(SETTINGS, place, AS_OF, checks, is_frozen=True)
    _, output, _ = run("resources", "check", *DAY, "--district", place, "--source", source)
    assert sorted(ids_of(output, TO_VERIFY)) == sorted(left_out)
    assert ("care" in output) == (place != "015")
    assert output.startswith("SAMPLE CHECKS, INVENTED") == (source == "sample")


def test_strict_ends_with_4_where_anything_would_be_left_out(run: Run) -> None:
    assert run("resources", "check", *DAY, "--strict")[0] == 4
    assert run("resources", "check", *DAY, "--strict", "--source", "sample")[0] == 4


@pytest.mark.parametrize(("days", "code"), [(90, 0), (91, 4)])
def test_strict_ends_with_0_while_every_check_holds(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, days: int, code: int
) -> None:
    for path in TOY.glob("*.toml"):
        shutil.copy(path, tmp_path)
    text = (TOY / "resources.toml").read_text(encoding="utf-8")
    desk = 'telephone = "555-0199"\n'
    assert desk in text
    checked = f'{desk}checked_on = 2026-06-01\nchecked_by = "desk"\n'
    (tmp_path / "resources.toml").write_text(text.replace(desk, checked), encoding="utf-8")
    monkeypatch.setenv("DISTRICT_REPORTS_CONFIG_DIR", str(tmp_path))
    day = date(2026, 6, 1) + timedelta(days=days)
    assert run("resources", "check", "--strict", "--as-of", str(day))[0] == code


@pytest.mark.parametrize(
    ("words", "told"),
    [(("--district", "999"), "--district: expected one of"), (("--as-of", "soon"), "--as-of: expected a date")],
)
def test_a_wrong_argument_is_refused(run: Run, words: tuple[str, ...], told: str) -> None:
    code, output, errors = run("resources", "check", *words)
    assert (code, output) == (2, "")
    assert told in errors


def test_what_expires_first_stands_first_among_what_holds() -> None:
    def made(resource_id: str, on: date, expires: date) -> Check:
        return Check(resource_id=resource_id, checked_on=on, checked_by="editor", expires=expires)

    checks = (
        made("nami_helpline", date(2026, 10, 1), date(2026, 12, 30)),
        made("rape_hotline", date(2026, 9, 1), date(2026, 11, 30)),
        made("complaints", date(2026, 7, 9), date(2026, 10, 7)),
        made("commission", date(2026, 10, 9), date(2027, 1, 7)),
    )
    lines = list_services(SETTINGS, checks, AS_OF, SETTINGS.district_ids)
    assert [line.resource.resource_id for line in lines if line.state == HOLDS] == ["rape_hotline", "nami_helpline"]
    why = {line.resource.resource_id: line.why for line in lines}
    assert why["complaints"] == "expired on 2026-10-07, checked by editor"
    assert why["commission"] == "never checked"
    assert [STATES.index(line.state) for line in lines] == sorted(STATES.index(line.state) for line in lines)
