"""The inputs of `.ci/same`: scripts, mutants with one changed token, random scripts, traces, and answers.

Every input depends only on the checkout and on fixed seeds.
"""
import json
import random
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^(`{3,})pagewalk\b[^\n]*\n(.*?)^\1`*[ \t]*$", re.M | re.S)
TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[\w.]+(?:-[A-Za-z]\w*)*|=>|[^\s\w]')
ODD = ["0", "-1", "0xFFFFFFFFFFFFFFFF", "4 KB", "96%", '"text"', "x", "?", "-", "true", "read", "expect", "tlb", "{", "}", "=>"]


def tracked(*patterns):
    names = subprocess.check_output(["git", "ls-files", "-z", *patterns], cwd=ROOT, text=True).split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def scripts():
    """Returns the scripts of the checkout and the blocks of its documents: the path and the text of each one."""
    found = [(name, (ROOT / name).read_bytes().decode(errors="replace")) for name in tracked("*.pw")]
    for name in tracked("*.md", ":!src"):  # `src` contains links to documents.
        blocks = FENCE.finditer((ROOT / name).read_text())
        found += [(f"{name.removesuffix('.md')}-{number}.pw", block[2]) for number, block in enumerate(blocks, 1)]
    return found


def mutant(text, draw):
    """Deletes, repeats, exchanges, replaces, or misspells one token, and returns its offset and the new text."""
    tokens = list(TOKEN.finditer(text))
    if not tokens:
        return 0, text
    token, other = draw.choice(tokens), draw.choice(tokens)
    word = token[0]
    middle = draw.randrange(len(word))
    new = draw.choice(["", f"{word} {word}", other[0], draw.choice(ODD), word[:middle] + word[middle + 1 :], word + "s"])
    return token.start(), text[: token.start()] + new + text[token.end() :]


def mutants(sources, count, seed):
    """Returns COUNT mutants of the sources in turn: the source's place, the changed offset, and the text."""
    draw = random.Random(seed)
    order = draw.sample(range(len(sources)), len(sources))
    places = [order[number % len(order)] for number in range(count)]
    return [(place, *mutant(sources[place], draw)) for place in places]


class Grammar:
    """Generates scripts from the rules of `grammar/pagewalk.pest`. It ignores lookahead, so some scripts have errors."""

    TEXTS = {
        "name": "x a n read write show set expect f tlb cache vpn P1 core-i7 size last page_table".split(),
        "process": ["P1", "child", "x"],
        "column": ["vpn", "ppn", "v"],
        "number": ["0", "7", "0x1F", "12", "4 KB", "96%", "1_000", "0b11", "14 bits", "1.5"],
        "string": ['"s"', '""', '"a b"', '"日本"', '"#;|"'],
        "byte": ["'h'", "'\\n'", "'|'"],
        "prose": ['"""a"""', '"""a {x}\n  b"""', '"""{{ {n+1} }}"""'],
        "bare": ["1", "0D", "-", "*", "?", "hit", "a.b", "vpn", "---"],
        "page": ["1", "a", "7"],
        "separator": ["\n", ";"],
        "blank": [" "],
    }
    EMPTY = {"keyword", "settings_head", "trailer", "trailer_value", "operation_head", "table_head", "SOI", "EOI"}
    BROKEN = {"broken", "broken_setting", "broken_row", "braced", "raw", "raw_prose", "ANY"}

    def __init__(self):
        found = re.findall(r'"(?:[^"\\]|\\.)*"|//.*|\w+|\S', (ROOT / "grammar/pagewalk.pest").read_text())
        self.tokens = [token for token in found if not token.startswith("//")]
        self.rules = {}
        while self.tokens:
            name, _, sign = self.tokens.pop(0), self.tokens.pop(0), self.tokens.pop(0)
            if sign != "{":
                self.tokens.pop(0)
            self.rules[name] = (sign, self.choice())
            self.tokens.pop(0)

    def choice(self):
        ways = [self.sequence()]
        while self.tokens[0] == "|":
            self.tokens.pop(0)
            ways.append(self.sequence())
        return ("choice", ways)

    def sequence(self):
        parts = [self.part()]
        while self.tokens[0] == "~":
            self.tokens.pop(0)
            parts.append(self.part())
        return ("sequence", parts)

    def part(self):
        token = self.tokens.pop(0)
        if token in "&!":
            self.part()
            return ("text", "")
        if token == "(":
            shape = self.choice()
            self.tokens.pop(0)
        else:
            shape = ("text", json.loads(token)) if token[0] == '"' else ("rule", token)
        while self.tokens[0] in "?*+":
            least, most = {"?": (0, 1), "*": (0, 2), "+": (1, 3)}[self.tokens.pop(0)]
            shape = ("repeat", shape, least, most)
        return shape

    def possible(self, shape, depth):
        """Whether the shape can end within this many nested rules."""
        kind, *rest = shape
        if kind == "rule":
            simple = rest[0] in self.TEXTS or rest[0] in self.EMPTY or rest[0] not in self.rules
            return rest[0] not in self.BROKEN and (simple or depth > 0 and self.possible(self.rules[rest[0]][1], depth - 1))
        if kind == "repeat":
            return not rest[1] or self.possible(rest[0], depth)
        return kind == "text" or (any if kind == "choice" else all)(self.possible(one, depth) for one in rest[0])

    def words(self, shape, depth, atomic, draw):
        """Yields the words of a text. An atomic rule joins its words."""
        kind, *rest = shape
        if kind == "text":
            yield rest[0]
        elif kind == "sequence":
            for part in rest[0]:
                yield from self.words(part, depth, atomic, draw)
        elif kind == "choice":
            ways = [way for way in rest[0] if self.possible(way, depth)]
            if ways:
                yield from self.words(draw.choice(ways), depth, atomic, draw)
        elif kind == "repeat":
            for _ in range(draw.randint(rest[1], rest[2]) if self.possible(rest[0], depth) else rest[1]):
                yield from self.words(rest[0], depth, atomic, draw)
        elif rest[0] in self.TEXTS:
            yield draw.choice(self.TEXTS[rest[0]])
        elif rest[0] in self.rules and rest[0] not in self.EMPTY:
            sign, shape = self.rules[rest[0]]
            words = self.words(shape, depth - 1, sign in "@$" or atomic and sign != "!", draw)
            yield from ["".join(words)] if sign in "@$" and not atomic else words
        else:
            yield {"ASCII_DIGIT": "7", "ASCII_ALPHA": "x", "ASCII_ALPHANUMERIC": "x"}.get(rest[0], "")

    def script(self, draw):
        lines = [self.words(("rule", "statement"), 9, False, draw) for _ in range(draw.randint(2, 8))]
        texts = [re.sub(r" (?=[,).\[\]:])|(?<=[(\[.]) ", "", " ".join(filter(None, line))) for line in lines]
        texts = [re.sub(r"not(?=[\w(])", "not ", text) for text in texts]
        return "machine simple\nlet x = 5\nlet n = 3\nlet a = [1, 2]\n" + "\n".join(texts) + "\n"


def grammar_scripts(count):
    grammar, draw = Grammar(), random.Random("grammar")
    return [grammar.script(draw) for _ in range(count)]


def fuzzed_scripts(count):
    """Returns scripts of the fuzzer, most of which run."""
    texts = []
    for name in tracked("fuzz/corpus/run/*"):
        try:
            texts.append((ROOT / name).read_bytes().decode())
        except UnicodeDecodeError:
            pass
    return texts[:: max(1, len(texts) // count)][:count]


def traces(count):
    """Returns the traces of the checkout, and random ones in four formats up to COUNT."""
    names = tracked("examples/traces/*", "tests/scripts/replay/*", "tests/traces_cli/public/*")
    found = [(name, None) for name in names if not name.endswith((".pw", ".py", ".rs", ".md", ".yaml"))]
    lines = {
        "lackey": lambda kind, va, size: f" {'LSM'[kind]} {va:08x},{size}",
        "din": lambda kind, va, size: f"{kind} {va:x}",
        "csv": lambda kind, va, size: f"{'LSI'[kind]},0x{va:x},{size}",
        "pin": lambda kind, va, size: f"0x40052d: {'RWR'[kind]} 0x{va:x}",
    }
    for number in range(count - len(found)):
        draw = random.Random(f"trace {number}")
        name, line = list(lines.items())[number % 4]
        width = draw.choice([8, 12, 16, 24])
        rows = [line(draw.randrange(3), draw.randrange(1 << width), draw.choice([1, 2, 4, 8])) for _ in range(2000)]
        found.append((f"random-{number}.{name}", "\n".join(rows) + "\n"))
    return found[:count]


def answers(marks, paper, draw):
    """Returns a sheet of answers, right and wrong ones, for the fields of MARKS, which is the output for an empty sheet."""
    fields = [name for name in marks.split("\n")[0].split(",") if re.match(r"\d+[a-z]*\.(?!.* points$)", name)]
    keys = re.findall(r'"key": "((?:[^"\\]|\\.)*)"', paper)
    rows = [["id", *fields]]
    for student in range(6):
        right = keys if len(keys) == len(fields) else [draw.choice(keys or [""]) for _ in fields]
        wrong = ["", "-", "3D", "0x3D4", "12", "3 KB", "Y", "n/a", "hit", "??", *keys[:20]]
        rows.append([f"s{student}", *(key if draw.random() < 0.7 else draw.choice(wrong) for key in right)])
    return "".join(",".join(json.dumps(cell, ensure_ascii=False) for cell in row) + "\n" for row in rows)
