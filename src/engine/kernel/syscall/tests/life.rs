//! Tests `fork`, `exit`, `wait`, `getpid`, and termination by a signal.

use super::lab::{Lab, args, c};
use crate::kernel::abi::{Arg, Errno};
use crate::kernel::config::SignalPolicy;
use crate::kernel::event::FaultClass;
use crate::kernel::ids::Pid;
use crate::kernel::lifecycle::MOST_PROCESSES;
use crate::kernel::process::ProcessState;
use crate::kernel::syscall::system_call;

const AT: u64 = 0x10000;

/// Creates a process with an area of two pages. The first page starts with the byte 7.
fn lab() -> Lab {
    let mut lab = Lab::i7();
    lab.area("data", AT, AT + 0x2000, "rw-");
    assert_eq!(lab.touch(AT, Some(7)), None);
    lab
}

#[test]
fn processes_are_numbered_from_1() {
    let mut lab = Lab::i7();
    assert_eq!(lab.call("getpid", args![]), Ok(1));
    assert_eq!(lab.kernel.spawn("P2".into()), Ok(Pid(2)));
    assert_eq!(lab.call("fork", args![]), Ok(3));
    assert_eq!(lab.turn(3).call("getpid", args![]), Ok(3));
    assert_eq!(lab.kernel.named("P2").unwrap().pid, Pid(2));
    assert_eq!(&*lab.kernel.named("pid3").unwrap().name, "pid3");
    lab.kernel.rename(Pid(3), "child".into());
    assert_eq!(lab.kernel.named("child").unwrap().pid, Pid(3));
    assert!(lab.kernel.named("pid3").is_none());
}

#[test]
fn a_child_has_independent_copies_of_its_parents_pages() {
    let mut lab = lab();
    lab.ok("write", args![1, "before", 6_u64]);
    let reply = lab.reply("fork", args![]);
    assert_eq!((reply.result, reply.child), (Ok(2), Some(Pid(2))));
    assert_eq!(lab.turn(2).bytes(AT, 2), [7, 0]);
    assert_eq!(lab.process().parent, Some(Pid(1)));
    assert_eq!(lab.stdout(), b"", "what it wrote itself");
    assert_eq!(lab.process().faults.minor, 0);
    assert_eq!(lab.touch(AT, Some(8)), None);
    assert_eq!(lab.touch(AT + 0x1000, Some(9)), None);
    assert_eq!(
        (lab.bytes(AT, 1), lab.bytes(AT + 0x1000, 1)),
        (vec![8], vec![9])
    );
    assert_eq!(
        (lab.turn(1).bytes(AT, 1), lab.bytes(AT + 0x1000, 1)),
        (vec![7], vec![0])
    );
    assert_eq!(lab.stdout(), b"before");
}

#[test]
fn parent_and_child_move_one_offset_and_close_descriptors_of_their_own() {
    let mut lab = lab();
    lab.file("f", "hello, world\n");
    lab.ok("open", args!["f", c("O_RDWR")]);
    lab.ok("fork", args![]);
    assert_eq!(lab.call("read", args![3, AT, 7_u64]), Ok(7));
    assert_eq!(lab.turn(2).call("read", args![3, AT, 100_u64]), Ok(6));
    assert_eq!(lab.bytes(AT, 6), b"world\n");
    assert_eq!(lab.call("close", args![3]), Ok(0));
    assert_eq!(
        lab.turn(1).call("lseek", args![3, 0, c("SEEK_CUR")]),
        Ok(13)
    );
    // A file that the parent opens after the `fork` is not shared with the child.
    lab.ok("open", args!["f", 0]);
    assert_eq!(lab.turn(2).call("close", args![4]), Err(Errno::EBADF));
}

#[test]
fn open_files_are_freed_with_their_last_descriptor() {
    let mut lab = lab();
    let file = lab.file("f", "");
    let users = |lab: &Lab| lab.kernel.files().all[&file].users;
    lab.ok("open", args!["f", 0]);
    lab.ok("open", args!["f", 0]);
    lab.ok("fork", args![]);
    assert_eq!(users(&lab), 2, "open file descriptions, not descriptors");
    lab.ok("exit", args![0]);
    assert_eq!(users(&lab), 2);
    lab.turn(2).ok("close", args![3]);
    assert_eq!(users(&lab), 1);
    lab.ok("exit", args![0]);
    assert_eq!(users(&lab), 0);
    assert_eq!(lab.kernel.opens.len(), 0, "the terminal's too");
}

