"""Settings: config files and `DISTRICT_REPORTS_*` values, read once, into one frozen record.

The only module that reads the environment, and the only one that knows where assets lie: inside an installed
wheel (`district_reports/_assets`) or beside the package in a checkout.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, ValidationError

from district_reports.config import City, District, Language, Metric, Metrics, Report, Source
from district_reports.config_distribution import Distribution, MailingList
from district_reports.config_guide import Resources
from district_reports.config_outcomes import AskedFor, CommunityArea, Outcomes
from district_reports.config_sample import Sample
from district_reports.environment import PREFIX, DeskSettings, check_url, read_desk_settings, read_environment
from district_reports.errors import ConfigError
from district_reports.model import CITY, Record

FILES = (
    *("city", "districts", "sources", "metrics", "report", "languages", "sample"),
    *("outcomes", "asked", "communities", "resources"),
    "distribution",
)
NO_INPUT = ("distribution",)
"""Files that decide no byte of a report."""

R = TypeVar("R", bound=Record)


class Settings(Record):
    """Everything a run is told from outside, validated."""

    city: City
    districts: tuple[District, ...]
    sources: tuple[Source, ...]
    metrics: Metrics
    report: Report
    languages: tuple[Language, ...]
    sample: Sample
    outcomes: Outcomes
    asked: tuple[AskedFor, ...]
    communities: tuple[CommunityArea, ...]
    resources: Resources
    distribution: Distribution = Distribution()
    desk: DeskSettings = Field(default=DeskSettings(), exclude=True, repr=False)
    """Holds secrets: never written anywhere."""
    config_digest: str
    """Digest of all config files; part of every edition's inputs."""
    portal_url: str
    county_portal_url: str = ""
    app_token: str = Field(default="", exclude=True, repr=False)
    """Never written anywhere: a scheduler keeps what its flows are called with."""
    database_url: str = Field(default="", exclude=True, repr=False)
    """Of the records of people; empty: a file in the data directory. May hold a password, so never written anywhere."""
    data_dir: Path | None = None
    """None: the command's own default."""
    records_dir: Path | None = None
    """None: the command's own default."""

    @property
    def portal_domains(self) -> tuple[str, ...]:
        """Hosts of the portals, without port: the same portal may answer on another one tomorrow."""
        urls = (self.portal_url, self.county_portal_url)
        return tuple(dict.fromkeys(urlsplit(url).hostname or "" for url in urls if url))

    @property
    def district_ids(self) -> tuple[str, ...]:
        """Ids of the districts, in the order of the config file."""
        return tuple(district.district_id for district in self.districts)

    def district(self, district_id: str) -> District:
        """Return one district.

        Raises:
            ConfigError: If there is none of that id.
        """
        return _pick(self.districts, "district_id", district_id, "district")

    def source(self, source_id: str) -> Source:
        """Return one source.

        Raises:
            ConfigError: If there is none of that id.
        """
        return _pick(self.sources, "source_id", source_id, "source")

    def language(self, tag: str) -> Language:
        """Return one language.

        Raises:
            ConfigError: If there is none of that tag.
        """
        return _pick(self.languages, "tag", tag, "language")

    def metric(self, metric_id: str) -> Metric:
        """Return one metric.

        Raises:
            ConfigError: If there is none of that id.
        """
        return _pick(self.metrics.metrics, "metric_id", metric_id, "metric")


def _pick(items: tuple[R, ...], key: str, wanted: str, what: str) -> R:
    for item in items:
        if getattr(item, key) == wanted:
            return item
    allowed = ", ".join(getattr(item, key) for item in items)
    raise ConfigError(f"{what}: expected one of {allowed}, got {wanted!r}")


def find_asset(*parts: str) -> Path:
    """Return the path of a shipped template or config file or folder.

    Raises:
        ConfigError: If it is not there.
    """
    package = Path(__file__).parent
    for root in (package / "_assets", package.parent):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise ConfigError(f"asset: expected {'/'.join(parts)} beside or inside the package, found none")


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this run.

    Args:
        environ: The environment; the process's own when None.

    Raises:
        ConfigError: If a file or value is missing, malformed or unknown.
    """
    values = read_environment(os.environ if environ is None else environ)
    files = _find_files(values.get("CITY", "chicago"), values.get("CONFIG_DIR"))
    tables = {name: _load_toml(path) for name, path in files.items()}
    city = _build(City, tables["city"], files["city"])
    portal_url = check_url(values.get("PORTAL_URL", city.portal_url))
    county_url = values.get("COUNTY_PORTAL_URL", city.county_portal_url)
    report = _build(Report, tables["report"], files["report"])
    site_url = values.get("SITE_URL", "")
    if site_url:
        report = report.model_copy(update={"site": report.site.model_copy(update={"url": check_url(site_url, "site")})})
    settings = Settings(
        city=city,
        districts=_build_list(District, tables["districts"], "district", files["districts"]),
        sources=_build_named(Source, tables["sources"], "source_id", files["sources"]),
        metrics=_build_metrics(tables["metrics"], files["metrics"]),
        report=report,
        languages=_build_list(Language, tables["languages"], "language", files["languages"]),
        sample=_build(Sample, tables["sample"], files["sample"]),
        outcomes=_build(Outcomes, tables["outcomes"], files["outcomes"]),
        asked=_build_named(AskedFor, tables["asked"], "asked_id", files["asked"]),
        communities=_build_list(CommunityArea, tables["communities"], "community", files["communities"]),
        resources=_build(Resources, tables["resources"], files["resources"]),
        distribution=Distribution(
            lists=_build_named(MailingList, tables["distribution"], "list_id", files["distribution"])
        ),
        desk=read_desk_settings(values),
        config_digest=_digest_files(files, site_url),
        portal_url=portal_url,
        county_portal_url=check_url(county_url) if county_url else "",
        app_token=values.get("APP_TOKEN", ""),
        database_url=values.get("DATABASE_URL", ""),
        data_dir=Path(values["DATA_DIR"]) if values.get("DATA_DIR") else None,
        records_dir=Path(values["RECORDS_DIR"]) if values.get("RECORDS_DIR") else None,
    )
    _require_consistent(settings, files)
    return settings


def _find_files(city: str, overlay: str | None) -> dict[str, Path]:
    """Return each config file: the overlay's where it has one, else the shipped one."""
    if not city.isidentifier():
        raise ConfigError(f"{PREFIX}CITY: expected a name of letters, digits and underscores, got {city!r}")
    if overlay is not None and not Path(overlay).is_dir():
        raise ConfigError(f"{PREFIX}CONFIG_DIR: expected a folder, got {overlay!r}")
    found: dict[str, Path] = {}
    for name in FILES:
        over = Path(overlay) / f"{name}.toml" if overlay else None
        found[name] = (
            over if over is not None and over.is_file() else find_asset("config", "cities", city, f"{name}.toml")
        )
    return found


