"""Sweeps in parts. Each part has a table, a manifest, and Parquet files."""

from __future__ import annotations

import contextlib
import importlib
import os
import pathlib
import sys
import time
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pagewalk import _pagewalk as native
from pagewalk import _types as types
from pagewalk._results import package

#: The maximum delay in seconds until a network file system shows the files of other computers.
VISIBLE = 60


@dataclass(frozen=True)
class Job:
    """A sweep in parts, as the workers receive it."""

    #: The paths of the traces.
    traces: list[str]
    machine: types.Script
    grid: str
    #: The cache or the TLB to vary.
    unit: tuple[str | None, str | None]
    addresses: types.Addresses
    #: The maximum number of threads for a part.
    threads: int | None
    #: The folder of the parts, or `None` for parts that are only in memory.
    folder: str | None
    #: The folder that relative paths refer to.
    base: str = field(default_factory=os.getcwd)
    #: The version of Pagewalk that started the sweep.
    version: str = native.VERSION
    #: A name that no other sweep has.
    run: str = field(default_factory=lambda: uuid.uuid4().hex)

    def parts(self) -> native.SweepParts:
        """Find the machine and parse the grid."""
        return native.SweepParts(
            self.traces, self.machine, self.grid, self.unit, self.addresses, self.base
        )


#: Simulates parts, and returns the number, the table as CSV, and the warnings of each part.
Backend = Callable[[Job, list[int], int], Iterator[tuple[int, str, list[str]]]]


#: The latest sweep of this process. To parse a grid of thousands of points takes a noticeable time.
_latest: tuple[str, native.SweepParts] | None = None


def simulate(
    job: Job, part: int, of: int, cancelled: Callable[[], bool] | None = None
) -> tuple[str, list[str]]:
    """Simulate a part. If the job has a folder, write the part there.

    Return the table as CSV, which is empty if it is in the folder, and the warnings.
    """
    global _latest
    if job.version != native.VERSION:
        raise RuntimeError(
            f"this worker has version {native.VERSION} of pagewalk, but version {job.version} "
            "started the sweep; install the same version everywhere"
        )
    # Other threads of a worker may replace the value.
    latest = _latest
    if latest is None or latest[0] != job.run:
        latest = _latest = (job.run, job.parts())
    _, parts = latest
    table, messages = parts.simulate((part, of), job.folder, job.threads, cancelled)
    if job.folder is None:
        return table, messages
    write_parquet(job.folder, native.part_stem(part, of), parts.table([table]))
    return "", messages


def run_here(job: Job, parts: list[int], of: int) -> Iterator[tuple[int, str, list[str]]]:
    """Simulate parts one after the other in this process."""
    for part in parts:
        yield part, *simulate(job, part, of)


def sweep(job: Job, of: int | None) -> tuple[native.Table, list[str]]:
    """Simulate the parts of a sweep in this process."""
    return run(job, prepared(job), of, job.threads or processors(), run_here)


def prepared(job: Job) -> native.SweepParts:
    """Find the machine, parse the grid, and create the folder."""
    parts = job.parts()
    if job.folder is not None:
        package("pyarrow", "arrow")
        os.makedirs(job.folder, exist_ok=True)
    return parts


def run(
    job: Job, parts: native.SweepParts, of: int | None, threads: int, backend: Backend
) -> tuple[native.Table, list[str]]:
    """Simulate the parts that are not finished. Return the table of all parts and the warnings."""
    if of is None and job.folder is not None:
        of = native.partitions(job.folder)
    if of is None:
        of = usual_partitions(len(job.traces), parts.points, threads)
    finished = set() if job.folder is None else resume(job.folder, parts, of)
    missing = [part for part in range(1, of + 1) if part not in finished]
    tables: dict[int, str] = {}
    # Parts of the same trace have the same warnings.
    messages: dict[str, None] = {}
    with bar(of, len(finished)) as advance:
        for part, table, found in backend(job, missing, of):
            tables[part] = table
            messages.update(dict.fromkeys(found))
            advance()
    if job.folder is None:
        texts = [tables[part] for part in missing]
    else:
        wait_for_files(job.folder, [native.part_stem(part, of) for part in missing])
        texts = [native.merged(job.folder)]
    return parts.table(texts), list(messages)


