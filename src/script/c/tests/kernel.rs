//! Programs that run as processes of a kernel, with gcc and Linux as the outside truth.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::Command;
use std::sync::Arc;

use super::super::{Argument, Settings, Source, Value, entry, inspect};
use super::compile;
use super::forks::{outputs, samples};
use super::{Folder, gcc, generate, run_text};
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::config::KernelConfig;
use pagewalk_engine::kernel::event::{FaultClass, KernelObserver, KernelStep, Signal};
use pagewalk_engine::kernel::file::Fill;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::process::ProcessState;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::event::{Event, MachineObserver};
use pagewalk_engine::machine::presets::Preset;
use pagewalk_engine::program::{
    Access, AccessKind, Buffering, ErrorKind, Host, HostedProcess, Limit, Limits, LineCounts,
    Options, Program, ProgramObserver, RunError, Stop, Until, layout_for, peek,
};

/// A kernel with a program in its first process.
#[derive(Clone)]
pub(super) struct Lab {
    kernel: Kernel,
    pid: Pid,
    host: Host,
}

fn boot(preset: &str) -> (Kernel, Pid) {
    let spec = Preset::named(preset).expect("a preset").spec();
    let config = KernelConfig::default_for(&spec);
    let mut kernel = Kernel::boot(Machine::new(spec), config).expect("a kernel");
    let pid = kernel.spawn("P".into()).expect("a process");
    (kernel, pid)
}

fn program(text: &str, kernel: &Kernel) -> Arc<Program> {
    let settings = Settings {
        layout: layout_for(kernel, None),
        ..Settings::default()
    };
    compile(text, &settings)
        .unwrap_or_else(|mistake| panic!("{mistake:?}"))
        .into()
}

impl Lab {
    fn on(preset: &str, text: &str, arguments: &[&str]) -> Self {
        Self::with(preset, text, arguments, Limits::default())
    }

    fn limited(text: &str, operations: u64) -> Self {
        let mut limits = Limits::default();
        (limits.budget.operations, limits.budget.output) = (operations, 100_000);
        limits.created = 300;
        Self::with("core-i7", text, &["p"], limits)
    }

    fn with(preset: &str, text: &str, arguments: &[&str], limits: Limits) -> Self {
        let (mut kernel, pid) = boot(preset);
        let program = program(text, &kernel);
        let mut host = Host::new(limits);
        let arguments: Vec<Vec<u8>> = arguments.iter().map(|one| one.as_bytes().into()).collect();
        host.start_main(&mut kernel, pid, program, &arguments)
            .unwrap_or_else(|error| panic!("{error}"));
        Self { kernel, pid, host }
    }

    pub(super) fn i7(text: &str) -> Self {
        Self::on("core-i7", text, &["p"])
    }

    pub(super) fn run(&mut self, until: Until) -> Result<Stop, RunError> {
        self.host.run(&mut self.kernel, until, &mut ())
    }

    /// Runs to the end, and returns the output and the status of the first process.
    fn finish(mut self) -> (String, Option<u8>, Self) {
        assert_eq!(self.run(Until::End), Ok(Stop::Ended));
        let (ending, _) = self.first().ending().expect("the process has ended");
        (self.output(), ending.status(), self)
    }

    fn first(&self) -> &HostedProcess {
        self.host.process(self.pid).expect("the process")
    }

    fn output(&self) -> String {
        String::from_utf8_lossy(self.host.output()).into_owned()
    }

    fn line(&self, line: u32) -> LineCounts {
        self.host.counts().line(line)
    }
}

const SEVENTY_EIGHT: &str = "#define PAGES 1024
int main(void) {
  int i, sum = 0;
  char *p = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (i = 0; i < PAGES; i++) p[i * 4096] = 1; // measured
  for (i = 0; i < PAGES; i++) sum += p[i * 4096]; // measured
  if (fork() == 0) {
    for (i = 0; i < PAGES; i += 2) p[i * 4096] = 2; // measured
    exit(0);
  }
  wait(NULL);
  for (i = 0; i < PAGES; i++) p[i * 4096] = 3; // measured
  return 0;
}
";

