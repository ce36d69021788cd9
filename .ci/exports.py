"""Has the target programs read the exports; `.ci/exports` calls it: `exports.py PAGEWALK PLACE CONSUMER…`.

Correct answers come from the key as JSON, and wrong ones are changes of it.
"""

import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile
from fractions import Fraction

import lxml.html
from lxml import etree

PAGEWALK, PLACE, *CONSUMERS = sys.argv[1:]
PLACE = pathlib.Path(PLACE)
HERE = pathlib.Path(__file__).parent

# All kinds of questions, with strings that every format has to escape.
SCRIPT = r"""
exam { title "A / b <i>&amp; ]]> \x7b1:SA:=x\x7d", course "c" }
machine simple
set page_table { | vpn ppn v |; | 0F 0D 1 |; | 03 02 1 |; | 05 16 1 | }
set cache { | idx | tag v | b0 b1 b2 b3 |; | 5 | 0D 1 | 36 72 F0 1D | }
question "Everything <b> \x7b#1\x7d" points 40 {
  text "x < y \x7b\x7bparams.secret\x7d\x7d $$x$$ \\(y\\) @@PLUGINFILE@@ ]]>"
  given page_table, tlb, cache
  part "a" {
    figure bits 0x3D4
    ask read 0x3D4 => vpn, tlbi, tlbt, tlb, fault, ppn, pa, co, ci, ct, cache, byte points 7
    ask read 0x0C0 => vpn, ppn, fault radix binary
    ask read 0x100 => vpn, tlb, fault, ppn, cache, byte
  }
  part "b" {
    ask "bytes \x7b=\x7d ~ # %50%" = 512 unit B points 1
    ask "a mask" = 0xFF0 radix hex points 1
    ask "a ratio" = 3 / 8 points 1
    ask "a third" = 1 / 3 points 1
    ask "a name" = "=cmd()|' /C calc'!A0 \x7d ~ # * \\" points 1
    ask "true?" = 1 == 1 points 1
    ask tlb columns tag v points 4
    ask x in 0..0x1000 where x % 256 == 3 points 1
    choice "which \x7b?\x7d" points 2 { correct "=a ~ \x7d # b"; wrong "%100%c <b>&"; wrong "\\" }
    choice "which of them" points 2 { correct "one"; wrong "two"; correct "three" }
    essay "why \x7b?\x7d" space 4 cm { rubric "because <b> ]]> \x7b \x7d" points 2; rubric "and moreover" points 1 }
  }
}
"""


def scripts():
    """Returns each script: its file, and its paper with its key."""
    everything = PLACE / "everything.pw"
    everything.write_text(SCRIPT)
    papers = sorted(pathlib.Path("examples/exams").glob("*.pw"))
    return [(path, json.loads(run(path, "json", "--key"))) for path in [everything, *papers]]


def run(path, form, *more):
    """An export of a script."""
    ran = subprocess.run([PAGEWALK, "exam", path, "--format", form, *more], capture_output=True, check=False)
    assert ran.returncode == 0, (path, ran.stderr.decode())
    return ran.stdout


def keys(question):
    """Yields the correct answer to each field of a question, in order: a blank's key, a cell's, a list of answers, ticks, or None for an essay."""
    for piece in question["body"]:
        match piece["kind"]:
            case "part":
                yield from keys(piece)
            case "facts":
                yield from ((blank["key"], blank["how"]) for blank in piece["blanks"])
            case "value":
                yield piece["blank"]["key"], piece["blank"]["how"]
            case "table":
                heads = [head for group in piece["table"]["columns"] for head in group]
                for row in piece["table"]["rows"]:
                    yield from ((cell, "cell") for head, cell in zip(heads, row, strict=True) if head in piece["asked"])
            case "any":
                yield piece["key"]["answers"], "any"
            case "choice":
                yield [option for option, right in zip(piece["options"], piece["key"], strict=True) if right], "choice"
            case "essay":
                yield None, "essay"


