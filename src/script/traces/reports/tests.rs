//! Tests of reports for a replay with fictional counts.

use std::sync::Arc;

use super::{Ended, Replayed, TraceRun, json, plot, rate, table, text, warnings};
use crate::report::text::Theme;
use pagewalk_engine::kernel::process::FaultCounts;
use pagewalk_engine::machine::cache::Counts;
use pagewalk_engine::machine::presets::Preset;
use pagewalk_engine::trace::counts::{
    ByKind, HotSpot, HotSpots, LevelCounts, Lookups, MemoryTransfers, MissCauses, MissCurve,
    PagingCounts, ReferenceCounts, ReplayCounts,
};
use pagewalk_engine::trace::read_ahead::ReadSoFar;
use pagewalk_engine::trace::record::{BadLine, Malformed, Op, Record};
use pagewalk_engine::trace::replay::Straddle;

fn lookups(hits: u64, misses: u64) -> Lookups {
    Lookups { hits, misses }
}

/// Returns a part with hits and misses for each kind of lookup.
fn part(kinds: [(u64, u64); 4], evictions: u64, writebacks: u64) -> LevelCounts {
    let [reads, writes, fetches, walks] = kinds.map(|(hits, misses)| lookups(hits, misses));
    LevelCounts {
        counts: Counts {
            evictions,
            writebacks,
            ..Counts::default()
        },
        kinds: ByKind {
            reads,
            writes,
            fetches,
            walks,
        },
        causes: None,
    }
}

/// Returns a possible result of a replay on a preset's machine.
fn replayed(machine: &str) -> Replayed {
    let spec = Arc::new(Preset::named(machine).expect("a preset").spec());
    let tlbs = spec
        .tlbs
        .iter()
        .map(|_| part([(7000, 3000), (900, 100), (0, 0), (0, 0)], 2900, 0))
        .collect();
    let caches = spec.caches.iter().map(|_| LevelCounts {
        causes: Some(MissCauses {
            compulsory: 1000,
            capacity: 234,
            conflict: 11,
        }),
        ..part([(8765, 1235), (990, 10), (0, 0), (3, 5)], 700, 600)
    });
    let outside = Record {
        address: 0xFFFF_8000_0000_0000,
        size: 4,
        op: Op::Store,
    };
    let counted = ReplayCounts {
        references: ReferenceCounts {
            records: 10_999,
            reads: 10_000,
            writes: 1000,
            fetches: 0,
            straddling: 3,
            outside: 2,
            first_outside: Some(outside),
        },
        tlbs,
        caches: caches.collect(),
        memory: MemoryTransfers {
            reads: 1245,
            writes: 600,
            walks: 5,
        },
        paging: Some(PagingCounts {
            walks: 3100,
            faults: FaultCounts {
                minor: 40,
                major: 2,
            },
            evicted: 12,
            written: 9,
        }),
        top: Some(HotSpots {
            pages: vec![HotSpot {
                address: 0x7FFF_0000,
                references: 500,
                misses: 20,
            }],
            code: vec![HotSpot {
                address: 0x40_1000,
                references: 400,
                misses: 19,
            }],
        }),
        curve: Some(MissCurve {
            block: 64,
            references: 11_000,
            misses: vec![
                9000, 8000, 6500, 6400, 6000, 5000, 2000, 1900, 1850, 1300, 1200, 1190, 1180, 1100,
                1000,
            ],
            sample: None,
        }),
        cycles: None,
        spec,
    };
    let first = BadLine {
        line: 7,
        text: "L 12;4".to_owned(),
        why: "no size",
    };
    let run = TraceRun {
        trace: "a.lackey".to_owned(),
        machine: machine.to_owned(),
        demand: true,
        straddle: Straddle::Split,
        read: ReadSoFar {
            lines: 12_345,
            malformed: Malformed {
                count: 3,
                first: vec![first],
            },
            format: None,
        },
        ended: Ended::Whole,
    };
    Replayed { run, counted }
}

#[test]
fn rates_are_rounded_and_have_two_decimals() {
    let rates = [
        (0, 1),
        (1, 1),
        (1, 3),
        (2, 3),
        (1, 20_000),
        (1, 20_001),
        (u64::MAX, u64::MAX),
    ];
    let output = rates.map(|(part, whole)| rate(part, whole));
    assert_eq!(
        output,
        [
            "0.00%", "100.00%", "33.33%", "66.67%", "0.01%", "0.00%", "100.00%"
        ]
    );
    assert_eq!(rate(0, 0), "-");
}

