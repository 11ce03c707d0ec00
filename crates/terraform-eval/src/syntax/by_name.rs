//! Items that are found by name, such as the attributes of a body.

use std::ops::Deref;

/// An item with a name.
pub trait Named {
    /// The name of the item.
    fn name(&self) -> &str;
}

/// More items than this have an index of their names.
const MAX_WITHOUT_INDEX: usize = 16;

/// Items in their order, no two of which have the same name.
#[derive(Debug, Clone, PartialEq)]
pub struct ByName<T> {
    items: Vec<T>,
    /// The positions of the items in the order of their names; empty if there are few.
    by_name: Vec<u32>,
}

impl<T: Named> ByName<T> {
    /// The item with a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.position(name).and_then(|position| self.items.get(position))
    }

    fn position(&self, name: &str) -> Option<usize> {
        if self.by_name.is_empty() {
            return self.items.iter().position(|item| item.name() == name);
        }
        let position = self.by_name.get(self.search(name).ok()?)?;
        Some(*position as usize)
    }

    /// Where the index has a name, or where the name belongs.
    fn search(&self, name: &str) -> Result<usize, usize> {
        let name_at = |position: &u32| name_at(&self.items, *position);
        self.by_name
            .binary_search_by(|position| name_at(position).cmp(&Some(name)))
    }

    /// Sets an item. It takes the place of the one with its name.
    pub fn set(&mut self, item: T) {
        let name = item.name();
        let position = self.position(name);
        if let Some(existing) = position.and_then(|position| self.items.get_mut(position)) {
            *existing = item;
            return;
        }
        if !self.by_name.is_empty()
            && let (Err(at), Ok(position)) = (self.search(name), u32::try_from(self.items.len()))
        {
            self.by_name.insert(at, position);
            self.items.push(item);
        } else {
            self.items.push(item);
            *self = Self::from(std::mem::take(&mut self.items));
        }
    }
}

fn name_at<T: Named>(items: &[T], position: u32) -> Option<&str> {
    items.get(position as usize).map(Named::name)
}

impl<T: Named> From<Vec<T>> for ByName<T> {
    fn from(items: Vec<T>) -> Self {
        let count = if items.len() > MAX_WITHOUT_INDEX {
            u32::try_from(items.len()).unwrap_or(0)
        } else {
            0
        };
        let mut by_name: Vec<u32> = (0..count).collect();
        by_name.sort_by(|left, right| name_at(&items, *left).cmp(&name_at(&items, *right)));
        Self { items, by_name }
    }
}

impl<T> Deref for ByName<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> IntoIterator for ByName<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a ByName<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Item(String, u32);

    impl Named for Item {
        fn name(&self) -> &str {
            &self.0
        }
    }

    fn items(count: usize) -> ByName<Item> {
        let items = (0..count).rev().map(|number| Item(format!("a{number}"), 1));
        items.collect::<Vec<_>>().into()
    }

    #[test]
    fn items_are_found_by_name_whether_there_are_few_or_many() {
        for count in [0, 1, MAX_WITHOUT_INDEX, MAX_WITHOUT_INDEX + 1, 300] {
            let items = items(count);
            for (position, number) in (0..count).rev().enumerate() {
                let name = format!("a{number}");
                assert_eq!(items.get(&name), Some(&Item(name.clone(), 1)));
                assert_eq!(items[position].name(), name);
            }
            assert_eq!(items.get("a"), None);
            assert_eq!(items.get("b"), None);
            assert_eq!(items.len(), count);
        }
    }

    #[test]
    fn an_item_that_is_set_takes_the_place_of_the_one_with_its_name() {
        for count in [2, MAX_WITHOUT_INDEX, 100] {
            let mut items = items(count);
            for name in ["a1", "new", "A"] {
                items.set(Item(name.to_owned(), 2));
            }
            let found = ["a0", "a1", "new", "A"].map(|name| items.get(name).map(|item| item.1));
            assert_eq!(found, [Some(1), Some(2), Some(2), Some(2)]);
            let positions = [count - 2, count, count + 1].map(|position| items[position].name());
            assert_eq!(positions, ["a1", "new", "A"]);
            assert_eq!(items.len(), count + 2);
        }
    }
}
