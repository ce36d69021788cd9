"""Checks of the tree-sitter grammar that need only its parser: `check.py LIBRARY PAGEWALK`."""

import hashlib
import os
import random
import re
import sys
import time
from pathlib import Path

import agreement
import classes
import corpora
import edits
from tree import Reader

HERE = Path(__file__).resolve().parent
GRAMMAR = HERE.parent
ROOT = GRAMMAR.parent.parent

# The largest share of edits to invalid texts after which the tree may differ from a fresh parse.
UNREADABLE_EDITS = 0.001
# The same share for valid texts: the parser may keep the keyword `as` of `ask … as "…"` after an edit makes it a name.
READABLE_EDITS = 0.0005
# The largest share of scripts with a syntax error that this grammar accepts, such as escapes in strings and `x = 4`.
READ_ALL_THE_SAME = 0.2
# The smallest share of tokens whose class agrees with the language server.
AGREEING_TOKENS = 0.995

failures = 0


def report(what, wrong, since):
    """Prints the result of a check and its errors."""
    global failures
    failures += bool(wrong)
    print(f"{'FAILED' if wrong else 'ok'}: {what} ({time.monotonic() - since:.1f} s)")
    for line in wrong[:20]:
        print(f"  {line}")


def generated():
    """Compares the generated files with the hashes that `./generate` recorded."""
    wrong = []
    for line in (GRAMMAR / "src/generated.sha256").read_text().splitlines():
        digest, name = line.split()
        if hashlib.sha256((GRAMMAR / name).read_bytes()).hexdigest() != digest:
            wrong.append(f"{name} is not that of the last `./generate`")
    return wrong


def same_units():
    """Compares the units in the scanner with the units in the interpreter's grammar."""
    pest = (ROOT / "grammar/pagewalk.pest").read_text()
    rule = re.search(r"^unit = _\{(.*?)^\}", pest, re.M | re.S)[1]
    wanted = set(re.findall(r'"([a-z]{2,}|s)"', rule)) | {"B"}
    wanted |= {letter + i + "B" for letter in "KMGTPE" for i in ("", "i")}
    region = re.search(r"UNITS\[\] = \{(.*?)\};", (GRAMMAR / "src/scanner.c").read_text(), re.S)[1]
    told = set(re.findall(r'"(\w+)"', region))
    return [f"units of the scanner and of pagewalk.pest: {sorted(told ^ wanted)}"] if told != wanted else []


def typing(reader):
    """Types every script in pieces, damages it, and repairs it. Compares the tree with a fresh parse after each edit."""
    chance, count, readable, unreadable = random.Random(1), 0, [], []
    steps = int(os.environ.get("STEPS", "6"))
    for name, text in corpora.scripts(ROOT):
        typist = edits.typed(reader, name, text, steps, chance)
        count += typist.count
        for where, start, end, with_, *_, has_error in typist.wrong:
            (unreadable if has_error else readable).append(f"{where}: bytes {start}..{end} as {with_!r}: another tree")
    wrong = readable if len(readable) > count * READABLE_EDITS else []
    if len(unreadable) > count * UNREADABLE_EDITS:
        wrong = wrong + unreadable
    return wrong, count


def main(library, pagewalk):
    """Runs every check. Returns false if a check fails."""
    now = time.monotonic
    since = now()
    report("the generated files belong to grammar.js", generated(), since)
    report("the scanner's units", same_units(), since)
    reader = Reader(library, GRAMMAR / "queries")
    for folder in (ROOT / "editors/helix/queries", ROOT / "editors/zed/languages/pagewalk"):
        Reader(library, folder)
    report("every query fits the grammar", [], since)
    since = now()
    wrong, count = corpora.corpus(reader, HERE / "corpus")
    report(f"{count} texts of the corpus make their trees", wrong + ["too few"] * (count < 60), since)
    since = now()
    wrong, read, unread = corpora.agreeing(reader, ROOT, pagewalk)
    report(f"{read} scripts are read, {unread} are not, as the interpreter does", wrong + ["too few"] * (read < 300), since)
    since = now()
    read, unread, of_reading, others = corpora.judged(reader, ROOT)
    wrong = unread + (read if len(read) > of_reading * READ_ALL_THE_SAME else [])
    wrong += ["too few"] * (others < 300 or of_reading < 20)
    report(f"of {of_reading} scripts with a mistake of reading {len(read)} are read; of {others} others all", wrong, since)
    since = now()
    wrong, count = classes.sample(reader, ROOT / "editors")
    report(f"{count} tokens of the shared sample are of their classes", wrong + ["too few"] * (count < 500), since)
    wrong, count = classes.assertions(reader, HERE / "highlight")
    report(f"{count} claims of test/highlight hold", wrong + ["too few"] * (count < 100), since)
    since = now()
    share, wrong, count = agreement.share(reader, ROOT, pagewalk)
    wrong = (wrong if share < AGREEING_TOKENS else []) + ["too few"] * (count < 10_000)
    report(f"{share:.2%} of {count} tokens are of the class that `pagewalk lsp` tells", wrong, since)
    since = now()
    wrong, count = typing(reader)
    report(f"{count} edits make the trees that reading anew makes", wrong, since)
    return failures == 0


if __name__ == "__main__":
    sys.exit(not main(*sys.argv[1:]))
