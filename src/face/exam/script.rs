//! A version written out as a script.

use super::made::ExamError;
use super::make::PaperMaker;
use pagewalk_script::LANGUAGE;
use pagewalk_script::api::CheckedScript;
use pagewalk_script::exam::formats::{Edition, Style as Layout, json, markdown};
use pagewalk_script::exam::paper::Paper;
use pagewalk_script::exam::{Version, compose, written};
use pagewalk_script::run::session::Options;

impl PaperMaker<'_> {
    /// The script of a version. Checks that the script yields the same paper and key as the version.
    pub(crate) fn script_of(&self, version: Option<&Version>, paper: &Paper) -> Result<Vec<u8>, ExamError> {
        let reading = self.reading;
        let options = match version {
            Some(version) => Options {
                max_steps: self.max_steps,
                seed: version.seed,
                version: true,
                ..Options::of(&LANGUAGE)
            },
            None => Options { max_steps: self.max_steps, seed: self.seed, ..Options::of(&LANGUAGE) },
        };
        let text = written(&reading.script.body, &reading.sources, &reading.files, options, version)
            .map_err(|wrong| ExamError::wrong(reading.render(&wrong, self.style)))?;
        let again = self.compose_again(&text)?;
        if visible_content(&again) != visible_content(paper) {
            return Err(ExamError::wrong(format!(
                "pagewalk: {} cannot be written as a script: its paper would be another one\n",
                reading.name()
            )));
        }
        Ok(text.into_bytes())
    }

    /// The paper of a written script.
    fn compose_again(&self, text: &str) -> Result<Paper, ExamError> {
        let name = self.path.display().to_string();
        let mut reading = CheckedScript::from_text(&name, text, &mut self.loader.clone());
        if reading.diagnostics.is_empty() {
            let options = Options { max_steps: self.max_steps, ..Options::of(&LANGUAGE) };
            let done = compose(&reading.script.body, &reading.sources, &reading.files, options);
            if done.diagnostics.is_empty() {
                return Ok(done.paper);
            }
            reading.diagnostics = done.diagnostics;
        }
        Err(ExamError::wrong(reading.render_diagnostics(self.style)))
    }
}

/// Everything that a paper shows.
fn visible_content(paper: &Paper) -> [String; 3] {
    let style = Layout::default();
    let text = |edition| markdown(paper, edition, &style);
    [text(Edition::Paper), text(Edition::Key), json(paper, Edition::Key)]
}
