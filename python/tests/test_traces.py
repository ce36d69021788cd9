"""Replays and sweeps: the data and the tables are those of the command line."""

from __future__ import annotations

import csv
import io
import json
import pathlib
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from conftest import ROOT

import pagewalk

TRACES = ROOT / "examples" / "traces"
LOOP = TRACES / "loop.lackey"
WORDS = {"trace", "machine", "part", "name", "kind", "policy", "write_back"}


def rows_of(text: str) -> list[dict[str, Any]]:
    """Return the typed rows of the command's CSV."""

    def typed(name: str, cell: str) -> object:
        if name in WORDS:
            return cell or ("" if name == "name" else None)
        return None if cell == "" else float(cell) if name == "miss_rate" else int(cell)

    table = csv.DictReader(io.StringIO(text))
    return [{name: typed(name, cell) for name, cell in row.items()} for row in table]


REPLAYS: list[tuple[list[str], dict[str, Any]]] = [
    ([], {}),
    (["--map", "identity"], {"map": "identity"}),
    (["--frames", "4", "--replacement", "fifo"], {"frames": 4, "replacement": "fifo"}),
    (["--causes", "--curve", "--top", "3"], {"causes": True, "curve": True, "top": 3}),
    (["--curve-blocks", "64"], {"curve_blocks": 64}),
    (["--straddle", "first", "--strict"], {"straddle": "first", "strict": True}),
    (["--trace-format", "lackey"], {"trace_format": "lackey"}),
]


@pytest.mark.parametrize(("options", "keywords"), REPLAYS, ids=lambda value: "")
def test_a_replay_is_that_of_the_command_line(
    options: list[str], keywords: dict[str, Any], command: Callable[..., str]
) -> None:
    mine = pagewalk.replay(LOOP, "core-i7", **keywords)
    truth = command("replay", "core-i7", LOOP, "--format", "json", *options)
    assert mine.data == [json.loads(truth)]
    truth = command("replay", "core-i7", LOOP, "--format", "csv", *options)
    assert mine.to_arrow().to_pylist() == rows_of(truth)


SWEEPS: list[tuple[str, list[str], dict[str, Any]]] = [
    ("ways 1..4, size 4 KB..32 KB", [], {}),
    ("ways 2 4", ["--cache", "L2"], {"cache": "L2"}),
    ("entries 16..64, ways 4 fully-associative", ["--tlb", "dTLB"], {"tlb": "dTLB"}),
    (
        "cache L1d { ways 1..2, policy lru random }, tlb dTLB { ways 4 8 }",
        ["--threads", "1"],
        {"threads": 1},
    ),
    ("sets 1..64", ["--map", "identity"], {"map": "identity"}),
]


@pytest.mark.parametrize(("grid", "options", "keywords"), SWEEPS, ids=lambda value: "")
def test_a_sweep_is_that_of_the_command_line(
    grid: str, options: list[str], keywords: dict[str, Any], command: Callable[..., str]
) -> None:
    mine = pagewalk.sweep(LOOP, "core-i7", grid, **keywords)
    truth = command("sweep", "core-i7", LOOP, grid, "--format", "json", *options)
    assert mine.data == [json.loads(truth)]
    truth = command("sweep", "core-i7", LOOP, grid, "--format", "csv", *options)
    rows = rows_of(truth)
    assert mine.to_arrow().to_pylist() == rows
    assert len(mine) == len(rows)
    assert mine.to_polars().to_dicts() == rows
    frame = mine.to_pandas()
    assert frame["misses"].tolist() == [row["misses"] for row in rows]
    types = {str(field.name): str(field.type) for field in mine.to_arrow().schema}
    assert (types["misses"], types["miss_rate"], types["policy"]) == ("uint64", "double", "string")


def test_several_traces_are_replayed_each_on_a_new_machine() -> None:
    one = pagewalk.sweep(LOOP, "core-i7", "ways 1..2")
    bytes_of = ("copy", LOOP.read_bytes())
    both = pagewalk.sweep([LOOP, bytes_of], "core-i7", "ways 1..2")
    assert [data["trace"] for data in both.data] == [str(LOOP), "copy"]
    rows = both.to_arrow().to_pylist()
    assert len(rows) == 2 * len(one)
    assert [{**row, "trace": None} for row in rows[:2]] == [
        {**row, "trace": None} for row in rows[2:]
    ]
    replayed = pagewalk.replay([LOOP, bytes_of], "core-i7")
    first, second = replayed.data
    # The format of a file comes from its name, and bytes have no name.
    assert (first["format_guessed"], second["format_guessed"]) == (False, True)
    other = {"trace": None, "format_guessed": None}
    assert {**first, **other} == {**second, **other}
    assert "copy" in repr(replayed)
    assert "4 rows" in repr(both)


def test_machines_are_presets_files_and_scripts(tmp_path: pathlib.Path) -> None:
    (tmp_path / "m.pw").write_text("machine core-i7")
    expected = pagewalk.replay(LOOP, "core-i7").data[0]["caches"]
    for machine in (ROOT / "examples/machines/core-i7.yaml", tmp_path / "m.pw"):
        assert pagewalk.replay(LOOP, machine).data[0]["caches"] == expected
    (tmp_path / "bad.pw").write_text("machine core-i8")
    with pytest.raises(pagewalk.ScriptError, match="did you mean `core-i7`"):
        pagewalk.replay(LOOP, tmp_path / "bad.pw")
    (tmp_path / "bad.yaml").write_text("virtual: 99 bits")
    with pytest.raises(pagewalk.ScriptError):
        pagewalk.replay(LOOP, tmp_path / "bad.yaml")


