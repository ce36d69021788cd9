//! Tests of files that include files.

use std::path::PathBuf;

use super::*;

fn texts(files: &[(&str, &str)]) -> Texts<()> {
    let texts = files
        .iter()
        .map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()))
        .collect();
    Texts { texts, other: () }
}

/// Reads `/s/a.pw` from these files. Returns the verbs in execution order, and the diagnostics as `file: code
/// at place: message`.
fn read_all(files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    described(read(Path::new("/s/a.pw"), &mut texts(files)))
}

fn described(
    (sources, script, diagnostics): (Sources, Script, Vec<Diagnostic>),
) -> (Vec<String>, Vec<String>) {
    let mut verbs = Vec::new();
    collect(&script.body, &mut verbs);
    let one = |one: &Diagnostic| {
        let (file, _) = sources.location(one.span).expect("a file");
        format!(
            "{file}: {} at {}: {}",
            one.code.name(),
            sources.text(one.span),
            one.message
        )
    };
    (verbs, diagnostics.iter().map(one).collect())
}

fn collect(body: &Block, verbs: &mut Vec<String>) {
    use crate::lang::ast::StmtKind;
    for stmt in body.iter() {
        match &*stmt.kind {
            StmtKind::Command(command) => verbs.push(command.verb.text.to_string()),
            StmtKind::Include { body, .. } | StmtKind::Repeat { body, .. } => collect(body, verbs),
            _ => {}
        }
    }
}

