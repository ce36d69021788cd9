//! States to complete in.