#[test]
fn exit_frees_frames_tables_and_areas() {
    let mut lab = lab();
    let low = lab.kernel.space.low();
    lab.ok("fork", args![]);
    lab.turn(2).touch(AT, Some(1));
    assert_eq!(lab.kernel.frames().used(), 2);
    assert!(lab.kernel.space.low() < low);
    lab.ok("exit", args![0]);
    assert_eq!(
        (lab.kernel.frames().used(), lab.kernel.space.low()),
        (1, low)
    );
    assert_eq!(
        (
            lab.process().space.areas.count(),
            lab.process().space.resident
        ),
        (0, 0)
    );
    assert_eq!(lab.turn(1).bytes(AT, 1), [7]);
    lab.ok("exit", args![0]);
    assert_eq!(lab.kernel.frames().used(), 0);
}

#[test]
fn a_process_that_ended_calls_nothing_and_has_no_memory() {
    let mut lab = lab();
    lab.ok("exit", args![3]);
    assert_eq!(
        lab.process().state,
        ProcessState::Ended { status: 0x300 },
        "nobody waits for it"
    );
    assert_eq!(lab.call("getpid", args![]), Err(Errno::ESRCH));
    assert_eq!(lab.call("exit", args![0]), Err(Errno::ESRCH));
    assert_eq!(lab.call("fork", args![]), Err(Errno::ESRCH));
    assert_eq!(lab.turn(77).call("getpid", args![]), Err(Errno::ESRCH));
    assert_eq!(lab.turn(1).touch(AT, None), Some(FaultClass::Segmentation));
    assert_eq!(lab.kernel.current(), None);
}

#[test]
fn wait_takes_the_first_child_that_ended() {
    let mut lab = lab();
    assert_eq!(lab.call("wait", args![]), Err(Errno::ECHILD));
    assert_eq!([0; 3].map(|_| lab.ok("fork", args![])), [2, 3, 4]);
    assert_eq!(
        lab.call("wait", args![0]),
        Err(Errno::EAGAIN),
        "all of them run"
    );
    lab.turn(4).ok("exit", args![-1]);
    lab.turn(3).ok("exit", args![300 + 7]);
    assert_eq!(lab.process().state, ProcessState::Zombie { status: 0x3300 });
    // `exit(307)` has status 51, and `exit(-1)` has status 255, because only the low eight bits are kept.
    assert_eq!(lab.turn(1).call("wait", args![AT]), Ok(3));
    assert_eq!(lab.bytes(AT, 4), 0x3300_u32.to_le_bytes());
    assert_eq!(lab.call("wait", args![AT]), Ok(4));
    assert_eq!(lab.bytes(AT, 4), 0xFF00_u32.to_le_bytes());
    assert_eq!(lab.call("wait", args![AT]), Err(Errno::EAGAIN));
    assert_eq!(
        lab.turn(4).process().state,
        ProcessState::Ended { status: 0xFF00 }
    );
}

#[test]
fn a_status_that_cannot_be_written_is_lost_with_its_child() {
    let mut lab = lab();
    lab.ok("fork", args![]);
    lab.turn(2).ok("exit", args![0]);
    assert_eq!(lab.turn(1).call("wait", args![1]), Err(Errno::EFAULT));
    assert_eq!(lab.call("wait", args![1]), Err(Errno::ECHILD));
}

#[test]
fn children_of_an_ended_process_have_no_parent() {
    let mut lab = lab();
    assert_eq!([0; 2].map(|_| lab.ok("fork", args![])), [2, 3]);
    lab.turn(2).ok("exit", args![0]);
    assert_eq!(
        lab.turn(2).process().state,
        ProcessState::Zombie { status: 0 }
    );
    lab.turn(1).ok("exit", args![0]);
    assert_eq!(
        lab.turn(2).process().state,
        ProcessState::Ended { status: 0 }
    );
    assert_eq!(
        (lab.turn(3).process().parent, lab.process().state),
        (None, ProcessState::Running)
    );
    lab.ok("exit", args![0]);
    assert_eq!(lab.process().state, ProcessState::Ended { status: 0 });
    assert_eq!(lab.kernel.alive, 0);
}

#[test]
fn a_fatal_fault_ends_a_process_where_signals_kill() {
    let mut lab = Lab::on("core-i7", |config| config.signals = SignalPolicy::Kill);
    lab.area("data", AT, AT + 0x1000, "r--");
    lab.ok("fork", args![]);
    assert_eq!(lab.turn(2).touch(AT, Some(1)), Some(FaultClass::Protection));
    assert_eq!(lab.process().state, ProcessState::Zombie { status: 11 });
    lab.area_of(1, "status", AT + 0x1000);
    assert_eq!(lab.turn(1).call("wait", args![AT + 0x1000]), Ok(2));
    // WTERMSIG(status), the low seven bits, is SIGSEGV.
    assert_eq!(lab.bytes(AT + 0x1000, 4), [11, 0, 0, 0]);
    // A system call with a bad buffer returns EFAULT without a signal.
    lab.file("f", "x");
    lab.ok("open", args!["f", 0]);
    assert_eq!(lab.call("read", args![3, AT, 1_u64]), Err(Errno::EFAULT));
    assert_eq!(lab.process().state, ProcessState::Running);
}

