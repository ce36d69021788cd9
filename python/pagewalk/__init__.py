"""Simulate memory systems: TLBs, page tables, caches, and page faults.

Run scripts with `run`, explore a machine with `Session`, replay memory traces with `replay` and
`sweep`, and create and grade exams with `exam` and `grade`. Tables have the methods `to_pandas`,
`to_polars`, and `to_arrow`.

    >>> import pagewalk
    >>> text = '''
    ... machine simple
    ... set page_table {
    ...   | vpn ppn v |
    ...   |  0F  0D 1 |
    ... }
    ... read 0x3D4 => ppn 0x0D, tlb miss
    ... '''
    >>> run = pagewalk.run(text)
    >>> run.ok, run.steps[-1]["pa"]
    (True, 852)
"""

from typing import Any

from pagewalk._errors import Diagnostic, InternalError, PagewalkWarning, ScriptError, TraceError
from pagewalk._exams import Field, Grades, Mark, Marks, Paper, exam, grade
from pagewalk._pagewalk import VERSION as __version__
from pagewalk._pagewalk import Step
from pagewalk._results import Check
from pagewalk._scripts import Run, check, run
from pagewalk._sessions import Session
from pagewalk._traces import Replay, Sweep, replay, sweep

__all__ = [
    "Check",
    "Diagnostic",
    "Field",
    "Grades",
    "InternalError",
    "Mark",
    "Marks",
    "PagewalkWarning",
    "Paper",
    "Replay",
    "Run",
    "ScriptError",
    "Session",
    "Step",
    "Sweep",
    "TraceError",
    "__version__",
    "check",
    "exam",
    "grade",
    "replay",
    "run",
    "sweep",
]


def load_ipython_extension(shell: Any) -> None:
    """Add the magic `%%pagewalk` to a notebook: `%load_ext pagewalk` calls this function."""
    from pagewalk._magic import load_ipython_extension as load

    load(shell)
