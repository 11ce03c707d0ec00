//! Which fixes are made together: those that do not overlap.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use terraform_eval::source::{FileId, Sources};

/// What tells one fix from another, wherever the text moves to.
pub(super) type FixKey = (PathBuf, Code, String);

/// A fix that is going to be made.
pub(super) struct SelectedFix<'f> {
    pub(super) identity: FixKey,
    /// The place and the rule, for people.
    pub(super) said: String,
    pub(super) edits: Vec<(PathBuf, &'f Edit)>,
    /// How many findings it mends.
    pub(super) findings: usize,
}

/// The fixes of findings that do not overlap, the first one of those that do.
pub(super) fn select_fixes<'f>(
    findings: impl IntoIterator<Item = &'f Diagnostic>,
    sources: &Sources,
    most: Applicability,
    refused: &BTreeSet<FixKey>,
) -> Vec<SelectedFix<'f>> {
    let mut chosen: Vec<SelectedFix<'f>> = Vec::new();
    let mut taken = Taken::default();
    let mut paths: BTreeMap<FileId, Option<PathBuf>> = BTreeMap::new();
    for finding in findings {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.applicability <= most) else {
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
        let identity = (path.clone(), finding.code, finding.headline());
        if refused.contains(&identity) {
            continue;
        }
        // The same text may be found wrong in several instances of one block.
        if let Some(known) = taken.by_any(&edits).and_then(|owner| chosen.get_mut(owner)) {
            let same = known.edits.len() == edits.len()
                && known.edits.iter().zip(&edits).all(|(a, b)| is_same(a, b));
            known.findings += usize::from(same);
            continue;
        }
        taken.take(&edits, chosen.len());
        let file = sources.file(first.span.file);
        let line = file.location(first.span.range().start).line;
        chosen.push(SelectedFix {
            said: format!("{}:{line}: {}", file.name(), finding.code),
            identity,
            edits,
            findings: 1,
        });
    }
    chosen
}

/// The canonical path of a file. `None` if the file does not exist, and below `.terraform`, where `terraform init`
/// installs modules that the user does not edit.
fn fixable_path(sources: &Sources, file: FileId) -> Option<PathBuf> {
    let path = sources.files().canonicalize(sources.file(file).path()?).ok()?;
    let is_installed = path.components().any(|part| part.as_os_str() == ".terraform");
    (!is_installed).then_some(path)
}

fn is_same((path, edit): &(PathBuf, &Edit), (other_path, other): &(PathBuf, &Edit)) -> bool {
    path == other_path && edit.span.range() == other.span.range() && edit.content == other.content
}

/// The bytes that are going to be changed, by file and start: where they end, and which fix changes them.
#[derive(Default)]
struct Taken(BTreeMap<PathBuf, BTreeMap<usize, (usize, usize)>>);

impl Taken {
    fn take(&mut self, edits: &[(PathBuf, &Edit)], owner: usize) {
        for (path, edit) in edits {
            let range = edit.span.range();
            let file = self.0.entry(path.clone()).or_default();
            file.insert(range.start, (range.end, owner));
        }
    }

    /// The first fix that some of these edits overlap.
    fn by_any(&self, edits: &[(PathBuf, &Edit)]) -> Option<usize> {
        edits.iter().filter_map(|edit| self.by(edit)).min()
    }

    /// The first fix that changes some of the same bytes, or inserts at the same place.
    fn by(&self, (path, edit): &(PathBuf, &Edit)) -> Option<usize> {
        let file = self.0.get(path)?;
        let range = edit.span.range();
        // What is taken does not overlap, so of what starts before, only the last can reach this far.
        let before = file.range(..range.start).next_back();
        let before = before.filter(|(_, (end, _))| range.start < *end);
        let inside = file.range(range.start..range.end.max(range.start + 1));
        before
            .into_iter()
            .chain(inside)
            .map(|(_, (_, owner))| *owner)
            .min()
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
        let overlap = |one: (usize, usize), two: (usize, usize)| {
            let mut taken = Taken::default();
            taken.take(&[(PathBuf::from("a.tf"), &edit(one.0, one.1))], 0);
            let found = taken.by(&(PathBuf::from("a.tf"), &edit(two.0, two.1)));
            let elsewhere = taken.by(&(PathBuf::from("b.tf"), &edit(two.0, two.1)));
            assert_eq!(elsewhere, None);
            found.is_some()
        };
        for (one, two, expected) in [
            ((2, 4), (3, 5), true),
            ((2, 8), (3, 5), true),
            ((2, 4), (2, 4), true),
            ((2, 4), (4, 6), false),
            ((2, 4), (6, 8), false),
            // An insertion: at the beginning, inside, at the end, and at the same place.
            ((2, 4), (2, 2), true),
            ((2, 4), (3, 3), true),
            ((2, 4), (4, 4), false),
            ((3, 3), (3, 3), true),
        ] {
            assert_eq!(overlap(one, two), expected, "{one:?} and {two:?}");
            assert_eq!(overlap(two, one), expected, "{two:?} and {one:?}");
        }
    }

    #[test]
    fn the_first_overlapping_fix_is_reported() {
        let file = Sources::new().add("a.tf", "0123456789");
        let edit = |start: usize, end: usize| Edit {
            span: Span::new(file, start, end),
            content: String::new(),
        };
        let mut taken = Taken::default();
        let path = PathBuf::from("a.tf");
        taken.take(&[(path.clone(), &edit(6, 8))], 0);
        taken.take(&[(path.clone(), &edit(0, 2)), (path.clone(), &edit(4, 5))], 1);
        assert_eq!(taken.by(&(path.clone(), &edit(1, 7))), Some(0));
        assert_eq!(taken.by(&(path.clone(), &edit(1, 5))), Some(1));
        assert_eq!(taken.by(&(path, &edit(2, 4))), None);
    }
}
