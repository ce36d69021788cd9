//! Completions after a path: properties of the machine, its parts, the kernel, or a process, and fields of a
//! call's result. Facts, their values, and snippets.

use pagewalk_engine::kernel::syscall::system_call;

use super::head::Head;
use super::item::{ItemKind, ItemPosition, Pick};
use super::offer::Offers;
use crate::lang::value::functions::function;
use crate::questions::LANGUAGE;
use crate::run::bind::{Param, Params, Slot};
use crate::run::facts::{
    ACCESS_FACTS, CALL_FACTS, COMPONENT_FACTS, Component, FactType, Family, LEVEL_FACTS, Values,
    facts_of, type_named,
};
use crate::run::nouns::{TABLE_NOUNS, THING_NOUNS};
use crate::run::paths::{
    KERNEL_PROPERTIES, LAST, MACHINE_PROPERTIES, PART_PROPERTIES, PROCESS_PROPERTIES, PeekFunction,
    kind_of, part_of, setting_paths,
};
use crate::run::settings::SettingWord;
use crate::run::state::{Binding, State};
use crate::services::names::NameKind;

impl Offers<'_> {
    /// Adds the names that can follow a path and a dot.
    pub fn fields(&self, pick: &mut Pick, path: &[&str]) {
        let [head, between @ ..] = path else { return };
        let before: String = between.iter().flat_map(|name| [name, "."]).collect();
        let mut add = |name: &str, kind: ItemKind, help: &str| {
            // A dotted name is completed part by part.
            if let Some(rest) = name.strip_prefix(&*before) {
                let next = rest.split('.').next().unwrap_or(rest);
                pick.add(next, kind, if next == rest { help } else { "" });
            }
        };
        if *head == LAST {
            let facts = facts_of(self.last_family(), self.state.spec().map(|spec| &**spec));
            return facts
                .iter()
                .for_each(|(name, key)| add(name, ItemKind::Fact, key.help()));
        }
        let part = self
            .state
            .spec()
            .and_then(|spec| Component::named(spec, head));
        if let (Some(part), Some(machine)) = (part, self.state.hardware()) {
            let kind = kind_of(part);
            let part = part_of(machine, part);
            let has = PART_PROPERTIES
                .iter()
                .filter(|row| (row.get)(&part).is_some());
            has.for_each(|row| add(row.name, ItemKind::Field, row.help));
            let new =
                |setting: &SettingWord| PART_PROPERTIES.iter().all(|row| row.name != setting.name);
            let settings = setting_paths(kind).filter(new);
            return settings.for_each(|setting| add(setting.name, ItemKind::Field, setting.help));
        }
        if self.is_process(head) {
            return self.process_fields(&mut add);
        }
        for row in MACHINE_PROPERTIES.iter().filter(|row| row.of == *head) {
            add(row.name, ItemKind::Field, row.help);
        }
        for row in KERNEL_PROPERTIES.iter().filter(|row| row.of == *head) {
            add(row.name, ItemKind::Field, row.help);
        }
        if !matches!(*head, "tlb" | "cache") {
            setting_paths(head)
                .for_each(|setting| add(setting.name, ItemKind::Field, setting.help));
        }
    }

    fn process_fields(&self, add: &mut dyn FnMut(&str, ItemKind, &str)) {
        for row in PROCESS_PROPERTIES {
            add(row.name, ItemKind::Field, row.help);
        }
        for row in MACHINE_PROPERTIES
            .iter()
            .filter(|row| row.of == "page_table")
        {
            add(
                &format!("{}.{}", row.of, row.name),
                ItemKind::Field,
                row.help,
            );
        }
        let head = self.walk.statement().head();
        if !head.is_verb() || !head.takes_noun() {
            return;
        }
        let set = head.name == "set";
        for row in THING_NOUNS
            .iter()
            .filter(|row| row.of_process && (row.settable || !set))
        {
            add(row.name, ItemKind::Noun, row.help);
        }
        for row in TABLE_NOUNS
            .iter()
            .filter(|row| row.name == "page_table" && !set)
        {
            add(row.name, ItemKind::Noun, row.help);
        }
    }

    /// Returns the fact family of the latest statement that has facts.
    fn last_family(&self) -> Family {
        let last = self.state.last.as_deref();
        last.map_or(Family::Access, |did| Family::of(did).0)
    }

    /// Whether a process with this name exists.
    pub(crate) fn is_process(&self, name: &str) -> bool {
        self.named(NameKind::Process).any(|known| known == name)
            || self
                .state
                .kernel()
                .is_some_and(|kernel| kernel.named(name).is_some())
    }

    /// Adds the fields of the structure that a call fills in.
    pub(crate) fn call_fields(pick: &mut Pick, call: &str) {
        for field in system_call(call).map_or(&[][..], |row| row.fields) {
            pick.add(field, ItemKind::Field, "");
        }
    }
}

impl Offers<'_> {
    /// Adds the facts that the current statement does not list yet.
    pub(crate) fn facts(&self, pick: &mut Pick) {
        let statement = self.walk.statement();
        let stated = statement
            .facts
            .as_ref()
            .map_or(&[][..], |facts| &facts.stated);
        for (name, key) in facts_of(statement.family(), self.state.spec().map(|spec| &**spec)) {
            if !stated.contains(&&*name) {
                pick.add(&name, ItemKind::Fact, key.help());
            }
        }
    }

    /// Adds the values of a fact: keywords, and expressions if the fact accepts other values. If `open` is true,
    /// `not` and `in` are possible.
    pub(crate) fn fact_value(&self, pick: &mut Pick, name: &str, open: bool) {
        let family = self.walk.statement().family();
        let kind = type_named(name, family, self.state.spec().map(|spec| &**spec));
        for word in kind.map_or(&[][..], FactType::words) {
            pick.add(word, ItemKind::Word, "");
        }
        if kind.is_some_and(|kind| kind.values == Values::ServedBy) {
            self.parts(pick, |part| matches!(part, Component::Cache(_)));
        }
        if open {
            pick.add("not", ItemKind::Keyword, "any other value");
            pick.add("in", ItemKind::Keyword, "a value of a range or list");
        }
        if !kind.is_some_and(FactType::is_word) {
            self.expression(pick);
        }
    }
}

