//! The facts of a system call.

use pagewalk_engine::kernel::syscall::system_call;

use super::kernel::{class, count, page, to_swap, yes_no};
use super::words::{CODES, ERRORS, FAULTS, NOTHING, SIGNALS, YES_NO};
use crate::run::record::{CallRecord, FaultRecord, Shown};
use crate::run::recorder::copied;

/// A fact of a system call.
pub struct CallFact {
    /// Its name.
    pub name: &'static str,
    /// The words that may stand for its value.
    pub words: &'static [&'static str],
    /// One line of help.
    pub help: &'static str,
    /// What it is.
    pub get: fn(&CallRecord) -> Shown,
}

const fn fact(
    name: &'static str,
    words: &'static [&'static str],
    help: &'static str,
    get: fn(&CallRecord) -> Shown,
) -> CallFact {
    CallFact { name, words, help, get }
}

/// The facts of a system call, in the order in which they are told.
pub const CALL_FACTS: &[CallFact] = &[
    fact("returns", &[], "what it returned; -1 where it failed", returns),
    fact("error", ERRORS, "its errno", |call| {
        Shown::word(call.reply.result.err().map_or("none", |error| error.name()))
    }),
    fact("fault", FAULTS, "the first page fault inside it", |call| {
        call.faults.first().map_or(Shown::word("none"), class)
    }),
    fact("minor", &[], "minor faults inside it", |call| count(&call.faults, FaultRecord::minor)),
    fact("major", &[], "major faults inside it", |call| count(&call.faults, FaultRecord::major)),
    fact("evicted", NOTHING, "the first page that was evicted for it", |call| {
        page(call.all_steps(), call.spec.vpn_bits())
    }),
    fact("swapped-out", YES_NO, "whether a page was written to swap for it", |call| {
        to_swap(call.all_steps())
    }),
    fact("copied", YES_NO, "whether a page was copied for it", |call| yes_no(copied(call.all_steps()))),
    fact("signal", SIGNALS, "none: a bad buffer is an error, and no signal is sent", |_| Shown::word("none")),
    fact("code", CODES, "none, as there is no signal", |_| Shown::word("none")),
];

/// An address is written in hexadecimal, all else in decimal.
fn returns(call: &CallRecord) -> Shown {
    let pointer = system_call(call.name).is_some_and(|row| row.prototype.starts_with("void *"));
    match call.reply.result {
        Ok(address) if pointer => Shown::hex(address, 1),
        Ok(n) => Shown::plain(n),
        Err(_) => Shown::plain(-1i64),
    }
}
