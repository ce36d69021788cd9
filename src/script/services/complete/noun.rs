//! Nouns and the columns of their tables.

use super::item::{ItemKind, Pick};
use super::offer::Offers;
use super::walk::BlockContents;
use crate::run::facts::Component;
use crate::run::nouns::{
    MESSAGE_COLUMNS, SHOWN_NOUNS, STEP_COLUMNS, TABLE_NOUNS, THING_NOUNS, TableNoun, ThingNoun,
};
use crate::run::params::Atom;
use crate::run::table::Column;
use pagewalk_engine::machine::pte::BITS;

impl Offers<'_> {
    /// Adds the nouns that a verb accepts.
    pub fn nouns(&self, pick: &mut Pick, verb: &str) {
        let kernel = self.state.kernel().is_some();
        let kept = |name: &str| verb == "set" && kernel && name == "page_table";
        for row in TABLE_NOUNS.iter().filter(|row| !kept(row.name)) {
            pick.add(row.name, ItemKind::Noun, row.help);
        }
        let set = verb == "set";
        for row in THING_NOUNS.iter().filter(|row| row.settable || !set) {
            if kernel && (!row.of_process || self.walk.in_process()) {
                pick.add(row.name, ItemKind::Noun, row.help);
            }
        }
        if verb == "show" {
            for row in SHOWN_NOUNS {
                pick.add(row.name, ItemKind::Noun, row.help);
            }
        }
        if verb == "expect" {
            let compared = SHOWN_NOUNS
                .iter()
                .filter(|row| matches!(row.name, "reference" | "steps"));
            compared.for_each(|row| pick.add(row.name, ItemKind::Noun, row.help));
        }
        self.processes(pick, "");
    }

    /// Adds the columns that a table's header still lacks.
    pub(crate) fn columns(&self, pick: &mut Pick) {
        let block = self.walk.block();
        let cells = |of: usize| {
            block
                .header
                .iter()
                .filter(move |(bar, _)| of == 0 || *bar == of)
                .map(|(_, name)| *name)
        };
        match &block.contents {
            BlockContents::Areas => {
                listed(
                    pick,
                    ThingNoun::named("maps").map_or(&[], |row| row.columns),
                    cells(0),
                );
            }
            BlockContents::Settings(row, _) => listed(pick, row.columns, cells(0)),
            BlockContents::Table(atoms, path) => {
                let named = noun(atoms, path);
                if let Some(row) = ThingNoun::named(named) {
                    listed(pick, row.columns, cells(0));
                } else if named == "reference" {
                    let said: Vec<&str> = cells(0).collect();
                    STEP_COLUMNS
                        .iter()
                        .filter(|column| !column.is_per_frame() && !said.contains(&column.name))
                        .for_each(|column| pick.add(column.name, ItemKind::Column, ""));
                } else if named == "steps" {
                    listed(pick, MESSAGE_COLUMNS, cells(0));
                } else {
                    self.grouped(pick, named, atoms, &cells(block.bars).collect::<Vec<_>>());
                }
            }
            _ => {}
        }
    }

    /// Adds the columns of a table with several entries per row. Each group between bars may contain all
    /// columns.
    fn grouped(&self, pick: &mut Pick, named: &str, atoms: &[Atom], said: &[&str]) {
        let Some(row) = TableNoun::named(named) else {
            return;
        };
        let mut add = |name: &str| {
            if !said.contains(&name) {
                let bit = BITS
                    .iter()
                    .find(|bit| bit.name == name || bit.aliases.contains(&name));
                pick.add(name, ItemKind::Column, bit.map_or("", |bit| bit.help));
            }
        };
        let Some((machine, level)) = self.state.hardware().zip(self.level(named, atoms)) else {
            let plain = row
                .columns
                .split([' ', '(', ')', '…'])
                .filter(|name| !name.is_empty());
            return plain.for_each(add);
        };
        let layout = (row.layout)(machine, level);
        if layout.ways == 1 || self.walk.block().bars <= 1 {
            add(layout.key);
        }
        if !said.is_empty() || self.walk.block().bars > 1 {
            layout.columns.iter().for_each(|name| add(name));
        }
    }

    /// Returns the index of the named TLB or cache.
    fn level(&self, noun: &str, atoms: &[Atom]) -> Option<usize> {
        let spec = self.state.spec()?;
        let name = match atoms {
            [.., Atom::Word(name)] => name,
            _ => noun,
        };
        match (noun, Component::named(spec, name)) {
            ("tlb", Some(Component::Tlb(at))) | ("cache", Some(Component::Cache(at))) => Some(at),
            ("tlb" | "cache", _) => None,
            ("page_table", _) => spec.mmu.as_ref().map(|_| 0),
            _ => Some(0),
        }
    }
}

/// Returns the noun that the words or the path name.
fn noun<'t>(atoms: &[Atom<'t>], path: &[&'t str]) -> &'t str {
    let word = atoms.iter().find_map(|atom| match atom {
        Atom::Word(word) if *word != "exactly" => Some(*word),
        _ => None,
    });
    word.or(path.last().copied()).unwrap_or("")
}

fn listed<'t>(pick: &mut Pick, columns: &'static [Column], said: impl Iterator<Item = &'t str>) {
    let said: Vec<&str> = said.collect();
    for column in columns.iter().filter(|column| !said.contains(&column.name)) {
        pick.add(column.name, ItemKind::Column, "");
    }
}
