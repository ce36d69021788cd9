"""Makes docs/pictures/ and the printed cheat sheets; `.ci/pictures` runs it.

Every picture shows what the program prints. docs/pictures/sources.txt lists the files and the outputs that each picture was
made from, with their SHA-1, and a test compares them.
"""

import fcntl
import hashlib
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

import pyte
import typst
from markdown_it import MarkdownIt
from rich import console, terminal_theme, text

PAGEWALK = sys.argv[1]
PICTURES = Path("docs/pictures")
HERE = "tests/pictures"
ENVIRONMENT = {
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "PATH": f"{Path(PAGEWALK).parent}:{Path(sys.executable).parent}:/usr/bin:/bin",
    "TERM": "xterm-256color",
}

# pyte has no faint letters; no program here blinks.
pyte.graphics.TEXT |= {2: "+blink", 22: "-blink"}
# What rich calls a color of pyte.
NAMES = {"brown": "yellow"}
REPLAY = "pagewalk replay core-i7 examples/traces/matrix.lackey.zst --map identity --curve"
KEYS = "", " --key"
SHEET = Path("docs/reference/cheat-sheet.md")
PLACE = Path("target/pictures")
EXAM = "examples/exams/address-translation.pw"


def screen(command, shows, columns=94, rows=60, keys=(), folder=HERE, **environment):
    """The screen of a terminal, in which a command got the keys and shows a text."""
    terminal = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(terminal)
    child, master = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.chdir(folder)
        os.execvpe(command[0], command, ENVIRONMENT | environment)

    def read():
        # The program has answered when it prints nothing for two seconds.
        while select.select([master], [], [], 2)[0]:
            try:
                stream.feed(os.read(master, 65536))
            except OSError:
                return

    read()
    for key in keys:
        os.write(master, key.encode())
        read()
    for _ in range(30):
        if any(shows in line for line in terminal.display):
            break
        read()
    else:
        sys.exit(f"{command} does not show {shows}")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return terminal


def line(row, columns):
    """A row of the screen, without the blanks at its end."""

    def style(cell):
        names = [name for name in ("bold", "italics", "underscore", "reverse", "blink") if getattr(cell, name)]
        words = [{"italics": "italic", "underscore": "underline", "blink": "dim"}.get(name, name) for name in names]
        for ground, color in ("", cell.fg), ("on ", cell.bg):
            if color != "default":
                known = NAMES.get(color, color).replace("bright", "bright_")
                words.append(ground + (f"#{color}" if re.fullmatch("[0-9a-f]{6}", color) else known))
        return " ".join(words)

    drawn = text.Text()
    for column in range(columns):
        drawn.append(row[column].data, style(row[column]))
    drawn.rstrip()
    return drawn


def draw(name, terminal, title, command=None):
    """Writes the screen as a picture, below the command that started the program."""
    lines = [line(terminal.buffer[y], terminal.columns) for y in range(terminal.lines)]
    while not lines[-1].plain:
        lines.pop()
    if command:
        lines.insert(0, text.Text.assemble(("$ ", "dim"), command))
    recorder = console.Console(record=True, width=terminal.columns, file=open(os.devnull, "w"), color_system="truecolor")
    for each in lines:
        recorder.print(each, no_wrap=True, overflow="ignore", crop=False, highlight=False)
    # The fonts of the reader's machine: a picture cannot fetch others.
    form = re.sub(r"@font-face \{\{.*?\}\}\n", "", console.CONSOLE_SVG_FORMAT, flags=re.S)
    form = form.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace")
    svg = recorder.export_svg(title=title, theme=terminal_theme.SVG_EXPORT_THEME, code_format=form, unique_id=name)
    (PICTURES / f"{name}.svg").write_text(svg)


def output(command):
    """What a command of the program prints."""
    command, _, given = command.partition(" < ")
    done = subprocess.run(
        [PAGEWALK, *command.split()[1:]], input=Path(given).read_bytes() if given else b"", capture_output=True
    )
    return done.stdout + done.stderr


def run():
    draw("run", screen(["pagewalk", "run", "guess.pw"], "6 statements"), "pagewalk", "pagewalk run guess.pw")


def prompt():
    keys = [f"{key}\r" for key in Path(HERE, "prompt.txt").read_text().splitlines()]
    draw("prompt", screen(["pagewalk", "repl"], "[4] pagewalk> ", keys=keys), "pagewalk", "pagewalk repl")


def editor():
    with tempfile.TemporaryDirectory() as home:
        config = Path(home, ".config/nvim/init.lua")
        config.parent.mkdir(parents=True)
        config.write_text(
            f"vim.opt.runtimepath:prepend('{Path('editors/vim').resolve()}')\n"
            "vim.lsp.enable('pagewalk')\n"
            "vim.diagnostic.config({ virtual_lines = { format = function(mistake) return mistake.message end } })\n"
            "vim.cmd('set termguicolors noshowmode noruler noshowcmd laststatus=0 number numberwidth=3')\n"
            "vim.o.fillchars = 'eob: '\n"
            "vim.cmd('highlight Normal guibg=NONE')\n"
            "for _, name in ipairs({ 'LspInlayHint', 'LspCodeLens', 'LineNr' }) do\n"
            "  vim.api.nvim_set_hl(0, name, { fg = '#8a8d91' })\n"
            "end\n"
        )
        shutil.copy(f"{HERE}/guess.pw", home)
        shown = screen(["nvim", "-i", "NONE", "-n", "guess.pw"], "└", 110, folder=home, HOME=home)
    draw("editor", shown, "guess.pw: Neovim")


