"""The data as others can use them: a dictionary of the numbers, a description for programs, a record for searching.

`dictionary.csv` has one row for each metric of `measures.csv`; `datapackage.json` follows the Frictionless Data Package
(version 1); a JSON-LD `Dataset` stands in the data page. Nothing here computes a number: the rows are those of the
release, byte for byte.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from hashlib import sha256
from io import StringIO
from typing import Any

from district_reports.addresses import city_path, version_path
from district_reports.errors import ContractError, TranslationError
from district_reports.model import PublicVersion, State
from district_reports.periods import Quarter
from district_reports.publish.site_frame import Site
from district_reports.render.edge import plain
from district_reports.render.i18n import Words
from district_reports.render.metric_names import name_measure
from district_reports.settings import Settings

MEASURES, DICTIONARY, PACKAGE = "measures.csv", "dictionary.csv", "datapackage.json"
COLUMNS = {
    "district_id": "string",
    "quarter": "string",
    "metric_id": "string",
    "value": "number",
    "unit": "string",
    "numerator": "integer",
    "denominator": "integer",
    "state": "string",
    "as_of": "date",
    "origin_id": "string",
}
"""Columns of `measures.csv`, each with its type in a Table Schema."""
KEY = ("district_id", "quarter", "metric_id")
OPTIONAL = ("value", "numerator", "denominator")
ABOUT = ("metric_id", "unit", "source", "source_page", "definition")
"""Columns of `dictionary.csv` before the names."""


def write_dictionary(
    settings: Settings, words: Mapping[str, Words], measures: bytes, definitions: Mapping[str, str]
) -> bytes:
    """Return the dictionary of the metrics of `measures.csv`: id, unit, source, definition, a name in each language.

    Args:
        settings: For names and sources.
        words: The languages of the site, in their order.
        measures: The release's file.
        definitions: By metric, what is counted, in the words of the config; none of a metric that it no longer has.

    Raises:
        ContractError: If it is no such file.
    """
    told: dict[str, tuple[str, str]] = {}
    for row in read_measures(measures):
        told.setdefault(row["metric_id"], (row["unit"], row["origin_id"]))
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*ABOUT, *(f"name_{tag}" for tag in words)))
    for metric_id, (unit, origin) in sorted(told.items()):
        source, page = _source_of(settings, origin)
        definition = definitions.get(metric_id, "")
        names = (_name(settings, each, metric_id) for each in words.values())
        writer.writerow([_cell(cell) for cell in (metric_id, unit, source, page, definition, *names)])
    return text.getvalue().encode()


def read_measures(measures: bytes) -> list[dict[str, str]]:
    """Return the rows of `measures.csv`, all as text.

    Raises:
        ContractError: If its columns are others, or it is no text.
    """
    try:
        reader = csv.DictReader(StringIO(measures.decode()), strict=True)
        head = tuple(reader.fieldnames or ())
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise _broken(f"expected a table, got {error}") from error
    if head != tuple(COLUMNS):
        raise _broken(f"expected the columns {', '.join(COLUMNS)}, got {', '.join(head)[:200] or 'none'}")
    return rows


def _broken(problem: str) -> ContractError:
    return ContractError(f"{MEASURES}: {problem}", table=MEASURES, problems=[problem])


def _source_of(settings: Settings, origin: str) -> tuple[str, str]:
    """Return the source's id and page; what no portal publishes has no page."""
    source_id = origin.partition(" ")[0]
    known = {source.source_id: source.page_url for source in settings.sources}
    return origin, known.get(source_id, "")


def _name(settings: Settings, words: Words, metric_id: str) -> str:
    """Return a metric's name; none for one that a later catalogue no longer names."""
    try:
        return name_measure(words, settings, metric_id)
    except TranslationError:
        return ""


