//! The editor settings in the section `pagewalk`.

use serde::Deserialize;

use pagewalk_script::lang::loader::MemoryLimit;
use pagewalk_script::run::session::{LimitNames, Limits};

/// The settings. Missing and invalid values are replaced with the defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Settings {
    /// Show facts after statements.
    pub(crate) inlay_hints: bool,
    /// Run scripts while they are edited.
    pub(crate) run: bool,
    /// The maximum number of statements and loop iterations.
    pub(crate) max_steps: u64,
    /// The maximum memory of a run in megabytes.
    pub(crate) max_memory: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            inlay_hints: true,
            run: true,
            max_steps: Limits::DEFAULT.max_steps,
            max_memory: 256,
        }
    }
}

impl Settings {
    /// The memory that each script may need.
    pub(crate) fn memory(&self) -> MemoryLimit {
        self.limits().memory(LimitNames::SETTINGS)
    }

    /// The limits of a run.
    pub(crate) fn limits(&self) -> Limits {
        // The client cancels a run that takes too long.
        let max_memory = self.max_memory.saturating_mul(1 << 20);
        Limits {
            max_steps: self.max_steps,
            max_memory,
            max_time: None,
        }
    }

    /// Reads the section, or an object that contains the section.
    pub(crate) fn from_json(sent: &serde_json::Value) -> Option<Self> {
        let section = sent.get("pagewalk").unwrap_or(sent);
        if !section.is_object() {
            return None;
        }
        // An invalid value does not affect other values.
        let known = |name: &str, fits: fn(&serde_json::Value) -> bool| {
            section
                .get(name)
                .filter(|value| fits(value))
                .map(|value| (name.to_owned(), value.clone()))
        };
        let fields = [
            known("inlayHints", serde_json::Value::is_boolean),
            known("run", serde_json::Value::is_boolean),
            known("maxSteps", serde_json::Value::is_u64),
            known("maxMemory", serde_json::Value::is_u64),
        ];
        let object = fields.into_iter().flatten().collect();
        serde_json::from_value(serde_json::Value::Object(object)).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Settings;

    #[test]
    fn sections_alone_and_within_an_object_are_read() {
        let off = Settings {
            inlay_hints: false,
            ..Settings::default()
        };
        assert_eq!(
            Settings::from_json(&json!({"inlayHints": false})),
            Some(off)
        );
        assert_eq!(
            Settings::from_json(&json!({"pagewalk": {"inlayHints": false, "run": "yes"}})),
            Some(off)
        );
        assert_eq!(
            Settings::from_json(&json!({"pagewalk": {"maxSteps": 7}}))
                .unwrap()
                .max_steps,
            7
        );
        assert_eq!(Settings::from_json(&json!(null)), None);
    }
}
