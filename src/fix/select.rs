//! Selects the fixes that can be applied together: those that do not overlap.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use terraform_eval::source::{FileId, Sources, is_installed};

/// Identifies a fix in all rounds, even if earlier fixes move the text: the file, and the code and headline of the
/// finding.
pub(super) type FixKey = (PathBuf, Code, String);

/// A fix to apply.
pub(super) struct SelectedFix<'f> {
    pub(super) key: FixKey,
    /// The position and the rule, for messages: `file:line: rule`.
    pub(super) name: String,
    pub(super) edits: Vec<(PathBuf, &'f Edit)>,
    /// How many findings it fixes.
    pub(super) findings: usize,
}

/// Selects fixes up to an applicability, except for skipped ones. Of fixes that overlap, the first one is selected.
pub(super) fn select_fixes<'f>(
    findings: impl IntoIterator<Item = &'f Diagnostic>,
    sources: &Sources,
    max_applicability: Applicability,
    skipped: &BTreeSet<FixKey>,
) -> Vec<SelectedFix<'f>> {
    let mut selected: Vec<SelectedFix<'f>> = Vec::new();
    let mut edited = EditedRanges::default();
    let mut paths: BTreeMap<FileId, Option<PathBuf>> = BTreeMap::new();
    for finding in findings {
        let Some(fix) = finding
            .fix
            .as_ref()
            .filter(|fix| fix.applicability <= max_applicability)
        else {
            continue;
        };
        let edits = fix.edits.iter().map(|edit| {
            let file = edit.span.file;
            let path = paths.entry(file).or_insert_with(|| fixable_path(sources, file));
            Some((path.clone()?, edit))
        });
        let Some(edits) = edits.collect::<Option<Vec<_>>>() else {
            continue;
        };
        let Some((path, first)) = edits.first() else {
            continue;
        };
        let key = (path.clone(), finding.code, finding.headline());
        if skipped.contains(&key) {
            continue;
        }
        // Several instances of one block may have the same finding about the same text, and so the same fix.
        let overlapped = edited.first_overlapping(&edits);
        if let Some(earlier) = overlapped.and_then(|position| selected.get_mut(position)) {
            let is_same_fix = earlier.edits.len() == edits.len()
                && earlier.edits.iter().zip(&edits).all(|(a, b)| is_same(a, b));
            earlier.findings += usize::from(is_same_fix);
            continue;
        }
        edited.add(&edits, selected.len());
        let file = sources.file(first.span.file);
        let line = file.location(first.span.range().start).line;
        selected.push(SelectedFix {
            name: format!("{}:{line}: {}", file.name(), finding.code),
            key,
            edits,
            findings: 1,
        });
    }
    selected
}

/// The canonical path of a file. `None` if the file does not exist, or `terraform init` installed it.
pub(crate) fn fixable_path(sources: &Sources, file: FileId) -> Option<PathBuf> {
    let path = sources.files().canonicalize(sources.file(file).path()?).ok()?;
    (!is_installed(&path)).then_some(path)
}

fn is_same((path, edit): &(PathBuf, &Edit), (other_path, other): &(PathBuf, &Edit)) -> bool {
    path == other_path && edit.span.range() == other.span.range() && edit.content == other.content
}

/// The ranges that selected fixes edit, by file and start: the end, and the position of the fix.
#[derive(Default)]
struct EditedRanges(BTreeMap<PathBuf, BTreeMap<usize, (usize, usize)>>);

impl EditedRanges {
    fn add(&mut self, edits: &[(PathBuf, &Edit)], fix: usize) {
        for (path, edit) in edits {
            let range = edit.span.range();
            let file = self.0.entry(path.clone()).or_default();
            file.insert(range.start, (range.end, fix));
        }
    }

    /// The position of the first fix that overlaps any of these edits.
    fn first_overlapping(&self, edits: &[(PathBuf, &Edit)]) -> Option<usize> {
        edits.iter().filter_map(|edit| self.overlapping(edit)).min()
    }

    /// The position of the first fix that edits some of the same bytes, or inserts at the same offset.
    fn overlapping(&self, (path, edit): &(PathBuf, &Edit)) -> Option<usize> {
        let file = self.0.get(path)?;
        let range = edit.span.range();
        // The ranges do not overlap each other, so of those that start earlier, only the last one can reach this far.
        let before = file.range(..range.start).next_back();
        let before = before.filter(|(_, (end, _))| range.start < *end);
        let inside = file.range(range.start..range.end.max(range.start + 1));
        before.into_iter().chain(inside).map(|(_, (_, fix))| *fix).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_eval::source::Span;

    #[test]
    fn edits_overlap_if_they_share_bytes_or_an_insertion_point() {
        let file = Sources::new().add("a.tf", "0123456789");
        let edit = |start: usize, end: usize| Edit {
            span: Span::new(file, start, end),
            content: String::new(),
        };
        let overlap = |first: (usize, usize), second: (usize, usize)| {
            let mut edited = EditedRanges::default();
            edited.add(&[(PathBuf::from("a.tf"), &edit(first.0, first.1))], 0);
            let overlapping = edited.overlapping(&(PathBuf::from("a.tf"), &edit(second.0, second.1)));
            let in_other_file = edited.overlapping(&(PathBuf::from("b.tf"), &edit(second.0, second.1)));
            assert_eq!(in_other_file, None);
            overlapping.is_some()
        };
        for (first, second, expected) in [
            ((2, 4), (3, 5), true),
            ((2, 8), (3, 5), true),
            ((2, 4), (2, 4), true),
            ((2, 4), (4, 6), false),
            ((2, 4), (6, 8), false),
            // An insertion: at the start, inside, at the end, and at the offset of another insertion.
            ((2, 4), (2, 2), true),
            ((2, 4), (3, 3), true),
            ((2, 4), (4, 4), false),
            ((3, 3), (3, 3), true),
        ] {
            assert_eq!(overlap(first, second), expected, "{first:?} and {second:?}");
            assert_eq!(overlap(second, first), expected, "{second:?} and {first:?}");
        }
    }

    #[test]
    fn the_first_of_several_overlapping_fixes_is_returned() {
        let file = Sources::new().add("a.tf", "0123456789");
        let edit = |start: usize, end: usize| Edit {
            span: Span::new(file, start, end),
            content: String::new(),
        };
        let mut edited = EditedRanges::default();
        let path = PathBuf::from("a.tf");
        edited.add(&[(path.clone(), &edit(6, 8))], 0);
        edited.add(&[(path.clone(), &edit(0, 2)), (path.clone(), &edit(4, 5))], 1);
        assert_eq!(edited.overlapping(&(path.clone(), &edit(1, 7))), Some(0));
        assert_eq!(edited.overlapping(&(path.clone(), &edit(1, 5))), Some(1));
        assert_eq!(edited.overlapping(&(path, &edit(2, 4))), None);
    }
}
