//! The accesses of a program equal those that a script lists, and those of a trace.

use super::TRANSPOSE;
use crate::running::{Outcome, paper, text as outcome, texts};
use pagewalk_script::exam::formats::{Edition, Style, markdown};
use pagewalk_script::run::record::Did;
use pagewalk_script::run::session::Options;

#[test]
fn a_replay_equals_the_loops_written_by_hand() {
    let by_hand = format!(
        "{TRANSPOSE}
        for i in 0..2 {{ for j in 0..2 {{ read 4 * (2 * i + j) size 4; write 16 + 4 * (2 * j + i) = 0 size 4 }} }}
        let hits = cache.hits
        let misses = cache.misses
        flush cache
        replay transpose => cache.hits hits, cache.misses misses, accesses 8, reads 4, writes 4"
    );
    let run = outcome(&by_hand);
    assert!(
        run.mistakes.is_empty() && run.failures.is_empty(),
        "{run:?}"
    );
    assert_eq!(run.checks, 5);
}

#[test]
fn statements_without_a_function_make_the_accesses_of_main() {
    let machine = "machine { physical 16 bits, cache { size 32 B, ways 1, block 8 B } }";
    let loops =
        "for (i = 0; i < 4; i++) {\n  for (j = 0; j < 4; j++)\n    dst[j][i] = src[i][j] + sum;\n}";
    let run = |text: &str| {
        let script = format!(
            "{machine}\nprogram p \"\"\"\n#define N 4\n{text}\n\"\"\" {{ at src 0, at dst 64 }}\nreplay p"
        );
        let run = outcome(script);
        assert!(run.mistakes.is_empty(), "{run:?}");
        let Did::Replay(replay) = &*run.records.last().expect("the replay").did else {
            panic!("{run:?}");
        };
        replay.counted.caches[0].counts
    };
    let alone = run(&format!(
        "int i, j, sum = 1, src[N][N], dst[N][N];\n{loops}"
    ));
    // 16 loads and 16 stores: the scalar variables are in registers.
    assert_eq!(alone.hits + alone.misses, 32);
    let arrays = "int src[N][N], dst[N][N];\nint main(void) { int i, j, sum = 1;";
    assert_eq!(alone, run(&format!("{arrays}\n{loops}\nreturn 0; }}")));
}

#[test]
fn a_paper_states_where_local_arrays_and_blocks_are() {
    let machine = "machine { physical 20 bits, cache { size 64 B, block 4 B } }";
    let program = "program p \"\"\"
      int main(void) { int a[4], b[4]; b[1] = 2; char *c = malloc(100), *d = malloc(8); d[0] = 1; return 0; }
    \"\"\"";
    let script =
        format!("question \"Q\" points 2 {{ {machine}\n{program}\nask replay p => cache.misses }}");
    let text = markdown(&paper(&script, 0), Edition::Paper, &Style::default());
    let address = |before: &str| {
        let (_, after) = text.split_once(before).unwrap_or_else(|| panic!("{text}"));
        let digits = after.split(|c: char| !c.is_ascii_hexdigit()).next();
        u64::from_str_radix(digits.unwrap_or_default(), 16).expect("an address")
    };
    let frame = address("the variables of main that are in memory begin at address 0x");
    let block = address("the first block of malloc begins at address 0x");
    // b[1] is 20 bytes after a. By the rule on the paper, d is 108 bytes after c, rounded up to a multiple of 16.
    let (b, d) = (frame + 20, block + 112);
    let run = outcome(format!(
        "{machine}\n{program}\nreplay p => accesses 2, cache.misses 2\nread {b} size 4 => cache hit\nread {d} => cache hit"
    ));
    assert!(
        run.mistakes.is_empty() && run.failures.is_empty(),
        "{run:?}"
    );
}

#[test]
fn a_paper_states_the_process_ids_that_a_program_prints() {
    let text = |program: &str| {
        let script = format!(
            "question \"Q\" points 2 {{ program p \"\"\"\n{program}\n\"\"\"\nask outputs p => all }}"
        );
        markdown(&paper(&script, 0), Edition::Paper, &Style::default())
    };
    let printed = text("int main(void) { if (fork() == 0) printf(\"%d\", getpid()); return 0; }");
    assert!(
        printed.contains("The PID of the first process is 1000; child 1 of 1000 is 1001."),
        "{printed}"
    );
    let silent = text(
        "int main(void) { pid_t p = fork(); if (p) waitpid(p, NULL, 0); printf(\"x\"); return 0; }",
    );
    assert!(!silent.contains("PID"), "{silent}");
}

