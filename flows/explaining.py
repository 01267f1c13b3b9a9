"""Where a printed number comes from: everything that led to it, from what stands in the data directory.

No portal is asked and nothing is written. A cell that is kept back is explained without its value: its query is shown
and never run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress

from district_reports.errors import ConfigError, StoreError
from district_reports.metrics import OUTSIDE, SOURCE_ID, open_incidents
from district_reports.metrics.incidents import query
from district_reports.metrics.loop import SOURCE_ID as LOOP
from district_reports.model import CITY, Measure, Snapshot, State
from district_reports.periods import Quarter
from district_reports.place_ids import pad_id
from district_reports.settings import Settings
from district_reports.store import Store
from flows.definitions import METRICS, Defined, bind_metric, bind_quarter, find_definition
from flows.last_release import Release, find_last_release, load_release
from flows.people import LEDGER
from flows.records import DraftRequest
from flows.stages import open_store

Lines = list[tuple[str, str]]
"""What is told, each with its name."""

STATES = {
    State.OK: "may be compared",
    State.TOO_EARLY: "still rises, or its quarter is not whole: not to be compared",
    State.STALE: "the newest there is, of an earlier day than the quarter's: not to be compared",
    State.SUPPRESSED: "kept back: too small to be printed, or it would give back one that is",
    State.NOT_PUBLISHED: "nobody publishes it as data",
    State.NO_DATA: "the rows at hand do not cover it; not zero",
}
"""What may be said of a number, in the words of the command line."""


def explain_number(settings: Settings, request: DraftRequest, district: str, metric_id: str) -> str:
    """Return where a number of the request's quarter comes from, as text; see `explain`.

    Raises:
        ConfigError: If there is no such data directory, or no release in it holds the number.
        KindError: If it holds another kind of data.
        StoreError: If a file of the release is not what its manifest vouches for.
    """
    # Looked at before it is opened: opening makes a directory, and a question should leave nothing behind.
    if not (request.data_dir / "about.json").is_file():
        raise ConfigError(f"--data-dir: expected a directory with releases, got {request.data_dir}")
    return format_lines(explain(settings, open_store(settings, request), request.quarter, district, metric_id))


def explain(settings: Settings, store: Store, quarter: str, district: str, metric_id: str) -> Lines:
    """Return where a number comes from.

    Args:
        settings: The config of today; where it is another than that of the release, a line says so.
        store: The data directory.
        quarter: Of the number, as typed.
        district: A district, with or without the zeros before its number, `city`, or `none`.
        metric_id: As in `measures.csv`.

    Raises:
        ConfigError: If no release holds such a quarter, district or metric.
        StoreError: If a file of the release is not what its manifest vouches for.
    """
    release = _find_release(store, Quarter.parse(quarter))
    wanted = Quarter.parse(quarter)
    place = _find_place(settings, district)
    known = sorted({str(name) for name in release.measures["metric_id"]})
    if metric_id not in known:
        raise ConfigError(f"metric: expected one of {', '.join(known)}, got {metric_id!r}")
    measure = release.find(place, wanted, metric_id)
    if measure is None:
        raise StoreError(f"{metric_id}: expected a row for {place} {wanted}, found none", path=store.root)
    defined = find_definition(settings, metric_id)
    snapshots = _find_snapshots(store, release, defined)
    return [
        *_tell_value(measure),
        *_tell_release(settings, store, release),
        *_tell_definition(defined, wanted),
        *(line for source_id, found in snapshots.items() for line in _tell_snapshot(source_id, found, wanted)),
        *_tell_ledger(release, defined),
        *_tell_query(defined, measure),
        *_count_again(settings, store, snapshots.get(SOURCE_ID), defined, measure),
        *_tell_changes(store, release, measure, defined),
        *_tell_releases(store, measure),
    ]


def format_lines(lines: Sequence[tuple[str, str]]) -> str:
    """Return what was told as text: names on the left, further lines of a text below its first."""
    width = max((len(name) for name, _ in lines), default=0) + 2
    blocks = ((name, text.replace("\n", f"\n{'':{width}}")) for name, text in lines)
    return "\n".join(f"{name:{width}}{text}".rstrip() for name, text in blocks)


def _find_release(store: Store, quarter: Quarter) -> Release:
    """Return the release of a quarter; where it never had one, the newest that looks back on it."""
    standing = store.list_releases()
    candidates = [quarter] if quarter in standing else [later for later in reversed(standing) if later > quarter]
    held: set[str] = set()
    for candidate in candidates:
        release, remarks = load_release(store, candidate)
        if release is None:
            told = "; ".join(f"expected {remark.expected}, got {remark.got}" for remark in remarks)
            raise StoreError(f"release of {candidate}: {told}", path=store.release_dir(candidate))
        held = {str(name) for name in release.measures["quarter"]}
        if str(quarter) in held:
            return release
    allowed = ", ".join(str(found) for found in standing) or "a release in the data directory"
    raise ConfigError(f"quarter: expected one of {allowed}, or one they look back on, got '{quarter}'")


def _find_place(settings: Settings, district: str) -> str:
    if district in (CITY, OUTSIDE):
        return district
    place = pad_id(district.strip(), settings.district_ids)
    if place not in settings.district_ids:
        allowed = ", ".join((*settings.district_ids, CITY, OUTSIDE))
        raise ConfigError(f"district: expected one of {allowed}, got {district!r}")
    return place


def _find_snapshots(store: Store, release: Release, defined: Defined | None) -> dict[str, Snapshot | None]:
    """Return the snapshots the release was made from, of the metric's sources."""
    found: dict[str, Snapshot | None] = {}
    for source_id in defined.definition.source_ids if defined and defined.table != LOOP else ():
        digest = release.snapshot_digest(source_id)
        found[source_id] = store.load_past_snapshot(source_id, digest) if digest else None
    return found


