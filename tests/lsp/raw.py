"""A client that says just what it is told to, byte for byte, for what no well-behaved client would send."""

import json
import queue
import subprocess
import threading
import time


class Server:
    """`pagewalk lsp` as a process, and its messages as they come."""

    def __init__(self, pagewalk, *, initialize=True, options=None, capabilities=None):
        self.process = subprocess.Popen(
            [pagewalk, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.messages = queue.Queue()
        self.kept = []
        self.number = 0
        threading.Thread(target=self._read, daemon=True).start()
        if initialize:
            params = {"processId": None, "rootUri": None, "capabilities": capabilities or {}}
            if options is not None:
                params["initializationOptions"] = options
            self.initialized = self.request("initialize", params)["result"]
            self.notify("initialized", {})

    def _read(self):
        stream = self.process.stdout
        while True:
            length = None
            while (line := stream.readline()) not in (b"\r\n", b""):
                name, _, value = line.decode().partition(":")
                if name.lower() == "content-length":
                    length = int(value)
            if length is None:
                self.messages.put(None)
                return
            self.messages.put(json.loads(stream.read(length)))

    def bytes(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def text(self, text):
        data = text.encode()
        self.bytes(b"Content-Length: %d\r\n\r\n" % len(data) + data)

    def send(self, message):
        self.text(json.dumps({"jsonrpc": "2.0", **message}))

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def ask(self, method, params):
        """Sends a request; its number."""
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        return self.number

    def request(self, method, params, seconds=20):
        number = self.ask(method, params)
        return self.wait(lambda message: message.get("id") == number and "method" not in message, seconds)

    def wait(self, wanted, seconds=20):
        """The first message that is wanted, also of those that came earlier."""
        for at, message in enumerate(self.kept):
            if wanted(message):
                return self.kept.pop(at)
        end = time.monotonic() + seconds
        while True:
            try:
                message = self.messages.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no such message came; others: {self.kept}") from None
            if message is None:
                raise AssertionError("the server has ended")
            if wanted(message):
                return message
            self.kept.append(message)

    def open(self, uri, text, version=1):
        document = {"uri": uri, "languageId": "pagewalk", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def change(self, uri, version, text, range=None):
        change = {"text": text} if range is None else {"text": text, "range": range}
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})

    def diagnostics(self, uri, version=None, seconds=20):
        """The next diagnostics of a document (at this version)."""

        def wanted(message):
            if message.get("method") != "textDocument/publishDiagnostics":
                return False
            params = message["params"]
            return params["uri"] == uri and (version is None or params.get("version") == version)

        return self.wait(wanted, seconds)["params"]["diagnostics"]

    def end(self, seconds=10):
        """Shuts the server down as the protocol has it; its exit status."""
        assert self.request("shutdown", None)["result"] is None
        self.notify("exit", None)
        return self.process.wait(seconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass


def place(line, character, end_line=None, end_character=None):
    """A range; of one place, if it has no end."""
    start = {"line": line, "character": character}
    end = {
        "line": line if end_line is None else end_line,
        "character": character if end_character is None else end_character,
    }
    return {"start": start, "end": end}
