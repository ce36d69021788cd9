"""Checks the Parquet files of `pagewalk sweep`: two independent readers find the columns, types, and values of the CSV of the same sweep.

`tables.py PAGEWALK`
"""

import csv
import io
import pathlib
import subprocess
import sys
import tempfile

import duckdb
import pyarrow.parquet

pagewalk = sys.argv[1]

# Names and words beyond ASCII, empty cells, one row, runs of rows, and more rows than a byte counts.
SWEEPS = [
    ["ways 1..4, size 512 B..4 KB"],
    ["ways 2"],
    ["cache L1d { ways 1..2, policy lru random, write-back write-through }, tlb dTLB { entries 8..32, ways 4 8 }"],
    ["entries 4..64, ways 4 fully-associative", "--tlb", "iTLB"],
    ["sets 1..512, ways 1..64, block 16 B..64 B"],
]


def trace(rounds):
    for n in range(rounds):
        yield f"I  {0x400000 + n * 52 % 0x1800:x},3\n"
        yield f" L {0x100000 + n * 72 % 0x6000:x},8\n"
        yield f" S {0x200000 + n * 4168 % 0x9000:x},8\n"


def typed(text, name):
    """Converts a cell of the CSV to the value in the Parquet file."""
    if text == "":
        return None
    if name in ("trace", "machine", "part", "policy", "write_back"):
        return text
    return float(text) if name == "miss_rate" else int(text)


def same(what, wanted, found):
    if wanted != found:
        sys.exit(f"{what}:\n  wanted {wanted}\n  found  {found}")


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    name = "fläche.lackey"
    (folder / name).write_text("".join(trace(300)))
    # Without loads and stores, the L1d has no miss rate.
    (folder / "fetch.lackey").write_text("I  00400000,3\n")
    rows = 0
    for number, sweep in enumerate(SWEEPS + [["ways 1..2", "fetch"]]):
        source = "fetch.lackey" if sweep[-1] == "fetch" else name
        file = folder / f"{number}.parquet"
        command = [pagewalk, "sweep", "core-i7", source, *(word for word in sweep if word != "fetch")]
        told = subprocess.run([*command, "--format", "csv"], cwd=folder, check=True, capture_output=True)
        subprocess.run([*command, "--format", "parquet", "--output", file], cwd=folder, check=True)
        table = list(csv.DictReader(io.StringIO(told.stdout.decode())))
        wanted = [{name: typed(text, name) for name, text in row.items()} for row in table]

        read = pyarrow.parquet.read_table(file)
        same(f"{sweep}: columns, as pyarrow reads them", list(wanted[0]), read.column_names)
        same(f"{sweep}: rows, as pyarrow reads them", wanted, read.to_pylist())
        for field in read.schema:
            kind = "double" if field.name == "miss_rate" else None
            word = typed("1", field.name) == "1"
            same(f"{sweep}: the type of {field.name}", kind or ("string" if word else "int64"), str(field.type))

        cursor = duckdb.execute("SELECT * FROM read_parquet(?)", [str(file)])
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, row)) for row in cursor.fetchall()]
        same(f"{sweep}: rows, as DuckDB reads them", wanted, found)
        rows += len(wanted)

    # The readers reject a truncated file, so the checks above can fail.
    (folder / "cut.parquet").write_bytes((folder / "0.parquet").read_bytes()[:-20])
    try:
        pyarrow.parquet.read_table(folder / "cut.parquet")
    except Exception:
        print(f"Parquet: {len(SWEEPS) + 1} sweeps, {rows} rows, as pyarrow and DuckDB read them")
    else:
        sys.exit("a file that is cut short is read without a word")
