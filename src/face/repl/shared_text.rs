//! Output in memory.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

/// A text in memory that several writers share.
#[derive(Debug, Clone, Default)]
pub struct SharedText(Rc<RefCell<Vec<u8>>>);

impl SharedText {
    /// Returns the text written since the last call.
    pub fn take_text(&self) -> String {
        String::from_utf8_lossy(&self.0.take()).into_owned()
    }
}

impl Write for SharedText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
