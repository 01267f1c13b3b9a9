"""The release before: what it said, and what became of its numbers and rows since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from district_reports.errors import ContractError
from district_reports.metrics import SOURCE_ID, as_measure, parse_measures
from district_reports.metrics.measures import COLUMNS, TABLE
from district_reports.metrics.revisions import build_revisions, compare_rows
from district_reports.model import CITY, CheckResult, Measure, Revisions, Snapshot
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.contract import missing_columns
from district_reports.store import Store


class Release(NamedTuple):
    """A release as it stands in the data directory, its numbers proved to be those of its manifest."""

    quarter: Quarter
    manifest: dict[str, Any]
    measures: pd.DataFrame
    """`out_metrics`, as published."""

    def find(self, place: str, quarter: Quarter | str, metric_id: str) -> Measure | None:
        """Return one number as published; None where the release did not tell it."""
        return find_measure(self.measures, place, quarter, metric_id)

    def snapshot_digest(self, source_id: str) -> str:
        """Return the digest of the snapshot of a source it was made from; empty for none.

        The ids in a manifest carry a mark in brackets where figures are not to be published.
        """
        snapshots: Mapping[str, str] = self.manifest["inputs"]["snapshots"]
        return next((digest for name, digest in snapshots.items() if name.partition(" (")[0] == source_id), "")


def find_measure(measures: pd.DataFrame, place: str, quarter: Quarter | str, metric_id: str) -> Measure | None:
    """Return one row of `out_metrics`; None where there is none. For a few rows: an index would cost more."""
    is_it = measures["metric_id"] == metric_id
    rows = measures[is_it & (measures["quarter"] == str(quarter)) & (measures["district_id"] == place)]
    return as_measure({name: rows[name].iloc[0] for name in COLUMNS}) if len(rows) else None


def load_release(store: Store, quarter: Quarter) -> tuple[Release | None, list[CheckResult]]:
    """Return the release of a quarter; None and a remark where its numbers are not those its manifest vouches for.

    Raises:
        StoreError: If a file is there and cannot be read.
        ContractError: If its numbers, vouched for, are no table of measures.
    """
    manifest = store.load_release(quarter)
    if manifest is None:
        return None, []
    path = store.release_dir(quarter) / "measures.csv"
    data = store.load_file(path) or b""
    expected, got = str(manifest.get("measures")), hashlib.sha256(data).hexdigest()
    if got != expected or not isinstance(manifest.get("inputs", {}).get("snapshots"), dict):
        told = f"measures.csv of {quarter} with SHA-256 {expected[:12]} and the digests of its snapshots"
        return None, [_remark("release_whole", told, got[:12] if data else "no file")]
    return Release(quarter, manifest, parse_measures(data)), []


def find_last_release(store: Store, quarter: Quarter) -> tuple[Release | None, list[CheckResult]]:
    """Return the newest earlier release of the store's kind of data that is no preview, and a remark if it is broken.

    Args:
        store: The data directory.
        quarter: The report's.

    Raises:
        StoreError: If a file is there and cannot be read.
        ContractError: If the numbers of that release are no table of measures.
    """
    for earlier in reversed(store.list_releases()):
        manifest = store.load_release(earlier) if earlier < quarter else None
        if manifest is None or manifest.get("is_preview") is not False:
            continue
        if manifest.get("is_sample") is (store.about.kind == "sample"):
            return load_release(store, earlier)
    return None, []


def make_revisions(
    settings: Settings,
    store: Store,
    release: Release | None,
    quarter: Quarter,
    table_now: pd.DataFrame,
    snapshots: Mapping[str, Snapshot],
) -> tuple[dict[str, Revisions], list[CheckResult]]:
    """Return what became of the last release's numbers and rows, by place; nothing before there is one.

    Args:
        settings: The report's lists of counts.
        store: The data directory.
        release: The last one; None before there is one, or where it cannot be trusted.
        quarter: The report's.
        table_now: `out_metrics` as it will be published, small cells suppressed.
        snapshots: What this release is made from, by source.

    Raises:
        StoreError: If a file cannot be read.
        ContractError: If stored rows are not as declared.
    """
    if release is None:
        return {}, []
    shared = {str(name) for name in release.measures["quarter"]} & {str(name) for name in table_now["quarter"]}
    digest = release.snapshot_digest(SOURCE_ID)
    then = store.load_past_snapshot(SOURCE_ID, digest) if digest else None
    now = snapshots[SOURCE_ID]
    broken = _find_broken(store, then, now)
    if then is None or broken:
        expected = f"the rows that the release of {release.quarter} was made from"
        got = f"{broken[0]} is gone or changed" if broken else f"no snapshot {digest[:12] or 'in its manifest'}"
        return {}, [_remark("last_release_rows", expected, got)]
    if not shared:
        return {}, []
    missing = {*missing_columns(then.columns), *missing_columns(now.columns)}
    causes = compare_rows(*_shared_parts(store, then, now), settings, missing=missing)
    newest = settings.report.all_incidents
    return build_revisions(
        release.measures,
        table_now,
        causes,
        last_release=release.quarter,
        then_as_of=_find_as_of(release.measures, release.quarter, newest),
        now_as_of=_find_as_of(table_now, quarter, newest),
        metrics=_list_metrics(settings),
        newest=newest,
    ), []


def _find_as_of(measures: pd.DataFrame, quarter: Quarter, metric_id: str) -> date:
    found = find_measure(measures, CITY, quarter, metric_id)
    if found is None:
        raise ContractError(f"{TABLE}: expected a row for {CITY} {quarter} {metric_id}, found none", table=TABLE)
    return found.as_of


def _list_metrics(settings: Settings) -> tuple[str, ...]:
    """Return the counts of incidents that the report lists, in its order."""
    counted = {metric.metric_id for metric in settings.metrics.metrics}
    listed = (*settings.report.key_facts, *settings.report.offences, settings.report.all_incidents)
    return tuple(metric_id for metric_id in listed if metric_id in counted)


def _shared_parts(store: Store, then: Snapshot, now: Snapshot) -> tuple[list[Path], list[Path]]:
    """Return the files of both, of the months that both were asked for; a month without rows has no file."""
    months = set(_window(then)) & set(_window(now))
    then_paths, now_paths = (
        [store.part_path(SOURCE_ID, part) for part in snapshot.parts if part.part_id in months]
        for snapshot in (then, now)
    )
    return then_paths, now_paths


def _window(snapshot: Snapshot) -> tuple[str, ...]:
    return snapshot.window or tuple(part.part_id for part in snapshot.parts)


def _find_broken(store: Store, then: Snapshot | None, now: Snapshot) -> list[str]:
    """Return files of the earlier snapshot that no longer hold what was written; those of ours are not looked at."""
    ours = {part.file for part in now.parts}
    parts = [part for part in then.parts if part.file not in ours] if then else []
    return [part.file for part in parts if not store.has_part(SOURCE_ID, part)]


def _remark(check_id: str, expected: str, got: str) -> CheckResult:
    return CheckResult(check_id=check_id, passed=False, required=False, expected=expected, got=got, source_id=SOURCE_ID)
