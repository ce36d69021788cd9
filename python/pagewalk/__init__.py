"""Simulate memory systems: TLBs, page tables, caches, and page faults.

Run scripts with `run`, explore a machine with `Session`, replay memory traces with `replay` and
`sweep`, and create and grade exams with `exam` and `grade`. Tables have the methods `to_pandas`,
`to_polars`, and `to_arrow`.

>>> import pagewalk
>>> run = pagewalk.run("machine core-i7\\nread 0x1234 => vpn 1, tlb miss")
>>> run.ok, run.steps[-1]["L1d.index"]
(True, 8)
"""

from pagewalk._errors import Diagnostic, InternalError, PagewalkWarning, ScriptError, TraceError
from pagewalk._exams import Field, Grades, Mark, Marks, Paper, exam, grade
from pagewalk._pagewalk import Step, __VERSION__ as __version__
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
