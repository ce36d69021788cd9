//! Facts: the properties of an access that a script can expect. Each fact is one row of a table. The facts of a
//! named TLB or cache, and the facts of a page-table level, are patterns with one row each.

mod access;
mod call;
mod component;
mod family;
mod kernel;
mod key;
mod parts;
mod program;
mod reference;
mod replay;
mod replay_counter;
mod reported;
mod row;
mod subject;
mod types;
mod why;
mod words;

pub use access::ACCESS_FACTS;
pub use call::{CALL_FACTS, CallFact};
pub use component::Component;
pub(crate) use component::{low, shifted};
pub(crate) use family::Family;
pub use key::{Key, facts_of, key, type_named};
pub(crate) use parts::level_fact;
pub use parts::{COMPONENT_FACTS, LEVEL_FACTS};
pub(crate) use program::lines_counted;
pub use program::{PROGRAM_FACTS, ProgramFact};
pub use reference::{REFERENCE_FACTS, ReferenceFact};
pub use replay::REPLAY_FACTS;
pub(crate) use replay_counter::level_of;
pub use replay_counter::{REPLAY_COUNTERS, ReplayCounter};
pub(crate) use reported::ReportedKeys;
pub use reported::{ReportedFact, access_keys, reported_facts, stated};
pub use row::Reported;
pub(crate) use row::thousandths;
pub(crate) use subject::Subject;
pub(crate) use types::{COUNT, FIELD, FRACTION, FactType, Values};
pub(crate) use why::flushed;
pub(crate) use words::FAULT;