def trials(key, how):
    """Returns answers to a blank, and whether each is correct."""
    if how == "any":
        return [(key[0], True), (key[-1].lower(), True), ("0xFFFFF", False), ("-", False)]
    if key.startswith("N ("):
        key = "N"
    if key == "-":
        return [("-", True), ("0", False), ("Y" if how == "Y/N" else "0x1", False)]
    if how == "Y/N":
        return [(key, True), ({"Y": "N", "N": "Y"}[key], False), ("-", False)]
    if key.startswith(("0x", "0b")):
        base = {"x": 16, "b": 2}[key[1]]
        number, digits = int(key, base), key[2:]
        right = [key, key.lower(), digits, digits.lower(), digits.lstrip("0") or "0", "0X" + digits if base == 16 else key]
        wrong = [key[:2] + (f"{number + 1:X}" if base == 16 else f"{number + 1:b}"), "-", "x", key + "1"]
        return [(one, True) for one in right] + [(one, False) for one in wrong]
    if how == "cell":
        return [(key, True), (key + "1", False), ("-", False)]
    if how == "decimal" and "/" not in key:
        return [(key, True), (f"{float(key) * 1.1 + 1}", False)]
    if how == "decimal":
        over, under = key.split("/")
        return [(f"{int(over) / int(under):.4f}", True), ("0.9", False)]
    return [(key, True), (key + "x", False)]


def moodle(path, paper):
    """Moodle XML: by Moodle's importer and question types."""
    text = run(path, "moodle")
    etree.fromstring(text)
    assert b"seed" not in text.lower()
    if "moodle" not in CONSUMERS:
        return 0
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(text)
        file.flush()
        asked, expected, places = [], [], []
        read = imported(file.name, [])
        clozes = [at for at, question in enumerate(read["questions"]) if question["qtype"] == "multianswer"]
        graded = [question for question in paper["questions"] if any(how != "essay" for _, how in keys(question))]
        assert len(clozes) == len(graded) and not read["problems"], (path, read["problems"])
        for at, question in zip(clozes, graded, strict=True):
            subs = read["questions"][at]["subs"]
            fields = [field for field in keys(question) if field[1] != "essay"]
            assert len(subs) == len(fields), (path, len(subs), len(fields))
            worth = sum(sub["mark"] for sub in subs)
            assert worth == read["questions"][at]["mark"]
            for of, (sub, (key, how)) in enumerate(zip(subs, fields, strict=True)):
                if how == "choice":
                    right = [one for one, share in zip(sub["answers"], sub["fractions"], strict=True) if share > 0]
                    assert [etree.fromstring(f"<a>{one}</a>").text for one in right] == key, (right, key)
                    continue
                for answer, right in trials(key, how):
                    asked.append([at, of, answer])
                    expected.append(right)
                    places.append((str(path), key, how, answer))
        marks = imported(file.name, asked)["marks"]
        wrong = [place for place, mark, right in zip(places, marks, expected, strict=True) if (mark == 1) != right]
        assert asked and not wrong, wrong[:10]
        essays = [question for question in read["questions"] if question["qtype"] == "essay"]
        assert len(essays) == sum(how == "essay" for question in paper["questions"] for _, how in keys(question))
        assert all(essay["grader"] and essay["mark"] > 0 for essay in essays)
        return len(asked)


def imported(file, answers):
    """Returns the questions that Moodle's importer makes of a file, and the points that its question types give."""
    command = ["php", HERE / "exports-moodle.php", PLACE / "moodle", file]
    ran = subprocess.run(command, input=json.dumps(answers).encode(), capture_output=True, check=False)
    assert ran.returncode == 0, (ran.stdout[-2000:], ran.stderr)
    return json.loads(ran.stdout)


def prairielearn(path, paper):
    """Questions of PrairieLearn: by its schema and its elements."""
    with tempfile.TemporaryDirectory() as folder:
        run(path, "prairielearn", "--output", folder, "--variants", "3")
        questions = sorted(pathlib.Path(folder).glob("questions/*/*"))
        assert len(questions) == len(paper["questions"])
        for question in questions:
            versions = json.loads((question / "versions.json").read_text())["versions"]
            assert 1 <= len(versions) <= 3 and "seed" not in json.dumps(versions).lower()
    if "prairielearn" not in CONSUMERS:
        return 0
    from exports_prairielearn import Question

    with tempfile.TemporaryDirectory() as folder:
        run(path, "prairielearn", "--output", folder)
        places = sorted(pathlib.Path(folder).glob("questions/*/*"), key=lambda place: int(place.name.split("-")[0]))
        return sum(one_question(Question(place, 5), question, path) for place, question in zip(places, paper["questions"], strict=True))