/// Prints the minor faults of a line. The first call of `getrusage` touches its buffer.
const MEASURE: &str = "
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
static struct rusage before, after;
static void measure_begin(void) { after.ru_minflt = 0; getrusage(RUSAGE_SELF, &before); getrusage(RUSAGE_SELF, &before); }
static void measure_end(int line) {
  getrusage(RUSAGE_SELF, &after);
  fprintf(stderr, \"%d %ld\\n\", line, after.ru_minflt - before.ru_minflt);
}
#line 1
";

/// Runs a program with gcc, and returns the minor faults of the lines that end with `// measured`.
fn real_faults(name: &str, text: &str) -> Option<BTreeMap<u32, u64>> {
    let mut real = MEASURE.to_owned();
    for (line, code) in (1..).zip(text.lines()) {
        match code.strip_suffix("// measured") {
            Some(code) => {
                let _ = writeln!(real, "measure_begin(); {code} measure_end({line});");
            }
            None => real.extend([code, "\n"]),
        }
    }
    let folder = Folder::new(name);
    let program = gcc(&folder.0, &real, &[])?;
    let output = Command::new(program).output().expect("the program runs");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let pairs = text.lines().filter_map(|line| {
        let (line, faults) = line.split_once(' ')?;
        Some((line.parse().ok()?, faults.parse().ok()?))
    });
    Some(pairs.collect())
}

/// The minor faults of the measured lines.
fn faults(lab: &Lab, text: &str) -> BTreeMap<u32, u64> {
    let lines = (1..).zip(text.lines());
    let measured = lines.filter(|(_, code)| code.ends_with("// measured"));
    measured
        .map(|(line, _)| (line, lab.line(line).minor))
        .collect()
}

#[test]
fn faults_by_line_are_those_of_linux() {
    let (_, status, lab) = Lab::i7(SEVENTY_EIGHT).finish();
    let expected = BTreeMap::from([(5, 1024), (6, 0), (8, 512), (12, 1024)]);
    assert_eq!(
        (status, faults(&lab, SEVENTY_EIGHT)),
        (Some(0), expected.clone())
    );
    assert_eq!(lab.line(5).writes, 1024);
    assert_eq!(lab.line(6).reads, 1024);
    // The kernel counts the same faults.
    let counted: u64 = lab.kernel.processes().map(|one| one.faults.minor).sum();
    assert_eq!(lab.host.counts().total().minor, counted);
    match real_faults("faults", SEVENTY_EIGHT) {
        Some(real) => assert_eq!(real, expected),
        None => println!("skipped: gcc is not installed"),
    }
}

/// Variables, the heap, the stack, and shared memory.
const AREAS: &str = "int zeros[9 * 1024], filled[9 * 1024] = { 1 };
int touch(int n) { char block[8 * 4096]; block[n] = 1; return block[n]; }
int main(void) {
  int i;
  char *shared, *block = malloc(1 << 20);
  for (i = 1024; i < 8 * 1024; i += 1024) zeros[i] = 1; // measured
  for (i = 1024; i < 8 * 1024; i += 1024) filled[i] = 1; // measured
  for (i = 0; i < 16; i++) block[5000 + i * 4096] = 1; // measured
  touch(0); // measured
  touch(1); // measured
  shared = mmap(0, 16 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (i = 0; i < 8; i++) shared[i * 4096] = 1; // measured
  munmap(shared, 4096); // measured
  if (fork() == 0) {
    for (i = 1024; i < 8 * 1024; i += 1024) zeros[i] = 2; // measured
    for (i = 1; i < 16; i++) shared[i * 4096] = 2; // measured
    exit(0);
  }
  wait(NULL);
  for (i = 1; i < 16; i++) shared[i * 4096] = 3; // measured
  return 0;
}
";

#[test]
fn faults_in_areas_are_those_of_linux() {
    let (_, status, lab) = Lab::i7(AREAS).finish();
    assert_eq!(status, Some(0));
    let mut actual = faults(&lab, AREAS);
    // Linux's figure of the call contains the faults in the function.
    actual.insert(9, lab.line(2).minor);
    // Linux places the stack at random, so the call itself may reach one more page.
    let mut runs = (0..5).filter_map(|_| real_faults("areas", AREAS));
    match runs.next() {
        Some(real) if real == actual => {}
        Some(real) => assert!(runs.any(|real| real == actual), "{actual:?} {real:?}"),
        None => println!("skipped: gcc is not installed"),
    }
    assert_eq!(lab.line(2).minor, 1);
    // Loading counts no fault.
    let counted: u64 = lab.kernel.processes().map(|one| one.faults.minor).sum();
    assert_eq!(lab.host.counts().total().minor, counted);
}

/// The lecture's program, as on its slides.
const MMAPCOPY: &str = r#"#include "csapp.h"

void mmapcopy(int fd, int size)
{
    /* Ptr to memory mapped area */
    char *bufp;

    bufp = Mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    Write(1, bufp, size);
    return;
}

/* mmapcopy driver */
int main(int argc, char **argv)
{
    struct stat stat;
    int fd;

    /* Check for required cmd line arg */
    if (argc != 2) {
        printf("usage: %s <filename>\n", argv[0]);
        exit(0);
    }

    /* Copy input file to stdout */
    fd = Open(argv[1], O_RDONLY, 0);
    Fstat(fd, &stat);
    mmapcopy(fd, stat.st_size);
    exit(0);
}
"#;

#[test]
fn mmapcopy_copies_a_file_to_standard_output() {
    let mut lab = Lab::on("core-i7", MMAPCOPY, &["mmapcopy", "data.txt"]);
    let file: Vec<u8> = (0..10_000).map(|n| b'a' + (n % 26) as u8).collect();
    lab.kernel
        .add_file("data.txt".into(), Fill::Bytes(file.clone().into()), 10_000);
    let (_, status, lab) = lab.finish();
    assert_eq!((lab.host.output(), status), (&file[..], Some(0)));
    // `write` reads three pages of the file, the first time from the disk.
    assert_eq!((lab.line(9).major, lab.line(9).minor), (3, 0));
    let (output, status, _) = Lab::on("core-i7", MMAPCOPY, &["mmapcopy"]).finish();
    assert_eq!(
        (&*output, status),
        ("usage: mmapcopy <filename>\n", Some(0))
    );
}

#[test]
fn a_child_copies_on_write() {
    let text = "int a[1024];
int main(void) {
  a[0] = 5;
  if (fork() == 0) {
    a[0]++;
    printf(\"%d\\n\", a[0]);
    exit(a[0]);
  }
  int status;
  wait(&status);
  printf(\"%d %d %d\\n\", a[0], WIFEXITED(status), WEXITSTATUS(status));
  a[0]--;
  return 0;
}
";
    let (output, _, lab) = Lab::i7(text).finish();
    assert_eq!(output, "6\n5 1 6\n");
    // The first store, the child's copy, and the parent's page, which is no longer shared.
    assert_eq!([3, 5, 12].map(|line| lab.line(line).minor), [1, 1, 1]);
    let classes = |text: &str, line: u32| {
        let mut lab = Lab::i7(text);
        let mut seen = Classes::default();
        let run = lab.host.run(&mut lab.kernel, Until::End, &mut seen);
        assert_eq!(run, Ok(Stop::Ended));
        seen.faults.retain(|(at, _)| *at == line);
        seen.faults
    };
    assert_eq!(classes(text, 5), [(5, FaultClass::CopyOnWrite)]);
    assert_eq!(classes(text, 3), [(3, FaultClass::DemandZero)]);
}

/// Records the class of each fault with the line of the latest access.
#[derive(Default)]
struct Classes {
    line: u32,
    faults: Vec<(u32, FaultClass)>,
}

impl MachineObserver for Classes {
    fn on_event(&mut self, _: Event) {}
}

impl KernelObserver for Classes {
    fn on_step(&mut self, step: KernelStep) {
        if let KernelStep::Resolved { class, .. } | KernelStep::Killed { class } = step {
            self.faults.push((self.line, class));
        }
    }
}

impl ProgramObserver for Classes {
    fn on_access(&mut self, _: Pid, _: AccessKind, access: Access) {
        self.line = access.line;
    }
}

/// Returns the signal and its line.
fn signal(text: &str) -> (Signal, u32) {
    let (_, _, lab) = Lab::i7(text).finish();
    let (ending, line) = lab.first().ending().expect("the process has ended");
    let state = lab.kernel.process(lab.pid).expect("the process").state;
    assert!(matches!(state, ProcessState::Ended { .. }), "{state:?}");
    (ending.signal().expect("a signal"), line)
}

#[test]
fn a_fatal_fault_has_its_signal_and_line() {
    use Signal::{Bus, Segv};
    let main = |code: &str| format!("int main(void) {{\n{code}\nreturn 0;\n}}\n");
    for (code, expected) in [
        ("int *p = 0;\n*p = 1;", (Segv, 3)),
        (
            "char *s = \"text\";\nputchar(s[0]);\ns[0] = 'T';",
            (Segv, 4),
        ),
        (
            "char *p = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);\nputchar(*p);\n*p = 1;",
            (Segv, 4),
        ),
        (
            "char *p = mmap(0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);\n*p = 1; munmap(p, 4096);\n*p = 1;",
            (Segv, 4),
        ),
        ("char *p = (char *) 0x123456789012345;\n*p = 1;", (Segv, 3)),
        ("printf(\"%s\", (char *) 8);", (Segv, 2)),
        (
            "int fd = open(\"f\", O_RDWR | O_CREAT, 0); write(fd, \"x\", 1);\nchar *p = mmap(0, 8192, 3, MAP_SHARED, fd, 0);\n*p = 1;\np[4096] = 1;",
            (Bus, 5),
        ),
    ] {
        assert_eq!(signal(&main(code)), expected, "{code}");
    }
    let parent = "if (fork() == 0) { int *p = 0; *p = 1; }\nint s; wait(&s);\nprintf(\"%d %d\", WIFSIGNALED(s), WTERMSIG(s));";
    assert_eq!(Lab::i7(&main(parent)).finish().0, "1 11");
}

#[test]
fn a_run_pauses_and_its_copy_continues_alike() {
    let text = "int a[4];
int twice(int n) {
  return 2 * n;
}
int main(void) {
  int i;
  for (i = 0; i < 4; i++)
    a[i] = twice(i);
  printf(\"%d\\n\", a[3]);
  return 0;
}
";
    let mut lab = Lab::i7(text);
    let at = |lab: &Lab, line| Ok(Stop::Arrived { pid: lab.pid, line });
    for i in 0..4 {
        assert_eq!(lab.run(Until::Line(8)), at(&lab, 8));
        let globals = lab.first().program.objects[0].address;
        let value = peek(&lab.kernel, lab.pid, globals + 4, 4);
        assert_eq!(value, Ok(if i >= 2 { 2 } else { 0 }));
    }
    let copy = lab.clone().finish();
    assert_eq!(copy.0, "6\n");
    assert_eq!(lab.run(Until::Line(9)), at(&lab, 9));
    assert_eq!(lab.output(), "");
    assert_eq!(lab.run(Until::Line(8)), Ok(Stop::Ended));
    assert_eq!(lab.output(), "6\n");
    assert_eq!(lab.host.counts(), copy.2.host.counts());
    // Single steps.
    let mut lab = Lab::i7(text);
    let mut lines = Vec::new();
    while let Ok(Stop::Arrived { line, .. }) = lab.run(Until::NextLine) {
        lines.push(line);
    }
    assert_eq!(lines[..8], [7, 8, 3, 7, 8, 3, 7, 8]);
    assert_eq!(lines[lines.len() - 2..], [9, 10]);
}

#[test]
fn the_schedule_is_that_of_the_documentation() {
    let (output, ..) = Lab::i7(
        "int main(void) {
  int i;
  for (i = 1; i <= 3; i++)
    if (fork() == 0) { printf(\"child %d\\n\", i); exit(i); }
  printf(\"parent\\n\");
  waitpid(-1, NULL, 0); printf(\"one\\n\");
  while (wait(NULL) > 0) ;
  if (fork() == 0) { sleep(2); printf(\"late\\n\"); exit(0); }
  sleep(1); printf(\"%d early\\n\", waitpid(-1, NULL, WNOHANG)); wait(NULL); printf(\"end\\n\");
  return 0;
}
",
    )
    .finish();
    assert_eq!(
        output,
        "parent\nchild 1\none\nchild 2\nchild 3\n0 early\nlate\nend\n"
    );
    // `waitpid` waits for its child, although another one ends first.
    let (output, ..) = Lab::i7("int main(void) { int s; if (fork() == 0) exit(1); pid_t last = fork(); if (last == 0) exit(2); waitpid(last, &s, 0); printf(\"%d\", WEXITSTATUS(s)); return 0; }").finish();
    assert_eq!(output, "2");
    // The buffer of a terminal is written at the end of a line, and at `exit`, but not at `_exit`.
    let (output, ..) =
        Lab::i7("int main(void) { printf(\"a\\nb\"); if (fork() == 0) _exit(0); wait(0); write(1, \"c\", 1); printf(\"d\"); fork(); return 0; }").finish();
    assert_eq!(output, "a\ncbdbd");
}

#[test]
fn execve_runs_a_registered_program() {
    let text = "int main(void) {
  char *list[3] = { \"echo\", \"hi\", 0 };
  if (fork() == 0) { execv(\"/bin/echo\", list); printf(\"never\\n\"); }
  int s; wait(&s); printf(\"%d\\n\", WEXITSTATUS(s));
  return 0;
}
";
    let echo = "int main(int argc, char *argv[]) { printf(\"%d %s %s\\n\", argc, argv[0], argv[1]); return 7; }";
    let mut lab = Lab::i7(text);
    let program = program(echo, &lab.kernel);
    lab.host.programs.add("/bin/echo", Program::clone(&program));
    assert_eq!(lab.finish().0, "2 echo hi\n7\n");
    // A program that is not registered prints nothing.
    let (output, ..) = Lab::i7(&text.replace("/bin/echo", "/bin/none")).finish();
    assert_eq!(output, "0\n");
}

#[test]
fn runs_without_an_end_reach_a_limit() {
    for (code, limit) in [
        ("while (1) fork();", Limit::Processes),
        ("while (1) ;", Limit::Operations),
        ("while (1) { static int n; n++; }", Limit::Operations),
        (
            "while (1) munmap(mmap(0, 1 << 20, 3, 34 | MAP_POPULATE, -1, 0), 1 << 20);",
            Limit::Operations,
        ),
        ("while (1) putchar('x');", Limit::Output),
        (
            "while (1) write(1, \"xxxxxxxxxxxxxxxx\", 16);",
            Limit::Operations,
        ),
        ("return main();", Limit::Depth),
        (
            "while (1) if (fork() == 0) exit(0); else wait(0);",
            Limit::Processes,
        ),
    ] {
        let mut lab = Lab::limited(&format!("int main(void) {{\n{code}\n}}\n"), 3_000_000);
        let error = lab.run(Until::End).expect_err(code);
        assert_eq!(
            (error.kind, error.place.line),
            (ErrorKind::Limit(limit), 2),
            "{code}"
        );
    }
    let mut lab = Lab::i7(
        "int f(void) { char a[4096]; a[0] = 1;\nreturn f() + a[0]; }\nint main(void) { return f(); }",
    );
    let error = lab.run(Until::End).expect_err("the stack is full");
    assert_eq!(error.kind, ErrorKind::Limit(Limit::Stack));
    let mut lab = Lab::i7("int a[4]; int main(void) { int i = 7;\nreturn a[i]; }");
    let error = lab.run(Until::End).expect_err("undefined");
    assert!(matches!(
        error.kind,
        ErrorKind::OutOfBounds { index: 7, limit: 4 }
    ));
    assert_eq!(error.place.line, 2);
}

#[test]
fn small_machines_run_programs() {
    let text = "int a[64]; int main(void) { int i; for (i = 0; i < 64; i++)\na[i] = i; printf(\"%d\\n\", a[63]); return 0; }";
    let (output, _, lab) = Lab::on("simple", text, &["p"]).finish();
    // 256 bytes in pages of 64 bytes.
    assert_eq!((&*output, lab.line(2).minor), ("63\n", 4));
}

/// A kernel gives the same results as the flat memory and as gcc.
#[test]
fn programs_on_a_kernel_agree_with_flat_memory() {
    let text = include_str!("features.c");
    let expected = run_text(text).unwrap_or_else(|mistake| panic!("{mistake:?}"));
    let (output, status, _) = Lab::i7(text).finish();
    assert_eq!(
        (output, status.map(i32::from)),
        (expected.0, Some(expected.1))
    );
    for seed in 0..60 {
        let text = generate::program(seed, 0) + "\nint main(void) { return main0(); }\n";
        let (output, status) = run_text(&text).unwrap_or_else(|mistake| panic!("{mistake:?}"));
        let (actual, code, _) = Lab::i7(&text).finish();
        assert_eq!(
            (actual, code.map(i32::from)),
            (output, Some(status)),
            "{text}"
        );
    }
}

#[test]
fn variables_of_a_paused_process_can_be_read() {
    let text = "#define SIZE 4
struct node { int value; struct node *next; };
int a[SIZE] = { 1, 2, 3 };
double d = 2.5;
char *name = \"ab\";
int f(int n, int *p) {
  int x = n + 1;
  if (n > 3) {
    long x = -7;
    struct node end = { 5, 0 }, first = { 4, &end };
    first.value++;
    return x + first.value + *p;
  }
  int late;
  late = x;
  return late;
}
int main(void) { int m = 9; a[3] = f(5, &m); return 0; }
";
    let mut lab = Lab::i7(text);
    let before = |line: u32, lab: &mut Lab| {
        let pid = lab.pid;
        assert_eq!(lab.run(Until::Line(line)), Ok(Stop::Arrived { pid, line }));
    };
    before(12, &mut lab);
    let settings = Settings {
        layout: layout_for(&lab.kernel, None),
        ..Settings::default()
    };
    let counts = lab.host.counts();
    let read = |expression: &str| {
        let process = lab.first();
        let source = Source {
            text,
            settings: &settings,
            program: &process.program,
        };
        let load = |address, size| peek(&lab.kernel, lab.pid, address, size);
        inspect(source, &process.process, &load, expression)
    };
    let int = |n: i128| Ok(Value::Integer(n));
    for (expression, value) in [
        ("n", 5),
        ("x", -7),
        ("*p", 9),
        ("a[1]", 2),
        ("a[SIZE - 1] == 0 && n != 4", 1),
        ("first.value", 5),
        ("first.next->value + a[2] * 2", 11),
        ("first.next == &end", 1),
        ("name[1]", 98),
        ("sizeof a / sizeof a[0]", 4),
        ("n > 3 ? 10 : 1 / 0", 10),
        ("(char) 300", 44),
        ("&a[3] - a", 3),
    ] {
        assert_eq!(read(expression), int(value), "{expression}");
    }
    assert_eq!(read("d * 2"), Ok(Value::Real(5.0)));
    assert_eq!(read("first.next->next"), Ok(Value::Pointer(0)));
    // A struct is the list of its members.
    assert!(
        matches!(&read("first"), Ok(Value::List(all)) if matches!(all[..], [Value::Integer(5), Value::Pointer(_)]))
    );
    let list = [1, 2, 3, 0].map(Value::Integer);
    assert_eq!(read("a"), Ok(Value::List(list.into())));
    for (expression, message) in [
        (
            "a[4]",
            "the index 4 is out of bounds: the array has 4 elements",
        ),
        ("late", "unknown variable `late`"),
        ("m", "unknown variable `m`"),
        (
            "a[1] = 2",
            "this expression is more than a read of variables",
        ),
        (
            "f(1, p)",
            "this expression is more than a read of variables",
        ),
        ("*first.next->next", "access through a null pointer"),
        ("first.next->next->value", "access through a null pointer"),
        (
            "a[",
            "an expression is missing after `[` at the end of the program",
        ),
        ("a 1", "an operator is missing after `a`"),
        ("1 / (n - 5)", "division by zero"),
    ] {
        let mistake = read(expression).expect_err(expression);
        assert_eq!(mistake.message, message, "{expression}");
        assert!(
            mistake.place.end as usize <= expression.len(),
            "{expression}"
        );
    }
    assert_eq!(lab.host.counts(), counts);
    // The variables at the start of the function.
    let mut lab = Lab::i7(&text.replace("f(5", "f(2"));
    before(15, &mut lab);
    let process = lab.first();
    let source = Source {
        text,
        settings: &settings,
        program: &process.program,
    };
    let load = |address, size| peek(&lab.kernel, lab.pid, address, size);
    let read = |expression| inspect(source, &process.process, &load, expression);
    assert_eq!((read("x"), read("n")), (int(3), int(2)));
}

#[test]
fn a_run_starts_at_a_function_with_arguments() {
    let text = "int sum(int a, unsigned char b) { return a + b; }
void twice(double d) { }
struct pair { int a, b; } pair(int a) { struct pair p = { a, a }; return p; }
int main(void) { return 0; }
";
    let (mut kernel, pid) = boot("core-i7");
    let program = program(text, &kernel);
    let (function, arguments) =
        entry(&program, "sum", &[-8, 255].map(Argument::Integer)).expect("a function");
    let mut host = Host::new(Limits::default());
    host.start(&mut kernel, pid, "p", program.clone(), function, &arguments)
        .expect("the program fits");
    assert_eq!(host.run(&mut kernel, Until::End, &mut ()), Ok(Stop::Ended));
    let (ending, _) = host
        .process(pid)
        .and_then(HostedProcess::ending)
        .expect("an end");
    assert_eq!(ending.status(), Some(247));
    for (name, arguments, message) in [
        ("sun", vec![], "the program has no function `sun`"),
        ("sum", vec![1], "`sum` has 2 arguments, not 1"),
        (
            "sum",
            vec![1, 256],
            "256 does not fit parameter 2 of `sum`, which has 1 bytes",
        ),
        (
            "sum",
            vec![1, -1],
            "-1 does not fit parameter 2 of `sum`, which has 1 bytes",
        ),
        (
            "pair",
            vec![1],
            "`pair` returns a struct and cannot be called here",
        ),
        ("", vec![], "the program has no function ``"),
    ] {
        let arguments: Vec<Argument> = arguments.into_iter().map(Argument::Integer).collect();
        let mistake = entry(&program, name, &arguments).expect_err(name);
        assert_eq!(mistake.message, message);
    }
    // The bits of the doubles 1 and 1.5, by IEEE 754.
    for (argument, bits) in [
        (Argument::Integer(1), 0x3FF0_0000_0000_0000),
        (Argument::Real(1.5), 0x3FF8_0000_0000_0000),
    ] {
        let (_, operands) = entry(&program, "twice", &[argument]).expect("a function");
        assert_eq!(operands, [bits]);
    }
}

/// The schedule of a kernel is one of all schedules.
#[test]
fn outputs_on_a_kernel_are_possible() {
    let options = Options {
        buffering: Buffering::Line,
        ..Options::default()
    };
    for sample in samples() {
        let possible = outputs(&sample.text, &options).expect("the program has outputs");
        let (output, ..) = Lab::i7(&sample.text).finish();
        assert!(
            possible.contains(output.as_bytes()),
            "{}: {output:?}",
            sample.name
        );
    }
}
