from collections.abc import Iterator

import pytest

from tests.faults.town import serve
from tests.portal import Portal


@pytest.fixture(scope="module")
def running_portal() -> Iterator[Portal]:
    with Portal() as running:
        yield running


@pytest.fixture
def portal(running_portal: Portal) -> Iterator[Portal]:
    """A portal that holds one quarter of the town's events, and nothing wrong with it."""
    running_portal.faults.clear()
    running_portal.tokens = None
    serve(running_portal)
    running_portal.reset_log()
    yield running_portal
    running_portal.faults.clear()
