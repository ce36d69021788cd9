//! Completions after a path: properties of the machine, its parts, the kernel, or a process, and fields of a
//! call's result.

use super::item::{ItemKind, Pick};
use super::offer::Offers;
use crate::run::facts::{Component, Family, facts_of};
use crate::run::nouns::{TABLE_NOUNS, THING_NOUNS};
use crate::run::paths::{
    KERNEL_PROPERTIES, LAST, MACHINE_PROPERTIES, PART_PROPERTIES, PROCESS_PROPERTIES, kind_of,
    part_of, setting_paths,
};
use crate::run::record::Did;
use crate::run::settings::SettingWord;
use crate::services::names::NameKind;
use pagewalk_engine::kernel::syscall::system_call;

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
        match self.state.last.as_deref() {
            None | Some(Did::Access(_)) => Family::Access,
            Some(did) if did.call().is_some() => Family::Call,
            Some(Did::Replay(_)) => Family::Replay,
            Some(_) => Family::Reference,
        }
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
