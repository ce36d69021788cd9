//! `unit` prints a unit beside a blank. A key in another unit is an error, however the script computes the key.

use crate::running::text;

/// Runs a question about this value, after these statements.
fn asked(before: &str, value: &str) -> Vec<(String, String, String)> {
    let script = format!(
        "machine {{ virtual 16 bits, physical 16 bits, page 4 KB, cache {{ lines 2, block 16 B }}, memory {{ latency 100 ns }} }}\n\
         question \"Q\" {{\n  {before}\n  read 0\n  ask \"a\" = {value}\n}}\n"
    );
    let wrong = text(&script).mistakes.into_iter();
    wrong
        .map(|wrong| (wrong.code, wrong.at, wrong.said))
        .collect()
}

#[test]
fn a_key_in_another_unit_is_an_error() {
    let cases = [
        (
            "let t = 40% * 6 ms + 60% * 15 ms",
            "t unit ms",
            "t",
            "/ 1 ms",
        ),
        (
            "let pages = 3; let size = pages * 4 KB",
            "size unit KB",
            "size",
            "/ 1 KB",
        ),
        (
            "let n = 3",
            "(n * 4 KB + 2 KB) unit KB",
            "(n * 4 KB + 2 KB)",
            "/ 1 KB",
        ),
        ("", "machine.page unit KB", "machine.page", "/ 1 KB"),
        (
            "",
            "machine.page_bytes unit KB",
            "machine.page_bytes",
            "/ 1 KB",
        ),
        (
            "",
            "2 * memory.latency unit us",
            "2 * memory.latency",
            "/ 1 us",
        ),
        ("", "2 pages * 4 KB unit KB", "2 pages * 4 KB", "/ 1 KB"),
        ("", "4 KB / 2 unit KB", "4 KB / 2", "/ 1 KB"),
        // Only a divisor converts to a larger unit.
        ("", "1024 * 4 B unit KB", "1024 * 4 B", "/ 1 KB"),
        (
            "let pte = 4 B",
            "pte * 1024 unit KB",
            "pte * 1024",
            "/ 1 KB",
        ),
        ("", "4 B << 10 unit KB", "4 B << 10", "/ 1 KB"),
        ("", "4 KB unit kB", "4 KB", "/ 1 KB"),
        ("", "4 KB unit kilobytes", "4 KB", "/ 1 KB"),
        ("", "6 ms unit milliseconds", "6 ms", "/ 1 ms"),
        // A probability of 0.001 is a factor of one part of the sum only.
        (
            "let p = 0.001",
            "(1 - p) * 100 ns + p * 8 ms unit us",
            "(1 - p) * 100 ns + p * 8 ms",
            "/ 1 us",
        ),
        (
            "let p = 0.001",
            "2 * ((1 - p) * 100 ns + p * 8 ms) unit us",
            "2 * ((1 - p) * 100 ns + p * 8 ms)",
            "/ 1 us",
        ),
        ("let rate = 90%", "rate unit \"%\"", "rate", "* 100"),
        ("", "96% unit \"%\"", "96%", "* 100"),
        ("", "1 - 96% unit percent", "1 - 96%", "* 100"),
        ("", "cache.miss_rate unit \"%\"", "cache.miss_rate", "* 100"),
        ("", "95 ns / 100 ns unit \"%\"", "95 ns / 100 ns", "* 100"),
        ("", "1 / 3 unit \"%\"", "1 / 3", "* 100"),
        (
            "let misses = 3; let all = 8",
            "misses / all unit percent",
            "misses / all",
            "* 100",
        ),
        ("", "5 pages unit KB", "KB", "* 4 KB / 1 KB"),
        ("", "2 * 5 pages unit KB", "KB", "* 4 KB / 1 KB"),
        ("", "8 bits unit B", "B", "/ 8"),
        ("", "4 KB unit bits", "bits", "* 8"),
        ("let size = 4 KB", "size unit bits", "bits", "* 8"),
    ];
    for (before, value, at, factor) in cases {
        let wrong = asked(before, value);
        let [(code, place, said)] = &wrong[..] else {
            panic!("{before} {value}: {wrong:?}");
        };
        assert_eq!((&**code, &**place), ("wrong-unit", at), "{before} {value}");
        let factor = format!("`… {factor}`");
        assert!(said.ends_with(&factor), "{before} {value}: {said}");
    }
}

/// Scripts divide by plain numbers, too, and can ask for units that Pagewalk does not know.
#[test]
fn a_converted_key_is_right() {
    let cases = [
        ("let t = 40% * 6 ms + 60% * 15 ms", "t / 1 ms unit ms"),
        (
            "let t = 40% * 6 ms + 60% * 15 ms",
            "t / 1000000 unit milliseconds",
        ),
        ("let size = 8 KB; let kb = size / 1024", "kb unit KB"),
        ("", "machine.page >> 10 unit KB"),
        ("", "machine.page / 2 ** 10 unit KB"),
        ("", "machine.vpn_bits / 8 unit B"),
        ("", "machine.page / 12 unit entries"),
        ("let memory_time = 20", "memory_time unit ms"),
        ("", "2.5 us unit ns"),
        ("", "4 KB / 1024 + 8 KB / 1024 unit KB"),
        ("let t = 8192 B / 1024", "t + t unit KB"),
        ("let a = 4 KB; let b = 8 KB", "(a + b) / 1024 unit KB"),
        ("", "cache.miss_rate * 100 unit \"%\""),
        ("", "cache.miss_rate / 1% unit \"%\""),
        ("let percent = 90% * 100", "percent unit \"%\""),
        ("", "100 * 1 / 3 unit \"%\""),
        ("let misses = 3", "misses / 8 * 100 unit \"%\""),
        ("", "9 / 8 unit \"%\""),
        ("", "2 * 5 pages * 4 unit KB"),
        ("", "512 pages / 256 unit MB"),
        ("", "100 * 95 ns / 100 ns unit \"%\""),
        ("let miss = 4", "miss unit \"%\""),
        ("", "4 KB unit references"),
    ];
    for (before, value) in cases {
        assert_eq!(asked(before, value), [], "{before} {value}");
    }
}
