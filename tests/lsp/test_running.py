"""Scripts that run while they are written."""

import os
import sys
import time
from pathlib import Path

import pytest

from raw import Server, place

URI = "file:///course/script.pw"
ENDLESS = "let a = 1\nrepeat 1 << 60 { let a = a + 1 }\n"
CANCELLED = -32800
SECONDS = float(os.environ.get("PAGEWALK_SECONDS", "1"))


def test_an_endless_loop_is_stopped_by_the_budget_and_told(pagewalk):
    with Server(pagewalk, options={"maxSteps": 10000}) as server:
        server.open(URI, "repeat 1 << 60 { let a = 1 }\n")
        (one,) = server.diagnostics(URI)
        assert one["code"] == "limit-steps"
        assert "`pagewalk.maxSteps`" in one["message"], "the editor has no command line"


def test_a_run_ends_with_the_next_keystroke(pagewalk):
    with Server(pagewalk) as server:
        server.open(URI, ENDLESS)
        time.sleep(0.3)
        began = time.monotonic()
        server.change(URI, 2, "expect 1 == 2\n")
        (one,) = server.diagnostics(URI, 2)
        assert one["code"] == "expectation"
        assert time.monotonic() - began < 2 * SECONDS, "the run went on"


def test_what_is_wrong_is_told_before_a_long_run_ends(pagewalk):
    with Server(pagewalk, options={"maxSteps": 1 << 62}) as server:
        server.open(URI, ENDLESS + "let x = nothing\n")
        (one,) = server.diagnostics(URI)
        assert one["code"] == "unknown-name"


def test_requests_are_answered_while_a_script_runs(pagewalk):
    with Server(pagewalk, options={"maxSteps": 1 << 62}) as server:
        server.open(URI, ENDLESS)
        server.open("file:///course/other.pw", "let b = 1\n")
        began = time.monotonic()
        assert "error" in server.request("textDocument/fly", {})
        assert time.monotonic() - began < SECONDS


def test_a_request_that_takes_a_run_of_its_own_can_be_cancelled(pagewalk):
    with Server(pagewalk, options={"maxSteps": 1 << 62, "run": False}) as server:
        server.open(URI, ENDLESS)
        number = server.ask("workspace/executeCommand", {"command": "pagewalk.runScenario", "arguments": [URI, None]})
        time.sleep(0.2)
        server.notify("$/cancelRequest", {"id": number})
        answer = server.wait(lambda message: message.get("id") == number, 5)
        assert answer["error"]["code"] == CANCELLED


def test_a_request_that_is_cancelled_at_once_is_not_begun(pagewalk):
    with Server(pagewalk) as server:
        server.open(URI, "let a = 1\n")
        server.number += 1
        request = '{"jsonrpc":"2.0","id":%d,"method":"pagewalk/step","params":{"textDocument":{"uri":"%s"}}}'
        cancel = '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":%d}}'
        texts = [request % (server.number, URI), cancel % server.number]
        server.bytes("".join(f"Content-Length: {len(text)}\r\n\r\n{text}" for text in texts).encode())
        answer = server.wait(lambda message: message.get("id") == server.number)
        # It may have been done before the second message was read; it is answered once in either case.
        assert "result" in answer or answer["error"]["code"] == CANCELLED


def test_scripts_are_not_run_where_that_is_switched_off(pagewalk):
    with Server(pagewalk, options={"run": False}) as server:
        server.open(URI, "expect 1 == 2\n")
        assert server.diagnostics(URI) == []
        server.notify("workspace/didChangeConfiguration", {"settings": {"pagewalk": {"run": True}}})
        (one,) = server.diagnostics(URI)
        assert one["code"] == "expectation"


