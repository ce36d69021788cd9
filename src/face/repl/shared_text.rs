//! Where answers and complaints go: the process's streams, or memory.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

/// A text in memory that several writers share.
#[derive(Debug, Clone, Default)]
pub struct Shared(Rc<RefCell<Vec<u8>>>);

impl Shared {
    /// What was written since the last time.
    pub fn take(&self) -> String {
        String::from_utf8_lossy(&self.0.take()).into_owned()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
