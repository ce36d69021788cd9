"""An editor's session with `pagewalk lsp`: a fixed list of requests about one document, and all output of the server."""

import json
import os
import random
import re
import selectors
import subprocess
import time

TOKEN = re.compile(r'"[^"\n]*"|[\w.-]+|[^\s\w]+')
ANSWER = re.compile(rb'\{"jsonrpc":"2\.0","id":(\d+),"')
# The capabilities of most clients. A quarter of them have none, another quarter also has settings.
ABLE = {
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True}},
        "hover": {"contentFormat": ["markdown"]},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
    }
}
AT_WORD = ["completion", "hover", "signatureHelp", "definition", "references", "documentHighlight", "prepareRename",
           "rename", "selectionRange", "codeAction"]  # fmt: skip
OF_FILE = ["documentSymbol", "foldingRange", "semanticTokens/full", "codeLens", "documentLink", "formatting"]
# The server answers this request after it has run the text and published the diagnostics.
LAST = "inlayHint"


def ordered(frame):
    """An answer with the files of each edit sorted. The server writes them in a random order, which has no meaning."""

    def sort(pairs):
        whole = dict(pairs)
        if len(whole.get("changes") or ()) > 1:
            several.append(whole)
            whole["changes"] = dict(sorted(whole["changes"].items()))
        return whole

    several = []
    parsed = json.loads(frame, object_pairs_hook=sort) if b'"changes":{' in frame else None
    return json.dumps(parsed).encode() if several else frame


class Server:
    """The server as a process, and the messages that it has sent."""

    def __init__(self, command, seconds, **how):
        self.process = subprocess.Popen(
            [*command, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how
        )
        self.end = time.monotonic() + seconds
        self.buffer, self.answers, self.shown, self.incoming = b"", {}, {}, []
        self.number = 0
        self.ready = selectors.DefaultSelector()
        self.ready.register(self.process.stdout, selectors.EVENT_READ)

    def send(self, *messages):
        frames = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in messages]
        self.process.stdin.write(b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(frame), frame) for frame in frames))
        self.process.stdin.flush()

    def fill(self):
        """Reads some bytes. Raises an error at the end of the output and at the time limit."""
        if not self.ready.select(self.end - time.monotonic()):
            raise TimeoutError
        data = os.read(self.process.stdout.fileno(), 1 << 20)
        if not data:
            raise EOFError
        self.buffer += data

    def take(self):
        """Reads one message and files it."""
        while b"\r\n\r\n" not in self.buffer:
            self.fill()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        length = int(re.search(rb"Content-Length: (\d+)", head)[1])
        while len(self.buffer) < length:
            self.fill()
        frame, self.buffer = self.buffer[:length], self.buffer[length:]
        answer = ANSWER.match(frame)
        if answer:
            self.answers[int(answer[1])] = ordered(frame)
            return
        message = json.loads(frame)
        if message.get("method") == "textDocument/publishDiagnostics":
            self.shown[message["params"]["uri"]] = frame
        elif "method" not in message:
            self.answers[message["id"]] = frame
        else:
            self.incoming.append(frame)
            if "id" in message:
                self.send({"id": message["id"], "result": [{"maxSteps": 100_000}]})

    def ask(self, *requests, before=()):
        """Sends requests and waits for all answers. Returns the requests, each followed by its answer."""
        numbers = range(self.number + 1, self.number + 1 + len(requests))
        self.number += len(requests)
        asked = [
            {"id": number, "method": method, "params": params} for number, (method, params) in zip(numbers, requests)
        ]
        self.send(*before, *asked)
        while not self.answers.keys() >= set(numbers):
            self.take()
        transcript = []
        for number, (method, params) in zip(numbers, requests):
            transcript += [f"> {method} {json.dumps(params)[:300]}".encode(), self.answers.pop(number)]
        return transcript


