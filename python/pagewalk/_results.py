"""Tables and checks, which several results share."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import pandas
    import polars

    from pagewalk._pagewalk import Table


@dataclass(frozen=True)
class Check:
    """An expectation of a script, and its result."""

    #: The fact's name, the cell's column, or the left side of a comparison.
    fact: str
    #: The expected value in the notation of scripts, or `None` for `?`.
    expected: str | None
    #: The actual value in the notation of scripts, or `None` if the statement lacks the fact.
    actual: str | None
    #: Whether the expectation holds.
    held: bool
    #: The reason for the actual value, if known.
    reason: str | None
    #: The name of the file.
    file: str | None
    #: The line of the expectation, from 1.
    line: int | None
    #: The column of the expectation, from 1, in characters.
    column: int | None


def package(name: str, extra: str) -> Any:
    """Import an optional package."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if error.name is None or error.name.split(".")[0] != name:
            raise
        message = (
            f"this needs the package `{name}`; install it with `pip install 'pagewalk[{extra}]'`"
        )
        raise ImportError(message, name=name) from None


class Tabular:
    """Results that can be converted to a table.

    Each column has one type. A value that is `none`, `unknown`, or absent is null. Libraries that
    support the Arrow C stream interface can read the object directly.
    """

    def _table(self) -> Table:
        raise NotImplementedError

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Export the table as an Arrow C stream."""
        return self._table().__arrow_c_stream__(requested_schema)

    def to_arrow(self) -> Any:
        """Return the table as a `pyarrow.Table`.

        If only the package `arro3-core` is installed, return an `arro3.core.Table`.
        """
        try:
            pyarrow = importlib.import_module("pyarrow")
        except ImportError:
            try:
                return importlib.import_module("arro3.core").Table(self._table())
            except ImportError:
                return package("pyarrow", "arrow")
        return pyarrow.table(self._table())

    def to_pandas(self) -> pandas.DataFrame:
        """Return the table as a `pandas.DataFrame` with nullable types such as `UInt64`."""
        pd = package("pandas", "pandas")
        pyarrow = package("pyarrow", "pandas")
        types = {
            pyarrow.uint64(): pd.UInt64Dtype(),
            pyarrow.int64(): pd.Int64Dtype(),
            pyarrow.float64(): pd.Float64Dtype(),
            pyarrow.bool_(): pd.BooleanDtype(),
            pyarrow.string(): pd.StringDtype(),
        }
        table = pyarrow.table(self._table())
        return cast("pandas.DataFrame", table.to_pandas(types_mapper=types.get))

    def _repr_html_(self) -> str | None:
        try:
            return cast("str", self.to_pandas()._repr_html_())  # type: ignore[operator]
        except ImportError:
            return None

    def to_polars(self) -> polars.DataFrame:
        """Return the table as a `polars.DataFrame`."""
        pl = package("polars", "polars")
        return cast("polars.DataFrame", pl.DataFrame(self._table()))
