//! Options for the layout of a paper.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use pagewalk_script::exam::formats::Style;
use pagewalk_script::exam::formats::labels::{DIALECTS, Labels};
use pagewalk_script::exam::formats::style::PageSize;

/// Options of formats with pages.
#[derive(Debug, Args)]
pub(crate) struct LayoutArguments {
    /// The size of the pages
    #[arg(long, value_name = "SIZE", default_value = PageSize::A4.name(), value_parser = known_size(), help_heading = "Layout")]
    page: PageSize,
    /// In print of 18 points
    #[arg(long, help_heading = "Layout")]
    large: bool,
    /// Without the page of powers of two at the end
    #[arg(long, help_heading = "Layout")]
    no_powers: bool,
    /// What things are called: `ppn` (the textbook), `pfn`, `frame`, or a YAML file of facts and words with their labels
    #[arg(long, value_name = "WORDS", default_value = DIALECTS[0].0, help_heading = "Layout")]
    labels: PathBuf,
}

impl LayoutArguments {
    /// The style for these options.
    pub(crate) fn style(&self) -> Result<Style, String> {
        Ok(Style { page: self.page, large: self.large, powers: !self.no_powers, labels: self.labels()? })
    }

    fn labels(&self) -> Result<Labels, String> {
        let name = self.labels.display();
        if let Some(dialect) = self.labels.to_str().and_then(Labels::dialect) {
            return Ok(dialect);
        }
        let text = std::fs::read_to_string(&self.labels).map_err(|error| {
            let dialects: Vec<&str> = DIALECTS.iter().map(|(name, _)| *name).collect();
            format!("cannot read the labels `{name}`: {error}; the dialects are {}", dialects.join(", "))
        })?;
        Labels::read(&text).map_err(|wrong| format!("{name}: {wrong}"))
    }
}

/// A page size, listed by `--help`.
fn known_size() -> impl TypedValueParser<Value = PageSize> {
    let sizes = PossibleValuesParser::new(PageSize::NAMES.map(|(name, _)| name));
    sizes.map(|name| {
        PageSize::NAMES.iter().find(|(known, _)| *known == name).map_or(PageSize::A4, |(_, size)| *size)
    })
}
