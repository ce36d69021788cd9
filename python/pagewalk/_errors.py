"""Exceptions, warnings, and diagnostics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pagewalk._scripts import Run


@dataclass(frozen=True)
class Diagnostic:
    """An error in a script, or a warning.

    >>> import pagewalk
    >>> [found] = pagewalk.check("machine core-i8")
    >>> found.code, found.line, found.column, found.help
    ('unknown-word', 1, 9, 'did you mean `core-i7`?')
    """

    #: The code, which `pagewalk explain CODE` explains.
    code: str
    #: `error` or `warning`.
    severity: str
    #: The message, without a final period.
    message: str
    #: The name of the file.
    file: str | None
    #: The line, from 1.
    line: int | None
    #: The column, from 1, in characters.
    column: int | None
    #: The instructions for a fix, if known.
    help: str | None


class ScriptError(Exception):
    """A script has errors. The message shows each error with its line and a fix.

    >>> import pagewalk
    >>> try:
    ...     pagewalk.run("raed 0x10")
    ... except pagewalk.ScriptError as error:
    ...     error.diagnostics[0].code, error.run
    ('unknown-verb', None)
    """

    def __init__(self, text: str, diagnostics: Sequence[Diagnostic], run: Run | None) -> None:
        """Create an exception from the rendered diagnostics."""
        super().__init__(text)
        #: The rendered diagnostics.
        self.text = text
        #: The diagnostics in the order of the script.
        self.diagnostics = tuple(diagnostics)
        #: The statements that ran before the error, or `None` if the script did not run.
        self.run = run

    def __reduce__(self) -> tuple[type[ScriptError], tuple[str, tuple[Diagnostic, ...], None]]:
        """Return the parts for `pickle`, without the run."""
        return (type(self), (self.text, self.diagnostics, None))


class TraceError(Exception):
    """A trace cannot be read or replayed."""


class InternalError(RuntimeError):
    """Pagewalk has a bug. The interpreter can continue."""

    def __init__(self, message: str) -> None:
        """Create an exception from the message of a panic."""
        super().__init__(f"Pagewalk has a bug; please report it with the script: {message}")
        self.message = message

    def __reduce__(self) -> tuple[type[InternalError], tuple[str]]:
        """Return the parts for `pickle`."""
        return (type(self), (self.message,))


class PagewalkWarning(UserWarning):
    """Results that may differ from what you intended, such as skipped lines of a trace."""
