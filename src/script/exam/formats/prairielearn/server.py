"""Picks a version of the question by the variant's seed, and marks the texts that may be spelled in several ways."""

import json
import os

import prairielearn as pl


def version(data):
    path = os.path.join(data["options"]["question_path"], "versions.json")
    with open(path, encoding="utf-8") as file:
        versions = json.load(file)["versions"]
    return versions[data["variant_seed"] % len(versions)]


def generate(data):
    chosen = version(data)
    data["params"]["stem"] = chosen["stem"]
    if "version" in chosen:
        data["params"]["version"] = chosen["version"]
    data["correct_answers"].update(chosen["answers"])


def plain(text):
    return " ".join(str(text).split()).casefold()


def grade(data):
    for name, accepted in version(data)["accepted"].items():
        if name in data["partial_scores"]:
            given = plain(data["submitted_answers"].get(name) or "")
            right = given in {plain(one) for one in accepted}
            data["partial_scores"][name]["score"] = 1 if right else 0
    pl.set_weighted_score_data(data)
