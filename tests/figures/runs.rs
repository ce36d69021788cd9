//! Long page tables in the terminal.

use std::process::Command;

/// Returns the output of the last statement of a script.
fn last(script: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("table.pw");
    std::fs::write(&file, script).expect("a script");
    let run = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .arg("run")
        .arg(&file)
        .output()
        .expect("a run");
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let out = String::from_utf8(run.stdout).expect("text");
    out.split_once("\nshow page_table")
        .expect("the statement")
        .1
        .to_owned()
}

/// A machine whose pages are mapped to the frames that follow 0x200, except for page 70.
fn mapped(pages: u64) -> String {
    let row = |page: u64| {
        format!(
            "| {page:X} {:X} |\n",
            0x200 + if page == 70 { 900 } else { page }
        )
    };
    let rows: Vec<String> = (0..pages).map(row).collect();
    format!(
        "machine {{ virtual 16 bits, physical 18 bits, page 64 B }}\nset page_table {{ | vpn ppn |\n{}}}\nshow page_table\n",
        rows.concat()
    )
}

#[test]
fn a_long_page_table_prints_runs() {
    let printed = last(&mapped(100));
    let rows = printed.lines().skip(4).take_while(|row| !row.is_empty());
    let rows: Vec<Vec<&str>> = rows
        .map(|row| row.split_whitespace().take(2).collect())
        .collect();
    // 0x200 + 69 = 0x245, 0x200 + 900 = 0x584, 0x200 + 71 = 0x247, 0x200 + 99 = 0x263
    assert_eq!(
        rows,
        [
            ["000–045", "200–245"],
            ["046", "584"],
            ["047–063", "247–263"]
        ],
        "{printed}"
    );
    // A table of 64 rows prints each row.
    assert!(!last(&mapped(64)).contains('–'));
}

/// A global entry stays in the TLBs when they are flushed, but a figure of a walk shows the page tables.
#[test]
fn figures_walk_past_global_entries() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("global.pw");
    let script = "machine core-i7\nset page_table { | vpn ppn g |\n | 1 5 1 | }\ntranslate 0x1000\nfigure walk 0x1000\nfigure pte of 0x1000\n";
    std::fs::write(&file, script).expect("a script");
    let run = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .arg("run")
        .arg(&file)
        .output()
        .expect("a run");
    let out = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let walk = out.split_once("figure walk 0x1000").expect("the figure").1;
    let is_level = |line: &&str| (1..=4).any(|level| line.contains(&format!(" VPN{level} 0x")));
    let levels = walk.lines().filter(is_level);
    assert_eq!(levels.count(), 4, "{out}");
}