def _cell(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write_package(
    settings: Settings, words: Words, *, quarter: str, version: int, measures: bytes, dictionary: bytes
) -> bytes:
    """Return `datapackage.json` of a version: what its tables hold, how large they are, and their hashes."""
    months = words.months_of(Quarter.parse(quarter))
    city = settings.city
    package = dict(
        profile="tabular-data-package",
        name=f"{city.city_id.lower().replace('_', '-')}-{quarter.lower()}",
        title=words.text("site.data.dataset_title", city=city.name, months=months),
        description=words.text("site.data.dataset"),
        version=f"{quarter}.{version}",
        homepage=settings.report.site.url,
        sources=[dict(title=each.title, path=each.page_url) for each in settings.sources],
        resources=[
            _resource(MEASURES, measures, _measures_schema()),
            _resource(DICTIONARY, dictionary, _dictionary_schema(dictionary)),
        ],
    )
    return _json(package)


def _resource(name: str, data: bytes, schema: dict[str, Any]) -> dict[str, Any]:
    return dict(
        profile="tabular-data-resource",
        name=name.removesuffix(".csv"),
        path=name,
        format="csv",
        mediatype="text/csv",
        encoding="utf-8",
        bytes=len(data),
        hash=f"sha256:{sha256(data).hexdigest()}",
        schema=schema,
    )


def _measures_schema() -> dict[str, Any]:
    fields = []
    for name, kind in COLUMNS.items():
        field: dict[str, Any] = dict(name=name, type=kind)
        if name not in OPTIONAL:
            field["constraints"] = dict(required=True)
        if name == "state":
            field["constraints"]["enum"] = [state.value for state in State]
        if name == "quarter":
            field["constraints"]["pattern"] = "[12][0-9]{3}Q[1-4]"
        fields.append(field)
    reference = dict(resource=DICTIONARY.removesuffix(".csv"), fields="metric_id")
    return dict(
        fields=fields,
        missingValues=[""],
        primaryKey=list(KEY),
        foreignKeys=[dict(fields="metric_id", reference=reference)],
    )


def _dictionary_schema(dictionary: bytes) -> dict[str, Any]:
    head = next(csv.reader(StringIO(dictionary.decode())))
    return dict(fields=[dict(name=name, type="string") for name in head], primaryKey="metric_id")


def make_dataset(site: Site, words: Words, version: PublicVersion) -> dict[str, Any]:
    """Return the JSON-LD record of a version's data (schema.org `Dataset`)."""
    release, settings = version.release, site.settings
    quarters = Quarter.parse(release.quarter).window(settings.report.history_quarters)
    base = version_path(release.quarter, release.version)
    files = {file.path: file for file in release.files}
    types = {MEASURES: "text/csv", DICTIONARY: "text/csv", PACKAGE: "application/json"}
    publisher = {"@type": "Organization", "name": settings.report.publisher, "url": settings.report.site.url}
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": site.url(base),
        "name": words.text("site.data.dataset_title", city=site.city_name(words), months=site.months(words, version)),
        **dict(description=words.text("site.data.dataset")),
        "url": site.url(city_path(words.language.tag, "data")),
        "inLanguage": list(site.tags),
        "version": str(release.version),
        "datePublished": release.published_at.astimezone(site.zone).date().isoformat(),
        "temporalCoverage": f"{quarters[0].start.isoformat()}/{quarters[-1].end.isoformat()}",
        "spatialCoverage": settings.city.name,
        "isAccessibleForFree": True,
        "creator": publisher,
        "publisher": publisher,
        "isBasedOn": [source.page_url for source in settings.sources],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": name,
                "encodingFormat": kind,
                "contentUrl": site.url(base + name),
                "contentSize": str(files[name].size),
                "sha256": files[name].sha256,
            }
            for name, kind in types.items()
            if name in files
        ],
    }


def in_script(record: Mapping[str, Any]) -> str:
    """Return a record as JSON that cannot end the script element it stands in."""
    text = plain(json.dumps(record, ensure_ascii=False, sort_keys=True))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _json(record: Mapping[str, Any]) -> bytes:
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()
