"""Tests incremental parsing: after an edit, the tree must be equal to a fresh parse of the new text."""

import random


def point(text, at):
    """The row and column of a byte."""
    row = text.count(b"\n", 0, at)
    return row, at - (text.rfind(b"\n", 0, at) + 1)


def shape(root):
    """The nodes of a tree with their positions."""
    told, cursor = [], root.walk()
    while True:
        node = cursor.node
        told.append((node.type, node.start_byte, node.end_byte, node.is_missing))
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return told


def edited(tree, before, after, start, old_end, new_end):
    """Reports an edit to a tree."""
    tree.edit(
        start_byte=start,
        old_end_byte=old_end,
        new_end_byte=new_end,
        start_point=point(before, start),
        old_end_point=point(before, old_end),
        new_end_point=point(after, new_end),
    )


class Typist:
    """Edits a text and checks the tree after every edit."""

    def __init__(self, reader, name):
        self.reader, self.name = reader, name
        self.text, self.tree = b"", reader.parse(b"")
        self.wrong, self.count = [], 0

    def replace(self, start, end, with_):
        """Replaces bytes of the text. Records the edit if the tree differs from a fresh parse."""
        before, after = self.text, self.text[:start] + with_ + self.text[end:]
        edited(self.tree, before, after, start, end, start + len(with_))
        self.tree = self.reader.parse(after, self.tree)
        self.text = after
        self.count += 1
        fresh = self.reader.parse(after)
        told, wanted = self.tree.root_node, fresh.root_node
        if str(told) != str(wanted) or self.count % 8 == 0 and shape(told) != shape(wanted):
            self.wrong.append((self.name, start, end, with_, before, after, wanted.has_error))
            self.tree = fresh


def typed(reader, name, text, steps, chance):
    """Types a text in pieces and parses it after every piece, then damages and repairs it."""
    typist = Typist(reader, name)
    at = 0
    while at < len(text):
        end = min(len(text), at + chance.randint(1, 2 * max(1, len(text) // steps)))
        typist.replace(at, at, text[at:end])
        at = end
    for _ in range(steps):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.randint(0, 8))
        with_ = chance.choice([b"", b"\n", b"}", b"{", b"(", b'"', b'"""', b"#", b",", b" => ", b"|", b"a", b"1", b"\nwhere "])
        typist.replace(start, end, with_)
        typist.replace(start, start + len(with_), text[start:end])
        if typist.text != text:
            typist.wrong.append((name, start, end, with_, typist.text, text, False))
            typist.text, typist.tree = text, reader.parse(text)
    return typist
