"""The Prefect flow of a publication: the steps in order.

Import it only after Prefect's settings are in the environment: it reads them once.
"""

from __future__ import annotations

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from district_reports.errors import DistrictReportsError
from flows import publishing
from flows.publish_gate import Job
from flows.publishing import PublishSummary, Steps
from flows.stages import Progress, check_space
from flows.terminal import show_progress

# Nothing is tried twice: a signature does not come back, and a full disk does not empty itself. A rerun of the whole
# flow finishes what is left.
TASKS = Steps(
    copy=task(name="copy signed files", cache_policy=NO_CACHE)(publishing.copy_files),
    kits=task(name="make kits", cache_policy=NO_CACHE)(publishing.make_kits),
    close=task(name="close the version", cache_policy=NO_CACHE)(publishing.close_folder),
    site=task(name="build the site", cache_policy=NO_CACHE)(publishing.make_site),
    show=task(name="log and switch", cache_policy=NO_CACHE)(publishing.show_site),
)


@flow(name="publish reports", validate_parameters=False)
def publish_reports(job: Job, progress: Progress) -> PublishSummary:
    """Make a signed release public."""
    return publishing.run_steps(job, progress, TASKS)


def run_publication(job: Job) -> PublishSummary:
    """Run the flow here and now.

    Args:
        job: From `open_publication`, and still held.

    Raises:
        DistrictReportsError: What the steps raise.
    """
    # Each run would otherwise wait a second for the thread of its heartbeat to end.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}), show_progress() as progress:
        try:
            return publish_reports(job, progress)
        except Exception as error:
            ours = _find_ours(error)
            if ours is None:
                check_space(job.store)
                raise
            raise ours from ours.__cause__


def _find_ours(error: BaseException | None) -> DistrictReportsError | None:
    """Return the error of ours that came first, where Prefect failed to record it: on a full disk it cannot either."""
    while error is not None and not isinstance(error, DistrictReportsError):
        error = error.__cause__ or error.__context__
    return error
