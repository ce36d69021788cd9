//! Tests of replay counts against published answers from courses and against two simulators that share no
//! code with Pagewalk: a student's one-level cache, and a model with several levels, TLBs, and paging.

mod accounts;
mod causes;
mod lackey;
mod levels;
mod model;
mod plain;
mod published;
mod reference;
mod scripts;
mod traces;
