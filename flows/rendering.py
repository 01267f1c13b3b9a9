"""Dossiers -> editions, in worker processes; nothing here imports Prefect, so that a worker starts quickly.

An edition's folder holds its files and `edition.json`: the digest of what it was made from and of each file. It is
written last; an edition whose inputs and files still agree with it is not made again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from typing import Literal

import district_reports
from district_reports.dossier import load_dossier
from district_reports.errors import DistrictReportsError, StoreError
from district_reports.model import Record
from district_reports.periods import Quarter
from district_reports.settings import find_asset
from district_reports.store import Store
from flows.presses import render_edition, settings_of_worker
from flows.records import DraftRequest, EditionResult

RECORD = "edition.json"
ENGINES = ("altair", "babel", "jinja2", "typst", "vl-convert-python")
"""Packages whose version may change the bytes of an edition."""


class RenderJob(Record):
    """Some places in one language."""

    store_root: Path
    kind: Literal["sample", "portal"]
    domains: tuple[str, ...]
    quarter: str
    language: str
    places: tuple[str, ...]
    program: str
    """From `digest_program`."""


def plan_jobs(store: Store, request: DraftRequest, workers: int) -> list[RenderJob]:
    """Return the jobs of a run: one for each language, cut further where there are more workers than languages."""
    pieces = -(-workers // len(request.languages))
    program = digest_program()
    return [
        RenderJob(
            store_root=store.root,
            kind=store.about.kind,
            domains=store.about.domains,
            quarter=request.quarter,
            language=language,
            places=request.districts[start::pieces],
            program=program,
        )
        for language in request.languages
        for start in range(pieces)
        if request.districts[start::pieces]
    ]


@cache
def digest_program() -> str:
    """Return the digest of everything but dossier and config that decides an edition's bytes."""
    digest = hashlib.sha256()
    # By their place below the folder: a wheel keeps the templates elsewhere than a checkout does.
    for folder, pattern in ((Path(district_reports.__file__).parent, "*.py"), (find_asset("templates"), "*")):
        found = {path.relative_to(folder).as_posix(): path for path in folder.rglob(pattern) if path.is_file()}
        for name in sorted(found):
            digest.update(name.encode() + b"\0" + found[name].read_bytes() + b"\0")
    for engine in ENGINES:
        digest.update(f"{engine} {version(engine)}\n".encode())
    return digest.hexdigest()


@contextmanager
def open_pool(workers: int) -> Iterator[Executor]:
    """Hold a pool of fresh processes: a forked one would inherit the locks of Prefect's threads."""
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_end_with_parent) as pool:
        yield pool


def _end_with_parent() -> None:
    """End this worker as soon as the run that started it is gone.

    A worker holds both ends of the queue it reads, so it would wait for ever for a run that was killed.
    """
    parent = parent_process()
    if parent is not None:
        Thread(target=_exit_after, args=(parent,), name="parent watch", daemon=True).start()


def _exit_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


class Stopped(Record):
    """Why a worker could not go on: a `StoreError` as data, since exceptions with named arguments cannot be sent."""

    message: str
    path: Path


def submit(pool: Executor, job: RenderJob) -> Future[list[EditionResult] | Stopped]:
    """Hand a job to the pool; see `collect`."""
    return pool.submit(_render_in_worker, job)


def collect(future: Future[list[EditionResult] | Stopped]) -> list[EditionResult]:
    """Return the editions of a job, once it is done.

    Raises:
        StoreError: If the data directory could not be read or written.
    """
    result = future.result()
    if isinstance(result, Stopped):
        raise StoreError(result.message, path=result.path)
    return result


def _render_in_worker(job: RenderJob) -> list[EditionResult] | Stopped:
    try:
        return render_job(job)
    except StoreError as error:
        return Stopped(message=str(error), path=error.path)