#[test]
fn a_process_continues_after_a_fatal_fault_if_signals_are_reported() {
    let mut lab = lab();
    assert_eq!(lab.touch(8, None), Some(FaultClass::Segmentation));
    assert_eq!(lab.call("getpid", args![]), Ok(1));
}

#[test]
fn without_room_for_tables_fork_fails_and_changes_nothing() {
    // Memory is 4 KB. A process's table has 256 entries of 2 bytes, so it occupies 8 of the 64 pages.
    let mut lab = Lab::simple();
    let forks = (2..).map_while(|child| (lab.call("fork", args![]) == Ok(child)).then_some(child));
    assert_eq!(forks.last(), Some(8));
    assert_eq!(lab.call("fork", args![]), Err(Errno::ENOMEM));
    assert_eq!((lab.kernel.alive, lab.kernel.processes().count()), (8, 8));
    lab.turn(5).ok("exit", args![0]);
    assert_eq!(
        lab.turn(1).call("fork", args![]),
        Ok(9),
        "a number is given once"
    );
}

#[test]
fn there_are_at_most_32768_processes() {
    let mut lab = Lab::i7();
    lab.hasty = true;
    for child in 2..=MOST_PROCESSES {
        assert_eq!(lab.call("fork", args![]), Ok(child.into()));
    }
    assert_eq!(lab.call("fork", args![]), Err(Errno::EAGAIN));
    lab.turn(2).ok("exit", args![0]);
    assert_eq!(
        lab.turn(1).call("fork", args![]),
        Err(Errno::EAGAIN),
        "a zombie has its number still"
    );
    assert_eq!(lab.call("wait", args![]), Ok(2));
    assert_eq!(lab.call("fork", args![]), Ok(u64::from(MOST_PROCESSES) + 1));
}

#[test]
fn ended_processes_are_eventually_forgotten() {
    let mut lab = Lab::i7();
    lab.hasty = true;
    for _ in 0..70_000 {
        let child = lab.ok("fork", args![]);
        lab.turn(child).ok("exit", args![0]);
        assert_eq!(lab.turn(1).call("wait", args![]), Ok(child));
    }
    assert!(lab.kernel.processes().count() <= 2 * MOST_PROCESSES as usize);
    assert!(lab.kernel.names.len() <= 2 * MOST_PROCESSES as usize);
    assert_eq!(lab.call("fork", args![]), Ok(70_002));
}

#[test]
fn argument_counts_and_string_arguments_are_checked() {
    let mut lab = lab();
    let mut call = |name: &str, args: &[Arg]| {
        let call = system_call(name).expect("a system call");
        call.call(&mut lab.kernel, lab.pid, args, &mut ())
            .expect("memory")
            .result
    };
    let (number, bytes) = (Arg::Number(0), Arg::Bytes("x".as_bytes().into()));
    assert_eq!(
        call("getpid", std::slice::from_ref(&number)),
        Err(Errno::EINVAL)
    );
    assert_eq!(call("close", &[]), Err(Errno::EINVAL));
    assert_eq!(
        call("close", std::slice::from_ref(&bytes)),
        Err(Errno::EINVAL)
    );
    assert_eq!(
        call("write", &[number.clone(), bytes.clone(), number.clone()]),
        Ok(0)
    );
    assert_eq!(
        call("write", &[number, bytes.clone(), bytes]),
        Err(Errno::EINVAL)
    );
}

#[test]
fn a_child_does_not_merge_its_areas_with_inherited_ones() {
    let mut lab = Lab::i7();
    let flags = c("MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED");
    let rw = c("PROT_READ|PROT_WRITE");
    let areas = |lab: &Lab| {
        lab.maps()
            .iter()
            .map(|area| ((area.0 - AT) >> 12, (area.1 - AT) >> 12))
            .collect()
    };
    let expect = |lab: &Lab, seen: &[(u64, u64)]| {
        let found: Vec<_> = areas(lab);
        assert_eq!(found, seen);
    };
    lab.ok("mmap", args![AT, 0x5000, rw, flags, -1, 0]);
    lab.touch(AT, Some(1));
    lab.ok("mmap", args![AT + 0x1_0000, 0x1000, rw, flags, -1, 0]);
    lab.ok("fork", args![]);
    for pid in [1, 2] {
        lab.turn(pid)
            .ok("mmap", args![AT + 0x5000, 0x5000, rw, flags, -1, 0]);
        lab.ok("mmap", args![AT + 0x1_1000, 0x1000, rw, flags, -1, 0]);
        lab.ok("mprotect", args![AT + 0x1000, 0x1000, c("PROT_READ")]);
        lab.ok("mprotect", args![AT + 0x1000, 0x1000, rw]);
    }
    expect(&lab, &[(0, 5), (5, 10), (16, 18)]);
    expect(lab.turn(1), &[(0, 10), (16, 18)]);
}
