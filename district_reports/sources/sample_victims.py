"""The victims of homicides and of shootings in the synthetic city.

Every homicide that the incidents show has its victim here, of the same case; shootings that nobody died of are some
of the incidents of other kinds. The districts are written without zeros on the left, as another office would.

What belongs here: victims and their rows. What does not: the incidents.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from district_reports.config import Source
from district_reports.errors import ConfigError
from district_reports.settings import Settings
from district_reports.sources.sample_rows import CASE_DIGITS, Incidents, find_homicides
from district_reports.sources.sample_seed import seeded
from district_reports.sources.sample_texts import CASE_PREFIX, Flags, Integers, number_texts, take_texts
from district_reports.tables import arrow_schema

MORE_SHARE = 0.22
"""Chance that a shooting has one more wounded; of those that have, as many have another one."""

HOMICIDE_MORE_SHARE = 0.12
"""The same for a homicide."""

ID_DIGITS = 5


@dataclass(frozen=True)
class People:
    """The victims of a month in the order of time; all arrays have one value for each."""

    month: date
    minute: Integers
    """Minutes since the month began."""
    case: Integers
    """Case number without its prefix."""
    group: Integers
    """Number of the kind in `sample.toml` whose offence group is the victim's own."""
    is_shot: Flags
    district: Integers
    """Number of the district in its file, counted from 0."""
    is_outside: Flags


def draw_victims(settings: Settings, incidents: Incidents, seen_on: date) -> People:
    """Return who was killed or wounded in the incidents that are known on a day; nobody where the sample has none.

    Args:
        settings: The city.
        incidents: From `draw_incidents`.
        seen_on: Last day of which anything is known.
    """
    sample, offences = settings.sample.victims, settings.sample.offences
    groups = sample.shooting_groups if sample else ()
    shooting_kinds = np.array([n for n, offence in enumerate(offences) if offence.group in groups], dtype=np.int64)
    is_killing = np.isin(incidents.kind, find_homicides(settings)) & bool(groups)
    chance = seeded(settings.sample.seed, "victims", incidents.month)
    lots = chance.random(incidents.kind.size)
    is_shooting = np.isin(incidents.kind, shooting_kinds) & ~is_killing
    is_shooting &= lots < (sample.shooting_share if sample else 0)
    is_shot_dead = is_killing & (lots < (sample.gunshot_share if sample else 0))
    more = chance.geometric(np.where(is_killing, 1 - HOMICIDE_MORE_SHARE, 1 - MORE_SHARE)) - 1
    # The wounded of a homicide were shot if its victim was; nobody else of it is in this file.
    wounded = np.where(is_shooting, 1 + more, np.where(is_shot_dead, more, 0))
    is_there = incidents.plan.arrivals.are_there((seen_on - incidents.month).days)
    killed_rows = np.flatnonzero(is_killing & is_there)
    wounded_rows = np.repeat(np.arange(wounded.size), np.where(is_there, wounded, 0))
    rows = np.concatenate([killed_rows, wounded_rows])
    # A person who is wounded where another one dies was not killed.
    group = np.where(is_killing[wounded_rows], shooting_kinds[:1].sum(), incidents.kind[wounded_rows])
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    return People(
        month=incidents.month,
        minute=incidents.minute[rows],
        case=incidents.case[rows],
        group=np.concatenate([incidents.kind[killed_rows], group])[order],
        is_shot=np.concatenate([is_shot_dead[killed_rows], np.ones(wounded_rows.size, dtype=bool)])[order],
        district=incidents.district[rows],
        is_outside=incidents.is_outside[rows],
    )


def build_victims(settings: Settings, source: Source, people: People) -> pa.Table:
    """Return the victims of a month in the source's declared schema, ordered by key, which is by time.

    Args:
        settings: The city.
        source: The source of victims.
        people: From `draw_victims`.

    Raises:
        ConfigError: If the city does not say how its file of victims is read, or what the sample's is like.
    """
    rules = settings.outcomes.victims
    if rules is None or settings.sample.victims is None:
        raise ConfigError("victims: expected a table in outcomes.toml and in sample.toml, got none")
    columns = {
        "victim_id": number_texts(f"{CASE_PREFIX}V{people.month:%Y%m}", np.arange(people.case.size), ID_DIGITS),
        "occurred_at": pa.array(np.datetime64(people.month, "ms") + people.minute.astype("timedelta64[m]")),
        "case_number": number_texts(CASE_PREFIX, people.case, CASE_DIGITS),
        "offence_group": take_texts([offence.group for offence in settings.sample.offences], people.group),
        "gunshot": take_texts([rules.no_gunshot_values[-1], rules.gunshot_values[-1]], people.is_shot.astype(np.int64)),
        "district_id": take_texts([_unpadded(x) for x in settings.district_ids], people.district, people.is_outside),
    }
    return pa.table({name: columns[name] for name in source.columns}).cast(arrow_schema(source))


def _unpadded(district_id: str) -> str:
    return district_id.lstrip("0") or district_id
