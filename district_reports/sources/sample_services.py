"""Complaints about the police, requests to the city, and a survey: the synthetic city's other offices.

Kinds, values and offices are those of `outcomes.toml`, with invented ones beside them. Cases and requests are opened
by chance and closed after a while, so the newest are open; the survey has stopped some quarters ago.

What belongs here: rows of these three sources. What does not: incidents, and what is counted.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from district_reports.config import Source
from district_reports.config_outcomes import Trust
from district_reports.config_sample import SampleSentiment
from district_reports.errors import ConfigError
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.contract import month_end
from district_reports.sources.sample_seed import seeded
from district_reports.sources.sample_texts import CASE_PREFIX, number_texts, take_texts
from district_reports.tables import arrow_schema

DAY_MINUTES = 24 * 60

MONTHS_PER_YEAR = 12

REQUEST_SCATTER, REQUEST_SWING = 0.1, 0.05
"""Scatter (log) of a kind's requests in a district and month, and how far summer is above the mean."""

REQUEST_MEDIANS, REQUEST_SIGMA = (2.5, 60.0), 1.1
"""Shortest and longest median of the days until a kind is closed; spread of their logarithm around it."""

NEVER_CLOSED_SHARE, CANCELLED_SHARE, NO_DISTRICT_SHARE = 0.03, 0.02, 0.01

ID_DIGITS = 6

SCORES = {"safety": (5.6, 0.5), "trust": (6.0, 0.6)}
"""Mean of the districts' scores, 0-10, and their standard deviation."""

SCORE_NOISE = 0.18
"""Standard deviation of a district's month around its own level."""


class RequestPlan:
    """How many requests of each kind each district has in a month, and how soon a kind is closed."""

    def __init__(self, settings: Settings, month: date) -> None:
        rules, sample = settings.outcomes.requests, settings.sample.requests
        if rules is None or sample is None:
            raise ConfigError("requests: expected a table in outcomes.toml and in sample.toml, got none")
        named = [name for kind in rules.kinds for name in kind.types]
        chance = seeded(settings.sample.seed, "kinds of requests")
        told = chance.uniform(0.4, 1.6, len(named))
        other = np.array([kind.weight for kind in sample.types])
        weights = np.concatenate(
            [told / told.sum() * sample.kinds_share, other / other.sum() * (1 - sample.kinds_share)]
        )
        low, high = np.log(REQUEST_MEDIANS)
        self.names = [*named, *(kind.name for kind in sample.types)]
        self.log_days = chance.uniform(low, high, len(self.names))
        self.rules = rules
        self.chance = seeded(settings.sample.seed, "requests", month)
        districts = np.array([settings.sample.weights[district_id] for district_id in settings.district_ids])
        rates = np.outer(districts / districts.sum(), weights)
        days = (month_end(month) - month).days
        swing = 1 - REQUEST_SWING * np.cos((month.month - 1) / MONTHS_PER_YEAR * 2 * np.pi)
        rates *= sample.rows_per_quarter * days / (365.25 / 4) * swing
        self.counts = self.chance.poisson(rates * self.chance.lognormal(0, REQUEST_SCATTER, rates.shape))

    @property
    def rows(self) -> int:
        """Requests of the month."""
        return int(self.counts.sum())


def request_ids(month: date, rows: int) -> pa.Array:
    """Return the keys of a month's requests, rising."""
    return number_texts(f"{CASE_PREFIX}R{month:%Y%m}", np.arange(rows), ID_DIGITS)


