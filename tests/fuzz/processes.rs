//! Random scripts with a kernel: calls with unusual arguments, accesses to arbitrary pages, and processes
//! that start and end.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// An address or a length, usually near a possible area, and sometimes an unusual value.
fn place() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (select(vec!["p", "q", "h"]), select(vec![0i64, 1, 64, 256, 4095, 4096, 8192, -1, -64, 1 << 20]))
            .prop_map(|(base, offset)| format!("({base} + {offset})")),
        2 => (0u64..0x4000).prop_map(|n| format!("(z + {n})")),
        1 => select(vec!["-1", "NULL", "0xFFFF800000000000", "0x7FFFFFFFF000", "0xFFFFFFFFFFFFFFFF", "1/2", "\"text\""])
            .prop_map(|odd| format!("[z, {odd}][1]")),
    ]
}

fn length() -> impl Strategy<Value = String> {
    let usual = vec![
        "0",
        "1",
        "64",
        "100",
        "4096",
        "8192",
        "0x10000",
        "p",
        "-1",
        "0x7FFFFFFFFFFFFFFF",
        "(1 << 40)",
    ];
    select(usual).prop_map(|n| format!("[z, {n}][1]"))
}

fn call() -> impl Strategy<Value = String> {
    let prot = || (0u32..9).prop_map(|n| format!("(z + {n})"));
    let flags = select(vec![
        "MAP_PRIVATE | MAP_ANONYMOUS",
        "MAP_SHARED | MAP_ANONYMOUS",
        "MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE",
        "MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED",
        "MAP_PRIVATE",
        "MAP_SHARED",
        "z + 0xFF",
    ]);
    let fd = || select(vec!["-1", "0", "1", "3", "4", "99"]);
    let advice = select(vec![
        "MADV_DONTNEED",
        "MADV_MERGEABLE",
        "MADV_UNMERGEABLE",
        "MADV_WILLNEED",
        "77",
    ]);
    prop_oneof![
        6 => (place(), length(), prot(), flags, fd(), length())
            .prop_map(|(at, len, prot, flags, fd, off)| format!("mmap({at}, {len}, {prot}, {flags}, {fd}, {off})")),
        2 => (place(), length()).prop_map(|(at, len)| format!("munmap({at}, {len})")),
        2 => (place(), length(), prot()).prop_map(|(at, len, prot)| format!("mprotect({at}, {len}, {prot})")),
        2 => (place(), length(), length(), 0u32..4)
            .prop_map(|(at, old, new, flags)| format!("mremap({at}, {old}, {new}, {flags})")),
        1 => (place(), length(), advice).prop_map(|(at, len, advice)| format!("madvise({at}, {len}, {advice})")),
        1 => (place(), length()).prop_map(|(at, len)| format!("mlock({at}, {len})")),
        1 => (place(), length()).prop_map(|(at, len)| format!("msync({at}, {len}, MS_SYNC)")),
        1 => place().prop_map(|at| format!("brk({at})")),
        1 => length().prop_map(|n| format!("sbrk({n})")),
        2 => length().prop_map(|n| format!("malloc({n})")),
        1 => place().prop_map(|at| format!("free({at})")),
        2 => Just("fork()".to_owned()),
        1 => (fd(), place(), length()).prop_map(|(fd, at, n)| format!("read({fd}, {at}, {n})")),
        1 => (fd(), place(), length()).prop_map(|(fd, at, n)| format!("write({fd}, {at}, {n})")),
        1 => (fd(), length()).prop_map(|(fd, n)| format!("ftruncate({fd}, {n})")),
        1 => (fd(), length(), 0u32..4).prop_map(|(fd, n, whence)| format!("lseek({fd}, {n}, {whence})")),
        1 => select(vec!["open(\"data\", O_RDWR)", "open(\"new\", O_RDWR | O_CREAT)", "open(p, O_RDONLY)", "execve(\"a.out\")",
            "execve(\"data\")", "wait(NULL)", "wait(p)", "exit(z)", "getpid()", "fstat(3).st_size",
            "dup(3)", "dup2(3, 5)", "dup2(4, 3)"]).prop_map(String::from),
    ]
}

fn operation() -> impl Strategy<Value = String> {
    prop_oneof![
        place().prop_map(|at| format!("read {at}")),
        (place(), 1u32..300).prop_map(|(at, size)| format!("read {at} size {size}")),
        place().prop_map(|at| format!("write {at} = 7")),
        (place(), 1u32..12).prop_map(|(at, size)| format!("write {at} = 7 size {size}")),
        place().prop_map(|at| format!("fetch {at}")),
        (place(), select(vec!["for write", "by supervisor"]))
            .prop_map(|(at, how)| format!("translate {at} {how}")),
    ]
}

