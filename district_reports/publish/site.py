"""The public site: pages, feeds and indexes around the signed files, made of what is public and nothing else.

No page computes or renders a measure: what has a number stands in `summary.json` of a signed edition and is quoted as
it is. Nothing here touches a file: paths below the site's root and their bytes come out, the same for the same input.

```
index.html                                    choice of language
404.html  robots.txt  sitemap.xml  index.json
<language>/index.html                         finder; archive/, calendar/, corrections/, data/, methods/, your-words/,
<language>/calendar.ics                         accessibility/ beside it
<language>/<place>/index.html  feed.xml
<quarter>/v<N>/<place>/<language>/index.html  one version: how it stands, its files; of a withdrawn one: the reason
```
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from district_reports.addresses import calendar_path, feed_path
from district_reports.model import PublicVersion, Shape
from district_reports.publish.open_data import DICTIONARY, PACKAGE, write_dictionary, write_package
from district_reports.publish.site_calendar import write_releases
from district_reports.publish.site_feed import write_feed, write_sitemap
from district_reports.publish.site_frame import Site, Summaries, open_site
from district_reports.publish.site_index import write_index
from district_reports.publish.site_pages import list_twins, set_pages
from district_reports.publish.site_press import SitePress
from district_reports.publish.site_reports import MAIN, version_page
from district_reports.render.i18n import Words
from district_reports.settings import Settings, find_asset


def build_site(
    settings: Settings,
    words: Mapping[str, Words],
    versions: Sequence[PublicVersion],
    summaries: Summaries,
    shapes: Sequence[Shape],
    now: datetime,
) -> dict[str, bytes]:
    """Return every file of the site that is no signed file: path below the root -> bytes.

    Args:
        settings: The city.
        words: Catalogues of the site's languages, by tag.
        versions: Everything that is or was public, in any order.
        summaries: What may be quoted: (quarter, version) -> {"007/es": summary}. Not needed of withdrawn versions.
        shapes: Outlines of the districts, on a 0-1000 square; empty: a list takes the map's place.
        now: Decides which dates are to come; nothing else.

    Raises:
        RenderError: If a page cannot be set.
        StoreError: If a version names a place, language or file by a name that no address could hold.
    """
    site = open_site(settings, words, versions, summaries, shapes, now)
    files = dict(set_pages(site, SitePress(template_dir=find_asset("templates", "site"))))
    for version in site.versions:
        files.update(_copy_tombstones(site, version, files))
    for tag, each in site.words.items():
        files[calendar_path(tag)] = write_releases(site, each)
        files.update({feed_path(tag, place): write_feed(site, each, place) for place in site.places})
    files["index.json"] = write_index(site)
    files["sitemap.xml"] = write_sitemap(site, list_twins(site))
    files["robots.txt"] = f"User-agent: *\nAllow: /\nSitemap: {site.url('sitemap.xml')}\n".encode()
    return files


def build_open_data(
    settings: Settings,
    words: Mapping[str, Words],
    *,
    quarter: str,
    version: int,
    measures: bytes,
    definitions: Mapping[str, str],
) -> dict[str, bytes]:
    """Return what describes a version's `measures.csv`: `dictionary.csv` and `datapackage.json`.

    Args:
        settings: The city.
        words: Catalogues of the site's languages, by tag.
        quarter: Of the release.
        version: Its number.
        measures: The file's bytes.
        definitions: By metric, what is counted, in the words of the config.

    Raises:
        ContractError: If the measures are no table of measures.
    """
    dictionary = write_dictionary(settings, words, measures, definitions)
    first = next(iter(words.values()))
    package = write_package(settings, first, quarter=quarter, version=version, measures=measures, dictionary=dictionary)
    return {DICTIONARY: dictionary, PACKAGE: package}


def _copy_tombstones(site: Site, version: PublicVersion, pages: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Return the page of a withdrawn version once more where its report stood: links to that lead somewhere."""
    if version.state != "withdrawn":
        return
    for tag in site.tags:
        for place in version.release.places:
            path = version_page(version, place, tag)
            yield path.removesuffix("index.html") + MAIN[0], pages[path]
