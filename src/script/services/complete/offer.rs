//! The completion items of a context.

use std::sync::Arc;

use pagewalk_engine::machine::policy::{POLICIES, Policy};
use pagewalk_engine::machine::presets::{PRESETS, Preset};
use pagewalk_engine::machine::pte::BITS;

use super::context::CompletionContext;
use super::head::{Head, HeadKind};
use super::item::{ItemKind, Pick};
use super::walk::{BlockContents, Walk};
use crate::lang::include::{INCLUDE, Script};
use crate::lang::tree::Tree;
use crate::questions::{LANGUAGE, PAPER_VERBS};
use crate::run::bind::{Atom, Param, Slot};
use crate::run::facts::Component;
use crate::run::nouns::{
    MESSAGE_COLUMNS, SHOWN_NOUNS, STEP_COLUMNS, TABLE_NOUNS, THING_NOUNS, TableNoun, ThingNoun,
    Views, is_noun,
};
use crate::run::state::State;
use crate::run::table::Column;
use crate::run::verbs::{FORMS, Form};
use crate::services::names::{NameKind, visible, visible_outside};

/// The source of the items.
pub(crate) struct Offers<'a> {
    pub(crate) state: &'a State,
    /// The tokens before the position.
    pub(crate) walk: &'a Walk<'a>,
    /// The names in the text before the position.
    named: Vec<(NameKind, Arc<str>)>,
}

impl<'a> Offers<'a> {
    /// Creates the source of items at the end of the walked text. The statements of the whole text may be known.
    pub(crate) fn new(
        (script, tree): (Option<&Script>, &Tree),
        state: &'a State,
        walk: &'a Walk<'a>,
    ) -> Self {
        let (above, closing) = walk.above();
        let is_alone = |script: &&Script| script.is_balanced() && !tree.text().contains(INCLUDE);
        let alone = script.filter(is_alone).filter(|_| closing.is_empty());
        let mut named = if let Some(script) = alone {
            visible_outside(tree.shared_text(), above.len(), script)
        } else {
            let text = format!("{above}\n{closing}");
            visible(&text, above.len(), script.unwrap_or(&Script::default()))
        };
        named.extend(
            walk.statement()
                .drawn()
                .map(|name| (NameKind::Variable, name.into())),
        );
        Self { state, walk, named }
    }
}

