"""Police districts and beats as polygons (GeoJSON).

Publisher: City of Chicago, "Boundaries - Police Districts (current)" and "Boundaries - Police Beats (current)";
updated rarely. Traps:

- The map pages (`fthy-xz3r`, `aerh-rz74`) are not the tables: rows come from the ids in the config file.
- Ids are not padded among the districts ("1") and are among the beats ("0111").
- Polygons of "31" belong to no district: they come several times and enclose other municipalities.
- Features come in no order, and a portal sends a thousand unless told otherwise.

What is kept is the publisher's, but for the properties nobody declared; `tidy_areas` pads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from district_reports.config import Source
from district_reports.errors import ContractError, SchemaDriftError
from district_reports.place_ids import pad_id

_SHAPES = ("Polygon", "MultiPolygon")


def canonical_areas(document: Mapping[str, Any], source: Source) -> bytes:
    """Return a feature collection as bytes that depend on nothing but its content.

    Its features are ordered, its keys sorted, and the only properties are the declared ones, by our names.

    Raises:
        SchemaDriftError: If it is no such collection, or a feature lacks a declared property or a polygon.
    """
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise _drift(source, "a GeoJSON feature collection", document.get("type"))
    kept = sorted((_feature(feature, source) for feature in features), key=lambda item: (item[0], item[1]))
    return b'{"features":[' + b",".join(text.encode() for _, text in kept) + b'],"type":"FeatureCollection"}\n'


def _feature(feature: Any, source: Source) -> tuple[str, str]:
    """Return the key and the canonical text of one feature."""
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        raise _drift(source, "a feature with properties", feature)
    properties = {name: feature["properties"].get(column.field) for name, column in source.columns.items()}
    for name, column in source.columns.items():
        value = properties[name]
        if not isinstance(value, str) and not (value is None and column.is_nullable):
            raise _drift(source, f"text in the property {column.field}", value)
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("type") not in _SHAPES or not geometry.get("coordinates"):
        raise _drift(source, "a polygon in each feature", geometry)
    kept = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": geometry["type"], "coordinates": geometry["coordinates"]},
    }
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return str(properties[source.key]), text


def _drift(source: Source, expected: str, got: Any) -> SchemaDriftError:
    message = f"{source.source_id}: expected {expected}, got {got!r:.80}"
    return SchemaDriftError(message, source_id=source.source_id)


def area_keys(geojson: bytes, source: Source) -> list[str]:
    """Return the key of each area, in the order of the features.

    Raises:
        ContractError: If the bytes are not what `canonical_areas` gives.
    """
    try:
        return [str(feature["properties"][source.key]) for feature in json.loads(geojson)["features"]]
    except (ValueError, KeyError, TypeError) as error:
        message = f"{source.source_id}: expected features with the property {source.key}, got {error!r}"
        raise ContractError(message, table=source.source_id) from error


def tidy_areas(geojson: bytes, source: Source, district_ids: Sequence[str]) -> bytes:
    """Return the areas with district ids padded as the city writes them; bytes of the same form.

    Args:
        geojson: As kept in the store.
        source: Of the form `areas`. A column that is named `district_id`, or the key of a source that has none,
            holds district ids; where both are there the key is another kind of area and stays as it is.
        district_ids: Ids of the city's districts.

    Raises:
        ContractError: If the bytes are not what the store keeps.
    """
    padded = "district_id" if "district_id" in source.columns else source.key
    try:
        document = json.loads(geojson)
        for feature in document["features"]:
            properties = feature["properties"]
            properties[padded] = pad_id(properties[padded], district_ids)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{source.source_id}: expected features with the property {padded}, got {error!r}"
        raise ContractError(message, table=source.source_id) from error
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"
    return text.encode()