def test_settings_are_asked_for_where_the_client_tells_them(pagewalk):
    with Server(pagewalk, capabilities={"workspace": {"configuration": True}}) as server:
        server.open(URI, "expect 1 == 2\n")
        asked = server.wait(lambda message: message.get("method") == "workspace/configuration")
        assert asked["params"]["items"] == [{"section": "pagewalk"}]
        server.send({"id": asked["id"], "result": [{"run": False}]})
        end = time.monotonic() + 5
        while server.diagnostics(URI) != []:
            assert time.monotonic() < end


def test_a_file_of_5_mb_is_checked_and_changed(pagewalk):
    line = "expect 0x3d4 & 0xff == 0xd4 # padding padding padding padding\n"
    text = line * (5_000_000 // len(line)) + "let x = nothing\n"
    with Server(pagewalk, options={"run": False}) as server:
        server.open(URI, text)
        (one,) = server.diagnostics(URI, seconds=60)
        last = one["range"]["start"]["line"]
        assert last == text.count("\n") - 1
        server.change(URI, 2, "1", place(last, 8, last, 15))
        assert server.diagnostics(URI, 2, seconds=60) == []
        assert server.end() == 0


def test_every_prefix_of_every_example_is_answered_soon(pagewalk, examples):
    """Half-typed scripts: prefixes that end at a line and within one."""
    # An unoptimized program takes five minutes for all lines.
    every = 40 if "PAGEWALK_SECONDS" in os.environ else 1
    with Server(pagewalk) as server:
        version = 1
        server.open(URI, "")
        server.diagnostics(URI, 1)
        for first, example in enumerate(examples):
            text = example.read_text()
            ends = [max(0, at - number % 7) for number, at in enumerate(at for at, c in enumerate(text) if c == "\n")]
            for end in ends[first % every :: every]:
                version += 1
                began = time.monotonic()
                server.change(URI, version, text[:end])
                server.diagnostics(URI, version)
                assert time.monotonic() - began < SECONDS, f"{example.name}, {end} bytes"
        assert server.end() == 0


def test_steps_go_back_and_forth(pagewalk, simple):
    with Server(pagewalk) as server:
        server.open(URI, simple)
        ask = lambda **which: server.request("pagewalk/step", {"textDocument": {"uri": URI}, **which})["result"]
        line = next(number for number, text in enumerate(simple.splitlines()) if "0x03d4" in text.lower() and "=>" in text)
        here = ask(position={"line": line, "character": 0})
        assert here["range"]["start"]["line"] == line
        # CS:APP 9.6.4: 0x03D4 is a hit in the TLB and in the cache, PPN 0x0D.
        assert "PPN 0x0D" in here["narration"] and "TLB hit? yes" in here["narration"]
        titles = [panel["title"] for panel in here["panels"]]
        assert titles[0] == "changes" and {"tlb", "cache", "page_table"} <= set(titles)
        before = ask(index=here["index"] - 1)
        assert before["index"] == here["index"] - 1 and before["count"] == here["count"]
        assert ask(index=10**6)["index"] == here["count"] - 1


def test_steps_of_loops_are_counted(pagewalk):
    with Server(pagewalk) as server:
        server.open(URI, "machine simple\nfor va in [0x3D4, 0x29D] {\n  translate va\n}\n")
        ask = lambda **which: server.request("pagewalk/step", {"textDocument": {"uri": URI}, **which})["result"]
        titles = [ask(index=index)["title"] for index in range(3)]
        assert titles == ["machine simple", "translate va (execution 1 of 2)", "translate va (execution 2 of 2)"]


def test_papers_are_shown_as_they_stand_in_the_editor(pagewalk, examples):
    exam = next(path for path in examples if "question" in path.read_text())
    with Server(pagewalk) as server:
        server.open(URI, exam.read_text())
        ask = lambda **which: server.request("pagewalk/exam", {"textDocument": {"uri": URI}, **which})
        paper, key = ask()["result"]["text"], ask(key=True)["result"]["text"]
        assert paper.startswith("<!DOCTYPE html>") and paper != key
        assert "error" in ask(format="pdf")
        server.change(URI, 2, "machine simple\n")
        assert "contains no `question`" in ask()["error"]["message"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_results_of_all_documents_together_have_a_limit(pagewalk):
    def uri(n):
        return f"file:///course/long{n}.pw"

    def hint(n):
        end = {"line": 2, "character": 0}
        where = {"textDocument": {"uri": uri(n)}, "range": {"start": {"line": 0, "character": 0}, "end": end}}
        return server.request("textDocument/inlayHint", where)["result"]

    documents = 60
    with Server(pagewalk, options={"maxMemory": 128}) as server:
        for n in range(documents):
            # The last expectation fails, so that the diagnostics tell when the run has ended. On a slow machine, the check's empty ones come before.
            server.open(uri(n), f"let xs = [0..1000000, {n}]\nexpect len(xs) == 0\n")
            (one,) = server.diagnostics(uri(n)) or server.diagnostics(uri(n))
            assert one["code"] == "expectation"
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        (high,) = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")]
        assert high < 600_000, f"{high} KB"
        assert hint(documents - 1) and not hint(0)


TEXTBOOK = """machine simple
set page_table {
  | vpn ppn v |
  | 0F  0D  1 |
}
translate 0x03D4 => ppn 0x0E, tlb ?
"""


def test_predictions_are_checked_without_the_answers(pagewalk):
    """CS:APP 9.6.4: the page is in frame 0x0D, so that the physical address is 0x354."""
    document = {"textDocument": {"uri": URI}}
    literals = {"textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}}}
    with Server(pagewalk, options={"predict": True}, capabilities=literals) as server:
        server.open(URI, TEXTBOOK)
        messages = [one["message"] for one in server.diagnostics(URI)]
        assert messages == ["the prediction `ppn 0x0E` differs from the run", "tlb is open"]
        everything = {"start": {"line": 0, "character": 0}, "end": {"line": 6, "character": 0}}
        hints = server.request("textDocument/inlayHint", {**document, "range": everything})["result"]
        context = {"diagnostics": [], "only": ["quickfix", "source.accept", "source.fill"]}
        actions = server.request("textDocument/codeAction", {**document, "range": everything, "context": context})["result"]
        assert (hints, actions) == ([], [])
        context["only"] = ["refactor.rewrite"]
        actions = server.request("textDocument/codeAction", {**document, "range": everything, "context": context})["result"]
        assert "0x0D" not in str(actions)
        for at in range(len("translate 0x03D4 => ppn 0x0E")):
            hover = server.request("textDocument/hover", {**document, "position": {"line": 5, "character": at}})["result"]
            assert not any(answer in str(hover) for answer in ("0x0D", "0x354", "0x0F")), hover
        results = server.request("pagewalk/test", document)["result"]["cases"]
        assert "the prediction `ppn 0x0E` differs from the run" in str(results) and "0x0D" not in str(results)
        # The setting can change while the script is open.
        server.notify("workspace/didChangeConfiguration", {"settings": {"pagewalk": {"predict": False}}})
        hints = server.request("textDocument/inlayHint", {**document, "range": everything})["result"]
        assert "0x354" in hints[0]["label"]
        assert any("0x0D" in one["message"] for one in server.diagnostics(URI))


def test_accepting_a_value_is_not_listed_before_other_actions(pagewalk):
    """Editors list actions with diagnostics first, and the value would replace what a student predicts."""
    document = {"textDocument": {"uri": URI}}
    literals = {"textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}}}
    with Server(pagewalk, capabilities=literals) as server:
        server.open(URI, TEXTBOOK)
        known = server.diagnostics(URI)
        fact = known[0]["range"]
        context = {"diagnostics": known}
        actions = server.request("textDocument/codeAction", {**document, "range": fact, "context": context})["result"]
        accept = [one for one in actions if one["title"].startswith("Accept the actual value")]
        assert len(accept) == 1 and "diagnostics" not in accept[0] and actions[0] not in accept, actions
