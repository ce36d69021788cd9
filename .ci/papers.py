"""Prints papers and checks the results; `.ci/papers` calls it: `papers.py PAGEWALK PLACE EXAMS`.

EXAMS is `some` for two of the examples, or `all`. The exam of special characters has every kind of block in either case.
"""

import concurrent.futures
import csv
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import pdfplumber
import pypdf

PAGEWALK, PLACE, WHICH = sys.argv[1:]
PLACE = pathlib.Path(PLACE)
EXAMS = sorted(pathlib.Path("examples/exams").glob("*.pw"))[:: 1 if WHICH == "all" else 5]

# Special characters of TeX, Typst, HTML, XML, CSS, and Markdown, and a second language.
NASTY = r"""\{ } $x$ & # ^ _ % ~ <b>i</b> <!-- c --> */ @x [l](u) *s* `r` // n /* "q" 'a' #panic() \input{x} </style>"""


def literal(text):
    """Quotes a text as a string of the language."""
    for raw, written in [("\\", "\\\\"), ('"', '\\"'), ("{", "\\x7B"), ("}", "\\x7D")]:
        text = text.replace(raw, written)
    return f'"{text}"'


SCRIPT = """
exam {{ title {0}, course {0} }}
machine core-i7
process P1 {{
  | area  | start        | end          | perms | backing   |
  | data  | 602000       | 606000       | rw-p  | anonymous |
  | stack | 7FFFFFFDE000 | 7FFFFFFFF000 | rw-p  | anonymous |
}}
P1: write 0x602000 = 1
question {0} {{
  text {0}
  figure tables P1
  figure bits 0x602000
  figure layout P1
  P1: write 0x604000 = 1
  figure layout P1
  given P1.maps
  part {0} {{ ask {0} = 1; ask "word" = {0}; ask P1.maps columns perms }}
  choice {0} {{ correct {0}; wrong "other"; correct "third" }}
  essay {0} {{ rubric {0} points 1 }}
}}
""".format(literal(NASTY))

# In large print, neither the grid of scores nor the figure is as narrow as the page.
CROWDED = """
machine core-i7
kernel { frames 32 }
process P
let p = mmap(NULL, 12 KB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
for i in 0..3 { P: write p + i * 4 KB = i }
P: let C = fork()
question "Frames" points 10 { figure frames P C; ask "Frames" = 3 }
""" + "\n".join(f'question "Q{number}" points 10 {{ ask "A" = {number} }}' for number in range(16))


