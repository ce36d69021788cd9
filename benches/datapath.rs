//! Measures the cost of an access on the Core i7 preset without an observer.

use divan::{Bencher, black_box, counter::ItemsCount};
use pagewalk_engine::machine::event::{AccessKind, Privilege};
use pagewalk_engine::machine::pte::{Bit, Flags, Pte};
use pagewalk_engine::machine::{Data, Machine};

fn main() {
    divan::main();
}

/// Number of mapped pages, starting at page 0.
const PAGES: u64 = 4096;
/// Number of accesses in a run.
const RUN: u64 = 4096;

fn core_i7() -> Machine {
    let mut machine = Machine::core_i7();
    for page in 0..PAGES {
        let vpn = machine.vpn(page).expect("36 bits");
        machine.map(
            vpn,
            Pte {
                ppn: page,
                flags: Flags::TABLE,
            },
        );
    }
    machine
}

fn load(machine: &mut Machine, address: u64) -> Option<u8> {
    let mut byte = [None];
    let va = machine.va(address).expect("48 bits");
    machine.access(
        va,
        AccessKind::Read,
        Privilege::User,
        Data::Load(&mut byte),
        &mut (),
    );
    byte[0]
}

fn store(machine: &mut Machine, address: u64) {
    let va = machine.va(address).expect("48 bits");
    machine.access(
        va,
        AccessKind::Write,
        Privilege::User,
        Data::Store(&[1]),
        &mut (),
    );
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

/// Each access misses in the first-level TLB and the first-level cache. The 4096 pages repeat, so the accesses
/// eventually miss in every TLB and cache.
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

/// Clones a machine, stores to the clone once, and drops the clone. The argument is the number of memory
/// pages that contain data.
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

/// Creates a machine with blocks in all caches of all cores.
fn warm() -> Machine {
    let mut machine = core_i7();
    machine.zero_unset();
    for core in 0..machine.core_count() {
        machine.set_core(core).expect("a core it has");
        for block in 0..4096 {
            store(
                &mut machine,
                (block * 64 + u64::from(core) * 1024 * 64) % (PAGES * 4096),
            );
        }
        for block in 0..512 {
            let va = machine.va(block * 64).expect("48 bits");
            machine.access(
                va,
                AccessKind::Execute,
                Privilege::User,
                Data::Load(&mut [None]),
                &mut (),
            );
        }
    }
    machine
}

/// Copies consecutive pages that are partly cached.
#[divan::bench]
fn copy_page(bencher: Bencher) {
    let mut machine = warm();
    let mut page = 0;
    bencher.bench_local(|| {
        page = (page + 1) % 1024;
        let [from, to] = [page, page + 2048].map(|page| machine.ppn(page).expect("40 bits"));
        machine.copy_page(from, to);
    });
}

#[divan::bench]
fn zero_page(bencher: Bencher) {
    let mut machine = warm();
    let mut page = 0;
    bencher.bench_local(|| {
        page = (page + 1) % 4096;
        let ppn = machine.ppn(page).expect("40 bits");
        machine.zero_page(ppn);
    });
}

#[divan::bench]
fn read_page(bencher: Bencher) {
    let machine = warm();
    let (mut page, mut out) = (0, [0; 4096]);
    bencher.bench_local(|| {
        page = (page + 1) % 1024;
        let ppn = machine.ppn(page).expect("40 bits");
        machine.read_page(ppn, &mut out);
        out[0]
    });
}

#[divan::bench]
fn write_page(bencher: Bencher) {
    let mut machine = warm();
    let (mut page, bytes) = (0, [7; 4096]);
    bencher.bench_local(|| {
        page = (page + 1) % 1024;
        let ppn = machine.ppn(page).expect("40 bits");
        machine.write_bytes(machine.page_of(ppn), &bytes);
    });
}

/// Handles an entry as `fork` does: reads it, makes it read-only, and writes a copy to another table.
#[divan::bench]
fn copy_page_table_entry(bencher: Bencher) {
    let mut machine = warm();
    bencher.counter(ItemsCount::new(RUN)).bench_local(|| {
        for n in 0..RUN {
            let [from, to] = [0x4000_0000 + n * 8, 0x5000_0000 + n * 8]
                .map(|raw| machine.pa(raw).expect("52 bits"));
            let pte = machine.pte_at(from);
            let pte = Pte {
                flags: pte.flags.without(Bit::Rw),
                ..pte
            };
            machine.put_pte(from, pte);
            machine.put_pte(to, pte);
        }
    });
}

/// Invalidates a page in the TLBs of all cores.
#[divan::bench]
fn shoot_down(bencher: Bencher) {
    let mut machine = warm();
    let va = machine.va(0x1000).expect("48 bits");
    bencher.bench_local(|| machine.shoot_down(va, 0, &mut ()));
}