def paper():
    """Part a of an exam, on the paper and on its key."""
    wide, high, gap = 345, 414, 12
    pages, glyphs = [], {}
    for key in KEYS:
        (source := PLACE / "paper.typ").write_bytes(output(f"pagewalk exam {EXAM}{key} --format typst"))
        page = typst.compile(source, format="svg")[2].decode()
        page = re.sub(r"(\.\d{3})\d+", r"\1", page)
        glyphs |= {name: glyph for glyph, name in re.findall(r'(<symbol id="(\w+)".*?</symbol>)', page, re.S)}
        pages.append(re.sub("<defs.*</defs>|^<svg.*?>|</svg>$", "", page.strip(), flags=re.S))
    sheets = "".join(
        f'<svg x="{number * (wide + gap)}" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}">{page}'
        f'<path d="M.5 {high}V.5H{wide - 0.5}V{high}" fill="none" stroke="#888"/></svg>'
        for number, page in enumerate(pages)
    )
    (PICTURES / "paper.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {2 * wide + gap} {high}"><defs>{"".join(glyphs.values())}</defs>{sheets}</svg>\n'
    )


def curve():
    output(f"{REPLAY} --plot {PICTURES}/curve.svg")


def cheat_sheet(sheet):
    """Sets the Markdown of the cheat sheet with Typst. Its only inline marks are code and links."""

    def inline(token):
        return "".join(
            f"#raw({json.dumps(child.content, ensure_ascii=False)})"
            if child.type == "code_inline"
            else re.sub(r"[\\#*_`$<>@\[\]]", r"\\\g<0>", child.content)
            if child.type == "text"
            else " " if child.type == "softbreak" else ""
            for child in token.children
        )

    before = {"h1": "= ", "h2": "== ", "li": "- "}
    page, start = [], ""
    for token in MarkdownIt().parse(SHEET.read_text()):
        start = before.get(token.tag, start) if token.nesting == 1 else start
        if token.type == "inline":
            page.append(start + inline(token))
            start = ""
        elif token.type == "fence":
            page.append(f"#raw(block: true, {json.dumps(token.content.rstrip(), ensure_ascii=False)})")
        elif token.nesting == -1 and token.tag in ("h1", "h2", "p", "ul") and not token.hidden:
            page.append("")
    style = Path(HERE, "cheat-sheet.typ").read_text()
    (source := PLACE / "cheat-sheet.typ").write_text(style.replace("PAPER", sheet) + "\n".join(page) + "\n")
    if isinstance(typst.compile(source, format="svg"), list):
        sys.exit(f"the cheat sheet takes more than a page of {sheet}")
    pdf = SHEET.with_name(f"cheat-sheet-{sheet.removeprefix('us-')}.pdf")
    pdf.write_bytes(typst.compile(source, pdf_standards="ua-1"))


SCRIPT = f"{HERE}/guess.pw"
RUN = [SCRIPT, f"$ pagewalk run --color always {SCRIPT}"]
SESSION = f"{HERE}/prompt.txt"
VIM = [str(path) for kind in ("lua", "vim") for path in sorted(Path("editors/vim").glob(f"[!t]*/**/*.{kind}"))]
EXAMS = [f"$ pagewalk exam {EXAM}{key} --format typst" for key in KEYS]
SHEETS = [str(SHEET), f"{HERE}/cheat-sheet.typ"]

# How a picture is made, and its sources: files, and commands whose output it shows.
MADE = {
    "docs/pictures/run.svg": (run, RUN),
    "docs/pictures/prompt.svg": (prompt, [SESSION, f"$ pagewalk repl --color always < {SESSION}"]),
    "docs/pictures/editor.svg": (editor, RUN + VIM),
    "docs/pictures/paper.svg": (paper, EXAMS),
    "docs/pictures/curve.svg": (curve, [f"$ {REPLAY} --plot /dev/stdout"]),
    "docs/reference/cheat-sheet-a4.pdf": (lambda: cheat_sheet("a4"), SHEETS),
    "docs/reference/cheat-sheet-letter.pdf": (lambda: cheat_sheet("us-letter"), SHEETS),
}

PLACE.mkdir(parents=True, exist_ok=True)
with open(PICTURES / "sources.txt", "w") as listed:
    for picture, (make, sources) in MADE.items():
        make()
        print(picture)
        for source in [picture, f"{HERE}/make.py", f"{HERE}/requirements.txt", *sources]:
            contents = output(source[2:]) if source.startswith("$ ") else Path(source).read_bytes()
            print(picture, hashlib.sha1(contents).hexdigest(), source, file=listed)
