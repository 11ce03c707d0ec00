//! Results that are computed on demand and only once.

use std::cell::RefCell;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::Arc;

use crate::address::{InstanceKey, ResourceName, Subject};
use crate::hashing::HashMap;
use crate::source::Span;

use super::{EvalError, Result};

/// Something in a module instance that has a value and may take part in a cycle.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Variable(Arc<str>),
    Local(Arc<str>),
    Output(Arc<str>),
    Attribute(ResourceName, Option<InstanceKey>, Arc<str>),
    /// All instances of a resource or module call, as one reference sees them.
    AllInstances(Subject, Span),
}

/// A block in a module instance that may have `count` or `for_each`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Block {
    Resource(ResourceName),
    Call(Arc<str>),
}

/// Results by key.
pub(super) struct MemoTable<K, T>(RefCell<HashMap<K, MemoState<T>>>);

/// The state of a result.
enum MemoState<T> {
    /// The result is being computed: a request for it closes a cycle.
    Pending,
    Done(Result<T>),
}

impl<K, T> Default for MemoTable<K, T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<K: Clone + Eq + Hash, T: Clone> MemoTable<K, T> {
    /// Returns the result of a key, and computes it on the first request. `name` gives its name in errors.
    pub(super) fn get_or_compute(
        &self,
        key: K,
        name: impl FnOnce(&K) -> String,
        compute: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        match self.0.borrow_mut().entry(key.clone()) {
            Entry::Occupied(entry) => match entry.get() {
                MemoState::Done(result) => return result.clone(),
                MemoState::Pending => return Err(EvalError::cycle(name(&key))),
            },
            Entry::Vacant(entry) => entry.insert(MemoState::Pending),
        };
        let result = compute().map_err(|error| error.through_named_value(|| name(&key)));
        self.0.borrow_mut().insert(key, MemoState::Done(result.clone()));
        result
    }

    /// Whether the result of a key has been computed.
    pub(super) fn is_done(&self, key: &K) -> bool {
        matches!(self.0.borrow().get(key), Some(MemoState::Done(_)))
    }
}