fn facts() -> impl Strategy<Value = String> {
    select(vec![
        "",
        "",
        " => fault normal",
        " => error none",
        " => evicted none, minor 1",
        " => returns z",
        " => signal SIGSEGV",
    ])
    .prop_map(String::from)
}

fn leaf() -> impl Strategy<Value = String> {
    let name = || {
        select(vec![
            "", "P1: ", "P1: ", "P1: ", "P1: ", "P2: ", "P2: ", "c: ", "c: ",
        ])
    };
    let shown = vec![
        "show layout P1",
        "show processes",
        "show frames",
        "show swap",
        "show steps",
        "P1: show maps",
        "P1: show page_table",
        "ksm scan",
        "reclaim z + 2 pages",
        "sync",
        "tick",
        "swap out P1 p",
        "core z",
        "P1: flush tlb",
        "expect exactly P1.maps { | start | }",
        "expect frames { | frame refs |\n| 0 1 | }",
        "expect P1.rss >= 0",
        "expect frames.used + frames.free == frames.total",
        "expect P1.page_table.bytes > 0",
        "expect byte(p) == 0",
        "show P1.heap",
        "show P1.resident",
        "expect swap.used <= swap.slots",
        "file \"new\" = \"text\"",
        "set P1.maps { | start end perms |\n| (p) (p + 4096) rw-p | }",
    ];
    prop_oneof![
        6 => (name(), operation(), facts()).prop_map(|(name, op, facts)| format!("{name}{op}{facts}")),
        6 => (name(), call(), facts()).prop_map(|(name, call, facts)| format!("{name}{call}{facts}")),
        4 => (name(), select(vec!["p", "q", "h", "c"]), call()).prop_map(|(name, x, call)| format!("{name}let {x} = {call}")),
        1 => (name(), call(), facts()).prop_map(|(name, call, facts)| format!("probe {name}{call}{facts}")),
        1 => (name(), operation()).prop_map(|(name, op)| format!("probe {name}{op}")),
        1 => (length(), name(), call()).prop_map(|(to, name, call)| format!("choose w in [1, {to}] where {name}{call} => error none")),
        1 => call().prop_map(|call| format!("expect {call} != z - 9")),
        4 => select(shown).prop_map(String::from),
    ]
}

fn statement() -> impl Strategy<Value = String> {
    leaf().prop_recursive(2, 10, 4, |inner| {
        let body = vec(inner, 0..4).prop_map(|body| body.join("\n"));
        prop_oneof![
            (1u32..4, body.clone()).prop_map(|(n, body)| format!("repeat {n} {{\n{body}\n}}")),
            (select(vec!["P1", "P2", "c"]), body.clone())
                .prop_map(|(name, body)| format!("{name} {{\n{body}\n}}")),
            (call(), body.clone())
                .prop_map(|(call, body)| format!("if {call} == z {{\n{body}\n}}")),
            (any::<u16>(), body)
                .prop_map(|(name, body)| format!("scenario \"{name}\" {{\n{body}\n}}")),
        ]
    })
}

/// A machine, its kernel, and the actions of the kernel's processes.
pub fn script() -> impl Strategy<Value = String> {
    let machine = select(vec![
        "machine simple",
        "machine core-i7",
        "machine core-i7 { cores 2 ; cache none }",
        "machine { virtual 20 bits, physical 16 bits, page 256 B, page_table { levels 2 }, tlb { entries 4, asid on } }",
    ]);
    let policy = select(vec![
        "lru",
        "fifo",
        "clock",
        "second-chance",
        "third-chance",
        "nru",
        "aging",
        "mru",
        "lifo",
        "lfu",
        "random",
    ]);
    let more = select(vec![
        "",
        "scope local",
        "zero-page on",
        "fault-around 4",
        "page-cache warm",
        "signals kill",
    ]);
    let body = vec(statement(), 1..16).prop_map(|body| body.join("\n"));
    let parts = vec(body, 1..4);
    (machine, 1u32..9, 0u32..6, policy, more, parts).prop_map(|(machine, frames, swap, policy, more, parts)| {
        let part = |(n, body): (usize, &String)| format!("scenario \"part {n}\" {{\n{body}\n}}\n");
        let parts: String = parts.iter().enumerate().map(part).collect();
        format!(
            "choose z in 0..1\n{machine}\n\
             kernel {{ frames {frames}, swap {swap} slots, replacement {policy}\n{more}\n}}\n\
             file \"data\" {{ size 1000, fill counting }}\n\
             executable \"a.out\" {{ | section start size perms |\n| .text 400 100 r-x |\n| .bss 600 80 rw- |\n}}\n\
             process P1\nprocess P2\n\
             P1: let p = mmap(NULL, 8192 - z, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)\n\
             P1: let q = p\nP1: let h = malloc(z + 100)\nP2: let c = open(\"data\", O_RDWR)\nP1: let c = fork()\n{parts}"
        )
    })
}
