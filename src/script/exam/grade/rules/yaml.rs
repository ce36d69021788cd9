//! Marking rules in YAML, and single rules on one line.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::{Rules, Setting};
use crate::lang::loader::{too_deep, yaml_error};

/// The help for a text that is not YAML.
const OF_FIELDS: &str = "a rule with a value for each field is written `also: { 1.ppn: [\"0x0E\"] }`, with a space after each `:`";

impl Rules {
    /// Sets the rules that a YAML text contains. Returns the errors, each with the name of the text and a line
    /// number.
    pub fn set_yaml(&mut self, name: &str, text: &str) -> Vec<String> {
        if let Some(line) = too_deep(text) {
            return vec![format!("{name}:{line}: brackets are nested too deeply")];
        }
        let settings = match settings(text) {
            Ok(settings) => settings,
            Err(_) if text.trim().is_empty() => return Vec::new(),
            Err(error) => {
                let (line, column, why) = yaml_error(&error);
                return vec![format!("{name}:{line}:{column}: {why}; {OF_FIELDS}")];
            }
        };
        let mut wrong = Vec::new();
        for (rule, value) in settings {
            let place = line_of(text, &rule).map_or_else(String::new, |line| format!(":{line}"));
            if let Err(message) = self.set(&rule, &value) {
                wrong.push(format!("{name}{place}: `{rule}` {message}"));
            }
        }
        wrong
    }

    /// Sets a rule such as `carried=1/2`. A value with commas or in brackets is a list, and a value in braces is a map.
    ///
    /// # Errors
    /// A message.
    pub fn set_written(&mut self, written: &str) -> Result<(), String> {
        let (rule, value) = written
            .split_once('=')
            .ok_or("a rule is written `NAME=VALUE`")?;
        let text = format!("{}: {value}", rule.trim());
        if value.trim_start().starts_with('{') && too_deep(&text).is_none() {
            let settings = settings(&text)
                .map_err(|error| format!("{}; {OF_FIELDS}", yaml_error(&error).2))?;
            return settings.into_iter().try_for_each(|(rule, value)| {
                self.set(&rule, &value)
                    .map_err(|message| format!("`{rule}` {message}"))
            });
        }
        let inside = value
            .trim()
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let (value, is_list) = (inside.unwrap_or(value), inside.is_some());
        let value = if is_list || value.contains(',') {
            Setting::List(
                value
                    .split(',')
                    .map(|part| part.trim().trim_matches(['"', '\'']).to_owned())
                    .collect(),
            )
        } else {
            Setting::One(value.to_owned())
        };
        self.set(rule.trim(), &value)
            .map_err(|message| format!("`{}` {message}", rule.trim()))
    }

    /// Returns the rule that accepts an answer, written as `1.vpn=0x0E`.
    pub fn also_written(answer: &str) -> Option<String> {
        let (field, answer) = answer.split_once('=')?;
        let rule = format!(
            "also={{{}: [{}]}}",
            field.trim(),
            Value::from(answer.trim())
        );
        Self::default().set_written(&rule).ok().map(|()| rule)
    }
}

/// Returns the rules in a YAML text with their values. Each scalar keeps its text: as a YAML number, the field `1.10` would be
/// the field `1.1`.
fn settings(text: &str) -> Result<Vec<(String, Setting)>, serde_yaml::Error> {
    // The parser returns the text of a scalar only to a reader of text, so the first reading finds the scalars.
    let found = serde_yaml::from_str(text)?;
    serde_yaml::Deserializer::from_str(text).deserialize_map(Entries(found))
}

/// Returns the line of a rule in the file.
fn line_of(text: &str, rule: &str) -> Option<usize> {
    let begins = |line: &&str| line.trim_start_matches(['"', '\'']).starts_with(rule);
    text.lines().position(|line| begins(&line)).map(|at| at + 1)
}

/// Reads a value as text. The value that the first reading found has the same form.
struct Rereading(Value);

impl<'de> DeserializeSeed<'de> for Rereading {
    type Value = Setting;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Setting, D::Error> {
        let found = match self.0 {
            Value::Object(found) => found,
            Value::Array(_) => return Deserialize::deserialize(value).map(Setting::List),
            _ => return Deserialize::deserialize(value).map(Setting::One),
        };
        let entries = value.deserialize_map(Entries(found))?.into_iter();
        let texts = entries.map(|(name, value)| match value {
            Setting::One(text) => Ok((name, vec![text])),
            Setting::List(texts) => Ok((name, texts)),
            Setting::Map(_) => Err(D::Error::custom(format!("`{name}` cannot contain names"))),
        });
        texts.collect::<Result<_, _>>().map(Setting::Map)
    }
}

