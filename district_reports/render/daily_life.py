"""City services, trust and safety, communities and rates: daily life in numbers."""

from __future__ import annotations

from district_reports.model import Block, Communities, Comparison, Measure
from district_reports.render.sheet import Sheet, step_of
from district_reports.render.standing import is_muted, length_of, list_notices, source_line, tell
from district_reports.render.view import BarRow, BarTable, Figure, Section, Table
from district_reports.render.view_charts import MapArea, MapChart

REQUESTS = "requests_"
ALL = "all"
SCORES = ("trust_score", "safety_score")
BEST_SCORE = 10


def build_requests(sheet: Sheet) -> Section | None:
    """Return requests for city services: how many, and how soon they were closed."""
    block = sheet.dossier.block("requests")
    if block is None:
        return None
    words = sheet.words
    total = block.comparisons[0]
    answer = words.text("requests.missing")
    if total.now.value is not None:
        answer = words.text(
            "requests.answer",
            n=sheet.count(total.now),
            months=sheet.months,
            before=sheet.count(total.year_before),
            word=words.text(f"direction.{total.direction}"),
        )
    return Section(
        section_id="requests",
        question=words.text("requests.question"),
        answer=answer,
        notices=list_notices(sheet, block.freshness),
        bars=(_request_bars(sheet, block.comparisons[1:]),),
        tables=(_request_table(sheet, block),),
        points=(words.text("requests.closed_is_not_fixed"), words.text("requests.left_out")),
    )


def _request_name(sheet: Sheet, metric_id: str) -> str:
    return sheet.words.text(f"requests.kind.{metric_id.removeprefix(REQUESTS)}")


def _request_bars(sheet: Sheet, kinds: tuple[Comparison, ...]) -> BarTable:
    words = sheet.words
    most = max((float(kind.now.value) for kind in kinds if kind.now.value is not None), default=0)
    return BarTable(
        table_id="requests-opened",
        caption=words.text("requests.caption", place=sheet.place, months=sheet.months),
        head=(words.text("requests.kind_head"), words.text("requests.opened_head")),
        rows=tuple(
            BarRow(
                label=_request_name(sheet, kind.metric_id),
                text=sheet.count(kind.now),
                length=length_of(kind.now.value, most),
            )
            for kind in kinds
        ),
        source=source_line(sheet, "requests"),
    )


def _request_table(sheet: Sheet, block: Block) -> Table:
    """Return how soon requests were closed, with the year before and the word for the change of their number."""
    words = sheet.words
    days = words.number(sheet.settings.outcomes.requests.closed_within_days if sheet.settings.outcomes.requests else 0)
    rows = []
    for opened in block.comparisons:
        kind = opened.metric_id.removeprefix(REQUESTS)
        share, median = block.find(f"requests_closed_share_{kind}"), block.find(f"requests_days_{kind}")
        rows.append(
            (
                _request_name(sheet, opened.metric_id),
                sheet.count(opened.now),
                sheet.count(opened.year_before),
                words.text(f"direction.{opened.direction}"),
                tell(sheet, share) if share else words.text("number.missing"),
                tell(sheet, median) if median else words.text("number.missing"),
            )
        )
    return Table(
        caption=words.text("requests.table_caption", place=sheet.place, months=sheet.months),
        head=(
            words.text("requests.kind_head"),
            words.text("requests.opened_head"),
            words.text("requests.before_head"),
            words.text("table.in_words"),
            words.text("requests.closed_head", days=days),
            words.text("requests.days_head"),
        ),
        rows=tuple(rows),
        note=words.text("requests.table_note"),
    )


def build_trust(sheet: Sheet) -> Section | None:
    """Return the survey's scores of whole districts and the city, with their period; frozen ones say so."""
    block = sheet.dossier.block("trust")
    if block is None:
        return None
    words = sheet.words
    has_scores = any(measure.value is not None for measure in block.measures)
    answer = words.text("trust.missing")
    if has_scores and block.period is not None:
        first, last = (words.day(day) for day in block.period)
        answer = words.text("trust.answer", first=first, last=last)
    return Section(
        section_id="trust",
        question=words.text("trust.question"),
        answer=answer,
        notices=list_notices(sheet, block.freshness),
        bars=(_trust_bars(sheet, block),) if has_scores else (),
        points=(words.text("trust.what"), words.text("trust.how"), words.text("trust.no_groups")),
    )


def _trust_bars(sheet: Sheet, block: Block) -> BarTable:
    words = sheet.words

    def row(measure: Measure) -> BarRow:
        where = "city" if measure.district_id not in sheet.settings.district_ids else "here"
        return BarRow(
            label=words.text(f"trust.{measure.metric_id}.{where}"),
            text=tell(sheet, measure, decimals=1),
            length=length_of(measure.value, BEST_SCORE),
            is_muted=is_muted(measure),
        )

    ordered = [measure for metric in SCORES for measure in block.measures if measure.metric_id == metric]
    return BarTable(
        table_id="trust-scores",
        caption=words.text("trust.caption", place=sheet.place),
        head=(words.text("trust.score_head"), words.text("trust.points_head")),
        rows=tuple(row(measure) for measure in ordered),
        source=source_line(sheet, "sentiment"),
    )


