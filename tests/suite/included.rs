//! Tests of included files: an included script is tested on its own, and a fragment with the scripts that include it.

use super::folder::Folder;

const LIBRARY: &str = "machine simple\ndef touch(va) {\n  read va\n}\ntouch(0x3D4)\nscenario \"library\" {\n  expect tlb.misses == 1\n}\n";
const MAIN: &str = "include \"library.pw\"\ntouch(0x3D5)\nscenario \"main\" {\n  read 0x3D6\n}\n";

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.put("library.pw", LIBRARY).put("main.pw", MAIN);
    folder
}

/// Returns the statements that a golden file lists.
fn statements(folder: &Folder, golden: &str) -> Vec<String> {
    let text = folder.get(golden);
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("- do: ").map(str::to_owned))
        .collect()
}

#[test]
fn an_included_script_is_listed_once() {
    let folder = folder("included-script");
    let cases = "library.pw\nlibrary.pw :: library\nmain.pw\nmain.pw :: main\n";
    assert_eq!(folder.passes(&["--list"]), cases);
    folder.passes(&["--bless"]);
    // The statement of a definition belongs to the caller.
    assert_eq!(
        statements(&folder, "main.golden.yaml"),
        ["read va", "read 0x3D6"]
    );
    assert_eq!(statements(&folder, "library.golden.yaml").len(), 3);
    assert_eq!(
        folder.test(&["--require-golden"]).last(),
        "4 passed, 0 failed"
    );
    // A new statement of the library differs in the library alone.
    folder.swap("library.pw", "touch(0x3D4)", "show tlb\ntouch(0x3D4)");
    let changed = folder.test(&[]);
    assert_eq!(changed.last(), "3 passed, 1 failed", "{}", changed.out);
    // A different result shows up in each script that depends on it.
    folder.swap("library.pw", "show tlb", "read 0x3C4");
    let changed = folder.test(&[]);
    assert!(changed.out.contains("main.pw"), "{}", changed.out);
}

#[test]
fn a_failure_in_an_included_script_fails_each_script() {
    let folder = folder("included-failure");
    folder.swap("library.pw", "misses == 1", "misses == 2");
    let failed = folder.test(&[]);
    assert_eq!(
        (failed.status, failed.last()),
        (1, "3 passed, 2 failed"),
        "{}",
        failed.out
    );
    assert!(failed.out.contains("main.pw :: library"), "{}", failed.out);
}

#[test]
fn a_fragment_is_listed_with_each_script() {
    let folder = Folder::new("fragment");
    folder.put(
        "fragment.pw",
        "read 0x3D4\nscenario \"again\" {\n  read 0x3D4\n}\n",
    );
    folder.put("main.pw", "machine simple\ninclude \"fragment.pw\"\n");
    folder.passes(&["--bless"]);
    assert_eq!(
        statements(&folder, "main.golden.yaml"),
        ["machine simple", "read 0x3D4", "read 0x3D4"]
    );
    assert_eq!(folder.test(&[]).last(), "2 passed, 0 failed");
}

#[test]
fn scripts_that_include_each_other_are_not_skipped() {
    let folder = Folder::new("included-circle");
    folder
        .put(
            "a.pw",
            "include \"b.pw\"\nmachine simple\nread 0x3D4 => vpn 1\n",
        )
        .put("b.pw", "include \"a.pw\"\nread 0 => vpn 77\n");
    let tested = folder.test(&[]);
    assert_eq!(
        (tested.status, tested.last()),
        (2, "0 passed, 2 failed"),
        "{}",
        tested.out
    );
}
