//! Figures of tables, compared with the tables of the textbook's simple memory system.

use std::process::Command;

use super::json_lines;

/// The preset `simple` with the TLB of CS:APP 9.6.4 (tag, PPN, valid), set by set.
const TLB: &str = "machine simple\n\
    set page_table { | vpn ppn | vpn ppn |; | 0A 09 | 0F 0D | }\n\
    set tlb {\n\
      | set | tag ppn v | tag ppn v | tag ppn v | tag ppn v |\n\
      |  0  | 03  -   0 | 09  0D  1 | 00  -   0 | 07  02  1 |\n\
      |  1  | 03  2D  1 | 02  -   0 | 04  -   0 | 0A  -   0 |\n\
      |  2  | 02  -   0 | 08  -   0 | 06  -   0 | 03  -   0 |\n\
      |  3  | 07  -   0 | 03  0D  1 | 0A  34  1 | 02  -   0 |\n\
    }\n";

/// Runs a script, and returns its output with the figures that it wrote, by the names of their files.
fn run(script: &str, options: &[&str]) -> (String, Vec<(String, String)>) {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, figures) = (folder.path().join("t.pw"), folder.path().join("figures"));
    std::fs::write(&file, script).expect("a script");
    let out = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .arg("run")
        .arg(&file)
        .arg("--figures")
        .arg(&figures)
        .args(options)
        .output()
        .expect("a run");
    let text = [out.stdout, out.stderr].concat();
    let mut written: Vec<_> = std::fs::read_dir(&figures)
        .into_iter()
        .flatten()
        .map(|entry| {
            let path = entry.expect("a file").path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, std::fs::read_to_string(&path).expect("an SVG"))
        })
        .collect();
    written.sort();
    (String::from_utf8(text).expect("text"), written)
}

