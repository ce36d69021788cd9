"""The Jupyter kernel: notebooks whose cells contain Pagewalk's language.

A cell contains statements, and commands such as `:back`, as at the prompt of `pagewalk repl`. The
extra `jupyter` installs what the kernel needs.
"""

from __future__ import annotations

from typing import Any

try:
    from ipykernel.kernelapp import IPKernelApp
    from ipykernel.kernelbase import Kernel
    from traitlets import Int
except ImportError as error:
    raise ImportError(
        "the kernel needs the package `ipykernel`; "
        "install it with `pip install 'pagewalk[jupyter]'`",
        name=error.name,
    ) from None

from pagewalk import _pagewalk as native
from pagewalk._arguments import DEFAULT_MAX_MEMORY, DEFAULT_MAX_STEPS


class PagewalkKernel(Kernel):
    """A kernel that runs cells on one memory system, with undo."""

    implementation = "pagewalk"
    implementation_version = native.VERSION
    language = "pagewalk"
    language_version = native.VERSION
    language_info = {  # noqa: RUF012
        "name": "pagewalk",
        "version": native.VERSION,
        "mimetype": "text/x-pagewalk",
        "file_extension": ".pw",
    }
    banner = f"Pagewalk {native.VERSION}. Run `:help` for help."

    seed = Int(0, min=0, help="The seed for cells without a `seed` statement.").tag(config=True)
    max_steps = Int(
        DEFAULT_MAX_STEPS, min=1, help="The maximum number of statements of each cell."
    ).tag(config=True)
    max_memory = Int(
        DEFAULT_MAX_MEMORY, min=1, help="The maximum memory of the session in bytes."
    ).tag(config=True)

    def __init__(self, **settings: Any) -> None:
        """Create a kernel with an empty session."""
        super().__init__(**settings)
        # The prompt of the command line, so that notebooks have all of its commands.
        self._prompt = native.Prompt(self.seed, (self.max_steps, self.max_memory))

    async def do_execute(
        self,
        code: str,
        silent: bool,
        store_history: bool = True,
        user_expressions: dict[str, Any] | None = None,
        allow_stdin: bool = False,
        **_: Any,
    ) -> dict[str, Any]:
        """Run a cell, and show its results as HTML and as text."""
        try:
            error = "" if self._prompt.run(code) else "Error"
        except KeyboardInterrupt:
            error = "Interrupted"
        text, html, diagnostics = self._prompt.output()
        if text and not silent:
            data = {"text/plain": text.rstrip("\n"), "text/html": html}
            self._publish("display_data", {"data": data, "metadata": {}})
        if error:
            lines = diagnostics.splitlines()
            found = {
                "ename": error,
                "evalue": lines[0].strip() if lines else "",
                # Front ends show it, and tools such as nbclient report it.
                "traceback": lines,
            }
            if not silent:
                self._publish("error", found)
            return {"status": "error", "execution_count": self.execution_count, **found}
        if diagnostics and not silent:
            self._publish("stream", {"name": "stderr", "text": diagnostics})
        return {
            "status": "ok",
            "execution_count": self.execution_count,
            "payload": [],
            "user_expressions": {},
        }

    def _publish(self, kind: str, content: dict[str, Any]) -> None:
        self.send_response(self.iopub_socket, kind, content)

    async def do_complete(self, code: str, cursor_pos: int) -> dict[str, Any]:
        """Return the completions at the cursor."""
        start, found = self._prompt.completions(code, cursor_pos)
        types = [
            {"start": start, "end": cursor_pos, "text": text, "type": "", "signature": signature}
            for text, signature in found
        ]
        return {
            "status": "ok",
            "matches": [text for text, _ in found],
            "cursor_start": start,
            "cursor_end": cursor_pos,
            "metadata": {"_jupyter_types_experimental": types},
        }

    async def do_inspect(
        self, code: str, cursor_pos: int, detail_level: int = 0, omit_sections: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Return what an editor shows for the word at the cursor."""
        text = self._prompt.inspect(code, cursor_pos)
        data = {} if text is None else {"text/plain": text, "text/markdown": text}
        return {"status": "ok", "found": text is not None, "data": data, "metadata": {}}

    async def do_is_complete(self, code: str) -> dict[str, str]:
        """Return whether a cell continues on the next line."""
        if self._prompt.goes_on(code):
            return {"status": "incomplete", "indent": "  "}
        return {"status": "complete"}

    async def do_shutdown(self, restart: bool) -> dict[str, Any]:
        """Begin a new session if the kernel restarts in the same process."""
        self._prompt = native.Prompt(self.seed, (self.max_steps, self.max_memory))
        return {"status": "ok", "restart": restart}


if __name__ == "__main__":
    IPKernelApp.launch_instance(kernel_class=PagewalkKernel)
