"""Sweeps in parts: their files are those of the command line, and a sweep resumes from them."""

from __future__ import annotations

import importlib.metadata
import pathlib
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest
from conftest import ROOT
from sweeps import GRID, PARTS, Work, identities

import pagewalk
from pagewalk import _parts

LOOP = ROOT / "examples" / "traces" / "loop.lackey"


@pytest.fixture
def work(tmp_path: pathlib.Path, command: Callable[..., str]) -> Work:
    return Work(tmp_path, 1000, command)


def part_of(work: Work, part: int, folder: pathlib.Path) -> list[object]:
    a, b = work.traces
    job = ["--partition", f"{part}/{PARTS}", "--output", folder]
    return ["sweep", "core-i7", a, "--trace", b, GRID, *job]


def test_the_parts_are_those_of_the_command_line(work: Work, tmp_path: pathlib.Path) -> None:
    work.check(work.sweep())
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    for part in range(1, PARTS + 1):
        work.command(*part_of(work, part, theirs))
    files = sorted(path.name for path in theirs.iterdir())
    assert len(files) == 2 * PARTS
    for name in files:
        assert (work.folder / name).read_bytes() == (theirs / name).read_bytes()


def test_a_sweep_resumes_from_the_parts_of_either(work: Work) -> None:
    work.sweep()
    for manifest in work.finished()[::2]:
        manifest.unlink()
    # The command line writes some of the missing parts, without Parquet files.
    for part in (3, 5):
        for file in work.folder.glob(f"trace=*/sweep-{part:02}-of-{PARTS}.parquet"):
            file.unlink()
        work.command(*part_of(work, part, work.folder))
    kept = work.finished()
    assert len(kept) == PARTS // 2 + 2
    before = identities(kept)
    # A table that differs from its manifest is computed again.
    kept[0].with_suffix(".csv").write_text("trace\n")
    work.check(work.sweep(partitions=None))
    assert identities(kept)[2:] == before[2:]


def test_parts_of_another_sweep_are_refused(work: Work) -> None:
    work.sweep()
    before = identities(work.finished())
    for keywords, difference in [
        ({"partitions": 12}, "number of parts differs"),
        ({"grid": GRID + " lru"}, "grid differs"),
        ({"map": "identity"}, "option `map` differs"),
        ({"frames": 100}, "option `frames` differs"),
        ({"straddle": "first"}, "option `straddle` differs"),
    ]:
        with pytest.raises(ValueError, match=f"another sweep: the {difference}; choose another"):
            work.sweep(**keywords)
    assert identities(work.finished()) == before


@pytest.mark.parametrize("missing", [0, 5])
def test_a_trace_that_changed_is_refused(work: Work, missing: int) -> None:
    work.sweep()
    for manifest in work.finished()[:missing]:
        manifest.unlink()
    text = work.traces[1].read_text()
    work.traces[1].write_text(text.replace(" L ", " S ", 1))
    with pytest.raises(ValueError, match="another sweep: the contents of a trace differ"):
        work.sweep()
    assert len(work.finished()) == PARTS - missing
    work.traces[1].write_text(text)
    work.check(work.sweep())


def test_more_parts_than_points_are_possible(work: Work) -> None:
    result = work.sweep(partitions=30)
    assert len(work.finished()) == 30
    assert result.to_arrow().equals(pagewalk.sweep(work.traces, "core-i7", GRID).to_arrow())
    assert "b.lackey; 24 rows" in repr(result)


def test_columns_without_values_keep_their_types(tmp_path: pathlib.Path) -> None:
    grid = "cache L1d { ways 1..2, policy lru random }, tlb dTLB { ways 4 8 }"
    parts = pagewalk.sweep(LOOP, "core-i7", grid, manifest=tmp_path / "parts", partitions=3)
    assert parts.to_arrow().equals(pagewalk.sweep(LOOP, "core-i7", grid).to_arrow())


def test_warnings_about_a_trace_are_issued_once(tmp_path: pathlib.Path) -> None:
    bad = tmp_path / "bad.lackey"
    bad.write_text(" L 10,8\nnonsense\n")
    keywords: dict[str, Any] = {"manifest": tmp_path / "parts", "partitions": 2}
    with pytest.warns(pagewalk.PagewalkWarning, match=r"bad.lackey`.*malformed") as found:
        pagewalk.sweep(bad, "core-i7", "ways 1..2", **keywords)
    assert len(found) == 1
    keywords["manifest"] = tmp_path / "strict"
    with pytest.raises(pagewalk.TraceError, match="line 2"):
        pagewalk.sweep(bad, "core-i7", "ways 1..2", strict=True, **keywords)


def test_a_folder_that_cannot_be_written_is_an_error(work: Work, tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        work.sweep(manifest=tmp_path / "file")
    # A folder has the name of a part's table.
    (work.folder / f"sweep-05-of-{PARTS}.csv").mkdir(parents=True)
    with pytest.raises(OSError, match=r"cannot write `.*sweep-05-of-24.csv`: it is a folder"):
        work.sweep()
    assert len(work.finished()) == 4


def test_a_folder_that_workers_do_not_share_is_an_error(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(job: object, part: int, of: int) -> tuple[str, list[str]]:
        return "", []

    monkeypatch.setattr(_parts, "simulate", elsewhere)
    monkeypatch.setattr(_parts, "VISIBLE", 0)
    with pytest.raises(OSError, match=r"wrote `.*sweep-01-of-24.json`, but it is not there; use"):
        work.sweep()


CALLS: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"backend": "dsk"}, ValueError, "`backend` cannot be `dsk`; did you mean `dask`"),
    ({"backend": 3}, TypeError, "`backend` must be a str, not int"),
    ({"client": 3}, ValueError, '`client` needs `backend="dask"`'),
    ({"partitions": 3}, ValueError, '`partitions` needs `manifest` or `backend="dask"`'),
    ({"manifest": 3}, TypeError, "`manifest` must be a path, not int"),
    ({"manifest": "x", "partitions": 0}, ValueError, "`partitions` must be at least 1"),
    ({"manifest": "x", "partitions": "3"}, TypeError, "`partitions` must be an int, not str"),
    ({"manifests": "x"}, TypeError, "no parameter `manifests`; did you mean `manifest`"),
]


@pytest.mark.parametrize(("keywords", "error", "message"), CALLS, ids=lambda value: "")
def test_wrong_arguments_are_named(
    keywords: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        pagewalk.sweep(LOOP, "core-i7", "ways 1..2", **keywords)


@pytest.mark.parametrize("keywords", [{"manifest": "unused"}, {"backend": "dask"}])
def test_parts_need_traces_in_files(keywords: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="needs traces in files"):
        pagewalk.sweep([LOOP, ("loop", b" L 0,8\n")], "core-i7", "ways 1..2", **keywords)


@pytest.mark.parametrize(
    ("package", "extra", "keywords"),
    [("pyarrow", "arrow", {"manifest": "unused"}), ("distributed", "dask", {"backend": "dask"})],
)
def test_a_missing_package_is_named_with_its_extra(
    package: str, extra: str, keywords: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    message = f"`{package}`; install it with `pip install 'pagewalk[{extra}]'`"
    with pytest.raises(ImportError, match=re.escape(message)):
        pagewalk.sweep(LOOP, "core-i7", "ways 1..2", **keywords)
    assert not pathlib.Path("unused").exists()
    provided = importlib.metadata.metadata("pagewalk").get_all("Provides-Extra") or []
    assert extra in provided
