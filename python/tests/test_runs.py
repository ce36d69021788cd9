"""Runs of scripts: the facts are those of the command line."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

import pytest
from conftest import ROOT, WALK

import pagewalk

EXAMPLES = sorted(ROOT.glob("examples/**/*.pw"))
#: Facts whose values are `yes` or `no` in scripts.
TRUTHS = ("writeback", "swapped-out", "copied", "page-fault")


def same(name: str, mine: object, truth: object) -> bool:
    """Whether a fact has the value that the command line prints."""
    if name.endswith(TRUTHS) and not isinstance(truth, int):
        return mine is {"yes": True, "no": False}[str(truth)]
    if truth in ("none", "unknown"):
        return mine is None
    if isinstance(truth, str) and isinstance(mine, float):
        above, below = truth.split("/")
        return mine == int(above) / int(below)
    return mine == truth and isinstance(mine, bool) == isinstance(truth, bool)


def compare(run: pagewalk.Run, records: list[dict[str, Any]]) -> int:
    """Compare a run with the lines of the command, and return the number of compared facts."""
    totals = records.pop()["totals"]
    assert len(run.steps) == len(records)
    assert run.ok == (totals["failed"] == 0)
    assert len(run.failures) == totals["failed"]
    facts = 0
    for step, record in zip(run.steps, records, strict=True):
        assert (step.line, step.process, step.scenario) == (
            record["line"],
            record.get("process"),
            record.get("scenario"),
        )
        assert list(step) == list(record["facts"])
        for name, truth in record["facts"].items():
            assert same(name, step[name], truth), f"{step}: {name} is {step[name]}, not {truth}"
            assert step.facts[name] == step[name]
        facts += len(step)
        checks = [(check.fact, check.held, check.reason) for check in step.checks]
        assert checks == [(one["fact"], one["held"], one.get("reason")) for one in record["checks"]]
    return facts


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_examples_have_the_facts_of_the_command_line(
    path: pathlib.Path, lines: Callable[..., list[dict[str, Any]]]
) -> None:
    compare(pagewalk.run(path), lines("run", "--format", "json", path))


def test_the_examples_have_facts_of_each_kind() -> None:
    taken = {name for name in dir(pagewalk.Step) if not name.startswith("_")}
    kinds: set[type] = set()
    for path in EXAMPLES:
        for step in pagewalk.run(path).steps:
            facts = step.facts
            kinds.update(type(value) for value in facts.values())
            # `step.line` is the line of the statement, and `step["line"]` the line of a C program.
            assert taken & set(facts) <= {"line"}, "an attribute hides a fact"
    assert kinds == {int, bool, float, str, list, type(None)}


def test_the_line_of_a_program_is_a_fact_beside_the_line_of_the_statement() -> None:
    text = """machine core-i7
