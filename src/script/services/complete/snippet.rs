//! What is written for an offer with places to fill in, made from the usage of its row. The syntax is that of snippets in
//! the Language Server Protocol 3.17: `${1:VA}`, `${1|on,off|}`, `$0`.

use super::head::form;
use super::item::{Begins, Kind};
use super::usage::{Part, Place, Usage};
use crate::lang::value::functions::function;
use crate::questions::LANGUAGE;
use crate::run::paths::{FILE_FUNCTIONS, MEMORY_FUNCTIONS};
use crate::run::state::{Binding, State};
use pagewalk_engine::kernel::syscall::system_call;

/// The snippet of an offer; none where nothing must follow.
pub fn snippet(text: &str, kind: Kind, begins: Begins, state: &State) -> Option<String> {
    let usage = match (kind, begins) {
        (Kind::Verb, _) => LANGUAGE.verb(text)?.params,
        (Kind::Keyword, Begins::Statement) => form(text)?.1,
        (Kind::Setting, Begins::Setting(block)) => LANGUAGE.block(block)?.setting(text)?.params,
        (Kind::Call | Kind::Function | Kind::Definition, _) => return called(text, state),
        _ => return None,
    };
    let mut writer = Writer { text: format!("{text} "), places: 0, over: false, usage };
    writer.parts(Usage::of(usage).first_way());
    (writer.places > 0).then(|| writer.text.trim_end().to_owned() + if writer.over { "" } else { "$0" })
}

/// A call with its parameters, but those that may be left out.
fn called(name: &str, state: &State) -> Option<String> {
    let params: Vec<String> = if let Some(Binding::Def(def)) = state.find(name) {
        def.params.iter().map(|param| param.text.to_string()).collect()
    } else if let Some(row) = system_call(name) {
        row.parameters().iter().take(row.required).map(|parameter| parameter.name.to_owned()).collect()
    } else if let Some(row) = function(name) {
        row.parameters
            .iter()
            .filter(|param| !param.ends_with('?'))
            .map(|param| param.replace('…', ""))
            .collect()
    } else {
        let memory = MEMORY_FUNCTIONS.iter().map(|row| (row.name, row.params));
        let mut rows = memory.chain(FILE_FUNCTIONS.iter().map(|row| (row.name, row.params)));
        rows.find(|row| row.0 == name)?.1.split(", ").map(|param| param.replace('"', "")).collect()
    };
    let places: Vec<String> =
        params.iter().zip(1..).map(|(param, number)| format!("${{{number}:{}}}", escaped(param))).collect();
    Some(format!("{name}({})$0", places.join(", ")))
}

struct Writer {
    text: String,
    places: usize,
    /// The last place is written: the inside of a block.
    over: bool,
    usage: &'static str,
}

impl Writer {
    fn parts(&mut self, parts: &[Place]) {
        let mut before: Option<&Part> = None;
        for place in parts {
            let again = before == Some(&place.part) || place.part == Part::Slot("…");
            if self.over || again {
                return;
            }
            self.part(place);
            before = Some(&place.part);
        }
    }

    fn part(&mut self, place: &Place) {
        match &place.part {
            Part::Optional(_) => return,
            Part::Word(word) => self.text += word,
            Part::Slot(name) => {
                self.slot(name);
                self.parameters(&self.usage[place.at + name.len()..]);
            }
            Part::Text(shown) => {
                self.text.push('"');
                self.place(shown);
                self.text.push('"');
            }
            Part::Equals => self.text += if self.usage[place.at..].starts_with("=>") { "=>" } else { "=" },
            Part::Block => {
                self.text += "{\n\t$0\n}";
                self.places += 1;
                self.over = true;
            }
            Part::OneOf(ways) => self.one_of(ways),
            Part::Many(one) => return self.part(one),
        }
        self.text.push(' ');
    }

    /// Words to choose from; else the first that is no word.
    fn one_of(&mut self, ways: &[Place]) {
        let words: Option<Vec<&str>> = ways
            .iter()
            .map(|way| match way.part {
                Part::Word(word) => Some(word),
                _ => None,
            })
            .collect();
        if let Some(words) = words {
            self.places += 1;
            self.text += "${";
            self.text += &[&self.places.to_string(), "|", &words.join(","), "|}"].concat();
            return;
        }
        if let Some(way) = ways.iter().find(|way| !matches!(way.part, Part::Word(_))) {
            self.part(way);
            self.text.truncate(self.text.trim_end().len());
        }
    }

    fn slot(&mut self, name: &str) {
        if matches!(name, "TEXT" | "PROSE") {
            self.text.push('"');
            self.place(name);
            self.text.push('"');
        } else {
            self.place(name);
        }
    }

    /// `NAME(a, b)`
    fn parameters(&mut self, rest: &str) {
        if let Some(inside) = rest.strip_prefix('(').and_then(|rest| rest.split(')').next()) {
            self.text.push('(');
            self.place(inside);
            self.text.push(')');
        }
    }

    fn place(&mut self, shown: &str) {
        self.places += 1;
        let place = [&self.places.to_string(), ":", &escaped(shown)].concat();
        self.text += &["${", &place, "}"].concat();
    }
}

/// A text within a place.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}
