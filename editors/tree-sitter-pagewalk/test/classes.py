"""Tests highlighting with the sample that all editors share and with the assertions in `test/highlight`."""

import re

CLASSES = {
    "keyword": "Keyword",
    "function": "Verb",
    "property": "Fact",
    "type": "Noun",
    "number": "Number",
    "string": "String",
    "comment": "Comment",
    "operator": "Operator",
    "constant": "Constant",
    "module": "Process",
    "variable": "Variable",
}


def of(capture):
    """The class of a capture. The capture `type.instance` has the class of `type`."""
    return CLASSES.get((capture or "").split(".")[0])


def sample(reader, editors):
    """The captures in the shared sample that differ from `sample.classes`, and the number of listed tokens."""
    text = (editors / "sample.pw").read_bytes()
    told = reader.captures(text)
    lines = text.decode().split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()) + 1)
    wrong, listed = [], set()
    tokens = (editors / "sample.classes").read_text().splitlines()
    for token in tokens:
        where, rest = token.split(" ", 1)
        word, wanted = rest.rsplit(" ", 1)
        line, column = map(int, where.split(":"))
        start = starts[line - 1] + len(lines[line - 1][: column - 1].encode())
        end = start + len(word.encode())
        if text[start:end].decode() != word:
            wrong.append(f"sample.pw:{where}: `{word}` is listed, `{text[start:end].decode()}` stands there")
        listed.update(range(start, end))
        classes = {of(told[at]) for at in range(start, end) if not chr(text[at]).isspace()}
        if classes != {wanted}:
            wrong.append(f"sample.pw:{where}: `{word}` is {wanted}, captured as {classes}")
    for at, name in enumerate(told):
        if name and at not in listed and text[at] not in b"()[]{}|," and not chr(text[at]).isspace():
            line = text[:at].count(b"\n")
            wrong.append(f"sample.pw:{line + 1}:{at - starts[line] + 1}: captured as {name}, listed as nothing")
    return wrong, len(tokens)


def assertions(reader, folder):
    """The assertions in the comments of `test/highlight` that do not hold for the line above, and the number of assertions."""
    wrong, count = [], 0
    for path in sorted(folder.glob("*.pw")):
        text = path.read_bytes()
        told = reader.captures(text)
        starts, at = [], 0
        above = 0
        for number, line in enumerate(text.split(b"\n")):
            starts.append(at)
            at += len(line) + 1
            claim = re.match(rb"^(\s*#\s*)(<-|\^+)\s+(!?)([a-z.]+)\s*$", line)
            if not claim:
                above = number
                continue
            column = len(re.match(rb"\s*", line)[0]) if claim[2] == b"<-" else len(claim[1])
            width = 1 if claim[2] == b"<-" else len(claim[2])
            for at_column in range(column, column + width):
                count += 1
                got = told[starts[above] + at_column]
                if (got == claim[4].decode()) == bool(claim[3]):
                    wrong.append(f"{path.name}:{above + 1}:{at_column + 1}: {claim[3].decode()}{claim[4].decode()} is claimed, captured as {got}")
    return wrong, count
