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

from district_reports.config import SampleVictims, Source
from district_reports.errors import ConfigError
from district_reports.settings import Settings
from district_reports.sources.sample_rows import Incidents, find_homicides
from district_reports.sources.sample_seed import seeded
from district_reports.sources.sample_texts import CASE_PREFIX, Flags, Integers, number_texts, take_texts
from district_reports.tables import arrow_schema

MORE_SHARE = 0.22
"""Chance that a shooting has one more wounded; of those that have, as many have another one."""

HOMICIDE_MORE_SHARE = 0.12
"""The same for a homicide."""

ID_DIGITS = 5


@dataclass(frozen=True)
class _People:
    """Victims in the making; all arrays have one value for each."""

    row: Integers
    """Number of the incident in its month."""
    is_homicide: Flags
    is_shot: Flags


def build_victims(settings: Settings, source: Source, incidents: Incidents, seen_on: date) -> pa.Table:
    """Return the victims of a month's incidents in the source's declared schema, ordered by key, which is by time.

    Args:
        settings: The city.
        source: The source of victims.
        incidents: From `draw_incidents`.
        seen_on: Last day of which anything is known.

    Raises:
        ConfigError: If the city does not say how its file of victims is read, or what the sample's is like.
    """
    rules, sample = settings.outcomes.victims, settings.sample.victims
    if rules is None or sample is None:
        raise ConfigError("victims: expected a table in outcomes.toml and in sample.toml, got none")
    people = _draw_people(settings, sample, incidents, (seen_on - incidents.month).days)
    districts = [_unpadded(district_id) for district_id in settings.district_ids]
    columns = {
        "victim_id": number_texts(f"{CASE_PREFIX}V{incidents.month:%Y%m}", np.arange(people.row.size), ID_DIGITS),
        "occurred_at": pa.array(
            np.datetime64(incidents.month, "ms") + incidents.minute[people.row].astype("timedelta64[m]")
        ),
        "case_number": number_texts(CASE_PREFIX, incidents.case[people.row]),
        "offence_group": _name_groups(settings, sample, incidents, people),
        "gunshot": take_texts([rules.no_gunshot_values[-1], rules.gunshot_values[-1]], people.is_shot.astype(np.int64)),
        "district_id": take_texts(districts, incidents.district[people.row], incidents.is_outside[people.row]),
    }
    return pa.table({name: columns[name] for name in source.columns}).cast(arrow_schema(source))


def _draw_people(settings: Settings, sample: SampleVictims, incidents: Incidents, day: int) -> _People:
    """Return who was killed or wounded in the incidents that are known on a day, in the order of time."""
    offences = settings.sample.offences
    is_killing = np.isin(incidents.kind, find_homicides(settings))
    shooting_kinds = [number for number, offence in enumerate(offences) if offence.group in sample.shooting_groups]
    chance = seeded(settings.sample.seed, "victims", incidents.month)
    lots = chance.random(incidents.kind.size)
    is_shooting = np.isin(incidents.kind, shooting_kinds) & ~is_killing & (lots < sample.shooting_share)
    is_fatal_shooting = is_killing & (lots < sample.gunshot_share)
    more = chance.geometric(np.where(is_killing, 1 - HOMICIDE_MORE_SHARE, 1 - MORE_SHARE)) - 1
    # The wounded of a homicide were shot if its victim was; nobody else of it is in this file.
    wounded = np.where(is_shooting, 1 + more, np.where(is_fatal_shooting, more, 0))
    is_there = incidents.plan.arrivals.are_there(day)
    killed_rows = np.flatnonzero(is_killing & is_there)
    wounded_rows = np.repeat(np.arange(wounded.size), np.where(is_there, wounded, 0))
    row = np.concatenate([killed_rows, wounded_rows])
    is_homicide = np.arange(row.size) < killed_rows.size
    is_shot = np.concatenate([is_fatal_shooting[killed_rows], np.ones(wounded_rows.size, dtype=bool)])
    order = np.argsort(row, kind="stable")
    return _People(row[order], is_homicide[order], is_shot[order])


def _name_groups(
    settings: Settings, sample: SampleVictims, incidents: Incidents, people: _People
) -> pa.Array:
    """Return each victim's own offence group: a person wounded in a homicide was not killed."""
    groups = [offence.group for offence in settings.sample.offences]
    kind = incidents.kind[people.row]
    is_wounded_there = ~people.is_homicide & np.isin(kind, find_homicides(settings))
    return take_texts([*groups, sample.shooting_groups[0]], np.where(is_wounded_there, len(groups), kind))


def _unpadded(district_id: str) -> str:
    return district_id.lstrip("0") or district_id
