//! Tests `execve` against CS:APP's figure 9.31 and Linux's errors.

use std::sync::Arc;

use super::lab::{Lab, args, c, prot};
use crate::kernel::abi::Errno;
use crate::kernel::event::FaultClass;
use crate::kernel::file::{Executable, Fill, Section};
use crate::kernel::program::ExecutableError;

const STACK_TOP: u64 = 0x7FFF_FFFF_F000;

fn section(name: &str, start: u64, size: u64, perms: &str) -> Section {
    Section {
        name: name.into(),
        start,
        size,
        prot: prot(perms),
        zero: name == ".bss",
    }
}

/// The example in the language documentation.
fn a_out(libraries: &[&str]) -> Executable {
    let sections = vec![
        section(".text", 0x40_0000, 0x1800, "r-x"),
        section(".data", 0x60_2000, 0x400, "rw-"),
        section(".bss", 0x60_3000, 0x2000, "rw-"),
    ];
    Executable {
        entry: 0x40_0400,
        sections,
        libraries: libraries.iter().map(|name| Arc::from(*name)).collect(),
    }
}

fn lab(libraries: &[&str]) -> Lab {
    let mut lab = Lab::i7();
    lab.kernel
        .add_executable("a.out".into(), a_out(libraries))
        .expect("an executable");
    lab
}

/// Formats the start, end, permissions, and offset as `maps` does.
fn row(start: u64, end: u64, perms: &str, offset: u64) -> (u64, u64, String, u64) {
    (start, end, perms.to_owned(), offset)
}

#[test]
fn the_new_areas_are_those_of_the_program() {
    let mut lab = lab(&[]);
    lab.area("old", 0x10000, 0x20000, "rw-");
    lab.touch(0x10000, Some(1));
    assert_eq!(lab.call("execve", args!["a.out"]), Ok(0));
    assert_eq!(
        lab.maps(),
        [
            row(0x40_0000, 0x40_2000, "r-xp", 0),
            row(0x60_2000, 0x60_3000, "rw-p", 0x2000),
            row(0x60_3000, 0x60_5000, "rw-p", 0),
            row(STACK_TOP - 0x1000, STACK_TOP, "rw-p", 0),
        ]
    );
    let process = lab.process();
    assert_eq!(
        (process.pc, process.space.brk_start, process.space.brk),
        (Some(0x40_0400), 0x60_5000, 0x60_5000)
    );
    // `argv` and `envp` are not copied, so the new stack is empty.
    assert_eq!(process.rsp, Some(STACK_TOP));
    assert_eq!(
        (process.space.resident, lab.kernel.frames().used()),
        (0, 0),
        "nothing is loaded before it is used"
    );
    let labels = process
        .space
        .areas
        .iter()
        .map(|area| process.space.labels.name(area.label?));
    let labels: Vec<&str> = labels.map(|label| &**label.expect("a name")).collect();
    assert_eq!(labels, [".text", ".data", ".bss", "stack"]);
}

#[test]
fn code_and_data_fault_in_and_the_stack_grows() {
    let mut lab = lab(&[]);
    lab.ok("execve", args!["a.out"]);
    assert_eq!(lab.touch(0x40_0400, None), None);
    assert_eq!(lab.touch(0x40_0400, Some(1)), Some(FaultClass::Protection));
    assert_eq!(lab.touch(0x60_2000, Some(1)), None);
    assert_eq!(lab.touch(0x60_3000, Some(1)), None);
    assert_eq!(
        lab.touch(0x60_5000, Some(1)),
        Some(FaultClass::Segmentation)
    );
    assert_eq!(lab.touch(STACK_TOP - 8, Some(1)), None);
    assert_eq!(lab.touch(STACK_TOP - 0x10_0000, Some(1)), None);
    assert_eq!(
        lab.touch(STACK_TOP - (8 << 20) - 1, Some(1)),
        Some(FaultClass::Segmentation)
    );
    assert_eq!(lab.contents("a.out").len(), 0x2400);
}

#[test]
fn libraries_lie_below_mmap_base_with_shared_text() {
    let mut lab = lab(&["libc.so", "libm.so", "libplain.so", "libc.so"]);
    let sections = vec![
        section(".text", 0x100, 0x1000, "r-x"),
        section(".bss", 0x3000, 0x20, "rw-"),
    ];
    let libm = Executable {
        entry: 0,
        sections,
        libraries: Vec::new(),
    };
    lab.kernel.add_executable("libm.so".into(), libm).unwrap();
    lab.kernel
        .add_file("libplain.so".into(), Fill::Counting, 0x1001);
    lab.ok("execve", args!["a.out"]);
    let base = 0x7FFF_F7FF_F000_u64;
    assert_eq!(
        lab.maps()[3..9],
        [
            // `libplain.so` is mapped completely, and its last page is mapped a second time.
            row(base - 0x9000, base - 0x7000, "r-xs", 0),
            row(base - 0x7000, base - 0x6000, "rw-p", 0x1000),
            // The sections of `libm.so` keep their declared distances.
            row(base - 0x6000, base - 0x4000, "r-xs", 0),
            row(base - 0x3000, base - 0x2000, "rw-p", 0),
            // `libc.so` is undeclared and has a page of text and a page of data.
            row(base - 0x2000, base - 0x1000, "r-xs", 0),
            row(base - 0x1000, base, "rw-p", 0x1000),
        ]
    );
    assert_eq!(
        lab.maps().len(),
        10,
        "a library that is named twice is mapped once"
    );
    assert_eq!(lab.contents("libc.so").len(), 0x2000);
    // All processes share the text but not the data.
    lab.ok("fork", args![]);
    lab.touch(base - 0x2000, None);
    lab.touch(base - 0x1000, None);
    lab.turn(2).touch(base - 0x2000, None);
    lab.touch(base - 0x1000, Some(1));
    assert_eq!(lab.kernel.frames().used(), 3);
}