kernel
program p \"\"\"
int main(void) {
    return 3;
}
\"\"\"
run p
"""
    run = pagewalk.run(text)
    step = run.steps[-1]
    assert (step.line, step["line"], step.exit) == (8, 2, 3)
    row = run.to_polars().to_dicts()[-1]
    assert (row["line"], row["program.line"]) == (8, 2)


def test_a_failed_expectation_is_reported_with_its_place() -> None:
    run = pagewalk.run(WALK.replace("ppn 0x0D,", "ppn 0x0E,"))
    assert not run.ok
    [check] = run.failures
    assert (check.fact, check.expected, check.actual, check.held) == ("ppn", "0x0E", "0x0D", False)
    assert (check.file, check.line, check.column) == ("<script>", 6, 15)
    assert check.reason
    assert "1 failed" in repr(run)


def test_a_step_has_every_fact_of_its_statement() -> None:
    step = pagewalk.run(WALK).steps[-1]
    # `page-fault` is omitted from reports, but scripts can expect it.
    assert step["page-fault"] is False
    assert step.page_fault is False
    assert "page-fault" in step
    assert "page-fault" not in step.facts
    assert dict(step) == step.facts
    assert dict(step.items())["pa"] == step.pa == 0x354
    assert step["byte"] is None
    with pytest.raises(KeyError, match="no fact `pppn`; did you mean `ppn`"):
        step["pppn"]
    with pytest.raises(AttributeError, match="did you mean `ppn`"):
        step.pppn  # noqa: B018
    assert "0x0D" in step.why("ppn")
    with pytest.raises(ValueError, match="pppn"):
        step.why("pppn")


def test_the_state_is_the_state_after_the_last_statement() -> None:
    state = pagewalk.run(WALK + "let n = 3\n").state
    assert state["variables"] == {"n": 3}
    [tlb] = state["machine"]["cores"][0]["tlbs"]
    assert (tlb["name"], tlb["counts"]["misses"]) == ("tlb", 1)
    [entry] = tlb["entries"]
    assert (entry["set"], entry["tag"], entry["ppn"]) == (3, 3, 0x0D)


def test_the_seed_selects_random_values() -> None:
    text = "choose n in 0..1000000"
    values = [pagewalk.run(text, seed=seed).state["variables"]["n"] for seed in (1, 1, 2)]
    assert values[0] == values[1] != values[2]
    assert pagewalk.run(text).state == pagewalk.run(text, seed=0).state


def test_a_script_uses_the_files_that_it_is_given(tmp_path: pathlib.Path) -> None:
    text = 'include "common.pw"\nexpect n == 4\n'
    assert pagewalk.run(text, files={"common.pw": "let n = 4"}).ok
    assert pagewalk.run(text, files={"common.pw": b"let n = 4"}).ok
    with pytest.raises(pagewalk.ScriptError) as caught:
        pagewalk.run(text)
    assert caught.value.diagnostics[0].code == "unreadable"
    # A script on disk also reads the files in its folder.
    (tmp_path / "main.pw").write_text(text)
    (tmp_path / "common.pw").write_text("let n = 5")
    assert not pagewalk.run(tmp_path / "main.pw").ok
    assert pagewalk.run(tmp_path / "main.pw", files={"common.pw": "let n = 4"}).ok


def test_a_text_reads_no_files_from_disk(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.pw").write_text("let n = 1")
    monkeypatch.chdir(tmp_path)
    for name in ("secret.pw", str(tmp_path / "secret.pw")):
        [found] = pagewalk.check(f'include "{name}"')
        assert found.help is not None
        assert "`files={…}`" in found.help
        assert "pathlib.Path" in found.help
    # A file on disk has no such help, and a similar name is a better one.
    (tmp_path / "main.pw").write_text('include "none.pw"')
    assert "files=" not in (pagewalk.check(tmp_path / "main.pw")[0].help or "")
    with pytest.raises(pagewalk.ScriptError, match="files="):
        pagewalk.Session().run('include "secret.pw"')


def test_a_step_is_a_mapping() -> None:
    step = pagewalk.run(WALK).steps[-1]
    assert "ppn" in step
    assert 3 not in step
    assert None not in step


def test_one_statement_is_not_plural() -> None:
    with pytest.raises(pagewalk.ScriptError, match=r"after 1 statement\b"):
        pagewalk.run("let a = 1\nlet b = 2\nlet c = 3", max_steps=1)


def test_errors_are_exceptions_with_diagnostics() -> None:
    with pytest.raises(pagewalk.ScriptError) as caught:
        pagewalk.run("machine simple\nraed 0x10\n")
    error = caught.value
    [found] = error.diagnostics
    assert (found.code, found.severity, found.line, found.column) == ("unknown-verb", "error", 2, 1)
    assert found.help == "did you mean `read`?"
    assert error.run is None
    assert "2 │ raed 0x10" in str(error)
    assert "\x1b" not in error.text


def test_an_error_during_the_run_keeps_the_steps_before_it() -> None:
    with pytest.raises(pagewalk.ScriptError) as caught:
        pagewalk.run("let a = [1]\nlet i = 3\nlet b = a[i * 1]\n", seed=1)
    error = caught.value
    if error.run is not None:
        assert [step.line for step in error.run.steps] == [1, 2]


def test_check_finds_errors_and_warnings(tmp_path: pathlib.Path) -> None:
    assert pagewalk.check(WALK) == []
    [found] = pagewalk.check("machine core-i8")
    assert (found.line, found.column, found.help) == (1, 9, "did you mean `core-i7`?")
    (tmp_path / "a.pw").write_text("raed 1")
    [found] = pagewalk.check(tmp_path / "a.pw")
    assert found.code == "unknown-verb"
    assert found.file is not None
    assert found.file.endswith("a.pw")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: pagewalk.run("", max_step=3), TypeError, "`max_step`; did you mean `max_steps`?"),
        (lambda: pagewalk.run("", seed="7"), TypeError, "`seed` must be an int, not str"),
        (lambda: pagewalk.run("", seed=True), TypeError, "`seed` must be an int, not bool"),
        (lambda: pagewalk.run("", seed=-1), ValueError, "`seed` must be at least 0, not -1"),
        (lambda: pagewalk.run("", seed=1 << 64), ValueError, "`seed` must be at most"),
        (lambda: pagewalk.run("", max_steps=0), ValueError, "`max_steps` must be at least 1"),
        (lambda: pagewalk.run("", max_memory=1.5), TypeError, "`max_memory` must be an int"),
        (lambda: pagewalk.run(3), TypeError, "`text` must be the text of a script or a path"),
        (lambda: pagewalk.run("a.pw"), ValueError, r"use pathlib.Path\('a.pw'\)"),
        (lambda: pagewalk.run("", files=["a"]), TypeError, "`files` must be a dict"),
        (
            lambda: pagewalk.run("", files={"a": 1}),
            TypeError,
            r"`files\['a'\]` must be a str or bytes",
        ),
        (lambda: pagewalk.check("", sed=1), TypeError, r"check\(\) has no parameter `sed`"),
    ],
)
def test_wrong_arguments_are_named(
    call: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()
