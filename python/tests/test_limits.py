"""Interrupts, panics, limits, and threads: the interpreter survives, and other threads run."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import pagewalk
from pagewalk import _pagewalk as native

#: A script that runs for a very long time.
ENDLESS = "let n = 0\nrepeat 1000000000 { let n = (n * 3 + 1) % 1000 }"

INTERRUPTED = """
import sys, pagewalk
print("started", flush=True)
try:
    CALL
except KeyboardInterrupt:
    print("interrupted", pagewalk.run("expect 1 == 1").ok, flush=True)
"""


def endless_trace(path: Path) -> None:
    """Create a trace that never ends, so that its replay takes longer than any wait."""

    def write() -> None:
        with contextlib.suppress(BrokenPipeError), path.open("wb") as pipe:
            while True:
                pipe.write(b" L 10,8\n" * 65536)

    os.mkfifo(path)
    threading.Thread(target=write, daemon=True).start()


@pytest.mark.parametrize(
    "call",
    [
        f"pagewalk.run({ENDLESS!r}, max_steps=10**12, max_memory=2**40)",
        f"pagewalk.Session(max_steps=10**12, max_memory=2**40).run({ENDLESS!r})",
        "pagewalk.replay('trace', 'core-i7')",
        "pagewalk.sweep('trace', 'core-i7', 'ways 1..16, policy random')",
    ],
    ids=["run", "session", "replay", "sweep"],
)
def test_ctrl_c_interrupts(call: str, tmp_path: Path) -> None:
    endless_trace(tmp_path / "trace")
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED.replace("CALL", call)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    out, _ = process.communicate(timeout=30)
    assert out == "interrupted True\n"
    assert process.returncode == 0
    assert time.monotonic() - begun < 10


def test_other_threads_run_during_a_call() -> None:
    counted = 0
    done = threading.Event()

    def count() -> None:
        nonlocal counted
        while not done.is_set():
            counted += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    before = counted
    text = "let n = 0\nrepeat 60000 { let n = n + 1 }"
    begun = time.monotonic()
    pagewalk.run(text)
    elapsed = time.monotonic() - begun
    during = counted - before
    done.set()
    thread.join()
    # If the call keeps the lock, the thread counts only before and after the call.
    assert during > 10 * elapsed, (during, elapsed)


def test_two_threads_run_scripts() -> None:
    results = []

    def work(seed: int) -> None:
        for _ in range(20):
            run = pagewalk.run("choose n in 0..100000", seed=seed)
            results.append((seed, run.state["variables"]["n"]))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 80
    assert len(set(results)) == 4


@pytest.mark.skipif(not hasattr(native, "_panic"), reason="an optimized build has no test hook")
def test_a_panic_is_an_exception(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(pagewalk.InternalError, match=r"has a bug.*a test of panics"):
        native._panic()
    assert pagewalk.run("expect 1 == 1").ok
    capfd.readouterr()


def test_deep_nesting_does_not_end_the_interpreter() -> None:
    for depth in (100, 10_000, 100_000):
        for text in (
            "let x = " + "(" * depth + "1" + ")" * depth,
            "let x = " + "-" * depth + "1",
            "if true { " * depth + "}" * depth,
            "let x = " + "[" * depth + "]" * depth,
        ):
            with contextlib.suppress(pagewalk.ScriptError):
                pagewalk.run(text)
    deep = "repeat 1 {" * 60 + "let x = 1" + "}" * 60
    assert pagewalk.run(deep).ok


def test_a_deep_script_runs_in_a_thread_of_python() -> None:
    results = []
    text = "repeat 1 {" * 60 + "let x = 1" + "}" * 60
    thread = threading.Thread(target=lambda: results.append(pagewalk.run(text).ok))
    thread.start()
    thread.join()
    assert results == [True]


@pytest.mark.parametrize(
    ("text", "limits", "code", "keyword"),
    [
        (ENDLESS, {"max_steps": 1000}, "limit-steps", "max_steps=N"),
        (ENDLESS, {"max_memory": 1 << 20}, "limit-memory", "max_memory=BYTES"),
        (
            "let x = [0]\nrepeat 12 { let x = [x, x, x, x, 1] }",
            {"max_memory": 1 << 22},
            "limit-memory",
            "max_memory=BYTES",
        ),
    ],
)
def test_a_full_budget_is_an_exception(
    text: str, limits: dict[str, int], code: str, keyword: str
) -> None:
    with pytest.raises(pagewalk.ScriptError) as caught:
        pagewalk.run(text, **limits)
    [found] = caught.value.diagnostics
    assert found.code == code
    assert found.help is not None
    assert f"`{keyword}`" in found.help
    assert caught.value.run is not None
    assert len(caught.value.run.steps) > 0


PAGES = "let p = mmap(NULL, 64 KB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)"


def test_results_leave_out_lists_that_grow() -> None:
    """The records of a loop that appends would have 200 million elements."""
    text = "let xs = []\nfor i in 0..20000 { let xs = [xs, i] }\nexpect len(xs) == 20000"
    run = pagewalk.run(text, max_memory=200_000_000)
    assert run.ok
    assert len(run.steps) == 20_002


@pytest.mark.parametrize(
    "text",
    [
        ENDLESS,
        f"process P\n{PAGES}\nrepeat 100000 {{ read p size 65536 }}",
        f"process P\nrepeat 100000 {{ {PAGES}; munmap(p, 64 KB) }}",
        "machine simple\nrepeat 1000000 { show cache }",
        "let x = [0]\nrepeat 9 { let x = [x, x] }\nfor n in 0..100000 { let y = [x, n] }",
        "repeat 1000000 { reference 1 2 3 4 5 6 7 8 9 { frames 3, replacement lru } }",
    ],
    ids=["loop", "large accesses", "faults", "show", "lists", "references"],
)
def test_results_stay_within_the_memory_limit(text: str) -> None:
    """The steps of a long loop fit in twice the limit, so that a notebook survives."""
    program = (
        "import resource, pagewalk\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"try: pagewalk.run({text!r}, max_memory=200_000_000, max_steps=10**9)\n"
        "except pagewalk.ScriptError as error: print(error.diagnostics[0].code)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout.split()
    assert out[0] == "limit-memory"
    assert int(out[1]) * 1024 < 400_000_000, out


def test_exceptions_can_be_pickled() -> None:
    with pytest.raises(pagewalk.ScriptError) as caught:
        pagewalk.run("raed 1")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.text, again.diagnostics) == (caught.value.text, caught.value.diagnostics)
    internal = pagewalk.InternalError("x")
    assert str(pickle.loads(pickle.dumps(internal))) == str(internal)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_can_run_scripts() -> None:
    pagewalk.run("expect 1 == 1")
    child = os.fork()
    if child == 0:
        os._exit(0 if pagewalk.run("expect 1 == 1").ok else 1)
    assert os.waitpid(child, 0)[1] == 0
