"""What `pagewalk lsp` says of tokens, beside what is captured."""

import json
import subprocess

import classes
import corpora

# The class of each type of token of the protocol.
TYPES = {
    "keyword": "Keyword",
    "function": "Verb",
    "property": "Fact",
    "type": "Noun",
    "number": "Number",
    "string": "String",
    "comment": "Comment",
    "operator": "Operator",
    "enumMember": "Constant",
    "namespace": "Process",
    "variable": "Variable",
}


class Server:
    """A language server."""

    def __init__(self, pagewalk):
        self.process = subprocess.Popen([pagewalk, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.asked = 0

    def tell(self, **message):
        """Sends a message."""
        text = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(text), text))
        self.process.stdin.flush()

    def read(self):
        """The next message."""
        length = 0
        while line := self.process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if not length:
            raise EOFError("the server has gone")
        return json.loads(self.process.stdout.read(length))

    def ask(self, method, params):
        """The answer to a request."""
        self.asked += 1
        self.tell(id=self.asked, method=method, params=params)
        while True:
            message = self.read()
            if message.get("id") == self.asked and "method" not in message:
                return message.get("result")


def tokens(text, data, legend):
    """The tokens of an answer: first byte, the byte after the last, type."""
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
    """The share of tokens that are captured as the server tells, those that are not, and how many there are; or why it
    cannot be told."""
    server = Server(pagewalk)
    try:
        settings = {"inlayHints": False, "run": False}
        told = server.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}, "initializationOptions": settings})
        provider = told["capabilities"].get("semanticTokensProvider")
        if not provider:
            return "this `pagewalk lsp` tells no semantic tokens", [], None
        server.tell(method="initialized", params={})
        legend = [TYPES[name] for name in provider["legend"]["tokenTypes"]]
        wrong, count = [], 0
        for number, (name, text) in enumerate(corpora.scripts(root)):
            uri = f"file:///check/{number}.pw"
            document = {"uri": uri, "languageId": "pagewalk", "version": 1, "text": text.decode()}
            server.tell(method="textDocument/didOpen", params={"textDocument": document})
            answer = server.ask("textDocument/semanticTokens/full", {"textDocument": {"uri": uri}})
            server.tell(method="textDocument/didClose", params={"textDocument": {"uri": uri}})
            captured = reader.captures(text)
            for start, end, wanted in tokens(text, answer["data"], legend):
                if not text[start:end].strip():
                    continue
                count += 1
                got = {classes.of(captured[at]) for at in range(start, end) if not chr(text[at]).isspace()}
                if got != {wanted}:
                    line = text.count(b"\n", 0, start) + 1
                    wrong.append(f"{name}: line {line}: `{text[start:end].decode()}` is {wanted}, captured as {got}")
        server.ask("shutdown", None)
        server.tell(method="exit")
        return 1 - len(wrong) / max(1, count), wrong, count
    finally:
        server.process.stdin.close()
        server.process.kill()
        server.process.wait()
