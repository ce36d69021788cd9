//! Checks one side (Linux or Pagewalk) against semantics.md: protection, fatal accesses, and the visibility
//! of stores (rules 17, 18, and 20).

use super::driver::*;
use super::names::*;
use super::op::{FILES, Fd, Mode, Op, Source};
use super::place::{Base, Place};
use super::side::Answer;

super::asked_of_each_side! {
    Driver:
    rule_17_writable_or_executable_pages_are_readable,
    rule_17_the_permission_is_checked_before_the_end_of_the_file,
    rule_18_signals,
    rule_18_the_tail_of_the_last_page_reads_zero_and_never_reaches_the_file,
    rule_18_ftruncate_drops_private_copies_beyond_the_new_end,
    rule_18_bad_buffers_answer_without_a_signal,
    rule_18_a_write_continues_into_the_part_it_added_to_the_file,
    rule_20_writes_show_through_private_pages_not_yet_copied,
    rule_20_shared_stores_show_at_once_and_sharers_come_and_go,
}

fn rule_17_writable_or_executable_pages_are_readable(driver: &mut Driver<'_>) {
    driver.hold(&[
        (anonymous(1, 1, PROT_WRITE), at(1)),
        (load(page(1)), Answer::Byte(0)),
        (anonymous(3, 1, PROT_NONE), at(3)),
        (load(page(3)), segv("SEGV_ACCERR")),
        (store(page(3), 0x90), segv("SEGV_ACCERR")),
        (Op::Fetch { at: page(1) }, segv("SEGV_ACCERR")),
    ]);
    // Linux uses protection keys if the processor has them. Intel's plain page tables have no bit for this
    // protection.
    if driver.0.permits().execute_is_read {
        driver.hold(&[
            (anonymous(2, 1, PROT_EXEC), at(2)),
            (load(page(2)), Answer::Byte(0)),
            (Op::Fetch { at: page(2) }, Answer::Done),
        ]);
    }
}

fn rule_17_the_permission_is_checked_before_the_end_of_the_file(driver: &mut Driver<'_>) {
    driver.hold(&[
        (map(1, 2, PROT_READ, MAP_SHARED, F0, 5 * 0x1000), at(1)),
        (store(page(2), 0x90), segv("SEGV_ACCERR")),
        (load(page(2)), bus()),
    ]);
}

fn rule_18_signals(driver: &mut Driver<'_>) {
    let kernel = Place {
        base: Base::Kernel,
        bytes: 0x1000,
    };
    driver.hold(&[
        (load(page(1)), segv("SEGV_MAPERR")),
        (load(Place::NULL), segv("SEGV_MAPERR")),
        (load(kernel), segv("SEGV_MAPERR")),
        (store(kernel, 0x90), segv("SEGV_MAPERR")),
        (Op::Fetch { at: page(1) }, segv("SEGV_MAPERR")),
        (anonymous(1, 1, PROT_READ), at(1)),
        (store(page(1), 0x90), segv("SEGV_ACCERR")),
        (map(2, 2, PROT_RW, MAP_PRIVATE, F0, 5 * 0x1000), at(2)),
        (load(page(2)), Answer::Byte(FILES[0].fill + 5)),
        (load(page(3)), bus()),
        (store(page(3), 0x90), bus()),
    ]);
}

fn rule_18_the_tail_of_the_last_page_reads_zero_and_never_reaches_the_file(
    driver: &mut Driver<'_>,
) {
    for kind in [MAP_PRIVATE, MAP_SHARED] {
        driver.0.start();
        driver.hold(&[
            (map(1, 1, PROT_RW, kind, F0, 5 * 0x1000), at(1)),
            (load(page(1).plus(0x122)), Answer::Byte(FILES[0].fill + 5)),
            (load(page(1).plus(0x123)), Answer::Byte(0)),
            (store(page(1).plus(0x123), 0x90), Answer::Done),
            (anonymous(2, 1, PROT_RW), at(2)),
            (
                Op::Pread {
                    fd: F0,
                    to: page(2),
                    length: 0x1000,
                    offset: 5 * 0x1000,
                },
                Answer::Number(0x123),
            ),
            (load(page(2).plus(0x123)), Answer::Byte(0)),
        ]);
        assert_eq!(driver.0.file(0), FILES[0].contents());
    }
}

fn rule_18_ftruncate_drops_private_copies_beyond_the_new_end(driver: &mut Driver<'_>) {
    driver.hold(&[
        (map(1, 2, PROT_RW, MAP_PRIVATE, F0, 0), at(1)),
        (store(page(1), 0x90), Answer::Done),
        (store(page(2), 0x91), Answer::Done),
        (
            Op::Ftruncate {
                fd: F0,
                length: 0x1000,
            },
            OK,
        ),
        (load(page(1)), Answer::Byte(0x90)),
        (load(page(2)), bus()),
        (
            Op::Ftruncate {
                fd: F0,
                length: 0x2000,
            },
            OK,
        ),
        (load(page(2)), Answer::Byte(0)),
    ]);
}

