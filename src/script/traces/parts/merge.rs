//! The table of a sweep from its parts.

use super::digests::sha256;
use super::manifest::Manifest;

/// Why parts cannot be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MergeError {
    /// There are no parts.
    Nothing,
    /// A part belongs to another sweep than the first one. Contains the place of the part in the list, and the first
    /// difference.
    Mixed(usize, &'static str),
    /// Two parts have the same number.
    Double(u64),
    /// These parts are missing.
    Missing(Vec<u64>),
    /// The table of the part at this place in the list differs from its manifest.
    Damaged(usize),
}

/// The numbers of the parts that are missing, in order.
///
/// # Errors
/// Fails if the parts do not belong to one sweep, or if there are none.
pub(super) fn missing(manifests: &[&Manifest]) -> Result<Vec<u64>, MergeError> {
    let first = manifests.first().ok_or(MergeError::Nothing)?;
    // The first part may not replay all traces.
    let mut known = (*first).clone();
    for (at, manifest) in manifests.iter().enumerate() {
        if let Some(what) = known.difference(manifest) {
            return Err(MergeError::Mixed(at, what));
        }
        known.traces_sha256.extend(manifest.traces_sha256.clone());
    }
    let mut present: Vec<u64> = manifests
        .iter()
        .map(|manifest| manifest.part.part)
        .collect();
    present.sort_unstable();
    if let Some(pair) = present.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(MergeError::Double(pair[0]));
    }
    Ok((1..=first.part.of)
        .filter(|part| present.binary_search(part).is_err())
        .collect())
}

/// The table of the whole sweep as CSV, from the manifests and the tables of its parts.
///
/// # Errors
/// Fails unless the parts are all parts of one sweep.
pub(super) fn merged(parts: &[(Manifest, String)]) -> Result<String, MergeError> {
    let manifests: Vec<&Manifest> = parts.iter().map(|(manifest, _)| manifest).collect();
    let missing = missing(&manifests)?;
    if !missing.is_empty() {
        return Err(MergeError::Missing(missing));
    }
    let damaged = |(manifest, table): &(Manifest, String)| sha256(table) != manifest.table_sha256;
    if let Some(at) = parts.iter().position(damaged) {
        return Err(MergeError::Damaged(at));
    }
    let mut ordered: Vec<&(Manifest, String)> = parts.iter().collect();
    ordered.sort_by_key(|(manifest, _)| manifest.part.part);
    Ok(joined(ordered.into_iter().map(|(_, table)| &**table)))
}

/// The rows of tables with the same header as one table.
pub fn joined<'t>(tables: impl IntoIterator<Item = &'t str>) -> String {
    let mut joined = String::new();
    for table in tables {
        // Only the first table keeps its header.
        let rows = if joined.is_empty() {
            table
        } else {
            table.split_once('\n').map_or("", |(_, rows)| rows)
        };
        joined.push_str(rows);
    }
    joined
}
