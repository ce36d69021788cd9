"""Runs a question through PrairieLearn's own code: its schema, its elements, its processing of questions. `.ci/exports.py` uses it."""

import copy
import json
import os
import pathlib
import sys

import chevron
import jsonschema
import lxml.html

HOME = pathlib.Path(sys.argv[2], "prairielearn", "apps", "prairielearn")
sys.path.insert(0, str(HOME / "python"))

from prairielearn.internal.question_phases import process  # noqa: E402

SCHEMA = json.loads((HOME / "src/schemas/schemas/infoQuestion.json").read_text())
ELEMENTS = {
    info.parent.name: {"name": info.parent.name, "controller": json.loads(info.read_text())["controller"], "type": "core"}
    for info in (HOME / "elements").glob("*/info.json")
}


class Question:
    """A variant of a question: its directory, and the seed that PrairieLearn gives the variant."""

    def __init__(self, folder, seed):
        self.folder, self.seed = folder.resolve(), seed
        jsonschema.validate(json.loads((folder / "info.json").read_text()), SCHEMA)
        self.server = {"__file__": str(folder / "server.py")}
        exec(compile((folder / "server.py").read_text(), folder / "server.py", "exec"), self.server)
        options = {"question_path": str(self.folder), "course_element_files_url": "", "course_element_extension_files_url": ""}
        self.data = {
            "params": {}, "correct_answers": {}, "variant_seed": seed, "options": options, "preferences": {}, "answers_names": {},
        }
        self.server["generate"](self.data)
        template = (folder / "question.html").read_text()
        html = chevron.render(template, self.data)
        self.context = {"html": html, "elements": ELEMENTS, "element_extensions": {}, "course_path": "/nowhere"}
        self.run("prepare", self.data)
        del self.data["answers_names"]

    def run(self, phase, data):
        before = os.getcwd()
        try:
            return process(phase, data, self.context)[0]
        finally:
            # The processing changes to the element's folder.
            os.chdir(before)

    def shown(self, panel, data=None, graders=False):
        """Renders it for students, or for graders."""
        data = copy.deepcopy(data or self.data)
        empty = {"submitted_answers": {}, "raw_submitted_answers": {}, "format_errors": {}, "partial_scores": {}, "feedback": {}}
        data = {**empty, "score": 0, **data}
        data.update(panel=panel, editable=True, manual_grading=graders, ai_grading=False, num_valid_submissions=0)
        return self.run("render", data)

    def fields(self):
        """Returns each input in order: its tag and its name."""
        inputs = lxml.html.fragment_fromstring(self.context["html"]).xpath("//*[@answers-name or @file-name]")
        return [(one.tag, one.get("answers-name"), one) for one in inputs]

    def marks(self, answers):
        """Returns the score of each input for an answer, and the question's score."""
        data = copy.deepcopy(self.data)
        raw = dict(answers)
        data.update(
            submitted_answers=dict(raw), raw_submitted_answers=raw, format_errors={}, partial_scores={}, feedback={}, score=0,
            gradable=True,
        )
        self.run("parse", data)
        if data["format_errors"]:
            # PrairieLearn grades only if no input has a format error. Here, those inputs are left empty.
            wrong = set(data["format_errors"])
            return self.marks({name: "" if name in wrong else answer for name, answer in answers.items()})
        self.run("grade", data)
        self.server["grade"](data)
        scores = {name: score["score"] for name, score in data["partial_scores"].items()}
        return scores, data["score"]
