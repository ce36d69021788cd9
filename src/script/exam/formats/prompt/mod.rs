//! Prompts: the sentences that ask for items, without the script's notation.

mod items;
mod rows;
mod strings;

pub(crate) use items::{number_of_address, of_done, prompt, prompt_with, several_cores};
pub(crate) use rows::{rows, share_string};
pub(crate) use strings::{filled, tabled};
