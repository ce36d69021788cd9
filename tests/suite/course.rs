//! Tests of the settings of a course, and of the files that `pagewalk test` and `pagewalk fmt` skip.

use super::folder::Folder;

const MACHINE: &str = "machine simple\n";
const HOMEWORK: &str = "include \"../lib/machine.pw\"\nread 0x3D4 => vpn 0x0F\n";

fn course(name: &str, settings: &str) -> Folder {
    let folder = Folder::new(name);
    folder
        .put("lib/machine.pw", MACHINE)
        .put("homework/1.pw", HOMEWORK)
        .put("drafts/2.pw", "read 0 =>\n");
    folder.put("pagewalk.toml", settings);
    folder
}

#[test]
fn a_course_shares_files_and_skips_drafts() {
    let folder = course(
        "course",
        "root = \".\"\n[test]\nexclude = [\"drafts\"]\njobs = 1\n",
    );
    assert_eq!(
        folder.passes(&["--list"]),
        "homework/1.pw\nlib/machine.pw\n"
    );
    assert_eq!(folder.passes(&["--quiet"]), "2 passed, 0 failed\n");
    assert_eq!(
        folder.passes(&["--list", "--skip", "lib/*.pw"]),
        "homework/1.pw\n"
    );
    // The command line selects excluded files.
    assert_eq!(folder.test(&["drafts"]).status, 2);
    assert_eq!(folder.test(&["drafts/2.pw"]).status, 2);
    // Without the settings, the homework cannot include the library, and the drafts fail.
    let folder = course("no-course", "");
    let failed = folder.test(&["--quiet"]);
    assert_eq!((failed.status, failed.last()), (2, "1 passed, 2 failed"));
    let said = failed.err.replace("\n        ", "");
    assert!(said.contains("set `root` to `\".\"` in `/"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_outside_the_folder_is_reported_as_a_link() {
    let folder = Folder::new("outside-link");
    folder
        .put("machine.pw", MACHINE)
        .put("course/pagewalk.toml", "root = \".\"\n");
    folder.put("course/1.pw", "include \"m.pw\"\n");
    std::os::unix::fs::symlink("../machine.pw", folder.at("course/m.pw")).unwrap();
    let wrong = folder.test(&["course"]);
    assert!(
        wrong
            .err
            .contains("replace the link with a copy of the file"),
        "{}",
        wrong.err
    );
    assert!(!wrong.err.contains("set `root`"), "{}", wrong.err);
}

#[test]
fn files_outside_the_folder_are_reported_with_the_settings_to_change() {
    let help = |name: &str, settings: &str, text: &str| {
        let folder = Folder::new(&format!("outside-{name}"));
        folder.put(name, settings).put("lib/machine.pw", MACHINE);
        folder.put("homework/1.pw", text);
        let wrong = folder.test(&["homework"]);
        assert_eq!(wrong.status, 2, "{}", wrong.err);
        wrong.err.replace("\n        ", "")
    };
    for (name, settings, message) in [
        (
            "pagewalk.toml",
            "root = \"lib\"\n",
            "set `root` to `\".\"` in `/",
        ),
        (
            "Pagewalk.toml",
            "root = \".\"\n",
            "`pagewalk.toml`, in lowercase",
        ),
        (
            "other",
            "",
            "put a `pagewalk.toml` with the line `root = \".\"`",
        ),
    ] {
        let said = help(name, settings, HOMEWORK);
        assert!(said.contains(message), "{said}");
    }
    let folder = Folder::new("outside-nested");
    folder.put("pagewalk.toml", "root = \".\"\n");
    folder.put("homework/pagewalk.toml", "root = \".\"\n");
    folder.put("lib/machine.pw", MACHINE);
    folder.put("homework/1.pw", HOMEWORK);
    let wrong = folder.test(&["homework"]);
    let said = wrong.err.replace("\n        ", "");
    assert!(said.contains("move the file there, or remove `/"), "{said}");
    assert!(
        said.contains("outside-nested/homework/pagewalk.toml`, so that"),
        "{said}"
    );
    folder.put("homework/1.pw", "include \"/etc/passwd\"\n");
    let said = folder.test(&["homework"]).err;
    assert!(
        said.contains("help: copy or move the file there\n"),
        "{said}"
    );
    let other_computer = "include \"/home/ana/course/homework/2.pw\"\n";
    let said = help("homework/2.pw", MACHINE, other_computer);
    assert!(said.contains("did you mean `\"2.pw\"`?"), "{said}");
    let said = help("other", "", other_computer);
    assert!(
        said.contains("a name is relative to the script's folder"),
        "{said}"
    );
}

#[test]
fn ignored_files_are_skipped_unless_named() {
    let folder = course("ignored", "root = \".\"\n");
    folder.put(".git/HEAD", "ref: refs/heads/main\n");
    assert_eq!(
        folder.passes(&["--list"]),
        "drafts/2.pw\nhomework/1.pw\nlib/machine.pw\n"
    );
    folder.put(".gitignore", "drafts/\n");
    assert_eq!(
        folder.passes(&["--list"]),
        "homework/1.pw\nlib/machine.pw\n"
    );
    assert_eq!(folder.passes(&["--list", "drafts/2.pw"]), "drafts/2.pw\n");
}

#[test]
fn mistakes_in_the_settings_are_reported_once() {
    for (settings, message) in [
        ("[tests]\n", "there is no section `[tests]`"),
        (
            "[run]\nseed = 3\n",
            "the sections are `[test]`, `[fmt]`, `[exam]`",
        ),
        ("[fmt]\nwidth = 80\n", "`[fmt]` has no setting `width`"),
        ("Root = \".\"\n", "did you mean `root`?"),
        ("[test]\nignore = [\"a\"]\n", "did you mean `exclude`?"),
        ("[test]\nthreads = 4\n", "did you mean `jobs`?"),
        (
            "[test]\ndeny = \"warnings\"\n",
            "`--deny` is an option of `pagewalk test`",
        ),
        ("root = “.”\n", "the quotation marks must be straight"),
        ("root = “.”\n", "write `root = \".\"`"),
        ("root = drafts # all\n", "write `root = \"drafts\"`"),
        ("root = \"..\n", "write `root = \"..\"`"),
        ("root = true\n", "`root` must be a text in quotes"),
        ("root = true\n", "write, for example, `root = \".\"`"),
        ("[root]\n", "write, for example, `root = \".\"`"),
        ("root: \".\"\n", "write `root = \".\"`"),
        ("root = \"nope\"\n", "write `root = \".\"`"),
        ("root = \".\"\nroot = \"a\"\n", "`root` is set twice"),
        ("test = 4\n", "write `[test]`, and its settings below it"),
        (
            "[test]\njobs = 4\n[test]\nexclude = [\"a\"]\n",
            "`[test]` appears twice",
        ),
        (
            "[test]\njobs = -1\n",
            "`jobs` must be a whole number from 1",
        ),
        ("[test]\njobs = 0\n", "`jobs` must be a whole number from 1"),
        ("[test]\njobs = 2.5\n", "write, for example, `jobs = 4`"),
        ("[test]\njobs = two\n", "write, for example, `jobs = 4`"),
        ("[test]\njobs = \"8\"\n", "write `jobs = 8`"),
        ("[test]\nexclude = 4\n", "`exclude` must be a list of texts"),
        (
            "[test]\nexclude = [a, b/c.pw]\n",
            "write `exclude = [\"a\", \"b/c.pw\"]`",
        ),
        ("[test]\nexclude = a\n", "write `exclude = [\"a\"]`"),
        (
            "[test]\nexclude = [\"a\"\njobs = 4\n",
            "write `exclude = [\"a\"]`",
        ),
        ("[exam]\noutput = 4\n", "`output` must be a text in quotes"),
        ("root = .\n", "write `root = \".\"`"),
        ("jobs = 4\n", "it is a setting of `[test]`"),
        (
            "[test]\nrequire_golden = true\n",
            "`--require-golden` is an option of `pagewalk test`",
        ),
        (
            "[test]\npaths = [\"a\"]\n",
            "name the folders on the command line",
        ),
        (
            "[test]\nexclude = \"drafts\"\n",
            "write `exclude = [\"drafts\"]`",
        ),
        (
            "[exam]\nkey = true\n",
            "`--key` is an option of `pagewalk exam`",
        ),
        (
            "[exam]\npaper-size = \"letter\"\n",
            "`--page` is an option of `pagewalk exam`",
        ),
        (
            "[exam]\nformat = [\"html\", \"markdown\"]\n",
            "write `format = \"html\"`",
        ),
        (
            "[test]\nexclude = [\"drafts\\old\"]\n",
            "write `/` between the names of folders",
        ),
        (
            "[test]\nexclude = [\"a\", \"[\"]\n",
            "to match the character `[` itself, write `\\\\[`",
        ),
        (
            "[test]\n<<<<<<< HEAD\njobs = 4\n=======\njobs = 2\n>>>>>>> other\n",
            "a merge left conflict markers in lines 2–6",
        ),
        (
            "root = \"../..\"\n",
            "is not inside the folder of `pagewalk.toml`",
        ),
        // `pagewalk test` has no option `--golden`.
        ("[test]\ngolden = true\n", "it has `exclude`, `jobs`"),
        // Other notations of TOML for the same settings.
        ("test = { jobs = 0 }\n", "write, for example, `jobs = 4`"),
        ("test.jobs = \"4\"\n", "write `jobs = 4`"),
        ("[ test ]\njobs = '4' # c\n", "write `jobs = 4`"),
        ("\"root\" = 3\n", "write, for example, `root = \".\"`"),
        (
            "[test]\nexclude = \"old\"  # skip\n",
            "write `exclude = [\"old\"]`",
        ),
        (
            "[test]\nexclude = [\n  \"a\",\n  3,\n]\n",
            "write, for example, `exclude = [\"drafts\"]`",
        ),
        ("test = 4\n", "write `[test]`, and its settings below it"),
        (
            "[test]\n# Skip these:\nexclude = [drafts]\n",
            "write `exclude = [\"drafts\"]`",
        ),
    ] {
        let folder = course("mistakes", settings);
        let wrong = folder.test(&[]);
        let last = (wrong.status, wrong.last());
        assert_eq!(last, (2, "0 passed, 1 failed"), "{settings}");
        assert_eq!(wrong.err.matches(message).count(), 1, "{}", wrong.err);
        let words = [
            "field",
            "sequence",
            "floating point",
            "struct",
            "path string",
        ];
        let parser = words.iter().find(|word| wrong.err.contains(*word));
        assert_eq!(parser, None, "{}", wrong.err);
        assert!(wrong.err.contains("pagewalk.toml:"), "{}", wrong.err);
    }
    let folder = course("pattern", "");
    assert_eq!(folder.test(&["--skip", "["]).status, 2);
    assert_eq!(folder.test(&["--jobs", "0"]).status, 2);
}

#[test]
fn a_mistake_in_the_settings_is_a_failed_case_of_the_reports() {
    let folder = course("reports", "[tests]\n");
    let wrong = folder.test(&[
        "--report",
        "junit=report.xml",
        "--report",
        "json=report.json",
    ]);
    assert_eq!((wrong.status, wrong.last()), (2, "0 passed, 1 failed"));
    let report = folder.get("report.xml");
    assert!(
        report.contains("tests=\"1\" failures=\"0\" errors=\"1\""),
        "{report}"
    );
    assert!(
        report.contains("<testcase name=\"pagewalk.toml\""),
        "{report}"
    );
    let report = folder.get("report.json");
    assert!(report.contains("there is no section `[tests]`"), "{report}");
    // No golden file is written without the settings, and a wrong path runs nothing.
    let wrong = folder.test(&["--bless"]);
    assert_eq!((wrong.status, wrong.out.as_str()), (2, ""));
    let wrong = folder.test(&["nowhere", "lib/machine.pw"]);
    assert_eq!((wrong.status, wrong.out.as_str()), (2, ""));
}

#[cfg(unix)]
#[test]
fn an_unreadable_folder_hides_no_other_folder() {
    use std::fs::{Permissions, read_dir, set_permissions};
    use std::os::unix::fs::PermissionsExt as _;

    let folder = course("unreadable", "root = \".\"\n");
    let drafts = folder.at("drafts");
    set_permissions(&drafts, Permissions::from_mode(0o000)).expect("own folder");
    // The administrator can read each folder.
    if read_dir(&drafts).is_err() {
        let wrong = folder.test(&[]);
        assert_eq!((wrong.status, wrong.last()), (2, "2 passed, 1 failed"));
        let line = "pagewalk: cannot read `drafts`: permission denied\n";
        assert_eq!(wrong.err, line);
    }
    set_permissions(&drafts, Permissions::from_mode(0o755)).expect("own folder");
}

#[test]
fn papers_and_formatting_have_defaults() {
    let folder = course(
        "defaults",
        "root = \".\"\n[fmt]\nexclude = [\"/drafts\"]\n[exam]\noutput = \"papers\"\nformat = \"html\"\n",
    );
    folder.put(
        "homework/q.pw",
        "include \"../lib/machine.pw\"\nquestion \"Q\" {\n  ask 0x3D4 => vpn\n}\n",
    );
    let pagewalk = |args: &[&str]| folder.pagewalk(args);
    let exam = pagewalk(&["exam", "homework/q.pw"]);
    assert_eq!(exam.status, 0, "{}", exam.err);
    assert!(folder.get("papers/q.html").starts_with("<!DOCTYPE html>"));
    assert!(
        pagewalk(&["exam", "homework/q.pw", "-o", "-", "--format", "markdown"])
            .out
            .starts_with("# ")
    );
    let formatted = pagewalk(&["fmt", "--check", "."]);
    assert_eq!(
        (formatted.status, formatted.out.as_str()),
        (0, "3 scripts already formatted\n"),
        "{}",
        formatted.err
    );
    folder.put("pagewalk.toml", "[exam]\nformat = \"word\"\n");
    let wrong = pagewalk(&["exam", "homework/1.pw"]);
    assert_eq!(wrong.status, 2);
}