#[test]
fn files_replace_their_include() {
    let (verbs, wrong) = read_all(&[
        (
            "/s/a.pw",
            "one\ninclude \"lib/b.pw\"\nfive\nrepeat 2 { include \"d.pw\" }\n",
        ),
        ("/s/lib/b.pw", "two\ninclude \"c.pw\"\ninclude \"../d.pw\""),
        ("/s/lib/c.pw", "three"),
        ("/s/d.pw", "four"),
    ]);
    assert_eq!(verbs, ["one", "two", "three", "four", "five", "four"]);
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn twice_in_sequence_is_no_cycle() {
    let mut files = texts(&[
        ("/s/a.pw", "include \"b.pw\"\ninclude \"b.pw\""),
        ("/s/b.pw", "b 0D"),
    ]);
    let (sources, script, wrong) = read(Path::new("/s/a.pw"), &mut files);
    assert_eq!(sources.files().len(), 2);
    assert_eq!(script.body.len(), 2);
    assert_eq!(wrong.len(), 1, "a mistake in a file is reported once");
    assert_eq!(
        sources
            .location(wrong[0].span)
            .map(|(file, place)| (file, place.column)),
        Some(("/s/b.pw", 3))
    );
}

#[test]
fn the_help_of_a_cycle_depends_on_its_length() {
    let help = |files: &[(&str, &str)]| {
        let (_, _, wrong) = read(Path::new("/s/a.pw"), &mut texts(files));
        wrong[0].help.clone().unwrap_or_default()
    };
    let itself = help(&[("/s/a.pw", "include \"a.pw\"")]);
    assert!(itself.starts_with("remove the line"), "{itself}");
    let other = help(&[
        ("/s/a.pw", "include \"b.pw\""),
        ("/s/b.pw", "include \"a.pw\""),
    ]);
    assert!(other.starts_with("move what the files share"), "{other}");
}

#[test]
fn cycles_are_reported_with_their_chain() {
    let (verbs, wrong) = read_all(&[
        ("/s/a.pw", "one\ninclude \"b.pw\"\nthree"),
        ("/s/b.pw", "two\ninclude \"c/c.pw\""),
        ("/s/c/c.pw", "include \"../b.pw\""),
    ]);
    assert_eq!(verbs, ["one", "two", "three"]);
    assert_eq!(
        wrong,
        [
            "/s/c/c.pw: include-circle at \"../b.pw\": files include each other in a cycle: \
          /s/b.pw → /s/c/c.pw → /s/b.pw"
        ]
    );
    let (_, wrong) = read_all(&[("/s/a.pw", "include \"a.pw\"")]);
    assert_eq!(
        wrong,
        [
            "/s/a.pw: include-circle at \"a.pw\": files include each other in a cycle: /s/a.pw → /s/a.pw"
        ]
    );
}

#[test]
fn unreadable_files_are_reported_at_their_paths() {
    let mut files = texts(&[(
        "/s/a.pw",
        "include \"none.pw\"\ninclude \"b.pw\"\ninclude \"\"\none",
    )]);
    files
        .texts
        .insert("/s/b.pw".into(), b"read 1\nab\xffc".to_vec());
    let (verbs, wrong) = described(read(Path::new("/s/a.pw"), &mut files));
    assert_eq!(verbs, ["one"]);
    assert_eq!(
        wrong[..2],
        [
            "/s/a.pw: unreadable at \"none.pw\": cannot read `none.pw`: there is no such file",
            "/s/a.pw: unreadable at \"b.pw\": cannot read `b.pw`: the file is not UTF-8 text (byte 9, on line 2, is 0xff); save it as UTF-8",
        ]
    );
    assert!(wrong[2].starts_with("/s/a.pw: unreadable at \"\": cannot read ``"));
}

#[test]
fn the_script_itself_may_be_missing_or_invalid() {
    let (sources, script, wrong) = read(Path::new("/s/none.pw"), &mut texts(&[]));
    assert_eq!((sources.files().len(), script.body.len()), (1, 0));
    assert_eq!(
        wrong[0].message,
        "cannot read `/s/none.pw`: there is no such file"
    );
    let mut files = Texts {
        texts: [(PathBuf::from("/s/a.pw"), vec![0xE9])].into(),
        other: (),
    };
    let (_, _, wrong) = read(Path::new("/s/a.pw"), &mut files);
    assert_eq!(wrong[0].code, Code::Unreadable);
}

#[test]
fn no_include_leaves_the_folder() {
    let outside = ["../x.pw", "/etc/passwd", "../none.pw", "sub/../../x.pw"];
    for path in outside {
        let (_, wrong) = read_all(&[
            ("/s/a.pw", &format!("include \"{path}\"")),
            ("/x.pw", "x"),
            ("/etc/passwd", "x"),
        ]);
        let expected = format!(
            "/s/a.pw: outside-folder at \"{path}\": `{path}` is outside the script's folder"
        );
        assert_eq!(wrong, [expected]);
    }
    let (verbs, wrong) = read_all(&[
        ("/s/a.pw", "include \"../s/b.pw\"\ninclude \"/s/b.pw\""),
        ("/s/b.pw", "b"),
    ]);
    assert_eq!((verbs.len(), wrong.len()), (2, 0));
}

#[test]
fn the_root_of_a_course_is_the_limit() {
    let settings = [
        "root = \".\"",
        "root = \"../s\"",
        "# a comment\nroot = \"./s/..\"\n[test]\njobs = 2",
    ];
    let script = "include \"../../lib/b.pw\"\ninclude \"../../../x.pw\"";
    for (at, settings) in settings.into_iter().enumerate() {
        let mut files = texts(&[
            ("/s/pagewalk.toml", settings),
            ("/s/homework/1/a.pw", script),
            ("/s/lib/b.pw", "b\ninclude \"../c.pw\""),
            ("/s/c.pw", "c"),
            ("/x.pw", "x"),
        ]);
        let (verbs, wrong) = described(read(Path::new("/s/homework/1/a.pw"), &mut files));
        assert_eq!(verbs, ["b", "c"], "{at}");
        let outside = "`../../../x.pw` is outside the course's folder, `/s`";
        assert_eq!(
            wrong,
            [format!(
                "/s/homework/1/a.pw: outside-folder at \"../../../x.pw\": {outside}"
            )],
            "{at}"
        );
    }
    // Settings without a root, and the nearest settings, limit a script to its own folder.
    for files in [
        vec![("/s/pagewalk.toml", "")],
        vec![
            ("/s/pagewalk.toml", "root = \".\""),
            ("/s/in/pagewalk.toml", ""),
        ],
    ] {
        let all = [
            vec![("/s/in/a.pw", "include \"../b.pw\""), ("/s/b.pw", "b")],
            files,
        ]
        .concat();
        let (_, wrong) = described(read(Path::new("/s/in/a.pw"), &mut texts(&all)));
        assert_eq!(
            wrong,
            ["/s/in/a.pw: outside-folder at \"../b.pw\": `../b.pw` is outside the script's folder"]
        );
    }
}

#[test]
fn a_mistake_in_the_settings_of_a_course_is_the_only_message() {
    let cases = [
        ("rot = 1", "rot", "`pagewalk.toml` has no setting `rot`"),
        (
            "root = \"..\"",
            "\"..\"",
            "the folder `..` is not inside the folder of `pagewalk.toml`",
        ),
        (
            "root = \"/\"",
            "\"/\"",
            "the folder `/` is not inside the folder of `pagewalk.toml`",
        ),
        ("root = \"lib\"", "\"lib\"", "there is no folder `lib`"),
        ("root = 1", "1", "`root` must be a text in quotes"),
        (
            "[test]\njobs = -1",
            "-1",
            "`jobs` must be a whole number from 1",
        ),
        ("root = \".", "\".", "a text must be in quotes"),
    ];
    for (settings, place, message) in cases {
        let files = [
            ("/s/pagewalk.toml", settings),
            ("/s/in/a.pw", "include \"../b.pw\""),
            ("/s/b.pw", "b"),
        ];
        let (_, wrong) = described(read(Path::new("/s/in/a.pw"), &mut texts(&files)));
        assert_eq!(
            wrong,
            [format!(
                "/s/pagewalk.toml: bad-course at {place}: {message}"
            )]
        );
    }
}

#[test]
fn sixty_four_deep_and_no_more() {
    let chain = |count: usize| {
        let mut files = texts(&[("/s/a.pw", "include \"1.pw\"")]);
        for number in 1..=count {
            let text = if number == count {
                "end".to_owned()
            } else {
                format!("include \"{}.pw\"", number + 1)
            };
            files
                .texts
                .insert(format!("/s/{number}.pw").into(), text.into_bytes());
        }
        described(read(Path::new("/s/a.pw"), &mut files))
    };
    assert_eq!(chain(64), (vec!["end".to_owned()], vec![]));
    let (verbs, wrong) = chain(65);
    assert_eq!(verbs, [""; 0]);
    assert_eq!(
        wrong,
        ["/s/64.pw: include-depth at \"65.pw\": a chain of includes is longer than 64 files"]
    );
}

#[test]
fn a_known_file_is_counted_in_the_depth() {
    // `b0.pw` is read for the first `include`, then included again below 60 other files.
    let mut files = texts(&[("/s/a.pw", "include \"b0.pw\"\ninclude \"c0.pw\"")]);
    for number in 0..60 {
        let next = |letter: char| format!("include \"{letter}{}.pw\"", number + 1).into_bytes();
        files.texts.insert(
            format!("/s/b{number}.pw").into(),
            if number == 9 {
                b"end".to_vec()
            } else {
                next('b')
            },
        );
        files.texts.insert(
            format!("/s/c{number}.pw").into(),
            if number == 59 {
                b"include \"b0.pw\"".to_vec()
            } else {
                next('c')
            },
        );
    }
    let (verbs, wrong) = described(read(Path::new("/s/a.pw"), &mut files));
    assert_eq!(verbs, ["end"]);
    assert_eq!(
        wrong,
        ["/s/c59.pw: include-depth at \"b0.pw\": a chain of includes is longer than 64 files"]
    );
}

#[test]
fn doubling_comes_to_an_end() {
    let mut files = texts(&[("/s/a.pw", "include \"0.pw\"")]);
    for number in 0..60 {
        let text = format!("include \"{0}.pw\"\ninclude \"{0}.pw\"", number + 1);
        files
            .texts
            .insert(format!("/s/{number}.pw").into(), text.into_bytes());
    }
    files.texts.insert("/s/60.pw".into(), b"end".to_vec());
    let (_, _, wrong) = read(Path::new("/s/a.pw"), &mut files);
    assert!(!wrong.is_empty());
    assert!(
        wrong.iter().all(|one| one.code == Code::IncludeDepth),
        "{wrong:?}"
    );
}

#[test]
fn blocks_count_through_includes() {
    let nested = |levels: usize, inner: &str| {
        format!(
            "{}{inner}{}",
            "repeat 1 { ".repeat(levels),
            " }".repeat(levels)
        )
    };
    let two = |inner: usize| {
        read_all(&[
            ("/s/a.pw", &nested(100, "include \"b.pw\"")),
            ("/s/b.pw", &nested(inner, "end")),
        ])
    };
    assert_eq!(two(99), (vec!["end".to_owned()], vec![]));
    let (verbs, wrong) = two(100);
    assert_eq!((verbs.len(), wrong.len()), (0, 1));
    assert!(wrong[0].starts_with("/s/a.pw: too-deep at \"b.pw\""));
}

#[test]
fn standard_input_includes_from_the_current_folder() {
    let mut files = texts(&[("-", "one\ninclude \"b.pw\""), ("b.pw", "two")]);
    let (sources, script, wrong) = read(Path::new("-"), &mut files);
    assert_eq!(sources.file(0).unwrap().name, "<stdin>");
    assert_eq!(sources.file(0).unwrap().path, None);
    let (verbs, wrong) = described((sources, script, wrong));
    assert_eq!((verbs.join(" "), wrong.len()), ("one two".to_owned(), 0));
}

#[test]
fn a_text_without_a_file() {
    let (sources, script, wrong) = read_text("buffer.pw", "read 1\ninclude \"x.pw\"", &mut ());
    assert_eq!(
        (sources.file(0).unwrap().name.as_str(), script.body.len()),
        ("buffer.pw", 2)
    );
    assert_eq!(wrong[0].code, Code::Unreadable);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_outside() {
    let root = std::env::temp_dir().join(format!("pagewalk-include-{}", std::process::id()));
    let folder = root.join("scripts");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(root.join("secret.pw"), "secret").expect("a file");
    std::fs::write(folder.join("b.pw"), "\u{feff}two\r\n").expect("a file");
    std::fs::write(
        folder.join("a.pw"),
        "include \"link.pw\"\ninclude \"b.pw\"\ninclude \".\"",
    )
    .expect("a file");
    std::os::unix::fs::symlink(root.join("secret.pw"), folder.join("link.pw")).expect("a link");
    let (verbs, wrong) = described(read(&folder.join("a.pw"), &mut Disk));
    std::fs::remove_dir_all(&root).expect("the folder is gone");
    assert_eq!(verbs, ["two"]);
    assert!(
        wrong[0].contains("outside-folder at \"link.pw\""),
        "{wrong:?}"
    );
    assert!(
        wrong[1].ends_with("cannot read `.`: it is a folder"),
        "{wrong:?}"
    );
}

#[test]
fn a_misspelled_file_gets_the_nearest_name_of_its_folder() {
    let mut files = texts(&[
        (
            "/s/a.pw",
            "include \"parts/machin.pw\"\ninclude \"parts/other.pw\"\none",
        ),
        ("/s/parts/machine.pw", "two"),
        ("/s/machin2.pw", "three"),
    ]);
    let (_, _, wrong) = read(Path::new("/s/a.pw"), &mut files);
    let helps: Vec<_> = wrong.iter().map(|one| one.help.as_deref()).collect();
    assert_eq!(helps, [Some("did you mean `\"parts/machine.pw\"`?"), None]);
    let (_, _, wrong) = read(Path::new("/s/b.pw"), &mut texts(&[("/s/bb.pw", "one")]));
    assert_eq!(wrong[0].help.as_deref(), Some("did you mean `/s/bb.pw`?"));
}
