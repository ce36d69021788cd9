"""Replays and sweeps of memory traces."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from typing import Any

from pagewalk import _arguments as arguments
from pagewalk import _cluster, _parts
from pagewalk import _pagewalk as native
from pagewalk import _types as types
from pagewalk._arguments import checked
from pagewalk._errors import PagewalkWarning
from pagewalk._results import Tabular

#: The default of the command's `--max-memory`.
DEFAULT_MAX_MEMORY = 4 << 30
#: A trace: the path of a file, or a name and the bytes of the trace.
Trace = str | os.PathLike[str] | tuple[str, bytes]


class TraceResults(Tabular):
    """The results of one or more traces."""

    def __init__(
        self, data: list[dict[str, Any]], table: native.Table, traces: list[str] | None = None
    ) -> None:
        """Create results from data and a table."""
        #: One dictionary per trace, with the members of the command's JSON output.
        self.data = data
        self._rows = table
        self._traces = [one["trace"] for one in data] if traces is None else traces

    def _table(self) -> native.Table:
        return self._rows

    def __len__(self) -> int:
        """Return the number of rows of the table."""
        return len(self._rows)


class Replay(TraceResults):
    """The counts of replayed traces.

    `data` contains one dictionary per trace, with the members of the JSON object that
    `pagewalk replay --format json` prints. As a table, a replay has the columns of
    `--format csv`: the numbers are references and events.
    """

    def __repr__(self) -> str:
        """Return the names of the traces."""
        return f"<pagewalk.Replay: {', '.join(self._traces)}>"


class Sweep(TraceResults):
    """The counts of traces on the machines of a grid.

    `data` contains one dictionary per trace, with the members of the JSON object that
    `pagewalk sweep --format json` prints. As a table, a sweep has the columns of
    `--format csv`: one row per trace, point, and swept part. Sizes are in bytes, and miss rates
    are fractions from 0 to 1. A sweep in parts has only the table: its `data` is empty.
    """

    def __repr__(self) -> str:
        """Return the names of the traces and the number of rows."""
        return f"<pagewalk.Sweep: {', '.join(self._traces)}; {len(self)} rows>"


@checked
def replay(
    traces: Trace | Iterable[Trace],
    machine: str | os.PathLike[str],
    *,
    map: str | None = None,
    frames: int | None = None,
    replacement: str | None = None,
    straddle: str = "split",
    trace_format: str | None = None,
    strict: bool = False,
    max_memory: int = DEFAULT_MAX_MEMORY,
    causes: bool = False,
    curve: bool = False,
    curve_blocks: int | None = None,
    top: int | None = None,
) -> Replay:
    """Replay traces, each on a new machine, and count TLB and cache events.

    Parameters
    ----------
    traces
        A trace or several traces: the path of a file, also `.gz` or `.zst`, a tuple of a name
        and the bytes of a trace, or a C program of the machine's script, such as
        `transpose call f(8)`.
    machine
        A preset (`core-i7`), a machine file (`.yaml`), or a script with a machine (`.pw`).
    map
        `identity` treats addresses as physical. `demand` maps pages on first touch. Default:
        `demand` for a machine with an MMU.
    frames
        The number of user page frames for `demand`. Default: all frames.
    replacement
        The page replacement policy for `demand`, such as `lru`.
    straddle
        `split` counts all parts of an access across a block boundary, and `first` only the first.
    trace_format
        The format of the traces, such as `lackey`. Default: detected.
    strict
        Whether to reject malformed lines instead of skipping them with a warning.
    max_memory
        The maximum memory of a replay in bytes. A replay that needs more fails.
    causes
        Whether to classify cache misses as compulsory, capacity, or conflict.
    curve
        Whether to count the misses of fully associative LRU caches of every size.
    curve_blocks
        The maximum number of blocks in the sample for an estimated curve, at least 64.
    top
        The number of pages and instructions with the most misses to list.

    Raises
    ------
    TraceError
        If a trace cannot be read or replayed.

    Examples
    --------
    >>> import pagewalk
    >>> trace = ("small", b" L 1000,8\\n L 1008,8\\n S 2000,4\\n")
    >>> result = pagewalk.replay(trace, "core-i7", map="identity")
    >>> result.data[0]["caches"][0]["name"], result.data[0]["caches"][0]["all"]
    ('L1d', {'hits': 1, 'misses': 2})
    """
    counts: types.Counts = {
        "causes": arguments.boolean("causes", causes),
        "curve": arguments.boolean("curve", curve),
        "curve_blocks": arguments.optional_integer("curve_blocks", curve_blocks, 64, (1 << 32) - 1),
        "top": arguments.optional_integer("top", top, 1, (1 << 32) - 1),
    }
    options = addresses(map, frames, replacement, straddle, trace_format, strict, max_memory)
    return Replay(*warned(native.replay(listed(traces), named(machine), options, counts)))


@checked
def sweep(
    traces: Trace | Iterable[Trace],
    machine: str | os.PathLike[str],
    grid: str,
    *,
    cache: str | None = None,
    tlb: str | None = None,
    map: str | None = None,
    frames: int | None = None,
    replacement: str | None = None,
    straddle: str = "split",
    trace_format: str | None = None,
    strict: bool = False,
    max_memory: int = DEFAULT_MAX_MEMORY,
    threads: int | None = None,
    backend: str = "local",
    client: Any = None,
    manifest: str | os.PathLike[str] | None = None,
    partitions: int | None = None,
) -> Sweep:
    """Replay traces on many machines, such as one for each cache size.

    Parameters
    ----------
    traces
        A trace or several traces, as for `replay`.
    machine
        A preset (`core-i7`), a machine file (`.yaml`), or a script with a machine (`.pw`).
    grid
        The settings to vary, such as `ways 1..16, size 4 KB..1 MB, policy lru fifo`. Each value
        in a range is twice the previous value.
    cache
        The cache to vary. Default: the first data cache.
    tlb
        The TLB to vary.
    map, frames, replacement, straddle, trace_format, strict, max_memory
        As for `replay`.
    threads
        The maximum number of threads, for `backend="dask"` of each part. Default: the number of
        processors, and 1 for `backend="dask"`.
    backend
        `local` uses this process. `dask` divides the sweep into parts, and runs each part as a
        task of a Dask cluster. A script must then call `sweep` below `if __name__ == "__main__":`.
    client
        The `distributed.Client` for `backend="dask"`. Default: the current client, or a client of
        a new cluster with one worker for each processor.
    manifest
        A folder for the results of each part, which is created if necessary. If the folder
        contains finished parts of this sweep, only the other parts are simulated. With
        `backend="dask"`, the folder and the traces must be on a file system that all workers
        share. `pagewalk merge` accepts the folder, and `trace=NAME` in it contains Parquet files.
    partitions
        The number of parts. Default: the number of parts in `manifest`, or about four parts for
        each thread.

    Raises
    ------
    ScriptError
        If the grid has errors.
    TraceError
        If a trace cannot be read or replayed, or changes during the sweep.
    ValueError
        If `manifest` contains parts of another sweep, or if a trace has changed since they were
        written.
    OSError
        If a part cannot be written. Finished parts stay.

    Examples
    --------
    >>> import pagewalk
    >>> trace = ("loop", b" L 0,8\\n L 8000,8\\n" * 10)
    >>> table = pagewalk.sweep(trace, "core-i7", "ways 1..2").to_pandas()
    >>> table[["ways", "misses", "miss_rate"]]
       ways  misses  miss_rate
    0     1      20        1.0
    1     2       2        0.1

    With `manifest`, an interrupted sweep can continue:

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "loop.lackey").write_bytes(trace[1])
    >>> pagewalk.sweep(
    ...     folder / "loop.lackey", "core-i7", "ways 1..2", manifest=folder / "parts", partitions=2
    ... )
    <pagewalk.Sweep: ...loop.lackey; 2 rows>
    >>> sorted(path.name for path in (folder / "parts").glob("*.csv"))
    ['sweep-1-of-2.csv', 'sweep-2-of-2.csv']
    """
    if cache is not None and tlb is not None:
        raise ValueError(
            "`cache` and `tlb` cannot be used together; vary several parts with braces in `grid`"
        )
    unit = (arguments.optional_string("cache", cache), arguments.optional_string("tlb", tlb))
    count = arguments.optional_integer("threads", threads, 1, 1 << 16)
    options = addresses(map, frames, replacement, straddle, trace_format, strict, max_memory)
    text = arguments.string("grid", grid)
    on_cluster = arguments.word("backend", backend, ["local", "dask"]) == "dask"
    if client is not None and not on_cluster:
        raise ValueError('`client` needs `backend="dask"`')
    of = arguments.optional_integer("partitions", partitions, 1, 1 << 32)
    if of is not None and manifest is None and not on_cluster:
        raise ValueError('`partitions` needs `manifest` or `backend="dask"`')
    every, base = listed(traces), named(machine)
    if manifest is None and not on_cluster:
        return Sweep(*warned(native.sweep(every, base, text, unit, options, count)))
    files = [trace for trace in every if isinstance(trace, str)]
    if len(files) < len(every):
        reason = '`backend="dask"`' if on_cluster else "`manifest`"
        raise ValueError(f"{reason} needs traces in files, because several jobs read them")
    job = _parts.Job(
        traces=files,
        machine=base,
        grid=text,
        unit=unit,
        addresses=options,
        threads=1 if on_cluster and count is None else count,
        folder=None if manifest is None else os.path.abspath(arguments.path("manifest", manifest)),
    )
    table, messages = _cluster.sweep(job, of, client) if on_cluster else _parts.sweep(job, of)
    return Sweep(*warned(([], table, messages)), traces=files)


def addresses(
    map: object,
    frames: object,
    replacement: object,
    straddle: object,
    trace_format: object,
    strict: object,
    max_memory: object,
) -> types.Addresses:
    """Check the options that replays and sweeps share."""
    formats, policies = native.trace_formats(), native.replacements()
    if replacement is not None:
        replacement = arguments.word("replacement", replacement, policies)
    if trace_format is not None:
        trace_format = arguments.word("trace_format", trace_format, formats)
    return {
        "map": None if map is None else arguments.word("map", map, ["identity", "demand"]),
        "frames": arguments.optional_integer("frames", frames, 1, (1 << 32) - 1),
        "replacement": replacement,
        "straddle": arguments.word("straddle", straddle, ["split", "first"]),
        "trace_format": trace_format,
        "strict": arguments.boolean("strict", strict),
        "max_memory": arguments.integer("max_memory", max_memory, 1),
    }


def listed(traces: object) -> list[types.Trace]:
    """Check one or more traces."""
    expected = "a path, a tuple of a name and bytes, or a list of these"
    # A table is an iterable of the names of its columns.
    if hasattr(traces, "columns"):
        raise arguments.wrong_type("traces", expected, traces)
    if isinstance(traces, (str, os.PathLike)) or is_bytes(traces) or is_text(traces):
        traces = [traces]
    every = [trace(one, expected) for one in arguments.sequence("traces", traces, expected)]
    if not every:
        raise ValueError("`traces` must contain at least one trace")
    return every


def is_text(value: object) -> bool:
    """Whether a value is a name and the text of a trace, and not two paths."""
    texts = isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], str)
    return texts and "\n" in value[1]  # type: ignore[index]


def is_bytes(value: object) -> bool:
    """Whether a value is a name and the bytes of a trace."""
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], bytes)


def trace(one: object, expected: str) -> types.Trace:
    """Check a trace."""
    if isinstance(one, (str, os.PathLike)):
        return os.fspath(one)
    if isinstance(one, tuple) and is_bytes(one):
        return (arguments.string("traces", one[0]), one[1])
    if isinstance(one, tuple) and len(one) == 2 and isinstance(one[1], str):
        raise TypeError("`traces` needs the text of a trace as bytes; use `text.encode()`")
    raise arguments.wrong_type("traces", expected, one)


def named(machine: object) -> types.Script:
    """Check the name or path of a machine."""
    if not isinstance(machine, (str, os.PathLike)):
        raise arguments.wrong_type("machine", "a preset or a path", machine)
    return {"name": os.fspath(machine), "files": {}, "disk": True}


def warned(
    results: tuple[list[dict[str, Any]], native.Table, list[str]],
) -> tuple[list[dict[str, Any]], native.Table]:
    """Issue the warnings of results."""
    data, table, messages = results
    for message in messages:
        warnings.warn(message, PagewalkWarning, stacklevel=4)
    return data, table