/// Whether a fact of an access or a call can have this word as its value on some machine.
pub(crate) fn is_fact_word(word: &str) -> bool {
    let access = ACCESS_FACTS
        .iter()
        .map(|row| row.kind)
        .chain(CALL_FACTS.iter().map(|row| row.kind));
    let parts = COMPONENT_FACTS
        .iter()
        .map(|row| row.kind)
        .chain(LEVEL_FACTS.iter().map(|row| row.kind));
    access.chain(parts).any(|kind| kind.words().contains(&word))
}

// Snippets: completions with placeholders, derived from the usage. The Language Server Protocol 3.17 defines
// the syntax, such as `${1:VA}`, `${1|on,off|}`, and `$0`.

/// Returns the snippet of an item, or `None` if the item needs no parameters.
pub fn snippet(
    text: &str,
    kind: ItemKind,
    position: ItemPosition,
    state: &State,
) -> Option<String> {
    let head = match (kind, position) {
        (ItemKind::Verb, _) | (ItemKind::Keyword, ItemPosition::Statement) => Head::from_word(text),
        (ItemKind::Setting, ItemPosition::Setting(block)) => {
            Head::of_setting(LANGUAGE.block(block)?, text)
        }
        (ItemKind::Call | ItemKind::Function | ItemKind::Definition, _) => {
            return called(text, state);
        }
        _ => return None,
    };
    let mut writer = Writer {
        text: format!("{text} "),
        places: 0,
        over: false,
    };
    writer.params(head.params.first_way());
    (writer.places > 0)
        .then(|| writer.text.trim_end().to_owned() + if writer.over { "" } else { "$0" })
}

/// Returns a call with its required parameters.
fn called(name: &str, state: &State) -> Option<String> {
    let params: Vec<String> = if let Some(Binding::Def(def)) = state.find(name) {
        def.params
            .iter()
            .map(|param| param.text.to_string())
            .collect()
    } else if let Some(row) = system_call(name) {
        row.parameters()
            .iter()
            .take(row.required)
            .map(|parameter| parameter.name.to_owned())
            .collect()
    } else if let Some(row) = function(name) {
        row.parameters
            .iter()
            .filter(|param| !param.ends_with('?'))
            .map(|param| param.replace('…', ""))
            .collect()
    } else {
        PeekFunction::named(name)?
            .parameters()
            .iter()
            .map(|param| param.replace('"', ""))
            .collect()
    };
    let places: Vec<String> = params
        .iter()
        .zip(1..)
        .map(|(param, number)| format!("${{{number}:{}}}", escaped(param)))
        .collect();
    Some(format!("{name}({})$0", places.join(", ")))
}

struct Writer {
    text: String,
    places: usize,
    /// Whether the last placeholder, which is inside a block, was written.
    over: bool,
}

impl Writer {
    /// Adds the parameters up to a list, and only the first element of the list.
    fn params(&mut self, params: &[Param]) {
        for param in params {
            if self.over || matches!(param, Param::Comma | Param::Value(Slot::Etc)) {
                return;
            }
            self.param(param);
        }
    }

    fn param(&mut self, param: &Param) {
        match param {
            Param::Optional(_) | Param::Comma | Param::Ways(_) => return,
            Param::Many(one) => return self.param(one),
            Param::Value(slot) => self.slot(*slot),
            Param::Words(words) => {
                self.places += 1;
                self.text +=
                    &["${", &self.places.to_string(), "|", &words.join(","), "|}"].concat();
            }
            Param::OneOf(params) => {
                return params.iter().take(1).for_each(|param| self.param(param));
            }
            Param::Block(..) => {
                self.text += "{\n\t$0\n}";
                self.places += 1;
                self.over = true;
            }
            Param::Keyword(_)
            | Param::Literal(_)
            | Param::Unit(_)
            | Param::Equals
            | Param::Arrow => {
                self.text += &param.to_string();
            }
        }
        self.text.push(' ');
    }

    /// Adds a placeholder, with quotes for a string and parentheses for a definition.
    fn slot(&mut self, slot: Slot) {
        let name = slot.name();
        if slot.is_quoted() || matches!(slot, Slot::Text | Slot::Titled | Slot::Prose) {
            self.text.push('"');
            self.push_placeholder(name.trim_matches('"'));
            self.text.push('"');
        } else if let Some((name, params)) = name.split_once('(') {
            self.push_placeholder(name);
            self.text.push('(');
            self.push_placeholder(params.trim_end_matches(')'));
            self.text.push(')');
        } else {
            self.push_placeholder(name);
        }
    }

    fn push_placeholder(&mut self, shown: &str) {
        self.places += 1;
        let place = [&self.places.to_string(), ":", &escaped(shown)].concat();
        self.text += &["${", &place, "}"].concat();
    }
}

/// Escapes text for a placeholder.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('$', "\\$")
        .replace('}', "\\}")
}
