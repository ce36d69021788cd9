//! `--curve-rate` and `--curve-blocks`: estimated curves in every format, and wrong values.

use std::fmt::Write as _;

use serde_json::json;

use super::{MACHINE, folder, objects, run, usual};

/// 2000 loads of the blocks 0 to 63 in turn, on a machine with blocks of 4 bytes and 8-bit addresses.
fn around() -> String {
    (0..2000).fold(String::new(), |mut trace, n| {
        let _ = writeln!(trace, " L {:x},1", n % 64 * 4);
        trace
    })
}

#[test]
fn a_sample_of_all_blocks_has_the_exact_curve_and_no_error() {
    let folder = usual("sampled");
    let exact = &objects(&folder, &["m.pw", "t.lackey", "--curve"])[0]["curve"];
    for option in [
        ["--curve-rate", "1"],
        ["--curve-rate", "100%"],
        ["--curve-blocks", "64"],
    ] {
        let curve = &objects(&folder, &[&["m.pw", "t.lackey"][..], &option].concat())[0]["curve"];
        assert_eq!(
            curve["sample"],
            json!({"rate": 1.0, "blocks": 3, "references": 6}),
            "{option:?}"
        );
        assert_eq!(
            (&curve["block"], &curve["references"]),
            (&exact["block"], &exact["references"])
        );
        let sizes = exact["sizes"].as_array().expect("a list").iter();
        let wanted: Vec<_> = sizes
            .map(|size| json!({"bytes": size["bytes"], "misses": size["misses"], "error": 0}))
            .collect();
        assert_eq!(curve["sizes"], json!(wanted), "{option:?}");
    }
}

#[test]
fn an_estimate_has_the_sizes_that_the_sample_can_tell_apart() {
    let folder = folder(
        "rate",
        &[
            ("m.pw", MACHINE.as_bytes()),
            ("t.lackey", around().as_bytes()),
        ],
    );
    let json = |rate| -> serde_json::Value {
        let (status, out, err) = run(
            &folder,
            &["m.pw", "t.lackey", "--curve-rate", rate, "--format", "json"],
        );
        assert_eq!(status, 0);
        assert!(
            err.contains("the curve is estimated from only 24 blocks")
                && err.contains("use `--curve`"),
            "{err}"
        );
        serde_json::from_str::<serde_json::Value>(&out).expect("JSON")["curve"].clone()
    };
    let curve = json("0.5");
    let sizes: Vec<_> = curve["sizes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|size| &size["bytes"])
        .collect();
    assert_eq!(
        sizes[0], 32,
        "four sampled blocks of 4 bytes, each of which represents two"
    );
    assert_eq!(curve, json("50%"));
    let (status, text, _) = run(
        &folder,
        &["m.pw", "t.lackey", "--curve-rate", "0.5", "--plot", "p.svg"],
    );
    assert_eq!(status, 0);
    assert!(
        text.contains(", 50% of all blocks") && text.contains('±'),
        "{text}"
    );
    let svg = std::fs::read_to_string(folder.join("p.svg")).expect("the plot");
    assert!(svg.contains("(estimated from 50% of all blocks)"));
    assert_eq!(svg.matches("<circle").count(), sizes.len());
    let (_, csv, _) = run(
        &folder,
        &["m.pw", "t.lackey", "--curve-rate", "0.5", "--format", "csv"],
    );
    assert_eq!(csv.matches(",curve,").count(), sizes.len());
}

#[test]
fn a_wrong_sample_is_refused_with_the_right_values() {
    let folder = usual("wrong-sample");
    for (option, value, wanted) in [
        (
            "--curve-rate",
            "0",
            "write a number from 0.000001 to 1, such as `0.01`, or a percentage, such as `1%`",
        ),
        ("--curve-rate", "101%", "write a number from 0.000001 to 1"),
        ("--curve-rate", "nan", "write a number from 0.000001 to 1"),
        ("--curve-rate", "half", "write a number from 0.000001 to 1"),
        ("--curve-blocks", "63", "63 is not in 64.."),
        (
            "--curve-blocks",
            "all",
            "write a whole number: '--curve-blocks 100'",
        ),
    ] {
        let (status, out, err) = run(&folder, &["m.pw", "t.lackey", option, value]);
        assert_eq!((status, out.as_str()), (2, ""));
        assert!(
            err.contains(value) && err.contains(option) && err.contains(wanted),
            "{err}"
        );
    }
    let both = [
        "m.pw",
        "t.lackey",
        "--curve-rate",
        "0.5",
        "--curve-blocks",
        "64",
    ];
    let (status, _, err) = run(&folder, &both);
    assert!(status == 2 && err.contains("cannot be used with"), "{err}");
}
