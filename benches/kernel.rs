//! Measures the cost of kernel operations on the Core i7 preset without an observer: faults, forks, and
//! operations on many areas.

use divan::{Bencher, black_box, counter::ItemsCount};
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::abi::Arg;
use pagewalk_engine::kernel::config::KernelConfig;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::syscall::{constant, system_call};
use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::random::SplitMix64;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::machine::{Data, Machine};
use pagewalk_engine::trace::demand::DemandPaging;
use pagewalk_engine::trace::record::{Op, Record};
use pagewalk_engine::trace::replay::{Replay, Straddle, Target};

fn main() {
    divan::main();
}

/// Page size in bytes.
const PAGE: u64 = 4096;
/// Number of pages in 1 GB.
const GIGABYTE: u64 = 1 << 18;
/// Number of pages in 256 MB.
const RESIDENT: u64 = 1 << 16;
/// Number of areas. The kernel cannot merge any of them with a neighbor.
const AREAS: u64 = 10_000;

fn kernel() -> (Kernel, Pid) {
    let machine = Machine::core_i7();
    let config = KernelConfig::default_for(machine.spec());
    let mut kernel = Kernel::boot(machine, config).expect("the defaults");
    let pid = kernel.spawn("P1".into()).expect("room for a table");
    (kernel, pid)
}

fn call(kernel: &mut Kernel, pid: Pid, name: &str, args: &[u64]) -> u64 {
    let args: Vec<Arg> = args.iter().map(|arg| Arg::Number((*arg).into())).collect();
    let row = system_call(name).expect("a system call");
    let reply = row
        .call(kernel, pid, &args, &mut ())
        .expect("memory for it");
    reply.result.expect("no error")
}

fn value(name: &str) -> u64 {
    constant(name).expect("a constant") as u64
}

fn map(kernel: &mut Kernel, pid: Pid, pages: u64, prot: u64) -> u64 {
    let flags = value("MAP_PRIVATE") | value("MAP_ANONYMOUS");
    call(
        kernel,
        pid,
        "mmap",
        &[0, pages * PAGE, prot, flags, u64::MAX, 0],
    )
}

fn store(kernel: &mut Kernel, pid: Pid, address: u64) {
    let va = kernel.machine().va(address).expect("48 bits");
    kernel
        .access(pid, va, AccessKind::Write, Data::Store(&[1]), &mut ())
        .expect("a frame");
}

fn touch(kernel: &mut Kernel, pid: Pid, at: u64, pages: u64) {
    for page in 0..pages {
        store(kernel, pid, at + page * PAGE);
    }
}

fn read_write() -> u64 {
    value("PROT_READ") | value("PROT_WRITE")
}

/// Creates a process with 1 GB mapped and 256 MB resident.
fn large() -> (Kernel, Pid, u64) {
    let (mut kernel, pid) = kernel();
    let at = map(&mut kernel, pid, GIGABYTE, read_write());
    touch(&mut kernel, pid, at, RESIDENT);
    (kernel, pid, at)
}

/// Touches new anonymous pages: each touch includes a fault, a frame allocation, a page-table update, and the
/// retried store.
#[divan::bench(sample_count = 20)]
fn demand_zero(bencher: Bencher) {
    let (mut kernel, pid) = kernel();
    let at = map(&mut kernel, pid, GIGABYTE, read_write());
    bencher
        .counter(ItemsCount::new(RESIDENT))
        .with_inputs(|| kernel.clone())
        .bench_local_values(|mut kernel| {
            touch(&mut kernel, pid, at, RESIDENT);
            kernel
        });
}

