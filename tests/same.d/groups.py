"""The groups of cases. Each is a function that yields cases. `--list` prints its docstring."""

import csv
import io
import json
import os
import random
import re
import shutil
from dataclasses import dataclass
from itertools import pairwise, product


@dataclass
class Case:
    """A command, or an editor's session about a document."""

    name: str
    argv: list
    stdin: bytes = b""
    folder: str = "."
    # The files of a new folder in which the command runs. All that are there afterwards belong to the result.
    own: dict = None
    document: str = None
    seconds: int = 60


def command(line, stdin=b"", **more):
    """A case that is called as its command line."""
    return Case(line, line.split(), stdin, **more)


HEX = re.compile(r"0x[0-9A-F]{1,13}$")
# What a session asks after a script, and one after the other after its statements.
ASKED = """:diff|:why|:steps|:history|:what read 0x3D4|:bits 0x3D4|:back|:forward|:why tlb|:what flush tlb|:help tlbi
show stats|:back 3|:goto 2|:diff|:forward 99|:undo|:help|:help nothing|:quiz read 0x3D4|15|0x3||miss|:quiz|1|:history
show machine|read 0x10 => vpn 99|=> tlb hit|:save session.pw|:reset|:load session.pw|:back|:load missing.pw|:goto x
:history|:quit|show tlb""".replace("\n", "|").split("|")


def run(stage):
    """scripts run as text, with every step, with colors, as JSON, and with a seed"""
    ways = ["--format json", "", "--explain", "--explain --color always", "--format json --seed 7 --max-steps 500"]
    yield Case("the budget of steps", ["run", "-"], b"repeat 4000 { repeat 4000 { let x = 1 } }")
    for script in stage.scripts:
        for way in ways[:1] if script.path.startswith("wrong/") else ways:
            yield command(f"run {script.path} {way}")
    yield Case("all", ["run", "--format", "json", *(script.path for script in stage.whole)])


def check(stage):
    """scripts checked, with colors also"""
    for script in stage.scripts:
        yield command(f"check {script.path}")
    yield Case("all in color", ["check", "--color", "always", *(script.path for script in stage.scripts)])


def fmt(stage):
    """scripts formatted from standard input, compared, and rewritten in place"""
    for script in stage.scripts:
        loose = re.sub(r"(?m)^ +|(?<=\S)  +(?=\S)", " ", script.text)
        yield Case(f"fmt < {script.path}", ["fmt"], script.text.encode())
        yield Case(f"fmt - < {script.path}, loose", ["fmt", "-"], loose.encode())
    for folder in ("examples", "tests", "fences", "stale", "wrong", "docs"):
        yield command(f"fmt --check --color always {folder}")
        yield Case(f"{folder} in place", ["fmt", "."], own=stage.files(folder))


def repl(stage):
    """scripts typed at the prompt or loaded, with commands between the statements and at the end"""
    for script in stage.whole:
        depth, typed = 0, []
        for at, line in enumerate(script.text.split("\n")):
            depth += line.count("{") - line.count("}")
            typed += [line] if line.strip() or depth else [line, ASKED[at % 12]]
        for how, lines in {"": [], " typed": [script.text], " asked": typed}.items():
            argv = ["repl", "--max-steps", "99999", *([] if how else [script.name])]
            asked = ASKED if how != " asked" else ASKED[-9:]
            yield Case(f"repl {script.path}{how}", argv, "\n".join([*lines, *asked]).encode(), own=stage.beside(script))
    for name, (_, sessions) in stage.documents.items():
        for number, session in enumerate(sessions):
            own = stage.files("examples", "examples/")
            yield Case(f"session {number} of {name}", ["repl"], session.encode(), own=own)


def docs(stage):
    """the commands that the documents show, in order"""
    for name, (shell, _) in stage.documents.items():
        yield Case(name, ["sh", "-c", shell], own=stage.files("examples", "examples/"))


def exam(stage):
    """papers, keys, and solutions in every format, versions, fairness, and layouts"""
    formats = "markdown html typst latex json moodle prairielearn qti".split()
    ways = ["--key", "--solutions --seed 3", "--key --labels pfn --large --page letter --no-powers",
            "--variants 2 --key --solutions --script --output out", "--roster roster.csv --key --labels frame --output out",
            "--seed 0xFF --key --solutions --script --output out"]  # fmt: skip
    more = ["", "--script", "--check 12", "--check 12 --color always --seed 4", "--variants 2 --script", "--key --solutions",
            "--make-up --variants 2", "--make-up 2 --key", "--roster bad.csv", "--labels words.yaml --key", "--max-steps 3",
            "--format pdf --labels bad.yaml"]  # fmt: skip
    ways = [*more, *(f"{way} --format {name}" for way, name in product(ways, formats))]
    beside = {
        "roster.csv": b"id,name\ns1,Ada\n=x,\"O'Neil, T\"\n", "bad.csv": b"id\na\n\na\n",
        "words.yaml": b"vpn: Seite\nName: Name, Vorname\nlang: de\n", "bad.yaml": b"vpm: Seite\n",
    }  # fmt: skip
    for script in stage.whole:
        if re.search(r"(?m)^ *question ", script.text):
            for way in ways:
                argv = ["exam", script.name, *way.split()]
                yield Case(f"exam {script.path} {way}", argv, own={**stage.beside(script), **beside})