def _load_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: expected a readable TOML file, got {error}") from error


def _build(record: type[R], table: Mapping[str, Any], path: Path, where: str = "") -> R:
    try:
        return record.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in (*([where] if where else []), *first["loc"]))
        raise ConfigError(f"{path}: {key or 'the file'}: {first['msg']}, got {first['input']!r:.80}") from error


def _build_list(record: type[R], table: Mapping[str, Any], key: str, path: Path) -> tuple[R, ...]:
    unknown = sorted(set(table) - {key})
    if unknown or not isinstance(table.get(key), list):
        raise ConfigError(f"{path}: expected tables [[{key}]] alone, got {', '.join(sorted(table)) or 'nothing'}")
    return tuple(_build(record, entry, path, f"{key} {number}") for number, entry in enumerate(table[key], 1))


def _build_named(record: type[R], table: Mapping[str, Any], key: str, path: Path) -> tuple[R, ...]:
    for name, entry in table.items():
        if not isinstance(entry, dict):
            raise ConfigError(f"{path}: expected a table [{name}], got {entry!r:.80}")
    return tuple(_build(record, {key: name, **entry}, path, name) for name, entry in table.items())


def _build_metrics(table: Mapping[str, Any], path: Path) -> Metrics:
    entries = {name: entry for name, entry in table.items() if name != "offences"}
    metrics = _build_named(Metric, entries, "metric_id", path)
    return _build(Metrics, {"offences": table.get("offences", {}), "metrics": [m.model_dump() for m in metrics]}, path)


def _digest_files(files: Mapping[str, Path], site_url: str) -> str:
    """Return the digest of everything that is told from outside and decides bytes of a report."""
    digest = hashlib.sha256(f"site {site_url}\0".encode() if site_url else b"")
    for name in sorted(set(files) - set(NO_INPUT)):
        digest.update(name.encode() + b"\0" + files[name].read_bytes() + b"\0")
    return digest.hexdigest()


def _require_consistent(settings: Settings, files: Mapping[str, Path]) -> None:
    """Refuse files that contradict each other."""
    for what, ids in (("district", settings.district_ids), ("language", [x.tag for x in settings.languages])):
        if len(set(ids)) != len(ids):
            raise ConfigError(f"{files[what + 's']}: expected each {what} once, got {', '.join(ids)}")
    known = {metric.metric_id for metric in settings.metrics.metrics}
    report = settings.report
    if len(report.trends) != 2 or not set(report.trends) <= set(report.key_facts):
        raise ConfigError(f"{files['report']}: trends: expected two of the key facts, got {', '.join(report.trends)}")
    used = (
        *report.key_facts,
        *report.trends,
        *report.offences,
        *report.parts,
        *report.arrest_shares,
        report.all_incidents,
    )
    _require_known(used, known, "metric", files["report"])
    _require_known([m.share_of for m in settings.metrics.metrics if m.share_of], known, "metric", files["metrics"])
    groups = [group for metric in settings.metrics.metrics for group in metric.offence_groups]
    groups += [more.group for metric in settings.metrics.metrics for more in metric.also]
    _require_known(groups, set(settings.metrics.offences.groups), "offence group", files["metrics"])
    _require_known(settings.sample.weights, set(settings.district_ids), "district", files["sample"])
    _require_known(settings.resources.places, set(settings.district_ids), "district", files["resources"])
    lists, tags = settings.distribution.lists, {language.tag for language in settings.languages}
    _require_known([x.place for x in lists], {*settings.district_ids, CITY}, "place", files["distribution"])
    _require_known([x.language for x in lists], tags, "language", files["distribution"])
    if settings.outcomes.disclosure:
        cells = (settings.outcomes.disclosure.metric_id, settings.outcomes.disclosure.beside)
        _require_known(cells, known, "metric", files["outcomes"])
    if any(source.portal == "county" for source in settings.sources) and not settings.county_portal_url:
        raise ConfigError(f"{files['city']}: county_portal_url: expected an address, since sources need it, got none")


def _require_known(used: Any, known: set[str], what: str, path: Path) -> None:
    unknown = sorted(set(used) - known)
    if unknown:
        raise ConfigError(f"{path}: {what}: expected one of {', '.join(sorted(known))}, got {', '.join(unknown)}")
