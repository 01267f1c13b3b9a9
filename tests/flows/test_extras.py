"""What a quarter's report tells beside its measures belongs to that quarter, whatever the sources hold by now."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from district_reports.readings import Readings
from district_reports.settings import load_settings
from flows.extras import find_extras
from tests.flows.past_releases import open_empty
from tests.unit.metrics.outcome_rows import opened_sources
from tests.unit.metrics.test_trust import AS_OF, QUARTER, score

SETTINGS = load_settings({})


def test_scores_stand_under_the_months_they_are_of_though_newer_ones_are_there(tmp_path: Path) -> None:
    here = SETTINGS.district_ids[0]
    rows = [score(here, 60.0, 60.0), score(here, 40.0, 40.0, "2018-10-31")]
    store = open_empty(tmp_path / "data", SETTINGS)
    with opened_sources(tmp_path, SETTINGS, {"sentiment": rows}, as_of=AS_OF) as opened:
        extras, remarks = find_extras(opened, store, {}, QUARTER, Readings(), {})
    assert (extras.trust_period, remarks) == ((date(2018, 9, 1), date(2018, 9, 30)), [])
