//! Ordered maps and sets whose copies cost a reference count, and whose changes after a copy cost what they touch.

use imbl::shared_ptr::RcK;

/// An ordered map.
pub type Map<K, V> = imbl::GenericOrdMap<K, V, RcK>;

/// An ordered set.
pub type Set<K> = imbl::GenericOrdSet<K, RcK>;
