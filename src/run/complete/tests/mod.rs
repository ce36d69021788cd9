//! Completion of texts in which `‸` marks the cursor.

mod lab;
