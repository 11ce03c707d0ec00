//! Sets of small numbers that share their parts.

use std::sync::Arc;

/// The numbers of one part, in words of 64 bits.
const WORDS: usize = 16;

/// The numbers in one part.
const PART: usize = WORDS * 64;

/// The largest number of elements of a set without parts.
const FEW: usize = 6;

type Part = [u64; WORDS];

/// A set of small numbers. Most blocks depend on few others, and a set of few has no parts. Larger sets that differ
/// in few numbers share most of their memory, so those of a long chain, of which each adds one number, take memory in proportion
/// to its length.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum IdSet {
    /// At most [`FEW`] numbers, in ascending order. What follows the first `length` is zero.
    Few { length: usize, ids: [u32; FEW] },
    /// More numbers than that.
    Many(Parts),
}

impl Default for IdSet {
    fn default() -> Self {
        Self::Few {
            length: 0,
            ids: [0; FEW],
        }
    }
}

impl IdSet {
    pub(super) fn insert(&mut self, id: usize) {
        if let (Self::Few { length, ids }, Ok(id)) = (&mut *self, u32::try_from(id)) {
            let Err(position) = ids[..*length].binary_search(&id) else {
                return;
            };
            if *length < FEW {
                ids[position..=*length].rotate_right(1);
                ids[position] = id;
                *length += 1;
                return;
            }
        }
        let mut parts = std::mem::take(self).into_parts();
        parts.insert(id);
        *self = Self::Many(parts);
    }

    /// Whether each number can be looked at: there are few.
    pub(super) fn is_small(&self) -> bool {
        matches!(self, Self::Few { .. })
    }

    /// Whether this has all numbers of another set.
    pub(super) fn is_superset(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Many(parts), Self::Many(other)) => parts.is_superset(other),
            (Self::Few { .. }, Self::Many(_)) => false,
            (_, Self::Few { .. }) => other.iter().all(|id| self.contains(id)),
        }
    }

    fn contains(&self, id: usize) -> bool {
        match self {
            Self::Few { length, ids } => ids[..*length].iter().any(|known| *known as usize == id),
            Self::Many(parts) => parts.contains(id),
        }
    }

    /// Adds all numbers of another set.
    pub(super) fn extend(&mut self, other: &Self) {
        match other {
            Self::Few { .. } => other.iter().for_each(|id| self.insert(id)),
            Self::Many(other) => {
                let mut parts = std::mem::take(self).into_parts();
                parts.extend(other);
                *self = Self::Many(parts);
            }
        }
    }

    fn into_parts(self) -> Parts {
        match self {
            Self::Many(parts) => parts,
            Self::Few { .. } => {
                let mut parts = Parts::default();
                self.iter().for_each(|id| parts.insert(id));
                parts
            }
        }
    }

    /// The numbers that are in another set, too. Equal results are equal as sets.
    pub(super) fn intersection(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Many(parts), Self::Many(other)) => {
                let both = parts.intersection(other);
                if both.iter().nth(FEW).is_some() {
                    return Self::Many(both);
                }
                both.iter().collect()
            }
            (Self::Few { .. }, _) => self.iter().filter(|id| other.contains(*id)).collect(),
            (_, Self::Few { .. }) => other.intersection(self),
        }
    }

    /// The numbers in ascending order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        let (few, many) = match self {
            Self::Few { length, ids } => (Some(&ids[..*length]), None),
            Self::Many(parts) => (None, Some(parts)),
        };
        let few = few.into_iter().flatten().map(|id| *id as usize);
        few.chain(many.into_iter().flat_map(Parts::iter))
    }
}

impl FromIterator<usize> for IdSet {
    fn from_iter<I: IntoIterator<Item = usize>>(ids: I) -> Self {
        let mut set = Self::default();
        ids.into_iter().for_each(|id| set.insert(id));
        set
    }
}

/// A set as bits, in parts that several sets may share. The last part is not empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Parts(Vec<Option<Arc<Part>>>);

impl Parts {
    fn insert(&mut self, id: usize) {
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

    fn contains(&self, id: usize) -> bool {
        let part = self.0.get(id / PART).and_then(Option::as_ref);
        let word = part.and_then(|part| part.get(id % PART / 64));
        word.is_some_and(|word| word >> (id % 64) & 1 == 1)
    }

    /// Whether this has all numbers of another set.
    fn is_superset(&self, other: &Self) -> bool {
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
    fn extend(&mut self, other: &Self) {
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
    fn intersection(&self, other: &Self) -> Self {
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
    fn iter(&self) -> impl Iterator<Item = usize> {
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
        ids.iter().copied().collect()
    }

    fn range(ids: std::ops::Range<usize>) -> IdSet {
        ids.collect()
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
    fn sets_of_few_and_of_many_numbers_are_the_same_sets() {
        for (left, right) in [
            (0..3, 2..5),
            (0..6, 5..12),
            (0..7, 0..6),
            (0..1, 0..2000),
            (5..3000, 1020..4000),
        ] {
            let (a, b) = (range(left.clone()), range(right.clone()));
            let both = left.start.max(right.start)..left.end.min(right.end);
            assert_eq!(a.intersection(&b), range(both.clone()), "{left:?} {right:?}");
            assert_eq!(b.intersection(&a), range(both), "{left:?} {right:?}");
            let mut union = a.clone();
            union.extend(&b);
            let mut other = b.clone();
            other.extend(&a);
            assert_eq!(union, other, "{left:?} {right:?}");
            assert_eq!(
                union,
                left.clone().chain(right.clone()).rev().collect(),
                "{left:?} {right:?}"
            );
            assert!(union.is_superset(&a) && union.is_superset(&b));
            assert_eq!(
                a.is_superset(&union),
                right.end <= left.end && left.start <= right.start
            );
        }
    }

    #[test]
    fn sets_that_differ_in_one_number_share_their_parts() {
        let small = range(0..5000);
        let mut large = small.clone();
        large.insert(5001);
        let (IdSet::Many(small), IdSet::Many(large)) = (small, large) else {
            panic!("these are not few");
        };
        let shared = small.0.iter().zip(&large.0);
        let shared = shared.filter(|(a, b)| matches!((a, b), (Some(a), Some(b)) if Arc::ptr_eq(a, b)));
        assert_eq!(shared.count(), 4);
    }
}