#[test]
fn it_fails_whole() {
    let mut lab = lab(&[]);
    lab.file("data", "x");
    lab.area("old", 0x10000, 0x11000, "rw-");
    lab.touch(0x10000, Some(7));
    let before = lab.maps();
    assert_eq!(lab.call("execve", args!["nope"]), Err(Errno::ENOENT));
    assert_eq!(lab.call("execve", args![""]), Err(Errno::ENOENT));
    assert_eq!(lab.call("execve", args![0]), Err(Errno::EFAULT));
    assert_eq!(lab.call("execve", args!["data"]), Err(Errno::EACCES));
    assert_eq!(lab.call("execve", args!["nope", 1]), Err(Errno::ENOENT));
    assert_eq!(lab.call("execve", args!["data", 1]), Err(Errno::EACCES));
    assert_eq!(lab.call("execve", args!["a.out", 1]), Err(Errno::EFAULT));
    assert_eq!(lab.call("execve", args!["a.out", 0, 1]), Err(Errno::EFAULT));
    // The list of pointers extends past its area.
    assert_eq!(
        lab.call("execve", args!["a.out", 0x10FFC_u64]),
        Err(Errno::EFAULT)
    );
    assert_eq!(lab.maps(), before);
    assert_eq!((lab.bytes(0x10000, 1), lab.process().pc), (vec![7], None));
    // An empty list is valid.
    assert_eq!(lab.call("execve", args!["a.out", 0x10008_u64, 0]), Ok(0));
}

#[test]
fn without_room_for_its_areas_it_fails_whole() {
    let mut lab = lab(&["huge"]);
    lab.kernel.add_file("huge".into(), Fill::Byte(0), 1 << 60);
    let before = lab.maps();
    assert_eq!(lab.call("execve", args!["a.out"]), Err(Errno::ENOMEM));
    assert_eq!(lab.maps(), before);
    // A section overlaps the stack.
    let sections = vec![section(".text", STACK_TOP - 0x10, 0x10, "r-x")];
    let high = Executable {
        entry: 0,
        sections,
        libraries: Vec::new(),
    };
    lab.kernel.add_executable("high".into(), high).unwrap();
    assert_eq!(lab.call("execve", args!["high"]), Err(Errno::ENOMEM));
}

#[test]
fn descriptors_stay_open_unless_they_close_on_exec() {
    let mut lab = lab(&[]);
    lab.file("f", "hello");
    lab.ok("open", args!["f", c("O_RDONLY|O_CLOEXEC")]);
    lab.ok("open", args!["f", c("O_RDONLY")]);
    lab.ok("lseek", args![4, 3, 0]);
    lab.ok("fork", args![]);
    lab.ok("execve", args!["a.out"]);
    assert_eq!(lab.call("lseek", args![3, 0, 1]), Err(Errno::EBADF));
    assert_eq!(lab.call("lseek", args![4, 0, 1]), Ok(3));
    assert_eq!(lab.call("write", args![1, "x", 1_u64]), Ok(1));
    assert_eq!(
        lab.turn(2).call("lseek", args![3, 0, 1]),
        Ok(0),
        "in another process it stays"
    );
}

#[test]
fn the_old_memory_is_freed_and_the_malloc_heap_is_reset() {
    let mut lab = lab(&[]);
    let low = lab.kernel.space.low();
    lab.area("heap", 0x10000, 0x20000, "rw-");
    for page in 0..16 {
        lab.touch(0x10000 + page * 0x1000, Some(1));
    }
    assert!(lab.kernel.space.low() < low && !lab.process().space.heap.blocks.is_empty());
    lab.ok("execve", args!["a.out"]);
    assert_eq!(
        (lab.kernel.frames().used(), lab.kernel.space.low()),
        (0, low)
    );
    assert!(lab.process().space.heap.blocks.is_empty());
    assert_eq!(lab.kernel.current(), Some(lab.pid));
}

#[test]
fn it_fits_on_the_simple_machine() {
    let mut lab = Lab::simple();
    let sections = vec![
        section(".text", 0x400, 0x50, "r-x"),
        section(".data", 0x480, 0x10, "rw-"),
    ];
    let small = Executable {
        entry: 0x400,
        sections,
        libraries: vec!["libc.so".into()],
    };
    lab.kernel.add_executable("small".into(), small).unwrap();
    lab.ok("execve", args!["small"]);
    // `mmap-base` is three quarters of the address space, and the stack ends at the top.
    assert_eq!(
        lab.maps(),
        [
            row(0x400, 0x480, "r-xp", 0),
            row(0x480, 0x4C0, "rw-p", 0x80),
            row(0x2F80, 0x2FC0, "r-xs", 0),
            row(0x2FC0, 0x3000, "rw-p", 0x40),
            row(0x3FC0, 0x4000, "rw-p", 0),
        ]
    );
}

#[test]
fn invalid_executables_cannot_be_declared() {
    let mut lab = Lab::simple();
    let sections = vec![section(".text", 0x3FFF, 2, "r-x")];
    let wrong = Executable {
        entry: 0,
        sections,
        libraries: Vec::new(),
    };
    assert_eq!(
        lab.kernel.add_executable("a".into(), wrong),
        Err(ExecutableError::Beyond(0))
    );
    assert_eq!(lab.kernel.file_named("a"), None);
}
