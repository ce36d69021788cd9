"""The Jupyter kernel, the magic, and the notebooks in `examples/notebooks`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jupyter_kernel_test
import nbformat
import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient

import pagewalk

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(ROOT.glob("examples/notebooks/*.ipynb"))


class TestKernel(jupyter_kernel_test.KernelTests):
    """What Jupyter's own tests of kernels expect."""

    kernel_name = "pagewalk"
    language_name = "pagewalk"
    file_extension = ".pw"
    code_execute_result = ()
    code_display_data = (
        {"code": "machine simple\nread 0x3D4", "mime": "text/html"},
        {"code": ":help read", "mime": "text/plain"},
    )
    code_generate_error = "raed 0x3D4"
    code_stderr = "let pages = 010"
    completion_samples = (
        {"text": "machine core-", "matches": {"core-i7"}},
        {"text": ":ba", "matches": {":back"}},
    )
    complete_code_samples = ("read 0x3D4", ":back", 'scenario "a" {\n}')
    incomplete_code_samples = ('scenario "a" {', ':back\nscenario "a" {', "let x =")
    code_inspect_sample = "read"
    code_clear_output = ""


@pytest.fixture
def kernel():
    """Start a kernel, and return a function that runs a cell."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="pagewalk")

    def run(cell: str) -> tuple[str, list[dict[str, Any]]]:
        outputs: list[dict[str, Any]] = []

        def keep(message: dict[str, Any]) -> None:
            if message["msg_type"] in ("display_data", "error", "stream"):
                outputs.append({"type": message["msg_type"], **message["content"]})

        reply = client.execute_interactive(cell, output_hook=keep, timeout=30)
        return reply["content"]["status"], outputs

    run.manager, run.client = manager, client
    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_cells_continue_and_commands_have_their_own_lines(kernel) -> None:
    assert kernel("machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 | }")[0] == "ok"
    status, outputs = kernel("read 0x3D4\n:back\nread 0x3D4\n:why tlb\nshow stats")
    assert status == "ok"
    text = "".join(output["data"]["text/plain"] for output in outputs)
    assert text.count("PA 0x354") == 2
    assert "because no valid entry of set 3 has tag 0x03" in text
    # The first `read` is undone, so there is one miss.
    assert re.search(r"^  tlb +0 +1 ", text, re.MULTILINE), text
    [html] = [output["data"]["text/html"] for output in outputs]
    for part in ('class="worksheet"', "<b>0x0D</b>", "<svg", "virtual address (14 bits)"):
        assert part in html


def test_an_error_shows_the_line_and_stops_the_cell(kernel) -> None:
    status, outputs = kernel("let a = 1\n:history\nlet b = c\n:history")
    assert status == "error"
    assert [output["type"] for output in outputs] == ["display_data", "error"]
    assert "let b" not in outputs[0]["data"]["text/plain"]
    found = "\n".join(outputs[1]["traceback"])
    assert "no variable is called `c` here" in found
    assert "let b = c" in found
    assert outputs[1]["evalue"] in found
    status, outputs = kernel("show a")
    assert (status, outputs[0]["data"]["text/plain"]) == ("ok", "a = 1")


@pytest.mark.parametrize("first", ["raed 1", "hit", "fork", "machin core-i7"])
def test_several_statements_are_not_an_expression(kernel, first: str) -> None:
    kernel("machine simple")
    status, outputs = kernel(f"{first}\nread 0x3D8")
    assert status == "error"
    with pytest.raises(pagewalk.ScriptError) as truth:
        pagewalk.run(f"machine simple\n{first}\nread 0x3D8")
    [error] = [output for output in outputs if output["type"] == "error"]
    # A long message goes on in the next line.
    message = error["evalue"].partition("] ")[2]
    assert message
    assert truth.value.diagnostics[0].message.startswith(message)
    assert "show" not in "".join(error["traceback"])


def test_arguments_of_the_kernel_raise_limits() -> None:
    from jupyter_client.manager import start_new_kernel

    arguments = ["--PagewalkKernel.max_steps=1000"]
    manager, client = start_new_kernel(kernel_name="pagewalk", extra_arguments=arguments)
    try:
        cell = "let n = 0\nrepeat 2000 { let n = n + 1 }"
        content = client.execute_interactive(cell, output_hook=print, timeout=30)["content"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert content["status"] == "error"
    assert "`--PagewalkKernel.max_steps=N`" in "".join(content["traceback"])


def test_a_practice_asks_in_each_cell(kernel) -> None:
    kernel("machine simple")
    for cell, asked in ((":practice translate 0x3D4", "vpn"), ("0xF", "tlb index")):
        status, outputs = kernel(cell)
        assert status == "ok"
        last = outputs[-1]["data"]["text/plain"].splitlines()[-1]
        assert asked in last.lower(), last
    assert "shut down the kernel" in kernel(":quit\n:quit")[1][-1]["data"]["text/plain"]


def test_an_interrupt_stops_a_cell(kernel) -> None:
    kernel("let n = 1")
    # After an error, the kernel would abort requests that arrive too soon.
    cell = "let m = 0\nrepeat 1000000000 { let m = (m * 3 + 1) % 1000 }"
    identity = kernel.client.execute(cell, stop_on_error=False)
    time.sleep(0.5)
    kernel.manager.interrupt_kernel()
    begun = time.monotonic()
    while (reply := kernel.client.get_shell_msg(timeout=30))["parent_header"]["msg_id"] != identity:
        pass
    assert time.monotonic() - begun < 10
    assert (reply["content"]["status"], reply["content"]["ename"]) == ("error", "Interrupted")
    assert kernel("show n")[1][0]["data"]["text/plain"] == "n = 1"


def outputs_of(notebook: nbformat.NotebookNode) -> list[list[dict[str, Any]]]:
    """Return what does not depend on fonts: the outputs without pictures, whose text is a size."""

    def compared(output: nbformat.NotebookNode) -> dict[str, Any]:
        data = output.get("data", {})
        kept = {} if "image/png" in data else dict(data)
        return {"type": output["output_type"], "text": output.get("text"), "data": kept}

    return [[compared(output) for output in cell.get("outputs", [])] for cell in notebook.cells]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_has_the_outputs_of_its_cells(path: Path) -> None:
    """With `PAGEWALK_RETELL=1`, the test stores the outputs."""
    stored = nbformat.read(path, as_version=4)
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=60,
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
    ).execute()
    if os.environ.get("PAGEWALK_RETELL"):
        notebook.metadata.language_info.pop("version", None)
        nbformat.write(notebook, path)
    else:
        assert outputs_of(notebook) == outputs_of(stored)


def test_there_are_three_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "cache-sweep",
        "fork-and-copy-on-write",
        "simple-memory-system",
    ]


def test_the_magic_continues_and_binds_results() -> None:
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "pagewalk")
    first = shell.run_cell("%%pagewalk\nmachine simple\nlet a = 7")
    assert isinstance(first.result, pagewalk.Run)
    shell.run_cell("%%pagewalk run\nexpect a == 8")
    assert shell.user_ns["run"].failures[0].actual == "7"
    assert shell.user_ns["pagewalk_session"].position == 3
    for name in ("class", "1x", "a.b"):
        done = shell.run_cell(f"%%pagewalk {name}\nlet b = 7")
        assert isinstance(done.error_in_exec, UsageError), name
    wrong = shell.run_cell("%%pagewalk\nraed 1")
    assert isinstance(wrong.error_in_exec, pagewalk.ScriptError)
    assert wrong.error_in_exec._render_traceback_() == wrong.error_in_exec.text.splitlines()
    shell.run_cell("%%pagewalk --seed 3 new\nchoose n in 0..1000000")
    assert (
        shell.user_ns["new"].state["variables"]
        == pagewalk.run("choose n in 0..1000000", seed=3).state["variables"]
    )


def test_reports_show_values_and_escape_text() -> None:
    text = 'machine simple\nshow "<script>alert(1)</script>"\nread 0x3D4 => tlb hit'
    run = pagewalk.run(text)
    html = run._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
    for part in ("<td>tlb</td><td>hit</td><td>miss</td>", "1 expectation failed", "<b>0x0F</b>"):
        assert part in html
    step = run.steps[-1]._repr_html_()
    assert "read 0x3D4" in step
    assert "alert" not in step
    assert str(run).startswith("machine simple ")
    assert "TLB hit? no" in str(run)


def test_a_long_run_has_a_short_report() -> None:
    run = pagewalk.run("machine simple\n" + "read 0x3D4\n" * 3000)
    html = run._repr_html_()
    assert "the rest is not shown" in html
    assert len(html) < 20_000_000


def test_layouts_and_tables_are_drawn() -> None:
    text = (
        "process P1\nlet p = mmap(NULL, 8 KB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n"
        "show layout P1\nshow P1.maps\nshow tables P1"
    )
    html = pagewalk.run(text)._repr_html_()
    assert "address space of P1" in html
    assert html.count("<svg") >= 1
    assert 'class="given"' in html


def test_papers_and_tables_have_html() -> None:
    [paper] = pagewalk.exam('question "A" { ask "1 + \\"1\\"" = 2 }')
    html = paper._repr_html_()
    assert html.startswith("<iframe srcdoc=")
    assert html.count("<") == 2
    sweep = pagewalk.sweep(("t", b" L 10,8\n"), "core-i7", "ways 1..2")
    assert "<table" in sweep._repr_html_()


def test_the_kernel_without_ipykernel_names_the_extra() -> None:
    program = "import sys\nsys.modules['ipykernel'] = None\nimport pagewalk.kernel"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.returncode == 1
    assert "`pip install 'pagewalk[jupyter]'`" in ended.stderr