fn rule_18_bad_buffers_answer_without_a_signal(driver: &mut Driver<'_>) {
    let pread = |to, length| Op::Pread {
        fd: F0,
        to,
        length,
        offset: 0,
    };
    let pwrite = |from, length| Op::Pwrite {
        fd: F0,
        from: Source::Memory(from),
        length,
        offset: 0,
    };
    driver.hold(&[
        (pread(page(1), 1), error("EFAULT")),
        (pwrite(page(1), 1), error("EFAULT")),
        (anonymous(1, 1, PROT_RW), at(1)),
        (anonymous(2, 1, PROT_READ), at(2)),
        // The system call returns the length of the part that succeeded.
        (pread(page(2).plus(-0x10), 0x20), Answer::Number(0x10)),
        (pwrite(page(3).plus(-0x10), 0x20), Answer::Number(0x10)),
        (pread(page(2), 1), error("EFAULT")),
        // A read at the end of a file transfers no bytes, so any buffer is valid.
        (
            Op::Pread {
                fd: F0,
                to: page(2),
                length: 1,
                offset: 0x100_0000,
            },
            OK,
        ),
    ]);
}

fn rule_18_a_write_continues_into_the_part_it_added_to_the_file(driver: &mut Driver<'_>) {
    let f1 = Fd::File(1, Mode::ReadWrite);
    driver.hold(&[
        (anonymous(1, 1, PROT_RW), at(1)),
        (store(page(2).plus(-1), 0x90), Answer::Done),
        // The access is past the end, because the write has not extended the file yet.
        (map(2, 1, PROT_RW, MAP_PRIVATE, f1, 0x2000), at(2)),
        (load(page(2)), bus()),
        (
            Op::Pwrite {
                fd: f1,
                from: Source::Memory(page(2).plus(-1)),
                length: 0x1000,
                offset: 0x3000,
            },
            Answer::Number(0x1000),
        ),
    ]);
    let file = driver.0.file(1);
    assert_eq!(
        (file.len(), file[0x3000], file[0x3001], file[0x3FFF]),
        (0x4000, 0x90, 0, 0)
    );
}

fn rule_20_writes_show_through_private_pages_not_yet_copied(driver: &mut Driver<'_>) {
    let write = |byte| Op::Pwrite {
        fd: F0,
        from: Source::Byte(byte),
        length: 1,
        offset: 0,
    };
    driver.hold(&[
        (map(1, 1, PROT_RW, MAP_PRIVATE, F0, 0), at(1)),
        (load(page(1)), Answer::Byte(FILES[0].fill)),
        (write(0x90), Answer::Number(1)),
        (load(page(1)), Answer::Byte(0x90)),
        (store(page(1).plus(1), 0x91), Answer::Done),
        (write(0x92), Answer::Number(1)),
        (load(page(1)), Answer::Byte(0x90)),
    ]);
    assert_eq!(driver.0.file(0)[..2], [0x92, FILES[0].fill]);
}

fn rule_20_shared_stores_show_at_once_and_sharers_come_and_go(driver: &mut Driver<'_>) {
    driver.hold(&[
        (map(1, 1, PROT_RW, MAP_SHARED, F0, 0), at(1)),
        (
            map(2, 1, PROT_RW, MAP_SHARED | MAP_ANONYMOUS, Fd::None, 0),
            at(2),
        ),
        (map(3, 1, PROT_READ, MAP_PRIVATE, F0, 0), at(3)),
        (Op::Fork, Answer::Child(1)),
        (Op::Fork, Answer::Child(2)),
        (store(page(1), 0x90), Answer::Done),
        (store(page(2), 0x91), Answer::Done),
        (load(page(3)), Answer::Byte(0x90)),
    ]);
    assert_eq!(driver.0.file(0)[0], 0x90);
    for process in [1, 2] {
        assert_eq!(
            driver.in_process(process, load(page(1))),
            Answer::Byte(0x90)
        );
        assert_eq!(
            driver.in_process(process, load(page(2))),
            Answer::Byte(0x91)
        );
    }
    assert_eq!(driver.in_process(2, unmap(1, 2)), OK);
    assert_eq!(driver.in_process(1, store(page(2), 0x92)), Answer::Done);
    assert_eq!(driver.in_process(1, Op::Exit), Answer::Done);
    driver.hold(&[
        (load(page(2)), Answer::Byte(0x92)),
        (load(page(1)), Answer::Byte(0x90)),
    ]);
}
