"""Interactive sessions."""

from __future__ import annotations

from typing import Any

from pagewalk import _arguments as arguments
from pagewalk import _pagewalk as native
from pagewalk._arguments import DEFAULT_MAX_MEMORY, DEFAULT_MAX_STEPS, Files, Script, checked
from pagewalk._scripts import Run


class Session:
    """A session that keeps its state between inputs, with undo and redo.

    Parameters
    ----------
    seed
        The seed for inputs without a `seed` statement: an integer below 2**64. Default: 0.
    files
        The contents of files that the inputs can name, by name.
    max_steps
        The maximum number of statements and loop iterations of each input.
    max_memory
        The maximum memory of the session in bytes.

    Examples
    --------
    >>> import pagewalk
    >>> session = pagewalk.Session()
    >>> session.run("machine simple").ok
    True
    >>> session.run("set page_table { | vpn ppn v |; | 0F 0D 1 | }").steps[0].line
    1
    >>> session.what("read 0x3D4").steps[0]["tlb"], session.position
    ('miss', 2)
    >>> session.back(), session.position
    (1, 1)
    """

    @checked
    def __init__(
        self,
        *,
        seed: int | None = None,
        files: Files | None = None,
        max_steps: int = DEFAULT_MAX_STEPS,
        max_memory: int = DEFAULT_MAX_MEMORY,
    ) -> None:
        """Create an empty session."""
        limits = arguments.limits(max_steps, max_memory)
        number = 0 if seed is None else arguments.integer("seed", seed)
        self._files = arguments.contents(files)
        self._native = native.Session(number, limits)

    @checked
    def run(self, text: Script) -> Run:
        """Run an input: one or more statements, or the path of a script.

        An input with an error changes nothing. The state of the result is that of the session.

        Raises
        ------
        ScriptError
            If the input has errors.
        """
        return Run(self._native.run(arguments.script("text", text, self._files), False))

    @checked
    def what(self, text: Script) -> Run:
        """Return what an input would do, without a change to the session.

        The state of the result is that after the trial.

        Raises
        ------
        ScriptError
            If the input has errors.
        """
        return Run(self._native.run(arguments.script("text", text, self._files), True))

    @checked
    def why(self, fact: str | None = None) -> str:
        """Explain one fact, or all facts, of the last access or system call.

        >>> import pagewalk
        >>> session = pagewalk.Session()
        >>> _ = session.run("machine core-i7; read 0x1000")
        >>> print(session.why("vpn"), end="")  # doctest: +ELLIPSIS
          vpn 0x000000001...
        """
        return self._native.why(arguments.optional_string("fact", fact))

    @checked
    def back(self, count: int = 1) -> int:
        """Undo up to `count` statements, and return the number of undone statements."""
        return self._native.back(arguments.integer("count", count))

    @checked
    def forward(self, count: int = 1) -> int:
        """Redo up to `count` undone statements, and return the number of redone statements."""
        return self._native.forward(arguments.integer("count", count))

    @checked
    def goto(self, position: int) -> None:
        """Restore the state after this number of statements.

        Raises
        ------
        ValueError
            If the session has fewer statements.
        """
        if not self._native.goto(arguments.integer("position", position)):
            raise ValueError(f"`position` must be at most {self._native.end}, not {position}")

    @property
    def position(self) -> int:
        """The number of statements that led to the current state."""
        return self._native.position

    @property
    def state(self) -> dict[str, Any]:
        """The current state, as `Run.state` describes it."""
        return self._native.state

    def __repr__(self) -> str:
        """Return the position."""
        return f"<pagewalk.Session: position {self.position}>"
