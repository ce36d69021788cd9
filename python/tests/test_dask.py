"""Sweeps on Dask with two worker processes: nothing is lost or doubled if a part of it fails."""

from __future__ import annotations

import os
import pathlib
import resource
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import distributed
import pytest
from sweeps import GRID, PARTS, Work, identities, kill, meanwhile, started

import pagewalk

#: A cluster of two workers, as a program starts it.
CLUSTER: dict[str, Any] = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
#: A part takes a noticeable time, so that something can happen in the middle of a sweep.
LINES = 600_000


@pytest.fixture(scope="module")
def client() -> Iterator[distributed.Client]:
    with distributed.LocalCluster(**CLUSTER) as cluster, distributed.Client(cluster) as client:
        yield client


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory, command: Callable[..., str]) -> Work:
    return Work(tmp_path_factory.mktemp("traces"), LINES, command)


@pytest.fixture
def work(traces: Work, tmp_path: pathlib.Path) -> Work:
    traces.folder = tmp_path / "parts"
    return traces


def pids(client: distributed.Client) -> set[int]:
    return set(client.run(os.getpid).values())


def test_a_killed_worker_loses_nothing(client: distributed.Client, work: Work) -> None:
    before = pids(client)
    assert len(before) == 2
    finished: list[pathlib.Path] = []

    def kill() -> None:
        finished.extend(work.wait(5))
        running = client.processing()
        address, process = next(iter(client.run(os.getpid).items()))
        assert running[address]
        os.kill(process, signal.SIGKILL)

    with meanwhile(kill):
        result = work.sweep(backend="dask", client=client)
    assert 5 <= len(finished) < PARTS
    work.check(result)
    client.wait_for_workers(2)
    assert len(pids(client) & before) == 1


def test_the_current_client_is_used_without_a_folder(
    client: distributed.Client, work: Work
) -> None:
    result = work.sweep(backend="dask", manifest=None, partitions=None)
    assert result.to_arrow().equals(pagewalk.sweep(work.traces, "core-i7", GRID).to_arrow())
    assert not work.folder.exists()
    names = {name for names in client.has_what().values() for name in names}
    assert not any("pagewalk" in name for name in names)


def test_two_sweeps_use_one_folder(client: distributed.Client, work: Work) -> None:
    results: list[pagewalk.Sweep] = []

    def same() -> None:
        results.append(work.sweep(backend="dask", client=client))

    def other() -> None:
        work.wait(3)
        with pytest.raises(ValueError, match="another sweep: the grid differs"):
            work.sweep(grid=GRID + " lru", backend="dask", client=client)

    with meanwhile(same), meanwhile(other):
        same()
    work.check(results[0])
    work.check(results[1])


def test_errors_of_workers_are_raised(client: distributed.Client, tmp_path: pathlib.Path) -> None:
    bad = tmp_path / "bad.lackey"
    bad.write_text(" L 10,8\nnonsense\n")
    keywords: dict[str, Any] = {"backend": "dask", "client": client, "partitions": 2}
    with pytest.raises(pagewalk.TraceError, match=r"bad.lackey` is rejected: line 2.*nonsense"):
        pagewalk.sweep(bad, "core-i7", "ways 1..2", strict=True, **keywords)
    with pytest.raises(pagewalk.TraceError, match=r"none\.lackey"):
        pagewalk.sweep("none.lackey", "core-i7", "ways 1..2", **keywords)
    with pytest.raises(pagewalk.ScriptError, match="`ways`"):
        pagewalk.sweep(bad, "core-i7", "wys 1..2", **keywords)
    keywords["client"] = "tcp://127.0.0.1:8786"
    with pytest.raises(TypeError, match=r"`client` must be a distributed.Client, not str"):
        pagewalk.sweep(bad, "core-i7", "ways 1..2", **keywords)


#: Sweeps with its own cluster, so that the end of the process ends the scheduler.
PROGRAM = f"""
import sys, pagewalk
if __name__ == "__main__":
    folder, parts, *traces = sys.argv[1:]
    pagewalk.sweep(
        traces, "core-i7", {GRID!r}, backend="dask", manifest=folder, partitions=int(parts)
    )
"""


@pytest.mark.slow
def test_a_sweep_resumes_after_the_end_of_the_scheduler(
    client: distributed.Client, work: Work
) -> None:
    with started(PROGRAM, work.folder, PARTS, *work.traces) as process:
        work.wait(5)
        kill(process)
    finished = work.finished()
    assert 5 <= len(finished) < PARTS
    before = identities(finished)
    result = work.sweep(backend="dask", client=client)
    assert identities(finished) == before
    work.check(result)


@pytest.mark.slow
@pytest.mark.parametrize("long_parts", [False, True])
def test_ctrl_c_cancels_the_parts(client: distributed.Client, work: Work, long_parts: bool) -> None:
    address = client.scheduler.address
    program = f"import distributed; client = distributed.Client({address!r})\n{PROGRAM}"
    # A long part takes much longer than its cancellation.
    words = [2, *work.traces * 20] if long_parts else [PARTS, *work.traces]
    with started(program, work.folder, *words) as process:
        work.wait(0 if long_parts else 5)
        while not any(client.processing().values()):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
        assert process.returncode != 0
        assert b"KeyboardInterrupt" in output
    deadline = time.monotonic() + 3
    while any(client.run(executing).values()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    finished = work.finished()
    if long_parts:
        assert finished == []
        return
    assert 5 <= len(finished) < PARTS
    before = identities(finished)
    result = work.sweep(backend="dask", client=client)
    assert identities(finished) == before
    work.check(result)


def executing(dask_worker: distributed.Worker) -> bool:
    """Whether a thread of a worker runs a part."""
    return bool(dask_worker.active_threads)


def limit_files(size: int) -> None:
    """Limit the size of the files that a worker writes, as a full disk does."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard if size < 0 else size, hard))


@pytest.mark.slow
def test_a_full_disk_leaves_the_finished_parts(client: distributed.Client, work: Work) -> None:
    def fill() -> None:
        work.wait(5)
        client.run(limit_files, 64)

    try:
        with meanwhile(fill), pytest.raises(OSError, match=r"cannot write `.*`: File too large"):
            work.sweep(backend="dask", client=client)
    finally:
        client.run(limit_files, -1)
    finished = work.finished()
    assert 5 <= len(finished) < PARTS
    before = identities(finished)
    result = work.sweep(backend="dask", client=client)
    assert identities(finished) == before
    work.check(result)


@pytest.mark.slow
def test_a_trace_that_changes_between_parts_is_refused(
    client: distributed.Client, work: Work
) -> None:
    trace = work.traces[1]
    text = trace.read_bytes()

    def change() -> None:
        # Some parts of the second trace are finished.
        work.wait(PARTS // 2 + 4)
        trace.write_bytes(text.replace(b" L ", b" S ", 1))

    differs = r"changed during the sweep|the contents of a trace differ"
    with meanwhile(change), pytest.raises((ValueError, pagewalk.TraceError), match=differs):
        work.sweep(backend="dask", client=client)
    finished = work.finished()
    assert PARTS // 2 + 4 <= len(finished) < PARTS
    with pytest.raises(ValueError, match="the contents of a trace differ"):
        work.sweep(backend="dask", client=client)
    trace.write_bytes(text)
    before = identities(finished)
    result = work.sweep(backend="dask", client=client)
    assert identities(finished) == before
    work.check(result)
