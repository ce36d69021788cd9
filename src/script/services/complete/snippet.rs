//! Snippets: completions with placeholders, derived from the usage. The Language Server Protocol 3.17 defines
//! the syntax, such as `${1:VA}`, `${1|on,off|}`, and `$0`.

use super::head::Head;
use super::item::{ItemKind, ItemPosition};
use crate::lang::value::functions::function;
use crate::questions::LANGUAGE;
use crate::run::params::{Param, Slot};
use crate::run::paths::PeekFunction;
use crate::run::state::{Binding, State};
use pagewalk_engine::kernel::syscall::system_call;

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
    writer.params(head.first_way());
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
