//! Programs of several processes: the buffers of `printf`, the programs that `execv` starts, and signals.

use super::holds;
use crate::running::{paper, text as outcome};
use pagewalk_script::api::CheckedScript;
use pagewalk_script::exam::formats::{Edition, Style, markdown};

#[test]
fn lines_of_one_call_interleave_on_a_terminal() {
    // glibc's first `write` ends after the first line, because the buffer does not exist yet.
    let text = r#"
program p """
int main(void) {
    if (fork() == 0) printf("x\n");
    else printf("a\nb\nc");
    return 0;
}
"""
outputs p printf line => count 4, all ["x a b c", "a x b c", "a b x c", "a b cx"], possible "a x b c"
"#;
    holds(text);
    for mode in ["full", "at-once"] {
        holds(
            &text
                .replace("printf line", &format!("printf {mode}"))
                .replace(
                    "count 4, all [\"x a b c\", \"a x b c\", \"a b x c\", \"a b cx\"], possible",
                    "count 2, all [\"x a b c\", \"a b cx\"], possible not",
                ),
        );
    }
}

/// Programs that `exec` starts.
const PROGRAMS: &str = r#"
machine core-i7
program echoB """
int main(int argc, char **argv) {
    printf("%s%d ", argv[1], argc);
    return 0;
}
"""
program forks """
int n = 1;
int main(void) {
    if (fork() == 0) n++;
    printf("%d\n", n);
    return n;
}
"""
program wrong """
int a[2];
int main(int argc, char **argv) {
    return a[argc];
}
"""
"#;

fn starting(call: &str, rest: &str) -> String {
    format!(
        r#"{PROGRAMS}
program p """
int main(void) {{
    char *args[] = {{ "echoB", "B", NULL }};
    printf("A ");
    fflush(stdout);
    if (fork() == 0) {{
        printf("lost");
        {call};
        printf("C ");
        exit(1);
    }}
    int status;
    wait(&status);
    printf("D%d ", WEXITSTATUS(status));
    return 0;
}}
"""
{rest}"#
    )
}

