//! The instructor's list of versions, with one version per line: `version, seed, id, name`.

use std::collections::BTreeMap;

use super::csv;
use super::rows::StudentRow;
use pagewalk_script::exam::roster::Flaw;
use pagewalk_script::exam::seeds::parse;
use pagewalk_script::run::session::Options;

/// The version of a paper.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PaperVersion {
    pub(crate) seed: u64,
    /// Whether the seed comes from the list of versions.
    pub(crate) listed: bool,
    /// The version code, or an empty string without a code.
    pub(crate) code: String,
}

/// The version that the command line gives for rows without one.
#[derive(Debug, Default)]
pub(crate) struct GivenVersion {
    pub(crate) seed: Option<u64>,
    pub(crate) code: Option<String>,
    /// Whether the papers of the script differ between versions.
    pub(crate) needed: bool,
}

/// Versions by code and by student.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    by_code: BTreeMap<String, u64>,
    by_id: BTreeMap<String, String>,
    /// The students' names by ID.
    names: BTreeMap<String, String>,
}

impl Versions {
    /// Reads the list, or returns the first error.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Flaw> {
        let table = csv::read(bytes)?;
        if let Some(flaw) = table.flaws.into_iter().next() {
            return Err(flaw);
        }
        let mut versions = Self::default();
        for record in table.rows {
            let line = record.line;
            let code = record
                .text(&["version"])
                .ok_or_else(|| Flaw::new(1, "has no column `version`"))?;
            let seed = record
                .text(&["seed"])
                .ok_or_else(|| Flaw::new(1, "has no column `seed`"))?;
            let seed =
                parse(&seed).ok_or_else(|| Flaw::new(line, format!("`{seed}` is not a seed")))?;
            if versions
                .by_code
                .insert(code.clone(), seed)
                .is_some_and(|before| before != seed)
            {
                return Err(Flaw::new(
                    line,
                    format!("the version `{code}` has two seeds"),
                ));
            }
            if let Some(id) = record.text(&["id"]).filter(|id| !id.is_empty()) {
                let name = record.text(&["name"]).unwrap_or_default();
                versions.names.insert(id.clone(), name);
                versions.by_id.insert(id, code);
            }
        }
        Ok(versions)
    }

    /// The student's name, or an empty string if the list does not contain it.
    pub(crate) fn name_of(&self, id: &str) -> &str {
        self.names.get(id).map_or("", String::as_str)
    }

    /// Returns the version that the row specifies, or else the version listed for the student's ID, or else the
    /// default. The error explains why the version is unknown.
    pub(crate) fn paper_of(
        &self,
        row: &StudentRow,
        given: &GivenVersion,
    ) -> Result<PaperVersion, String> {
        if let Some(seed) = &row.seed {
            let seed = parse(seed).ok_or_else(|| format!("`{seed}` is not a seed"))?;
            return Ok(PaperVersion {
                seed,
                listed: false,
                code: row.version.clone().unwrap_or_default(),
            });
        }
        if let Some(code) = row.version.as_ref().or(given.code.as_ref()) {
            let near = || {
                pagewalk_script::lang::nearest::nearest(
                    code,
                    self.by_code.keys().map(String::as_str),
                )
            };
            let help =
                || near().map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            let (code, seed) = self
                .by_code
                .get_key_value(code)
                .or_else(|| self.by_code.iter().find(|(known, _)| known.eq_ignore_ascii_case(code)))
                .ok_or_else(|| {
                    if self.by_code.is_empty() {
                        format!("the seed of version `{code}` is unknown; add the list of versions with `--versions`")
                    } else {
                        format!("unknown version `{code}`{}", help())
                    }
                })?;
            return Ok(PaperVersion {
                seed: *seed,
                listed: true,
                code: code.clone(),
            });
        }
        if self.by_code.is_empty() {
            let seed = given
                .seed
                .or_else(|| (!given.needed).then(|| Options::default().seed));
            // The default seed would silently select the wrong key.
            let seed = seed.ok_or(
                "the exam differs between versions, but this row names no version and no seed",
            )?;
            return Ok(PaperVersion {
                seed,
                listed: false,
                code: String::new(),
            });
        }
        let code = self.by_id.get(&row.id).ok_or_else(|| {
            format!(
                "the list of versions has no student `{}`, and the row has no version",
                row.id
            )
        })?;
        Ok(PaperVersion {
            seed: self.by_code[code],
            listed: true,
            code: code.clone(),
        })
    }
}