def build_communities(sheet: Sheet) -> Section | None:
    """Return the communities that make up a good part of the incidents, as bars and a map."""
    communities = sheet.dossier.communities
    if communities is None:
        return None
    words, part = sheet.words, sheet.settings.outcomes.communities
    least = words.number(100 * part.least_share) if part else ""
    note = words.text("communities.note_city" if sheet.is_city else "communities.note", least=least)
    # The city's map has it as its title.
    points = [] if sheet.is_city and communities.shapes else [note]
    if communities.elsewhere:
        points.append(words.text("communities.elsewhere", n=words.number(communities.elsewhere)))
    if communities.unknown:
        points.append(words.text("communities.unknown", n=words.number(communities.unknown)))
    return Section(
        section_id="communities",
        question=words.text("communities.question"),
        answer=words.text("communities.answer", place=sheet.place, months=sheet.months),
        bars=() if sheet.is_city else (_community_bars(sheet, communities),),
        # The map's own table tells all of the city's.
        tables=(_community_table(sheet, communities),) if sheet.is_city and not communities.shapes else (),
        figures=(_community_map(sheet, communities),) if communities.shapes else (),
        points=tuple(points),
    )


def _community_name(sheet: Sheet, area_id: str, name: str) -> str:
    return sheet.words.text("communities.name", number=area_id, name=sheet.words.name(name))


def _community_bars(sheet: Sheet, communities: Communities) -> BarTable:
    words = sheet.words
    most = max(area.count for area in communities.areas) if communities.areas else 0
    return BarTable(
        table_id="communities",
        caption=words.text("communities.caption", place=sheet.place, months=sheet.months),
        head=(words.text("communities.head"), words.text("table.incidents")),
        rows=tuple(
            BarRow(
                label=_community_name(sheet, area.area_id, area.name),
                text=words.text("communities.count", n=words.number(area.count), share=words.number(area.per_100)),
                length=length_of(area.count, most),
            )
            for area in communities.areas
        ),
        source=sheet.source_line,
    )


def _community_table(sheet: Sheet, communities: Communities) -> Table:
    words = sheet.words
    return Table(
        caption=words.text("communities.caption", place=sheet.place, months=sheet.months),
        head=(words.text("communities.head"), words.text("table.incidents")),
        rows=tuple(
            (_community_name(sheet, area.area_id, area.name), words.number(area.count)) for area in communities.areas
        ),
    )


def _community_map(sheet: Sheet, communities: Communities) -> Figure:
    words = sheet.words
    shapes = {shape.area_id: shape.rings for shape in communities.shapes}
    drawn = [area for area in communities.areas if area.area_id in shapes]
    bounds, names = sheet.steps([area.count for area in drawn])
    most = max(drawn, key=lambda area: area.count)
    title = words.text("communities.title", name=words.name(most.name), n=words.number(most.count))
    if sheet.is_city:
        # Where all stand side by side, none is singled out.
        title = words.text("communities.note_city")
    caption = words.text("communities.caption", place=sheet.place, months=sheet.months)
    return Figure(
        figure_id="communities",
        chart=MapChart(
            form="polygons",
            areas=tuple(
                MapArea(
                    area_id=area.area_id,
                    label=area.area_id,
                    value=area.count,
                    text=words.number(area.count),
                    step=step_of(area.count, bounds),
                    rings=shapes[area.area_id],
                    tile=(0, 0),
                )
                for area in drawn
            ),
            step_words=names,
        ),
        title=title,
        subtitle=caption,
        alt=words.text(
            "communities.alt",
            items=sheet.join(
                words.text("communities.alt_item", name=words.name(area.name), n=words.number(area.count))
                for area in drawn
            ),
        ),
        table=_community_table(sheet, communities),
        notes=(words.text("communities.map_note"),),
        source=sheet.source_line,
    )


def build_rates(sheet: Sheet) -> Section | None:
    """Return the counts for every 1,000 residents; None where residents are not known."""
    rates = sheet.dossier.rates
    if not rates:
        return None
    words, first = sheet.words, rates[0]
    points = [words.text("rates.base", n=words.number(first.residents), year=words.year(first.year))]
    if any(rate.is_residents_base_wrong for rate in rates):
        points.append(words.text("rates.wrong_base"))
    rows = tuple(
        (
            sheet.metric_name(f"incidents_{rate.measure.metric_id.removeprefix('rate_')}"),
            tell(sheet, rate.measure, decimals=1),
        )
        for rate in rates
    )
    table = Table(
        caption=words.text("rates.caption", place=sheet.place, months=sheet.months),
        head=(words.text("table.kind"), words.text("rates.head")),
        rows=rows,
    )
    return Section(
        section_id="rates",
        question=words.text("rates.question"),
        answer=words.text("rates.answer"),
        tables=(table,),
        points=tuple(points),
    )
