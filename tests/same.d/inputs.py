"""The inputs: a folder with the scripts and traces of the repository, and random changes of them."""

import gzip
import hashlib
import os
import random
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORD = re.compile(r'\s+|#[^\n]*|"[^"\n]*"?|[\w.]+|=>|.')
NUMBER = re.compile(r"\b(?:0x[0-9A-Fa-f]+|\d+|hit|miss)\b")
LITERAL = re.compile(r'r#"(.*?)"#|"((?:[^"\\]|\\.)*)"', re.S)
BLOCKS = ["{", "if 1 < 2 {", "repeat 2 {", 'scenario "x" {', 'question "q" {', "def f(a) {", "P1 {"]
ODD = ["é", "\t", "𝕏", "\\", "((", "?", "{", "}", "|", '"', " 0x", " -1 ", "1 << 70", ";", "\n"]


@dataclass
class Script:
    """A script below the stage."""

    path: str
    text: str

    @property
    def folder(self):
        return os.path.dirname(self.path)

    @property
    def name(self):
        return os.path.basename(self.path)


def fences(text):
    """The fenced blocks of a Markdown text: what follows the fence, the body, and its first line."""
    info = None
    for number, line in enumerate(text.splitlines(True), 1):
        ticks = len(line) - len(line.lstrip("`"))
        rest = line[ticks:].strip()
        if info is None and ticks >= 3:
            info, opened, body, first = rest, ticks, "", number + 1
        elif info is not None and ticks >= opened and not rest:
            yield info, body, first
            info = None
        elif info is not None:
            body += line


def stale(text, rng):
    """A script with other numbers, or `?`, in some of its facts and expected tables."""
    expected, lines = False, []

    def other(found):
        chance, word = rng.random(), found[0]
        if chance < 0.12 and not expected:
            return "?"
        changed = {"hit": "miss", "miss": "hit"}.get(word) or word[:-1] + str(rng.randrange(10))
        return changed if chance < 0.3 else word

    for line in text.split("\n"):
        head, arrow, facts = line.partition("=>")
        if expected and "|" in line:
            line = NUMBER.sub(other, line)
        elif arrow:
            line = head + arrow + NUMBER.sub(other, facts)
        expected = line.lstrip().startswith("expect ") or expected and "}" not in line
        lines.append(line)
    return "\n".join(lines)


def changed_word(text, rng, others):
    """A text in which a word is missing, twice there, swapped, replaced, or next to something odd."""
    words = WORD.findall(text + "\n")
    at, to = rng.randrange(len(words)), rng.randrange(len(words))
    kind = rng.randrange(9)
    if kind == 0:
        del words[at]
    elif kind == 1:
        words.insert(at, words[at])
    elif kind == 2:
        words[at], words[to] = words[to], words[at]
    elif kind == 3:
        words[at] = rng.choice(WORD.findall(rng.choice(others).text + " "))
    elif kind < 8:
        at = rng.choice([i for i, word in enumerate(words) if re.search(r"\d", word)] or [at])
        words[at] = re.sub(r"\d", lambda _: rng.choice("0123456789F"), words[at], count=1)
    else:
        words.insert(at, rng.choice(ODD))
    return "".join(words)


