"""What the tests of the protocol share: the server to test and the textbook's script."""

import os
from pathlib import Path

import pytest

# The tests write golden files, which the program refuses in CI.
os.environ.pop("CI", None)

ROOT = Path(__file__).resolve().parents[2]
PAGEWALK = os.environ.get("PAGEWALK", str(ROOT / "target" / "release" / "pagewalk"))


@pytest.fixture(scope="session")
def pagewalk():
    return PAGEWALK


@pytest.fixture(scope="session")
def examples():
    scripts = sorted((ROOT / "examples").rglob("*.pw"))
    assert len(scripts) >= 20, "the examples have moved"
    return scripts


@pytest.fixture(scope="session")
def simple():
    """The simple memory system with the textbook's tables (CS:APP figure 9.20) and its accesses."""
    return (ROOT / "examples" / "simple-memory-system.pw").read_text()
