//! The facts of a system call.

use pagewalk_engine::kernel::syscall::system_call;

use super::kernel::{class, count, page, to_swap, yes_no};
use super::types::{COUNT, FIELD, FactType, TRUTH, Values};
use super::words::{CODE, ERROR, FAULT, SIGNAL};
use crate::run::record::{CallRecord, FaultRecord, Shown, copies_page};

/// A fact of a system call.
pub struct CallFact {
    /// Its name.
    pub name: &'static str,
    /// What its values are.
    pub kind: FactType,
    /// One line of help.
    pub(crate) help: &'static str,
    pub(crate) get: fn(&CallRecord) -> Shown,
}

const fn fact(
    name: &'static str,
    kind: FactType,
    help: &'static str,
    get: fn(&CallRecord) -> Shown,
) -> CallFact {
    CallFact { name, kind, help, get }
}

/// The facts of a system call, in the order in which they are told.
pub const CALL_FACTS: &[CallFact] = &[
    fact("returns", FactType::new(Values::Returned), "what it returned; -1 where it failed", returns),
    fact("error", ERROR, "its errno", |call| {
        Shown::word(call.reply.result.err().map_or("none", |error| error.name()))
    }),
    fact("fault", FAULT, "the first page fault inside it", |call| {
        call.faults.first().map_or(Shown::word("none"), class)
    }),
    fact("minor", COUNT, "minor faults inside it", |call| count(&call.faults, FaultRecord::minor)),
    fact("major", COUNT, "major faults inside it", |call| count(&call.faults, FaultRecord::major)),
    fact("evicted", FIELD.or_none(), "the first page that was evicted for it", |call| {
        page(call.all_steps(), call.spec.vpn_bits())
    }),
    fact("swapped-out", TRUTH, "whether a page was written to swap for it", |call| to_swap(call.all_steps())),
    fact("copied", TRUTH, "whether a page was copied for it", |call| yes_no(copies_page(call.all_steps()))),
    fact("signal", SIGNAL, "none: a bad buffer is an error, and no signal is sent", |_| Shown::word("none")),
    fact("code", CODE, "none, as there is no signal", |_| Shown::word("none")),
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
