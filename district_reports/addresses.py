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
