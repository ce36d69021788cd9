"""Runs and checks of scripts."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pagewalk import _arguments as arguments
from pagewalk import _pagewalk as native
from pagewalk._arguments import DEFAULT_MAX_MEMORY, DEFAULT_MAX_STEPS, Files, Script, checked
from pagewalk._errors import Diagnostic
from pagewalk._results import Check, Tabular


class Run(Tabular):
    """The results of a script.

    As a table, a run has one row per step and one column per fact, after the columns `step`,
    `file`, `line`, `column`, `statement`, `scenario`, and `process`.

    >>> import pagewalk
    >>> run = pagewalk.run("let n = 2\\nexpect n == 3")
    >>> run
    <pagewalk.Run: 2 steps, 1 check, 1 failed>
    >>> run.failures[0].actual, run.state["variables"]
    ('2', {'n': 2})
    """

    def __init__(self, native_run: native.Run) -> None:
        """Wrap the results. Use `pagewalk.run` to run a script."""
        self._native = native_run

    @property
    def ok(self) -> bool:
        """Whether all expectations hold."""
        return self._native.ok

    @cached_property
    def steps(self) -> tuple[native.Step, ...]:
        """The executed statements in order."""
        return self._native.steps

    @cached_property
    def failures(self) -> tuple[Check, ...]:
        """The expectations that do not hold."""
        return self._native.failures

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """The warnings about the script."""
        return self._native.warnings

    @cached_property
    def state(self) -> dict[str, Any]:
        """The state after the last statement: `machine`, `kernel`, and `variables`.

        Addresses and sizes are integers in bytes. Uninitialized bytes are `None`. The members are
        those of the Rust type `pagewalk_script::api::Snapshot`.
        """
        return self._native.state

    def _table(self) -> native.Table:
        return self._native.table()

    def _repr_html_(self) -> str:
        return self._native.html()

    def __str__(self) -> str:
        """Return the report that `pagewalk run` prints."""
        return self._native.text()

    def __repr__(self) -> str:
        """Return the counts of the run."""
        steps, checks, failed = len(self.steps), self._native.checks, len(self.failures)
        counts = f"{steps} step{'s' * (steps != 1)}, {checks} check{'s' * (checks != 1)}"
        return f"<pagewalk.Run: {counts}, {failed} failed>"


@checked
def run(
    text: Script,
    *,
    seed: int | None = None,
    files: Files | None = None,
    max_steps: int = DEFAULT_MAX_STEPS,
    max_memory: int = DEFAULT_MAX_MEMORY,
) -> Run:
    """Run a script and return its results.

    Other Python threads run meanwhile. Ctrl-C stops the script.

    Parameters
    ----------
    text
        The text of a script, or the path of its file (`pathlib.Path`).
    seed
        The seed for scripts without a `seed` statement: an integer below 2**64. Default: 0.
    files
        The contents of other files that the script names, by name. A script that is a file can
        also read the files in its folder.
    max_steps
        The maximum number of statements and loop iterations.
    max_memory
        The maximum memory of the run, and of its results, in bytes.

    Raises
    ------
    ScriptError
        If the script has errors. A failed expectation is not an error; see `Run.failures`.

    Examples
    --------
    >>> import pagewalk
    >>> text = '''
    ... machine simple
    ... set page_table {
    ...   | vpn ppn v |
    ...   |  0F  0D 1 |
    ... }
    ... read 0x3D4 => tlb miss, ppn 0x0E
    ... '''
    >>> run = pagewalk.run(text)
    >>> run.ok, run.steps[-1]["tlb"], run.steps[-1]["byte"]
    (False, 'miss', None)
    >>> [(check.line, check.fact, check.expected, check.actual) for check in run.failures]
    [(7, 'ppn', '0x0E', '0x0D')]
    """
    limits = arguments.limits(max_steps, max_memory)
    number = 0 if seed is None else arguments.integer("seed", seed)
    return Run(native.run(arguments.script("text", text, files), number, limits))


@checked
def check(text: Script, *, files: Files | None = None) -> list[Diagnostic]:
    """Check a script without running it. The list is empty if the script has no errors.

    Parameters
    ----------
    text
        The text of a script, or the path of its file (`pathlib.Path`).
    files
        The contents of other files that the script names, by name.

    Examples
    --------
    >>> import pagewalk
    >>> [found] = pagewalk.check("machine core-i7\\nraed 0x10")
    >>> found.line, found.message, found.help
    (2, 'no statement begins with `raed`', 'did you mean `read`?')
    """
    return native.check(arguments.script("text", text, files))
