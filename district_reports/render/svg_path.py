"""The paths of our pictures: straight lines, written in tenths of a pixel and in as few signs as may be.

Places are rounded before they are told as steps from the one before, so that rounding never adds up. What does not
belong here: curves, which no chart of ours has.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"([A-Za-z])|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_STEPS = "lhvm"

Points = list[tuple[int, int]]


def read_path(path: str, x: float = 0, y: float = 0) -> list[tuple[Points, bool]]:
    """Return the lines of a path: points in tenths of a pixel, and whether the line is closed.

    Args:
        path: The `d` of a path element; straight lines only.
        x: Added to every place, pixels.
        y: Added to every place, pixels.

    Raises:
        ValueError: If it holds anything but straight lines.
    """
    commands = _commands(path)
    lines: list[tuple[Points, bool]] = []
    here = (0.0, 0.0)
    for name, numbers in commands:
        if name in "Zz":
            if lines:
                lines[-1] = (lines[-1][0], True)
            continue
        here = _step(name, numbers, here)
        if name in "Mm":
            lines.append(([], False))
        lines[-1][0].append((round((here[0] + x) * 10), round((here[1] + y) * 10)))
    return lines


def _commands(path: str) -> list[tuple[str, list[float]]]:
    """Return each command with its one or two numbers."""
    commands: list[tuple[str, list[float]]] = []
    name = ""
    numbers: list[float] = []
    for letter, number in _TOKEN.findall(path):
        if letter:
            name, numbers = letter, []
            if name not in "MLHVZmlhvz" or (not commands and name not in "Mm"):
                raise ValueError(f"path: expected straight lines from a first place, got {path!r:.60}")
            if name in "Zz":
                commands.append((name, []))
            continue
        numbers.append(float(number))
        if len(numbers) == (1 if name in "HVhv" else 2):
            commands.append((name, numbers))
            # After a first place, further pairs are lines.
            name, numbers = {"M": "L", "m": "l"}.get(name, name), []
    return commands


def _step(name: str, numbers: list[float], here: tuple[float, float]) -> tuple[float, float]:
    from_x, from_y = here if name in _STEPS else (0.0, 0.0)
    if name in "Hh":
        return from_x + numbers[0], here[1]
    if name in "Vv":
        return here[0], from_y + numbers[0]
    return from_x + numbers[0], from_y + numbers[1]


def write_path(lines: list[tuple[Points, bool]]) -> str:
    """Return the shortest plain form of the lines."""
    return "".join(_write_line(points, is_closed) for points, is_closed in lines)


def _write_line(points: Points, is_closed: bool) -> str:
    if is_closed and len(points) > 1 and points[-1] == points[0]:
        points = points[:-1]
    (x, y), *rest = points
    written = ["M", _pair(x, y)]
    for next_x, next_y in rest:
        dx, dy = next_x - x, next_y - y
        x, y = next_x, next_y
        if not dx and not dy:
            continue
        if not dy:
            written += ["h", tenths(dx)]
        elif not dx:
            written += ["v", tenths(dy)]
        else:
            written += ["l", _pair(dx, dy)]
    return "".join([*written, "z" if is_closed else ""])


def _pair(x: int, y: int) -> str:
    return f"{tenths(x)}{'' if y < 0 else ' '}{tenths(y)}"


def tenths(value: int) -> str:
    """Return a number given in tenths in its shortest form: 5 -> ".5", -120 -> "-12"."""
    sign, (whole, tenth) = "-" if value < 0 else "", divmod(abs(value), 10)
    if not tenth:
        return f"{sign}{whole}"
    return f"{sign}{whole or ''}.{tenth}"