def changed_lines(text, rng):
    """A text with a line cut short or removed, all lines below it removed, or lines within a block."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    end = rng.randrange(at, len(lines)) + 1
    cut = lines[at][: rng.randrange(len(lines[at]) + 1)]
    block = [rng.choice(BLOCKS), *lines[at:end], "}"]
    new, rest = rng.choice([([cut], at + 1), ([], at + 1), ([cut], len(lines)), (block, end), (block, end)])
    return "\n".join([*lines[:at], *new, *lines[rest:]])


def mutant(text, rng, others):
    """A script with a few random changes."""
    for _ in range(rng.choice([1, 1, 2, 3])):
        text = changed_word(text, rng, others) if rng.random() < 0.8 else changed_lines(text, rng)
    return text


def traces():
    """Memory traces, good and bad, by their names."""
    rng = random.Random("traces")
    loop = "==77== Lackey\n"
    for n in range(600):
        loop += f"I  {0x400000 + n * 52 % 0x1800:x},3\n L {0x100000 + n * 72 % 0x6000:x},8\n"
        loop += f" {'M' if n % 5 else 'S'} {0x200000 + n * 4168 % 0x9000:x},8\n"
    mixed = "".join(f" {rng.choice('LSM')} {rng.randrange(16368):x},{rng.choice([1, 4, 8, 64])}\n" for _ in range(500))
    table = "".join(f"{rng.choice(['load', 'store', 'I'])},{rng.randrange(4096)},4\n" for _ in range(300))
    bad = " L 10,1\nL 20\n S zz,4\n\n S 30,99999\nX 40,1\n L ffffffffffffffff,8\n L 10,0\n==1== x\n M 50,4\n"
    packed = gzip.compress(loop.encode(), mtime=0)
    return {
        "loop.lackey": loop, "mixed.lackey": mixed, "table.csv": f"op,address,size\n{table}", "bad.lackey": bad,
        "bad.csv": "op,addr\nload,04222cac\nfly,3\nstore,0x10\n", "bad.din": "0 10\n9 20\n1 zz\n2 30\n",
        "empty.lackey": "", "none.lackey": "x\n" * 1100, "binary.lackey": "\0\1\2" * 9, "whole.gz": packed,
        "cut.gz": packed[:-300], "damaged.gz": packed[:99] + b"xx" + packed[101:],
        "cut.pwt": (ROOT / "tests/scripts/replay/yi.pwt").read_bytes()[:50],
    }  # fmt: skip


class Stage:
    """A folder with all inputs, in which the commands run."""

    def __init__(self, root):
        self.root, self.documents = root, {}
        for folder in ["examples", "tests/scripts", "docs"]:
            shutil.copytree(ROOT / folder, root / folder)
        shutil.copy(ROOT / "README.md", root)
        # The one script that uses up the whole budget would take most of the time.
        codes = root / "docs/diagnostics.md"
        codes.write_text(codes.read_text().replace("repeat 4000 {", "repeat 400 {"))
        originals, leave = sorted(root.rglob("*.pw")), shutil.ignore_patterns("*.pw", "*.golden.yaml")
        for folder in ["examples", "tests/scripts"]:
            shutil.copytree(root / folder, root / "stale" / folder, ignore=leave)
        for path in originals:
            name = path.relative_to(root)
            self.put(f"stale/{name}", stale(path.read_text(), random.Random(str(name))))
        for path in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
            self.fenced(path)
        for path in sorted((ROOT / "tests/wrong").glob("*.rs")):
            self.literals(path)
        for name, data in traces().items():
            self.put(f"traces/{name}", data)
        self.scripts = [Script(str(path.relative_to(root)), path.read_text()) for path in sorted(root.rglob("*.pw"))]
        self.whole = [script for script in self.scripts if not script.path.startswith(("wrong/", "stale/"))]

    def put(self, name, data):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)

    def fenced(self, path):
        """Writes the scripts and tables of a document. Keeps the commands and sessions that it shows."""
        before, folder, shell, sessions = "", f"fences/{path.stem}", [], []
        for info, body, line in fences(path.read_text()):
            kind, *words = re.split(r"[, ]+", info)
            named = next((word for word in words if re.search(r"\.(pw|csv|yaml)$", word)), None)
            if kind == "pagewalk":
                body = before = before + body if "continues" in words else body
            if kind == "pagewalk" or named:
                self.put(f"{folder}/{named or f'{line:04}.pw'}", body)
            if named:
                shell.append(f"cat > {named} <<'END'\n{body}END")
            if kind == "console":
                shell += [f"echo '{line}'; {line} < /dev/null" for line in re.findall(r"(?m)^\$ (pagewalk .*)", body)]
            if kind == "repl":
                typed = re.findall(r"(?m)^(?:pagewalk> | +\.\.\. |\w+\? ?)(.*)", body)
                sessions.append("\n".join(typed))
        self.documents[path.stem] = ("\n".join(shell), sessions)

    def literals(self, path):
        """Writes the strings of a test of wrong scripts as scripts."""
        for number, (raw, escaped) in enumerate(LITERAL.findall(path.read_text())):
            text = raw or escaped.replace("\\n", "\n").replace('\\"', '"')
            if len(text) > 9:
                self.put(f"wrong/{path.stem}-{number:04}.pw", text)

    def files(self, folder, under=""):
        """The files of a folder: their contents by their names."""
        paths = sorted(path for path in (self.root / folder).rglob("*") if path.is_file())
        return {under + str(path.relative_to(self.root / folder)): path.read_bytes() for path in paths}

    def beside(self, script):
        """The script, and the files that it names, as the files of another folder."""
        names = re.findall(r'"([\w./-]+\.\w+)"', script.text)
        paths = {name: self.root / script.folder / name for name in names if not name.startswith(("/", ".."))}
        beside = {name: path.read_bytes() for name, path in paths.items() if path.is_file()}
        return {**beside, script.name: script.text.encode()}

    def mutated(self, seed):
        """A random script, and a mutant of it."""
        rng = random.Random(seed)
        script = rng.choice(self.whole)
        return script, mutant(script.text, rng, self.whole)

    def digest(self):
        whole = hashlib.sha256()
        for name, data in self.files(".").items():
            whole.update(f"{name}\0{len(data)}\0".encode() + data)
        return whole.digest()
