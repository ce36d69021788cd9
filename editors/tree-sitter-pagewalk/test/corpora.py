"""Texts with known results: the corpus, the scripts of the project, and scripts with errors."""

import re
import subprocess

from tree import mistakes, place

READING = ("[syntax]", "[unclosed]")


def corpus(reader, folder):
    """The entries of `test/corpus` whose tree differs from the expected tree, and the number of entries."""
    wrong, count = [], 0
    entry = re.compile(r"^={3,}\n(.*?)\n={3,}\n(.*?)^-{3,}\n(.*?)(?=^={3,}\n|\Z)", re.M | re.S)
    for path in sorted(folder.glob("*.txt")):
        for name, text, wanted in entry.findall(path.read_text()):
            count += 1
            name, *marks = name.split("\n")
            root = reader.parse(text.strip("\n").encode()).root_node
            told = str(root)
            wanted = re.sub(r"\s+", " ", wanted).strip().replace(" )", ")")
            if ":error" in marks:
                if not root.has_error:
                    wrong.append(f"{path.name}: {name}: read without a mistake: {told}")
            elif told != wanted:
                wrong.append(f"{path.name}: {name}\n  wanted {wanted}\n  told   {told}")
    return wrong, count


def fences(text):
    """The script blocks of a Markdown text, each with the number of its first line."""
    inside, info, body, first = 0, "", [], 0
    for number, line in enumerate(text.splitlines(keepends=True)):
        ticks = len(line) - len(line.lstrip("`"))
        if inside and ticks >= inside and not line[ticks:].strip():
            if re.match(r"pagewalk\b", info):
                yield "".join(body), first
            inside = 0
        elif inside:
            body.append(line)
        elif ticks >= 3:
            inside, info, body, first = ticks, line[ticks:].strip(), [], number + 2


def scripts(root):
    """The name and the text of every script of the project."""
    listed = subprocess.run(["git", "ls-files", "-z", "*.pw", "*.md"], cwd=root, capture_output=True, text=True, check=True)
    for name in listed.stdout.split("\0"):
        path = root / name
        if not name or not path.is_file():
            continue
        if name.endswith(".pw"):
            yield name, path.read_bytes()
        else:
            for body, line in fences(path.read_text()):
                yield f"{name}:{line}", body.encode()


def misread(pagewalk, text):
    """Whether the interpreter reports a syntax error in a script."""
    told = subprocess.run([pagewalk, "check", "-"], input=text, capture_output=True, cwd="/tmp", check=False)
    return any(code in told.stderr.decode() for code in READING)


def agreeing(reader, root, pagewalk):
    """The scripts of the project that only one of this grammar and the interpreter can parse."""
    wrong, read, unread = [], 0, 0
    for name, text in scripts(root):
        tree = reader.parse(text)
        found = list(mistakes(tree.root_node))
        # Runs the interpreter only if this grammar finds an error, and for documents, because they show scripts with errors.
        meant = (found or ".md:" in name) and misread(pagewalk, text)
        if bool(found) == bool(meant):
            read, unread = read + (not found), unread + bool(found)
        elif found:
            node = found[0]
            wrong.append(f"{name}: {place(node)}: not read: {node.text[:60]!r}")
        else:
            wrong.append(f"{name}: read, and the interpreter cannot read it")
    return wrong, read, unread


RUST = r'(?:"((?:[^"\\]|\\.)*)"|r(#*)"(.*?)"\2)'
CASE = re.compile(r"^    \(" + RUST + r",\s*" + RUST.replace(r"\2", r"\5") + r",\s*" + RUST.replace(r"\2", r"\8") + r"\),$", re.M | re.S)


def cases(root):
    """The scripts of `tests/wrong/cases.rs`, each with the code of its error."""
    for found in CASE.finditer((root / "tests/wrong/cases.rs").read_text()):
        plain, raw = found[7], found[9]
        if plain is not None:
            raw = re.sub(r"\\\n\s*", "", plain)
            raw = re.sub(r"\\(u\{([0-9A-Fa-f]+)\}|.)", unescaped, raw)
        yield found[1], raw


def unescaped(found):
    """The character that an escape sequence of Rust represents."""
    if found[2]:
        return chr(int(found[2], 16))
    return {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(found[1], found[1])


def judged(reader, root):
    """The scripts with syntax errors that this grammar accepts, the others that it rejects, and the sizes of both groups."""
    read, unread, of_reading, others = [], [], 0, 0
    for code, text in cases(root):
        has_error = reader.parse(text.encode()).root_node.has_error
        if f"[{code}]" in READING:
            of_reading += 1
            if not has_error:
                read.append(text)
        else:
            others += 1
            if has_error:
                unread.append(f"{code}: {text}")
    return read, unread, of_reading, others
