"""What the lock files pin, and that no file of the project knows a machine, an index or how the project was made."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OWN_NAME = PROJECT["project"]["name"]
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
OF_LOCK = {
    "requirements.lock": [*PROJECT["project"]["dependencies"], *EXTRAS["install"]],
    "requirements-dev.lock": [*PROJECT["project"]["dependencies"], *EXTRAS["install"], *EXTRAS["dev"]],
    "requirements-bench.lock": [*PROJECT["project"]["dependencies"], *EXTRAS["dev"], *EXTRAS["bench"]],
}
WITHOUT_UPPER_BOUND = {
    "certifi": "lists of authorities, versioned by date: an old one is the danger, not a new one",
    "tzdata": "rules of time zones, versioned by date: likewise",
}
PIN = re.compile(r"(?P<name>[a-z0-9.-]+)==(?P<version>[\w.+!]+)(?: ; (?P<marker>[^\\]+?))?(?P<more> \\)?")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


@dataclass(frozen=True)
class Pin:
    """One pinned package, for the machines that the marker names."""

    name: str
    version: str
    marker: str
    hashes: int


def parse_lock(text: str) -> tuple[list[Pin], list[str]]:
    """Return the pins, and every line that is neither a pin nor its hash."""
    pins: list[Pin] = []
    others: list[str] = []
    for line in text.splitlines():
        if match := PIN.fullmatch(line):
            pins.append(Pin(match["name"], match["version"], match["marker"] or "", 0))
        elif HASH.fullmatch(line) and pins:
            last = pins.pop()
            pins.append(Pin(last.name, last.version, last.marker, last.hashes + 1))
        else:
            others.append(line)
    return pins, others


def load_pins(lock: str) -> list[Pin]:
    return parse_lock((ROOT / lock).read_text(encoding="utf-8"))[0]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_holds_pins_and_hashes_and_nothing_else(lock: str) -> None:
    pins, others = parse_lock((ROOT / lock).read_text(encoding="utf-8"))
    assert others == []
    assert len(pins) > 50
    assert [pin.name for pin in pins if not pin.hashes] == []
    assert len({(pin.name, pin.marker) for pin in pins}) == len(pins)


@pytest.mark.parametrize(
    "line",
    [
        "-i https://index.example/simple",
        "--no-index",
        "-f /srv/wheels",
        "-e .",
        "-r other.txt",
        "altair @ file:///srv/wheels/altair-6.3.0.whl",
        "altair @ https://files.example/altair-6.3.0.whl",
        "/srv/wheels/altair-6.3.0.whl",
        "altair>=6.3",
        "altair==6.3.0 --hash=md5:00",
        "# via -r requirements.in",
        "",
    ],
)
def test_any_other_line_in_a_lock_file_is_found(line: str) -> None:
    pin = "altair==6.3.0 \\\n    --hash=sha256:" + "0" * 64
    assert parse_lock(f"{pin}\n{line}\n{pin}\n")[1] == [line]


def test_a_pin_without_a_hash_is_found() -> None:
    assert parse_lock("altair==6.3.0 ; sys_platform == 'linux'\n")[0] == [
        Pin("altair", "6.3.0", "sys_platform == 'linux'", 0)
    ]


def direct(requirements: list[str]) -> list[Requirement]:
    parsed = [Requirement(text) for text in requirements]
    return [requirement for requirement in parsed if canonicalize_name(requirement.name) != OWN_NAME]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_direct_dependency_is_pinned_within_its_bounds(lock: str) -> None:
    pins = load_pins(lock)
    for requirement in direct(OF_LOCK[lock]):
        found = [pin for pin in pins if pin.name == canonicalize_name(requirement.name)]
        assert found, f"{requirement.name} is not in {lock}"
        for pin in found:
            assert requirement.specifier.contains(pin.version), f"{pin.name} {pin.version} in {lock}"


def has_bounds(requirement: Requirement) -> bool:
    operators = {specifier.operator for specifier in requirement.specifier}
    upper = {"<", "<=", "==", "~="}
    return bool(operators & {">=", "==", "~="}) and (bool(operators & upper) or requirement.name in WITHOUT_UPPER_BOUND)


ALL_DIRECT = direct(
    [
        *PROJECT["build-system"]["requires"],
        *PROJECT["project"]["dependencies"],
        *(x for e in EXTRAS.values() for x in e),
    ]
)


@pytest.mark.parametrize("requirement", ALL_DIRECT, ids=str)
def test_every_direct_dependency_has_a_lower_and_an_upper_bound(requirement: Requirement) -> None:
    assert has_bounds(requirement)


@pytest.mark.parametrize(("text", "is_bound"), [("a>=1", False), ("a<2", False), ("a", False), ("a>=1,<2", True)])
def test_a_missing_bound_is_found(text: str, is_bound: bool) -> None:
    assert has_bounds(Requirement(text)) is is_bound


def test_exceptions_to_the_upper_bound_are_still_needed() -> None:
    assert set(WITHOUT_UPPER_BOUND) <= {requirement.name for requirement in ALL_DIRECT}


def test_the_lock_files_agree() -> None:
    """A package has one version for one machine, whichever lock file it is installed from."""
    small, middle, large = ({(p.name, p.marker): p.version for p in load_pins(lock)} for lock in LOCKS)
    for inner, outer in ((small, middle), (middle, large)):
        names = {name: version for (name, marker), version in outer.items() if not marker}
        differing = {key: version for key, version in inner.items() if key[0] in names and names[key[0]] != version}
        assert differing == {}
        assert {name for name, _ in inner} <= {name for name, _ in outer}


# Every file of the project

FORBIDDEN = {
    r"\b(pypi\.org|pythonhosted\.org|registry\.npmjs\.org|registry\.yarnpkg\.com|conda\.anaconda\.org)": "a registry",
    r"--(extra-index-url|index-url|find-links|trusted-host)": "where packages come from",
    r"(?<![\w.])/(work|root|opt/\w+|Users/\w+|home/\w+)/": "a path of one machine",
    r"\b(this|that|my|our|last|previous|next|another) session\b": "how the project was made",
    r"\b(this|the) (issue|ticket|task|brief) (says|said|asks|asked|wants|wanted|decides|requires)\b": "how it was made",
    r"\bassistants?\b|\bchatbots?\b|\blanguage[ ]models?\b": "how the project was made",
}
"""What no file may hold, and what that would tell."""

BINARY = {".png", ".jpg", ".ico", ".parquet", ".pdf", ".ttf", ".otf", ".woff2", ".gz", ".zip"}


def find_forbidden(text: str) -> list[str]:
    """Return each find with what it tells."""
    return [f"{match[0]!r}: {what}" for form, what in FORBIDDEN.items() for match in re.finditer(form, text, re.I)]


def project_files() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return []
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file() and path.suffix not in BINARY]


def test_no_file_names_a_registry_a_machine_or_how_it_was_made() -> None:
    files = project_files()
    if not files:
        pytest.skip("no list of the project's files: git or its folder is missing")
    found = {
        path.relative_to(ROOT).as_posix(): finds
        for path in files
        if (finds := find_forbidden(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "see https://pypi|.org/simple",
        "https://files.pythonhosted|.org/packages",
        "pip install --find|-links x",
        "'/ro|ot/.venv/bin/python'",
        "/ho|me/anna/reports",
        "/Us|ers/anna/reports",
        "as asked in this ses|sion",
        "the is|sue says so",
        "written with an Assis|tant",
    ],
)
def test_what_no_file_may_hold_is_found(text: str) -> None:
    """The stroke keeps this very file clean."""
    assert find_forbidden(text.replace("|", ""))


@pytest.mark.parametrize(
    "text",
    [
        "with requests.Session() as session:",
        "The session of the database ends.",
        "A community session held at the library.",
        "Each quarter is an issue of the report.",
        "the shared network: https://data.example.org/work/done",
        "tests/work/x",
        "Packages come from PyPI.",
    ],
)
def test_ordinary_words_pass(text: str) -> None:
    assert find_forbidden(text) == []