#[test]
fn a_paper_of_statements_without_a_function_calls_no_variable_global() {
    let script = |questions: &str| {
        format!(
            "question \"Q\" points 4 {{
              machine {{ physical 16 bits, cache {{ size 32 B, block 8 B }} }}
              program loop \"\"\"\n int i, a[4]; for (i = 0; i < 4; i++) a[i] = i;\n \"\"\"
              program sum \"\"\"\n int s; int main(void) {{ s = 1; return 0; }}\n \"\"\"
              ask replay loop => cache.misses
              {questions}
            }}"
        )
    };
    let printed = |text: &str| markdown(&paper(text, 0), Edition::Paper, &Style::default());
    let alone = printed(&script(""));
    assert!(
        alone.contains("arrays and structs are in memory, and the others are in registers"),
        "{alone}"
    );
    assert!(!alone.contains("global"), "{alone}");
    let both = printed(&script("ask replay sum => cache.misses"));
    assert!(
        both.contains("the global ones, arrays, and structs are in memory"),
        "{both}"
    );
    assert!(
        both.contains("In loop, only arrays and structs are in memory."),
        "{both}"
    );
}

#[test]
fn statements_without_a_function_have_the_outputs_of_main() {
    let text = "program p \"\"\"\nif (fork() == 0)\n  printf(\"a\");\nelse if (1) {\n  printf(\"b\");\n  wait(NULL);\n}\nprintf(\"c\");\n\"\"\"\n";
    // CS:APP, problem 8.3
    let run = outcome(format!(
        "{text}outputs p => all [\"abcc\", \"acbc\", \"bacc\"]"
    ));
    assert!(
        run.mistakes.is_empty() && run.failures.is_empty(),
        "{run:?}"
    );
}

