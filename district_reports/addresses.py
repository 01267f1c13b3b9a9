"""Where things stand on the public site: one scheme, for links in print, mail, feeds and pages.

```
/                                        choice of language
/<language>/                             the city: finder, archive, methods
/<language>/<place>/                     a place: the newest report first
/<language>/<place>/feed.xml
/<quarter>/v<N>/<place>/<language>/…     the files of one edition, as they were signed
/<quarter>/latest/                       the newest version that stands
/<quarter>/v<N>/kits/<place>.zip
```
"""

from __future__ import annotations

from urllib.parse import quote


def place_path(language: str, place: str) -> str:
    """Return the path of a place's page, which always shows its newest report."""
    return f"{quote(language)}/{quote(place)}/"


def edition_path(quarter: str, version: int, place: str, language: str, name: str = "report.html") -> str:
    """Return the path of a file of an edition; version 0: the newest that stands."""
    folder = f"v{version}" if version else "latest"
    return f"{quote(quarter)}/{folder}/{quote(place)}/{quote(language)}/{quote(name)}"


def full_url(site_url: str, path: str) -> str:
    """Return the whole address of a path of the site."""
    return f"{site_url.rstrip('/')}/{path}"


def city_path(language: str, name: str = "") -> str:
    """Return the path of a page about the whole site, such as `en/archive/`; without a name: the city's first page."""
    return f"{quote(language)}/{quote(name)}/" if name else f"{quote(language)}/"


def feed_path(language: str, place: str) -> str:
    """Return the path of a place's news feed."""
    return f"{place_path(language, place)}feed.xml"


def calendar_path(language: str) -> str:
    """Return the path of the calendar of releases."""
    return f"{quote(language)}/calendar.ics"


def version_path(quarter: str, version: int, name: str = "") -> str:
    """Return the path of a version's folder, or of a file in it: `kits/007.zip`."""
    return f"{quote(quarter)}/v{version}/{quote(name)}"
