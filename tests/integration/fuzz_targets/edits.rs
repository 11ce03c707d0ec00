//! Whether a text is another one with some of its edits made.

use std::collections::BTreeSet;
use std::ops::Range;

/// A replacement of bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Replacement {
    pub(crate) range: (usize, usize),
    pub(crate) content: String,
}

impl Replacement {
    pub(crate) fn range(&self) -> Range<usize> {
        self.range.0..self.range.1
    }
}

/// Whether `after` is `before` with some of the edits made and nothing else changed.
pub(crate) fn is_edited(before: &str, edits: &BTreeSet<Replacement>, after: &str) -> bool {
    let (before, after) = (before.as_bytes(), after.as_bytes());
    // How far the two texts may be equal up to an edit: offsets in both.
    let mut reached: BTreeSet<(usize, usize)> = [(0, 0)].into();
    for edit in edits {
        let range = edit.range();
        let made = reached.iter().filter_map(|&(in_before, in_after)| {
            let unchanged = before.get(in_before..range.start)?;
            let rest = after.get(in_after..)?.strip_prefix(unchanged)?;
            let rest = rest.strip_prefix(edit.content.as_bytes())?;
            Some((range.end, after.len() - rest.len()))
        });
        let made: Vec<(usize, usize)> = made.collect();
        reached.extend(made);
    }
    reached
        .into_iter()
        .any(|(in_before, in_after)| before.get(in_before..) == after.get(in_after..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_derived_from_another_one_by_its_edits_alone() {
        let edit = |start, end, content: &str| Replacement {
            range: (start, end),
            content: content.to_owned(),
        };
        let edits = [edit(1, 2, "XY"), edit(2, 2, "!"), edit(3, 4, "")].into();
        for (after, expected) in [
            ("abcd", true),
            ("aXYcd", true),
            ("aXY!c", true),
            ("abc", true),
            ("aXYd", false),
            ("abcde", false),
            ("Abcd", false),
        ] {
            assert_eq!(is_edited("abcd", &edits, after), expected, "{after}");
        }
    }
}
