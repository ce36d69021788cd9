"""Paths and the command line, which is the reference for the results."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).parents[2]

#: A script whose access hits no cache and reads an uninitialized byte.
WALK = """machine simple
set page_table {
  | vpn ppn v |
  |  0F  0D 1 |
}
read 0x3D4 => ppn 0x0D, tlb miss
"""


@pytest.fixture(scope="session")
def root() -> pathlib.Path:
    """Return the root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def command() -> Callable[..., str]:
    """Return a function that runs the command line and returns its standard output."""
    program = os.environ["PAGEWALK"]

    def run(*words: object, **options: Any) -> str:
        options = {"capture_output": True, "text": True, "timeout": 300, **options}
        done = subprocess.run([program, *map(str, words)], **options)
        assert done.returncode in (0, 1), done.stderr
        return str(done.stdout)

    return run


@pytest.fixture(scope="session")
def lines(command: Callable[..., str]) -> Callable[..., list[dict[str, Any]]]:
    """Return a function that returns the JSON lines of a command."""

    def read(*words: object) -> list[dict[str, Any]]:
        return [json.loads(line) for line in command(*words).splitlines()]

    return read