#[test]
fn a_process_goes_on_in_the_program_that_it_starts() {
    for call in [
        "execv(\"echoB\", args)",
        "execvp(\"/bin/echoB\", args)",
        "execl(\"./echoB\", \"echoB\", \"B\", NULL)",
        "execlp(\"echoB\", \"echoB\", \"B\", (char *) 0)",
    ] {
        holds(&starting(
            call,
            "outputs p printf line => all [\"A B2 D0\"]\nrun p => output \"A B2 D0\", exit 0
            outputs p printf line failing execv => all [\"A B2 D0\", \"A lostC D1\"]",
        ));
    }
    // The new program has its own variables, the number of the process, and children.
    holds(&starting(
        "execlp(\"forks\", \"forks\", NULL)",
        "outputs p => count 3, processes 3, possible \"A lost1 2 D1\", possible \"A lost2 1 D1\", possible \"A lost1 D1 2\"",
    ));
    // What a program that the script does not contain prints is not known.
    holds(&starting(
        "execlp(\"ls\", \"ls\", NULL)",
        "outputs p printf line => all [\"A D0\"]
run p => output \"A D0\"",
    ));
}

#[test]
fn a_mistake_is_in_the_text_of_the_program_that_made_it() {
    for verb in ["outputs", "run"] {
        let script = starting(
            "execl(\"wrong\", \"wrong\", \"1\", NULL)",
            &format!("{verb} p"),
        );
        let run = crate::running::text(&script);
        let line = script
            .lines()
            .position(|line| line.contains("return a[argc]"));
        let first = &run.mistakes[0];
        assert_eq!(
            (&*first.code, Some(first.line - 1)),
            ("c-run", line),
            "{run:?}"
        );
    }
}

#[test]
fn a_failed_assertion_aborts() {
    holds(
        r#"
machine core-i7
program p """
#include <assert.h>
int main(void) {
    printf("a\nb");
    assert(getpagesize() == 8192);
    return 0;
}
"""
run p => signal SIGABRT, line 4, output "a"
outputs p printf line => all ["a"]
"#,
    );
}

#[test]
fn standard_error_is_not_part_of_the_output() {
    holds(
        r#"
machine core-i7
program p """
int main(void) {
    fprintf(stderr, "e1\n");
    write(2, "e2\n", 3);
    write(1, "o\n", 2);
    return 0;
}
"""
run p => output "o", exit 0
expect p.stdout == "e2\no\n"
outputs p => all ["o"]
"#,
    );
}

#[test]
fn copies_of_descriptors_lead_where_the_originals_lead() {
    holds(
        r#"
machine core-i7
program p """
int main(void) {
    int error = dup(2);
    write(error, "e1\n", 3);
    dup2(1, 2);
    write(2, "o\n", 2);
    dup2(error, 1);
    write(1, "e2\n", 3);
    return 0;
}
"""
run p => output "o", exit 0
expect p.stdout == "e1\no\ne2\n"
"#,
    );
}

#[test]
fn the_page_size_is_that_of_the_machine() {
    let text = r#"
program p """
int n;
int main(void) {
    n = sysconf(_SC_PAGESIZE);
    printf("%d", getpagesize());
    return n == 256 ? 1 : 0;
}
"""
"#;
    holds(&format!("{text}outputs p => all [\"4096\"]"));
    let machine = "machine { virtual 16 bits, physical 16 bits, page 256 B }";
    holds(&format!(
        "{machine}\n{text}outputs p => all [\"256\"]\nrun p => exit 1, output \"256\""
    ));
}

#[test]
fn different_outputs_are_never_shown_alike() {
    let script = r#"
program p """
int main(void) {
    if (fork() == 0) printf("a b");
    else if (fork() == 0) printf(" ");
    else printf("\n");
    return 0;
}
"""
outputs p => count 6, all ["a b \n", "a b\n ", " a b\n", " \na b", "\na b ", "\n a b"]
"#;
    holds(script);
    let all = script
        .split_once("all ")
        .map(|(before, _)| before)
        .expect("a list");
    let run = crate::running::text(format!(
        "{all}all [\"a b\", \"a b\", \"a b\", \"a b\", \"a b\", \"a b\"]"
    ));
    assert_eq!(run.failures.len(), 1, "{run:?}");
    assert!(run.failures[0].actual.contains(r#"" \na b""#), "{run:?}");
    // Outputs that no other one resembles keep their short form.
    holds(&script.replace("\\n", "c\\n").replace(
        r#"["a b c\n", "a bc\n ", " a bc\n", " c\na b", "c\na b ", "c\n a b"]"#,
        r#"["a b c", "a bc\n ", " a bc\n", " c\na b", "c\na b ", "c\n a b"]"#,
    ));
}

#[test]
fn a_key_shows_the_line_ends_in_which_outputs_differ() {
    let script = r#"
question "Q" points 2 {
  program p """
  int main(void) { if (fork() == 0) printf("a "); else printf("a\n"); return 0; }
  """
  given program p
  ask outputs p => all
}
"#;
    let key = markdown(&paper(script, 0), Edition::Key, &Style::default());
    assert!(key.contains(r#""a\\na ", "a a\\n""#), "{key}");
}

#[test]
fn a_large_program_gets_help_that_applies_to_it() {
    let run = crate::running::text(
        r#"
program p """
char a[32768][1024];
int main(void) {
    for (int j = 0; j < 1024; j++)
        for (int i = 0; i < 32768; i++) a[i][j] = 0;
    return 0;
}
"""
reference p { page 4 KB, frames 2, replacement lru }
"#,
    );
    let said = &run.mistakes[0].said;
    assert!(
        said.contains("`define N = 64`") && !said.contains("only data"),
        "{run:?}"
    );
}

#[test]
fn a_run_pauses_in_the_process_that_arrives() {
    let script = r#"
machine core-i7
program p """
int x = 5;
int main(void) {
    if (fork() == 0) {
        x = 7;
        _exit(x);
    }
    wait(NULL);
    return x;
}
"""
run p until line 5 => line 5, exit none
expect x == 7
p: expect x == 5
pid2: expect x == 7
pid2: run p step => line 8
p: expect x == 5
run p => exit 5, line 8
"#;
    holds(script);
    // A parent that ends first does not end the run.
    holds(
        r#"
machine core-i7
program p """
int main(void) {
    if (fork() > 0) return 3;
    sleep(1);
    puts("child");
    return 4;
}
"""
run p until line 4 => line 4
run p => exit 3, output "child"
"#,
    );
}

#[test]
fn main_gets_the_arguments_of_the_statement() {
    // Bryant and O'Hallaron, figure 9.31 and its main.
    holds(
        r#"
machine core-i7
file "hello.txt" = "hello, world\n"
program mmapcopy """
#include "csapp.h"
void mmapcopy(int fd, int size) {
    char *bufp;
    bufp = Mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    Write(1, bufp, size);
    return;
}
int main(int argc, char **argv) {
    struct stat stat;
    int fd;
    if (argc != 2) {
        printf("usage: %s <filename>\n", argv[0]);
        exit(0);
    }
    fd = Open(argv[1], O_RDONLY, 0);
    fstat(fd, &stat);
    mmapcopy(fd, stat.st_size);
    return 0;
}
"""
run mmapcopy arguments "hello.txt" => output "hello, world", major 1
run mmapcopy => output "usage: mmapcopy <filename>"
let arguments = ["a", "b c"]
program words """
int main(int argc, char **argv) {
    for (int i = 0; i < argc; i++) printf("%s/", argv[i]);
    return argc;
}
"""
outputs words arguments "x" "y" => all ["words/x/y/"]
run words arguments arguments until line 3 => output ""
run words => exit 3, output "words/a/b c/"
"#,
    );
    let wrong = format!("{PROGRAMS}run echoB call main(2, \"a\")");
    let said = &crate::running::text(wrong).mistakes[0].said;
    assert!(said.contains("`arguments \"a\"`"), "{said}");
    let question = r#"
question "Q" points 1 {
  machine core-i7
  program p """
  int main(int argc, char **argv) { return argc; }
  """
  given program p
  ask run p arguments "a" => exit
}
"#;
    let text = markdown(&paper(question, 0), Edition::Paper, &Style::default());
    assert!(text.contains(r#"runs with the argument "a""#), "{text}");
}

#[test]
fn errno_is_that_of_the_latest_failed_call() {
    holds(
        r#"
machine core-i7
program p """
#include "csapp.h"
int main(void) {
    while (wait(NULL) > 0) ;
    if (errno != ECHILD) unix_error("waitpid error");
    printf("%d ", errno);
    if (open("none", O_RDONLY) < 0 && errno == ENOENT) app_error("open");
    return 1;
}
"""
run p => exit 0, output "10"
program q """
int main(void) {
    if (wait(NULL) < 0) printf("%d ", errno);
    if (execlp("none", "none", NULL) < 0) printf("%d", errno);
    app_error("done");
}
"""
outputs q failing execv => all ["10", "10 2"]
"#,
    );
}

#[test]
fn a_line_without_an_operation_gets_a_warning() {
    let script = "machine core-i7\nprogram p \"\"\"\nint main(void) {\n    int i;\n    i = 3;\n    return i;\n}\n\"\"\"\nrun p until line 2 => exit 3";
    let checked = CheckedScript::from_text("p.pw", script, &mut ());
    let said: Vec<&str> = checked.warnings.iter().map(|one| &*one.message).collect();
    assert_eq!(said, ["the run does not pause: no operation is in line 2"]);
    let run = crate::running::text(script);
    assert_eq!((run.failures.len(), run.checks), (0, 1));
    assert!(run.mistakes.is_empty(), "{run:?}");
    // Nothing arrives at the end of `main` after its `return`.
    let heading = script.replace("line 2", "line 1");
    let checked = CheckedScript::from_text("p.pw", &heading, &mut ());
    let helps: Vec<&str> = checked
        .warnings
        .iter()
        .filter_map(|one| one.help.as_deref())
        .collect();
    assert_eq!(helps, ["write `line 3`"]);
}

#[test]
fn structs_of_a_paused_program_are_values() {
    let script = r#"
machine core-i7
program p """
struct pt { int x, y; char tag[2]; };
struct pt s, v[3];
double d;
int main(void) {
    struct pt *q = v;
    s.x = 3;
    q[1].y = 7;
    v[2].tag[1] = 'z';
    d = 1.5;
    return 0;
}
"""
run p until line 10
expect s.x == 3 and v[1].y == 7 and v[2].tag[1] == 122 and d == 1.5
expect s == [3, 0, [0, 0]]
expect v[1] == [0, 7, [0, 0]]
expect v == [[0, 0, [0, 0]], [0, 7, [0, 0]], [0, 0, [0, 122]]]
show v
run p => exit 0
"#;
    holds(script);
    for (path, said) in [("s.z", "`s.z` has no value here"), ("u.x", "no `u`")] {
        let run = outcome(script.replace("show v", &format!("show {path}")));
        assert!(run.mistakes[0].said.contains(said), "{path}: {run:?}");
    }
}

/// The double 0.1 is 0.1 in a script, and a variable has no value before its first assignment.
#[test]
fn variables_of_a_paused_program_have_the_values_of_c() {
    let script = r#"
machine core-i7
program p """
double d[4] = { 0.1, 0.2, -0.001, 9007199254740993.0 }, huge = 1e20, tiny = 1e-300, none;
float f = 0.7f;
int main(void) {
    int x, y = 2, n;
    if (y > 2)
        n = 1;
    d[0] += d[1];
    none = huge / (tiny - tiny);
    for (int i = 0; i < 2; i++) {
        int t;
        t = i;
        x = t;
    }
    return x;
}
"""
run p until line 7
expect d == [0.1, 0.2, -0.001, 9007199254740992] and f == 0.7 and f * 2 == 1.4
expect huge > 2 ** 63 and tiny > 0 and y == 2
run p until line 9
expect d[0] == 0.30000000000000004
run p until line 12
run p until line 12
expect x == 0 and i == 1
run p => exit 1
"#;
    holds(script);
    let unset = "the variable has no value yet";
    for (line, name, why) in [
        (7, "n", unset),
        (7, "x", unset),
        (9, "x", unset),
        (11, "t", unset),
        (9, "none", "it is not a finite number"),
        (
            9,
            "t",
            "it is not visible in the line before which `p` has paused",
        ),
    ] {
        let paused = format!("run p until line {line}\nshow {name}\n");
        let run = outcome(script.replacen("run p until line 7\n", &paused, 1));
        let said = &run.mistakes[0].said;
        assert!(
            said.starts_with(&format!("`{name}` has no value here")),
            "{run:?}"
        );
        assert!(said.contains(why), "{name}: {run:?}");
    }
}

/// A C program with glibc 2.36 has the same faults, apart from the pages with the headers of the blocks: none in `calloc` for
/// the block of 256 KB, which is an area of its own, and one for each page of the block of 16 KB, which is not.
#[test]
fn calloc_writes_only_what_may_be_dirty() {
    holds(
        r#"
machine core-i7
program p """
int main(void) {
    int *p = calloc(64, 4096);
    p[0] = 1;
    p[5 * 1024] = 2;
    char *q = calloc(4, 4096);
    q[0] = 1;
    q[4096] = 1;
    return p[1024] + q[8192];
}
"""
run p => exit 0
expect p by line {
  | line | minor |
  | 3    | 1     |
  | 4    | 1     |
  | 5    | 5     |
  | 6    | 0     |
}
"#,
    );
}

#[test]
fn a_program_that_the_script_does_not_declare_succeeds_in_run_as_in_outputs() {
    let text = r#"
machine core-i7
program p """
int main(void) {
    if (fork() == 0) {
        execl("/bin/ls", "ls", NULL);
        printf("J");
        exit(3);
    }
    int status;
    wait(&status);
    printf("%d", WEXITSTATUS(status));
    return 0;
}
"""
outputs p => all ["0"]
run p => output "0"
"#;
    holds(text);
    let question = format!("question \"Q\" points 1 {{{text}ask last => output}}");
    let text = markdown(&paper(&question, 0), Edition::Paper, &Style::default());
    assert!(
        text.contains("The program /bin/ls prints nothing and exits with status 0."),
        "{text}"
    );
}

/// Two programs that the script does not declare, and one that it does.
#[test]
fn a_paper_states_what_each_undeclared_program_prints() {
    let programs = r#"machine core-i7
program shout """
int main(void) { printf("S"); return 0; }
"""
program p """
int main(void) {
    if (fork() == 0)
        execl("/bin/ls", "ls", NULL);
    if (fork() == 0)
        execlp("date", "date", NULL);
    if (fork() == 0)
        execl("shout", "shout", NULL);
    while (wait(NULL) > 0);
    printf("P");
    return 0;
}
"""
"#;
    for (verb, fact) in [("outputs", "all"), ("run", "output")] {
        let question =
            format!("question \"Q\" points 1 {{\n{programs}{verb} p\nask last => {fact}\n}}");
        let text = markdown(&paper(&question, 0), Edition::Paper, &Style::default());
        for name in ["/bin/ls", "date"] {
            let sentence = format!("The program {name} prints nothing and exits with status 0.");
            assert_eq!(text.matches(&sentence).count(), 1, "{verb}: {text}");
        }
        assert!(!text.contains("The program shout"), "{verb}: {text}");
    }
}

#[test]
fn a_part_of_a_mapping_can_be_unmapped() {
    // The result of each call and the contents are those on Linux.
    let text = r#"
machine core-i7
program p """
int main(void) {
    char *q = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0);
    char *r = mmap(NULL, 10, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    q[0] = 1; q[8192] = 8;
    printf("%d ", munmap(q + 4096, 4096));
    printf("%d %d %d ", q[0], q[8192], r[9]);
    printf("%d ", munmap((char *) 16, 4096));
    printf("%d ", munmap(q, 0));
    printf("%d ", mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    printf("%d ", mmap(NULL, -1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    printf("%d", munmap(q, 3 * 4096));
    return 0;
}
"""
outputs p => all ["0 1 8 0 -1 -1 1 1 0"]
run p => output "0 1 8 0 -1 -1 1 1 0", exit 0
"#;
    holds(text);
}

#[test]
fn a_program_has_the_constants_of_the_system_calls() {
    let constants = pagewalk_engine::kernel::syscall::constants();
    let asserted = constants
        .map(|one| format!("    assert((long) {} == {});\n", one.name, one.value))
        .collect::<Vec<_>>()
        .concat();
    assert!(asserted.contains("MADV_FREE") && asserted.contains("MAP_NORESERVE"));
    holds(&format!(
        "machine core-i7\nprogram p \"\"\"\nint main(void) {{\n{asserted}\n    return 0;\n}}\n\"\"\"\nrun p => exit 0\n"
    ));
    holds(
        r#"
machine core-i7
program p """
int main(void) {
    char *q = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    q[0] = 5;
    char *to = q + 4096;
    char *r = mremap(q, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, to);
    return r == to ? r[0] : 1;
}
"""
run p => exit 5
"#,
    );
}

#[test]
fn files_are_created_with_the_constants_of_a_mode() {
    holds(
        r#"
machine core-i7
program p """
int main(void) {
    int fd = open("new", O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
    return S_IRWXU == 0700 && WUNTRACED == 2 ? fd : 1;
}
"""
run p => exit 3
"#,
    );
}
