"""Reads the reports of a suite with every kind of result; `.ci/reports` calls it.

Each report is read by an independent program: the JUnit file by a validator with Jenkins' published schema and by
junitparser, JSON by Python, the web page by html5lib, annotations against those that GitHub's toolkit (in Python) writes.
"""

import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout

import html5lib
import jsonschema
import junitparser
import xmlschema
from actions_toolkit import core

PAGEWALK, SCHEMA = sys.argv[1:]

# A case for each result, with names that every format has to escape.
SCRIPTS = {
    "passes.pw": "machine simple\nread 0x3D4 => vpn 0x0F\n",
    "a,b%3A c.pw": 'scenario "<&>\\" # SKIP: 100%, ✓" {\n  expect 1 == 2\n}\nscenario "]]> \\\\" {\n  expect 1 == 1\n}\n',
    "fails.pw": "machine simple\nread 0x3D4 =>\n    vpn 0x0F,\n    vpo 0x15,\n    tlb hit\n",
    "wrong.pw": "machine simple\nraed 0x3D4\nlet s = \"\u0007\"\nlet t = v\n",
    "skips.pw": 'if false {\n  scenario "never" {\n    expect 1 == 1\n  }\n}\n',
    "golden.pw": "let x = 1\n",
    "notes.md": "```pagewalk,fails\nexpect 1 == 1\n```\n\n```pagewalk\nexpect 1 == 1\n```\n",
}
GOLDEN = "format: 2\ncases:\n- statements:\n  - do: let x = 1\n    value: x = 2\n...\n"
PASSED, FAILED, WRONG, SKIPPED = 5, 4, 1, 1


def written(folder, kind):
    """The contents of a report."""
    file = pathlib.Path(folder, "report." + kind)
    ran = subprocess.run(
        [PAGEWALK, "test", f"--report={kind}={file}", f"--report={kind}=-"], cwd=folder, capture_output=True, check=False
    )
    assert ran.returncode == 2, ran
    text = file.read_bytes()
    file.unlink()
    assert text == ran.stdout, f"{kind}: a file and standard output differ"
    assert ran.stderr.decode().splitlines()[-1] == f"{PASSED} passed, {FAILED + WRONG} failed", ran.stderr
    return text.decode()


def junit(folder):
    text = written(folder, "junit")
    xmlschema.XMLSchema(SCHEMA).validate(io.BytesIO(text.encode()))
    suites = junitparser.JUnitXml.fromstring(text.encode())
    cases = [case for suite in suites for case in suite]
    kinds = [type(result).__name__ for case in cases for result in case.result]
    assert (kinds.count("Failure"), kinds.count("Error"), kinds.count("Skipped")) == (FAILED, WRONG, SKIPPED), kinds
    assert len(cases) == PASSED + FAILED + WRONG + SKIPPED
    assert (suites.tests, suites.failures, suites.errors) == (len(cases), FAILED, WRONG)
    for suite in suites:
        assert suite.tests == len(list(suite))
    named = next(case for case in cases if "SKIP" in case.name)
    assert named.name == 'a,b%3A c.pw :: <&>" # SKIP: 100%, ✓', named.name
    assert "expected 2" in named.result[0].text, named.result[0].text
    # The schema does reject reports.
    for spoiled in [text.replace("<testcase name=", "<testcase nam="), text.replace("failure", "failing")]:
        assert not xmlschema.XMLSchema(SCHEMA).is_valid(io.BytesIO(spoiled.encode()))


def plain(folder):
    suite = json.loads(written(folder, "json"))
    assert (suite["format"], suite["passed"], suite["failed"], suite["not_run"]) == (1, PASSED, FAILED + WRONG, SKIPPED)
    cases = {case["name"]: case for case in suite["cases"]}
    assert len(cases) == len(suite["cases"])
    check = cases["fails.pw"]["failures"][0]["checks"][0]
    assert (check["fact"], check["expected"], check["actual"], check["line"]) == ("vpo", "0x15", "0x14", 4), check
    assert cases["wrong.pw"]["mistakes"][0]["code"] == "unknown-verb"
    difference = cases["golden.pw"]["golden"]["differences"][0]
    assert difference["lines"] == [{"golden": "value: x = 2", "run": "value: x = 1"}], difference
    assert {case["verdict"] for case in cases.values()} == {"passed", "failed", "wrong", "not-run"}


def unescaped(text):
    """Unescapes a text as GitHub's runner does (actions/runner, src/Runner.Common/ActionCommand.cs)."""
    for escape, meant in [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]:
        text = text.replace(escape, meant)
    return text


