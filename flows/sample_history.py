"""The release before, of the synthetic city: so that a sample report too can tell what has changed since.

Only the incidents are pulled and counted, as they were published then, and no edition is made.
"""

from __future__ import annotations

import hashlib
from contextlib import closing

from district_reports.metrics import SOURCE_ID, count_measures, format_measures, open_incidents
from district_reports.metrics.disclosure import suppress
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.sample import SamplePortal
from district_reports.store import Store
from district_reports.sync import synchronise
from flows.facts import find_origins
from flows.last_release import find_last_release
from flows.records import DraftRequest, SourceKind
from flows.rendering import digest_program


def draft_last_sample(settings: Settings, request: DraftRequest, store: Store) -> None:
    """Write the numbers of the quarter before, once; a portal has its own history, and is left alone.

    Raises:
        StoreError: If the data directory cannot be written.
        ContractError: If the sample's rows are not as declared.
    """
    quarter = Quarter.parse(request.quarter)
    if request.source is not SourceKind.SAMPLE or request.is_offline:
        return
    if find_last_release(store, quarter)[0] is not None:
        return
    last = quarter.shifted(-1)
    then = request.model_copy(update={"quarter": str(last), "as_of": last.complete_on, "is_preview": False})
    window = last.window(settings.report.history_quarters)
    synced = synchronise(SamplePortal(settings, last), store, settings.source(SOURCE_ID), window, now=request.now)
    if synced.snapshot is None:
        return
    snapshots = {SOURCE_ID: synced.snapshot}
    origins = find_origins(settings, snapshots, then)
    paths = [store.part_path(SOURCE_ID, part) for part in synced.snapshot.parts]
    with closing(open_incidents(paths, settings)) as con:
        origin = origins[SOURCE_ID]
        table = count_measures(con, settings, window, as_of=origin.as_of, origin_id=origin.origin_id)
    measures = format_measures(suppress(table, settings))
    store.save_file(store.release_dir(last) / "measures.csv", measures)
    inputs = {
        "config": settings.config_digest,
        "program": digest_program(),
        "snapshots": {origin.origin_id: origin.snapshot},
        "report_date": then.as_of.isoformat(),
    }
    manifest = {"quarter": str(last), "is_sample": True, "is_preview": False, "is_whole": False, "inputs": inputs}
    digest = hashlib.sha256(measures).hexdigest()
    store.save_release(last, {**manifest, "measures": digest, "dossiers": {}, "editions": {}})
