//! lackey