def run(*command, **more):
    """Returns the output of a command, which must succeed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, **more)
    if done.returncode:
        text = (done.stdout + done.stderr).decode(errors="replace")
        raise AssertionError(f"{' '.join(map(str, command))}: exit status {done.returncode}\n{text[-700:]}")
    return done.stdout


def exam(script, folder, *options):
    """Makes papers in a folder, and returns the rows of the versions."""
    run(PAGEWALK, "exam", script, "--output", folder, *options)
    with open(next(folder.glob("*.versions.csv")), newline="") as file:
        return list(csv.DictReader(file))


def same(what, got, expected):
    if got != expected:
        raise AssertionError(f"{what}: {str(got)[:600]} instead of {str(expected)[:600]}")


def squeezed(text):
    return re.sub(r"\s+", "", text)


class Printed:
    """A parsed PDF."""

    def __init__(self, path):
        self.path = path
        with pdfplumber.open(path) as pdf:
            self.size = (round(float(pdf.pages[0].width)), round(float(pdf.pages[0].height)))
            self.pages = [page.extract_text() or "" for page in pdf.pages]
            self.rects = [sorted(self.rounded(rect) for rect in page.rects) for page in pdf.pages]
            # The boxes of figures are filled and have an outline. Answer boxes have only an outline.
            answers = [[rect for rect in page.rects if not (rect["fill"] and rect["stroke"])] for page in pdf.pages]
            self.answers = [sorted(map(self.rounded, rects)) for rects in answers]
            self.chars = [[(c["x0"], c["x1"], c["top"], c["bottom"], c["text"], c["size"]) for c in page.chars] for page in pdf.pages]

    @staticmethod
    def rounded(rect):
        return tuple(round(float(rect[name]), 1) for name in ("x0", "top", "x1", "bottom"))

    def numbered(self, code, page, of):
        """Checks that every page has its number, the number of pages, and the version."""
        count = len(self.pages)
        for number, text in enumerate(self.pages, 1):
            foot = squeezed("\n".join(text.splitlines()[-2:]))
            for said in (f"{page} {number} {of} {count}", f"Version {code}"):
                if squeezed(said) not in foot:
                    raise AssertionError(f"{self.path}, page {number}: no `{said}` at its foot: {foot}")

    def contained(self, margin=36):
        """Checks that no text is in the margin or outside the page."""
        width, height = self.size
        for number, (chars, rects) in enumerate(zip(self.chars, self.rects), 1):
            edges = [(x0, x1, top, bottom, text) for x0, x1, top, bottom, text, _ in chars if text.strip()]
            edges += [(x0, x1, top, bottom, "box") for x0, top, x1, bottom in rects if x1 - x0 < width * 0.95]
            for x0, x1, top, bottom, text in edges:
                if x0 < margin or x1 > width - margin or top < margin / 2 or bottom > height - margin / 2:
                    raise AssertionError(f"{self.path}, page {number}: `{text}` at {x0:.0f}–{x1:.0f}, {top:.0f}–{bottom:.0f}")

    def boxes(self):
        """Returns the text in each answer box, after the cover."""
        for chars, rects in zip(self.chars[1:], self.answers[1:]):
            for x0, top, x1, bottom in rects:
                if 14 < bottom - top < 22 and x1 - x0 > 24:
                    inside = [c for c in chars if x0 <= c[0] and c[1] <= x1 and top - 2 <= (c[2] + c[3]) / 2 <= bottom + 2]
                    yield "".join(c[4] for c in inside)


def empty(paper):
    for inside in paper.boxes():
        if inside not in ("", "0x", "0b"):
            raise AssertionError(f"{paper.path}: `{inside}` stands in a box of a student's paper")


def filled(key):
    boxes = list(key.boxes())
    if "" in boxes or "0x" in boxes:
        raise AssertionError(f"{key.path}: a box of the key is empty")


def plain(path, seed):
    """Checks that the PDF is tagged, that its only metadata is a title, and that the seed does not appear."""
    reader = pypdf.PdfReader(path)
    root = reader.trailer["/Root"]
    if not (root.get("/MarkInfo", {}).get("/Marked") and "/StructTreeRoot" in root):
        raise AssertionError(f"{path} has no tags")
    unwanted = set(reader.metadata) - {"/Title", "/Creator", "/Producer"}
    same(f"{path}: metadata", unwanted, set())
    everything = str(reader.metadata) + root["/Metadata"].get_object().get_data().decode(errors="replace")
    for written in (str(int(seed, 16)), seed[2:]):
        if written in everything:
            raise AssertionError(f"{path} tells the seed")


def overlay(one, other, what):
    """Checks that two versions have the same pages with the same boxes."""
    same(f"{what}: pages", len(one.pages), len(other.pages))
    for number, (mine, yours) in enumerate(zip(one.rects, other.rects), 1):
        same(f"{what}: boxes of page {number}", [b for b in mine if b not in yours], [])
        same(f"{what}: boxes of page {number}", [b for b in yours if b not in mine], [])


def pdf(script, folder):
    rows = exam(script, folder, "--variants", "2", "--key", "--solutions", "--format", "pdf")
    papers, keys = [], []
    for row in rows:
        names = [folder / name for name in row["files"].split(" ; ")]
        printed = [Printed(name) for name in names]
        for one in printed:
            one.numbered(row["version"], "Page", "of")
            one.contained()
            same(f"{one.path}: A4", one.size, (595, 842))
        for name in names:
            plain(name, row["seed"])
        paper, key, _ = printed
        empty(paper)
        filled(key)
        # The key has a mark on its cover, and no lines to write on.
        key.rects[0] = [box for box in key.rects[0] if box in paper.rects[0]]
        overlay(paper, key, f"{script}: paper and key")
        papers.append(paper)
        keys.append(key)
    same(f"{script}: pages of two papers", *(len(paper.pages) for paper in papers))
    overlay(*papers, f"{script}: two papers")
    overlay(*keys, f"{script}: two keys")
    return keys[0]


def large(script, folder):
    rows = exam(script, folder, "--variants", "1", "--large", "--page", "letter", "--format", "pdf")
    paper = Printed(folder / rows[0]["files"])
    same(f"{script}: letter", paper.size, (612, 792))
    paper.contained()
    sizes = [round(size) for chars in paper.chars for *_, size in chars]
    usual = max(set(sizes), key=sizes.count)
    if usual < 15 or sizes.count(18) < 20:
        raise AssertionError(f"{script}: large print is of {usual} points")


def merged(script, folder):
    """Checks that one PDF contains all versions, each from an odd page with the number 1."""
    options = ["--merge", "--format", "pdf"]
    rows = exam(script, folder, "--variants", "3", *options)
    one = Printed(folder / rows[0]["files"])
    own = folder / "one"
    own.mkdir()
    exam(script, own, "--variants", "1", "--format", "pdf")
    count = len(Printed(next(own.glob("*.pdf"))).pages)
    start = 0
    for row in rows:
        own = Printed.__new__(Printed)
        own.path, own.pages = one.path, one.pages[start:start + count]
        own.numbered(row["version"], "Page", "of")
        for blank in one.pages[start + count:start + count + count % 2]:
            same(f"{one.path}: the blank page before the next version", blank.strip(), "")
        start += count + count % 2
    same(f"{one.path}: pages", len(one.pages), start - count % 2)
    plain(one.path, rows[0]["seed"])


def named(script, folder):
    """Checks that each page after the first has lines for the name and ID."""
    roster = folder / "roster.csv"
    roster.write_text("id,name\nzz77,Ada Lovelace\n")
    rows = exam(script, folder, "--roster", roster, "--format", "pdf")
    for number, text in enumerate(Printed(folder / rows[0]["files"]).pages, 1):
        for said in ("Ada Lovelace", "zz77"):
            same(f"{script}, page {number}: `{said}`", text.count(said), 1)


def tex(script, folder):
    rows = exam(script, folder, "--variants", "1", "--key", "--solutions", "--format", "latex")
    for name in rows[0]["files"].split(" ; "):
        for _ in range(2):
            run("pdflatex", "-interaction=nonstopmode", "-halt-on-error", name, cwd=folder)
        log = (folder / name).with_suffix(".log").read_text(errors="replace")
        wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
        if max(wide, default=0) > 6:
            raise AssertionError(f"{name}: a line is {max(wide)} points too wide")
        printed = Printed((folder / name).with_suffix(".pdf"))
        printed.numbered(rows[0]["version"], "Page", "of")
        printed.contained()


def web(script, folder):
    for size, points in (("a4", (595, 842)), ("letter", (612, 792))):
        own = folder / size
        own.mkdir()
        rows = exam(script, own, "--variants", "1", "--key", "--page", size, "--format", "html")
        name = rows[0]["files"].split(" ; ")[1]
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={own}/profile"]
        run("chromium", *options, f"--print-to-pdf={own}/page.pdf", (own / name).as_uri(), timeout=60)
        printed = Printed(own / "page.pdf")
        same(f"{name}: {size}", printed.size, points)
        printed.numbered(rows[0]["version"], "Page", "/")
        printed.contained()
        filled_in = sum(printed.pages[0].count(word) for word in ("Key", "Version"))
        same(f"{name}: its cover", filled_in >= 2, True)


def nasty(script, folder):
    """Checks that texts are never markup, and that all of a text is printed."""
    same_text = squeezed(NASTY)
    for style, kinds in ((pdf, ("*.pdf",)), (tex, ("*.pdf",)), (web, ("a4/*.pdf", "letter/*.pdf"))):
        if style is tex and not shutil.which("pdflatex") or style is web and not shutil.which("chromium"):
            continue
        own = folder / style.__name__
        own.mkdir()
        style(script, own)
        for path in (path for kind in kinds for path in own.glob(kind)):
            with pdfplumber.open(path) as printed:
                # Lines may break anywhere in the text.
                text = squeezed("".join(page.extract_text() for page in printed.pages[:2]))
            for part in ("$x$&#^_%~<b>i</b>", "*s*", "#panic()"):
                if part not in text:
                    raise AssertionError(f"{path} does not print `{part}` as it is: {text[:400]}")
    return same_text


def again(script, folder):
    """Checks that the bytes are the same each time."""
    made = []
    for number in range(2):
        own = folder / str(number)
        exam(script, own, "--variants", "1", "--format", "pdf")
        made.append(next(own.glob("*.pdf")).read_bytes())
    same(f"{script}: a second run has the same bytes", made[0] == made[1], True)


def fails(what, check):
    try:
        check()
    except AssertionError:
        return
    raise SystemExit(f"papers: nobody notices {what}")


def accessible(paths):
    """Validates PDF files against PDF/UA."""
    ran = subprocess.run([sys.executable, ".ci/pdfua.py", *map(str, paths)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def main():
    missing = [name for name in ("pdflatex", "chromium") if not shutil.which(name)]
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        scratch = pathlib.Path(scratch)
        script = scratch / "nasty.pw"
        script.write_text(SCRIPT)
        jobs, typeset = [], []

        def start(work, script):
            folder = scratch / f"{len(jobs)}"
            folder.mkdir()
            if work in (pdf, large, named, merged):
                typeset.append(folder)
            jobs.append(pool.submit(work, script, folder))
            return jobs[-1]

        keys = [start(pdf, exam) for exam in EXAMS]
        for exam in EXAMS:
            start(large, exam)
            if "pdflatex" not in missing:
                start(tex, exam)
            if "chromium" not in missing:
                start(web, exam)
        start(nasty, script)
        crowded = scratch / "crowded.pw"
        crowded.write_text(CROWDED)
        start(large, crowded)
        start(again, EXAMS[0])
        start(named, EXAMS[0])
        # Papers with an even and with an odd number of pages.
        for exam in EXAMS[:5]:
            start(merged, exam)
        wrong = [str(error) for error in (job.exception() for job in jobs) if error]
        if wrong:
            sys.exit("papers:\n" + "\n".join(wrong))
        accessible(path for folder in typeset for path in folder.rglob("*.pdf"))
        # Tests of the checks: each has to find its mistake.
        key = keys[0].result()
        fails("a key that is handed out", lambda: empty(key))
        fails("pages without the version", lambda: key.numbered("NONE", "Page", "of"))
        moved = Printed(key.path) if key.path.exists() else key
        moved.rects[1] = [(x0 + 1, top, x1 + 1, bottom) for x0, top, x1, bottom in moved.rects[1]]
        untagged = pypdf.PdfWriter(clone_from=pypdf.PdfReader(key.path))
        untagged.root_object.pop("/StructTreeRoot")
        untagged.write(scratch / "untagged.pdf")
        fails("a PDF without tags", lambda: accessible([scratch / "untagged.pdf"]))
        fails("boxes that move", lambda: overlay(key, moved, "moved"))
    print(f"papers: {len(EXAMS)} exams and one of nasty strings as PDF" + "".join(
        f", {name}" for name in ("pdflatex", "chromium") if name not in missing))
    if missing:
        print(f"papers: left out: {', '.join(missing)}")
        sys.exit(bool(os.environ.get("PAPERS_ALL")))


main()