def one_question(question, paper, path):
    """Has each input of a question grade correct and wrong answers."""
    fields = question.fields()
    asked = list(keys(paper))
    assert len(fields) == len(asked), (path, len(fields), len(asked))
    tries = {}
    for (tag, name, element), (key, how) in zip(fields, asked, strict=True):
        if how == "essay":
            assert tag == "pl-rich-text-editor"
        elif tag in ("pl-multiple-choice", "pl-checkbox"):
            options = {option.text_content(): str(at) for at, option in enumerate(element.xpath("pl-answer"))}
            right = [option.text_content() for option in element.xpath("pl-answer[@correct='true']")]
            assert right == (key if how == "choice" else [key.split(" (")[0]]), (right, key)
            letters = {letter["html"]: letter["key"] for letter in question.data["params"][name]}
            assert len(letters) == len(options)
            rest = [letters[text] for text in letters if lxml_text(text) not in right]
            good = [letters[text] for text in letters if lxml_text(text) in right]
            tries[name] = [(good if tag == "pl-checkbox" else good[0], True), (rest if tag == "pl-checkbox" else rest[0], False)]
        else:
            tries[name] = trials(key, how)
        if path.stem != "everything" and name in tries:
            # Elements are slow, and every spelling has been checked once.
            tries[name] = [tries[name][0], tries[name][-1]]
    tried, best = 0, 0
    for turn in range(max(map(len, tries.values()), default=0)):
        now = {name: all_of[turn % len(all_of)] for name, all_of in tries.items()}
        scores, score = question.marks({name: answer for name, (answer, _) in now.items()})
        for name, (answer, right) in now.items():
            assert (scores.get(name) == 1) == right, (path, name, answer, right, scores.get(name))
        tried, best = tried + len(now), max(best, score)
    if tries:
        assert best == 1, "everything right is worth everything"
        nothing, score = question.marks({name: "" for name, _ in tries.items()})
        assert score == 0, "nothing is worth nothing"
    students, graders = question.shown("question"), question.shown("question", graders=True)
    assert "<pl-" not in students and ("params.secret" in students) == ("params.secret" in str(paper))
    for rubric in (row for piece in pieces(paper) if piece["kind"] == "essay" for row in piece["key"]):
        assert rubric["text"] not in words(students) and rubric["text"] in words(graders), rubric
    return tried


def qti(path, paper):
    """A package of QTI: by the published schemas, and by TAO's development kit."""
    with tempfile.TemporaryDirectory() as folder:
        run(path, "qti", "--output", folder, "--variants", "3")
        zips = list(pathlib.Path(folder).glob("*.zip"))
        assert len(zips) == 1
        files = unzipped(zips[0], folder)
        assert not any(b"seed" in text.lower() for text in files.values())
        if "qti" not in CONSUMERS:
            return 0
        for name, text in files.items():
            schema("imscp_v1p1.xsd" if name == "imsmanifest.xml" else "qtiv2p1/imsqti_v2p1.xsd").assertValid(etree.fromstring(text))
        sections = read_package(folder, [])["sections"]
        assert all(1 <= items <= 3 and drawn == 1 for items, drawn in sections) and len(sections) == len(paper["questions"])
    with tempfile.TemporaryDirectory() as folder:
        run(path, "qti", "--output", folder)
        (package,) = pathlib.Path(folder).glob("*.zip")
        files = unzipped(package, folder)
        items = [name for name in files if name.startswith("items/")]
        sittings = []
        for name, question in zip(items, paper["questions"], strict=True):
            sittings += sat(files[name], pathlib.Path(name).name, question)
        scores = read_package(folder, [sitting[:2] for sitting in sittings])["scores"]
        wrong = [(sitting, score) for sitting, score in zip(sittings, scores, strict=True) if abs(score - sitting[2]) > 1e-6]
        assert not wrong, wrong[:3]
        return sum(len(answers) for _, answers, _ in sittings)


SCHEMAS = PLACE / "qti/src/qtism/data/storage/xml/schemes"


@functools.cache
def schema(name):
    """Parses a published schema, once: that takes a second."""
    return etree.XMLSchema(file=SCHEMAS / name)


