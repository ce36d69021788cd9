"""Helpers to solve the questions in `examples/questions/` from a printed paper and to compare the key."""

import json
import re
import subprocess
from fractions import Fraction
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "questions"


class Paper:
    """The question of a paper without its key."""

    def __init__(self, document):
        self.items = list(items(document["questions"][0]["body"]))
        self.text = " ".join(" ".join(printed(item).split()) for item in self.items)

    def numbers(self, pattern):
        """The groups of the only match of a pattern in the text; `#` is a decimal and `$` a hexadecimal number."""
        pattern = pattern.replace("#", r"([\d.]*\d)").replace("$", r"(0x[\dA-F]+)")
        matches = re.findall(pattern, self.text)
        assert len(matches) == 1, f"{len(matches)} matches of {pattern}"
        groups = matches[0] if isinstance(matches[0], tuple) else (matches[0],)
        return [number(group) for group in groups] if len(groups) > 1 else number(groups[0])

    def hexes(self, pattern):
        """All hexadecimal numbers that follow a text, in order."""
        return [int(found, 16) for found in re.findall(pattern + r" (0x[\dA-F]+)", self.text)]

    def given(self, title):
        """The rows of a printed table, each a list of groups of columns: `{name: cell}`."""
        for item in self.items:
            for table in item.get("given", []):
                if table["title"] == title:
                    return [grouped(table["columns"], row) for row in table["rows"]]
        raise AssertionError(f"no table {title}")

    def cells(self):
        """The rows of the table that the author wrote; a cell to fill in is None."""
        item = next(item for item in self.items if item["kind"] == "cells")
        return [[cell if isinstance(cell, str) else None for cell in row] for row in item["rows"]]

    def grid_pages(self):
        """The reference string of the first grid."""
        item = next(item for item in self.items if item["kind"] == "table")
        return [int(row[item["table"]["columns"][0].index("page")]) for row in item["table"]["rows"]]


def items(body):
    """The items of a body, parts included."""
    for item in body:
        yield item
        yield from items(item.get("body", []))


def printed(item):
    return item.get("text") or item.get("prompt") or item.get("label") or ""


def number(text):
    return int(text, 16) if text.startswith("0x") else whole(Fraction(text))


def whole(value):
    value = Fraction(value)
    return int(value) if value.denominator == 1 else value


def grouped(columns, row):
    groups, at = [], 0
    for names in columns:
        groups.append(dict(zip(names, row[at:at + len(names)])))
        at += len(names)
    return groups


def entry(cell):
    """A hexadecimal cell, or None for an empty one."""
    return None if cell == "-" else int(cell, 16)


def keys(document):
    """The answers of a key in order. An item with many right answers is a list."""
    for item in items(document["questions"][0]["body"]):
        if item["kind"] == "facts":
            yield from (blank["key"] for blank in item["blanks"])
        elif item["kind"] == "cells":
            yield from (cell["key"] for row in item["rows"] for cell in row if not isinstance(cell, str))
        elif item["kind"] == "table":
            for row in item["table"]["rows"]:
                for group in grouped(item["table"]["columns"], row):
                    yield from (cell for name, cell in group.items() if name in item["asked"])
        elif item["kind"] == "choice":
            yield " + ".join(option for option, right in zip(item["options"], item["key"]) if right)
        elif item["kind"] == "any":
            yield item["blank"]["key"] if "blank" in item else item["key"]
        elif item["kind"] == "value":
            yield item["blank"]["key"]


def same(answer, key):
    """Whether an answer is the key. A function as the answer judges the key."""
    if callable(answer):
        return answer(key)
    if isinstance(answer, str):
        return answer == key
    return bool(re.fullmatch(r"0x[\dA-F]+|-?[\d.]+", key)) and number(key) == answer


def paper(pagewalk, file, seed, *options):
    command = [pagewalk, "exam", str(file), "--seed", str(seed), "--format", "json", *options]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)


def check(pagewalk, file, solve, seeds):
    """The differences between the key and our answers in versions of a file."""
    differences = []
    for seed in range(1, seeds + 1):
        ours = list(solve(Paper(paper(pagewalk, file, seed))))
        theirs = list(keys(paper(pagewalk, file, seed, "--key")))
        if len(ours) != len(theirs):
            differences.append(f"seed {seed}: {len(theirs)} blanks, {len(ours)} answers")
        for at, (answer, key) in enumerate(zip(ours, theirs), 1):
            if not same(answer, key):
                differences.append(f"seed {seed}, blank {at}: the key is {key}, we have {answer}")
    return differences