def wait_for_files(folder: str, stems: list[str]) -> None:
    """Wait until a folder contains the manifests that the workers have written."""
    deadline = time.monotonic() + VISIBLE
    for path in [pathlib.Path(folder, f"{stem}.json") for stem in stems]:
        while not path.exists():
            if time.monotonic() > deadline:
                raise OSError(
                    f"the workers wrote `{path}`, but it is not there; "
                    "use a folder on a file system that all workers and this program share"
                )
            time.sleep(0.5)


def usual_partitions(traces: int, points: int, threads: int) -> int:
    """Return the default number of parts for the threads of all workers.

    >>> usual_partitions(traces=1, points=100, threads=2)
    8
    >>> usual_partitions(traces=3, points=300, threads=2)
    9
    >>> usual_partitions(traces=2, points=6, threads=64)
    6
    """
    # Some parts take longer than others. With four parts per thread, no thread waits long at the
    # end. More parts would read their traces more often and share less of their simulations. With
    # a multiple of the number of traces, each part reads only one trace.
    per_trace = min(-(-4 * threads // max(traces, 1)), points // max(traces, 1))
    return max(1, traces * per_trace)


def resume(folder: str, parts: native.SweepParts, of: int) -> set[int]:
    """Return the finished parts in a folder, and write their Parquet files if there are none.

    `pagewalk sweep --partition` writes no Parquet files, and neither does a worker that ends
    after it wrote the manifest.
    """
    # If a worker wrote Parquet files first, they could remain from parts that do not exist.
    finished = parts.finished(folder, of)
    for _, stem, traces in finished:
        if not all(parquet_path(folder, stem, trace).exists() for trace in traces):
            table = pathlib.Path(folder, f"{stem}.csv").read_text(encoding="utf-8")
            write_parquet(folder, stem, parts.table([table]))
    return {number for number, _, _ in finished}


def parquet_path(folder: str, stem: str, trace: str) -> pathlib.Path:
    """Return the path of the Parquet file with the rows of a part for a trace."""
    # Readers of partitioned data sets decode the value.
    value = urllib.parse.quote(trace, safe="")
    return pathlib.Path(folder, f"trace={value}", f"{stem}.parquet")


def write_parquet(folder: str, stem: str, table: native.Table) -> None:
    """Write a Parquet file for each trace of a part, without the column `trace`."""
    pyarrow = package("pyarrow", "arrow")
    compute = importlib.import_module("pyarrow.compute")
    parquet = importlib.import_module("pyarrow.parquet")
    rows = pyarrow.table(table)
    for trace in rows["trace"].unique().to_pylist():
        own = rows.filter(compute.equal(rows["trace"], trace)).drop_columns(["trace"])
        path = parquet_path(folder, stem, trace)
        path.parent.mkdir(exist_ok=True)
        stream = pyarrow.BufferOutputStream()
        parquet.write_table(own, stream)
        native.write_file(path, stream.getvalue().to_pybytes())


@contextlib.contextmanager
def bar(total: int, finished: int) -> Iterator[Callable[[], object]]:
    """Show a progress bar in a terminal or a notebook. Yield a function that advances the bar."""
    try:
        tqdm = importlib.import_module("tqdm") if is_watched() else None
    except ImportError:
        tqdm = None
    if tqdm is None:
        yield lambda: None
        return
    with tqdm.tqdm(total=total, initial=finished, unit="part", desc="pagewalk.sweep") as shown:
        yield shown.update


def is_watched() -> bool:
    """Whether standard error is a terminal or a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return sys.stderr.isatty() or getattr(shell, "kernel", None) is not None


def processors() -> int:
    """Return the number of processors that this process can use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
