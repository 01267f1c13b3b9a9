"""Steps of `loop`: `python -m benchmarks.loop_ways STEP --folder DIR`, each in a process of its own.

`make` enters a made-up ledger into a database file and writes the spreadsheets that are read later. `list`, `snapshot`,
`export-csv`, `export-xlsx`, `import-csv` and `import-xlsx` are the project's ways; with `plain-` before them they are
the natural ones: item by item from the database, and pandas with openpyxl for spreadsheets.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from district_reports.database import Database, open_database
from district_reports.feedback.exchange import export_items, read_items
from district_reports.feedback.exchange_layout import COLUMNS, CSV_COLUMNS, RECORD, SHEETS, write_lines
from district_reports.feedback.importing import import_items
from district_reports.feedback.loading import load_item, load_items, load_versions
from district_reports.feedback.rules import Rules
from district_reports.model import Commitment, FeedbackItem, Ledger, Status, Step, Text
from district_reports.settings import Settings, load_settings
from district_reports.store.ledgers import LedgerFolder

ITEMS, STEPS = 10_000, 10
FEW = 200
"""Items of a run that only tries everything."""
TODAY = date(2026, 10, 9)
NOW = datetime(2026, 10, 9, 12, tzinfo=UTC)
_MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10
_PATH = (Status.HEARD, Status.UNDER_REVIEW, Status.AGREED)


def main() -> None:
    """Run one step and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=("make", *STEPS_OF, *(f"plain-{name}" for name in STEPS_OF)))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    settings = load_settings({})
    if options.step == "make":
        facts = make(settings, options.folder, FEW if options.small else ITEMS)
    else:
        name = options.step.removeprefix("plain-")
        way = STEPS_OF[name][options.step != name]
        before, start, busy = _peak(), perf_counter(), process_time()
        count = way(settings, options.folder)
        facts = {"seconds": perf_counter() - start, "cpu": process_time() - busy, "count": count}
        facts["extra"] = _peak() - before
    print(json.dumps(facts | {"bytes": _sizes(options.folder)}))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEGABYTE


def _sizes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in sorted(folder.glob("made.*"))}


def make_items(settings: Settings, count: int) -> tuple[FeedbackItem, ...]:
    """Return a made-up ledger that keeps every rule; each item has ten steps."""
    tags = [language.tag for language in settings.languages]
    first = date(2024, 1, 1)
    items = []
    for number in range(count):
        heard = first + timedelta(days=number % 700)
        steps = []
        for each in range(STEPS):
            status = _PATH[each] if each < len(_PATH) else Status.UNDER_WAY
            if each == STEPS - 1 and number % 3 == 0:
                status = Status.DONE
            words = Text(language=tags[0], text=f"Step {each}: officers and neighbors met about place {number} again.")
            evidence = f"https://example.org/{number}" if status is Status.DONE else ""
            steps.append(Step(on=heard + timedelta(days=20 * each), status=status, by_police=words, evidence=evidence))
        said = f"People of place {number} want the street light to work, and officers to walk there."
        words = Text(language=tags[0], text=f"A walk each week at place {number}")
        items.append(
            FeedbackItem(
                item_id=f"item-{number:05d}",
                district_id=settings.district_ids[number % len(settings.district_ids)],
                theme_codes=(),
                said=Text(language=tags[0], text=said, translations={tags[1]: said}),
                heard_on=heard,
                heard_in=("caps",),
                commitment=Commitment(
                    what=words, target=words, evidence=words, owner="liaison", due_on=heard + timedelta(days=200)
                ),
                steps=tuple(steps),
            )
        )
    return tuple(items)


def make_rules(settings: Settings) -> Rules:
    """Return the rules that the ledger keeps."""
    return Rules(
        district_ids=settings.district_ids,
        languages=[language.tag for language in settings.languages],
        theme_codes=(),
        metric_ids=(),
        confirm_days=settings.report.loop.confirm_days,
        today=TODAY,
    )


def make(settings: Settings, folder: Path, count: int) -> dict[str, Any]:
    """Enter the ledger, and write what is read later."""
    items = make_items(settings, count)
    with _opened(settings, folder / "made.sqlite3") as database:
        import_items(database, [(item, None) for item in items], make_rules(settings), by="liaison", at=NOW)
    for suffix in ("csv", "xlsx"):
        export_items(items, {}, folder / f"made.{suffix}")
    return {"items": count, "steps": count * STEPS}


