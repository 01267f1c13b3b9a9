"""What is made around the signed bytes: the pages of the site, the kits, and what describes the open data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from district_reports.errors import ContractError
from district_reports.metrics.loop import SOURCE_ID as LOOP
from district_reports.model import CITY, PublicVersion, Shape, Summary, Version
from district_reports.publish.kits import build_kit
from district_reports.publish.showing import Makers, Summaries
from district_reports.publish.signed import MEASURES
from district_reports.publish.site import build_open_data, build_site
from district_reports.publish.tree import translated
from district_reports.render.i18n import load_words
from district_reports.settings import Settings, find_asset
from district_reports.store import Store
from flows.definitions import METRICS, find_definition, list_metric_ids
from flows.facts import DISTRICTS, find_city_shapes

WHERE: Final = {METRICS: "metrics.toml", LOOP: "report.toml, loop"}
"""Where the config tells of metrics that are no outcomes."""


def make_makers(settings: Settings, store: Store) -> Makers:
    """Return what makes pages and kits for this city.

    Raises:
        TranslationError: If a catalogue lacks a sentence.
    """
    words = load_words(settings.languages, find_asset("templates", "locale"))
    shapes = load_shapes(settings, store)

    def site(versions: Sequence[PublicVersion], summaries: Summaries, now: datetime) -> Mapping[str, bytes]:
        return build_site(settings, words, versions, summaries, shapes, now)

    def about(version: Version, folder: Path) -> Mapping[str, bytes]:
        with translated(folder / MEASURES, "read"):
            measures = (folder / MEASURES).read_bytes()
        return build_open_data(
            settings,
            words,
            quarter=version.quarter,
            version=version.version,
            measures=measures,
            definitions=define_metrics(settings),
        )

    def kit(folder: Path, version: Version, place: str, summaries: Mapping[str, Summary]) -> bytes:
        return build_kit(settings, words, folder, version, place, summaries)

    return Makers(site=site, about=about, kit=kit)


def define_metrics(settings: Settings) -> dict[str, str]:
    """Return what each metric counts, as the config says it, in one line.

    Raises:
        ConfigError: If a metric of the config cannot be counted.
    """
    found = {}
    for metric_id in list_metric_ids(settings):
        defined = find_definition(settings, metric_id)
        if defined is not None:
            where = WHERE.get(defined.table, f"outcomes.toml, {defined.table}")
            found[metric_id] = f"{where}: {'; '.join(defined.words)}"
    return found


def load_shapes(settings: Settings, store: Store) -> tuple[Shape, ...]:
    """Return the outlines of the districts for the finder; none where there are none that can be drawn."""
    snapshot = store.load_snapshot(DISTRICTS)
    if snapshot is None:
        return ()
    path = store.part_path(DISTRICTS, snapshot.parts[0])
    try:
        with translated(path, "read"):
            return find_city_shapes(settings, path.read_bytes()).get(CITY, ())
    except ContractError:
        # The list of districts finds them as well.
        return ()
