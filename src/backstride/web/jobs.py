"""Imports through the browser: long work, done one at a time by the worker, with progress, stoppable, gone on with after any end."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from django.utils.translation import gettext_noop
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from backstride.errors import BackstrideError
from backstride.intake import Progress, import_paths, undo_import
from backstride.model.ledger import ImportState
from backstride.store.connect import writing
from backstride.store.store import Store, StoredRunner
from backstride.web.here import store
from backstride.web.models import Job, State
from backstride.web.uploads import sweep

__all__ = ["begin", "bring_in", "discard", "forget_gone", "go_on", "paths_of", "stop", "take_up_again"]

_EVERY_S = 0.5
"""So often progress is written, and a stop noticed."""


class _StopAsked(BaseException):
    """Not an `Exception`, which a reader in the middle of a file would take for a fault of the file."""


def begin(runner: StoredRunner, once: str, folder: str, names: list[str], all_bytes: int) -> tuple[Job, bool]:
    """Put an import into the queue, and whether it is a new one; a form that was sent twice gives the first."""
    with writing():
        job, new = Job.objects.get_or_create(
            runner_id=runner.id, once=once, defaults={"folder": folder, "names": names, "all_bytes": all_bytes}
        )
        if new:
            bring_in.enqueue(job.pk)
    return job, new


def stop(job: Job) -> None:
    """Ask an import to stop; one that still waits is stopped at once."""
    with writing():
        _move(job, (State.QUEUED,), State.STOPPED)
        _move(job, (State.RUNNING,), State.STOPPING)


def go_on(job: Job) -> None:
    """Put an import that was stopped, or has failed, into the queue again."""
    with writing():
        if _move(job, (State.STOPPED, State.FAILED), State.QUEUED):
            bring_in.enqueue(job.pk)


def discard(runner: StoredRunner, job: Job) -> bool:
    """Take back what was read of an import that was stopped, and delete what was sent; whether it could be done.

    Raises
    ------
    StoreError
        While another import is running.
    """
    if job.state not in (State.STOPPED, State.FAILED):
        return False
    begun = store().import_of(runner, [str(path) for path in paths_of(runner, job)])
    if begun is not None and begun.state is ImportState.OPEN:
        undo_import(store(), runner, begun.number)
    shutil.rmtree(_folder(runner, job), ignore_errors=True)
    job.delete()
    return True


def paths_of(runner: StoredRunner, job: Job) -> list[Path]:
    """The files of an import."""
    return [_folder(runner, job) / name for name in job.names]


def take_up_again() -> None:
    """What an earlier worker was at when it ended goes back into the queue. Only while no other worker is there."""
    with writing():
        forget_gone()
        DBTaskResult.objects.filter(task_path=bring_in.module_path).delete()
        Job.objects.filter(state=State.STOPPING).update(state=State.STOPPED)
        Job.objects.filter(state=State.RUNNING).update(state=State.QUEUED)
        for pk in Job.objects.filter(state=State.QUEUED).order_by("pk").values_list("pk", flat=True):
            bring_in.enqueue(pk)
    sweep(list(Job.objects.exclude(state=State.DONE).values_list("runner_id", "folder")))


def forget_gone() -> None:
    """Forget the imports of runners who were erased."""
    Job.objects.exclude(runner_id__in=[runner.id for runner in store().runners()]).delete()


@task()
def bring_in(number: int) -> None:
    """Do one import. Nothing happens when it is stopped, done or gone by now."""
    job = Job.objects.filter(pk=number).first()
    runner = next((one for one in store().runners() if job is not None and one.id == job.runner_id), None)
    if job is None or runner is None or not _move(job, (State.QUEUED,), State.RUNNING, message="", remedy=""):
        return
    try:
        _note(job, state=State.DONE, number=_imported(store(), runner, job), at="")
        shutil.rmtree(_folder(runner, job), ignore_errors=True)
    except _StopAsked:
        _note(job, state=State.STOPPED)
    except BackstrideError as error:
        _note(job, state=State.FAILED, message=error.message, remedy=error.remedy)
    except OSError as error:
        _note(job, state=State.FAILED, message=error.strerror or str(error), remedy=gettext_noop("Mend that, then go on."))
    except Exception:
        logging.getLogger(__name__).exception("import %s", number)
        _note(job, state=State.FAILED, message=gettext_noop("Something went wrong in backstride itself."))


def _imported(kept: Store, runner: StoredRunner, job: Job) -> int | None:
    """The number of the import; None where only an export of backstride was sent."""
    paths = paths_of(runner, job)
    before = kept.import_of(runner, [str(path) for path in paths])
    if before is not None and before.state is not ImportState.OPEN:
        return before.number  # ended between its last step and the note of it
    done = import_paths(kept, runner, paths, _watch(job))
    return None if done is None else done.number


def _watch(job: Job) -> Callable[[Progress], None]:
    last = 0.0

    def watch(now: Progress) -> None:
        nonlocal last
        if now.path and time.monotonic() - last < _EVERY_S:
            return
        last = time.monotonic()
        name = now.path.removeprefix(f"{store().home}").rpartition(job.folder)[2].lstrip("/\\")
        _note(job, done_bytes=now.done_bytes, all_bytes=now.all_bytes, files=now.files, runs=now.runs, at=name)
        if Job.objects.filter(pk=job.pk, state=State.STOPPING).exists():
            raise _StopAsked

    return watch


def _note(job: Job, **told: object) -> None:
    with writing():
        Job.objects.filter(pk=job.pk).update(updated_at=datetime.now(UTC), **told)


def _move(job: Job, from_states: tuple[State, ...], to: State, **told: object) -> bool:
    """Whether it was in one of these states, and is in the other now."""
    return bool(Job.objects.filter(pk=job.pk, state__in=from_states).update(state=to, updated_at=datetime.now(UTC), **told))


def _folder(runner: StoredRunner, job: Job) -> Path:
    return store().uploads(runner) / job.folder