#[test]
fn a_replay_equals_the_replay_of_its_accesses_as_a_trace() {
    let trace = " L 0,4\n S 10,4\n L 4,4\n S 18,4\n L 8,4\n S 14,4\n L c,4\n S 1c,4\n";
    let script = format!(
        "{TRANSPOSE}\nreplay transpose kinds causes\nflush cache\nreplay \"t.trace\" kinds causes"
    );
    let files: [(&str, &[u8]); 2] = [("t.pw", script.as_bytes()), ("t.trace", trace.as_bytes())];
    let run = texts(&files, Options::default());
    assert!(run.mistakes.is_empty(), "{run:?}");
    let counts: Vec<_> = run
        .records
        .iter()
        .filter_map(|record| match &*record.did {
            pagewalk_script::run::record::Did::Replay(run) => Some(run.counted.caches.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(counts.len(), 2);
    // The second replay has the blocks of the first one in its history, so only the totals are compared.
    assert_eq!(counts[0][0].counts, counts[1][0].counts);
    assert_eq!(counts[0][0].kinds, counts[1][0].kinds);
}

#[test]
fn the_tables_by_line_and_by_array_are_those_of_the_textbook() {
    // Bryant and O'Hallaron, practice problem 6.17: src m m, m h; dst m m, m m.
    let run = outcome(format!(
        "{TRANSPOSE}
        replay transpose
        expect transpose by src {{ | row 0 1 |
                                  | 0   m m |
                                  | 1   m h | }}
        expect transpose by dst {{ | row 0 1 |
                                  | 0   m m |
                                  | 1   m m | }}
        expect transpose by line {{ | line reads writes hits misses |
                                   | 6    4     4      1    7      | }}"
    ));
    assert!(
        run.mistakes.is_empty() && run.failures.is_empty(),
        "{run:?}"
    );
    assert_eq!(run.checks, 12);
    let wrong = outcome(format!(
        "{TRANSPOSE}\nreplay transpose\nexpect transpose by src {{ | row 0 |\n | 0 h | }}"
    ));
    assert_eq!(wrong.failures.len(), 1);
}

#[test]
fn a_constant_of_a_statement_replaces_that_of_the_text() {
    let zero = r#"
program zero """
#define N 64
int a[N];
int main(void) { for (int i = 0; i < N; i++) a[i] = 0; return 0; }
""" { define N = 16 }
machine { physical 16 bits, cache { size 256 B, ways 1, block 16 B } }
replay zero => accesses 16, cache.misses 4
let n = 8
replay zero define N = n => accesses 8
reference zero { page 4, unit int, frames 1, define N = 12 } => faults 3
"#;
    let run = outcome(zero);
    assert!(
        run.mistakes.is_empty() && run.failures.is_empty(),
        "{run:?}"
    );
    assert_eq!(run.checks, 4);
}

#[test]
fn a_run_goes_on_after_a_pause_and_a_probe_changes_nothing() {
    let script = r#"
program p """
int a[2048];
int main(void) {
    a[0] = 1;
    a[1024] = 2;
    printf("end\n");
    return 7;
}
"""
machine core-i7
process P
P: run p until line 4 => line 4, minor 1
probe P: run p => exit 7, minor 2, output "end"
P: run p until line 5 => minor 2, output ""
P: run p => exit 7, minor 2, output "end\n"
expect P.state == "zombie" or P.state == "ended"
"#;
    let run = outcome(script);
    assert!(run.mistakes.is_empty(), "{run:?}");
    assert!(
        run.failures.iter().all(|failure| failure.line > 17),
        "{run:?}"
    );
}

#[test]
fn a_step_ends_before_the_next_line() {
    let run = outcome(
        "program p \"\"\"
int a[2];
int main(void) {
    int i;
    for (i = 0; i < 2; i++)
        a[i] = 1;
    return 7;
}
\"\"\"
machine core-i7
process P
P: run p step => line 4, writes 0
P: run p step => line 5, writes 0
P: run p step => line 4, writes 1, minor 1
P: run p step => line 5
P: run p step => line 4, writes 2
P: run p step => line 6
P: run p => exit 7, minor 1",
    );
    assert!(
        run.mistakes.is_empty() && run.failures.is_empty(),
        "{run:?}"
    );
    assert_eq!(run.checks, 13);
}

#[test]
fn arrays_in_column_major_order_have_the_addresses_of_the_transposed_arrays() {
    let program = |order: &str, dimensions: &str, indexes: &str, values: &str| {
        format!(
            "machine {{ physical 8 bits, cache {{ size 32 B, ways 1, block 8 B }} }}
program p \"\"\"
int a{dimensions} = {values};
int main(void) {{
    int sum = 0;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 4; k++)
                sum += a{indexes} * (12 * i + 4 * j + k);
    return 1 / (sum == 4324);
}}
\"\"\" {{ order {order} }}
replay p kinds
show p by a
"
        )
    };
    // The value of each element is 12 i + 4 j + k, so the sum of the squares from 0 to 23 is 4,324.
    let rows: Vec<String> = (0..2)
        .map(|i| {
            let row = |j: i32| {
                let row: Vec<String> = (0..4).map(|k| (12 * i + 4 * j + k).to_string()).collect();
                format!("{{{}}}", row.join(", "))
            };
            format!("{{{}, {}, {}}}", row(0), row(1), row(2))
        })
        .collect();
    let values = format!("{{{}}}", rows.join(", "));
    let transposed: Vec<String> = (0..4)
        .map(|k| {
            let rows: Vec<String> = (0..3)
                .map(|j| format!("{{{}, {}}}", 4 * j + k, 12 + 4 * j + k))
                .collect();
            format!("{{{}}}", rows.join(", "))
        })
        .collect();
    let transposed = format!("{{{}}}", transposed.join(", "));
    let columns = outcome(program("column-major", "[2][3][4]", "[i][j][k]", &values));
    let rows = outcome(program("row-major", "[4][3][2]", "[k][j][i]", &transposed));
    let counts = |run: &Outcome| {
        assert!(run.mistakes.is_empty(), "{run:?}");
        let replay = run.records.iter().find_map(|record| match &*record.did {
            Did::Replay(run) => Some(run.counted.caches[0].counts),
            _ => None,
        });
        replay.expect("a replay")
    };
    assert_eq!(counts(&columns), counts(&rows));
    // The 24 elements in 12 blocks: in the order of C, each block would have one miss.
    assert_ne!(counts(&columns).misses, 12);
    let in_order = outcome(program("row-major", "[2][3][4]", "[i][j][k]", &values));
    assert_eq!(counts(&in_order).misses, 12);
}

#[test]
fn a_row_in_column_major_order_has_no_address() {
    let run = outcome(
        "program p \"\"\"
int a[2][3];
int f(int *row) { return row[0]; }
int main(void) { return f(a[1]); }
\"\"\" { order column-major }",
    );
    let wrong = &run.mistakes[0];
    assert_eq!((&*wrong.code, wrong.line), ("c-syntax", 4));
}

#[test]
fn a_reserved_frame_holds_the_code() {
    // Silberschatz, Galvin, and Gagne, exercise 10.20: three frames, one with the code; 5,000 and 50 faults.
    let script = "program zero \"\"\"
int a[100][100];
void by_columns(void) { for (int j = 0; j < 100; j++) for (int i = 0; i < 100; i++) a[i][j] = 0; }
void by_rows(void) { for (int i = 0; i < 100; i++) for (int j = 0; j < 100; j++) a[i][j] = 0; }
\"\"\"
question \"Loops\" points 2 {
  given program zero
  ask reference zero call by_columns { page 200, unit int, frames 3, reserved 1, replacement lru } => faults
  ask reference zero call by_rows { page 200, unit int, frames 3, reserved 1, replacement lru } => faults
}
";
    let paper = paper(script, 1);
    let [text, key] =
        [Edition::Paper, Edition::Key].map(|edition| markdown(&paper, edition, &Style::default()));
    assert!(text.contains("There are 3 frames, and the replacement policy is LRU. One of the frames holds the code of the program."), "{text}");
    for count in ["5000", "50"] {
        assert!(key.replace(',', "").contains(count), "{key}");
    }
    let run = outcome("reference 1 2 3 { frames 2, reserved 2, replacement lru }");
    assert_eq!(run.mistakes[0].code, "bad-geometry");
}

#[test]
fn scalar_global_variables_can_be_in_registers() {
    // Bryant and O'Hallaron, practice problem 6.18: 512 reads, 256 misses.
    let script = |settings: &str| {
        format!(
            "machine {{ physical 16 bits, cache {{ size 1 KB, block 16 B, direct-mapped }} }}
program algae \"\"\"
struct algae_position {{ int x; int y; }};
int total_x = 0, total_y = 0;
struct algae_position grid[16][16];
int i, j;
int main(void) {{
    for (i = 0; i < 16; i++) for (j = 0; j < 16; j++) total_x += grid[i][j].x;
    for (i = 0; i < 16; i++) for (j = 0; j < 16; j++) total_y += grid[i][j].y;
}}
\"\"\" {{ {settings} }}
"
        )
    };
    let in_registers = script("registers scalars");
    let run = outcome(format!(
        "{in_registers}replay algae => accesses 512, writes 0, cache.misses 256"
    ));
    assert!(
        run.mistakes.is_empty() && run.failures.is_empty(),
        "{run:?}"
    );
    // The array begins at address 0, because nothing else is in memory.
    let text =
        format!("question \"Q\" points 1 {{ {in_registers}\nask replay algae => cache.misses }}");
    let text = markdown(&paper(&text, 0), Edition::Paper, &Style::default());
    assert!(
        text.contains("In algae, grid begins at address 0x0."),
        "{text}"
    );
    assert!(
        text.contains("variables, arrays and structs are in memory"),
        "{text}"
    );
    let run = outcome(format!(
        "{}replay algae => writes 512",
        script("at grid 0x40")
    ));
    assert!(
        run.failures.len() == 1 && run.mistakes.is_empty(),
        "{run:?}"
    );
}

#[test]
fn variables_without_an_address_avoid_those_with_one() {
    let places = |settings: &str| {
        let script = format!(
            "question \"Q\" points 1 {{
machine {{ physical 32 bits, cache {{ size 64 B, ways 1, block 8 B }} }}
program p \"\"\"
int a[4], b[4], c[4];
int main(void) {{ a[0] = 1; b[0] = 2; c[0] = 3; }}
\"\"\" {{ {settings} }}
ask replay p => cache.misses
}}"
        );
        let text = markdown(&paper(&script, 0), Edition::Paper, &Style::default());
        let places = text.split("begins at address ").skip(1);
        let digits = |text: &str| {
            let digits = text.strip_prefix("0x").expect("hexadecimal");
            let end = digits.find(|c: char| !c.is_ascii_hexdigit());
            u64::from_str_radix(&digits[..end.unwrap_or(digits.len())], 16).expect("a number")
        };
        places.map(digits).collect::<Vec<_>>()
    };
    assert_eq!(places(""), [0, 0x10, 0x20]);
    assert_eq!(places("at a 0x100"), [0x100, 0x110, 0x120]);
    assert_eq!(places("at b 0"), [0x10, 0, 0x20]);
    assert_eq!(places("at c 8"), [0x18, 0x28, 8]);
    // The stack begins below 0xC0000000.
    assert_eq!(places("at b 0xFFF00000"), [0, 0xFFF0_0000, 0x10]);
}

