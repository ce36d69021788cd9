//! Mistakes in the answers are reported with their lines, and the rest is graded.

use super::running::{EXAM, Ran, folder, pagewalk, put};

fn graded(name: &str, text: impl AsRef<[u8]>, more: &[&str]) -> Ran {
    let folder = folder(name);
    let file = put(&folder, "a.csv", text);
    let mut arguments = vec!["grade", EXAM, file.as_str()];
    arguments.extend(more);
    pagewalk(&arguments)
}

#[test]
fn wrong_rows_are_reported_and_the_others_graded() {
    let text: &[u8] =
        b"id,seed,1a.vpn,1a.ppm\ns1,1,0F,\ns2,1\ns1,2,00,\ns3,x,00,\n,1,00,\ns4,1,\xFF,\ns5,2,\"0\n0\",\n";
    let ran = graded("rows", text, &[]);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.out.lines().count(), 3, "{}", ran.out);
    for (line, what) in [
        ("3", "has 2 cells"),
        ("4", "the id `s1` is also on line 2"),
        ("5", "`x` is not a seed"),
        ("6", "has no id"),
        ("7", "not UTF-8"),
    ] {
        assert!(
            ran.told.lines().any(|told| told.contains(&format!("a.csv:{line}: ")) && told.contains(what)),
            "{}",
            ran.told
        );
    }
    assert!(
        ran.told.contains("the column `1a.ppm` is not a field of the exam; did you mean `1a.ppn`?"),
        "{}",
        ran.told
    );
}

#[test]
fn unreadable_answers_are_rejected() {
    for (name, text, what) in [
        ("empty", "", "is empty"),
        ("no-id", "vpn\n1\n", "no column that identifies"),
        ("nobody", "id,1a.vpn\n", "nothing could be marked"),
        ("version", "id,version,1a.vpn\ns1,AAAAA,0\n", "add the list of versions with `--versions`"),
    ] {
        let ran = graded(name, text, &[]);
        assert!(ran.status == 2 && ran.told.contains(what) && ran.out.is_empty(), "{name}: {}", ran.told);
    }
    assert_eq!(graded("column", "id,1a.vpn\ns1,0\n", &["--seed-column", "sead"]).status, 2);
    assert_eq!(pagewalk(&["grade", EXAM, "/nowhere.csv"]).status, 2);
    assert_eq!(pagewalk(&["grade", "/nowhere.pw", EXAM]).status, 2);
}

#[test]
fn other_columns_of_a_table_are_left_out() {
    let ran = graded("beside", "id,name,email,section,nickname,1a.vpn\ns1,A,a@b,2,q,0F\n", &[]);
    assert_eq!(ran.status, 0);
    assert!(
        ran.told.contains("the column `nickname` is not a field of the exam; it is ignored"),
        "{}",
        ran.told
    );
    assert!(!ran.told.contains("section"));
}

#[test]
fn no_size_hangs_or_kills() {
    let begun = std::time::Instant::now();
    let long = "F".repeat(20_000);
    let ran = graded(
        "long",
        format!("id,1a.vpn,2.1\ns1,{long},1\ns2,{},{}\n", "0".repeat(9_000), "9".repeat(9_000)),
        &[],
    );
    assert!(ran.status == 1 && ran.told.contains("a.csv:2: a cell has 20000 bytes"), "{}", ran.told);
    let many = "s,0\n".repeat(1_000_000);
    let ran = graded("many", format!("id,1a.vpn\n{many}"), &[]);
    assert!(ran.status == 1 && ran.told.lines().count() < 120, "{}", ran.status);
    let folder = folder("deep");
    for (name, text) in [
        ("deep.json", "[".repeat(500_000)),
        ("deep.yaml", "[".repeat(500_000)),
        ("flat.yaml", "a".repeat(1 << 20)),
    ] {
        let ran = pagewalk(&["grade", EXAM, &put(&folder, name, text)]);
        assert_eq!(ran.status, 2, "{name}");
    }
    let laughs = "a: &a [l,l,l,l,l,l,l,l,l]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\n";
    assert_eq!(pagewalk(&["grade", EXAM, &put(&folder, "laughs.yaml", laughs)]).status, 2);
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}
