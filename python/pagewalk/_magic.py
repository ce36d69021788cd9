"""The magic `%%pagewalk`, which runs a cell of a Python notebook as a script."""

from __future__ import annotations

import keyword
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from pagewalk._errors import ScriptError
from pagewalk._scripts import Run
from pagewalk._sessions import Session

#: The name of the session in the notebook.
SESSION = "pagewalk_session"


@magics_class
class PagewalkMagics(Magics):
    """The magics of `%load_ext pagewalk`."""

    @magic_arguments()
    @argument(
        "name", nargs="?", help="The variable for the results, such as `run` for `run.to_pandas()`."
    )
    @argument("--new", action="store_true", help="Begin a new session.")
    @argument("--seed", type=int, help="Begin a new session with this seed.")
    @cell_magic
    def pagewalk(self, line: str, cell: str) -> Run:
        """Run a script, and show its results.

        The cells of a notebook share a session, the variable `pagewalk_session`, so a cell
        continues with the machine of the cells above. `pagewalk_session.back()` undoes a statement.
        """
        arguments = parse_argstring(self.pagewalk, line)
        name = arguments.name
        if name and (not name.isidentifier() or keyword.iskeyword(name)):
            raise UsageError(f"`{name}` cannot be the name of a variable")
        assert self.shell is not None
        names = self.shell.user_ns
        session = names.get(SESSION)
        if arguments.new or arguments.seed is not None or not isinstance(session, Session):
            session = names[SESSION] = Session(seed=arguments.seed)
        try:
            run = session.run(cell)
        except ScriptError as error:
            # IPython then shows the diagnostics without the frames of Python.
            error._render_traceback_ = error.text.splitlines  # type: ignore[attr-defined]
            raise
        if name:
            names[name] = run
        return run


def load_ipython_extension(shell: Any) -> None:
    """Register the magic: `%load_ext pagewalk` calls this function."""
    shell.register_magics(PagewalkMagics)