#[test]
fn a_tlb_misses_once_if_the_page_is_resident() {
    // MIT 6.823, spring 2019, quiz 1, part B: 1,024 TLB misses, and 16 with a fully associative TLB.
    let run = outcome(
        "program p \"\"\"
int A[4][256];
int main(void) {
    int sum = 0;
    for (int i = 0; i < 256; i++)
        for (int j = 0; j < 4; j++)
            sum += A[j][i];
}
\"\"\" { at A 0 }
machine { virtual 16 bits, page 256 B, tlb { entries 8, direct-mapped } }
replay p map resident => tlb.misses 1024, faults 0
machine { virtual 16 bits, page 256 B, tlb { entries 8, fully-associative } }
replay p map resident => tlb.misses 16, faults 0, minor 0
replay p map demand => tlb.misses 32, faults 16
replay p map resident
expect p by line { | line tlb_misses faults |
 | 6 16 0 | }",
    );
    assert!(
        run.mistakes.is_empty() && run.failures.is_empty(),
        "{run:?}"
    );
}

#[test]
fn the_pages_of_a_trace_can_be_resident() {
    // The second record crosses a page boundary.
    let trace = " L 0,4\n S fe,4\n L 200,4\n L 4,4\n";
    let script = "machine { virtual 16 bits, page 256 B, tlb { entries 8, direct-mapped } }
replay \"t.trace\" map resident => tlb.misses 3, tlb.hits 2, faults 0
machine { virtual 16 bits, page 256 B, tlb { entries 8, direct-mapped } }
kernel { frames 2, replacement fifo, swap 8 }
# Pages 1 and 2 are resident. Each of the pages 0, 1, 2, and 0 then takes the frame of the next one.
replay \"t.trace\" map resident => faults 4
";
    let files: [(&str, &[u8]); 2] = [("t.pw", script.as_bytes()), ("t.trace", trace.as_bytes())];
    let run = texts(&files, Options::default());
    assert!(
        run.mistakes.is_empty() && run.failures.is_empty(),
        "{run:?}"
    );
}