def sheets(stage, path):
    """Right and wrong answer sheets of an exam, made from the feedback that OLD gives."""
    rng, folder, rows = random.Random(path), stage.root / "feedback", []
    stage.old(["grade", path, "-", "--feedback", "feedback"], b"id,seed\na,0\nb,5\n")
    for seed, name in ((0, "a"), (5, "b")):
        lines = (folder / f"{name}.md").read_text().split("\n")
        cells = [line.split(" | ") for line in lines if re.match(r"\| \d", line)]
        right = {cell[0][2:]: cell[3].replace("\\", "").replace("any of ", "").split(", ")[0] for cell in cells}
        ways = [
            lambda right: right,
            lambda right: right.lower().removeprefix("0x"),
            lambda right: {"Y": "hit", "N": "no", "-": "n/a"}.get(right, f" {right}"),
            lambda right: rng.choice([right, "-", ""]),
            lambda right: rng.choice([right, right, rng.choice(values)]),
            lambda right: re.sub(r"\d$", str(rng.randrange(10)), right) if rng.random() < 0.3 else right,
            lambda right: rng.choice([right, "x", "1/3", "0b1101", "1,024", "75 %", "2 KB", "A", "2^10"]),
        ]
        values = list(right.values())
        for number, way in enumerate(ways):
            answers = {field: way(value) for field, value in right.items()}
            rows.append({"id": f"s{seed}-{number}", "name": f"Student {number}", "seed": str(seed), **answers})
    shutil.rmtree(folder)
    return rows, list(right)