/// Touches new anonymous pages with 16,384 frames, so that evicted pages go to swap. Three out of four page
/// faults evict another page.
#[divan::bench(sample_count = 10)]
fn eviction(bencher: Bencher) {
    let machine = Machine::core_i7();
    let frames = Some(RESIDENT as u32 / 4);
    let config = KernelConfig {
        frames,
        swap: RESIDENT as u32,
        ..KernelConfig::default_for(machine.spec())
    };
    let mut kernel = Kernel::boot(machine, config).expect("frames there are");
    let pid = kernel.spawn("P1".into()).expect("room for a table");
    let at = map(&mut kernel, pid, GIGABYTE, read_write());
    bencher
        .counter(ItemsCount::new(RESIDENT))
        .with_inputs(|| kernel.clone())
        .bench_local_values(|mut kernel| {
            touch(&mut kernel, pid, at, RESIDENT);
            kernel
        });
}

/// Replays random loads and stores to 4,096 pages in 1,024 frames, so that three out of four accesses cause a swap fault.
/// Measures all structures of `core-i7`, and the page tables alone.
#[divan::bench(args = [true, false], sample_count = 10)]
fn swapping(bencher: Bencher, caches: bool) {
    let mut spec = Spec::core_i7();
    if !caches {
        (spec.caches, spec.tlbs) = (Vec::new(), Vec::new());
    }
    let paging = DemandPaging {
        frames: Some(1024),
        replacement: Some(Policy::Lru),
    };
    let (mut kernel, pid) = paging.start(Machine::new(spec)).expect("room for a table");
    let mut random = SplitMix64::new(1);
    let mut record = || Record {
        address: random.below(4096) * PAGE,
        size: 8,
        op: if random.below(2) == 0 {
            Op::Load
        } else {
            Op::Store
        },
    };
    let records: Vec<Record> = (0..RESIDENT).map(|_| record()).collect();
    bencher.counter(ItemsCount::new(RESIDENT)).bench_local(|| {
        let target = Target::Process(&mut kernel, pid);
        Replay::new(target, Straddle::Split, ())
            .perform(black_box(&records))
            .expect("room in swap");
    });
}

/// Forks a process with 1 GB mapped and 256 MB resident.
#[divan::bench(sample_count = 20)]
fn fork(bencher: Bencher) {
    let (kernel, pid, _) = large();
    bencher
        .with_inputs(|| kernel.clone())
        .bench_local_values(|mut kernel| {
            call(&mut kernel, pid, "fork", &[]);
            kernel
        });
}

/// Clones a kernel with 256 MB resident, stores once, and drops the clone. Each `scenario` and each `probe`
/// has the cost that this benchmark measures.
#[divan::bench]
fn snapshot(bencher: Bencher) {
    let (kernel, pid, at) = large();
    bencher.bench_local(|| {
        let mut copy = kernel.clone();
        store(&mut copy, pid, black_box(at));
        copy
    });
}

/// Creates, one by one, 10,000 areas that do not merge.
#[divan::bench(sample_count = 20)]
fn many_areas(bencher: Bencher) {
    let (kernel, pid) = kernel();
    bencher
        .counter(ItemsCount::new(AREAS))
        .with_inputs(|| kernel.clone())
        .bench_local_values(|mut kernel| {
            for n in 0..AREAS {
                let prot = if n % 2 == 0 {
                    read_write()
                } else {
                    value("PROT_READ")
                };
                map(&mut kernel, pid, 1, prot);
            }
            kernel
        });
}

/// Stores to resident pages of 10,000 areas in a random order.
#[divan::bench(sample_count = 20)]
fn random_access_in_many_areas(bencher: Bencher) {
    let (mut kernel, pid) = kernel();
    let at: Vec<u64> = (0..AREAS)
        .map(|n| {
            let label = if n % 2 == 0 {
                read_write()
            } else {
                read_write() | value("PROT_EXEC")
            };
            map(&mut kernel, pid, 1, label)
        })
        .collect();
    for at in &at {
        store(&mut kernel, pid, *at);
    }
    let mut random = SplitMix64::new(1);
    bencher.counter(ItemsCount::new(AREAS)).bench_local(|| {
        for _ in 0..AREAS {
            let at = at[random.below(AREAS) as usize];
            store(&mut kernel, pid, black_box(at));
        }
    });
}
