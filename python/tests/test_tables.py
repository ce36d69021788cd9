"""Tables: the types of the columns, nulls, and equal contents in each library."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import pandas
import polars
import pyarrow
import pytest
from conftest import ROOT, WALK

import pagewalk
from pagewalk import _results

SCRIPTS = [
    "simple-memory-system.pw",
    "copy-on-write.pw",
    "page-replacement.pw",
    "memory-traces.pw",
    "swapping.pw",
]
FIXED = ["step", "file", "line", "column", "statement", "scenario", "process"]


def test_columns_have_the_types_of_the_registry() -> None:
    run = pagewalk.run(
        "process P {}\n"
        "P: let p = mmap(0, 0x1000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n"
        "P: let q = mmap(0, 0, PROT_READ, MAP_PRIVATE, -1, 0)\n"
        "P: write p = 1\nP: read p\n"
        "reference 1 2 3 1 { frames 2 }\n"
    )
    schema = run.to_arrow().schema
    types = {field.name: str(field.type) for field in schema}
    assert list(types)[: len(FIXED)] == FIXED
    expected = {
        "step": "uint64",
        "statement": "string",
        "vpn": "uint64",
        "tlb": "string",
        "fault": "string",
        "byte": "uint64",
        "value": "uint64",
        "cycles": "double",
        "copied": "bool",
        "returns": "int64",
        "error": "string",
        "resident": "list<item: string>",
        "rate": "double",
        "hits": "uint64",
    }
    assert {name: types.get(name) for name in expected} == expected
    rows = run.to_arrow().to_pylist()
    assert (rows[2]["returns"], rows[2]["error"]) == (-1, "EBADF")
    assert rows[-1]["resident"] == ["3", "1"]
    assert rows[0]["returns"] is None


@pytest.mark.parametrize("name", SCRIPTS)
def test_tables_contain_the_facts(name: str) -> None:
    run = pagewalk.run(ROOT / "examples" / name)
    rows = run.to_arrow().to_pylist()
    assert len(rows) == len(run.steps)
    for number, (row, step) in enumerate(zip(rows, run.steps, strict=True), 1):
        assert (row["step"], row["line"], row["column"]) == (number, step.line, step.column)
        assert (row["statement"], row["scenario"]) == (step.statement, step.scenario)
        facts = dict(step.facts)
        for column, value in row.items():
            if column in FIXED:
                continue
            fact = facts.pop(column, facts.pop(column.removeprefix("replay."), None))
            if isinstance(fact, list):
                assert value is None or value == [str(one) for one in fact]
            else:
                assert value == fact, column
                assert type(value) is type(fact), column
        assert not facts, f"{step} has facts without columns"


@pytest.mark.parametrize("name", SCRIPTS)
def test_libraries_read_equal_tables(name: str) -> None:
    run = pagewalk.run(ROOT / "examples" / name)
    rows = run.to_arrow().to_pylist()
    assert run.to_polars().to_dicts() == rows
    frame = run.to_pandas()
    assert list(frame.columns) == list(rows[0])
    for at, row in enumerate(rows):
        for column, value in row.items():
            cell: Any = frame[column].iloc[at]
            if value is None:
                assert pandas.isna(cell), (column, cell)
            elif isinstance(value, list):
                assert list(cell) == value
            else:
                assert cell == value, column


def test_pandas_keeps_integers_with_nulls() -> None:
    frame = pagewalk.run(WALK).to_pandas()
    assert str(frame["pa"].dtype) == "UInt64"
    assert str(frame["fault"].dtype).startswith("str")
    assert frame["pa"].iloc[-1] == 0x354
    assert frame["pa"].isna().tolist() == [True, True, False]
    assert frame["fault"].isna().all()


def test_results_are_arrow_streams() -> None:
    run = pagewalk.run(WALK)
    assert pyarrow.table(run).equals(run.to_arrow())
    assert polars.DataFrame(run).equals(run.to_polars())
    reader = pyarrow.RecordBatchReader.from_stream(run)
    assert reader.read_all().equals(run.to_arrow())
    # A stream that no library reads is freed.
    run.__arrow_c_stream__()


def test_an_empty_run_is_an_empty_table() -> None:
    assert pagewalk.run("").to_arrow().shape == (0, len(FIXED))
    assert pagewalk.run("").to_pandas().shape == (0, len(FIXED))


@pytest.mark.parametrize(
    ("method", "package", "extra"),
    [
        ("to_pandas", "pandas", "pandas"),
        ("to_pandas", "pyarrow", "pandas"),
        ("to_polars", "polars", "polars"),
        ("to_arrow", "pyarrow", "arrow"),
    ],
)
def test_a_missing_package_is_named_with_its_extra(
    method: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = pagewalk.run(WALK)
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, "arro3.core", None)
    with pytest.raises(ImportError, match=rf"`{package}`.*`pip install 'pagewalk\[{extra}\]'`"):
        getattr(run, method)()


def test_a_broken_package_is_not_reported_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ImportError("its library is missing", name="libarrow")

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(ImportError, match="its library is missing"):
        _results.package("pandas", "pandas")
