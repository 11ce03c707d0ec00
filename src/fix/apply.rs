//! Edits made in texts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::diagnostic::Edit;
use terraform_eval::source::Sources;

use crate::fix::FileChange;
use crate::fix::select::SelectedFix;

/// Makes the edits, in the texts as they are in `sources`.
pub(super) fn apply_fixes(
    changes: &mut BTreeMap<PathBuf, FileChange>,
    chosen: &[SelectedFix<'_>],
    sources: &Sources,
) {
    let mut files: BTreeMap<&PathBuf, Vec<&Edit>> = BTreeMap::new();
    for (path, edit) in chosen.iter().flat_map(|one| &one.edits) {
        files.entry(path).or_default().push(edit);
    }
    for (path, mut edits) in files {
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let Some(first) = edits.first() else { continue };
        let file = sources.file(first.span.file);
        let after = edited(file.text(), &edits);
        let change = changes.entry(path.clone()).or_insert_with(|| FileChange {
            name: file.name().to_owned(),
            before: file.text().to_owned(),
            after: String::new(),
        });
        change.after = after;
    }
}

/// The text with edits made that are sorted by place.
fn edited(text: &str, edits: &[&Edit]) -> String {
    let mut after = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        if let Some(kept) = text.get(at..range.start) {
            after.push_str(kept);
            after.push_str(&edit.content);
            at = range.end;
        }
    }
    after.push_str(text.get(at..).unwrap_or_default());
    after
}
