#!/usr/bin/env python3
"""Counts the lines of Rust without blank lines, comments, and tests: `.ci/production_lines.py [LIMIT]`.

With LIMIT, the exit status is 1 if there are more lines. `.ci/run` passes the number in `.ci/size`, so that the program grows
only in a commit that also raises this number. Needs Python 3 and git.
"""
import pathlib
import re
import subprocess
import sys

# Only the word `tests` means tests: `src/face/test/` is the command `pagewalk test`.
TESTS = re.compile(r"^(tests|benches|examples|fuzz|web|editors)/|(^|/)tests/|(^|/)tests?\.rs$|(^|/)tests_[^/]*\.rs$")
TEST_FILE = re.compile(r"(\s|//[^\n]*\n)*#!\[cfg\(test\)\]")


def production(text):
    """Counts the lines of a file, and skips each item after `#[cfg(test)]` up to its `;` or its closing brace."""
    if TEST_FILE.match(text):
        return 0
    count, skipping = 0, False
    for line in map(str.strip, text.splitlines()):
        if not skipping and line.startswith("#[cfg(test)]"):
            skipping, depth, opened = True, 0, False
        if skipping:
            depth += line.count("{") - line.count("}")
            opened |= "{" in line
            declared = not opened and line.endswith(";") and not line.startswith("#")
            skipping = not (declared or opened and depth <= 0)
        elif line and not line.startswith("//"):
            count += 1
    return count


root = pathlib.Path(__file__).resolve().parent.parent
names = subprocess.check_output(["git", "ls-files", "*.rs"], cwd=root, text=True).split("\n")
# A file that is deleted and not yet committed does not count.
files = [root / name for name in names if name and not TESTS.search(name) and (root / name).exists()]
total = sum(production(file.read_text(encoding="utf-8")) for file in files)
print(total, "production lines in", len(files), "files")
if len(sys.argv) > 1 and total > int(sys.argv[1]):
    sys.exit(f"the limit in .ci/size is {sys.argv[1]}: delete {total - int(sys.argv[1])} lines elsewhere")