NAMESPACE = {"q": "http://www.imsglobal.org/xsd/imsqti_v2p1"}


def sat(text, name, paper):
    """Returns a candidate's answers to an item: each correct and wrong answer in turn, all correct, none; each with its score."""
    item = etree.fromstring(text)
    declared = {one.get("identifier"): one for one in item.iterfind("q:responseDeclaration", NAMESPACE)}
    asked = item.xpath(".//@responseIdentifier")
    fields = list(keys(paper))
    assert list(declared) == asked and len(asked) == len(fields), (name, asked)
    shown = item.find("q:itemBody", NAMESPACE)
    tries, rubrics = {}, shown.findall(".//q:rubricBlock", NAMESPACE)
    for identifier, (key, how), points in zip(asked, fields, worths(paper), strict=True):
        if how == "essay":
            assert declared[identifier].find("q:correctResponse", NAMESPACE) is None
        elif how == "choice" or declared[identifier].get("baseType") == "identifier":
            options = {"".join(one.itertext()): one.get("identifier") for one in shown.xpath(f".//*[@responseIdentifier='{identifier}']/*")}
            good = [options[one] for one in (key if how == "choice" else [key.split(" (")[0]])]
            bad = [one for one in options.values() if one not in good]
            several = declared[identifier].get("cardinality") == "multiple"
            tries[identifier] = [(good if several else good[0], points), (bad if several else bad[0], 0)]
        else:
            tries[identifier] = [(answer, points if right else 0) for answer, right in trials(key, how)]
    assert all(rubric.get("view") == "scorer" for rubric in rubrics)
    assert len(rubrics) == sum(how == "essay" for _, how in fields)
    sittings = [[name, [[one, ""] for one in tries if declared[one].get("cardinality") == "single"], 0]]
    for turn in range(max(map(len, tries.values()), default=0)):
        now = {identifier: all_of[turn % len(all_of)] for identifier, all_of in tries.items()}
        answers = [[identifier, answer] for identifier, (answer, _) in now.items()]
        sittings.append([name, answers, sum(points for _, points in now.values())])
    return sittings


def worths(paper):
    """Returns the points of each field in order: an item's points are shared equally."""
    for piece in paper["body"]:
        if piece["kind"] == "part":
            yield from worths(piece)
        elif piece["kind"] in ("facts", "table", "value", "any", "choice", "essay"):
            count = len(list(keys({"body": [piece]})))
            points = piece["points"]
            points = points if isinstance(points, (int, float)) else float(Fraction(str(points)))
            yield from (points / count for _ in range(count))


def unzipped(package, folder):
    """Returns the files of a zip, and extracts them to a folder."""
    with zipfile.ZipFile(package) as archive:
        assert archive.namelist()[0] == "imsmanifest.xml" and archive.testzip() is None
        archive.extractall(folder)
        return {name: archive.read(name) for name in archive.namelist()}


def read_package(folder, sittings):
    """Returns the results of TAO's kit for a package, and for candidates' sessions with its items."""
    command = ["php", HERE / "exports-qti.php", PLACE / "qti", folder]
    ran = subprocess.run(command, input=json.dumps(sittings).encode(), capture_output=True, check=False)
    assert ran.returncode == 0, (ran.stdout[-3000:], ran.stderr)
    return json.loads(ran.stdout)


def pieces(paper):
    for piece in paper["body"]:
        yield piece
        yield from pieces(piece) if piece["kind"] == "part" else ()


def lxml_text(html):
    return etree.fromstring(f"<a>{html}</a>").text


def words(page):
    return lxml.html.fromstring(f"<div>{page}</div>").text_content()


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


KNOWN = {"moodle": (moodle, "Moodle's importer"), "prairielearn": (prairielearn, "PrairieLearn's elements"), "qti": (qti, "TAO's kit")}
papers = scripts()
for form, (read, who) in KNOWN.items():
    counts = [read(path, paper) for path, paper in papers]
    tried = f"{sum(counts)} answers marked" if form in CONSUMERS else "not tried, as it cannot be had here"
    print(f"{form}: {len(counts)} papers; {who}: {tried}")
missing = [form for form in KNOWN if form not in CONSUMERS]
if missing and os.environ.get("EXPORTS_ALL"):
    sys.exit(f"not tried: {', '.join(missing)}")
