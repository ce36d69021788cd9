"""The package: its names, its documentation, and its version."""

from __future__ import annotations

import doctest
import importlib.metadata
import inspect

import pytest

import pagewalk

#: Doctest finds no examples in the classes of the native module.
NATIVE = [name for name in pagewalk.__all__ if getattr(pagewalk, name).__class__ is type]


@pytest.mark.parametrize("name", pagewalk.__all__)
def test_each_public_name_is_documented(name: str) -> None:
    value = getattr(pagewalk, name)
    if name == "__version__":
        assert value == importlib.metadata.version("pagewalk")
        return
    assert inspect.getdoc(value), name
    members = inspect.getmembers(value, lambda one: callable(one) or isinstance(one, property))
    for member, of in members if inspect.isclass(value) else []:
        if not member.startswith("_") and getattr(of, "__module__", "pagewalk").startswith(
            "pagewalk"
        ):
            assert inspect.getdoc(of), f"{name}.{member}"


@pytest.mark.parametrize("name", NATIVE)
def test_examples_of_native_classes(name: str) -> None:
    text = inspect.getdoc(getattr(pagewalk, name)) or ""
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    assert doctest.DocTestRunner().run(test).failed == 0