#[test]
fn a_variable_at_address_0_is_not_null() {
    // The list has 16 nodes in the order of the array. Each node but the last one is loaded and stored.
    let run = outcome(
        "machine { physical 16 bits, cache { size 1 KB, block 16 B, direct-mapped } }
program list \"\"\"
struct node { int value; struct node *next; };
struct node nodes[16];
int is_null(int *p) { return p == 0; }
int main(void) {
    for (int i = 0; i < 15; i++) nodes[i].next = &nodes[i + 1];
    int sum = 0;
    for (struct node *p = nodes; p; p = p->next) sum += p->value;
    return is_null(&nodes[0].value) ? sum / 0 : 0;
}
\"\"\" { at nodes 0 }
replay list => writes 15, reads 32, cache.misses 8
show list by nodes",
    );
    assert_eq!((&*run.mistakes, &*run.failures), (&[][..], &[][..]));
    let first = run.records.iter().find_map(|record| match &*record.did {
        Did::Replay(run) => Some(run.counted.references.records),
        _ => None,
    });
    assert_eq!(first, Some(47));
}

#[test]
fn an_argument_can_be_an_expression_of_the_program() {
    super::holds(
        "machine { physical 16 bits, cache { size 64 B, block 16 B, direct-mapped } }
program p \"\"\"
#define N 4
enum { M = 2 };
int a[16];
int sum(int *p, int n) {
    int s = 0;
    for (int i = 0; i < n; i++) s += p[i];
    return s;
}
\"\"\"
let n = 3
replay p call sum(a, N) => accesses 4
replay p call sum(a + 4, N * M) => accesses 8, cache.misses 2
replay p call sum(a, n) => accesses 3
replay p call sum(a, N) define N = 6 => accesses 6",
    );
    // Numbers with a fraction, for parameters of a floating type: 6 > 4 * 1.5 - 1, and 2 = 4 / 2.
    super::holds(
        "machine { physical 16 bits, cache { size 64 B, block 16 B, direct-mapped } }
program p \"\"\"
double x[8];
float y[2];
void fill(double z, int n) { for (int i = 0; i < n; i++) x[i] = z; }
void times(float f, int n) { for (int i = 0; i < n * f; i++) y[0] = f; }
\"\"\"
let half = 1 / 2
replay p call fill(1.5, 8) => accesses 8
replay p call fill(2, 3) => accesses 3
replay p call times(1.5, 4) => accesses 6
replay p call times(half, 4) => accesses 2
replay p call times(4 - half, 4) => accesses 14",
    );
    let wrong = "program p \"\"\"\nint f(int n) { return n; }\n\"\"\"\noutputs p call f(N)";
    let run = outcome(wrong);
    let last = run.mistakes.last().map(|one| &*one.said);
    assert!(
        last.is_some_and(|said| said.contains("`N` is neither")),
        "{run:?}"
    );
}

