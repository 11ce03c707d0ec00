//! What is known of an unknown value besides its type (cty's refinements).

use std::cmp::Ordering;
use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::cty::number::Number;

/// What is known of a value that is not known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Refinement {
    /// It will not be null.
    pub not_null: bool,
    /// How the string begins; empty where that is not known.
    pub prefix: Arc<str>,
    /// The collection has at least so many elements.
    pub min_length: usize,
    /// The collection has at most so many elements.
    pub max_length: Option<usize>,
    /// The number is not below this.
    pub min: Option<Number>,
    /// The number is not above this.
    pub max: Option<Number>,
}

impl Refinement {
    /// Nothing but that it will not be null.
    #[must_use]
    pub fn not_null() -> Self {
        Self {
            not_null: true,
            ..Self::default()
        }
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What holds of a value that is one of two: the weaker of both. Terraform forgets how a string
    /// begins.
    #[must_use]
    pub fn either(&self, other: &Self) -> Self {
        Self {
            not_null: self.not_null && other.not_null,
            prefix: Arc::default(),
            min_length: self.min_length.min(other.min_length),
            max_length: self
                .max_length
                .zip(other.max_length)
                .map(|(left, right)| left.max(right)),
            min: pick(self.min.as_ref(), other.min.as_ref(), Ordering::Less),
            max: pick(self.max.as_ref(), other.max.as_ref(), Ordering::Greater),
        }
    }
}

/// The number of the two that compares as `wanted` with the other.
fn pick(left: Option<&Number>, right: Option<&Number>, wanted: Ordering) -> Option<Number> {
    let (left, right) = (left?, right?);
    let first = left.compare(right) == wanted;
    Some(if first { left.clone() } else { right.clone() })
}

/// The part of `text` that stays as it is whatever is appended: a last letter could still take an
/// accent, a last delimiter could not (cty's `SafeKnownPrefix`).
#[must_use]
pub fn safe_prefix(text: &str) -> &str {
    const FINAL: &str = "-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'";
    match text.grapheme_indices(true).next_back() {
        Some((_, last)) if FINAL.contains(last) => text,
        Some((at, _)) => &text[..at],
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_where_nothing_can_combine_with_it() {
        assert_eq!(safe_prefix("https://"), "https://");
        assert_eq!(safe_prefix("quay.io/ab"), "quay.io/a");
        assert_eq!(safe_prefix("e"), "");
        assert_eq!(safe_prefix("xe\u{301}"), "x");
    }
}