def build_requests(settings: Settings, source: Source, month: date, seen_on: date) -> pa.Table:
    """Return the requests of a month in the source's declared schema, ordered by key, which is by time.

    Args:
        settings: The city.
        source: The source of requests.
        month: Its first day.
        seen_on: Last day of which anything is known.

    Raises:
        ConfigError: If the city does not say how its requests are read, or what the sample's are like.
    """
    plan = RequestPlan(settings, month)
    chance, rows, rules = plan.chance, plan.rows, plan.rules
    district, kind = np.divmod(np.repeat(np.arange(plan.counts.size), plan.counts.ravel()), plan.counts.shape[1])
    order = chance.permutation(rows)
    district, kind = district[order], kind[order]
    opened = np.sort(chance.integers(0, (month_end(month) - month).days * DAY_MINUTES, rows))
    slowness = seeded(settings.sample.seed, "slow districts").normal(0, 0.3, len(settings.districts))
    days = np.exp(plan.log_days[kind] + slowness[district] + chance.normal(0, REQUEST_SIGMA, rows))
    closed = opened + (days * DAY_MINUTES).astype(np.int64) + 1
    lots = chance.random(rows)
    is_open = (closed >= ((seen_on - month).days + 1) * DAY_MINUTES) | (lots < NEVER_CLOSED_SHARE)
    is_cancelled = ~is_open & (lots > 1 - CANCELLED_SHARE) & bool(rules.cancelled_values)
    status = np.where(is_open, 0, np.where(is_cancelled, 2, 1))
    values = [rules.open_values[0], rules.closed_values[0], (*rules.cancelled_values, "")[0]]
    begin = np.datetime64(month, "ms")
    districts = [district_id.lstrip("0") or district_id for district_id in settings.district_ids]
    columns = {
        "request_id": request_ids(month, rows),
        "opened_at": pa.array(begin + opened.astype("timedelta64[m]")),
        "closed_at": pa.array(begin + closed.astype("timedelta64[m]"), mask=is_open),
        "kind": take_texts(plan.names, kind),
        "status": take_texts(values, status),
        "district_id": take_texts(districts, district, chance.random(rows) < NO_DISTRICT_SHARE),
    }
    return pa.table({name: columns[name] for name in source.columns}).cast(arrow_schema(source))


def build_sentiment(settings: Settings, source: Source, quarter: Quarter) -> pa.Table:
    """Return monthly scores of each district, of the areas that districts make up, and of the city, ordered by key.

    Args:
        settings: The city.
        source: The source of scores.
        quarter: The newest quarter that is complete.

    Raises:
        ConfigError: If the city does not say how its scores are read, or when the sample's have stopped.
    """
    rules, sample = settings.outcomes.trust, settings.sample.sentiment
    if rules is None or sample is None:
        raise ConfigError("sentiment: expected a table in outcomes.toml and in sample.toml, got none")
    months = _survey_months(settings, quarter, sample)
    areas = sorted({district.area for district in settings.districts})
    places: list[tuple[str | None, str | None]]
    places = [(district.area, district.district_id.lstrip("0")) for district in settings.districts]
    places += [*((area, None) for area in areas), (None, None)]
    rows, size = len(months) * len(places), len(settings.districts)
    columns = {
        "row_id": number_texts(f"{CASE_PREFIX}S", np.arange(rows), ID_DIGITS),
        "area": pa.array([area for _ in months for area, _ in places], pa.string()),
        "district_id": pa.array([district for _ in months for _, district in places], pa.string()),
        "period_start": pa.array([np.datetime64(month, "ms") for month in months for _ in places]),
        "period_end": pa.array(
            [np.datetime64(month_end(month) - timedelta(days=1), "ms") for month in months for _ in places]
        ),
    }
    belongs = np.array([[district.area == area for district in settings.districts] for area in areas], dtype=float)
    shares = np.concatenate([np.eye(size), belongs / belongs.sum(axis=1, keepdims=True), np.full((1, size), 1 / size)])
    for name, (mean, spread) in SCORES.items():
        scores = _draw_scores(settings, months, name, (mean, spread), rules) @ shares.T
        columns[name] = pa.array(np.round(scores.ravel(), 2))
    return pa.table({name: columns[name] for name in source.columns}).cast(arrow_schema(source))


def _survey_months(settings: Settings, quarter: Quarter, sample: SampleSentiment) -> list[date]:
    last = quarter.shifted(-sample.stopped_quarters_before)
    window = quarter.window(settings.report.history_quarters)
    return [month for each in window if each <= last for month in each.months]


def _draw_scores(
    settings: Settings, months: list[date], name: str, level: tuple[float, float], rules: Trust
) -> npt.NDArray[np.float64]:
    """Return a score for each month and district, as the file writes it."""
    seed, size = settings.sample.seed, len(settings.districts)
    own = seeded(seed, "scores", name).normal(*level, size)
    noise = [seeded(seed, "scores", name, month).normal(0, SCORE_NOISE, size) for month in months]
    scores = np.clip(own + np.reshape(noise, (len(months), size)), 0, 10)
    return np.asarray(scores / rules.scale, dtype=np.float64)
