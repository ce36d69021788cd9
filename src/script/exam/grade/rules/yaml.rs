//! Marking rules in YAML, and single rules on one line.

use std::collections::BTreeMap;

use super::{Rules, Setting};
use crate::lang::loader::too_deep;

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
            Err(error) => return vec![format!("{name}: {error}")],
        };
        let mut wrong = Vec::new();
        for (rule, value) in settings {
            let place = line_of(text, &rule).map_or_else(String::new, |line| format!(":{line}"));
            if let Err(message) = value.and_then(|value| self.set(&rule, &value)) {
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
            let settings = settings(&text).map_err(|error| error.to_string())?;
            return settings.into_iter().try_for_each(|(rule, value)| {
                value
                    .and_then(|value| self.set(&rule, &value))
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
}

/// A rule with its value, or with the reason why it does not accept the value.
type Written = (String, Result<Setting, String>);

/// Returns the values of the rules in a YAML text.
fn settings(text: &str) -> Result<Vec<Written>, serde_yaml::Error> {
    let said: BTreeMap<String, serde_yaml::Value> = serde_yaml::from_str(text)?;
    let spelled = spelled(text);
    let each = said.into_iter().map(|(rule, value)| {
        let own = spelled
            .clone()
            .filter(|_| rule == "also")
            .or_else(|| setting(&value));
        (
            rule,
            own.ok_or_else(|| "does not accept this value".to_owned()),
        )
    });
    Ok(each.collect())
}

/// Returns the original spelling of additional answers, which YAML may parse as numbers.
fn spelled(text: &str) -> Option<Setting> {
    #[derive(serde::Deserialize)]
    struct Several {
        also: BTreeMap<String, Vec<String>>,
    }
    #[derive(serde::Deserialize)]
    struct One {
        also: BTreeMap<String, String>,
    }
    let several = serde_yaml::from_str::<Several>(text).map(|said| said.also.into_iter().collect());
    let one = || {
        let each = serde_yaml::from_str::<One>(text).ok()?.also.into_iter();
        Some(each.map(|(name, answer)| (name, vec![answer])).collect())
    };
    several.ok().or_else(one).map(Setting::Map)
}

/// Returns the line of a rule in the file.
fn line_of(text: &str, rule: &str) -> Option<usize> {
    let begins = |line: &&str| line.trim_start_matches(['"', '\'']).starts_with(rule);
    text.lines().position(|line| begins(&line)).map(|at| at + 1)
}

fn setting(value: &serde_yaml::Value) -> Option<Setting> {
    Some(match value {
        serde_yaml::Value::Sequence(all) => {
            Setting::List(all.iter().map(one).collect::<Option<_>>()?)
        }
        serde_yaml::Value::Mapping(all) => {
            let pair = |(name, value): (&serde_yaml::Value, &serde_yaml::Value)| {
                let values = match value {
                    serde_yaml::Value::Sequence(all) => {
                        all.iter().map(one).collect::<Option<Vec<_>>>()?
                    }
                    value => vec![one(value)?],
                };
                Some((one(name)?, values))
            };
            Setting::Map(all.iter().map(pair).collect::<Option<_>>()?)
        }
        value => Setting::One(one(value)?),
    })
}

fn one(value: &serde_yaml::Value) -> Option<String> {
    Some(match value {
        serde_yaml::Value::String(text) => text.clone(),
        serde_yaml::Value::Number(number) => number.to_string(),
        serde_yaml::Value::Bool(truth) => truth.to_string(),
        serde_yaml::Value::Null => "none".to_owned(),
        _ => return None,
    })
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
