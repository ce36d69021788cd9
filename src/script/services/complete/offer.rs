//! What is offered for a spot.

use super::head::{Head, form};
use super::item::{Kind, Pick};
use super::spot::Spot;
use super::usage::{Atom, Part};
use super::walk::{Holds, Named, Walk};
use crate::questions::LANGUAGE;
use crate::run::facts::{Component, Family};
use crate::run::nouns::{SHOWN_NOUNS, Views};
use crate::run::state::State;
use crate::run::verbs::FORMS;
use pagewalk_engine::machine::policy::{POLICIES, Policy};
use pagewalk_engine::machine::presets::{PRESETS, Preset};
use pagewalk_engine::machine::pte::BITS;

/// What offers are made from.
#[derive(Clone, Copy)]
pub struct Offers<'a> {
    /// What is declared.
    pub state: &'a State,
    /// What stands before the place.
    pub walk: &'a Walk<'a>,
}

impl Offers<'_> {
    /// What can stand at a spot.
    pub fn offer(&self, spot: &Spot, pick: &mut Pick) {
        match spot {
            Spot::Nothing => {}
            Spot::Statement => self.statements(pick),
            Spot::Setting(name) => self.settings(pick, name),
            Spot::Entry => self.entry(pick),
            Spot::Usage(parts) => self.usage(pick, parts),
            Spot::Value => self.expression(pick),
            Spot::Argument(name, at) => self.argument(pick, name, *at),
            Spot::Field(path) => self.fields(pick, path),
            Spot::FieldOf(call) => Self::call_fields(pick, call),
            Spot::Fact(_) => self.facts(pick),
            Spot::FactValue(name, open) => self.fact_value(pick, name, *open),
            Spot::Column => self.columns(pick),
        }
    }

    fn statements(&self, pick: &mut Pick) {
        for verb in LANGUAGE.verbs() {
            pick.add(verb.name, Kind::Verb, verb.help);
        }
        for (name, _, help) in FORMS.iter().filter(|row| form(row.0).is_some()) {
            pick.add(name, Kind::Keyword, help);
        }
        if self.walk.statement().process.is_none() {
            self.processes(pick, ":");
        }
        let named = self.walk.named.iter().filter(|(named, _)| *named == Named::Definition);
        for name in named.map(|(_, name)| *name).chain(self.state.definitions()) {
            pick.add(name, Kind::Definition, "");
        }
        self.calls(pick);
    }

    fn settings(&self, pick: &mut Pick, name: &str) {
        let Some(block) = LANGUAGE.block(name) else { return };
        let said = &self.walk.block().said;
        for row in (block.settings)().iter().filter(|row| row.repeats || !said.contains(&row.name)) {
            pick.add(row.name, Kind::Setting, row.help);
        }
        if block.bits {
            for bit in BITS.iter().filter(|bit| !said.contains(&bit.name)) {
                [bit.name].iter().chain(bit.aliases).for_each(|name| pick.add(name, Kind::Bit, bit.help));
            }
        }
    }

    /// Bits of one entry, as a table of pages has them, and its PPN.
    fn entry(&self, pick: &mut Pick) {
        let said = &self.walk.block().said;
        let ppn = LANGUAGE.block("pte").and_then(|block| block.setting("ppn"));
        for row in ppn.iter().filter(|row| !said.contains(&row.name)) {
            pick.add(row.name, Kind::Bit, "the physical page number");
        }
        for bit in BITS.iter().filter(|bit| !said.contains(&bit.name)) {
            let names = [bit.name].into_iter().chain(bit.aliases.iter().chain(bit.inverses).copied());
            names.for_each(|name| pick.add(name, Kind::Bit, bit.help));
        }
    }

    fn usage(&self, pick: &mut Pick, parts: &[Part]) {
        let statement = self.walk.statement();
        let head = statement.head.map(|(head, _)| head);
        for part in parts {
            match part {
                Part::Word(word) => self.word(pick, head, word),
                Part::Slot(slot) => self.slot(pick, head, slot),
                _ => {}
            }
        }
        // A noun of a part, or of a process, is followed by its name.
        if let (Some(head), [.., Atom::Word(word)]) = (head, statement.atoms.as_slice())
            && head.usage().contains("NOUN")
        {
            self.named_part(pick, word);
            let view = SHOWN_NOUNS.iter().find(|row| row.name == *word);
            if view.is_some_and(|row| matches!(row.views, Views::Process(_) | Views::Tables(_))) {
                self.processes(pick, "");
            }
        }
    }

    fn word(&self, pick: &mut Pick, head: Option<Head>, word: &str) {
        let setting = matches!(head, Some(Head::Setting(..)));
        let kernel = self.state.kernel().is_some();
        // The kernel keeps its page tables itself.
        if matches!(word, "cr3" | "pte") && kernel {
            return;
        }
        let policy = Policy::by_name(word).filter(|_| setting).map(Policy::row);
        pick.add(word, if setting { Kind::Word } else { Kind::Keyword }, policy.map_or("", |row| row.help));
    }

    fn slot(&self, pick: &mut Pick, head: Option<Head>, slot: &str) {
        let head_name = head.map_or("", Head::name);
        match slot {
            "PRESET" => PRESETS.iter().for_each(|row| pick.add(row.name, Kind::Preset, row.help)),
            "NOUN" => self.nouns(pick, head_name),
            "PROCESS" => self.processes(pick, ""),
            "POLICY" => {
                let rows = POLICIES.iter().filter(|row| row.frames);
                rows.for_each(|row| pick.add(row.name, Kind::Word, row.help));
            }
            "NAME" => self.name(pick, head),
            "OP" => self.operations(pick),
            "PAGES" | "FORMAT" | "[PAGES]" => {}
            _ => self.expression(pick),
        }
    }

    /// A name that something has already: of a part that is flushed, or that an overridden machine has.
    fn name(&self, pick: &mut Pick, head: Option<Head>) {
        match (head, self.walk.statement().atoms.last()) {
            (Some(Head::Verb(_)), Some(Atom::Word(part))) => self.named_part(pick, part),
            (Some(Head::Setting(kind, _)), None) => self.preset_parts(pick, kind),
            _ => {}
        }
    }

    fn named_part(&self, pick: &mut Pick, kind: &str) {
        self.parts(pick, |part| match part {
            Component::Tlb(_) => kind == "tlb",
            Component::Cache(_) => kind == "cache",
        });
    }

    fn preset_parts(&self, pick: &mut Pick, kind: &str) {
        let Holds::Settings(_, words) = &self.walk.block().holds else { return };
        let Some(Atom::Word(preset)) = words.first() else { return };
        let Some(spec) = Preset::named(preset).map(|preset| (preset.build)()) else { return };
        for part in Component::all(&spec) {
            if matches!(part, Component::Tlb(_)) == (kind == "tlb") {
                pick.add(part.name(&spec), Kind::Part, "of the preset");
            }
        }
    }

    /// What `probe` and `where` take.
    fn operations(&self, pick: &mut Pick) {
        for verb in LANGUAGE.verbs().filter(|verb| matches!(verb.family, Family::Access | Family::Replay)) {
            pick.add(verb.name, Kind::Verb, verb.help);
        }
        self.processes(pick, ":");
        self.expression(pick);
    }
}
