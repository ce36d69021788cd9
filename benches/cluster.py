#!/usr/bin/env python3
"""Compare a sweep on one and on two workers of Dask, and measure the overhead of a part.

`benches/cluster.py [SECONDS]` writes four traces, so that one worker needs about SECONDS
(default: 80), and compares wall-clock times in three rounds. Needs the optimized wheel, which
`.ci/wheel` builds, with the extra `dask`.
"""

from __future__ import annotations

import logging
import os
import pathlib
import random
import statistics
import sys
import tempfile
import time

import distributed

import pagewalk

#: 45 points. FIFO caches cannot be simulated in one pass, so each point needs its own simulation.
GRID = "size 4 KB..1 MB, ways 1..16, policy fifo"
TRACES, PARTS, ROUNDS = 4, 8, 3
BLOCK = 200_000


def write_traces(folder: pathlib.Path, blocks: int) -> list[pathlib.Path]:
    """Write traces with loops over arrays of different sizes, and random accesses."""
    paths = []
    for number in range(TRACES):
        numbers = random.Random(number)
        size = 1 << (14 + 2 * number)
        lines = []
        for at in range(BLOCK):
            address = at * 8 % size if numbers.random() < 0.7 else numbers.randrange(1 << 22)
            lines.append(f" {'S' if numbers.random() < 0.3 else 'L'} {address:x},8\n")
        path = folder / f"trace{number}.lackey"
        path.write_text("".join(lines) * blocks)
        paths.append(path)
    return paths


def seconds(call, *arguments, **keywords):
    """Return the wall-clock time of a call, and its result."""
    start = time.perf_counter()
    result = call(*arguments, **keywords)
    return time.perf_counter() - start, result


def on_cluster(workers: int, traces: list[pathlib.Path], parts: int, folder: pathlib.Path):
    """Sweep on a cluster.

    Return the times of the start of the cluster and of the sweep, the processor times of the
    workers, and the table.
    """
    start, cluster = seconds(
        distributed.LocalCluster,
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    )
    with cluster, distributed.Client(cluster) as client:
        before = client.run(time.process_time)
        time_of_sweep, swept = seconds(
            pagewalk.sweep,
            traces,
            "core-i7",
            GRID,
            map="identity",
            backend="dask",
            client=client,
            manifest=folder,
            partitions=parts,
        )
        after = client.run(time.process_time)
    busy = [after[worker] - before[worker] for worker in before]
    return start, time_of_sweep, busy, swept.to_arrow()


def load() -> str:
    """Return the load of the machine in the last minute."""
    return f"load {os.getloadavg()[0]:.1f}"


def main() -> None:
    """Print the times."""
    wanted = float(sys.argv[1]) if len(sys.argv) > 1 else 80
    print(f"{os.cpu_count()} processors, {load()}")
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        local = {"map": "identity", "threads": 1}
        traces = write_traces(root, 1)
        probe, _ = seconds(pagewalk.sweep, traces, "core-i7", GRID, **local)
        traces = write_traces(root, max(1, round(wanted / probe)))
        size = sum(path.stat().st_size for path in traces)
        single, expected = seconds(pagewalk.sweep, traces, "core-i7", GRID, **local)
        print(f"{size / 1e6:.0f} MB of traces, one process, one thread: {single:.1f} s, {load()}")
        ratios = []
        for turn in range(ROUNDS):
            times = []
            for workers in (1, 2):
                start, taken, busy, table = on_cluster(
                    workers, traces, PARTS, root / f"{turn}-{workers}"
                )
                assert table.equals(expected.to_arrow())
                times.append(taken)
                work = " + ".join(f"{one:.1f}" for one in busy)
                print(
                    f"{workers} workers, {PARTS} parts: {taken:.1f} s, processor time {work} s, "
                    f"start of the cluster {start:.1f} s, {load()}"
                )
            ratios.append(times[0] / times[1])
        each = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"two workers are {statistics.median(ratios):.2f} times as fast as one: {each}")
        # Parts of a tiny trace: what remains is the overhead.
        for tiny in traces:
            tiny.write_text(" L 10,8\n")
        for parts in (20, 180):
            here, _ = seconds(
                pagewalk.sweep,
                traces,
                "core-i7",
                GRID,
                manifest=root / f"here{parts}",
                partitions=parts,
                **local,
            )
            _, there, _, _ = on_cluster(2, traces, parts, root / f"there{parts}")
            print(
                f"{parts} tiny parts: {here / parts * 1000:.1f} ms per part in one process, "
                f"{there / parts * 1000:.1f} ms on two workers"
            )


if __name__ == "__main__":
    main()
