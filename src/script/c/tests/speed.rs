//! The times of programs, for optimized builds: `.ci/long` sets `PAGEWALK_SPEED`.

use std::sync::Arc;
use std::time::Instant;

use super::compile;
use super::kernel::Lab;
use super::wide;
use pagewalk_engine::machine::Data;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::Va;
use pagewalk_engine::machine::event::{AccessKind, Privilege};
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::program::{
    Access, Budget, Event, Flat, Memory, Options, Process, Until, Watched, explore,
};

const TRANSPOSE: &str = "#define N 256
#define TIMES 1
int src[N][N], dst[N][N];
int main(void) {
  int i, j, k;
  for (k = 0; k < TIMES; k++)
    for (i = 0; i < N; i++)
      for (j = 0; j < N; j++)
        dst[j][i] = src[i][j];
  return 0;
}
";

/// Runs a transposition several times, and returns the operations and the seconds.
fn transpose(
    times: u32,
    watch: impl FnMut(pagewalk_engine::program::AccessKind, Access),
) -> (u64, f64) {
    let mut settings = wide();
    settings.define = vec![("TIMES".to_owned(), times.to_string())];
    let program = compile(TRANSPOSE, &settings).unwrap_or_else(|mistake| panic!("{mistake:?}"));
    let mut process = Process::start(&program).expect("main");
    let mut flat = Flat::new(&program);
    let mut memory = Watched {
        memory: &mut flat,
        watch,
    };
    let mut budget = Budget {
        operations: 1 << 40,
        ..Budget::default()
    };
    let start = Instant::now();
    let event = process.run(&program, &mut memory, &mut budget);
    assert!(matches!(event, Ok(Event::Exit { status: 0, .. })));
    let last = program.objects[1].address + 4;
    assert_eq!(flat.peek(last, 4), Ok(0));
    ((1 << 40) - budget.operations, start.elapsed().as_secs_f64())
}

#[test]
fn programs_are_fast() {
    if std::env::var_os("PAGEWALK_SPEED").is_none() || cfg!(debug_assertions) {
        println!("skipped: PAGEWALK_SPEED is not set, or the build is not optimized");
        return;
    }
    let (operations, seconds) = transpose(50, |_, _| {});
    let rate = operations as f64 / seconds / 1e6;
    println!("flat memory: {rate:.0} M operations/s");
    assert!(rate >= 50.0);
    let spec = Spec::unpaged(32).cache("L1", 64, 8, 6);
    let mut machine = Machine::new(spec);
    let (operations, seconds) = transpose(10, |kind, access| {
        let va: Va = machine.va(access.address).expect("an address");
        let kind = match kind {
            pagewalk_engine::program::AccessKind::Load => AccessKind::Read,
            pagewalk_engine::program::AccessKind::Store => AccessKind::Write,
        };
        let data = Data::SizeOnly(access.size.into());
        machine.access(va, kind, Privilege::User, data, &mut ());
    });
    let rate = operations as f64 / seconds / 1e6;
    println!("one cache: {rate:.0} M operations/s");
    assert!(rate >= 50.0);
    let start = Instant::now();
    let mut lab = Lab::i7(TRANSPOSE);
    lab.run(Until::End).expect("an end");
    let time = start.elapsed().as_millis();
    println!("transpose on core-i7 with a kernel: {time} ms");
    assert!(time <= 200);
    let text = "int main(void) { int i; if (fork() == 0) { for (i = 0; i < 16; i++) putchar('a'); exit(0); } if (fork() == 0) { for (i = 0; i < 16; i++) putchar('b'); exit(0); } if (fork() == 0) { for (i = 0; i < 16; i++) putchar('c'); exit(0); } if (fork() == 0) { for (i = 0; i < 16; i++) putchar('d'); exit(0); } while (wait(NULL) > 0) ; return 0; }";
    let program = compile(text, &wide()).unwrap_or_else(|mistake| panic!("{mistake:?}"));
    let start = Instant::now();
    let outputs = explore(&Arc::new(program), &Options::default()).expect("outputs");
    let (states, time) = (outputs.explored(), start.elapsed().as_millis());
    println!("{states} states: {time} ms");
    assert!(states >= 80_000 && time <= 2000);
}
