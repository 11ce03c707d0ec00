//! Sets of resources that many blocks share.

use std::sync::{Arc, LazyLock};

use crate::address::ResourcePath;

/// A set of resources, in the order of their paths. Most have one element or none, and a copy shares them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceSet(Arc<[ResourcePath]>);

impl ResourceSet {
    /// Whether the set has a resource.
    #[must_use]
    pub fn contains(&self, path: &ResourcePath) -> bool {
        match &*self.0 {
            [only] => only == path,
            paths => paths.binary_search(path).is_ok(),
        }
    }

    /// Whether the set is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of resources.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The resources in the order of their paths.
    pub fn iter(&self) -> std::slice::Iter<'_, ResourcePath> {
        self.0.iter()
    }

    /// The resources of both sets.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if other.is_empty() || Arc::ptr_eq(&self.0, &other.0) {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        self.iter().chain(other).cloned().collect()
    }
}

impl Default for ResourceSet {
    fn default() -> Self {
        static EMPTY: LazyLock<Arc<[ResourcePath]>> = LazyLock::new(|| Arc::new([]));
        Self(EMPTY.clone())
    }
}

impl FromIterator<ResourcePath> for ResourceSet {
    fn from_iter<I: IntoIterator<Item = ResourcePath>>(paths: I) -> Self {
        let mut paths: Vec<ResourcePath> = paths.into_iter().collect();
        if paths.is_empty() {
            return Self::default();
        }
        paths.sort();
        paths.dedup();
        Self(paths.into())
    }
}

impl<'s> IntoIterator for &'s ResourceSet {
    type Item = &'s ResourcePath;
    type IntoIter = std::slice::Iter<'s, ResourcePath>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{ModulePath, ResourceName};

    fn set(names: &[&str]) -> ResourceSet {
        let path = |name: &&str| ResourcePath {
            module: ModulePath::root(),
            resource: ResourceName::managed("t", *name),
        };
        names.iter().map(path).collect()
    }

    #[test]
    fn a_set_has_each_resource_once_in_the_order_of_their_paths() {
        let names: Vec<String> = set(&["b", "a", "b"]).iter().map(ToString::to_string).collect();
        assert_eq!(names, ["t.a", "t.b"]);
        assert_eq!(set(&["b", "a"]).union(&set(&["c", "a"])), set(&["a", "b", "c"]));
        assert_eq!(set(&[]).union(&set(&["c"])), set(&["c"]));
        for names in [&["a"][..], &["a", "c"]] {
            assert!(set(names).contains(&set(&["a"]).0[0]));
            assert!(!set(names).contains(&set(&["b"]).0[0]));
        }
    }
}
