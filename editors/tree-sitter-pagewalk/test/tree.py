"""The compiled parser, its queries, and helpers for trees."""

import ctypes

from tree_sitter import Language, Parser, Query, QueryCursor


def language(library):
    """Loads the language from a shared library."""
    told = ctypes.CDLL(library).tree_sitter_pagewalk
    told.restype = ctypes.c_void_p
    capsule = ctypes.pythonapi.PyCapsule_New
    capsule.restype = ctypes.py_object
    capsule.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    return Language(capsule(told(), b"tree_sitter.Language", None))


def mistakes(node):
    """The error nodes and missing nodes of a tree."""
    if not node.has_error:
        return
    if node.is_error or node.is_missing:
        yield node
    for child in node.children:
        yield from mistakes(child)


def place(node):
    """The line and column of a node, counted from 1."""
    return f"{node.start_point[0] + 1}:{node.start_point[1] + 1}"


class Reader:
    """A parser and the queries of a folder."""

    def __init__(self, library, queries):
        self.language = language(library)
        self.parser = Parser(self.language)
        self.queries = {path.name: Query(self.language, path.read_text()) for path in sorted(queries.glob("*.scm"))}

    def parse(self, text, before=None):
        """Parses a text. `before` is the edited tree of the previous text, if there is one."""
        return self.parser.parse(text, before) if before else self.parser.parse(text)

    def captures(self, text):
        """The capture of each byte in `highlights.scm`. The last pattern for a node and the innermost node win. As in
        tree-sitter's own highlighting, a match that loses a node to a later match also loses its later captures."""
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