def test_skipped_lines_are_warnings() -> None:
    trace = ("bad", b" L 10,8\nnonsense\n")
    with pytest.warns(pagewalk.PagewalkWarning, match="`bad`.*malformed"):
        result = pagewalk.replay(trace, "core-i7")
    assert result.data[0]["malformed"]["count"] == 1
    with pytest.raises(pagewalk.TraceError, match="line 2"):
        pagewalk.replay(trace, "core-i7", strict=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pagewalk.replay(("good", b" L 10,8\n"), "core-i7")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: pagewalk.replay("none.lackey", "core-i7"), pagewalk.TraceError, "none.lackey"),
        (lambda: pagewalk.replay(LOOP, "core-i8"), ValueError, "did you mean `core-i7`"),
        (lambda: pagewalk.replay(LOOP, "none.yaml"), ValueError, "cannot read `none.yaml`"),
        (lambda: pagewalk.replay(LOOP, 3), TypeError, "`machine` must be a preset or a path"),
        (lambda: pagewalk.replay([], "core-i7"), ValueError, "`traces` must contain at least one"),
        (lambda: pagewalk.sweep([], "core-i7", "ways 1"), ValueError, "`traces` must contain"),
        (
            lambda: pagewalk.replay(pagewalk.run("let n = 1").to_pandas(), "core-i7"),
            TypeError,
            "`traces` must be a path.*not DataFrame",
        ),
        (
            lambda: pagewalk.replay(("a", " L 10,8\n"), "core-i7"),
            TypeError,
            r"as bytes; use `text.encode\(\)`",
        ),
        (lambda: pagewalk.replay([("a", "b")], "core-i7"), TypeError, "as bytes"),
        (lambda: pagewalk.replay(3, "core-i7"), TypeError, "`traces` must be a path"),
        (lambda: pagewalk.replay([3], "core-i7"), TypeError, "`traces` must be a path"),
        (lambda: pagewalk.replay(b"", "core-i7"), TypeError, "`traces` must be a path.*not bytes"),
        (
            lambda: pagewalk.replay(LOOP, "core-i7", frame=3),
            TypeError,
            r"replay\(\) has no parameter `frame`; did you mean `frames`",
        ),
        (
            lambda: pagewalk.replay(LOOP, "core-i7", map="demnd"),
            ValueError,
            "`map` cannot be `demnd`; did you mean `demand`",
        ),
        (
            lambda: pagewalk.replay(LOOP, "core-i7", replacement="lrru"),
            ValueError,
            "did you mean `lru`",
        ),
        (
            lambda: pagewalk.replay(LOOP, "core-i7", trace_format="lacky"),
            ValueError,
            "did you mean `lackey`",
        ),
        (
            lambda: pagewalk.replay(LOOP, "core-i7", map="identity", frames=3),
            ValueError,
            '`frames` needs `map="demand"`',
        ),
        (
            lambda: pagewalk.replay(LOOP, "core-i7", frames=0),
            ValueError,
            "`frames` must be at least 1",
        ),
        (lambda: pagewalk.replay(LOOP, "core-i7", top=1.5), TypeError, "`top` must be an int"),
        (
            lambda: pagewalk.replay(LOOP, "core-i7", causes=1),
            TypeError,
            "`causes` must be True or False",
        ),
        (
            lambda: pagewalk.replay(LOOP, "core-i7", max_memory=1000),
            pagewalk.TraceError,
            r"raise it with `max_memory=BYTES`",
        ),
        (
            lambda: pagewalk.sweep(LOOP, "core-i7", "ways 1..4", cache="L1"),
            ValueError,
            "no cache `L1`: did you mean `L1",
        ),
        (
            lambda: pagewalk.sweep(LOOP, "core-i7", "ways 1", cache="L1d", tlb="dTLB"),
            ValueError,
            "cannot be used together",
        ),
        (lambda: pagewalk.sweep(LOOP, "core-i7", "wys 1..4"), pagewalk.ScriptError, "`ways`"),
        (lambda: pagewalk.sweep(LOOP, "core-i7", 3), TypeError, "`grid` must be a str, not int"),
        (
            lambda: pagewalk.sweep(LOOP, "core-i7", "entries 4", tlb="dTLB", map="identity"),
            ValueError,
            'needs `map="demand"`',
        ),
    ],
)
def test_wrong_arguments_are_named(
    call: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()


PROGRAM = """machine { physical 16 bits, cache { size 1 KB, ways 1, block 16 B } }
program sum \"\"\"
int a[16][16];
void by_columns(void) {
    int s = 0;
    for (int j = 0; j < 16; j++) for (int i = 0; i < 16; i++) s += a[i][j];
}
\"\"\"
"""


def test_a_program_of_the_script_is_a_trace(tmp_path: pathlib.Path) -> None:
    script = tmp_path / "sum.pw"
    script.write_text(PROGRAM)
    sweep = pagewalk.sweep("sum call by_columns", script, "size 128 B..1 KB")
    # Four elements of a block meet again only in a cache that holds all 64 blocks.
    assert [row["misses"] for row in sweep.to_polars().to_dicts()] == [256, 256, 256, 64]
    with pytest.raises(pagewalk.ScriptError, match="by_rows"):
        pagewalk.replay("sum call by_rows", script)
