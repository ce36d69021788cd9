"""Types of the arguments and results of the native module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from pagewalk._pagewalk import Table

#: The value of a fact.
Fact = int | float | bool | str | list[Any] | None
#: The path of a trace, or its name and its bytes.
Trace = str | tuple[str, bytes]
#: The field, the answer, the verdict, the points, the maximum points, and known mistakes.
MarkRow = tuple[str, str, str, float, float, list[str]]
#: The data of each trace, the table of all traces, and the warnings.
Results = tuple[list[dict[str, Any]], "Table", list[str]]


class Script(TypedDict):
    """A script or a machine."""

    #: The name or path.
    name: str
    #: The contents of files by path, with the script's own text unless it is on disk.
    files: dict[str, bytes]
    #: Whether the script can read other files from disk.
    disk: bool


class Addresses(TypedDict):
    """The options that replays and sweeps share."""

    map: str | None
    frames: int | None
    replacement: str | None
    straddle: str
    trace_format: str | None
    strict: bool
    max_memory: int


class Counts(TypedDict):
    """The additional counts of a replay."""

    causes: bool
    curve: bool
    curve_blocks: int | None
    top: int | None
