//! What an access costs on the Core i7 preset, with nobody watching.

use std::rc::Rc;

use divan::{Bencher, black_box, counter::ItemsCount};
use pagewalk::machine::event::{Kind, Mode};
use pagewalk::machine::presets::Preset;
use pagewalk::machine::pte::{Flags, Pte};
use pagewalk::machine::{Data, Machine};

fn main() {
    divan::main();
}

/// Pages that are mapped, in a row from 0.
const PAGES: u64 = 4096;
/// Accesses of a run.
const RUN: u64 = 4096;

fn core_i7() -> Machine {
    let preset = Preset::named("core-i7").expect("a preset of the machine floor");
    let mut machine = Machine::new(Rc::new((preset.build)()));
    for page in 0..PAGES {
        let vpn = machine.vpn(page).expect("36 bits");
        machine.map(vpn, Pte { ppn: page, flags: Flags::TABLE });
    }
    machine
}

fn load(machine: &mut Machine, address: u64) -> Option<u8> {
    let mut byte = [None];
    let va = machine.va(address).expect("48 bits");
    machine.access(va, Kind::Read, Mode::User, Data::Load(&mut byte), &mut ());
    byte[0]
}

fn store(machine: &mut Machine, address: u64) {
    let va = machine.va(address).expect("48 bits");
    machine.access(va, Kind::Write, Mode::User, Data::Store(&[1]), &mut ());
}

#[divan::bench]
fn load_hits(bencher: Bencher) {
    let mut machine = core_i7();
    for block in 0..256 {
        store(&mut machine, block * 64);
    }
    bencher.counter(ItemsCount::new(RUN)).bench_local(|| {
        for n in 0..RUN {
            black_box(load(&mut machine, n * 64 % (256 * 64)));
        }
    });
}

#[divan::bench]
fn store_hits(bencher: Bencher) {
    let mut machine = core_i7();
    bencher.counter(ItemsCount::new(RUN)).bench_local(|| {
        for n in 0..RUN {
            store(&mut machine, n * 64 % (256 * 64));
        }
    });
}

/// Each access misses the first TLB and the first cache; the 4096 pages go around, so it misses all of them in time.
#[divan::bench]
fn strided_load_misses(bencher: Bencher) {
    let mut machine = core_i7();
    bencher.counter(ItemsCount::new(RUN)).bench_local(|| {
        for n in 0..RUN {
            black_box(load(&mut machine, n * (4096 + 64) % (PAGES * 4096)));
        }
    });
}

#[divan::bench]
fn strided_store_misses(bencher: Bencher) {
    let mut machine = core_i7();
    bencher.counter(ItemsCount::new(RUN)).bench_local(|| {
        for n in 0..RUN {
            store(&mut machine, n * (4096 + 64) % (PAGES * 4096));
        }
    });
}

/// A copy, one store to it, and the copy's end; the argument is how many pages of memory hold bytes.
#[divan::bench(args = [16, 256, 4096])]
fn snapshot_and_one_store(bencher: Bencher, pages: u64) {
    let mut machine = core_i7();
    for block in 0..pages * 64 {
        store(&mut machine, block * 64);
    }
    bencher.bench_local(|| {
        let mut copy = machine.clone();
        store(&mut copy, 0x1234);
        copy
    });
}
