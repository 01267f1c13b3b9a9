"""What `resources.toml` may say, and what is refused."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from district_reports.config_guide import Resources
from district_reports.errors import ConfigError
from district_reports.settings import Settings, find_asset, load_settings

SHIPPED = find_asset("config", "cities", "chicago", "resources.toml")
TEXT = SHIPPED.read_text(encoding="utf-8")


def load_changed(tmp_path: Path, old: str, new: str) -> Settings:
    assert old in TEXT
    (tmp_path / "resources.toml").write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    return load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(tmp_path)})


NAMI = 'telephone = "833-626-4244"\n'


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (NAMI, 'telephone = "CALL-ME"\n', "digits and hyphens"),
        (NAMI, "", "a way to reach it"),
        (NAMI, NAMI + "checked_on = 2026-10-01\n", "checked_on and checked_by together"),
        (NAMI, NAMI + 'checked_by = "editor"\n', "checked_on and checked_by together"),
        (
            NAMI,
            NAMI + 'checked_on = 2026-10-01\nchecked_by = "editor"\nexpires = 2026-09-01\n',
            "a day after checked_on",
        ),
        (NAMI, NAMI + 'serves = ["999"]\n', "district"),
        (NAMI, NAMI + "colour = 1\n", "colour"),
        (NAMI, NAMI + 'languages = ["Spanish"]\n', "tags of languages"),
        (NAMI, NAMI + 'source_date = "last year"\n', "a day, a month or a year"),
        (NAMI, NAMI + 'source_date = "2025-02-30"\n', "source_date"),
        (NAMI, NAMI + 'url = "http://x.org"\n', "https://"),
        (NAMI, NAMI + 'e_mail = "nobody"\n', "e-mail"),
        ('resource_id = "nami_helpline"', 'resource_id = "emergency"', "each resource_id once"),
        ('resource_id = "nami_helpline"', 'resource_id = "NAMI helpline"', "pattern"),
        ('danger = "emergency"', 'danger = "nami_helpline"', "is_permanent"),
        ('finder = "community_help"', 'finder = "nobody"', "nobody"),
        ('first = ["emergency", "crisis_line"]', 'first = ["nobody"]', "nobody"),
        ('first = ["emergency", "crisis_line"]', "first = []", "first"),
        ('call_type = "noise"', 'call_type = "loitering"', "noise"),
        ('call_type = "noise"', 'call_type = "parking"', "call_type"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(ConfigError, match="resources.toml") as caught:
        load_changed(tmp_path, old, new)
    assert told in str(caught.value)


def test_a_check_of_a_person_is_read(tmp_path: Path) -> None:
    settings = load_changed(tmp_path, NAMI, NAMI + 'checked_on = 2026-10-01\nchecked_by = "data editor"\n')
    found = settings.resources.find("nami_helpline")
    assert found is not None
    assert found.checked_by == "data editor"


def test_no_invented_number_stands_in_the_shipped_file() -> None:
    """Some pages on the web carry invented numbers with 555."""
    assert not re.search(r'"[^"]*\b555-', TEXT)


def test_a_low_confidence_is_never_permanent() -> None:
    resources = Resources.model_validate(_tables())
    for entry in resources.resources:
        assert not entry.is_permanent or entry.confidence == "high"


def test_every_entry_has_a_source() -> None:
    assert all(entry.source.strip() for entry in Resources.model_validate(_tables()).resources)


def _tables() -> dict[str, Any]:
    return tomllib.loads(TEXT)


def test_theme_codes_are_those_of_the_codebook() -> None:
    path = find_asset("data", "engagement", "codebook.toml")
    known = {theme["code"] for theme in tomllib.loads(path.read_text(encoding="utf-8"))["theme"]}
    asked = {rule.theme_code for rule in Resources.model_validate(_tables()).calls}
    assert "" not in asked
    assert asked <= known
