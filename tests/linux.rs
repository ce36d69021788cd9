//! x
#[path = "linux/names.rs"]
mod names;
#[path = "linux/op.rs"]
mod op;
#[path = "linux/place.rs"]
mod place;
#[path = "linux/real.rs"]
mod real;
#[path = "linux/side.rs"]
mod side;
#[path = "linux/tracee.rs"]
mod tracee;

use op::*;
use place::*;
use side::Side;
#[test]
fn tryit() {
    let mut linux = real::Linux::new().unwrap();
    println!("{:x?} {:?}", linux.layout(), linux.permits());
    let layout = linux.layout();
    let t = std::time::Instant::now();
    linux.start(layout);
    println!("{:?}", t.elapsed());
    println!("{}", linux.tracee(0).maps());
    let f = Fd::File(0, Mode::ReadWrite);
    let mut go = |process, op| {
        let t = std::time::Instant::now();
        let a = linux.step(&Step { process, op });
        println!("{:?} {op:?} {a:?}", t.elapsed());
        for a in linux.maps(0) { println!("   {a}"); }
        println!("{:?}", t.elapsed());
    };
    go(0, Op::Mmap { at: Place::NULL, length: 0x4000, prot: 7, flags: 1, fd: f, offset: 0 });
    go(0, Op::Load { at: Place::page(WINDOW - 4) });
    go(0, Op::Store { at: Place::page(WINDOW - 1).plus(0x200), byte: 0x90 });
    go(0, Op::Load { at: Place::page(WINDOW - 1).plus(0x200) });
    go(0, Op::Fetch { at: Place::page(WINDOW - 1) });
    go(0, Op::Fetch { at: Place::page(WINDOW - 5) });
    go(0, Op::Load { at: Place::page(WINDOW - 5) });
    go(0, Op::Ftruncate { fd: f, length: 0x3800 });
    go(0, Op::Load { at: Place::page(WINDOW - 1).plus(0x200) });
    go(0, Op::Fork);
    go(1, Op::Munmap { at: Place::page(WINDOW - 2), length: 0x1000 });
    go(1, Op::Brk { at: Place::heap(0x1234) });
    go(1, Op::Exit);
    go(0, Op::Brk { at: Place::heap(0x1234) });
    go(0, Op::Pwrite { fd: f, from: Source::Byte(0x91), length: 0x1234, offset: 1 });
    go(0, Op::Mmap { at: Place::NULL, length: 0x4000, prot: 3, flags: 0x21, fd: f, offset: 0 });
}
