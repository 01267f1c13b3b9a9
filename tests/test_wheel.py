"""The wheel works away from the checkout: everything it reads at run time travels inside it."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest

from district_reports.settings import load_settings
from flows.rendering import digest_program

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
PACKAGES = [sysconfig.get_paths()[kind] for kind in ("purelib", "platlib")]

LOOK = """
import json, sys
from importlib.metadata import entry_points, version
import district_reports, flows
from district_reports.render.fonts import find_fonts
from district_reports.render.i18n import load_words
from district_reports.settings import find_asset, load_settings
from flows.rendering import digest_program

settings = load_settings({})
words = load_words(settings.languages, find_asset("templates", "locale"))
json.dump({
    "packages": [district_reports.__file__, flows.__file__],
    "assets": [str(find_asset(*parts)) for parts in (
        ("config",), ("templates", "html"), ("templates", "print"), ("templates", "locale"))],
    "fonts": [str(path) for path in find_fonts()],
    "languages": sorted(words),
    "districts": len(settings.district_ids),
    "version": version("district-reports"),
    "config": settings.config_digest,
    "program": digest_program(),
    "commands": [e.value for e in entry_points(group="console_scripts") if e.name == "district-reports"],
    "path": sys.path,
}, sys.stdout)
"""

DRAFT = """
import json, sys
from datetime import UTC, date, datetime
from pathlib import Path
from district_reports.settings import load_settings
from flows.drafting import open_draft, run_stages
from flows.records import DraftRequest, SourceKind

settings = load_settings({})
request = DraftRequest(
    quarter="2026Q3", source=SourceKind.SAMPLE, districts=("007",), languages=("ar",), data_dir=Path("data").absolute(),
    records_dir=Path("records").absolute(), as_of=date(2026, 10, 8), now=datetime(2026, 10, 8, 12, tzinfo=UTC))
with open_draft(settings, request) as store:
    summary = run_stages(settings, request, store, lambda stage, done, total: None)
json.dump({
    "errors": [edition.error for edition in summary.failed],
    "folder": str(summary.folder),
    "prefect": "prefect" in sys.modules,
    "modules": [str(getattr(m, "__file__", "")) for name, m in sys.modules.items() if name.startswith("district_rep")],
}, sys.stdout)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout with what is installed, and no network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def away(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder far from the checkout; `site` in it holds the installed wheel."""
    folder = tmp_path_factory.mktemp("away")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]
    subprocess.run([*command, str(folder / "site"), str(wheel)], cwd=folder, check=True, capture_output=True)
    return folder


def run_away(away: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the wheel and the installed dependencies, but without the hook that leads to the checkout.

    `-S` leaves out all such hooks; the dependencies are named as a plain folder instead.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DISTRICT_", "PYTHON"))}
    environment |= {"PYTHONPATH": os.pathsep.join([str(away / "site"), *PACKAGES]), "HOME": str(away)}
    command = [sys.executable, "-S", *arguments]
    return subprocess.run(command, cwd=away, env=environment, capture_output=True, text=True, timeout=240)


def run_script(away: Path, script: str) -> Any:
    (away / "script.py").write_text(script, encoding="utf-8")
    done = run_away(away, "script.py")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_wheel_holds_the_packages_the_assets_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    info = next(name.split("/")[0] for name in names if name.endswith("/METADATA"))
    assert {name.split("/")[0] for name in names} == {"district_reports", "flows", info}
    assert f"{info}/licenses/LICENSE" in names
    for folder in ("templates", "config"):
        expected = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        prefix = "district_reports/_assets/"
        assert {name.removeprefix(prefix) for name in names if name.startswith(f"{prefix}{folder}/")} == expected
    modules = {
        path.relative_to(ROOT).as_posix()
        for folder in ("district_reports", "flows")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert modules == {name for name in names if name.endswith(".py")}


def test_everything_is_found_away_from_the_checkout(away: Path) -> None:
    found = run_script(away, LOOK)
    inside = str((away / "site").resolve())
    assert not [entry for entry in found["path"] if Path(entry).resolve() == ROOT]
    assert all(path.startswith(inside) for path in found["packages"])
    assert all(path.startswith(f"{inside}/district_reports/_assets/") for path in found["assets"])
    assert found["languages"] == ["ar", "en", "es", "zh-Hans"]
    assert found["districts"] == 22
    assert found["fonts"]
    assert found["config"] == load_settings({}).config_digest
    assert set(found["commands"]) == {"flows.command_line:main"}


def test_the_wheel_is_the_same_program_as_the_checkout(away: Path) -> None:
    assert run_script(away, LOOK)["program"] == digest_program()


def test_the_command_is_installed_and_helps(away: Path) -> None:
    done = run_away(away, str(away / "site" / "bin" / "district-reports"), "--help")
    assert done.returncode == 0, done.stderr
    assert "draft" in done.stdout
    assert "sync" in done.stdout


def test_the_command_refuses_by_one_line_and_its_code(away: Path) -> None:
    done = run_away(away, str(away / "site" / "bin" / "district-reports"), "draft", "2026Q5")
    assert done.returncode == 2
    assert done.stderr.startswith("district-reports: ")
    assert done.stderr.count("\n") == 1


def test_an_edition_is_made_away_from_the_checkout(away: Path) -> None:
    made = run_script(away, DRAFT)
    assert made["errors"] == []
    assert [path for path in made["modules"] if not path.startswith(str(away))] == []
    assert not made["prefect"]
    edition = Path(made["folder"]) / "007" / "ar"
    assert edition.is_relative_to(away)
    assert b'dir="rtl"' in (edition / "report.html").read_bytes()
    assert (edition / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_the_hook_that_leads_to_the_checkout_would_have_been_used() -> None:
    """Without `-S` the tests above would prove nothing: this environment leads to the checkout."""
    hooks = [path for folder in site.getsitepackages() for path in Path(folder).glob("*.pth")]
    if not any(str(ROOT) in path.read_text(encoding="utf-8", errors="replace") for path in hooks):
        pytest.skip("the package is not installed from the checkout here")
    code = "import district_reports; print(district_reports.__file__)"
    done = subprocess.run([sys.executable, "-c", code], cwd="/", capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).is_relative_to(ROOT)
