"""The parser as it is built, and what the checks ask of a tree."""

import ctypes

from tree_sitter import Language, Parser, Query, QueryCursor


def language(library):
    """The language in a shared library."""
    told = ctypes.CDLL(library).tree_sitter_pagewalk
    told.restype = ctypes.c_void_p
    capsule = ctypes.pythonapi.PyCapsule_New
    capsule.restype = ctypes.py_object
    capsule.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    return Language(capsule(told(), b"tree_sitter.Language", None))


def mistakes(node):
    """The nodes that stand for what could not be read."""
    if not node.has_error:
        return
    if node.is_error or node.is_missing:
        yield node
    for child in node.children:
        yield from mistakes(child)


def place(node):
    """Line and column of a node, from 1."""
    return f"{node.start_point[0] + 1}:{node.start_point[1] + 1}"


class Reader:
    """A parser and the queries beside it."""

    def __init__(self, library, queries):
        self.language = language(library)
        self.parser = Parser(self.language)
        self.queries = {path.name: Query(self.language, path.read_text()) for path in sorted(queries.glob("*.scm"))}

    def parse(self, text, before=None):
        """The tree of a text, of which `before` may be the tree before an edit."""
        return self.parser.parse(text, before) if before else self.parser.parse(text)

    def captures(self, text):
        """The capture of each byte by `highlights.scm`: of patterns for the same node the later one, of nodes the inner. As
        in some editors, a node that is captured last only to look at it (`@_verb`) has no class."""
        found = []
        for pattern, captured in QueryCursor(self.queries["highlights.scm"]).matches(self.parse(text).root_node):
            for name, nodes in captured.items():
                found += [(node.start_byte, -node.end_byte, pattern, name) for node in nodes]
        told = [None] * len(text)
        for start, end, _, name in sorted(found):
            told[start:-end] = [None if name.startswith("_") else name] * (-end - start)
        return told