def _tell_value(measure: Measure) -> Lines:
    lines = [
        ("number", f"{measure.metric_id} in {measure.quarter}, {measure.district_id}"),
        ("value", _write_value(measure)),
        ("unit", measure.unit),
        ("state", f"{measure.state}: {STATES[measure.state]}"),
    ]
    if measure.denominator is not None:
        lines.append(("of which", f"numerator {measure.numerator}, denominator {measure.denominator}"))
    return [*lines, ("as of", measure.as_of.isoformat()), ("origin", measure.origin_id)]


def _tell_release(settings: Settings, store: Store, release: Release) -> Lines:
    inputs = release.manifest["inputs"]
    is_same = inputs.get("config") == settings.config_digest
    marks = [mark for name, mark in (("is_sample", "sample data"), ("is_preview", "preview")) if release.manifest[name]]
    marked = f" ({', '.join(marks)})" if marks else ""
    return [
        (
            "release",
            f"{release.quarter} of {inputs.get('report_date')}{marked}, in {store.release_dir(release.quarter)}",
        ),
        ("measures", f"SHA-256 {release.manifest['measures']}"),
        (
            "config",
            "as it was for the release" if is_same else "has changed since the release: what follows is of today",
        ),
    ]


def _tell_definition(defined: Defined | None, quarter: Quarter) -> Lines:
    if defined is None:
        return [("definition", "none in the config of today")]
    files = {METRICS: f"{METRICS}.toml", LOOP: f"report.toml, table {LOOP}; see docs/feedback.md"}
    where = files.get(defined.table, f"outcomes.toml, table {defined.table}")
    return [
        ("definition", "\n".join((f"{where}:", *defined.words))),
        ("quarter", f"{quarter.start.isoformat()} to {quarter.end.isoformat()}"),
    ]


def _tell_snapshot(source_id: str, snapshot: Snapshot | None, quarter: Quarter) -> Lines:
    if snapshot is None:
        return [(f"{source_id}", "no snapshot: the release was made without, or by hand")]
    months = {f"{month:%Y-%m}" for month in quarter.months}
    parts = [part for part in snapshot.parts if part.part_id in months] or list(snapshot.parts)
    told = "of the quarter" if parts[0].part_id in months else "in all"
    return [
        (source_id, f"dataset {snapshot.dataset_id} of {snapshot.domain}, manifest {snapshot.digest}"),
        ("rows", f"{snapshot.rows} in the snapshot; {sum(part.rows for part in parts)} {told}"),
        ("files", "\n".join(f"{part.file}: {part.rows} rows, SHA-256 {part.sha256}" for part in parts)),
        (
            "changed",
            f"{snapshot.rows_updated_at.isoformat()} by the publisher, pulled {snapshot.pulled_at.isoformat()}",
        ),
        ("SoQL", snapshot.soql),
    ]


def _tell_ledger(release: Release, defined: Defined | None) -> Lines:
    """Return which snapshot of what people entered the release was made from, where the number comes from that."""
    if defined is None or defined.table != LOOP:
        return []
    digest = release.manifest["inputs"].get(LEDGER)
    return [(LEDGER, f"snapshots/ledger/manifests/{digest}.json" if digest else "none: nothing had been entered")]


