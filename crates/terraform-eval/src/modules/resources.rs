//! The `resource` and `data` blocks of a module.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use indexmap::set::MutableValues as _;

use crate::address::ResourceName;
use crate::hashing::IndexSet;

use super::lazy_block::LazyBlock;

/// A `resource` or `data` block.
#[derive(Debug)]
pub struct Resource {
    /// The name inside the module, with mode and type.
    pub name: ResourceName,
    /// The block itself.
    pub block: LazyBlock,
}

/// The `resource` and `data` blocks of a module by name, in the order of modes, types and names.
#[derive(Debug, Default)]
pub struct Resources(IndexSet<Resource>);

impl Resources {
    /// Blocks that are in the order of their names, each name once.
    pub(super) fn from_sorted(resources: impl Iterator<Item = Resource>) -> Self {
        Self(resources.collect())
    }

    /// The block with a name.
    #[must_use]
    pub fn get(&self, name: &ResourceName) -> Option<&Resource> {
        self.0.get(name)
    }

    pub(super) fn get_mut(&mut self, name: &ResourceName) -> Option<&mut Resource> {
        self.0.get_full_mut2(name).map(|(_, resource)| resource)
    }

    /// Whether there is a block with a name.
    #[must_use]
    pub fn contains(&self, name: &ResourceName) -> bool {
        self.0.contains(name)
    }

    /// The position of the block with a name.
    pub(super) fn position(&self, name: &ResourceName) -> Option<usize> {
        self.0.get_index_of(name)
    }

    /// The position of the block with a name, or the one that it would have.
    #[must_use]
    pub fn place_of(&self, name: &ResourceName) -> usize {
        let place = self.0.binary_search_by(|resource| resource.name.cmp(name));
        let (Ok(place) | Err(place)) = place;
        place
    }

    /// The number of blocks.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no blocks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The block at a position.
    pub(super) fn at(&self, position: usize) -> Option<&Resource> {
        self.0.get_index(position)
    }

    /// The blocks.
    #[must_use]
    pub fn iter(&self) -> indexmap::set::Iter<'_, Resource> {
        self.0.iter()
    }

    pub(super) fn for_each_mut(&mut self, mut change: impl FnMut(&mut Resource)) {
        for position in 0..self.0.len() {
            self.0.get_index_mut2(position).into_iter().for_each(&mut change);
        }
    }

    /// The names of the blocks.
    pub fn names(&self) -> impl Iterator<Item = &ResourceName> {
        self.iter().map(|resource| &resource.name)
    }

    /// The first name of each mode and type: enough for questions that depend on these alone.
    pub fn types(&self) -> impl Iterator<Item = &ResourceName> {
        self.ranges().map(|(name, _)| name)
    }

    /// The blocks of the modes and types that are selected by the first name of each.
    pub fn of_types(&self, is_selected: impl Fn(&ResourceName) -> bool) -> impl Iterator<Item = &Resource> {
        let ranges = self.ranges().filter(move |(name, _)| is_selected(name));
        ranges.flat_map(|(_, range)| self.0.get_range(range).into_iter().flatten())
    }

    /// The first name of each mode and type, and the positions of their blocks.
    pub(super) fn ranges(&self) -> impl Iterator<Item = (&ResourceName, Range<usize>)> {
        let mut start = 0;
        std::iter::from_fn(move || {
            let rest = self.0.get_range(start..)?;
            let name = &rest.first()?.name;
            let is_same = |other: &Resource| (other.name.mode, &other.name.kind) == (name.mode, &name.kind);
            let range = start..start + rest.partition_point(is_same);
            start = range.end;
            Some((name, range))
        })
    }
}

impl<'r> IntoIterator for &'r Resources {
    type Item = &'r Resource;
    type IntoIter = indexmap::set::Iter<'r, Resource>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

// Blocks are found by their names.

impl Borrow<ResourceName> for Resource {
    fn borrow(&self) -> &ResourceName {
        &self.name
    }
}

impl Hash for Resource {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl PartialEq for Resource {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Resource {}

#[cfg(test)]
mod tests {
    use crate::modules::Module;
    use crate::modules::lazy_block::FileBlock;
    use crate::schema::ProviderSchemas;
    use crate::source::FileId;
    use crate::syntax::document::{Format, parse_file};

    use super::*;

    #[test]
    fn blocks_are_in_the_order_of_their_types() {
        let text = r#"
            resource "b" "y" {}
            data     "b" "x" {}
            resource "a" "z" {}
            resource "b" "x" {}
        "#;
        let document = parse_file(FileId::DETACHED, text, Format::Native);
        let blocks = document.items.into_iter().map(FileBlock::new).collect();
        let schemas = ProviderSchemas::default();
        let resources = Module::new("".as_ref(), Vec::new(), blocks, Vec::new(), &schemas).resources;
        let names = |names: &mut dyn Iterator<Item = &ResourceName>| {
            names.map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(names(&mut resources.names()), ["a.z", "b.x", "b.y", "data.b.x"]);
        assert_eq!(names(&mut resources.types()), ["a.z", "b.x", "data.b.x"]);
        let of_type = resources.of_types(|name| &*name.kind == "b");
        assert_eq!(
            names(&mut of_type.map(|resource| &resource.name)),
            ["b.x", "b.y", "data.b.x"]
        );
        let second = ResourceName::managed("b", "y");
        assert_eq!(resources.position(&second), Some(2));
        assert_eq!(resources.at(2).map(|resource| &resource.name), Some(&second));
        assert!(!resources.contains(&ResourceName::managed("b", "z")));
    }
}
