//! Writes the figures of a run as SVG.

use pagewalk_engine::files::shown;
use std::io;
use std::path::Path;

use pagewalk_engine::files::atomic_write::write_below;
use pagewalk_script::api::Figure;
use pagewalk_script::run::record::{Sink, StepRecord};

/// A sink that writes the figures of each record to a folder, and passes the records on.
pub(crate) struct FigureSink<'s, S> {
    inner: &'s mut S,
    folder: Option<&'s Path>,
    /// The number of figures so far.
    count: &'s mut usize,
    error: Option<io::Error>,
}

impl<'s, S: Sink> FigureSink<'s, S> {
    /// Creates a sink. Without a folder, writes no figures.
    pub(crate) fn new(inner: &'s mut S, folder: Option<&'s Path>, count: &'s mut usize) -> Self {
        Self {
            inner,
            folder,
            count,
            error: None,
        }
    }

    /// Returns the first error.
    ///
    /// # Errors
    /// Returns the error of a file that could not be written.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.error.map_or(Ok(()), Err)
    }

    fn write(&mut self, folder: &Path, figure: &Figure) -> io::Result<()> {
        for svg in &figure.svg {
            *self.count += 1;
            let name = format!("{:02}-{}.svg", self.count, figure.name);
            let named = |error: io::Error| {
                io::Error::new(
                    error.kind(),
                    format!("{}: {error}", shown(&folder.join(&name))),
                )
            };
            write_below(folder, &name, svg.as_bytes()).map_err(named)?;
        }
        Ok(())
    }
}

impl<S: Sink> Sink for FigureSink<'_, S> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if let Some(folder) = self.folder {
            for figure in Figure::from_record(record) {
                if let Err(error) = self.write(folder, &figure) {
                    self.error = Some(error);
                    return false;
                }
            }
        }
        self.inner.accept(record)
    }
}