def _tell_query(defined: Defined | None, measure: Measure) -> Lines:
    if defined is None or not defined.sql.strip():
        return [("SQL", "none: read by hand, or made from other figures of the report")]
    bounds = {name: str(value) for name, value in bind_quarter(Quarter.parse(measure.quarter)).items()}
    parameters = defined.parameters | (bounds if defined.table == METRICS else {})
    told = [f"${name} = {value}" for name, value in parameters.items()]
    told += [] if defined.table == METRICS else ["others: places, and days and quarters that bound the rows"]
    return [
        ("SQL", defined.sql.strip()),
        ("parameters", "\n".join(told)),
        ("row", f"district_id = {measure.district_id}, quarter = {measure.quarter}"),
    ]


def _count_again(
    settings: Settings, store: Store, snapshot: Snapshot | None, defined: Defined | None, measure: Measure
) -> Lines:
    """Return the number counted again from the stored rows; never that of a cell that is kept back."""
    if measure.state is State.SUPPRESSED:
        return [("counted", "the query is shown and not run")]
    if measure.value is None or snapshot is None or defined is None or defined.table != METRICS:
        return []
    months = {f"{month:%Y-%m}" for month in Quarter.parse(measure.quarter).months}
    parts = [part for part in snapshot.parts if part.part_id in months]
    gone = [part.file for part in parts if not store.has_part(SOURCE_ID, part)]
    if gone:
        return [("counted", f"not again: {gone[0]} is gone or changed")]
    sql, parameters = bind_metric(settings, measure.metric_id)
    with closing(open_incidents([store.part_path(SOURCE_ID, part) for part in parts], settings)) as con:
        rows = query(con, sql, parameters | bind_quarter(Quarter.parse(measure.quarter)))
    row = rows[(rows["district_id"] == measure.district_id) & (rows["quarter"] == measure.quarter)]
    counts = {name: int(row[name].sum()) for name in ("count", "numerator", "denominator")}
    if measure.denominator is not None:
        got, was = (counts["numerator"], counts["denominator"]), (measure.numerator, measure.denominator)
        text = f"{got[0]} of {got[1]}"
        return [("counted", f"{text} from these rows, {_agree(got == was)}")]
    return [("counted", f"{counts['count']} from these rows, {_agree(counts['count'] == measure.value)}")]


def _agree(is_same: bool) -> str:
    return "as published" if is_same else "other than published: see config"


def _tell_changes(store: Store, release: Release, measure: Measure, defined: Defined | None) -> Lines:
    """Return what the release before said of the same number, and what became of its rows."""
    last, remarks = find_last_release(store, release.quarter)
    if last is None:
        broken = "; ".join(f"expected {remark.expected}, got {remark.got}" for remark in remarks)
        return [("last release", broken or "none before this one")]
    then = last.find(measure.district_id, measure.quarter, measure.metric_id)
    if then is None:
        return [("last release", f"{last.quarter} did not tell this number")]
    same = (then.value, then.state) == (measure.value, measure.state)
    said = f"{last.quarter} said {_write_value(then)} ({then.state}, as of {then.as_of.isoformat()})"
    lines = [("last release", f"{said}; {'the same now' if same else 'now ' + _write_value(measure)}")]
    if defined is not None and SOURCE_ID in defined.definition.source_ids:
        causes = _load_causes(store, release, measure.district_id)
        told = ", ".join(f"{name} {count}" for name, count in causes.items() if count) if causes else ""
        lines += [("rows since", f"{told or 'none changed'} (all kinds, all quarters both hold)")] if causes else []
    return lines


def _tell_releases(store: Store, measure: Measure) -> Lines:
    """Return what every release said of the number; nothing where only one did."""
    said = []
    for quarter in store.list_releases():
        release = load_release(store, quarter)[0] if str(quarter) >= measure.quarter else None
        found = release.find(measure.district_id, measure.quarter, measure.metric_id) if release else None
        if found is not None:
            said.append(f"{quarter} said {_write_value(found)} ({found.state}, as of {found.as_of.isoformat()})")
    return [("releases", "\n".join(said))] if len(said) > 1 else []


def _load_causes(store: Store, release: Release, place: str) -> Mapping[str, int]:
    """Return what became of a place's rows since the last release, as its dossier tells it; nothing where none does."""
    with suppress(ValueError, AttributeError):
        data = store.load_file(store.edition_dir(release.quarter, place) / "dossier.json")
        revisions = json.loads(data or b"{}").get("revisions") or {}
        return {str(name): int(count) for name, count in revisions.get("causes", {}).items()}
    return {}


def _write_value(measure: Measure) -> str:
    return "none" if measure.value is None else f"{measure.value:,}"
