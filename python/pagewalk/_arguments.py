"""Checks of arguments. Each message names the parameter and shows a correct value."""

from __future__ import annotations

import difflib
import functools
import inspect
import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from pagewalk import _types as types

P = ParamSpec("P")
R = TypeVar("R")

#: A script: its text, or the path of its file.
Script = str | os.PathLike[str]
#: The contents of files by their names in the script.
Files = Mapping[str, str | bytes]

DEFAULT_MAX_STEPS = 10_000_000
DEFAULT_MAX_MEMORY = 1 << 30


def suggest(name: str, known: Iterable[str]) -> str:
    """Return the end of a message that suggests the nearest name, or lists the names."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"did you mean `{near[0]}`?"
    return "use one of " + ", ".join(f"`{one}`" for one in known)


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Reject unknown keyword arguments and suggest the nearest parameter."""
    names = [name for name in inspect.signature(function).parameters if name != "self"]

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        for name in kwargs:
            if name not in names:
                where = function.__qualname__.removesuffix(".__init__")
                raise TypeError(f"{where}() has no parameter `{name}`; {suggest(name, names)}")
        return function(*args, **kwargs)

    return call


def wrong_type(name: str, expected: str, value: object) -> TypeError:
    """Return an exception for a value of a wrong type."""
    return TypeError(f"`{name}` must be {expected}, not {type(value).__name__}")


def integer(name: str, value: object, least: int = 0, most: int = (1 << 64) - 1) -> int:
    """Check an integer."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise wrong_type(name, "an int", value)
    number = int(value.__index__())
    if not least <= number <= most:
        limit = f"at least {least}" if number < least else f"at most {most}"
        raise ValueError(f"`{name}` must be {limit}, not {number}")
    return number


def optional_integer(
    name: str, value: object, least: int = 0, most: int = (1 << 64) - 1
) -> int | None:
    """Check an integer or `None`."""
    return None if value is None else integer(name, value, least, most)


def boolean(name: str, value: object) -> bool:
    """Check a boolean."""
    if not isinstance(value, bool):
        raise wrong_type(name, "True or False", value)
    return value


def string(name: str, value: object) -> str:
    """Check a text."""
    if not isinstance(value, str):
        raise wrong_type(name, "a str", value)
    return value


def optional_string(name: str, value: object) -> str | None:
    """Check a text or `None`."""
    return None if value is None else string(name, value)


def word(name: str, value: object, known: Iterable[str]) -> str:
    """Check one of several words."""
    known = list(known)
    text = string(name, value)
    if text not in known:
        raise ValueError(f"`{name}` cannot be `{text}`; {suggest(text, known)}")
    return text


def path(name: str, value: object) -> str:
    """Check a path."""
    if not isinstance(value, (str, os.PathLike)):
        raise wrong_type(name, "a path", value)
    return os.fspath(value)


def limits(max_steps: object, max_memory: object) -> tuple[int, int]:
    """Check the limits of a run."""
    return (integer("max_steps", max_steps, 1), integer("max_memory", max_memory, 1))


def script(name: str, text: object, files: object = None) -> types.Script:
    """Check a script and its files. The text of a script cannot name files on disk."""
    texts = contents(files)
    if isinstance(text, str):
        # A function that guessed would run a misspelled path as a script.
        if "\n" not in text and text.strip().endswith((".pw", ".yaml")):
            path = text.strip()
            raise ValueError(
                f"`{name}` must be the text of a script; for a file, use pathlib.Path({path!r})"
            )
        own = unused_name(texts)
        return {"name": own, "files": {**texts, own: text.encode()}, "disk": False}
    if isinstance(text, os.PathLike):
        path = os.fspath(text)
        folder = os.path.dirname(path)
        beside = {os.path.join(folder, key): value for key, value in texts.items()}
        return {"name": path, "files": beside, "disk": True}
    raise wrong_type(name, "the text of a script or a path", text)


def unused_name(texts: Mapping[str, bytes]) -> str:
    """Return a name for the text of a script that is not the name of a file."""
    name = "<script>"
    while name in texts:
        name = f"<{name}>"
    return name


def contents(files: object) -> dict[str, bytes]:
    """Check the contents of files."""
    if files is None:
        return {}
    if not isinstance(files, Mapping):
        raise wrong_type("files", "a dict of file names and contents", files)
    texts = {}
    for key, value in files.items():
        if not isinstance(key, str):
            raise wrong_type("files", "a dict whose keys are str", key)
        if not isinstance(value, (str, bytes)):
            raise wrong_type(f"files[{key!r}]", "a str or bytes", value)
        texts[key] = value.encode() if isinstance(value, str) else value
    return texts


def sequence(name: str, value: object, expected: str) -> list[Any]:
    """Check an iterable that is not a text."""
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise wrong_type(name, expected, value)
    return list(value)
