"""A reader who wants the counts that were not printed: linear programming over everything that was.

Knows the published files and what the numbers mean, and nothing of how the program chose its cells. The identities are
written out here by hand, apart from the config.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

VIOLENT = ("homicide", "sexual_assault", "robbery", "aggravated_assault", "aggravated_battery")
PROPERTY = ("burglary", "theft", "vehicle_theft", "arson")
SECRET = ("incidents_sexual_assault", "incidents_aggravated_assault")

Cell = tuple[str, str, str]
"""Quarter, place, metric."""
Variable = tuple[int, str, str, str]
"""Number of the release, quarter, place, quantity."""


def read_release(data: bytes) -> dict[Cell, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(data.decode(), newline=""))
    return {(row["quarter"], row["district_id"], row["metric_id"]): row for row in rows}


class Attack:
    """Equations and inequalities over what two releases print."""

    def __init__(self, releases: Sequence[bytes]) -> None:
        self.releases = [read_release(data) for data in releases]
        self.columns: dict[Variable, int] = {}
        self.fixed: dict[int, float] = {}
        self.unchanged: set[tuple[str, str]] = set()
        self.equal: list[tuple[dict[int, float], float]] = []
        self.at_most: list[tuple[dict[int, float], float]] = []
        for number, rows in enumerate(self.releases):
            self._read_figures(number, rows)
            for quarter, place in sorted({cell[:2] for cell in rows}):
                self._add_place(number, quarter, place)
            self._add_sums(number, rows)
        self._add_links()
        self._rows = {
            "A_eq": self._matrix(self.equal),
            "b_eq": [value for _, value in self.equal],
            "A_ub": self._matrix(self.at_most),
            "b_ub": [value for _, value in self.at_most],
        }

    def hidden(self, number: int = 0) -> list[Cell]:
        """Return the suppressed counts of one release."""
        rows = self.releases[number].items()
        return sorted(cell for cell, row in rows if row["state"] == "suppressed" and row["unit"] == "incidents")

    def limits(self, cell: Cell, number: int = 0) -> tuple[float, float]:
        """Return the least and greatest value that a cell can have."""
        column = self._column(number, *cell)
        goal = np.zeros(len(self.columns))
        goal[column] = 1.0
        bounds = [(self.fixed.get(i, 0.0), self.fixed.get(i)) for i in range(len(self.columns))]
        assert column < self._rows["A_eq"].shape[1]
        found = []
        for sign in (1.0, -1.0):
            result = linprog(
                sign * goal,
                **self._rows,
                bounds=bounds,
                method="highs",
            )
            assert result.status in (0, 3), f"the printed figures contradict each other: {result.message}"
            found.append(float(sign * result.fun) if result.status == 0 else sign * -np.inf)
        return round(found[0], 6), round(found[1], 6)

    def is_printed_before(self, cell: Cell) -> bool:
        """Whether the release before prints a cell, of a place and quarter that have not changed since."""
        return cell[:2] in self.unchanged and bool(self.releases[1].get(cell, {}).get("value"))

    def _column(self, number: int, quarter: str, place: str, quantity: str) -> int:
        return self.columns.setdefault((number, quarter, place, quantity), len(self.columns))

    def _matrix(self, rows: Sequence[tuple[dict[int, float], float]]) -> csr_array:
        cells = [(line, column, factor) for line, (terms, _) in enumerate(rows) for column, factor in terms.items()]
        lines, columns, factors = zip(*cells, strict=True)
        return csr_array((factors, (lines, columns)), shape=(len(rows), len(self.columns)))

    def _read_figures(self, number: int, rows: dict[Cell, dict[str, str]]) -> None:
        """Each printed number is the value of a quantity; a rate is one too, given the residents it names."""
        for (quarter, place, metric), row in rows.items():
            column = self._column(number, quarter, place, metric)
            if row["value"] and row["unit"] == "incidents":
                self.fixed[column] = float(row["value"])
            elif row["numerator"] and row["unit"] == "share":
                for part, quantity in (("numerator", f"arrests_{metric}"), ("denominator", f"whole_{metric}")):
                    self.fixed[self._column(number, quarter, place, quantity)] = float(row[part])
            elif row["value"] and row["unit"] == "per_1000":
                metric_id, count = metric.replace("rate_", "incidents_"), float(row["numerator"])
                self._equal(number, quarter, place, {metric_id: 1}, count)

    def _equal(self, number: int, quarter: str, place: str, terms: dict[str, float], value: float = 0.0) -> None:
        columns = {self._column(number, quarter, place, name): factor for name, factor in terms.items()}
        self.equal.append((columns, value))

    def _at_most(self, number: int, quarter: str, place: str, small: Sequence[str], large: Sequence[str]) -> None:
        terms: dict[int, float] = {}
        for names, sign in ((small, 1.0), (large, -1.0)):
            for name in names:
                column = self._column(number, quarter, place, name)
                terms[column] = terms.get(column, 0.0) + sign
        self.at_most.append((terms, 0.0))

    def _add_place(self, number: int, quarter: str, place: str) -> None:
        here = (number, quarter, place)
        for whole, parts in (("violent", VIOLENT), ("property", PROPERTY)):
            terms = {f"incidents_{part}": 1.0 for part in parts}
            self._equal(*here, {**terms, f"incidents_{whole}": -1.0})
            self._equal(*here, {f"whole_arrest_share_{whole}": 1.0, f"incidents_{whole}": -1.0})
            self._at_most(*here, [f"arrests_arrest_share_{whole}"], [f"incidents_{whole}"])
        self._equal(*here, {"whole_arrest_share_all": 1.0, "incidents_all": -1.0})
        self._at_most(*here, ["incidents_aggravated_assault"], ["incidents_assault_harassment"])
        # Violent, property, drugs, weapons, and what else is among assaults and harassment: all different incidents.
        apart = ["incidents_violent", "incidents_property", "incidents_drug", "incidents_weapons"]
        self._at_most(
            *here, [*apart, "incidents_assault_harassment"], ["incidents_all", "incidents_aggravated_assault"]
        )
        for part in ("domestic", "transit"):
            self._at_most(*here, [f"incidents_{part}"], ["incidents_all"])
        self._at_most(*here, ["incidents_carjacking"], ["incidents_robbery"])
        kinds = ["arrests_arrest_share_violent", "arrests_arrest_share_property"]
        self._at_most(*here, kinds, ["arrests_arrest_share_all"])

    def _add_sums(self, number: int, rows: dict[Cell, dict[str, str]]) -> None:
        places = sorted({place for _, place, _ in rows} - {"city"})
        summed = {(q, m) for (q, _, m), row in rows.items() if row["unit"] == "incidents"}
        summed |= {(q, f"arrests_{m}") for (q, _, m), row in rows.items() if row["unit"] == "share"}
        for quarter, quantity in sorted(summed):
            terms = {self._column(number, quarter, place, quantity): 1.0 for place in places}
            terms[self._column(number, quarter, "city", quantity)] = -1.0
            self.equal.append((terms, 0.0))

    def _add_links(self) -> None:
        """Where two releases print the same of a place and quarter, the incidents are taken to be the same."""
        if len(self.releases) < 2:
            return
        now, before = self.releases
        for quarter, place in sorted({cell[:2] for cell in now} & {cell[:2] for cell in before}):
            metrics = [m for q, p, m in now if (q, p) == (quarter, place) and now[q, p, m]["unit"] == "incidents"]
            pairs = [(now[quarter, place, m], before[quarter, place, m]) for m in metrics if m not in SECRET]
            if all(one["value"] == other["value"] for one, other in pairs):
                self.unchanged.add((quarter, place))
                for metric in metrics:
                    columns = [self._column(number, quarter, place, metric) for number in (0, 1)]
                    self.equal.append(({columns[0]: 1.0, columns[1]: -1.0}, 0.0))


def find_leaks(releases: Sequence[bytes], most: int = 2) -> list[tuple[Cell, tuple[float, float]]]:
    """Return the suppressed cells whose range is less than 0 to `most` (of the second metric: less than that wide).

    The city's own cell is no small count: it must only be as wide. What the release before prints of a place that has
    not changed since is no secret.

    Args:
        releases: `measures.csv` of the newest release, and of the one before it.
        most: One less than the limit of the rule.
    """
    attack = Attack(releases)
    leaks = []
    for number, _ in enumerate(releases):
        for cell in attack.hidden(number):
            if number == 0 and attack.is_printed_before(cell):
                continue
            low, high = attack.limits(cell, number)
            is_first = cell[2] == SECRET[0] and cell[1] != "city"
            if (is_first and (low > 0 or high < most)) or high - low < most:
                leaks.append((cell, (low, high)))
    return leaks
