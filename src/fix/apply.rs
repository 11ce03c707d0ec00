//! Applies edits to texts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::diagnostic::Edit;
use terraform_eval::source::Sources;

use super::outcome::FileChange;
use super::select::SelectedFix;

/// Applies the edits of fixes to the texts in `sources`, and records the results in `changes`.
pub(super) fn apply_fixes(
    changes: &mut BTreeMap<PathBuf, FileChange>,
    selected: &[SelectedFix<'_>],
    sources: &Sources,
) {
    let mut files: BTreeMap<&PathBuf, Vec<&Edit>> = BTreeMap::new();
    for (path, edit) in selected.iter().flat_map(|fix| &fix.edits) {
        files.entry(path).or_default().push(edit);
    }
    for (path, mut edits) in files {
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let Some(first) = edits.first() else { continue };
        let file = sources.file(first.span.file);
        let after = apply_edits(file.text(), &edits);
        let change = changes.entry(path.clone()).or_insert_with(|| FileChange {
            name: file.name().to_owned(),
            before: file.text().to_owned(),
            after: String::new(),
        });
        change.after = after;
    }
}

/// Applies edits, which are sorted by span and do not overlap.
fn apply_edits(text: &str, edits: &[&Edit]) -> String {
    let mut after = String::with_capacity(text.len());
    let mut copied_to = 0;
    for edit in edits {
        let range = edit.span.range();
        if let Some(unchanged) = text.get(copied_to..range.start) {
            after.push_str(unchanged);
            after.push_str(&edit.content);
            copied_to = range.end;
        }
    }
    after.push_str(text.get(copied_to..).unwrap_or_default());
    after
}
