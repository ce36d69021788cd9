"""Compares the semantic tokens of `pagewalk lsp` with the captures of the queries."""

import sys
from pathlib import Path

import classes
import corpora

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tests" / "lsp"))
from raw import Server  # noqa: E402

# Captures whose names differ from the token types of the protocol.
CAPTURES = {"enumMember": "constant", "namespace": "module"}


def tokens(text, data, legend):
    """The tokens of a response: first byte, byte after the last one, and type."""
    lines = text.decode().split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()) + 1)
    row = unit = 0
    for at in range(0, len(data), 5):
        down, right, length, kind, _ = data[at : at + 5]
        row, unit = row + down, right if down else unit + right
        line = lines[row].encode("utf-16-le")
        start = starts[row] + len(line[: 2 * unit].decode("utf-16-le").encode())
        yield start, start + len(line[2 * unit : 2 * (unit + length)].decode("utf-16-le").encode()), legend[kind]


def share(reader, root, pagewalk):
    """The share of tokens whose capture agrees with the server, the other tokens, and the number of tokens."""
    with Server(pagewalk, options={"inlayHints": False, "run": False}) as server:
        provider = server.initialized["capabilities"]["semanticTokensProvider"]
        legend = [classes.of(CAPTURES.get(name, name)) for name in provider["legend"]["tokenTypes"]]
        wrong, count = [], 0
        for number, (name, text) in enumerate(corpora.scripts(root)):
            uri = f"file:///check/{number}.pw"
            server.open(uri, text.decode())
            document = {"textDocument": {"uri": uri}}
            data = server.request("textDocument/semanticTokens/full", document)["result"]["data"]
            server.notify("textDocument/didClose", document)
            captured = reader.captures(text)
            for start, end, wanted in tokens(text, data, legend):
                if not text[start:end].strip():
                    continue
                count += 1
                got = {classes.of(captured[at]) for at in range(start, end) if not chr(text[at]).isspace()}
                if got != {wanted}:
                    line = text.count(b"\n", 0, start) + 1
                    wrong.append(f"{name}: line {line}: `{text[start:end].decode()}` is {wanted}, captured as {got}")
        server.end()
        return 1 - len(wrong) / max(1, count), wrong, count
