"""The prose in Rust files: `comments(text)` and `strings(text)` yield a line number and its prose.

`texts.py FOLDER FILE…` writes the prose of each file to FOLDER/FILE.md, with every line at its number, for a linter of Markdown.
"""
import pathlib
import re
import sys

# A comment, a raw string, a string, or a character (so that '"' begins no string), in this order of alternatives.
TOKEN = re.compile(
    r'//[/!]?(?P<comment>[^\n]*)|\bb?r(?P<hashes>#*)"(?P<raw>.*?)"(?P=hashes)|"(?P<string>(?:[^"\\]|\\.)*)"'
    r"|'(?:[^'\\\n]|\\[^\n][^'\n]*)'",
    re.S,
)
ESCAPES = {"\\n": " ", "\\t": " ", '\\"': '"', "\\\\": "\\"}
# From here on, a file contains tests only.
TESTS = re.compile(r"^#\[cfg\(test\)\]\nmod \w+ \{", re.M)


def tokens(text):
    """Yields the line number and the match of each comment and string."""
    line, at = 1, 0
    for match in TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        yield line, match


def comments(text):
    """The comments. A code block in a doc comment stays a code block in Markdown."""
    for line, match in tokens(text):
        if match["comment"] is not None:
            yield line, match["comment"].strip()


def strings(text):
    """The strings that can be prose: a space, and a word of three letters. Tests are left out."""
    tests = TESTS.search(text)
    for line, match in tokens(text[: tests.start()] if tests else text):
        string = match["raw"] if match["string"] is None else match["string"]
        if string is None or " " not in string.strip() or not re.search("[a-z]{3}", string):
            continue
        if match["raw"] is None:
            string = re.sub(r"\\\n\s*", "\v", string)  # the string continues on the next line
            string = re.sub(r'\\[nt"\\]', lambda escape: ESCAPES[escape[0]], string)
        for number, part in enumerate(re.split(r"[\n\v]", string)):
            yield line + number, part.strip()


def is_test(file):
    path = pathlib.Path(file)
    return "tests" in path.parts or path.name == "tests.rs"


def write(folder, file):
    """Writes a file's comments and strings, each on its line."""
    text = pathlib.Path(file).read_text()
    lines = [""] * (text.count("\n") + 1)
    # Names in placeholders, such as `{shown}`, are not words.
    messages = [] if is_test(file) else [(line, re.sub(r"\{\w+", "{", prose)) for line, prose in strings(text)]
    for line, prose in [*comments(text), *messages]:
        lines[line - 1] = f"{lines[line - 1]} {prose}".strip()
    place = pathlib.Path(folder, file + ".md")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("\n".join(lines))


if __name__ == "__main__":
    for name in sys.argv[2:]:
        write(sys.argv[1], name)
