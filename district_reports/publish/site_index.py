"""`index.json`: everything that is or was public, for programs, each file with its hash."""

from __future__ import annotations

import json
from typing import Any

from district_reports.addresses import version_path
from district_reports.model import PublicVersion
from district_reports.publish.site_frame import Site

SCHEMA_VERSION = 1


def write_index(site: Site) -> bytes:
    """Return the index: quarters, newest first, each with its versions and their files."""
    quarters: dict[str, list[PublicVersion]] = {}
    for version in site.versions:
        quarters.setdefault(version.release.quarter, []).append(version)
    record = {
        "schema_version": SCHEMA_VERSION,
        "site": site.settings.report.site.url,
        "publisher": site.settings.report.publisher,
        "city": site.settings.city.city_id,
        "languages": list(site.tags),
        "places": list(site.places),
        "quarters": [
            {
                "quarter": quarter,
                "latest": next((each.release.version for each in versions if each.state == "current"), None),
                "versions": [_version(each) for each in versions],
            }
            for quarter, versions in quarters.items()
        ],
    }
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()


def _version(version: PublicVersion) -> dict[str, Any]:
    release = version.release.model_dump(mode="json")
    # The files of a withdrawn version are gone; their hashes stay, so that a copy can still be told.
    return {
        **{name: value for name, value in release.items() if name not in ("quarter", "files")},
        "state": version.state,
        "reason": version.reason,
        "reason_translations": version.reason_translations,
        "ended_at": version.ended_at.isoformat() if version.ended_at else None,
        "superseded_by": version.superseded_by or None,
        "path": version_path(version.release.quarter, version.release.version),
        "files": release["files"],
    }
