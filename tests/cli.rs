//! Tests of the `pagewalk` command as a process: streams, exit statuses, and pipes.

use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};

fn pagewalk(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command
        .args(args)
        .env_remove("NO_COLOR")
        .env_remove("CI")
        .stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> (i32, String, String) {
    messages(pagewalk(args).output().unwrap())
}

fn messages(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn usage_errors_are_2_and_help_is_0() {
    for args in [
        &["nonsense"][..],
        &["explain", "a", "b"],
        &["--color", "purple", "explain"],
        &[],
    ] {
        let (status, out, err) = run(args);
        assert_eq!((status, out.as_str()), (2, ""), "{args:?}");
        assert!(!err.is_empty(), "{args:?}");
    }
    for args in [&["--help"][..], &["explain", "--help"], &["--version"]] {
        let (status, out, err) = run(args);
        assert_eq!((status, err.as_str()), (0, ""), "{args:?}");
        assert!(!out.is_empty(), "{args:?}");
    }
    assert_eq!(
        run(&["--version"]).1,
        format!("pagewalk {}\n", env!("CARGO_PKG_VERSION"))
    );
}

/// The commands that the help lists, without `help`.
fn commands() -> Vec<String> {
    let (_, help, _) = run(&["--help"]);
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.map(|line| line.split_whitespace().next().unwrap().to_owned());
    names.filter(|name| name != "help").collect()
}

#[test]
fn the_help_names_the_first_steps() {
    for (args, status) in [(&[][..], 2), (&["-h"], 0), (&["--help"], 0), (&["help"], 0)] {
        let (found, out, err) = run(args);
        let text = out + &err;
        assert_eq!(found, status, "{args:?}");
        for step in [
            "pagewalk repl",
            "pagewalk run FILE",
            "pagewalk help COMMAND",
        ] {
            assert!(text.contains(&format!("\n  {step} ")), "{args:?}\n{text}");
        }
        for file in [
            "docs/tutorials/tutorial.md",
            "docs/how-to/browser.md",
            "examples/first.pw",
        ] {
            assert!(text.contains(file), "{args:?}\n{text}");
            assert!(std::path::Path::new(file).is_file(), "{file}");
        }
    }
}

/// Returns the numbers in the section of a command's help, and in the table of the reference.
fn statuses_of(command: &str) -> [std::collections::BTreeSet<i32>; 2] {
    let (_, help, _) = run(&[command, "--help"]);
    let (_, section) = help.split_once("\nExit status:\n").expect(&help);
    let listed = section.lines().map(|line| {
        let (status, meaning) = line.trim().split_once(' ').expect(line);
        assert!(!meaning.trim().is_empty(), "{command}: {line}");
        status.parse().unwrap()
    });
    let page = std::fs::read_to_string("docs/reference/commands.md").unwrap();
    let cells = |name: &str| -> Vec<String> {
        let of_command = |line: &&str| {
            let rest = line.strip_prefix(&format!("| `pagewalk {name}"));
            rest.is_some_and(|rest| rest.starts_with([' ', '`']))
        };
        let rows = page.lines().filter(of_command);
        rows.map(|row| row.split(" | ").last().unwrap().to_owned())
            .collect()
    };
    let numbers = |cell: &str| -> Vec<i32> {
        let starts = cell.split([';', ',']).filter_map(|part| {
            let word = part.trim_start().split([' ', ':']).next()?;
            word.parse().ok()
        });
        starts.collect()
    };
    let described = cells(command).into_iter().flat_map(|cell| {
        let other = cell
            .strip_prefix("as `")
            .and_then(|rest| rest.split('`').next());
        let cells = other.map_or_else(|| vec![cell.clone()], cells);
        cells
            .iter()
            .flat_map(|cell| numbers(cell))
            .collect::<Vec<_>>()
    });
    [listed.collect(), described.collect()]
}

#[test]
fn each_command_lists_its_exit_statuses() {
    for command in commands() {
        let [listed, described] = statuses_of(&command);
        assert_eq!(listed, described, "{command}");
        assert!(listed.contains(&0) && listed.contains(&2), "{command}");
        let (status, ..) = run(&[&command, "--no-such-option"]);
        assert_eq!(status, 2, "{command}");
    }
    let unformatted = script("statuses-fmt", "let  x = 1\n");
    let fails = script("statuses-fails", "expect 1 == 2\n");
    let exam = "examples/exams/fork-cow.pw";
    for (args, status) in [
        (&["run", "examples/first.pw"][..], 0),
        (&["run", &fails], 1),
        (&["check", &fails], 0),
        (&["fmt", "--check", &unformatted], 1),
        (&["test", &fails], 1),
        (&["repl", "none"], 0),
        (&["replay", "simple", "none"], 2),
        (&["sweep", "simple", "none", "size 1 KB"], 2),
        (&["diff", &fails, "examples/first.pw"], 1),
        (&["exam", exam], 0),
        (&["lsp"], 2),
        (&["explain", "thrashign"], 2),
        (&["reference", "calls"], 0),
        (&["completions", "fish"], 0),
    ] {
        assert_eq!(run(args).0, status, "{args:?}");
        assert!(statuses_of(args[0])[0].contains(&status), "{args:?}");
    }
}

#[test]
fn the_help_of_all_commands_has_one_form() {
    for command in commands() {
        for form in ["-h", "--help"] {
            let (_, help, _) = run(&[&command, form]);
            for line in help.lines() {
                assert!(line.chars().count() <= 80, "{command} {form}: {line}");
            }
            let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
            let defaults = words.to_lowercase().matches("default").count();
            assert_eq!(
                defaults,
                words.matches("[default: ").count(),
                "{command} {form}: {words}"
            );
            let options: Vec<&str> = help.lines().map(str::trim).collect();
            let at = |start: &str| options.iter().position(|line| line.starts_with(start));
            let last = at("-h, --help").unwrap();
            let next = options[at("--color").unwrap() + 1..last].iter();
            assert!(next.clone().all(|line| !line.starts_with("--")), "{help}");
            for (long, short) in [("--output <", "-o, "), ("--jobs <", "-j, ")] {
                assert_eq!(at(long), None, "{command}: no `{short}`");
                assert_eq!(
                    help.contains(long),
                    at(&format!("{short}{long}")).is_some(),
                    "{command}"
                );
            }
            assert!(!help.contains("--threads"), "{command}");
        }
    }
    // In `--help`, a default is a paragraph, as for the options that clap gives one.
    let (_, help, _) = run(&["test", "--help"]);
    assert!(
        help.contains("\n          [default: that of `pagewalk.toml`, or the"),
        "{help}"
    );
    let (_, help, _) = run(&["run", "-h"]);
    assert!(
        help.contains("\n      --seed <N> ") && help.contains(" [default: 0]\n"),
        "{help}"
    );
}

#[test]
fn jobs_have_one_name_and_the_old_one_works() {
    let sweep = |option: &[&str]| {
        let mut args = vec![
            "sweep",
            "core-i7",
            "examples/traces/loop.lackey",
            "ways 1 2",
        ];
        args.extend(option);
        run(&args)
    };
    let test = |option: &[&str]| {
        let mut args = vec!["test", "examples/first.pw"];
        args.extend(option);
        run(&args)
    };
    for options in [
        &["-j", "1"][..],
        &["-j1"],
        &["--jobs", "1"],
        &["--threads", "1"],
    ] {
        assert_eq!(sweep(options), sweep(&[]), "{options:?}");
        assert_eq!(test(options), test(&[]), "{options:?}");
    }
    assert_eq!((sweep(&[]).0, test(&[]).0), (0, 0));
    for (command, option) in [
        (sweep(&["--jobs", "x"]), "--jobs"),
        (test(&["-j", "x"]), "--jobs"),
    ] {
        assert!(
            command.0 == 2 && command.2.contains(option),
            "{}",
            command.2
        );
    }
}

#[test]
fn the_marks_and_the_results_of_a_sweep_have_the_option_o() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let sweep = [
        "sweep",
        "core-i7",
        "examples/traces/loop.lackey",
        "ways 1 2",
    ];
    let table = file("table");
    assert_eq!(run(&[&sweep[..], &["-o", &table]].concat()).0, 0);
    assert_eq!(std::fs::read_to_string(&table).unwrap(), run(&sweep).1);

    let parts = file("parts");
    std::fs::create_dir(&parts).unwrap();
    for part in ["1/2", "2/2"] {
        let args = [&sweep[..], &["--partition", part, "-o", &parts]].concat();
        assert_eq!(run(&args).0, 0, "{part}");
    }
    let joined = file("joined");
    assert_eq!(run(&["merge", "-o", &joined, &parts]).0, 0);
    assert_eq!(
        std::fs::read_to_string(&joined).unwrap(),
        run(&["merge", &parts]).1
    );

    let (exam, answers, marks) = (file("exam.pw"), file("answers.csv"), file("marks.csv"));
    std::fs::write(&exam, "question \"Q\" { ask \"a\" = 1 }\n").unwrap();
    std::fs::write(&answers, "id,1\ns1,1\n").unwrap();
    let grade = ["grade", &exam, &answers];
    assert_eq!(run(&[&grade[..], &["-o", &marks]].concat()).0, 0);
    assert_eq!(std::fs::read_to_string(&marks).unwrap(), run(&grade).1);
}

/// As `python first.py` does, the name of a script alone runs it.
#[test]
fn a_script_runs_without_the_name_of_the_command() {
    let file = "examples/first.pw";
    assert_eq!(run(&[file]), run(&["run", file]));
    assert_eq!(run(&[file]).0, 0);
    let options = &[file, "--color", "always", "--explain"];
    assert_eq!(run(options), run(&[&["run"][..], options].concat()));
    assert!(run(options).1.contains('\u{1b}'));
    let fails = script("alone", "expect 1 == 2\n");
    assert_eq!(run(&[file, &fails]).0, 1);
    let (status, out, err) = run(&["none.pw"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert_eq!(
        err,
        "pagewalk: cannot read `none.pw`: there is no such file\n"
    );

    let text = script("text", "show 1\n").replace(".pw", ".txt");
    std::fs::write(&text, "show 1\n").unwrap();
    for (args, tip) in [
        (&["help", "--help"][..], "write 'pagewalk help help'"),
        (&[&text], "write 'pagewalk run "),
        (&["exam", file, "students.csv"], "follows '--roster'"),
        (
            &["exam", file, "--variants", "ten"],
            "write a whole number: '--variants 100'",
        ),
        (
            &["exam", file, "--variants", "students.csv"],
            "has an option of its own: '--roster students.csv'",
        ),
        (
            &["test", "--junit", "a.xml", file],
            "write '--report junit=a.xml'",
        ),
        (
            &["test", "--junitxml=report.xml", file],
            "write '--report junit=report.xml'",
        ),
        (
            &["test", "--json", file],
            "write '--report json=results.json'",
        ),
        (
            &["diff", "HEAD:first.pw", file],
            "`git show HEAD:first.pw > old.pw`",
        ),
        (
            &["diff", "HEAD~1", file],
            "`git show HEAD~1:./examples/first.pw > old.pw`",
        ),
        (
            &["run", "examples/first.pw::one"],
            "`pagewalk test examples/first.pw --filter \"one\"` runs this case",
        ),
        (
            &["replay", "--machine", "core-i7", "loop.trace"],
            "'pagewalk replay core-i7 loop.trace'",
        ),
        (&["build", "week.pw"], "'pagewalk run week.pw'"),
        (
            &["run", "-D", "tlb.ways=2", file],
            "no option changes a script",
        ),
        (
            &["--explain", "bad-course"],
            "'pagewalk explain bad-course'",
        ),
        (&["--explain", "E0012"], "'pagewalk explain bad-course'"),
        (&["--explain", "no-blank"], "'pagewalk explain no-blank'"),
        (&["no-blank"], "write 'pagewalk explain no-blank'"),
        (&["repl", "-c", "read 0x3D4"], "| pagewalk repl'"),
        (
            &["test", "--report", "a.xml", file],
            "the format precedes the file: `junit=a.xml`",
        ),
        (
            &["replay", "t.trace", "--machine", "simple"],
            "the machine precedes the trace",
        ),
        (&["run", file, "--output", "out.txt"], "use '> out.txt'"),
        (
            &["run", file, "--machine", "simple"],
            "the script declares the machine",
        ),
        (
            &["replay", "t.trace"],
            "the machine precedes the trace: 'pagewalk replay simple t.trace'",
        ),
        (
            &["test", "examples/first.pw::one"],
            "`pagewalk test examples/first.pw --filter \"one\"` runs this case",
        ),
        (&["diff", "HEAD~1", file], "`HEAD~1` is a revision"),
        (
            &["merge", "a.csv", "b.csv"],
            "takes the folder of the parts",
        ),
        (
            &["sweep", "core-i7", "t.trace", "--ways", "1,2,4"],
            "write 'ways 1 2 4'",
        ),
        (
            &["sweep", "core-i7", "t.trace", "--size", "1K,2K"],
            "write 'size 1 KB 2 KB'",
        ),
        (&["fmt", file, "--fix"], "rewrites files without an option"),
        (&["fmt", file, "--diff"], "write '--check'"),
        (&["run", file, "--bless"], "is an option of 'pagewalk test'"),
        (&["test", "--bless=a.pw"], "write '--bless a.pw'"),
        (&["test", "--exclude", "drafts"], "write '--skip drafts'"),
        (&["test", "-kpage"], "write '--filter page'"),
        (&["test", "-v"], "write '--verbose'"),
        (&["watch", file], "write 'pagewalk test --watch "),
        (&["export", file], "write 'pagewalk exam "),
        (
            &["export", "moodle", file],
            "write 'pagewalk exam --format moodle ",
        ),
        (&["test", "--update-golden", file], "write '--bless'"),
        (
            &["replay", "simple", "a.lackey", "--cache-size", "128"],
            "describe the caches in a machine file",
        ),
        (
            &["check", "examples/machines/simple.yaml"],
            "this is a file in YAML, not a script",
        ),
    ] {
        let (status, _, err) = run(args);
        assert!(status == 2 && err.contains(tip), "{args:?}: {err}");
    }
    for args in [&["nofile"][..], &["help", "examples/first.pw"]] {
        let (status, _, err) = run(args);
        assert_eq!(status, 2, "{args:?}");
        assert!(err.contains(args.last().unwrap()), "{args:?}: {err}");
        assert!(!err.contains("tip:"), "{args:?}: {err}");
    }
}

#[test]
fn a_seed_that_the_script_replaces_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let draws = "choose n in 0..1000\nshow n\n";
    let (own, without) = (
        written("own.pw", &format!("seed 3\n{draws}")),
        written("without.pw", draws),
    );
    let (status, drawn, warned) = run(&["run", "--seed", "5", &own]);
    assert_eq!((status, &drawn), (0, &run(&["run", &own]).1));
    assert!(warned.contains("`--seed` has no effect"), "{warned}");
    let (status, drawn, warned) = run(&["run", "--seed", "5", &without]);
    assert_eq!((status, warned.as_str()), (0, ""));
    assert_ne!(drawn, run(&["run", &without]).1);
}

#[test]
fn explain_prints_a_code_or_all_codes() {
    let (status, out, err) = run(&["explain", "not-a-power-of-two"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(
        out.starts_with("not-a-power-of-two: this number must be a power of two\n"),
        "{out}"
    );
    assert_eq!(run(&["explain", "[not-a-power-of-two]"]).1, out);

    let (status, out, _) = run(&["explain"]);
    assert_eq!(status, 0);
    assert!(
        out.lines().any(|line| line.starts_with("divide-by-zero ")),
        "{out}"
    );

    let (status, out, err) = run(&["explain", "not-a-power-of-2"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("not-a-power-of-two"), "{err}");
}

#[test]
fn explain_prints_the_entries_of_a_term() {
    let (status, out, err) = run(&["explain", "page", "fault"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(
        out.starts_with("Page fault\n\nA page fault is ") && out.contains("\n- CS:APP: 9.3"),
        "{out}"
    );
    for name in [&["page fault"][..], &["PAGE FAULT"]] {
        assert_eq!(
            run(&["explain"].iter().chain(name).copied().collect::<Vec<_>>()).1,
            out,
            "{name:?}"
        );
    }
    // The names are an abbreviation, a term from Linux, and the name of a system call.
    for (name, heading) in [
        ("vpn", "Virtual page number (VPN)"),
        ("VMA", "Area"),
        ("madvise", "Advice"),
    ] {
        let (status, out, _) = run(&["explain", name]);
        assert!(status == 0 && out.starts_with(heading), "{name}: {out}");
    }
    let (status, out, err) = run(&["explain", "thrashign"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("did you mean `Thrashing`?"), "{err}");
    assert!(run(&["explain"]).1.contains("`pagewalk explain TERM`"));
    // The two policies have different counts, so neither is a name of the other.
    for (name, heading) in [
        ("clock", "Clock replacement\n"),
        ("second chance", "Second-chance replacement\n"),
        ("thrash", "Thrashing\n"),
    ] {
        let (status, out, _) = run(&["explain", name]);
        assert!(status == 0 && out.starts_with(heading), "{name}: {out}");
    }
    // The beginning of a word may be another word.
    let (status, out, err) = run(&["explain", "foo"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("did you mean `memory footprint`?"), "{err}");
    for name in ["nope", "car"] {
        let (status, out, err) = run(&["explain", name]);
        assert_eq!((status, out.as_str()), (2, ""), "{name}");
        assert!(!err.contains("PROT_NONE"), "{err}");
    }
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (status, out, err) = run(&["completions", shell]);
        assert_eq!((status, err.as_str()), (0, ""), "{shell}");
        assert!(
            out.contains("pagewalk") && out.contains("explain"),
            "{shell}"
        );
    }
}

#[test]
fn manual_pages_are_written_for_every_command() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli/man");
    let _ = std::fs::remove_dir_all(&folder);
    let to = folder.to_str().unwrap();
    let (status, out, err) = run(&["man", to]);
    assert_eq!((status, out.as_str(), err.as_str()), (0, "", ""));
    // The pages replace earlier ones.
    assert_eq!(run(&["man", to]), (0, String::new(), String::new()));
    let page = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    // The options of subcommands are deferred.
    assert!(page("pagewalk-exam.1").contains("\\-\\-roster"));
    let (_, help, _) = run(&["--help"]);
    let names: Vec<_> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .map_while(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(names.contains(&"man"), "{help}");
    for name in names {
        assert!(page("pagewalk.1").contains(&format!("pagewalk\\-{name}(1)")));
        assert!(page(&format!("pagewalk-{name}.1")).contains(".SH NAME"));
    }
}

#[test]
fn the_verbose_version_names_the_build_and_the_formats() {
    let (status, out, err) = run(&["--version", "--verbose"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let starts = [
        concat!("pagewalk ", env!("CARGO_PKG_VERSION")),
        "target: ",
        "profile: ",
        "compiler: rustc ",
        "golden files: format 2",
        "JSON: format 1",
        "figures: version 1",
    ];
    assert_eq!(out.lines().count(), starts.len(), "{out}");
    for (line, start) in out.lines().zip(starts) {
        assert!(line.starts_with(start), "{out}");
    }
    assert_eq!(run(&["--verbose", "-V"]).1, out);
    let (status, _, err) = run(&["--verbose", "explain"]);
    assert!(status == 2 && err.contains("--version"), "{err}");
}

/// The test closes the pipe early, as `| head -c 10` does.
#[test]
fn a_closed_pipe_ends_quietly() {
    for args in [&["completions", "zsh"][..], &["explain"]] {
        let mut child = pagewalk(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The test closes the pipe before reading, so the first write may fail.
        drop(child.stdout.take());
        let mut complaints = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut complaints)
            .unwrap();
        assert!(child.wait().unwrap().success(), "{args:?}");
        assert_eq!(complaints, "", "{args:?}");
    }
}

/// The path of a file with this text, in a new folder.
fn script(name: &str, text: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("cli")
        .join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("script.pw");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn check_reports_mistakes_and_their_places() {
    let right = script("right", "machine simple\nread 0x3D4 => vpn 0x0F\n");
    let wrong = script("wrong", "let entries = 16\nlet sets = entires / 4\n");
    let (status, out, err) = run(&["check", &right]);
    assert_eq!(
        (status, out, err.as_str()),
        (0, format!("{right}: no mistakes\n"), "")
    );

    let (status, out, err) = run(&["check", &wrong, &right]);
    assert_eq!((status, out), (2, format!("{right}: no mistakes\n")));
    assert!(
        err.contains("[unknown-name]") && err.contains(&format!("{wrong}:2:12")),
        "{err}"
    );
    assert!(
        err.contains("did you mean `entries`?") && err.ends_with("1 mistake\n"),
        "{err}"
    );
    assert!(
        !err.contains('\u{1b}'),
        "no colour where there is no terminal: {err}"
    );

    let (_, _, colored) = run(&["check", "--color", "always", &wrong]);
    assert!(colored.contains('\u{1b}'), "{colored}");
}

/// The output shows disk transfers only if a script marks a reference as a store or a page as modified.
#[test]
fn disk_transfers_and_their_columns_are_shown_only_on_declaration() {
    let table = "\n| page M |\n| 3 {} |\n";
    let settings = [
        (String::new(), false),
        (", writes 1".to_owned(), false),
        (", replacement aging, tick 1".to_owned(), false),
        (table.replace("{}", "0"), false),
        (", stores 1".to_owned(), true),
        (table.replace("{}", "1"), true),
    ];
    for (at, (settings, declared)) in settings.iter().enumerate() {
        let text = format!("reference 1 2 {{ frames 1{settings}}}\nshow reference\n");
        let path = script(&format!("disk{at}.pw"), &text);
        for format in ["json", "text"] {
            let (status, out, err) = run(&["run", "--format", format, &path]);
            assert_eq!((status, err.as_str()), (0, ""), "{settings}");
            let named = if format == "json" {
                "\"disk_writes\":"
            } else {
                "disk write"
            };
            let found = [
                out.contains(named),
                out.contains("written"),
                out.contains("modified"),
            ];
            assert_eq!(found, [*declared; 3], "{settings}\n{out}");
            assert!(
                !out.contains("order") && !out.contains("counter0"),
                "{settings}\n{out}"
            );
        }
    }
}

#[test]
fn a_warning_is_printed_and_changes_no_status() {
    let path = script(
        "warns.pw",
        "let s = 010\nreference 1 1 { frames 1 } => faults 1\n",
    );
    let golden = [
        ("check", "no mistakes"),
        ("run", "1 fault"),
        ("test", "1 passed"),
    ];
    for (command, printed) in golden {
        let (status, out, err) = run(&[command, &path]);
        assert!(
            status == 0 && out.contains(printed),
            "{command}: {status}\n{out}"
        );
        assert!(
            err.contains("[no-effect]") && err.contains(": 1 warning\n"),
            "{command}:\n{err}"
        );
    }
    let (status, out, err) = run(&["run", "--format", "json", &path]);
    assert!(
        status == 0 && out.contains("\"errors\":0") && err.contains("1 warning\n"),
        "{out}\n{err}"
    );
    let path = script(
        "warned-and-stale.pw",
        "let s = 010\nreference 1 { frames 1 } => hits 1\n",
    );
    assert_eq!(run(&["test", "--accept", &path]).0, 0);
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .ends_with("=> hits 0\n")
    );
    // The summary counts the mistake separately from the warning.
    let path = script(
        "warned-and-wrong.pw",
        "let s = 010\nreference 1 { frames 1 }\nlet t = u\n",
    );
    let (status, _, err) = run(&["check", &path]);
    assert!(
        status == 2 && err.contains(": 1 warning\n") && err.ends_with(": 1 mistake\n"),
        "{err}"
    );
    assert_eq!(
        run(&[
            "check",
            &script("no-variable.pw", "reference s { frames 1 }\n")
        ])
        .2,
        ""
    );
}

/// The records of `run` and `check` in the order in which they are printed, each with the member that names its kind.
fn records(args: &[&str]) -> (i32, Vec<(String, serde_json::Value)>) {
    let (status, out, _) = run(args);
    let kind = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let kinds = ["diagnostic", "totals", "statement"];
        let kind = kinds
            .into_iter()
            .find(|kind| record.get(kind).is_some())
            .unwrap();
        (kind.to_owned(), record)
    };
    (status, out.lines().map(kind).collect())
}

#[test]
fn a_mistake_is_a_record_with_its_places_and_its_fix() {
    let page = std::fs::read_to_string("docs/reference/json.md").unwrap();
    let shown = page
        .split("```json\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let text = "machine simple\nread 0x3D4 => vnp 3\n";
    let path = script("mistake.pw", text);
    let shown = shown.replace("mistake.pw", &path);
    let (status, found) = records(&["check", "--format", "json", &path]);
    assert_eq!(
        (status, &found[0].1),
        (2, &serde_json::from_str(&shown).unwrap())
    );
    assert_eq!(
        found[1].1,
        serde_json::json!({"totals": {"files": 1, "errors": 1, "warnings": 0}, "format": 1})
    );
    let (status, ran) = records(&["run", "--format", "json", &path]);
    assert_eq!(
        (status, &ran[0]),
        (2, &found[0]),
        "the same mistake, and no statement"
    );
    assert_eq!((ran.len(), &ran[1].1["totals"]["errors"]), (2, &1.into()));

    // The edit corrects the script.
    let edit = &found[0].1["diagnostic"]["fix"]["edits"][0];
    let number = |member: &str| usize::try_from(edit[member].as_u64().unwrap()).unwrap();
    let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
    let line = &mut lines[number("line") - 1];
    line.replace_range(
        number("column") - 1..number("end_column") - 1,
        edit["text"].as_str().unwrap(),
    );
    assert_eq!(lines[1], "read 0x3D4 => vpn 3");

    // A mistake that occurs during the run follows the statements before it. A warning precedes them.
    let late = script(
        "late.pw",
        "machine simple\nrepeat 0 { show 1 }\nexpect 1 / tlb.hits == 1\n",
    );
    let (status, found) = records(&["run", "--format", "json", &late]);
    let kinds: Vec<_> = found.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(
        (status, kinds),
        (2, vec!["diagnostic", "statement", "diagnostic", "totals"])
    );
    let codes = [&found[0], &found[2]].map(|(_, record)| &record["diagnostic"]);
    assert_eq!(
        [&codes[0]["severity"], &codes[1]["severity"]],
        ["warning", "error"]
    );
    assert_eq!(
        [&codes[0]["code"], &codes[1]["code"]],
        ["no-effect", "divide-by-zero"]
    );

    // A related place is a place, and a file that cannot be read is a record.
    let twice = script("twice.pw", &"question \"A\" { ask \"x\" = 1 }\n".repeat(2));
    let (_, found) = records(&["check", "--format", "json", &twice, "no-such-file.pw"]);
    let places = found[0].1["diagnostic"]["places"].as_array().unwrap();
    assert_eq!(
        (places.len(), &places[0]["line"], &places[1]["line"]),
        (2, &2.into(), &1.into())
    );
    assert!(
        found
            .iter()
            .any(|(_, record)| record["diagnostic"]["code"] == "unreadable"),
        "{found:?}"
    );
    let held = records(&[
        "check",
        "--format",
        "json",
        &script("held.pw", "let x = 1\n"),
    ]);
    assert_eq!((held.0, held.1.len()), (0, 1));
}

#[test]
fn check_reads_standard_input() {
    let mut child = pagewalk(&["check", "-"]);
    let mut child = child
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"let x = y\n")
        .unwrap();
    let (status, _, err) = messages(child.wait_with_output().unwrap());
    assert_eq!(status, 2);
    assert!(err.contains("<stdin>:1:9"), "{err}");
}

#[test]
fn files_that_cannot_be_read_are_2() {
    for path in ["/no/such/file.pw", "/"] {
        let (status, out, err) = run(&["check", path]);
        assert_eq!((status, out.as_str()), (2, ""), "{path}");
        assert!(err.contains("cannot read"), "{err}");
    }
}

#[test]
fn a_missing_file_is_reported_in_one_line_by_each_command() {
    let exam = "examples/exams/fork-cow.pw";
    for args in [
        &["run", "none"][..],
        &["check", "none"],
        &["fmt", "none"],
        &["test", "none"],
        &["exam", "none"],
        &["exam", "--check", "2", "none"],
        &["grade", "none", exam],
        &["grade", exam, "none"],
        &["replay", "none.pw", exam],
        &["replay", "none.yaml", exam],
        &["replay", "simple", "none"],
        &["sweep", "simple", "none", "size 1 KB"],
        &["diff", exam, "none"],
        &["merge", "none"],
        &["repl", "none"],
    ] {
        let (status, out, err) = run(args);
        let name = args.iter().find(|arg| arg.starts_with("none")).unwrap();
        let line = format!("pagewalk: cannot read `{name}`: there is no such file\n");
        assert_eq!((out.as_str(), err), ("", line), "{args:?}");
        assert_eq!(status, if args[0] == "repl" { 0 } else { 2 }, "{args:?}");
    }
}

/// Returns what a command prints to a terminal of this width.
#[cfg(unix)]
fn in_terminal(args: &[&str], columns: u16, variables: &[(&str, &str)]) -> String {
    let size = nix::pty::Winsize {
        ws_row: 24,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let pty = crate::pty::pty(Some(&size));
    let mut command = pagewalk(args);
    command
        .env_remove("COLUMNS")
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8")
        .envs(variables.iter().copied())
        .stdout(pty.slave)
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // The command still has an end of the terminal, which would never be at its end.
    drop(command);
    let (mut output, mut screen) = (Vec::new(), std::fs::File::from(pty.master));
    let mut buffer = [0; 4096];
    // Reading fails after the program has ended.
    while let Ok(count @ 1..) = screen.read(&mut buffer) {
        output.extend_from_slice(&buffer[..count]);
    }
    child.wait().unwrap();
    String::from_utf8(output).unwrap().replace("\r\n", "\n")
}

#[test]
#[cfg(unix)]
fn output_fits_the_terminal_but_not_a_pipe() {
    let widest = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap();
    for args in [
        &["run", "examples/core-i7-translation.pw"][..],
        &["run", "--explain", "examples/swapping.pw"],
        &[
            "replay",
            "core-i7",
            "examples/traces/loop.lackey",
            "--causes",
        ],
        &["exam", "--check", "3", "examples/exams/page-faults.pw"],
        &["diff", "examples/fork.pw", "examples/copy-on-write.pw"],
    ] {
        let (_, piped, _) = run(args);
        assert!(widest(&piped) > 60, "{args:?}");
        assert!(widest(&in_terminal(args, 60, &[])) <= 60, "{args:?}");
        assert_eq!(in_terminal(args, 500, &[]), piped, "{args:?}");
        assert!(
            widest(&in_terminal(args, 500, &[("COLUMNS", "50")])) <= 50,
            "{args:?}"
        );
        let output = pagewalk(args).env("COLUMNS", "50").output().unwrap();
        assert_eq!(messages(output).1, piped, "{args:?}");
    }
}

#[test]
fn many_mistakes_are_counted_and_not_all_shown() {
    let text = (0..1000)
        .map(|i| format!("let x{i} = y{i}q\n"))
        .collect::<Vec<_>>()
        .concat();
    let (status, _, err) = run(&["check", &script("many", &text)]);
    assert_eq!(status, 2);
    assert_eq!(err.matches("[unknown-name]").count(), 100);
    assert!(
        err.ends_with("1000 mistakes; showing the first 100\n"),
        "{err}"
    );
}

/// `--accept` and `--fill` show the difference and replace the file, unless `CI` is set.
#[test]
fn scripts_are_amended_and_not_in_ci() {
    let stale = "machine simple\ntranslate 0x3D4 => vpn 0x0E, vpo ?   # é\n";
    let path = script("amended", stale);
    for (option, wanted) in [
        ("--accept", "vpn 0x0F, vpo ?"),
        ("--fill", "vpn 0x0F, vpo 0x14"),
    ] {
        let before = std::fs::read_to_string(&path).unwrap();
        let (status, out, err) = messages(
            pagewalk(&["test", option, &path])
                .env("CI", "true")
                .output()
                .unwrap(),
        );
        assert_eq!((status, out.as_str()), (2, ""), "{option}");
        assert!(err.contains(option) && err.contains("`CI` is set"), "{err}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), before, "{option}");

        let (status, out, err) = run(&["test", option, &path]);
        let line = format!("translate 0x3D4 => {wanted}   # é\n");
        assert_eq!(
            (status, err.as_str()),
            (i32::from(option == "--accept"), ""),
            "{option}: {out}"
        );
        assert!(
            out.contains(&format!("\n+{line}")) && out.contains("\n-translate"),
            "{out}"
        );
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            format!("machine simple\n{line}"),
            "{option}"
        );
        assert!(
            out.ends_with(if status == 1 {
                "1 fact written in 1 file, 1 unchanged\n"
            } else {
                "1 fact written in 1 file\n"
            }),
            "{out}"
        );
    }
    let (status, out, _) = run(&["test", "--accept", "--fill", &path]);
    assert_eq!((status, out.as_str()), (0, "nothing to write\n"));
    let beside = std::fs::read_dir(std::path::Path::new(&path).parent().unwrap()).unwrap();
    assert_eq!(beside.count(), 1, "nothing is left beside the script");
}

/// A file that two scripts include keeps the values from one of the scripts. Blocks in Markdown files are
/// updated like other scripts.
#[cfg(unix)]
#[test]
fn a_folder_is_amended_as_a_whole() {
    use std::os::unix::fs::PermissionsExt;
    let first = script(
        "folder",
        "machine simple\nlet va = 0x3D4\ninclude \"both.pw\"\n",
    );
    let folder = std::path::Path::new(&first).parent().unwrap();
    let both = folder.join("both.pw");
    std::fs::write(&both, "translate va => vpn 0x0F, vpo 7, tlbi 3\n").unwrap();
    std::fs::write(
        folder.join("two.pw"),
        "machine simple\nlet va = 0x394\ninclude \"both.pw\"\n",
    )
    .unwrap();
    let markdown = "# Text, vpn 1\n\n```pagewalk\nmachine simple\ntranslate 0x3D4 => vpn 1\n```\n\n```pagewalk,fails\nexpect 1 == 2\n```\n";
    let document = folder.join("text.md");
    std::fs::write(&document, markdown).unwrap();
    std::fs::set_permissions(&document, std::fs::Permissions::from_mode(0o640)).unwrap();
    let (status, out, err) = run(&["test", "--accept", folder.to_str().unwrap()]);
    assert_eq!((status, err.as_str()), (1, ""), "{out}");
    assert!(
        out.contains(
            "both.pw:1: `vpn` stays unchanged: the statement runs several times with different values: 0x0F, 0x0E"
        ),
        "{out}"
    );
    assert!(
        out.ends_with("2 facts written in 2 files, 2 unchanged\n"),
        "{out}"
    );
    assert_eq!(
        std::fs::read_to_string(&both).unwrap(),
        "translate va => vpn 0x0F, vpo 20, tlbi 3\n"
    );
    assert_eq!(
        std::fs::read_to_string(&document).unwrap(),
        markdown.replace("=> vpn 1", "=> vpn 15")
    );
    assert_eq!(
        std::fs::metadata(&document).unwrap().permissions().mode() & 0o777,
        0o640
    );
}

#[test]
fn diff_is_0_for_the_same_1_for_others_and_2_for_mistakes() {
    let one = script("diff-one", "machine simple\ntranslate 0x3D4\n");
    let other = script(
        "diff-other",
        "machine simple { page 128 B }\ntranslate 0x3D4 => vpn 7\n",
    );
    let wrong = script("diff-wrong", "translate\n");
    assert_eq!(
        run(&["diff", &one, &one]),
        (
            0,
            "2 statements compared, none differs\n".to_owned(),
            String::new()
        )
    );
    let (status, out, err) = run(&["diff", &one, &other]);
    assert_eq!((status, err.as_str()), (1, ""));
    assert!(
        out.contains("page ") && out.contains("64 B") && out.contains("128 B"),
        "{out}"
    );
    assert!(out.ends_with("2 statements compared, 2 differ\n"), "{out}");
    let (status, out, err) = run(&["diff", &one, &wrong]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("[wrong-count]") || err.contains('['), "{err}");
    let (_, out, _) = run(&["diff", "--format", "json", &one, &other]);
    assert!(
        out.lines()
            .all(|line| line.starts_with('{') && line.ends_with('}')),
        "{out}"
    );
}

#[test]
fn denied_warnings_are_mistakes() {
    let folder = std::env::temp_dir().join(format!("pagewalk-deny-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).unwrap();
        folder.join(name).to_str().unwrap().to_owned()
    };
    let warns = file(
        "warns.pw",
        "repeat 0 { show 1 }\nquestion \"Q\" { ask \"a\" = 1 }\n",
    );
    let clean = file("clean.pw", "question \"Q\" { ask \"a\" = 1 }\n");
    let answers = file("answers.csv", "id,1\ns1,1\n");
    for command in [
        &["run"][..],
        &["check"],
        &["test"],
        &["exam"],
        &["diff", &warns],
        &["grade"],
    ] {
        let with = |script: &str, deny: bool| {
            let mut args = command.to_vec();
            args.push(script);
            args.extend((command[0] == "grade").then_some(&*answers));
            args.extend(deny.then_some(["--deny", "warnings"]).into_iter().flatten());
            run(&args)
        };
        let (status, _, err) = with(&warns, false);
        assert!(
            status == 0 && err.contains("[no-effect]") && err.contains("warning"),
            "{command:?}: {err}"
        );
        let (status, _, err) = with(&warns, true);
        assert!(
            status == 2 && err.contains("[no-effect]") && err.contains("mistake"),
            "{command:?}: {err}"
        );
        if command.len() == 1 {
            assert_eq!(with(&clean, true).0, 0, "{command:?}");
        }
    }
    // JSON output has a member for warnings only if the script causes warnings.
    let last = |file: &str| {
        run(&["run", "--format", "json", file])
            .1
            .lines()
            .last()
            .unwrap_or_default()
            .to_owned()
    };
    assert!(
        last(&warns).contains("\"code\":\"no-effect\""),
        "{}",
        last(&warns)
    );
    assert!(!last(&clean).contains("warnings"), "{}", last(&clean));
    let report = |file: &str| run(&["test", "--report", "json=-", file]).1;
    assert!(report(&warns).contains("\"warnings\"") && !report(&clean).contains("\"warnings\""));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn options_of_other_tools_are_suggested() {
    for (args, tip) in [
        (&["test", "--update-snapshots"][..], "--bless"),
        (&["exam", "a.pw", "--answer-key"], "--key"),
        (&["exam", "a.pw", "--html"], "--format html"),
        (&["exam", "a.pw", "--copies", "3"], "--variants 3"),
        (&["run", "--verbose", "a.pw"], "--explain"),
        (&["rnu", "a.pw"], "pagewalk run a.pw"),
        (&["help", "rnu"], "pagewalk help run"),
        (&["version"], "pagewalk --version"),
        (&["README.md"], "pagewalk test README.md"),
        (&["tests"], "pagewalk test tests"),
        (&["tests", "a.pw"], "pagewalk test a.pw"),
        (
            &["--color", "never", "a.pw"],
            "pagewalk --color never run a.pw",
        ),
        (&["a.pw", "--verbose"], "--explain"),
        (
            &["replay", "simple", "a.din", "--format", "din"],
            "--trace-format din",
        ),
        (&["test", "--maxfail", "1"], "--fail-fast"),
        (&["test", "-n", "4"], "--jobs 4"),
        (&["exam", "a.pw", "-n", "3"], "--variants 3"),
        (&["test", "--dry-run"], "--list"),
        (&["test", "--no-run"], "--list"),
        (&["run", "--svg", "a.pw"], "--figures"),
        (&["exam", "a.pw", "--anwser", "csv"], "--answers csv"),
        (&["help", "test", "run"], "pagewalk help test"),
        (&["update"], "pagewalk test --bless"),
        (&["--verison"], "--version"),
        (&["test", "-x.pw"], "./-x.pw"),
        (&["run", "-x y.pw"], "./-x y.pw"),
    ] {
        let (status, _, err) = run(args);
        assert_eq!(status, 2, "{args:?}");
        assert!(err.contains(&format!("write '{tip}'\n")), "{args:?}\n{err}");
    }
    // A word in quotes is not in more quotes.
    let (_, _, err) = run(&["format", "my file.pw"]);
    assert!(
        err.contains("tip: write pagewalk fmt 'my file.pw'\n"),
        "{err}"
    );
}

#[test]
fn arguments_in_the_wrong_place_are_explained() {
    for (args, tip) in [
        (
            &["exam", "a.pw", "--answers"][..],
            "to print the answer key, use '--key'",
        ),
        (&["exam", "a.pw", "--key", "key.md"], "use '> key.md'"),
        (
            &["exam", "a.pw", "--format", "tex"],
            "write '--format latex'",
        ),
        (&["exam", "a.pw", "--format=Canvas"], "write '--format qti'"),
        (
            &["grade", "a.csv", "--key", "key.md"],
            "Usage: pagewalk grade [OPTIONS] <FILE> <ANSWERS>",
        ),
        (
            &["grade", "a.csv", "--key", "key.md"],
            "the key follows from the script",
        ),
        (
            &["grade", "a.pw", "a.csv", "--rule", "carried", "1/2"],
            "write '--rule carried=1/2'",
        ),
        (
            &["grade", "a.pw", "a.csv", "--stats"],
            "write '--statistics'",
        ),
        (
            &["grade", "a.pw", "a.csv", "--statistics", "out"],
            "'--statistics' takes no value",
        ),
        (
            &["sweep", "simple", "a.trace", "--ways", "1..4"],
            "write 'ways 1..4'",
        ),
        (&["exam", "a.pw", "b.pw"], "the command takes one script"),
        (
            &["diff", "a.pw", "b.pw", "c.pw"],
            "the command takes two scripts",
        ),
        (
            &["run", "--filter", "x", "a.pw"],
            "'--filter' is an option of 'pagewalk test'",
        ),
        (
            &["test", "--timeout", "3"],
            "'--max-time' is an option of 'pagewalk run'",
        ),
        (&["grade", "a.pw"], "the answers follow the script"),
        (&["diff", "HEAD~1"], "'git show HEAD~1:./first.pw > old.pw'"),
        (
            &["sweep", "simple", "a.trace"],
            "'pagewalk sweep simple a.trace ways 1..4'",
        ),
        (
            &["exam", "a.pw", "--seed", "T4NHG"],
            "has the seeds of the versions",
        ),
        (
            &[
                "grade",
                "examples/first.pw",
                "a.csv",
                "--rules",
                "carried: 1/2",
            ],
            "a rule without a file is `--rule NAME=VALUE`",
        ),
    ] {
        let (status, _, err) = run(args);
        assert_eq!(status, 2, "{args:?}");
        assert!(err.contains(tip), "{args:?}\n{err}");
    }
    let (_, _, err) = run(&["sweep", "simple", "a.trace", "--formt", "csv"]);
    assert!(err.contains("write '--format csv'"), "{err}");
}

/// The tips follow the table of rules.
#[test]
fn marking_rules_are_no_options_of_their_own() {
    for (option, tip) in [
        (&["--void", "1.tlbt"][..], "write '--rule void=1.tlbt'"),
        (&["--void=1.tlbt"], "write '--rule void=1.tlbt'"),
        (&["--drop", "1.tlbt"], "write '--rule void=1.tlbt'"),
        (&["--carried", "1/2"], "write '--rule carried=1/2'"),
        (&["--round", "1/2"], "write '--rule round=1/2'"),
        (
            &["--round"],
            "write '--rule round=VALUE' (a step, such as 1/2)",
        ),
        (&["--partial-credit", "each"], "write '--rule several=each'"),
        (
            &["--accept", "1.vpn=0x0E"],
            "write --rule 'also={1.vpn: [\"0x0E\"]}'",
        ),
        (
            &["--also", "1.vpn=0x0E"],
            "`--also` takes another script; to accept an answer, write `--rule 'also={1.vpn: [\"0x0E\"]}'`",
        ),
        (&["--accept", "examples/first.pw"], "write '--also'"),
    ] {
        let args = [&["grade", "examples/first.pw", "a.csv"], option].concat();
        let (status, _, err) = run(&args);
        assert_eq!(status, 2, "{args:?}");
        assert!(err.contains(tip), "{args:?}\n{err}");
    }
}

#[test]
fn the_opposite_of_an_option_is_not_suggested() {
    let (status, _, err) = run(&["test", "--no-fail-fast"]);
    assert_eq!(status, 2);
    assert!(
        !err.contains("similar") && !err.contains("write '"),
        "{err}"
    );
}

#[test]
fn options_that_are_not_similar_are_not_suggested() {
    for args in [
        &["test", "--repeat", "3"][..],
        &["test", "--cov"],
        &["completions", "tcsh"],
        &["test", "--bless", "--accept"],
        &["test", "--list", "--prune"],
    ] {
        let (status, _, err) = run(args);
        assert_eq!(status, 2, "{args:?}");
        assert!(!err.contains("tip:"), "{args:?}\n{err}");
        // The line would otherwise contain a similar option.
        let usage = "Usage: pagewalk test [OPTIONS] [PATH]...\n";
        assert!(args[0] != "test" || err.contains(usage), "{args:?}\n{err}");
    }
    let (_, _, err) = run(&["completions", "bsh"]);
    assert!(err.contains("'bash'"), "{err}");
}

#[test]
fn a_word_instead_of_a_number_is_reported_without_digits() {
    for args in [
        &["test", "-j", "abc"][..],
        &["replay", "simple", "a.trace", "--frames", "many"],
    ] {
        let (status, _, err) = run(args);
        assert!(
            status == 2
                && err.contains("invalid value '")
                && err.contains("write a whole number")
                && !err.contains("digit"),
            "{err}"
        );
    }
}

/// The options of the cache lab of CS:APP become settings, and a trace is not a script.
#[test]
fn traces_and_caches_of_the_cache_lab_are_recognized() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str]| {
        let mut command = pagewalk(args);
        messages(command.current_dir(folder.path()).output().unwrap())
    };
    std::fs::write(folder.path().join("yi.trace"), " L 10,1\n M 20,1\n").unwrap();
    std::fs::write(
        folder.path().join("loop.c"),
        "int main(void) { return 3; }\n",
    )
    .unwrap();
    let lab = ["-s", "5", "-E", "2", "-b", "4", "-t", "yi.trace"];
    for (args, part) in [
        (
            [&["replay"][..], &lab].concat(),
            "cache { sets 32, ways 2, block 16 B }",
        ),
        (
            [&["csim"][..], &lab].concat(),
            "'pagewalk replay first.pw yi.trace'",
        ),
        (
            vec!["check", "loop.c"],
            "`machine simple; program loop from \"loop.c\"; run loop`",
        ),
        (vec!["replay", "simple"], "'pagewalk replay simple -'"),
        (
            vec!["replay", "yi.trace"],
            "'pagewalk replay simple yi.trace'",
        ),
        (
            vec!["replay", "simple", "yi.trace", "--map", "none"],
            "write '--map identity'",
        ),
        (
            vec!["check", "yi.trace"],
            "`pagewalk replay simple yi.trace`",
        ),
        (vec!["run", "yi.trace"], "yi.trace: 1 mistake"),
        (
            vec![
                "sweep", "core-i7", "yi.trace", "ways", "1,2", "size", "1K..8K",
            ],
            "write `ways 1 2, size 1 KB..8 KB`",
        ),
        (
            vec!["sweep", "core-i7", "yi.trace", "size=1KB:8KB"],
            "write `size 1KB..8KB`",
        ),
        (
            vec!["sweep", "core-i7", "yi.trace", "size", "1K..8K"],
            "write `size 1 KB..8 KB`",
        ),
    ] {
        let (status, out, err) = run(&args);
        assert!(
            status == 2 && (out + &err).contains(part),
            "{args:?}\n{err}"
        );
    }
}

/// Each row of the table is found, and its commands are valid.
#[test]
fn tips_about_other_tools_can_be_typed() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str]| {
        let mut command = pagewalk(args);
        messages(command.current_dir(folder.path()).output().unwrap())
    };
    let usage_error = |args: &[&str]| run(args).2.contains("unexpected argument");
    let table = include_str!("../src/face/tips.txt");
    let mut rows = 0;
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let (arguments, tip) = line.split_once(": ").expect(line);
        let (commands, arguments) = arguments.split_once(' ').expect(line);
        for argument in arguments.split(", ").filter(|one| !one.starts_with('<')) {
            for command in commands.split(',') {
                let args = match command {
                    "pagewalk" => vec![argument],
                    "*" => vec!["run", argument],
                    _ => vec![command, argument],
                };
                let (status, _, err) = run(&args);
                assert!(status == 2 && err.contains(tip), "{args:?}: {tip}\n{err}");
                let written = tip
                    .strip_prefix("write '")
                    .and_then(|tip| tip.split_once('\''));
                if let Some((option, _)) = written {
                    let typed: Vec<&str> =
                        args[..1].iter().copied().chain(option.split(' ')).collect();
                    assert!(!usage_error(&typed), "{typed:?}");
                }
                rows += 1;
            }
        }
        for typed in tip
            .split('\'')
            .filter_map(|text| text.strip_prefix("pagewalk "))
        {
            let typed: Vec<&str> = typed.split(' ').collect();
            let (_, _, err) = run(&typed);
            assert!(!err.contains("Usage:"), "{typed:?}\n{err}");
        }
    }
    assert!(rows > 50, "{rows}");
}

#[test]
fn files_of_other_kinds_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("README.md", "# A course\n\n```sh\nls -- x\n```\n");
    put("pagewalk.toml", "root = \".\"\n");
    put("weeks/swap.pw", "machine simple\n");
    put("exam.pw", "question \"Q\" { ask \"a\" = 1 }\n");
    put("lib.pw", "include \"weeks\"\n");
    put("f.c", "int main(void) {\n  printf(\"hello\\n\");\n}\n");
    let golden = "this is a file in Markdown, not a script";
    for (args, message, help) in [
        (
            &["run", "README.md"][..],
            golden,
            "`pagewalk test README.md`",
        ),
        (&["check", "README.md"], golden, "`pagewalk test README.md`"),
        (
            &["check", "pagewalk.toml"],
            "these are the settings of a course, not a script",
            "name a script",
        ),
        (&["fmt", "pagewalk.toml"], "`pagewalk.toml` is TOML", ""),
        (
            &["fmt", "f.c"],
            "`f.c` is not a script by its name",
            "formats only scripts (`.pw`, `.txt`, or no ending)",
        ),
        (&["fmt", "--check", "f.c"], "`f.c` is not a script", ""),
        (
            &["grade", "exam.pw", "README.md"],
            "README.md:1: is Markdown, not a table of answers",
            "",
        ),
        (
            &["test", "-"],
            "`test` does not read standard input",
            "`pagewalk run -`",
        ),
        (
            &["run", "weeks"],
            "cannot read `weeks`: it is a folder",
            "`pagewalk test weeks`",
        ),
        (
            &["run", "lib.pw"],
            "cannot read `weeks`: it is a folder",
            "`include \"weeks/swap.pw\"`",
        ),
        (
            &["replay", "simple", "weeks/swap.pw"],
            "is not a trace",
            "the file is a script: as the machine, it precedes the trace",
        ),
    ] {
        let output = pagewalk(args).current_dir(folder.path()).output().unwrap();
        let (status, _, err) = messages(output);
        assert_eq!(status, 2, "{args:?}\n{err}");
        assert!(
            err.contains(message) && err.contains(help),
            "{args:?}\n{err}"
        );
        // The other mistakes and warnings would be consequences.
        assert!(err.matches('[').count() <= 2, "{args:?}\n{err}");
    }
    let kept = std::fs::read_to_string(folder.path().join("f.c")).unwrap();
    assert!(kept.contains(");\n"), "{kept}");
}

#[test]
fn the_intended_file_is_suggested_instead_of_a_missing_one() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("weeks")).unwrap();
    let text = "machine simple\nscenario \"problem 9.3\" { expect 1 == 1 }\n";
    std::fs::write(folder.path().join("weeks/swap.pw"), text).unwrap();
    for command in ["run", "fmt", "test"] {
        for missing in [
            "weeks/swap",
            "weeks\\swap.pw",
            "Weeks/swap.pw",
            "weeks/swpa.pw",
        ] {
            let mut child = pagewalk(&[command, missing]);
            let (status, _, err) = messages(child.current_dir(folder.path()).output().unwrap());
            let help = "there is no such file\n  help: did you mean `weeks/swap.pw`?\n";
            assert!(
                status == 2 && err.ends_with(help),
                "{command} {missing}\n{err}"
            );
        }
        for place in ["weeks/swap.pw:2", "weeks/swap.pw:8:1"] {
            let mut child = pagewalk(&[command, place]);
            let (_, _, err) = messages(child.current_dir(folder.path()).output().unwrap());
            let help = "  help: write `weeks/swap.pw`: the name of a file takes no line\n";
            assert!(err.contains(help), "{command} {place}\n{err}");
            let scenario = "`pagewalk test weeks/swap.pw --filter 'problem 9.3'`";
            assert_eq!(err.contains(scenario), command == "test", "{err}");
        }
        let mut child = pagewalk(&[command, "weeks/*.pw"]);
        let (_, _, err) = messages(child.current_dir(folder.path()).output().unwrap());
        assert!(
            err.contains("a shell replaces a pattern without quotes"),
            "{err}"
        );
    }
}

#[test]
fn one_report_goes_to_standard_output() {
    let (status, out, err) = run(&[
        "test",
        "examples/first.pw",
        "--report",
        "junit=-",
        "--report",
        "json=-",
    ]);
    assert_eq!((status, &*out), (2, ""));
    assert!(err.contains("only one report"), "{err}");
}

#[test]
fn papers_go_to_a_folder_and_one_to_the_output() {
    let folder = tempfile::tempdir().expect("a folder");
    let paper = folder.path().join("quiz.html");
    let paper = paper.to_str().expect("a name");
    let (status, _, err) = run(&["exam", "examples/questions/tlb-1.pw", "--output", paper]);
    assert_eq!(status, 2);
    assert!(
        err.contains(&format!("write `--format html > {paper}`")),
        "{err}"
    );
    assert!(!std::path::Path::new(paper).exists());
}

#[test]
fn exams_without_a_title_of_letters_have_banks_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| {
        folder
            .path()
            .join(name)
            .to_str()
            .expect("a name")
            .to_owned()
    };
    let question = "question \"q\" { ask \"a\" = 2 }\n";
    for (name, cover) in [
        ("one", ""),
        ("two", ""),
        ("three", "exam { title \"日本語\" }\n"),
        ("four", "exam { title \"Virtual memory\" }\n"),
    ] {
        let script = at(&format!("{name}.pw"));
        std::fs::write(&script, format!("{cover}{question}")).expect("a file");
        for format in ["moodle", "qti", "prairielearn"] {
            let bank = at("bank");
            let (status, _, err) = run(&["exam", &script, "--format", format, "--output", &bank]);
            assert_eq!(status, 0, "{err}");
        }
    }
    for name in ["one", "two", "three", "virtual-memory"] {
        let files = [
            format!("{name}.xml"),
            format!("{name}.zip"),
            format!("questions/{name}/1-q/info.json"),
        ];
        for file in files {
            assert!(folder.path().join("bank").join(&file).exists(), "{file}");
        }
    }
    // A category of the same name would mix the questions of both exams.
    let text = std::fs::read_to_string(at("bank/two.xml")).expect("a file");
    assert!(text.contains("/top/two/"), "{text}");
}

#[test]
fn a_report_does_not_replace_a_script() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("x.pw");
    std::fs::write(&script, "expect 1 == 1\n").expect("a file");
    let script = script.to_str().expect("a name");
    let report = format!("--report=json={script}");
    let (status, _, err) = run(&["test", script, &report]);
    assert_eq!(status, 2);
    assert!(err.contains("it is also an input"), "{err}");
    assert_eq!(
        std::fs::read_to_string(script).expect("a file"),
        "expect 1 == 1\n"
    );
}
