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
        in tree-sitter's own highlighting, a match that loses a node to a later one loses what it captures further on."""
        found = []
        matches = QueryCursor(self.queries["highlights.scm"]).matches(self.parse(text).root_node)
        for match, (pattern, captured) in enumerate(matches):
            for name, nodes in captured.items():
                found += [(node.start_byte, -node.end_byte, node.id, pattern, match, name) for node in nodes]
        found.sort()
        told, lost = [None] * len(text), set()
        for at, (start, end, node, _, match, name) in enumerate(found):
            if match in lost:
                continue
            later = (row for row in found[at + 1 :] if row[4] not in lost)
            following = next(later, None)
            if following and following[2] == node:
                lost.add(match)
            else:
                told[start:-end] = [None if name.startswith("_") else name] * (-end - start)
        return told
