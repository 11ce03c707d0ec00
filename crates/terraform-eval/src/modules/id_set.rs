//! Sets of small numbers that share their parts.

use std::sync::Arc;

/// The numbers of one part, in words of 64 bits.
const WORDS: usize = 16;

/// The numbers in one part.
const PART: usize = WORDS * 64;

type Part = [u64; WORDS];

/// A set of small numbers. Sets that differ in few numbers share most of their memory, so those of a long chain, of
/// which each adds one number, take memory in proportion to its length.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct IdSet(Vec<Option<Arc<Part>>>);

impl IdSet {
    pub(super) fn insert(&mut self, id: usize) {
        let (index, bit) = (id / PART, id % PART);
        if self.0.len() <= index {
            self.0.resize(index + 1, None);
        }
        if let Some(slot) = self.0.get_mut(index) {
            let part = Arc::make_mut(slot.get_or_insert_with(|| Arc::new([0; WORDS])));
            if let Some(word) = part.get_mut(bit / 64) {
                *word |= 1 << (bit % 64);
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Whether this has all numbers of another set.
    pub(super) fn is_superset(&self, other: &Self) -> bool {
        other
            .0
            .iter()
            .enumerate()
            .all(|(index, part)| match (part, self.0.get(index)) {
                (None, _) => true,
                (Some(part), Some(Some(own))) => {
                    Arc::ptr_eq(part, own)
                        || own.iter().zip(part.iter()).all(|(own, part)| own | part == *own)
                }
                (Some(_), _) => false,
            })
    }

    /// Adds all numbers of another set.
    pub(super) fn extend(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), None);
        }
        for (slot, added) in self.0.iter_mut().zip(&other.0) {
            let Some(added) = added else { continue };
            match slot {
                None => *slot = Some(added.clone()),
                Some(part) if Arc::ptr_eq(part, added) => {}
                Some(part) => {
                    let has_all = part
                        .iter()
                        .zip(added.iter())
                        .all(|(word, added)| word | added == *word);
                    if !has_all {
                        let words = Arc::make_mut(part).iter_mut().zip(added.iter());
                        words.for_each(|(word, added)| *word |= added);
                    }
                }
            }
        }
    }

    /// The numbers that are in another set, too. Equal results are equal as sets.
    pub(super) fn intersection(&self, other: &Self) -> Self {
        let both = |(part, other): (&Option<Arc<Part>>, &Option<Arc<Part>>)| {
            let mut part: Part = **part.as_ref()?;
            part.iter_mut()
                .zip(other.as_ref()?.iter())
                .for_each(|(word, other)| *word &= other);
            part.iter().any(|word| *word != 0).then(|| Arc::new(part))
        };
        let mut parts: Vec<_> = self.0.iter().zip(&other.0).map(both).collect();
        while parts.last().is_some_and(Option::is_none) {
            parts.pop();
        }
        Self(parts)
    }

    /// The numbers in ascending order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        let parts = self.0.iter().enumerate();
        let words = parts.flat_map(|(index, part)| {
            let words = part.iter().flat_map(|part| part.iter().enumerate());
            words.map(move |(word, bits)| (index * PART + word * 64, *bits))
        });
        words.filter(|(_, bits)| *bits != 0).flat_map(|(start, bits)| {
            (0..64)
                .filter(move |bit| bits >> bit & 1 == 1)
                .map(move |bit| start + bit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ids: &[usize]) -> IdSet {
        let mut set = IdSet::default();
        for id in ids {
            set.insert(*id);
        }
        set
    }

    #[test]
    fn a_union_has_the_numbers_of_both_sets() {
        let mut union = set(&[0, 63, 5000]);
        union.extend(&set(&[64, 63, 1_000_000]));
        assert_eq!(union.iter().collect::<Vec<_>>(), [0, 63, 64, 5000, 1_000_000]);
        assert_eq!(IdSet::default().iter().count(), 0);
    }

    #[test]
    fn an_intersection_has_the_numbers_that_are_in_both_sets() {
        let both = set(&[0, 63, 5000]).intersection(&set(&[63, 64, 1_000_000]));
        assert_eq!(both, set(&[63]));
        assert_eq!(set(&[5000]).intersection(&set(&[0])), IdSet::default());
    }

    #[test]
    fn sets_that_differ_in_one_number_share_their_parts() {
        let small = set(&[1, 5000]);
        let mut large = small.clone();
        large.insert(5001);
        let shared = small.0.iter().zip(&large.0);
        let shared = shared.filter(|(a, b)| matches!((a, b), (Some(a), Some(b)) if Arc::ptr_eq(a, b)));
        assert_eq!(shared.count(), 1);
    }
}
