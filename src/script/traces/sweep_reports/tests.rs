use super::{Swept, csv, json, plot, text, warnings};
use crate::lang::source::Sources;
use crate::report::text::Theme;
use crate::traces::reports::{Ended, TraceRun};
use crate::traces::sweep::{grid, usual_unit};
use pagewalk_engine::Spec;
use pagewalk_engine::trace::counting_replay::AddressMapping;
use pagewalk_engine::trace::read_ahead::ReadSoFar;
use pagewalk_engine::trace::record::{Op, Record};
use pagewalk_engine::trace::replay::Straddle;
use pagewalk_engine::trace::sweep::{ReplayOptions, run};

/// Sweeps two alternating blocks, 4 KB apart, each accessed twice.
fn swept(text: &str) -> Swept {
    let base = Spec::core_i7();
    let grid = grid(text, &base, usual_unit(&base), &mut Sources::default()).expect("a grid");
    let record = |address| Record {
        address,
        size: 8,
        op: Op::Load,
    };
    let records = [
        record(0x1000),
        record(0x2000),
        record(0x1000),
        record(0x2000),
    ];
    let how = ReplayOptions {
        map: AddressMapping::Identity,
        straddle: Straddle::Split,
        seed: 0,
        max_memory: u64::MAX,
    };
    let counted = run(&grid, how, 1, |feed| feed.send(&records)).1;
    let run = TraceRun {
        trace: "t".to_owned(),
        machine: "core-i7".to_owned(),
        demand: false,
        straddle: Straddle::Split,
        read: ReadSoFar {
            lines: 4,
            ..ReadSoFar::default()
        },
        ended: Ended::Whole,
    };
    Swept {
        run,
        counted: counted
            .into_iter()
            .map(|counted| counted.map_err(|why| why.to_string()))
            .collect(),
        grid,
    }
}

#[test]
fn a_table_has_the_differing_settings_and_a_matrix_has_two_of_them() {
    let text = text(
        &swept("size 4 KB, ways 1..2, policy lru fifo"),
        Theme::default(),
    );
    for line in [
        "  4 points, each with 4 records: 4 loads, 0 stores, 0 fetches",
        "  constant at all points: L1d, size 4 KB, block 64 B",
        "  ways sets policy │ accesses hits misses miss rate evictions write-backs",
        "     1   64 lru    │        4    0      4   100.00%         3           0",
        "     2   32 fifo   │        4    2      2    50.00%         0           0",
        "  miss rate of L1d: ways down, policy across",
        "     2 │  50.00%  50.00%",
    ] {
        assert!(
            text.lines().any(|shown| shown == line),
            "{line}\nin\n{text}"
        );
    }
    let one = super::text(&swept("size 4 KB..8 KB, ways 1"), Theme::default());
    assert!(
        one.contains("4 KB   64 │") && !one.contains("across"),
        "{one}"
    );
}

#[test]
fn settings_of_several_parts_and_words_are_told_apart() {
    let two = swept("cache L1d { ways 1..2 }, cache L2 { ways 4..8 }");
    let report = text(&two, Theme::default());
    let title = "miss rate of L1d: L1d ways down, L2 ways across";
    assert!(report.contains(title), "{report}");
    let svg = plot(&two);
    assert!(
        svg.contains(">L1d ways<") && svg.contains(">L2 ways 8<"),
        "{svg}"
    );
    let words = text(&swept("write-back write-through, ways 1"), Theme::default());
    assert!(
        words.contains("write-back or write-through │ accesses"),
        "{words}"
    );
}

#[test]
fn a_point_that_failed_has_no_counts_and_is_reported() {
    let mut swept = swept("ways 1..2");
    swept.counted[0] = Err("out of memory".to_owned());
    assert_eq!(warnings(&swept), ["point 1: out of memory"]);
    let output = csv(std::slice::from_ref(&swept));
    let rows: Vec<&str> = output.lines().collect();
    assert_eq!(rows[1], "t,core-i7,1,L1d,32768,64,1,512,lru,,,,,,");
    assert_eq!(rows[2], "t,core-i7,2,L1d,32768,64,2,256,lru,4,2,2,0.5,0,0");
    let json: serde_json::Value = serde_json::from_str(&json(&swept)).expect("JSON");
    assert_eq!(json["points"][0]["error"], "out of memory");
    assert_eq!(json["points"][0]["hits"], serde_json::Value::Null);
    assert_eq!(json["points"][1]["hits"], 2);
    assert_eq!(plot(&swept).matches("<circle").count(), 1);
}

#[test]
fn an_end_before_the_end_is_reported() {
    let mut swept = swept("ways 1");
    swept.run.ended = Ended::Interrupted;
    assert!(
        text(&swept, Theme::default())
            .contains("interrupted: these are the counts for the first 4 lines")
    );
    assert!(json(&swept).contains("\"ended\":\"interrupted\""));
    swept.run.ended = Ended::Broken("cut".to_owned());
    assert!(
        text(&swept, Theme::default())
            .contains("the trace is incomplete: these are the counts for the first 4 lines")
    );
    assert!(json(&swept).contains("\"ended\":\"broken\",\"error\":\"cut\""));
}

#[test]
fn too_many_lines_of_a_picture_are_counted() {
    let svg = plot(&swept(
        "latency 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16, size 4 KB..8 KB, ways 1",
    ));
    assert_eq!(svg.matches("<circle").count(), 28);
    assert!(svg.contains("and 2 more, not drawn"));
}