def table(rows, delimiter=","):
    """Rows as a table with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def platforms(rows, fields):
    """The sheets as Moodle and PrairieLearn download them."""
    parts, moodle, prairielearn = {}, [], []
    for name in fields:
        parts.setdefault(re.match(r"\d+", name)[0], []).append(name)
    for row in rows:
        whole = {f"Response {one}": "; ".join(f"part {at}: {row[name]}" for at, name in enumerate(names, 1))
                 for one, names in parts.items()}  # fmt: skip
        moodle.append(
            {"Last name": "L", "First name": row["name"], "ID number": row["id"], "State": "Finished", **whole}
        )
        for one, names in parts.items():
            answer = json.dumps({"q" + re.sub(r"\W", "_", name): row[name] for name in names})
            who = {"UID": f"{row['id']}@x.edu", "UIN": row["id"], "Name": row["name"]}
            prairielearn.append({**who, "Question": f"q{one}", "Variant": "1", "Params": "{}", "submission_id": "1",
                                 "Submitted answer": answer})  # fmt: skip
    return {"moodle.csv": table(moodle), "prairielearn.csv": table(prairielearn)}


def grade(stage):
    """answer sheets, right and wrong, in every format and with every option"""
    options = ["", "--questions", "--statistics --color always", "--feedback out", "--feedback out --feedback-format html",
               "--output marks.csv --statistics", "--before before.csv", "--rules rules.yaml", "--rules bad.json",
               "--seed 5", "--seed-column name", "--version-column name", "--also again.pw", "--also other.pw"]  # fmt: skip
    rules = """carried=1/2 carried=0 carried-dashes=1 all-or-nothing=rows all-or-nothing=items wrong=1/4 wrong-choice=1/3
               floor=item floor=none floor=paper several=each empty=dash void=1a void=2 round=1/2 wrnog=1 round=x"""
    options += [f"--rule wrong=1/2 --rule {rule}" for rule in rules.split()]
    exams = [script for script in stage.whole if "exams/" in script.path]
    for number, (script, another) in enumerate(zip(exams, exams[1:] + exams[:1])):
        rows, fields = sheets(stage, script.path)
        plain = [{key: value for key, value in row.items() if key != "seed"} for row in rows]
        values = [
            {key: int(value, 16) if HEX.match(value) else value for key, value in row.items()} for row in rows[:2]
        ]
        yaml = "".join(f"- id: {row['id']}\n" + "".join(f"  {key}: '{row[key]}'\n" for key in fields) for row in plain)
        answers = {
            "a.csv": table(rows), "b.tsv": table(rows, "\t"), "semicolons.csv": table(plain, ";"), "a.yaml": yaml.encode(),
            "a.json": json.dumps(values).encode(), "list.json": json.dumps(plain).encode(), "bad.json": b"[{]",
            "map.json": json.dumps({row["id"]: row for row in plain}).encode(), "empty.csv": b"",
            "bad.csv": table(rows[:3]) + b"s1,1\ns0-0,x,0\n\xff,,\n,a,b\n" + table(rows[3:5]), **platforms(rows, fields),
        }  # fmt: skip
        beside = {
            **stage.beside(script), **answers, "again.pw": script.text.encode(), "other.pw": another.text.encode(),
            "rules.yaml": b"carried: 1/2\nround: 1/2\nvoid: { 1a: full, 2: remove }\n",
            "before.csv": stage.old(["grade", script.path, "-"], table(rows[3:] + rows[:2])),
        }  # fmt: skip
        ways = [f"a.csv {option}" for option in options[number % 2 :: 2]] + list(answers)
        ways += [
            f"{name} --from {kind}"
            for name, kind in product(
                ("a.csv", "moodle.csv", "map.json"), ("csv", "yaml", "json", "moodle", "prairielearn")
            )
        ]
        for way in ways:
            yield Case(f"grade {script.path} {way}", ["grade", script.name, *way.split()], own=beside)
        # A version for each student, whom the list of versions knows.
        roster = {"roster.csv": table([{"id": row["id"], "name": row["name"]} for row in rows]), **beside}
        shell = f"pagewalk exam {script.name} --roster roster.csv --output out; pagewalk grade {script.name}"
        for name in ("a.csv", "semicolons.csv", "moodle.csv"):
            yield Case(
                f"{script.path} {name} versions", ["sh", "-c", f"{shell} {name} --versions out/*.csv"], own=roster
            )


def replay(stage):
    """memory traces, good and bad, on several machines and with every option"""
    found = [
        path for path in stage.files(".") if re.search(r"^(?!fences|stale).*\.(trace|lackey|din|csv|pwt|gz|zst)$", path)
    ]
    machines = ["simple", "core-i7", *(f"examples/{name}" for name in ("machines/simple.yaml", "memory-traces.pw"))]
    ways = ["--causes --curve --top 3", "--map identity --format json --causes --curve --top 2", "--strict --map identity",
            "--map demand --format csv --causes", "--straddle first --curve --color always"]  # fmt: skip
    frames = [f"--map demand --frames {count} --replacement {policy} --format json"
              for count, policy in zip((1, 2, 3, 4, 3, 2, 9), "lru fifo clock random lfu mru bogus".split())]  # fmt: skip
    for machine, trace in product(machines, found):
        most = machine in machines[:2] and ("examples" in trace or "mixed" in trace)
        yield from (command(f"replay {machine} {trace} {way}") for way in ways + frames * most)
    for machine, kind in product(machines, ("text", "json", "csv")):
        yield command(f"replay {machine} {' '.join(found)} missing.lackey --format {kind}")
    for trace in found:
        name = "t" + os.path.splitext(trace)[1]
        own = {name: (stage.root / trace).read_bytes()}
        for way in ("core-i7 {} --plot p.svg --curve", "simple {} --map identity --plot p.svg", "--pack p.pwt {}",
                    "--pack p.pwt --strict {}", "core-i7 - --trace-format din", "core-i7 {} --trace-format csv"):  # fmt: skip
            yield Case(f"{trace}: replay {way}", ["replay", *way.format(name).split()], own[name], own=own)
        packed = f"pagewalk replay --pack p.pwt {name}; pagewalk replay simple - --curve < p.pwt; " \
                 "pagewalk replay core-i7 p.pwt --format json --causes --top 9"  # fmt: skip
        yield Case(f"{trace} packed", ["sh", "-c", packed], own=own)


def sweep(stage):
    """grids of machines in every format, and wrong grids"""
    grids = ["ways 1..4, size 512 B..4 KB", "ways 1 2 3 4", "policy lru fifo random, ways 2", "ways 1..2 --cache L2",
             "entries 4..64, ways 4 fully-associative --tlb dTLB", "write-back write-through", "ways 2 --cache L9",
             "cache L1d { ways 1..4, policy lru fifo }, tlb dTLB { entries 8..32, ways 4 }", "polices lru", "ways", "{", "",
             "block 16 B..128 B, size 1 KB..8 KB", "ways 0", "size 3 B", "ways 1..999999999"]  # fmt: skip
    machines = ("core-i7", "simple", "examples/memory-traces.pw")
    sources = ["loop.lackey", "mixed.lackey", "bad.lackey", "cut.gz", "missing"]
    for grid in grids:
        settings, _, part = grid.partition(" --")
        words = [settings, *(f"--{part}".split() if part else [])]
        for machine, name in product(machines, sources):
            for way in ("", "--format json --map identity", "--format csv --threads 1 --frames 4"):
                argv = ["sweep", machine, f"traces/{name}", *words, *way.split()]
                yield Case(f"sweep {machine} {name} {grid} {way}", argv)
        for machine, name in product(machines[:2], sources[:2]):
            for way in ("--format parquet --output o.parquet --plot p.svg", "--output o.txt --straddle first --strict",
                        "--format parquet", "--format json --plot no/where.svg"):  # fmt: skip
                own = {"t.lackey": (stage.root / "traces" / name).read_bytes()}
                argv = ["sweep", machine, "t.lackey", *words, *way.split()]
                yield Case(f"sweep {machine} {name} {grid} {way}", argv, own=own)


def test(stage):
    """suites with every report, and the files that --accept, --fill, and --bless write"""
    places = ["examples", "docs README.md", "tests/scripts", "stale/examples", "stale/tests", "fences", "wrong"]
    ways = ["", "--list", "--color always --jobs 1", "--fail-fast --jobs 1", "--require-golden --shuffle 3 --filter *a*",
            "--partition 2/3", "--filter tlb", "--filter nothing", "--report bogus=-", "--report github=-"]  # fmt: skip
    yield from (command(f"test {place} {way}") for place, way in product(places, ways))
    folders = ["examples", "docs", "stale/examples", "stale/tests/scripts", "fences/accepting", "tests/scripts"]
    ways = ["--accept", "--fill", "--accept --fill --color always", "--bless", "--accept --filter e",
            "--report junit=j.xml --report json=j.json --report tap=t --report github=g"]  # fmt: skip
    for folder, way in product(folders, ways):
        yield Case(f"test {folder} {way}", ["test", *way.split()], own=stage.files(folder))


def diff(stage):
    """pairs of scripts"""
    changed = [(f"stale/{script.path}", script.path) for script in stage.whole if not script.path.startswith("fences")]
    for first, second in [*pairwise(script.path for script in stage.whole), *changed]:
        yield command(f"diff {first} {second}")
        yield command(f"diff --format json --seed 3 {second} {first}")


def pages(stage):
    """explanations, the reference, completions, help, and wrong usage"""
    commands = "run check fmt test repl replay sweep diff exam grade lsp explain reference completions".split()
    codes = re.findall(r"(?m)^## ([\w-]+)$", (stage.root / "docs/diagnostics.md").read_text())
    sections = """statements settings bits policies presets facts nouns paths calls constants errors functions units commands
                  absent bogus"""
    lines = ["", "--help", "-h", "--version", "help", "bogus", "explain", "explain bogus", "explain [syntax]", "reference",
             "run", "run --format xml x", "run missing.pw", "run -", "run examples", "check missing.pw docs", "exam",
             "grade x", "repl missing.pw", "diff x", "test missing", "test --accept --list", "test --report x",
             "replay simple", "replay bogus x", "replay --pack x y z", "replay core-i7 - -", "sweep simple x",
             "fmt missing.pw", "fmt README.md", "--color sometimes run x", "exam x --seed -1", "exam x --variants 0"]  # fmt: skip
    lines += [f"explain {code}" for code in codes] + [f"reference {section}" for section in sections.split()]
    lines += [f"completions {shell}" for shell in "bash elvish fish powershell zsh bogus".split()]
    lines += [line for name in commands for line in (f"{name} --help", f"{name} -h", f"help {name}", f"{name} --bogus")]
    yield from map(command, lines)


def lsp(stage):
    """an editor's requests about scripts, half-typed ones and wrong facts included"""
    for script in stage.scripts:
        if not script.path.startswith("wrong/") or script.path.endswith("5.pw"):
            yield Case(script.path, ["lsp"], document=script.text, folder=script.folder)
    for number in range(100):
        script, text = stage.mutated(f"lsp/{number}")
        yield Case(f"mutant {number} of {script.path}", ["lsp"], document=text, folder=script.folder)


def mutants(stage):
    """random changes of scripts: run, checked, some of them formatted, typed at the prompt, or printed as exams"""
    for number in range(stage.mutants):
        script, text = stage.mutated(f"{stage.seed}/{number}")
        lines = ["run --format json --max-steps 3000 -", "check -"]
        lines += ["fmt -"] * (number % 3 == 0) + ["repl --max-steps 3000"] * (number % 10 == 0)
        lines += ["exam --key --max-steps 3000 -"] * ("question" in text)
        for line in lines:
            name = f"{line} < mutant {stage.seed}/{number} of {script.path}"
            yield Case(name, line.split(), text.encode(), folder=script.folder, seconds=10)


GROUPS = {
    made.__name__: made
    for made in (run, check, fmt, repl, docs, exam, grade, replay, sweep, test, diff, pages, lsp, mutants)
}