def render_job(job: RenderJob) -> list[EditionResult]:
    """Make a job's editions; one that fails says why and does not stop the others."""
    store = _open(job)
    return [_render_place(store, job, place) for place in job.places]


def _render_place(store: Store, job: RenderJob, place: str) -> EditionResult:
    result = EditionResult(district_id=place, language=job.language, is_written=False, files={})
    try:
        return _make_edition(store, job, place)
    except StoreError:
        # A full disk is no fault of one district: it ends the run.
        raise
    except DistrictReportsError as error:
        message = str(error)
    except Exception as error:  # whatever it is, the other districts' reports are still to be made
        message = f"{type(error).__name__}: {error}"
    # What stands there is older than its dossier, and would look current.
    store.remove_edition(Quarter.parse(job.quarter), place, job.language)
    return result.model_copy(update={"error": message})


def find_job(job: RenderJob) -> list[EditionResult] | None:
    """Return a job's editions if all of them stand there up to date: then no worker need start for it."""
    store = _open(job)
    editions = []
    for place in job.places:
        _, inputs = _load_inputs(store, job, place)
        edition = _find_place(store, job, place, inputs)
        if edition is None:
            return None
        editions.append(edition)
    return editions


def _open(job: RenderJob) -> Store:
    return Store.open(job.store_root, kind=job.kind, city_id=settings_of_worker().city.city_id, domains=job.domains)


def _load_inputs(store: Store, job: RenderJob, place: str) -> tuple[bytes, str]:
    """Return the dossier's bytes, and the digest of all that the edition is made from."""
    folder = store.edition_dir(Quarter.parse(job.quarter), place)
    data = store.load_file(folder / "dossier.json")
    if data is None:
        raise StoreError(f"{place}: expected a dossier, found none", path=folder)
    rest = "\n".join((job.program, settings_of_worker().config_digest, job.language))
    return data, hashlib.sha256(rest.encode() + data).hexdigest()


def _make_edition(store: Store, job: RenderJob, place: str) -> EditionResult:
    data, inputs = _load_inputs(store, job, place)
    found = _find_place(store, job, place, inputs)
    if found is not None:
        return found
    folder = store.edition_dir(Quarter.parse(job.quarter), place, job.language)
    made = render_edition(load_dossier(data), job.language)
    # A file that is no longer made, such as a calendar without meetings, would look current.
    store.remove_edition(Quarter.parse(job.quarter), place, job.language, keep=(RECORD, *made))
    for name, content in made.items():
        store.save_file(folder / name, content)
    files = {name: hashlib.sha256(content).hexdigest() for name, content in made.items()}
    store.save_file(folder / RECORD, _canonical({"inputs": inputs, "files": files}))
    return EditionResult(district_id=place, language=job.language, is_written=True, files=files)


def _find_place(store: Store, job: RenderJob, place: str, inputs: str) -> EditionResult | None:
    """Return the edition that stands there, made from these inputs and whole; else None."""
    files = _find_edition(store, store.edition_dir(Quarter.parse(job.quarter), place, job.language), inputs)
    if files is None:
        return None
    return EditionResult(district_id=place, language=job.language, is_written=False, files=files)


def _find_edition(store: Store, folder: Path, inputs: str) -> dict[str, str] | None:
    """Return the files of an edition that stands there, made from these inputs and whole; else None."""
    record = store.load_file(folder / RECORD)
    if record is None:
        return None
    try:
        found = json.loads(record)
    except ValueError:
        return None
    if not isinstance(found, dict) or found.get("inputs") != inputs:
        return None
    files = {str(name): str(digest) for name, digest in dict(found.get("files", {})).items()}
    for name, digest in files.items():
        content = store.load_file(folder / name)
        if content is None or hashlib.sha256(content).hexdigest() != digest:
            return None
    return files or None


def _canonical(document: dict[str, object]) -> bytes:
    return (json.dumps(document, sort_keys=True, indent=1) + "\n").encode()
