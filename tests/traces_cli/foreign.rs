//! Files of other programs: each is either read, or its message names the format that was tried, the line, the reason, and a command
//! that converts the file. The samples follow the documentation of the programs that print them.

use std::process::Command;

use serde_json::Value;

use super::{folder, run};

/// A table from a course on computer architecture: ticks, write (1) or read (0), address, number, and size.
const TICKS: &str = include_str!("public/06-ecs154b-trace.txt");
/// A trace from a course, with a third column after the size.
const THREE_COLUMNS: &str = include_str!("public/16-ruc-three-columns.trace");

/// Records of the samples: reads, writes, and fetches.
type References = [u64; 3];

/// A text, parts of the message about it, and the references after the command of the message.
type Sample<'a> = (&'a str, &'a str, &'a [&'a str], Option<References>);

const DRCACHESIM: &str = "Output format:\n<--record#-> <--instr#->: <---tid---> <record details>\n\
    ------------------------------------------------------------\n           1           0:     3256418 <marker: version 3>\n           \
    2           1:     3256418 ifetch       3 byte(s) @ 0x00007f6fdd3ec9c0 48 89 e7             mov    %rsp -> %rdi\n           \
    3           2:     3256418 ifetch       5 byte(s) @ 0x00007f6fdd3ec9c3 e8 b8 08 00 00       call   $0x00007f6fdd3ed280\n           \
    4           2:     3256418 write        8 byte(s) @ 0x00007ffc0c1c5ea8 by PC 0x00007f6fdd3ec9c3\n";

const SAMPLES: &[Sample] = &[
    (
        "ticks.txt",
        TICKS,
        &[
            "read as din, the closest format, line 1 ",
            "a number after the record",
            "0 0 0x8e00 0 64",
        ],
        None,
    ),
    (
        "ruc.trace",
        THREE_COLUMNS,
        &[
            "read as lackey, the closest format, line 1 ",
            "extra text after the size",
            "L 0,1 1",
        ],
        Some([9, 7, 0]),
    ),
    (
        "spaced.trace",
        "I 0x401000 4\nL 0x7fff0200 8\nI 0x401004 4\nI 0x401008 4\nI 0x40100c 4\nS 0x7fff0208 8\n",
        &[
            "read as lackey, the closest format, line 1 ",
            "write a comma between the address and the size",
            "I 0x401000 4",
        ],
        Some([1, 1, 4]),
    ),
    (
        "csv.lackey",
        "op,address,size\nload,0x100,4\nload,0x140,4\nstore,0x180,4\n",
        &[
            "read as lackey, the format of its name, line 1 ",
            "`--trace-format csv`",
        ],
        None,
    ),
    (
        "view.txt",
        DRCACHESIM,
        &["line 1 ", "drcachesim"],
        Some([0, 1, 2]),
    ),
    (
        "lackey-3.2",
        "instr : 0x0023C790, 2\nload  : 0xBE80199C, 4\nstore : 0xBE801950, 4\nmodify: 0xBE801954, 1\n",
        &["line 1 ", "old lackey"],
        Some([2, 2, 1]),
    ),
    (
        "wiki.trace",
        "0,1001,4096,5\n1,1002,512,-2\n2,1001,4096,9\n",
        &["read as csv, ", "more than three columns"],
        Some([3, 0, 0]),
    ),
    (
        "cache.txt",
        "  77000: system.cpu.icache: access for ReadReq [1000:1003] IF miss\n  78000: system.cpu.dcache: access for WriteReq [2000:2007]\n",
        &["line 1 ", "gem5", "--debug-flags=MemoryAccess"],
        None,
    ),
    (
        "memory.txt",
        "   1000: system.mem_ctrls: IFetch from cpu.inst of size 64 on address 0x400 C\n   \
         2000: system.mem_ctrls: Read from cpu.data of size 8 on address 0x1400 C\n",
        &["line 1 ", "gem5"],
        Some([1, 0, 1]),
    ),
    (
        "calls.txt",
        "execve(\"/bin/ls\", [\"ls\"], 0x7ffd7a0c1b40 /* 24 vars */) = 0\nbrk(NULL) = 0x55d0\n",
        &["line 1 ", "strace", "--trace-mem=yes"],
        None,
    ),
    (
        "usimm.trc",
        "3 R 0x1a2b3c40 0x400100\n10 W 0x1a2b3c80\n0 R 0x1a2b3d00 0x400108\n",
        &["read as din, ", "line 1 ", "USIMM"],
        Some([2, 1, 0]),
    ),
    (
        "tabs.tsv",
        "op\taddress\tsize\nR\t0x1000\t4\nW\t0x1004\t4\n",
        &["line 1 ", "tabs"],
        Some([1, 1, 0]),
    ),
    (
        "semicolons.txt",
        "op;address;size\nR;0x1000;4\nW;0x1000;4\n",
        &["read as csv, ", "line 1 ", "semicolons"],
        Some([1, 1, 0]),
    ),
    (
        "superblocks",
        "SB 04001000\nSB 04001010\n",
        &["line 1 ", "--trace-mem=yes"],
        None,
    ),
    (
        "page.html",
        "<!DOCTYPE html>\n<html>\n<body>R 1000</body>\n</html>\n",
        &["line 1 ", "a web page"],
        None,
    ),
    (
        "pointer.trace",
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n",
        &["line 1 ", "git lfs pull"],
        None,
    ),
    (
        "addresses.txt",
        "7fffed80\n7fffed84\n10001000\n",
        &["line 1 ", "an address without an access"],
        Some([3, 0, 0]),
    ),
    (
        "t.csv",
        "time,object,size\n1,2,3\n",
        &[
            "read as csv, the format of its name, line 1 ",
            "without `op` and `address`",
        ],
        None,
    ),
    (
        "prose.txt",
        "It was the best of times.\n",
        &["line 1 ", "--trace-format"],
        None,
    ),
];

#[test]
fn other_files_are_rejected_with_a_command_that_converts_them() {
    for (name, text, parts, converted) in SAMPLES {
        let folder = folder(&format!("foreign-{name}"), &[(name, text.as_bytes())]);
        for args in [vec!["core-i7", name], vec!["core-i7", name, "--strict"]] {
            let (status, out, err) = run(&folder, &args);
            assert_eq!((status, out.as_str()), (2, ""), "{err}");
            assert!(
                err.starts_with(&format!("pagewalk: `{name}` is not a trace: read as ")),
                "{err}"
            );
            for part in *parts {
                assert!(err.contains(part), "{part} is not in {err}");
            }
        }
        let Some(references) = converted else {
            continue;
        };
        let (_, _, err) = run(&folder, &["core-i7", name]);
        let command = err
            .split('`')
            .find(|part| part.contains(" > converted."))
            .unwrap_or_else(|| panic!("no command in {err}"));
        let made = Command::new("sh")
            .arg("-c")
            .arg(command)
            .current_dir(&folder)
            .status()
            .expect("a shell");
        assert!(made.success(), "{command}");
        let trace = &command[command.rfind("converted.").expect("a file")..];
        assert_eq!(&read(&folder, trace), references, "{command}");
    }
}

/// The references of a trace, which a replay reads.
fn read(folder: &std::path::Path, trace: &str) -> References {
    let (status, out, err) = run(folder, &["core-i7", trace, "--format", "json"]);
    assert_eq!(status, 0, "{err}");
    let replayed: Value = serde_json::from_str(&out).expect("JSON");
    ["reads", "writes", "fetches"]
        .map(|kind| replayed["references"][kind].as_u64().expect("a number"))
}

/// In the table of ticks, the addresses are those of the third column.
#[test]
fn the_command_for_a_table_reads_its_columns() {
    let folder = folder("foreign-columns", &[("ticks.txt", TICKS.as_bytes())]);
    let command =
        "awk '{ print ($2 ? \"W\" : \"R\") \",\" $3 \",\" $5 }' ticks.txt > converted.csv";
    assert!(run(&folder, &["core-i7", "ticks.txt"]).2.contains(command));
    assert!(
        Command::new("sh")
            .arg("-c")
            .arg(command)
            .current_dir(&folder)
            .status()
            .expect("a shell")
            .success()
    );
    let writes = TICKS
        .lines()
        .filter(|line| line.split(' ').nth(1) == Some("1"))
        .count() as u64;
    let all = TICKS.lines().count() as u64;
    assert_eq!(read(&folder, "converted.csv"), [all - writes, writes, 0]);
}

#[test]
fn archives_are_named_with_the_command_that_extracts_them() {
    let files: [(&str, &[u8], &str); 5] = [
        (
            "t.xz",
            b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46",
            "`xz -dc t.xz > converted.trace`",
        ),
        (
            "t.zip",
            b"PK\x03\x04\x14\0\0\0\x08\0",
            "`unzip -p t.zip > converted.trace`",
        ),
        (
            "t.bz2",
            b"BZh91AY&SY",
            "`bzip2 -dc t.bz2 > converted.trace`",
        ),
        (
            "t.lackey",
            b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46",
            "`xz -dc t.lackey > converted.trace`",
        ),
        (
            "a file",
            b"7z\xbc\xaf\x27\x1c\0\x04",
            "`7z x -so FILE > converted.trace`",
        ),
    ];
    for (name, bytes, command) in files {
        let folder = folder("foreign-archives", &[(name, bytes)]);
        let (status, out, err) = run(&folder, &["core-i7", name]);
        assert_eq!((status, out.as_str()), (2, ""));
        assert!(
            err.starts_with(&format!("pagewalk: `{name}` is not a trace: it is "))
                && err.contains(command),
            "{err}"
        );
    }
}

#[test]
fn the_report_names_the_format_and_a_guess() {
    let pin = "0x40052d: R 0x7ffe4c58\n0x400531: W 0x7ffe4c50\n#eof\n";
    let gap = "# 0 7fffed80 1\n# 1 10010000 10\n";
    let files: &[(&str, &[u8])] = &[
        ("pinatrace.out", pin.as_bytes()),
        ("art.trace", gap.as_bytes()),
        ("t.din", b"0 1fff\n1 1ff0\n"),
    ];
    let folder = folder("named-format", files);
    for (args, line) in [
        (
            &["pinatrace.out"][..],
            "format pin, guessed from the first lines",
        ),
        (
            &["art.trace"],
            "format gap, guessed from the first lines: addresses are hexadecimal",
        ),
        (&["t.din"], "format din, from the file name"),
        (
            &["t.din", "--trace-format", "din"],
            "format din, as requested",
        ),
    ] {
        let (status, out, err) = run(&folder, &[&["core-i7"], args].concat());
        assert_eq!(status, 0, "{err}");
        assert!(
            out.lines().any(|found| found.trim() == line),
            "{line} is not in {out}"
        );
        assert_eq!(read(&folder, args[0]), [1, 1, 0]);
    }
}
