"""Whatever is asked, by whomever: the desk answers, and never by an error of its own."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck
from hypothesis import strategies as st
from schemathesis import APIOperation, Case

from district_reports.database import open_database
from district_reports.desk.app import list_routes
from district_reports.desk.limits import Limit, Limits
from district_reports.desk.templating import Pages
from district_reports.model import Grant, Role
from district_reports.settings import Settings
from district_reports.store import Store
from tests.postgres import free_port
from tests.unit.desk.asking import Browser, Place, of, open_place
from tests.unit.desk.things import add_item, add_session

pytestmark = pytest.mark.slow

EXAMPLES = 25
"""Requests for each route."""
MANY = Limit(10**6, 60)
KNOWN = {
    "quarter": ("2026Q3", "2026Q2"),
    "place": ("007", "city"),
    "tag": ("es", "ar"),
    "language": ("en", "ar"),
    "name": ("report.html", "report.pdf", "desk.css"),
    "item_id": ("item-own",),
    "session_id": ("session-own",),
}
EVERYTHING = (
    *(of(role) for role in (Role.DATA, Role.PUBLISHER, Role.ADMIN)),
    *(of(role, "007") for role in (Role.COMMANDER, Role.COUNCIL)),
    of(Role.LANGUAGE, "es"),
    of(Role.HOST, "Host of ours"),
)


@pytest.fixture(scope="module")
def served(
    settings: Settings,
    sample_release: Path,
    migrated_file: Path,
    pages: Pages,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    """A desk over the sample's release, by its real server on loopback."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(sample_release.parents[1], folder / "data")
    store = Store.open(folder / "data", kind="sample", city_id=settings.city.city_id, domains=("sample",))
    path = shutil.copy(migrated_file, folder / "desk.sqlite3")
    url = f"http://127.0.0.1:{free_port()}"
    limits = Limits(address=MANY, client=MANY, session=MANY)
    with (
        closing(open_database(path, city_id="toy", kind="sample")) as database,
        open_place(settings, database, store, url=url, pages=pages, limits=limits) as place,
    ):
        with database.begin() as connection:
            add_item(connection, "item-own", "007")
            add_session(connection, "session-own", "Host of ours")
        config = uvicorn.Config(place.app, port=int(url.rpartition(":")[2]), log_level="critical", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield place
        server.should_exit = True
        thread.join()


def ask(place: Place, browser: Browser, case: Case, is_known: bool, has_token: bool) -> int:
    """Ask what was made up; sometimes for something that is there, and by a form that counts."""
    if is_known:
        case.path_parameters = {name: KNOWN.get(name, (value,))[0] for name, value in case.path_parameters.items()}
    if has_token and isinstance(case.body, dict):
        case.body = {**case.body, "form": browser.token(case.formatted_path)}
    response = case.call(
        base_url=place.desk.url,
        headers={"Cookie": f"desk-session={browser.session}"} if browser.session else {},
        allow_redirects=False,
        # How long it takes says more of the machine than of the desk.
        timeout=120,
    )
    return int(response.status_code)


def try_operation(place: Place, browser: Browser, operation: APIOperation[Any, Any, Any]) -> set[int]:
    """Ask a route in many ways, and return the codes of its answers."""
    codes: set[int] = set()
    expected = {503} if operation.path.startswith("/oidc") else set()

    @hypothesis.settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @hypothesis.given(case=operation.as_strategy(), is_known=st.booleans(), has_token=st.booleans())
    def try_one(case: Case, is_known: bool, has_token: bool) -> None:
        code = ask(place, browser, case, is_known, has_token)
        codes.add(code)
        assert code < 500 or code in expected

    try_one()
    return codes


@pytest.mark.parametrize(
    "grants", [(), EVERYTHING, (of(Role.COMMANDER, "007"),)], ids=["nobody", "everything", "commander"]
)
def test_no_request_breaks_the_desk(served: Place, grants: tuple[Grant, ...]) -> None:
    browser = served.signed_in(*grants) if grants else served.browser()
    schema = schemathesis.openapi.from_dict(served.app.openapi())
    operations = [result.ok() for result in schema.get_all_operations()]
    assert {operation.definition.raw["operationId"] for operation in operations} == {
        name for _, _, name in list_routes(served.app)
    }
    codes: dict[str, set[int]] = {}
    for operation in operations:
        codes[f"{operation.method} {operation.path}"] = try_operation(served, browser, operation)
        if operation.path == "/sign-out" and grants:
            browser.session = served.signed_in(*grants).session
    told = set().union(*codes.values())
    # Pages were reached, and not only refusals.
    if len(grants) > 1:
        assert sum(200 in found for found in codes.values()) > 12
        assert 303 in told
