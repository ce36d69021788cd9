"""Sweeps that the tests of parts and clusters run."""

from __future__ import annotations

import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pyarrow.dataset

import pagewalk

#: 12 points. Each point of a FIFO cache needs a separate simulation.
GRID = "size 4 KB..32 KB, ways 1..4, policy fifo"
#: The parts of two traces, one for each point.
PARTS = 24


def write_trace(path: pathlib.Path, seed: int, lines: int) -> pathlib.Path:
    """Write random loads from 64 KB."""
    numbers = random.Random(seed)
    block = "".join(f" L {numbers.randrange(1 << 16):x},8\n" for _ in range(min(lines, 20_000)))
    path.write_text(block * (lines // min(lines, 20_000)))
    return path


class Work:
    """Two traces, and the folder of a sweep."""

    def __init__(self, folder: pathlib.Path, lines: int, command: Callable[..., str]) -> None:
        """Write the traces."""
        self.traces = [write_trace(folder / f"{name}.lackey", ord(name), lines) for name in "ab"]
        self.folder = folder / "parts"
        self.command = command

    def sweep(self, grid: str = GRID, **keywords: Any) -> pagewalk.Sweep:
        """Run the sweep in parts."""
        keywords = {"manifest": self.folder, "partitions": PARTS, **keywords}
        return pagewalk.sweep(self.traces, "core-i7", grid, **keywords)

    def finished(self) -> list[pathlib.Path]:
        """Return the manifests of the finished parts."""
        return sorted(self.folder.glob("sweep-*.json"))

    def wait(self, count: int) -> list[pathlib.Path]:
        """Wait until parts are finished. Fail if all parts are."""
        deadline = time.monotonic() + 60
        while len(found := self.finished()) < count:
            assert time.monotonic() < deadline, found
            time.sleep(0.01)
        assert len(found) < PARTS
        return found

    def check(self, result: pagewalk.Sweep) -> None:
        """Compare all results with a single run of the command line."""
        a, b = self.traces
        whole = self.command("sweep", "core-i7", a, "--trace", b, GRID, "--format", "csv")
        assert whole.count("\n") == PARTS + 1
        assert self.command("merge", self.folder) == whole
        assert len(self.finished()) == PARTS
        single = pagewalk.sweep(self.traces, "core-i7", GRID).to_arrow()
        assert result.to_arrow().equals(single)
        files = list(self.folder.glob("trace=*/*.parquet"))
        assert len(files) == PARTS
        rows = pyarrow.dataset.dataset(files, partitioning="hive").to_table()
        rows = rows.sort_by([("trace", "ascending"), ("point", "ascending")])
        assert rows.select(single.column_names).equals(single)
        # Nothing remains of the files that a killed process was writing.
        assert list(self.folder.rglob(".*")) == []


def identities(paths: list[pathlib.Path]) -> list[tuple[int, int]]:
    """Return values that differ if a file is replaced."""
    stats = [(path.stat(), path.with_suffix(".csv").stat()) for path in paths]
    return [(status.st_ino, status.st_mtime_ns) for pair in stats for status in pair]


@contextmanager
def meanwhile(action: Callable[[], object]) -> Iterator[None]:
    """Call a function in another thread, and raise its exception."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            action()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join()
    for error in errors:
        raise error


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its group, and wait until the system has removed all of them."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    # A worker that waits for the disk ends later, and keeps the locks of its files until then.
    deadline = time.monotonic() + 30
    with suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(process.pid, 0)
            time.sleep(0.02)
        raise AssertionError("the processes did not end")


@contextmanager
def started(program: str, *words: object) -> Iterator[subprocess.Popen[bytes]]:
    """Start a Python program in its own process group, which ends afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, words)],
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        kill(process)