class Text:
    """A document at one version."""

    def __init__(self, uri, text):
        self.uri, self.lines = uri, text.split("\n")
        self.tokens = [(line, *found.span()) for line, row in enumerate(self.lines) for found in TOKEN.finditer(row)]

    def place(self, line, column):
        return {"line": line, "character": len(self.lines[line][:column].encode("utf-16-le")) // 2}

    def range(self, line, start, end):
        return {"start": self.place(line, start), "end": self.place(line, end)}

    def whole(self):
        return {"start": {"line": 0, "character": 0}, "end": self.place(len(self.lines) - 1, 1 << 20)}

    def request(self, method, **params):
        return (method if "/" in method and "semantic" not in method else f"textDocument/{method}",
                {"textDocument": {"uri": self.uri}, **params})  # fmt: skip

    def at(self, token, rng):
        """One request of each kind about a position in a token."""
        line, start, end = token
        position = self.place(line, rng.choice([start, end, (start + end) // 2]))
        params = {
            "references": {"context": {"includeDeclaration": rng.random() < 0.5}},
            "rename": {"newName": rng.choice(["renamed", "renamed", "x y", "let"])},
            "selectionRange": {"positions": [position, self.place(line, 0)]},
            "codeAction": {"range": self.range(*token), "context": {"diagnostics": []}},
        }
        return [self.request(method, position=position, **params.get(method, {})) for method in AT_WORD]

    def about(self, rng):
        """The requests about the whole document."""
        line = rng.randrange(len(self.lines))
        some = {"start": self.place(line, 0), "end": self.place(min(line + 9, len(self.lines) - 1), 1 << 20)}
        options = {"options": {"tabSize": 2, "insertSpaces": True}}
        yield from (self.request(method, **options) for method in OF_FILE)
        yield from (
            self.request(method, range=some, **options) for method in ("semanticTokens/range", "rangeFormatting")
        )
        for only in (None, ["source"], ["source.fixAll"], ["quickfix"]):
            context = {"diagnostics": [], **({"only": only} if only else {})}
            yield self.request("codeAction", range=self.whole(), context=context)
        steps = [{"index": rng.randrange(20)}, {"position": self.place(line, 0)}]
        yield from (self.request("pagewalk/step", **which) for which in steps)
        for paper in ({}, {"format": "markdown", "key": True, "seed": 3}, {"format": "pdf"}):
            yield self.request("pagewalk/exam", **paper)
        for name in ("pagewalk.runScenario", "pagewalk.showSteps", "pagewalk.bogus"):
            scenario = re.search(r'(?m)^scenario "(.*?)"', "\n".join(self.lines))
            yield "workspace/executeCommand", {"command": name, "arguments": [self.uri, scenario and scenario[1]]}
        yield "textDocument/fly", {}
        yield "textDocument/hover", {"textDocument": {"uri": "file:///not-open.pw"}, "position": self.place(0, 0)}


def half_typed(text, rng):
    """A random edit: the change, the text after it, and the token that it leaves."""
    line, start, end = rng.choice(text.tokens)
    row = text.lines[line]
    typed, end = rng.choice(
        [("", len(row)), (row[start:end][:2], len(row)), ("mmap(", len(row)), ("0x1", end), ("let x = ", start)]
    )
    lines = [*text.lines[:line], row[:start] + typed + row[end:], *text.lines[line + 1 :]]
    after = Text(text.uri, "\n".join(lines))
    return {"range": text.range(line, start, end), "text": typed}, after, (line, start, start + len(typed))


def session(command, uri, document, seconds, **how):
    """All output of the server in a session about a document."""
    rng, text = random.Random(document), Text(uri, document)
    kind = rng.randrange(4)
    server = Server(command, seconds, **how)
    transcript = []

    def settled(now, change, *requests):
        """Sends a change, waits for the run, records the last diagnostics of each file, and sends the requests."""
        answer = server.ask(now.request(LAST, range=now.whole()), before=[change])
        shown = [server.shown[key] for key in sorted(server.shown)]
        transcript.extend([b"# diagnostics", *shown, *answer, *server.incoming])
        # In small batches, so that neither pipe fills up while nobody reads it.
        for at in range(0, len(requests), 20):
            transcript.extend(server.ask(*requests[at : at + 20]))

    try:
        able = {**ABLE, "workspace": {"configuration": True, "inlayHint": {"refreshSupport": True}}}
        params = {"processId": None, "rootUri": None, "capabilities": [{}, ABLE, ABLE, able][kind]}
        transcript += server.ask(("initialize", {**params, "initializationOptions": {"maxSteps": 200_000}}))
        server.send({"method": "initialized", "params": {}})
        while kind == 3 and len(server.incoming) < 2:
            server.take()
        opened = {"uri": uri, "languageId": "pagewalk", "version": 1, "text": document}
        tokens = rng.sample(text.tokens, min(7, len(text.tokens)))
        requests = [request for token in tokens for request in text.at(token, rng)]
        settled(
            text, {"method": "textDocument/didOpen", "params": {"textDocument": opened}}, *requests, *text.about(rng)
        )
        for version in (2, 3):
            if not text.tokens:
                break
            change, text, token = half_typed(text, rng)
            params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]}
            requests = text.at(token, rng) + [text.request("semanticTokens/full"), text.request("documentSymbol")]
            settled(text, {"method": "textDocument/didChange", "params": params}, *requests)
        server.send({"method": "textDocument/didClose", "params": {"textDocument": {"uri": uri}}})
        transcript += server.ask(("shutdown", None), (f"textDocument/{LAST}", {}))
        transcript += [b"# after closing", *(server.shown[key] for key in sorted(server.shown))]
        server.send({"method": "exit"})
        rest, errors = server.process.communicate(timeout=max(0.1, server.end - time.monotonic()))
        transcript += [server.buffer + rest, errors, b"exit status %d" % server.process.returncode]
    except (EOFError, BrokenPipeError):
        server.process.kill()
        transcript += [
            b"# the server has ended",
            server.process.communicate()[1],
            b"exit status %d" % server.process.wait(),
        ]
    except TimeoutError:
        raise subprocess.TimeoutExpired(command, seconds) from None
    finally:
        server.process.kill()
        server.process.wait()
        server.ready.close()
    return b"\n".join(transcript)