#[test]
fn a_paper_says_with_which_constant_a_variable_moves() {
    let script = "machine { physical 16 bits, cache { size 64 B, block 16 B, direct-mapped } }
program p \"\"\"
#define N 64
int a[N], s[N];
int f(void) { s[0] = a[0]; return 0; }
\"\"\" { at a 0x100 }
question \"Q\" points 2 {
  given program p
  ask probe replay p call f => cache.misses
  ask probe replay p call f define N = 4 => cache.misses
}";
    let text = markdown(&paper(script, 0), Edition::Paper, &Style::default());
    for sentence in [
        "In p, a begins at address 0x100 and s begins at address 0x200.",
        "In p with N = 4, a begins at address 0x100 and s begins at address 0x110.",
    ] {
        assert!(text.contains(sentence), "{text}");
    }
}

/// A probe of a program changes nothing, so a paper says that its run is hypothetical, and the tables stay those of the
/// latest replay.
#[test]
fn a_probed_replay_is_hypothetical() {
    let program = "machine { physical 16 bits, cache { size 64 B, block 16 B, direct-mapped } }
program t \"\"\"
int a[8], b[64];
void f(void) { for (int i = 0; i < 8; i++) a[i] = 0; }
void g(void) { for (int i = 0; i < 64; i++) b[i] = 0; }
\"\"\"
question \"Q\" points 8 {
  given machine, program t
  ask replay t call f => cache.misses\n";
    let key = |statements: &str| {
        let script = format!("{program}{statements} }}");
        markdown(&paper(&script, 0), Edition::Key, &Style::default())
    };
    let probed =
        key("ask probe replay t call g => cache.misses\n ask replay t call f => cache.hits");
    for part in [
        "Suppose that the function g of the program t runs.",
        "A hypothetical run (“Suppose that”) changes nothing.",
        "| Cache hits (decimal) | **8** |",
    ] {
        assert!(probed.contains(part), "{part}: {probed}");
    }
    // The choice tries a replay that is warm.
    let tried = key("choice \"Again?\" { option \"8 hits\" where replay t call f => cache.hits 8; wrong \"6 hits\" }
  ask t by line columns hits");
    assert!(tried.contains("   2    6\n"), "{tried}");
}
