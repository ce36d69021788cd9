#!/usr/bin/env python3
"""Measures the time from a keystroke in a long script, and in a Markdown text with 100 long code blocks, to the answer of
the language server, by the clock.

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


# Ten statements on fourteen lines, which are repeated.
STATEMENTS = """\
read 0x{va:04X} => vpn 0x08, vpo 0x{vpo:02X}, ppn 0x13
read 0x{va:04X} => vpn 0x08, vpo 0x{vpo:02X}, ppn 0x13
translate 0x{va:04X} => vpn 0x08, vpo 0x{vpo:02X}
let a{n} = 0x{va:04X}   # a variable
read a{n} => vpn 0x08, vpo 0x{vpo:02X}, ppn 0x13
write 0x{va:04X} = {vpo} size 1
for i in 0..2 {{
  read 0x0200 + i => ppn 0x13
}}
expect a{n} == 0x{va:04X}
def f{n}(va) {{
  translate va => ppn 0x13
}}
f{n}(0x{va:04X})
"""


def script(lines):
    head = (Path(__file__).resolve().parents[1] / "examples" / "simple-memory-system.pw").read_text()
    head = head[: head.index("\nscenario ") + 1].splitlines()
    count = (lines - len(head)) // STATEMENTS.count("\n")
    blocks = (STATEMENTS.format(n=n, va=0x0200 + n % 64, vpo=n % 64).splitlines() for n in range(count))
    return head, [line for block in blocks for line in block]


def main():
    pagewalk, lines, rounds = sys.argv[1], *(int(n) for n in (sys.argv[2:] + ["5000", "21"][len(sys.argv) - 2 :]))
    head, statements = script(lines)
    block = STATEMENTS.count("\n")
    middle = len(statements) // block // 2 * block
    print(f"{lines} lines; milliseconds from a keystroke, median and worst of {rounds}")
    for place_name, number in [("last", len(statements)), ("middle", middle), ("first", 0)]:
        text = [*head, *statements[:number], "", *statements[number:]]
        print(f"on the {place_name} line of the statements")
        measure(pagewalk, "\n".join(text), len(head) + number, rounds, everything=place_name == "last")
    measure_markdown(pagewalk, rounds)


def measure(pagewalk, text, last, rounds, everything):
    document = {"textDocument": {"uri": URI}}
    at = {"position": {"line": last, "character": 9}}
    visible = {"range": place(max(0, last - 60), 0, last, 0)}
    asked = {
        "completion": ("textDocument/completion", at),
        "hover": ("textDocument/hover", {"position": {"line": last, "character": 4}}),
    }
    others = {
        "signature help": ("textDocument/signatureHelp", at),
        "semantic tokens, all": ("textDocument/semanticTokens/full", {}),
        "symbols": ("textDocument/documentSymbol", {}),
        "definition": ("textDocument/definition", at),
        "code actions": ("textDocument/codeAction", {**visible, "context": {"diagnostics": []}}),
        "formatting, all": ("textDocument/formatting", {"options": {"tabSize": 2, "insertSpaces": True}}),
        "inlay hints of a page, the run included": ("textDocument/inlayHint", visible),
        "inlay hints of all, the run included": ("textDocument/inlayHint", {"range": place(0, 0, last, 0)}),
    }
    if everything:
        asked.update(others)
    with Server(pagewalk, capabilities=CAPABILITIES) as server:
        server.open(URI, text)
        server.diagnostics(URI, 1)
        version = 1
        for name, (method, params) in [*asked.items(), ("diagnostics, the run included", (None, None))]:
            times = []
            for number in range(rounds):
                version += 1
                # A word that is incomplete is a mistake.
                typed = "translate 0x03D4"[: 4 + number % 13]
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


BLOCKS, BLOCK_LINES = 100, 140


def measure_markdown(pagewalk, rounds):
    head, statements = script(BLOCK_LINES)
    block = ["", "A sentence of prose.", "", "```pagewalk", *head, *statements, "```", ""]
    text = "\n".join(["# Notes", *block * BLOCKS])
    first = (BLOCKS // 2) * len(block) + 1
    prose, code = first + 1, first + block.index("```") - 1
    print(f"Markdown with {BLOCKS} blocks of {len(head) + len(statements)} lines, from a keystroke to the diagnostics of the run")
    with Server(pagewalk, capabilities=CAPABILITIES) as server:
        document = {"uri": URI, "languageId": "markdown", "version": 1, "text": text}
        server.notify("textDocument/didOpen", {"textDocument": document})
        server.diagnostics(URI, 1)
        version = 1
        for name, line, typed in [
            ("in a block", code, "f0(0x0200) # {}"),
            ("in prose", prose, "A sentence of prose {}."),
            ("a line more or less in prose", prose, "A sentence\nof prose {}."),
        ]:
            times = []
            for number in range(rounds):
                version += 1
                # A line is broken and joined by turns.
                breaks = typed.count("\n") if number % 2 else 0
                new = typed.format(number).replace("\n", " " if number % 2 else "\n")
                began = time.perf_counter()
                server.change(URI, version, new, place(line, 0, line + breaks, 99))
                server.diagnostics(URI, version)
                times.append((time.perf_counter() - began) * 1000)
            print(f"  {name:42} {statistics.median(times):7.1f} {max(times):7.1f}")
        server.end()


main()