def github(folder):
    lines = written(folder, "github").splitlines()
    assert lines
    for line in lines:
        command = re.fullmatch(r"::error file=([^,:]*),line=(\d+)(?:,col=(\d+))?,title=([^,:]*)::(.*)", line)
        assert command, line
        file, number, column, title, message = command.groups()
        file = unescaped(file)
        assert pathlib.Path(folder, file).exists(), file
        assert 1 <= int(number) <= len(pathlib.Path(folder, file).read_text().splitlines()), line
        # The toolkit writes an equivalent command.
        out = io.StringIO()
        place = {"start_column": int(column)} if column else {}
        with redirect_stdout(out):
            meant = {"title": unescaped(title), "file": file, "start_line": int(number), **place}
            core.error(unescaped(message), **meant)
        theirs = re.fullmatch(r"::error (.*?)::(.*)\n", out.getvalue())
        assert theirs.group(2) == message, (theirs, line)
        assert set(command.group(0)[8 : -len(message) - 2].split(",")) <= set(theirs.group(1).split(",")), (theirs, line)


def html(folder):
    text = written(folder, "html")
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    assert page.find("head/title").text == f"{PASSED} passed, {FAILED + WRONG} failed – Pagewalk"
    assert not list(page.iter("script")) and "http" not in text
    links = [link.get("href") for link in page.iter("a")]
    assert [f"#{section.get('id')}" for section in page.iter("section")] == links and len(links) == len(SCRIPTS)
    marks = [span.text for span in page.iter("span")]
    assert [marks.count(mark) for mark in ["✓ passed", "✗ failed", "✗ mistake", "not run"]] == [PASSED, FAILED, WRONG, SKIPPED]
    # The worksheet has the answer to practice problem 9.4 of CS:APP.
    facts = {
        name.text: value.text
        for table in page.iter("table")
        if table.get("class") == "facts"
        for name, value in zip(table.iter("th"), table.iter("td"))
    }
    assert (facts["vpn"], facts["tlbi"], facts["tlbt"]) == ("0x0F", "0x3", "0x03"), facts
    try:
        html5lib.HTMLParser(strict=True).parse(text.replace("</section>", ""))
    except html5lib.html5parser.ParseError:
        return
    raise AssertionError("the parser accepts every page")


def times(folder):
    """The same reports with the times of the cases."""
    for kind, mark in [("junit", r' time="\d+\.\d{3}"'), ("json", r'\n +"seconds": [\d.e-]+,?')]:
        command = [PAGEWALK, "test", f"--report={kind}=-"]
        plain, timed = (
            subprocess.run(command + more, cwd=folder, capture_output=True, check=False).stdout.decode()
            for more in ([], ["--report-times"])
        )
        # Only the times differ, up to the commas of JSON.
        same = [re.sub(",", "", re.sub(mark, "", text)) for text in (plain, timed)]
        assert same[0] == same[1] and not re.search(mark, plain), kind
        assert len(re.findall(mark, timed)) >= PASSED + FAILED, timed


def lines(folder):
    """The JSON lines of `run` and `check` conform to their schema: every example, and a script for each code of a diagnostic."""
    valid = jsonschema.Draft202012Validator(json.loads(pathlib.Path("docs/reference/json.schema.json").read_text()))
    scripts = sorted(map(str, [*pathlib.Path("examples").glob("**/*.pw"), *pathlib.Path("tests/scripts").glob("**/*.pw")]))
    page = pathlib.Path("docs/reference/diagnostics.md").read_text()
    for number, text in enumerate(re.findall(r"^```pagewalk,(?:fails|warns)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)):
        wrong = pathlib.Path(folder, f"wrong{number}.pw")
        wrong.write_text(text)
        scripts.append(str(wrong))
    kinds = {"statement": 0, "diagnostic": 0, "totals": 0}
    fixes = 0
    # The page's endless loops need no more steps to reach a limit.
    for command in [["run", "--max-steps", "20000"], ["check"]]:
        ran = subprocess.run([PAGEWALK, *command, "--format", "json", *scripts], capture_output=True, check=False)
        for line in ran.stdout.decode().splitlines():
            found = json.loads(line)
            kind = next(member for member in reversed(kinds) if member in found)
            # A loop prints many statements of one kind; the schema sees the first thousands.
            if kind != "statement" or kinds[kind] < 5000:
                valid.validate(found)
            kinds[kind] += 1
            fixes += kind == "diagnostic" and found["diagnostic"]["fix"] is not None
    assert kinds["statement"] > 5000 and kinds["diagnostic"] > 80 and fixes > 20 and kinds["totals"] == 2, (kinds, fixes)
    assert not valid.is_valid({"diagnostic": {"code": "syntax"}})


with tempfile.TemporaryDirectory() as folder:
    for name, text in SCRIPTS.items():
        pathlib.Path(folder, name).write_text(text, newline="\n")
    pathlib.Path(folder, "golden.golden.yaml").write_text(GOLDEN)
    os.environ.pop("CI", None)
    for check in [junit, plain, github, html, times]:
        check(folder)
        print(f"{check.__name__}: read by an independent program")
with tempfile.TemporaryDirectory() as folder:
    lines(folder)
print("lines: conform to the schema")
