//! Prompts: the sentences that ask for items, without the script's notation.

mod fill;
mod items;
mod rows;
mod strings;

pub(crate) use fill::filled;
pub(crate) use items::{of_done, prompt, prompt_with, several_cores};
pub(crate) use rows::{rows, share_string};
pub(crate) use strings::tabled;