/// Reads the entries of a map that the first reading found.
struct Entries(Map<String, Value>);

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<(String, Setting)>;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("a map from names to values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries: Self::Value = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if entries.iter().any(|(other, _)| *other == name) {
                return Err(A::Error::custom(format!("`{name}` appears twice")));
            }
            let found = self.0.get(&name).cloned().unwrap_or_default();
            entries.push((name, map.next_value_seed(Rereading(found))?));
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use crate::exam::grade::Given;
    use crate::exam::grade::rules::{Floor, Rules, Void, Whole};
    use crate::lang::value::Number;

    #[test]
    fn rules_are_read_from_yaml_and_lines() {
        let text = "carried: 1/2\nall-or-nothing: rows\nvoid: [1b.byte]\nalso: { 1a.byte: [\"-\", 0x0D] }\nround: 0.5\n";
        let mut rules = Rules::default();
        assert_eq!(
            (
                rules.set_yaml("r.yaml", text),
                rules.set_written("floor=none")
            ),
            (Vec::new(), Ok(()))
        );
        assert_eq!(
            (rules.carried, rules.whole),
            (Number::fraction(1, 2).expect("half"), Whole::Rows)
        );
        assert_eq!(
            (rules.floor, rules.void.get("1b.byte")),
            (Floor::None, Some(&Void::Full))
        );
        assert_eq!(rules.set_written("void=[1.vpn, \"2.10\"]"), Ok(()));
        for name in ["1.vpn", "2.10"] {
            assert_eq!(rules.void.get(name), Some(&Void::Full), "{name}");
        }
        assert_eq!(rules.set_written("also={1.1: [\"eight\", 08]}"), Ok(()));
        assert_eq!(
            rules.also["1.1"],
            ["eight", "08"].map(|text| Given::Text(text.to_owned()))
        );
        let form = rules.set_written("also=1.1").expect_err("an error");
        assert!(form.contains("such as `{ 1.1:"), "{form}");
        assert_eq!(
            rules.also["1a.byte"],
            ["-", "0x0D"].map(|text| Given::Text(text.to_owned()))
        );
    }

    #[test]
    fn fields_and_answers_keep_their_spelling() {
        let mut rules = Rules::default();
        let text = "void: {1.1: full, 1.10: remove}\nalso: {2.1: [1_000, 1e3, 0x10], 2.10: no, 2.3: [2026-03-01, ~]}\n";
        assert_eq!(rules.set_yaml("r.yaml", text), [""; 0]);
        assert_eq!(
            rules.void,
            [("1.1", Void::Full), ("1.10", Void::Remove)]
                .map(|(name, how)| (name.to_owned(), how))
                .into()
        );
        let also = |name: &str, answers: &[&str]| {
            let answers = answers.iter().map(|text| Given::Text((*text).to_owned()));
            assert_eq!(rules.also[name], answers.collect::<Vec<_>>(), "{name}");
        };
        also("2.1", &["1_000", "1e3", "0x10"]);
        also("2.10", &["no"]);
        also("2.3", &["2026-03-01", "~"]);
        for list in ["void: [1.10]", "void:\n- 1.10", "void: 1.10"] {
            let mut rules = Rules::default();
            assert_eq!(rules.set_yaml("r.yaml", list), [""; 0], "{list}");
            assert!(rules.void.keys().eq(["1.10"]), "{list}");
        }
        for (wrong, why) in [
            ("void: {1.1: full, 1.1: remove}", "`1.1` appears twice"),
            ("floor: item\nfloor: none", "`floor` appears twice"),
            ("void: [[1.1]]", "expected a string"),
            ("also: {1.1: {a: b}}", "cannot contain names"),
            ("- 1.1", "expected a map"),
        ] {
            let found = Rules::default().set_yaml("r.yaml", wrong).concat();
            assert!(found.contains(why), "{wrong}: {found}");
        }
    }

    #[test]
    fn an_invalid_rule_is_reported_with_its_line() {
        let text = "carried: 2\ncaried: 1\nfloor: questions\nalso: 3\n";
        let mut rules = Rules::default();
        let mut wrong = rules.set_yaml("r.yaml", text);
        wrong.extend(rules.set_written("round").err());
        assert!(
            wrong.iter().any(
                |one| one.contains("r.yaml:2: `caried` is not a rule; did you mean `carried`?")
            ),
            "{wrong:?}"
        );
        assert!(
            wrong
                .iter()
                .any(|one| one.contains("r.yaml:3:") && one.contains("`question`")),
            "{wrong:?}"
        );
        assert!(
            wrong.iter().any(|one| one.contains("from 0 to 1")),
            "{wrong:?}"
        );
        assert_eq!(wrong.len(), 5);
    }
}