@contextmanager
def _opened(settings: Settings, path: Path) -> Iterator[Database]:
    with closing(open_database(path, city_id=settings.city.city_id, kind="sample")) as database:
        yield database


def list_ours(settings: Settings, folder: Path) -> int:
    with _opened(settings, folder / "made.sqlite3") as database:
        return len(load_items(database))


def list_plain(settings: Settings, folder: Path) -> int:
    with _opened(settings, folder / "made.sqlite3") as database:
        return sum(load_item(database, item_id) is not None for item_id in load_versions(database))


def snapshot_ours(settings: Settings, folder: Path) -> int:
    from district_reports.dossier import canonical_ledger

    with _opened(settings, folder / "made.sqlite3") as database:
        ledger = Ledger(items=load_items(database))
    LedgerFolder(folder / "store").save_ledger(canonical_ledger(ledger))
    return len(ledger.items)


def snapshot_plain(settings: Settings, folder: Path) -> int:
    with _opened(settings, folder / "made.sqlite3") as database:
        found = [load_item(database, item_id) for item_id in sorted(load_versions(database))]
    told = [item.model_dump(mode="json") for item in found if item is not None]
    (folder / "plain.json").write_text(json.dumps(told, indent=1, sort_keys=True), encoding="utf-8")
    return len(told)


def export_ours(suffix: str) -> Callable[[Settings, Path], int]:
    def run(settings: Settings, folder: Path) -> int:
        with _opened(settings, folder / "made.sqlite3") as database:
            items = load_items(database)
            export_items(items, load_versions(database), folder / f"ours.{suffix}")
        return len(items)

    return run


def export_plain(suffix: str) -> Callable[[Settings, Path], int]:
    def run(settings: Settings, folder: Path) -> int:
        import pandas as pd

        with _opened(settings, folder / "made.sqlite3") as database:
            items, versions = load_items(database), load_versions(database)
        lines = list(write_lines(items, versions))
        if suffix == "csv":
            rows = [{RECORD: kind, **cells} for kind, cells in lines]
            pd.DataFrame(rows, columns=list(CSV_COLUMNS)).to_csv(folder / "plain.csv", index=False)
            return len(items)
        with pd.ExcelWriter(folder / "plain.xlsx", engine="openpyxl") as writer:
            for kind, name in SHEETS.items():
                rows = [cells for of, cells in lines if of == kind]
                pd.DataFrame(rows, columns=list(COLUMNS[kind])).to_excel(writer, sheet_name=name, index=False)
        return len(items)

    return run


def import_ours(suffix: str) -> Callable[[Settings, Path], int]:
    def run(settings: Settings, folder: Path) -> int:
        found = read_items(folder / f"made.{suffix}", settings, theme_codes=())
        path = folder / f"import-{suffix}.sqlite3"
        path.unlink(missing_ok=True)
        with _opened(settings, path) as database:
            rules = make_rules(settings)
            return import_items(database, [(one.item, one.version) for one in found], rules, by="liaison", at=NOW).added

    return run


def import_plain(suffix: str) -> Callable[[Settings, Path], int]:
    def run(settings: Settings, folder: Path) -> int:
        import pandas as pd
        from sqlalchemy import create_engine

        path = folder / f"made.{suffix}"
        if suffix == "csv":
            table = pd.read_csv(path, dtype=str)
            sheets = {str(kind): rows for kind, rows in table.groupby(RECORD)}
        else:
            sheets = {str(name): rows for name, rows in pd.read_excel(path, sheet_name=None, dtype=str).items()}
        engine = create_engine(f"sqlite:///{folder / f'plain-{suffix}.sqlite3'}")
        for name, rows in sheets.items():
            rows.to_sql(name, engine, if_exists="replace", index=False)
        return len(next(iter(sheets.values())))

    return run


STEPS_OF: dict[str, tuple[Callable[[Settings, Path], int], Callable[[Settings, Path], int]]] = {
    "list": (list_ours, list_plain),
    "export-csv": (export_ours("csv"), export_plain("csv")),
    "export-xlsx": (export_ours("xlsx"), export_plain("xlsx")),
    "import-csv": (import_ours("csv"), import_plain("csv")),
    "import-xlsx": (import_ours("xlsx"), import_plain("xlsx")),
    "snapshot": (snapshot_ours, snapshot_plain),
}
"""The project's way and the natural one, by step."""


if __name__ == "__main__":
    main()
