#!/usr/bin/env python3
"""Checks the words of Markdown files against `.ci/prose.d/words.toml`: `prose.py FILE…` prints a line for each hit.

Code, addresses of links, and HTML are no prose. A rule sees a stretch of text between such places, and a phrase can continue on the
next line. The exit status is 1 if there are hits, and 2 if a rule does not change its own example. Needs Python 3.11.
"""
import bisect
import pathlib
import re
import sys
import tomllib

RULES = pathlib.Path(__file__).with_name("prose.d") / "words.toml"
FENCE = re.compile(r"\s*(?:> ?|[-*+] +|\d+[.)] +)*(?P<fence>`{3,}|~{3,})(?P<info>[^`\n]*)$")
# The markup at the start of a line, which begins a new stretch of text: a list item, a heading, or a quotation.
OPENING = re.compile(r"\s*(?:(?:[-*+]|\d+[.)]|#{1,6}|>)(?:\s+|$))+")
TABLE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
# The places within a line that are no prose: code, targets of links, pictures, HTML, addresses, emphasis, and cells of tables.
MARKUP = re.compile(
    r"(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)"
    r"|!\[[^]]*\]\([^)]*\)|\[(?=[^][]*\][(\[])|\]\([^)\s]*(?:\s+\"[^\"]*\")?\)|\]\[[^]]*\]"
    r"|</?[A-Za-z][^<>]*>|<!--.*?-->|https?://[^\s<>)]+"
    r"|(?<![\w*\\])\*{1,3}(?=[^\s*])|(?<=[^\s*\\])\*{1,3}(?![\w*])|(?<![\w\\])_+(?=[^\s_])|(?<=[^\s_\\])_+(?!\w)",
    re.S,
)


class Rule:
    """A pattern to avoid. `after` and `not_after` are about the text that ends where the pattern begins."""

    def __init__(self, row):
        flags = re.M | (0 if row.get("case") else re.I)

        def before(name):
            return re.compile(rf"(?:{row[name]})\Z", flags) if name in row else None

        self.find = re.compile(rf"\b(?:{row['find']})", flags)
        # The pattern without its conditions on the text that follows.
        self.core = re.split(r"\(\?[=!]", row["find"])[0]
        self.after, self.not_after = before("after"), before("not_after")
        self.write, self.advice = row["write"], row.get("advice", "")
        self.wrong, self.right = row["wrong"], row["right"]

    def hits(self, text):
        for match in self.find.finditer(text):
            start = text[: match.start()]
            if self.after and not self.after.search(start) or self.not_after and self.not_after.search(start):
                continue
            yield match.start(), match.end(), match.expand(self.write), self

    def example(self):
        """The sentence of the rule, with every hit replaced."""
        text = self.wrong
        for start, end, new, _ in reversed(list(self.hits(text))):
            text = text[:start] + new + text[end:]
        return text


def blocks(text):
    """Yields the position and the text of each paragraph, heading, list item, and row of a table."""
    at, start, fence, table = 0, None, None, False
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        opening = FENCE.match(line)
        blank = not line.strip()
        markup = OPENING.match(line)
        following = lines[number + 1] if number + 1 < len(lines) else ""
        starts_table = "|" in line and "|" in following and TABLE.match(following)
        table = not blank and (table or bool(starts_table))
        starts = blank or fence or opening or markup or table
        if start is not None and starts:
            yield start, text[start:at]
            start = None
        if fence:
            if opening and opening["fence"].startswith(fence) and not opening["info"].strip():
                fence = None
        elif opening:
            fence = opening["fence"]
        elif table:
            if not TABLE.match(line):
                for cell in re.finditer(r"[^|\s](?:\\\||`[^`\n]*`|[^|\n])*", line):
                    yield at + cell.start(), cell[0]
        elif not blank and start is None and not re.match(r"\s*\[[^]]+\]:\s", line):
            start = at + (markup.end() if markup else len(line) - len(line.lstrip()))
        at += len(line)
    if start is not None:
        yield start, text[start:]


def stretches(text, places):
    """Yields the position and the text of each stretch of prose in the blocks that contain one of these places."""
    for at, block in blocks(text) if places else ():
        nearest = bisect.bisect_left(places, at)
        if nearest == len(places) or places[nearest] > at + len(block):
            continue
        begin = 0
        for match in MARKUP.finditer(block):
            yield at + begin, block[begin : match.start()]
            begin = match.end()
        yield at + begin, block[begin:]


def apart(hits):
    """Removes hits that overlap an earlier or longer one."""
    last = 0
    for hit in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if hit[0] >= last:
            yield hit
            last = hit[1]


def check(path, rules, suspect, allowed):
    """Yields a message for each hit in a file. `suspect` finds the places that are worth the time of all rules."""
    text = pathlib.Path(path).read_text()
    # An underscore can be markup, and is then no part of a word.
    places = [place for match in suspect.finditer(text.replace("_", " ")) for place in match.span()]
    exceptions = [match.span() for one in allowed for match in re.finditer(re.escape(one), text)]
    for at, stretch in stretches(text, places):
        for start, end, new, rule in apart(hit for rule in rules for hit in rule.hits(stretch)):
            old = " ".join(stretch[start:end].split())
            if old != new and not any(first <= at + start < last for first, last in exceptions):
                line = text.count("\n", 0, at + start) + 1
                column = at + start - text.rfind("\n", 0, at + start)
                yield f"{path}:{line}:{column}: {old} => {new} {rule.advice}".rstrip()


def main(paths):
    settings = tomllib.loads(RULES.read_text())
    rules = [Rule(row) for row in settings["rule"]]
    for rule in rules:
        if rule.example() != rule.right:
            print(f"{RULES}: {rule.wrong!r} becomes {rule.example()!r}, not {rule.right!r}", file=sys.stderr)
            return 2
    suspect = re.compile(rf"\b(?:{'|'.join(rule.core for rule in rules)})", re.I)
    found = [hit for path in paths for hit in check(path, rules, suspect, settings.get("allowed", []))]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
