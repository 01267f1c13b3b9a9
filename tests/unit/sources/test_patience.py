"""Asking again: as often, as late and as long as said, with no real second passing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from district_reports.sources.patience import Clock, Patience, Refusal, Trouble, patiently, retry_after

DATE = "Sun, 22 Nov 2026 12:00:00 GMT"


def failing(times: int, wait: float | None = None) -> Callable[[], str]:
    left = [times]

    def action() -> str:
        left[0] -= 1
        if left[0] >= 0:
            raise Trouble(f"{left[0]} left", wait=wait)
        return "done"

    return action


def ask(times: int, patience: Patience, wait: float | None = None, chance: float = 0.5) -> list[float]:
    naps: list[float] = []
    assert patiently(failing(times, wait), patience, Clock(sleep=naps.append, chance=lambda: chance)) == "done"
    return naps


def test_no_trouble_no_wait() -> None:
    assert ask(0, Patience()) == []


def test_waits_double_up_to_the_longest() -> None:
    assert ask(5, Patience(attempts=6, first_wait=1, longest_wait=6)) == [1, 2, 4, 6, 6]


@pytest.mark.parametrize(("chance", "wait"), [(0.0, 0.5), (1.0, 1.5)])
def test_waits_vary_by_half(chance: float, wait: float) -> None:
    assert ask(1, Patience(), chance=chance) == [wait]


@pytest.mark.parametrize(("asked", "slept"), [(3.0, 3.0), (0.0, 0.0), (-5.0, 0.0), (9999.0, 120.0)])
def test_the_portals_wish_is_honoured_within_bounds(asked: float, slept: float) -> None:
    assert ask(1, Patience(), wait=asked) == [slept]


def test_attempts_end() -> None:
    naps: list[float] = []
    with pytest.raises(Trouble, match="0 left"):
        patiently(failing(3), Patience(attempts=3), Clock(sleep=naps.append))
    assert len(naps) == 2


def silent(is_silence: bool) -> Callable[[], None]:
    def action() -> None:
        raise Trouble("nothing came", is_silence=is_silence)

    return action


@pytest.mark.parametrize(("is_silence", "waits"), [(True, 0), (False, 2)])
def test_a_source_one_can_do_without_is_waited_for_once(is_silence: bool, waits: int) -> None:
    naps: list[float] = []
    with pytest.raises(Trouble):
        patiently(silent(is_silence), Patience().shortened(), Clock(sleep=naps.append))
    assert len(naps) == waits


def test_a_required_source_is_waited_for_as_often_as_it_is_asked() -> None:
    naps: list[float] = []
    with pytest.raises(Trouble):
        patiently(silent(True), Patience(), Clock(sleep=naps.append))
    assert len(naps) == 4


def test_the_longest_wait_for_a_dead_source_is_seconds() -> None:
    """Silence once, or three quick refusals with the waits between them."""
    word = Patience().shortened().for_a_word()
    assert word.silence + word.connect <= 15
    assert word.deadline <= 20
    rows = Patience().shortened()
    assert rows.silence <= 30
    assert (rows.attempts - 1) * max(rows.longest_wait * 1.5, rows.longest_retry_after) <= 30


def test_patience_is_never_made_longer() -> None:
    short = Patience(attempts=1, longest_wait=0.1, connect=0.1, silence=0.1, deadline=0.1, longest_retry_after=0.1)
    assert short.shortened().for_a_word() == replace(short, silences=1)


def test_a_refusal_is_not_asked_again() -> None:
    def refuse() -> None:
        raise Refusal(404, "", "gone")

    naps: list[float] = []
    with pytest.raises(Refusal, match="404 gone"):
        patiently(refuse, Patience(), Clock(sleep=naps.append))
    assert naps == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": " 7 "}, 7.0),
        ({"Retry-After": "-7"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Sun, 22 Nov 2026 12:01:30 GMT", "Date": DATE}, 90.0),
        ({"Retry-After": "Sun, 22 Nov 2026 11:59:00 -0000", "Date": DATE}, -60.0),
        ({"Retry-After": "Sun, 22 Nov 2026 12:01:30 GMT"}, None),
        ({"Retry-After": "Sun, 22 Nov 2026 12:01:30 GMT", "Date": "yesterday"}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds
