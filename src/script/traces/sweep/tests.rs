use super::{cache_named, grid, tlb_named, usual_unit};
use crate::lang::source::Sources;
use pagewalk_engine::machine::presets::Preset;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::sweep::grid::{AxisValue, Grid, MOST_POINTS, SweptUnit};

fn machine(name: &str) -> Spec {
    Preset::named(name).expect("a preset").spec()
}

fn read(text: &str) -> Grid {
    let base = machine("core-i7");
    grid(text, &base, usual_unit(&base), &mut Sources::default()).expect("a grid")
}

/// Returns the codes of the errors with the underlined text.
fn wrong(text: &str) -> Vec<(&'static str, String)> {
    let (base, mut sources) = (machine("core-i7"), Sources::default());
    let wrong = grid(text, &base, usual_unit(&base), &mut sources).expect_err("mistakes");
    wrong
        .iter()
        .map(|one| (one.code.name(), sources.text(one.span).to_owned()))
        .collect()
}

/// Returns the size, ways, block, and sets of each point's first data cache.
fn shapes(grid: &Grid) -> Vec<(u128, u32, u32, u64)> {
    let shape = |spec: &Spec| {
        let cache = &spec.caches[0];
        (cache.size(), cache.ways, 1 << cache.block_bits, cache.sets)
    };
    grid.points.iter().map(|point| shape(&point.spec)).collect()
}

#[test]
fn a_range_doubles_from_its_low_end_to_its_high_end() {
    let ways = |text: &str| read(text).axes[0].values.clone();
    let numbers = |list: &[u64]| {
        list.iter()
            .copied()
            .map(AxisValue::Number)
            .collect::<Vec<_>>()
    };
    assert_eq!(ways("ways 1..16"), numbers(&[1, 2, 4, 8, 16]));
    assert_eq!(ways("ways 1..=16"), numbers(&[1, 2, 4, 8, 16]));
    assert_eq!(ways("ways 2..15"), numbers(&[2, 4, 8]));
    assert_eq!(ways("ways 8..8"), numbers(&[8]));
    assert_eq!(ways("size 4 KB..16 KB"), numbers(&[4096, 8192, 16384]));
    assert_eq!(ways("ways 1 2..8 16"), numbers(&[1, 2, 4, 8, 16]));
    assert_eq!(ways("ways [1, 4], size 32 KB"), numbers(&[1, 4]));
    assert_eq!(ways("size 1 << 15"), numbers(&[32768]));
}

#[test]
fn the_first_setting_changes_slowest() {
    let grid = read("ways 1..2, size 4 KB..8 KB");
    let at: Vec<_> = grid.points.iter().map(|point| point.at.clone()).collect();
    assert_eq!(at, [[0, 0], [0, 1], [1, 0], [1, 1]]);
    assert_eq!(
        shapes(&grid),
        [
            (4096, 1, 64, 64),
            (8192, 1, 64, 128),
            (4096, 2, 64, 32),
            (8192, 2, 64, 64)
        ]
    );
}

#[test]
fn unset_settings_stay_as_in_an_override() {
    // The declaration sets the size, so different ways or blocks change the number of sets.
    assert_eq!(shapes(&read("ways 4")), [(32768, 4, 64, 128)]);
    assert_eq!(shapes(&read("block 32 B")), [(32768, 8, 32, 128)]);
    let base = machine("core-i7");
    let changed = &read("ways 4").points[0].spec;
    assert_eq!(changed.caches[1..], base.caches[1..]);
    assert_eq!(changed.tlbs, base.tlbs);
}

#[test]
fn points_that_make_no_machine_are_skipped_with_the_reason() {
    let grid = read("size 256 B 768 B 1 KB, ways 8");
    assert_eq!(shapes(&grid), [(1024, 8, 64, 2)]);
    assert_eq!(
        grid.skipped
            .iter()
            .map(|skipped| skipped.at.clone())
            .collect::<Vec<_>>(),
        [[0, 0], [1, 0]]
    );
    assert!(
        grid.skipped[0].why.contains("cannot form sets of 8 ways"),
        "{}",
        grid.skipped[0].why
    );
    assert!(
        grid.skipped[1].why.contains("cannot form sets of 8 ways"),
        "{}",
        grid.skipped[1].why
    );
    let grid = read("ways 3 8, size 12 KB 32 KB");
    assert_eq!(shapes(&grid), [(12288, 3, 64, 64), (32768, 8, 64, 64)]);
    assert!(
        grid.skipped[1].why.contains("power of two"),
        "{}",
        grid.skipped[1].why
    );
    assert_eq!(
        wrong("size 256 B, ways 8 16"),
        [("bad-geometry", "size 256 B, ways 8 16".to_owned())]
    );
}

#[test]
fn words_and_flags_are_values_too() {
    let grid = read("policy lru fifo random, write-back write-through, no-write-allocate");
    let policies: Vec<_> = grid
        .points
        .iter()
        .map(|point| point.spec.caches[0].policy.row().name)
        .collect();
    assert_eq!(policies, ["lru", "lru", "fifo", "fifo", "random", "random"]);
    assert!(
        grid.points
            .iter()
            .all(|point| !point.spec.caches[0].write_allocate)
    );
    assert_eq!(grid.varied(), [0, 1]);
    assert_eq!(
        grid.axes[1].values,
        [
            AxisValue::Word("write-back".into()),
            AxisValue::Word("write-through".into())
        ]
    );
    assert_eq!(
        shapes(&read("size 4 KB, ways 1 fully-associative"))[1],
        (4096, 64, 64, 1)
    );
}

#[test]
fn parts_are_named_as_in_a_machine() {
    let grid = read(
        "cache L1d { ways 1..2 }, cache L2 { size 128 KB..256 KB }, tlb dTLB { entries 16, ways 4 }",
    );
    assert_eq!(grid.points.len(), 4);
    assert_eq!(
        grid.units(),
        [SweptUnit::Cache(0), SweptUnit::Cache(2), SweptUnit::Tlb(0)]
    );
    let last = &grid.points[3].spec;
    assert_eq!(
        (
            last.caches[0].ways,
            last.caches[2].size(),
            last.tlbs[0].entries()
        ),
        (2, 1 << 18, 16)
    );
    let base = machine("core-i7");
    let tlb = grid_of(
        "entries 16..64, ways 4",
        &base,
        tlb_named(&base, "dTLB").expect("there"),
    );
    assert_eq!(
        tlb.points
            .iter()
            .map(|point| point.spec.tlbs[0].sets)
            .collect::<Vec<_>>(),
        [4, 8, 16]
    );
    assert_eq!(
        cache_named(&base, "l1d").expect_err("none"),
        "the machine has no cache `l1d`: did you mean `L1d`?"
    );
    assert!(
        tlb_named(&base, "xyz")
            .expect_err("none")
            .contains("`dTLB`, `iTLB`, or `L2TLB`")
    );
}

fn grid_of(text: &str, base: &Spec, unit: SweptUnit) -> Grid {
    grid(text, base, Some(unit), &mut Sources::default()).expect("a grid")
}

#[test]
fn mistakes_are_reported_at_their_place() {
    for (text, code, place) in [
        ("way 1..4", "unknown-setting", "way"),
        ("ways 1..4, policy lru fifi", "unknown-word", "fifi"),
        ("ways 1..4 size 4 KB", "syntax", "size"),
        ("ways", "wrong-count", "ways"),
        ("ways 0", "bad-geometry", "0"),
        ("ways 0..4", "bad-geometry", "0"),
        ("ways 4..1", "bad-geometry", "4..1"),
        ("ways 2 2", "duplicate", "2"),
        ("ways 2.5", "not-an-integer", "2.5"),
        ("block 48 B", "not-a-power-of-two", "48 B"),
        ("ways 1..4, ways 8", "duplicate", "ways"),
        ("size 4 KB, lines 64", "duplicate", "lines 64"),
        ("cache L1x { ways 1 }", "unknown-noun", "L1x"),
        ("cache { ways 1 }", "bad-geometry", "cache"),
        ("ways { x 4 }", "wrong-type", "ways { x 4 }"),
        ("ways 4 kb", "unknown-word", "kb"),
        ("shared yes", "unknown-setting", "yes"),
        ("", "wrong-count", ""),
    ] {
        let wrong = wrong(text);
        assert!(
            wrong
                .iter()
                .any(|(found, at)| *found == code && at == place),
            "{text}: {wrong:?}"
        );
    }
    for text in [
        "ways 1 }",
        "ways 1 } read 4 {",
        "{",
        "ways (",
        "| a",
        "ways \"x",
        "=> ?",
        "\n# only a comment",
    ] {
        assert!(!wrong(text).is_empty(), "{text}");
    }
}

#[test]
fn a_grid_has_a_limit() {
    let text = format!(
        "latency {}, ways 1..8",
        (0..=MOST_POINTS / 4)
            .map(|n| n.to_string() + " ")
            .collect::<String>()
    );
    assert_eq!(wrong(&text)[0].0, "limit-size");
    assert_eq!(
        read(&text.replace("..8", "..4")).points.len(),
        3 * (MOST_POINTS / 4 + 1)
    );
}
