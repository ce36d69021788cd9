"""Sweeps on a cluster with Dask."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

from pagewalk import _arguments as arguments
from pagewalk import _pagewalk as native
from pagewalk import _parts as parts
from pagewalk._results import package


def distributed() -> Any:
    """Import Dask's scheduler."""
    return package("distributed", "dask")


@contextlib.contextmanager
def connected(client: object) -> Iterator[Any]:
    """Yield the client, the current client of Dask, or the client of a new local cluster."""
    dask = distributed()
    if client is None:
        with contextlib.suppress(ValueError):
            client = dask.default_client()
    if client is None:
        # Each part uses one thread, so each processor has a worker. Errors raise exceptions, and
        # logs would only hide the progress bar.
        with (
            dask.LocalCluster(
                n_workers=parts.processors(), threads_per_worker=1, silence_logs=logging.ERROR
            ) as cluster,
            dask.Client(cluster, set_as_default=False) as own,
        ):
            yield own
        return
    if not isinstance(client, dask.Client):
        raise arguments.wrong_type("client", "a distributed.Client", client)
    if client.asynchronous:
        raise ValueError("`client` cannot be asynchronous; create it with `asynchronous=False`")
    yield client


def sweep(job: parts.Job, of: int | None, client: object) -> tuple[native.Table, list[str]]:
    """Simulate the parts of a sweep as tasks of a cluster."""
    distributed()
    prepared = parts.prepared(job)
    with connected(client) as connection:
        # A cluster that starts workers as needed may have none yet.
        threads = sum(connection.nthreads().values()) or parts.processors()
        return parts.run(job, prepared, of, threads, Backend(connection))


class Backend:
    """Runs parts as tasks of a cluster."""

    def __init__(self, client: Any) -> None:
        """Create a backend for a connected client."""
        self.client = client

    def __call__(
        self, job: parts.Job, missing: list[int], of: int
    ) -> Iterator[tuple[int, str, list[str]]]:
        """Submit the parts, and yield their results in the order in which they end."""
        dask = distributed()
        # The dashboard groups tasks by the words of their names. The end makes names unique, so
        # that a sweep neither reuses nor cancels the tasks of another one.
        waiting = {
            self.client.submit(
                simulate, job, part, of, key=f"pagewalk-part-{part}-of-{of}-{job.run}", pure=False
            ): part
            for part in missing
        }
        try:
            for future in dask.as_completed(list(waiting), loop=self.client.loop):
                # If the client kept the future, Dask would repeat the part after a worker's end.
                part = waiting.pop(future)
                yield part, *self.result(future, part, of)
        finally:
            # The reason of an error, such as a full disk, often concerns all parts.
            # After an error or Ctrl-C. The running parts notice that they are cancelled.
            if waiting:
                self.client.cancel(list(waiting), force=True)

    def result(self, future: Any, part: int, of: int) -> tuple[str, list[str]]:
        """Return the result of a part, or raise its exception."""
        dask = distributed()
        try:
            table, messages = future.result()
        except dask.scheduler.KilledWorker as error:
            raise RuntimeError(
                f"part {part} of {of} ended several workers; see their logs, and whether they "
                "have enough memory"
            ) from error
        return table, messages


def simulate(job: parts.Job, part: int, of: int) -> tuple[str, list[str]]:
    """Simulate a part on a worker until the task ends or is cancelled."""
    worker = distributed().get_worker()
    key = worker.get_current_task()

    def cancelled() -> bool:
        task = worker.state.tasks.get(key)
        return task is None or task.state == "cancelled"

    return parts.simulate(job, part, of, cancelled)