impl Offers<'_> {
    /// Returns the names of this kind that the text defines.
    pub(crate) fn named(&self, kind: NameKind) -> impl DoubleEndedIterator<Item = &str> {
        self.named
            .iter()
            .filter(move |(of, _)| *of == kind)
            .map(|(_, name)| &**name)
    }

    /// Adds the items of a context.
    pub(crate) fn offer(&self, context: &CompletionContext, pick: &mut Pick) {
        match context {
            CompletionContext::Nothing => {}
            CompletionContext::Statement => self.statements(pick),
            CompletionContext::Setting(name) => self.settings(pick, name),
            CompletionContext::Entry => self.entry(pick),
            CompletionContext::Params(params) => self.params(pick, params),
            CompletionContext::Value => self.expression(pick),
            CompletionContext::Argument(name, at) => self.argument(pick, name, *at),
            CompletionContext::Field(path) => self.fields(pick, path),
            CompletionContext::FieldOfCall(call) => Self::call_fields(pick, call),
            CompletionContext::Fact(_) => self.facts(pick),
            CompletionContext::FactValue(name, open) => self.fact_value(pick, name, *open),
            CompletionContext::Column => self.columns(pick),
        }
    }

    /// Adds the statements, beginning with those that belong in the block and with declared names.
    fn statements(&self, pick: &mut Pick) {
        let question = self
            .walk
            .enclosing()
            .is_some_and(|head| matches!(head.name, "question" | "part"));
        if question {
            FORMS
                .iter()
                .filter(|form| form.in_question)
                .for_each(|form| add_form(pick, form));
            for verb in PAPER_VERBS {
                pick.add(verb.name, ItemKind::Verb, verb.help);
            }
        }
        for name in self
            .named(NameKind::Definition)
            .chain(self.state.definitions())
        {
            pick.add(name, ItemKind::Definition, "");
        }
        if self.walk.in_process() {
            self.calls(pick);
        }
        for verb in LANGUAGE.verbs() {
            pick.add(verb.name, ItemKind::Verb, verb.help);
        }
        FORMS
            .iter()
            .filter(|form| !form.is_pattern())
            .for_each(|form| add_form(pick, form));
        if self.walk.statement().process.is_none() {
            self.processes(pick, ":");
        }
        self.calls(pick);
    }

    fn settings(&self, pick: &mut Pick, name: &str) {
        let Some(block) = LANGUAGE.block(name) else {
            return;
        };
        let said = &self.walk.block().said;
        for row in (block.settings)()
            .iter()
            .filter(|row| row.repeats || !said.contains(&row.name))
        {
            pick.add(row.name, ItemKind::Setting, row.help);
        }
        if block.bits {
            bits(pick, said);
        }
    }

    /// Adds the PPN and the bits of an entry, including the bits' alternative names.
    fn entry(&self, pick: &mut Pick) {
        let said = &self.walk.block().said;
        let ppn = LANGUAGE.block("pte").and_then(|block| block.setting("ppn"));
        for row in ppn.iter().filter(|row| !said.contains(&row.name)) {
            pick.add(row.name, ItemKind::Bit, "the physical page number");
        }
        bits(pick, said);
    }

    fn params(&self, pick: &mut Pick, params: &[&Param]) {
        let statement = self.walk.statement();
        let head = statement.head();
        for param in params {
            param
                .words()
                .iter()
                .for_each(|word| self.word(pick, head, word));
            if let Param::Value(slot) = param {
                self.slot(pick, head, *slot);
            }
        }
        // The name of a part or process follows its noun.
        if let (true, [.., Atom::Word(noun)]) = (head.takes_noun(), statement.atoms.as_slice()) {
            match *noun {
                "tlb" => self.parts(pick, |part| matches!(part, Component::Tlb(_))),
                "cache" => self.parts(pick, |part| matches!(part, Component::Cache(_))),
                _ => {}
            }
            let view = SHOWN_NOUNS.iter().find(|row| row.name == *noun);
            if view.is_some_and(|row| matches!(row.views, Views::Process(_) | Views::Tables(_))) {
                self.processes(pick, "");
            }
        }
    }

    fn word(&self, pick: &mut Pick, head: Head, word: &str) {
        let setting = head.kind == HeadKind::Setting;
        // If a kernel is running, a script cannot set page tables.
        if matches!(word, "cr3" | "asid" | "pte") && self.state.kernel().is_some() {
            return;
        }
        let policy = Policy::by_name(word).filter(|_| setting).map(Policy::row);
        pick.add(
            word,
            if setting {
                ItemKind::Word
            } else {
                ItemKind::Keyword
            },
            policy.map_or("", |row| row.help),
        );
    }

    fn slot(&self, pick: &mut Pick, head: Head, slot: Slot) {
        match slot {
            Slot::Preset => PRESETS
                .iter()
                .for_each(|row| pick.add(row.name, ItemKind::Preset, row.help)),
            Slot::Noun => self.nouns(pick, head.name),
            Slot::Process => self.processes(pick, ""),
            Slot::Policy => {
                let rows = POLICIES.iter().filter(|row| row.frames);
                rows.for_each(|row| pick.add(row.name, ItemKind::Word, row.help));
            }
            Slot::Tlb => self.names(pick, head, |part| matches!(part, Component::Tlb(_))),
            Slot::Cache => self.names(pick, head, |part| matches!(part, Component::Cache(_))),
            Slot::Op => self.operations(pick),
            Slot::Pages if head.kind == HeadKind::Setting => self.variables(pick),
            Slot::Program => self.programs(pick),
            Slot::Pages
            | Slot::Variable
            | Slot::Definition
            | Slot::NewProcess
            | Slot::NewProgram
            | Slot::CName
            | Slot::Student => {}
            slot if slot.is_quoted() => {}
            _ => self.expression(pick),
        }
    }

    /// Adds the names of parts, from the machine or from the preset that a declaration changes.
    fn names(&self, pick: &mut Pick, head: Head, which: fn(Component) -> bool) {
        if head.kind != HeadKind::Setting {
            return self.parts(pick, which);
        }
        let BlockContents::Settings(_, words) = &self.walk.block().contents else {
            return;
        };
        let Some(Atom::Word(preset)) = words.first() else {
            return;
        };
        let Some(spec) = Preset::named(preset).map(Preset::spec) else {
            return;
        };
        for part in Component::all(&spec).filter(|part| which(*part)) {
            pick.add(part.name(&spec), ItemKind::Part, "of the preset");
        }
    }

    /// Adds the operands of `probe` and `where`.
    fn operations(&self, pick: &mut Pick) {
        for verb in LANGUAGE.verbs().filter(|verb| verb.family.is_operation()) {
            pick.add(verb.name, ItemKind::Verb, verb.help);
        }
        self.processes(pick, ":");
        self.expression(pick);
    }
}

fn bits(pick: &mut Pick, said: &[&str]) {
    for bit in BITS.iter().filter(|bit| !said.contains(&bit.name)) {
        bit.names()
            .for_each(|name| pick.add(name, ItemKind::Bit, bit.help));
    }
}

fn add_form(pick: &mut Pick, form: &Form) {
    pick.add(form.name, ItemKind::Keyword, form.help);
}

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
            // A noun that is missing above needs a kernel.
            for figure in LANGUAGE.figures().filter(|name| !is_noun(name)) {
                pick.add(figure, ItemKind::Keyword, "");
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
