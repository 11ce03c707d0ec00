//! Hash tables with a hash function for short keys, such as names. That of the standard library takes three times as long.
//!
//! Each process seeds the function, so an input cannot choose keys with the same hash.

pub use foldhash::quality::RandomState;

/// A map from keys to values, in no order.
pub type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;

/// A set of keys, in no order.
pub type HashSet<K> = std::collections::HashSet<K, RandomState>;

/// A set that has an order: that in which its elements were inserted or sorted.
pub type IndexSet<T> = indexmap::IndexSet<T, RandomState>;

/// A map that has an order: that in which its keys were inserted or sorted.
pub type IndexMap<K, V> = indexmap::IndexMap<K, V, RandomState>;
