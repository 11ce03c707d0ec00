//! Refinements: what is known of an unknown value in addition to its type.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::cty::graphemes::grapheme_indices;
use crate::cty::number::Number;

/// What is known of an unknown value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Refinement {
    /// It will not be null.
    pub not_null: bool,
    /// The beginning of the string; empty if unknown.
    pub prefix: Arc<str>,
    /// The text of which the string is the compressed form (`base64gzip`).
    pub gzipped: Option<Arc<str>>,
    /// The minimum number of elements of the collection.
    pub min_length: usize,
    /// The maximum number of elements of the collection.
    pub max_length: Option<usize>,
    /// The lower bound of the number, inclusive.
    pub min: Option<Number>,
    /// The upper bound of the number, inclusive.
    pub max: Option<Number>,
}

impl Refinement {
    /// The refinement of a value of which nothing is known but that it is not null.
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

    /// What is known of a value that is one of two. As in Terraform, the prefix of a string is dropped.
    #[must_use]
    pub fn either(&self, other: &Self) -> Self {
        Self {
            not_null: self.not_null && other.not_null,
            prefix: Arc::default(),
            gzipped: None,
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

/// The first number if it compares as `wanted` with the second one, else the second one.
fn pick(left: Option<&Number>, right: Option<&Number>, wanted: Ordering) -> Option<Number> {
    let (left, right) = (left?, right?);
    let first = left.compare(right) == wanted;
    Some(if first { left.clone() } else { right.clone() })
}

/// The part of `text` that stays unchanged whatever is appended: a combining mark could change a letter at the end,
/// but not a delimiter (cty's `SafeKnownPrefix`).
#[must_use]
pub fn safe_prefix(text: &str) -> &str {
    const DELIMITERS: &str = "-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'";
    match grapheme_indices(text).next_back() {
        Some((_, last)) if DELIMITERS.contains(last) => text,
        Some((at, _)) => &text[..at],
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_safe_prefix_ends_before_a_letter() {
        assert_eq!(safe_prefix("https://"), "https://");
        assert_eq!(safe_prefix("quay.io/ab"), "quay.io/a");
        assert_eq!(safe_prefix("e"), "");
        assert_eq!(safe_prefix("xe\u{301}"), "x");
    }
}