/// The texts of an SVG with their places, from the top and from the left.
fn texts(svg: &str) -> Vec<String> {
    let mut found: Vec<(i64, i64, String)> = svg
        .lines()
        .filter_map(|line| {
            let number = |name: &str| -> Option<i64> {
                let (_, rest) = line.split_once(&format!(" {name}=\""))?;
                Some((rest.split_once('"')?.0.parse::<f64>().ok()? * 100.0) as i64)
            };
            let line_text = line.strip_prefix("<text")?.split_once('>')?.1;
            Some((
                number("y")?,
                number("x")?,
                line_text.strip_suffix("</text>")?.to_owned(),
            ))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(.., text)| text).collect()
}

#[test]
fn a_figure_of_the_tlb_is_the_textbooks_table() {
    let (_, figures) = run(&format!("{TLB}figure tlb\n"), &[]);
    let [(name, svg)] = figures.as_slice() else {
        panic!("{figures:?}");
    };
    assert_eq!(name, "01-tlb.svg");
    let texts = texts(svg);
    let row = |cells: &str| {
        let cells: Vec<&str> = cells.split(' ').collect();
        assert!(
            texts.windows(cells.len()).any(|own| own == cells),
            "{cells:?} in {texts:?}"
        );
    };
    row("set tag ppn v tag ppn v tag ppn v tag ppn v");
    row("0 03 - 0 09 0D 1 00 - 0 07 02 1");
    row("1 03 2D 1 02 - 0 04 - 0 0A - 0");
    row("2 02 - 0 08 - 0 06 - 0 03 - 0");
    row("3 07 - 0 03 0D 1 0A 34 1 02 - 0");
    assert!(svg.contains("data-set=\"3\""), "{svg}");
}

/// The miss of 0x028F (VPN 0A: set 2, tag 02) fills way 0 of set 2, whose tag is 02 already.
#[test]
fn a_figure_marks_what_changed_since_the_previous_one() {
    let script = format!("{TLB}figure tlb\nread 0x028F\nfigure tlb\nfigure tlb\n");
    let lines = json_lines(&script);
    let tables: Vec<_> = lines
        .iter()
        .filter(|line| line["statement"] == "figure tlb")
        .map(|line| &line["shown"][0])
        .collect();
    assert_eq!(tables[0]["changed"], serde_json::json!([]));
    let columns: Vec<&str> = tables[1]["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .filter_map(|name| name.as_str())
        .collect();
    let changed: Vec<(u64, &str)> = tables[1]["changed"]
        .as_array()
        .expect("cells")
        .iter()
        .map(|cell| {
            let at = |part: usize| cell[part].as_u64().expect("an index");
            // The first way follows the set.
            assert!(at(1) < 5, "{cell}");
            (at(0), columns[at(1) as usize])
        })
        .collect();
    let ways: Vec<&str> = changed.iter().map(|(_, name)| *name).collect();
    assert!(changed.iter().all(|(row, _)| *row == 2), "{changed:?}");
    assert!(
        ways.contains(&"ppn") && ways.contains(&"v") && !ways.contains(&"tag"),
        "{ways:?}"
    );
    assert_eq!(tables[2]["changed"], serde_json::json!([]));
    let (text, _) = run(&script, &[]);
    assert_eq!(
        text.matches("* changed since the previous figure").count(),
        1,
        "{text}"
    );
}

#[test]
fn show_and_figure_share_their_nouns() {
    let (text, _) = run(
        "machine simple\nshow system\nfigure system\nshow bits 0x027C\nfigure stats\n",
        &[],
    );
    assert_eq!(text.matches("main memory").count(), 2, "{text}");
    assert!(
        text.contains("│ 0 │ 0 │ 0 │ 0 │ 1 │ 0 │ 0 │ 1 │ 1 │ 1 │ 1 │ 1 │ 0 │ 0 │"),
        "{text}"
    );
    let (text, _) = run("machine simple\nfigure tlbs\n", &[]);
    assert!(
        text.contains("unknown-word") && text.contains("`tlb`"),
        "{text}"
    );
    let (text, _) = run("machine simple\nfigure qqqqqqq\n", &[]);
    for name in [
        "translation",
        "page_table",
        "cache",
        "layout",
        "maps",
        "processes",
    ] {
        assert!(text.contains(&format!("`{name}`")), "{name} in {text}");
    }
}

/// Every step has the size of the whole, and draws at least what the step before drew.
#[test]
fn steps_build_up_the_whole_figure() {
    let script = format!("{TLB}figure translation read 0x028F\n");
    let (_, steps) = run(&script, &["--steps"]);
    assert!(steps.len() > 3, "{steps:?}");
    let size = |svg: &str| svg.split_once("viewBox=\"").expect("a size").1[..20].to_owned();
    let counts: Vec<usize> = steps
        .iter()
        .map(|(_, svg)| svg.matches("<text").count())
        .collect();
    assert!(
        counts.is_sorted() && counts[0] < counts[counts.len() - 1],
        "{counts:?}"
    );
    assert!(steps.iter().all(|(_, svg)| size(svg) == size(&steps[0].1)));
    let (_, whole) = run(&script, &[]);
    let last = &steps[steps.len() - 1].1;
    assert_eq!(texts(last), texts(&whole[0].1));
}

/// The page 0A is in the frame 09, so the physical address is 0x24F.
#[test]
fn blank_figures_lack_the_answers_and_dark_ones_their_white() {
    let script = format!("{TLB}figure translation read 0x028F\n");
    let (_, editions) = run(
        &script,
        &["--blank", "--filled", "--theme", "dark", "--width", "120"],
    );
    let [(filled, with), (blank, without)] = editions.as_slice() else {
        panic!("{editions:?}");
    };
    assert_eq!(
        (&**filled, &**blank),
        ("01-translation-blank.svg", "01-translation.svg")
    );
    let (without, with) = (with, without);
    assert!(
        with.contains("0x09") && !without.contains("0x09"),
        "{without}"
    );
    assert!(
        with.contains("#1B1B1B") && !with.contains("\"#000\""),
        "{with}"
    );
    let head = |svg: &str| svg.split_once("height").expect("a size").0.to_owned();
    assert_eq!(head(with), head(without));
}
