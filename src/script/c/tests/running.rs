//! Programs that run, and their accesses to memory.

use std::process::Command;

use super::super::{Conventions, Settings};
use super::compile;
use super::{Folder, gcc, run, run_text, wide};
use pagewalk_engine::program::{AccessKind, Budget, Event, Flat, Layout, Process, Watched};

#[test]
fn features_agree_with_gcc() {
    let text = include_str!("features.c");
    let (output, status) = run_text(text).unwrap_or_else(|mistake| panic!("{mistake:?}"));
    let folder = Folder::new("features");
    let Some(program) = gcc(&folder.0, text, &[]) else {
        return;
    };
    let expected = Command::new(program).output().expect("the program runs");
    assert_eq!(output, String::from_utf8_lossy(&expected.stdout));
    assert_eq!(Some(status), expected.status.code());
}

/// Returns the accesses of `main` as letters and addresses.
pub(super) fn accesses(text: &str, settings: &Settings) -> Vec<(AccessKind, u64, u8, u32)> {
    let program = compile(text, settings).unwrap_or_else(|mistake| panic!("{mistake:?}"));
    let mut process = Process::start(&program).expect("the program has main");
    let mut flat = Flat::new(&program);
    let mut all = Vec::new();
    let watch = |kind, access: pagewalk_engine::program::Access| {
        all.push((kind, access.address, access.size, access.line));
    };
    let mut memory = Watched {
        memory: &mut flat,
        watch,
    };
    let event = process.run(&program, &mut memory, &mut Budget::default());
    assert!(matches!(event, Ok(Event::Exit { .. })), "{event:?}");
    all
}

#[test]
fn accesses_have_an_order_and_a_line() {
    use AccessKind::{Load, Store};
    let at = vec![("src".to_owned(), 0), ("dst".to_owned(), 16)];
    let settings = Settings {
        at,
        ..Settings::default()
    };
    let text = "int src[2][2], dst[2][2];\nint main(void) {\n  int i, j;\n  for (i = 0; i < 2; i++)\n    for (j = 0; j < 2; j++)\n      dst[j][i] = src[i][j];\n  return 0;\n}\n";
    let expected = [(0, 16), (4, 24), (8, 20), (12, 28)]
        .map(|(from, to)| [(Load, from, 4, 6), (Store, to, 4, 6)]);
    assert_eq!(accesses(text, &settings), expected.concat());
    let text = "int dst[4] = { 1 }, src[4];\nint main(void) {\n  dst[1] += src[2];\n  return dst[0]++;\n}\n";
    let once = Settings {
        conventions: Conventions {
            update_once: true,
            ..Conventions::default()
        },
        ..settings.clone()
    };
    assert_eq!(
        accesses(text, &once),
        [(Load, 8, 4, 3), (Store, 20, 4, 3), (Store, 16, 4, 4)]
    );
    assert_eq!(
        accesses(text, &settings),
        [
            (Load, 20, 4, 3),
            (Load, 8, 4, 3),
            (Store, 20, 4, 3),
            (Load, 16, 4, 4),
            (Store, 16, 4, 4)
        ]
    );
    // A variable whose address is used is in memory, below the end of the stack.
    let text = "int main(void) { int n = 1, m = 2; int *p = &n; *p = m; return n; }";
    let n = Layout::default().stack - 16;
    assert_eq!(
        accesses(text, &Settings::default()),
        [(Store, n, 4, 1), (Store, n, 4, 1), (Load, n, 4, 1)]
    );
}

#[test]
fn sizes_depend_on_the_pointer() {
    let text = "struct s { char c; double d; char *p; }; int main(void) { printf(\"%d %d %d %d %d\", (int) sizeof(long), (int) sizeof(char *), (int) sizeof(struct s), (int) sizeof(size_t), (int) sizeof(long long)); return 0; }";
    let program =
        |settings| compile(text, &settings).unwrap_or_else(|mistake| panic!("{mistake:?}"));
    // gcc -m32 and gcc -m64.
    assert_eq!(
        run(&program(Settings::default()), "main")
            .expect("it runs")
            .0,
        "4 4 16 4 8"
    );
    assert_eq!(
        run(&program(wide()), "main").expect("it runs").0,
        "8 8 24 8 8"
    );
}

#[test]
fn initial_values_are_not_stored() {
    assert_eq!(
        accesses(
            "int a[3] = { 1, 2, 3 }; char *s = \"x\"; int main(void) { static int n = 3; return 0; }",
            &Settings::default()
        ),
        []
    );
}

/// A process pauses after any operation, and its copy continues alike.
#[test]
fn a_copy_continues_alike() {
    let program = compile(include_str!("features.c"), &wide())
        .unwrap_or_else(|mistake| panic!("{mistake:?}"));
    let mut process = Process::start(&program).expect("main");
    let mut memory = Flat::new(&program);
    let finish = |mut process: Process, mut memory: Flat| loop {
        match process.run(&program, &mut memory, &mut Budget::default()) {
            Ok(Event::Exit { status, .. }) => return (process.buffer, status, memory.digest()),
            Ok(_) => {}
            Err(error) => panic!("{error:?}"),
        }
    };
    let expected = finish(process.clone(), memory.clone());
    for _ in 0..20 {
        for _ in 0..500 {
            let step = process.step(&program, &mut memory, &mut Budget::default());
            assert!(step.is_ok(), "{step:?}");
        }
        assert_eq!(finish(process.clone(), memory.clone()), expected);
    }
}

#[test]
fn initializers_of_locals_store_as_gcc_does() {
    let stores = |declaration: &str, settings: &Settings| {
        let text = format!(
            "struct n {{ int v; short k; struct n *next; }}; int main(void) {{ {declaration}; return 0; }}"
        );
        accesses(&text, settings).len()
    };
    // gcc -m32 -O0 and gcc -O0. Padding is not stored, and a zero is not stored twice.
    let narrow = Settings::default();
    assert_eq!(stores("struct n a = { 1, 2, 0 }", &narrow), 3);
    assert_eq!(stores("int y[4] = { 0 }", &narrow), 4);
    assert_eq!(stores("int y[4] = { 1 }", &narrow), 5);
    assert_eq!(
        stores("struct { int v; struct n *next; } a = { 1, 0 }", &wide()),
        2
    );
}