/// Returns the rows of a report's tables, without the bars and spaces between cells.
fn cells(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| {
            line.replace('│', " ")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

#[test]
fn the_text_has_every_count() {
    let output = cells(&text(&replayed("simple"), Theme::default()));
    for line in [
        "── a.lackey on simple ──",
        "11,000 references of 10,999 records: 10,000 loads, 1,000 stores, 0 fetches",
        "3 references straddle blocks or pages, and each part is counted",
        "TLB kind references hits misses miss rate evictions",
        "tlb reads 10,000 7,000 3,000 30.00%",
        "writes 1,000 900 100 10.00%",
        "all 11,000 7,900 3,100 28.18% 2,900",
        "cache reads 10,000 8,765 1,235 12.35%",
        "walks 8 3 5 62.50%",
        "all 11,008 9,758 1,250 11.36% 700 600 1,000 234 11",
        "reads of blocks 1,245",
        "page-table entries 5",
        "major faults (from swap) 2",
        "0x7FFF0000 500 20 4.00%",
    ] {
        assert!(
            output.iter().any(|row| row == line),
            "{line}\n{}",
            output.join("\n")
        );
    }
    assert!(
        !output.iter().any(|row| row.starts_with("fetches ")),
        "no fetch was asked of a part: no row"
    );
}

#[test]
fn bars_of_the_curve_are_as_long_as_its_rates() {
    let output = text(&replayed("simple"), Theme::default());
    let bar = |size: &str| {
        let row = output
            .lines()
            .find(|line| line.trim_start().starts_with(size))
            .expect("a row");
        row.chars().filter(|c| ('█'..='▏').contains(c)).count()
    };
    // With 40 characters for 11,000, a bar for 9,000 has 32.7 characters, and a bar for 1,000 has 3.6.
    assert_eq!((bar("64 B"), bar("1 MB")), (33, 4));
}

#[test]
fn mistakes_in_a_trace_are_warned_about() {
    let output = warnings(&replayed("simple"));
    assert_eq!(
        output,
        [
            "3 malformed lines are skipped\n  line 7: no size: `L 12;4`\n  and 2 more",
            "2 records outside the 14-bit address space are skipped; the first is a store of 4 bytes at \
             0xFFFF800000000000",
        ]
    );
}

#[test]
fn the_json_is_one_line_with_every_count() {
    let line = json(&replayed("core-i7"));
    assert_eq!(line.matches('\n').count(), 1);
    let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let names: Vec<&str> = value["caches"]
        .as_array()
        .expect("caches")
        .iter()
        .filter_map(|cache| cache["name"].as_str())
        .collect();
    assert_eq!(names, ["L1d", "L1i", "L2", "L3"]);
    assert_eq!(
        value["caches"][0]["reads"],
        serde_json::json!({"hits": 8765, "misses": 1235})
    );
    assert_eq!(value["caches"][0]["all"]["misses"], 1250);
    assert_eq!(value["caches"][0]["causes"]["conflict"], 11);
    assert_eq!(value["caches"][0]["write_backs"], 600);
    assert_eq!(
        value["references"]["first_outside"]["address"],
        0xFFFF_8000_0000_0000_u64
    );
    assert_eq!(value["malformed"]["first"][0]["line"], 7);
    assert_eq!(
        value["curve"]["sizes"][14],
        serde_json::json!({"bytes": 1 << 20, "misses": 1000})
    );
    assert_eq!(
        (&value["map"], &value["ended"]),
        (&"demand".into(), &"whole".into())
    );
}

#[test]
fn the_csv_has_as_many_columns_as_its_header() {
    let mut replayed = replayed("core-i7");
    replayed.run.trace = "a, \"b\".din".to_owned();
    let text = table(&replayed).csv(true);
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<::csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert!(rows.iter().all(|row| &row[0] == "a, \"b\".din"));
    let of = |part: &str| rows.iter().filter(|row| &row[2] == part).count();
    // The three TLBs and four caches have rows for five kinds of lookup each.
    assert_eq!((of("tlb"), of("cache"), of("curve")), (15, 20, 15));
    let all = rows
        .iter()
        .find(|row| &row[3] == "L2" && &row[4] == "all")
        .expect("all of L2");
    assert_eq!(
        all.iter().skip(5).collect::<Vec<_>>(),
        ["11008", "9758", "1250", "700", "600", "1000", "234", "11"]
    );
}

#[test]
fn the_plot_is_a_picture_with_every_part() {
    let mut replayed = replayed("core-i7");
    replayed.run.trace = "a<b>&c\u{1}".to_owned();
    let svg = plot(&[replayed.clone(), replayed.clone()]);
    let mut reader = quick_xml::Reader::from_str(&svg);
    while !matches!(
        reader.read_event().expect("well-formed"),
        quick_xml::events::Event::Eof
    ) {}
    let spec = replayed.counted.spec.clone();
    let tlbs = spec.tlbs.iter().map(|tlb| &*tlb.name);
    let names = tlbs.chain(spec.caches.iter().map(|cache| &*cache.name));
    for name in names.chain(["1,235 of 10,000 (12.35%)", "1 MB"]) {
        assert!(svg.contains(&format!(">{name}<")), "{name}");
    }
    if let Some(file) = std::env::var_os("PAGEWALK_PLOT") {
        std::fs::write(file, svg).expect("a file to write");
    }
}

#[test]
fn an_empty_replay_is_reported() {
    let mut replayed = replayed("core-i7");
    let spec = replayed.counted.spec.clone();
    replayed.counted = ReplayCounts {
        references: ReferenceCounts::default(),
        tlbs: Vec::new(),
        caches: vec![LevelCounts::default(); spec.caches.len()],
        memory: MemoryTransfers::default(),
        paging: None,
        top: Some(HotSpots::default()),
        curve: Some(MissCurve {
            block: 64,
            ..MissCurve::default()
        }),
        cycles: None,
        spec,
    };
    let output = text(&replayed, Theme::default());
    assert!(output.contains("0 references of 0 records"), "{output}");
    assert!(!(plot(&[replayed.clone()]) + &json(&replayed)).contains("NaN"));
}
