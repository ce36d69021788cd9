#!/usr/bin/env python3
"""What a keystroke in a long script costs in an editor: from the change that is sent to the answer that is there, by the clock.

Usage: benches/editor.py PAGEWALK [LINES [ROUNDS]]
"""

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "lsp"))
from raw import Server, place  # noqa: E402

URI = "file:///bench/script.pw"
CAPABILITIES = {"textDocument": {"completion": {"completionItem": {"snippetSupport": True}}}}


def script(lines):
    head = (Path(__file__).resolve().parents[1] / "examples" / "simple-memory-system.pw").read_text()
    head = head[: head.index("\nscenario ") + 1]
    count = lines - head.count("\n")
    accesses = (f"read 0x{0x0200 + n % 64:04X} => vpn 0x08, vpo 0x{n % 64:02X}, ppn 0x13\n" for n in range(count))
    return head + "".join(accesses)


def main():
    pagewalk, lines, rounds = sys.argv[1], *(int(n) for n in (sys.argv[2:] + ["5000", "21"][len(sys.argv) - 2 :]))
    text = script(lines)
    last = text.count("\n")
    document = {"textDocument": {"uri": URI}}
    at = {"position": {"line": last, "character": 9}}
    whole = {"range": place(0, 0, last, 0)}
    visible = {"range": place(last - 60, 0, last, 0)}
    asked = {
        "completion": ("textDocument/completion", at),
        "hover": ("textDocument/hover", {"position": {"line": last - 1, "character": 7}}),
        "signature help": ("textDocument/signatureHelp", at),
        "semantic tokens, all": ("textDocument/semanticTokens/full", {}),
        "symbols": ("textDocument/documentSymbol", {}),
        "definition": ("textDocument/definition", at),
        "code actions": ("textDocument/codeAction", {**visible, "context": {"diagnostics": []}}),
        "formatting, all": ("textDocument/formatting", {"options": {"tabSize": 2, "insertSpaces": True}}),
        "inlay hints of a page, the run included": ("textDocument/inlayHint", visible),
        "inlay hints of all, the run included": ("textDocument/inlayHint", whole),
    }
    with Server(pagewalk, capabilities=CAPABILITIES) as server:
        server.open(URI, text + "translate\n")
        server.diagnostics(URI, 1)
        version = 1
        print(f"{lines} lines, {len(text)} bytes; milliseconds from a keystroke on the last line, median and worst of {rounds}")
        for name, (method, params) in [*asked.items(), ("diagnostics, the run included", (None, None))]:
            times = []
            for number in range(rounds):
                version += 1
                typed = "translate 0x03D4"[: 9 + number % 8]
                began = time.perf_counter()
                server.change(URI, version, typed, place(last, 0, last, 99))
                if method:
                    answer = server.request(method, {**document, **params})
                    assert "result" in answer, answer
                else:
                    server.diagnostics(URI, version)
                times.append((time.perf_counter() - began) * 1000)
                if method:
                    server.diagnostics(URI, version)
            print(f"  {name:42} {statistics.median(times):7.1f} {max(times):7.1f}")
        server.end()


main()
