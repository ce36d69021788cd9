//! Compares the listed spellings with those that the grader accepts.

use pagewalk_script::exam::field::{Asked, fields};
use pagewalk_script::exam::grade::rules::Rules;
use pagewalk_script::exam::grade::{Given, Key, Sheet, Verdict, mark};
use pagewalk_script::exam::paper::{Paper, PaperItem};
use pagewalk_script::exam::spelling::{of_cell, spellings};

use super::papers::{paper, versions};

/// The spellings for each field, indexed by the field's name.
fn listed(paper: &Paper) -> Vec<(String, Vec<String>)> {
    let bare = |item: &PaperItem| {
        item.hardware
            .as_ref()
            .is_none_or(|hardware| hardware.kernel.is_none())
    };
    let of = fields(paper)
        .into_iter()
        .filter_map(|field| match field.asked {
            Asked::Blank(blank) => Some((field.name.clone(), spellings(blank, bare(field.item)))),
            Asked::Cell { cell, .. } => Some((field.name.clone(), of_cell(cell))),
            Asked::Any | Asked::Choice | Asked::Essay => None,
        });
    of.collect()
}

#[test]
fn everything_that_is_listed_is_right() {
    let more = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 |; | 03 02 1 | }\n";
    let asks = "ask read 0x3D4 => vpn, ppn, tlb, fault, byte, cache; ask read 0x3D4 => vpn, ppn radix binary; \
                ask read 0x0 => vpn, ppn, tlb, fault, cache; ask \"a\" = 1024 unit B; ask \"b\" = 0xF0 radix hex; \
                ask \"c\" = 5 radix binary; ask \"d\" = 1 == 1; ask \"e\" = 1 == 2; ask \"f\" = \"Some Words\"; \
                ask page_table columns ppn v; ask tlb columns tag ppn v";
    // Spaces separate neither these outputs nor the others of the same list.
    let outputs = "program main \"\"\"\nint main(void) { if (fork() == 0) { printf(\"a x\"); return 0; } printf(\"b\"); return 0; }\n\"\"\"\n\
                   question \"o\" { outputs main; ask last => all }\n\
                   question \"r\" { reference 1 2 1 3 5 6 7 8 9 { frames 5, replacement lru }; ask last => resident }";
    let mut papers = versions(6);
    papers.push(paper(&format!("{more}question \"q\" {{ {asks} }}"), 0));
    papers.push(paper(outputs, 0));
    let mut tried = 0;
    for paper in &papers {
        let listed = listed(paper);
        let most = listed
            .iter()
            .map(|(_, ways)| ways.len())
            .max()
            .expect("fields");
        for turn in 0..most {
            let answers = listed.iter().map(|(name, ways)| {
                let way = &ways[turn % ways.len()];
                (
                    name.clone(),
                    Given::Text(if turn % 2 == 0 {
                        way.clone()
                    } else {
                        way.to_lowercase()
                    }),
                )
            });
            let sheet = Sheet {
                answers: answers.collect(),
                ..Sheet::default()
            };
            let none = |_: &_, _: &_| false;
            let marked = mark(&Key::new(paper, &[], none), &sheet, &Rules::default());
            for mark in marked
                .marks
                .iter()
                .filter(|mark| sheet.answers.contains_key(&mark.field))
            {
                assert_eq!(
                    mark.verdict,
                    Verdict::Right,
                    "{}: {:?}",
                    mark.field,
                    mark.written
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 500, "only {tried} were tried");
}
