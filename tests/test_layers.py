"""Imports point down the layers, and only `flows` knows Prefect."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = "district_reports"
LAYERS = {
    "errors": 0,
    "email_addresses": 1,
    "periods": 1,
    "model": 2,
    "config": 2.5,
    "config_distribution": 2.5,
    "config_guide": 2.5,
    "config_outcomes": 2.5,
    "config_sample": 2.5,
    "environment": 2.5,
    "settings": 3,
    "addresses": 3,
    "tables": 3,
    "place_ids": 3,
    "sources": 4,
    "readings": 4,
    "store": 4,
    "database": 4,
    "quarantine": 4.5,
    "engagement": 4.6,
    "feedback": 4.6,
    "guide": 4.6,
    "sync": 5,
    "sync_cases": 5.5,
    "metrics": 5,
    "checks": 5,
    "shapes": 5,
    "dossier": 6,
    "render": 7,
    "review": 8,
    "desk": 9,
    "publish": 9,
    "mail": 4.6,
}
LIBRARY = sorted((ROOT / PACKAGE).rglob("*.py"))
FLOWS = sorted((ROOT / "flows").rglob("*.py"))
WITH_PREFECT = {"draft_reports.py", "publish_reports.py"}


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def unit_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == PACKAGE and len(parts) > 1 and parts[1] in LAYERS else None


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    relative = path.relative_to(ROOT / PACKAGE)
    if relative.name == "__init__.py" and len(relative.parts) == 1:
        return
    own = relative.parts[0].removesuffix(".py")
    assert own in LAYERS, f"{own} has no layer"
    for module in imported_modules(path):
        other = unit_of(module)
        if other is not None and other != own:
            assert LAYERS[other] < LAYERS[own], f"{own} (layer {LAYERS[own]}) imports {other} (layer {LAYERS[other]})"


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_library_knows_neither_flows_nor_prefect(path: Path) -> None:
    roots = {module.split(".")[0] for module in imported_modules(path)}
    assert not roots & {"flows", "prefect", "typer", "rich"}


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.name)
def test_only_the_flows_import_prefect(path: Path) -> None:
    roots = {module.split(".")[0] for module in imported_modules(path)}
    assert ("prefect" in roots) == (path.name in WITH_PREFECT)


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_library_reads_neither_clock_nor_environment_nor_prints(path: Path) -> None:
    tree = ast.parse(path.read_text())
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    named = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not called & {"print", "datetime.now", "date.today", "datetime.today", "time.time", "datetime.utcnow"}
    if path.name != "settings.py":
        assert not named & {"os.environ", "os.getenv"}


@pytest.mark.parametrize("path", LIBRARY + FLOWS, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_stay_short(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, f"{node.name} is too long"


def test_no_module_is_a_drawer_for_other_things() -> None:
    forbidden = {"utils", "helpers", "common", "misc", "manager", "handler", "base"}
    assert not {path.stem for path in LIBRARY + FLOWS} & forbidden
